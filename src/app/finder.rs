//! The finder, or command palette: one line that finds commands, rollouts, channels, orders and filters by a few of their
//! letters. It never writes: what asks first when its key is pressed asks first here too.

mod candidates;

pub use candidates::{also, words_of};

use super::action::Action;
use super::effect::Effect;
use super::model::Mark;
use super::overlay::{self, Overlay};
use super::screen::Screen;
use super::sorting::Sorting;
use super::state::State;
use super::{act, deeds, keyboard, navigate};
use crate::keys::{Key, KeyChord};
use crate::names::RolloutKey;

/// Texts that are remembered.
const HISTORY: usize = 20;

/// What a line of the finder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A command of the screen below.
    Act(Action),
    /// A command for this rollout.
    ActOn(Action, RolloutKey),
    /// This rollout.
    Rollout(RolloutKey),
    /// This channel.
    Channel(usize),
    /// This order of the lists.
    Sort(Sorting),
    /// This filter.
    Filter(&'static str),
}

/// What a filter of the finder does, in words.
#[must_use]
pub fn filter_words(text: &str) -> &'static str {
    candidates::FILTERS.iter().find(|(_, filter)| *filter == text).map_or("", |(words, _)| words)
}

/// The open finder.
#[derive(Clone, Debug, Default)]
pub struct Finder {
    /// What has been typed.
    pub text: String,
    /// Index of the chosen line.
    pub at: usize,
    /// What was found, best first.
    pub found: Vec<What>,
}

/// Opens it.
pub fn open(state: &mut State) {
    let found = candidates::find(state, "");
    state.overlay = Some(Overlay::Finder(Finder { found, ..Finder::default() }));
    state.touch();
}

/// A key while it is open.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let last = state.finder_history.last().cloned();
    let Some(Overlay::Finder(finder)) = &mut state.overlay else { return Vec::new() };
    let end = finder.found.len().saturating_sub(1);
    match chord {
        KeyChord { key: Key::Esc, .. } => state.overlay = None,
        KeyChord { key: Key::Enter, ctrl: false } => return run(state),
        KeyChord { key: Key::Up, ctrl: false } if finder.text.is_empty() && finder.at == 0 => {
            finder.text = last.unwrap_or_default();
            refresh(state);
        }
        KeyChord { key: Key::Up, ctrl: false } => finder.at = finder.at.saturating_sub(1),
        KeyChord { key: Key::Down, ctrl: false } => finder.at = (finder.at + 1).min(end),
        KeyChord { key: Key::PageUp, ctrl: false } => finder.at = finder.at.saturating_sub(8),
        KeyChord { key: Key::PageDown, ctrl: false } => finder.at = (finder.at + 8).min(end),
        KeyChord { key: Key::Backspace, ctrl: false } => {
            if finder.text.pop().is_none() {
                state.overlay = None;
            }
            refresh(state);
        }
        KeyChord { key: Key::Char('u'), ctrl: true } => {
            finder.text.clear();
            refresh(state);
        }
        KeyChord { key: Key::Char(c), ctrl: false } => put(state, c.encode_utf8(&mut [0; 4])),
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}

/// Text comes to the line.
pub fn put(state: &mut State, text: &str) {
    if let Some(Overlay::Finder(finder)) = &mut state.overlay {
        overlay::put(&mut finder.text, text);
        refresh(state);
    }
}

/// A line was clicked: chosen, or run when it was chosen already.
pub fn click(state: &mut State, index: usize) -> Vec<Effect> {
    let Some(Overlay::Finder(finder)) = &mut state.overlay else { return Vec::new() };
    if index >= finder.found.len() {
        return Vec::new();
    }
    if finder.at == index {
        return run(state);
    }
    finder.at = index;
    state.touch();
    Vec::new()
}

fn refresh(state: &mut State) {
    let Some(Overlay::Finder(finder)) = &state.overlay else { return };
    let found = candidates::find(state, &finder.text);
    if let Some(Overlay::Finder(finder)) = &mut state.overlay {
        (finder.found, finder.at) = (found, 0);
    }
    state.touch();
}

fn run(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Finder(finder)) = &state.overlay else { return Vec::new() };
    let Some(what) = finder.found.get(finder.at).cloned() else {
        state.answer(Mark::Attention, "nothing is found by these letters");
        return Vec::new();
    };
    let text = finder.text.clone();
    state.overlay = None;
    state.touch();
    if !text.is_empty() && state.finder_history.last() != Some(&text) {
        state.finder_history.push(text);
        let over = state.finder_history.len().saturating_sub(HISTORY);
        state.finder_history.drain(..over);
    }
    let mut effects = carry_out(state, what);
    // Another rollout may be selected now.
    effects.extend(deeds::ask_rights(state));
    effects
}

fn carry_out(state: &mut State, what: What) -> Vec<Effect> {
    match what {
        What::Act(action) => keyboard::perform(state, action),
        What::ActOn(action, key) => {
            let mut effects = go(state, &key);
            if action != Action::Open && state.selected_row().is_some_and(|row| row.key == key) {
                effects.extend(keyboard::perform(state, action));
            }
            effects
        }
        What::Rollout(key) => go(state, &key),
        What::Channel(channel) => navigate::channel(state, channel),
        What::Sort(order) => {
            act::sort(state, order);
            Vec::new()
        }
        What::Filter(text) => {
            let effects =
                if state.screen().key().is_some() { navigate::show(state, vec![Screen::Matrix]) } else { Vec::new() };
            act::filter_by(state, text);
            effects
        }
    }
}

/// To the screen of a rollout, above the list that is shown.
fn go(state: &mut State, key: &RolloutKey) -> Vec<Effect> {
    if state.fleet.get(key).is_none() {
        state.answer(Mark::Attention, format!("{} is gone", key.name));
        return Vec::new();
    }
    let lists = |screen: &&Screen| matches!(screen, Screen::Matrix | Screen::Board(_));
    let mut screens: Vec<Screen> = state.screens.iter().take_while(lists).cloned().collect();
    if screens.is_empty() {
        screens.push(Screen::Matrix);
    }
    screens.push(navigate::page_of(state, key.clone()));
    navigate::show(state, screens)
}
