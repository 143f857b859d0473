//! What happened: the events of a rollout and its children as a short story, newest last. Events are history for
//! people, never state: they expire after an hour and some are missing (`argo::event`).

use super::{Subject, time, words};
use crate::app::model::{EventLine, Mark};
use crate::argo::event::KubeEvent;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The newest that are kept; more can be seen on the screen of all events.
const MOST: usize = 200;

/// The lines, newest last; what is the same except for its time is one line.
#[must_use]
pub fn lines(subject: &Subject<'_>, events: &[Arc<KubeEvent>]) -> Vec<EventLine> {
    let mut merged: Vec<(&KubeEvent, Option<Timestamp>, i64)> = Vec::new();
    let mut known: BTreeMap<[&str; 4], usize> = BTreeMap::new();
    for event in events {
        let key = [&*event.about.kind, &*event.about.name, &*event.reason, &*event.message];
        if let Some((_, last, count)) = known.get(&key).and_then(|at| merged.get_mut(*at)) {
            *last = (*last).max(at(event));
            *count = count.saturating_add(times(event));
        } else {
            known.insert(key, merged.len());
            merged.push((event, at(event), times(event)));
        }
    }
    // Those of one second stay in the order in which they came.
    merged.sort_by_key(|(_, at, _)| *at);
    let from = merged.len().saturating_sub(MOST);
    merged[from..].iter().map(|(event, at, count)| line(subject, event, *at, *count)).collect()
}

/// When it happened last.
fn at(event: &KubeEvent) -> Option<Timestamp> {
    let series = event.series.as_ref().and_then(|series| series.last_observed_time);
    series.or(event.last_timestamp).or(event.event_time).or(event.first_timestamp).or(event.meta.created)
}

fn times(event: &KubeEvent) -> i64 {
    event.series.as_ref().map(|series| series.count).or(event.count).unwrap_or(1).max(1)
}

fn line(subject: &Subject<'_>, event: &KubeEvent, at: Option<Timestamp>, count: i64) -> EventLine {
    let about = &event.about;
    let words = if event.message.is_empty() { &event.reason } else { &event.message };
    EventLine {
        mark: mark(event),
        time: at.map_or_else(|| time::UNKNOWN.to_owned(), |at| time::clock(at, subject.context.cluster_now)),
        about: match &*about.kind {
            "Rollout" => "rollout".to_owned(),
            "ReplicaSet" | "Pod" | "AnalysisRun" | "Experiment" | "Job" => {
                format!("{} {}", about.kind.to_lowercase(), subject.short(&about.name))
            }
            kind => format!("{kind} {}", about.name),
        },
        words: words.split_whitespace().collect::<Vec<_>>().join(" "),
        times: if count > 1 { format!("×{}", words::number(count)) } else { String::new() },
    }
}

fn mark(event: &KubeEvent) -> Mark {
    match &*event.reason {
        "RolloutAborted" => Mark::Aborted,
        _ if &*event.kind == "Warning" => Mark::Attention,
        "RolloutPaused" => Mark::Wait,
        "RolloutCompleted" | "RolloutStepCompleted" | "AnalysisRunSuccessful" | "ExperimentSuccessful" => Mark::Ok,
        _ => Mark::Absent,
    }
}

/// When each step of this update was done, by index, as far as events tell (Argo Rollouts,
/// `rollout/sync.go`: `Rollout step 1/8 completed (…)`). Those of earlier updates do not count.
#[must_use]
pub fn step_ends(subject: &Subject<'_>, events: &[Arc<KubeEvent>]) -> BTreeMap<usize, Timestamp> {
    let Some(begin) = begin(subject) else { return BTreeMap::new() };
    let uid = &subject.rollout.meta.uid;
    let mut ends = BTreeMap::new();
    for event in events.iter().filter(|event| &*event.reason == "RolloutStepCompleted" && event.about.uid == *uid) {
        let number = event.message.strip_prefix("Rollout step ").and_then(|rest| rest.split_once('/'));
        let number = number.and_then(|(number, _)| number.parse::<usize>().ok());
        if let (Some(index), Some(at)) = (number.and_then(|number| number.checked_sub(1)), at(event))
            && at >= begin
        {
            let end = ends.entry(index).or_insert(at);
            *end = (*end).max(at);
        }
    }
    ends
}

/// When this update began: its ReplicaSet was made then. One that was made for an earlier update says nothing.
#[must_use]
pub fn begin(subject: &Subject<'_>) -> Option<Timestamp> {
    let hash = &subject.rollout.status.current_pod_hash;
    let set = subject.newest()?.replica_sets.iter().find(|set| !hash.is_empty() && set.pod_hash == *hash)?;
    set.created
}
