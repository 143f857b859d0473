//! What a promote of the present pause moves: version, step, weight, pods, and what comes after.

use super::is_blue_green;
use crate::app::present::standing::{self, Standing};
use crate::app::present::{Subject, version, weight, words};
use crate::argo::age;
use crate::argo::forecast::{Ahead, step_words, weight_words};

/// The label of the button.
pub(super) fn verb(subject: &Subject<'_>, ahead: &Ahead) -> String {
    match (standing::of(subject), ahead.weight) {
        (Standing::ByHand, _) if subject.picture.pauses.is_empty() => "Resume".to_owned(),
        _ if is_blue_green(subject) => format!("Switch to {}", version::wanted(subject)),
        (_, Some((from, to))) if from != to => format!("Promote to {}", weight_words(to, subject.rollout.max_weight())),
        _ => "Promote".to_owned(),
    }
}

/// What moves, and what comes after.
pub(super) fn rows(subject: &Subject<'_>, ahead: &Ahead) -> Vec<(String, String)> {
    let rollout = subject.rollout;
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut row = |name: &str, value: String| {
        if !value.is_empty() {
            rows.push((name.to_owned(), value));
        }
    };
    let revision = rollout.meta.revision();
    let revision = if revision > 0 { format!("   revision {revision}") } else { String::new() };
    row("version", format!("{}{revision}", words::or_unknown(&version::change(subject))));
    row("step", steps(subject));
    if let Some((from, to)) = ahead.weight {
        row("traffic", traffic(subject, ahead, from, to));
    }
    if let Some(((canary, stable), (next_canary, next_stable))) = ahead.pods {
        row("pods", format!("canary {canary} → {next_canary}, stable {stable} → {next_stable}"));
    }
    row("then", then(subject, ahead));
    if let Some(seconds) = ahead.early_by.filter(|seconds| *seconds > 0) {
        // Noted for the time of the next change: it shrinks with the countdown.
        let _ = standing::ends_at(subject).map(|until| subject.countdown(until));
        row("early by", format!("{} of a timed pause that would end by itself", age::plain(seconds)));
    }
    rows
}

/// Weights before and after. The set weight is the wish; what the pods give can be far from it with few of them, so
/// both are told.
fn traffic(subject: &Subject<'_>, ahead: &Ahead, from: i64, to: i64) -> String {
    let max = subject.rollout.max_weight();
    let set = if from == to {
        format!("set {}, unchanged by this step", weight_words(from, max))
    } else {
        format!("set {} → {}", weight_words(from, max), weight_words(to, max))
    };
    let actual = weight::known(subject).and_then(|weights| weights.actual);
    let Some(actual) = actual.map(|actual| weight_words(actual, max)) else {
        return format!("{set}, actual not known");
    };
    // With a router the weight that is set is the weight that comes.
    match ahead.pods.filter(|_| subject.rollout.traffic_routing().is_none()).map(|(_, then)| then) {
        Some((canary, stable)) if canary >= 0 && stable >= 0 && i64::from(canary) + i64::from(stable) > 0 => {
            let share = i64::from(canary) * max / (i64::from(canary) + i64::from(stable));
            format!("{set}, actual {actual} → {}", weight_words(share, max))
        }
        _ => format!("{set}, actual now {actual}"),
    }
}

/// What follows the step that the row above names.
fn then(subject: &Subject<'_>, ahead: &Ahead) -> String {
    let next = subject.running_step().and_then(|at| subject.steps().get(at + 1));
    let named = next.map(|step| step_words(step, subject.rollout.max_weight()));
    let skip = usize::from(named.is_some() && ahead.then.first() == named.as_ref());
    ahead.then.get(skip..).unwrap_or_default().join(" · ")
}

/// The step that ends and the one that begins, numbered as in the ladder.
fn steps(subject: &Subject<'_>) -> String {
    let max = subject.rollout.max_weight();
    let Some(at) = subject.running_step() else { return String::new() };
    let named = |at: usize| subject.steps().get(at).map(|step| format!("{} {}", at + 1, step_words(step, max)));
    let now = named(at).unwrap_or_default();
    match (standing::of(subject), named(at + 1)) {
        // Only what was paused by hand is resumed; the running step goes on.
        (Standing::ByHand, _) if subject.picture.pauses.is_empty() => format!("{now}, goes on"),
        (_, Some(next)) => format!("{now} → {next}"),
        (_, None) => format!("{now} → all steps done"),
    }
}
