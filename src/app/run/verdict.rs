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
        "Running" => match one {
            Some(metric) => format!("Running: {}", progress(metric, moment)),
            None => {
                let over = run.metrics.iter().filter(|metric| is_over(&metric.phase)).count();
                let many = words::count(len(run.metrics.len()), "metric is", "metrics are");
                format!("Running: {} of {many} complete{}", words::number_of(over), failing(run))
            }
        },
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
