//! What stands over a screen before a write.

use super::Mark;

/// A dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// A write, before it happens.
    Write(Box<WriteDialog>),
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
