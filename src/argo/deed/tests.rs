//! Every deed in every state that matters: what is sent, or why not.

mod objects;
mod reactions;
mod table;

use super::Deed;
use super::plan::{Body, Facts, Object, Plan, plan};
use super::refusal::Refusal;
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

fn set_image(container: &str, image: &str) -> Deed {
    Deed::set_image(container, image)
}
