//! What a rollout waits for: the controller, pods, an analysis, a plugin, a router, a timer, a person, or a repair.

use super::phase;
use super::picture::{Pause, Phase, Waits};
use super::rollout::{Rollout, StepKind, StrategyKind};
use super::runs::metric::ended;
use jiff::Timestamp;

/// Decides in one value what has to happen for the rollout to move.
#[must_use]
pub fn of(rollout: &Rollout, phase: &Phase, message: &str, pauses: &[Pause]) -> Waits {
    if rollout.unreadable.is_some() {
        return Waits::Unknown;
    }
    if phase::lag(rollout).is_some() || abort_pending(rollout) || retry_pending(rollout, message) {
        return Waits::Controller;
    }
    match phase {
        Phase::Healthy => Waits::Nothing,
        Phase::Degraded => Waits::Repair,
        Phase::Paused => paused(rollout, pauses),
        // Two writes of the controller that cross can leave the pause without its phase, for a moment.
        Phase::Progressing if !pauses.is_empty() && rollout.status.controller_pause => paused(rollout, pauses),
        Phase::Progressing => progressing(rollout, message),
        Phase::Other(_) => Waits::Unknown,
    }
}

/// An abort that the controller has not acted on yet: it sets `abortedAt` when it does. One that does not know that
/// field says so in the message.
#[must_use]
pub fn abort_pending(rollout: &Rollout) -> bool {
    let acted = rollout.status.message.as_deref().is_some_and(|message| message.starts_with("RolloutAborted"));
    rollout.status.abort && rollout.status.aborted_at.is_none() && !acted
}

/// A retry that the controller has not acted on yet: the abort is taken back, its time still stands there.
#[must_use]
pub fn retry_pending(rollout: &Rollout, message: &str) -> bool {
    !rollout.status.abort && rollout.status.aborted_at.is_some() && message.starts_with("RolloutAborted")
}

/// A pause by hand, and any pause without a timer, waits for a person. Several timers: the last one counts, since all
/// must be over.
fn paused(rollout: &Rollout, pauses: &[Pause]) -> Waits {
    let earliest = |pauses: &mut dyn Iterator<Item = &Pause>| pauses.filter_map(|pause| pause.started_at).min();
    if rollout.spec.paused {
        let condition = rollout.condition("Paused").filter(|condition| &*condition.status == "True");
        return Waits::Person { since: condition.and_then(|condition| condition.last_transition_time) };
    }
    let mut untimed = pauses.iter().filter(|pause| pause.ends_at.is_none()).peekable();
    if untimed.peek().is_some() {
        return Waits::Person { since: earliest(&mut untimed) };
    }
    let until: Option<Timestamp> = pauses.iter().filter_map(|pause| pause.ends_at).max();
    match until {
        Some(until) => Waits::Timer { since: earliest(&mut pauses.iter()), until },
        // The phase says paused, no condition says why: a controller of another version.
        None => Waits::Person { since: None },
    }
}

fn progressing(rollout: &Rollout, message: &str) -> Waits {
    if message == "waiting for analysis to complete" {
        return Waits::Analysis;
    }
    if message == "rollout is restarting" || rollout.status.promote_full {
        return Waits::Pods;
    }
    if rollout.spec.strategy_kind() == StrategyKind::BlueGreen {
        // With a small preview the message speaks of replicas while the analysis runs: the run is what tells.
        let run = rollout.status.blue_green.pre_promotion_analysis_run_status.as_ref();
        let runs = run.is_some_and(|run| !ended(&run.status)) && !after_switch(rollout);
        return if runs { Waits::Analysis } else { Waits::Pods };
    }
    if rollout.status.canary.weights.as_ref().is_some_and(|weights| weights.verified == Some(false))
        && rollout.traffic_routing().is_some()
        && matches!(rollout.current_step().map(|(_, step)| &step.kind), Some(StepKind::SetWeight(_)))
        && rollout.status.available_replicas >= rollout.status.replicas
    {
        return Waits::Traffic;
    }
    match rollout.current_step().map(|(_, step)| &step.kind) {
        Some(StepKind::Analysis(_) | StepKind::Experiment) => Waits::Analysis,
        None | Some(StepKind::SetWeight(_) | StepKind::SetCanaryScale) => Waits::Pods,
        Some(StepKind::Unknown(_) | StepKind::Invalid) => Waits::Unknown,
        Some(StepKind::Plugin(_)) => Waits::Plugin,
        // A pause that is about to begin, a route: done by the controller at once.
        Some(_) => Waits::Controller,
    }
}

/// Blue-green: the active Service already selects the new version.
#[must_use]
pub fn after_switch(rollout: &Rollout) -> bool {
    let active = &rollout.status.blue_green.active_selector;
    !active.is_empty() && *active == rollout.status.current_pod_hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::{Value, json};

    fn waits(spec: &Value, status: &Value) -> Waits {
        let value = json!({"metadata": {"generation": 1}, "spec": spec, "status": status});
        let rollout = Rollout::decode(&value);
        assert_eq!(rollout.unreadable, None);
        picture(&rollout, Children::default(), "2026-01-01T00:00:10Z".parse().unwrap()).waits
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn every_phase_has_its_wait() {
        let steps = json!({"strategy": {"canary": {"steps": [
            {"setWeight": 10}, {"pause": {}}, {"pause": {"duration": 30}}, {"analysis": {}}, {"plugin": {"name": "x"}}, {"brandNew": 1}]}}});
        let pause = |reason: &str| json!([{"reason": reason, "startTime": "2026-01-01T00:00:00Z"}]);
        let start = Some(at("2026-01-01T00:00:00Z"));
        let rows = [
            (json!({"phase": "Healthy"}), Waits::Nothing),
            (json!({"phase": "Healthy", "observedGeneration": "0"}), Waits::Controller),
            (json!({"phase": "Paused", "controllerPause": true}), Waits::Controller),
            (json!({"phase": "Paused", "abort": true}), Waits::Controller),
            (json!({"phase": "Degraded", "abort": true, "abortedAt": "2026-01-01T00:00:00Z"}), Waits::Repair),
            (
                json!({"phase": "Degraded", "message": "RolloutAborted: x", "abortedAt": "2026-01-01T00:00:00Z"}),
                Waits::Controller,
            ),
            (json!({"phase": "Degraded", "abort": true, "message": "RolloutAborted: x"}), Waits::Repair),
            (json!({"phase": "Degraded", "message": "ProgressDeadlineExceeded: x"}), Waits::Repair),
            (
                json!({"phase": "Paused", "currentStepIndex": 1, "pauseConditions": pause("CanaryPauseStep")}),
                Waits::Person { since: start },
            ),
            (
                json!({"phase": "Paused", "currentStepIndex": 2, "pauseConditions": pause("CanaryPauseStep")}),
                Waits::Timer { since: start, until: at("2026-01-01T00:00:30Z") },
            ),
            (
                json!({"phase": "Paused", "currentStepIndex": 2, "pauseConditions": pause("InconclusiveAnalysisRun")}),
                Waits::Person { since: start },
            ),
            (
                json!({"phase": "Progressing", "controllerPause": true, "currentStepIndex": 1, "pauseConditions": pause("CanaryPauseStep")}),
                Waits::Person { since: start },
            ),
            (json!({"phase": "Progressing", "currentStepIndex": 0}), Waits::Pods),
            (json!({"phase": "Progressing", "currentStepIndex": 1}), Waits::Controller),
            (json!({"phase": "Progressing", "currentStepIndex": 3}), Waits::Analysis),
            (json!({"phase": "Progressing", "currentStepIndex": 3, "promoteFull": true}), Waits::Pods),
            (json!({"phase": "Progressing", "currentStepIndex": 4}), Waits::Plugin),
            (json!({"phase": "Progressing", "currentStepIndex": 5}), Waits::Unknown),
            (json!({"phase": "Progressing", "currentStepIndex": 6}), Waits::Pods),
            (json!({"phase": "Hibernating"}), Waits::Unknown),
        ];
        for (status, expected) in rows {
            assert_eq!(waits(&steps, &status), expected, "{status}");
        }
    }

    #[test]
    fn a_pause_by_hand_waits_for_a_person_even_when_a_timer_runs_beside_it() {
        let spec = json!({"paused": true, "strategy": {"canary": {"steps": [{"pause": {"duration": 30}}]}}});
        let status = json!({"phase": "Paused", "message": "manually paused", "currentStepIndex": 0,
            "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-01T00:00:00Z"}],
            "conditions": [{"type": "Paused", "status": "True", "lastTransitionTime": "2026-01-01T00:00:05Z"}]});
        assert_eq!(waits(&spec, &status), Waits::Person { since: Some(at("2026-01-01T00:00:05Z")) });
    }

    #[test]
    fn blue_green_waits_for_pods_its_analysis_its_timer_or_a_person() {
        let spec = |enabled: bool| json!({"strategy": {"blueGreen": {"autoPromotionEnabled": enabled, "autoPromotionSeconds": 20}}});
        let pause = json!({"phase": "Paused", "pauseConditions": [{"reason": "BlueGreenPause", "startTime": "2026-01-01T00:00:00Z"}]});
        let since = Some(at("2026-01-01T00:00:00Z"));
        assert_eq!(waits(&spec(true), &pause), Waits::Timer { since, until: at("2026-01-01T00:00:20Z") });
        assert_eq!(waits(&spec(false), &pause), Waits::Person { since });
        let small = json!({"phase": "Progressing", "message": "more replicas need to be updated",
            "blueGreen": {"prePromotionAnalysisRunStatus": {"name": "x", "status": ""}}});
        assert_eq!(waits(&spec(true), &small), Waits::Analysis);
        let cut_over = |run: Value| {
            json!({"phase": "Progressing", "message": "active service cutover pending",
                   "blueGreen": {"prePromotionAnalysisRunStatus": run}})
        };
        assert_eq!(waits(&spec(true), &cut_over(json!({"name": "x", "status": "Running"}))), Waits::Analysis);
        assert_eq!(waits(&spec(true), &cut_over(json!(null))), Waits::Pods);
    }

    #[test]
    fn a_weight_that_the_router_has_not_confirmed_is_waited_for_once_the_pods_are_there() {
        let spec = json!({"strategy": {"canary": {"trafficRouting": {"alb": {}}, "steps": [{"setWeight": 10}, {"pause": {}}]}}});
        let at = |available: i32, verified: bool| {
            waits(
                &spec,
                &json!({"phase": "Progressing", "currentStepIndex": 0, "replicas": 2, "availableReplicas": available,
                "canary": {"weights": {"verified": verified}}}),
            )
        };
        assert_eq!((at(2, false), at(1, false), at(2, true)), (Waits::Traffic, Waits::Pods, Waits::Pods));
    }
}
