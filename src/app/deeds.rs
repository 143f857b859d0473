//! Deeds: from the key over the form and the dialog to the order. The order carries what was decided when the dialog
//! opened.
//!
//! [`wish`] is what a key means, [`form`] asks for a value, [`bulk`] is one question about several rollouts.

pub mod around;
pub mod bulk;
pub mod form;
pub mod wish;

use super::action::Action;
use super::availability::{nothing_under_way, place_allows, rights, selected};
use super::deploying;
use super::effect::Effect;
use super::fleet::Row;
use super::model::Mark;
use super::overlay::{Ask, Confirm, Form, Overlay};
use super::present::dialog::{BUTTON_CALL, BUTTON_CANCEL};
use super::request::Write;
use super::source::channel_name;
use super::state::State;
use super::watching;
use crate::argo::deed::plan::{self, Facts, Plan};
use crate::argo::deed::reaction::Reaction;
use crate::argo::deed::{Deed, Extent};
use crate::argo::feed::{Order, RequestId};
use crate::argo::picture::Children;
use crate::argo::rollout::Rollout;
use crate::config::settings::Confirm as Protection;
use crate::names::RolloutKey;
use wish::Wish;

/// What is known of a rollout, with its children where they are watched.
#[must_use]
pub fn facts<'a>(state: &'a State, key: &RolloutKey, rollout: &'a Rollout) -> Facts<'a> {
    let detail = state.detail.as_ref().filter(|detail| detail.key == *key);
    let now = state.sources.get(key.source).map_or(state.now, |source| source.cluster_time(state.now));
    Facts { rollout, children: detail.map_or_else(Children::default, super::detail::Detail::children), now }
}

/// The key of an action that writes: opens its form or its dialog, or says why not.
pub fn start(state: &mut State, action: Action) -> Vec<Effect> {
    if wish::on_list(state) && !state.marks.is_empty() {
        return bulk::open(state, action);
    }
    one(state, action)
}

/// The same for the selected rollout alone, whatever is marked.
pub fn one(state: &mut State, action: Action) -> Vec<Effect> {
    let effects = ask_rights(state);
    let (key, wish) = match selected(state) {
        Err(why) => {
            state.answer(Mark::Attention, why);
            return effects;
        }
        Ok(row) => (row.key.clone(), wish::wish(state, row, action)),
    };
    match wish {
        Some(Ok(Wish::Deed(deed))) => {
            let decided = state.fleet.get(&key).map(|row| decide(state, row, &deed));
            match decided {
                Some(Ok(plan)) => _ = ask(state, &key, plan, None),
                Some(Err(why)) => refuse(state, &key, &Wish::Deed(deed), why),
                None => {}
            }
        }
        Some(Ok(Wish::Form(field))) => form::open(state, key, field),
        Some(Err(_)) => {
            let why = wish::off(state, action).unwrap_or_default();
            state.answer(Mark::Attention, why);
        }
        None => {}
    }
    effects
}

/// Says why not; where a right is missing, also what the role needs.
pub fn refuse(state: &mut State, key: &RolloutKey, wish: &Wish, why: String) {
    let missing = state.fleet.get(key).filter(|row| place_allows(state, row).is_ok());
    let missing = missing.and_then(|row| wish::missing(state, row, wish));
    match missing {
        Some(right) => state.answer(Mark::Attention, format!("{why}; the rule: {}", right.rule_text())),
        None => state.answer(Mark::Attention, why),
    }
}

/// What doing something to a rollout would send.
///
/// # Errors
/// Why it cannot be done, in words.
pub fn decide(state: &State, row: &Row, deed: &Deed) -> Result<Plan, String> {
    place_allows(state, row)?;
    nothing_under_way(state, row)?;
    let plan = plan::plan(deed, facts(state, &row.key, &row.rollout)).map_err(|refusal| refusal.sentence())?;
    rights(state, row, &plan)?;
    Ok(plan)
}

/// Opens the dialog.
fn ask(state: &mut State, key: &RolloutKey, plan: Plan, from: Option<Box<Form>>) -> Vec<Effect> {
    let Some(row) = state.fleet.get(key) else { return Vec::new() };
    let name = must_be_typed(state, row, &plan.deed).then(|| row.service.to_string());
    let needs_reason = needs_reason(state, row, &plan.deed);
    let mut dialog = Confirm::new(key.clone(), plan, Ask::new(name, needs_reason, state.now));
    dialog.from = from;
    state.overlay = Some(Overlay::Confirm(Box::new(dialog)));
    state.notes.hush();
    state.touch();
    Vec::new()
}

/// Whether the name has to be typed before a deed. A brake must be quick: it never asks. What passes over steps, or
/// over an analysis that has not spoken for the version, asks in every channel.
#[must_use]
pub fn must_be_typed(state: &State, row: &Row, deed: &Deed) -> bool {
    if deed.is_brake() {
        return false;
    }
    let passes_over = match deed {
        Deed::Promote(Extent::Step | Extent::AllSteps) => true,
        Deed::Promote(Extent::Full) => analysis_is_open(&row.rollout),
        _ => false,
    };
    passes_over || state.confirm(row.channel) == Protection::TypeName
}

/// Whether an analysis of the present update runs or has not passed.
#[must_use]
pub fn analysis_is_open(rollout: &Rollout) -> bool {
    let status = &rollout.status;
    let runs = [
        &status.canary.current_step_analysis_run_status,
        &status.canary.current_background_analysis_run_status,
        &status.blue_green.pre_promotion_analysis_run_status,
        &status.blue_green.post_promotion_analysis_run_status,
    ];
    runs.into_iter().flatten().any(|run| &*run.status != "Successful")
}

/// Whether a reason has to be typed before a deed; a brake never waits for one.
#[must_use]
pub fn needs_reason(state: &State, row: &Row, deed: &Deed) -> bool {
    let channel = state.setup.settings.channels.get(row.channel);
    !deed.is_brake() && channel.is_some_and(|channel| channel.require_reason)
}

/// Asks what the user may do with the selected rollout, unless it is known.
pub fn ask_rights(state: &mut State) -> Vec<Effect> {
    let key = state.selected_row().map(|row| row.key.clone());
    key.and_then(|key| ask_rights_of(state, &key)).into_iter().collect()
}

/// The same for a rollout that is not selected.
fn ask_rights_of(state: &mut State, key: &RolloutKey) -> Option<Effect> {
    if state.setup.replay || state.setup.read_only {
        return None;
    }
    let live = state.sources.get(key.source).is_some_and(super::source::Source::is_live);
    if !live {
        return None;
    }
    state.access.want(key.source, &key.namespace, state.now).map(Effect::Order)
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
    if let Some(Overlay::Deploy(_)) = &state.overlay {
        return deploying::confirm::press(state);
    }
    let Some(Overlay::Confirm(dialog)) = &mut state.overlay else { return bulk::press(state) };
    match dialog.ask.focus {
        BUTTON_CALL => {
            dialog.show_call = !dialog.show_call;
            state.touch();
            Vec::new()
        }
        BUTTON_CANCEL => {
            cancel(state);
            Vec::new()
        }
        _ => confirm(state),
    }
}

/// Closes the dialog without sending; where it came from a form, that is open again with what was typed.
pub fn cancel(state: &mut State) {
    let from = match state.overlay.take() {
        Some(Overlay::Confirm(dialog)) => dialog.from,
        _ => None,
    };
    if let Some(mut form) = from {
        form.sight = super::overlay::Sight::new(state.now);
        state.overlay = Some(Overlay::Form(form));
    }
    state.touch();
}

/// Sends what the open dialog asks about, if nothing speaks against it.
pub fn confirm(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Confirm(dialog)) = &state.overlay else { return bulk::confirm(state) };
    if let Some(why) = blocked(state, dialog).or_else(|| dialog.ask.missing()) {
        state.answer(Mark::Attention, format!("nothing was sent: {why}"));
        return Vec::new();
    }
    let (key, plan, reason) = (dialog.key.clone(), dialog.plan.clone(), dialog.ask.reason());
    state.overlay = None;
    if let Some(effects) = watching::when::confirmed(state, &key, &plan, reason.as_deref()) {
        return effects;
    }
    send(state, key, plan, reason)
}

/// Sends what was decided, once, and writes down that it was sent.
pub fn send(state: &mut State, key: RolloutKey, plan: Plan, reason: Option<String>) -> Vec<Effect> {
    let request = RequestId(state.number());
    let Some(row) = state.fleet.get(&key) else { return Vec::new() };
    let (service, channel) = (row.service.to_string(), channel_name(&state.setup, row.channel).to_owned());
    let why = reason.as_ref().map(|reason| format!(", because: {reason}")).unwrap_or_default();
    let words = format!(
        "{} {service} in {channel} ({}/{}): sent by {} at resourceVersion {}{why}",
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
