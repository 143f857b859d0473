//! The `next` line: one sentence that says what happens by itself, when, and which key changes it.

use super::age;
use super::forecast::{self, Ahead, END_WORDS, at_rest};
use super::phase::{self, Degradation, Lag};
use super::picture::{Phase, Picture, Waits};
use super::promote;
use super::rollout::{BlueGreen, Rollout, StepKind, StrategyKind};
use super::runs::metric::ended;
use super::runs::words;
use super::steps;
use super::waits::{abort_pending, after_switch, retry_pending};
use super::why;
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
        Phase::Progressing if matches!(picture.waits, Waits::Person { .. } | Waits::Timer { .. }) => {
            paused(rollout, picture, now, promote_key)
        }
        Phase::Progressing => progressing(rollout, picture, now),
        Phase::Degraded => degraded(rollout, picture, now),
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
    let surplus = picture.replicas.current.saturating_sub(picture.replicas.desired);
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

/// Where it goes: `10 % → 25 %, then pause 30s`. The arrow stands where the weight changes.
fn way(rollout: &Rollout, ahead: &Ahead) -> String {
    if ahead.then.is_empty() {
        return "goes on".into();
    }
    let max = rollout.max_weight();
    let mut parts = ahead.then.clone();
    if let Some((before, after)) = ahead.weight {
        let (before, after) = (forecast::weight_words(before, max), forecast::weight_words(after, max));
        let arrow = format!("{before} → {after}");
        let (step, end) = (format!("weight {after}"), format!("{after}, {END_WORDS}"));
        if let Some(part) = parts.iter_mut().find(|part| **part == step || **part == end) {
            *part = if *part == step { arrow } else { format!("{arrow}, {END_WORDS}") };
        }
    }
    parts.join(", then ")
}

fn progressing(rollout: &Rollout, picture: &Picture, now: Timestamp) -> String {
    let replicas = &picture.replicas;
    if picture.message == "rollout is restarting" {
        let older = picture.restart.as_ref().and_then(|restart| restart.older).filter(|(older, _)| *older > 0);
        return match (rollout.spec.restart_at.filter(|at| *at > now), older) {
            (Some(at), _) => format!("all pods are restarted {}", age::countdown(at, now)),
            (None, Some((older, all))) => {
                format!("pods are being restarted, {older} of {all} still have to be; nothing to do")
            }
            (None, None) => "pods are being restarted, a few at a time; nothing to do".into(),
        };
    }
    if rollout.status.promote_full {
        let (updated, desired) = (replicas.updated, replicas.desired);
        return format!("full promotion: {updated} of {desired} pods are new; steps and pauses are skipped");
    }
    if picture.waits == Waits::Analysis {
        let (what, then) = running_analysis(rollout, picture, now);
        let then = then.unwrap_or_else(|| "nothing to do".into());
        if rollout.spec.strategy_kind() == StrategyKind::BlueGreen {
            return format!("{what} has to succeed, then {}; {then}", after_blue_green_analysis(rollout));
        }
        let after = rollout.current_step().and_then(|(index, _)| rollout.spec.steps().get(index + 1));
        let after = after.map_or_else(|| "it goes on".into(), |step| forecast::step_words(step, rollout.max_weight()));
        return format!("{what} has to succeed, then {after}; {then}");
    }
    let doom = doom(rollout, picture, now);
    if rollout.spec.strategy_kind() == StrategyKind::BlueGreen {
        return if after_switch(rollout) {
            format!("{}; {doom}", picture.message)
        } else {
            format!(
                "the new pods have to become ready ({} updated), then {}",
                picture.replicas.updated,
                after_preview(rollout)
            )
        };
    }
    if picture.waits == Waits::Plugin
        && let Some((index, step)) = rollout.current_step()
    {
        let words = forecast::step_words(step, rollout.max_weight());
        let status = steps::plugin_status(rollout, index).map(|status| format!(" ({})", steps::plugin_words(status)));
        return format!(
            "{words}{} has to succeed, then {}; nothing to do",
            status.unwrap_or_default(),
            step_after(rollout, index)
        );
    }
    if picture.waits == Waits::Traffic
        && let Some((index, _)) = rollout.current_step()
    {
        return format!("the router has to confirm the weight, then {}; nothing to do", step_after(rollout, index));
    }
    let max = rollout.max_weight();
    let missing = missing_pods(picture);
    match rollout.current_step() {
        Some((index, step)) => {
            let words = forecast::step_words(step, max);
            format!("step {} ({words}) {missing}, then {}; {doom}", index + 1, step_after(rollout, index))
        }
        None => format!("the last pods have to come and go ({}), then it is healthy; {doom}", pods_words(picture)),
    }
}

/// The step that follows, in words.
fn step_after(rollout: &Rollout, index: usize) -> String {
    let after = rollout.spec.steps().get(index + 1);
    after.map_or_else(|| "done".into(), |step| forecast::step_words(step, rollout.max_weight()))
}

/// When the update is aborted by its deadline, where the spec asks for that; else that there is nothing to do.
fn doom(rollout: &Rollout, picture: &Picture, now: Timestamp) -> String {
    match picture.deadline_at.filter(|_| rollout.spec.progress_deadline_abort).map(|at| age::countdown(at, now)) {
        Some(left) if left == "now" => "without progress it is aborted any moment now".into(),
        Some(left) => format!("without progress it is aborted {left}"),
        None => "nothing to do".into(),
    }
}

/// What follows the preview's pods.
fn after_preview(rollout: &Rollout) -> String {
    let Some(spec) = &rollout.spec.strategy.blue_green else { return "the switch is due".into() };
    if spec.pre_promotion_analysis.is_some() {
        return "the analysis before the switch begins".into();
    }
    after_gate(spec)
}

/// What follows a successful analysis, before or after the switch.
fn after_blue_green_analysis(rollout: &Rollout) -> String {
    match &rollout.spec.strategy.blue_green {
        _ if after_switch(rollout) => "the old pods leave".into(),
        Some(spec) => after_gate(spec),
        None => "it goes on".into(),
    }
}

fn after_gate(spec: &BlueGreen) -> String {
    match (spec.auto_promotion_enabled, spec.auto_promotion_seconds) {
        (Some(false), _) => "it waits for a promotion".into(),
        (_, Some(seconds)) if seconds > 0 => format!("it is promoted after {}", age::plain(seconds.into())),
        _ => "the switch is due".into(),
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

/// The analysis run or experiment that is waited for, by name where the status has it; and what happens of it next, where
/// that is known. How it stands is told by [`why`].
fn running_analysis(rollout: &Rollout, picture: &Picture, now: Timestamp) -> (String, Option<String>) {
    if matches!(rollout.current_step(), Some((_, step)) if step.kind == StepKind::Experiment) {
        return match (why::current_experiment(picture), rollout.status.canary.current_experiment.as_deref()) {
            (Some(one), _) => {
                let ends = one.ends_at.filter(|at| *at > now).map(|at| format!("it ends {}", age::countdown(at, now)));
                (format!("the experiment {}", one.name), ends)
            }
            (None, Some(name)) if !name.is_empty() => (format!("the experiment {name}"), None),
            (None, _) => ("the experiment".into(), None),
        };
    }
    match why::blocking_run(rollout) {
        Some(name) => {
            let metric = why::run_named(picture, name).filter(|run| !ended(&run.status)).and_then(words::decisive);
            let at = metric.and_then(|metric| metric.next_at).filter(|at| *at > now);
            let next = at.map(|at| format!("next measurement {}", age::countdown(at, now)));
            (format!("the analysis {name}"), next)
        }
        None => ("the analysis".into(), None),
    }
}

fn degraded(rollout: &Rollout, picture: &Picture, now: Timestamp) -> String {
    match phase::degradation(rollout, &picture.message) {
        Degradation::Aborted => {
            let retry = match rollout.spec.strategy_kind() {
                // A retry would fail again at once on the same run.
                StrategyKind::BlueGreen if phase::retry_is_futile(&picture.message) => "",
                StrategyKind::BlueGreen => "retry it, ",
                _ => "retry it from the first step, ",
            };
            let alone = why::leaving(rollout, picture, now).unwrap_or_else(|| "nothing happens by itself".into());
            format!("{alone}; {retry}undo it, or set another image")
        }
        Degradation::DeadlineExceeded => {
            "the controller keeps trying; it goes on by itself when the pods become available".into()
        }
        Degradation::InvalidSpec => match &picture.invalid {
            Some(field) => format!("nothing happens until {} is corrected: {}", field.path, field.why),
            None => "nothing happens until the spec, or what it names, is corrected".into(),
        },
        Degradation::Other => "nothing is known to happen by itself".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::{Value, json};

    fn next(spec: &Value, status: &Value) -> String {
        let rollout = Rollout::decode(&json!({"metadata": {"generation": 2}, "spec": spec, "status": status}));
        assert_eq!(rollout.unreadable, None);
        let now = "2026-01-01T00:00:10Z".parse().unwrap();
        next_sentence(&rollout, &picture(&rollout, Children::default(), now), now, "p")
    }

    fn canary(status: &Value) -> String {
        let steps = json!([{"setWeight": 10}, {"pause": {}}, {"setWeight": 25}, {"pause": {"duration": "30s"}},
            {"analysis": {"templates": [{"templateName": "rate"}]}}, {"fly": {}}]);
        next(&json!({"replicas": 3, "strategy": {"canary": {"steps": steps}}}), status)
    }

    #[test]
    fn each_phase_of_a_canary_says_what_comes_and_which_key_changes_it() {
        let pause = |index: i32| {
            json!({"phase": "Paused", "currentStepIndex": index, "controllerPause": true, "currentPodHash": "b", "stableRS": "a",
                "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}]})
        };
        let moving = |index: i32| {
            json!({"phase": "Progressing", "message": "more replicas need to be updated", "currentStepIndex": index, "replicas": 4,
                "updatedReplicas": 1, "availableReplicas": 3, "currentPodHash": "b", "stableRS": "a",
                "canary": {"currentStepAnalysisRunStatus": {"name": "web-b-2-4"}}})
        };
        let rows = [
            (pause(1), "p: 10 % → 25 %, then pause 30s; nothing happens by itself"),
            (
                pause(3),
                "in 20s by itself: analysis rate, then unknown step: fly, then 25 % → 100 %, then done; p: at once",
            ),
            (
                moving(0),
                "step 1 (weight 10 %) waits for pods (1 updated, 3 of 4 available), then pause, until promoted; nothing to do",
            ),
            (moving(1), "step 2 (pause, until promoted) is under way, then weight 25 %; nothing to do"),
            (moving(4), "the analysis web-b-2-4 has to succeed, then unknown step: fly; nothing to do"),
            (moving(5), "step 6 (unknown step: fly) is of a kind that is not known here, then done; nothing to do"),
            (
                moving(6),
                "the last pods have to come and go (1 updated, 3 of 4 available), then it is healthy; nothing to do",
            ),
            (
                json!({"phase": "Healthy", "replicas": 3, "currentStepIndex": 6}),
                "nothing happens by itself; all is well",
            ),
            (json!({"phase": "Healthy", "replicas": 5, "currentStepIndex": 6}), "2 old pods leave soon; all is well"),
            (
                json!({"phase": "Healthy", "observedGeneration": "1"}),
                "the controller has to observe the new spec; nothing to do",
            ),
            (json!({"phase": "Paused", "controllerPause": true}), "the controller has to end the pause; nothing to do"),
            (json!({"phase": "Paused", "abort": true}), "the controller has to abort; nothing to do"),
            (
                json!({"phase": "Degraded", "message": "RolloutAborted: x", "abort": true, "abortedAt": "2026-01-01T00:00:00Z"}),
                "nothing happens by itself; retry it from the first step, undo it, or set another image",
            ),
            (
                json!({"phase": "Degraded", "message": "ProgressDeadlineExceeded: x"}),
                "the controller keeps trying; it goes on by itself when the pods become available",
            ),
            (
                json!({"phase": "Degraded", "message": "InvalidSpec: x"}),
                "nothing happens until the spec, or what it names, is corrected",
            ),
            (
                json!({}),
                "step 1 (weight 10 %) waits for pods (0 updated, 0 of 0 available), then pause, until promoted; nothing to do",
            ),
            (json!({"phase": "Hibernating"}), "not known: Hibernating is no phase that is known here"),
        ];
        for (status, sentence) in rows {
            assert_eq!(canary(&status), sentence, "{status}");
        }
    }

    #[test]
    fn blue_green_says_when_it_switches() {
        let spec = |enabled: bool| json!({"strategy": {"blueGreen": {"activeService": "web", "autoPromotionEnabled": enabled, "autoPromotionSeconds": 30}}});
        let pause = json!({"phase": "Paused", "controllerPause": true, "currentPodHash": "b", "stableRS": "a",
            "pauseConditions": [{"reason": "BlueGreenPause", "startTime": "2026-01-01T00:00:00Z"}]});
        assert_eq!(
            next(&spec(false), &pause),
            "p: web switches to the preview, then the old pods leave; nothing happens by itself"
        );
        assert_eq!(
            next(&spec(true), &pause),
            "in 20s by itself: web switches to the preview, then the old pods leave; p: at once"
        );
        let failed = json!({"phase": "Degraded", "abort": true, "abortedAt": "2026-01-01T00:00:00Z", "message":
            "RolloutAborted: x: Blue/green pre-promotion analysis phase error/failed: y"});
        assert_eq!(next(&spec(true), &failed), "nothing happens by itself; undo it, or set another image");
        let starting = json!({"phase": "Progressing", "message": "active service cutover pending", "currentPodHash": "b", "stableRS": "a"});
        assert_eq!(
            next(&spec(true), &starting),
            "the new pods have to become ready (0 updated), then it is promoted after 30s"
        );
        let run = json!({"phase": "Progressing", "message": "more replicas need to be updated", "currentPodHash": "b", "stableRS": "a",
            "blueGreen": {"prePromotionAnalysisRunStatus": {"name": "web-b-2-pre", "status": "Running"}}});
        assert_eq!(
            next(&spec(false), &run),
            "the analysis web-b-2-pre has to succeed, then it waits for a promotion; nothing to do"
        );
    }

    #[test]
    fn a_deadline_that_aborts_is_told() {
        let steps = json!([{"setWeight": 10}, {"pause": {}}]);
        let at = |abort: bool, seconds: i64| {
            let spec = json!({"replicas": 3, "progressDeadlineSeconds": seconds, "progressDeadlineAbort": abort,
                "strategy": {"canary": {"steps": steps}}});
            next(
                &spec,
                &json!({"phase": "Progressing", "currentStepIndex": 0, "conditions": [{"type": "Progressing",
                "status": "True", "reason": "ReplicaSetUpdated", "lastUpdateTime": "2026-01-01T00:00:00Z"}]}),
            )
        };
        let step = "step 1 (weight 10 %) waits for pods (0 updated, 0 of 0 available), then pause, until promoted";
        assert_eq!(at(true, 100), format!("{step}; without progress it is aborted in 1m30s"));
        assert_eq!(at(true, 10), format!("{step}; without progress it is aborted any moment now"));
        assert_eq!(at(false, 100), format!("{step}; nothing to do"));
    }

    #[test]
    fn a_plugin_a_router_a_restart_and_a_refused_field_are_told() {
        let steps = json!([{"plugin": {"name": "argo/warm"}}, {"setWeight": 10}]);
        let spec = json!({"replicas": 1, "strategy": {"canary": {"steps": steps, "trafficRouting": {"alb": {}}}}});
        let plugin = json!({"phase": "Progressing", "currentStepIndex": 0, "canary": {"stepPluginStatuses": [
            {"index": 0, "name": "argo/warm", "operation": "Run", "phase": "Running", "message": "half done"}]}});
        assert_eq!(
            next(&spec, &plugin),
            "plugin argo/warm (Running: half done) has to succeed, then weight 10 %; nothing to do"
        );
        let router = json!({"phase": "Progressing", "currentStepIndex": 1, "canary": {"weights": {"verified": false}}});
        assert_eq!(next(&spec, &router), "the router has to confirm the weight, then done; nothing to do");
        let refused = json!({"phase": "Degraded", "message":
            "InvalidSpec: The Rollout \"web\" is invalid: spec.strategy.canary.steps[1].setWeight: Invalid value: 120: SetWeight needs to be between 0 and 100"});
        assert_eq!(
            next(&spec, &refused),
            "nothing happens until spec.strategy.canary.steps[1].setWeight is corrected: SetWeight needs to be between 0 and 100"
        );
    }

    #[test]
    fn a_pause_by_hand_names_the_key_too() {
        let spec = json!({"paused": true, "strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {}}]}}});
        let status = json!({"phase": "Paused", "message": "manually paused", "currentStepIndex": 0, "currentPodHash": "b", "stableRS": "a"});
        assert_eq!(
            next(&spec, &status),
            "p: ends the pause by hand and goes on: weight 10 %, then pause, until promoted; nothing happens by itself"
        );
    }
}
