//! Screens of text: help, the log of messages, an error in full.

use super::Mark;
use jiff::Timestamp;

/// Help.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpPage {
    /// For which screen.
    pub screen: String,
    /// Groups of rows: title, then keys, words and (when off) why.
    pub groups: Vec<(String, Vec<HelpLine>)>,
    /// About: version, config path, contexts, terminal findings.
    pub about: Vec<String>,
    /// First visible row.
    pub scroll: usize,
}

/// One row of help.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpLine {
    /// Keys.
    pub keys: String,
    /// What they do.
    pub words: String,
    /// Why it is off now; empty when it is on.
    pub off: String,
}

/// The log of messages.
#[derive(Clone, Debug, PartialEq)]
pub struct LogPage {
    /// The visible window, oldest first.
    pub lines: Vec<(Timestamp, Mark, String)>,
    /// Index of the first visible line.
    pub first: usize,
    /// Number of lines.
    pub total: usize,
}

/// A page of text.
#[derive(Clone, Debug, PartialEq)]
pub struct TextPage {
    /// Title.
    pub title: String,
    /// Lines; wrapped by the view.
    pub lines: Vec<String>,
    /// First visible line.
    pub scroll: usize,
}
