//! What stands beside a rollout: the workload that `workloadRef` names, and the HorizontalPodAutoscaler that scales it.

use super::lenient::null_is_default;
use super::meta::Meta;
use super::rollout::PodTemplate;
use jiff::Timestamp;
use serde::Deserialize;

/// A referenced Deployment, ReplicaSet or PodTemplate, slim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Workload {
    /// Kind, as the rollout names it; set by whoever read it.
    #[serde(skip)]
    pub kind: Box<str>,
    /// Metadata.
    #[serde(rename = "metadata", deserialize_with = "null_is_default")]
    pub meta: Meta,
    /// Spec.
    #[serde(deserialize_with = "null_is_default")]
    pub spec: WorkloadSpec,
    /// Status.
    #[serde(deserialize_with = "null_is_default")]
    pub status: WorkloadStatus,
}

/// `spec` of a workload.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkloadSpec {
    /// Pods of its own.
    pub replicas: Option<i32>,
    /// Its template.
    #[serde(deserialize_with = "null_is_default")]
    pub template: PodTemplate,
}

/// `status` of a workload.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkloadStatus {
    /// Pods of its own.
    #[serde(deserialize_with = "null_is_default")]
    pub replicas: i32,
    /// Available pods of its own.
    #[serde(deserialize_with = "null_is_default")]
    pub available_replicas: i32,
}

/// A HorizontalPodAutoscaler (`autoscaling/v2`), slim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Scaler {
    /// Metadata.
    #[serde(rename = "metadata", deserialize_with = "null_is_default")]
    pub meta: Meta,
    /// Spec.
    #[serde(deserialize_with = "null_is_default")]
    pub spec: ScalerSpec,
    /// Status.
    #[serde(deserialize_with = "null_is_default")]
    pub status: ScalerStatus,
}

/// `spec` of a HorizontalPodAutoscaler.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScalerSpec {
    /// What it scales.
    #[serde(deserialize_with = "null_is_default")]
    pub scale_target_ref: ScaleTarget,
    /// Absent means 1.
    pub min_replicas: Option<i32>,
    /// Most pods.
    #[serde(deserialize_with = "null_is_default")]
    pub max_replicas: i32,
}

/// `scaleTargetRef`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct ScaleTarget {
    /// Kind.
    #[serde(deserialize_with = "null_is_default")]
    pub kind: Box<str>,
    /// Name.
    #[serde(deserialize_with = "null_is_default")]
    pub name: Box<str>,
}

/// `status` of a HorizontalPodAutoscaler.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ScalerStatus {
    /// Pods that it counts.
    #[serde(deserialize_with = "null_is_default")]
    pub current_replicas: i32,
    /// Pods that it wants.
    #[serde(deserialize_with = "null_is_default")]
    pub desired_replicas: i32,
    /// When it scaled last.
    pub last_scale_time: Option<Timestamp>,
}
