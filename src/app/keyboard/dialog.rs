//! Keys in the dialog before a write, or before several. Letters go to the field that is typed in; Tab walks the
//! buttons, and Enter presses the focused one.

use crate::app::deeds;
use crate::app::effect::Effect;
use crate::app::model::Mark;
use crate::app::overlay::{Ask, Overlay};
use crate::app::state::State;
use crate::argo::deed::Deed;
use crate::keys::{Key, KeyChord};

/// What the open dialog asks.
fn ask(state: &mut State) -> Option<&mut Ask> {
    match &mut state.overlay {
        Some(Overlay::Confirm(dialog)) => Some(&mut dialog.ask),
        Some(Overlay::Bulk(bulk)) => Some(&mut bulk.ask),
        Some(Overlay::Deploy(open)) => Some(&mut open.ask),
        _ => None,
    }
}

/// Whether the dialog is about a brake that a second press of its key pulls.
fn is_abort(state: &State) -> bool {
    match &state.overlay {
        Some(Overlay::Confirm(dialog)) => dialog.plan.deed == Deed::Abort,
        Some(Overlay::Bulk(bulk)) => deeds::bulk::is_abort(bulk),
        _ => false,
    }
}

/// A key in the dialog.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let (now, several, abort) = (state.now, matches!(state.overlay, Some(Overlay::Bulk(_))), is_abort(state));
    let Some(ask) = ask(state) else { return Vec::new() };
    if chord.key == Key::Esc {
        deeds::cancel(state);
        return Vec::new();
    }
    if ask.sight.is_typed_ahead(now) {
        return Vec::new();
    }
    match chord {
        KeyChord { key: Key::Tab | Key::Right, ctrl: false } => turn(ask, 1, several),
        KeyChord { key: Key::BackTab | Key::Left, ctrl: false } => turn(ask, -1, several),
        KeyChord { key: Key::Enter, ctrl: false } => return deeds::press(state),
        KeyChord { key: Key::Up, ctrl: false } if several => deeds::bulk::scroll(state, -1),
        KeyChord { key: Key::Down, ctrl: false } if several => deeds::bulk::scroll(state, 1),
        KeyChord { key: Key::Char('r'), ctrl: true } => ask.reasoning = !ask.reasoning,
        KeyChord { key: Key::Backspace, ctrl: false } => {
            ask.field().map(String::pop);
        }
        KeyChord { key: Key::Char('u'), ctrl: true } => {
            ask.field().map(String::clear);
        }
        KeyChord { key: Key::Char(c), ctrl: false } => {
            if ask.put(c.encode_utf8(&mut [0; 4])) {
                state.touch();
            } else if c == 'q' {
                deeds::cancel(state);
            } else if c == 'a' && abort {
                return deeds::confirm(state);
            }
            return Vec::new();
        }
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}

/// The dialog about several has no button for the call.
fn turn(ask: &mut Ask, by: isize, several: bool) {
    ask.turn(by);
    if several && ask.focus == crate::app::present::dialog::BUTTON_CALL {
        ask.turn(by);
    }
}

/// Pasted text goes into the field that letters go to.
pub fn paste(state: &mut State, text: &str) {
    let now = state.now;
    if let Some(Overlay::Form(form)) = &state.overlay {
        if form.sight.is_typed_ahead(now) {
            return;
        }
        deeds::form::put(state, text);
        return;
    }
    let taken = ask(state).is_some_and(|ask| !ask.sight.is_typed_ahead(now) && ask.put(text));
    if taken {
        state.touch();
    } else {
        state.answer(Mark::Attention, "paste ignored: there is no text field");
    }
}
