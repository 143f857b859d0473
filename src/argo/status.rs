//! `status` of a Rollout: what the controller wrote. Everything may be absent and then reads as zero, false or empty;
//! where absent differs from zero the field is an `Option`.

use super::lenient::{IntOrString, null_is_default, odd_is_default, odd_items_go};
use jiff::Timestamp;
use serde::Deserialize;
use std::sync::Arc;

/// `status`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RolloutStatus {
    /// `phase` as the controller wrote it; absent before 1.0.
    pub phase: Option<Arc<str>>,
    /// `message` as the controller wrote it.
    pub message: Option<Arc<str>>,
    /// Conditions; their order is not stable.
    #[serde(deserialize_with = "null_is_default")]
    pub conditions: Box<[Condition]>,
    /// What the rollout is paused by.
    #[serde(deserialize_with = "null_is_default")]
    pub pause_conditions: Vec<PauseCondition>,
    /// The controller paused it; true with no pause condition means it is being unpaused.
    #[serde(deserialize_with = "null_is_default")]
    pub controller_pause: bool,
    /// Wish or state of abort.
    #[serde(deserialize_with = "null_is_default")]
    pub abort: bool,
    /// When the controller acted on the abort.
    pub aborted_at: Option<Timestamp>,
    /// A full promotion is under way.
    #[serde(deserialize_with = "null_is_default")]
    pub promote_full: bool,
    /// Index of the step being executed; `len` when all are done; absent without steps.
    pub current_step_index: Option<i32>,
    /// Hash of the steps.
    pub current_step_hash: Option<Arc<str>>,
    /// Pod hash of the desired template.
    #[serde(deserialize_with = "null_is_default")]
    pub current_pod_hash: Box<str>,
    /// Pod hash (not the name) of the stable ReplicaSet; empty before the first pass.
    #[serde(rename = "stableRS", deserialize_with = "null_is_default")]
    pub stable_rs: Box<str>,
    /// A decimal number as text; hash-like before 0.10.
    pub observed_generation: Option<IntOrString>,
    /// Generation of the referenced workload, as text.
    pub workload_observed_generation: Option<IntOrString>,
    /// All pods of all owned ReplicaSets.
    #[serde(deserialize_with = "null_is_default")]
    pub replicas: i32,
    /// Pods of the desired ReplicaSet.
    #[serde(deserialize_with = "null_is_default")]
    pub updated_replicas: i32,
    /// Canary: ready pods of all ReplicaSets; blue-green: of the active one.
    #[serde(deserialize_with = "null_is_default")]
    pub ready_replicas: i32,
    /// Canary: available pods of all ReplicaSets; blue-green: of the active one.
    #[serde(deserialize_with = "null_is_default")]
    pub available_replicas: i32,
    /// What a HorizontalPodAutoscaler counts. Canary: all pods; blue-green: those of the active ReplicaSet.
    #[serde(rename = "HPAReplicas", deserialize_with = "odd_is_default")]
    pub hpa_replicas: i32,
    /// Label selector in text form.
    pub selector: Option<Box<str>>,
    /// Equals `spec.restartAt` when the restart is complete.
    pub restarted_at: Option<Timestamp>,
    /// Canary details.
    #[serde(deserialize_with = "null_is_default")]
    pub canary: CanaryStatus,
    /// Blue-green details.
    #[serde(deserialize_with = "null_is_default")]
    pub blue_green: BlueGreenStatus,
}

/// One condition.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    /// `type`.
    #[serde(rename = "type")]
    pub kind: Arc<str>,
    /// `True`, `False`, `Unknown`.
    pub status: Arc<str>,
    /// Reason, one word.
    pub reason: Arc<str>,
    /// Message for people; goes stale when neither status nor reason changes.
    pub message: Arc<str>,
    /// Last change of status.
    pub last_transition_time: Option<Timestamp>,
    /// Last refresh.
    pub last_update_time: Option<Timestamp>,
}

/// One pause condition.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PauseCondition {
    /// `CanaryPauseStep`, `BlueGreenPause`, `InconclusiveAnalysisRun`, `InconclusiveExperiment`, or newer ones.
    pub reason: Box<str>,
    /// When it began; whole seconds.
    pub start_time: Option<Timestamp>,
}

/// `status.canary`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct CanaryStatus {
    /// Only with traffic routing.
    pub weights: Option<TrafficWeights>,
    /// The inline analysis of the current step.
    pub current_step_analysis_run_status: Option<Box<RunStatus>>,
    /// The background analysis.
    pub current_background_analysis_run_status: Option<Box<RunStatus>>,
    /// Name of the running experiment.
    pub current_experiment: Option<Box<str>>,
    /// `ping` or `pong`.
    pub stable_ping_pong: Option<Box<str>>,
    /// What the plugins that are steps did (1.8 and later).
    #[serde(deserialize_with = "odd_items_go")]
    pub step_plugin_statuses: Box<[PluginStatus]>,
}

/// How a step of kind `plugin` stands.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PluginStatus {
    /// Index of the step.
    pub index: i32,
    /// Name of the plugin.
    #[serde(deserialize_with = "odd_is_default")]
    pub name: Box<str>,
    /// `Run`, `Terminate`, `Abort`.
    #[serde(deserialize_with = "odd_is_default")]
    pub operation: Box<str>,
    /// `Running`, `Successful`, `Failed`, `Error`.
    #[serde(deserialize_with = "odd_is_default")]
    pub phase: Box<str>,
    /// Message.
    #[serde(deserialize_with = "odd_is_default")]
    pub message: Box<str>,
    /// Begin.
    #[serde(deserialize_with = "odd_is_default")]
    pub started_at: Option<Timestamp>,
    /// Last call.
    #[serde(deserialize_with = "odd_is_default")]
    pub updated_at: Option<Timestamp>,
    /// End.
    #[serde(deserialize_with = "odd_is_default")]
    pub finished_at: Option<Timestamp>,
    /// Time until it is called again, a duration text.
    #[serde(deserialize_with = "odd_is_default")]
    pub backoff: Option<IntOrString>,
    /// How often it was called.
    #[serde(deserialize_with = "odd_is_default")]
    pub executions: i64,
    /// It is skipped, which counts as success.
    #[serde(deserialize_with = "odd_is_default")]
    pub disabled: bool,
}

/// `status.canary.weights`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TrafficWeights {
    /// Weight of the canary.
    #[serde(deserialize_with = "null_is_default")]
    pub canary: WeightEntry,
    /// Weight of the stable version.
    #[serde(deserialize_with = "null_is_default")]
    pub stable: WeightEntry,
    /// Weights of others, such as templates of an experiment.
    #[serde(deserialize_with = "odd_items_go")]
    pub additional: Box<[WeightEntry]>,
    /// Whether the router has confirmed it; only some do.
    pub verified: Option<bool>,
}

/// One destination's weight.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WeightEntry {
    /// Weight, 0 to the greatest traffic weight.
    pub weight: i64,
    /// Service that takes this share.
    #[serde(deserialize_with = "odd_is_default")]
    pub service_name: Box<str>,
    /// Pod hash behind it.
    #[serde(deserialize_with = "odd_is_default")]
    pub pod_template_hash: Box<str>,
}

/// Name, status and message of a current AnalysisRun.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RunStatus {
    /// Name of the run.
    pub name: Box<str>,
    /// Its phase; empty right after creation.
    pub status: Box<str>,
    /// Its message.
    pub message: Box<str>,
}

/// `status.blueGreen`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BlueGreenStatus {
    /// Pod hash that the active Service selects.
    #[serde(deserialize_with = "null_is_default")]
    pub active_selector: Box<str>,
    /// Pod hash that the preview Service selects.
    #[serde(deserialize_with = "null_is_default")]
    pub preview_selector: Box<str>,
    /// The preview has passed the gate that `previewReplicaCount` puts before its full size.
    #[serde(deserialize_with = "odd_is_default")]
    pub scale_up_preview_check_point: bool,
    /// Pre-promotion analysis.
    pub pre_promotion_analysis_run_status: Option<Box<RunStatus>>,
    /// Post-promotion analysis.
    pub post_promotion_analysis_run_status: Option<Box<RunStatus>>,
}
