//! What stands beside a rollout: the workload that `workloadRef` names, and the HorizontalPodAutoscaler that scales it.

use super::lenient::null_is_default;
use super::meta::Meta;
use super::replicaset::ReplicaSet;
use super::rollout::{PodTemplate, Rollout};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

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

impl Workload {
    /// Reads one of this kind. A PodTemplate has its template beside the metadata instead of in a spec.
    ///
    /// # Errors
    /// When a field has another shape.
    pub fn decode(kind: &str, value: &Value) -> Result<Self, serde_json::Error> {
        let mut workload = Self::deserialize(value)?;
        if let Some(template) = value.get("template").filter(|template| !template.is_null()) {
            workload.spec.template = PodTemplate::deserialize(template)?;
        }
        workload.kind = kind.into();
        Ok(workload)
    }

    /// A ReplicaSet that a rollout refers to.
    #[must_use]
    pub fn from_replica_set(set: &ReplicaSet) -> Self {
        Self {
            kind: "ReplicaSet".into(),
            meta: set.meta.clone(),
            spec: WorkloadSpec { replicas: set.spec.replicas, template: set.spec.template.clone() },
            status: WorkloadStatus { replicas: set.status.replicas, available_replicas: set.status.available_replicas },
        }
    }

    /// Whether `workloadRef` names this one. A kind that is not known here counts as the right one.
    #[must_use]
    pub fn is_referenced_by(&self, rollout: &Rollout) -> bool {
        rollout.spec.workload_ref.as_ref().is_some_and(|of| {
            *of.name == *self.meta.name
                && (self.kind.is_empty() || of.kind == self.kind)
                && self.meta.namespace == rollout.meta.namespace
        })
    }
}

impl Scaler {
    /// Whether it scales this rollout.
    #[must_use]
    pub fn scales(&self, rollout: &Rollout) -> bool {
        let target = &self.spec.scale_target_ref;
        &*target.kind == "Rollout"
            && *target.name == *rollout.meta.name
            && self.meta.namespace == rollout.meta.namespace
    }
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
