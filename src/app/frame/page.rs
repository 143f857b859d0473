//! The page of one rollout: the words come from [`crate::app::present`], the scrolling from the screen.

use super::lists;
use crate::app::fleet::Row;
use crate::app::model::RolloutPage;
use crate::app::present::{Subject, page as words, tick, tree};
use crate::app::screen::RolloutView;
use crate::app::state::State;
use jiff::Timestamp;

/// The page.
pub fn page(state: &State, row: &Row, view: &RolloutView) -> RolloutPage {
    let context = state.context(row, lists::drift(state, row));
    let note = match state.detail.as_ref().filter(|detail| detail.key == row.key) {
        Some(detail) => detail.note(),
        None => "no label selector yet: pods cannot be looked up".to_owned(),
    };
    let mut page = words::page(&Subject::new(&row.rollout, state.picture(row), &context), &note);
    page.steps_scroll = view.scroll[0];
    page.scroll = view.scroll.get(view.focus).copied().flatten().unwrap_or(0);
    page.focus = view.focus;
    page.zoom = view.zoom;
    page
}

/// Lines of a pane.
pub fn length(state: &State, row: &Row, pane: usize) -> usize {
    let context = state.context(row, false);
    match pane {
        0 => row.rollout.spec.steps().len(),
        1 => tree::lines(&Subject::new(&row.rollout, state.picture(row), &context)).len(),
        _ => row.rollout.status.conditions.len(),
    }
}

/// When a text of the page changes by time alone.
pub fn tick(state: &State, view: &RolloutView) -> Option<Timestamp> {
    let row = state.fleet.get(&view.key)?;
    let context = state.context(row, false);
    tick::page(&Subject::new(&row.rollout, state.picture(row), &context))
}
