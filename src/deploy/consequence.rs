//! Consequence: what a deploy will cause, told before it is confirmed, in the words of Argo Rollouts.

use super::content;
use super::plan::Identity;
use crate::argo::age;
use crate::argo::forecast::{desired_pods, weight_words};
use crate::argo::pauses::pause_seconds;
use crate::argo::rollout::{Rollout, StepKind, StrategyKind};
use serde_json::Value;
use std::fmt::Write as _;

/// What becomes of one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// `Rollout/web`.
    pub object: String,
    /// In kind, for who decides by it.
    pub effect: Effect,
    /// In words, the most important first: `new revision 7`, `canary, 6 steps`, `first stop: waits for you at 10 %`.
    pub words: Vec<String>,
    /// What should not be overlooked.
    pub warnings: Vec<String>,
}

/// What becomes of a workload, in kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is not there yet: all pods at once, no steps, no analysis.
    First,
    /// A new revision is rolled out by its strategy.
    Revision,
    /// A rollout that is under way begins again.
    StartsOver,
    /// More or fewer pods of the same version.
    Scaled,
    /// It is changed, and no pod with it.
    Quiet,
    /// Nothing changes.
    Nothing,
    /// It cannot be told.
    Unknown,
}

impl Effect {
    /// As scripts read it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::First => "first-deployment",
            Self::Revision => "new-revision",
            Self::StartsOver => "starts-over",
            Self::Scaled => "scaled",
            Self::Quiet => "no-rollout",
            Self::Nothing => "nothing",
            Self::Unknown => "unknown",
        }
    }

    /// Whether pods are replaced.
    #[must_use]
    pub const fn rolls_out(self) -> bool {
        matches!(self, Self::First | Self::Revision | Self::StartsOver)
    }
}

/// What becomes of a workload; `None` for an object that is none. `live`: as it is, with its status; `intended`: as the
/// server would store it.
#[must_use]
pub fn of(identity: &Identity, live: Option<&Value>, intended: &Value) -> Option<Consequence> {
    if identity.is_rollout() {
        return Some(of_rollout(identity, live, intended));
    }
    let is_workload =
        identity.group() == "apps" && matches!(identity.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet");
    if !is_workload {
        return None;
    }
    let (effect, words) = match live {
        None => (Effect::First, "first deployment: its pods are made".to_owned()),
        Some(live) if template(live) != template(intended) => {
            (Effect::Revision, "its pods are replaced by a rolling update: no canary".to_owned())
        }
        Some(live) => match replicas(live, intended) {
            Some(words) => (Effect::Scaled, words),
            None => quiet(live, intended),
        },
    };
    Some(Consequence { object: identity.to_string(), effect, words: vec![words], warnings: Vec::new() })
}

/// What cannot be told, because the server did not say what it would store.
#[must_use]
pub fn not_known(identity: &Identity) -> Option<Consequence> {
    identity.is_rollout().then(|| Consequence {
        object: identity.to_string(),
        effect: Effect::Unknown,
        words: vec!["what it causes is not known: the server did not take it".to_owned()],
        warnings: Vec::new(),
    })
}

fn template(object: &Value) -> Option<&Value> {
    object.pointer("/spec/template")
}

/// What a template comes from: itself, or another workload.
fn version(object: &Value) -> (Option<&Value>, Option<&Value>) {
    (template(object), object.pointer("/spec/workloadRef"))
}

fn replicas(live: &Value, intended: &Value) -> Option<String> {
    let of = |object: &Value| object.pointer("/spec/replicas").and_then(Value::as_i64).unwrap_or(1);
    let (before, after) = (of(live), of(intended));
    (before != after).then(|| format!("replicas {before} → {after}: no rollout"))
}

fn quiet(live: &Value, intended: &Value) -> (Effect, String) {
    if content::of(live) == content::of(intended) {
        (Effect::Nothing, "nothing changes".to_owned())
    } else {
        (Effect::Quiet, "changed, but no pod with it: nothing rolls out".to_owned())
    }
}

fn of_rollout(identity: &Identity, live: Option<&Value>, intended: &Value) -> Consequence {
    let mut told =
        Consequence { object: identity.to_string(), effect: Effect::Nothing, words: Vec::new(), warnings: Vec::new() };
    let new = Rollout::decode(intended);
    let Some(live) = live else {
        told.effect = Effect::First;
        told.words = first(&new);
        return told;
    };
    let old = Rollout::decode(live);
    if old.unreadable.is_some() || new.unreadable.is_some() {
        told.effect = Effect::Unknown;
        told.words.push("what it causes cannot be told: the rollout cannot be read".to_owned());
        return told;
    }
    let under_way = !old.status.current_pod_hash.is_empty() && !old.fully_promoted();
    if version(live) != version(intended) {
        let revision = old.meta.revision();
        let number = if revision > 0 { format!(" {}", revision + 1) } else { String::new() };
        told.words.push(format!("new revision{number}"));
        if old.status.stable_rs.is_empty() {
            told.effect = Effect::First;
            told.words.extend(first(&new));
            return told;
        }
        told.effect = if under_way { Effect::StartsOver } else { Effect::Revision };
        told.words.extend(ladder(&new));
        if under_way && !old.status.abort {
            let dropped = if revision > 0 { format!(" (revision {revision})") } else { String::new() };
            told.warnings.push(format!(
                "a rollout is under way{dropped}: what it has rolled out is dropped, steps begin again from 0; a template \
                 that equals the stable one goes back to it without steps"
            ));
        }
        if new.spec.paused {
            told.warnings.push("it is paused by hand (spec.paused): nothing starts until that is ended".to_owned());
        }
        return told;
    }
    let steps = |object: &Value| object.pointer("/spec/strategy/canary/steps").cloned();
    if under_way && !old.status.abort && steps(live) != steps(intended) {
        told.effect = Effect::StartsOver;
        told.words.push("the steps change while a rollout is under way: it begins again from step 0".to_owned());
        told.words.extend(ladder(&new));
        return told;
    }
    let (effect, words) = match replicas(live, intended) {
        Some(words) => (Effect::Scaled, words),
        None => quiet(live, intended),
    };
    told.effect = effect;
    told.words.push(words);
    if under_way && !old.status.abort {
        told.words.push("what is being rolled out goes on".to_owned());
    }
    if old.status.abort {
        told.warnings.push("it is aborted, and the same version again starts nothing: retry it instead".to_owned());
    }
    told
}

/// A rollout without a stable version goes straight to its end (Argo Rollouts, `rollout/canary.go`, `rollout/bluegreen.go`).
fn first(new: &Rollout) -> Vec<String> {
    let pods = new.spec.desired();
    let what = match new.spec.strategy_kind() {
        StrategyKind::Canary if new.spec.steps().is_empty() => "no canary",
        StrategyKind::BlueGreen => "no preview",
        StrategyKind::Canary | StrategyKind::Unknown => "no canary steps, no analysis",
    };
    let pods = if pods == 1 { "1 pod".to_owned() } else { format!("all {pods} pods") };
    vec![format!("first deployment: {what}, {pods} at once")]
}

/// The way of a new revision by its strategy.
fn ladder(new: &Rollout) -> Vec<String> {
    match new.spec.strategy_kind() {
        StrategyKind::BlueGreen => blue_green(new),
        StrategyKind::Canary => canary(new),
        StrategyKind::Unknown => {
            vec!["its strategy is neither canary nor blue-green: how it rolls out is not known".into()]
        }
    }
}

fn blue_green(new: &Rollout) -> Vec<String> {
    let mut words = vec!["blue-green: the preview comes up beside what is active".to_owned()];
    let Some(strategy) = &new.spec.strategy.blue_green else { return words };
    words.push(match (strategy.auto_promotion_enabled, strategy.auto_promotion_seconds) {
        (Some(false), _) => "first stop: waits for you before the switch".to_owned(),
        (_, Some(seconds)) if seconds > 0 => format!("switches by itself after {}", age::plain(i64::from(seconds))),
        _ => "switches by itself as soon as the preview is ready".to_owned(),
    });
    words
}

fn canary(new: &Rollout) -> Vec<String> {
    let (steps, max) = (new.spec.steps(), new.max_weight());
    if steps.is_empty() {
        return vec!["canary without steps: a rolling update".to_owned()];
    }
    let count = if steps.len() == 1 { "1 step".to_owned() } else { format!("{} steps", steps.len()) };
    let mut words = vec![format!("canary, {count}")];
    let mut weight = None;
    let mut stop = None;
    let (mut waits, mut seconds, mut known) = (0, 0, true);
    for step in steps {
        match &step.kind {
            StepKind::SetWeight(set) => weight = Some(*set),
            StepKind::Pause(None) => {
                waits += 1;
                stop = stop.or(Some((weight, None)));
            }
            StepKind::Pause(Some(duration)) => {
                let lasts = pause_seconds(duration);
                seconds += lasts.unwrap_or(0);
                known &= lasts.is_some();
                stop = stop.or(Some((weight, Some(lasts))));
            }
            _ => known = false,
        }
    }
    match stop {
        None => words.push("no stop: it goes on by itself to the end".to_owned()),
        Some((weight, lasts)) => {
            let how = match lasts {
                None => "waits for you".to_owned(),
                Some(Some(seconds)) => format!("pause of {}", age::plain(seconds)),
                Some(None) => "a pause whose length cannot be read".to_owned(),
            };
            let weight = weight.unwrap_or(0);
            let mut at = format!(" at {}", weight_words(weight, max));
            if new.traffic_routing().is_none() && max == 100 {
                let (canary, stable) = desired_pods(new, weight);
                let _ = write!(at, " ({canary} of {} pods)", canary + stable);
            }
            words.push(format!("first stop: {how}{at}"));
        }
    }
    let timed = (seconds > 0).then(|| age::plain(seconds));
    let people = (waits > 0).then(|| if waits == 1 { "you".to_owned() } else { format!("you {waits} times") });
    let parts: Vec<String> = people.into_iter().chain(timed).collect();
    if !parts.is_empty() {
        let more = if known { "pods' start times" } else { "pods' start times and steps without a length" };
        words.push(format!("takes at least: {}, plus {more}", parts.join(" + ")));
    }
    words
}

#[cfg(test)]
mod tests;
