//! Conditions, marked by what they mean: Progressing False is bad, Completed False is not.
//!
//! The controller writes the text of the good case into the bad one as well (`RolloutCompleted` while it is not
//! completed; Argo Rollouts, `utils/conditions`), so the words of those are chosen here.

use super::Subject;
use crate::app::model::{ConditionLine, Mark};
use crate::argo::picture::Phase;
use crate::argo::rollout::Condition;

/// The order in which conditions are listed; others follow by name. The API's own order is not stable.
const ORDER: [&str; 7] =
    ["InvalidSpec", "ReplicaFailure", "Progressing", "Available", "Paused", "Completed", "Healthy"];

/// All conditions, the bad ones first, then in a fixed order.
#[must_use]
pub fn lines(subject: &Subject<'_>) -> Vec<ConditionLine> {
    let mut conditions: Vec<&Condition> = subject.rollout.status.conditions.iter().collect();
    let place = |kind: &str| ORDER.iter().position(|known| *known == kind).unwrap_or(ORDER.len());
    conditions.sort_by_cached_key(|condition| {
        (mark(subject, condition) != Mark::Bad, place(&condition.kind), condition.kind.clone())
    });
    conditions.into_iter().map(|condition| line(subject, condition)).collect()
}

fn line(subject: &Subject<'_>, condition: &Condition) -> ConditionLine {
    let (reason, message) = words(condition);
    ConditionLine {
        mark: mark(subject, condition),
        kind: condition.kind.to_string(),
        status: condition.status.to_string(),
        reason: reason.to_owned(),
        message: message.to_owned(),
        age: condition.last_transition_time.map(|then| subject.age_tight(then)).unwrap_or_default(),
    }
}

fn words(condition: &Condition) -> (&str, &str) {
    match (&*condition.kind, &*condition.status) {
        ("Completed", "True") => ("", "the wanted version is the stable one"),
        ("Completed", "False") => ("", "the wanted version is not the stable one yet"),
        ("Paused", "False") => ("", "not paused"),
        // `AvailableReason`, `RolloutHealthy` and `RolloutPaused` stand in both cases and say nothing.
        ("Available" | "Healthy" | "Paused", _) => ("", &condition.message),
        _ => (&condition.reason, &condition.message),
    }
}

/// What a condition means.
fn mark(subject: &Subject<'_>, condition: &Condition) -> Mark {
    let phase = &subject.picture.phase;
    match (&*condition.kind, &*condition.status) {
        ("Progressing" | "Available" | "Completed" | "Healthy", "True") => Mark::Ok,
        ("InvalidSpec" | "ReplicaFailure", "True") | ("Progressing" | "Available", "False") => Mark::Bad,
        ("Progressing", _) if &*condition.reason == "RolloutPaused" => Mark::Wait,
        ("Progressing", _) => Mark::Busy,
        // It stays True after an abort out of a pause.
        ("Paused", "True") if *phase == Phase::Paused => Mark::Wait,
        ("Healthy", "False") if !subject.is_updating() && *phase == Phase::Degraded => Mark::Bad,
        ("InvalidSpec" | "ReplicaFailure" | "Completed" | "Paused" | "Healthy", _) => Mark::Absent,
        _ => Mark::Unknown,
    }
}
