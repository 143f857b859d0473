//! The canary pass (Argo Rollouts, `rollout/canary.go` and `rollout/pause.go`), and the writing of a status, which
//! both strategies share.

use super::json::{remove, set, text};
use super::pass::Pass;
use super::spec::{pause_duration, step_text};
use super::status::{Pause, Status};
use crate::demo::store::stamp;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// The reason of a pause step's condition.
const PAUSE_STEP: &str = "CanaryPauseStep";

impl Pass<'_> {
    /// Acts on a canary and writes its status.
    pub fn canary(&mut self) {
        if self.template_or_steps_changed() {
            self.sync_status();
            return;
        }
        if self.is_scaling_event() {
            self.scale();
            let _ = self.reconcile_runs();
            self.reconcile_pause();
            self.reconcile_services();
            self.sync_status();
            return;
        }
        if self.restart_pods() {
            return;
        }
        self.reconcile_metadata();
        self.forget_old();
        self.reconcile_services();
        if !self.spec().paused() {
            self.reconcile_traffic();
        }
        self.reconcile_experiments();
        if !self.reconcile_runs() && !self.scale() {
            self.reconcile_pause();
            self.reconcile_plugins();
        }
        self.sync_status();
    }

    fn template_or_steps_changed(&self) -> bool {
        let steps = &self.before.current_step_hash;
        if !steps.is_empty() && *steps != self.spec().steps_hash() {
            return true;
        }
        let hash = self.new.map(|at| self.sets[at].hash.as_str());
        !self.before.current_pod_hash.is_empty() && hash != Some(self.before.current_pod_hash.as_str())
    }

    /// Adds the pause of a pause step, or asks for a look at its end.
    fn reconcile_pause(&mut self) {
        if self.spec().paused() || self.before.promote_full {
            return;
        }
        let Some(step) = self.spec().current_step(&self.before).0 else { return };
        let Some(pause) = step.get("pause") else { return };
        let duration = pause_duration(pause);
        let Some(present) = self.before.pause(PAUSE_STEP) else {
            if !self.before.controller_pause {
                self.pause_now = Some(PAUSE_STEP);
                // Look again in time, also if this very pass is the last one to write.
                if let Some(duration) = duration {
                    self.wake_at(after(self.now, duration));
                }
            }
            return;
        };
        if let (Some(duration), Some(since)) = (duration, super::json::time(&present.start_time)) {
            self.wake_at(after(since, duration));
        }
    }

    fn step_complete(&self, step: &Value) -> bool {
        if self.spec().paused() {
            return false;
        }
        if let Some(pause) = step.get("pause") {
            let condition = self.before.pause(PAUSE_STEP);
            if self.before.controller_pause && condition.is_none() {
                return true;
            }
            let since = condition.and_then(|condition| super::json::time(&condition.start_time));
            return match (pause_duration(pause), since) {
                (Some(duration), Some(since)) => self.now.duration_since(since) > duration,
                _ => false,
            };
        }
        if step.get("setWeight").is_some() || step.get("setCanaryScale").is_some() {
            return self.at_desired_counts() && !(step.get("setWeight").is_some() && self.weight_unverified());
        }
        if step.get("plugin").is_some() {
            return self.plugin_done(self.spec().current_step(&self.before).1.unwrap_or(0));
        }
        if step.get("analysis").is_some() || step.get("experiment").is_some() {
            return self.run_step_complete(step);
        }
        step.get("setHeaderRoute").is_some() || step.get("setMirrorRoute").is_some()
    }

    /// Builds the status and writes it.
    fn sync_status(&mut self) {
        let mut status = self.base_status();
        let count = self.spec().step_count();
        let with_steps = |index: i64| (count > 0).then_some(index);
        if self.template_or_steps_changed() {
            self.reset(&mut status);
            status.current_step_index = with_steps(0);
            let back = self.new.is_some_and(|at| self.sets[at].hash == self.before.stable_rs);
            if back && count > 0 {
                self.tell("Normal", "SkipSteps", "Rollback to stable ReplicaSets");
                status.current_step_index = Some(count);
            } else if self.in_rollback_window() {
                self.tell("Normal", "SkipSteps", "Rollback to active ReplicaSets within RollbackWindow");
                status.current_step_index = with_steps(count);
            }
            self.persist(status);
            return;
        }
        let (step, index) = self.spec().current_step(&self.before);
        let step = step.cloned();
        let mut index = index;
        if self.before.promote_full || self.in_rollback_window() {
            self.clear_pauses = true;
            self.forget_abort = true;
            index = with_steps(count);
        }
        if let Some(why) = self.promotion() {
            self.promote(&mut status, &why);
            status.current_step_index = with_steps(count);
            self.persist(status);
            return;
        }
        if self.aborted() {
            let stable = status.stable_rs == status.current_pod_hash;
            status.current_step_index = with_steps(if stable { count } else { 0 });
            self.persist(status);
            return;
        }
        let skipped = self.before.promote_full;
        if let Some(step) = step.filter(|step| !skipped && self.step_complete(step)) {
            let done = index.unwrap_or(0) + 1;
            index = Some(done);
            let text = format!("Rollout step {done}/{count} completed ({})", step_text(&step));
            self.tell("Normal", "RolloutStepCompleted", &text);
            self.unpause = Some(PAUSE_STEP);
        }
        status.current_step_index = index;
        self.persist(status);
    }

    /// What every status begins with.
    pub fn base_status(&self) -> Status {
        let sum = |count: fn(&super::replicasets::Held) -> i64| self.sets.iter().map(count).sum::<i64>();
        let mut conditions = self.before.conditions.clone();
        conditions.retain(|condition| condition.kind != "InvalidSpec");
        let current_pod_hash = self.new.map_or_else(String::new, |at| self.sets[at].hash.clone());
        let pods = sum(|set| set.pods);
        let mut canary = self.before.canary.clone();
        let plugins = (!self.plugins.is_empty()).then(|| Value::Array(self.plugins.clone()));
        for (name, value) in [("weights", self.weights.clone()), ("stepPluginStatuses", plugins)] {
            match value {
                Some(value) => set(&mut canary, &[name], value),
                None => remove(&mut canary, &[name]),
            }
        }
        Status {
            hpa_replicas: pods,
            available_replicas: sum(|set| set.side.available),
            blue_green: self.before.blue_green.clone(),
            canary,
            collision_count: self.before.collision_count,
            conditions,
            current_step_hash: self.spec().steps_hash(),
            promote_full: self.before.promote_full && current_pod_hash != self.before.stable_rs,
            ready_replicas: sum(|set| set.ready),
            replicas: pods,
            restarted_at: self.restarted_at.clone(),
            selector: self.spec().selector(),
            stable_rs: self.before.stable_rs.clone(),
            updated_replicas: self.new.map_or(0, |at| self.sets[at].pods),
            current_pod_hash,
            ..Status::default()
        }
    }

    /// What a new template or new steps begin with: no pause, no abort, no full promotion, no runs.
    pub fn reset(&mut self, status: &mut Status) {
        self.clear_pauses = true;
        self.forget_abort = true;
        self.restarted_at = restart_text(&self.rollout);
        status.restarted_at.clone_from(&self.restarted_at);
        status.promote_full = false;
        for name in [
            "currentStepAnalysisRunStatus",
            "currentBackgroundAnalysisRunStatus",
            "currentExperiment",
            "stepPluginStatuses",
        ] {
            remove(&mut status.canary, &[name]);
        }
    }

    /// Why the new version is to become the stable one now; `None` when it is not.
    fn promotion(&self) -> Option<String> {
        if self.stable.is_none() {
            return Some("Initial deploy".to_owned());
        }
        let (available, replicas) = (self.sets[self.new?].side.available, self.spec().replicas());
        if self.aborted() || !(self.spec().enough(replicas)..=replicas).contains(&available) {
            return None;
        }
        if self.before.promote_full {
            return Some("Full promotion requested".to_owned());
        }
        if self.in_rollback_window() {
            return Some("Rollback within window".to_owned());
        }
        let count = self.spec().step_count();
        let done = count == 0 || self.spec().current_step(&self.before).1 == Some(count);
        done.then(|| format!("Completed all {count} canary steps"))
    }

    /// The new version becomes the stable one.
    pub fn promote(&mut self, status: &mut Status, why: &str) {
        self.clear_pauses = true;
        self.forget_abort = true;
        status.promote_full = false;
        if self.rollout.pointer("/spec/strategy/canary/pingPong").is_some_and(Value::is_object) {
            let present = text(&status.canary, "/stablePingPong");
            let change = status.stable_rs != status.current_pod_hash;
            if change || present.is_empty() {
                let next = if present == "ping" { "pong" } else { "ping" };
                set(&mut status.canary, &["stablePingPong"], json!(next));
            }
        }
        if status.stable_rs != status.current_pod_hash {
            status.stable_rs.clone_from(&status.current_pod_hash);
            let (revision, hash) = (self.revision(), &status.current_pod_hash);
            let text = format!("Rollout completed update to revision {revision} ({hash}): {why}");
            self.tell("Normal", "RolloutCompleted", &text);
        }
    }

    /// A rollback to a version that is older than the stable one with few versions between them.
    pub fn in_rollback_window(&self) -> bool {
        let Some(window) = super::json::number(&self.rollout, "/spec/rollbackWindow/revisions") else { return false };
        let (Some(new), Some(stable)) = (self.new, self.stable) else { return false };
        let (new, stable) = (&self.sets[new].created, &self.sets[stable].created);
        let between = self.sets.iter().filter(|set| *new < set.created && set.created < *stable).count();
        new < stable && i64::try_from(between).unwrap_or(i64::MAX) < window
    }

    /// Finishes a status and writes it.
    pub fn persist(&mut self, mut status: Status) {
        self.mirror_runs(&mut status);
        self.judge(&mut status);
        self.settle_pauses(&mut status);
        status.finish(self.spec());
        let (was, is) = (!self.before.pause_conditions.is_empty(), status.pause_conditions.first().cloned());
        self.write_status(&status);
        match is {
            Some(pause) if !was => {
                self.tell("Normal", "RolloutPaused", &format!("Rollout is paused ({})", pause.reason));
            }
            // Told when a pause ends by its time, not when somebody aborts or promotes fully.
            None if was && self.unpause.is_some() && !self.before.promote_full => {
                self.tell("Normal", "RolloutResumed", "Rollout is resumed");
            }
            _ => {}
        }
    }

    fn settle_pauses(&self, status: &mut Status) {
        let now = stamp(self.now);
        if self.abort_now {
            status.abort = true;
            status.aborted_at = Some(now);
            return;
        }
        if self.before.abort && !self.forget_abort {
            status.abort = true;
            status.aborted_at = Some(self.before.aborted_at.clone().unwrap_or(now));
            return;
        }
        if self.clear_pauses {
            return;
        }
        let mut kept: Vec<Pause> = self.before.pause_conditions.clone();
        kept.retain(|pause| Some(pause.reason.as_str()) != self.unpause);
        status.controller_pause = self.before.controller_pause;
        if let Some(reason) = self.pause_now.filter(|reason| self.before.pause(reason).is_none()) {
            status.controller_pause = true;
            kept.push(Pause { reason: reason.to_owned(), start_time: now });
        }
        if kept.is_empty() {
            status.controller_pause = false;
        }
        status.pause_conditions = kept;
    }
}

/// A moment after the end: the controller moves on only when the end has passed.
fn after(since: jiff::Timestamp, duration: SignedDuration) -> jiff::Timestamp {
    let wait = duration.saturating_add(SignedDuration::from_millis(5));
    since.saturating_add(wait).unwrap_or(since)
}

fn restart_text(rollout: &Value) -> Option<String> {
    rollout.pointer("/spec/restartAt").and_then(Value::as_str).map(str::to_owned)
}
