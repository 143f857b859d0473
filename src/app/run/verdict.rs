//! Verdicts: how a run, a metric and a measurement stand, in words that name the value, the condition and the limit
//! (Argo Rollouts, `analysis/analysis.go`: a metric has failed when its failures exceed `failureLimit`, and so on).

use super::figure::Digits;
use super::moment::Moment;
use crate::app::model::{Mark, Sign};
use crate::app::present::words;
use crate::argo::runs::{Comparison, MeasurementPicture, MetricPicture, RunPicture, Threshold};

/// How a measurement came out.
#[must_use]
pub fn sign(phase: &str) -> Sign {
    match phase {
        "Successful" => Sign::Passed,
        "Failed" => Sign::Failed,
        "Error" => Sign::Error,
        "Inconclusive" => Sign::Inconclusive,
        _ => Sign::Running,
    }
}

/// The mark of a run, a metric or an experiment.
#[must_use]
pub fn mark(phase: &str) -> Mark {
    match phase {
        "Successful" => Mark::Ok,
        "Failed" => Mark::Bad,
        "Error" => Mark::Attention,
        "Running" => Mark::Busy,
        "" | "Pending" => Mark::Absent,
        // Inconclusive, and words of newer controllers.
        _ => Mark::Unknown,
    }
}

/// Whether a phase is an end.
#[must_use]
pub fn is_over(phase: &str) -> bool {
    matches!(phase, "Successful" | "Failed" | "Error" | "Inconclusive")
}

/// The metric that a person wants to see first: the one that decided, else one that has failures, else the first.
#[must_use]
pub fn foremost(run: &RunPicture) -> usize {
    let decides = |metric: &&MetricPicture| !metric.dry_run;
    let bad = |phase: &str| matches!(phase, "Failed" | "Error" | "Inconclusive");
    let place = |wanted: &dyn Fn(&MetricPicture) -> bool| {
        run.metrics.iter().position(|metric| decides(&metric) && wanted(metric))
    };
    place(&|metric| bad(&metric.phase) && metric.phase == run.status)
        .or_else(|| place(&|metric| bad(&metric.phase)))
        .or_else(|| place(&|metric| metric.failed > 0 || metric.consecutive_error > 0 || metric.inconclusive > 0))
        .unwrap_or(0)
}

/// The run in one sentence.
#[must_use]
pub fn headline(run: &RunPicture, moment: &Moment<'_>) -> String {
    if let Some(why) = &run.unreadable {
        return format!("this AnalysisRun cannot be read: {why}");
    }
    let one = if run.metrics.len() == 1 { run.metrics.first() } else { None };
    match &*run.status {
        "" | "Pending" => "Pending: nothing is measured yet".to_owned(),
        "Running" => {
            if let Some(metric) = one {
                return format!("Running: {}", progress(metric, moment));
            }
            let over = run.metrics.iter().filter(|metric| is_over(&metric.phase)).count();
            let many = words::count(len(run.metrics.len()), "metric is", "metrics are");
            format!("Running: {} of {many} complete{}", words::number_of(over), failing(run))
        }
        "Successful" if run.message.contains("Run Terminated") => {
            "Successful: it was ended before its time, nothing had failed".to_owned()
        }
        "Successful" => match one {
            Some(metric) if metric.count > 0 => {
                format!("Successful: {} of {} passed", words::number(metric.successful), measurements(total(metric)))
            }
            _ => format!("Successful: {}", words::count(len(run.metrics.len()), "metric passed", "metrics passed")),
        },
        phase => {
            let decided = run.metrics.get(foremost(run)).filter(|metric| metric.phase == run.status && !metric.dry_run);
            let why = decided.map_or_else(|| one_line(&run.message), |metric| reason(metric, &run.message, moment));
            let name = decided.filter(|_| run.metrics.len() > 1).map(|metric| format!("{} ", metric.name));
            match why.as_str() {
                "" => phase.to_owned(),
                why => format!("{phase}: {}{why}", name.unwrap_or_default()),
            }
        }
    }
}

fn failing(run: &RunPicture) -> String {
    let failing =
        run.metrics.iter().find(|metric| !metric.dry_run && (metric.failed > 0 || metric.consecutive_error > 0));
    failing.map_or_else(String::new, |metric| format!(", {}: {}", metric.name, strikes(metric)))
}

/// `2 failures, limit 2: one more ends it`.
#[must_use]
pub fn strikes(metric: &MetricPicture) -> String {
    let (count, limit, what) = if metric.consecutive_error > 0 && metric.failed == 0 {
        (metric.consecutive_error, limit_of(metric, "consecutiveErrorLimit"), ("error in a row", "errors in a row"))
    } else {
        (metric.failed, limit_of(metric, "failureLimit"), ("failure", "failures"))
    };
    let counted = words::count(count, what.0, what.1);
    match limit {
        Limit::At(limit) if count == limit => format!("{counted}, limit {limit}: one more ends it"),
        limit => format!("{counted}, {}", limit.words()),
    }
}

/// A limit of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Limit {
    /// More than this ends the metric.
    At(i64),
    /// Switched off.
    Off,
    /// Written, but no number: as written.
    Unread(String),
}

impl Limit {
    /// `limit 2`, `no limit`, `limit {{args.n}} (not known)`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::At(limit) => format!("limit {}", words::number(*limit)),
            Self::Off => "no limit".to_owned(),
            Self::Unread(text) => format!("limit {text} (not known)"),
        }
    }
}

/// A limit by the name of its field.
#[must_use]
pub fn limit_of(metric: &MetricPicture, field: &str) -> Limit {
    if let Some((_, text)) = metric.unread.iter().find(|(name, _)| *name == field) {
        return Limit::Unread(text.to_string());
    }
    let limit = match field {
        "failureLimit" => metric.failure_limit,
        "inconclusiveLimit" => metric.inconclusive_limit,
        _ => metric.consecutive_error_limit,
    };
    limit.filter(|limit| *limit >= 0).map_or(Limit::Off, Limit::At)
}

/// Why a metric ended badly: value, condition, count and limit; the controller's words where the counters do not tell.
fn reason(metric: &MetricPicture, run_message: &str, moment: &Moment<'_>) -> String {
    let last = |phase: &str| metric.measurements.iter().rev().find(|measurement| &*measurement.phase == phase);
    let over = |count: i64, field: &str| match limit_of(metric, field) {
        Limit::At(limit) if count > limit => Some(limit),
        _ => None,
    };
    let told = || one_line(if metric.message.is_empty() { run_message } else { &metric.message });
    match &*metric.phase {
        "Failed" => {
            let (Some(limit), Some(measurement)) = (over(metric.failed, "failureLimit"), last("Failed")) else {
                return told();
            };
            let count = words::count(metric.failed, "failure", "failures");
            let value = value_at(metric, measurement, moment);
            let breaks = match (&metric.failure_condition, &metric.success_condition) {
                (Some(condition), _) => format!(" meets the failure condition {}", one_line(condition)),
                (None, Some(condition)) => format!(" breaks {}", one_line(condition)),
                (None, None) => String::new(),
            };
            format!("{value}{breaks} ({count}, limit {limit})")
        }
        "Error" => {
            let Some(limit) = over(metric.consecutive_error, "consecutiveErrorLimit") else { return told() };
            let count = words::count(metric.consecutive_error, "error in a row", "errors in a row");
            let message = last("Error").map(|measurement| one_line(&measurement.message)).unwrap_or_default();
            if message.is_empty() {
                format!("{count}, limit {limit}")
            } else {
                format!("{count}, limit {limit}: {message}")
            }
        }
        "Inconclusive" => {
            let (Some(limit), Some(measurement)) =
                (over(metric.inconclusive, "inconclusiveLimit"), last("Inconclusive"))
            else {
                return told();
            };
            let value = value_at(metric, measurement, moment);
            format!(
                "{value} neither passed nor failed ({} inconclusive, limit {limit})",
                words::number(metric.inconclusive)
            )
        }
        _ => told(),
    }
}

/// `0.961 at 14:05:50Z`, `job x at 14:05:50Z`.
fn value_at(metric: &MetricPicture, measurement: &MeasurementPicture, moment: &Moment<'_>) -> String {
    let what = match (&*measurement.value, &measurement.job) {
        ("", Some(job)) => format!("job {job}"),
        ("", None) => "the measurement".to_owned(),
        _ => value(measurement, digits(metric, [measurement])),
    };
    let at = measurement.finished_at.or(measurement.started_at);
    at.map_or_else(|| what.clone(), |at| format!("{what} at {}", moment.clock(at)))
}

/// What a metric that runs is doing.
fn progress(metric: &MetricPicture, moment: &Moment<'_>) -> String {
    let done = match metric.wanted {
        Some(wanted) => format!("{} of {}", words::number(metric.count), measurements(wanted)),
        None => measurements(total(metric)),
    };
    let strikes = if metric.failed > 0 || metric.consecutive_error > 0 {
        format!(", {}", strikes(metric))
    } else {
        String::new()
    };
    match next(metric, moment) {
        next if next.is_empty() => format!("{done}{strikes}"),
        next => format!("{done}{strikes}, {next}"),
    }
}

/// `measures next in 7s`, `measures now`; empty when that is not known.
#[must_use]
pub fn next(metric: &MetricPicture, moment: &Moment<'_>) -> String {
    if is_over(&metric.phase) {
        return String::new();
    }
    if metric.measurements.last().is_some_and(|measurement| measurement.finished_at.is_none()) {
        return "measures now".to_owned();
    }
    metric.next_at.map_or_else(String::new, |at| format!("measures next {}", moment.countdown(at)))
}

/// A metric in few words, beside its name.
#[must_use]
pub fn metric_words(metric: &MetricPicture, moment: &Moment<'_>) -> String {
    let words = match &*metric.phase {
        "" | "Pending" if metric.count + metric.error == 0 => match next(metric, moment) {
            next if next.is_empty() => "not measured yet".to_owned(),
            next => next,
        },
        "Running" | "" | "Pending" => progress(metric, moment),
        "Successful" => format!("{} of {} passed", words::number(metric.successful), measurements(total(metric))),
        _ => reason(metric, "", moment),
    };
    if metric.dry_run { format!("{words} · dry-run: does not decide") } else { words }
}

/// Measurements in all: the controller does not count errors among the completed ones.
#[must_use]
pub fn total(metric: &MetricPicture) -> i64 {
    metric.count.saturating_add(metric.error)
}

/// `1 measurement`, `12 measurements`.
#[must_use]
pub fn measurements(count: i64) -> String {
    words::count(count, "measurement", "measurements")
}

/// The digits of a column of measurements.
#[must_use]
pub fn digits<'a>(metric: &MetricPicture, column: impl IntoIterator<Item = &'a MeasurementPicture>) -> Digits {
    let values: Vec<f64> = column.into_iter().filter_map(|measurement| measurement.number).collect();
    Digits::of(&values, metric.threshold.as_ref().map(|threshold| threshold.limit))
}

/// A value: its number in the digits of its column, else the text as the provider gave it.
#[must_use]
pub fn value(measurement: &MeasurementPicture, digits: Digits) -> String {
    match measurement.number {
        Some(number) => digits.write(number),
        None if measurement.value.is_empty() => "–".to_owned(),
        None => one_line(&measurement.value),
    }
}

/// `missed 0.99 by 0.029`; empty where a measurement did not fail, or no simple limit is known.
#[must_use]
pub fn missed(measurement: &MeasurementPicture, threshold: Option<&Threshold>, digits: Digits) -> String {
    let (Some(threshold), Some(number)) = (threshold, measurement.number) else { return String::new() };
    if &*measurement.phase != "Failed" || !number.is_finite() {
        return String::new();
    }
    let limit = limit_text(threshold, digits);
    match threshold.good {
        Comparison::Equal => format!("is not {limit}"),
        Comparison::Other => format!("is {limit}"),
        _ => {
            let by = (number - threshold.limit).abs();
            if by == 0.0 {
                return format!(
                    "is at {limit}, must be {} it",
                    if threshold.good == Comparison::Above { "above" } else { "below" }
                );
            }
            // As many decimals as the two have, so that the difference is the one a person would work out.
            let places = |text: &str| text.split_once('.').map_or(0, |(_, rest)| rest.len()).min(12);
            let decimals = places(&limit).max(places(&digits.write(number)));
            let fixed = Digits::Decimals(decimals).write(by);
            let nothing = fixed.chars().all(|c| matches!(c, '0' | '.'));
            let by = if nothing || digits_are_exponent(digits) { format!("{by:.1e}") } else { fixed };
            format!("missed {limit} by {by}")
        }
    }
}

const fn digits_are_exponent(digits: Digits) -> bool {
    matches!(digits, Digits::Exponent(_))
}

/// The limit as it was written.
#[must_use]
pub fn limit_text(threshold: &Threshold, digits: Digits) -> String {
    if threshold.text.is_empty() { digits.write(threshold.limit) } else { threshold.text.to_string() }
}

/// A text in one line: runs of blanks and line ends are one blank.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn len(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::present::tick::Ticker;
    use crate::app::run::testing::{begin, measured, metric, run};
    use crate::argo::lenient::IntOrString;
    use jiff::{SignedDuration, Timestamp};

    fn now() -> Timestamp {
        begin() + SignedDuration::from_secs(103)
    }

    fn said(run: &RunPicture) -> String {
        headline(run, &Moment::new(now(), &Ticker::default()))
    }

    /// A run with one metric that ended in a phase.
    fn ended(phase: &str, change: impl FnOnce(&mut MetricPicture)) -> RunPicture {
        let measurements = vec![
            measured("Successful", "[1]", 0),
            measured("Failed", "[0.98]", 10),
            measured("Failed", "[0.961]", 110),
        ];
        let mut metric = metric("success-rate", measurements);
        metric.phase = phase.into();
        metric.failed = 3;
        change(&mut metric);
        RunPicture { status: phase.into(), message: "the run's message".into(), ..run(vec![metric]) }
    }

    #[test]
    fn a_verdict_names_value_condition_count_and_limit() {
        let last = |phase: &'static str, value: &'static str| {
            move |metric: &mut MetricPicture| metric.measurements = vec![measured(phase, value, 110)]
        };
        let table: Vec<(RunPicture, &str)> = vec![
            (ended("Failed", |_| {}), "Failed: 0.961 at 13:41:50Z breaks result[0] >= 0.99 (3 failures, limit 2)"),
            (
                ended("Failed", |metric| metric.failure_condition = Some("result[0] < 0.97".into())),
                "Failed: 0.961 at 13:41:50Z meets the failure condition result[0] < 0.97 (3 failures, limit 2)",
            ),
            (
                ended("Failed", |metric| {
                    metric.success_condition = None;
                    let job = MeasurementPicture { job: Some("smoke-1".into()), ..measured("Failed", "", 110) };
                    metric.measurements = vec![job];
                    (metric.failed, metric.failure_limit) = (1, Some(0));
                }),
                "Failed: job smoke-1 at 13:41:50Z (1 failure, limit 0)",
            ),
            // It failed for another reason than its failures: the controller's words.
            (ended("Failed", |metric| metric.failed = 1), "Failed: the run's message"),
            (
                ended("Failed", |metric| {
                    metric.unread = vec![("failureLimit", IntOrString::Text("{{args.n}}".into()))];
                }),
                "Failed: the run's message",
            ),
            (
                ended("Error", |metric| {
                    metric.consecutive_error = 5;
                    let failed =
                        MeasurementPicture { message: "dial tcp:\n timeout".into(), ..measured("Error", "", 110) };
                    metric.measurements = vec![failed];
                }),
                "Error: 5 errors in a row, limit 4: dial tcp: timeout",
            ),
            (
                ended("Inconclusive", |metric| {
                    last("Inconclusive", "[0.95]")(metric);
                    metric.inconclusive = 1;
                }),
                "Inconclusive: 0.95 at 13:41:50Z neither passed nor failed (1 inconclusive, limit 0)",
            ),
            (
                ended("Failed", last("Failed", "NaN")),
                "Failed: NaN at 13:41:50Z breaks result[0] >= 0.99 (3 failures, limit 2)",
            ),
            (
                RunPicture { message: "Run Terminated".into(), ..ended("Successful", |_| {}) },
                "Successful: it was ended before its time, nothing had failed",
            ),
            (
                RunPicture {
                    message: "".into(),
                    ..ended("Successful", |metric| {
                        (metric.count, metric.successful, metric.failed) = (20, 20, 0);
                    })
                },
                "Successful: 20 of 20 measurements passed",
            ),
            (RunPicture { status: "".into(), ..run(Vec::new()) }, "Pending: nothing is measured yet"),
            (RunPicture { status: "Wondering".into(), message: "new".into(), ..run(Vec::new()) }, "Wondering: new"),
            (
                RunPicture { unreadable: Some("spec: no".into()), ..run(Vec::new()) },
                "this AnalysisRun cannot be read: spec: no",
            ),
        ];
        for (run, words) in table {
            assert_eq!(said(&run), words);
        }
    }

    #[test]
    fn the_metric_that_decided_is_named_where_there_are_several_and_a_dry_run_never_decides() {
        let mut failed = ended("Failed", |_| {});
        let dry = MetricPicture { dry_run: true, name: "try".into(), ..failed.metrics[0].clone() };
        let good = metric("p99", vec![measured("Successful", "1", 0)]);
        failed.metrics = vec![dry, good, failed.metrics.remove(0)];
        assert_eq!(foremost(&failed), 2);
        assert!(said(&failed).starts_with("Failed: success-rate 0.961 at"), "{}", said(&failed));
        failed.metrics.truncate(2);
        assert_eq!((foremost(&failed), said(&failed).as_str()), (0, "Failed: the run's message"));
    }

    #[test]
    fn a_run_that_goes_on_says_how_near_its_end_is() {
        let mut metric = metric("success-rate", vec![measured("Successful", "1", 80), measured("Failed", "0.5", 100)]);
        metric.next_at = Some(now() + SignedDuration::from_secs(7));
        let words = |metric: &MetricPicture| said(&run(vec![metric.clone()]));
        assert_eq!(words(&metric), "Running: 2 of 20 measurements, 1 failure, limit 2, measures next in 7s");
        metric.failed = 2;
        metric.wanted = None;
        assert_eq!(
            words(&metric),
            "Running: 2 measurements, 2 failures, limit 2: one more ends it, measures next in 7s"
        );
        metric.failure_limit = None;
        metric.next_at = None;
        assert_eq!(words(&metric), "Running: 2 measurements, 2 failures, no limit");
        let two = run(vec![metric.clone(), metric]);
        assert_eq!(said(&two), "Running: 0 of 2 metrics are complete, success-rate: 2 failures, no limit");
    }

    #[test]
    fn what_a_value_missed_is_the_difference_that_a_person_would_work_out() {
        let threshold = |limit: f64, good, text: &str| Threshold { limit, good, text: text.into() };
        let table = [
            ("0.961", threshold(0.99, Comparison::AtLeast, "0.99"), "missed 0.99 by 0.029"),
            ("0.985", threshold(0.99, Comparison::AtLeast, "0.99"), "missed 0.99 by 0.005"),
            ("312", threshold(250.0, Comparison::Below, "250"), "missed 250 by 62"),
            ("250", threshold(250.0, Comparison::Below, "250"), "is at 250, must be below it"),
            ("4", threshold(5.0, Comparison::Equal, "5"), "is not 5"),
            ("0", threshold(0.0, Comparison::Other, "0"), "is 0"),
            ("NaN", threshold(5.0, Comparison::Below, "5"), ""),
            ("inf", threshold(5.0, Comparison::Below, "5"), ""),
            ("1e300", threshold(5.0, Comparison::Below, "5"), "missed 5 by 1.0e300"),
        ];
        for (value, threshold, words) in table {
            let measurement = measured("Failed", value, 0);
            let digits = Digits::of(&[measurement.number.unwrap()], Some(threshold.limit));
            assert_eq!(missed(&measurement, Some(&threshold), digits), words);
            assert_eq!(missed(&measured("Successful", value, 0), Some(&threshold), digits), "");
        }
    }
}
