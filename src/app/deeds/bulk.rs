//! Marked rollouts: one question about all of them, one order for each.

use super::around;
use super::wish::{self, Wish};
use super::{ask_rights_of, decide, must_be_typed, needs_reason, send};
use crate::app::action::Action;
use crate::app::effect::Effect;
use crate::app::model::Mark;
use crate::app::overlay::{Ask, Bulk, Field, Item, Overlay};
use crate::app::present::dialog::BUTTON_CANCEL;
use crate::app::present::words;
use crate::app::state::State;
use crate::argo::deed::{Deed, Extent};
use crate::names::RolloutKey;

/// Letters of a warning that fit on a row of the dialog, with room for words that are not broken.
const ROW: usize = 48;

/// What an action does to each of the marked rollouts.
///
/// # Errors
/// It needs a value of its own for each, in words.
fn deed_for(state: &State, key: &RolloutKey, action: Action) -> Result<Deed, String> {
    let Some(row) = state.fleet.get(key) else { return Err("it is gone".to_owned()) };
    match wish::wish(state, row, action) {
        Some(Ok(Wish::Deed(deed))) if !matches!(action, Action::Terminate | Action::DeleteRun) => Ok(deed),
        Some(Ok(Wish::Form(Field::Restart(_)))) => {
            // To the second, so that all have the same.
            Ok(Deed::Restart { at: super::facts(state, key, &row.rollout).now })
        }
        _ => Err("this works on one rollout at a time: \\ clears the marks".to_owned()),
    }
}

/// Why an action is off for the marked rollouts; `None`: it works on one of them at least.
#[must_use]
pub fn off(state: &State, action: Action) -> Option<String> {
    let mut why = None;
    for key in state.marks.iter() {
        let decided = deed_for(state, key, action)
            .and_then(|deed| state.fleet.get(key).ok_or_else(String::new).and_then(|row| decide(state, row, &deed)));
        match decided {
            Ok(_) => return None,
            Err(words) => why = why.or(Some(words)),
        }
    }
    why.map(|why| match state.marks.len() {
        1 => why,
        count => format!("none of the {count} marked: {why}"),
    })
}

/// Opens the dialog, or says why there is nothing to ask.
pub fn open(state: &mut State, action: Action) -> Vec<Effect> {
    let keys: Vec<RolloutKey> = state.marks.iter().cloned().collect();
    let effects: Vec<Effect> = keys.iter().filter_map(|key| ask_rights_of(state, key)).collect();
    if let Some(why) = off(state, action) {
        state.answer(Mark::Attention, why);
        return effects;
    }
    let mut items = Vec::new();
    let mut first = None;
    let (mut typed, mut reasoned) = (false, false);
    for key in keys {
        let Some(row) = state.fleet.get(&key) else { continue };
        let decided = deed_for(state, &key, action);
        let plan = decided.and_then(|deed| decide(state, row, &deed));
        if let Ok(plan) = &plan {
            typed |= must_be_typed(state, row, &plan.deed);
            reasoned |= needs_reason(state, row, &plan.deed);
            first.get_or_insert_with(|| plan.deed.clone());
        }
        items.push(Item { key, plan });
    }
    let Some(deed) = first else { return effects };
    // Those that something is sent to stand first; the others say why not.
    items.sort_by_key(|item| item.plan.is_err());
    // `s` pauses some and resumes others: then each line says which.
    let count = items.iter().filter(|item| item.plan.is_ok()).count();
    let name = typed.then(|| format!("{} {count}", word(&items, &deed)));
    let ask = Ask::new(name, reasoned, state.now);
    state.overlay = Some(Overlay::Bulk(Box::new(Bulk { deed, items, asked: count, ask, first: 0 })));
    state.notes.hush();
    state.touch();
    effects
}

/// The verb of them all, in one word.
#[must_use]
pub fn word(items: &[Item], deed: &Deed) -> &'static str {
    let mixed = items.iter().filter_map(|item| item.plan.as_ref().ok()).any(|plan| plan.deed.verb() != deed.verb());
    match deed {
        _ if mixed => "change",
        Deed::Promote(Extent::Full) => "promote full",
        Deed::Promote(Extent::Step | Extent::AllSteps) => "skip",
        _ => deed.verb(),
    }
}

/// Whether nothing but brakes is pulled.
#[must_use]
pub fn is_abort(bulk: &Bulk) -> bool {
    bulk.items.iter().filter_map(|item| item.plan.as_ref().ok()).all(|plan| plan.deed == Deed::Abort)
}

/// Presses the focused button.
pub fn press(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Bulk(bulk)) = &state.overlay else { return Vec::new() };
    if bulk.ask.focus == BUTTON_CANCEL {
        state.overlay = None;
        state.touch();
        return Vec::new();
    }
    confirm(state)
}

/// Moves through the list of objects.
pub fn scroll(state: &mut State, by: isize) {
    let room = room(state);
    if let Some(Overlay::Bulk(bulk)) = &mut state.overlay {
        let most = bulk.items.len().saturating_sub(room);
        bulk.first = bulk.first.saturating_add_signed(by).min(most);
        state.touch();
    }
}

/// Objects that are listed at a time: warnings about all of them take their rows first.
#[must_use]
pub fn room(state: &State) -> usize {
    let around = match &state.overlay {
        Some(Overlay::Bulk(bulk)) => around::several(state, &bulk.items),
        _ => Vec::new(),
    };
    let taken: usize = around.iter().map(|(_, words)| words.chars().count().div_ceil(ROW)).sum();
    usize::from(state.size.1).saturating_sub(16 + taken).clamp(2, 40)
}

/// Sends one order for each object that nothing speaks against by now.
pub fn confirm(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Bulk(bulk)) = &state.overlay else { return Vec::new() };
    if let Some(why) = bulk.ask.missing() {
        state.answer(Mark::Attention, format!("nothing was sent: {why}"));
        return Vec::new();
    }
    let asked = bulk.asked;
    let reason = bulk.ask.reason();
    let ready: Vec<_> = bulk
        .items
        .iter()
        .filter_map(|item| {
            let plan = item.plan.as_ref().ok()?;
            let row = state.fleet.get(&item.key)?;
            // The place, the rights and what is under way may be others than when it was asked.
            decide(state, row, &plan.deed).ok().filter(|now| now.sends_the_same(plan)).map(|_| ())?;
            Some((item.key.clone(), plan.clone()))
        })
        .collect();
    if ready.is_empty() {
        state.answer(Mark::Attention, "nothing was sent: none of them can be written to any more");
        return Vec::new();
    }
    if ready.len() < asked && bulk.ask.name.is_some() {
        let now = words::count(i64::try_from(ready.len()).unwrap_or(i64::MAX), "rollout", "rollouts");
        state.answer(Mark::Attention, format!("nothing was sent: only {now} can be written to now, ask again"));
        return Vec::new();
    }
    let left = asked - ready.len();
    state.overlay = None;
    let mut effects = Vec::new();
    let sent = ready.len();
    for (key, plan) in ready {
        state.marks.remove(&key);
        effects.extend(send(state, key, plan, reason.clone()));
    }
    if left > 0 {
        state.say(Mark::Attention, format!("{sent} sent, {left} not: they changed under the question"));
    }
    effects
}
