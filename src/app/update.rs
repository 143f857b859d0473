//! Update: the only place where the state changes. One `match`, each arm one call.

use super::effect::Effect;
use super::event::Event;
use super::state::State;

/// Takes one event.
pub fn update(state: &mut State, event: Event) -> Vec<Effect> {
    let _ = (state, event);
    todo!()
}
