//! The blue-green pass (Argo Rollouts, `rollout/bluegreen.go`, `rollout/pause.go`, `rollout/service.go`): the preview
//! Service moves at once, the active one when the new version is complete and nothing holds it back.

use super::json::{flag, number, set, text, time};
use super::pass::Pass;
use super::replicasets::Held;
use super::runs::{INCONCLUSIVE, RunKind, RunState};
use super::status::Status;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// The reason of the pause before the switch.
const PAUSE: &str = "BlueGreenPause";

/// What the status of a blue-green rollout remembers beyond the selectors.
const CHECK_POINT: &str = "scaleUpPreviewCheckPoint";

impl Pass<'_> {
    /// Acts on a blue-green rollout and writes its status.
    pub fn blue_green(&mut self) {
        if self.is_scaling_event() && !self.template_changed() {
            self.scale_blue_green();
            self.sync_blue_green();
            return;
        }
        if !self.halted() {
            let preview = self.spec().blue_green_services().0.to_owned();
            if let (false, Some(new)) = (preview.is_empty(), self.new) {
                let hash = self.sets[new].hash.clone();
                self.select(&preview, &hash);
            }
        }
        if self.template_changed() {
            self.sync_blue_green();
            return;
        }
        if self.restart_pods() {
            return;
        }
        self.scale_blue_green();
        self.reconcile_switch_pause();
        self.reconcile_active();
        // An inconclusive run pauses: the status is written next anyway.
        let _ = self.reconcile_runs();
        self.reconcile_metadata();
        self.sync_blue_green();
    }

    fn template_changed(&self) -> bool {
        let hash = self.new.map(|at| self.sets[at].hash.as_str());
        !self.before.current_pod_hash.is_empty() && hash != Some(self.before.current_pod_hash.as_str())
    }

    /// Whether nothing may go on: paused by hand, or by an inconclusive run.
    fn halted(&self) -> bool {
        self.spec().paused() || self.before.pause(INCONCLUSIVE).is_some()
    }

    fn strategy(&self) -> &Value {
        self.spec().blue_green().unwrap_or(&Value::Null)
    }

    /// The pod hash that the active Service selects, or "".
    fn active_hash(&self) -> String {
        self.selected(self.spec().blue_green_services().1)
    }

    fn with_hash(&self, hash: &str) -> Option<usize> {
        self.sets.iter().position(|set| !hash.is_empty() && set.hash == hash)
    }

    fn scale_blue_green(&mut self) {
        if self.halted() {
            return;
        }
        self.remove_deadlines();
        if let Some(active) = self.with_hash(&self.active_hash()) {
            self.scale_to(active, self.spec().replicas());
        }
        if let Some(new) = self.new.filter(|new| self.sets[*new].hash != self.active_hash()) {
            self.scale_new(new, self.preview_count());
        }
        self.scale_others_later();
        self.forget_old();
    }

    /// How many pods the new version is to have now.
    fn preview_count(&self) -> i64 {
        let all = self.spec().replicas();
        let Some(fewer) = number(self.strategy(), "/previewReplicaCount") else { return all };
        let active = self.with_hash(text(&self.before.blue_green, "/activeSelector"));
        let passed = flag(&self.before.blue_green, &format!("/{CHECK_POINT}"));
        if active.is_none() || active == self.new || passed || self.before.promote_full { all } else { fewer.max(0) }
    }

    /// Whether the new version has the pods that this moment asks for.
    fn ready_for_pause(&self) -> bool {
        let wanted = self.preview_count();
        self.new.is_some_and(|new| {
            let side = self.sets[new].side;
            side.spec == wanted && side.available == wanted
        })
    }

    /// Whether a version has all pods of `spec.replicas`.
    fn is_saturated(&self, set: &Held) -> bool {
        let replicas = self.spec().replicas();
        set.desired == Some(replicas) && set.side.spec == replicas && set.side.available == replicas
    }

    /// Whether the active version has all its pods.
    pub fn active_is_saturated(&self, status: &Status) -> bool {
        let active = self.with_hash(text(&status.blue_green, "/activeSelector"));
        active.is_some_and(|active| self.is_saturated(&self.sets[active]))
    }

    /// Whether the switch needs neither pause nor analysis: a first deployment, a full promotion, a version that is
    /// active already, a rollback within the window, or one that waited for its scale-down when this pass began. [quirk]
    /// The last one holds for a retry within the abort delay too: a complete version becomes active at once, and an old
    /// failed run is not looked at before the next pass.
    pub fn is_fast_tracked(&self) -> bool {
        let Some(new) = self.new else { return false };
        let (new, active) = (&self.sets[new], self.active_hash());
        let delayed = !new.deadline.is_empty();
        delayed || self.before.promote_full || active.is_empty() || active == new.hash || self.in_rollback_window()
    }

    /// Whether the controller pauses before the switch.
    fn pauses(&self) -> bool {
        !self.promotes_itself() || self.promotion_delay() > 0
    }

    fn promotes_itself(&self) -> bool {
        self.strategy().get("autoPromotionEnabled") != Some(&Value::Bool(false))
    }

    fn promotion_delay(&self) -> i64 {
        number(self.strategy(), "/autoPromotionSeconds").unwrap_or(0)
    }

    fn passed_check_point(&self) -> bool {
        flag(&self.before.blue_green, &format!("/{CHECK_POINT}"))
    }

    fn reconcile_switch_pause(&mut self) {
        if self.aborted() || self.halted() || !self.ready_for_pause() {
            return;
        }
        if self.is_fast_tracked() || self.passed_check_point() || !self.pauses() {
            self.unpause = Some(PAUSE);
            return;
        }
        if !self.pre_promotion_done() {
            return;
        }
        match self.before.pause(PAUSE).map(|pause| time(&pause.start_time)) {
            Some(_) if self.switch_pause_over() => self.unpause = Some(PAUSE),
            Some(since) => self.wake_for_promotion(since),
            // Without a condition but paused by the controller: somebody has promoted.
            None if !self.before.controller_pause => {
                self.pause_now = Some(PAUSE);
                self.wake_for_promotion(Some(self.now));
            }
            None => {}
        }
    }

    fn wake_for_promotion(&mut self, since: Option<jiff::Timestamp>) {
        let delay = self.promotion_delay();
        let Some(since) = since.filter(|_| self.promotes_itself() && delay > 0) else { return };
        let wait = SignedDuration::from_millis(delay.saturating_mul(1000).saturating_add(5));
        self.wake_at(since.saturating_add(wait).unwrap_or(since));
    }

    /// Whether the pause before the switch is behind us, or never comes.
    fn switch_pause_over(&self) -> bool {
        if self.pause_now.is_some() {
            return false;
        }
        if self.passed_check_point() || !self.pauses() {
            return true;
        }
        let pause = self.before.pause(PAUSE);
        if !self.promotes_itself() {
            return self.before.controller_pause && pause.is_none();
        }
        let delay = SignedDuration::from_secs(self.promotion_delay());
        match pause {
            Some(pause) => time(&pause.start_time).is_some_and(|since| self.now.duration_since(since) > delay),
            // Promoted by a person before the time was over.
            None => self.before.controller_pause,
        }
    }

    fn pre_promotion_done(&self) -> bool {
        matches!(self.run_state(RunKind::PrePromotion), RunState::Successful | RunState::NotWanted)
    }

    fn reconcile_active(&mut self) {
        let Some(new) = self.new.filter(|_| !self.halted()) else { return };
        let active = self.spec().blue_green_services().1.to_owned();
        if self.before.abort && !self.forget_abort {
            if let Some(stable) = self.stable {
                let hash = self.sets[stable].hash.clone();
                self.select(&active, &hash);
            }
            return;
        }
        let complete = self.ready_for_pause() && self.is_saturated(&self.sets[new]);
        if complete && (self.is_fast_tracked() || (self.switch_pause_over() && self.pre_promotion_done())) {
            let hash = self.sets[new].hash.clone();
            self.select(&active, &hash);
        }
    }

    /// Builds the status and writes it.
    fn sync_blue_green(&mut self) {
        let mut status = self.base_status();
        status.current_step_hash.clear();
        let (preview, active) = self.spec().blue_green_services();
        let selectors = [("previewSelector", self.selected(preview)), ("activeSelector", self.selected(active))];
        for (name, hash) in selectors {
            put(&mut status.blue_green, name, (!hash.is_empty()).then(|| json!(hash)));
        }
        if self.template_changed() {
            self.reset(&mut status);
            for name in ["prePromotionAnalysisRunStatus", "postPromotionAnalysisRunStatus"] {
                put(&mut status.blue_green, name, None);
            }
        }
        if self.before.promote_full || self.in_rollback_window() {
            self.clear_pauses = true;
            self.forget_abort = true;
        }
        let passed = match self.switch_reason(&status) {
            Some(why) => {
                self.promote(&mut status, why);
                false
            }
            None => self.check_point(),
        };
        put(&mut status.blue_green, CHECK_POINT, passed.then_some(Value::Bool(true)));
        if let Some(active) = self.with_hash(text(&status.blue_green, "/activeSelector")) {
            let set = &self.sets[active];
            status.hpa_replicas = set.pods;
            status.available_replicas = set.side.available;
            status.ready_replicas = set.ready;
            status.selector = format!("{},{}={}", status.selector, super::spec::HASH_LABEL, set.hash);
        }
        self.persist(status);
    }

    /// Whether the few pods of `previewReplicaCount` have done their part. Once they have, it stays so until a
    /// promotion, also over a new template.
    fn check_point(&self) -> bool {
        let Some(fewer) = number(self.strategy(), "/previewReplicaCount") else { return false };
        let available = self.new.map(|new| self.sets[new].side.available);
        self.passed_check_point() || (self.pre_promotion_done() && self.switch_pause_over() && available == Some(fewer))
    }

    /// Why the new version is to become the stable one now; `None` when it is not.
    fn switch_reason(&self, status: &Status) -> Option<&'static str> {
        let active = text(&status.blue_green, "/activeSelector");
        if self.stable.is_none() || active.is_empty() {
            return Some("Initial deploy");
        }
        if active != status.current_pod_hash {
            return None;
        }
        if self.before.promote_full {
            return Some("Full promotion requested");
        }
        if self.in_rollback_window() {
            return Some("Rollback within window");
        }
        if self.aborted() {
            return None;
        }
        // A version that had its deadline when this pass began is not analysed after the switch either.
        let back = self.new.is_some_and(|new| !self.sets[new].deadline.is_empty());
        let analysed = back
            || self.new == self.stable
            || matches!(self.run_state(RunKind::PostPromotion), RunState::Successful | RunState::NotWanted);
        analysed.then_some("Completed blue-green update")
    }
}

/// Sets a field, or leaves it out.
fn put(object: &mut Value, name: &str, value: Option<Value>) {
    match value {
        Some(value) => set(object, &[name], value),
        None => super::json::remove(object, &[name]),
    }
}
