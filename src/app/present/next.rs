//! The `next` line: what happens by itself, when, and what a key would change.

use super::Subject;

/// For the page of a rollout.
#[must_use]
pub fn line(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}

/// For a list: with service and channel in front.
#[must_use]
pub fn line_in_list(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}
