//! Experiments, slim: ReplicaSets that run beside a rollout for a while, and the analyses over them (Argo Rollouts,
//! `pkg/apis/rollouts/v1alpha1/experiment_types.go`).

use super::lenient::{null_is_default, odd_is_default, parts};
use super::meta::Meta;
use super::rollout::Condition;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// An Experiment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Experiment {
    /// Metadata.
    pub meta: Meta,
    /// Spec.
    pub spec: ExperimentSpec,
    /// Status; all absent fields read as zero.
    pub status: ExperimentStatus,
    /// Set when the object could not be read: the reason in words. Spec and status are then empty and no facts.
    pub unreadable: Option<Box<str>>,
}

/// `spec`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExperimentSpec {
    /// One ReplicaSet each.
    #[serde(deserialize_with = "null_is_default")]
    pub templates: Box<[ExperimentTemplate]>,
    /// How long it runs, a duration text; absent: until its required analyses end.
    pub duration: Option<Box<str>>,
    /// Analyses over it.
    #[serde(deserialize_with = "null_is_default")]
    pub analyses: Box<[ExperimentAnalysis]>,
    /// Somebody ended it.
    #[serde(deserialize_with = "null_is_default")]
    pub terminate: bool,
}

/// A template of an experiment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExperimentTemplate {
    /// Name.
    pub name: Box<str>,
    /// Pods; absent means 1.
    pub replicas: Option<i32>,
}

/// An analysis of an experiment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExperimentAnalysis {
    /// Name.
    pub name: Box<str>,
    /// Name of the AnalysisTemplate.
    pub template_name: Box<str>,
    /// The experiment goes on until it is done.
    #[serde(deserialize_with = "null_is_default")]
    pub required_for_completion: bool,
}

/// `status`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExperimentStatus {
    /// `Pending`, `Running`, `Successful`, `Failed`, `Error`, `Inconclusive`; empty before the first pass.
    #[serde(deserialize_with = "null_is_default")]
    pub phase: Box<str>,
    /// Message.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Box<str>,
    /// When all its pods were available; the duration counts from here.
    pub available_at: Option<Timestamp>,
    /// One per template.
    #[serde(deserialize_with = "null_is_default")]
    pub template_statuses: Box<[TemplateStatus]>,
    /// Its runs.
    #[serde(deserialize_with = "null_is_default")]
    pub analysis_runs: Box<[ExperimentRun]>,
    /// Conditions.
    #[serde(deserialize_with = "odd_is_default")]
    pub conditions: Box<[Condition]>,
}

/// How a template stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TemplateStatus {
    /// Name of the template.
    pub name: Box<str>,
    /// `Progressing`, `Running`, `Successful`, `Failed`, `Error`.
    #[serde(deserialize_with = "null_is_default")]
    pub status: Box<str>,
    /// Message.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Box<str>,
    /// Pods.
    #[serde(deserialize_with = "null_is_default")]
    pub replicas: i32,
    /// Available pods.
    #[serde(deserialize_with = "null_is_default")]
    pub available_replicas: i32,
    /// Pod hash of its ReplicaSet.
    #[serde(deserialize_with = "null_is_default")]
    pub pod_template_hash: Box<str>,
    /// Last change.
    pub last_transition_time: Option<Timestamp>,
}

/// A run of an experiment.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExperimentRun {
    /// Name of the analysis.
    pub name: Box<str>,
    /// Name of the AnalysisRun.
    pub analysis_run: Box<str>,
    /// Its phase.
    #[serde(deserialize_with = "null_is_default")]
    pub phase: Box<str>,
    /// Its message.
    #[serde(deserialize_with = "null_is_default")]
    pub message: Box<str>,
}

impl<'de> Deserialize<'de> for Experiment {
    /// Never fails on what is JSON: see [`Experiment::decode`].
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::decode(&Value::deserialize(deserializer)?))
    }
}

impl Experiment {
    /// Reads it from JSON. One that cannot be read keeps its metadata and says in [`Experiment::unreadable`] what is wrong
    /// with it, so that it is shown instead of missing.
    #[must_use]
    pub fn decode(value: &Value) -> Self {
        match parts(value) {
            (meta, Ok((spec, status))) => Self { meta, spec, status, unreadable: None },
            (meta, Err(why)) => Self { meta, unreadable: Some(why), ..Self::default() },
        }
    }
}
