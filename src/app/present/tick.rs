//! When a text changes by time alone: the next moment (local time) at which an age or a countdown on screen reads
//! otherwise. The loop sleeps until then, so that nothing is drawn while nothing changes.

use super::Subject;
use super::health::SourceView;
use crate::argo::picture::Children;
use jiff::Timestamp;

/// Next change of the words of a cell of the overview, and of its `needs you` line.
#[must_use]
pub fn cell(subject: &Subject<'_>) -> Option<Timestamp> {
    let _ = subject;
    todo!()
}

/// Next change of a row of the channel's list.
#[must_use]
pub fn board(subject: &Subject<'_>) -> Option<Timestamp> {
    let _ = subject;
    todo!()
}

/// Next change of the page of a rollout.
#[must_use]
pub fn page(subject: &Subject<'_>, children: Children<'_>) -> Option<Timestamp> {
    let _ = (subject, children);
    todo!()
}

/// Next change of the head of a source and of its trouble line.
#[must_use]
pub fn health(source: &SourceView<'_>) -> Option<Timestamp> {
    let _ = source;
    todo!()
}

/// Next change of a verdict line: sent or accepted at `at`, not settled.
#[must_use]
pub fn verdict(at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let _ = (at, now);
    todo!()
}
