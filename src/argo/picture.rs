//! The picture of one rollout: everything that a row, a screen or a report shows of it, derived in one place.
//!
//! Equal to what `kubectl argo rollouts get rollout` prints from the same objects, with two additions that the plugin
//! lacks: when a pause ends, and what the rollout waits for.

use super::analysis::AnalysisRun;
use super::experiment::Experiment;
use super::pod::Pod;
use super::replicaset::ReplicaSet;
use super::rollout::{Rollout, StrategyKind};
use super::runs::{ExperimentPicture, RunPicture};
use super::workload::{Scaler, Workload};
use super::{beside, blue_green, deadline, images, invalid, pauses, phase, traffic, tree, waits, warnings, weights};
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

pub use super::beside::{Restart, ScalerPicture, WorkloadPicture};
pub use super::blue_green::{BlueGreenPicture, Stage, StageKind};
pub use super::invalid::InvalidField;
pub use super::pauses::pause_seconds;
pub use super::traffic::{Traffic, TrafficSplit};

/// The phase as people know it. Unknown words from newer controllers are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// All is well.
    Healthy,
    /// Something moves, or should.
    Progressing,
    /// Waits, for a person or for time.
    Paused,
    /// Aborted, past its deadline, or invalid.
    Degraded,
    /// A word this program does not know, or none at all (then empty).
    Other(Box<str>),
}

impl Phase {
    /// The controller's own word.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Healthy => "Healthy",
            Self::Progressing => "Progressing",
            Self::Paused => "Paused",
            Self::Degraded => "Degraded",
            Self::Other(word) => word,
        }
    }
}

impl From<&str> for Phase {
    fn from(word: &str) -> Self {
        match word {
            "Healthy" => Self::Healthy,
            "Progressing" => Self::Progressing,
            "Paused" => Self::Paused,
            "Degraded" => Self::Degraded,
            other => Self::Other(other.into()),
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The objects that belong to a rollout, as far as they are known. `None` means not watched or not allowed to read;
/// an empty list means there are none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Children<'a> {
    /// ReplicaSets (of any owner; ownership is decided here, by uid).
    pub replica_sets: Option<&'a [Arc<ReplicaSet>]>,
    /// Pods (likewise).
    pub pods: Option<&'a [Arc<Pod>]>,
    /// AnalysisRuns (likewise).
    pub analysis_runs: Option<&'a [Arc<AnalysisRun>]>,
    /// Experiments (likewise).
    pub experiments: Option<&'a [Arc<Experiment>]>,
    /// The workload that `workloadRef` names.
    pub workload: Option<&'a Workload>,
    /// HorizontalPodAutoscalers of the namespace.
    pub scalers: Option<&'a [Arc<Scaler>]>,
}

/// Everything derived from one rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Strategy, from the spec.
    pub strategy: StrategyKind,
    /// Phase.
    pub phase: Phase,
    /// The reason in the controller's words; empty when healthy.
    pub message: String,
    /// Steps done and steps in all; `None` for blue-green, without steps, or before the controller has set an index.
    pub step: Option<StepPosition>,
    /// Weights; `None` for blue-green.
    pub weights: Option<Weights>,
    /// What a traffic router was told; `None` without one.
    pub traffic: Option<Traffic>,
    /// How far a blue-green update is; `None` for a canary.
    pub blue_green: Option<BlueGreenPicture>,
    /// Images of ReplicaSets with pods and the roles they play, sorted by image. Without ReplicaSets: the images of
    /// the rollout's own template, without tags.
    pub images: Vec<TaggedImage>,
    /// Replica counts.
    pub replicas: Replicas,
    /// Pause conditions, with the time they end where a timer is known.
    pub pauses: Vec<Pause>,
    /// What it waits for, in one value.
    pub waits: Waits,
    /// When the progress deadline passes, unless something moves before; `None` while its clock stands still.
    pub deadline_at: Option<Timestamp>,
    /// A restart of all pods that is not complete.
    pub restart: Option<Restart>,
    /// The field that the controller refuses, where its words name one.
    pub invalid: Option<InvalidField>,
    /// The workload that `workloadRef` names.
    pub workload: Option<WorkloadPicture>,
    /// The HorizontalPodAutoscaler that scales it; `None` when none is known to.
    pub scaler: Option<ScalerPicture>,
    /// Revisions, newest first; empty when ReplicaSets are not known.
    pub revisions: Vec<Revision>,
    /// Things a person should know and no other field says.
    pub warnings: Vec<String>,
}

/// Position in the steps. `index` counts completed steps: 0 means the first one runs, `total` means all are done.
#[derive(Clone, Debug, PartialEq)]
pub struct StepPosition {
    /// As in `status.currentStepIndex`, printed as it is, even outside the steps.
    pub index: i32,
    /// Number of steps.
    pub total: usize,
}

/// Weights of a canary, in parts of `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// What the steps ask for.
    pub set: i64,
    /// What the pods or the router give; `None` when it cannot be known from what is watched.
    pub actual: Option<i64>,
    /// What stands for all traffic: 100 unless `maxTrafficWeight` says otherwise.
    pub max: i64,
}

/// An image and the roles (`stable`, `canary`, `active`, `preview`, `ping`, `pong`, `Σ:…`) of the ReplicaSets that
/// run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaggedImage {
    /// The image as written.
    pub image: Arc<str>,
    /// In the order of the ReplicaSet's roles; sorted, without repeats, where several run the image.
    pub tags: Vec<String>,
}

/// Replica counts as the plugin prints them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replicas {
    /// `spec.replicas`, 1 when absent.
    pub desired: i32,
    /// `status.replicas`.
    pub current: i32,
    /// `status.updatedReplicas`.
    pub updated: i32,
    /// `status.readyReplicas`.
    pub ready: i32,
    /// `status.availableReplicas`.
    pub available: i32,
}

/// One pause condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Pause {
    /// Reason as the controller wrote it.
    pub reason: String,
    /// Since when.
    pub started_at: Option<Timestamp>,
    /// When it ends by itself; `None` when it does not, or when that is not known.
    pub ends_at: Option<Timestamp>,
}

/// What a rollout waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Waits {
    /// Nothing: healthy.
    Nothing,
    /// The controller: a spec change or a promote it has not reacted to yet.
    Controller,
    /// Pods to come or go.
    Pods,
    /// A person: an untimed pause, a manual pause, a blue-green without automatic promotion, an inconclusive run.
    Person {
        /// Since when.
        since: Option<Timestamp>,
    },
    /// A timer.
    Timer {
        /// Since when.
        since: Option<Timestamp>,
        /// Until when, in the cluster's time.
        until: Timestamp,
    },
    /// An analysis or an experiment.
    Analysis,
    /// A plugin that is a step.
    Plugin,
    /// A traffic router that has not confirmed the weight.
    Traffic,
    /// A person has to repair it: aborted, deadline exceeded, invalid.
    Repair,
    /// Not known.
    Unknown,
}

/// One revision with its ReplicaSets.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// Number; 0 collects what has no readable revision.
    pub revision: i64,
    /// ReplicaSets, in the plugin's order.
    pub replica_sets: Vec<ReplicaSetPicture>,
    /// Experiments, in the plugin's order.
    pub experiments: Vec<ExperimentPicture>,
    /// AnalysisRuns of the rollout itself, in the plugin's order.
    pub analysis_runs: Vec<RunPicture>,
}

/// A ReplicaSet in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplicaSetPicture {
    /// Name.
    pub name: Arc<str>,
    /// Uid.
    pub uid: Arc<str>,
    /// Pod hash.
    pub pod_hash: Box<str>,
    /// `Healthy`, `Progressing`, `ScaledDown`, `ReplicaFailure`.
    pub status: &'static str,
    /// Roles in the plugin's order: `stable`, `canary`/`active`/`preview`, `ping`, `pong`.
    pub tags: Vec<&'static str>,
    /// Images of its main containers.
    pub images: Vec<Arc<str>>,
    /// `spec.replicas`.
    pub desired: i32,
    /// `status.replicas`.
    pub replicas: i32,
    /// `status.readyReplicas`.
    pub ready: i32,
    /// `status.availableReplicas`.
    pub available: i32,
    /// The experiment's template it was made from; `None` for a ReplicaSet of the rollout itself.
    pub template: Option<Box<str>>,
    /// The annotation `scale-down-deadline` is there but is no time.
    pub scale_down_unread: bool,
    /// When it will be scaled to 0 (annotation `scale-down-deadline`).
    pub scale_down_at: Option<Timestamp>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Its pods, oldest first, then by name. Empty when pods are not known.
    pub pods: Vec<PodPicture>,
}

/// A pod in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct PodPicture {
    /// Name.
    pub name: Arc<str>,
    /// Uid.
    pub uid: Arc<str>,
    /// Status text, such as `Running` or `CrashLoopBackOff`.
    pub status: Box<str>,
    /// Ready main containers.
    pub ready: usize,
    /// Main containers.
    pub containers: usize,
    /// Restarts of the main containers.
    pub restarts: i32,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// The reason in words where the status text alone does not tell (image pull, scheduling).
    pub message: Option<Box<str>>,
    /// Node, once scheduled.
    pub node: Option<Box<str>>,
}

/// Derives the picture. `now` (in the cluster's time) is used only for what a timer decides.
#[must_use]
pub fn of(rollout: &Rollout, children: Children<'_>, now: Timestamp) -> Picture {
    let (phase, message) = phase::of(rollout);
    let pauses = pauses::of(rollout);
    let revisions = tree::revisions(rollout, children).unwrap_or_default();
    let mut picture = Picture {
        strategy: rollout.spec.strategy_kind(),
        waits: waits::of(rollout, &phase, &message, &pauses),
        step: weights::step_position(rollout),
        weights: weights::of(rollout, children),
        traffic: traffic::of(rollout),
        blue_green: blue_green::of(rollout, &message, &pauses, &revisions),
        images: images::of(rollout, &revisions, children),
        replicas: replicas(rollout),
        deadline_at: deadline::at(rollout, &phase, &revisions, now),
        restart: beside::restart(rollout, &revisions, children.pods.is_some()),
        invalid: invalid::of(rollout, &message),
        workload: beside::workload(rollout, children),
        scaler: beside::scaler(rollout, children),
        revisions,
        phase,
        message,
        pauses,
        warnings: Vec::new(),
    };
    picture.warnings = warnings::of(rollout, &picture, children, now);
    picture
}

/// Replica counts; all zero for an object that cannot be read.
fn replicas(rollout: &Rollout) -> Replicas {
    if rollout.unreadable.is_some() {
        return Replicas::default();
    }
    let status = &rollout.status;
    Replicas {
        desired: rollout.spec.desired(),
        current: status.replicas,
        updated: status.updated_replicas,
        ready: status.ready_replicas,
        available: status.available_replicas,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::forecast;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    /// A rollout in which every field has a value.
    fn full() -> Value {
        json!({
            "metadata": {"name": "web", "namespace": "demo", "uid": "u", "generation": 3, "resourceVersion": "9",
                "creationTimestamp": "2026-01-01T00:00:00Z", "labels": {"a": "b"}, "annotations": {"c": "d"},
                "managedFields": [{"manager": "m", "operation": "Update", "time": "2026-01-01T00:00:00Z"}]},
            "spec": {"replicas": 3, "paused": false, "restartAt": "2026-01-01T00:00:00Z",
                "template": {"spec": {"containers": [{"name": "a", "image": "web:2"}]}},
                "strategy": {"canary": {"maxSurge": "25%", "trafficRouting": {"nginx": {}, "maxTrafficWeight": 1000},
                    "steps": [{"setWeight": 10}, {"pause": {"duration": "30s"}}, {"analysis": {"templates": [{"templateName": "t"}]}},
                        {"fly": {"to": "moon"}}]}}},
            "status": {"phase": "Paused", "message": "CanaryPauseStep", "observedGeneration": "3", "controllerPause": true,
                "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}],
                "currentStepIndex": 1, "currentPodHash": "b", "stableRS": "a", "replicas": 4, "updatedReplicas": 1,
                "readyReplicas": 4, "availableReplicas": 4, "abort": false, "promoteFull": false,
                "conditions": [{"type": "Progressing", "status": "True", "reason": "x", "message": "y"}],
                "canary": {"weights": {"canary": {"weight": 10}, "stable": {"weight": 90}},
                    "currentStepAnalysisRunStatus": {"name": "n", "status": "Running"}},
                "blueGreen": {}}})
    }

    /// Paths to every value below the spec and the status.
    fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(fields) => fields.iter().for_each(|(key, value)| paths(value, &format!("{at}/{key}"), found)),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, value)| paths(value, &format!("{at}/{index}"), found));
            }
            _ => {}
        }
    }

    fn odd() -> impl Strategy<Value = Value> {
        prop::sample::select(vec![
            json!(null),
            json!(true),
            json!(0),
            json!(-1),
            json!(i32::MAX),
            json!(i32::MIN),
            json!(i64::MAX),
            json!(i64::MIN),
            json!(1.5),
            json!(""),
            json!("x"),
            json!("99999999999"),
            json!([]),
            json!([null]),
            json!([{}]),
            json!({}),
            json!({"x": {}}),
            json!("9999-12-30T00:00:00Z"),
            json!("-009999-01-02T01:59:59Z"),
        ])
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_field_the_rollout_is_told_by_its_name(
            changes in prop::collection::vec((any::<prop::sample::Index>(), odd()), 1..4)
        ) {
            let mut value = full();
            for (index, odd) in changes {
                let mut found = Vec::new();
                paths(&value["spec"], "/spec", &mut found);
                paths(&value["status"], "/status", &mut found);
                let path = &found[index.index(found.len())];
                *value.pointer_mut(path).unwrap() = odd;
            }
            let rollout = Rollout::decode(&value);
            prop_assert_eq!(&*rollout.meta.name, "web");
            prop_assert_eq!(&*rollout.meta.resource_version, "9");
            let now = "2026-01-01T00:00:10Z".parse().unwrap();
            let sets = [];
            for children in [Children::default(), Children { replica_sets: Some(&sets), pods: None, ..Children::default() }] {
                let picture = of(&rollout, children, now);
                prop_assert!(!forecast::next_sentence(&rollout, &picture, now, "p").is_empty());
                prop_assert!(forecast::ahead(&rollout, &picture, now).early_by.is_none_or(|seconds| seconds >= 0));
                prop_assert!(rollout.unreadable.is_none() || picture.waits == Waits::Unknown);
            }
            // Whatever it is: only what is paused can be promoted.
            if crate::argo::promote::plan(&rollout).is_ok() {
                prop_assert!(rollout.spec.paused || !rollout.status.pause_conditions.is_empty());
            }
        }
    }

    #[test]
    fn nothing_is_known_of_an_object_that_cannot_be_read() {
        let mut value = full();
        value["status"]["replicas"] = json!("many");
        let rollout = Rollout::decode(&value);
        let picture = of(&rollout, Children::default(), "2026-01-01T00:00:10Z".parse().unwrap());
        assert!(picture.message.starts_with("this object cannot be read: status: invalid type"), "{}", picture.message);
        assert_eq!((picture.phase, picture.weights, picture.step), (Phase::Other("".into()), None, None));
        assert_eq!(picture.replicas, Replicas::default());
        assert_eq!(&*rollout.meta.uid, "u");
    }
}
