//! The frame: the state brought into the parts of the model. What a rollout looks like in words is the business of
//! [`super::present`]; here is decided which rollouts, rows and keys a frame holds. Only visible rows are formatted.

mod closer;
mod finder;
mod header;
mod lists;
mod overlay;
mod page;
mod text;

use super::action::{self, Action, Place};
use super::availability::{PROMOTE, availability, doable};
use super::deeds::wish;
use super::fleet::Row;
use super::model::{Body, KeyHint, Model, Pane, Verdict};
use super::node::Spot;
use super::overlay::Overlay;
use super::present::tree::Fold;
use super::present::{Subject, next, tick};
use super::screen::{RolloutView, Screen};
use super::selection::Selected;
use super::state::State;
use super::watching::when;
use super::{audited, charts, deploying, document, experiment, logs, run, timeline};
use crate::argo::feed::TroubleKind;
use crate::argo::promote;
use crate::names::RolloutKey;
use jiff::Timestamp;

/// The model of the present state.
#[must_use]
pub fn of(state: &State) -> Model {
    Model {
        header: header::header(state),
        body: body(state),
        next: next_line(state),
        keys: keys(state),
        filter_input: input(state).map(|text| (text.clone(), text.chars().count())),
        toast: state.notes.shown().cloned(),
        dialog: state.overlay.as_ref().map(|over| overlay::dialog(state, over)).or_else(|| when::dialog(state)),
        verdict: verdict(state),
        too_small: state.is_too_small().then_some(state.size),
    }
}

/// The verdict line; where the plan itself tells how its deploy fares there is none, which would cover its buttons.
fn verdict(state: &State) -> Option<Verdict> {
    if deploying::page::tells(state) {
        return None;
    }
    let of_deploy = deploying::flight::line(state, shown_of(state));
    of_deploy.or_else(|| state.writes.line(shown_of(state), state.now))
}

/// The line that is being typed.
fn input(state: &State) -> Option<&String> {
    state.filter_input.as_ref().or(state.search_input.as_ref())
}

/// The rollout whose writes are told: that of its page; on the lists, any.
fn shown_of(state: &State) -> Option<&RolloutKey> {
    match state.screen() {
        Screen::Rollout(view) => Some(&view.key),
        _ => None,
    }
}

fn body(state: &State) -> Body {
    match state.screen() {
        Screen::Matrix => Body::Matrix(lists::matrix(state)),
        Screen::Board(channel) => Body::Board(lists::board(state, *channel)),
        Screen::Rollout(view) => match state.fleet.get(&view.key) {
            Some(row) => Body::Rollout(Box::new(page::page(state, row, view))),
            None => Body::Text(text::gone(state, &view.key)),
        },
        Screen::Logs(view) => Body::Logs(Box::new(logs::page(state, view))),
        Screen::Document(view) => Body::Document(Box::new(document::page(state, view))),
        Screen::Timeline(view) => Body::Timeline(Box::new(timeline::page(state, view))),
        Screen::Run(view) => Body::Run(Box::new(run::page(state, view))),
        Screen::Experiment(view) => Body::Experiment(Box::new(experiment::page(state, view))),
        Screen::Charts(view) => Body::Charts(Box::new(charts::page(state, view))),
        Screen::Deploy { .. } => Body::Deploy(Box::new(deploying::page::page(state))),
        Screen::Help { place, scroll } => Body::Help(text::help(state, *place, *scroll)),
        Screen::Log(first) => Body::Log(text::log(state, *first)),
        Screen::Audit { scroll } => Body::Text(audited::page(state, *scroll)),
        Screen::Trouble { source, scroll } => Body::Text(text::trouble(state, *source, *scroll)),
        Screen::FirstRun { scroll } => Body::Text(text::first_run(state, *scroll)),
    }
}

/// Rows that the focused part of the screen can be scrolled through.
#[must_use]
pub fn scroll_length(state: &State) -> usize {
    match state.screen() {
        Screen::Matrix | Screen::Board(_) => state.list().len(),
        Screen::Rollout(view) => state.fleet.get(&view.key).map_or(0, |row| page::length(state, row, view)),
        Screen::Logs(view) => logs::length(state, view),
        Screen::Document(view) => document::length(state, view),
        Screen::Timeline(view) => timeline::length(state, view),
        Screen::Run(view) => run::length(state, view),
        Screen::Experiment(view) => experiment::length(state, view),
        Screen::Charts(view) => charts::length(state, view),
        Screen::Deploy { .. } => 0,
        Screen::Help { place, .. } => text::help_length(state, *place),
        Screen::Log(_) => state.notes.len(),
        Screen::Audit { .. } => audited::page(state, 0).lines.len(),
        Screen::Trouble { source, .. } => text::trouble(state, *source, 0).lines.len(),
        Screen::FirstRun { .. } => text::first_run(state, 0).lines.len(),
    }
}

/// The lines that the cursor of a page's focused pane goes along; `None` in a pane without a cursor.
#[must_use]
pub fn page_spots(state: &State, row: &Row, view: &RolloutView) -> Option<Vec<Spot>> {
    page::spots(state, row, view)
}

/// The panes of a page that have something to show.
#[must_use]
pub fn page_panes(state: &State, row: &Row, view: &RolloutView) -> Vec<Pane> {
    page::panes(state, row, view)
}

/// What folding the line under the cursor of a page's tree means.
#[must_use]
pub fn page_fold(state: &State, row: &Row, view: &RolloutView) -> Option<Fold> {
    page::fold(state, row, view)
}

/// What happens by itself, when, and what the key would change; or why the key is off.
fn next_line(state: &State) -> String {
    match &state.overlay {
        Some(Overlay::Confirm(dialog)) if when::arming(state, &dialog.key).is_some() => {
            return "the right-hand button arms it; it is sent once the condition holds".to_owned();
        }
        Some(Overlay::Confirm(_) | Overlay::Bulk(_) | Overlay::Deploy(_)) => {
            return "nothing is sent before the right-hand button is pressed".to_owned();
        }
        Some(Overlay::Form(_)) => return "nothing is sent from here: the question comes next".to_owned(),
        Some(Overlay::Leave(_)) => return "a write was sent and is not answered yet".to_owned(),
        Some(Overlay::Finder(_)) => return "what asks first when its key is pressed asks first here too".to_owned(),
        None => {}
    }
    if matches!(state.screen().place(), Place::Text | Place::Audit) {
        return String::new();
    }
    match state.screen() {
        Screen::Run(view) => return run::next(state, view),
        Screen::Experiment(view) => return experiment::next(state, view),
        Screen::Charts(view) => return charts::next(state, view),
        Screen::Deploy { .. } => return deploying::page::next(state),
        _ => {}
    }
    if wish::on_list(state) && !state.marks.is_empty() {
        let count = state.marks.len();
        return format!("{count} marked: p a P t s r are for all of them, \\ clears the marks");
    }
    let row = match state.selected() {
        Selected::One(row) => row,
        Selected::Several(rows) => {
            return format!("{} rollouts stand in this cell: press v and choose one", rows.len());
        }
        Selected::Nothing => return String::new(),
    };
    if let Some(armed) = when::progress(state, &row.key) {
        return armed;
    }
    if promote::plan(&row.rollout).is_ok()
        && let Err(why) = doable(state, &PROMOTE)
    {
        return format!("p is off here: {}", why.strip_prefix("refused: ").unwrap_or(&why));
    }
    let context = state.context(row, false);
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let place = state.screen().place();
    let line = if place == Place::Rollout { next::line(&subject) } else { next::line_in_list(&subject) };
    next::with_keys(&line, |name| {
        let row = action::TABLE.iter().find(|row| row.name == name && row.places.contains(&place));
        row.map(action::Row::first_key)
    })
}

pub(super) fn hint(key: &str, word: &str, on: bool) -> KeyHint {
    KeyHint { key: key.to_owned(), word: word.to_owned(), on }
}

/// The keys of the focus.
fn keys(state: &State) -> Vec<KeyHint> {
    match &state.overlay {
        Some(Overlay::Confirm(_) | Overlay::Bulk(_) | Overlay::Form(_) | Overlay::Deploy(_)) => {
            return overlay::keys(state);
        }
        Some(Overlay::Finder(_)) => {
            return vec![
                hint("letters:", "narrow", true),
                hint("↑↓", "choose", true),
                hint("⏎", "run", true),
                hint("Esc", "close", true),
            ];
        }
        Some(Overlay::Leave(_)) => return vec![hint("w", "wait", true), hint("Q", "quit anyway", true)],
        None if state.watching.asking.is_some() => {
            return vec![hint("letters:", "a condition", true), hint("⏎", "choose", true), hint("Esc", "close", true)];
        }
        None => {}
    }
    if input(state).is_some() {
        let mut keys = vec![hint("⏎", "keep", true), hint("Esc", "clear", true), hint("↑↓", "move", true)];
        if state.filter_input.is_some() {
            keys.push(hint("terms:", "word !not ~fuzzy l:k=v img: ch: ns: cl: is:", true));
        }
        return keys;
    }
    let place = state.screen().place();
    if matches!(place, Place::Text | Place::Audit) {
        return text::keys(state);
    }
    if place == Place::Deploy {
        return deploying::page::keys(state);
    }
    if let Some(keys) = closer::choosing(state) {
        return keys;
    }
    let mut rows: Vec<&action::Row> =
        action::TABLE.iter().filter(|row| row.places.contains(&place) && !row.hint.is_empty()).collect();
    closer::order(place, &mut rows);
    let mut keys: Vec<KeyHint> = Vec::new();
    for row in rows {
        let on = availability(state, row.action).is_ready();
        // What helps against trouble is offered where there is some, and then first.
        let helps = matches!(row.action, Action::Login | Action::Reconnect | Action::Trouble);
        let troubled = helps && availability(state, Action::Trouble).is_ready();
        if helps && !troubled {
            continue;
        }
        // Without services there is nothing to deploy, and most have none.
        if row.action == Action::Deploy && !deploying::open::is_offered(state) {
            continue;
        }
        // What an abort leaves is offered where there is one.
        if row.action == Action::Retry && !on {
            continue;
        }
        // `L` works in every trouble, but helps only where the login is one.
        if row.action == Action::Login && !login_helps(state) {
            continue;
        }
        let word = match (row.action, place) {
            (Action::ToggleBoard, Place::Matrix) => "board",
            (Action::ToggleBoard, _) => "matrix",
            (Action::NextMetric, Place::Charts) => "next chart",
            (Action::Pause, _) if state.selected_row().is_some_and(|row| row.rollout.spec.paused) => "resume",
            (Action::Back, _) if state.screens.len() > 1 => "back",
            _ => closer::word(state, row),
        };
        let at = if helps {
            keys.iter().filter(|key| key.word == "log in" || key.word == "retry now").count()
        } else if row.action == Action::Back {
            // The way out stands beside the help.
            keys.iter().position(|key| key.word == "help").map_or(keys.len(), |help| help + 1)
        } else {
            keys.len()
        };
        keys.insert(at, hint(&row.first_key(), word, on));
    }
    keys
}

fn login_helps(state: &State) -> bool {
    let trouble = state.selected_source().and_then(super::source::Source::trouble);
    trouble.is_some_and(|trouble| matches!(trouble.kind, TroubleKind::NotSignedIn | TroubleKind::Forbidden))
}

/// When a text of this frame changes by time alone.
#[must_use]
pub fn next_change(state: &State) -> Option<Timestamp> {
    let rows = match state.screen() {
        Screen::Matrix => lists::tick_matrix(state),
        Screen::Board(_) => lists::tick_board(state),
        Screen::Rollout(view) => page::tick(state, view),
        Screen::Document(_) => document::next_change(state),
        Screen::Run(view) => run::tick(state, view),
        Screen::Experiment(view) => experiment::tick(state, view),
        Screen::Charts(view) => charts::tick(state, view),
        _ => None,
    };
    let next = state.selected_row().and_then(|row| {
        let context = state.context(row, false);
        tick::next_line(&Subject::new(&row.rollout, &row.picture, &context))
    });
    let write = state.writes.tick(shown_of(state), state.now);
    let deploy = deploying::flight::tick(state);
    [rows, next, write, deploy, header::tick(state), overlay::tick(state)].into_iter().flatten().min()
}
