//! The progress deadline: when a rollout that gets nowhere counts as failed (Argo Rollouts, `utils/conditions`,
//! `RolloutTimedOut`).

use super::picture::{Phase, Revision};
use super::rollout::{Rollout, StepKind};
use jiff::{SignedDuration, Timestamp};

/// Seconds where nothing is said (`DefaultProgressDeadlineSeconds`).
pub const DEFAULT_SECONDS: i32 = 600;

/// When the deadline passes unless something moves before; `None` while the clock stands still: paused, at a pause, an
/// analysis or an experiment, while old pods wait for their scale-down, and when all is done.
#[must_use]
pub fn at(rollout: &Rollout, phase: &Phase, revisions: &[Revision], now: Timestamp) -> Option<Timestamp> {
    if *phase != Phase::Progressing || rollout.spec.paused || rollout.status.abort {
        return None;
    }
    let stopped = matches!(
        rollout.current_step().map(|(_, step)| &step.kind),
        Some(StepKind::Pause(_) | StepKind::Analysis(_) | StepKind::Experiment)
    );
    let others = revisions.iter().flat_map(|revision| &revision.replica_sets);
    let mut others = others.filter(|set| set.pod_hash != rollout.status.current_pod_hash);
    if stopped || others.any(|set| set.desired > 0 && set.scale_down_at.is_some_and(|at| at > now)) {
        return None;
    }
    let progressing = rollout.condition("Progressing")?;
    let counts = &*progressing.status == "True" && &*progressing.reason != "NewReplicaSetAvailable"
        || &*progressing.reason == "RolloutResumed";
    if !counts {
        return None;
    }
    let seconds = rollout.spec.progress_deadline_seconds.unwrap_or(DEFAULT_SECONDS).max(0);
    progressing.last_update_time?.checked_add(SignedDuration::from_secs(seconds.into())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::{Value, json};

    fn deadline(spec: &Value, index: i32, reason: &str, status: &str) -> Option<String> {
        let mut full = json!({"strategy": {"canary": {"steps": [{"setWeight": 5}, {"pause": {}}, {"analysis": {}}]}}});
        full.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        let rollout = Rollout::decode(&json!({"metadata": {}, "spec": full, "status": {"phase": "Progressing",
            "currentStepIndex": index, "conditions": [{"type": "Progressing", "status": status, "reason": reason,
                "lastUpdateTime": "2026-01-01T00:00:00Z"}]}}));
        let now = "2026-01-01T00:00:10Z".parse().unwrap();
        picture(&rollout, Children::default(), now).deadline_at.map(|at| at.to_string())
    }

    #[test]
    fn the_deadline_counts_from_the_last_progress() {
        let at = |spec: Value| deadline(&spec, 0, "ReplicaSetUpdated", "True");
        assert_eq!(at(json!({})).as_deref(), Some("2026-01-01T00:10:00Z"));
        assert_eq!(at(json!({"progressDeadlineSeconds": 60})).as_deref(), Some("2026-01-01T00:01:00Z"));
        assert_eq!(deadline(&json!({}), 3, "RolloutResumed", "Unknown").as_deref(), Some("2026-01-01T00:10:00Z"));
    }

    #[test]
    fn the_clock_stands_still_where_nothing_is_expected_to_move() {
        assert_eq!(deadline(&json!({}), 1, "ReplicaSetUpdated", "True"), None);
        assert_eq!(deadline(&json!({}), 2, "ReplicaSetUpdated", "True"), None);
        assert_eq!(deadline(&json!({"paused": true}), 0, "ReplicaSetUpdated", "True"), None);
        assert_eq!(deadline(&json!({}), 0, "NewReplicaSetAvailable", "True"), None);
        assert_eq!(deadline(&json!({}), 0, "RolloutPaused", "Unknown"), None);
        assert_eq!(deadline(&json!({}), 0, "ProgressDeadlineExceeded", "False"), None);
    }
}
