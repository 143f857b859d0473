//! Kubernetes Events, slim: history for people, never state. They expire after an hour, are merged by counts, and can
//! be missing.

use super::lenient::null_is_default;
use super::meta::Meta;
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;

/// An Event (`v1`).
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct KubeEvent {
    /// Metadata.
    #[serde(rename = "metadata", deserialize_with = "null_is_default")]
    pub meta: Meta,
    /// What it is about.
    #[serde(rename = "involvedObject", deserialize_with = "null_is_default")]
    pub about: Involved,
    /// One word, such as `RolloutStepCompleted`.
    #[serde(deserialize_with = "null_is_default")]
    pub reason: Arc<str>,
    /// In words.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Arc<str>,
    /// `Normal`, `Warning`.
    #[serde(rename = "type", deserialize_with = "null_is_default")]
    pub kind: Arc<str>,
    /// Who told it.
    #[serde(deserialize_with = "null_is_default")]
    pub source: Source,
    /// Who told it, in newer events.
    #[serde(deserialize_with = "null_is_default")]
    pub reporting_component: Box<str>,
    /// The first time.
    pub first_timestamp: Option<Timestamp>,
    /// The last time.
    pub last_timestamp: Option<Timestamp>,
    /// The time, in newer events.
    pub event_time: Option<Timestamp>,
    /// How often; absent or 0 means once.
    pub count: Option<i64>,
    /// How often, in newer events.
    pub series: Option<Series>,
}

/// `involvedObject`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Involved {
    /// Kind.
    #[serde(deserialize_with = "null_is_default")]
    pub kind: Arc<str>,
    /// Name.
    #[serde(deserialize_with = "null_is_default")]
    pub name: Arc<str>,
    /// Namespace.
    #[serde(deserialize_with = "null_is_default")]
    pub namespace: Arc<str>,
    /// Uid.
    #[serde(deserialize_with = "null_is_default")]
    pub uid: Arc<str>,
    /// Such as `spec.containers{app}`.
    #[serde(deserialize_with = "null_is_default")]
    pub field_path: Box<str>,
}

/// `source`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Component.
    #[serde(deserialize_with = "null_is_default")]
    pub component: Arc<str>,
}

/// `series`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Series {
    /// How often.
    pub count: i64,
    /// The last time.
    pub last_observed_time: Option<Timestamp>,
}
