//! The page of one rollout: headline, facts, gauge, ladder, revisions, conditions, about.

use super::Subject;
use crate::app::model::RolloutPage;

/// The page, unscrolled, with the focus on the steps. `revisions_note` says why revisions are missing or incomplete
/// (`loading…`, `no right to list pods in shop`); empty when they are complete.
#[must_use]
pub fn page(subject: &Subject<'_>, revisions_note: &str) -> RolloutPage {
    let _ = (subject, revisions_note);
    todo!()
}

/// The first row: `Paused at step 4 of 8, waits for you`.
#[must_use]
pub fn headline(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}

/// The right end of the first row: `canary · 2.41.0 → 2.42.0 · rev 42`.
#[must_use]
pub fn facts(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}
