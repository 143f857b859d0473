//! Runs and experiments in few words: how far, how near to a limit, when next.

use super::metric::ended;
use super::{ExperimentPicture, MetricPicture, RunPicture};
use crate::argo::age;
use jiff::Timestamp;
use std::cmp::Reverse;

/// How a run stands: its most endangered metric with what is left of its limit, and the next measurement.
#[must_use]
pub fn run(run: &RunPicture, now: Timestamp) -> String {
    if let Some(why) = &run.unreadable {
        return format!("it cannot be read: {why}");
    }
    if ended(&run.status) {
        return if run.message.is_empty() {
            run.status.to_string()
        } else {
            format!("{}: {}", run.status, run.message)
        };
    }
    if run.terminating {
        return "it is being ended".to_owned();
    }
    match decisive(run) {
        Some(metric) => format!("{}: {}", metric.name, standing(metric, now)),
        None if run.status.is_empty() => "it has not begun".to_owned(),
        None => run.status.to_string(),
    }
}

/// The metric that decides soonest: no dry run, not ended, nearest to its limit of failures; then the one that measures
/// next.
#[must_use]
pub fn decisive(run: &RunPicture) -> Option<&MetricPicture> {
    let open = run.metrics.iter().filter(|metric| !ended(&metric.phase));
    open.min_by_key(|metric| {
        let left = metric.failure_limit.map_or(i64::MAX, |limit| limit.saturating_sub(metric.failed));
        (metric.dry_run, Reverse(metric.failed > 0), left, metric.next_at.is_none(), metric.next_at)
    })
}

/// `4 of 10 measured, 2 of 3 failures allowed, next measurement in 7s`.
#[must_use]
pub fn standing(metric: &MetricPicture, now: Timestamp) -> String {
    let mut parts = vec![measured(metric)];
    parts.extend(allowance(metric));
    if metric.consecutive_error > 0
        && let Some(limit) = metric.consecutive_error_limit
    {
        parts.push(format!("{} of {limit} errors in a row allowed", metric.consecutive_error));
    }
    if metric.inconclusive > 0
        && let Some(limit) = metric.inconclusive_limit
    {
        parts.push(format!("{} of {limit} without a verdict allowed", metric.inconclusive));
    }
    if let Some(limit) = metric.consecutive_success_limit {
        parts.push(format!("{} of {limit} successes in a row", metric.consecutive_success));
    }
    parts.extend(next(metric, now));
    parts.join(", ")
}

/// Measurements with a verdict, of those that are wanted.
fn measured(metric: &MetricPicture) -> String {
    let count = metric.count;
    match metric.wanted {
        Some(wanted) => format!("{count} of {wanted} measured"),
        None => format!("{count} measured"),
    }
}

/// What is left of the limit of failures. A limit is exceeded, not reached: with 3 allowed the fourth failure fails it.
#[must_use]
pub fn allowance(metric: &MetricPicture) -> Option<String> {
    match metric.failure_limit? {
        0 if metric.failed == 0 => Some("no failure allowed".to_owned()),
        0 => Some(format!("{} failed, none allowed", metric.failed)),
        limit => Some(format!("{} of {limit} failures allowed", metric.failed)),
    }
}

fn next(metric: &MetricPicture, now: Timestamp) -> Option<String> {
    if metric.measurements.last().is_some_and(|last| last.finished_at.is_none()) {
        return Some("measuring".to_owned());
    }
    metric.next_at.map(|at| match age::countdown(at, now).as_str() {
        "now" => "next measurement is due".to_owned(),
        left => format!("next measurement {left}"),
    })
}

/// How an experiment stands: its pods until they are up, then its runs and its end.
#[must_use]
pub fn experiment(experiment: &ExperimentPicture, now: Timestamp) -> String {
    if let Some(why) = &experiment.unreadable {
        return format!("it cannot be read: {why}");
    }
    let status = &experiment.status;
    if ended(status) {
        let message = &experiment.message;
        return if message.is_empty() { status.to_string() } else { format!("{status}: {message}") };
    }
    if experiment.terminating {
        return "it is being ended".to_owned();
    }
    if experiment.available_at.is_none() {
        let sum = |part: fn(&super::TemplatePicture) -> i32| {
            experiment.templates.iter().map(part).fold(0, i32::saturating_add)
        };
        let (available, wanted) = (sum(|template| template.available), sum(|template| template.wanted));
        return format!("waits for its pods ({available} of {wanted} available)");
    }
    let mut parts: Vec<String> = Vec::new();
    if let Some(open) = experiment.analysis_runs.iter().find(|run| !ended(&run.status)) {
        parts.push(run(open, now));
    }
    match experiment.ends_at.map(|at| age::countdown(at, now)) {
        Some(left) if left == "now" => parts.push("its time is over".to_owned()),
        Some(left) => parts.push(format!("ends {left}")),
        None => {}
    }
    if parts.is_empty() { "runs".to_owned() } else { parts.join("; ") }
}

#[cfg(test)]
mod tests {
    use crate::argo::analysis::AnalysisRun;
    use crate::argo::runs::run::of_experiment;
    use serde_json::{Value, json};

    fn told(metrics: &Value, results: &Value) -> String {
        let run = AnalysisRun::decode(&json!({"metadata": {"name": "r"}, "spec": {"metrics": metrics},
            "status": {"phase": "Running", "startedAt": "2026-01-01T00:00:00Z", "metricResults": results}}));
        super::run(&of_experiment(&run, true), "2026-01-01T00:00:10Z".parse().unwrap())
    }

    #[test]
    fn a_run_is_told_by_the_metric_that_is_nearest_to_its_limit() {
        let metrics = json!([
            {"name": "dry", "interval": "30s"}, {"name": "calm", "interval": "30s", "failureLimit": 5},
            {"name": "rate", "interval": "30s", "count": 10, "failureLimit": 3}]);
        let last =
            json!([{"phase": "Failed", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": "2026-01-01T00:00:01Z"}]);
        let results = json!([{"name": "dry", "dryRun": true, "failed": 9},
            {"name": "rate", "phase": "Running", "count": 4, "failed": 2, "consecutiveError": 1, "measurements": last}]);
        assert_eq!(
            told(&metrics, &results),
            "rate: 4 of 10 measured, 2 of 3 failures allowed, 1 of 4 errors in a row allowed, next measurement in 21s"
        );
    }

    #[test]
    fn before_between_and_after_measurements_it_says_so() {
        let one = || json!([{"name": "m"}]);
        assert_eq!(told(&one(), &json!([])), "m: 0 of 1 measured, no failure allowed, next measurement is due");
        let runs = json!([{"name": "m", "measurements": [{"phase": "Running", "startedAt": "2026-01-01T00:00:00Z"}]}]);
        assert_eq!(told(&one(), &runs), "m: 0 of 1 measured, no failure allowed, measuring");
        assert_eq!(told(&json!([]), &json!([])), "Running");
        let off = json!([{"name": "m", "failureLimit": -1, "interval": "1h", "consecutiveSuccessLimit": 3}]);
        let last = json!([{"name": "m", "count": 7, "consecutiveSuccess": 2, "failed": 4}]);
        assert_eq!(told(&off, &last), "m: 7 measured, 2 of 3 successes in a row, next measurement is due");
    }
}
