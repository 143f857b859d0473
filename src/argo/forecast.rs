//! Forecast: what happens next, when, and what a promote would change; derived from spec and status alone.

use super::picture::Picture;
use super::rollout::{Rollout, Step};
use jiff::Timestamp;

/// The pods that a basic canary aims at for a weight: (canary, stable).
///
/// The arithmetic of Argo Rollouts, `utils/replicaset/canary.go`: replica counts are rounded so that the share of
/// the canary comes nearest to the weight; surge rounds up, unavailable rounds down.
#[must_use]
pub fn desired_pods(rollout: &Rollout, weight: i64) -> (i32, i32) {
    let _ = (rollout, weight);
    todo!()
}

/// What a promote of the present pause would lead to.
#[derive(Clone, Debug, PartialEq)]
pub struct Ahead {
    /// The set weight before and after the next weight step (parts of the greatest weight).
    pub weight: Option<(i64, i64)>,
    /// Canary and stable pods now and then, where the rules of a basic canary tell.
    pub pods: Option<((i32, i32), (i32, i32))>,
    /// The steps that follow the promoted one, in words, up to and including the next stop.
    pub then: Vec<String>,
    /// What is cut of a timed pause, in seconds.
    pub early_by: Option<i64>,
}

/// Looks ahead of the current step.
#[must_use]
pub fn ahead(rollout: &Rollout, picture: &Picture, now: Timestamp) -> Ahead {
    let _ = (rollout, picture, now);
    todo!()
}

/// A step in few words: `weight 40 %`, `pause 5m`, `pause, until promoted`, `analysis success-rate`.
#[must_use]
pub fn step_words(step: &Step, max_weight: i64) -> String {
    let _ = (step, max_weight);
    todo!()
}

/// One sentence: what happens by itself, when, and what a person could do. `promote_key` is the key's text (`p`).
/// Countdowns are relative to `now`.
#[must_use]
pub fn next_sentence(rollout: &Rollout, picture: &Picture, now: Timestamp, promote_key: &str) -> String {
    let _ = (rollout, picture, now, promote_key);
    todo!()
}
