//! Marks: the rollouts of the lists that the next deed is meant for.

use super::effect::Effect;
use super::list::Item;
use super::model::Mark;
use super::selection::Selected;
use super::state::State;
use crate::names::RolloutKey;
use std::collections::BTreeSet;

/// The marked rollouts.
#[derive(Clone, Debug, Default)]
pub struct Marks(BTreeSet<RolloutKey>);

impl Marks {
    /// None is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether one is.
    #[must_use]
    pub fn has(&self, key: &RolloutKey) -> bool {
        self.0.contains(key)
    }

    /// All of them, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &RolloutKey> {
        self.0.iter()
    }

    /// One is not any more.
    pub fn remove(&mut self, key: &RolloutKey) {
        self.0.remove(key);
    }

    /// None is any more.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Marks what is under the cursor, or takes the mark away.
pub fn toggle(state: &mut State) -> Vec<Effect> {
    let keys: Vec<RolloutKey> = match state.selected() {
        Selected::Nothing => Vec::new(),
        Selected::One(row) => vec![row.key.clone()],
        Selected::Several(rows) => rows.into_iter().map(|row| row.key.clone()).collect(),
    };
    if keys.iter().all(|key| state.marks.has(key)) {
        for key in &keys {
            state.marks.remove(key);
        }
    } else {
        state.marks.0.extend(keys);
    }
    state.touch();
    super::deeds::ask_rights(state)
}

/// Marks all rows that pass the filter: on a channel's list its rollouts, on the overview those of the channel under
/// the cursor.
pub fn all(state: &mut State) -> Vec<Effect> {
    let channel = state.selected_channel();
    let list = state.list();
    let mut keys: Vec<RolloutKey> = Vec::new();
    for item in list.items() {
        match item {
            Item::Row(key) => keys.push(key.clone()),
            Item::Line(line) => {
                // A line may be there because of its rollout in another channel.
                let passing = state.cell(line, channel).into_iter().filter(|row| state.passes(row));
                keys.extend(passing.map(|row| row.key.clone()));
            }
        }
    }
    let count = keys.len();
    state.marks.0.extend(keys);
    let name = super::source::channel_name(&state.setup, channel).to_owned();
    let words = super::present::words::count(i64::try_from(count).unwrap_or(i64::MAX), "rollout", "rollouts");
    state.answer(Mark::Ok, format!("{words} of {name} marked: \\ clears the marks"));
    Vec::new()
}

/// Takes all marks away.
pub fn clear(state: &mut State) -> Vec<Effect> {
    state.marks.clear();
    state.touch();
    Vec::new()
}
