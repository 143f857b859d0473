//! An object described in words, as `kubectl describe` would, but made for rollouts: steps with their numbers, where the
//! traffic goes, why a container ended. Works on the whole object as the API gave it, masked (see [`super::mask`]), since
//! the slim objects leave out what a list does not need. Times are absolute, so a description does not age.

mod analysis;
mod fields;
mod pod;
mod rollout;

use fields::{number, pairs, text, when};
use serde_json::Value;

/// What a line means; decides its sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// A fact.
    #[default]
    Plain,
    /// Well, or done.
    Good,
    /// Under way.
    Busy,
    /// Waits.
    Waits,
    /// Failed.
    Bad,
    /// Worth a look.
    Attention,
    /// Not begun.
    Later,
}

/// One line of a description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// 0 for the title of a section; what belongs to it is deeper.
    pub depth: usize,
    /// Name of the fact, or title.
    pub label: String,
    /// The fact.
    pub value: String,
    /// What it means.
    pub tone: Tone,
}

/// A description being written.
#[derive(Debug, Default)]
struct Sheet(Vec<Line>);

impl Sheet {
    fn title(&mut self, label: &str) {
        self.0.push(Line { label: label.to_owned(), ..Line::default() });
    }

    /// A fact; one that is not there is left out.
    fn fact(&mut self, depth: usize, label: &str, value: impl Into<String>) {
        self.toned(depth, label, value, Tone::Plain);
    }

    fn toned(&mut self, depth: usize, label: &str, value: impl Into<String>, tone: Tone) {
        let value = value.into();
        if !value.is_empty() {
            self.0.push(Line { depth, label: label.to_owned(), value, tone });
        }
    }

    /// A line without a value, with what is deeper below it.
    fn group(&mut self, depth: usize, label: &str, tone: Tone) {
        self.0.push(Line { depth, label: label.to_owned(), value: String::new(), tone });
    }
}

/// Describes an object. It should be masked before.
#[must_use]
pub fn describe(object: &Value) -> Vec<Line> {
    let mut sheet = Sheet::default();
    let kind = text(object, "/kind");
    metadata(&mut sheet, object);
    match kind.as_str() {
        "Rollout" => rollout::rollout(&mut sheet, object),
        "ReplicaSet" | "Deployment" | "StatefulSet" => rollout::workload(&mut sheet, object),
        "Pod" => pod::pod(&mut sheet, object),
        "AnalysisRun" => analysis::run(&mut sheet, object),
        "Experiment" => analysis::experiment(&mut sheet, object),
        "Job" => analysis::job(&mut sheet, object),
        _ => {}
    }
    conditions(&mut sheet, object);
    sheet.0
}

fn metadata(sheet: &mut Sheet, object: &Value) {
    sheet.title(&text(object, "/kind"));
    sheet.fact(1, "name", text(object, "/metadata/name"));
    sheet.fact(1, "namespace", text(object, "/metadata/namespace"));
    sheet.fact(1, "created", when(object, "/metadata/creationTimestamp"));
    sheet.toned(1, "being deleted", when(object, "/metadata/deletionTimestamp"), Tone::Attention);
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    for owner in owners.into_iter().flatten() {
        sheet.fact(1, "owner", format!("{} {}", text(owner, "/kind"), text(owner, "/name")));
    }
    sheet.fact(1, "revision", text(object, "/metadata/annotations/rollout.argoproj.io~1revision"));
    sheet.fact(1, "generation", number(object, "/metadata/generation"));
    for (at, label) in [("/metadata/labels", "labels"), ("/metadata/annotations", "annotations")] {
        let found = pairs(object, at);
        if !found.is_empty() {
            sheet.group(1, label, Tone::Plain);
            for (key, value) in found {
                sheet.fact(2, &key, if value.is_empty() { "\"\"".to_owned() } else { value });
            }
        }
    }
}

/// Conditions of any kind of object, the newest word of each.
fn conditions(sheet: &mut Sheet, object: &Value) {
    let all = object.pointer("/status/conditions").and_then(Value::as_array);
    let Some(all) = all.filter(|all| !all.is_empty()) else { return };
    sheet.title("conditions");
    for condition in all {
        let (kind, status) = (text(condition, "/type"), text(condition, "/status"));
        let reason = text(condition, "/reason");
        let words = if reason.is_empty() { status.clone() } else { format!("{status} · {reason}") };
        sheet.toned(1, &kind, words, condition_tone(&kind, &status));
        sheet.fact(2, "since", when(condition, "/lastTransitionTime"));
        sheet.fact(2, "updated", when(condition, "/lastUpdateTime"));
        sheet.fact(2, "message", text(condition, "/message"));
    }
}

/// What a condition means depends on its type: some are good when they hold, some bad.
fn condition_tone(kind: &str, status: &str) -> Tone {
    let bad_when_true =
        matches!(kind, "InvalidSpec" | "ReplicaFailure" | "Failed" | "DisruptionTarget" | "FailureTarget");
    let says_little = matches!(kind, "Completed" | "Paused" | "Healthy" | "Suspended" | "PodReadyToStartContainers");
    match status {
        "True" if bad_when_true => Tone::Bad,
        "True" if kind == "Paused" || kind == "Suspended" => Tone::Waits,
        "True" => Tone::Good,
        "False" if bad_when_true || says_little => Tone::Plain,
        "False" => Tone::Bad,
        _ => Tone::Attention,
    }
}

#[cfg(test)]
mod tests;
