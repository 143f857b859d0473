//! The Rollout, slim: the fields of spec and status that rolltop shows or decides on (Argo Rollouts,
//! `pkg/apis/rollouts/v1alpha1/types.go`). Unknown fields are ignored, unknown steps keep their raw text.

use super::lenient::{IntOrString, null_is_default};
use super::meta::Meta;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// A Rollout.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rollout {
    /// Metadata.
    pub meta: Meta,
    /// Spec.
    pub spec: RolloutSpec,
    /// Status; all absent fields read as zero.
    pub status: RolloutStatus,
    /// Set when the object could not be read: the reason in words. Spec and status are then empty and must not be
    /// taken for facts.
    pub unreadable: Option<Box<str>>,
}

/// `spec`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RolloutSpec {
    /// Absent means 1; see [`RolloutSpec::desired`].
    pub replicas: Option<i32>,
    /// Paused by a person. Pause steps do not set it.
    #[serde(deserialize_with = "null_is_default")]
    pub paused: bool,
    /// Pods created before this time are restarted.
    pub restart_at: Option<Timestamp>,
    /// Seconds a pod must be ready to count as available.
    pub min_ready_seconds: Option<i32>,
    /// Seconds without progress until the rollout counts as failed; absent means 600.
    pub progress_deadline_seconds: Option<i32>,
    /// The label selector of the pods; absent with `workloadRef`.
    pub selector: Option<LabelSelector>,
    /// The pod template; absent with `workloadRef`.
    pub template: Option<PodTemplate>,
    /// The referenced workload, whose template is used instead.
    pub workload_ref: Option<WorkloadRef>,
    /// The strategy as written; the CRD accepts both kinds at once and none.
    #[serde(deserialize_with = "null_is_default")]
    pub strategy: Strategy,
}

/// A label selector.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSelector {
    /// `matchLabels`.
    #[serde(deserialize_with = "null_is_default")]
    pub match_labels: BTreeMap<Box<str>, Box<str>>,
    /// `matchExpressions`.
    #[serde(deserialize_with = "null_is_default")]
    pub match_expressions: Vec<LabelExpression>,
}

/// One expression of a label selector.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct LabelExpression {
    /// Label key.
    pub key: Box<str>,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
    pub operator: Box<str>,
    /// Values.
    #[serde(deserialize_with = "null_is_default")]
    pub values: Vec<Box<str>>,
}

/// `spec.template`, reduced to its containers.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PodTemplate {
    /// The pod spec.
    #[serde(deserialize_with = "null_is_default")]
    pub spec: PodTemplateSpec,
}

/// `spec.template.spec`, reduced.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodTemplateSpec {
    /// Main containers.
    #[serde(deserialize_with = "null_is_default")]
    pub containers: Vec<Container>,
    /// Init containers.
    #[serde(deserialize_with = "null_is_default")]
    pub init_containers: Vec<Container>,
}

/// A container, reduced to name and image.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Container {
    /// Name.
    pub name: Box<str>,
    /// Image as written.
    pub image: Box<str>,
}

/// `spec.workloadRef`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkloadRef {
    /// Kind of the workload.
    pub kind: Box<str>,
    /// Name of the workload.
    pub name: Box<str>,
    /// `never`, `onsuccess`, `progressively`; absent means never.
    pub scale_down: Option<Box<str>>,
}

/// `spec.strategy`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Strategy {
    /// Canary.
    pub canary: Option<Canary>,
    /// Blue-green.
    pub blue_green: Option<BlueGreen>,
}

/// Which strategy a rollout has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrategyKind {
    /// `spec.strategy.canary` alone.
    Canary,
    /// `spec.strategy.blueGreen` alone.
    BlueGreen,
    /// Both, or none: the controller calls such a spec invalid.
    Unknown,
}

/// `spec.strategy.canary`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Canary {
    /// The steps; may be empty.
    #[serde(deserialize_with = "null_is_default")]
    pub steps: Vec<Step>,
    /// Service of the canary pods.
    pub canary_service: Option<Box<str>>,
    /// Service of the stable pods.
    pub stable_service: Option<Box<str>>,
    /// Absent means 25 %.
    pub max_surge: Option<IntOrString>,
    /// Absent means 25 %.
    pub max_unavailable: Option<IntOrString>,
    /// Present when a traffic router sets the weights.
    pub traffic_routing: Option<TrafficRouting>,
    /// The stable ReplicaSet shrinks as the canary grows.
    #[serde(deserialize_with = "null_is_default")]
    pub dynamic_stable_scale: bool,
}

/// `spec.strategy.canary.trafficRouting`: which routers, and the weight that stands for all traffic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrafficRouting {
    /// Keys of the routers (`istio`, `nginx`, …), sorted.
    pub routers: Vec<Box<str>>,
    /// `maxTrafficWeight`; absent means 100.
    pub max_traffic_weight: Option<i64>,
}

/// One canary step: what it is, and its text as JSON, so that nothing unknown is lost.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Decoded.
    pub kind: StepKind,
    /// The element of `steps` as compact JSON.
    pub raw: Box<str>,
}

/// The kinds of canary step.
#[derive(Clone, Debug, PartialEq)]
pub enum StepKind {
    /// `setWeight`, 0 to the greatest traffic weight (100 unless told otherwise).
    SetWeight(i64),
    /// `pause`; without a duration it waits for a person.
    Pause(Option<IntOrString>),
    /// `setCanaryScale`.
    SetCanaryScale,
    /// `setHeaderRoute` with the route's name.
    SetHeaderRoute(Box<str>),
    /// `setMirrorRoute` with the route's name.
    SetMirrorRoute(Box<str>),
    /// `analysis` with the names of its templates.
    Analysis(Vec<Box<str>>),
    /// `experiment`.
    Experiment,
    /// `plugin` with its name.
    Plugin(Box<str>),
    /// A kind this program does not know, by its key.
    Unknown(Box<str>),
    /// No key, or something that is not an object.
    Invalid,
}

/// `spec.strategy.blueGreen`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BlueGreen {
    /// The Service that takes the traffic.
    pub active_service: Option<Box<str>>,
    /// The Service of the preview.
    pub preview_service: Option<Box<str>>,
    /// Absent means **true**.
    pub auto_promotion_enabled: Option<bool>,
    /// Seconds until automatic promotion; ignored when automatic promotion is off.
    pub auto_promotion_seconds: Option<i32>,
}

/// `status`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RolloutStatus {
    /// `phase` as the controller wrote it; absent before 1.0.
    pub phase: Option<Box<str>>,
    /// `message` as the controller wrote it.
    pub message: Option<Box<str>>,
    /// Conditions; their order is not stable.
    #[serde(deserialize_with = "null_is_default")]
    pub conditions: Vec<Condition>,
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
    pub current_step_hash: Option<Box<str>>,
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
    pub kind: Box<str>,
    /// `True`, `False`, `Unknown`.
    pub status: Box<str>,
    /// Reason, one word.
    pub reason: Box<str>,
    /// Message for people; goes stale when neither status nor reason changes.
    pub message: Box<str>,
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
    pub current_step_analysis_run_status: Option<RunStatus>,
    /// The background analysis.
    pub current_background_analysis_run_status: Option<RunStatus>,
    /// Name of the running experiment.
    pub current_experiment: Option<Box<str>>,
    /// `ping` or `pong`.
    pub stable_ping_pong: Option<Box<str>>,
}

/// `status.canary.weights`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct TrafficWeights {
    /// Weight of the canary.
    pub canary: WeightEntry,
    /// Weight of the stable version.
    pub stable: WeightEntry,
    /// Whether the router has confirmed it; only some do.
    pub verified: Option<bool>,
}

/// One destination's weight.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct WeightEntry {
    /// Weight, 0 to the greatest traffic weight.
    pub weight: i64,
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
    /// Pre-promotion analysis.
    pub pre_promotion_analysis_run_status: Option<RunStatus>,
    /// Post-promotion analysis.
    pub post_promotion_analysis_run_status: Option<RunStatus>,
}

impl RolloutSpec {
    /// Wanted pods: `replicas`, or 1 when absent.
    #[must_use]
    pub fn desired(&self) -> i32 {
        self.replicas.unwrap_or(1)
    }

    /// Which strategy; both or none is [`StrategyKind::Unknown`].
    #[must_use]
    pub fn strategy_kind(&self) -> StrategyKind {
        match (&self.strategy.canary, &self.strategy.blue_green) {
            (Some(_), None) => StrategyKind::Canary,
            (None, Some(_)) => StrategyKind::BlueGreen,
            _ => StrategyKind::Unknown,
        }
    }

    /// The canary steps; empty for every other strategy.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        match (&self.strategy.canary, &self.strategy.blue_green) {
            (Some(canary), None) => &canary.steps,
            _ => &[],
        }
    }
}

impl<'de> Deserialize<'de> for Rollout {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Wire {
            #[serde(default, deserialize_with = "null_is_default")]
            metadata: Meta,
            #[serde(default, deserialize_with = "null_is_default")]
            spec: RolloutSpec,
            #[serde(default, deserialize_with = "null_is_default")]
            status: RolloutStatus,
        }
        let wire = Wire::deserialize(deserializer)?;
        Ok(Self { meta: wire.metadata, spec: wire.spec, status: wire.status, unreadable: None })
    }
}

impl<'de> Deserialize<'de> for TrafficRouting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = BTreeMap::<Box<str>, Value>::deserialize(deserializer)?;
        let max_traffic_weight = fields.get("maxTrafficWeight").and_then(Value::as_i64);
        let routers = fields
            .into_iter()
            .filter(|(key, value)| !matches!(&**key, "maxTrafficWeight" | "managedRoutes") && !value.is_null())
            .map(|(key, _)| key)
            .collect();
        Ok(Self { routers, max_traffic_weight })
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(Self { kind: step_kind(&value), raw: value.to_string().into() })
    }
}

/// The kind of a step by its key. With several keys the plugin's order of precedence decides; an unknown key counts
/// only when no known one is there (Argo Rollouts, `pkg/kubectl-argo-rollouts/info`).
fn step_kind(value: &Value) -> StepKind {
    let Some(fields) = value.as_object() else { return StepKind::Invalid };
    let present = |key: &str| fields.get(key).filter(|value| !value.is_null());
    let name = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().into();
    if let Some(weight) = present("setWeight") {
        return weight.as_i64().map_or(StepKind::Invalid, StepKind::SetWeight);
    }
    if let Some(pause) = present("pause") {
        let duration = pause.get("duration").filter(|value| !value.is_null());
        return StepKind::Pause(duration.and_then(|value| serde_json::from_value(value.clone()).ok()));
    }
    if present("experiment").is_some() {
        return StepKind::Experiment;
    }
    if let Some(analysis) = present("analysis") {
        let templates = analysis.get("templates").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        return StepKind::Analysis(templates.iter().map(|template| name(template, "templateName")).collect());
    }
    if present("setCanaryScale").is_some() {
        return StepKind::SetCanaryScale;
    }
    if let Some(plugin) = present("plugin") {
        return StepKind::Plugin(name(plugin, "name"));
    }
    if let Some(route) = present("setHeaderRoute") {
        return StepKind::SetHeaderRoute(name(route, "name"));
    }
    if let Some(route) = present("setMirrorRoute") {
        return StepKind::SetMirrorRoute(name(route, "name"));
    }
    fields.keys().next().map_or(StepKind::Invalid, |key| StepKind::Unknown(key.as_str().into()))
}
