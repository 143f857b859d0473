//! The ReplicaSet, slim.

use super::lenient::null_is_default;
use super::meta::Meta;
use super::rollout::{Condition, PodTemplate};
use serde::{Deserialize, Deserializer};

/// A ReplicaSet that a Rollout (or an Experiment) owns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReplicaSet {
    /// Metadata.
    pub meta: Meta,
    /// Spec.
    pub spec: ReplicaSetSpec,
    /// Status.
    pub status: ReplicaSetStatus,
}

/// `spec`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaSetSpec {
    /// Wanted pods; absent means 1.
    pub replicas: Option<i32>,
    /// Pod template.
    #[serde(deserialize_with = "null_is_default")]
    pub template: PodTemplate,
}

/// `status`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReplicaSetStatus {
    /// Pods that exist.
    #[serde(deserialize_with = "null_is_default")]
    pub replicas: i32,
    /// Ready pods.
    #[serde(deserialize_with = "null_is_default")]
    pub ready_replicas: i32,
    /// Available pods.
    #[serde(deserialize_with = "null_is_default")]
    pub available_replicas: i32,
    /// Generation that these numbers speak of.
    #[serde(deserialize_with = "null_is_default")]
    pub observed_generation: i64,
    /// Conditions, such as `ReplicaFailure`.
    #[serde(deserialize_with = "null_is_default")]
    pub conditions: Vec<Condition>,
}

impl<'de> Deserialize<'de> for ReplicaSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "null_is_default")]
            metadata: Meta,
            #[serde(default, deserialize_with = "null_is_default")]
            spec: ReplicaSetSpec,
            #[serde(default, deserialize_with = "null_is_default")]
            status: ReplicaSetStatus,
        }
        let wire = Wire::deserialize(deserializer)?;
        Ok(Self { meta: wire.metadata, spec: wire.spec, status: wire.status })
    }
}
