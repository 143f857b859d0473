//! The controller of Experiments: a ReplicaSet per template, the analyses once all are up, the phase, and the end (Argo
//! Rollouts, `experiments/experiment.go`). [`status`] holds the fields, [`templates`] the ReplicaSets and Services,
//! [`analyses`] the AnalysisRuns.

mod analyses;
mod status;
mod templates;

use super::analysis::SOURCE;
use super::analysis::status::{is_completed, is_worse};
use super::events::Recorder;
use super::json::{flag, list, number, set, text, time};
use super::replicasets::is_going;
use super::spec::go_duration;
use super::status::{Condition, condition};
use crate::demo::store::{EXPERIMENTS, Part, ROLLOUTS, Refused, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use status::{ExperimentStatus, TemplateStatus};

/// Said when the analyses that an Experiment needs have succeeded.
const REQUIRED_COMPLETED: &str = "Required AnalysisRuns completed";
/// How long a template may take to come up, seconds.
const DEADLINE: i64 = 600;

/// Looks at an Experiment; says when to look again.
pub fn reconcile(store: &Store, recorder: &mut Recorder, namespace: &str, name: &str) -> Option<Timestamp> {
    let object = store.get(&EXPERIMENTS, namespace, name)?;
    if is_going(&object) {
        return None;
    }
    let before = ExperimentStatus::of(&object);
    let terminating = is_terminating(&object, &before);
    let now = store.clock().now();
    let after = before.clone();
    let mut look = Look { store, recorder, object: &object, now, before, after, terminating, wake: None };
    look.act();
    if look.after != look.before {
        let status = serde_json::to_value(&look.after).unwrap_or_default();
        // One that was deleted meanwhile needs no status.
        let _ = look.store.modify::<Refused>(&EXPERIMENTS, namespace, name, Part::Main, |object| {
            set(object, &["status"], status);
            Ok(())
        });
    }
    look.wake
}

/// Whether nothing new is begun any more.
fn is_terminating(object: &Value, status: &ExperimentStatus) -> bool {
    flag(object, "/spec/terminate")
        || is_completed(&status.phase)
        || status.template_statuses.iter().any(|one| matches!(one.status.as_str(), "Failed" | "Error"))
        || status.analysis_runs.iter().any(|run| matches!(run.phase.as_str(), "Failed" | "Error" | "Inconclusive"))
}

/// One look at an Experiment.
struct Look<'a> {
    store: &'a Store,
    recorder: &'a mut Recorder,
    object: &'a Value,
    now: Timestamp,
    before: ExperimentStatus,
    after: ExperimentStatus,
    terminating: bool,
    wake: Option<Timestamp>,
}

impl Look<'_> {
    fn act(&mut self) {
        for template in list(self.object, "/spec/templates").to_vec() {
            self.template(&template);
        }
        for analysis in list(self.object, "/spec/analyses").to_vec() {
            self.analysis(&analysis);
        }
        self.judge();
        self.conditions();
        self.next();
    }

    fn name(&self) -> &str {
        text(self.object, "/metadata/name")
    }

    fn namespace(&self) -> &str {
        text(self.object, "/metadata/namespace")
    }

    fn tell(&mut self, kind: &str, reason: &str, message: &str) {
        self.recorder.tell(self.store, self.object, SOURCE, kind, reason, message);
    }

    /// Tells the Rollout that this Experiment is a step of.
    fn tell_rollout(&mut self, kind: &str, reason: &str, message: &str) {
        let Some(owner) = super::json::owner_name(self.object, "Rollout") else { return };
        if let Some(rollout) = self.store.get(&ROLLOUTS, self.namespace(), owner) {
            self.recorder.tell(self.store, &rollout, SOURCE, kind, reason, message);
        }
    }

    fn wake_at(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    fn deadline_seconds(&self) -> i64 {
        number(self.object, "/spec/progressDeadlineSeconds").unwrap_or(DEADLINE)
    }

    /// When the duration is over; `None` without one, and before everything is up.
    fn end(&self, status: &ExperimentStatus) -> Option<Timestamp> {
        let duration = text(self.object, "/spec/duration");
        let duration = go_duration(duration).filter(|_| !duration.is_empty())?;
        time(status.available_at.as_deref()?)?.saturating_add(duration).ok()
    }

    fn is_over(&self) -> bool {
        self.end(&self.before).is_some_and(|end| self.now > end)
    }

    /// The phase, from those of the templates and of the analyses.
    fn judge(&mut self) {
        let was = self.after.phase.clone();
        match was.as_str() {
            "" => "Pending".clone_into(&mut self.after.phase),
            "Pending" | "Running" => {
                let (templates, templates_say) = self.worst_template();
                let (analyses, analyses_say) = self.worst_analysis();
                if templates == "Running" && self.after.available_at.is_none() {
                    self.after.available_at = Some(stamp(self.now));
                }
                let by_analyses = if is_completed(templates) {
                    templates == "Successful" && (is_completed(&analyses) || self.needs_analyses())
                } else {
                    (is_completed(&analyses) && analyses != "Successful") || self.needed_succeeded()
                };
                let (phase, message) =
                    if by_analyses { (analyses, analyses_say) } else { (templates.to_owned(), templates_say) };
                self.after.phase = phase;
                self.after.message = message;
            }
            _ => {}
        }
        let is = self.after.phase.clone();
        if was != is {
            let kind = if matches!(is.as_str(), "Failed" | "Error" | "Inconclusive") { "Warning" } else { "Normal" };
            let message = format!("Experiment transitioned from {was} -> {is}");
            self.tell(kind, &format!("Experiment{is}"), &message);
        }
    }

    fn worst_template(&self) -> (&'static str, String) {
        const ORDER: [&str; 5] = ["Successful", "Running", "Progressing", "Error", "Failed"];
        let (mut worst, mut message) = (0, String::new());
        for template in list(self.object, "/spec/templates") {
            let known = self.after.template(text(template, "/name"));
            let status = known.map_or("Progressing", |known| known.status.as_str());
            let place = ORDER.iter().position(|one| *one == status).unwrap_or(0);
            if place > worst {
                worst = place;
                message = known.map(|known| known.message.clone()).unwrap_or_default();
            }
        }
        (if ORDER[worst] == "Progressing" { "Pending" } else { ORDER[worst] }, message)
    }

    fn worst_analysis(&self) -> (String, String) {
        let (mut worst, mut message) = ("Successful".to_owned(), String::new());
        for run in &self.after.analysis_runs {
            if is_worse(&worst, &run.phase) {
                worst.clone_from(&run.phase);
                message.clone_from(&run.message);
            }
        }
        if self.needed_succeeded() && !matches!(worst.as_str(), "Failed" | "Error" | "Inconclusive" | "Pending") {
            return ("Successful".to_owned(), REQUIRED_COMPLETED.to_owned());
        }
        // What counts as the Experiment's phase runs, once its templates do.
        (if worst == "Pending" { "Running".to_owned() } else { worst }, message)
    }

    fn needs_analyses(&self) -> bool {
        list(self.object, "/spec/analyses").iter().any(|analysis| flag(analysis, "/requiredForCompletion"))
    }

    /// Whether there are analyses that must succeed, and all of them have.
    fn needed_succeeded(&self) -> bool {
        let mut needed =
            list(self.object, "/spec/analyses").iter().filter(|one| flag(one, "/requiredForCompletion")).peekable();
        let succeeded = |analysis: &Value| {
            let name = text(analysis, "/name");
            self.after.analysis_runs.iter().any(|run| run.name == name && run.phase == "Successful")
        };
        needed.peek().is_some() && needed.all(succeeded)
    }

    fn conditions(&mut self) {
        let name = self.name().to_owned();
        let now = self.now;
        let one = |status: &str, reason: &str, text: String| condition(now, "Progressing", status, reason, text);
        if self.after.phase == "Successful" {
            let text = format!("Experiment \"{name}\" has successfully ran and completed.");
            self.after.set_condition(one("False", "ExperimentCompleted", text));
        } else if self.progressed() {
            let text = format!("Experiment \"{name}\" is progressing.");
            let mut change: Condition = one("True", "ReplicaSetUpdated", text);
            if let Some(present) = self.before.conditions.iter().find(|present| present.kind == "Progressing") {
                if present.status == "True" {
                    change.last_transition_time.clone_from(&present.last_transition_time);
                }
                self.after.conditions.retain(|present| present.kind != "Progressing");
            }
            self.after.set_condition(change);
        } else if self.before.phase == "Running" {
            let text = format!("Experiment \"{name}\" is running.");
            self.after.set_condition(one("True", "NewReplicaSetAvailable", text));
        }
    }

    fn progressed(&self) -> bool {
        let counts =
            |one: &TemplateStatus| [one.replicas, one.updated_replicas, one.ready_replicas, one.available_replicas];
        self.before.template_statuses.len() != self.after.template_statuses.len()
            || self
                .before
                .template_statuses
                .iter()
                .zip(&self.after.template_statuses)
                .any(|(before, after)| counts(before) != counts(after))
    }

    fn next(&mut self) {
        if is_terminating(self.object, &self.after) {
            return;
        }
        let moment = SignedDuration::from_millis(1);
        if let Some(end) = self.end(&self.after).filter(|end| *end >= self.now) {
            self.wake_at(end.saturating_add(moment).unwrap_or(end));
        }
        let limit = SignedDuration::from_secs(self.deadline_seconds());
        for status in self.after.template_statuses.clone() {
            if !matches!(status.status.as_str(), "Progressing" | "Running") {
                continue;
            }
            let wanted = self.wanted(&status.name);
            let since = status.last_transition_time.as_deref().and_then(time);
            if let Some(since) = since.filter(|_| status.available_replicas != wanted) {
                let end = since.saturating_add(limit).unwrap_or(since);
                self.wake_at(end.saturating_add(moment).unwrap_or(end));
            }
        }
    }
}
