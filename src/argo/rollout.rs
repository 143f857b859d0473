//! The Rollout, slim: the fields of spec and status that rolltop shows or decides on (Argo Rollouts,
//! `pkg/apis/rollouts/v1alpha1/types.go`). Unknown fields are ignored, unknown steps keep their raw text.

use super::lenient::{null_is_default, odd_is_default, parts};
use super::meta::Meta;
use super::pairs::Pairs;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::sync::Arc;

pub use super::status::{
    BlueGreenStatus, CanaryStatus, Condition, PauseCondition, PluginStatus, RolloutStatus, RunStatus, TrafficWeights,
    WeightEntry,
};
pub use super::strategy::{
    AnalysisSpec, BlueGreen, Canary, ProgressThreshold, RoleMetadata, Step, StepKind, Strategy, StrategyKind,
    TemplateName, TrafficRouting,
};

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
    /// A passed deadline aborts the update.
    #[serde(deserialize_with = "odd_is_default")]
    pub progress_deadline_abort: bool,
    /// Old ReplicaSets that are kept; absent means 10.
    #[serde(deserialize_with = "odd_is_default")]
    pub revision_history_limit: Option<i32>,
    /// How far back a rollback skips the steps (1.4 and later).
    #[serde(deserialize_with = "odd_is_default")]
    pub rollback_window: Option<RollbackWindow>,
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

/// `spec.rollbackWindow`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct RollbackWindow {
    /// Revisions between the stable one and the target.
    #[serde(deserialize_with = "null_is_default")]
    pub revisions: i32,
}

/// A label selector.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct LabelSelector {
    /// `matchLabels`.
    #[serde(deserialize_with = "null_is_default")]
    pub match_labels: Pairs,
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
    pub containers: Box<[Container]>,
    /// Init containers.
    #[serde(deserialize_with = "null_is_default")]
    pub init_containers: Box<[Container]>,
}

/// A container, reduced to name and image.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Container {
    /// Name.
    pub name: Arc<str>,
    /// Image as written.
    pub image: Arc<str>,
}

/// `spec.workloadRef`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WorkloadRef {
    /// `apiVersion` of the workload.
    #[serde(deserialize_with = "null_is_default")]
    pub api_version: Box<str>,
    /// Kind of the workload.
    pub kind: Box<str>,
    /// Name of the workload.
    pub name: Box<str>,
    /// `never`, `onsuccess`, `progressively`; absent means never.
    pub scale_down: Option<Box<str>>,
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

impl Rollout {
    /// Reads a Rollout from JSON. An object that cannot be read keeps its metadata and says in
    /// [`Rollout::unreadable`] what is wrong with it, so that it is shown instead of missing.
    #[must_use]
    pub fn decode(value: &Value) -> Self {
        match parts(value) {
            (meta, Ok((spec, status))) => Self { meta, spec, status, unreadable: None },
            (meta, Err(why)) => Self { meta, unreadable: Some(why), ..Self::default() },
        }
    }

    /// Reads a Rollout from JSON text, as [`Rollout::decode`] does.
    ///
    /// # Errors
    /// When the text is no JSON at all.
    pub fn decode_text(text: &str) -> Result<Self, serde_json::Error> {
        match serde_json::from_str(text) {
            Ok(rollout) => Ok(rollout),
            Err(_) => Ok(Self::decode(&serde_json::from_str(text)?)),
        }
    }

    /// The step that is being executed: `steps[currentStepIndex]`, an absent index counting as 0; `None` without
    /// steps and when all are done (Argo Rollouts, `utils/replicaset/canary.go`, `GetCurrentCanaryStep`).
    #[must_use]
    pub fn current_step(&self) -> Option<(usize, &Step)> {
        let index = usize::try_from(self.status.current_step_index.unwrap_or(0)).unwrap_or(0);
        self.spec.steps().get(index).map(|step| (index, step))
    }

    /// Whether the desired version is the stable one: `status.stableRS == status.currentPodHash`.
    #[must_use]
    pub fn fully_promoted(&self) -> bool {
        self.status.stable_rs == self.status.current_pod_hash
    }

    /// What stands for all traffic: 100 unless `trafficRouting.maxTrafficWeight` says otherwise.
    #[must_use]
    pub fn max_weight(&self) -> i64 {
        self.traffic_routing().and_then(|routing| routing.max_traffic_weight).unwrap_or(100)
    }

    /// The traffic routing of a canary, if a router sets the weights.
    #[must_use]
    pub fn traffic_routing(&self) -> Option<&TrafficRouting> {
        self.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref())
    }

    /// Whether a condition of this type has the status `True`. Reason and message are no help: they are the same for
    /// `False`.
    #[must_use]
    pub fn condition_is_true(&self, kind: &str) -> bool {
        self.condition(kind).is_some_and(|condition| &*condition.status == "True")
    }

    /// The condition of this type.
    #[must_use]
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.status.conditions.iter().find(|condition| &*condition.kind == kind)
    }
}
