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
use super::{images, pauses, phase, tree, waits, warnings, weights};
use jiff::Timestamp;
use std::fmt;
use std::sync::Arc;

pub use super::pauses::pause_seconds;

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

/// What a traffic router was told (`status.canary.weights`).
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Which routers (`istio`, `nginx`, …), from the spec.
    pub routers: Vec<Box<str>>,
    /// Weights set; `None` when the controller has written none (an old one, or not yet).
    pub set: Option<TrafficSplit>,
    /// What the step asks for now: the weight that the controller is to set.
    pub desired: i64,
    /// What stands for all traffic.
    pub max: i64,
    /// The stable ReplicaSet shrinks as the canary grows.
    pub dynamic_stable_scale: bool,
}

/// Weights as set on the router, in parts of the greatest weight.
#[derive(Clone, Debug, PartialEq)]
pub struct TrafficSplit {
    /// Weight of the canary.
    pub canary: i64,
    /// Weight of the stable version.
    pub stable: i64,
    /// Others, such as templates of an experiment: pod hash or Service, and weight.
    pub additional: Vec<(Box<str>, i64)>,
    /// Whether the router has confirmed it; only some do.
    pub verified: Option<bool>,
}

/// How far a blue-green update is.
#[derive(Clone, Debug, PartialEq)]
pub struct BlueGreenPicture {
    /// The stages of an update in their order, without those that the spec does not ask for.
    pub stages: Vec<Stage>,
    /// Index of the stage that runs; `None`: nothing is rolled out, or all is done.
    pub current: Option<usize>,
    /// The Service that takes the traffic.
    pub active_service: Option<Box<str>>,
    /// The Service of the preview.
    pub preview_service: Option<Box<str>>,
    /// Whether it is promoted by itself.
    pub auto_promotion: bool,
    /// When it is promoted by itself; `None` without a timer that runs.
    pub promotes_at: Option<Timestamp>,
}

/// A stage of a blue-green update.
#[derive(Clone, Debug, PartialEq)]
pub struct Stage {
    /// Which.
    pub kind: StageKind,
    /// Done.
    pub done: bool,
    /// Failed.
    pub failed: bool,
}

/// The stages of a blue-green update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageKind {
    /// The preview's pods come up.
    PreviewUp,
    /// Analysis before the switch.
    PrePromotionAnalysis,
    /// Waits for a person, or for a timer.
    Wait,
    /// Grows from `previewReplicaCount` to full size.
    ScaleUp,
    /// The active Service goes over to the new version.
    Switch,
    /// Analysis after the switch.
    PostPromotionAnalysis,
    /// The old version goes, after its delay.
    ScaleDown,
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
    let revisions = tree::revisions(rollout, children);
    let mut picture = Picture {
        strategy: rollout.spec.strategy_kind(),
        waits: waits::of(rollout, &phase, &message, &pauses),
        step: weights::step_position(rollout),
        weights: weights::of(rollout, children),
        traffic: None,
        blue_green: None,
        images: images::of(rollout, revisions.as_deref()),
        replicas: replicas(rollout),
        revisions: revisions.unwrap_or_default(),
        phase,
        message,
        pauses,
        warnings: Vec::new(),
    };
    picture.warnings = warnings::of(rollout, &picture, now);
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
