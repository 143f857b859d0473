//! An AnalysisRun, an Experiment, and the Job of an analysis.

use super::fields::{items, joined, named, number, scalar, text, when};
use super::rollout::argument_value;
use super::{Sheet, Tone};
use serde_json::Value;

/// What a phase of an analysis means.
pub fn tone(phase: &str) -> Tone {
    match phase {
        "Successful" => Tone::Good,
        "Running" => Tone::Busy,
        "Pending" => Tone::Later,
        "Inconclusive" => Tone::Waits,
        "Failed" | "Error" => Tone::Bad,
        _ => Tone::Attention,
    }
}

/// An AnalysisRun.
pub fn run(sheet: &mut Sheet, object: &Value) {
    phase(sheet, object);
    for argument in items(object, "/spec/args") {
        sheet.fact(1, &format!("argument {}", text(argument, "/name")), argument_value(argument));
    }
    if text(object, "/spec/terminate") == "true" {
        sheet.toned(1, "ends early", "asked to", Tone::Attention);
    }
    sheet.title("metrics");
    let results = items(object, "/status/metricResults");
    for metric in items(object, "/spec/metrics") {
        let name = text(metric, "/name");
        let result = results.iter().find(|result| text(result, "/name") == name).unwrap_or(&Value::Null);
        one(sheet, &name, metric, result);
    }
}

fn phase(sheet: &mut Sheet, object: &Value) {
    sheet.title("status");
    let phase = text(object, "/status/phase");
    let tone = tone(&phase);
    sheet.toned(1, "phase", if phase.is_empty() { "not begun".to_owned() } else { phase }, tone);
    sheet.fact(1, "message", text(object, "/status/message"));
    for (label, at) in [("started", "startedAt"), ("completed", "completedAt"), ("available since", "availableAt")] {
        sheet.fact(1, label, when(object, &format!("/status/{at}")));
    }
}

fn one(sheet: &mut Sheet, name: &str, metric: &Value, result: &Value) {
    let phase = text(result, "/phase");
    let tone = tone(if phase.is_empty() { "Pending" } else { &phase });
    sheet.toned(
        1,
        name,
        joined(&[if phase.is_empty() { "not begun".to_owned() } else { phase }, text(result, "/message")]),
        tone,
    );
    if text(result, "/dryRun") == "true" {
        sheet.toned(2, "dry run", "does not count", Tone::Attention);
    }
    let providers: Vec<&str> = metric
        .pointer("/provider")
        .and_then(Value::as_object)
        .map_or(Vec::new(), |all| all.keys().map(String::as_str).collect());
    sheet.fact(2, "provider", providers.join(", "));
    for provider in &providers {
        let settings = metric.pointer(&format!("/provider/{}", provider.replace('~', "~0").replace('/', "~1")));
        for (field, value) in settings.and_then(Value::as_object).into_iter().flatten() {
            if *provider != "job" {
                sheet.fact(2, field, scalar(value));
            }
        }
    }
    for (label, at) in [
        ("succeeds if", "/successCondition"),
        ("fails if", "/failureCondition"),
        ("interval", "/interval"),
        ("first after", "/initialDelay"),
        ("measurements", "/count"),
        ("may fail", "/failureLimit"),
        ("may be inconclusive", "/inconclusiveLimit"),
        ("may err in a row", "/consecutiveErrorLimit"),
    ] {
        sheet.fact(2, label, text(metric, at));
    }
    let counts: Vec<String> = ["successful", "failed", "inconclusive", "error"]
        .iter()
        .map(|kind| named(kind, &number(result, &format!("/{kind}"))))
        .collect();
    sheet.fact(2, "so far", joined(&counts));
    for measurement in items(result, "/measurements") {
        let phase = text(measurement, "/phase");
        let tone = self::tone(&phase);
        let value = joined(&[text(measurement, "/value"), phase, text(measurement, "/message")]);
        let at = when(measurement, "/finishedAt");
        sheet.toned(3, if at.is_empty() { "under way" } else { &at }, value, tone);
    }
}

/// An Experiment.
pub fn experiment(sheet: &mut Sheet, object: &Value) {
    phase(sheet, object);
    sheet.fact(1, "lasts", text(object, "/spec/duration"));
    sheet.title("templates");
    let statuses = items(object, "/status/templateStatuses");
    for template in items(object, "/spec/templates") {
        let name = text(template, "/name");
        let status = statuses.iter().find(|status| text(status, "/name") == name).unwrap_or(&Value::Null);
        let phase = text(status, "/status");
        let tone = tone(if phase.is_empty() { "Pending" } else { &phase });
        sheet.toned(
            1,
            &name,
            joined(&[if phase.is_empty() { "not begun".to_owned() } else { phase }, text(status, "/message")]),
            tone,
        );
        sheet.fact(2, "replicas", number(template, "/replicas"));
        sheet.fact(2, "ready", number(status, "/readyReplicas"));
        for container in items(template, "/template/spec/containers") {
            sheet.fact(2, &text(container, "/name"), text(container, "/image"));
        }
    }
    let runs = items(object, "/status/analysisRuns");
    if !items(object, "/spec/analyses").is_empty() {
        sheet.title("analyses");
    }
    for analysis in items(object, "/spec/analyses") {
        let name = text(analysis, "/name");
        let run = runs.iter().find(|run| text(run, "/name") == name).unwrap_or(&Value::Null);
        let phase = text(run, "/phase");
        let tone = tone(if phase.is_empty() { "Pending" } else { &phase });
        sheet.toned(
            1,
            &name,
            joined(&[if phase.is_empty() { "not begun".to_owned() } else { phase }, text(run, "/message")]),
            tone,
        );
        sheet.fact(2, "template", text(analysis, "/templateName"));
        sheet.fact(2, "run", text(run, "/analysisRun"));
    }
}

/// The Job of an analysis.
pub fn job(sheet: &mut Sheet, object: &Value) {
    sheet.title("status");
    for (label, at) in [("started", "/status/startTime"), ("completed", "/status/completionTime")] {
        sheet.fact(1, label, when(object, at));
    }
    for (label, at, tone) in [
        ("active", "/status/active", Tone::Busy),
        ("succeeded", "/status/succeeded", Tone::Good),
        ("failed", "/status/failed", Tone::Bad),
    ] {
        let count = number(object, at);
        if count != "0" {
            sheet.toned(1, label, count, tone);
        }
    }
    sheet.fact(1, "may fail", number(object, "/spec/backoffLimit"));
    sheet.fact(1, "deadline in seconds", number(object, "/spec/activeDeadlineSeconds"));
    sheet.title("pod template");
    for container in items(object, "/spec/template/spec/containers") {
        sheet.group(1, &format!("container {}", text(container, "/name")), Tone::Plain);
        super::rollout::container_facts(sheet, container);
    }
}
