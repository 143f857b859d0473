//! AnalysisRuns on the page of a rollout: how each metric stands against its limits.

use super::Mark;
use crate::app::node::Spot;

/// An AnalysisRun.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLine {
    /// Which.
    pub spot: Spot,
    /// Mark.
    pub mark: Mark,
    /// What it is for: `background`, `step 3`, `before the switch`.
    pub title: String,
    /// Name, without the rollout's own in front.
    pub name: String,
    /// Its phase in words: `runs`, `successful`, `failed`.
    pub words: String,
    /// For how long it runs, or how long it took.
    pub time: String,
    /// Message of the run; empty when it has none.
    pub message: String,
    /// Its metrics.
    pub metrics: Vec<MetricLine>,
}

/// A metric of an AnalysisRun.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricLine {
    /// Mark.
    pub mark: Mark,
    /// Name.
    pub name: String,
    /// It does not decide.
    pub dry_run: bool,
    /// What a good value is: `≥ 0.99`, or the condition as written; empty without one.
    pub limit: String,
    /// The last value, with the digits of the limit: `0.998`; empty before the first.
    pub value: String,
    /// Counts against limits: `7 of 12 · 2 of 3 failures allowed`.
    pub counts: String,
    /// When it measures next: `next in 8s`; empty when it does not.
    pub next: String,
    /// Its phase in words where the mark alone does not tell, and what went wrong.
    pub words: String,
    /// The measurements, oldest first.
    pub points: Vec<Point>,
    /// The limit as a number.
    pub line: Option<f64>,
}

/// A measurement as a point of a sparkline or a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The value, where it is a number.
    pub value: Option<f64>,
    /// How it was judged: `Ok`, `Bad` failed, `Unknown` inconclusive, `Attention` error, `Busy` still measured.
    pub mark: Mark,
}
