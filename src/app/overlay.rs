//! Overlays: what lies over a screen and takes the keys first. The form that asks for a value, the dialog before a
//! write or before several, and the question before leaving while a write is in flight.

mod ask;
mod bulk;
mod confirm;
mod form;

pub use ask::{Ask, Sight};
pub use bulk::{Bulk, Item};
pub use confirm::Confirm;
pub use form::{Field, Form};

use super::deploying::confirm::Confirming;
use super::finder::Finder;
use crate::clean::clean;
use crate::names::RolloutKey;
use jiff::Timestamp;

/// The longest text that a field takes, in bytes.
pub const FIELD: usize = 4 * 1024;

/// What lies over the screen.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// Before a write.
    Confirm(Box<Confirm>),
    /// Before a write to each of several rollouts.
    Bulk(Box<Bulk>),
    /// Before a deploy.
    Deploy(Box<Confirming>),
    /// Asks for the value that a write needs.
    Form(Box<Form>),
    /// Before leaving while a write is in flight. Index of the focused button: 0 waits, 1 leaves.
    Leave(usize),
    /// The finder.
    Finder(Finder),
}

impl Overlay {
    /// The rollout that it speaks of, whose children are watched meanwhile.
    #[must_use]
    pub const fn key(&self) -> Option<&RolloutKey> {
        match self {
            Self::Confirm(dialog) => Some(&dialog.key),
            Self::Form(form) => Some(&form.key),
            Self::Bulk(_) | Self::Deploy(_) | Self::Leave(_) | Self::Finder(_) => None,
        }
    }

    /// The terminal has taken a frame that was made at `made`.
    pub fn shown(&mut self, made: Timestamp, now: Timestamp) {
        match self {
            Self::Confirm(dialog) => dialog.ask.sight.shown(made, now),
            Self::Bulk(bulk) => bulk.ask.sight.shown(made, now),
            Self::Deploy(open) => open.ask.sight.shown(made, now),
            Self::Form(form) => form.sight.shown(made, now),
            Self::Leave(_) | Self::Finder(_) => {}
        }
    }
}

/// Puts text into a field: newlines become blanks, what could drive a terminal or mislead a reader goes, up to
/// [`FIELD`] bytes.
pub fn put(field: &mut String, text: &str) {
    let one_line = text.trim_end_matches(['\r', '\n']).replace(['\n', '\r', '\t'], " ");
    for c in clean(&one_line).chars() {
        if field.len() + c.len_utf8() > FIELD {
            break;
        }
        field.push(c);
    }
}
