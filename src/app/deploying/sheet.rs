//! The plan as a screen shows it: the lines in sight, where the cursor is, what is searched.

use super::{Focus, Form, lines};
use crate::app::model::DeployPlan;
use crate::app::state::State;

/// Lines that are given at most: more than any terminal shows.
const MOST: usize = 300;

/// The plan.
#[must_use]
pub fn sheet(state: &State, form: &Form) -> DeployPlan {
    let all = lines::of(state, form);
    let total = all.len();
    let cursor = form.reading.cursor.min(total.saturating_sub(1));
    let first = form.reading.first.min(total.saturating_sub(state.page_rows.min(total)));
    let hits: Vec<usize> =
        all.iter().enumerate().filter(|(_, line)| line.hits(&form.pattern)).map(|(at, _)| at).collect();
    let found = match hits.iter().position(|at| *at == cursor) {
        _ if form.pattern.is_empty() => String::new(),
        Some(at) => format!("hit {} of {}", at + 1, hits.len()),
        None => format!("{} hits", hits.len()),
    };
    DeployPlan {
        lines: all.into_iter().skip(first).take(MOST).collect(),
        cursor: (form.focus == Focus::Plan).then(|| cursor.saturating_sub(first)),
        first,
        total,
        pattern: form.pattern.clone(),
        found,
    }
}
