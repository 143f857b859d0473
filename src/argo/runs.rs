//! AnalysisRuns and Experiments in the picture: how a run stands, metric by metric, against its limits, and when it
//! measures next. Built by [`run`] from [`metric`], which fills in arguments ([`arguments`]) and reads limits
//! ([`threshold`]) and queries ([`query`]); and by [`experiment`]. [`words`] tells them in short.

pub mod arguments;
pub mod experiment;
pub mod metric;
pub mod pattern;
pub mod query;
pub mod run;
pub mod threshold;
pub mod words;

use super::lenient::IntOrString;
use super::picture::ReplicaSetPicture;
use jiff::Timestamp;
use std::sync::Arc;

/// What a run is for (label `rollout-type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Beside the steps of a canary.
    Background,
    /// A step of a canary; its index.
    Inline(Option<usize>),
    /// Before a blue-green switch.
    PrePromotion,
    /// After a blue-green switch.
    PostPromotion,
    /// Of an experiment.
    Experiment,
    /// Of nobody, or not told.
    Other,
}

impl RunKind {
    /// The word in reports: `background`, `step`, `prePromotion`, `postPromotion`, `experiment`, `other`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Background => "background",
            Self::Inline(_) => "step",
            Self::PrePromotion => "prePromotion",
            Self::PostPromotion => "postPromotion",
            Self::Experiment => "experiment",
            Self::Other => "other",
        }
    }
}

/// An AnalysisRun in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPicture {
    /// Name.
    pub name: Arc<str>,
    /// Uid.
    pub uid: Arc<str>,
    /// What it is for.
    pub kind: RunKind,
    /// Named in the rollout's status as the current one of its kind.
    pub current: bool,
    /// Phase as the controller wrote it; empty before its first pass (the plugin prints nothing, people read Pending).
    pub status: Box<str>,
    /// Message.
    pub message: Box<str>,
    /// Successful measurements of all metrics, dry runs too.
    pub successful: i64,
    /// Failed ones.
    pub failed: i64,
    /// Inconclusive ones.
    pub inconclusive: i64,
    /// Errors.
    pub error: i64,
    /// Jobs that measure, from the measurements' metadata.
    pub jobs: Vec<JobPicture>,
    /// Its metrics, in the order of the spec.
    pub metrics: Vec<MetricPicture>,
    /// Arguments: name, and value or where it comes from (a Secret's value is never known).
    pub args: Vec<(String, String)>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Begin.
    pub started_at: Option<Timestamp>,
    /// End.
    pub completed_at: Option<Timestamp>,
    /// Somebody asked for its end.
    pub terminating: bool,
    /// Set when it could not be read: why.
    pub unreadable: Option<Box<str>>,
}

/// A job that measures.
#[derive(Clone, Debug, PartialEq)]
pub struct JobPicture {
    /// Name.
    pub name: Box<str>,
    /// Namespace, where it is not the run's.
    pub namespace: Option<Box<str>>,
    /// Phase of the measurement.
    pub status: Box<str>,
    /// When it began.
    pub started_at: Option<Timestamp>,
}

/// A metric of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricPicture {
    /// Name.
    pub name: Box<str>,
    /// Key of the provider (`prometheus`, `job`, `plugin: x`); empty when unknown.
    pub provider: String,
    /// The query with its arguments filled in, if the provider has one.
    pub query: Option<String>,
    /// Success condition, arguments filled in.
    pub success_condition: Option<String>,
    /// Failure condition, arguments filled in.
    pub failure_condition: Option<String>,
    /// The limit as a number, where one of the conditions is a simple comparison.
    pub threshold: Option<Threshold>,
    /// Phase; empty before its first measurement.
    pub phase: Box<str>,
    /// Message.
    pub message: Box<str>,
    /// Does not decide.
    pub dry_run: bool,
    /// Time between measurements, in seconds; `None` without, or when it cannot be read.
    pub interval_s: Option<f64>,
    /// Interval as written.
    pub interval: Option<Box<str>>,
    /// Measurements wanted; `None`: without end, or not known.
    pub wanted: Option<i64>,
    /// Completed measurements without errors.
    pub count: i64,
    /// Successful measurements.
    pub successful: i64,
    /// Failed ones.
    pub failed: i64,
    /// Inconclusive ones.
    pub inconclusive: i64,
    /// Errors.
    pub error: i64,
    /// Errors in a row.
    pub consecutive_error: i64,
    /// Successes in a row.
    pub consecutive_success: i64,
    /// Failures that are allowed; `None`: no limit, or not known.
    pub failure_limit: Option<i64>,
    /// Inconclusive measurements that are allowed.
    pub inconclusive_limit: Option<i64>,
    /// Errors in a row that are allowed.
    pub consecutive_error_limit: Option<i64>,
    /// Successes in a row that end it; `None`: off.
    pub consecutive_success_limit: Option<i64>,
    /// A limit or count as written, where it is no number (`{{args.n}}` without a value).
    pub unread: Vec<(&'static str, IntOrString)>,
    /// When it measures next; `None` when it does not, or that is not known.
    pub next_at: Option<Timestamp>,
    /// The newest measurements (the controller keeps 10 unless told otherwise), oldest first.
    pub measurements: Vec<MeasurementPicture>,
}

/// A measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasurementPicture {
    /// Phase.
    pub phase: Box<str>,
    /// Value as text.
    pub value: Box<str>,
    /// The value as a number, where it is one, or a list of exactly one.
    pub number: Option<f64>,
    /// Message.
    pub message: Box<str>,
    /// Begin.
    pub started_at: Option<Timestamp>,
    /// End; `None` while it runs.
    pub finished_at: Option<Timestamp>,
    /// Job, if one measured.
    pub job: Option<Box<str>>,
}

/// A simple limit: `result[0] >= 0.95`.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// The number.
    pub limit: f64,
    /// Comparison of a good value with it.
    pub good: Comparison,
    /// How the number was written.
    pub text: Box<str>,
}

/// How a good value compares with the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Other,
}

impl Comparison {
    /// Its sign: `<`, `≤`, `>`, `≥`, `=`, `≠`.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "≤",
            Self::Above => ">",
            Self::AtLeast => "≥",
            Self::Equal => "=",
            Self::Other => "≠",
        }
    }
}

/// An Experiment in the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentPicture {
    /// Name.
    pub name: Arc<str>,
    /// Uid.
    pub uid: Arc<str>,
    /// Named in the rollout's status.
    pub current: bool,
    /// Phase; empty before its first pass.
    pub status: Box<str>,
    /// Message.
    pub message: Box<str>,
    /// Templates: name, status, available and wanted pods, message.
    pub templates: Vec<TemplatePicture>,
    /// Its ReplicaSets; tags are `Σ:<template>`'s template names in [`ReplicaSetPicture::template`].
    pub replica_sets: Vec<ReplicaSetPicture>,
    /// Its runs.
    pub analysis_runs: Vec<RunPicture>,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// When all pods were available.
    pub available_at: Option<Timestamp>,
    /// When it ends by its duration; `None` without one, or before its pods are up.
    pub ends_at: Option<Timestamp>,
    /// Duration as written.
    pub duration: Option<Box<str>>,
    /// Somebody asked for its end.
    pub terminating: bool,
    /// Set when it could not be read: why.
    pub unreadable: Option<Box<str>>,
}

/// A template of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplatePicture {
    /// Name.
    pub name: Box<str>,
    /// Status.
    pub status: Box<str>,
    /// Message.
    pub message: Box<str>,
    /// Available pods.
    pub available: i32,
    /// Wanted pods.
    pub wanted: i32,
}
