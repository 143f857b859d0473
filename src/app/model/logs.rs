//! Logs of pods, as they are drawn.

use super::Mark;
use crate::app::search::Pattern;

/// What the screen shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogsPage {
    /// Whose logs: `canary revision 42, 4 pods`.
    pub title: String,
    /// Following, holding, or the log before the last restart.
    pub mode: String,
    /// Some rows above and below the one at the bottom.
    pub rows: Vec<LogRow>,
    /// The row at the bottom, as an index into `rows`. Where the rows above it do not fill the screen, those below it
    /// come into sight.
    pub bottom: usize,
    /// Long lines are broken instead of cut.
    pub wrap: bool,
    /// What is searched, for the places within a line.
    pub pattern: Pattern,
    /// `hits 3 of 1,284`, or where among them; empty when nothing is searched.
    pub found: String,
    /// `since 14:27Z`.
    pub since: String,
    /// What was lost, kept, taken out.
    pub status: String,
    /// Containers that cannot be read, and why.
    pub troubles: Vec<(Mark, String)>,
    /// Said instead of lines when there are none.
    pub empty: String,
    /// The list of pods and containers, while it is open.
    pub picker: Option<Vec<PickerRow>>,
}

/// A row.
#[derive(Clone, Debug, PartialEq)]
pub enum LogRow {
    /// A line.
    Line {
        /// `14:31:40`; empty: not known.
        time: String,
        /// Where it comes from.
        tag: String,
        /// Which of six colours that is drawn in.
        color: usize,
        /// The line.
        text: String,
        /// It has what is searched.
        hit: bool,
        /// It was gone to, or is the one that `c` copies.
        current: bool,
    },
    /// What happened to the streams.
    Rule {
        /// `14:31:40Z`.
        time: String,
        /// In words.
        words: String,
    },
}

/// A row of the list of pods and containers.
#[derive(Clone, Debug, PartialEq)]
pub struct PickerRow {
    /// A container's name, for all pods; else a pod.
    pub container: bool,
    /// Name.
    pub name: String,
    /// How the pod is.
    pub note: String,
    /// It is read.
    pub on: bool,
    /// Under the cursor.
    pub selected: bool,
}
