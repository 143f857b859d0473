//! `RolloutReport`: one rollout as scripts see it. The structs are the order of the fields; what is derived comes from
//! [`crate::argo::picture`], nothing is computed here.

use super::runs::{ExperimentReport, RunReport};
use crate::argo::picture::{Picture, PodPicture, ReplicaSetPicture, Revision};
use crate::argo::rollout::{Rollout, StrategyKind};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;

/// `apiVersion` of every report.
pub const API_VERSION: &str = "rolltop/v1";

/// Where and when a rollout was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen<'a> {
    /// Channel; empty in a replay.
    pub channel: &'a str,
    /// Cluster; empty in a replay.
    pub cluster: &'a str,
    /// When it was observed.
    pub observed_at: Timestamp,
    /// Whether the data is old.
    pub stale: bool,
}

/// One rollout, serialised with its fields in the order of the contract.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutReport {
    api_version: &'static str,
    kind: &'static str,
    channel: String,
    cluster: String,
    namespace: Arc<str>,
    name: Arc<str>,
    uid: Arc<str>,
    observed_at: Timestamp,
    stale: bool,
    strategy: &'static str,
    phase: String,
    message: String,
    step: Option<StepReport>,
    weights: Option<WeightsReport>,
    images: Vec<ImageReport>,
    /// `null` for an object that cannot be read: zeros would be taken for facts.
    replicas: Option<ReplicasReport>,
    pauses: Vec<PauseReport>,
    revisions: Vec<RevisionReport>,
    warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct StepReport {
    index: i32,
    total: usize,
    current: Option<Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct WeightsReport {
    set: i64,
    actual: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct ImageReport {
    image: String,
    tags: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct ReplicasReport {
    desired: i32,
    current: i32,
    updated: i32,
    ready: i32,
    available: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct PauseReport {
    reason: String,
    started_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct RevisionReport {
    revision: i64,
    replica_sets: Vec<ReplicaSetReport>,
    experiments: Vec<ExperimentReport>,
    analysis_runs: Vec<RunReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ReplicaSetReport {
    name: Arc<str>,
    status: &'static str,
    tags: Vec<&'static str>,
    replicas: i32,
    available: i32,
    scale_down_at: Option<Timestamp>,
    pods: Vec<PodReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct PodReport {
    name: Arc<str>,
    status: Box<str>,
    ready: String,
    restarts: i32,
}

/// Several rollouts: `list -o json`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RolloutReportList {
    api_version: &'static str,
    kind: &'static str,
    items: Vec<RolloutReport>,
}

impl RolloutReportList {
    /// The list of these reports, in this order.
    #[must_use]
    pub fn new(items: Vec<RolloutReport>) -> Self {
        Self { api_version: API_VERSION, kind: "RolloutReportList", items }
    }
}

/// The word for a strategy, as the contract and the plugin have it.
#[must_use]
pub fn strategy_word(strategy: StrategyKind) -> &'static str {
    match strategy {
        StrategyKind::Canary => "Canary",
        StrategyKind::BlueGreen => "BlueGreen",
        StrategyKind::Unknown => "unknown",
    }
}

/// The report of one rollout.
#[must_use]
pub fn report(rollout: &Rollout, picture: &Picture, seen: &Seen<'_>) -> RolloutReport {
    let current = rollout
        .current_step()
        .map(|(_, step)| serde_json::from_str(&step.raw).unwrap_or_else(|_| Value::String(step.raw.to_string())));
    let replicas = &picture.replicas;
    RolloutReport {
        api_version: API_VERSION,
        kind: "RolloutReport",
        channel: seen.channel.to_owned(),
        cluster: seen.cluster.to_owned(),
        namespace: rollout.meta.namespace.clone(),
        name: rollout.meta.name.clone(),
        uid: rollout.meta.uid.clone(),
        observed_at: seen.observed_at,
        stale: seen.stale,
        strategy: strategy_word(picture.strategy),
        phase: picture.phase.to_string(),
        message: picture.message.clone(),
        step: picture.step.as_ref().map(|step| StepReport { index: step.index, total: step.total, current }),
        weights: picture.weights.map(|weights| WeightsReport { set: weights.set, actual: weights.actual }),
        images: picture
            .images
            .iter()
            .map(|image| ImageReport { image: image.image.to_string(), tags: image.tags.clone() })
            .collect(),
        replicas: rollout.unreadable.is_none().then_some(ReplicasReport {
            desired: replicas.desired,
            current: replicas.current,
            updated: replicas.updated,
            ready: replicas.ready,
            available: replicas.available,
        }),
        pauses: picture
            .pauses
            .iter()
            .map(|pause| PauseReport {
                reason: pause.reason.clone(),
                started_at: pause.started_at,
                ends_at: pause.ends_at,
            })
            .collect(),
        revisions: picture.revisions.iter().map(revision).collect(),
        warnings: picture.warnings.clone(),
    }
}

fn revision(revision: &Revision) -> RevisionReport {
    RevisionReport {
        revision: revision.revision,
        replica_sets: revision.replica_sets.iter().map(replica_set).collect(),
        experiments: revision.experiments.iter().map(ExperimentReport::of).collect(),
        analysis_runs: revision.analysis_runs.iter().map(RunReport::of).collect(),
    }
}

pub(super) fn replica_set(set: &ReplicaSetPicture) -> ReplicaSetReport {
    ReplicaSetReport {
        name: set.name.clone(),
        status: set.status,
        tags: set.tags.clone(),
        replicas: set.replicas,
        available: set.available,
        scale_down_at: set.scale_down_at,
        pods: set.pods.iter().map(pod).collect(),
    }
}

fn pod(pod: &PodPicture) -> PodReport {
    PodReport {
        name: pod.name.clone(),
        status: pod.status.clone(),
        ready: format!("{}/{}", pod.ready, pod.containers),
        restarts: pod.restarts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::json;

    fn text(value: &Value) -> String {
        let rollout = Rollout::decode(value);
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let seen = Seen { channel: "production", cluster: "prod-east", observed_at: now, stale: false };
        let set = json!({"metadata": {"name": "web-b", "generation": 1, "ownerReferences": [{"uid": "u"}],
                "labels": {"rollouts-pod-template-hash": "b"}, "annotations": {"rollout.argoproj.io/revision": "2"}},
            "spec": {"replicas": 1, "template": {"spec": {"containers": [{"image": "web:2"}]}}},
            "status": {"observedGeneration": 1, "replicas": 1, "availableReplicas": 1}});
        let sets = [Arc::new(serde_json::from_value(set).unwrap())];
        let children = Children { replica_sets: Some(&sets), pods: Some(&[]), ..Children::default() };
        serde_json::to_string(&report(&rollout, &picture(&rollout, children, now), &seen)).unwrap()
    }

    #[test]
    fn the_fields_come_in_the_order_of_the_contract() {
        let value = json!({"metadata": {"name": "web", "namespace": "demo", "uid": "u"},
            "spec": {"replicas": 3, "strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {}}]}}},
            "status": {"phase": "Paused", "message": "CanaryPauseStep", "currentStepIndex": 1, "replicas": 4,
                "updatedReplicas": 1, "readyReplicas": 4, "availableReplicas": 4, "stableRS": "a", "currentPodHash": "b",
                "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]}});
        let expected = concat!(
            r#"{"apiVersion":"rolltop/v1","kind":"RolloutReport","channel":"production","cluster":"prod-east","#,
            r#""namespace":"demo","name":"web","uid":"u","observedAt":"2026-01-01T00:00:00Z","stale":false,"#,
            r#""strategy":"Canary","phase":"Paused","message":"CanaryPauseStep","#,
            r#""step":{"index":1,"total":2,"current":{"pause":{}}},"weights":{"set":10,"actual":25},"#,
            r#""images":[{"image":"web:2","tags":["canary"]}],"#,
            r#""replicas":{"desired":3,"current":4,"updated":1,"ready":4,"available":4},"#,
            r#""pauses":[{"reason":"CanaryPauseStep","startedAt":"2026-01-01T00:00:00Z","endsAt":null}],"#,
            r#""revisions":[{"revision":2,"replicaSets":[{"name":"web-b","status":"Healthy","tags":["canary"],"#,
            r#""replicas":1,"available":1,"scaleDownAt":null,"pods":[]}],"experiments":[],"analysisRuns":[]}],"#,
            r#""warnings":["the stable ReplicaSet (pod hash a) is missing"]}"#
        );
        assert_eq!(text(&value), expected);
    }

    #[test]
    fn an_unknown_step_kind_keeps_its_raw_value() {
        let step = json!({"fly": {"to": ["moon", {"by": 1}]}});
        let value = json!({"metadata": {}, "spec": {"strategy": {"canary": {"steps": [step]}}}, "status": {"currentStepIndex": 0}});
        assert!(text(&value).contains(r#""current":{"fly":{"to":["moon",{"by":1}]}}"#));
    }

    #[test]
    fn blue_green_has_neither_step_nor_weights() {
        let value = json!({"metadata": {}, "spec": {"strategy": {"blueGreen": {}}}, "status": {"phase": "Healthy"}});
        assert!(
            text(&value)
                .contains(r#""strategy":"BlueGreen","phase":"Healthy","message":"","step":null,"weights":null,"#)
        );
    }

    #[test]
    fn an_object_that_cannot_be_read_has_no_counts() {
        let found = text(&json!({"metadata": {"name": "web"}, "spec": {"replicas": "many"}}));
        assert!(
            found.contains(r#""strategy":"unknown","phase":"","message":"this object cannot be read: spec: "#),
            "{found}"
        );
        assert!(found.contains(r#""replicas":null"#), "{found}");
    }
}
