//! Phase and message of a rollout (Argo Rollouts, `utils/rollout/rolloututil.go`).
//!
//! A client does not simply show `status.phase`: as long as the controller has not seen the newest spec or the end of
//! a pause, the stored phase speaks of the past.

use super::lenient::IntOrString;
use super::picture::Phase;
use super::rollout::{Rollout, StrategyKind};

/// Annotation with the generation of the referenced workload.
const WORKLOAD_GENERATION_ANNOTATION: &str = "rollout.argoproj.io/workload-generation";

/// Message while the newest spec has not been observed.
pub const WAITING_FOR_SPEC: &str = "waiting for rollout spec update to be observed";
/// Message while a cleared pause has not been acted on.
pub const WAITING_TO_UNPAUSE: &str = "waiting for rollout to unpause";
/// Message while the newest spec of the referenced workload has not been observed.
pub const WAITING_FOR_WORKLOAD: &str = "waiting for rollout spec update to be observed for the reference workload";

/// What of the object the controller has not reacted to yet, as far as a client can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lag {
    /// The spec is newer than `status.observedGeneration`.
    Spec,
    /// A pause was cleared.
    Unpause,
    /// The referenced workload is newer than `status.workloadObservedGeneration`.
    Workload,
}

/// Whether the controller still has to react, by the rules that precede the stored phase.
#[must_use]
pub fn lag(rollout: &Rollout) -> Option<Lag> {
    let status = &rollout.status;
    if number(status.observed_generation.as_ref()).is_some_and(|observed| observed < rollout.meta.generation) {
        return Some(Lag::Spec);
    }
    if status.controller_pause && status.pause_conditions.is_empty() {
        return Some(Lag::Unpause);
    }
    // The plugin tests a flag here that is never in the JSON; the reference to a workload is what it stands for.
    if rollout.spec.workload_ref.is_some() {
        let wanted: Option<i64> =
            rollout.meta.annotations.get(WORKLOAD_GENERATION_ANNOTATION).and_then(|text| text.parse().ok());
        let observed = number(status.workload_observed_generation.as_ref());
        if let (Some(wanted), Some(observed)) = (wanted, observed)
            && wanted != observed
        {
            return Some(Lag::Workload);
        }
    }
    None
}

/// Phase and message as a client shows them; the first rule that fits wins (`GetRolloutPhase`).
#[must_use]
pub fn of(rollout: &Rollout) -> (Phase, String) {
    if let Some(reason) = &rollout.unreadable {
        return (Phase::Other("".into()), format!("this object cannot be read: {reason}"));
    }
    match lag(rollout) {
        Some(Lag::Spec) => return (Phase::Progressing, WAITING_FOR_SPEC.into()),
        Some(Lag::Unpause) => return (Phase::Progressing, WAITING_TO_UNPAUSE.into()),
        Some(Lag::Workload) => return (Phase::Progressing, WAITING_FOR_WORKLOAD.into()),
        None => {}
    }
    match rollout.status.phase.as_deref() {
        Some(stored) if !stored.is_empty() => {
            (Phase::from(stored), rollout.status.message.as_deref().unwrap_or_default().to_owned())
        }
        _ => computed(rollout),
    }
}

/// The phase as the controller computes it from spec and status (`CalculateRolloutPhase`), for objects of controllers
/// before 1.0, which did not store it.
fn computed(rollout: &Rollout) -> (Phase, String) {
    let (spec, status) = (&rollout.spec, &rollout.status);
    for condition in &status.conditions {
        if &*condition.kind == "InvalidSpec" {
            return (Phase::Degraded, format!("InvalidSpec: {}", condition.message));
        }
        if matches!(&*condition.reason, "RolloutAborted" | "ProgressDeadlineExceeded") {
            return (Phase::Degraded, format!("{}: {}", condition.reason, condition.message));
        }
    }
    if spec.paused {
        return (Phase::Paused, "manually paused".into());
    }
    if let Some(pause) = status.pause_conditions.first() {
        return (Phase::Paused, pause.reason.to_string());
    }
    if spec.restart_at.is_some() && spec.restart_at != status.restarted_at {
        return (Phase::Progressing, "rollout is restarting".into());
    }
    if status.updated_replicas < spec.desired() {
        return (Phase::Progressing, "more replicas need to be updated".into());
    }
    if status.available_replicas < status.updated_replicas {
        return (Phase::Progressing, "updated replicas are still becoming available".into());
    }
    if let Some(blue_green) = &spec.strategy.blue_green {
        let active = &status.blue_green.active_selector;
        if active.is_empty() || *active != status.current_pod_hash {
            return (Phase::Progressing, "active service cutover pending".into());
        }
        if !rollout.fully_promoted() {
            let run = status.blue_green.post_promotion_analysis_run_status.as_ref();
            let completed = run.is_some_and(|run| !matches!(&*run.status, "" | "Pending" | "Running"));
            let analysed = blue_green.post_promotion_analysis.is_some() && !completed;
            let what = if analysed { "analysis" } else { "post-promotion verification" };
            return (Phase::Progressing, format!("waiting for {what} to complete"));
        }
    }
    if spec.strategy.canary.is_some() {
        if rollout.traffic_routing().is_none() && status.replicas > status.updated_replicas {
            return (Phase::Progressing, "old replicas are pending termination".into());
        }
        if !rollout.fully_promoted() {
            return (Phase::Progressing, "waiting for all steps to complete".into());
        }
    }
    // The plugin says Healthy here. With no pods wanted, a status in which the controller has written nothing passes every
    // rule above, and so does a spec that it would refuse: nothing speaks for its health.
    if status.current_pod_hash.is_empty() || spec.strategy_kind() == StrategyKind::Unknown {
        return (Phase::Progressing, WAITING_FOR_SPEC.into());
    }
    (Phase::Healthy, String::new())
}

/// A number that is written as a number or as text; what does not parse counts as not there.
fn number(value: Option<&IntOrString>) -> Option<i64> {
    match value? {
        IntOrString::Int(number) => Some(*number),
        IntOrString::Text(text) => text.parse().ok(),
    }
}

/// Which kind of trouble `Degraded` means: the three need different answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Degradation {
    /// Aborted by a person or the controller: retry, undo or a new version.
    Aborted,
    /// The progress deadline has passed; the controller keeps trying.
    DeadlineExceeded,
    /// The spec is not accepted by the controller.
    InvalidSpec,
    /// Something else.
    Other,
}

/// Tells the origins of `Degraded` apart.
#[must_use]
pub fn degradation(rollout: &Rollout, message: &str) -> Degradation {
    if rollout.spec.strategy_kind() == StrategyKind::Unknown
        || message.starts_with("InvalidSpec")
        || rollout.condition_is_true("InvalidSpec")
    {
        Degradation::InvalidSpec
    } else if rollout.status.abort || message.starts_with("RolloutAborted") {
        Degradation::Aborted
    } else if message.starts_with("ProgressDeadlineExceeded") {
        Degradation::DeadlineExceeded
    } else {
        Degradation::Other
    }
}

/// Whether a retry would abort again at once: after a failed pre-promotion analysis the controller makes no new run (seen
/// with controller 1.9.1).
#[must_use]
pub fn retry_is_futile(message: &str) -> bool {
    message.contains("pre-promotion analysis phase error/failed")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn phase(value: &Value) -> (String, String) {
        let rollout = Rollout::decode(value);
        assert_eq!(rollout.unreadable, None);
        let (phase, message) = of(&rollout);
        (phase.to_string(), message)
    }

    fn canary(status: &Value) -> Value {
        json!({"metadata": {"name": "web", "generation": 7}, "spec": {"replicas": 3, "strategy": {"canary": {}}},
               "status": status})
    }

    #[test]
    fn the_rules_before_the_stored_phase_come_in_the_order_of_the_client() {
        let rows = [
            (json!({"observedGeneration": "6", "phase": "Healthy", "controllerPause": true}), WAITING_FOR_SPEC),
            (json!({"observedGeneration": 6, "phase": "Healthy"}), WAITING_FOR_SPEC),
            (json!({"observedGeneration": "7", "phase": "Paused", "controllerPause": true}), WAITING_TO_UNPAUSE),
            (
                json!({"observedGeneration": "7", "phase": "Paused", "controllerPause": true, "pauseConditions": []}),
                WAITING_TO_UNPAUSE,
            ),
        ];
        for (status, message) in rows {
            assert_eq!(phase(&canary(&status)), ("Progressing".into(), message.into()), "{status}");
        }
    }

    #[test]
    fn a_generation_that_is_no_number_or_ahead_counts_as_observed() {
        for observed in [json!("8"), json!("5f4dcc3b"), json!(""), json!(null)] {
            let status = json!({"observedGeneration": observed, "phase": "Healthy"});
            assert_eq!(phase(&canary(&status)), ("Healthy".into(), String::new()), "{status}");
        }
    }

    #[test]
    fn the_generation_of_a_referenced_workload_counts_where_there_is_a_reference() {
        let mut rollout = json!({
            "metadata": {"generation": 1, "annotations": {"rollout.argoproj.io/workload-generation": "4"}},
            "spec": {"strategy": {"canary": {}}, "workloadRef": {"kind": "Deployment", "name": "web"}},
            "status": {"observedGeneration": "1", "workloadObservedGeneration": "3", "phase": "Healthy"}});
        assert_eq!(phase(&rollout), ("Progressing".into(), WAITING_FOR_WORKLOAD.into()));
        rollout["status"]["workloadObservedGeneration"] = json!("4");
        assert_eq!(phase(&rollout).0, "Healthy");
        rollout["status"]["workloadObservedGeneration"] = json!("3");
        rollout["spec"]["workloadRef"] = json!(null);
        assert_eq!(phase(&rollout).0, "Healthy");
    }

    #[test]
    fn a_stored_phase_is_shown_as_it_is_even_when_unknown() {
        let status = json!({"phase": "Hibernating", "message": "zzz"});
        assert_eq!(phase(&canary(&status)), ("Hibernating".into(), "zzz".into()));
    }

    #[test]
    fn without_a_stored_phase_it_is_computed_as_the_controller_does() {
        let rows = [
            (
                json!({"conditions": [{"type": "Progressing", "reason": "ProgressDeadlineExceeded", "message": "late"}]}),
                ("Degraded", "ProgressDeadlineExceeded: late"),
            ),
            (
                json!({"conditions": [{"type": "InvalidSpec", "status": "False", "message": "bad"}]}),
                ("Degraded", "InvalidSpec: bad"),
            ),
            (
                json!({"pauseConditions": [{"reason": "InconclusiveExperiment"}, {"reason": "CanaryPauseStep"}]}),
                ("Paused", "InconclusiveExperiment"),
            ),
            (json!({"updatedReplicas": 2}), ("Progressing", "more replicas need to be updated")),
            (
                json!({"updatedReplicas": 3, "availableReplicas": 2}),
                ("Progressing", "updated replicas are still becoming available"),
            ),
            (
                json!({"updatedReplicas": 3, "availableReplicas": 3, "replicas": 4}),
                ("Progressing", "old replicas are pending termination"),
            ),
            (
                json!({"updatedReplicas": 3, "availableReplicas": 3, "replicas": 3, "currentPodHash": "b", "stableRS": "a"}),
                ("Progressing", "waiting for all steps to complete"),
            ),
            (
                json!({"updatedReplicas": 3, "availableReplicas": 3, "replicas": 3, "currentPodHash": "b", "stableRS": "b"}),
                ("Healthy", ""),
            ),
        ];
        for (status, (word, message)) in rows {
            assert_eq!(phase(&canary(&status)), (word.into(), message.into()), "{status}");
        }
    }

    #[test]
    fn what_nobody_has_looked_at_is_not_healthy() {
        let waiting = ("Progressing".to_owned(), WAITING_FOR_SPEC.to_owned());
        for strategy in [json!({"canary": {}}), json!({}), json!({"canary": {}, "blueGreen": {}})] {
            let value = json!({"metadata": {}, "spec": {"replicas": 0, "strategy": strategy}});
            assert!(phase(&value).0 == "Progressing", "{value}");
        }
        assert_eq!(phase(&json!({"metadata": {}, "spec": {"replicas": 0, "strategy": {"canary": {}}}})), waiting);
        let idle = json!({"metadata": {}, "spec": {"replicas": 0, "strategy": {"canary": {}}},
            "status": {"currentPodHash": "a", "stableRS": "a"}});
        assert_eq!(phase(&idle).0, "Healthy");
    }

    #[test]
    fn a_manual_pause_comes_before_a_pause_step_and_a_restart_after_it() {
        let mut rollout = canary(&json!({"pauseConditions": [{"reason": "CanaryPauseStep"}]}));
        rollout["spec"]["paused"] = json!(true);
        rollout["spec"]["restartAt"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(phase(&rollout), ("Paused".into(), "manually paused".into()));
        rollout["spec"]["paused"] = json!(false);
        assert_eq!(phase(&rollout), ("Paused".into(), "CanaryPauseStep".into()));
        rollout["status"]["pauseConditions"] = json!(null);
        assert_eq!(phase(&rollout), ("Progressing".into(), "rollout is restarting".into()));
    }

    #[test]
    fn blue_green_waits_for_the_cut_over_and_then_for_its_analysis() {
        let of_spec = |blue_green: Value, status: Value| {
            phase(
                &json!({"metadata": {}, "spec": {"replicas": 1, "strategy": {"blueGreen": blue_green}}, "status": status}),
            )
        };
        let at = |status: Value| of_spec(json!({"activeService": "web"}), status);
        let counts = |extra: Value| {
            let mut status =
                json!({"updatedReplicas": 1, "availableReplicas": 1, "currentPodHash": "b", "stableRS": "a"});
            status.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            status
        };
        assert_eq!(at(counts(json!({}))).1, "active service cutover pending");
        assert_eq!(at(counts(json!({"blueGreen": {"activeSelector": "a"}}))).1, "active service cutover pending");
        assert_eq!(
            at(counts(json!({"blueGreen": {"activeSelector": "b"}}))).1,
            "waiting for post-promotion verification to complete"
        );
        let run = |status: &str| {
            let run = json!({"name": "x", "status": status});
            counts(json!({"blueGreen": {"activeSelector": "b", "postPromotionAnalysisRunStatus": run}}))
        };
        let analysed = || json!({"postPromotionAnalysis": {"templates": []}});
        assert_eq!(of_spec(analysed(), run("Running")).1, "waiting for analysis to complete");
        assert_eq!(of_spec(analysed(), run("Successful")).1, "waiting for post-promotion verification to complete");
    }
}
