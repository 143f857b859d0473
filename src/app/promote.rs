//! `p`: from the key over the dialog to the order. The order carries what was decided when the dialog opened.

use super::availability::{nothing_under_way, place_allows, promotable, rights};
use super::effect::Effect;
use super::model::Mark;
use super::overlay::{Overlay, PromoteDialog};
use super::present::dialog::{BUTTON_CALL, BUTTON_CANCEL};
use super::request::Write;
use super::source::channel_name;
use super::state::State;
use crate::argo::feed::{Order, RequestId};
use crate::argo::promote::Reaction;
use crate::config::settings::Confirm;

/// Opens the dialog, or says why not.
pub fn open(state: &mut State) -> Vec<Effect> {
    let effects = ask_rights(state);
    match promotable(state) {
        Ok((row, promotion)) => {
            let name = (state.confirm(row.channel) == Confirm::TypeName).then(|| row.service.to_string());
            let dialog = PromoteDialog::new(row.key.clone(), promotion, name, state.now);
            state.overlay = Some(Overlay::Promote(Box::new(dialog)));
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
pub fn blocked(state: &State, dialog: &PromoteDialog) -> Option<String> {
    if let Some(changed) = &dialog.changed {
        return Some(changed.clone());
    }
    let Some(row) = state.fleet.get(&dialog.key) else { return Some("the rollout is gone".to_owned()) };
    place_allows(state, row)
        .and_then(|()| nothing_under_way(state, row))
        .and_then(|()| rights(state, row, &dialog.promotion))
        .err()
}

/// Presses the focused button.
pub fn press(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Promote(dialog)) = &mut state.overlay else { return Vec::new() };
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
    let Some(Overlay::Promote(dialog)) = &state.overlay else { return Vec::new() };
    if let Some(why) = blocked(state, dialog) {
        state.answer(Mark::Attention, format!("nothing was sent: {why}"));
        return Vec::new();
    }
    if !dialog.name_fits() {
        let name = dialog.name.clone().unwrap_or_default();
        state.answer(Mark::Attention, format!("nothing was sent: type {name} first"));
        return Vec::new();
    }
    let (key, promotion) = (dialog.key.clone(), dialog.promotion.clone());
    state.overlay = None;
    let request = RequestId(state.number());
    let Some(row) = state.fleet.get(&key) else { return Vec::new() };
    let (service, channel) = (row.service.to_string(), channel_name(&state.setup, row.channel).to_owned());
    let words = format!(
        "promote {service} in {channel} ({}/{}): sent by {} at resourceVersion {}",
        key.namespace, key.name, state.setup.user, promotion.seen.resource_version
    );
    state.writes.sent(Write {
        id: request,
        key: key.clone(),
        service,
        channel,
        steps: row.picture.step.as_ref().map(|step| step.total),
        seen: promotion.seen.clone(),
        sent_at: state.now,
        answer: None,
        reaction: Reaction::Waiting,
        reacted_at: None,
    });
    state.notes.log(state.now, Mark::Busy, words.clone());
    state.touch();
    vec![Effect::Log(words), Effect::Order(Order::Promote { request, key, promotion: Box::new(promotion) })]
}
