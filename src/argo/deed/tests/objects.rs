//! Templates, numbers, runs and experiments.

use super::{World, now, outcome, set_image, state};
use crate::argo::deed::undo::Target;
use crate::argo::deed::{Deed, Extent};
use serde_json::json;
use std::sync::Arc;

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
