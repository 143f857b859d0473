//! Events of a rollout as its points tell them: steps, promotions, aborts, new revisions.

use crate::app::history::weights::{Point, Seen};
use crate::app::model::Mark;
use crate::argo::picture::Phase;
use jiff::{SignedDuration, Timestamp};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When it was seen.
    pub at: Timestamp,
    /// Mark.
    pub mark: Mark,
    /// What.
    pub words: String,
}

/// What happened between the points, oldest first.
#[must_use]
pub fn of(points: &[Point]) -> Vec<Event> {
    let between = points.windows(2).filter_map(|pair| {
        let (mark, words) = between(&pair[0].seen, &pair[1].seen, pair[1].at)?;
        Some(Event { at: pair[1].at, mark, words })
    });
    between.collect()
}

fn between(before: &Seen, after: &Seen, at: Timestamp) -> Option<(Mark, String)> {
    if before.pod_hash != after.pod_hash && !before.pod_hash.is_empty() {
        return Some((Mark::Busy, "a new revision begins".to_owned()));
    }
    if after.aborted && !before.aborted {
        return Some((Mark::Aborted, "aborted".to_owned()));
    }
    if before.aborted && !after.aborted {
        return Some((Mark::Busy, "tried again".to_owned()));
    }
    if let (Some(old), Some(new)) = (before.step, after.step)
        && old != new
    {
        return Some(step(before, after, old, new, at));
    }
    if after.phase == Phase::Healthy && before.phase != Phase::Healthy {
        return Some((Mark::Ok, "healthy".to_owned()));
    }
    None
}

/// Another step runs. A timer that had not run out, or a pause without one, was ended by somebody.
fn step(before: &Seen, after: &Seen, old: i32, new: i32, at: Timestamp) -> (Mark, String) {
    let all_done = usize::try_from(new).is_ok_and(|new| new >= after.steps);
    let to = if all_done {
        "all steps are done".to_owned()
    } else {
        format!("step {} of {}", i64::from(new) + 1, after.steps)
    };
    if new < old {
        return (Mark::Busy, format!("back to {to}"));
    }
    let early = before.until.is_some_and(|until| until.duration_since(at) > SignedDuration::from_secs(1));
    if all_done && new.saturating_sub(old) > 1 && !after.aborted {
        return (Mark::Ok, "promoted in full".to_owned());
    }
    if before.for_person || early {
        return (Mark::Ok, format!("promoted: {to}"));
    }
    (if all_done { Mark::Ok } else { Mark::Busy }, to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(step: i32) -> Seen {
        Seen {
            weights: None,
            phase: Phase::Progressing,
            step: Some(step),
            steps: 4,
            aborted: false,
            updating: true,
            for_person: false,
            until: None,
            pod_hash: "new".into(),
        }
    }

    #[test]
    fn each_change_that_a_person_wants_to_find_again_has_its_words() {
        let now: Timestamp = "2026-03-01T14:00:00Z".parse().unwrap();
        let later = now + SignedDuration::from_secs(30);
        let table = [
            (seen(0), seen(1), Some("step 2 of 4")),
            (Seen { for_person: true, ..seen(1) }, seen(2), Some("promoted: step 3 of 4")),
            (Seen { until: Some(later), ..seen(1) }, seen(2), Some("promoted: step 3 of 4")),
            (Seen { until: Some(now), ..seen(1) }, seen(2), Some("step 3 of 4")),
            (seen(1), seen(4), Some("promoted in full")),
            (seen(3), seen(4), Some("all steps are done")),
            (seen(2), Seen { aborted: true, ..seen(0) }, Some("aborted")),
            (Seen { aborted: true, ..seen(0) }, seen(0), Some("tried again")),
            (seen(3), Seen { pod_hash: "newer".into(), ..seen(0) }, Some("a new revision begins")),
            (seen(3), seen(0), Some("back to step 1 of 4")),
            (seen(4), Seen { phase: Phase::Healthy, ..seen(4) }, Some("healthy")),
            (seen(1), Seen { phase: Phase::Paused, ..seen(1) }, None),
        ];
        for (before, after, words) in table {
            assert_eq!(between(&before, &after, now).map(|(_, words)| words).as_deref(), words);
        }
    }
}
