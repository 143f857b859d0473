//! Every deed in every state that matters: what is sent, or why not.

use super::plan::{Body, Facts, Object, Plan, plan};
use super::reaction::{Reaction, reaction};
use super::refusal::Refusal;
use super::undo::Target;
use super::{Deed, Extent};
use crate::argo::analysis::AnalysisRun;
use crate::argo::experiment::Experiment;
use crate::argo::picture::Children;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::argo::workload::{Scaler, Workload};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::Arc;

fn now() -> Timestamp {
    "2026-01-01T00:10:00Z".parse().unwrap()
}

fn object(spec: &Value, status: &Value) -> Value {
    let mut base = json!({
        "metadata": {"name": "web", "namespace": "shop", "uid": "u", "resourceVersion": "77", "generation": 2},
        "spec": {"replicas": 3, "template": {"spec": {
                "initContainers": [{"name": "init", "image": "init:1"}],
                "containers": [{"name": "side", "image": "side:1"}, {"name": "app", "image": "app:1"}]}},
            "strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {}}, {"setWeight": 50}, {"pause": {"duration": 30}}]}}},
        "status": {"observedGeneration": "2", "phase": "Progressing", "currentPodHash": "b", "stableRS": "a",
            "currentStepIndex": 2, "replicas": 3, "availableReplicas": 3}});
    json_patch::merge(&mut base["spec"], spec);
    json_patch::merge(&mut base["status"], status);
    base
}

fn rollout(spec: &Value, status: &Value) -> Rollout {
    let rollout = Rollout::decode(&object(spec, status));
    assert_eq!(rollout.unreadable, None);
    rollout
}

struct World {
    rollout: Rollout,
    sets: Vec<Arc<ReplicaSet>>,
    runs: Vec<Arc<AnalysisRun>>,
    experiments: Vec<Arc<Experiment>>,
    scalers: Vec<Arc<Scaler>>,
    workload: Option<Workload>,
    known: bool,
}

impl World {
    fn new(spec: &Value, status: &Value) -> Self {
        let set = |revision: i64, hash: &str| {
            Arc::new(
                serde_json::from_value(json!({"metadata": {"name": format!("web-{hash}"), "uid": hash,
                    "ownerReferences": [{"uid": "u"}], "labels": {"rollouts-pod-template-hash": hash},
                    "annotations": {"rollout.argoproj.io/revision": revision.to_string()}}}))
                .unwrap(),
            )
        };
        let run = |name: &str, owner: &str, phase: &str| {
            Arc::new(
                serde_json::from_value(json!({"metadata": {"name": name, "uid": name, "resourceVersion": "5",
                    "ownerReferences": [{"uid": owner}]}, "status": {"phase": phase}}))
                .unwrap(),
            )
        };
        let experiment = |name: &str, owner: &str, phase: &str| {
            Arc::new(
                serde_json::from_value(json!({"metadata": {"name": name, "uid": name, "resourceVersion": "6",
                    "ownerReferences": [{"uid": owner}]}, "status": {"phase": phase}}))
                .unwrap(),
            )
        };
        Self {
            rollout: rollout(spec, status),
            sets: vec![set(1, "a"), set(2, "b")],
            runs: vec![
                run("running", "u", "Running"),
                run("done", "u", "Failed"),
                run("of-experiment", "ours", "Running"),
                run("strange", "somebody", "Running"),
            ],
            experiments: vec![experiment("ours", "u", "Running"), experiment("alone", "nobody", "Failed")],
            scalers: Vec::new(),
            workload: None,
            known: true,
        }
    }

    fn facts(&self) -> Facts<'_> {
        let children = Children {
            replica_sets: self.known.then_some(&self.sets),
            pods: None,
            analysis_runs: self.known.then_some(&self.runs),
            experiments: self.known.then_some(&self.experiments),
            workload: self.workload.as_ref(),
            scalers: self.known.then_some(&self.scalers),
        };
        Facts { rollout: &self.rollout, children, now: now() }
    }

    fn plan(&self, deed: &Deed) -> Result<Plan, Refusal> {
        plan(deed, self.facts())
    }
}

/// What a plan sends, in one line per request.
fn sent(plan: &Plan) -> String {
    let lines: Vec<String> = plan
        .requests
        .iter()
        .map(|request| {
            let object = match &request.object {
                Object::Rollout => "rollout".to_owned(),
                Object::Run(named) => format!("run {}@{}", named.name, named.resource_version),
                Object::Experiment(named) => format!("experiment {}@{}", named.name, named.resource_version),
                Object::Workload(kind, name) => format!("{kind} {name}"),
            };
            let subresource = request.subresource.map(|sub| format!("/{sub}")).unwrap_or_default();
            let body = match &request.body {
                Body::Merge(body) => body.to_string(),
                Body::Json(body) => format!("json {body}"),
                Body::TemplateOf { name, path, .. } => format!("{path} of {name}"),
                Body::Delete => "delete".to_owned(),
            };
            format!("{object}{subresource} {body}")
        })
        .collect();
    lines.join("; ")
}

fn outcome(world: &World, deed: &Deed) -> String {
    match world.plan(deed) {
        Ok(plan) => sent(&plan),
        Err(refusal) => format!("! {}", refusal.sentence()),
    }
}

const STATES: &[&str] = &[
    "running",
    "at pause",
    "by hand",
    "at pause by hand",
    "unpausing",
    "not observed",
    "aborted",
    "healthy",
    "first",
    "all done",
    "full",
    "invalid",
    "late",
    "blue-green",
];

fn state(name: &str) -> World {
    let pause = json!([{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]);
    let at_pause = json!({"phase": "Paused", "currentStepIndex": 1, "controllerPause": true, "pauseConditions": pause});
    let none = json!({});
    match name {
        "running" => World::new(&none, &none),
        "at pause" => World::new(&none, &at_pause),
        "by hand" => World::new(&json!({"paused": true}), &json!({"phase": "Paused"})),
        "at pause by hand" => World::new(&json!({"paused": true}), &at_pause),
        "unpausing" => World::new(&none, &json!({"controllerPause": true, "currentStepIndex": 1})),
        "not observed" => World::new(&none, &json!({"observedGeneration": "1"})),
        "aborted" => World::new(
            &none,
            &json!({"abort": true, "abortedAt": "2026-01-01T00:00:00Z", "phase": "Degraded",
            "message": "RolloutAborted: Rollout aborted update to revision 2", "currentStepIndex": 0}),
        ),
        "healthy" => World::new(&none, &json!({"phase": "Healthy", "stableRS": "b", "currentStepIndex": 4})),
        "first" => World::new(&none, &json!({"stableRS": null, "currentPodHash": null})),
        "all done" => World::new(&none, &json!({"currentStepIndex": 4})),
        "full" => World::new(&none, &json!({"promoteFull": true})),
        "invalid" => World::new(
            &none,
            &json!({"phase": "Degraded", "message": "InvalidSpec: The Rollout is invalid",
            "conditions": [{"type": "InvalidSpec", "status": "True", "reason": "InvalidSpec", "message": "x"}]}),
        ),
        "late" => World::new(
            &none,
            &json!({"phase": "Degraded", "message": "ProgressDeadlineExceeded: late",
            "conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "late"}]}),
        ),
        "blue-green" => World::new(
            &json!({"strategy": {"canary": null, "blueGreen": {"activeService": "web"}}}),
            &json!({"currentStepIndex": null, "blueGreen": {"activeSelector": "a", "previewSelector": "b"}}),
        ),
        other => panic!("{other}"),
    }
}

#[test]
fn every_deed_in_every_state_sends_what_the_plugin_sends_or_says_why_not() {
    const STATUS: &str = "rollout/status ";
    let skip = |index: i64| format!(r#"{STATUS}{{"status":{{"currentStepIndex":{index},"pauseConditions":null}}}}"#);
    let full = format!(r#"{STATUS}{{"status":{{"promoteFull":true}}}}"#);
    let abort = format!(r#"{STATUS}{{"status":{{"abort":true}}}}"#);
    let pause = r#"rollout {"spec":{"paused":true}}"#.to_owned();
    let resume = r#"rollout {"spec":{"paused":false}}"#.to_owned();
    let retry = format!(r#"{STATUS}{{"status":{{"abort":false}}}}"#);
    let clear = format!(r#"{STATUS}{{"status":{{"pauseConditions":null}}}}"#);
    let refused = |words: &str| format!("! {words}");
    let nothing = refused("nothing is being rolled out");
    let not_seen = refused("the controller has not seen");
    let first = refused("there is no stable version yet");
    let promote = Deed::Promote(Extent::Pause);
    let step = Deed::Promote(Extent::Step);
    let all = Deed::Promote(Extent::AllSteps);
    let whole = Deed::Promote(Extent::Full);
    // State by state: promote, skip step, skip all, full, abort, retry, pause, resume.
    let table: Vec<(&str, [String; 8])> = vec![
        (
            "running",
            [
                refused("not paused: step 3"),
                skip(3),
                format!(r#"{STATUS}{{"status":{{"currentStepIndex":4}}}}"#),
                full.clone(),
                abort.clone(),
                refused("not aborted: there is nothing"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "at pause",
            [
                clear.clone(),
                refused("paused by the controller"),
                skip(4),
                full.clone(),
                abort.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused by hand: promote"),
            ],
        ),
        (
            "by hand",
            [
                resume.clone(),
                refused("paused by hand"),
                refused("paused by hand"),
                format!("{full}; {resume}"),
                abort.clone(),
                refused("not aborted"),
                refused("it is paused by hand already"),
                resume.clone(),
            ],
        ),
        (
            "at pause by hand",
            [
                format!("{clear}; {resume}"),
                refused("paused by hand"),
                refused("paused by hand"),
                format!("{full}; {resume}"),
                abort.clone(),
                refused("not aborted"),
                refused("it is paused by hand"),
                resume.clone(),
            ],
        ),
        (
            "unpausing",
            [
                refused("a promote is already"),
                refused("a promote is already"),
                refused("a promote is already"),
                full.clone(),
                abort.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "not observed",
            [
                not_seen.clone(),
                not_seen.clone(),
                not_seen.clone(),
                not_seen.clone(),
                not_seen.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "aborted",
            [
                refused("aborted"),
                refused("aborted"),
                refused("aborted"),
                full.clone(),
                refused("it is aborted already"),
                retry.clone(),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "healthy",
            [
                refused("nothing to promote"),
                nothing.clone(),
                nothing.clone(),
                nothing.clone(),
                nothing.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "first",
            [
                refused("not paused"),
                first.clone(),
                first.clone(),
                first.clone(),
                first.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "all done",
            [
                refused("nothing to promote"),
                refused("all steps are done"),
                refused("all steps are done"),
                full.clone(),
                abort.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "full",
            [
                refused("not paused"),
                skip(3),
                format!(r#"{STATUS}{{"status":{{"currentStepIndex":4}}}}"#),
                refused("a full promotion is already"),
                abort.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "invalid",
            [
                refused("not paused"),
                skip(3),
                format!(r#"{STATUS}{{"status":{{"currentStepIndex":4}}}}"#),
                full.clone(),
                abort.clone(),
                refused("not aborted: the controller refuses"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "late",
            [
                refused("not paused"),
                skip(3),
                format!(r#"{STATUS}{{"status":{{"currentStepIndex":4}}}}"#),
                full.clone(),
                abort.clone(),
                refused("not aborted: its progress deadline"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "blue-green",
            [
                refused("not waiting for promotion"),
                refused("there are no steps"),
                refused("there are no steps"),
                full,
                abort,
                refused("not aborted"),
                pause,
                refused("not paused"),
            ],
        ),
    ];
    assert_eq!(table.iter().map(|(name, _)| *name).collect::<Vec<_>>(), STATES);
    for (name, expected) in table {
        let deeds = [&promote, &step, &all, &whole, &Deed::Abort, &Deed::Retry, &Deed::Pause, &Deed::Resume];
        for (deed, expected) in deeds.into_iter().zip(expected) {
            let found = outcome(&state(name), deed);
            let fits = if expected.starts_with('!') { found.starts_with(&expected) } else { found == expected };
            assert!(fits, "{} when {name}: {found}\nexpected {expected}", deed.verb());
        }
    }
}

fn set_image(container: &str, image: &str) -> Deed {
    Deed::SetImage { container: container.into(), image: image.into() }
}

#[test]
fn an_image_is_set_at_its_container_and_nowhere_else() {
    let world = state("healthy");
    assert_eq!(
        outcome(&world, &set_image("app", "app:2")),
        r#"rollout json [{"op":"test","path":"/spec/template/spec/containers/1/name","value":"app"},{"op":"replace","path":"/spec/template/spec/containers/1/image","value":"app:2"}]"#
    );
    assert!(outcome(&world, &set_image("init", "i@sha256:12")).contains("/spec/template/spec/initContainers/0/image"));
    for (container, image, why) in [
        ("app", "app:1", "! the image is this one already"),
        ("ap", "app:2", "! no container is called ap; there are side, app, init"),
        ("app", "", "! that is no image: it is empty"),
        ("app", "a b", "! that is no image: it has a blank"),
        ("app", "a=b", "! that is no image: it has a ="),
        ("app", "ä:1", "! that is no image: it has letters"),
    ] {
        let found = outcome(&world, &set_image(container, image));
        assert!(found.starts_with(why), "{found}");
    }
    let noted = |name: &str| state(name).plan(&set_image("app", "app:2")).unwrap().notes.join(" ");
    assert!(noted("running").contains("superseded") && noted("aborted").contains("abort is over"));
    assert_eq!(noted("healthy"), "");
}

#[test]
fn a_template_that_stands_elsewhere_is_written_there() {
    let of = |kind: &str| {
        let mut world = World::new(
            &json!({"template": null, "workloadRef": {"apiVersion": "apps/v1", "kind": kind, "name": "base"}}),
            &json!({"phase": "Healthy", "stableRS": "b", "workloadObservedGeneration": "1"}),
        );
        world.workload = Some(
            serde_json::from_value(
                json!({"spec": {"template": {"spec": {"containers": [{"name": "app", "image": "app:1"}]}}}}),
            )
            .unwrap(),
        );
        world
    };
    assert!(outcome(&of("Deployment"), &set_image("app", "app:2")).starts_with("Deployment base json "));
    assert_eq!(outcome(&of("Deployment"), &Deed::Undo(Target::Back)), "Deployment base /spec/template of web-a");
    assert_eq!(outcome(&of("PodTemplate"), &Deed::Undo(Target::Back)), "PodTemplate base /template of web-a");
    assert!(
        outcome(&of("StatefulSet"), &set_image("app", "app:2")).contains("StatefulSet, which rolltop cannot write")
    );
    let mut unknown = of("Deployment");
    unknown.workload = None;
    assert!(outcome(&unknown, &set_image("app", "app:2")).starts_with("! its containers are not known"));
}

#[test]
fn undo_goes_to_the_stable_version_in_an_update_and_to_the_one_before_else() {
    assert_eq!(outcome(&state("running"), &Deed::Undo(Target::Back)), "rollout /spec/template of web-a");
    assert_eq!(outcome(&state("aborted"), &Deed::Undo(Target::Back)), "rollout /spec/template of web-a");
    assert_eq!(outcome(&state("healthy"), &Deed::Undo(Target::Back)), "rollout /spec/template of web-a");
    assert_eq!(
        outcome(&state("healthy"), &Deed::Undo(Target::Revision(2))),
        "! the template is that of revision 2 already"
    );
    assert_eq!(
        outcome(&state("healthy"), &Deed::Undo(Target::Revision(7))),
        "! there is no revision 7; there are 2, 1"
    );
    assert!(outcome(&state("not observed"), &Deed::Undo(Target::Back)).starts_with("! the controller has not seen"));
    let mut blind = state("healthy");
    blind.known = false;
    assert!(outcome(&blind, &Deed::Undo(Target::Back)).starts_with("! its ReplicaSets are not known"));
    let notes = state("aborted").plan(&Deed::Undo(Target::Back)).unwrap().notes;
    assert!(notes[0].starts_with("back to the stable version"), "{notes:?}");
}

#[test]
fn a_restart_writes_whole_seconds_and_not_over_one_that_runs() {
    let at = "2026-01-01T00:12:00.7Z".parse().unwrap();
    let deed = Deed::Restart { at };
    assert_eq!(outcome(&state("healthy"), &deed), r#"rollout {"spec":{"restartAt":"2026-01-01T00:12:00Z"}}"#);
    let running = World::new(&json!({"restartAt": "2026-01-01T00:05:00Z"}), &json!({}));
    assert!(outcome(&running, &deed).starts_with("! a restart is under way"));
    let done =
        World::new(&json!({"restartAt": "2026-01-01T00:05:00Z"}), &json!({"restartedAt": "2026-01-01T00:05:00Z"}));
    assert!(done.plan(&deed).is_ok());
    let later = World::new(&json!({"restartAt": "2026-01-01T09:00:00Z"}), &json!({}));
    assert!(later.plan(&deed).unwrap().notes.iter().any(|note| note.contains("takes the place")));
    assert!(outcome(&World::new(&json!({"replicas": 0}), &json!({})), &deed).starts_with("! it has no pods"));
}

#[test]
fn the_number_of_pods_is_not_taken_from_an_autoscaler() {
    let deed = |replicas| Deed::Scale { replicas };
    assert_eq!(outcome(&state("healthy"), &deed(5)), r#"rollout/scale {"spec":{"replicas":5}}"#);
    assert!(outcome(&state("healthy"), &deed(3)).starts_with("! 3 pods are wanted already"));
    assert!(outcome(&state("healthy"), &deed(-1)).starts_with("! -1 is no number of pods"));
    let mut scaled = state("healthy");
    let scaler = json!({"metadata": {"name": "hpa"}, "spec": {"scaleTargetRef": {"kind": "Rollout", "name": "web"}, "maxReplicas": 9}});
    scaled.scalers.push(Arc::new(serde_json::from_value(scaler).unwrap()));
    assert!(outcome(&scaled, &deed(5)).contains("HorizontalPodAutoscaler hpa keeps it between 1 and 9"));
    let mut blind = state("healthy");
    blind.known = false;
    assert!(blind.plan(&deed(5)).unwrap().notes[0].contains("not known"));
}

#[test]
fn runs_and_experiments_are_ended_deleted_and_begun_again_where_that_means_something() {
    let world = state("running");
    let run = |name: &str| Deed::TerminateRun { name: name.into() };
    assert_eq!(outcome(&world, &run("running")), r#"run running@5 {"spec":{"terminate":true}}"#);
    assert_eq!(outcome(&world, &run("of-experiment")), r#"run of-experiment@5 {"spec":{"terminate":true}}"#);
    assert_eq!(outcome(&world, &run("done")), "! the AnalysisRun is finished already (Failed)");
    assert!(
        outcome(&world, &run("strange")).starts_with("! no AnalysisRun is called strange; there are running, done")
    );
    let experiment = |name: &str| Deed::TerminateExperiment { name: name.into() };
    assert_eq!(outcome(&world, &experiment("ours")), r#"experiment ours@6 {"spec":{"terminate":true}}"#);
    assert!(outcome(&world, &experiment("alone")).starts_with("! the Experiment is finished"));
    let retry = |name: &str| Deed::RetryExperiment { name: name.into() };
    assert_eq!(outcome(&world, &retry("alone")), r#"experiment alone@6 {"status":null}"#);
    assert!(outcome(&world, &retry("ours")).starts_with("! the experiment belongs to a rollout"));
    let delete = |name: &str| Deed::DeleteRun { name: name.into() };
    assert_eq!(outcome(&world, &delete("done")), "run done@5 delete");
    assert!(outcome(&world, &delete("running")).starts_with("! the AnalysisRun is not finished"));
    let named = World::new(
        &json!({}),
        &json!({"canary": {"currentBackgroundAnalysisRunStatus": {"name": "done", "status": "Failed"}}}),
    );
    assert!(outcome(&named, &delete("done")).starts_with("! the rollout still refers"));
}

#[test]
fn nothing_is_sent_to_what_cannot_be_read_or_is_on_its_way_out() {
    let mut world = state("running");
    world.rollout.unreadable = Some("spec".into());
    let deeds =
        [Deed::Abort, Deed::Pause, Deed::Promote(Extent::Full), Deed::Undo(Target::Back), Deed::Scale { replicas: 9 }];
    for deed in &deeds {
        assert!(outcome(&world, deed).starts_with("! this object could not be read"), "{}", deed.verb());
    }
    let mut world = state("running");
    world.rollout.meta.deleting = Some(now());
    for deed in &deeds {
        assert_eq!(outcome(&world, deed), "! the rollout is being deleted", "{}", deed.verb());
    }
}

#[test]
fn what_became_of_it_is_told_by_the_watched_object() {
    let done = |words: &str| Reaction::Done(words.into());
    let way = |words: &str| Reaction::UnderWay(words.into());
    let over = |words: &str| Reaction::Overtaken(words.into());
    let spec = |generation: i64, spec: &Value, status: &Value| {
        let mut value = object(spec, status);
        value["metadata"]["generation"] = json!(generation);
        Rollout::decode(&value)
    };
    let none = json!({});
    let seen2 = json!({"observedGeneration": "3"});
    let rows: Vec<(Deed, &str, Rollout, Reaction)> = vec![
        (Deed::Abort, "running", rollout(&none, &none), Reaction::Waiting),
        (Deed::Abort, "running", rollout(&none, &json!({"abort": true})), way("the abort is set")),
        (Deed::Abort, "running", state("aborted").rollout, done("aborted: traffic")),
        (Deed::Abort, "running", state("healthy").rollout, over("it was promoted before")),
        (Deed::Abort, "running", rollout(&none, &json!({"currentPodHash": "c"})), over("another version")),
        (Deed::Retry, "aborted", state("aborted").rollout, Reaction::Waiting),
        (Deed::Retry, "aborted", rollout(&none, &json!({"currentStepIndex": 0})), done("the update began again")),
        (
            Deed::Retry,
            "aborted",
            rollout(&none, &json!({"abort": true, "abortedAt": "2026-01-01T00:09:00Z"})),
            over("it was aborted again"),
        ),
        (Deed::Promote(Extent::Full), "running", state("full").rollout, way("full promotion")),
        (Deed::Promote(Extent::Full), "running", state("healthy").rollout, done("it is promoted")),
        (
            Deed::Promote(Extent::Full),
            "running",
            rollout(&none, &json!({"currentPodHash": "c"})),
            over("another version"),
        ),
        (Deed::Promote(Extent::AllSteps), "running", state("all done").rollout, way("all steps are skipped")),
        (Deed::Promote(Extent::AllSteps), "running", state("aborted").rollout, over("RolloutAborted")),
        (
            Deed::Promote(Extent::Step),
            "running",
            rollout(&none, &json!({"currentStepIndex": 3})),
            done("step 2/4 → 3/4"),
        ),
        (
            Deed::Promote(Extent::Pause),
            "at pause",
            rollout(&none, &json!({"currentStepIndex": 2})),
            done("step 1/4 → 2/4"),
        ),
        (Deed::Pause, "running", rollout(&none, &none), Reaction::Waiting),
        (Deed::Pause, "running", spec(3, &json!({"paused": true}), &none), way("stored")),
        (Deed::Pause, "running", spec(3, &json!({"paused": true}), &seen2), done("it holds")),
        (Deed::Pause, "running", spec(4, &none, &json!({"observedGeneration": "4"})), over("it was resumed")),
        (Deed::Resume, "by hand", spec(3, &none, &seen2), done("it goes on")),
        (set_image("app", "app:2"), "healthy", spec(3, &none, &json!({"stableRS": "b"})), way("stored")),
        (
            set_image("app", "app:2"),
            "healthy",
            spec(3, &none, &json!({"observedGeneration": "3", "currentPodHash": "c", "stableRS": "b"})),
            done("a new update began"),
        ),
        (
            Deed::Undo(Target::Back),
            "running",
            spec(3, &none, &json!({"observedGeneration": "3", "currentPodHash": "a"})),
            done("the version is back"),
        ),
        (
            Deed::Scale { replicas: 5 },
            "healthy",
            spec(3, &json!({"replicas": 5}), &json!({"observedGeneration": "3", "availableReplicas": 4})),
            way("4 of 5"),
        ),
        (
            Deed::Scale { replicas: 5 },
            "healthy",
            spec(
                3,
                &json!({"replicas": 5}),
                &json!({"observedGeneration": "3", "availableReplicas": 5, "replicas": 5}),
            ),
            done("5 pods"),
        ),
    ];
    for (deed, before, after, expected) in rows {
        let planned = state(before).plan(&deed).unwrap();
        let world = World { rollout: after, ..state(before) };
        let found = reaction(&planned, world.facts());
        let same_kind = std::mem::discriminant(&found) == std::mem::discriminant(&expected);
        let words = |reaction: &Reaction| match reaction {
            Reaction::Waiting => String::new(),
            Reaction::UnderWay(words) | Reaction::Done(words) | Reaction::Overtaken(words) => words.clone(),
        };
        assert!(
            same_kind && words(&found).starts_with(&words(&expected)),
            "{} from {before}: {found:?}, not {expected:?}",
            deed.verb()
        );
    }
}

#[test]
fn only_a_brake_may_be_sent_to_a_newer_object_than_the_one_decided_on() {
    use super::plan::Guard;
    for (deed, guard) in [
        (Deed::Abort, Guard::Fresh),
        (Deed::Pause, Guard::Fresh),
        (Deed::Promote(Extent::Full), Guard::Exact),
        (Deed::Undo(Target::Back), Guard::Exact),
        (Deed::Scale { replicas: 9 }, Guard::Exact),
    ] {
        assert_eq!(state("running").plan(&deed).unwrap().guard, guard, "{}", deed.verb());
    }
}
