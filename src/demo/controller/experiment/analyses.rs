//! The AnalysisRuns of an Experiment: created once all templates are up, watched, and ended with it.

use super::Look;
use super::status::AnalysisStatus;
use crate::demo::controller::analysis::status::is_completed;
use crate::demo::controller::analysis::template::{self, Made};
use crate::demo::controller::json::{flag, list, set, text};
use crate::demo::controller::runs::merge;
use crate::demo::controller::spec::HASH_LABEL;
use crate::demo::store::{ANALYSIS_RUNS, REPLICA_SETS};
use serde_json::{Value, json};

impl Look<'_> {
    /// Creates, watches or ends the run of an analysis, and notes how it stands.
    pub(super) fn analysis(&mut self, analysis: &Value) {
        let name = text(analysis, "/name").to_owned();
        let known = self.before.analysis_runs.iter().find(|run| run.name == name).cloned();
        let prior = known.unwrap_or_else(|| AnalysisStatus { name: name.clone(), ..AnalysisStatus::default() });
        let mut status = prior.clone();
        self.follow(analysis, &mut status);
        if status.phase != prior.phase && !status.phase.is_empty() {
            let mut message = format!("AnalysisRun '{name}' transitioned from {} -> {}", prior.phase, status.phase);
            if !status.message.is_empty() {
                message = format!("{message}: {}", status.message);
            }
            let bad = matches!(status.phase.as_str(), "Failed" | "Error" | "Inconclusive");
            let reason = format!("AnalysisRun{}", status.phase);
            self.tell(if bad { "Warning" } else { "Normal" }, &reason, &message);
            // The real controller warns the Rollout whatever the phase.
            self.tell_rollout("Warning", &reason, &message);
        }
        self.after.set_analysis(status);
    }

    fn follow(&mut self, analysis: &Value, status: &mut AnalysisStatus) {
        let error = |status: &mut AnalysisStatus, message: String| {
            "Error".clone_into(&mut status.phase);
            status.message = message;
        };
        let references = [analysis.clone()];
        if self.before.available_at.is_none() {
            if let Some((_, why)) = template::missing(self.store, self.namespace(), &references) {
                let kind = if flag(analysis, "/clusterScope") { "ClusterAnalysisTemplate" } else { "AnalysisTemplate" };
                let message = format!("{kind} verification failed for analysis '{}': {why}", status.name);
                error(status, message);
            }
            return;
        }
        if status.analysis_run.is_empty() {
            if self.terminating {
                return;
            }
            match self.create_run(analysis, &references) {
                Ok(name) => {
                    "Pending".clone_into(&mut status.phase);
                    status.analysis_run = name;
                }
                Err(why) => {
                    let message = format!("Failed to create AnalysisRun for analysis '{}': {why}", status.name);
                    error(status, message);
                }
            }
            return;
        }
        if is_completed(&status.phase) {
            return;
        }
        let Some(run) = self.store.get(&ANALYSIS_RUNS, self.namespace(), &status.analysis_run) else {
            let message = format!("analysisrun.argoproj.io \"{}\" not found", status.analysis_run);
            return error(status, message);
        };
        let phase = text(&run, "/status/phase");
        if self.terminating {
            if !is_completed(phase) && !flag(&run, "/spec/terminate") {
                let message = format!("Terminating {} ({})", status.name, status.analysis_run);
                self.tell("Normal", "AnalysisRunTerminating", &message);
                template::terminate(self.store, self.namespace(), &status.analysis_run);
            }
            return;
        }
        phase.clone_into(&mut status.phase);
        text(&run, "/status/message").clone_into(&mut status.message);
    }

    fn create_run(&self, analysis: &Value, references: &[Value]) -> Result<String, String> {
        let args: Vec<Value> = list(analysis, "/args").iter().map(|argument| self.argument(argument)).collect();
        let made = Made {
            templates: references,
            args: &args,
            dry_run: list(self.object, "/spec/dryRun"),
            retention: list(self.object, "/spec/measurementRetention"),
        };
        let spec = template::spec(self.store, self.namespace(), made)?;
        let mut run = json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
            "metadata": {
                "name": format!("{}-{}", self.name(), text(analysis, "/name")), "namespace": self.namespace(),
                "ownerReferences": self.as_owner(),
            },
            "spec": spec,
        });
        for part in ["labels", "annotations"] {
            let given = self.object.pointer(&format!("/spec/analysisRunMetadata/{part}"));
            if given.is_some_and(Value::is_object) {
                let mut map = json!({});
                merge(&mut map, given);
                set(&mut run, &["metadata", part], map);
            }
        }
        template::create(self.store, run).map(|run| text(&run, "/metadata/name").to_owned())
    }

    /// An argument with `{{templates.NAME.podTemplateHash}}` and `{{experiment.*}}` put in.
    fn argument(&self, argument: &Value) -> Value {
        let mut argument = argument.clone();
        let Some(value) = argument.get("value").and_then(Value::as_str) else { return argument };
        let mut value = value.to_owned();
        for template in list(self.object, "/spec/templates") {
            let name = text(template, "/name");
            let set = self.store.get(&REPLICA_SETS, self.namespace(), &format!("{}-{name}", self.name()));
            let Some(set) = set else { continue };
            let hash = crate::demo::controller::json::label(&set, HASH_LABEL);
            value = value.replace(&format!("{{{{templates.{name}.podTemplateHash}}}}"), hash);
            value = value.replace(&format!("{{{{templates.{name}.replicaset.name}}}}"), text(&set, "/metadata/name"));
        }
        if let Some(at) = &self.before.available_at {
            value = value.replace("{{experiment.availableAt}}", at);
        }
        set(&mut argument, &["value"], json!(value));
        argument
    }
}
