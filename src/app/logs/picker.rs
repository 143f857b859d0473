//! The list of pods and containers: what is read is chosen here. Several containers share a name, one per pod, so a
//! name is chosen for all pods.

use super::group;
use crate::app::effect::Effect;
use crate::app::model::{Mark, PickerRow};
use crate::app::state::State;
use crate::argo::pod::Pod;
use crate::argo::pod_status;
use crate::keys::{Key, KeyChord};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Row {
    Container(Arc<str>),
    Pod(Arc<str>),
}

/// Opens the list.
pub fn open(state: &mut State) {
    let rows = rows(state).len();
    if rows == 0 {
        state.answer(Mark::Attention, "no pods are known yet");
    } else if let Some(logs) = &mut state.logs {
        logs.picker = Some(0);
    }
}

/// A key while the list is open.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let rows = rows(state);
    let Some(logs) = &mut state.logs else { return Vec::new() };
    let Some(at) = logs.picker.map(|at| at.min(rows.len().saturating_sub(1))) else { return Vec::new() };
    let last = rows.len().saturating_sub(1);
    match chord {
        KeyChord { key: Key::Enter | Key::Esc | Key::Char(',' | 'q'), ctrl: false } => logs.picker = None,
        KeyChord { key: Key::Up | Key::Char('k'), ctrl: false } => logs.picker = Some(at.saturating_sub(1)),
        KeyChord { key: Key::Down | Key::Char('j'), ctrl: false } => logs.picker = Some((at + 1).min(last)),
        KeyChord { key: Key::Home | Key::Char('g'), ctrl: false } => logs.picker = Some(0),
        KeyChord { key: Key::End | Key::Char('G'), ctrl: false } => logs.picker = Some(last),
        KeyChord { key: Key::Char(' '), ctrl: false } => {
            let Some(row) = rows.get(at) else { return Vec::new() };
            return toggle(state, row);
        }
        KeyChord { key: Key::Char('a'), ctrl: false } => {
            // Every pod again, and of each the container that is read by itself.
            logs.choice.containers = None;
            logs.choice.without.clear();
            return chosen_anew(state);
        }
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}

fn toggle(state: &mut State, row: &Row) -> Vec<Effect> {
    let defaults: BTreeSet<Arc<str>> = pods(state).iter().filter_map(|pod| group::default_container(pod)).collect();
    let Some(logs) = &mut state.logs else { return Vec::new() };
    match row {
        Row::Pod(name) => {
            if !logs.choice.without.remove(name) {
                logs.choice.without.insert(name.clone());
            }
        }
        Row::Container(name) => {
            let names = logs.choice.containers.get_or_insert(defaults.clone());
            if !names.remove(name) {
                names.insert(name.clone());
            }
            if *names == defaults {
                logs.choice.containers = None;
            }
        }
    }
    chosen_anew(state)
}

/// Streams follow the choice, and the lines of what was taken out go with it.
fn chosen_anew(state: &mut State) -> Vec<Effect> {
    let effects = super::sync(state);
    if let Some(logs) = &mut state.logs {
        let (ring, choice) = (&mut logs.ring, &logs.choice);
        let named = choice.containers.as_ref();
        ring.retain(|who| {
            !choice.without.contains(&who.pod) && named.is_none_or(|names| names.contains(&who.container))
        });
        if named.is_none() {
            let open = &logs.feeds;
            let of_others = |who: &super::ring::Who| {
                open.iter().any(|feed| feed.source.pod == who.pod && feed.source.container != who.container)
            };
            ring.retain(|who| !of_others(who));
        }
    }
    state.touch();
    effects
}

fn pods(state: &State) -> Vec<&Pod> {
    let Some(logs) = &state.logs else { return Vec::new() };
    let detail = state.detail.as_ref().filter(|detail| detail.key == logs.view.key);
    detail.and_then(|detail| group::pods(detail, logs.group.as_ref(), &logs.whose)).unwrap_or_default()
}

fn rows(state: &State) -> Vec<Row> {
    let pods = pods(state);
    let mut containers: Vec<Arc<str>> = Vec::new();
    for name in pods.iter().flat_map(|pod| group::containers(pod)) {
        if !containers.contains(&name) {
            containers.push(name);
        }
    }
    let containers = containers.into_iter().map(Row::Container);
    containers.chain(pods.iter().map(|pod| Row::Pod(pod.meta.name.clone()))).collect()
}

/// The list as it is drawn.
#[must_use]
pub fn page(state: &State) -> Option<Vec<PickerRow>> {
    let logs = state.logs.as_ref()?;
    let at = logs.picker?;
    let rows = rows(state);
    let pods = pods(state);
    let at = at.min(rows.len().saturating_sub(1));
    let defaults: BTreeSet<Arc<str>> = pods.iter().filter_map(|pod| group::default_container(pod)).collect();
    let row = |(index, row): (usize, &Row)| {
        let (container, name, on) = match row {
            Row::Container(name) => (
                true,
                name,
                logs.choice.containers.as_ref().map_or(defaults.contains(name), |names| names.contains(name)),
            ),
            Row::Pod(name) => (false, name, !logs.choice.without.contains(name)),
        };
        let pod = pods.iter().find(|pod| !container && pod.meta.name == *name);
        PickerRow {
            container,
            name: name.to_string(),
            note: pod.map(|pod| pod_status::of(pod).text.to_string()).unwrap_or_default(),
            on,
            selected: index == at,
        }
    };
    Some(rows.iter().enumerate().map(row).collect())
}
