//! Deeds: from the key over the dialog to the order. The order carries what was decided when the dialog opened.

use super::availability::{doable, nothing_under_way, place_allows, rights};
use super::effect::Effect;
use super::model::Mark;
use super::overlay::{Confirm, Overlay};
use super::present::dialog::{BUTTON_CALL, BUTTON_CANCEL};
use super::request::Write;
use super::source::channel_name;
use super::state::State;
use super::watching;
use crate::argo::deed::Deed;
use crate::argo::deed::plan::{Facts, Plan};
use crate::argo::deed::reaction::Reaction;
use crate::argo::feed::{Order, RequestId};
use crate::argo::picture::Children;
use crate::argo::rollout::Rollout;
use crate::config::settings::Confirm as Protection;
use crate::names::RolloutKey;

/// What is known of a rollout, with its children where they are watched.
#[must_use]
pub fn facts<'a>(state: &'a State, key: &RolloutKey, rollout: &'a Rollout) -> Facts<'a> {
    let detail = state.detail.as_ref().filter(|detail| detail.key == *key);
    let now = state.sources.get(key.source).map_or(state.now, |source| source.cluster_time(state.now));
    Facts { rollout, children: detail.map_or_else(Children::default, super::detail::Detail::children), now }
}

/// Opens the dialog, or says why not.
pub fn open(state: &mut State, deed: &Deed) -> Vec<Effect> {
    let effects = ask_rights(state);
    match doable(state, deed) {
        Ok((row, plan)) => {
            // A brake must be quick: it never asks for the name.
            let typed = state.confirm(row.channel) == Protection::TypeName && !deed.is_brake();
            let name = typed.then(|| row.service.to_string());
            let dialog = Confirm::new(row.key.clone(), plan, name, state.now);
            state.overlay = Some(Overlay::Confirm(Box::new(dialog)));
            state.notes.hush();
            state.touch();
        }
        Err(why) => state.answer(Mark::Attention, why),
    }
    effects
}

/// Asks what the user may do with the selected rollout, unless it is known.
pub fn ask_rights(state: &mut State) -> Vec<Effect> {
    let writable = !state.setup.replay && !state.setup.read_only;
    let Some(key) = state.selected_row().map(|row| row.key.clone()).filter(|_| writable) else { return Vec::new() };
    let live = state.sources.get(key.source).is_some_and(super::source::Source::is_live);
    if !live {
        return Vec::new();
    }
    state.access.want(key.source, &key.namespace, state.now).map(Effect::Order).into_iter().collect()
}

/// Why the button of the open dialog is off; `None`: it is on, as far as the name that has to be typed allows.
#[must_use]
pub fn blocked(state: &State, dialog: &Confirm) -> Option<String> {
    if let Some(changed) = &dialog.changed {
        return Some(changed.clone());
    }
    let Some(row) = state.fleet.get(&dialog.key) else { return Some("the rollout is gone".to_owned()) };
    place_allows(state, row)
        .and_then(|()| nothing_under_way(state, row))
        .and_then(|()| rights(state, row, &dialog.plan))
        .err()
}

/// Presses the focused button.
pub fn press(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Confirm(dialog)) = &mut state.overlay else { return Vec::new() };
    match dialog.focus {
        BUTTON_CALL => {
            dialog.show_call = !dialog.show_call;
            state.touch();
            Vec::new()
        }
        BUTTON_CANCEL => {
            state.overlay = None;
            state.touch();
            Vec::new()
        }
        _ => confirm(state),
    }
}

fn confirm(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Confirm(dialog)) = &state.overlay else { return Vec::new() };
    if let Some(why) = blocked(state, dialog) {
        state.answer(Mark::Attention, format!("nothing was sent: {why}"));
        return Vec::new();
    }
    if !dialog.name_fits() {
        let name = dialog.name.clone().unwrap_or_default();
        state.answer(Mark::Attention, format!("nothing was sent: type {name} first"));
        return Vec::new();
    }
    let (key, plan) = (dialog.key.clone(), dialog.plan.clone());
    state.overlay = None;
    if let Some(effects) = watching::when::confirmed(state, &key, &plan) {
        return effects;
    }
    send(state, &key, plan, None)
}

/// Sends what was decided, once.
pub fn send(state: &mut State, key: &RolloutKey, plan: Plan, reason: Option<String>) -> Vec<Effect> {
    let key = key.clone();
    let request = RequestId(state.number());
    let Some(row) = state.fleet.get(&key) else { return Vec::new() };
    let (service, channel) = (row.service.to_string(), channel_name(&state.setup, row.channel).to_owned());
    let words = format!(
        "{} {service} in {channel} ({}/{}): sent by {} at resourceVersion {}",
        plan.deed.words(),
        key.namespace,
        key.name,
        state.setup.user,
        plan.seen.resource_version
    );
    state.writes.sent(Write {
        id: request,
        key: key.clone(),
        service,
        channel,
        plan: plan.clone(),
        sent_at: state.now,
        answer: None,
        reaction: Reaction::Waiting,
        reacted_at: None,
    });
    state.notes.log(state.now, Mark::Busy, words.clone());
    state.touch();
    vec![Effect::Log(words), Effect::Order(Order::Write { request, key, plan: Box::new(plan), reason })]
}
