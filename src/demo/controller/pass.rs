//! One look of the rollouts controller at one Rollout (Argo Rollouts, `rollout/controller.go`). It reads everything
//! once, acts, and ends with at most one write of the status; what it wrote makes the next pass come. A watcher
//! therefore sees the same burst of small changes as with the real controller.

use super::events::Recorder;
use super::json::{flag, list, set, text};
use super::replicasets::{Held, held};
use super::runs::{self, Runs};
use super::spec::Spec;
use super::status::{Status, condition};
use crate::demo::store::{Part, ROLLOUTS, Refused, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

/// The annotation with a revision number.
pub const REVISION: &str = "rollout.argoproj.io/revision";

/// A Rollout with this label belongs to another controller instance.
pub const INSTANCE_LABEL: &str = "argo-rollouts.argoproj.io/controller-instance-id";

/// A pass in progress.
#[derive(Debug)]
pub struct Pass<'a> {
    /// The cluster.
    pub store: &'a Store,
    /// The event recorder.
    pub recorder: &'a mut Recorder,
    /// When.
    pub now: Timestamp,
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// The Rollout as this pass read it.
    pub rollout: Arc<Value>,
    /// Its status as this pass read it.
    pub before: Status,
    /// The ReplicaSets that it owns.
    pub sets: Vec<Held>,
    /// Which of them has the present template.
    pub new: Option<usize>,
    /// Which of them is stable.
    pub stable: Option<usize>,
    /// Its AnalysisRuns and Experiments.
    pub runs: Runs,
    /// A reason to pause that is added by this pass.
    pub pause_now: Option<&'static str>,
    /// A reason to pause that this pass removes.
    pub unpause: Option<&'static str>,
    /// All pauses end.
    pub clear_pauses: bool,
    /// The abort ends.
    pub forget_abort: bool,
    /// This pass aborts.
    pub abort_now: bool,
    /// Why.
    pub abort_cause: Option<String>,
    /// `status.restartedAt` to come.
    pub restarted_at: Option<String>,
    /// When to look again, whatever happens.
    pub wake: Option<Timestamp>,
    /// `status.canary.weights` to come.
    pub weights: Option<Value>,
    /// `status.canary.stepPluginStatuses` to come.
    pub plugins: Vec<Value>,
}

/// Looks at a Rollout; says when to look again.
pub fn reconcile(store: &Store, recorder: &mut Recorder, namespace: &str, name: &str) -> Option<Timestamp> {
    let rollout = store.get(&ROLLOUTS, namespace, name)?;
    if rollout.pointer("/metadata/deletionTimestamp").is_some() || is_foreign(&rollout) {
        return None;
    }
    let before = Status::of(&rollout);
    let rollout = super::workload_ref::resolved(store, rollout);
    let mut pass = Pass {
        store,
        recorder,
        now: store.clock().now(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        sets: held(store, &rollout),
        new: None,
        stable: None,
        runs: Runs::of(store, &rollout, &before),
        pause_now: None,
        unpause: None,
        clear_pauses: false,
        forget_abort: false,
        abort_now: false,
        abort_cause: None,
        restarted_at: before.restarted_at.clone(),
        wake: None,
        weights: before.canary.get("weights").cloned(),
        plugins: list(&before.canary, "/stepPluginStatuses").to_vec(),
        before,
        rollout,
    };
    pass.run();
    pass.wake
}

/// Whether an object is another controller's.
pub fn is_foreign(object: &Value) -> bool {
    !super::json::label(object, INSTANCE_LABEL).is_empty()
}

impl Pass<'_> {
    /// The spec.
    pub fn spec(&self) -> Spec<'_> {
        Spec(&self.rollout)
    }

    /// The name of the ReplicaSet with the present template.
    pub fn new_name(&self) -> Option<String> {
        self.new.map(|at| self.sets[at].name.clone())
    }

    /// The revision being rolled out.
    pub fn revision(&self) -> i64 {
        self.new.map_or(0, |at| self.sets[at].revision)
    }

    /// Whether the update is aborted, now or before.
    pub fn aborted(&self) -> bool {
        self.abort_now || (self.before.abort && !self.forget_abort)
    }

    /// Tells an event about the Rollout.
    pub fn tell(&mut self, kind: &str, reason: &str, message: &str) {
        self.recorder.tell(self.store, &self.rollout, "rollouts-controller", kind, reason, message);
    }

    /// Asks for another look at this time, or earlier.
    pub fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    fn run(&mut self) {
        if self.before.observed_generation.is_empty() && self.sets.is_empty() {
            let text = format!("Rollout resource added to informer: {}/{}", self.namespace, self.name);
            self.tell("Normal", "RolloutAddedToInformer", &text);
        }
        let problem = super::validate::problem(self.store, &self.rollout);
        if let Some(problem) = problem.or_else(|| runs::problem(self.store, &self.rollout)) {
            self.invalid(&problem);
            return;
        }
        let hash = self.template_hash();
        self.new = self.sets.iter().position(|set| set.hash == hash);
        self.stable = self.sets.iter().position(|set| set.hash == self.before.stable_rs);
        if self.new.is_none() {
            self.create_replica_set(&hash);
            return;
        }
        let promoted = !self.before.stable_rs.is_empty() && self.before.stable_rs == self.before.current_pod_hash;
        if promoted && self.before.abort {
            // Nothing is being rolled out: nothing to abort.
            self.forget_abort = true;
        }
        if self.rollout.pointer("/spec/replicas").is_none() {
            self.write_spec(|rollout| set(rollout, &["spec", "replicas"], json!(1)));
            return;
        }
        self.check_paused_conditions();
        if self.sync_revision() {
            return;
        }
        if self.spec().blue_green().is_some() { self.blue_green() } else { self.canary() }
    }

    /// The hash of the present template: that of the ReplicaSet that has it, whatever its name says.
    fn template_hash(&self) -> String {
        let template = self.rollout.pointer("/spec/template").unwrap_or(&Value::Null);
        // An undo brings back what was injected, too.
        let same = self.sets.iter().find(|set| &set.template == template || set.whole_template == *template);
        same.map_or_else(|| self.spec().template_hash(), |set| set.hash.clone())
    }

    /// Writes the difference between the status of the beginning and this one.
    pub fn write_status(&mut self, after: &Status) {
        let Some(patch) = self.before.patch_to(after) else { return };
        // Whoever deleted the Rollout meanwhile has ended this pass too.
        let _ = self.store.modify::<Refused>(&ROLLOUTS, &self.namespace, &self.name, Part::Status, |rollout| {
            json_patch::merge(rollout, &json!({ "status": patch }));
            Ok(())
        });
    }

    /// Replaces the whole status, as the creation of a ReplicaSet does.
    pub fn replace_status(&mut self, after: &Status) {
        let _ = self.store.modify::<Refused>(&ROLLOUTS, &self.namespace, &self.name, Part::Status, |rollout| {
            set(rollout, &["status"], after.json());
            Ok(())
        });
    }

    /// Writes the main resource, as the controller does: `paused: false` is left out by its types.
    pub fn write_spec(&mut self, change: impl FnOnce(&mut Value)) {
        let written = self.store.modify::<Refused>(&ROLLOUTS, &self.namespace, &self.name, Part::Main, |rollout| {
            if !flag(rollout, "/spec/paused") {
                super::json::remove(rollout, &["spec", "paused"]);
            }
            change(rollout);
            Ok(())
        });
        if let Ok(rollout) = written {
            self.rollout = super::workload_ref::resolved(self.store, rollout);
        }
    }

    fn invalid(&mut self, problem: &str) {
        let text = format!("The Rollout \"{}\" is invalid: {problem}", self.name);
        let mut after = self.before.clone();
        if after.condition("InvalidSpec").is_some_and(|present| present.message != text) {
            after.remove_condition("InvalidSpec");
        }
        after.set_condition(condition(self.now, "InvalidSpec", "True", "InvalidSpec", text));
        after.finish(self.spec());
        self.write_status(&after);
        self.wake_at(self.now.saturating_add(SignedDuration::from_secs(20)).unwrap_or(self.now));
    }
}

/// The text form of a Rollout's own revision annotation.
pub fn revision_of(object: &Value) -> i64 {
    super::json::annotation(object, REVISION).parse().unwrap_or(0)
}

/// The name of an object.
pub fn name_of(object: &Value) -> &str {
    text(object, "/metadata/name")
}
