//! The forms: what they offer, what their keys do, and the deed that comes of them.

use super::wish::{Wish, answerable, template_of};
use super::{decide, facts};
use crate::app::effect::Effect;
use crate::app::fleet::Row;
use crate::app::model::Mark;
use crate::app::node::Node;
use crate::app::overlay::{Field, Form, Overlay};
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::argo::deed::Deed;
use crate::argo::deed::undo::{self, Chosen, Target};
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Container;
use crate::config::duration;
use crate::keys::{Key, KeyChord};
use crate::names::RolloutKey;
use jiff::SignedDuration;
use std::sync::Arc;

/// An image that was seen, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The image.
    pub image: Arc<str>,
    /// Where: channels and revisions.
    pub seen: Vec<String>,
}

/// Opens a form, or says why not.
pub fn open(state: &mut State, key: RolloutKey, field: Field) {
    let Some(row) = state.fleet.get(&key) else { return };
    if let Err(why) = answerable(state, row, &field) {
        return super::refuse(state, &key, &Wish::Form(field), why);
    }
    let field = match field {
        Field::Revision(None) => Field::Revision(under_cursor(state, row)),
        field => field,
    };
    state.overlay = Some(Overlay::Form(Box::new(Form::new(key, field, state.now))));
    state.notes.hush();
    state.touch();
}

/// The revision of the ReplicaSet under the cursor of the page, if it can be gone back to.
fn under_cursor(state: &State, row: &Row) -> Option<i64> {
    let Node::ReplicaSet(_, uid) = state.node() else { return None };
    revisions(state, row)?.iter().find(|set| set.meta.uid == uid).map(|set| set.meta.revision())
}

/// The revisions that can be gone back to, newest first; `None`: not known yet.
#[must_use]
pub fn revisions(state: &State, row: &Row) -> Option<Vec<Arc<ReplicaSet>>> {
    let sets = facts(state, &row.key, &row.rollout).children.replica_sets?;
    Some(undo::revisions(&row.rollout, sets))
}

/// The revision that is proposed, with what the plugin would take instead.
#[must_use]
pub fn proposed(state: &State, row: &Row) -> Option<Chosen> {
    let sets = facts(state, &row.key, &row.rollout).children.replica_sets?;
    undo::choose(&row.rollout, sets, Target::Back).ok()
}

/// The revision that is chosen.
#[must_use]
pub fn chosen(state: &State, row: &Row, field: &Field) -> Option<i64> {
    match field {
        Field::Revision(Some(revision)) => Some(*revision),
        _ => proposed(state, row).map(|chosen| chosen.revision),
    }
}

/// The containers of the present template, init containers last; empty: not known.
#[must_use]
pub fn containers(state: &State, row: &Row) -> Vec<Container> {
    let Some(template) = template_of(state, row) else { return Vec::new() };
    template.spec.containers.iter().chain(&template.spec.init_containers).cloned().collect()
}

/// The container that an image is set for.
#[must_use]
pub fn container(state: &State, row: &Row, field: &Field) -> Option<Container> {
    let Field::Image { container, .. } = field else { return None };
    let all = containers(state, row);
    let named = container.as_ref().and_then(|name| all.iter().find(|one| one.name == *name));
    named.or(all.first()).cloned()
}

/// What stands in the text field as long as nothing was typed.
#[must_use]
pub fn present(state: &State, row: &Row, field: &Field) -> String {
    match field {
        Field::Image { .. } => container(state, row, field).map(|it| it.image.to_string()).unwrap_or_default(),
        Field::Replicas(_) => row.rollout.spec.desired().to_string(),
        Field::Revision(_) | Field::Restart(_) => String::new(),
    }
}

/// What stands in the text field.
#[must_use]
pub fn text(state: &State, row: &Row, field: &Field) -> String {
    match field {
        Field::Image { text: Some(text), .. } | Field::Replicas(Some(text)) | Field::Restart(text) => text.clone(),
        _ => present(state, row, field),
    }
}

/// Images of a container that were seen elsewhere: in the other channels, nearest first, and in earlier revisions.
#[must_use]
pub fn offers(state: &State, row: &Row, container: &Container) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    let mut seen = |image: &Arc<str>, place: String| {
        if *image == container.image || image.is_empty() {
            return;
        }
        match offers.iter_mut().find(|offer| offer.image == *image) {
            Some(offer) if offer.seen.contains(&place) => {}
            Some(offer) => offer.seen.push(place),
            None => offers.push(Offer { image: image.clone(), seen: vec![place] }),
        }
    };
    let mut others: Vec<&Row> = state.fleet.of_service(&row.service).filter(|other| other.key != row.key).collect();
    others.sort_by_key(|other| (other.channel.abs_diff(row.channel), other.channel));
    for other in others {
        let template = other.rollout.spec.template.as_ref();
        for found in template.into_iter().flat_map(|template| &template.spec.containers) {
            if found.name == container.name {
                seen(&found.image, channel_name(&state.setup, other.channel).to_owned());
            }
        }
    }
    for set in revisions(state, row).unwrap_or_default() {
        let spec = &set.spec.template.spec;
        for found in spec.containers.iter().chain(&spec.init_containers) {
            if found.name == container.name {
                seen(&found.image, format!("revision {}", set.meta.revision()));
            }
        }
    }
    offers
}

/// The deed that comes of a form as it is filled in.
///
/// # Errors
/// What is wrong with it, in words.
pub fn deed(state: &State, row: &Row, field: &Field) -> Result<Deed, String> {
    let typed = text(state, row, field);
    match field {
        Field::Revision(_) => match chosen(state, row, field) {
            Some(revision) => Ok(Deed::Undo(Target::Revision(revision))),
            // The plan says why there is none.
            None => Ok(Deed::Undo(Target::Back)),
        },
        Field::Image { .. } => match container(state, row, field) {
            Some(container) => Ok(Deed::set_image(&container.name, typed.trim())),
            None => Err("its containers are not known yet".to_owned()),
        },
        Field::Restart(_) => {
            let now = facts(state, &row.key, &row.rollout).now;
            if typed.trim().is_empty() {
                return Ok(Deed::Restart { at: now });
            }
            let wait = duration::parse(typed.trim())?;
            let at = SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok());
            at.map(|at| Deed::Restart { at }).ok_or_else(|| "that is too far away".to_owned())
        }
        Field::Replicas(_) => match typed.trim().parse::<i32>() {
            Ok(replicas) => Ok(Deed::Scale { replicas }),
            Err(_) => Err(format!("{} is no number of pods", typed.trim())),
        },
    }
}

/// A key in the form.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let now = state.now;
    let Some(Overlay::Form(form)) = &state.overlay else { return Vec::new() };
    if chord.ctrl && chord.key != Key::Char('u') {
        return Vec::new();
    }
    let is_list = matches!(form.field, Field::Revision(_));
    if chord.key == Key::Esc || (is_list && chord.key == Key::Char('q')) {
        return leave(state);
    }
    if form.sight.is_typed_ahead(now) {
        return Vec::new();
    }
    match chord.key {
        Key::Enter => return submit(state),
        Key::Up => step(state, -1),
        Key::Down => step(state, 1),
        Key::Char('k') if is_list => step(state, -1),
        Key::Char('j') if is_list => step(state, 1),
        Key::Tab => turn(state, 1),
        Key::BackTab => turn(state, -1),
        Key::Backspace => edit(state, |text| _ = text.pop()),
        Key::Char('u') if chord.ctrl => edit(state, String::clear),
        Key::Char(c) => put(state, c.encode_utf8(&mut [0; 4])),
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}

/// Puts text into the field of the form.
pub fn put(state: &mut State, text: &str) {
    with(state, |form, present| _ = form.put(present, text));
}

fn edit(state: &mut State, change: impl FnOnce(&mut String)) {
    with(state, |form, present| _ = form.edit(present, change));
}

/// The open form, with what stands in its text as long as nothing was typed.
fn with(state: &mut State, change: impl FnOnce(&mut Form, &str)) {
    let Some(Overlay::Form(form)) = &state.overlay else { return };
    let present = state.fleet.get(&form.key).map(|row| present(state, row, &form.field)).unwrap_or_default();
    if let Some(Overlay::Form(form)) = &mut state.overlay {
        change(form, &present);
    }
    state.touch();
}

/// Esc: what was typed is not lost by one key.
fn leave(state: &mut State) -> Vec<Effect> {
    if let Some(Overlay::Form(form)) = &mut state.overlay
        && form.is_changed()
        && !form.leaving
    {
        form.leaving = true;
        state.answer(Mark::Attention, "Esc again drops what was typed");
        return Vec::new();
    }
    state.overlay = None;
    state.touch();
    Vec::new()
}

/// To the next value that is offered.
fn step(state: &mut State, by: isize) {
    let Some(Overlay::Form(form)) = &state.overlay else { return };
    let Some(row) = state.fleet.get(&form.key) else { return };
    let field = match &form.field {
        Field::Revision(_) => {
            let all = revisions(state, row).unwrap_or_default();
            let at = chosen(state, row, &form.field);
            let at = all.iter().position(|set| Some(set.meta.revision()) == at).unwrap_or(0);
            let to = at.saturating_add_signed(by).min(all.len().saturating_sub(1));
            Field::Revision(all.get(to).map(|set| set.meta.revision()))
        }
        Field::Image { container: named, .. } => {
            let Some(container) = container(state, row, &form.field) else { return };
            let typed = text(state, row, &form.field);
            let all: Vec<Arc<str>> = std::iter::once(container.image.clone())
                .chain(offers(state, row, &container).into_iter().map(|offer| offer.image))
                .collect();
            let to = match all.iter().position(|image| **image == *typed) {
                Some(at) => at.saturating_add_signed(by).min(all.len() - 1),
                None => 0,
            };
            let text = (to > 0).then(|| all[to].to_string());
            Field::Image { container: named.clone(), text }
        }
        Field::Replicas(_) => {
            let present = row.rollout.spec.desired();
            let typed = text(state, row, &form.field).trim().parse().unwrap_or(present);
            // Up is more.
            let to = typed.saturating_sub(i32::try_from(by).unwrap_or(0)).max(0);
            Field::Replicas((to != present).then(|| to.to_string()))
        }
        Field::Restart(_) => return,
    };
    if let Some(Overlay::Form(form)) = &mut state.overlay {
        form.field = field;
        form.leaving = false;
    }
}

/// To the next container.
fn turn(state: &mut State, by: isize) {
    let Some(Overlay::Form(form)) = &state.overlay else { return };
    let Some(row) = state.fleet.get(&form.key) else { return };
    let all = containers(state, row);
    let (Some(present), false) = (container(state, row, &form.field), all.is_empty()) else { return };
    let at = all.iter().position(|one| one.name == present.name).unwrap_or(0);
    let to = (at + all.len()).saturating_add_signed(by) % all.len();
    let next = all[to].name.clone();
    if let Some(Overlay::Form(form)) = &mut state.overlay
        && next != present.name
    {
        form.field = Field::Image { container: Some(next), text: None };
    }
}

/// Goes on to the dialog, or says what is wrong with the value.
fn submit(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Form(form)) = &state.overlay else { return Vec::new() };
    let form = form.clone();
    let Some(row) = state.fleet.get(&form.key) else {
        state.answer(Mark::Attention, "the rollout is gone");
        return Vec::new();
    };
    match deed(state, row, &form.field).and_then(|deed| decide(state, row, &deed)) {
        Ok(plan) => super::ask(state, &form.key.clone(), plan, Some(form)),
        Err(why) => {
            state.answer(Mark::Attention, why);
            Vec::new()
        }
    }
}
