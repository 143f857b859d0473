//! The overview: services × channels, and the lines below it. [`Health`] is shared with the other screens.

use super::{Mark, RolloutPage};
use jiff::Timestamp;

/// Health of a channel's connection, as its head says it.
#[derive(Clone, Debug, PartialEq)]
pub struct Health {
    /// Cluster name.
    pub cluster: String,
    /// Mark.
    pub mark: Mark,
    /// `live`, `14s`, `3m retry 12s`, `login: L`, `forbidden`, `no Rollouts`, `listing 3,200`, `connecting 3s`.
    pub words: String,
    /// The same in one word for a narrow head: `live`, `14s`, `3m`, `login`, `listing`.
    pub short: String,
}

/// The overview.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// One column per release channel.
    pub columns: Vec<Column>,
    /// The visible window of rows.
    pub rows: Vec<MatrixRow>,
    /// Index (in `rows`) of the selected row.
    pub selected: Option<usize>,
    /// Index of the first visible row among all rows that pass the filter.
    pub first: usize,
    /// Number of rows that pass the filter.
    pub total: usize,
    /// Who needs a person, most urgent first: as many as can have room.
    pub needs_you: Vec<NeedLine>,
    /// How many more need one.
    pub more_need_you: usize,
    /// Said where nobody is known to need one: that nobody does, or that not all is known.
    pub nobody: String,
    /// What happened last, newest first (wide screens).
    pub happened: Vec<HappenedLine>,
    /// Connections that are in trouble; shown instead of `needs you` when not empty.
    pub trouble: Vec<TroubleLine>,
    /// The rollout under the cursor in more detail (wide screens).
    pub selected_page: Option<Box<RolloutPage>>,
    /// Said instead of rows when there are none.
    pub empty: Option<String>,
}

/// A channel's column head.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Number key, from 1.
    pub number: usize,
    /// Channel name.
    pub name: String,
    /// Health of each of its sources.
    pub health: Vec<Health>,
}

/// A service in all channels.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixRow {
    /// Service name; with the namespace in front where two would be alike.
    pub service: String,
    /// Needs a person (the `!` in column 2).
    pub attention: bool,
    /// One cell per column.
    pub cells: Vec<Cell>,
    /// Index of the focused cell; only in the selected row.
    pub focused: Option<usize>,
}

/// One service in one channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// Mark; `None` for an empty cell.
    pub mark: Option<Mark>,
    /// Version, such as `2.42.0` (the tag, or a short digest). Empty when not deployed or unknown.
    pub version: String,
    /// Differs from the channel before.
    pub drift: bool,
    /// Step such as `4/8`; empty outside an update.
    pub step: String,
    /// Set weight in percent; `None` outside a canary update.
    pub set: Option<i64>,
    /// Actual weight in percent, if known.
    pub actual: Option<i64>,
    /// The one most useful word: `aborted`, `preview`, `not deployed`, `waits for you`, `scaling pods`.
    pub word: String,
    /// Age or countdown: `12m`, `in 1m48s`.
    pub time: String,
    /// The data is old: `~`.
    pub stale: bool,
    /// Changed in the last 2 s (drawn bold).
    pub changed: bool,
    /// More than one rollout stands behind the cell.
    pub count: usize,
    /// Marked for the next deed.
    pub marked: bool,
}

/// A line of `needs you`.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedLine {
    /// Mark.
    pub mark: Mark,
    /// Channel.
    pub channel: String,
    /// Service.
    pub service: String,
    /// Why, in words.
    pub words: String,
    /// For how long.
    pub age: String,
    /// The data is old.
    pub stale: bool,
}

/// A line of `just happened`.
#[derive(Clone, Debug, PartialEq)]
pub struct HappenedLine {
    /// When.
    pub at: Timestamp,
    /// Channel.
    pub channel: String,
    /// Service.
    pub service: String,
    /// What.
    pub words: String,
}

/// A connection in trouble.
#[derive(Clone, Debug, PartialEq)]
pub struct TroubleLine {
    /// Mark.
    pub mark: Mark,
    /// Channel.
    pub channel: String,
    /// What is wrong and since when; one or two lines.
    pub lines: Vec<String>,
    /// `retry in 8s`, or empty.
    pub retry: String,
}
