//! The Pod, slim, and its status in words (Argo Rollouts, `pkg/kubectl-argo-rollouts/info/pod_info.go`).

use super::lenient::null_is_default;
use super::meta::Meta;
use serde::{Deserialize, Deserializer};

/// A Pod.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pod {
    /// Metadata.
    pub meta: Meta,
    /// Spec.
    pub spec: PodSpec,
    /// Status.
    pub status: PodStatus,
}

/// `spec`, reduced.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSpec {
    /// Node, once scheduled.
    pub node_name: Option<Box<str>>,
    /// Names of the main containers.
    #[serde(deserialize_with = "null_is_default")]
    pub containers: Vec<PodContainer>,
    /// Init containers; `restartPolicy: Always` marks a sidecar.
    #[serde(deserialize_with = "null_is_default")]
    pub init_containers: Vec<PodContainer>,
}

/// A container of the pod spec, reduced.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodContainer {
    /// Name.
    pub name: Box<str>,
    /// `Always` for a sidecar.
    pub restart_policy: Option<Box<str>>,
}

/// `status`, reduced.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodStatus {
    /// `Pending`, `Running`, …
    #[serde(deserialize_with = "null_is_default")]
    pub phase: Box<str>,
    /// Such as `Evicted`.
    #[serde(deserialize_with = "null_is_default")]
    pub reason: Box<str>,
    /// Such as the scheduler's words.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Box<str>,
    /// Conditions.
    #[serde(deserialize_with = "null_is_default")]
    pub conditions: Vec<super::rollout::Condition>,
    /// Main containers.
    #[serde(deserialize_with = "null_is_default")]
    pub container_statuses: Vec<ContainerStatus>,
    /// Init containers.
    #[serde(deserialize_with = "null_is_default")]
    pub init_container_statuses: Vec<ContainerStatus>,
}

/// One container's status.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ContainerStatus {
    /// Name.
    pub name: Box<str>,
    /// Passed its readiness probe.
    #[serde(deserialize_with = "null_is_default")]
    pub ready: bool,
    /// Started.
    pub started: Option<bool>,
    /// Restarts so far.
    #[serde(deserialize_with = "null_is_default")]
    pub restart_count: i32,
    /// State now.
    #[serde(deserialize_with = "null_is_default")]
    pub state: ContainerState,
}

/// One of waiting, running, terminated.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ContainerState {
    /// Waiting.
    pub waiting: Option<StateReason>,
    /// Running.
    pub running: Option<serde::de::IgnoredAny>,
    /// Terminated.
    pub terminated: Option<StateReason>,
}

/// Why a container waits or ended.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct StateReason {
    /// Reason, one word.
    #[serde(deserialize_with = "null_is_default")]
    pub reason: Box<str>,
    /// Message.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Box<str>,
    /// Exit code.
    #[serde(deserialize_with = "null_is_default")]
    pub exit_code: i32,
    /// Signal, if one ended it.
    #[serde(deserialize_with = "null_is_default")]
    pub signal: i32,
}

impl<'de> Deserialize<'de> for Pod {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "null_is_default")]
            metadata: Meta,
            #[serde(default, deserialize_with = "null_is_default")]
            spec: PodSpec,
            #[serde(default, deserialize_with = "null_is_default")]
            status: PodStatus,
        }
        let wire = Wire::deserialize(deserializer)?;
        Ok(Self { meta: wire.metadata, spec: wire.spec, status: wire.status })
    }
}
