//! One Experiment, as it is drawn: templates, runs, and the pods it holds up.

use super::Mark;

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentPage {
    /// Mark of the experiment.
    pub mark: Mark,
    /// First row: `Running: 2 of 2 templates are up, ends in 1m48s`.
    pub headline: String,
    /// Where it belongs: `step 3 of 6 · revision 3 · began 4m ago`.
    pub facts: String,
    /// The message in the controller's words, and what a person must know before reading on.
    pub notes: Vec<String>,
    /// Everything below, a window around the cursor.
    pub lines: Vec<ExperimentLine>,
    /// Index of the first of `lines` among all.
    pub first: usize,
    /// Lines in all.
    pub total: usize,
    /// Index of the line under the cursor among all; `None`: there are none.
    pub cursor: Option<usize>,
    /// Facts by name: duration, which step, what happens at the end.
    pub about: Vec<(String, String)>,
    /// What it did to the rollout, as far as the rollout says so.
    pub outcome: String,
    /// Age of the data when it is stale.
    pub stale: Option<String>,
}

/// What stands in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExperimentKind {
    /// Title of a block.
    Title,
    /// A template.
    Template,
    /// A run; Enter opens it.
    Run,
    /// A ReplicaSet.
    ReplicaSet,
    /// A pod.
    Pod,
}

/// A line.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentLine {
    /// What.
    pub kind: ExperimentKind,
    /// Mark.
    pub mark: Mark,
    /// Name.
    pub name: String,
    /// Status.
    pub status: String,
    /// Counts: `1/1 pods`, `✓ 3  ✗ 1`.
    pub counts: String,
    /// More: message, weight, countdown.
    pub words: String,
    /// Age.
    pub age: String,
}
