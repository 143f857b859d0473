//! What makes a Rollout's spec invalid (Argo Rollouts, `pkg/apis/rollouts/validation`): the cases that people meet.

use super::json::{list, number, text};
use super::spec::{Spec, pause_duration};
use crate::demo::store::{ANALYSIS_TEMPLATES, CLUSTER_ANALYSIS_TEMPLATES, SERVICES, Store};
use jiff::SignedDuration;
use serde_json::Value;

/// What is wrong, as the condition's message says it; `None` when nothing is.
pub fn problem(store: &Store, rollout: &Value) -> Option<String> {
    let invalid = |field: &str, value: &str, text: &str| Some(format!("{field}: Invalid value: {value}: {text}"));
    let strategy = rollout.pointer("/spec/strategy");
    let has = |name: &str| strategy.and_then(|strategy| strategy.get(name)).is_some_and(|value| !value.is_null());
    if has("canary") && has("blueGreen") {
        return invalid("spec.strategy", "\"\"", "Multiple Strategies can not be listed");
    }
    if !has("canary") && !has("blueGreen") {
        return invalid(
            "spec.strategy.strategy",
            "\"\"",
            "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
        );
    }
    if rollout.pointer("/spec/selector/matchLabels").is_none() {
        return Some("spec.selector: Required value: Rollout has missing field '.spec.selector'".to_owned());
    }
    if list(rollout, "/spec/template/spec/containers").is_empty() {
        return Some("spec.template.spec.containers: Required value".to_owned());
    }
    if let Some(labels) = rollout.pointer("/spec/selector/matchLabels").and_then(Value::as_object) {
        let template = rollout.pointer("/spec/template/metadata/labels");
        if labels.iter().any(|(name, value)| template.and_then(|labels| labels.get(name)) != Some(value)) {
            return invalid("spec.template.metadata.labels", "{}", "`selector` does not match template `labels`");
        }
    }
    let spec = Spec(rollout);
    let canary = spec.canary()?;
    for (at, step) in spec.steps().iter().enumerate() {
        let field = format!("spec.strategy.canary.steps[{at}]");
        if step.as_object().is_none_or(|step| step.len() != 1) {
            return invalid(
                &field,
                "\"\"",
                "Step must have one of the following set: experiment, setWeight, setCanaryScale or pause",
            );
        }
        if let Some(weight) = number(step, "/setWeight").filter(|weight| !(0..=100).contains(weight)) {
            return invalid(
                &format!("{field}.setWeight"),
                &weight.to_string(),
                "SetWeight needs to be between 0 and 100",
            );
        }
        if let Some(duration) = step.get("pause").and_then(pause_duration).filter(SignedDuration::is_negative) {
            let value = duration.as_secs().to_string();
            return invalid(&format!("{field}.pause.duration"), &value, "Duration needs to be greater than 0");
        }
        if step.get("setCanaryScale").is_some() {
            return invalid(
                &format!("{field}.setCanaryScale"),
                "{}",
                "SetCanaryScale requires TrafficRouting to be set",
            );
        }
    }
    let zero = |name: &str| matches!(canary.get(name), Some(value) if value == 0 || value == "0" || value == "0%");
    if zero("maxSurge") && zero("maxUnavailable") {
        return invalid("spec.strategy.canary.maxSurge", "0", "MaxSurge and MaxUnavailable both can not be zero");
    }
    let namespace = text(rollout, "/metadata/namespace");
    for field in ["stableService", "canaryService"] {
        let name = text(canary, &format!("/{field}"));
        if !name.is_empty() && store.get(&SERVICES, namespace, name).is_none() {
            let field = format!("spec.strategy.canary.{field}");
            return invalid(&field, &format!("\"{name}\""), &format!("service \"{name}\" not found"));
        }
    }
    for template in list(canary, "/analysis/templates") {
        let name = text(template, "/templateName");
        let (found, kind) = if super::json::flag(template, "/clusterScope") {
            (store.get(&CLUSTER_ANALYSIS_TEMPLATES, "", name), "ClusterAnalysisTemplate")
        } else {
            (store.get(&ANALYSIS_TEMPLATES, namespace, name), "AnalysisTemplate")
        };
        if found.is_none() {
            let field = "spec.strategy.canary.analysis.templates";
            return invalid(field, &format!("\"{name}\""), &format!("{kind} '{name}' not found"));
        }
    }
    None
}
