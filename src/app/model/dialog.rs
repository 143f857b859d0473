//! What stands over a screen before a write.

use super::Mark;

/// A dialog.
#[derive(Clone, Debug, PartialEq)]
pub enum Dialog {
    /// A write, before it happens.
    Write(Box<WriteDialog>),
    /// The value that a write needs, before its dialog.
    Form(Box<FormDialog>),
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
    /// The reason, where one is typed or needed.
    pub reason: Option<ReasonField>,
    /// The request and its kubectl equivalent, when shown.
    pub call: Option<Vec<String>>,
    /// The way back, in words.
    pub back: String,
    /// Buttons.
    pub buttons: Vec<Button>,
    /// `data 1 s old`.
    pub footnote: String,
}

/// The reason for a write, for the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReasonField {
    /// What has been typed.
    pub text: String,
    /// Letters go there.
    pub active: bool,
    /// Nothing is sent without one.
    pub needed: bool,
}

/// A form: the value that a write needs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FormDialog {
    /// `Undo checkout`.
    pub title: String,
    /// The channel is protected.
    pub protected: bool,
    /// Rows by name: where, what is there now.
    pub rows: Vec<(String, String)>,
    /// What the value is, and what stands there; `None`: it is chosen from the options alone.
    pub field: Option<(String, String)>,
    /// The values that are offered, those around the chosen one.
    pub options: Vec<FormOption>,
    /// How many more there are, above and below.
    pub more: usize,
    /// What a person should know.
    pub notes: Vec<(Mark, String)>,
    /// What answers a key.
    pub footnote: String,
}

/// A value that is offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormOption {
    /// The value.
    pub words: String,
    /// Where it comes from.
    pub detail: String,
    /// It is the one that is chosen.
    pub chosen: bool,
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
