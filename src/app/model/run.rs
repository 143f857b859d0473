//! One AnalysisRun, as it is drawn: its verdict, one metric at a time with its measurements, and what it did.

use super::Mark;

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPage {
    /// Mark of the run.
    pub mark: Mark,
    /// First row: `Failed: 0.961 at 14:05:50Z breaks result[0] >= 0.99 (3 failures, limit 2)`.
    pub headline: String,
    /// What it is for and since when: `background · revision 3 · ran 1m50s, ended 26m ago`.
    pub facts: String,
    /// What a person must know before reading on: being ended, not readable, limits that are no numbers.
    pub notes: Vec<String>,
    /// The metric that is shown; `None`: the run has none, or is not known.
    pub metric: Option<MetricPage>,
    /// All metrics, in the order of the spec.
    pub metrics: Vec<OtherMetric>,
    /// Index of the shown one in `metrics`.
    pub shown: usize,
    /// Facts by name: query, conditions, arguments, jobs.
    pub about: Vec<(String, String)>,
    /// What it did to the rollout, as far as the rollout says so; empty: nothing that is known.
    pub outcome: String,
    /// Age of the data when it is stale: `14s`.
    pub stale: Option<String>,
}

/// A metric in the list of metrics.
#[derive(Clone, Debug, PartialEq)]
pub struct OtherMetric {
    /// Mark.
    pub mark: Mark,
    /// Name.
    pub name: String,
    /// Newest value and limit: `212, limit < 250`.
    pub words: String,
}

/// The metric that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricPage {
    /// `success-rate, 12 measurements, every 10s`.
    pub title: String,
    /// Its state in words: `2 of 20 measurements, measures next in 7s`; empty where the headline says it.
    pub state: String,
    /// Mark of the metric.
    pub mark: Mark,
    /// The measurements as columns, oldest first.
    pub columns: Vec<Column>,
    /// Where the values lie; `None`: no measurement has a number.
    pub scale: Option<Scale>,
    /// Facts in numbers: name, words, and how it stands.
    pub stats: Vec<(String, String, Option<Mark>)>,
    /// The measurements, newest first: a window around the cursor.
    pub rows: Vec<MeasurementLine>,
    /// Which measurements these are: `newest 10 of 57`.
    pub listed: String,
    /// Index of the first of `rows` among all that are listed.
    pub first: usize,
    /// Measurements that are listed.
    pub total: usize,
    /// Index of the one under the cursor among all that are listed.
    pub cursor: usize,
    /// The one under the cursor in full: value and message as the provider gave them.
    pub detail: Vec<String>,
}

/// How a measurement came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// `●` passed.
    Passed,
    /// `✗` failed.
    Failed,
    /// `?` inconclusive.
    Inconclusive,
    /// `!` error.
    Error,
    /// `▸` not finished.
    Running,
}

impl Sign {
    /// The sign, one cell wide.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Passed => "●",
            Self::Failed => "✗",
            Self::Inconclusive => "?",
            Self::Error => "!",
            Self::Running => "▸",
        }
    }

    /// The mark that means the same.
    #[must_use]
    pub const fn mark(self) -> Mark {
        match self {
            Self::Passed => Mark::Ok,
            Self::Failed => Mark::Bad,
            Self::Inconclusive => Mark::Unknown,
            Self::Error => Mark::Attention,
            Self::Running => Mark::Busy,
        }
    }
}

/// A measurement as a column of the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// When: `14:05:50Z`.
    pub at: String,
    /// The value; `None`: none, or no number: it stands on the axis.
    pub value: Option<f64>,
    /// How it came out.
    pub sign: Sign,
}

/// The values that a chart spans. Always finite, and `min < max`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    /// At the bottom.
    pub min: f64,
    /// At the top.
    pub max: f64,
    /// The limit, within `min` and `max`.
    pub limit: Option<f64>,
    /// Values to write beside the axis, the most important first: limit, greatest, least.
    pub labels: Vec<(f64, String)>,
}

impl Scale {
    /// Where a value lies between bottom (0) and top (1). What is beyond is held at the edge.
    #[must_use]
    pub fn place(&self, value: f64) -> f64 {
        // Halves, so that the span of huge values is still a number.
        let span = self.max / 2.0 - self.min / 2.0;
        let part = (value / 2.0 - self.min / 2.0) / span;
        if part.is_nan() { 0.5 } else { part.clamp(0.0, 1.0) }
    }
}

/// A measurement in the table.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasurementLine {
    /// When it ended, or began while it runs.
    pub at: String,
    /// How it came out.
    pub sign: Sign,
    /// The phase in words: `Failed`.
    pub verdict: String,
    /// Value, with the decimals of its column.
    pub value: String,
    /// `missed 0.99 by 0.029`; empty when it did not, or there is no simple limit.
    pub missed: String,
    /// Message, in one line.
    pub message: String,
    /// Job that measured.
    pub job: String,
}
