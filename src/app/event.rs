//! Events: everything that can change the state.

use crate::argo::feed::News;
use crate::deploy::feed::News as DeployNews;
use crate::keys::KeyChord;
use jiff::Timestamp;

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The time now (local clock). Sent at the beginning of each turn; every other event of the turn is at this time.
    Clock(Timestamp),
    /// A key press.
    Key(KeyChord),
    /// Pasted text (bracketed paste).
    Paste(String),
    /// The mouse wheel: rows, negative is up.
    Scroll(i16),
    /// A click on something that the last frame placed.
    Click(Target),
    /// The terminal has a new size: columns, rows.
    Resize(u16, u16),
    /// The terminal gained or lost the focus.
    Focus(bool),
    /// What the last frame placed: rows that the list on screen can show.
    Placed {
        /// Rows of the scrolling part.
        page_rows: u16,
    },
    /// The terminal has taken a frame: what it showed can be read from now on.
    Shown {
        /// When the frame was made (local clock).
        made: Timestamp,
    },
    /// The process was stopped and goes on (Ctrl-Z, fg): what is shown is old until heard of again.
    Resumed,
    /// From the edge of the cluster.
    News(News),
    /// About services and deploys.
    Deploy(DeployNews),
    /// The log of writes was read: its lines, newest write first, or why it cannot be.
    Audit(Result<Vec<String>, String>),
    /// An internal fault that was caught; shown, never fatal.
    Fault(String),
}

/// What can be clicked. A click never writes, except on a button of an open dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A row of the list on screen, counted from the first visible one, and the column where there are several.
    Row {
        /// Visible row, from 0.
        row: u16,
        /// Channel column, from 0.
        column: u16,
    },
    /// A button of the open dialog, from the left.
    Button(u8),
}
