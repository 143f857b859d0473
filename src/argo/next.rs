//! The `next` line: one sentence that says what happens by itself, when, and which key changes it.

use super::age;
use super::forecast::{self, Ahead, at_rest};
use super::phase::{self, Degradation, Lag};
use super::picture::{Phase, Picture, Waits};
use super::promote::{self, Refusal};
use super::rollout::{Rollout, StrategyKind};
use super::waits::{abort_pending, retry_pending};
use jiff::Timestamp;

/// One sentence: what happens by itself, when, and what a person could do. `promote_key` is the key's text (`p`).
/// Countdowns are relative to `now`.
#[must_use]
pub fn next_sentence(rollout: &Rollout, picture: &Picture, now: Timestamp, promote_key: &str) -> String {
    if rollout.unreadable.is_some() {
        return "not known: this object cannot be read".into();
    }
    if rollout.meta.deleting.is_some() {
        return "it is being deleted".into();
    }
    if let Some(sentence) = owed_reaction(rollout, picture) {
        return sentence;
    }
    match &picture.phase {
        Phase::Healthy => healthy(rollout, picture, now),
        Phase::Paused => paused(rollout, picture, now, promote_key),
        Phase::Progressing => progressing(rollout, picture, now),
        Phase::Degraded => degraded(rollout, picture),
        Phase::Other(word) if word.is_empty() => "not known: the controller has not written a phase".into(),
        Phase::Other(word) => format!("not known: {word} is no phase that is known here"),
    }
}

/// What the controller still has to do about a change that was made.
fn owed_reaction(rollout: &Rollout, picture: &Picture) -> Option<String> {
    let what = match phase::lag(rollout) {
        Some(Lag::Spec) => "observe the new spec",
        Some(Lag::Workload) => "observe the new spec of the referenced workload",
        Some(Lag::Unpause) => "end the pause",
        None if abort_pending(rollout) => "abort",
        None if retry_pending(rollout, &picture.message) => "retry from the first step",
        None => return None,
    };
    Some(format!("the controller has to {what}; nothing to do"))
}

fn healthy(rollout: &Rollout, picture: &Picture, now: Timestamp) -> String {
    if at_rest(rollout, picture) {
        return "nothing happens by itself; all is well".into();
    }
    let surplus = picture.replicas.current - picture.replicas.desired;
    let leaves = picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    let at = leaves.filter(|set| set.replicas > 0).filter_map(|set| set.scale_down_at).max();
    let pods = if surplus == 1 { "1 old pod leaves".to_owned() } else { format!("{surplus} old pods leave") };
    match at.filter(|at| *at > now) {
        Some(at) => format!("{pods} {}; all is well", age::countdown(at, now)),
        None => format!("{pods} soon; all is well"),
    }
}

fn paused(rollout: &Rollout, picture: &Picture, now: Timestamp, key: &str) -> String {
    let ahead = forecast::ahead(rollout, picture, now);
    let way = way(rollout, &ahead);
    let plan = promote::plan(rollout);
    match (&picture.waits, plan) {
        (Waits::Timer { until, .. }, Ok(_)) => {
            let when = age::countdown(*until, now);
            let when = if when == "now" { "any moment now".to_owned() } else { when };
            format!("{when} by itself: {way}; {key}: at once")
        }
        (_, Ok(_)) if rollout.spec.paused && picture.pauses.is_empty() => {
            format!("{key}: ends the pause by hand and goes on: {way}; nothing happens by itself")
        }
        (_, Ok(_)) => format!("{key}: {way}; nothing happens by itself"),
        (_, Err(refusal)) => format!("nothing happens by itself; {}", refusal.sentence()),
    }
}

/// Where it goes: `10 % → 25 %, then pause 30s`.
fn way(rollout: &Rollout, ahead: &Ahead) -> String {
    let max = rollout.max_weight();
    let mut parts = Vec::new();
    let mut then = &ahead.then[..];
    if let Some((before, after)) = ahead.weight {
        parts.push(format!("{} → {}", forecast::weight_words(before, max), forecast::weight_words(after, max)));
        // The weight that comes first is said by the arrow.
        if then.first().is_some_and(|first| *first == format!("weight {}", forecast::weight_words(after, max))) {
            then = &then[1..];
        } else if then.len() == 1 && after == max {
            return format!("{}, then done", parts.concat());
        }
    }
    parts.extend(then.iter().cloned());
    if parts.is_empty() { "goes on".into() } else { parts.join(", then ") }
}

fn progressing(rollout: &Rollout, picture: &Picture, now: Timestamp) -> String {
    let replicas = &picture.replicas;
    if picture.message == "rollout is restarting" {
        return match rollout.spec.restart_at.filter(|at| *at > now) {
            Some(at) => format!("all pods are restarted {}", age::countdown(at, now)),
            None => "pods are being restarted, a few at a time; nothing to do".into(),
        };
    }
    if rollout.status.promote_full {
        let (updated, desired) = (replicas.updated, replicas.desired);
        return format!("full promotion: {updated} of {desired} pods are new; steps and pauses are skipped");
    }
    if picture.waits == Waits::Analysis {
        let name = running_analysis(rollout).map_or_else(String::new, |name| format!(" {name}"));
        return format!("the analysis{name} has to succeed, then it goes on by itself");
    }
    if rollout.spec.strategy_kind() == StrategyKind::BlueGreen {
        return match promote::plan(rollout) {
            Err(Refusal::NotWaiting) => "the preview pods have to become ready, then the switch is due".into(),
            _ => format!("{}; nothing to do", picture.message),
        };
    }
    let max = rollout.max_weight();
    let missing = missing_pods(picture);
    match rollout.current_step() {
        Some((index, step)) => {
            let words = forecast::step_words(step, max);
            let after = rollout.spec.steps().get(index + 1);
            let after = after.map_or_else(|| "done".into(), |step| forecast::step_words(step, max));
            format!("step {} ({words}) {missing}, then {after}; nothing to do", index + 1)
        }
        None => {
            format!("the last pods have to come and go ({}), then it is healthy; nothing to do", pods_words(picture))
        }
    }
}

fn missing_pods(picture: &Picture) -> String {
    match picture.waits {
        Waits::Pods => format!("waits for pods ({})", pods_words(picture)),
        Waits::Unknown => "is of a kind that is not known here".into(),
        _ => "is under way".into(),
    }
}

fn pods_words(picture: &Picture) -> String {
    let replicas = &picture.replicas;
    format!("{} updated, {} of {} available", replicas.updated, replicas.available, replicas.current)
}

/// The analysis run or experiment that is waited for.
fn running_analysis(rollout: &Rollout) -> Option<&str> {
    let status = &rollout.status;
    let run = status
        .canary
        .current_step_analysis_run_status
        .as_ref()
        .or(status.blue_green.post_promotion_analysis_run_status.as_ref())
        .or(status.blue_green.pre_promotion_analysis_run_status.as_ref());
    run.map(|run| &*run.name).or(status.canary.current_experiment.as_deref()).filter(|name| !name.is_empty())
}

fn degraded(rollout: &Rollout, picture: &Picture) -> String {
    match phase::degradation(rollout, &picture.message) {
        Degradation::Aborted => {
            "nothing happens by itself; retry it from the first step, undo it, or set another image".into()
        }
        Degradation::DeadlineExceeded => {
            "the controller keeps trying; it goes on by itself when the pods become available".into()
        }
        Degradation::InvalidSpec => "nothing happens until the spec, or what it names, is corrected".into(),
        Degradation::Other => "nothing is known to happen by itself".into(),
    }
}
