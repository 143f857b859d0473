//! What must hold inside an object beyond its schema (k8s.io/kubernetes, pkg/apis/*/validation): the rules that a
//! manifest breaks most often, in the words of the server.

use super::failure::{Cause, Failure};
use crate::demo::store::Kind;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Refuses an object that breaks a rule. Defaults are in it already.
pub(crate) fn check(kind: &Kind, object: &Value) -> Result<(), Failure> {
    let mut causes = Vec::new();
    labels(object, "metadata", &mut causes);
    match kind.kind {
        "Service" => service(object, &mut causes),
        "Deployment" | "StatefulSet" => {
            selected(object, &mut causes);
            images(object, &mut causes);
        }
        "Job" => images(object, &mut causes),
        "ConfigMap" | "Secret" => keys(object, &mut causes),
        "HorizontalPodAutoscaler" => autoscaler(object, &mut causes),
        "PodDisruptionBudget" => {
            let spec = object.get("spec").cloned().unwrap_or_default();
            if spec.get("minAvailable").is_some() && spec.get("maxUnavailable").is_some() {
                let message = format!("Invalid value: {spec}: minAvailable and maxUnavailable cannot be both set");
                causes.push(Cause::invalid("spec", message));
            }
        }
        "Ingress" => ingress(object, &mut causes),
        _ => {}
    }
    if causes.is_empty() {
        return Ok(());
    }
    Err(Failure::invalid(kind.group, kind.kind, &super::write::name_of(object), &causes))
}

/// Labels, and the size of annotations.
fn labels(object: &Value, at: &str, causes: &mut Vec<Cause>) {
    let map = |field: &str| object.get(at).and_then(|metadata| metadata.get(field)).and_then(Value::as_object);
    let ends = |text: &str| {
        let edge = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
        edge(text.chars().next()) && edge(text.chars().last())
    };
    let plain = |text: &str| text.chars().all(|one| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.'));
    let field = format!("{at}.labels");
    for (name, value) in map("labels").into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let short = name.rsplit('/').next().unwrap_or_default();
        if short.is_empty() || short.len() > 63 || !plain(short) || !ends(short) {
            causes.push(Cause::invalid(
                &field,
                format!(
                    "Invalid value: {name:?}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
                ),
            ));
        }
        if value.len() > 63 {
            causes.push(Cause::invalid(&field, format!("Invalid value: {value:?}: must be no more than 63 bytes")));
        } else if !value.is_empty() && (!plain(value) || !ends(value)) {
            causes.push(Cause::invalid(
                &field,
                format!(
                    "Invalid value: {value:?}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
                ),
            ));
        }
    }
    let size: usize = map("annotations")
        .into_iter()
        .flatten()
        .map(|(name, value)| name.len() + value.as_str().unwrap_or_default().len())
        .sum();
    if size > 256 * 1024 {
        let message = "Too long: may not be more than 262144 bytes".to_owned();
        causes.push(Cause { reason: "FieldValueTooLong", message, field: format!("{at}.annotations") });
    }
}

fn items<'a>(object: &'a Value, path: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    object.pointer(path).and_then(Value::as_array).into_iter().flatten().enumerate()
}

fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn service(object: &Value, causes: &mut Vec<Cause>) {
    let count = items(object, "/spec/ports").count();
    if count == 0 && text(object, "/spec/clusterIP") != "None" && text(object, "/spec/type") != "ExternalName" {
        causes.push(Cause::required("spec.ports", "Required value"));
    }
    let mut names = BTreeSet::new();
    for (at, port) in items(object, "/spec/ports") {
        let name = text(port, "/name");
        if name.is_empty() && count > 1 {
            causes.push(Cause::required(format!("spec.ports[{at}].name"), "Required value"));
        } else if !name.is_empty() && !names.insert(name) {
            let message = format!("Duplicate value: {name:?}");
            causes.push(Cause { reason: "FieldValueDuplicate", message, field: format!("spec.ports[{at}].name") });
        }
        for field in ["port", "targetPort"] {
            if let Some(number) = port.get(field).and_then(Value::as_i64).filter(|number| !(1..=65535).contains(number))
            {
                let message = format!("Invalid value: {number}: must be between 1 and 65535, inclusive");
                causes.push(Cause::invalid(format!("spec.ports[{at}].{field}"), message));
            }
        }
    }
}

fn selected(object: &Value, causes: &mut Vec<Cause>) {
    let none = Map::new();
    let of = |path| object.pointer(path).and_then(Value::as_object).unwrap_or(&none);
    let (wanted, labels) = (of("/spec/selector/matchLabels"), of("/spec/template/metadata/labels"));
    if wanted.iter().any(|(name, value)| labels.get(name) != Some(value)) {
        let message = format!("Invalid value: {}: `selector` does not match template `labels`", json!(labels));
        causes.push(Cause::invalid("spec.template.metadata.labels", message));
    }
}

fn images(object: &Value, causes: &mut Vec<Cause>) {
    for (at, container) in items(object, "/spec/template/spec/containers") {
        if text(container, "/image").is_empty() {
            causes.push(Cause::required(format!("spec.template.spec.containers[{at}].image"), "Required value"));
        }
    }
}

fn keys(object: &Value, causes: &mut Vec<Cause>) {
    for field in ["data", "binaryData"] {
        for name in object.get(field).and_then(Value::as_object).into_iter().flatten().map(|(name, _)| name) {
            let good = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.');
            if name.is_empty() || name.len() > 253 || !name.chars().all(good) {
                causes.push(Cause::invalid(
                    format!("{field}[{name}]"),
                    format!(
                        "Invalid value: {name:?}: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"
                    ),
                ));
            }
        }
    }
}

fn autoscaler(object: &Value, causes: &mut Vec<Cause>) {
    let number = |path| object.pointer(path).and_then(Value::as_i64).unwrap_or(0);
    let (least, most) = (number("/spec/minReplicas"), number("/spec/maxReplicas"));
    if most < 1 {
        causes.push(Cause::invalid("spec.maxReplicas", format!("Invalid value: {most}: must be greater than 0")));
    } else if most < least {
        let message = format!("Invalid value: {most}: must be greater than or equal to `minReplicas`");
        causes.push(Cause::invalid("spec.maxReplicas", message));
    }
}

fn ingress(object: &Value, causes: &mut Vec<Cause>) {
    for (at, rule) in items(object, "/spec/rules") {
        for (number, path) in items(rule, "/http/paths") {
            if text(path, "/pathType").is_empty() {
                let field = format!("spec.rules[{at}].http.paths[{number}].pathType");
                causes.push(Cause::required(field, "Required value: pathType must be specified"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::store::{CONFIG_MAPS, DEPLOYMENTS, HORIZONTAL_POD_AUTOSCALERS, INGRESSES, ROLLOUTS, SERVICES};

    #[test]
    fn each_broken_rule_is_named_with_its_field() {
        for (kind, object, says) in [
            (&SERVICES, json!({"spec": {"ports": []}}), "spec.ports: Required value"),
            (
                &SERVICES,
                json!({"spec": {"ports": [{"port": 1, "name": "a"}, {"port": 2}]}}),
                "spec.ports[1].name: Required",
            ),
            (&SERVICES, json!({"spec": {"ports": [{"port": 70000}]}}), "must be between 1 and 65535"),
            (
                &SERVICES,
                json!({"spec": {"ports": [{"port": 1, "name": "a"}, {"port": 2, "name": "a"}]}}),
                "spec.ports[1].name: Duplicate value: \"a\"",
            ),
            (
                &DEPLOYMENTS,
                json!({"spec": {"selector": {"matchLabels": {"a": "b"}}, "template": {"metadata": {"labels": {"a": "c"}}}}}),
                "Invalid value: {\"a\":\"c\"}: `selector` does not match template `labels`",
            ),
            (&ROLLOUTS, json!({"metadata": {"labels": {"a": "b c"}}}), "metadata.labels: Invalid value: \"b c\""),
            (&ROLLOUTS, json!({"metadata": {"labels": {"a": "b".repeat(64)}}}), "no more than 63 bytes"),
            (
                &ROLLOUTS,
                json!({"metadata": {"annotations": {"a": "b".repeat(300_000)}}}),
                "metadata.annotations: Too long",
            ),
            (&CONFIG_MAPS, json!({"data": {"a b": ""}}), "data[a b]: Invalid value"),
            (&HORIZONTAL_POD_AUTOSCALERS, json!({"spec": {"minReplicas": 3, "maxReplicas": 2}}), "spec.maxReplicas"),
            (&INGRESSES, json!({"spec": {"rules": [{"http": {"paths": [{}]}}]}}), "pathType must be specified"),
        ] {
            let message = check(kind, &object).expect_err(says).message;
            assert!(message.contains(says), "{message}");
        }
    }
}
