//! The analysis of a rollout, metric by metric: the last value against its limit, counts against what is allowed,
//! and what comes next.

use super::{Subject, cause, runs, words};
use crate::app::model::{Mark, MetricLine, Point, RunLine};
use crate::app::node::{Node, Spot};
use crate::argo::runs::{MeasurementPicture, MetricPicture, RunKind, RunPicture, Threshold};
use crate::argo::status::RunStatus;
use std::cmp::Reverse;

/// The runs of the newest revision, those of its experiments too: the current ones and those that went wrong first,
/// then the newest.
#[must_use]
pub fn runs(subject: &Subject<'_>) -> Vec<RunLine> {
    let Some(revision) = subject.newest() else { return Vec::new() };
    let of_experiments = revision.experiments.iter().flat_map(|experiment| &experiment.analysis_runs);
    let mut all: Vec<&RunPicture> = revision.analysis_runs.iter().chain(of_experiments).collect();
    all.sort_by_key(|run| {
        let wrong = matches!(&*run.status, "Failed" | "Error" | "Inconclusive");
        let matters = run.current || wrong || &*run.status == "Running";
        // What the update waits for comes before what goes on beside it.
        (!matters, run.kind == RunKind::Background, Reverse(run.created), run.name.clone())
    });
    all.into_iter().map(|run| run_line(subject, run)).collect()
}

/// The analysis of an update as the rollout's status tells it: `step 2 failed: rate failed (2) > failureLimit (1)`.
#[must_use]
pub fn of_status(subject: &Subject<'_>) -> Vec<(Mark, String)> {
    if !subject.is_updating() || subject.is_lagging() {
        return Vec::new();
    }
    let (canary, blue_green) = (&subject.rollout.status.canary, &subject.rollout.status.blue_green);
    let inline = subject.running_step().filter(|_| !subject.is_aborted());
    let all = [
        (RunKind::Inline(inline), &canary.current_step_analysis_run_status),
        (RunKind::Background, &canary.current_background_analysis_run_status),
        (RunKind::PrePromotion, &blue_green.pre_promotion_analysis_run_status),
        (RunKind::PostPromotion, &blue_green.post_promotion_analysis_run_status),
    ];
    let line = |(kind, run): (RunKind, &Option<Box<RunStatus>>)| {
        let run = run.as_ref().filter(|run| !run.name.is_empty())?;
        let title = match kind {
            // After an abort the status does not say which step it was.
            RunKind::Inline(None) => subject.short(&run.name).to_owned(),
            kind => runs::title(kind),
        };
        let phase = runs::phase(&run.status);
        let message = words::open_ended(&run.message);
        let message = if message.is_empty() { String::new() } else { format!(": {}", cause::of_metric(message)) };
        Some((runs::mark(&run.status), format!("analysis {title} {phase}{message}")))
    };
    let experiment = canary.current_experiment.as_deref().filter(|name| !name.is_empty());
    let experiment = experiment.map(|name| (Mark::Busy, format!("experiment {}", subject.short(name))));
    all.into_iter().filter_map(line).chain(experiment).collect()
}

/// Where a cursor can stand: each run, then its metrics.
#[must_use]
pub fn spots(runs: &[RunLine]) -> Vec<Spot> {
    let of = |run: &RunLine| {
        let metrics: Vec<Spot> =
            run.metrics.iter().map(|metric| Spot::part(run.spot.node.clone(), &metric.name)).collect();
        std::iter::once(run.spot.clone()).chain(metrics)
    };
    runs.iter().flat_map(of).collect()
}

fn run_line(subject: &Subject<'_>, run: &RunPicture) -> RunLine {
    let words = match &run.unreadable {
        Some(why) => format!("cannot be read: {why}"),
        None if run.terminating && &*run.status == "Running" => "is being ended".to_owned(),
        None => runs::phase(&run.status).to_owned(),
    };
    RunLine {
        spot: Spot::of(Node::AnalysisRun(run.name.clone(), run.uid.clone())),
        mark: if run.unreadable.is_some() { Mark::Unknown } else { runs::mark(&run.status) },
        title: runs::title(run.kind),
        name: subject.short(&run.name).to_owned(),
        words,
        time: match (run.started_at, run.completed_at) {
            (Some(from), Some(to)) => subject.took(from, to),
            (Some(from), None) => subject.age_coarse(from),
            _ => String::new(),
        },
        message: run.message.to_string(),
        metrics: run.metrics.iter().map(|metric| metric_line(subject, metric)).collect(),
    }
}

fn metric_line(subject: &Subject<'_>, metric: &MetricPicture) -> MetricLine {
    MetricLine {
        mark: runs::mark(&metric.phase),
        name: metric.name.to_string(),
        dry_run: metric.dry_run,
        limit: limit(metric),
        value: last_value(metric),
        counts: counts(metric),
        next: match metric.next_at.map(|at| subject.countdown(at)).as_deref() {
            Some("due") => "next is due".to_owned(),
            Some(left) => format!("next {left}"),
            None => String::new(),
        },
        words: metric_words(metric),
        points: metric.measurements.iter().map(point).collect(),
        line: metric.threshold.as_ref().map(|threshold| threshold.limit),
    }
}

/// A measurement as a point.
#[must_use]
pub fn point(measurement: &MeasurementPicture) -> Point {
    let mark = runs::mark(&measurement.phase);
    // A measurement that has not come back is under way.
    let mark = if mark == Mark::Absent { Mark::Busy } else { mark };
    Point { value: measurement.number, mark }
}

/// What a good value is.
#[must_use]
pub fn limit(metric: &MetricPicture) -> String {
    match (&metric.threshold, &metric.success_condition, &metric.failure_condition) {
        (Some(threshold), _, _) => format!("{} {}", threshold.good.sign(), threshold.text),
        (None, Some(success), _) => format!("if {success}"),
        (None, None, Some(failure)) => format!("not {failure}"),
        (None, None, None) => String::new(),
    }
}

fn last_value(metric: &MetricPicture) -> String {
    let Some(last) = metric.measurements.iter().rev().find(|measurement| measurement.finished_at.is_some()) else {
        return String::new();
    };
    value(last, metric.threshold.as_ref())
}

/// A measured value with the digits of its limit; as it was written where it is no number.
#[must_use]
pub fn value(measurement: &MeasurementPicture, threshold: Option<&Threshold>) -> String {
    match measurement.number {
        Some(number) => number_words(number, threshold.map_or("", |threshold| &threshold.text)),
        None => measurement.value.to_string(),
    }
}

/// Four digits that count, at least as many after the point as the limit has.
fn number_words(number: f64, limit: &str) -> String {
    if !number.is_finite() || number.abs() >= 1e15 || (number != 0.0 && number.abs() < 1e-6) {
        return number.to_string();
    }
    let least = limit.split_once('.').map_or(0, |(_, digits)| digits.bytes().take_while(u8::is_ascii_digit).count());
    let whole = if number.abs() < 1.0 { 0 } else { (number.abs().log10().floor() as usize) + 1 };
    // Below one the zeros after the point do not count.
    let zeros = if number == 0.0 || number.abs() >= 1.0 { 0 } else { (-number.abs().log10()).ceil() as usize - 1 };
    let digits = if whole > 0 { 4_usize.saturating_sub(whole) } else { (3 + zeros).min(9) };
    let text = format!("{number:.*}", digits.max(least));
    let Some((before, after)) = text.split_once('.') else { return text };
    let kept = after.trim_end_matches('0').len().max(least.min(after.len()));
    if kept == 0 { before.to_owned() } else { format!("{before}.{}", &after[..kept]) }
}

/// `7 of 12 · 2 of 3 failures allowed`.
#[must_use]
pub fn counts(metric: &MetricPicture) -> String {
    let mut parts = vec![match metric.wanted {
        Some(wanted) => format!("{} of {wanted}", metric.count),
        None => format!("{} measured", metric.count),
    }];
    parts.extend(against(metric.failed, metric.failure_limit, "failure", "failures", ""));
    parts.extend(against(metric.inconclusive, metric.inconclusive_limit, "inconclusive", "inconclusive", ""));
    if metric.error > 0 {
        let errors = (metric.consecutive_error, metric.consecutive_error_limit);
        parts.extend(against(errors.0.max(1), errors.1, "error", "errors", " in a row"));
    }
    if let Some(limit) = metric.consecutive_success_limit.filter(|limit| *limit > 0) {
        parts.push(format!("{} of {limit} successes in a row", metric.consecutive_success));
    }
    parts.join(" · ")
}

/// A count against what is allowed; nothing where it is zero.
fn against(count: i64, limit: Option<i64>, one: &str, many: &str, how: &str) -> Option<String> {
    if count <= 0 {
        return None;
    }
    Some(match limit {
        Some(limit) if limit > 0 && count > limit => {
            format!("{}{how}, {limit} allowed", words::count(count, one, many))
        }
        Some(0) => format!("{}{how}, none allowed", words::count(count, one, many)),
        // Any number below zero means that there is no limit (Argo Rollouts, `analysis/analysis.go`).
        Some(limit) if limit > 0 => format!("{count} of {}{how} allowed", words::count(limit, one, many)),
        _ => format!("{}{how}", words::count(count, one, many)),
    })
}

/// Its phase where it is no plain one, and the reason why.
fn metric_words(metric: &MetricPicture) -> String {
    let mut parts = Vec::new();
    match &*metric.phase {
        "Running" | "Successful" => {}
        // The controller's own sentence begins with it.
        "Failed" if metric.message.starts_with("failed") => {}
        "Failed" if metric.message.is_empty() => {
            parts.extend(against(metric.failed, metric.failure_limit, "failure", "failures", ""));
        }
        other => parts.push(runs::phase(other).to_owned()),
    }
    if !metric.message.is_empty() {
        parts.push(metric.message.to_string());
    } else if let Some(last) = metric.measurements.last().filter(|last| !last.message.is_empty()) {
        parts.push(last.message.to_string());
    }
    for (field, written) in &metric.unread {
        parts.push(format!("{field} is {written}, which is no number"));
    }
    parts.join(": ")
}

/// What broke a run, in one line: `success-rate 0.961, must be ≥ 0.99 (3 failures, 2 allowed)`; `None` when no metric
/// with a simple limit did.
#[must_use]
pub fn breach(run: &RunPicture) -> Option<String> {
    let metric = run.metrics.iter().find(|metric| !metric.dry_run && &*metric.phase == "Failed")?;
    let threshold = metric.threshold.as_ref()?;
    let bad = metric.measurements.iter().rev().find(|measurement| &*measurement.phase == "Failed")?;
    let failures = words::count(metric.failed, "failure", "failures");
    let allowed = match metric.failure_limit {
        Some(0) => ", none allowed".to_owned(),
        Some(limit) if limit > 0 => format!(", {limit} allowed"),
        _ => String::new(),
    };
    let (sign, text) = (threshold.good.sign(), &threshold.text);
    Some(format!("{} {}, must be {sign} {text} ({failures}{allowed})", metric.name, value(bad, Some(threshold))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_has_four_digits_and_those_of_its_limit() {
        let table = [
            (0.998, "0.99", "0.998"),
            (0.961_538_46, "0.99", "0.962"),
            (1.0, "0.99", "1.00"),
            (1.0, "", "1"),
            (212.0, "250", "212"),
            (212.345_6, "250", "212.3"),
            (212_345.6, "250", "212346"),
            (0.0, "0.05", "0.00"),
            (0.000_123_4, "0.05", "0.000123"),
            (-3.25, "1", "-3.25"),
            (f64::NAN, "1", "NaN"),
            (f64::INFINITY, "1", "inf"),
        ];
        for (number, limit, words) in table {
            assert_eq!(number_words(number, limit), words, "{number} {limit}");
        }
    }

    #[test]
    fn counts_stand_against_what_is_allowed() {
        assert_eq!(against(2, Some(3), "failure", "failures", "").as_deref(), Some("2 of 3 failures allowed"));
        assert_eq!(against(1, Some(0), "failure", "failures", "").as_deref(), Some("1 failure, none allowed"));
        assert_eq!(
            against(2, Some(4), "error", "errors", " in a row").as_deref(),
            Some("2 of 4 errors in a row allowed")
        );
        assert_eq!(against(7, Some(-1), "failure", "failures", "").as_deref(), Some("7 failures"));
        assert_eq!(against(2, Some(1), "failure", "failures", "").as_deref(), Some("2 failures, 1 allowed"));
        assert_eq!(against(0, Some(3), "failure", "failures", ""), None);
    }
}
