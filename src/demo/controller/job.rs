//! What the driver has to do: one look of one controller at one object.

use super::json::text;
use jiff::SignedDuration;
use serde_json::Value;

/// How long the rollouts controller takes to react. Shorter than the ReplicaSet controller, so that a burst of passes
/// ends before the pods of its first scaling are counted, as on a real cluster.
pub const ROLLOUT_REACTION: SignedDuration = SignedDuration::from_millis(20);
const REPLICA_SET_REACTION: SignedDuration = SignedDuration::from_millis(60);

/// One look at one object. The order is who goes first at the same moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Job {
    /// A line of the script.
    Deed(usize),
    /// A Rollout.
    Rollout(String, String),
    /// An Experiment.
    Experiment(String, String),
    /// An AnalysisRun.
    AnalysisRun(String, String),
    /// A Job of the batch API.
    Batch(String, String),
    /// A Deployment.
    Deployment(String, String),
    /// A ReplicaSet.
    ReplicaSet(String, String),
    /// A pod.
    Pod(String, String),
    /// A HorizontalPodAutoscaler.
    Autoscaler(String, String),
    /// Old events.
    Sweep,
}

impl Job {
    /// A look at the object of this kind and name in the namespace of `beside`, and how long its controller takes to
    /// react.
    pub fn about(kind: &str, beside: &Value, name: &str) -> Option<(Self, SignedDuration)> {
        let (namespace, name) = (text(beside, "/metadata/namespace").to_owned(), name.to_owned());
        Some(match kind {
            "Rollout" => (Self::Rollout(namespace, name), ROLLOUT_REACTION),
            "Experiment" => (Self::Experiment(namespace, name), ROLLOUT_REACTION),
            "AnalysisRun" => (Self::AnalysisRun(namespace, name), ROLLOUT_REACTION),
            "Job" => (Self::Batch(namespace, name), ROLLOUT_REACTION),
            "Deployment" => (Self::Deployment(namespace, name), REPLICA_SET_REACTION),
            "ReplicaSet" => (Self::ReplicaSet(namespace, name), REPLICA_SET_REACTION),
            "Pod" => (Self::Pod(namespace, name), SignedDuration::ZERO),
            "HorizontalPodAutoscaler" => (Self::Autoscaler(namespace, name), ROLLOUT_REACTION),
            _ => return None,
        })
    }

    /// Who goes first at the same moment.
    pub fn rank(&self) -> u8 {
        match self {
            Self::Deed(_) => 0,
            Self::Rollout(..) => 1,
            Self::Experiment(..) => 2,
            Self::AnalysisRun(..) => 3,
            Self::Batch(..) => 4,
            Self::Deployment(..) => 5,
            Self::ReplicaSet(..) => 6,
            Self::Pod(..) => 7,
            Self::Autoscaler(..) => 8,
            Self::Sweep => 9,
        }
    }
}
