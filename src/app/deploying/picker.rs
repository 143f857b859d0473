//! The list over a field: services, channels, tags that were seen. Typing narrows it, Enter takes, Space marks several
//! channels.

use super::cells;
use super::offers;
use super::{Focus, Form};
use crate::app::effect::Effect;
use crate::app::model::Mark;
use crate::app::overlay;
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::keys::{Key, KeyChord};

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The service.
    Service,
    /// Channels.
    Channels,
    /// The value of a parameter.
    Value(String),
}

/// The open list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picker {
    /// What is chosen.
    pub kind: Kind,
    /// What was typed to narrow it.
    pub filter: String,
    /// The line under the cursor, among those that are left.
    pub at: usize,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is taken.
    pub value: String,
    /// More about it: where it was seen, why it is off.
    pub detail: String,
    /// How it fares.
    pub mark: Option<Mark>,
    /// It is chosen, or marked.
    pub chosen: bool,
}

/// The lines that are left.
#[must_use]
pub fn choices(state: &State, form: &Form, picker: &Picker) -> Vec<Choice> {
    let mut all = match &picker.kind {
        Kind::Service => services(state, form),
        Kind::Channels => channels(state, form),
        Kind::Value(parameter) => values(state, form, parameter),
    };
    let wanted = picker.filter.to_lowercase();
    all.retain(|choice| {
        choice.value.to_lowercase().contains(&wanted) || choice.detail.to_lowercase().contains(&wanted)
    });
    all
}

fn services(state: &State, form: &Form) -> Vec<Choice> {
    let Some(stock) = &state.deploying.stock else { return Vec::new() };
    let line = |service: &crate::service::catalog::Service| Choice {
        value: service.name().to_owned(),
        detail: if service.broken { "its file has errors".to_owned() } else { service.home.file.clone() },
        mark: service.broken.then_some(Mark::Bad),
        chosen: form.service.as_deref() == Some(service.name()),
    };
    stock.catalog.services.iter().filter(|service| !service.name().is_empty()).map(line).collect()
}

fn channels(state: &State, form: &Form) -> Vec<Choice> {
    let Some(service) = cells::service(state, form) else { return Vec::new() };
    let marked = cells::draft(state, form).map(|draft| draft.channels.clone()).unwrap_or_default();
    let line = |at: usize| {
        let sources: Vec<_> = state.sources.of_channel(at).collect();
        let cells = sources.iter().map(|source| cells::Cell { channel: at, source: source.info.id });
        let off = cells.clone().find_map(|cell| cells::off(state, service.name(), cell));
        let runs: Vec<String> = cells
            .flat_map(|cell| cells::rows(state, service.name(), cell))
            .map(|row| {
                let context = state.context(row, false);
                let subject = crate::app::present::Subject::new(&row.rollout, &row.picture, &context);
                crate::app::present::version::wanted(&subject)
            })
            .collect();
        let runs = if runs.is_empty() { "not deployed".to_owned() } else { format!("runs {}", runs.join(", ")) };
        Choice {
            value: channel_name(&state.setup, at).to_owned(),
            detail: off.clone().unwrap_or(runs),
            mark: off.map(|_| Mark::Attention),
            chosen: marked.contains(&at),
        }
    };
    cells::channels(state, service).into_iter().map(line).collect()
}

fn values(state: &State, form: &Form, parameter: &str) -> Vec<Choice> {
    let Some(service) = cells::service(state, form) else { return Vec::new() };
    let fields = super::values::of(state, form);
    let text = fields.iter().find(|value| value.name == parameter).map(|value| value.text.clone()).unwrap_or_default();
    let line = |offer: offers::Offer| Choice {
        detail: offer.seen.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>().join(" · "),
        mark: offer.seen.first().map(|(mark, _)| *mark),
        chosen: offer.tag == text,
        value: offer.tag,
    };
    offers::of(state, service, parameter).into_iter().map(line).collect()
}

/// Opens the list of the field that has the focus; whether it has one.
pub fn open(state: &mut State, filter: &str) -> bool {
    let Some(form) = &state.deploying.form else { return false };
    let kind = match form.focus {
        Focus::Service => Kind::Service,
        Focus::Channels => Kind::Channels,
        Focus::Parameter(at) => match super::values::of(state, form).get(at) {
            Some(value) if value.has_list => Kind::Value(value.name.clone()),
            _ => return false,
        },
        Focus::Plan | Focus::Button(_) => return false,
    };
    let mut picker = Picker { kind, filter: filter.to_owned(), at: 0 };
    let choices = choices(state, form, &picker);
    picker.at = choices.iter().position(|choice| choice.chosen).unwrap_or(0);
    if let Some(form) = &mut state.deploying.form {
        form.picker = Some(picker);
    }
    state.touch();
    true
}

/// A key while the list is open.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let Some(form) = &state.deploying.form else { return Vec::new() };
    let Some(picker) = &form.picker else { return Vec::new() };
    let choices = choices(state, form, picker);
    let (at, last) = (picker.at.min(choices.len().saturating_sub(1)), choices.len().saturating_sub(1));
    let kind = picker.kind.clone();
    let chosen = choices.get(at).map(|choice| choice.value.clone());
    state.touch();
    match chord {
        KeyChord { key: Key::Esc, ctrl: false } => close(state),
        KeyChord { key: Key::Up, ctrl: false } => to(state, at.saturating_sub(1)),
        KeyChord { key: Key::Down, ctrl: false } => to(state, (at + 1).min(last)),
        KeyChord { key: Key::PageUp | Key::Home, ctrl: false } => to(state, 0),
        KeyChord { key: Key::PageDown | Key::End, ctrl: false } => to(state, last),
        KeyChord { key: Key::Char(' '), ctrl: false } if kind == Kind::Channels => {
            if let Some(name) = chosen {
                mark(state, &name, false);
            }
        }
        KeyChord { key: Key::Enter | Key::Tab, ctrl: false } => {
            let Some(value) = chosen else {
                close(state);
                return Vec::new();
            };
            return take(state, &kind, &value, &choices);
        }
        KeyChord { key: Key::Backspace, ctrl: false } => narrow(state, |filter| _ = filter.pop()),
        KeyChord { key: Key::Char('u'), ctrl: true } => narrow(state, String::clear),
        KeyChord { key: Key::Char(c), ctrl: false } => {
            narrow(state, |filter| overlay::put(filter, c.encode_utf8(&mut [0; 4])));
        }
        _ => {}
    }
    Vec::new()
}

/// Takes what is under the cursor, and closes the list.
fn take(state: &mut State, kind: &Kind, value: &str, choices: &[Choice]) -> Vec<Effect> {
    match kind {
        Kind::Service => {
            close(state);
            return super::open::choose(state, value);
        }
        Kind::Channels => {
            // Without marks of one's own, Enter takes the one under the cursor.
            let marked = choices.iter().filter(|choice| choice.chosen).count();
            let own = choices.iter().any(|choice| choice.chosen && choice.value == value);
            if !own || marked == 0 {
                mark(state, value, true);
            }
            close(state);
        }
        Kind::Value(parameter) => {
            close(state);
            super::keys::edit(state, parameter, |line| line.replace(value));
        }
    }
    super::keys::next(state, true);
    Vec::new()
}

/// Marks a channel or takes its mark away; `alone`: it becomes the only one.
fn mark(state: &mut State, name: &str, alone: bool) {
    let at = state.setup.settings.channels.iter().position(|channel| channel.name.as_str() == name);
    let service = state.deploying.form.as_ref().and_then(|form| form.service.clone());
    let (Some(at), Some(service)) = (at, service) else { return };
    let draft = state.deploying.drafts.entry(service).or_default();
    if alone {
        draft.channels = [at].into();
    } else if !draft.channels.remove(&at) {
        draft.channels.insert(at);
    }
}

fn close(state: &mut State) {
    if let Some(form) = &mut state.deploying.form {
        form.picker = None;
    }
}

fn to(state: &mut State, at: usize) {
    if let Some(picker) = state.deploying.form.as_mut().and_then(|form| form.picker.as_mut()) {
        picker.at = at;
    }
}

/// Narrows the list by what is typed.
pub fn narrow(state: &mut State, change: impl FnOnce(&mut String)) {
    if let Some(picker) = state.deploying.form.as_mut().and_then(|form| form.picker.as_mut()) {
        change(&mut picker.filter);
        picker.at = 0;
    }
}
