//! AnalysisRuns, slim: what is measured, by which rules it is judged, and what was found (Argo Rollouts,
//! `pkg/apis/rollouts/v1alpha1/analysis_types.go`). What is derived from them is [`super::runs`]' business.

use super::lenient::{IntOrString, null_is_default, odd_is_default, parts};
use super::meta::Meta;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// An AnalysisRun.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnalysisRun {
    /// Metadata.
    pub meta: Meta,
    /// Spec.
    pub spec: AnalysisRunSpec,
    /// Status; all absent fields read as zero.
    pub status: AnalysisRunStatus,
    /// Set when the object could not be read: the reason in words. Spec and status are then empty and no facts.
    pub unreadable: Option<Box<str>>,
}

/// `spec`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AnalysisRunSpec {
    /// What is measured.
    #[serde(deserialize_with = "null_is_default")]
    pub metrics: Box<[Metric]>,
    /// Values for `{{args.NAME}}` in the metrics.
    #[serde(deserialize_with = "null_is_default")]
    pub args: Box<[Argument]>,
    /// Somebody ended it.
    #[serde(deserialize_with = "null_is_default")]
    pub terminate: bool,
    /// Metrics (by pattern) that do not decide.
    #[serde(deserialize_with = "null_is_default")]
    pub dry_run: Box<[MetricName]>,
    /// How many measurements are kept, by metric.
    #[serde(deserialize_with = "null_is_default")]
    pub measurement_retention: Box<[MetricName]>,
}

/// An entry of `dryRun` or `measurementRetention`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricName {
    /// Name or pattern of a metric.
    pub metric_name: Box<str>,
    /// Measurements kept; 10 where nothing is said.
    pub limit: Option<IntOrString>,
}

/// An argument; a value from a Secret is never here.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Argument {
    /// Name.
    pub name: Box<str>,
    /// Value, if it is written down.
    pub value: Option<Box<str>>,
    /// Where it comes from otherwise (`secretKeyRef`, `fieldRef`), as JSON.
    pub value_from: Option<Value>,
}

/// One metric of a run.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Metric {
    /// Name.
    pub name: Box<str>,
    /// The provider: one key (`prometheus`, `job`, `plugin`, …) and its settings.
    #[serde(deserialize_with = "null_is_default")]
    pub provider: BTreeMap<Box<str>, Value>,
    /// Time between measurements, a duration text.
    pub interval: Option<Box<str>>,
    /// Time before the first one, a duration text.
    pub initial_delay: Option<Box<str>>,
    /// Measurements wanted; absent with an interval: without end.
    pub count: Option<IntOrString>,
    /// Failures that are allowed; absent means 0, negative switches the limit off.
    pub failure_limit: Option<IntOrString>,
    /// Inconclusive measurements that are allowed; absent means 0.
    pub inconclusive_limit: Option<IntOrString>,
    /// Errors in a row that are allowed; absent means 4.
    pub consecutive_error_limit: Option<IntOrString>,
    /// Successes in a row that end it; absent or 0: off.
    pub consecutive_success_limit: Option<IntOrString>,
    /// Expression over `result`; true is success.
    pub success_condition: Option<Box<str>>,
    /// Expression over `result`; true is failure.
    pub failure_condition: Option<Box<str>>,
}

/// `status`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AnalysisRunStatus {
    /// `Pending`, `Running`, `Successful`, `Failed`, `Error`, `Inconclusive`; empty before the first pass.
    #[serde(deserialize_with = "null_is_default")]
    pub phase: Box<str>,
    /// Message.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Box<str>,
    /// Begin.
    pub started_at: Option<Timestamp>,
    /// End (1.7 and later).
    pub completed_at: Option<Timestamp>,
    /// One per metric that was measured.
    #[serde(deserialize_with = "null_is_default")]
    pub metric_results: Box<[MetricResult]>,
}

/// What was found of one metric. Counters are totals; the list of measurements is cut to the newest.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricResult {
    /// Name of the metric.
    pub name: Box<str>,
    /// Phase.
    #[serde(deserialize_with = "null_is_default")]
    pub phase: Box<str>,
    /// Message.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Box<str>,
    /// The newest measurements, oldest first.
    #[serde(deserialize_with = "null_is_default")]
    pub measurements: Vec<Measurement>,
    /// Measurements completed without errors.
    #[serde(deserialize_with = "null_is_default")]
    pub count: i64,
    /// Successful measurements.
    #[serde(deserialize_with = "null_is_default")]
    pub successful: i64,
    /// Failed measurements.
    #[serde(deserialize_with = "null_is_default")]
    pub failed: i64,
    /// Inconclusive measurements.
    #[serde(deserialize_with = "null_is_default")]
    pub inconclusive: i64,
    /// Measurements that ended in an error.
    #[serde(deserialize_with = "null_is_default")]
    pub error: i64,
    /// Errors in a row, up to now.
    #[serde(deserialize_with = "null_is_default")]
    pub consecutive_error: i64,
    /// Successes in a row, up to now (1.8 and later).
    #[serde(deserialize_with = "null_is_default")]
    pub consecutive_success: i64,
    /// Does not decide.
    #[serde(deserialize_with = "null_is_default")]
    pub dry_run: bool,
    /// Such as `ResolvedPrometheusQuery`.
    #[serde(deserialize_with = "odd_is_default")]
    pub metadata: BTreeMap<Box<str>, Box<str>>,
}

/// One measurement.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Measurement {
    /// Phase.
    #[serde(deserialize_with = "null_is_default")]
    pub phase: Box<str>,
    /// Message.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Box<str>,
    /// Begin.
    pub started_at: Option<Timestamp>,
    /// End; absent while it runs.
    pub finished_at: Option<Timestamp>,
    /// The value as text; may hold JSON (`[0.98]`), `NaN`, or nothing.
    #[serde(deserialize_with = "null_is_default")]
    pub value: Box<str>,
    /// When it is looked at again.
    #[serde(deserialize_with = "odd_is_default")]
    pub resume_at: Option<Timestamp>,
    /// Such as `job-name` and `job-namespace`.
    #[serde(deserialize_with = "odd_is_default")]
    pub metadata: BTreeMap<Box<str>, Box<str>>,
}

impl<'de> Deserialize<'de> for AnalysisRun {
    /// Never fails on what is JSON: see [`AnalysisRun::decode`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::decode(&Value::deserialize(deserializer)?))
    }
}

impl AnalysisRun {
    /// Reads it from JSON. One that cannot be read keeps its metadata and says in [`AnalysisRun::unreadable`] what is wrong
    /// with it, so that it is shown instead of missing.
    #[must_use]
    pub fn decode(value: &Value) -> Self {
        match parts(value) {
            (meta, Ok((spec, status))) => Self { meta, spec, status, unreadable: None },
            (meta, Err(why)) => Self { meta, unreadable: Some(why), ..Self::default() },
        }
    }
}
