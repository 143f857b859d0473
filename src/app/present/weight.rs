//! Weights: set against actual, in percent and in words, and why they differ.

use super::Subject;
use super::standing::{self, Standing};
use super::words;
use crate::app::model::Gauge;
use crate::argo::forecast;
use crate::argo::picture::Weights;

/// The gauge; `None` for blue-green or when weights are not known.
#[must_use]
pub fn gauge(subject: &Subject<'_>) -> Option<Gauge> {
    let Weights { set, actual, max } = known(subject)?;
    Some(Gauge { set, actual, max })
}

/// Weights that can be believed: not those of an object that could not be read. Where no step is left Argo's plugin
/// calls the actual weight the whole, though the old pods may still serve: there it is counted.
pub(super) fn known(subject: &Subject<'_>) -> Option<Weights> {
    let weights = subject.picture.weights.filter(|_| subject.rollout.unreadable.is_none())?;
    let changing = subject.is_updating() && !subject.is_aborted() && subject.running_step().is_none();
    Some(if changing { Weights { actual: counted(subject, weights), ..weights } } else { weights })
}

/// The share of the new version: what the router was told, else its part of the available pods.
fn counted(subject: &Subject<'_>, weights: Weights) -> Option<i64> {
    let status = &subject.rollout.status;
    if subject.rollout.traffic_routing().is_some() {
        return status.canary.weights.as_ref().map(|routed| routed.canary.weight);
    }
    let available = status.available_replicas;
    let new = match subject.with_role("canary") {
        Some(set) => set.available,
        None if available == status.replicas => status.updated_replicas,
        None => return None,
    };
    if available <= 0 {
        return Some(0);
    }
    // A greatest weight may be any number that somebody wrote.
    i64::try_from(i128::from(new.min(available)) * i128::from(weights.max) / i128::from(available)).ok()
}

/// Set and actual weight in percent, as the lists show them: only while two versions are about.
#[must_use]
pub fn in_lists(subject: &Subject<'_>) -> Option<(i64, Option<i64>)> {
    let weights = known(subject).filter(|_| subject.is_updating() && !subject.is_lagging())?;
    let percent = |weight: i64| percent(weight, weights.max);
    Some((percent(weights.set)?, weights.actual.and_then(percent)))
}

/// A weight in percent, cut to whole ones like Argo's own; `None` when the maximum is no maximum.
#[must_use]
pub fn percent(weight: i64, max: i64) -> Option<i64> {
    if max <= 0 {
        return None;
    }
    i64::try_from(i128::from(weight) * 100 / i128::from(max)).ok()
}

/// Why set and actual differ, in words; empty when they do not, or when the reason is not known.
#[must_use]
pub fn note(subject: &Subject<'_>) -> String {
    let Some(Weights { set, actual, max }) = known(subject) else { return String::new() };
    let Some(actual) = actual else { return "the actual weight is not known".to_owned() };
    if set == actual || !subject.is_updating() || subject.is_lagging() {
        return String::new();
    }
    let canary = subject.with_role("canary");
    // Without ReplicaSets only the pods of the wanted template are known, not how many of them are available.
    let (have, state) = match canary {
        Some(set) => (set.available, "available"),
        None => (subject.rollout.status.updated_replicas, "made"),
    };
    if standing::of(subject) == Standing::Aborted {
        return match have {
            ..=0 => String::new(),
            n => format!("{} still to leave", words::count(n.into(), "canary pod", "canary pods")),
        };
    }
    let routing = subject.rollout.spec.strategy.canary.as_ref().and_then(|canary| canary.traffic_routing.as_ref());
    if routing.is_some() {
        return routed_note(subject, canary.map(|set| (set.available, set.desired)));
    }
    let (want_canary, want_stable) = forecast::desired_pods(subject.rollout, set);
    if have < want_canary {
        return format!("{have} of {} {state}", words::count(want_canary.into(), "canary pod", "canary pods"));
    }
    let replicas = subject.picture.replicas;
    let surplus = i64::from(replicas.current) - i64::from(have) - i64::from(want_stable);
    if have == want_canary && surplus > 0 {
        return format!("{} still to leave", words::count(surplus, "old pod", "old pods"));
    }
    if have == want_canary && surplus == 0 && replicas.available == replicas.current {
        let all = i64::from(want_canary) + i64::from(want_stable);
        return format!("{want_canary} of {all} pods is the nearest to {}", forecast::weight_words(set, max));
    }
    if replicas.available < replicas.current {
        let (available, current) = (replicas.available, replicas.current);
        return format!("{available} of {} available", words::count(current.into(), "pod", "pods"));
    }
    String::new()
}

fn routed_note(subject: &Subject<'_>, canary: Option<(i32, i32)>) -> String {
    if let Some((available, desired)) = canary.filter(|(available, desired)| available < desired) {
        return format!("{available} of {} available", words::count(desired.into(), "canary pod", "canary pods"));
    }
    let verified = subject.rollout.status.canary.weights.as_ref().and_then(|weights| weights.verified);
    match verified {
        Some(false) => "the router has not confirmed the weight yet".to_owned(),
        _ => String::new(),
    }
}

/// What the router was told: `istio: canary 40 %, stable 60 %, confirmed`; empty without a router.
#[must_use]
pub fn traffic(subject: &Subject<'_>) -> String {
    let Some(traffic) = subject.picture.traffic.as_ref().filter(|_| subject.rollout.unreadable.is_none()) else {
        return String::new();
    };
    let routers = if traffic.routers.is_empty() { "router".to_owned() } else { traffic.routers.join(" and ") };
    let share = |weight: i64| forecast::weight_words(weight, traffic.max);
    let Some(split) = &traffic.set else {
        return format!("{routers}: no weights are set yet, canary is to get {}", share(traffic.desired));
    };
    let mut parts = vec![format!("canary {}", share(split.canary)), format!("stable {}", share(split.stable))];
    parts.extend(split.additional.iter().map(|(name, weight)| format!("{} {}", subject.short(name), share(*weight))));
    if split.canary != traffic.desired {
        parts.push(format!("canary is to get {}", share(traffic.desired)));
    }
    match split.verified {
        Some(true) => parts.push("confirmed".to_owned()),
        Some(false) => parts.push("not confirmed yet".to_owned()),
        None => {}
    }
    format!("{routers}: {}", parts.join(", "))
}
