//! The status of an AnalysisRun, field by field as the controller writes it: what is empty is left out, but `phase` and
//! `runSummary` are always there.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `status` of an AnalysisRun.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RunStatus {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run_summary: Option<Summary>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metric_results: Vec<MetricResult>,
    pub phase: String,
    pub run_summary: Summary,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
}

/// How many metrics, and how they ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Summary {
    #[serde(skip_serializing_if = "zero")]
    pub count: i64,
    #[serde(skip_serializing_if = "zero")]
    pub error: i64,
    #[serde(skip_serializing_if = "zero")]
    pub failed: i64,
    #[serde(skip_serializing_if = "zero")]
    pub inconclusive: i64,
    #[serde(skip_serializing_if = "zero")]
    pub successful: i64,
}

/// The measurements of one metric and what they come to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MetricResult {
    #[serde(skip_serializing_if = "zero")]
    pub consecutive_error: i64,
    #[serde(skip_serializing_if = "zero")]
    pub consecutive_success: i64,
    #[serde(skip_serializing_if = "zero")]
    pub count: i64,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    #[serde(skip_serializing_if = "zero")]
    pub error: i64,
    #[serde(skip_serializing_if = "zero")]
    pub failed: i64,
    #[serde(skip_serializing_if = "zero")]
    pub inconclusive: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<Measurement>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    pub name: String,
    pub phase: String,
    #[serde(skip_serializing_if = "zero")]
    pub successful: i64,
}

/// One measurement.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Measurement {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub metadata: Map<String, Value>,
    pub phase: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn zero(value: &i64) -> bool {
    *value == 0
}

/// Whether a phase is one of the ends.
pub fn is_completed(phase: &str) -> bool {
    matches!(phase, "Successful" | "Failed" | "Error" | "Inconclusive")
}

/// Whether the second phase is worse than the first (Argo Rollouts, `utils/analysis/helpers.go`).
pub fn is_worse(than: &str, phase: &str) -> bool {
    const ORDER: [&str; 6] = ["Successful", "Running", "Pending", "Inconclusive", "Error", "Failed"];
    let place = |phase: &str| ORDER.iter().position(|known| *known == phase).unwrap_or(0);
    place(phase) > place(than)
}

impl RunStatus {
    /// Reads a run's status; one that is none of its form counts as none.
    pub fn of(run: &Value) -> Self {
        run.get("status").cloned().and_then(|status| serde_json::from_value(status).ok()).unwrap_or_default()
    }

    /// The result of a metric.
    pub fn result(&self, name: &str) -> Option<&MetricResult> {
        self.metric_results.iter().find(|result| result.name == name)
    }

    /// The result of a metric, made when there is none.
    pub fn result_mut(&mut self, name: &str, dry_run: bool) -> &mut MetricResult {
        let at = self.metric_results.iter().position(|result| result.name == name).unwrap_or_else(|| {
            let phase = "Running".to_owned();
            self.metric_results.push(MetricResult { name: name.to_owned(), dry_run, phase, ..MetricResult::default() });
            self.metric_results.len() - 1
        });
        &mut self.metric_results[at]
    }
}

impl Measurement {
    /// Whether it has ended.
    pub fn is_completed(&self) -> bool {
        is_completed(&self.phase)
    }
}

impl MetricResult {
    /// Counts a measurement that has ended.
    pub fn count(&mut self, phase: &str) {
        match phase {
            "Successful" => {
                self.successful += 1;
                self.consecutive_success += 1;
            }
            "Failed" => self.failed += 1,
            "Inconclusive" => self.inconclusive += 1,
            _ => {
                self.error += 1;
                self.consecutive_error += 1;
                self.consecutive_success = 0;
                return;
            }
        }
        self.count += 1;
        self.consecutive_error = 0;
        if phase != "Successful" {
            self.consecutive_success = 0;
        }
    }
}

impl Summary {
    /// Counts a metric that has ended in a phase.
    pub fn add(&mut self, phase: &str) {
        match phase {
            "Successful" => self.successful += 1,
            "Failed" => self.failed += 1,
            "Inconclusive" => self.inconclusive += 1,
            "Error" => self.error += 1,
            _ => {}
        }
    }
}
