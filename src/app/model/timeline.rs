//! Events as a story, as they are drawn.

use super::Mark;
use crate::app::search::Pattern;

/// What the screen shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimelinePage {
    /// Of what: `events of checkout and what belongs to it`.
    pub title: String,
    /// Following, holding, warnings only.
    pub mode: String,
    /// Some rows above and below the one under the cursor, oldest first.
    pub rows: Vec<TimelineRow>,
    /// The row under the cursor, as an index into `rows`.
    pub cursor: usize,
    /// Rows before the first of `rows`.
    pub first: usize,
    /// All rows.
    pub total: usize,
    /// Long messages are broken instead of cut.
    pub wrap: bool,
    /// What is searched: only events that have it are shown.
    pub pattern: Pattern,
    /// `7 of 42 events`; empty when nothing is left out.
    pub found: String,
    /// What is missing, and why.
    pub notes: Vec<(Mark, String)>,
    /// Said instead of events when there are none.
    pub empty: String,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub enum TimelineRow {
    /// A part of the story begins: an update, a step.
    Heading {
        /// `14:20:04Z`.
        time: String,
        /// In words.
        words: String,
    },
    /// An event.
    Event {
        /// `14:20:04Z`; with the date where it is not today.
        time: String,
        /// What it means.
        mark: Mark,
        /// What it is about: `rollout`, `pod b2k9x`.
        about: String,
        /// One word.
        reason: String,
        /// In words.
        message: String,
        /// `×3 since 14:02:11Z`; empty for once.
        times: String,
    },
}
