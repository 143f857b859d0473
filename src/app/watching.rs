//! Watch for me: rollouts that call for the person by bell, title and (where it is wished) a notification when they wait
//! for somebody, fail or finish. Bell and notification are of fixed words; what a cluster says stays on the screen.
//!
//! [`when`] promotes once a stated condition ([`condition`]) holds. All of it lives in this process: nothing that was
//! armed is armed after a restart.

pub mod condition;
pub mod when;

use super::effect::Effect;
use super::fleet::Row;
use super::model::Mark;
use super::present::Subject;
use super::present::standing::{self, Standing, Urgency};
use super::source::channel_name;
use super::state::State;
use crate::names::RolloutKey;
use std::collections::BTreeMap;
use std::sync::Arc;
use when::{Armed, Asking};

/// The sign of what is watched.
pub const SIGN: &str = "♪";

/// How a watched rollout stands, as far as it is a reason to call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Situation {
    /// It goes on by itself, or it cannot be told.
    Going,
    /// It waits for a person.
    Waits,
    /// It failed: degraded or aborted.
    Failed,
    /// The update is done.
    Finished,
}

/// A rollout that is watched.
#[derive(Clone, Debug)]
struct Follow {
    /// How it stood at the last look, and of which version. The same situation of another version is another one.
    last: (Situation, Box<str>),
    /// It called and still has reason to.
    calling: bool,
}

/// What is watched and armed.
#[derive(Clone, Debug, Default)]
pub struct Watching {
    follows: BTreeMap<RolloutKey, Follow>,
    pub(super) armed: BTreeMap<RolloutKey, Armed>,
    /// The condition that is being typed.
    pub(super) asking: Option<Asking>,
    /// The condition that the open dialog will arm, in place of sending.
    pub(super) arming: Option<(RolloutKey, condition::Condition)>,
}

impl Watching {
    /// Whether a rollout is watched.
    #[must_use]
    pub fn follows(&self, key: &RolloutKey) -> bool {
        self.follows.contains_key(key)
    }

    /// Rollouts that called and still have reason to.
    #[must_use]
    pub fn calling(&self) -> usize {
        self.follows.values().filter(|follow| follow.calling).count()
    }

    /// Signs for the header: how many are watched, how many are armed.
    #[must_use]
    pub fn ribbons(&self) -> Vec<String> {
        let followed = (!self.follows.is_empty()).then(|| format!("{SIGN} {}", self.follows.len()));
        let armed = (!self.armed.is_empty()).then(|| format!("armed {}", self.armed.len()));
        followed.into_iter().chain(armed).collect()
    }
}

/// `w`: watches the selected rollout, or no longer.
pub fn toggle(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.selected_row() else { return Vec::new() };
    let (key, name, last) = (row.key.clone(), named(state, row), look(state, row));
    if state.watching.follows.remove(&key).is_some() {
        state.answer(Mark::Ok, format!("{name} is no longer watched"));
        return Vec::new();
    }
    state.watching.follows.insert(key, Follow { last, calling: false });
    let how = if state.setup.settings.osc9 { "bell, title and notification" } else { "bell and title" };
    state.answer(Mark::Ok, format!("watching {name}: {how} when it waits for you, fails or finishes; w ends it"));
    Vec::new()
}

/// Looks at what is watched and armed. Called after every event; it costs what is watched.
pub fn sync(state: &mut State) -> Vec<Effect> {
    let mut effects = when::sync(state);
    let keys: Vec<RolloutKey> = state.watching.follows.keys().cloned().collect();
    for key in keys {
        effects.extend(follow(state, &key));
    }
    effects
}

fn follow(state: &mut State, key: &RolloutKey) -> Vec<Effect> {
    let Some(row) = state.fleet.get(key) else {
        // Before the list is complete, what is not there is not known to be gone.
        if state.sources.get(key.source).is_some_and(|source| source.listed && !source.doubtful) {
            state.watching.follows.remove(key);
            return call(state, Mark::Attention, &format!("{} was deleted and is no longer watched", key.name));
        }
        return Vec::new();
    };
    let (now, name) = (look(state, row), named(state, row));
    let words = {
        let context = state.context(row, false);
        standing::state_words(&Subject::new(&row.rollout, state.picture(row), &context))
    };
    let Some(follow) = state.watching.follows.get_mut(key) else { return Vec::new() };
    if follow.last == now {
        return Vec::new();
    }
    // What cannot be told just now is no new situation: it must not ring twice for one pause.
    let before = std::mem::replace(&mut follow.last, now.clone());
    let calls = now.0 != Situation::Going && (before.0 != now.0 || before.1 != now.1);
    follow.calling = matches!(now.0, Situation::Waits | Situation::Failed) && (calls || follow.calling);
    if !calls {
        return Vec::new();
    }
    let (mark, what) = match now.0 {
        Situation::Waits => (Mark::Wait, format!("{name} needs you: {words}")),
        Situation::Failed => (Mark::Bad, format!("{name} failed: {words}")),
        Situation::Finished | Situation::Going => (Mark::Ok, format!("{name} finished: {words}")),
    };
    call(state, mark, &what)
}

/// Calls the person: the words on the screen, the bell once, a notification where it is wished.
pub(super) fn call(state: &mut State, mark: Mark, words: &str) -> Vec<Effect> {
    state.say(mark, format!("{SIGN} {words}"));
    let mut effects = vec![Effect::Bell];
    effects.extend(state.setup.settings.osc9.then_some(Effect::Notify));
    effects
}

fn look(state: &State, row: &Row) -> (Situation, Box<str>) {
    let context = state.context(row, false);
    let standing = standing::of(&Subject::new(&row.rollout, &row.picture, &context));
    let situation = match (row.urgency, standing) {
        // A promote of ours is on its way: the pause is over for the person.
        (_, Standing::Promoting) => Situation::Going,
        (Urgency::Repair, _) => Situation::Failed,
        (Urgency::Person, _) => Situation::Waits,
        (_, Standing::Healthy) => Situation::Finished,
        _ => Situation::Going,
    };
    // A step further is another pause.
    let step = row.rollout.status.current_step_index.unwrap_or(-1);
    let version = match situation {
        Situation::Waits => format!("{}@{step}", row.rollout.status.current_pod_hash),
        _ => row.rollout.status.current_pod_hash.to_string(),
    };
    (situation, version.into())
}

/// `checkout in production`.
pub(super) fn named(state: &State, row: &Row) -> String {
    let service: &Arc<str> = &row.service;
    format!("{service} in {}", channel_name(&state.setup, row.channel))
}
