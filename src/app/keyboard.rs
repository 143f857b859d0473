//! Keys: the open dialog is asked first, then the line that is being typed, then the table of actions.

mod dialog;

use super::action::{self, Action, Place};
use super::availability::{Availability, availability};
use super::effect::Effect;
use super::filter::Filter;
use super::model::Mark;
use super::overlay::{self, Overlay};
use super::screen::Screen;
use super::state::State;
use super::{act, deeds, deploying, finder, logs, navigate, search, watching};
use crate::keys::{Key, KeyChord};
use jiff::{SignedDuration, Timestamp};

/// A second Ctrl-C within this time quits.
const INTERRUPT: SignedDuration = SignedDuration::from_secs(2);

/// A key press.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    state.last_key = Some(state.now);
    for list in [&mut state.matrix, &mut state.board] {
        if !list.is_empty() {
            list.touch();
        }
    }
    if chord == KeyChord::ctrl('c') {
        return interrupt(state);
    }
    state.interrupted_at = None;
    state.dirty |= state.notes.hush_answer();
    if chord == KeyChord::ctrl('z') {
        return vec![Effect::Suspend];
    }
    if chord == KeyChord::ctrl('l') {
        return vec![Effect::Repaint];
    }
    if state.is_too_small() && !matches!(chord.key, Key::Esc | Key::Char('q' | 'Q')) {
        // What cannot be read cannot be meant: no dialog is answered, nothing is opened unseen.
        return Vec::new();
    }
    match &state.overlay {
        Some(Overlay::Confirm(_) | Overlay::Bulk(_) | Overlay::Deploy(_)) => dialog::key(state, chord),
        Some(Overlay::Form(_)) => deeds::form::key(state, chord),
        Some(Overlay::Leave(_)) => in_leave(state, chord),
        Some(Overlay::Finder(_)) => finder::key(state, chord),
        None if state.filter_input.is_some() => in_filter(state, chord),
        None if state.search_input.is_some() => search::key(state, chord),
        None if state.watching.asking.is_some() => watching::when::key(state, chord),
        None if matches!(state.screen(), Screen::Deploy { .. }) => deploying::keys::key(state, chord),
        None if is_choosing(state) => logs::picker_key(state, chord),
        None => in_screen(state, chord),
    }
}

/// Pasted text goes into a text field, and nowhere else: a pasted `p` and newline must never promote.
pub fn paste(state: &mut State, text: &str) -> Vec<Effect> {
    let on_form = state.overlay.is_none() && matches!(state.screen(), Screen::Deploy { .. });
    if on_form && state.search_input.is_none() && deploying::keys::paste(state, text) {
        return Vec::new();
    }
    match (&mut state.overlay, &mut state.filter_input) {
        (Some(Overlay::Confirm(_) | Overlay::Bulk(_) | Overlay::Form(_) | Overlay::Deploy(_)), _) => {
            dialog::paste(state, text);
        }
        (Some(Overlay::Finder(_)), _) => finder::put(state, text),
        (None, Some(field)) => {
            overlay::put(field, text);
            refilter(state);
        }
        (None, None) if state.watching.asking.is_some() => watching::when::put(state, text),
        (None, None) if state.search_input.is_some() => search::paste(state, text),
        _ => state.answer(Mark::Attention, "paste ignored: there is no text field"),
    }
    Vec::new()
}

/// The terminal has taken a frame: a dialog that was open when it was made is on screen now.
pub fn shown(state: &mut State, made: Timestamp) -> Vec<Effect> {
    if let Some(overlay) = &mut state.overlay {
        overlay.shown(made, state.now);
    }
    Vec::new()
}

/// The list of pods and containers is open over the logs.
fn is_choosing(state: &State) -> bool {
    state.screen().place() == Place::Logs && state.logs.as_ref().is_some_and(logs::Logs::is_choosing)
}

fn in_screen(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let place = state.screen().place();
    let Some(action) = action::lookup(place, chord) else {
        if let Some(row) = action::elsewhere(chord) {
            let places: Vec<_> = row.places.iter().map(|place| place.title()).collect();
            state.answer(
                Mark::Attention,
                format!("{chord} does nothing here ({}): it works on {}", row.doc, places.join(", ")),
            );
        }
        return Vec::new();
    };
    perform(state, action)
}

/// What a key does: an action that is off says why and does nothing else.
pub fn perform(state: &mut State, action: Action) -> Vec<Effect> {
    // What writes says itself why it is off: it also has to ask what the user may do.
    if !action.writes()
        && let Availability::Off(why) = availability(state, action)
    {
        state.answer(Mark::Attention, why);
        return Vec::new();
    }
    let mut effects = act::run(state, action);
    if !action.writes() {
        effects.extend(deeds::ask_rights(state));
    }
    effects
}

fn interrupt(state: &mut State) -> Vec<Effect> {
    if state.overlay.take().is_some() {
        state.touch();
        return Vec::new();
    }
    if state.watching.asking.take().is_some() {
        state.touch();
        return Vec::new();
    }
    if state.filter_input.take().is_some() || state.search_input.take().is_some() {
        state.touch();
        return Vec::new();
    }
    if is_choosing(state) {
        return logs::picker_key(state, KeyChord::plain(Key::Esc));
    }
    let again = state.interrupted_at.is_some_and(|at| state.now.duration_since(at) < INTERRUPT);
    if again && state.writes.in_flight() + deploying::flight::in_flight(state) > 0 {
        // Leaving would drop the request on its way; asked as for any other way out.
        return act::run(state, Action::Quit);
    }
    if again {
        return vec![Effect::Quit(130)];
    }
    state.interrupted_at = Some(state.now);
    state.notes.toast_for(state.now, INTERRUPT, Mark::Attention, "press Ctrl-C again or q to quit");
    state.touch();
    Vec::new()
}

fn in_leave(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let Some(Overlay::Leave(focus)) = &mut state.overlay else { return Vec::new() };
    match chord {
        KeyChord { key: Key::Char('Q'), ctrl: false } => return vec![Effect::Quit(0)],
        KeyChord { key: Key::Char('w' | 'q') | Key::Esc, ctrl: false } => state.overlay = None,
        KeyChord { key: Key::Tab | Key::BackTab | Key::Left | Key::Right, ctrl: false } => *focus = 1 - *focus,
        KeyChord { key: Key::Enter, ctrl: false } => return press_leave(state),
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}

/// Presses the focused button of the question before leaving.
pub fn press_leave(state: &mut State) -> Vec<Effect> {
    let leaves = matches!(state.overlay.take(), Some(Overlay::Leave(1)));
    state.touch();
    if leaves { vec![Effect::Quit(0)] } else { Vec::new() }
}

fn in_filter(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let Some(field) = &mut state.filter_input else { return Vec::new() };
    match chord {
        KeyChord { key: Key::Enter, ctrl: false } => {
            if let (_, Some(why)) = Filter::read(field) {
                // The line stays open, so that it can be put right.
                state.answer(Mark::Attention, why);
            } else {
                state.filter_input = None;
                state.touch();
            }
            return deeds::ask_rights(state);
        }
        KeyChord { key: Key::Esc, ctrl: false } => {
            state.filter_input = None;
            act::clear_filter(state);
            return deeds::ask_rights(state);
        }
        KeyChord { key: Key::Up, ctrl: false } => navigate::by(state, -1),
        KeyChord { key: Key::Down, ctrl: false } => navigate::by(state, 1),
        KeyChord { key: Key::Backspace, ctrl: false } => {
            if field.pop().is_none() {
                state.filter_input = None;
            }
            refilter(state);
        }
        KeyChord { key: Key::Char('u'), ctrl: true } => {
            field.clear();
            refilter(state);
        }
        KeyChord { key: Key::Char(c), ctrl: false } => {
            overlay::put(field, c.encode_utf8(&mut [0; 4]));
            refilter(state);
        }
        _ => {}
    }
    Vec::new()
}

fn refilter(state: &mut State) {
    let text = state.filter_input.clone().unwrap_or_default();
    state.filter = Filter::read(&text).0;
    state.rebuild_for_key();
}
