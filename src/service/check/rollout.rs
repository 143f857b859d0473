//! The spec of a Rollout by itself: what the controller would call InvalidSpec.

use super::{About, steps, unmatched};
use crate::config::problem::suggest;
use serde_json::Value;

const STRATEGIES: [&str; 2] = ["canary", "blueGreen"];

pub(super) fn check(about: &mut About<'_, '_>) {
    number(about, "/spec/replicas", 0);
    number(about, "/spec/minReadySeconds", 0);
    number(about, "/spec/revisionHistoryLimit", 0);
    pods(about);
    let ready = about.get("/spec/minReadySeconds").and_then(Value::as_i64).unwrap_or(0);
    let deadline = about.get("/spec/progressDeadlineSeconds").and_then(Value::as_i64).unwrap_or(600);
    if deadline <= ready {
        let pointer = if about.get("/spec/progressDeadlineSeconds").is_some() {
            "/spec/progressDeadlineSeconds"
        } else {
            "/spec/minReadySeconds"
        };
        about.wrong(pointer, &format!(": a deadline of {deadline} s is not after minReadySeconds ({ready})"), "");
    }
    strategy(about);
}

/// A field that is a whole number of at least `least` where it is there.
fn number(about: &mut About<'_, '_>, pointer: &str, least: i64) {
    if let Some(value) = about.get(pointer) {
        match value.as_i64() {
            None => {
                about.wrong(pointer, &format!(" is {}, not a whole number", super::short(value)), "remove the quotes");
            }
            Some(number) if number < least => {
                about.wrong(pointer, &format!(" is {number}"), &format!("at least {least}"));
            }
            Some(number) if i32::try_from(number).is_err() => {
                about.wrong(pointer, &format!(" is {number}"), &format!("at most {}", i32::MAX));
            }
            Some(_) => {}
        }
    }
}

fn pods(about: &mut About<'_, '_>) {
    let containers = about.get("/spec/template/spec/containers").and_then(Value::as_array);
    if about.get("/spec/workloadRef").is_some() {
        if about.get("/spec/template").is_some() {
            about.wrong("/spec/workloadRef", " stands together with a template", "keep one of them");
        }
        return;
    }
    if about.get("/spec/template").is_none() {
        about.wrong("/spec", " has neither a template nor a workloadRef", "add the template of the pods");
        return;
    }
    if containers.is_none_or(Vec::is_empty) {
        about.wrong("/spec/template", " has no containers", "add spec.template.spec.containers");
    }
    let Some(selector) =
        about.get("/spec/selector").filter(|selector| selector.as_object().is_some_and(|map| !map.is_empty()))
    else {
        about.wrong("/spec/selector", " is empty", "name the labels of the pods in spec.selector.matchLabels");
        return;
    };
    let labels = about.get("/spec/template/metadata/labels");
    if let Some((key, value)) = selector.get("matchLabels").and_then(|wanted| unmatched(wanted, labels)) {
        let what = format!(" wants {key}={value}, which the pods of the template do not have");
        about.wrong("/spec/selector/matchLabels", &what, "make selector and spec.template.metadata.labels agree");
    }
}

fn strategy(about: &mut About<'_, '_>) {
    let Some(strategy) = about.get("/spec/strategy").and_then(Value::as_object) else {
        about.wrong("/spec", " has no strategy", "add spec.strategy with canary or blueGreen");
        return;
    };
    for name in strategy.keys().filter(|name| !STRATEGIES.contains(&name.as_str())) {
        let hint = suggest(name, STRATEGIES).unwrap_or_default();
        about.wrong(&format!("/spec/strategy/{name}"), " is no strategy", &hint);
    }
    let given: Vec<&str> =
        STRATEGIES.into_iter().filter(|name| strategy.get(*name).is_some_and(|v| !v.is_null())).collect();
    match given.as_slice() {
        [] if strategy.keys().all(|name| STRATEGIES.contains(&name.as_str())) => {
            about.wrong("/spec/strategy", " is empty", "canary or blueGreen; write `canary: {}` for one without steps");
        }
        ["canary"] => canary(about),
        ["blueGreen"] => blue_green(about),
        [_, _] => about.wrong("/spec/strategy", " has both canary and blueGreen", "keep one of them"),
        _ => {}
    }
}

fn canary(about: &mut About<'_, '_>) {
    const CANARY: &str = "/spec/strategy/canary";
    let routed = about.get("/spec/strategy/canary/trafficRouting").is_some();
    if !routed {
        for name in
            ["scaleDownDelaySeconds", "abortScaleDownDelaySeconds", "dynamicStableScale", "minPodsPerReplicaSet"]
        {
            let pointer = format!("{CANARY}/{name}");
            if about.get(&pointer).is_some_and(|value| value != &Value::Bool(false)) {
                about.wrong(&pointer, " works only with trafficRouting", "remove it, or add trafficRouting");
            }
        }
    }
    let zero =
        |value: Option<&Value>| value.is_some_and(|v| v.as_i64() == Some(0) || matches!(v.as_str(), Some("0" | "0%")));
    let surge = about.get("/spec/strategy/canary/maxSurge");
    if zero(surge) && zero(about.get("/spec/strategy/canary/maxUnavailable")) {
        about.wrong(
            "/spec/strategy/canary/maxSurge",
            " and maxUnavailable are both zero: no pod could be replaced",
            "",
        );
    }
    let stable = about.text("/spec/strategy/canary/stableService");
    let canary = about.text("/spec/strategy/canary/canaryService");
    if canary.is_some() && canary == stable {
        about.wrong("/spec/strategy/canary/stableService", " is the canaryService too", "two Services are needed");
    }
    let ping_pong = about.get("/spec/strategy/canary/pingPong").is_some();
    if routed && !ping_pong && (canary.is_none() || stable.is_none()) {
        let what = " without canaryService and stableService";
        about.doubt("/spec/strategy/canary/trafficRouting", what, "most traffic routers need both");
    }
    steps::check(about, routed);
}

fn blue_green(about: &mut About<'_, '_>) {
    let active = about.text("/spec/strategy/blueGreen/activeService");
    match active {
        None => about.wrong("/spec/strategy/blueGreen", " has no activeService", "name the Service that users reach"),
        active if active == about.text("/spec/strategy/blueGreen/previewService") => {
            about.wrong(
                "/spec/strategy/blueGreen/previewService",
                " is the activeService too",
                "two Services are needed",
            );
        }
        Some(_) => {}
    }
}
