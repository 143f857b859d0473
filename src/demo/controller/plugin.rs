//! Step plugins, in an honest form: each runs for some seconds and succeeds (Argo Rollouts, `rollout/stepplugin.go`).
//! Its `config` may say otherwise: `seconds` how long, and `result: Failed` that it fails, which aborts the update.

use super::json::{flag, list, number, set, text, time};
use super::pass::Pass;
use crate::demo::store::stamp;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// How long a plugin runs when its `config` does not say it.
const SECONDS: i64 = 10;

impl Pass<'_> {
    /// Runs the plugin of the current step, ends one that is skipped, undoes those of an aborted update.
    pub fn reconcile_plugins(&mut self) {
        let statuses = list(&self.before.canary, "/stepPluginStatuses").to_vec();
        let mut after = statuses.clone();
        let promoted = !self.before.stable_rs.is_empty() && self.before.stable_rs == self.before.current_pod_hash;
        if self.aborted() {
            self.undo_plugins(&mut after);
        } else if self.before.promote_full || promoted {
            let running = after.iter().rev().find(|one| is(one, "Run") && text(one, "/phase") == "Running").cloned();
            if let Some(running) = running {
                self.answer(&mut after, &running, "Terminate");
            }
        } else {
            self.run_plugin(&mut after);
        }
        self.plugins = after;
    }

    fn run_plugin(&mut self, statuses: &mut Vec<Value>) {
        let (step, index) = self.spec().current_step(&self.before);
        let plugin = step.and_then(|step| step.get("plugin")).cloned();
        if index == Some(0) && (plugin.is_none() || statuses.iter().any(|one| of(one, 0, "Run") && is_done(one))) {
            // The first step again: what is there comes from before a retry.
            statuses.clear();
        }
        let (Some(plugin), Some(index)) = (plugin, index) else { return };
        if self.before.phase != "Progressing" {
            return;
        }
        let now = stamp(self.now);
        let at = statuses.iter().position(|one| of(one, index, "Run"));
        let Some(at) = at else {
            let disabled = flag(&plugin, "/disabled");
            let mut status = json!({
                "index": index, "name": text(&plugin, "/name"), "operation": "Run",
                "phase": if disabled { "Successful" } else { "Running" },
                "startedAt": now, "updatedAt": now, "executions": 1, "backoff": "10s",
            });
            if disabled {
                set(&mut status, &["disabled"], json!(true));
            } else {
                self.tell_plugin(&status);
                self.wake_after(&plugin, &now);
            }
            statuses.push(status);
            return;
        };
        if text(&statuses[at], "/phase") != "Running" {
            return;
        }
        let since = text(&statuses[at], "/startedAt").to_owned();
        if time(&since).is_some_and(|since| self.now.duration_since(since) < seconds(&plugin)) {
            self.wake_after(&plugin, &since);
            return;
        }
        let status = &mut statuses[at];
        let failed = text(&plugin, "/config/result") == "Failed";
        let executions = number(status, "/executions").unwrap_or(0) + 1;
        set(status, &["phase"], json!(if failed { "Failed" } else { "Successful" }));
        set(status, &["executions"], json!(executions));
        for field in ["updatedAt", "finishedAt"] {
            set(status, &[field], json!(now));
        }
        if failed {
            let message = text(&plugin, "/config/message");
            let message = if message.is_empty() { "the plugin failed" } else { message };
            set(status, &["message"], json!(message));
            let (status, message) = (status.clone(), message.to_owned());
            self.tell_plugin(&status);
            self.abort_now = true;
            self.abort_cause = Some(message);
        }
    }

    /// Asks every plugin that ran to undo what it did, newest first.
    fn undo_plugins(&mut self, statuses: &mut Vec<Value>) {
        let ran: Vec<Value> = statuses.iter().rev().filter(|one| is(one, "Run")).cloned().collect();
        for one in ran {
            self.answer(statuses, &one, "Abort");
        }
    }

    /// Another operation on a plugin that ran, which succeeds at once.
    fn answer(&mut self, statuses: &mut Vec<Value>, ran: &Value, operation: &str) {
        let index = number(ran, "/index").unwrap_or(0);
        if statuses.iter().any(|one| of(one, index, operation)) {
            return;
        }
        let now = stamp(self.now);
        let status = json!({
            "index": index, "name": text(ran, "/name"), "operation": operation, "phase": "Successful",
            "startedAt": now, "updatedAt": now, "finishedAt": now, "executions": 1,
        });
        self.tell_plugin(&status);
        statuses.push(status);
    }

    fn wake_after(&mut self, plugin: &Value, since: &str) {
        let Some(since) = time(since) else { return };
        let wait = seconds(plugin).saturating_add(SignedDuration::from_millis(5));
        self.wake_at(since.saturating_add(wait).unwrap_or(since));
    }

    fn tell_plugin(&mut self, status: &Value) {
        let (name, phase) = (text(status, "/name"), text(status, "/phase"));
        let step = number(status, "/index").unwrap_or(0) + 1;
        let doing = match text(status, "/operation") {
            "Abort" => " abort",
            "Terminate" => " terminate",
            _ => "",
        };
        let kind = if phase == "Failed" { "Warning" } else { "Normal" };
        self.tell(
            kind,
            "StepPluginTransition",
            &format!("Plugin '{name}'{doing} at step {step} transitioned to {phase}"),
        );
    }

    /// Whether the plugin of a step is done.
    pub fn plugin_done(&self, index: i64) -> bool {
        let run = self.plugins.iter().find(|one| of(one, index, "Run"));
        run.is_some_and(|run| flag(run, "/disabled") || is_done(run))
    }
}

fn seconds(plugin: &Value) -> SignedDuration {
    SignedDuration::from_secs(number(plugin, "/config/seconds").unwrap_or(SECONDS).max(0))
}

fn is(status: &Value, operation: &str) -> bool {
    text(status, "/operation") == operation
}

fn of(status: &Value, index: i64, operation: &str) -> bool {
    is(status, operation) && number(status, "/index") == Some(index)
}

fn is_done(status: &Value) -> bool {
    matches!(text(status, "/phase"), "Successful" | "Failed")
}
