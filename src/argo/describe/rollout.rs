//! A Rollout, and what has a pod template like it: strategy, steps, traffic, analysis, how far it is.

use super::fields::{items, joined, named, number, pairs, scalar, selector, text, when};
use super::{Sheet, Tone};
use crate::argo::forecast::step_words;
use crate::argo::rollout::Rollout;
use serde_json::Value;

/// A Rollout.
pub fn rollout(sheet: &mut Sheet, object: &Value) {
    let decoded = Rollout::decode(object);
    status(sheet, object, &decoded);
    if let Some(canary) = object.pointer("/spec/strategy/canary") {
        sheet.title("canary");
        strategy_facts(sheet, canary);
        traffic(sheet, canary);
        steps(sheet, object, &decoded);
        analysis(sheet, canary, "/analysis", "background analysis");
    }
    if let Some(blue_green) = object.pointer("/spec/strategy/blueGreen") {
        sheet.title("blue-green");
        strategy_facts(sheet, blue_green);
        analysis(sheet, blue_green, "/prePromotionAnalysis", "analysis before the switch");
        analysis(sheet, blue_green, "/postPromotionAnalysis", "analysis after the switch");
    }
    if object.pointer("/spec/strategy/canary").is_none() && object.pointer("/spec/strategy/blueGreen").is_none() {
        sheet.title("strategy");
        sheet.toned(1, "none", "the spec has neither canary nor blueGreen: the controller refuses it", Tone::Bad);
    }
    spec(sheet, object);
    template(sheet, object, "/spec/template");
}

/// A ReplicaSet, or the workload that a rollout refers to.
pub fn workload(sheet: &mut Sheet, object: &Value) {
    let (wanted, ready) = (number(object, "/spec/replicas"), number(object, "/status/readyReplicas"));
    let ready = if ready.is_empty() { "0".to_owned() } else { ready };
    sheet.title("pods");
    let tone = if wanted == ready { Tone::Good } else { Tone::Attention };
    sheet.toned(1, "ready", format!("{ready} of {}", if wanted.is_empty() { "1" } else { &wanted }), tone);
    sheet.fact(1, "current", number(object, "/status/replicas"));
    sheet.fact(1, "available", number(object, "/status/availableReplicas"));
    sheet.fact(1, "observed generation", number(object, "/status/observedGeneration"));
    let deadline = text(object, "/metadata/annotations/scale-down-deadline");
    sheet.toned(1, "scaled down at", deadline.replacen('T', " ", 1), Tone::Waits);
    sheet.fact(1, "selector", selector(object, "/spec/selector/matchLabels"));
    template(sheet, object, "/spec/template");
}

fn status(sheet: &mut Sheet, object: &Value, decoded: &Rollout) {
    sheet.title("status");
    let phase = text(object, "/status/phase");
    let tone = match phase.as_str() {
        "Healthy" => Tone::Good,
        "Progressing" => Tone::Busy,
        "Paused" => Tone::Waits,
        "Degraded" => Tone::Bad,
        _ => Tone::Attention,
    };
    sheet.toned(1, "phase", if phase.is_empty() { "not written by the controller".to_owned() } else { phase }, tone);
    sheet.fact(1, "message", text(object, "/status/message"));
    if let Some(unreadable) = &decoded.unreadable {
        sheet.toned(1, "cannot be read", unreadable.to_string(), Tone::Bad);
    }
    for pause in items(object, "/status/pauseConditions") {
        sheet.toned(
            1,
            "paused",
            joined(&[text(pause, "/reason"), named("since", &when(pause, "/startTime"))]),
            Tone::Waits,
        );
    }
    if text(object, "/status/abort") == "true" {
        sheet.toned(1, "aborted", when(object, "/status/abortedAt"), Tone::Bad);
    }
    let counts =
        [("wanted", "/spec/replicas"), ("current", "/status/replicas"), ("updated", "/status/updatedReplicas")];
    let more = [("ready", "/status/readyReplicas"), ("available", "/status/availableReplicas")];
    let counts: Vec<String> = counts.iter().chain(&more).map(|(name, at)| named(name, &number(object, at))).collect();
    sheet.fact(1, "pods", joined(&counts));
    sheet.fact(1, "new version", text(object, "/status/currentPodHash"));
    sheet.fact(1, "stable version", text(object, "/status/stableRS"));
    sheet.fact(1, "active", text(object, "/status/blueGreen/activeSelector"));
    sheet.fact(1, "preview", text(object, "/status/blueGreen/previewSelector"));
    for (name, at) in [("canary", "/status/canary/weights/canary"), ("stable", "/status/canary/weights/stable")] {
        let Some(weight) = object.pointer(at) else { continue };
        let to = joined(&[text(weight, "/serviceName"), text(weight, "/podTemplateHash")]);
        sheet.fact(1, &format!("weight of {name}"), joined(&[number(weight, "/weight"), to]));
    }
    for (name, at) in [
        ("step analysis", "/status/canary/currentStepAnalysisRunStatus"),
        ("background analysis", "/status/canary/currentBackgroundAnalysisRunStatus"),
        ("analysis before the switch", "/status/blueGreen/prePromotionAnalysisRunStatus"),
        ("analysis after the switch", "/status/blueGreen/postPromotionAnalysisRunStatus"),
    ] {
        let Some(run) = object.pointer(at) else { continue };
        let phase = text(run, "/status");
        let tone = super::analysis::tone(&phase);
        sheet.toned(1, name, joined(&[text(run, "/name"), phase, text(run, "/message")]), tone);
    }
    sheet.fact(1, "observed generation", text(object, "/status/observedGeneration"));
}

/// Plain fields of a strategy, by their own names, in the order of the alphabet.
fn strategy_facts(sheet: &mut Sheet, strategy: &Value) {
    const OWN_PLACE: &[&str] =
        &["steps", "trafficRouting", "analysis", "prePromotionAnalysis", "postPromotionAnalysis"];
    for (name, value) in strategy.as_object().into_iter().flatten() {
        if !OWN_PLACE.contains(&name.as_str()) {
            sheet.fact(1, name, scalar(value));
        }
    }
}

fn traffic(sheet: &mut Sheet, canary: &Value) {
    let Some(routing) = canary.pointer("/trafficRouting").and_then(Value::as_object) else {
        sheet.fact(1, "traffic", "by the number of pods: there is no traffic router");
        return;
    };
    for (router, settings) in routing {
        match settings {
            Value::Object(settings) => {
                sheet.group(1, &format!("traffic by {router}"), Tone::Plain);
                settings.iter().for_each(|(name, value)| sheet.fact(2, name, scalar(value)));
            }
            other => sheet.fact(1, router, scalar(other)),
        }
    }
}

fn steps(sheet: &mut Sheet, object: &Value, decoded: &Rollout) {
    let steps = decoded.spec.steps();
    if steps.is_empty() {
        sheet.fact(1, "steps", "none: a new version takes all traffic at once");
        return;
    }
    let index = object.pointer("/status/currentStepIndex").and_then(Value::as_u64);
    let done = index.and_then(|index| usize::try_from(index).ok());
    let paused = !decoded.status.pause_conditions.is_empty();
    sheet.group(1, &format!("steps, {}", steps.len()), Tone::Plain);
    for (at, step) in steps.iter().enumerate() {
        let tone = match done {
            Some(done) if at < done => Tone::Good,
            Some(done) if at == done && paused => Tone::Waits,
            Some(done) if at == done => Tone::Busy,
            _ => Tone::Later,
        };
        sheet.toned(2, &(at + 1).to_string(), step_words(step, decoded.max_weight()), tone);
    }
}

/// An analysis of the strategy: its templates and arguments.
fn analysis(sheet: &mut Sheet, strategy: &Value, at: &str, label: &str) {
    let Some(analysis) = strategy.pointer(at) else { return };
    sheet.group(1, label, Tone::Plain);
    for template in items(analysis, "/templates") {
        let scope = if text(template, "/clusterScope") == "true" { "for the whole cluster" } else { "" };
        sheet.fact(2, "template", joined(&[text(template, "/templateName"), scope.to_owned()]));
    }
    sheet.fact(2, "from step", number(analysis, "/startingStep"));
    for argument in items(analysis, "/args") {
        sheet.fact(2, &format!("argument {}", text(argument, "/name")), argument_value(argument));
    }
}

/// Where the value of an argument comes from.
pub fn argument_value(argument: &Value) -> String {
    let value = text(argument, "/value");
    if value.is_empty() { argument.pointer("/valueFrom").map(scalar).unwrap_or_default() } else { value }
}

fn spec(sheet: &mut Sheet, object: &Value) {
    sheet.title("spec");
    sheet.fact(1, "selector", selector(object, "/spec/selector/matchLabels"));
    if let Some(of) = object.pointer("/spec/workloadRef") {
        sheet.fact(
            1,
            "pods from",
            format!("{} {} ({})", text(of, "/kind"), text(of, "/name"), text(of, "/apiVersion")),
        );
    }
    for name in [
        "paused",
        "minReadySeconds",
        "progressDeadlineSeconds",
        "progressDeadlineAbort",
        "revisionHistoryLimit",
        "restartAt",
    ] {
        sheet.fact(1, name, text(object, &format!("/spec/{name}")));
    }
    if let Some(window) = object.pointer("/spec/rollbackWindow") {
        sheet.fact(1, "rollbackWindow", scalar(window));
    }
}

/// A pod template: its containers and what they run.
fn template(sheet: &mut Sheet, object: &Value, at: &str) {
    let Some(template) = object.pointer(at) else { return };
    sheet.title("pod template");
    let labels = selector(template, "/metadata/labels");
    sheet.fact(1, "labels", labels);
    sheet.fact(1, "service account", text(template, "/spec/serviceAccountName"));
    for (kind, at) in [("init container", "/spec/initContainers"), ("container", "/spec/containers")] {
        for container in items(template, at) {
            sheet.group(1, &format!("{kind} {}", text(container, "/name")), Tone::Plain);
            container_facts(sheet, container);
        }
    }
}

/// What a container of a template or of a pod is told to run.
pub fn container_facts(sheet: &mut Sheet, container: &Value) {
    sheet.fact(2, "image", text(container, "/image"));
    for field in ["command", "args"] {
        let words: Vec<String> = items(container, &format!("/{field}")).iter().map(scalar).collect();
        sheet.fact(2, field, words.join(" "));
    }
    let ports: Vec<String> = items(container, "/ports")
        .iter()
        .map(|port| {
            [text(port, "/name"), number(port, "/containerPort")]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    sheet.fact(2, "ports", ports.join(", "));
    for (label, at) in [("requests", "/resources/requests"), ("limits", "/resources/limits")] {
        let found: Vec<String> =
            pairs(container, at).into_iter().map(|(name, value)| format!("{name} {value}")).collect();
        sheet.fact(2, label, found.join(" · "));
    }
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"] {
        sheet.fact(2, probe, container.get(probe).map(scalar).unwrap_or_default());
    }
    for variable in items(container, "/env") {
        sheet.fact(2, &format!("env {}", text(variable, "/name")), argument_value(variable));
    }
    for from in items(container, "/envFrom") {
        sheet.fact(2, "env from", scalar(from));
    }
}
