//! Forms: the value that a deed needs, asked for before the dialog opens. Nothing is sent from here.

use super::{Sight, put};
use crate::names::RolloutKey;
use jiff::Timestamp;
use std::sync::Arc;

/// A form.
#[derive(Clone, Debug)]
pub struct Form {
    /// Which rollout.
    pub key: RolloutKey,
    /// What is asked for.
    pub field: Field,
    /// Since when it can be read.
    pub sight: Sight,
    /// Esc was pressed once while something was typed: the next one closes.
    pub leaving: bool,
}

/// What is asked for, and what was answered so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Field {
    /// The revision to go back to; `None`: the one that is proposed.
    Revision(Option<i64>),
    /// An image for a container.
    Image {
        /// The container; `None`: the first.
        container: Option<Arc<str>>,
        /// What was typed or chosen; `None`: the present image.
        text: Option<String>,
    },
    /// When the pods are restarted: a duration from now; empty: now.
    Restart(String),
    /// The number of pods; `None`: the present one.
    Replicas(Option<String>),
}

impl Form {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, field: Field, now: Timestamp) -> Self {
        Self { key, field, sight: Sight::new(now), leaving: false }
    }

    /// Something was typed or chosen that Esc would lose.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        match &self.field {
            Field::Revision(_) => false,
            Field::Image { text, .. } | Field::Replicas(text) => text.is_some(),
            Field::Restart(text) => !text.is_empty(),
        }
    }

    /// Changes its text; `present`: what stands there as long as nothing was typed. Whether it has one.
    pub fn edit(&mut self, present: &str, change: impl FnOnce(&mut String)) -> bool {
        self.leaving = false;
        match &mut self.field {
            Field::Revision(_) => return false,
            Field::Image { text, .. } | Field::Replicas(text) => {
                change(text.get_or_insert_with(|| present.to_owned()));
                if text.as_deref() == Some(present) {
                    *text = None;
                }
            }
            Field::Restart(text) => change(text),
        }
        true
    }

    /// Puts text into its field.
    pub fn put(&mut self, present: &str, text: &str) -> bool {
        self.edit(present, |field| put(field, text))
    }
}
