//! The status of an Experiment, field by field as the controller writes it.

use crate::demo::controller::status::Condition;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// `status` of an Experiment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExperimentStatus {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub analysis_runs: Vec<AnalysisStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub available_at: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub phase: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub template_statuses: Vec<TemplateStatus>,
}

/// One template: its counts are never left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TemplateStatus {
    pub available_replicas: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collision_count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_transition_time: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    pub name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pod_template_hash: String,
    pub ready_replicas: i64,
    pub replicas: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub service_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub status: String,
    pub updated_replicas: i64,
}

/// One analysis.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AnalysisStatus {
    pub analysis_run: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    pub name: String,
    pub phase: String,
}

impl ExperimentStatus {
    /// Reads an Experiment's status; one that is none of its form counts as none.
    pub fn of(object: &Value) -> Self {
        object.get("status").cloned().and_then(|status| serde_json::from_value(status).ok()).unwrap_or_default()
    }

    /// The status of a template.
    pub fn template(&self, name: &str) -> Option<&TemplateStatus> {
        self.template_statuses.iter().find(|one| one.name == name)
    }

    /// Puts the status of a template in its place.
    pub fn set_template(&mut self, status: TemplateStatus) {
        match self.template_statuses.iter_mut().find(|one| one.name == status.name) {
            Some(place) => *place = status,
            None => self.template_statuses.push(status),
        }
    }

    /// Puts the status of an analysis in its place.
    pub fn set_analysis(&mut self, status: AnalysisStatus) {
        match self.analysis_runs.iter_mut().find(|one| one.name == status.name) {
            Some(place) => *place = status,
            None => self.analysis_runs.push(status),
        }
    }

    /// Sets a condition unless status and reason are as before.
    pub fn set_condition(&mut self, mut change: Condition) {
        if let Some(present) = self.conditions.iter().find(|present| present.kind == change.kind) {
            if present.status == change.status && present.reason == change.reason {
                return;
            }
            if present.status == change.status {
                change.last_transition_time.clone_from(&present.last_transition_time);
            }
        }
        self.conditions.retain(|present| present.kind != change.kind);
        self.conditions.push(change);
    }
}
