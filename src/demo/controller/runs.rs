//! The rollouts controller's side of analysis: which AnalysisRuns a Rollout needs now, what those that are named in its
//! status say, and what follows from it (Argo Rollouts, `rollout/analysis.go`). [`create`] makes a run or an
//! Experiment for a Rollout, [`experiment`] is the same side of Experiments.

mod create;
mod experiment;

use super::analysis::status::is_completed;
use super::analysis::template;
use super::json::{controller_of, flag, label, list, number, set, text};
use super::pass::{Pass, name_of};
use super::spec::HASH_LABEL;
use super::status::Status;
use crate::demo::store::{ANALYSIS_RUNS, EXPERIMENTS, Kind, Store};
use serde_json::{Value, json};
use std::sync::Arc;

pub use create::{merge, problem};

/// The reason of the pause after an inconclusive run.
pub const INCONCLUSIVE: &str = "InconclusiveAnalysisRun";
/// How many runs of each sort are kept.
const KEPT: i64 = 5;

/// What an AnalysisRun of a Rollout is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Inline: a canary step.
    Step,
    /// Background: beside the canary's steps.
    Background,
    /// Before a blue-green switch.
    PrePromotion,
    /// After a blue-green switch.
    PostPromotion,
}

/// How the present run of a kind stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// The spec asks for none.
    NotWanted,
    /// There is none yet, or it is not finished.
    Unfinished,
    /// `Successful`.
    Successful,
    /// `Failed` or `Error`.
    Failed,
    /// `Inconclusive`.
    Inconclusive,
}

impl RunKind {
    const ALL: [Self; 4] = [Self::PostPromotion, Self::PrePromotion, Self::Step, Self::Background];

    /// The label `rollout-type`.
    fn name(self) -> &'static str {
        match self {
            Self::Step => "Step",
            Self::Background => "Background",
            Self::PrePromotion => "PrePromotion",
            Self::PostPromotion => "PostPromotion",
        }
    }

    /// Where the status names the run: strategy and field.
    fn field(self) -> (&'static str, &'static str) {
        match self {
            Self::Step => ("canary", "currentStepAnalysisRunStatus"),
            Self::Background => ("canary", "currentBackgroundAnalysisRunStatus"),
            Self::PrePromotion => ("blueGreen", "prePromotionAnalysisRunStatus"),
            Self::PostPromotion => ("blueGreen", "postPromotionAnalysisRunStatus"),
        }
    }

    /// How a cause of an abort begins.
    fn cause(self) -> &'static str {
        match self {
            Self::Step => "Step-based analysis phase error/failed",
            Self::Background => "Background analysis phase error/failed",
            Self::PrePromotion => "Blue/green pre-promotion analysis phase error/failed",
            Self::PostPromotion => "Blue/green post-promotion analysis phase error/failed",
        }
    }
}

/// What a pass holds of runs and Experiments.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    step: Option<Arc<Value>>,
    background: Option<Arc<Value>>,
    pre: Option<Arc<Value>>,
    post: Option<Arc<Value>>,
    /// Owned, and not named in the status.
    others: Vec<Arc<Value>>,
    experiment: Option<Arc<Value>>,
    other_experiments: Vec<Arc<Value>>,
    /// The Experiment's name for the status to come.
    told_experiment: Option<String>,
}

impl Runs {
    /// What a Rollout owns, sorted by what its status names.
    pub fn of(store: &Store, rollout: &Value, status: &Status) -> Self {
        let owned = |kind: &'static Kind| -> Vec<Arc<Value>> {
            let uid = text(rollout, "/metadata/uid");
            let (all, _) = store.list(kind, Some(text(rollout, "/metadata/namespace")));
            all.into_iter().filter(|one| controller_of(one) == uid).collect()
        };
        let mut runs = Self { others: owned(&ANALYSIS_RUNS), ..Self::default() };
        for kind in RunKind::ALL {
            let name = text(named(status, kind), "/name");
            let at = runs.others.iter().position(|run| name_of(run) == name);
            *runs.place(kind) = at.map(|at| runs.others.remove(at));
        }
        runs.other_experiments = owned(&EXPERIMENTS);
        let name = text(&status.canary, "/currentExperiment");
        let at = runs.other_experiments.iter().position(|one| name_of(one) == name);
        runs.experiment = at.map(|at| runs.other_experiments.remove(at));
        runs.told_experiment = runs.experiment.as_ref().map(|one| name_of(one).to_owned());
        runs
    }

    fn get(&self, kind: RunKind) -> Option<&Arc<Value>> {
        match kind {
            RunKind::Step => self.step.as_ref(),
            RunKind::Background => self.background.as_ref(),
            RunKind::PrePromotion => self.pre.as_ref(),
            RunKind::PostPromotion => self.post.as_ref(),
        }
    }

    fn place(&mut self, kind: RunKind) -> &mut Option<Arc<Value>> {
        match kind {
            RunKind::Step => &mut self.step,
            RunKind::Background => &mut self.background,
            RunKind::PrePromotion => &mut self.pre,
            RunKind::PostPromotion => &mut self.post,
        }
    }
}

/// What a status says of a run of this kind.
fn named(status: &Status, kind: RunKind) -> &Value {
    let (strategy, field) = kind.field();
    let place = if strategy == "canary" { &status.canary } else { &status.blue_green };
    place.get(field).unwrap_or(&Value::Null)
}

fn phase(run: &Value) -> &str {
    text(run, "/status/phase")
}

impl Pass<'_> {
    /// Creates, ends and mirrors the runs that this moment of the update needs: called once in each canary and
    /// blue-green pass, after traffic and before scaling. Sets `abort_now` with its cause when one failed and
    /// `pause_now` when one is inconclusive. Says whether the pass ends here with a write of the status.
    pub fn reconcile_runs(&mut self) -> bool {
        // As the pass read it at its start, also if it has taken the deadline away since.
        let back = self.new.is_some_and(|at| !self.sets[at].deadline.is_empty());
        let first = self.before.stable_rs.is_empty();
        if self.aborted() || self.before.promote_full || back || first || self.in_rollback_window() {
            for kind in RunKind::ALL {
                self.cancel(self.runs.get(kind).cloned());
            }
            for run in self.runs.others.clone() {
                self.cancel(Some(run));
            }
            return false;
        }
        let kinds = if self.spec().canary().is_some() {
            [RunKind::Step, RunKind::Background]
        } else {
            [RunKind::PrePromotion, RunKind::PostPromotion]
        };
        for kind in RunKind::ALL.into_iter().filter(|kind| !kinds.contains(kind)) {
            *self.runs.place(kind) = None;
        }
        let mut others = self.runs.others.clone();
        for kind in kinds {
            let present = self.runs.get(kind).cloned();
            let kept = self.keep(kind, present.clone());
            if let (Some(present), None) = (&present, &kept) {
                self.runs.others.push(present.clone());
            }
            if let Some(kept) = &kept {
                others.retain(|run| name_of(run) != name_of(kept));
            }
            *self.runs.place(kind) = kept;
        }
        for run in others.clone() {
            self.cancel(Some(run));
        }
        self.forget_runs(&ANALYSIS_RUNS, others);
        for kind in RunKind::ALL {
            self.tell_change(kind);
        }
        self.pause_now == Some(INCONCLUSIVE)
    }

    /// How the present run of a kind stands.
    pub fn run_state(&self, kind: RunKind) -> RunState {
        if self.wanted(kind).is_none() {
            return RunState::NotWanted;
        }
        match self.runs.get(kind).map_or("", |run| phase(run)) {
            "Successful" => RunState::Successful,
            "Failed" | "Error" => RunState::Failed,
            "Inconclusive" => RunState::Inconclusive,
            _ => RunState::Unfinished,
        }
    }

    /// Whether the analysis or experiment of the current step has succeeded.
    pub fn run_step_complete(&self, step: &Value) -> bool {
        if step.get("analysis").is_some() {
            return self.run_state(RunKind::Step) == RunState::Successful;
        }
        step.get("experiment").is_some() && self.runs.experiment.as_ref().is_some_and(|one| phase(one) == "Successful")
    }

    /// What the spec asks for of this kind: for a step, only while it is the current one.
    fn wanted(&self, kind: RunKind) -> Option<Value> {
        let asked = match kind {
            RunKind::Step => self.spec().current_step(&self.before).0?.get("analysis"),
            RunKind::Background => self.rollout.pointer("/spec/strategy/canary/analysis"),
            RunKind::PrePromotion => self.rollout.pointer("/spec/strategy/blueGreen/prePromotionAnalysis"),
            RunKind::PostPromotion => self.rollout.pointer("/spec/strategy/blueGreen/postPromotionAnalysis"),
        };
        asked.filter(|asked| asked.is_object() && !list(asked, "/templates").is_empty()).cloned()
    }

    /// The run of a kind for this moment: the present one, a new one, or none.
    fn keep(&mut self, kind: RunKind, present: Option<Arc<Value>>) -> Option<Arc<Value>> {
        if kind == RunKind::Step && (!self.before.pause_conditions.is_empty() || self.before.abort) {
            return present;
        }
        let Some(wanted) = self.wanted(kind) else {
            self.cancel(present);
            return None;
        };
        let hash = self.new.map_or_else(String::new, |at| self.sets[at].hash.clone());
        match kind {
            RunKind::Step => {
                let index = self.before.current_step_index.unwrap_or(0).to_string();
                if present.as_ref().is_some_and(|run| label(run, "step-index") != index) {
                    self.cancel(present);
                    return None;
                }
            }
            RunKind::Background => {
                let starts = number(&wanted, "/startingStep").unwrap_or(0);
                let before = self.spec().step_count() > 0 && self.before.current_step_index.unwrap_or(0) < starts;
                let promoted = self.before.stable_rs == self.before.current_pod_hash;
                if promoted || self.before.current_pod_hash.is_empty() || before {
                    return None;
                }
            }
            RunKind::PrePromotion | RunKind::PostPromotion => {
                if self.not_yet(kind, &hash) {
                    self.cancel(present.clone());
                    return present;
                }
            }
        }
        if self.before.pause(INCONCLUSIVE).is_some() {
            return present;
        }
        if self.needs_new(present.as_ref()) {
            return self.create_run(kind, &wanted, &hash);
        }
        let run = present?;
        match phase(&run) {
            "Inconclusive" => self.pause_now = Some(INCONCLUSIVE),
            "Failed" | "Error" => {
                self.abort_now = true;
                let message = text(&run, "/status/message");
                let cause = if message.is_empty() { String::new() } else { format!(": {message}") };
                self.abort_cause = Some(format!("{}{cause}", kind.cause()));
            }
            _ => {}
        }
        Some(run)
    }

    /// Whether a blue-green update is not at the moment of this run.
    fn not_yet(&self, kind: RunKind, hash: &str) -> bool {
        let active = text(&self.before.blue_green, "/activeSelector");
        let Some(new) = self.new.map(|at| &self.sets[at]) else { return true };
        if hash.is_empty() || self.before.stable_rs == hash {
            return true;
        }
        let replicas = self.spec().replicas();
        let full = new.side.spec == replicas && new.side.available == replicas && new.desired == Some(replicas);
        if kind == RunKind::PostPromotion {
            return active != hash || !full;
        }
        if active.is_empty() || active == hash {
            return true;
        }
        match number(&self.rollout, "/spec/strategy/blueGreen/previewReplicaCount") {
            Some(count) => new.side.spec != count || new.side.available != count,
            None => !full,
        }
    }

    /// Whether the present run is of no use: there is none, its inconclusive end was waved through, or an abort lies
    /// between.
    fn needs_new(&self, present: Option<&Arc<Value>>) -> bool {
        let Some(run) = present else { return true };
        let waits = ["CanaryPauseStep", "BlueGreenPause"].iter().any(|reason| self.before.pause(reason).is_some());
        if self.before.controller_pause && !waits {
            return phase(run) == "Inconclusive";
        }
        self.before.aborted_at.is_some()
    }

    fn cancel(&self, run: Option<Arc<Value>>) {
        if let Some(run) = run.filter(|run| !flag(run, "/spec/terminate") && !is_completed(phase(run))) {
            template::terminate(self.store, &self.namespace, name_of(&run));
        }
    }

    /// Deletes what ended: beyond the limits of each sort, newest kept, and what belongs to no ReplicaSet any more.
    fn forget_runs(&self, kind: &'static Kind, mut all: Vec<Arc<Value>>) {
        all.retain(|one| is_completed(phase(one)));
        all.sort_by_key(|one| {
            let created = text(one, "/metadata/creationTimestamp").to_owned();
            let version = text(one, "/metadata/resourceVersion").parse::<u64>().unwrap_or(0);
            std::cmp::Reverse((created, version))
        });
        let limit = |field: &str| number(&self.rollout, &format!("/spec/analysis/{field}")).unwrap_or(KEPT);
        let (mut good, mut bad) = (limit("successfulRunHistoryLimit"), limit("unsuccessfulRunHistoryLimit"));
        for one in all {
            let left = if phase(&one) == "Successful" { &mut good } else { &mut bad };
            *left -= 1;
            let orphan = !self.sets.iter().any(|set| set.hash == label(&one, HASH_LABEL));
            if *left < 0 || orphan {
                // Somebody else was faster.
                let _ = self.store.delete(kind, &self.namespace, name_of(&one));
            }
        }
    }

    /// Tells that a run named in the status has another phase now.
    fn tell_change(&mut self, kind: RunKind) {
        let Some(run) = self.runs.get(kind).cloned() else { return };
        let (now, before) = (phase(&run), named(&self.before, kind));
        let previous = if before.is_null() { "NoPreviousStatus" } else { text(before, "/status") };
        let same_run = before.is_null() || text(before, "/name") == name_of(&run);
        if now.is_empty() || !same_run || now == previous {
            return;
        }
        let weight = if matches!(now, "Failed" | "Error") { "Warning" } else { "Normal" };
        let message =
            format!("{} Analysis Run '{}' Status New: '{now}' Previous: '{previous}'", kind.name(), name_of(&run));
        self.tell(weight, &format!("AnalysisRun{now}"), &message);
    }

    /// Puts the present runs and the present Experiment into a status that is about to be written.
    pub fn mirror_runs(&self, status: &mut Status) {
        let hash_changed = status.current_pod_hash != self.before.current_pod_hash;
        let steps_changed = status.current_step_hash != self.before.current_step_hash;
        let reset = !self.before.current_pod_hash.is_empty() && (hash_changed || steps_changed);
        let moved_on = status.current_step_index > self.before.current_step_index && !self.before.promote_full;
        for kind in RunKind::ALL {
            let (strategy, field) = kind.field();
            let place = if strategy == "canary" { &mut status.canary } else { &mut status.blue_green };
            let leaves = reset || (kind == RunKind::Step && moved_on);
            let run = self.runs.get(kind).filter(|_| !leaves);
            let Some(run) = run else {
                super::json::remove(place, &[field]);
                continue;
            };
            let mut told = json!({"name": name_of(run), "status": phase(run)});
            let message = text(run, "/status/message");
            if !message.is_empty() {
                set(&mut told, &["message"], json!(message));
            }
            set(place, &[field], told);
        }
        match &self.runs.told_experiment {
            Some(name) if !reset && !moved_on => set(&mut status.canary, &["currentExperiment"], json!(name)),
            _ => super::json::remove(&mut status.canary, &["currentExperiment"]),
        }
    }
}
