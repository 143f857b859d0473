//! What stands over a screen before a write.

use super::Mark;

/// A dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// A write, before it happens.
    Write(Box<WriteDialog>),
    /// The finder.
    Finder(Box<FinderDialog>),
    /// A question with buttons.
    Ask {
        /// Title.
        title: String,
        /// Lines.
        lines: Vec<String>,
        /// Buttons.
        buttons: Vec<Button>,
    },
}

/// The finder: a line that is typed, and what it finds.
#[derive(Clone, Debug, PartialEq)]
pub struct FinderDialog {
    /// What is found with it.
    pub title: String,
    /// What has been typed.
    pub input: String,
    /// The lines around the chosen one.
    pub lines: Vec<FinderLine>,
    /// Index of the first of them among all.
    pub first: usize,
    /// How many were found.
    pub total: usize,
    /// Index (in `lines`) of the chosen one.
    pub selected: usize,
    /// More about the chosen one; may be empty.
    pub note: String,
}

/// A line of the finder.
#[derive(Clone, Debug, PartialEq)]
pub struct FinderLine {
    /// How a rollout stands.
    pub mark: Option<Mark>,
    /// What it is.
    pub words: String,
    /// What it does, or why it is off.
    pub detail: String,
    /// Its key; empty: none.
    pub key: String,
    /// Works now.
    pub on: bool,
}

/// A write, before it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteDialog {
    /// `Promote checkout`.
    pub title: String,
    /// The channel is protected: its name is spelled in capitals and drawn in reverse.
    pub protected: bool,
    /// Rows by name: where, version, step, traffic, pods, then, …
    pub rows: Vec<(String, String)>,
    /// Set weight before and after, for the small gauge.
    pub weights: Option<(i64, i64, i64)>,
    /// Evidence and warnings.
    pub evidence: Vec<(Mark, String)>,
    /// What has to be typed, and what has been typed so far.
    pub typed: Option<(String, String)>,
    /// The request and its kubectl equivalent, when shown.
    pub call: Option<Vec<String>>,
    /// The way back, in words.
    pub back: String,
    /// Buttons.
    pub buttons: Vec<Button>,
    /// `data 1 s old`.
    pub footnote: String,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Button {
    /// Label.
    pub label: String,
    /// Has the focus.
    pub focused: bool,
    /// Can be pressed.
    pub on: bool,
}
