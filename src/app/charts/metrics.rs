//! Metrics over the life of a rollout: the measurements of all its runs that were seen, by the name of the metric.

use super::lines::Span;
use crate::app::fleet::Row;
use crate::app::history::measured::MetricTrack;
use crate::app::model::{Mark, Series, SeriesKind, Sign, TimeChart};
use crate::app::run::{figure, verdict};
use crate::app::state::State;
use crate::argo::runs::{MeasurementPicture, Threshold};
use jiff::Timestamp;

/// Two measurements that are further apart than so many intervals are not joined.
const INTERVALS: f64 = 3.0;

/// A metric and what its runs measured, oldest run first.
#[derive(Clone, Debug)]
pub struct Metric<'a> {
    /// Name.
    pub name: &'a str,
    runs: Vec<&'a MetricTrack>,
}

/// The metrics of a rollout: those of its newest run first.
#[must_use]
pub fn of<'a>(state: &'a State, row: &Row) -> Vec<Metric<'a>> {
    let runs = state.history.measured.of_rollout(&row.key);
    // Runs of an older rollout of this name are not its own.
    let own = runs.into_iter().filter(|run| match (run.created, row.rollout.meta.created) {
        (Some(run), Some(rollout)) => run >= rollout,
        _ => true,
    });
    let own: Vec<_> = own.collect();
    let mut metrics: Vec<Metric<'a>> = Vec::new();
    for track in own.iter().rev().flat_map(|run| &run.metrics) {
        match metrics.iter_mut().find(|metric| *metric.name == *track.name) {
            Some(metric) => metric.runs.insert(0, track),
            None => metrics.push(Metric { name: &track.name, runs: vec![track] }),
        }
    }
    metrics
}

/// When a measurement is placed: at its end.
fn when(measurement: &MeasurementPicture) -> Option<Timestamp> {
    measurement.finished_at.or(measurement.started_at)
}

impl Metric<'_> {
    /// Its first measurement.
    #[must_use]
    pub fn begin(&self) -> Option<Timestamp> {
        self.runs.iter().filter_map(|run| run.measurements.front()).filter_map(when).min()
    }

    /// Its last measurement.
    #[must_use]
    pub fn end(&self) -> Option<Timestamp> {
        self.runs.iter().filter_map(|run| run.measurements.back()).filter_map(when).max()
    }

    fn threshold(&self) -> Option<&Threshold> {
        self.runs.iter().rev().find_map(|run| run.threshold.as_ref())
    }

    /// Its chart.
    #[must_use]
    pub fn chart(&self, span: Span) -> TimeChart {
        let all = || self.runs.iter().flat_map(|run| &run.measurements);
        let inside = || all().filter(|measurement| when(measurement).is_some_and(|at| at >= span.from));
        let values: Vec<f64> = inside().filter_map(|measurement| measurement.number).collect();
        let threshold = self.threshold();
        let limit = threshold.map(|threshold| threshold.limit);
        let digits = figure::Digits::of(&values, limit);
        let text = threshold.map(|threshold| verdict::limit_text(threshold, digits)).unwrap_or_default();
        let newest = all().max_by_key(|measurement| when(measurement));
        let limit_words = threshold.map(|threshold| format!(", limit {} {text}", threshold.good.sign()));
        let mut now = newest.map_or_else(String::new, |newest| verdict::value(newest, digits));
        now.push_str(limit_words.as_deref().unwrap_or_default());
        if self.runs.iter().any(|run| run.dry_run) {
            now.push_str(" · dry-run");
        }
        if self.runs.iter().any(|run| run.dropped) {
            now.push_str(" · older ones dropped");
        }
        TimeChart {
            title: self.name.to_owned(),
            now,
            mark: newest.map_or(Mark::Absent, |newest| verdict::sign(&newest.phase).mark()),
            scale: figure::scale(&values, limit.map(|limit| (limit, text.as_str()))),
            series: vec![Series {
                kind: SeriesKind::Value,
                stretches: self.runs.iter().flat_map(|run| stretches(run, span)).collect(),
            }],
            points: inside().filter_map(|measurement| point(measurement, span)).collect(),
            empty: if inside().next().is_none() { "not measured yet".to_owned() } else { String::new() },
        }
    }
}

/// The line of a run: interrupted where a value is missing, or where the next one came much later than it should.
fn stretches(run: &MetricTrack, span: Span) -> Vec<Vec<(f64, f64)>> {
    let most = run.interval_s.filter(|interval| *interval > 0.0).map(|interval| interval * INTERVALS + 1.0);
    let mut stretches: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut open = false;
    for measurement in &run.measurements {
        let Some(at) = when(measurement).filter(|at| *at >= span.from) else { continue };
        let number = measurement.number.filter(|number| number.is_finite() && &*measurement.phase != "Error");
        let (Some(value), x) = (number, span.seconds(at)) else {
            open = false;
            continue;
        };
        match stretches.last_mut() {
            Some(stretch) if open && stretch.last().is_none_or(|last| most.is_none_or(|most| x - last.0 <= most)) => {
                stretch.push((x, value));
            }
            _ => stretches.push(vec![(x, value)]),
        }
        open = true;
    }
    stretches
}

/// A measurement that a line does not tell: it did not pass, or has no value.
fn point(measurement: &MeasurementPicture, span: Span) -> Option<(f64, Option<f64>, Sign)> {
    let sign = verdict::sign(&measurement.phase);
    let number = measurement.number.filter(|number| !number.is_nan() && sign != Sign::Error);
    if sign == Sign::Passed && number.is_some_and(f64::is_finite) {
        return None;
    }
    Some((span.seconds(when(measurement)?), number, sign))
}
