//! Weights: set against actual, in percent and in words, and why they differ.

use super::Subject;
use crate::app::model::Gauge;

/// The gauge; `None` for blue-green or when weights are not known.
#[must_use]
pub fn gauge(subject: &Subject<'_>) -> Option<Gauge> {
    let _ = subject;
    todo!()
}

/// A weight as percent of all traffic, in a sentence: `40 %`; of another maximum: `400 of 1000`.
#[must_use]
pub fn words(weight: i64, max: i64) -> String {
    let _ = (weight, max);
    todo!()
}

/// Why set and actual differ, in words; empty when they do not, or when the reason is not known.
#[must_use]
pub fn note(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}
