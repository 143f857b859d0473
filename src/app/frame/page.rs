//! The page of one rollout: the words come from [`crate::app::present`], focus, cursor and scrolling from the screen.

use super::lists;
use crate::app::fleet::Row;
use crate::app::model::{Pane, RolloutPage};
use crate::app::node::Spot;
use crate::app::present::analysis;
use crate::app::present::page::{self as words, Sight};
use crate::app::present::tree::{self, Fold};
use crate::app::present::{Context, Subject, tick};
use crate::app::screen::RolloutView;
use crate::app::state::State;
use crate::argo::event::KubeEvent;
use jiff::Timestamp;
use std::sync::Arc;

/// The page.
pub fn page(state: &State, row: &Row, view: &RolloutView) -> RolloutPage {
    let context = state.context(row, lists::drift(state, row));
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let note = note(state, row);
    let events = events(state, row);
    let mut page = words::whole(&subject, &Sight { note: &note, folds: &view.folds, events });
    page.steps_scroll = view.scroll[Pane::Steps.index()];
    page.scroll = view.scroll[view.focus.index()];
    page.focus = view.focus;
    page.zoom = view.zoom;
    page.cursor = match view.focus {
        Pane::Revisions => view.tree.index(page.revisions.iter().map(|line| &line.spot)),
        Pane::Analysis => view.analysis.index(analysis::spots(&page.analysis).iter()),
        _ => None,
    };
    page
}

fn note(state: &State, row: &Row) -> String {
    match state.detail.as_ref().filter(|detail| detail.key == row.key) {
        Some(detail) => detail.note(),
        None => "no label selector yet: pods cannot be looked up".to_owned(),
    }
}

/// Events of the rollout and its children, as far as they are watched.
fn events<'a>(state: &'a State, row: &Row) -> &'a [Arc<KubeEvent>] {
    state.detail.as_ref().filter(|detail| detail.key == row.key).map_or(&[], |detail| detail.events())
}

/// Looks at a row as the page does.
fn with<T>(state: &State, row: &Row, look: impl FnOnce(&Subject<'_>) -> T) -> T {
    let context: Context<'_> = state.context(row, false);
    look(&Subject::new(&row.rollout, state.picture(row), &context))
}

/// Lines of the pane with the focus.
pub fn length(state: &State, row: &Row, view: &RolloutView) -> usize {
    if let Some(spots) = spots(state, row, view) {
        return spots.len();
    }
    match view.focus {
        Pane::Steps => with(state, row, words::ladder_length),
        Pane::Events => events(state, row).len(),
        _ => row.rollout.status.conditions.len() * 2,
    }
}

/// The lines that the cursor of the pane with the focus goes along.
pub fn spots(state: &State, row: &Row, view: &RolloutView) -> Option<Vec<Spot>> {
    match view.focus {
        Pane::Revisions => Some(with(state, row, |subject| {
            tree::lines(subject, &view.folds).into_iter().map(|line| line.spot).collect()
        })),
        Pane::Analysis => Some(with(state, row, |subject| analysis::spots(&analysis::runs(subject)))),
        _ => None,
    }
}

/// The panes that have something to show, in the order of Tab.
pub fn panes(state: &State, row: &Row, view: &RolloutView) -> Vec<Pane> {
    let page = page(state, row, view);
    Pane::ALL.into_iter().filter(|pane| page.has(*pane)).collect()
}

/// What folding the line under the cursor means.
pub fn fold(state: &State, row: &Row, view: &RolloutView) -> Option<Fold> {
    if view.focus != Pane::Revisions {
        return None;
    }
    with(state, row, |subject| {
        let lines = tree::lines(subject, &view.folds);
        let at = view.tree.index(lines.iter().map(|line| &line.spot))?;
        tree::fold(&lines, at)
    })
}

/// When a text of the page changes by time alone.
pub fn tick(state: &State, view: &RolloutView) -> Option<Timestamp> {
    let row = state.fleet.get(&view.key)?;
    let events = events(state, row);
    with(state, row, |subject| tick::whole(subject, &Sight { note: "", folds: &view.folds, events }))
}
