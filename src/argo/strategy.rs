//! `spec.strategy`: canary steps, traffic routing, blue-green (Argo Rollouts, `pkg/apis/rollouts/v1alpha1/types.go`).
//! A step keeps its raw text, so that a kind which is not known here is shown and counted like any other.

use super::lenient::{IntOrString, null_is_default, odd_is_default, odd_items_go};
use super::pairs::Pairs;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

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
    pub steps: Arc<[Step]>,
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
    /// Analysis beside the steps.
    #[serde(deserialize_with = "odd_is_default")]
    pub analysis: Option<Box<AnalysisSpec>>,
    /// How many canary pods suffice to go on (1.9 and later); absent: all.
    #[serde(deserialize_with = "odd_is_default")]
    pub replica_progress_threshold: Option<ProgressThreshold>,
    /// Seconds that the old pods stay after a promotion; absent means 30 with a traffic router.
    #[serde(deserialize_with = "odd_is_default")]
    pub scale_down_delay_seconds: Option<i32>,
    /// Seconds that the canary's pods stay after an abort; absent means 30 with a traffic router, 0 is no deadline.
    #[serde(deserialize_with = "odd_is_default")]
    pub abort_scale_down_delay_seconds: Option<i32>,
    /// Fewest pods of a side that has any (1.4 and later).
    #[serde(deserialize_with = "odd_is_default")]
    pub min_pods_per_replica_set: Option<i32>,
    /// Labels and annotations that pods carry while they are the canary.
    #[serde(deserialize_with = "odd_is_default")]
    pub canary_metadata: Option<Box<RoleMetadata>>,
    /// Labels and annotations that pods carry while they are stable.
    #[serde(deserialize_with = "odd_is_default")]
    pub stable_metadata: Option<Box<RoleMetadata>>,
}

/// A `RolloutAnalysis`, reduced: which templates, and from which step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AnalysisSpec {
    /// Its templates.
    #[serde(deserialize_with = "odd_items_go")]
    pub templates: Box<[TemplateName]>,
    /// First step with it; only beside the steps of a canary. Absent means 0.
    #[serde(deserialize_with = "odd_is_default")]
    pub starting_step: Option<i32>,
}

/// A reference to an AnalysisTemplate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TemplateName {
    /// Name.
    pub template_name: Box<str>,
}

impl AnalysisSpec {
    /// Names of the templates, with commas.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.templates.iter().map(|template| &*template.template_name).collect();
        names.join(", ")
    }
}

/// `replicaProgressThreshold`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ProgressThreshold {
    /// `Percent` or `Pods`.
    #[serde(rename = "type")]
    pub kind: Box<str>,
    /// How many.
    pub value: i64,
}

/// Labels and annotations that come and go with a role (`canaryMetadata` and its like).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RoleMetadata {
    /// Labels.
    #[serde(deserialize_with = "null_is_default")]
    pub labels: Pairs,
    /// Annotations.
    #[serde(deserialize_with = "null_is_default")]
    pub annotations: Pairs,
}

/// `spec.strategy.canary.trafficRouting`: which routers, and the weight that stands for all traffic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrafficRouting {
    /// Keys of the routers (`istio`, `nginx`, …), sorted; a router that is a plugin by its own name.
    pub routers: Vec<Box<str>>,
    /// `maxTrafficWeight`; absent means 100.
    pub max_traffic_weight: Option<i64>,
}

/// One canary step: what it is, and its text as JSON, so that nothing unknown is lost.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    /// Decoded.
    pub kind: StepKind,
    /// The element of `steps` as compact JSON.
    pub raw: Box<str>,
}

/// The kinds of canary step.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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
    /// Pods of the preview before it is promoted; absent: as many as wanted.
    #[serde(deserialize_with = "odd_is_default")]
    pub preview_replica_count: Option<i32>,
    /// Seconds that the old pods stay after the switch; absent means 30.
    #[serde(deserialize_with = "odd_is_default")]
    pub scale_down_delay_seconds: Option<i32>,
    /// Seconds that the preview's pods stay after an abort; absent means 30, 0 means that they stay.
    #[serde(deserialize_with = "odd_is_default")]
    pub abort_scale_down_delay_seconds: Option<i32>,
    /// Labels and annotations that pods carry while they are the preview.
    #[serde(deserialize_with = "odd_is_default")]
    pub preview_metadata: Option<Box<RoleMetadata>>,
    /// Labels and annotations that pods carry while they are active.
    #[serde(deserialize_with = "odd_is_default")]
    pub active_metadata: Option<Box<RoleMetadata>>,
    /// Present when an analysis must succeed before the switch.
    #[serde(deserialize_with = "present")]
    pub pre_promotion_analysis: Option<Box<AnalysisSpec>>,
    /// Present when an analysis must succeed after the switch.
    #[serde(deserialize_with = "present")]
    pub post_promotion_analysis: Option<Box<AnalysisSpec>>,
}

/// An analysis that is there counts as there, whatever it looks like.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<AnalysisSpec>>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    Ok((!value.is_null()).then(|| serde_json::from_value(value).unwrap_or_default()))
}

impl<'de> Deserialize<'de> for TrafficRouting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let fields = BTreeMap::<Box<str>, Value>::deserialize(deserializer)?;
        let max_traffic_weight = fields.get("maxTrafficWeight").and_then(Value::as_i64);
        let mut routers: Vec<Box<str>> = Vec::new();
        for (key, value) in fields {
            match (&*key, value) {
                ("maxTrafficWeight" | "managedRoutes", _) | (_, Value::Null) => {}
                ("plugins", Value::Object(plugins)) => routers.extend(plugins.keys().map(|name| name.as_str().into())),
                _ => routers.push(key),
            }
        }
        routers.sort();
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
