//! Conditions, marked by what they mean: Progressing False is bad, Completed False is not.

use super::Subject;
use crate::app::model::ConditionLine;

/// All conditions, the bad ones first, then in a fixed order (the API's order is not stable).
#[must_use]
pub fn lines(subject: &Subject<'_>) -> Vec<ConditionLine> {
    let _ = subject;
    todo!()
}
