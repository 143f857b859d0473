//! Object metadata, slim: what identifies an object, who owns it, who wrote it last; `managedFields` are reduced to
//! their writers while decoding, `last-applied-configuration` is dropped.

use super::lenient::null_is_default;
use super::pairs::Pairs;
pub use crate::names::POD_HASH_LABEL;
use crate::names::{Namespace, PodHash, Uid};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Annotation with the revision, a decimal number.
pub const REVISION_ANNOTATION: &str = "rollout.argoproj.io/revision";

/// Annotations with longer values are dropped: nothing that is shown or decided on is so long, and a cluster may hold
/// thousands of them. Bytes.
pub const LONGEST_ANNOTATION: usize = 1024;

/// `metadata` of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// `name`.
    pub name: Arc<str>,
    /// `namespace`.
    pub namespace: Arc<str>,
    /// `uid`.
    pub uid: Arc<str>,
    /// `resourceVersion`, opaque.
    pub resource_version: Box<str>,
    /// `generation`; rises with each change of the spec. 0 when absent.
    pub generation: i64,
    /// `creationTimestamp`.
    pub created: Option<Timestamp>,
    /// `deletionTimestamp`: the object is on its way out.
    pub deleting: Option<Timestamp>,
    /// `labels`.
    pub labels: Pairs,
    /// `annotations`, without `last-applied-configuration` and without values over [`LONGEST_ANNOTATION`].
    pub annotations: Pairs,
    /// `ownerReferences`.
    pub owners: Box<[Owner]>,
    /// Who wrote the object, from `managedFields`, newest last; without the fields themselves.
    pub writers: Box<[Writer]>,
}

/// One entry of `ownerReferences`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Owner {
    /// Kind of the owner.
    pub kind: Box<str>,
    /// Name of the owner.
    pub name: Box<str>,
    /// Uid of the owner; the only thing ownership is decided by.
    pub uid: Box<str>,
    /// Whether it is the managing controller.
    pub controller: Option<bool>,
}

/// One entry of `managedFields`, reduced to who and when.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Writer {
    /// `manager`, such as `kubectl-argo-rollouts`.
    pub manager: Arc<str>,
    /// `Update` or `Apply`.
    pub operation: Arc<str>,
    /// `status`, `scale`, or absent for the main resource.
    pub subresource: Option<Arc<str>>,
    /// When.
    pub time: Option<Timestamp>,
}

impl Meta {
    /// What can still be read of metadata that is broken somewhere: name, namespace, uid and resourceVersion.
    #[must_use]
    pub fn salvage(value: &serde_json::Value) -> Self {
        let text = |key: &str| value.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        Self {
            name: text("name").into(),
            namespace: text("namespace").into(),
            uid: text("uid").into(),
            resource_version: text("resourceVersion").into(),
            ..Self::default()
        }
    }

    /// The namespace as a name.
    #[must_use]
    pub fn namespace(&self) -> Namespace {
        Namespace::new(self.namespace.clone())
    }

    /// The uid as a name.
    #[must_use]
    pub fn uid(&self) -> Uid {
        Uid::new(self.uid.clone())
    }

    /// The pod hash label, if there is one.
    #[must_use]
    pub fn pod_hash(&self) -> Option<PodHash> {
        self.labels.get(POD_HASH_LABEL).map(|hash| PodHash::new(&**hash))
    }

    /// The revision annotation; 0 when missing or not a number (Argo Rollouts, `pkg/kubectl-argo-rollouts/info`).
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.annotations.get(REVISION_ANNOTATION).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    /// Whether an object with this uid is among the owners.
    #[must_use]
    pub fn owned_by(&self, uid: &str) -> bool {
        self.owners.iter().any(|owner| &*owner.uid == uid)
    }
}

impl<'de> Deserialize<'de> for Meta {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase", default)]
        struct Wire {
            name: Arc<str>,
            namespace: Arc<str>,
            uid: Arc<str>,
            resource_version: Box<str>,
            generation: i64,
            creation_timestamp: Option<Timestamp>,
            deletion_timestamp: Option<Timestamp>,
            #[serde(deserialize_with = "null_is_default")]
            labels: Pairs,
            #[serde(deserialize_with = "null_is_default")]
            annotations: BTreeMap<Arc<str>, Arc<str>>,
            #[serde(deserialize_with = "null_is_default")]
            owner_references: Box<[Owner]>,
            #[serde(deserialize_with = "null_is_default")]
            managed_fields: Box<[Writer]>,
        }
        let mut wire = Wire::deserialize(deserializer)?;
        wire.annotations.retain(|key, value| {
            &**key != "kubectl.kubernetes.io/last-applied-configuration" && value.len() <= LONGEST_ANNOTATION
        });
        wire.managed_fields.sort_by_key(|writer| writer.time);
        Ok(Self {
            name: wire.name,
            namespace: wire.namespace,
            uid: wire.uid,
            resource_version: wire.resource_version,
            generation: wire.generation,
            created: wire.creation_timestamp,
            deleting: wire.deletion_timestamp,
            labels: wire.labels,
            annotations: wire.annotations.into_iter().collect(),
            owners: wire.owner_references,
            writers: wire.managed_fields,
        })
    }
}
