//! What makes a Rollout's spec invalid: the first mistake in the order in which the controller looks for them, in its
//! words and with its paths (Argo Rollouts, `pkg/apis/rollouts/validation`). The paths of the canary's own fields leave
//! out `canary`, as there; those of the objects it refers to do not.

use super::json::{flag, list, number, text};
use super::spec::{Spec, pause_duration};
use crate::demo::store::{ROLLOUTS, SERVICES, Store};
use jiff::SignedDuration;
use serde_json::Value;
use std::fmt::Write;

/// What is wrong, as the condition's message says it.
type Found = Result<(), String>;

/// What is wrong with a Rollout, whose template is resolved; `None` when nothing is.
pub fn problem(store: &Store, rollout: &Value) -> Option<String> {
    let stored = store.get(&ROLLOUTS, text(rollout, "/metadata/namespace"), text(rollout, "/metadata/name"));
    let workload = stored.and_then(|stored| super::workload_ref::problem(store, &stored));
    let found = workload.map_or(Ok(()), Err).and_then(|()| spec(rollout)).and_then(|()| references(store, rollout));
    found.err()
}

fn invalid<T>(field: &str, value: &str, why: &str) -> Result<T, String> {
    Err(format!("{field}: Invalid value: {value}: {why}"))
}

/// As Go quotes it (`%q`): what cannot be printed is escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for letter in text.chars() {
        let number = u32::from(letter);
        // Writing into a string cannot fail.
        let _ = match letter {
            '"' | '\\' => write!(out, "\\{letter}"),
            '\n' => write!(out, "\\n"),
            '\r' => write!(out, "\\r"),
            '\t' => write!(out, "\\t"),
            ' '..='~' => write!(out, "{letter}"),
            _ if number < 0x80 => write!(out, "\\x{number:02x}"),
            _ if letter.escape_debug().eq([letter]) => write!(out, "{letter}"),
            _ if number <= 0xffff => write!(out, "\\u{number:04x}"),
            _ => write!(out, "\\U{number:08x}"),
        };
    }
    out.push('"');
    out
}

fn spec(rollout: &Value) -> Found {
    let at = |field: &str| number(rollout, &format!("/spec/{field}"));
    let not_negative = |field: &str| match at(field).filter(|value| *value < 0) {
        Some(value) => invalid(&format!("spec.{field}"), &value.to_string(), "must be greater than or equal to 0"),
        None => Ok(()),
    };
    not_negative("replicas")?;
    if rollout.pointer("/spec/workloadRef").is_none() {
        let Some(selector) = rollout.pointer("/spec/selector").filter(|selector| !selector.is_null()) else {
            return Err("spec.selector: Required value: Rollout has missing field '.spec.selector'".to_owned());
        };
        let empty = |field: &str| match selector.get(field) {
            Some(Value::Object(map)) => map.is_empty(),
            Some(Value::Array(list)) => list.is_empty(),
            _ => true,
        };
        if empty("matchLabels") && empty("matchExpressions") {
            return invalid("spec.selector", "{}", "empty selector is invalid for deployment");
        }
    }
    template(rollout)?;
    not_negative("minReadySeconds")?;
    not_negative("revisionHistoryLimit")?;
    not_negative("progressDeadlineSeconds")?;
    let deadline = at("progressDeadlineSeconds").unwrap_or(600);
    if deadline <= at("minReadySeconds").unwrap_or(0) {
        let why = "must be greater than minReadySeconds";
        return invalid("spec.progressDeadlineSeconds", &deadline.to_string(), why);
    }
    let strategy = rollout.pointer("/spec/strategy");
    let has = |name: &str| strategy.and_then(|strategy| strategy.get(name)).is_some_and(|value| !value.is_null());
    match (has("canary"), has("blueGreen")) {
        (false, false) => Err("spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'".to_owned()),
        (true, true) => {
            let value = "\"blueGreen: true canary: true\"";
            invalid("spec.strategy.strategy", value, "Multiple Strategies can not be listed")
        }
        (false, true) => blue_green(rollout),
        (true, false) => canary(rollout),
    }
}

/// The pod template, as far as people get it wrong (k8s.io/kubernetes, pkg/apis/core/validation).
fn template(rollout: &Value) -> Found {
    if let Some(labels) = rollout.pointer("/spec/selector/matchLabels").and_then(Value::as_object) {
        let template = rollout.pointer("/spec/template/metadata/labels");
        if labels.iter().any(|(name, value)| template.and_then(|labels| labels.get(name)) != Some(value)) {
            let value = template.map_or_else(|| "null".to_owned(), Value::to_string);
            let why = "`selector` does not match template `labels`";
            return invalid("spec.template.metadata.labels", &value, why);
        }
    }
    let containers = list(rollout, "/spec/template/spec/containers");
    if containers.is_empty() {
        return Err("spec.template.spec.containers: Required value".to_owned());
    }
    for (at, container) in containers.iter().enumerate() {
        let field = format!("spec.template.spec.containers[{at}]");
        let name = text(container, "/name");
        if name.is_empty() {
            return Err(format!("{field}.name: Required value"));
        }
        if containers[..at].iter().any(|other| text(other, "/name") == name) {
            return Err(format!("{field}.name: Duplicate value: {}", quoted(name)));
        }
        if text(container, "/image").is_empty() {
            return Err(format!("{field}.image: Required value"));
        }
    }
    let policy = text(rollout, "/spec/template/spec/restartPolicy");
    if !matches!(policy, "" | "Always") {
        return Err(format!(
            "spec.template.spec.restartPolicy: Unsupported value: {}: supported values: \"Always\"",
            quoted(policy)
        ));
    }
    Ok(())
}

fn blue_green(rollout: &Value) -> Found {
    let at = |field: &str| text(rollout, &format!("/spec/strategy/blueGreen/{field}"));
    if at("activeService") == at("previewService") {
        let why = "This rollout uses the same service for the active and preview services, but two different services are required.";
        return invalid("spec.strategy.activeService", &quoted(at("activeService")), why);
    }
    let history = number(rollout, "/spec/revisionHistoryLimit").unwrap_or(10);
    let limit = number(rollout, "/spec/strategy/blueGreen/scaleDownDelayRevisionLimit");
    if let Some(limit) = limit.filter(|limit| history < *limit) {
        let why = "This rollout's revision history limit can not be smaller than the rollout's scale down limit";
        return invalid("spec.strategy.scaleDownDelayRevisionLimit", &limit.to_string(), why);
    }
    Ok(())
}

/// The routers that work only with both Services.
const NEED_SERVICES: [&str; 6] = ["smi", "apisix", "ambassador", "nginx", "appMesh", "traefik"];

fn canary(rollout: &Value) -> Found {
    let spec = Spec(rollout);
    let Some(canary) = spec.canary() else { return Ok(()) };
    let zero = |name: &str| match canary.get(name) {
        Some(Value::Number(number)) => number.as_i64() == Some(0),
        Some(Value::String(text)) => text.trim_end_matches('%').parse::<i64>().unwrap_or(0) == 0,
        _ => false,
    };
    if zero("maxSurge") && zero("maxUnavailable") {
        let value = canary.get("maxSurge").map_or_else(|| "null".to_owned(), Value::to_string);
        return invalid("spec.strategy.maxSurge", &value, "MaxSurge and MaxUnavailable both can not be zero");
    }
    let (stable, preview) = (text(canary, "/stableService"), text(canary, "/canaryService"));
    if !stable.is_empty() && stable == preview {
        let why = "This rollout uses the same service for the stable and canary services, but two different services are required.";
        return invalid("spec.strategy.stableService", &quoted(stable), why);
    }
    let routing = canary.get("trafficRouting").filter(|routing| !routing.is_null());
    if let Some(routing) = routing {
        let has = |name: &str| routing.get(name).is_some_and(|value| !value.is_null());
        let needs = NEED_SERVICES.iter().any(|name| has(name))
            || (has("alb") && canary.get("pingPong").is_none())
            || (has("istio") && routing.pointer("/istio/destinationRule").is_none());
        for (field, name) in [("stableService", stable), ("canaryService", preview)] {
            if needs && name.is_empty() {
                let why = "Canary service and Stable service must to be set to use Traffic Routing";
                return invalid(&format!("spec.strategy.{field}"), "\"\"", why);
            }
        }
        let delay = canary.get("scaleDownDelaySeconds").is_some();
        if delay && flag(canary, "/dynamicStableScale") {
            let why = "Canary dynamicStableScale cannot be used with scaleDownDelaySeconds";
            return invalid("spec.strategy.dynamicStableScale", "true", why);
        }
        if let Some(most) = number(routing, "/maxTrafficWeight").filter(|_| !has("nginx") && !has("plugins")) {
            let why = "Canary maxTrafficWeight in traffic routing only support in Nginx and Plugins";
            return invalid("spec.strategy.trafficRouting.maxTrafficWeight", &most.to_string(), why);
        }
    } else {
        if let Some(delay) = number(canary, "/scaleDownDelaySeconds") {
            let why = "Canary scaleDownDelaySeconds can only be used with traffic routing";
            return invalid("spec.strategy.scaleDownDelaySeconds", &delay.to_string(), why);
        }
        if flag(canary, "/dynamicStableScale") {
            let why = "Canary dynamicStableScale can only be used with traffic routing";
            return invalid("spec.strategy.dynamicStableScale", "true", why);
        }
    }
    for (at, step) in spec.steps().iter().enumerate() {
        self::step(step, &format!("spec.strategy.steps[{at}]"), routing)?;
    }
    Ok(())
}

const STEP: &str = "Step must have one of the following set: experiment, setWeight, setCanaryScale or pause";

fn step(step: &Value, field: &str, routing: Option<&Value>) -> Found {
    let has = |name: &str| step.get(name).is_some_and(|value| !value.is_null());
    let kinds = ["experiment", "pause", "setWeight", "analysis"];
    if kinds.iter().filter(|kind| has(kind)).count() > 1 {
        let value = format!(
            "step.Experiment: {} step.Pause: {} step.SetWeight: {} step.Analysis: {}",
            has("experiment"),
            has("pause"),
            has("setWeight"),
            has("analysis")
        );
        return invalid(field, &quoted(&value), STEP);
    }
    let others = ["setCanaryScale", "setHeaderRoute", "setMirrorRoute", "plugin"];
    if !kinds.iter().chain(&others).any(|kind| has(kind)) {
        let value = "step.Experiment: true step.Pause: true step.SetWeight: true step.Analysis: true step.SetCanaryScale: true step.SetHeaderRoute: true step.SetMirrorRoutes: true step.Plugin: true";
        return invalid(field, &quoted(value), STEP);
    }
    let most = routing.and_then(|routing| number(routing, "/maxTrafficWeight")).unwrap_or(100);
    if let Some(weight) = number(step, "/setWeight").filter(|weight| !(0..=most).contains(weight)) {
        let why = format!("SetWeight needs to be between 0 and {most}");
        return invalid(&format!("{field}.setWeight"), &weight.to_string(), &why);
    }
    if let Some(duration) = step.get("pause").and_then(pause_duration).filter(SignedDuration::is_negative) {
        let value = duration.as_secs().to_string();
        return invalid(&format!("{field}.pause.duration"), &value, "Duration needs to be greater than 0");
    }
    if has("setCanaryScale") && routing.is_none() {
        return Err(
            "spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set".to_owned()
        );
    }
    let routes = |names: &[&str]| routing.is_some_and(|routing| names.iter().any(|name| routing.get(name).is_some()));
    for (kind, routers, why) in [
        (
            "setHeaderRoute",
            ["istio", "alb", "apisix", "plugins"].as_slice(),
            "SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix",
        ),
        ("setMirrorRoute", ["istio"].as_slice(), "SetMirrorRoute requires TrafficRouting, supports Istio only"),
    ] {
        let Some(route) = step.get(kind).filter(|route| !route.is_null()) else { continue };
        if !routes(routers) {
            return invalid(&format!("{field}.{kind}"), &route.to_string(), why);
        }
        let managed = routing.map_or(&[][..], |routing| list(routing, "/managedRoutes"));
        if managed.is_empty() {
            return Err("spec.strategy.trafficRouting.managedRoutes: Required value: Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'".to_owned());
        }
        let name = text(route, "/name");
        if !managed.iter().any(|one| text(one, "/name") == name) {
            let why = "Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes";
            return invalid(&format!("{field}.{kind}"), &quoted(name), why);
        }
    }
    let templates = list(step, "/experiment/templates");
    for (at, template) in templates.iter().enumerate() {
        if let (Some(weight), None) = (number(template, "/weight"), routing) {
            let field = format!("{field}.experiment.templates[{at}].weight");
            let why = "Experiment template weight cannot be set unless TrafficRouting is enabled";
            return invalid(&field, &weight.to_string(), why);
        }
    }
    Ok(())
}

/// The objects that the strategy refers to.
fn references(store: &Store, rollout: &Value) -> Found {
    let namespace = text(rollout, "/metadata/namespace");
    let blue_green = rollout.pointer("/spec/strategy/blueGreen").is_some_and(|strategy| !strategy.is_null());
    let (strategy, fields) = if blue_green {
        ("blueGreen", ["activeService", "previewService"])
    } else {
        ("canary", ["stableService", "canaryService"])
    };
    for field in fields {
        let name = text(rollout, &format!("/spec/strategy/{strategy}/{field}"));
        if name.is_empty() {
            continue;
        }
        let field = format!("spec.strategy.{strategy}.{field}");
        let Some(service) = store.get(&SERVICES, namespace, name) else {
            return invalid(&field, &quoted(name), &format!("service \"{name}\" not found"));
        };
        self::service(&service, rollout, &field)?;
    }
    Ok(())
}

/// A Service must select the Rollout's pods, and be managed by no other Rollout.
fn service(service: &Value, rollout: &Value, field: &str) -> Found {
    let name = text(service, "/metadata/name");
    let labels = rollout.pointer("/spec/template/metadata/labels");
    let ephemeral = ["stableMetadata", "canaryMetadata"]
        .map(|which| rollout.pointer(&format!("/spec/strategy/canary/{which}/labels")));
    for (key, value) in service.pointer("/spec/selector").and_then(Value::as_object).into_iter().flatten() {
        let has = |labels: Option<&Value>| labels.and_then(|labels| labels.get(key)) == Some(value);
        if key != super::spec::HASH_LABEL && !has(labels) && !ephemeral.into_iter().any(has) {
            return invalid(
                field,
                &quoted(name),
                &format!("Service {} has unmatch label {} in rollout", quoted(name), quoted(key)),
            );
        }
    }
    let manager = super::json::annotation(service, "argo-rollouts.argoproj.io/managed-by-rollouts");
    if !manager.is_empty() && manager != text(rollout, "/metadata/name") {
        return invalid(field, &quoted(name), &format!("Service {} is managed by another Rollout", quoted(name)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_go_quotes_them() {
        assert_eq!(quoted("a \"b\" \\ ü\n"), r#""a \"b\" \\ ü\n""#);
        assert_eq!(quoted("\u{1b}[31m\u{202e}x\u{200d}👩"), r#""\x1b[31m\u202ex\u200d👩""#);
    }
}
