//! The page of a rollout: what its keys do. Focus, cursor and folds are the screen's own
//! ([`super::screen::RolloutView`]); what stands on the page is decided in [`super::frame`].

use super::action::Action;
use super::effect::Effect;
use super::experiment::ExperimentView;
use super::model::Pane;
use super::node::{Node, Spot};
use super::run::RunView;
use super::screen::{RolloutView, Screen};
use super::state::State;
use super::{act, frame, navigate};

fn view(state: &State) -> Option<RolloutView> {
    match state.screen() {
        Screen::Rollout(view) => Some(view.clone()),
        _ => None,
    }
}

fn put(state: &mut State, view: RolloutView) {
    if let Some(Screen::Rollout(there)) = state.screens.last_mut() {
        *there = view;
        state.touch();
    }
}

/// Moves the cursor of the pane with the focus, or scrolls it, not beyond the ends.
pub fn by(state: &mut State, rows: isize) {
    let Some(mut view) = view(state) else { return };
    let length = frame::scroll_length(state);
    let moved = |from: usize, most: usize| from.min(most).saturating_add_signed(rows).min(most);
    if let Some((spots, at)) = spots(state, &view) {
        let to = moved(at, spots.len().saturating_sub(1));
        if let Some(spot) = spots.into_iter().nth(to) {
            let cursor = if view.focus == Pane::Analysis { &mut view.analysis } else { &mut view.tree };
            cursor.put(to, spot);
        }
    } else {
        let page = state.page_rows;
        let (from, most) = match view.focus {
            Pane::Events => (length.saturating_sub(page.min(length)), length.saturating_sub(page.min(length))),
            Pane::Steps => (current_step(state).saturating_sub(page / 3), length.saturating_sub(page.min(length))),
            _ => (0, length.saturating_sub(1)),
        };
        let scroll = &mut view.scroll[view.focus.index()];
        let to = moved(scroll.unwrap_or(from), most);
        // At the end the events follow what happens.
        *scroll = (view.focus != Pane::Events || to < most).then_some(to);
    }
    put(state, view);
}

/// The lines that the cursor of the pane with the focus goes along, and where it is; `None` in a pane without one.
pub fn spots(state: &State, view: &RolloutView) -> Option<(Vec<Spot>, usize)> {
    let row = state.fleet.get(&view.key)?;
    let spots = frame::page_spots(state, row, view)?;
    let cursor = if view.focus == Pane::Analysis { &view.analysis } else { &view.tree };
    let at = cursor.index(spots.iter())?;
    Some((spots, at))
}

fn current_step(state: &State) -> usize {
    let index = state.selected_row().and_then(|row| row.rollout.status.current_step_index);
    index.and_then(|index| usize::try_from(index).ok()).unwrap_or(0)
}

/// Gives the focus to the next pane that has something to show.
pub fn pane(state: &mut State, forward: bool) {
    let Some(mut view) = view(state) else { return };
    let Some(row) = state.fleet.get(&view.key) else { return };
    let panes = frame::page_panes(state, row, &view);
    if panes.is_empty() {
        return;
    }
    let at = panes.iter().position(|pane| *pane == view.focus);
    let next = match (at, forward) {
        (Some(at), true) => at + 1,
        (Some(at), false) => at + panes.len() - 1,
        (None, _) => 0,
    };
    view.focus = panes[next % panes.len()];
    put(state, view);
}

/// Carries out an action that only this screen has.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    if action == Action::Fold {
        fold(state);
    }
    Vec::new()
}

/// Folds or unfolds what is under the cursor: a revision, a run, an experiment, or the pods of a ReplicaSet, from the
/// line that counts them as well as from one of them.
fn fold(state: &mut State) {
    let Some(mut view) = view(state) else { return };
    let found = state.fleet.get(&view.key).and_then(|row| frame::page_fold(state, row, &view));
    match found {
        Some(fold) => {
            view.folds.set(fold.spot, !fold.folded);
            if let Some(then) = fold.then {
                view.tree.put(view.tree.place(), then);
            }
            put(state, view);
        }
        None => state.answer(super::model::Mark::Attention, "nothing to fold here: Tab goes to the revisions"),
    }
}

/// Opens what is under the cursor: a run or an experiment on its own screen, the logs of a pod, everything else
/// described; a line that only folds is unfolded.
pub fn open(state: &mut State) -> Vec<Effect> {
    let Some(view) = view(state) else { return Vec::new() };
    let (key, spot) = (view.key.clone(), state.spot(&view));
    match spot {
        Some(Spot { node: Node::AnalysisRun(name, uid), .. }) => {
            navigate::push(state, Screen::Run(RunView::new(key, uid, name)))
        }
        Some(Spot { node: Node::Experiment(name, uid), part: None }) => {
            navigate::push(state, Screen::Experiment(ExperimentView::new(key, uid, name)))
        }
        Some(Spot { node: Node::Pod(..), .. }) => act::run(state, Action::Logs),
        Some(Spot { node: Node::Revision(_), .. } | Spot { part: Some(_), .. }) => {
            fold(state);
            Vec::new()
        }
        _ => act::run(state, Action::Describe),
    }
}
