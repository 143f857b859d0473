//! Logs of pods: the screen's own state, what its keys do, and what it shows.

use super::action::Action;
use super::effect::Effect;
use super::model::LogsPage;
use super::state::State;
use crate::names::RolloutKey;

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// First visible row; `None`: where the screen begins by itself.
    pub scroll: Option<usize>,
}

impl LogsView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey) -> Self {
        Self { key, scroll: None }
    }
}

/// What it shows.
#[must_use]
pub fn page(_state: &State, view: &LogsView) -> LogsPage {
    LogsPage { title: view.key.name.to_string() }
}

/// Rows that it can be scrolled through.
#[must_use]
pub fn length(_state: &State, _view: &LogsView) -> usize {
    0
}

/// Carries out an action that only this screen has.
pub fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}
