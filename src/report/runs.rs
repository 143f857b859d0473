//! AnalysisRuns and Experiments in a report: the structs are the order of the fields.

use super::rollout::{ReplicaSetReport, replica_set};
use crate::argo::runs::{ExperimentPicture, JobPicture, MeasurementPicture, MetricPicture, RunPicture};
use jiff::Timestamp;
use serde::Serialize;
use std::sync::Arc;

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExperimentReport {
    name: Arc<str>,
    status: Box<str>,
    replica_sets: Vec<ReplicaSetReport>,
    analysis_runs: Vec<RunReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunReport {
    name: Arc<str>,
    status: Box<str>,
    successful: i64,
    failed: i64,
    inconclusive: i64,
    error: i64,
    kind: &'static str,
    jobs: Vec<JobReport>,
    metrics: Vec<MetricReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct JobReport {
    name: Box<str>,
    status: Box<str>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
struct MetricReport {
    name: Box<str>,
    phase: Box<str>,
    measurements: Vec<MeasurementReport>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct MeasurementReport {
    phase: Box<str>,
    value: Box<str>,
    finished_at: Option<Timestamp>,
}

impl ExperimentReport {
    pub(super) fn of(experiment: &ExperimentPicture) -> Self {
        Self {
            name: experiment.name.clone(),
            status: experiment.status.clone(),
            replica_sets: experiment.replica_sets.iter().map(replica_set).collect(),
            analysis_runs: experiment.analysis_runs.iter().map(RunReport::of).collect(),
        }
    }
}

impl RunReport {
    pub(super) fn of(run: &RunPicture) -> Self {
        Self {
            name: run.name.clone(),
            status: run.status.clone(),
            successful: run.successful,
            failed: run.failed,
            inconclusive: run.inconclusive,
            error: run.error,
            kind: run.kind.word(),
            jobs: run.jobs.iter().map(job).collect(),
            metrics: run.metrics.iter().map(metric).collect(),
        }
    }
}

fn job(job: &JobPicture) -> JobReport {
    JobReport { name: job.name.clone(), status: job.status.clone() }
}

fn metric(metric: &MetricPicture) -> MetricReport {
    MetricReport {
        name: metric.name.clone(),
        phase: metric.phase.clone(),
        measurements: metric.measurements.iter().map(measurement).collect(),
    }
}

fn measurement(found: &MeasurementPicture) -> MeasurementReport {
    MeasurementReport { phase: found.phase.clone(), value: found.value.clone(), finished_at: found.finished_at }
}

#[cfg(test)]
mod tests {
    use crate::argo::analysis::AnalysisRun;
    use crate::argo::experiment::Experiment;
    use crate::argo::picture::{Children, of as picture};
    use crate::argo::rollout::Rollout;
    use crate::report::rollout::{Seen, report};
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn runs_and_experiments_have_the_fields_of_the_contract_in_its_order() {
        let rollout =
            Rollout::decode(&json!({"metadata": {"name": "web", "uid": "u"}, "spec": {"strategy": {"canary": {}}}}));
        let owned = |name: &str, owner: &str| {
            json!({"name": name, "uid": name, "ownerReferences": [{"uid": owner}],
                "annotations": {"rollout.argoproj.io/revision": "2"}, "labels": {"rollout-type": "Background"}})
        };
        let status = json!({"phase": "Running", "metricResults": [{"name": "rate", "phase": "Running", "successful": 3,
            "measurements": [{"phase": "Successful", "value": "[0.97]", "finishedAt": "2026-01-01T00:00:00Z",
                "metadata": {"job-name": "j"}}]}]});
        let run = |name: &str, owner: &str| {
            Arc::new(AnalysisRun::decode(&json!({"metadata": owned(name, owner),
                "spec": {"metrics": [{"name": "rate"}]}, "status": status})))
        };
        let runs = [run("r", "u"), run("x", "e")];
        let experiments =
            [Arc::new(Experiment::decode(&json!({"metadata": owned("e", "u"), "status": {"phase": "Running"}})))];
        let children = Children { analysis_runs: Some(&runs), experiments: Some(&experiments), ..Children::default() };
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let seen = Seen { channel: "", cluster: "", observed_at: now, stale: false };
        let text = serde_json::to_string(&report(&rollout, &picture(&rollout, children, now), &seen)).unwrap();
        let run = |name: &str, kind: &str| {
            format!(
                concat!(
                    r#"{{"name":"{}","status":"Running","successful":3,"failed":0,"inconclusive":0,"error":0,"kind":"{}","#,
                    r#""jobs":[{{"name":"j","status":"Successful"}}],"metrics":[{{"name":"rate","phase":"Running","#,
                    r#""measurements":[{{"phase":"Successful","value":"[0.97]","finishedAt":"2026-01-01T00:00:00Z"}}]}}]}}"#
                ),
                name, kind
            )
        };
        let expected = format!(
            r#""revisions":[{{"revision":2,"replicaSets":[],"experiments":[{{"name":"e","status":"Running","replicaSets":[],"analysisRuns":[{}]}}],"analysisRuns":[{}]}}]"#,
            run("x", "experiment"),
            run("r", "background")
        );
        assert!(text.contains(&expected), "{text}\n{expected}");
    }
}
