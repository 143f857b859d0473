//! Time: what passes by itself. Messages go, pauses run out, sources grow stale, lists are sorted anew; and when the
//! next of it is due, so that the loop may sleep until then.

use super::effect::Effect;
use super::state::State;
use super::{frame, history, watching};
use crate::argo::feed::Order;
use jiff::{SignedDuration, Timestamp};

/// Lists are sorted anew at most so often, and only when no key was pressed for as long.
const CALM: SignedDuration = SignedDuration::from_secs(1);
/// After the start, what came in is sorted at once.
const BEGINNING: SignedDuration = SignedDuration::from_secs(5);
/// A first Ctrl-C is forgotten after this.
const INTERRUPT: SignedDuration = SignedDuration::from_secs(2);

/// It is now this time.
pub fn tick(state: &mut State, now: Timestamp) -> Vec<Effect> {
    if !state.dirty && next_tick(state).is_some_and(|due| due <= now) {
        state.touch();
    }
    if now < state.now {
        // The clock was set back: what was heard "later than now" would count as fresh until then.
        for source in state.sources.iter_mut() {
            source.heard = source.heard.map(|heard| heard.min(now));
        }
    }
    state.now = now;
    state.dirty |= state.notes.expire(now);
    if state.interrupted_at.is_some_and(|at| now.duration_since(at) >= INTERRUPT) {
        state.interrupted_at = None;
    }
    pauses_run_out(state);
    sources_grow_stale(state);
    history::look_at_sources(state);
    if resort_due(state).is_some_and(|due| due <= now) {
        state.rebuild_lists();
    }
    Vec::new()
}

/// The process or the machine was stopped and goes on: what is shown is old until a new list is there. What still lay
/// in the pipe is no proof, so lists are asked for at once, and connections that died meanwhile are found by it.
pub fn resumed(state: &mut State) -> Vec<Effect> {
    let mut effects = vec![Effect::Repaint];
    effects.extend(watching::when::suspended(state));
    let live = !state.setup.replay;
    for source in state.sources.iter_mut().filter(|source| source.heard.is_some()) {
        source.doubtful = true;
        source.was_stale = true;
        effects.extend(live.then_some(Effect::Order(Order::Reconnect(source.info.id))));
    }
    state.touch();
    effects
}

fn pauses_run_out(state: &mut State) {
    let now = state.now;
    if state.fleet.next_timer().is_none_or(|at| at > now) {
        return;
    }
    let sources = &state.sources;
    let due = state.fleet.expire(now, |key| sources.get(key.source).map(|source| source.cluster_time(now)));
    for key in due {
        if let Some(detail) = state.detail.as_mut().filter(|detail| detail.key == key)
            && let (Some(row), Some(source)) = (state.fleet.get(&key), sources.get(key.source))
        {
            detail.derive(&row.rollout, source.cluster_time(now));
        }
        state.matrix.unsorted = true;
        state.board.unsorted = true;
        state.dirty = true;
    }
}

fn sources_grow_stale(state: &mut State) {
    let (setup, now) = (&state.setup, state.now);
    let mut turned = false;
    for source in state.sources.iter_mut() {
        let stale = source.stale(setup, now).is_some();
        turned |= source.was_stale != stale;
        source.was_stale = stale;
    }
    if turned {
        state.dirty = true;
        // `is:stale` may decide otherwise now.
        let sifted = !state.filter.is_empty();
        state.matrix.unsorted |= sifted;
        state.board.unsorted |= sifted;
    }
}

fn resort_due(state: &State) -> Option<Timestamp> {
    if !(state.matrix.unsorted || state.board.unsorted) {
        return None;
    }
    // While the first lists come in and nobody has pressed a key, no order is one that somebody looks at.
    let begins = state.now.duration_since(state.setup.now) < BEGINNING;
    if begins && state.last_key.is_none() {
        return Some(state.sorted_at);
    }
    let after = |at: Timestamp| at.checked_add(CALM).ok();
    after(state.sorted_at).max(state.last_key.and_then(after))
}

/// When the next visible change by time alone is due.
#[must_use]
pub fn next_tick(state: &State) -> Option<Timestamp> {
    let now = state.now;
    let mut due: Vec<Timestamp> = Vec::new();
    due.extend(state.notes.toast_ends());
    due.extend(state.fleet.next_timer());
    due.extend(resort_due(state));
    due.extend(watching::when::tick(state));
    due.extend(state.sources.iter().filter_map(|source| source.stale_at(&state.setup, now)));
    if !state.is_too_small() {
        due.extend(frame::next_change(state));
    }
    due.into_iter().filter(|at| *at > now).min().or_else(|| overdue(state))
}

/// What should have happened already happens at the next turn of the loop.
fn overdue(state: &State) -> Option<Timestamp> {
    resort_due(state).filter(|at| *at <= state.now).map(|_| state.now)
}
