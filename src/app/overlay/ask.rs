//! What every question before a write has: the name to type, the reason, the buttons, and the guard against keys that
//! were typed before it could be read.

use super::put;
use crate::app::present::dialog::{BUTTON_CALL, BUTTON_CANCEL, BUTTON_PROMOTE};
use jiff::{SignedDuration, Timestamp};

/// Keys that were typed before a question was on screen for this long do nothing in it.
const TYPED_AHEAD: SignedDuration = SignedDuration::from_millis(300);

/// When something came up, and when it could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// When it opened (local time).
    pub opened_at: Timestamp,
    /// When it was on screen (local time). On a slow or frozen terminal that is later, and until then keys are typed
    /// blind.
    pub shown_at: Option<Timestamp>,
}

impl Sight {
    /// As it opens.
    #[must_use]
    pub const fn new(now: Timestamp) -> Self {
        Self { opened_at: now, shown_at: None }
    }

    /// Whether a key comes too early to be meant for it.
    #[must_use]
    pub fn is_typed_ahead(&self, now: Timestamp) -> bool {
        self.shown_at.is_none_or(|shown| now.duration_since(shown).abs() < TYPED_AHEAD)
    }

    /// The terminal has taken a frame that was made at `made`.
    pub fn shown(&mut self, made: Timestamp, now: Timestamp) {
        if self.opened_at <= made {
            self.shown_at.get_or_insert(now);
        }
    }
}

/// What is asked before a write.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The text that has to be typed: the service's name, or `promote 4`.
    pub name: Option<String>,
    /// What has been typed of it.
    pub typed: String,
    /// Why, for the record.
    pub reason: String,
    /// Letters go to the reason.
    pub reasoning: bool,
    /// Nothing is sent without a reason.
    pub needs_reason: bool,
    /// Index of the focused button.
    pub focus: usize,
    /// Since when it can be read.
    pub sight: Sight,
}

/// The buttons in the order of Tab, from Cancel on.
const ORDER: [usize; 3] = [BUTTON_CANCEL, BUTTON_PROMOTE, BUTTON_CALL];

impl Ask {
    /// As it opens: the focus on Cancel. Where a reason is needed and no name, letters go to the reason.
    #[must_use]
    pub const fn new(name: Option<String>, needs_reason: bool, now: Timestamp) -> Self {
        let reasoning = needs_reason && name.is_none();
        Self {
            name,
            typed: String::new(),
            reason: String::new(),
            reasoning,
            needs_reason,
            focus: BUTTON_CANCEL,
            sight: Sight::new(now),
        }
    }

    /// The name that has to be typed is there, letter for letter.
    #[must_use]
    pub fn name_fits(&self) -> bool {
        self.name.as_ref().is_none_or(|name| *name == self.typed)
    }

    /// The reason as it is recorded; `None`: none was typed.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let reason = self.reason.trim();
        (!reason.is_empty()).then(|| reason.to_owned())
    }

    /// What is missing before anything can be sent, in words.
    #[must_use]
    pub fn missing(&self) -> Option<String> {
        match &self.name {
            Some(name) if !self.name_fits() => Some(format!("type {name} first")),
            _ if self.needs_reason && self.reason().is_none() => {
                Some("a reason is needed here: Ctrl-r, then type it".to_owned())
            }
            _ => None,
        }
    }

    /// Moves the focus to another button.
    pub fn turn(&mut self, by: isize) {
        let at = ORDER.iter().position(|button| *button == self.focus).unwrap_or(0);
        let next = at.wrapping_add_signed(by) % ORDER.len();
        // `wrapping_add_signed(-1)` at 0 is usize::MAX, which is 0 modulo 3: the last one is meant.
        self.focus = if at == 0 && by < 0 { ORDER[ORDER.len() - 1] } else { ORDER[next] };
    }

    /// The field that letters go to.
    pub fn field(&mut self) -> Option<&mut String> {
        if self.reasoning {
            Some(&mut self.reason)
        } else if self.name.is_some() {
            Some(&mut self.typed)
        } else {
            None
        }
    }

    /// Puts text into the field that letters go to; whether there is one.
    pub fn put(&mut self, text: &str) -> bool {
        self.field().is_some_and(|field| {
            put(field, text);
            true
        })
    }
}
