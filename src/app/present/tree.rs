//! The tree of revisions, ReplicaSets and pods, flattened for drawing. Revisions that are scaled to zero come last.

use super::Subject;
use crate::app::model::RevisionLine;

/// All lines.
#[must_use]
pub fn lines(subject: &Subject<'_>) -> Vec<RevisionLine> {
    let _ = subject;
    todo!()
}
