//! One object as YAML, or described, as it is drawn.

use super::Mark;
use crate::app::search::Pattern;

/// What the screen shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentPage {
    /// Which object: `Rollout shop/checkout`.
    pub title: String,
    /// When it was read, and what is to be known about it.
    pub note: String,
    /// Why it cannot be read, or not any more.
    pub trouble: Option<(Mark, String)>,
    /// The lines from the first one in sight.
    pub lines: Vec<DocumentLine>,
    /// The line under the cursor, as an index into `lines`.
    pub cursor: usize,
    /// Number of the first line, and of all that are shown.
    pub first: usize,
    /// Lines that are shown when nothing more is folded.
    pub total: usize,
    /// The lines have signs in front of them.
    pub marks: bool,
    /// Long lines are broken instead of cut.
    pub wrap: bool,
    /// What is searched.
    pub pattern: Pattern,
    /// `hit 2 of 7`; empty when nothing is searched.
    pub found: String,
    /// Said instead of lines when there are none.
    pub empty: String,
}

/// A line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DocumentLine {
    /// Cells of blanks in front.
    pub indent: usize,
    /// The line.
    pub text: String,
    /// Bytes of its name.
    pub key: usize,
    /// What it means.
    pub mark: Option<Mark>,
    /// It names what follows.
    pub title: bool,
    /// Lines that are folded into it.
    pub folded: usize,
    /// It has what is searched.
    pub hit: bool,
}
