//! A pod: how its containers are, how they were before, and why.

use super::fields::{items, joined, named, number, text, when};
use super::rollout::container_facts;
use super::{Sheet, Tone};
use serde_json::Value;

/// A pod.
pub fn pod(sheet: &mut Sheet, object: &Value) {
    sheet.title("status");
    let phase = text(object, "/status/phase");
    let tone = match phase.as_str() {
        "Running" | "Succeeded" => Tone::Good,
        "Failed" => Tone::Bad,
        "Pending" => Tone::Waits,
        _ => Tone::Attention,
    };
    sheet.toned(1, "phase", phase, tone);
    sheet.toned(1, "reason", text(object, "/status/reason"), Tone::Attention);
    sheet.fact(1, "message", text(object, "/status/message"));
    sheet.fact(1, "node", joined(&[text(object, "/spec/nodeName"), text(object, "/status/hostIP")]));
    sheet.fact(1, "address", text(object, "/status/podIP"));
    sheet.fact(1, "started", when(object, "/status/startTime"));
    sheet.fact(1, "quality of service", text(object, "/status/qosClass"));
    sheet.fact(1, "service account", text(object, "/spec/serviceAccountName"));
    let lists = [
        ("init containers", "/spec/initContainers", "/status/initContainerStatuses"),
        ("containers", "/spec/containers", "/status/containerStatuses"),
        ("ephemeral containers", "/spec/ephemeralContainers", "/status/ephemeralContainerStatuses"),
    ];
    for (title, containers, statuses) in lists {
        let (containers, statuses) = (items(object, containers), items(object, statuses));
        if containers.is_empty() {
            continue;
        }
        sheet.title(title);
        for container in containers {
            let name = text(container, "/name");
            let status = statuses.iter().find(|status| text(status, "/name") == name);
            one(sheet, &name, status.unwrap_or(&Value::Null));
            container_facts(sheet, container);
        }
    }
    volumes(sheet, object);
}

fn one(sheet: &mut Sheet, name: &str, status: &Value) {
    let (words, tone) = state(status.pointer("/state"));
    let ready = match text(status, "/ready").as_str() {
        "true" => "ready".to_owned(),
        "false" => "not ready".to_owned(),
        _ => String::new(),
    };
    sheet.toned(1, name, joined(&[words, ready]), tone);
    sheet.fact(2, "message", message(status.pointer("/state")));
    let restarts = number(status, "/restartCount");
    let tone = if matches!(restarts.as_str(), "" | "0") { Tone::Plain } else { Tone::Attention };
    sheet.toned(2, "restarts", restarts, tone);
    let (last, tone) = state(status.pointer("/lastState"));
    if status.pointer("/lastState").and_then(Value::as_object).is_some_and(|last| !last.is_empty()) {
        sheet.toned(2, "before", last, if tone == Tone::Good { Tone::Plain } else { tone });
        sheet.fact(2, "message then", message(status.pointer("/lastState")));
    }
    sheet.fact(2, "image id", text(status, "/imageID"));
}

/// `waiting · CrashLoopBackOff`, `running since …`, `ended · OOMKilled · exit code 137 · …`.
fn state(state: Option<&Value>) -> (String, Tone) {
    let Some(state) = state else { return ("not started".to_owned(), Tone::Later) };
    if let Some(running) = state.pointer("/running") {
        return (joined(&["running".to_owned(), named("since", &when(running, "/startedAt"))]), Tone::Good);
    }
    if let Some(waiting) = state.pointer("/waiting") {
        let reason = text(waiting, "/reason");
        let starts = matches!(reason.as_str(), "ContainerCreating" | "PodInitializing" | "");
        return (joined(&["waiting".to_owned(), reason]), if starts { Tone::Waits } else { Tone::Bad });
    }
    if let Some(ended) = state.pointer("/terminated") {
        let code = number(ended, "/exitCode");
        let signal = number(ended, "/signal");
        let tone = if code == "0" { Tone::Good } else { Tone::Bad };
        let parts = [
            "ended".to_owned(),
            text(ended, "/reason"),
            named("exit code", &code),
            if signal == "0" { String::new() } else { named("signal", &signal) },
            named("from", &when(ended, "/startedAt")),
            named("to", &when(ended, "/finishedAt")),
        ];
        return (joined(&parts), tone);
    }
    ("not started".to_owned(), Tone::Later)
}

fn message(state: Option<&Value>) -> String {
    let of = |kind: &str| state.map(|state| text(state, kind)).unwrap_or_default();
    joined(&[of("/waiting/message"), of("/terminated/message")])
}

fn volumes(sheet: &mut Sheet, object: &Value) {
    let volumes = items(object, "/spec/volumes");
    if volumes.is_empty() {
        return;
    }
    sheet.title("volumes");
    for volume in volumes {
        let Some(fields) = volume.as_object() else { continue };
        let kinds: Vec<&str> = fields.keys().map(String::as_str).filter(|key| *key != "name").collect();
        let from = ["/configMap/name", "/secret/secretName", "/persistentVolumeClaim/claimName", "/hostPath/path"];
        let from: Vec<String> = from.iter().map(|at| text(volume, at)).collect();
        sheet.fact(1, &text(volume, "/name"), joined(&[kinds.join(", "), joined(&from)]));
    }
}
