//! The conditions of a Rollout (Argo Rollouts, `rollout/sync.go` and `utils/conditions`): what a pass says about pause,
//! resume and retry before it acts, and about health, progress and completion when it writes the status.

use super::json::{number, text};
use super::pass::Pass;
use super::status::{Condition, Status, condition};
use serde_json::Value;

impl Pass<'_> {
    /// Brings `Progressing` and `Paused` in line with pause, resume and retry. The pass goes on with the status it
    /// began with, also after a write.
    pub fn check_paused_conditions(&mut self) {
        let progressing = self.before.condition("Progressing").map(|condition| condition.reason.clone());
        let progressing = progressing.unwrap_or_default();
        let paused = !self.before.pause_conditions.is_empty() || self.spec().paused();
        let said_paused = progressing == "RolloutPaused";
        let said_aborted = progressing == "RolloutAborted";
        let mut changes: Vec<Condition> = Vec::new();
        let unknown =
            |reason: &str, message: &str| condition(self.now, "Progressing", "Unknown", reason, message.to_owned());
        if paused != said_paused && !said_aborted {
            changes.push(if paused {
                unknown("RolloutPaused", "Rollout is paused")
            } else {
                unknown("RolloutResumed", "Rollout is resumed")
            });
        }
        if !self.before.abort && said_aborted {
            changes.push(unknown("RolloutRetry", "Retrying Rollout after abort"));
        }
        let said = self.before.condition("Paused").is_some_and(|condition| condition.status == "True");
        if paused != said && !said_aborted {
            let status = if paused { "True" } else { "False" };
            changes.push(condition(self.now, "Paused", status, "RolloutPaused", "Rollout is paused".to_owned()));
        }
        if changes.is_empty() {
            return;
        }
        let mut after = self.before.clone();
        for change in changes {
            after.set_condition(change);
        }
        after.finish(self.spec());
        self.write_status(&after);
    }

    /// The conditions of a status that is about to be written.
    pub fn judge(&mut self, status: &mut Status) {
        let now = self.now;
        let paused = !self.before.pause_conditions.is_empty() || self.spec().paused();
        let healthy = self.healthy(status);
        let mut became_unhealthy = false;
        if !paused && healthy {
            let text = "Rollout is healthy".to_owned();
            status.set_condition(condition(now, "Healthy", "True", "RolloutHealthy", text));
        } else if status.condition("Healthy").is_some() {
            let text = "Rollout is not healthy".to_owned();
            became_unhealthy = status.set_condition(condition(now, "Healthy", "False", "RolloutHealthy", text));
        }
        let revision = self.revision();
        if self.aborted() {
            let mut text = format!("Rollout aborted update to revision {revision}");
            if let Some(cause) = &self.abort_cause {
                text = format!("{text}: {cause}");
            }
            if status.set_condition(condition(now, "Progressing", "False", "RolloutAborted", text.clone())) {
                self.tell("Warning", "RolloutAborted", &text);
            }
        } else {
            self.judge_progress(status, healthy, became_unhealthy, paused);
        }
        let available = match self.spec().blue_green() {
            Some(_) => self.active_is_saturated(status),
            None => status.available_replicas >= self.spec().replicas(),
        };
        let (answer, text) = if available {
            ("True", "Rollout has minimum availability")
        } else {
            ("False", "Rollout does not have minimum availability")
        };
        status.set_condition(condition(now, "Available", answer, "AvailableReason", text.to_owned()));
        let complete = !status.stable_rs.is_empty() && status.stable_rs == status.current_pod_hash;
        let answer = if complete { "True" } else { "False" };
        let text = "RolloutCompleted".to_owned();
        if status.set_condition(condition(now, "Completed", answer, "RolloutCompleted", text)) && !complete {
            let hash = status.current_pod_hash.clone();
            let text = format!("Rollout not completed, started update to revision {revision} ({hash})");
            self.tell("Normal", "RolloutNotCompleted", &text);
        }
    }

    fn judge_progress(&mut self, status: &mut Status, healthy: bool, became_unhealthy: bool, paused: bool) {
        let name = self.new_name().unwrap_or_else(|| self.name.clone());
        let present = self.before.condition("Progressing").cloned();
        if healthy && paused {
            // `RolloutPaused` stands as long as the pause does: each pass brings it back, so that another reason would
            // be written over in turns without end.
        } else if healthy {
            let text = format!("ReplicaSet \"{name}\" has successfully progressed.");
            status.set_condition(condition(self.now, "Progressing", "True", "NewReplicaSetAvailable", text));
        } else if self.progressed(status) || became_unhealthy {
            let promoted = status.stable_rs == status.current_pod_hash;
            let mut change = if promoted && became_unhealthy {
                let text = "Rollout does not have minimum availability".to_owned();
                condition(self.now, "Progressing", "True", "ReplicaSetNotAvailable", text)
            } else {
                let text = format!("ReplicaSet \"{name}\" is progressing.");
                condition(self.now, "Progressing", "True", "ReplicaSetUpdated", text)
            };
            // Progress moves the clock of the deadline, also when status and reason stay.
            if let Some(present) = present {
                if present.status == "True" {
                    change.last_transition_time = present.last_transition_time;
                }
                status.remove_condition("Progressing");
            }
            status.set_condition(change);
            let deadline = self.spec().progress_deadline().saturating_add(jiff::SignedDuration::from_secs(1));
            self.wake_at(self.now.saturating_add(deadline).unwrap_or(self.now));
        } else if self.timed_out() {
            let text = format!("ReplicaSet \"{name}\" has timed out progressing.");
            let change = condition(self.now, "Progressing", "False", "ProgressDeadlineExceeded", text.clone());
            let promoted = status.stable_rs == status.current_pod_hash;
            let gives_up = super::json::flag(&self.rollout, "/spec/progressDeadlineAbort") && !promoted;
            if status.set_condition(change) && gives_up {
                self.tell("Warning", "RolloutAborted", &text);
                self.abort_now = true;
                self.abort_cause = Some(text);
            }
        }
    }

    /// Fully updated, available and promoted, with nothing left over, for the generation that was observed before.
    fn healthy(&self, status: &Status) -> bool {
        let spec = self.spec();
        let replicas = spec.replicas();
        let generation = number(&self.rollout, "/metadata/generation").unwrap_or(0).to_string();
        let done = if spec.blue_green().is_some() {
            // A version may be healthy before it is stable, and while an old one waits for its scale-down.
            let at = |name: &str| text(&status.blue_green, name) == status.current_pod_hash;
            at("/activeSelector") && (spec.blue_green_services().0.is_empty() || at("/previewSelector"))
        } else {
            (spec.step_count() == 0 || status.current_step_index == Some(spec.step_count()))
                && status.replicas == replicas
                && !status.stable_rs.is_empty()
                && status.stable_rs == status.current_pod_hash
        };
        done && status.updated_replicas == replicas
            && status.available_replicas == replicas
            && self.before.observed_generation == generation
    }

    fn progressed(&self, after: &Status) -> bool {
        let before = &self.before;
        let canary = self.spec().canary().is_some();
        after.updated_replicas != before.updated_replicas
            || after.replicas - after.updated_replicas < before.replicas - before.updated_replicas
            || after.ready_replicas > before.ready_replicas
            || after.available_replicas > before.available_replicas
            || after.current_step_index != before.current_step_index
            || after.current_step_hash != before.current_step_hash
            || (canary && after.stable_rs != before.stable_rs)
            || ["/activeSelector", "/previewSelector"]
                .iter()
                .any(|name| text(&after.blue_green, name) != text(&before.blue_green, name))
    }

    /// Whether the deadline is over; asks for a pass when it will be.
    fn timed_out(&mut self) -> bool {
        let spec = self.spec();
        let waits = |step: &Value| ["pause", "analysis", "experiment"].iter().any(|kind| step.get(kind).is_some());
        if spec.paused() || !self.before.pause_conditions.is_empty() {
            return false;
        }
        if spec.current_step(&self.before).0.is_some_and(waits) || self.waits_for_scale_down() {
            return false;
        }
        let Some(progressing) = self.before.condition("Progressing") else { return false };
        match progressing.reason.as_str() {
            "NewReplicaSetAvailable" | "RolloutAborted" => return false,
            "ProgressDeadlineExceeded" => return true,
            _ => {}
        }
        let Some(since) = super::json::time(&progressing.last_update_time) else { return false };
        let end = since.saturating_add(spec.progress_deadline()).unwrap_or(since);
        if end < self.now {
            return true;
        }
        self.wake_at(end.saturating_add(jiff::SignedDuration::from_millis(1)).unwrap_or(end));
        false
    }
}
