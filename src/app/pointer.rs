//! The mouse and the size of the terminal. A click never writes, except on a button of an open dialog.

use super::action::Action;
use super::effect::Effect;
use super::event::Target;
use super::overlay::Overlay;
use super::screen::Screen;
use super::state::State;
use super::{act, deeds, deploying, finder, keyboard, navigate};

/// The wheel.
pub fn scroll(state: &mut State, rows: i16) -> Vec<Effect> {
    if state.overlay.is_some() || state.watching.asking.is_some() || state.is_too_small() {
        return Vec::new();
    }
    navigate::by(state, isize::from(rows));
    deeds::ask_rights(state)
}

/// A click on something that the last frame placed.
pub fn click(state: &mut State, target: Target) -> Vec<Effect> {
    if state.is_too_small() || state.watching.asking.is_some() {
        return Vec::new();
    }
    if let (Target::Button(button), None, Screen::Deploy { .. }) = (target, &state.overlay, state.screen()) {
        let button = deploying::Button::ALL.get(usize::from(button)).copied();
        return button.map_or_else(Vec::new, |button| deploying::keys::press(state, button));
    }
    match (target, &mut state.overlay) {
        (Target::Button(button), Some(Overlay::Confirm(dialog))) => {
            if dialog.ask.sight.is_typed_ahead(state.now) {
                return Vec::new();
            }
            if usize::from(button) <= super::present::dialog::BUTTON_PROMOTE {
                dialog.ask.focus = usize::from(button);
                state.touch();
                return deeds::press(state);
            }
            Vec::new()
        }
        (Target::Button(button), Some(Overlay::Bulk(bulk))) => {
            if bulk.ask.sight.is_typed_ahead(state.now) {
                return Vec::new();
            }
            // It has no button for the call: Cancel is the first.
            bulk.ask.focus = usize::from(button) + super::present::dialog::BUTTON_CANCEL;
            state.touch();
            deeds::press(state)
        }
        (Target::Button(button), Some(Overlay::Deploy(open))) => {
            if open.ask.sight.is_typed_ahead(state.now) {
                return Vec::new();
            }
            open.ask.focus = usize::from(button);
            state.touch();
            deeds::press(state)
        }
        (Target::Button(button), Some(Overlay::Leave(focus))) => {
            *focus = usize::from(button).min(1);
            keyboard::press_leave(state)
        }
        (Target::Row { row, column }, None) => click_row(state, usize::from(row), usize::from(column)),
        (Target::Row { row, .. }, Some(Overlay::Finder(_))) => finder::click(state, usize::from(row)),
        (Target::Row { .. }, Some(_)) | (Target::Button(_), None | Some(Overlay::Finder(_) | Overlay::Form(_))) => {
            Vec::new()
        }
    }
}

fn click_row(state: &mut State, row: usize, column: usize) -> Vec<Effect> {
    if !matches!(state.screen(), Screen::Matrix | Screen::Board(_)) {
        return Vec::new();
    }
    let on_matrix = matches!(state.screen(), Screen::Matrix);
    let list = state.list_mut();
    let index = list.first + row;
    if index >= list.len() {
        return Vec::new();
    }
    let again = list.at() == index && (!on_matrix || list.column == column);
    if again {
        return act::run(state, Action::Open);
    }
    list.move_to(index);
    if on_matrix {
        state.matrix.column = column.min(state.setup.settings.channels.len().saturating_sub(1));
    }
    state.touch();
    deeds::ask_rights(state)
}

/// The terminal has a new size. Some pseudo-terminals say 0x0: nothing is known then, and the size stays.
pub fn resize(state: &mut State, columns: u16, rows: u16) -> Vec<Effect> {
    let size = if columns == 0 || rows == 0 { (80, 24) } else { (columns, rows) };
    if size != state.size {
        state.size = size;
        // Until the frame has told, as many rows as the terminal has: the view shows what fits.
        for list in [&mut state.matrix, &mut state.board] {
            list.set_page(usize::from(size.1));
        }
        state.touch();
    }
    Vec::new()
}

/// What the last frame placed.
pub fn placed(state: &mut State, page_rows: u16) -> Vec<Effect> {
    let rows = usize::from(page_rows).max(1);
    let changed = match state.screen() {
        Screen::Matrix => state.matrix.set_page(rows),
        Screen::Board(_) => state.board.set_page(rows),
        _ => std::mem::replace(&mut state.page_rows, rows) != rows,
    };
    state.dirty |= changed;
    Vec::new()
}
