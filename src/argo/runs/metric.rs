//! One metric of a run: what is asked, by which limits it is judged, what was found, and when it is measured next (Argo
//! Rollouts, `analysis/analysis.go`).

use super::{MeasurementPicture, MetricPicture, arguments, pattern, query, threshold};
use crate::argo::age;
use crate::argo::analysis::{AnalysisRun, Argument, Measurement, Metric, MetricResult};
use crate::argo::lenient::IntOrString;
use jiff::{SignedDuration, Timestamp};

/// Time until an attempt after an error, whatever the interval is (`DefaultErrorRetryInterval`).
const AFTER_ERROR: SignedDuration = SignedDuration::from_secs(10);
/// Errors in a row that are allowed where nothing is said (`DefaultConsecutiveErrorLimit`).
const ERRORS_ALLOWED: i64 = 4;

/// Key of a measurement's metadata with the name of the job that measured.
pub const JOB_NAME: &str = "job-name";
/// Key with the job's namespace.
pub const JOB_NAMESPACE: &str = "job-namespace";

/// Whether a run, a metric or a measurement with this phase has ended.
#[must_use]
pub fn ended(phase: &str) -> bool {
    matches!(phase, "Successful" | "Failed" | "Error" | "Inconclusive")
}

/// All metrics in the order of the spec; results without a metric of theirs come last.
#[must_use]
pub fn all(run: &AnalysisRun) -> Vec<MetricPicture> {
    let results = &run.status.metric_results;
    let of = |name: &str| results.iter().find(|result| &*result.name == name);
    let known = run.spec.metrics.iter().map(|metric| one(run, metric, of(&metric.name)));
    let orphans = results.iter().filter(|result| !run.spec.metrics.iter().any(|metric| metric.name == result.name));
    let orphans = orphans.map(|result| {
        let nameless = Metric { name: result.name.clone(), ..Metric::default() };
        // Nothing is known of its limits: the metric is not in the spec.
        MetricPicture {
            wanted: None,
            failure_limit: None,
            inconclusive_limit: None,
            consecutive_error_limit: None,
            next_at: None,
            ..one(run, &nameless, Some(result))
        }
    });
    known.chain(orphans).collect()
}

fn one(run: &AnalysisRun, metric: &Metric, result: Option<&MetricResult>) -> MetricPicture {
    let args = &run.spec.args;
    let nothing = MetricResult::default();
    let found = result.unwrap_or(&nothing);
    let condition = |text: &Option<Box<str>>| {
        text.as_deref().filter(|text| !text.trim().is_empty()).map(|text| arguments::filled(text, args))
    };
    let success_condition = condition(&metric.success_condition);
    let failure_condition = condition(&metric.failure_condition);
    let mut unread = Vec::new();
    let limits = limits(metric, args, &mut unread);
    let interval = metric.interval.as_deref().filter(|text| !text.is_empty()).map(|text| arguments::filled(text, args));
    let dry_rule = run.spec.dry_run.iter().any(|rule| pattern::matches(&rule.metric_name, &metric.name));
    MetricPicture {
        name: metric.name.clone(),
        provider: query::provider(metric),
        query: query::of(metric).map(|text| arguments::filled(&text, args)),
        threshold: threshold::of(success_condition.as_deref(), failure_condition.as_deref()),
        success_condition,
        failure_condition,
        phase: found.phase.clone(),
        message: found.message.clone(),
        dry_run: found.dry_run || dry_rule,
        interval_s: interval.as_deref().and_then(seconds),
        wanted: limits.wanted,
        count: found.count,
        successful: found.successful,
        failed: found.failed,
        inconclusive: found.inconclusive,
        error: found.error,
        consecutive_error: found.consecutive_error,
        consecutive_success: found.consecutive_success,
        failure_limit: limits.failures,
        inconclusive_limit: limits.inconclusive,
        consecutive_error_limit: limits.errors,
        consecutive_success_limit: limits.successes,
        unread,
        next_at: next_at(run, metric, found, interval.as_deref(), limits.wanted),
        interval: interval.map(Into::into),
        measurements: found.measurements.iter().map(measurement).collect(),
    }
}

/// A duration text in seconds; parts of a second are lost.
fn seconds(text: &str) -> Option<f64> {
    age::go_seconds(text).map(|seconds| seconds as f64)
}

fn measurement(found: &Measurement) -> MeasurementPicture {
    MeasurementPicture {
        phase: found.phase.clone(),
        value: found.value.clone(),
        number: threshold::number_of(&found.value),
        message: found.message.clone(),
        started_at: found.started_at,
        finished_at: found.finished_at,
        job: found.metadata.get(JOB_NAME).cloned(),
    }
}

struct Limits {
    wanted: Option<i64>,
    failures: Option<i64>,
    inconclusive: Option<i64>,
    errors: Option<i64>,
    successes: Option<i64>,
}

/// Limits and count as the controller reads them; what is no number is left in `unread`.
fn limits(metric: &Metric, args: &[Argument], unread: &mut Vec<(&'static str, IntOrString)>) -> Limits {
    let mut read = |name: &'static str, written: Option<&IntOrString>, absent: i64| match written {
        None => Some(absent),
        Some(written) => {
            let number = arguments::number(written, args);
            if number.is_none() {
                unread.push((name, written.clone()));
            }
            number
        }
    };
    let endless = metric.interval.as_deref().is_some_and(|interval| !interval.is_empty());
    let count = read("count", metric.count.as_ref(), 0);
    let limit = |number: Option<i64>| number.filter(|number| *number >= 0);
    Limits {
        // Absent or 0: once, or without end where there is an interval (`EffectiveCount`).
        wanted: match count {
            Some(0) => (!endless).then_some(1),
            other => other,
        },
        failures: limit(read("failureLimit", metric.failure_limit.as_ref(), 0)),
        inconclusive: limit(read("inconclusiveLimit", metric.inconclusive_limit.as_ref(), 0)),
        errors: limit(read("consecutiveErrorLimit", metric.consecutive_error_limit.as_ref(), ERRORS_ALLOWED)),
        successes: read("consecutiveSuccessLimit", metric.consecutive_success_limit.as_ref(), 0)
            .filter(|number| *number > 0),
    }
}

/// When it is measured next: at once or after `initialDelay` the first time, ten seconds after an error, else `interval`
/// after the last end. `None` once it has ended, while it measures, and where that cannot be told.
fn next_at(
    run: &AnalysisRun,
    metric: &Metric,
    found: &MetricResult,
    interval: Option<&str>,
    wanted: Option<i64>,
) -> Option<Timestamp> {
    if run.unreadable.is_some() || run.spec.terminate || ended(&run.status.phase) || ended(&found.phase) {
        return None;
    }
    let after =
        |from: Timestamp, text: &str| from.checked_add(SignedDuration::from_secs(age::go_seconds(text)?.max(0))).ok();
    let Some(last) = found.measurements.last() else {
        let started = run.status.started_at?;
        return match metric.initial_delay.as_deref().filter(|delay| !delay.is_empty()) {
            Some(delay) => after(started, &arguments::filled(delay, &run.spec.args)),
            None => Some(started),
        };
    };
    let Some(finished) = last.finished_at else { return last.resume_at };
    if &*last.phase == "Error" {
        return finished.checked_add(AFTER_ERROR).ok();
    }
    if wanted.is_some_and(|wanted| found.count >= wanted) {
        return None;
    }
    after(finished, interval?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn metric(metric: &Value, result: &Value) -> MetricPicture {
        let run = AnalysisRun::decode(&json!({"metadata": {"name": "r"},
            "spec": {"metrics": [metric], "args": [{"name": "n", "value": "5"}], "dryRun": [{"metricName": "dry.*"}]},
            "status": {"phase": "Running", "startedAt": "2026-01-01T00:00:00Z", "metricResults": [result]}}));
        assert_eq!(run.unreadable, None);
        all(&run).remove(0)
    }

    #[test]
    fn the_count_is_once_or_without_end_where_nothing_is_said() {
        let rows = [
            (json!({"name": "m"}), Some(1)),
            (json!({"name": "m", "count": 0}), Some(1)),
            (json!({"name": "m", "interval": "10s"}), None),
            (json!({"name": "m", "interval": "10s", "count": 0}), None),
            (json!({"name": "m", "interval": "10s", "count": 3}), Some(3)),
            (json!({"name": "m", "interval": "10s", "count": "{{args.n}}"}), Some(5)),
            (json!({"name": "m", "count": "{{args.x}}"}), None),
        ];
        for (value, wanted) in rows {
            assert_eq!(metric(&value, &json!({})).wanted, wanted, "{value}");
        }
    }

    #[test]
    fn limits_have_the_defaults_of_the_controller() {
        let plain = metric(&json!({"name": "m"}), &json!({}));
        assert_eq!(
            (
                plain.failure_limit,
                plain.inconclusive_limit,
                plain.consecutive_error_limit,
                plain.consecutive_success_limit
            ),
            (Some(0), Some(0), Some(4), None)
        );
        let off = metric(&json!({"name": "m", "failureLimit": -1, "consecutiveSuccessLimit": "2"}), &json!({}));
        assert_eq!((off.failure_limit, off.consecutive_success_limit), (None, Some(2)));
        let odd = metric(&json!({"name": "m", "failureLimit": "{{args.nobody}}"}), &json!({}));
        assert_eq!(odd.failure_limit, None);
        assert_eq!(odd.unread, [("failureLimit", IntOrString::Text("{{args.nobody}}".into()))]);
    }

    #[test]
    fn the_next_measurement_follows_the_last_one() {
        let at = |phase: &str, finished: Value| {
            json!({"name": "m", "phase": "Running", "count": 1, "measurements": [
                {"phase": phase, "startedAt": "2026-01-01T00:01:00Z", "finishedAt": finished, "resumeAt": "2026-01-01T00:09:00Z"}]})
        };
        let done = json!("2026-01-01T00:01:02Z");
        let every = |extra: Value| {
            let mut value = json!({"name": "m", "interval": "30s"});
            value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            value
        };
        let rows = [
            (every(json!({})), json!({"name": "m"}), Some("2026-01-01T00:00:00Z")),
            (every(json!({"initialDelay": "1m"})), json!({"name": "m"}), Some("2026-01-01T00:01:00Z")),
            (every(json!({"initialDelay": "soon"})), json!({"name": "m"}), None),
            (every(json!({})), at("Successful", done.clone()), Some("2026-01-01T00:01:32Z")),
            (every(json!({})), at("Failed", done.clone()), Some("2026-01-01T00:01:32Z")),
            (every(json!({})), at("Error", done.clone()), Some("2026-01-01T00:01:12Z")),
            (every(json!({})), at("Running", json!(null)), Some("2026-01-01T00:09:00Z")),
            (every(json!({"count": 1})), at("Successful", done.clone()), None),
            (json!({"name": "m"}), at("Successful", done.clone()), None),
            (every(json!({})), json!({"name": "m", "phase": "Failed"}), None),
        ];
        for (spec, result, next) in rows {
            let found = metric(&spec, &result).next_at.map(|at| at.to_string());
            assert_eq!(found.as_deref(), next, "{spec} {result}");
        }
    }

    #[test]
    fn a_dry_run_is_told_by_its_pattern_before_the_first_measurement() {
        assert!(metric(&json!({"name": "a-dry-one"}), &json!({})).dry_run);
        assert!(!metric(&json!({"name": "m"}), &json!({})).dry_run);
        assert!(metric(&json!({"name": "m"}), &json!({"name": "m", "dryRun": true})).dry_run);
    }

    #[test]
    fn a_result_without_its_metric_is_shown_without_limits() {
        let run =
            AnalysisRun::decode(&json!({"metadata": {}, "status": {"metricResults": [{"name": "gone", "failed": 2}]}}));
        let found = all(&run);
        assert_eq!(
            (&*found[0].name, found[0].failed, found[0].failure_limit, found[0].wanted),
            ("gone", 2, None, None)
        );
    }
}
