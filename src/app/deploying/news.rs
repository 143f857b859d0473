//! News of services and deploys.

use super::{flight, open, plans};
use crate::app::effect::Effect;
use crate::app::model::Mark;
use crate::app::state::State;
use crate::deploy::feed::News;
use crate::names::RolloutKey;

/// Takes one piece of news.
pub fn take(state: &mut State, news: News) -> Vec<Effect> {
    match news {
        News::Stock(stock) => return open::stocked(state, stock),
        News::Sets(key, sets) => {
            state.deploying.sets.insert(key, sets);
            state.touch();
        }
        News::Planned(id, answer) => plans::answered(state, id, answer),
        News::Progress(id, progress) => flight::progress(state, id, progress),
        News::Ended(id, answer) => return flight::ended_with(state, id, answer),
        News::Note(_, words) => state.say(Mark::Attention, words),
    }
    Vec::new()
}

/// A watched Rollout came, went or is another one.
pub fn observe(state: &mut State, key: &RolloutKey) -> Vec<Effect> {
    if state.deploying.form.is_none() && state.deploying.flights.is_empty() {
        return Vec::new();
    }
    let mut effects = flight::observe(state, key);
    effects.extend(plans::observe(state, key));
    effects
}
