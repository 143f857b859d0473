//! A Rollout's status as the controller writes it: what is empty is left out. The controller builds each status anew
//! and sends the difference to the one it started from, which is why lists go back to what they were at the start of a
//! pass (Argo Rollouts, `rollout/sync.go`).

use super::json::{merge_patch, text};
use super::spec::Spec;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// A condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Condition {
    /// When the status last changed.
    pub last_transition_time: String,
    /// When anything last changed.
    pub last_update_time: String,
    /// For people.
    pub message: String,
    /// For machines.
    pub reason: String,
    /// `True`, `False`, `Unknown`.
    pub status: String,
    /// What it is about.
    #[serde(rename = "type")]
    pub kind: String,
}

/// A pause condition.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Pause {
    /// Such as `CanaryPauseStep`.
    pub reason: String,
    /// Since when.
    pub start_time: String,
}

/// The fields of `status` that the simulated controller knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[serde(rename = "HPAReplicas", skip_serializing_if = "zero")]
    pub hpa_replicas: i64,
    #[serde(skip_serializing_if = "no")]
    pub abort: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aborted_at: Option<String>,
    #[serde(skip_serializing_if = "zero")]
    pub available_replicas: i64,
    pub blue_green: Value,
    pub canary: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    #[serde(skip_serializing_if = "no")]
    pub controller_pause: bool,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub current_pod_hash: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub current_step_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_step_index: Option<i64>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub observed_generation: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pause_conditions: Vec<Pause>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    #[serde(skip_serializing_if = "no")]
    pub promote_full: bool,
    #[serde(skip_serializing_if = "zero")]
    pub ready_replicas: i64,
    #[serde(skip_serializing_if = "zero")]
    pub replicas: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restarted_at: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub selector: String,
    #[serde(rename = "stableRS", skip_serializing_if = "String::is_empty")]
    pub stable_rs: String,
    #[serde(skip_serializing_if = "zero")]
    pub updated_replicas: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub workload_observed_generation: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn zero(value: &i64) -> bool {
    *value == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn no(value: &bool) -> bool {
    !*value
}

impl Default for Status {
    fn default() -> Self {
        Self {
            hpa_replicas: 0,
            abort: false,
            aborted_at: None,
            available_replicas: 0,
            blue_green: json!({}),
            canary: json!({}),
            collision_count: None,
            conditions: Vec::new(),
            controller_pause: false,
            current_pod_hash: String::new(),
            current_step_hash: String::new(),
            current_step_index: None,
            message: String::new(),
            observed_generation: String::new(),
            pause_conditions: Vec::new(),
            phase: String::new(),
            promote_full: false,
            ready_replicas: 0,
            replicas: 0,
            restarted_at: None,
            selector: String::new(),
            stable_rs: String::new(),
            updated_replicas: 0,
            workload_observed_generation: String::new(),
        }
    }
}

impl Status {
    /// Reads a Rollout's status. A field of a wrong type counts as absent.
    pub fn of(rollout: &Value) -> Self {
        let fields = rollout.get("status").and_then(Value::as_object);
        let mut known: Map<String, Value> = fields
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Ok(status) = serde_json::from_value(Value::Object(known.clone())) {
            return status;
        }
        known.retain(|name, value| serde_json::from_value::<Self>(json!({ name: value })).is_ok());
        serde_json::from_value(Value::Object(known)).unwrap_or_default()
    }

    /// The status as JSON.
    pub fn json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The condition of a type.
    pub fn condition(&self, kind: &str) -> Option<&Condition> {
        self.conditions.iter().find(|condition| condition.kind == kind)
    }

    /// Sets a condition unless status and reason are as before; a changed one goes to the end. Says whether it changed.
    pub fn set_condition(&mut self, mut condition: Condition) -> bool {
        if let Some(present) = self.condition(&condition.kind) {
            if present.status == condition.status && present.reason == condition.reason {
                return false;
            }
            if present.status == condition.status {
                condition.last_transition_time.clone_from(&present.last_transition_time);
            }
        }
        self.remove_condition(&condition.kind);
        self.conditions.push(condition);
        true
    }

    /// Removes a condition.
    pub fn remove_condition(&mut self, kind: &str) {
        self.conditions.retain(|condition| condition.kind != kind);
    }

    /// Whether a pause condition with this reason is there.
    pub fn pause(&self, reason: &str) -> Option<&Pause> {
        self.pause_conditions.iter().find(|pause| pause.reason == reason)
    }

    /// Sets generation, phase and message, as both kinds of write do at their end.
    pub fn finish(&mut self, spec: Spec<'_>) {
        let generation = super::json::number(spec.0, "/metadata/generation").unwrap_or(0);
        self.observed_generation = generation.to_string();
        if spec.0.pointer("/spec/workloadRef").is_some() {
            let generation = super::json::annotation(spec.0, super::workload_ref::GENERATION);
            generation.clone_into(&mut self.workload_observed_generation);
        }
        let (phase, message) = phase(spec, self);
        phase.clone_into(&mut self.phase);
        self.message = message;
    }

    /// The difference to another status; `None` when there is none.
    pub fn patch_to(&self, after: &Self) -> Option<Value> {
        let patch = merge_patch(&self.json(), &after.json());
        patch.as_object().is_some_and(|map| !map.is_empty()).then_some(patch)
    }
}

/// A new condition.
pub fn condition(now: Timestamp, kind: &str, status: &str, reason: &str, message: String) -> Condition {
    let now = crate::demo::store::stamp(now);
    Condition {
        last_transition_time: now.clone(),
        last_update_time: now,
        message,
        reason: reason.to_owned(),
        status: status.to_owned(),
        kind: kind.to_owned(),
    }
}

/// Phase and message (Argo Rollouts, `utils/rollout/rolloututil.go`, `CalculateRolloutPhase`).
fn phase(spec: Spec<'_>, status: &Status) -> (&'static str, String) {
    for condition in &status.conditions {
        if condition.kind == "InvalidSpec" {
            return ("Degraded", format!("InvalidSpec: {}", condition.message));
        }
        if matches!(condition.reason.as_str(), "RolloutAborted" | "ProgressDeadlineExceeded") {
            return ("Degraded", format!("{}: {}", condition.reason, condition.message));
        }
    }
    let progressing = |message: &str| ("Progressing", message.to_owned());
    if spec.paused() {
        return ("Paused", "manually paused".to_owned());
    }
    if let Some(pause) = status.pause_conditions.first() {
        return ("Paused", pause.reason.clone());
    }
    let restart = spec.0.pointer("/spec/restartAt").and_then(Value::as_str);
    if restart.is_some() && restart != status.restarted_at.as_deref() {
        return progressing("rollout is restarting");
    }
    if status.updated_replicas < spec.replicas() {
        return progressing("more replicas need to be updated");
    }
    if status.available_replicas < status.updated_replicas {
        return progressing("updated replicas are still becoming available");
    }
    let promoted = !status.stable_rs.is_empty() && status.stable_rs == status.current_pod_hash;
    if let Some(strategy) = spec.blue_green() {
        let active = text(&status.blue_green, "/activeSelector");
        if active.is_empty() || active != status.current_pod_hash {
            return progressing("active service cutover pending");
        }
        if !promoted {
            let analysed = strategy.get("postPromotionAnalysis").is_some_and(Value::is_object);
            let run = text(&status.blue_green, "/postPromotionAnalysisRunStatus/status");
            let complete = matches!(run, "Successful" | "Failed" | "Error" | "Inconclusive");
            return progressing(if analysed && !complete {
                "waiting for analysis to complete"
            } else {
                "waiting for post-promotion verification to complete"
            });
        }
        return ("Healthy", String::new());
    }
    if !spec.routed() && status.replicas > status.updated_replicas {
        return progressing("old replicas are pending termination");
    }
    if !promoted {
        return progressing("waiting for all steps to complete");
    }
    ("Healthy", String::new())
}
