//! One metric as it is drawn: its measurements as columns and as a table, and its facts in numbers.

use super::figure;
use super::moment::Moment;
use super::verdict::{self, Limit, limit_of, one_line};
use crate::app::history::measured::MetricTrack;
use crate::app::model::{Mark, MeasurementColumn, MeasurementLine, MetricPage, Sign};
use crate::app::present::words;
use crate::argo::runs::{MeasurementPicture, MetricPicture};

/// The measurements that can be listed: those that the controller keeps, and those that were seen before.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// Oldest first.
    pub all: Vec<&'a MeasurementPicture>,
    /// How many of them the controller still keeps.
    pub kept: usize,
}

/// Brings the two together.
#[must_use]
pub fn listed<'a>(metric: &'a MetricPicture, track: Option<&'a MetricTrack>) -> Listed<'a> {
    let kept = metric.measurements.len();
    let oldest = metric.measurements.iter().filter_map(|measurement| measurement.finished_at).min();
    let before = track.into_iter().flat_map(|track| &track.measurements);
    let mut all: Vec<&MeasurementPicture> =
        before.filter(|measurement| oldest.is_some_and(|oldest| measurement.finished_at < Some(oldest))).collect();
    all.extend(&metric.measurements);
    Listed { all, kept }
}

/// The page of a metric; `rows` is how many rows of its table can be of use.
#[must_use]
pub fn page(
    metric: &MetricPicture,
    track: Option<&MetricTrack>,
    cursor: usize,
    rows: usize,
    moment: &Moment<'_>,
) -> MetricPage {
    let listed = listed(metric, track);
    let count = listed.all.len();
    let cursor = cursor.min(count.saturating_sub(1));
    let threshold = metric.threshold.as_ref();
    let digits = verdict::digits(metric, listed.all.iter().copied());
    let limit = threshold.map(|threshold| (threshold.limit, verdict::limit_text(threshold, digits)));
    // What is drawn and what spans the chart must be the same values.
    let drawn = &listed.all[count.saturating_sub(MOST_COLUMNS)..];
    let values: Vec<f64> = drawn.iter().filter_map(|measurement| measurement.number).collect();
    let first = cursor.saturating_sub(rows);
    let line = |measurement: &&MeasurementPicture| MeasurementLine {
        at: measurement.finished_at.or(measurement.started_at).map_or_else(|| "–".to_owned(), |at| moment.clock(at)),
        sign: verdict::sign(&measurement.phase),
        verdict: if measurement.phase.is_empty() { "Pending".to_owned() } else { measurement.phase.to_string() },
        value: verdict::value(measurement, digits),
        missed: verdict::missed(measurement, threshold, digits),
        message: one_line(&measurement.message),
        job: measurement.job.as_deref().unwrap_or_default().to_owned(),
    };
    MetricPage {
        title: title(metric),
        state: verdict::metric_words(metric, moment),
        mark: verdict::mark(&metric.phase),
        columns: drawn.iter().map(|measurement| column(measurement, moment)).collect(),
        scale: figure::scale(&values, limit.as_ref().map(|(value, text)| (*value, text.as_str()))),
        stats: stats(metric, &listed.all, moment),
        rows: listed.all.iter().rev().skip(first).take(rows * 2 + 1).map(line).collect(),
        listed: listed_words(metric, &listed),
        first,
        total: count,
        cursor,
        detail: listed.all.iter().rev().nth(cursor).map_or_else(Vec::new, |measurement| detail(measurement, moment)),
    }
}

/// Columns that are given to a view: more than any terminal shows.
const MOST_COLUMNS: usize = 240;

fn title(metric: &MetricPicture) -> String {
    let every = metric.interval.as_ref().map_or_else(String::new, |interval| format!(", every {interval}"));
    let dry = if metric.dry_run { ", dry-run" } else { "" };
    format!("{}, {}{every}{dry}", metric.name, verdict::measurements(verdict::total(metric)))
}

fn column(measurement: &MeasurementPicture, moment: &Moment<'_>) -> MeasurementColumn {
    let at = measurement.finished_at.or(measurement.started_at);
    MeasurementColumn {
        at: at.map_or_else(String::new, |at| moment.clock(at)),
        value: measurement.number.filter(|number| !number.is_nan() && &*measurement.phase != "Error"),
        sign: verdict::sign(&measurement.phase),
    }
}

/// Which measurements are listed. The counters are totals; the list never is taken for them.
fn listed_words(metric: &MetricPicture, listed: &Listed<'_>) -> String {
    let finished = listed.all.iter().filter(|measurement| measurement.finished_at.is_some()).count();
    let (finished, total) = (i64::try_from(finished).unwrap_or(i64::MAX), verdict::total(metric));
    let number = words::number;
    if total == 0 && finished == 0 {
        "none yet".to_owned()
    } else if finished >= total {
        "newest first".to_owned()
    } else if listed.all.len() > listed.kept {
        format!("{} seen of {}, newest first", number(finished), number(total))
    } else {
        format!("newest {} of {}", number(finished), number(total))
    }
}

/// Facts in numbers. Counts are the controller's totals; the mean says of how many it is.
fn stats(
    metric: &MetricPicture,
    all: &[&MeasurementPicture],
    moment: &Moment<'_>,
) -> Vec<(String, String, Option<Mark>)> {
    let digits = verdict::digits(metric, all.iter().copied());
    let number = words::number;
    let mut stats: Vec<(String, String, Option<Mark>)> = Vec::new();
    let mut fact = |name: &str, words: String, mark: Option<Mark>| stats.push((name.to_owned(), words, mark));
    let newest = all.iter().rev().find(|measurement| measurement.finished_at.is_some());
    fact(
        "now",
        newest.map_or_else(|| "–".to_owned(), |measurement| verdict::value(measurement, digits)),
        newest.map(|measurement| verdict::sign(&measurement.phase).mark()),
    );
    let limit = metric.threshold.as_ref().map(|limit| (limit.good.sign(), verdict::limit_text(limit, digits)));
    let conditions = metric.success_condition.is_some() || metric.failure_condition.is_some();
    let limit = match limit {
        Some((sign, text)) => format!("{sign} {text}"),
        None if conditions => "see condition".to_owned(),
        None => "no condition".to_owned(),
    };
    fact("limit", limit, None);
    let finite: Vec<f64> = all.iter().filter_map(|it| it.number).filter(|value| value.is_finite()).collect();
    if finite.len() > 1 {
        let of = finite.len() as f64;
        let mean = finite.iter().map(|value| value / of).sum::<f64>();
        fact("mean", format!("{}, last {}", digits.write(mean), finite.len()), None);
    }
    fact("passed", format!("{} of {}", number(metric.successful), number(verdict::total(metric))), None);
    let against = |count: i64, limit: &Limit| {
        let mark = match limit {
            Limit::At(limit) if count > *limit => Some(Mark::Bad),
            _ => None,
        };
        (format!("{}, {}", number(count), limit.words()), mark)
    };
    let (words, mark) = against(metric.failed, &limit_of(metric, "failureLimit"));
    fact("failed", words, mark);
    let limit = limit_of(metric, "consecutiveErrorLimit");
    let (words, mark) = against(metric.consecutive_error, &limit);
    // The limit is one of errors in a row.
    let words = match (metric.error, words.split_once(", ")) {
        (1.., Some((row, limit))) if metric.error == metric.consecutive_error => format!("{row} in a row, {limit}"),
        (1.., Some((row, limit))) => format!("{}, {row} in a row, {limit}", number(metric.error)),
        _ => words,
    };
    fact("errors", words, mark);
    let (words, mark) = against(metric.inconclusive, &limit_of(metric, "inconclusiveLimit"));
    fact("unclear", words, mark.map(|_| Mark::Unknown));
    if let Some(limit) = metric.consecutive_success_limit.filter(|limit| *limit > 0) {
        fact("in a row", format!("{} of {} passes end it", number(metric.consecutive_success), number(limit)), None);
    }
    fact("provider", words::or_unknown(&metric.provider), None);
    let unread = metric.unread.iter().find(|(field, _)| *field == "count").map(|(_, text)| text.to_string());
    let wanted = match (metric.wanted, unread) {
        (Some(wanted), _) => format!("{} of {}", number(metric.count), number(wanted)),
        (None, Some(text)) => format!("{} of {text} (not known)", number(metric.count)),
        (None, None) => format!("{}, no end", number(metric.count)),
    };
    fact("count", wanted, None);
    let next = verdict::next(metric, moment);
    if !next.is_empty() {
        fact("next", next.trim_start_matches("measures next ").trim_start_matches("measures ").to_owned(), None);
    }
    stats
}

/// A measurement in full.
fn detail(measurement: &MeasurementPicture, moment: &Moment<'_>) -> Vec<String> {
    let sign: Sign = verdict::sign(&measurement.phase);
    let mut lines = Vec::new();
    if let (Some(begin), Some(end)) = (measurement.started_at, measurement.finished_at) {
        let took = crate::app::present::time::between(begin, end);
        if took.as_secs() > 0 {
            lines.push(format!("took {}", crate::app::present::time::long(took)));
        }
    } else if let Some(begin) = measurement.started_at.filter(|_| sign == Sign::Running) {
        lines.push(format!("runs since {}", moment.age(begin)));
    }
    // A value that is a number stands in the table with the digits of its column.
    let whole = one_line(&measurement.value);
    if !whole.is_empty() {
        lines.push(format!("value {whole}"));
    }
    if !measurement.message.is_empty() {
        lines.push(one_line(&measurement.message));
    }
    if let Some(job) = &measurement.job {
        lines.push(format!("job {job}"));
    }
    lines
}

/// The newest value against its limit, for the list of metrics.
#[must_use]
pub fn brief(metric: &MetricPicture) -> String {
    let newest = metric.measurements.iter().rev().find(|measurement| measurement.finished_at.is_some());
    let digits = verdict::digits(metric, newest);
    let value = newest.map_or_else(|| "–".to_owned(), |measurement| verdict::value(measurement, digits));
    let limit = metric.threshold.as_ref();
    let limit = limit.map(|limit| format!(" (must be {} {})", limit.good.sign(), verdict::limit_text(limit, digits)));
    let failed = if metric.failed > 0 { format!(" · {} failed", words::number(metric.failed)) } else { String::new() };
    let error =
        if metric.error > 0 { format!(" · {}", words::count(metric.error, "error", "errors")) } else { String::new() };
    let dry = if metric.dry_run { " · dry-run" } else { "" };
    format!("{value}{}{failed}{error}{dry}", limit.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::history::measured::Runs;
    use crate::app::present::tick::Ticker;
    use crate::app::run::testing::{begin, measured, metric, run};
    use crate::names::{Namespace, RolloutKey, SourceId};
    use jiff::{SignedDuration, Timestamp};

    fn now() -> Timestamp {
        begin() + SignedDuration::from_secs(700)
    }

    fn page_of(metric: &MetricPicture, track: Option<&MetricTrack>, cursor: usize) -> MetricPage {
        page(metric, track, cursor, 24, &Moment::new(now(), &Ticker::default()))
    }

    fn stat<'a>(page: &'a MetricPage, name: &str) -> &'a str {
        &page.stats.iter().find(|(known, _, _)| known == name).unwrap().1
    }

    /// Ten of 57, as the controller leaves them.
    fn ten_of_57() -> MetricPicture {
        let kept = (47..57).map(|n| measured("Successful", &format!("0.99{}", n % 10), n * 10)).collect();
        MetricPicture { count: 55, successful: 50, failed: 5, error: 2, ..metric("success-rate", kept) }
    }

    #[test]
    fn counters_are_totals_and_the_list_says_how_many_of_them_it_holds() {
        let page = page_of(&ten_of_57(), None, 0);
        assert_eq!((page.listed.as_str(), page.total, page.rows.len()), ("newest 10 of 57", 10, 10));
        assert_eq!(stat(&page, "passed"), "50 of 57");
        assert_eq!(stat(&page, "mean"), "0.995, last 10");
        assert_eq!(stat(&page, "failed"), "5, limit 2");
        assert_eq!(stat(&page, "errors"), "2, 0 in a row, limit 4");
        assert_eq!(stat(&page, "count"), "55 of 20");
        assert_eq!(page.title, "success-rate, 57 measurements, every 10s");
    }

    #[test]
    fn what_was_seen_before_is_listed_too() {
        let key = RolloutKey { source: SourceId(0), namespace: Namespace::from("shop"), name: "checkout".into() };
        let mut runs = Runs::default();
        let before = (30..57).map(|n| measured("Successful", "1", n * 10)).collect();
        runs.observe(&key, &run(vec![metric("success-rate", before)]), now());
        let page = page_of(&ten_of_57(), runs.metric("uid-run", "success-rate"), 26);
        assert_eq!((page.listed.as_str(), page.total, page.cursor), ("27 seen of 57, newest first", 27, 26));
        assert_eq!(page.columns.len(), 27);
        assert_eq!((page.first, page.rows[page.cursor - page.first].at.as_str()), (2, "13:45:00Z"));
    }

    #[test]
    fn a_value_that_is_no_number_stands_on_the_axis_and_reads_as_it_was_told() {
        let told = vec![
            measured("Failed", "NaN", 0),
            measured("Failed", "+Inf", 10),
            measured("Error", "", 20),
            measured("Inconclusive", "[]", 30),
            measured("Successful", "{\"a\":\n 1}", 40),
        ];
        let page = page_of(&metric("success-rate", told), None, 4);
        let values: Vec<&str> = page.rows.iter().map(|row| row.value.as_str()).collect();
        assert_eq!(values, ["{\"a\": 1}", "[]", "–", "+Inf", "NaN"]);
        let columns: Vec<Option<f64>> = page.columns.iter().map(|column| column.value).collect();
        assert_eq!(columns, [None, Some(f64::INFINITY), None, None, None]);
        assert_eq!(page.scale.unwrap().limit, Some(0.99), "the scale holds the limit even alone");
    }

    #[test]
    fn a_metric_without_a_limit_says_what_decides() {
        let mut metric = metric("smoke", vec![measured("Successful", "", 0)]);
        metric.threshold = None;
        assert_eq!(stat(&page_of(&metric, None, 0), "limit"), "see condition");
        metric.success_condition = None;
        let page = page_of(&metric, None, 0);
        assert!(stat(&page, "limit") == "no condition" && page.scale.is_none());
        metric.failure_limit = None;
        metric.unread = vec![("count", crate::argo::lenient::IntOrString::Text("{{args.n}}".into()))];
        metric.wanted = None;
        let page = page_of(&metric, None, 0);
        assert_eq!((stat(&page, "failed"), stat(&page, "count")), ("0, no limit", "1 of {{args.n}} (not known)"));
    }
}
