//! Promote: which patch promotes a pause, or why there is nothing to promote (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/cmd/promote`), with the guard that the plugin lacks: the situation it was decided on.

use super::forecast;
use super::phase::{self, Lag};
use super::rollout::{Rollout, StrategyKind};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::cmp::Ordering;
use std::sync::Arc;

/// The situation that a decision was made on. A write is refused when the object has left it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Uid: a re-created rollout of the same name is another one.
    pub uid: Arc<str>,
    /// `metadata.resourceVersion`, sent along as the precondition.
    pub resource_version: Box<str>,
    /// Generation.
    pub generation: i64,
    /// Step index.
    pub step_index: Option<i32>,
    /// Pod hash of the desired template.
    pub pod_hash: Box<str>,
    /// Reasons and starts of the pause conditions.
    pub pauses: Vec<(Box<str>, Option<Timestamp>)>,
    /// Whether `spec.paused` was set.
    pub spec_paused: bool,
    /// Whether it was aborted.
    pub abort: bool,
    /// When the controller acted on the abort.
    pub aborted_at: Option<Timestamp>,
}

/// What to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion {
    /// What was seen.
    pub seen: Seen,
    /// Merge patch for the `status` subresource, without the resourceVersion.
    pub status_patch: Option<Value>,
    /// Merge patch for the main resource, sent after the status patch was taken.
    pub spec_patch: Option<Value>,
    /// The patch that a server without the status subresource takes instead of both.
    pub unified_patch: Value,
}

impl Promotion {
    /// Whether both send the same, whatever version each was decided on.
    #[must_use]
    pub fn sends_the_same(&self, other: &Self) -> bool {
        self.status_patch == other.status_patch
            && self.spec_patch == other.spec_patch
            && self.unified_patch == other.unified_patch
    }
}

/// Why there is nothing to promote. Each says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// All steps are done, or there are none.
    NothingToPromote,
    /// A promote is already on its way: the controller has not reacted yet.
    AlreadyPromoting,
    /// The spec change has not been observed yet.
    NotObserved,
    /// Aborted: retry or undo first.
    Aborted,
    /// Not paused: a promote would skip the running step.
    StepRunning {
        /// The step in words.
        step: String,
    },
    /// Blue-green, not waiting for promotion yet.
    NotWaiting,
    /// The object could not be read.
    Unreadable,
    /// On its way out.
    Deleting,
}

impl Refusal {
    /// The refusal in one sentence, with what to do instead.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NothingToPromote => "nothing to promote: no step is left to run".into(),
            Self::AlreadyPromoting => {
                "a promote is already on its way and the controller has not reacted yet: wait for it".into()
            }
            Self::NotObserved => {
                "the controller has not seen the newest spec yet: wait until it has, then look again".into()
            }
            Self::Aborted => "aborted: retry it, undo it or set another image first".into(),
            Self::StepRunning { step } => {
                format!("not paused: {step} is running, and a promote would skip it; wait for the next pause")
            }
            Self::NotWaiting => "not waiting for promotion yet: the preview is still starting or being analysed".into(),
            Self::Unreadable => "this object could not be read, so nothing is sent to it".into(),
            Self::Deleting => "the rollout is being deleted".into(),
        }
    }
}

/// Decides what promoting this rollout means. The four cases of the plugin, less the one that skips a running step:
///
/// | paused by | status patch | spec patch |
/// | --- | --- | --- |
/// | the controller | `pauseConditions: null` | – |
/// | an inline analysis without a verdict | also `controllerPause: false` and the next index, else the same analysis would start again | – |
/// | a person (`spec.paused`) | – (the plugin would skip the running step) | `paused: false` |
/// | both | as in the first two rows | `paused: false` |
///
/// # Errors
/// A [`Refusal`] when a promote would do nothing, or would do more than end the present pause.
pub fn plan(rollout: &Rollout) -> Result<Promotion, Refusal> {
    let status = &rollout.status;
    if rollout.unreadable.is_some() {
        return Err(Refusal::Unreadable);
    }
    if rollout.meta.deleting.is_some() {
        return Err(Refusal::Deleting);
    }
    if status.abort {
        return Err(Refusal::Aborted);
    }
    match phase::lag(rollout) {
        Some(Lag::Spec | Lag::Workload) => return Err(Refusal::NotObserved),
        Some(Lag::Unpause) => return Err(Refusal::AlreadyPromoting),
        None => {}
    }
    if status.pause_conditions.is_empty() && !rollout.spec.paused {
        return Err(not_paused(rollout));
    }
    let status_fields = if status.pause_conditions.is_empty() {
        json!({})
    } else if let Some(next) = inconclusive_next(rollout) {
        json!({"pauseConditions": null, "controllerPause": false, "currentStepIndex": next})
    } else {
        json!({"pauseConditions": null})
    };
    let has_fields = status_fields.as_object().is_some_and(|fields| !fields.is_empty());
    let mut unified_patch = json!({"spec": {"paused": false}});
    if has_fields {
        unified_patch["status"] = status_fields.clone();
    }
    Ok(Promotion {
        seen: seen(rollout),
        status_patch: has_fields.then(|| json!({"status": status_fields})),
        spec_patch: rollout.spec.paused.then(|| json!({"spec": {"paused": false}})),
        unified_patch,
    })
}

/// Why there is nothing to promote where nothing is paused.
fn not_paused(rollout: &Rollout) -> Refusal {
    match rollout.spec.strategy_kind() {
        StrategyKind::BlueGreen if !rollout.fully_promoted() => Refusal::NotWaiting,
        StrategyKind::Canary => match rollout.current_step() {
            Some((index, step)) => Refusal::StepRunning {
                step: format!("step {} ({})", index + 1, forecast::step_words(step, rollout.max_weight())),
            },
            None => Refusal::NothingToPromote,
        },
        StrategyKind::BlueGreen | StrategyKind::Unknown => Refusal::NothingToPromote,
    }
}

/// The index to go on with after an inline analysis without a verdict; `None` when that is not what it waits for.
pub(super) fn inconclusive_next(rollout: &Rollout) -> Option<i32> {
    let run = rollout.status.canary.current_step_analysis_run_status.as_ref()?;
    if &*run.status != "Inconclusive" || !rollout.status.controller_pause {
        return None;
    }
    let total = i32::try_from(rollout.spec.steps().len()).ok().filter(|total| *total > 0)?;
    let index = rollout.status.current_step_index.unwrap_or(0);
    Some(if index < total { index + 1 } else { index })
}

/// What a rollout looks like now, as far as a decision depends on it.
#[must_use]
pub fn seen(rollout: &Rollout) -> Seen {
    Seen {
        uid: rollout.meta.uid.clone(),
        resource_version: rollout.meta.resource_version.clone(),
        generation: rollout.meta.generation,
        step_index: rollout.status.current_step_index,
        pod_hash: rollout.status.current_pod_hash.clone(),
        pauses: pauses(rollout),
        spec_paused: rollout.spec.paused,
        abort: rollout.status.abort,
        aborted_at: rollout.status.aborted_at,
    }
}

fn pauses(rollout: &Rollout) -> Vec<(Box<str>, Option<Timestamp>)> {
    rollout.status.pause_conditions.iter().map(|pause| (pause.reason.clone(), pause.start_time)).collect()
}

/// Whether the rollout is still in the situation `seen`, whatever its resourceVersion says. An abort, a deletion or an
/// object that cannot be read ends every situation that a promote can be decided on.
#[must_use]
pub fn still_holds(seen: &Seen, rollout: &Rollout) -> bool {
    rollout.unreadable.is_none()
        && rollout.meta.deleting.is_none()
        && !rollout.status.abort
        && rollout.meta.uid == seen.uid
        && rollout.meta.generation == seen.generation
        && rollout.status.current_step_index == seen.step_index
        && rollout.status.current_pod_hash == seen.pod_hash
        && rollout.spec.paused == seen.spec_paused
        && pauses(rollout) == seen.pauses
}

/// How a promote came out, judged by watched objects only.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction {
    /// The controller has not touched the object since.
    Waiting,
    /// The pause is cleared, the controller has not acted on it yet.
    Unpausing,
    /// The controller moved on: index before and after. Both are the same where only a pause by hand was ended, and
    /// both are 0 for blue-green.
    Moved {
        /// Step index before.
        from: i32,
        /// Step index now.
        to: i32,
    },
    /// Something else happened: new revision, abort, deletion and so on, in words.
    Overtaken(String),
}

/// Compares what is watched now with what the promote was decided on.
#[must_use]
pub fn reaction(seen: &Seen, rollout: &Rollout) -> Reaction {
    let status = &rollout.status;
    let overtaken = |words: &str| Reaction::Overtaken(words.into());
    if rollout.meta.uid != seen.uid {
        return overtaken("the rollout was deleted and made again");
    }
    if rollout.unreadable.is_some() {
        return overtaken("the object cannot be read any more");
    }
    if rollout.meta.deleting.is_some() {
        return overtaken("the rollout is being deleted");
    }
    if status.abort {
        let why = rollout.status.message.as_deref().filter(|message| message.starts_with("RolloutAborted"));
        return Reaction::Overtaken(why.map_or_else(|| "the update was aborted".into(), ToOwned::to_owned));
    }
    if status.current_pod_hash != seen.pod_hash {
        return overtaken("another version was set, the update began again");
    }
    let (from, to) = (seen.step_index.unwrap_or(0), status.current_step_index.unwrap_or(0));
    match to.cmp(&from) {
        Ordering::Greater => return Reaction::Moved { from, to },
        Ordering::Less => return overtaken("the steps began again"),
        Ordering::Equal => {}
    }
    let now = pauses(rollout);
    let left: Vec<_> = now.iter().filter(|pause| seen.pauses.contains(pause)).collect();
    if left.len() < now.len() && seen.pauses.is_empty() && !rollout.spec.paused {
        // A pause by hand was ended, and the step it had held back is itself a pause.
        return Reaction::Moved { from, to };
    }
    if left.len() < now.len() {
        let reason = now.iter().find(|pause| !seen.pauses.contains(pause)).map_or("", |(reason, _)| reason);
        return Reaction::Overtaken(format!("it paused again: {reason}"));
    }
    let by_hand = seen.spec_paused && rollout.spec.paused;
    if left.len() == seen.pauses.len() && (by_hand || !seen.spec_paused) {
        return if rollout.spec.paused && !seen.spec_paused {
            overtaken("it was paused by hand")
        } else {
            Reaction::Waiting
        };
    }
    if by_hand || !left.is_empty() || phase::lag(rollout).is_some() {
        return Reaction::Unpausing;
    }
    if rollout.spec.paused {
        return overtaken("it was paused by hand");
    }
    Reaction::Moved { from, to }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canary(paused: bool, status: &Value) -> Rollout {
        let steps = json!([{"setWeight": 10}, {"pause": {}}, {"setWeight": 25}, {"pause": {"duration": "30s"}}]);
        let rollout = Rollout::decode(&json!({
            "metadata": {"uid": "u", "resourceVersion": "77", "generation": 2},
            "spec": {"paused": paused, "strategy": {"canary": {"steps": steps}}}, "status": status}));
        assert_eq!(rollout.unreadable, None);
        rollout
    }

    fn at_pause(index: i32) -> Value {
        json!({"observedGeneration": "2", "phase": "Paused", "controllerPause": true, "currentStepIndex": index,
            "currentPodHash": "b", "stableRS": "a",
            "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]})
    }

    fn running(index: i32) -> Value {
        json!({"observedGeneration": "2", "phase": "Progressing", "currentStepIndex": index, "currentPodHash": "b", "stableRS": "a"})
    }

    fn with(mut status: Value, extra: &Value) -> Value {
        status.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        status
    }

    #[test]
    fn what_is_paused_decides_which_patches_are_sent() {
        let clear = json!({"status": {"pauseConditions": null}});
        let unpause = json!({"spec": {"paused": false}});
        let both = json!({"spec": {"paused": false}, "status": {"pauseConditions": null}});
        let inconclusive = |index: i32| {
            with(
                at_pause(index),
                &json!({
                "pauseConditions": [{"reason": "InconclusiveAnalysisRun", "startTime": "2026-01-01T00:00:00Z"}],
                "canary": {"currentStepAnalysisRunStatus": {"name": "x", "status": "Inconclusive"}}}),
            )
        };
        let three = json!({"pauseConditions": null, "controllerPause": false, "currentStepIndex": 3});
        let rows = [
            ("untimed pause", canary(false, &at_pause(1)), Some(clear.clone()), None, both.clone()),
            ("timed pause", canary(false, &at_pause(3)), Some(clear.clone()), None, both.clone()),
            ("by hand in mid-step", canary(true, &running(2)), None, Some(unpause.clone()), unpause.clone()),
            (
                "by hand and by a step",
                canary(true, &at_pause(1)),
                Some(clear.clone()),
                Some(unpause.clone()),
                both.clone(),
            ),
            (
                "no verdict of the inline analysis",
                canary(false, &inconclusive(2)),
                Some(json!({"status": three.clone()})),
                None,
                json!({"spec": {"paused": false}, "status": three.clone()}),
            ),
            (
                "no verdict and by hand",
                canary(true, &inconclusive(2)),
                Some(json!({"status": three.clone()})),
                Some(unpause.clone()),
                json!({"spec": {"paused": false}, "status": three}),
            ),
            (
                "no verdict of the background analysis",
                canary(false, &with(at_pause(2), &json!({"pauseConditions": [{"reason": "InconclusiveAnalysisRun"}]}))),
                Some(clear),
                None,
                both,
            ),
        ];
        for (what, rollout, status, spec, unified) in rows {
            let promotion = plan(&rollout).unwrap();
            assert_eq!(promotion.status_patch, status, "{what}");
            assert_eq!(promotion.spec_patch, spec, "{what}");
            assert_eq!(promotion.unified_patch, unified, "{what}");
            assert_eq!(&*promotion.seen.resource_version, "77");
            assert!(still_holds(&promotion.seen, &rollout));
        }
    }

    #[test]
    fn what_cannot_be_promoted_is_refused_with_a_reason() {
        let unpausing =
            json!({"observedGeneration": "2", "phase": "Paused", "controllerPause": true, "currentStepIndex": 1});
        let mut deleting = canary(false, &at_pause(1));
        deleting.meta.deleting = Some("2026-01-01T00:00:00Z".parse().unwrap());
        let blue_green = |status: &Value| {
            Rollout::decode(&json!({"metadata": {}, "spec": {"strategy": {"blueGreen": {}}}, "status": status}))
        };
        let rows = [
            (canary(false, &unpausing), Refusal::AlreadyPromoting),
            (canary(true, &unpausing), Refusal::AlreadyPromoting),
            (canary(false, &with(at_pause(1), &json!({"observedGeneration": "1"}))), Refusal::NotObserved),
            (canary(false, &with(at_pause(1), &json!({"abort": true}))), Refusal::Aborted),
            (canary(false, &running(0)), Refusal::StepRunning { step: "step 1 (weight 10 %)".into() }),
            (canary(false, &running(1)), Refusal::StepRunning { step: "step 2 (pause, until promoted)".into() }),
            (canary(false, &running(4)), Refusal::NothingToPromote),
            (
                Rollout::decode(&json!({"metadata": {}, "spec": {"strategy": {"canary": {}}}})),
                Refusal::NothingToPromote,
            ),
            (blue_green(&json!({"currentPodHash": "b", "stableRS": "a"})), Refusal::NotWaiting),
            (blue_green(&json!({"currentPodHash": "b", "stableRS": "b"})), Refusal::NothingToPromote),
            (Rollout::decode(&json!({"metadata": {}, "spec": {"replicas": "x"}})), Refusal::Unreadable),
            (deleting, Refusal::Deleting),
        ];
        for (rollout, refusal) in rows {
            assert_eq!(plan(&rollout), Err(refusal.clone()), "{rollout:?}");
            assert!(refusal.sentence().len() > 10);
        }
    }

    #[test]
    fn the_situation_is_left_when_anything_the_decision_rests_on_changes() {
        let rollout = canary(false, &at_pause(1));
        let seen = seen(&rollout);
        let mut newer = rollout.clone();
        newer.meta.resource_version = "78".into();
        newer.status.ready_replicas = 9;
        assert!(still_holds(&seen, &newer));
        type Alter = fn(&mut Rollout);
        let changes: [(&str, Alter); 8] = [
            ("another object", |r| r.meta.uid = "v".into()),
            ("spec", |r| r.meta.generation = 3),
            ("step", |r| r.status.current_step_index = Some(2)),
            ("version", |r| r.status.current_pod_hash = "c".into()),
            ("pauses", |r| r.status.pause_conditions.clear()),
            ("another pause", |r| r.status.pause_conditions[0].start_time = None),
            ("by hand", |r| r.spec.paused = true),
            ("abort", |r| r.status.abort = true),
        ];
        for (what, change) in changes {
            let mut changed = rollout.clone();
            change(&mut changed);
            assert!(!still_holds(&seen, &changed), "{what}");
        }
    }

    #[test]
    fn the_reaction_is_read_from_what_is_watched() {
        let before = canary(false, &at_pause(1));
        let seen_before = seen(&before);
        let cleared = json!({"pauseConditions": null});
        let rows = [
            (at_pause(1), Reaction::Waiting),
            (with(at_pause(1), &cleared), Reaction::Unpausing),
            (running(2), Reaction::Moved { from: 1, to: 2 }),
            (at_pause(3), Reaction::Moved { from: 1, to: 3 }),
            (running(0), Reaction::Overtaken("the steps began again".into())),
            (
                with(running(2), &json!({"currentPodHash": "c"})),
                Reaction::Overtaken("another version was set, the update began again".into()),
            ),
            (
                with(running(0), &json!({"abort": true, "message": "RolloutAborted: by hand"})),
                Reaction::Overtaken("RolloutAborted: by hand".into()),
            ),
            (
                with(at_pause(1), &json!({"pauseConditions": [{"reason": "InconclusiveAnalysisRun"}]})),
                Reaction::Overtaken("it paused again: InconclusiveAnalysisRun".into()),
            ),
        ];
        for (status, expected) in rows {
            assert_eq!(reaction(&seen_before, &canary(false, &status)), expected, "{status}");
        }
        let mut other = before;
        other.meta.uid = "v".into();
        assert_eq!(
            reaction(&seen_before, &other),
            Reaction::Overtaken("the rollout was deleted and made again".into())
        );
    }

    #[test]
    fn the_end_of_a_pause_by_hand_is_followed_too() {
        let by_hand = seen(&canary(true, &running(2)));
        assert_eq!(reaction(&by_hand, &canary(true, &running(2))), Reaction::Waiting);
        let lagging = with(running(2), &json!({"observedGeneration": "1"}));
        assert_eq!(reaction(&by_hand, &canary(false, &lagging)), Reaction::Unpausing);
        assert_eq!(reaction(&by_hand, &canary(false, &running(2))), Reaction::Moved { from: 2, to: 2 });
        let at_step = seen(&canary(true, &running(3)));
        assert_eq!(reaction(&at_step, &canary(false, &at_pause(3))), Reaction::Moved { from: 3, to: 3 });
        let both = seen(&canary(true, &at_pause(1)));
        assert_eq!(reaction(&both, &canary(true, &at_pause(1))), Reaction::Waiting);
        let half = with(at_pause(1), &json!({"pauseConditions": null}));
        assert_eq!(reaction(&both, &canary(true, &half)), Reaction::Unpausing);
        assert_eq!(reaction(&both, &canary(false, &half)), Reaction::Unpausing);
        assert_eq!(reaction(&both, &canary(false, &running(2))), Reaction::Moved { from: 1, to: 2 });
    }

    #[test]
    fn a_blue_green_promote_has_moved_when_its_pause_is_over() {
        let at = |status: Value| {
            Rollout::decode(
                &json!({"metadata": {"uid": "u"}, "spec": {"strategy": {"blueGreen": {}}}, "status": status}),
            )
        };
        let pause = json!([{"reason": "BlueGreenPause", "startTime": "2026-01-01T00:00:00Z"}]);
        let seen = seen(&at(json!({"controllerPause": true, "pauseConditions": pause, "currentPodHash": "b"})));
        assert_eq!(reaction(&seen, &at(json!({"controllerPause": true, "currentPodHash": "b"}))), Reaction::Unpausing);
        assert_eq!(reaction(&seen, &at(json!({"currentPodHash": "b"}))), Reaction::Moved { from: 0, to: 0 });
    }
}
