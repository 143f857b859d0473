//! The rollouts controller's side of Experiments: the one of the current step is created, watched and ended (Argo
//! Rollouts, `rollout/experiment.go`).

use super::phase;
use crate::demo::controller::analysis::status::is_completed;
use crate::demo::controller::json::{controller_of, flag, list, set, text};
use crate::demo::controller::pass::{Pass, name_of};
use crate::demo::store::{EXPERIMENTS, Part, Refused};
use serde_json::{Value, json};
use std::sync::Arc;

/// The reason of the pause after an inconclusive Experiment.
pub(super) const INCONCLUSIVE_EXPERIMENT: &str = "InconclusiveExperiment";
/// How many Experiments of the same name there may be.
const MOST_NAMES: usize = 200;

impl Pass<'_> {
    /// Creates, watches and ends Experiments: called once in each canary pass, before [`Pass::reconcile_runs`]. Sets
    /// `abort_now` with its cause when one failed and `pause_now` when one is inconclusive.
    pub fn reconcile_experiments(&mut self) {
        let present = self.runs.experiment.clone();
        self.runs.told_experiment = None;
        if self.aborted() || self.before.promote_full {
            for one in self.runs.other_experiments.clone().into_iter().chain(present) {
                self.cancel_experiment(&one);
            }
            return;
        }
        if self.held_by_analysis() || self.before.pause(INCONCLUSIVE_EXPERIMENT).is_some() {
            self.runs.told_experiment = present.as_ref().map(|one| name_of(one).to_owned());
            return;
        }
        let step = self.spec().current_step(&self.before).0.and_then(|step| step.get("experiment")).cloned();
        let mut others = self.runs.other_experiments.clone();
        if let Some(step) = step {
            let current = present.or_else(|| self.create_experiment(&step));
            if let Some(current) = &current {
                let message = text(current, "/status/message");
                match phase(current) {
                    "Inconclusive" => self.pause_now = Some(INCONCLUSIVE_EXPERIMENT),
                    "Failed" | "Error" => {
                        self.abort_now = true;
                        let cause = if message.is_empty() { String::new() } else { format!(": {message}") };
                        self.abort_cause = Some(format!("Experiment analysis phase is error/failed{cause}"));
                    }
                    "Successful" => {}
                    _ => self.runs.told_experiment = Some(name_of(current).to_owned()),
                }
            }
            others.retain(|one| current.as_ref().is_none_or(|current| name_of(current) != name_of(one)));
            self.runs.experiment = current;
        } else if let Some(left) = present {
            others.push(left);
            self.runs.experiment = None;
        }
        for one in &others {
            self.cancel_experiment(one);
        }
        self.forget_runs(&EXPERIMENTS, others);
    }

    /// The weights of the templates of the running Experiment, with their hashes and Services.
    pub fn experiment_weights(&self) -> Vec<Value> {
        let Some(one) = self.runs.experiment.as_ref().filter(|one| phase(one) == "Running") else { return Vec::new() };
        let step = self.spec().current_step(&self.before).0.and_then(|step| step.get("experiment"));
        let of = |template: &Value| {
            let weight = template.get("weight").and_then(Value::as_i64)?;
            let name = text(template, "/name");
            let status = list(one, "/status/templateStatuses").iter().find(|status| text(status, "/name") == name)?;
            Some(json!({
                "weight": weight, "podTemplateHash": text(status, "/podTemplateHash"),
                "serviceName": text(status, "/serviceName"),
            }))
        };
        step.map(|step| list(step, "/templates").iter().filter_map(of).collect()).unwrap_or_default()
    }

    fn create_experiment(&mut self, step: &Value) -> Option<Arc<Value>> {
        let mut wanted = self.new_experiment(step)?;
        let name = text(&wanted, "/metadata/name").to_owned();
        for count in 0..MOST_NAMES {
            let tried = if count == 0 { name.clone() } else { format!("{name}-{count}") };
            set(&mut wanted, &["metadata", "name"], json!(tried));
            if let Ok(created) = self.store.create(&EXPERIMENTS, wanted.clone()) {
                self.tell("Normal", "ExperimentCreated", &format!("Created Experiment '{tried}'"));
                return Some(created);
            }
            let known = self.store.get(&EXPERIMENTS, &self.namespace, &tried);
            let same = known.filter(|known| {
                !is_completed(phase(known))
                    && known.get("spec") == wanted.get("spec")
                    && controller_of(known) == text(&self.rollout, "/metadata/uid")
            });
            if same.is_some() {
                return same;
            }
        }
        None
    }

    fn cancel_experiment(&self, one: &Value) {
        if flag(one, "/spec/terminate") || is_completed(phase(one)) {
            return;
        }
        // One that is gone needs no end.
        let _ = self.store.modify::<Refused>(&EXPERIMENTS, &self.namespace, name_of(one), Part::Main, |one| {
            set(one, &["spec", "terminate"], json!(true));
            Ok(())
        });
    }
}
