//! One channel as a list, and the pair of weights that a gauge draws.

pub use crate::app::sorting::Sorting;

use super::{Health, Mark, RolloutPage, TroubleLine};

/// One channel as a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Channel.
    pub channel: String,
    /// Who stands first.
    pub order: Sorting,
    /// Health of its sources.
    pub health: Vec<Health>,
    /// Show the cluster column (more than one source).
    pub clusters: bool,
    /// The visible window of rows.
    pub rows: Vec<BoardRow>,
    /// Index (in `rows`) of the selected row.
    pub selected: Option<usize>,
    /// Index of the first visible row.
    pub first: usize,
    /// Number of rows that pass the filter.
    pub total: usize,
    /// The rollout under the cursor in more detail.
    pub selected_page: Option<Box<RolloutPage>>,
    /// Connections in trouble.
    pub trouble: Vec<TroubleLine>,
    /// Said instead of rows when there are none.
    pub empty: Option<String>,
}

/// One rollout in the list of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct BoardRow {
    /// Service.
    pub service: String,
    /// Marked for the next deed.
    pub marked: bool,
    /// Cluster.
    pub cluster: String,
    /// Namespace.
    pub namespace: String,
    /// Needs a person.
    pub attention: bool,
    /// Mark.
    pub mark: Mark,
    /// State in words: `waits for you`, `scaling pods`, `healthy`.
    pub state: String,
    /// `4/8`, or empty.
    pub step: String,
    /// Weights; `None` for blue-green.
    pub gauge: Option<Gauge>,
    /// In the middle of an update (else the gauge is drawn as dots).
    pub updating: bool,
    /// Available and wanted pods: `4/4`.
    pub pods: String,
    /// Version.
    pub version: String,
    /// Differs from the channel before.
    pub drift: bool,
    /// For how long.
    pub age: String,
    /// The data is old.
    pub stale: bool,
    /// Changed in the last 2 s.
    pub changed: bool,
}

/// Set against actual weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gauge {
    /// Set weight in parts of `max`.
    pub set: i64,
    /// Actual weight in parts of `max`, if known.
    pub actual: Option<i64>,
    /// All traffic.
    pub max: i64,
}
