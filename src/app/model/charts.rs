//! Weight and metrics over time, as it is drawn. Times are seconds since the left end of the axis.

use super::Mark;
use super::run::{Scale, Sign};
use jiff::Timestamp;

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartsPage {
    /// `observed since 14:02:11Z`, and what is missing.
    pub since: String,
    /// What a person must know: thinned out, gaps.
    pub notes: Vec<String>,
    /// Left end of the time axis, by the cluster's clock.
    pub from: Timestamp,
    /// Right end.
    pub to: Timestamp,
    /// The charts from `first` on, as many as can be of use.
    pub charts: Vec<TimeChart>,
    /// Names of all charts, in order.
    pub names: Vec<String>,
    /// Index of the first of `charts` in `names`.
    pub first: usize,
    /// What happened to the rollout, oldest first.
    pub events: Vec<TimeMark>,
    /// Stretches in which nothing could be seen: from, to, in seconds.
    pub gaps: Vec<(f64, f64)>,
    /// Age of the data when it is stale.
    pub stale: Option<String>,
}

/// One chart.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeChart {
    /// Title.
    pub title: String,
    /// At the right of the title: `set 40% · actual 33%`.
    pub now: String,
    /// Mark of what it shows now.
    pub mark: Mark,
    /// The values that it spans; `None`: nothing to draw.
    pub scale: Option<Scale>,
    /// Lines.
    pub series: Vec<Series>,
    /// Measurements that are more than a point of a line: failed, inconclusive, without a value.
    pub points: Vec<(f64, Option<f64>, Sign)>,
    /// Why there is nothing to draw; empty when there is.
    pub empty: String,
}

/// What a line shows; decides how it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesKind {
    /// What the steps ask for.
    Set,
    /// What the pods or the router give.
    Actual,
    /// Measurements.
    Value,
}

/// A line of a chart, in stretches: where nothing was seen, it is interrupted.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// What it shows.
    pub kind: SeriesKind,
    /// Stretches of points: seconds since the left end, value.
    pub stretches: Vec<Vec<(f64, f64)>>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeMark {
    /// Seconds since the left end.
    pub at: f64,
    /// When, in words.
    pub clock: String,
    /// Mark.
    pub mark: Mark,
    /// What, in words: `step 3 of 8`, `aborted`.
    pub words: String,
}
