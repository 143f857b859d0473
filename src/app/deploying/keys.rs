//! Keys in the form and in the plan. In a field every letter is text; in the plan letters are commands.

use super::cells::Cell;
use super::line::Line;
use super::lines::{self, Choose};
use super::{Button, Focus, Form, confirm, open, picker, plans, values};
use crate::app::effect::Effect;
use crate::app::model::Mark;
use crate::app::search::Pattern;
use crate::app::state::State;
use crate::app::{navigate, search};
use crate::keys::{Key, KeyChord};

/// A key.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let Some(form) = &state.deploying.form else { return navigate::pop(state) };
    if form.picker.is_some() {
        let effects = picker::key(state, chord);
        return effects.into_iter().chain(open::rights(state)).collect();
    }
    state.touch();
    match (chord.key, chord.ctrl) {
        (Key::Esc, false) => return escape(state),
        (Key::Tab, false) => next(state, true),
        (Key::BackTab, false) => next(state, false),
        _ => {
            let Some(form) = &state.deploying.form else { return Vec::new() };
            return match form.focus {
                Focus::Plan => in_plan(state, chord),
                Focus::Button(button) => on_button(state, button, chord),
                Focus::Parameter(at) => in_field(state, at, chord),
                Focus::Service | Focus::Channels => {
                    on_list(state, chord);
                    Vec::new()
                }
            };
        }
    }
    Vec::new()
}

/// Esc: one thing at a time; what was typed stays.
fn escape(state: &mut State) -> Vec<Effect> {
    let Some(form) = &mut state.deploying.form else { return Vec::new() };
    if form.planned {
        if !form.pattern.is_empty() {
            form.pattern = Pattern::default();
            return Vec::new();
        }
        form.planned = false;
        form.focus = Focus::Button(Button::Plan);
        return Vec::new();
    }
    navigate::pop(state)
}

/// What Tab walks through.
fn stops(state: &State, form: &Form) -> Vec<Focus> {
    let buttons = Button::ALL.into_iter().map(Focus::Button);
    if form.planned {
        return std::iter::once(Focus::Plan).chain(buttons).collect();
    }
    let parameters = (0..values::of(state, form).len()).map(Focus::Parameter);
    [Focus::Service, Focus::Channels].into_iter().chain(parameters).chain(buttons).collect()
}

/// Moves the focus.
pub fn next(state: &mut State, forth: bool) {
    let Some(form) = &state.deploying.form else { return };
    let stops = stops(state, form);
    let at = stops.iter().position(|stop| *stop == form.focus).unwrap_or(0);
    let to = if forth { at + 1 } else { at + stops.len() - 1 } % stops.len().max(1);
    let focus = stops.get(to).copied();
    if let (Some(form), Some(focus)) = (&mut state.deploying.form, focus) {
        form.focus = focus;
    }
}

fn on_list(state: &mut State, chord: KeyChord) {
    match chord {
        KeyChord { key: Key::Enter | Key::Down | Key::Char(' '), ctrl: false } => _ = picker::open(state, ""),
        KeyChord { key: Key::Up, ctrl: false } => next(state, false),
        KeyChord { key: Key::Char(c), ctrl: false } => _ = picker::open(state, c.encode_utf8(&mut [0; 4])),
        _ => {}
    }
}

fn in_field(state: &mut State, at: usize, chord: KeyChord) -> Vec<Effect> {
    let Some(form) = &state.deploying.form else { return Vec::new() };
    let fields = values::of(state, form);
    let Some(field) = fields.get(at) else {
        next(state, true);
        return Vec::new();
    };
    let (name, has_list) = (field.name.clone(), field.has_list);
    let mut nothing = "";
    match (chord.key, chord.ctrl) {
        (Key::Enter, false) if has_list && field.text.is_empty() => _ = picker::open(state, ""),
        (Key::Down, false) if picker::open(state, "") => {}
        (Key::Enter | Key::Down, false) => next(state, true),
        (Key::Up, false) => next(state, false),
        (Key::Left, false) => edit(state, &name, |line| line.step(false)),
        (Key::Right, false) => edit(state, &name, |line| line.step(true)),
        (Key::Home, false) | (Key::Char('a'), true) => edit(state, &name, |line| line.to_end(false)),
        (Key::End, false) | (Key::Char('e'), true) => edit(state, &name, |line| line.to_end(true)),
        (Key::Backspace, false) => edit(state, &name, Line::backspace),
        (Key::Delete, false) | (Key::Char('d'), true) => edit(state, &name, Line::delete),
        (Key::Char('w'), true) => edit(state, &name, Line::delete_word),
        (Key::Char('u'), true) => edit(state, &name, Line::clear),
        (Key::Char('y'), true) => edit(state, &name, |line| {
            if !line.undo() {
                nothing = "nothing was typed before this";
            }
        }),
        (Key::Char('r'), true) => edit(state, &name, |line| {
            if !line.redo() {
                nothing = "nothing was taken back";
            }
        }),
        (Key::Char(c), false) => edit(state, &name, |line| line.put(c.encode_utf8(&mut [0; 4]))),
        _ => {}
    }
    if !nothing.is_empty() {
        state.answer(Mark::Attention, nothing);
    }
    Vec::new()
}

/// Changes the line of a parameter.
pub fn edit(state: &mut State, parameter: &str, change: impl FnOnce(&mut Line)) {
    let Some(form) = &state.deploying.form else { return };
    let fields = values::of(state, form);
    let Some(before) = fields.iter().find(|value| value.name == parameter).map(|value| value.before.clone()) else {
        return;
    };
    let Some(service) = form.service.clone() else { return };
    let draft = state.deploying.drafts.entry(service).or_default();
    change(draft.lines.entry(parameter.to_owned()).or_insert_with(|| Line::new(&before)));
    state.touch();
}

fn on_button(state: &mut State, button: Button, chord: KeyChord) -> Vec<Effect> {
    match (chord.key, chord.ctrl) {
        (Key::Enter, false) => return press(state, button),
        (Key::Left | Key::Up, false) => next(state, false),
        (Key::Right | Key::Down, false) => next(state, true),
        (Key::Char('q'), false) => return escape(state),
        _ => {}
    }
    Vec::new()
}

/// Presses a button.
pub fn press(state: &mut State, button: Button) -> Vec<Effect> {
    match button {
        Button::Back => escape(state),
        Button::Plan => plans::ask(state),
        Button::Deploy => confirm::open(state),
    }
}

fn in_plan(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let page = isize::try_from(state.page_rows.max(1)).unwrap_or(1);
    match (chord.key, chord.ctrl) {
        (Key::Char('j') | Key::Down, false) => scroll(state, 1),
        (Key::Char('k') | Key::Up, false) => scroll(state, -1),
        (Key::Char('g') | Key::Home, false) => scroll(state, -(1 << 30)),
        (Key::Char('G') | Key::End, false) => scroll(state, 1 << 30),
        (Key::PageDown, false) | (Key::Char('f'), true) => scroll(state, page),
        (Key::PageUp, false) | (Key::Char('b'), true) => scroll(state, -page),
        (Key::Char('d'), true) => scroll(state, (page / 2).max(1)),
        (Key::Char('u'), true) => scroll(state, -(page / 2).max(1)),
        (Key::Enter | Key::Char('z' | 'f'), false) => fold(state),
        (Key::Char(' '), false) => choose(state),
        (Key::Char('/'), false) => search::open(state),
        (Key::Char('n'), false) => hit(state, true),
        (Key::Char('N'), false) => hit(state, false),
        (Key::Char('R'), false) => return plans::ask(state),
        (Key::Char('D'), false) => return confirm::open(state),
        (Key::Char('q' | 'h'), false) => return escape(state),
        _ => {}
    }
    Vec::new()
}

/// Moves the cursor of the plan.
pub fn scroll(state: &mut State, rows: isize) {
    let Some(form) = &state.deploying.form else { return };
    let (length, page) = (lines::of(state, form).len(), state.page_rows);
    if let Some(form) = &mut state.deploying.form {
        form.reading.by(rows, length, page);
    }
    state.touch();
}

fn fold(state: &mut State) {
    let Some(form) = &state.deploying.form else { return };
    let all = lines::of(state, form);
    // On a line of a difference: the object that it belongs to.
    let above = (0..=form.reading.cursor.min(all.len().saturating_sub(1))).rev();
    let Some(at) = above.into_iter().find(|at| all[*at].kind != lines::Kind::Heading && all[*at].fold.is_some()) else {
        return;
    };
    let line = &all[at];
    let (fold, folded) = (line.fold.clone(), line.folded > 0);
    let page = state.page_rows;
    if let (Some(form), Some(fold)) = (&mut state.deploying.form, fold) {
        form.folds.insert(fold, !folded);
    }
    let Some(form) = &state.deploying.form else { return };
    let length = lines::of(state, form).len();
    if let Some(form) = &mut state.deploying.form {
        form.reading.to(at, length, page);
    }
}

fn choose(state: &mut State) {
    let Some(form) = &state.deploying.form else { return };
    let chosen = lines::of(state, form).get(form.reading.cursor).and_then(|line| line.choose.clone());
    let Some((what, on)) = chosen else {
        state.answer(Mark::Attention, "Space takes over fields of others, or removes a left-over: on their lines");
        return;
    };
    let words = match (&what, on) {
        (Choose::TakeOver(_, identity), false) => format!("fields of others in {identity} will be taken over"),
        (Choose::TakeOver(_, identity), true) => format!("fields of others in {identity} are left alone: no deploy"),
        (Choose::Prune(_, identity), false) => format!("{identity} will be removed"),
        (Choose::Prune(_, identity), true) => format!("{identity} stays"),
    };
    let cell: Cell = match &what {
        Choose::TakeOver(cell, _) | Choose::Prune(cell, _) => *cell,
    };
    if let Some(plan) = state.deploying.form.as_mut().and_then(|form| form.plans.get_mut(&cell)) {
        let (set, identity) = match what {
            Choose::TakeOver(_, identity) => (&mut plan.choices.take_over, identity),
            Choose::Prune(_, identity) => (&mut plan.choices.prune, identity),
        };
        if !set.remove(&identity) {
            set.insert(identity);
        }
    }
    state.answer(Mark::Ok, words);
}

/// Something else is searched in the plan.
pub fn look_for(state: &mut State, pattern: Pattern) {
    if let Some(form) = &mut state.deploying.form {
        form.pattern = pattern;
    }
    let Some(form) = &state.deploying.form else { return };
    let all = lines::of(state, form);
    let hits = |line: &lines::PlanLine| line.hits(&form.pattern);
    let from = form.reading.cursor;
    let found = all.iter().enumerate().position(|(at, line)| at >= from && hits(line));
    let found = found.or_else(|| all.iter().position(hits));
    to(state, found, all.len());
}

fn hit(state: &mut State, down: bool) {
    let Some(form) = &state.deploying.form else { return };
    if form.pattern.is_empty() {
        state.answer(Mark::Attention, "nothing is searched: / first");
        return;
    }
    let all = lines::of(state, form);
    let hits: Vec<usize> =
        all.iter().enumerate().filter(|(_, line)| line.hits(&form.pattern)).map(|(at, _)| at).collect();
    let at = form.reading.cursor;
    let found = if down {
        hits.iter().find(|hit| **hit > at).or(hits.first())
    } else {
        hits.iter().rev().find(|hit| **hit < at).or(hits.last())
    };
    if found.is_none() {
        let words = format!("no line in sight has {}", form.pattern.text());
        state.answer(Mark::Attention, words);
    }
    to(state, found.copied(), all.len());
}

/// Goes to the first object whose fields of others are not taken over.
pub fn to_conflict(state: &mut State) {
    let Some(form) = &state.deploying.form else { return };
    let open = |line: &lines::PlanLine| matches!(line.choose, Some((Choose::TakeOver(..), false)));
    let all = lines::of(state, form);
    let Some(at) = all.iter().position(open) else { return };
    if let Some(form) = &mut state.deploying.form {
        form.planned = true;
        form.focus = Focus::Plan;
    }
    to(state, Some(at), all.len());
}

fn to(state: &mut State, line: Option<usize>, length: usize) {
    let page = state.page_rows;
    if let (Some(form), Some(line)) = (&mut state.deploying.form, line) {
        form.reading.jump(line, length, page);
    }
}

/// Pasted text goes into the field or the list that has the focus; whether there is one.
pub fn paste(state: &mut State, text: &str) -> bool {
    let Some(form) = &state.deploying.form else { return false };
    if form.picker.is_some() {
        picker::narrow(state, |filter| crate::app::overlay::put(filter, text));
        return true;
    }
    let Focus::Parameter(at) = form.focus else { return false };
    let Some(name) = values::of(state, form).get(at).map(|value| value.name.clone()) else { return false };
    edit(state, &name, |line| line.put(text));
    true
}
