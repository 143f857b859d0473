//! The ladder: every step with its mark and its time. The object does not say how long done steps took, so they
//! carry no time; the current one counts, coming pauses carry their length.

use super::Subject;
use crate::app::model::StepLine;

/// All steps.
#[must_use]
pub fn steps(subject: &Subject<'_>) -> Vec<StepLine> {
    let _ = subject;
    todo!()
}

/// Index of the current step; `None` when all are done or there are none.
#[must_use]
pub fn current(subject: &Subject<'_>) -> Option<usize> {
    let _ = subject;
    todo!()
}

/// Below the ladder: `done 3 of 8 · then 20m of pauses and 1 stop for a person`.
#[must_use]
pub fn note(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}
