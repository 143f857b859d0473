//! Events as a story: the screen's own state, what its keys do, and what it shows.

use super::action::Action;
use super::effect::Effect;
use super::model::TimelinePage;
use super::node::Node;
use super::state::State;
use crate::names::RolloutKey;

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// Of which object with its children.
    pub node: Node,
    /// First visible row; `None`: where the screen begins by itself.
    pub scroll: Option<usize>,
}

impl TimelineView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, node: Node) -> Self {
        Self { key, node, scroll: None }
    }
}

/// What it shows.
#[must_use]
pub fn page(_state: &State, view: &TimelineView) -> TimelinePage {
    TimelinePage { title: view.key.name.to_string() }
}

/// Rows that it can be scrolled through.
#[must_use]
pub fn length(_state: &State, _view: &TimelineView) -> usize {
    0
}

/// Carries out an action that only this screen has.
pub fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}
