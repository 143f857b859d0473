//! One Experiment: the screen's own state, what its keys do, and what it shows.

use super::action::Action;
use super::effect::Effect;
use super::model::ExperimentPage;
use super::state::State;
use crate::names::RolloutKey;
use std::sync::Arc;

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// Uid of the experiment.
    pub uid: Arc<str>,
    /// Name of the experiment.
    pub name: Arc<str>,
    /// First visible row; `None`: where the screen begins by itself.
    pub scroll: Option<usize>,
}

impl ExperimentView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, uid: Arc<str>, name: Arc<str>) -> Self {
        Self { key, uid, name, scroll: None }
    }
}

/// What it shows.
#[must_use]
pub fn page(_state: &State, view: &ExperimentView) -> ExperimentPage {
    ExperimentPage { title: view.key.name.to_string() }
}

/// Rows that it can be scrolled through.
#[must_use]
pub fn length(_state: &State, _view: &ExperimentView) -> usize {
    0
}

/// Carries out an action that only this screen has.
pub fn act(_state: &mut State, _action: Action) -> Vec<Effect> {
    Vec::new()
}
