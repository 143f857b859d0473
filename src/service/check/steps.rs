//! The steps of a canary: exactly one thing each, and that well formed.

use super::{About, go_duration, short};
use crate::config::problem::near;
use serde_json::Value;

const KINDS: [&str; 8] =
    ["setWeight", "pause", "setCanaryScale", "setHeaderRoute", "setMirrorRoute", "analysis", "experiment", "plugin"];

pub(super) fn check(about: &mut About<'_, '_>, routed: bool) {
    const STEPS: &str = "/spec/strategy/canary/steps";
    let Some(value) = about.get(STEPS) else { return };
    let Some(steps) = value.as_array() else {
        about.wrong(STEPS, &format!(" is {}, not a list", short(value)), "begin each step with `- `");
        return;
    };
    for (at, step) in steps.iter().enumerate() {
        one(about, &format!("{STEPS}/{at}"), step, routed);
    }
}

fn one(about: &mut About<'_, '_>, pointer: &str, step: &Value, routed: bool) {
    let Some(fields) = step.as_object() else {
        about.wrong(pointer, &format!(" is {}, not a step", short(step)), "as in `- setWeight: 10`");
        return;
    };
    let keys: Vec<&String> = fields.keys().collect();
    match keys.as_slice() {
        [] => about.wrong(pointer, " is an empty step", "as in `- pause: {}`"),
        [key] => kind(about, &format!("{pointer}/{key}"), key, &fields[key.as_str()], routed),
        _ => {
            let all = keys.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(" and ");
            about.wrong(pointer, &format!(" has {all}: a step does one thing"), "begin each with `- `");
        }
    }
}

fn kind(about: &mut About<'_, '_>, pointer: &str, key: &str, value: &Value, routed: bool) {
    if value.is_null() {
        let hint = if key == "pause" { "write `pause: {}` to wait for a person" } else { "give it a value" };
        about.wrong(pointer, " is empty, so the step would be lost", hint);
        return;
    }
    if matches!(key, "setCanaryScale" | "setHeaderRoute" | "setMirrorRoute") && !routed {
        about.wrong(pointer, " works only with trafficRouting", "remove the step, or add trafficRouting");
    }
    match key {
        "setWeight" => weight(about, pointer, value),
        "pause" => pause(about, pointer, value),
        "setCanaryScale" => {
            let given = ["weight", "replicas", "matchTrafficWeight"];
            let given: Vec<&str> =
                given.into_iter().filter(|name| value.get(*name).is_some_and(|v| !v.is_null())).collect();
            if given.len() != 1 {
                about.wrong(
                    pointer,
                    &format!(" has {} of weight, replicas, matchTrafficWeight", given.len()),
                    "give one",
                );
            }
        }
        "setHeaderRoute" | "setMirrorRoute" => route(about, pointer, value),
        "analysis" if value.get("templates").and_then(Value::as_array).is_none_or(Vec::is_empty) => {
            about.wrong(pointer, " names no templates", "add templates with a templateName");
        }
        "experiment" => {
            if value.get("templates").and_then(Value::as_array).is_none_or(Vec::is_empty) {
                about.wrong(pointer, " has no templates", "add a template with `specRef: canary`");
            }
            if let Some(text) = value.get("duration").and_then(Value::as_str).filter(|text| go_duration(text).is_none())
            {
                about.wrong(
                    &format!("{pointer}/duration"),
                    &format!(" is \"{text}\", no duration"),
                    "as in 30s, 10m or 1h30m",
                );
            }
        }
        "plugin" if value.get("name").and_then(Value::as_str).is_none_or(str::is_empty) => {
            about.wrong(pointer, " has no name", "");
        }
        key if KINDS.contains(&key) => {}
        key => match near(key, KINDS) {
            Some(meant) => about.wrong(pointer, " is no step", &format!("did you mean \"{meant}\"?")),
            None => about.doubt(pointer, " is a step that rolltop does not know", "a newer controller may"),
        },
    }
}

fn weight(about: &mut About<'_, '_>, pointer: &str, value: &Value) {
    let most =
        about.get("/spec/strategy/canary/trafficRouting/maxTrafficWeight").and_then(Value::as_i64).unwrap_or(100);
    match value.as_i64() {
        Some(weight) if (0..=most).contains(&weight) => {}
        _ => about.wrong(pointer, &format!(" is {}", short(value)), &format!("a whole number from 0 to {most}")),
    }
}

/// Seconds, digits as text, or a duration of Go; nothing waits for a person.
fn pause(about: &mut About<'_, '_>, pointer: &str, value: &Value) {
    const HINT: &str = "seconds, or as in 30s, 10m or 1h30m";
    let Some(fields) = value.as_object() else {
        about.wrong(pointer, &format!(" is {}", short(value)), "as in `pause: {duration: 30s}`, or `pause: {}`");
        return;
    };
    for key in fields.keys().filter(|key| *key != "duration") {
        let what = " is not known: without a duration the pause waits for a person";
        about.wrong(&format!("{pointer}/{key}"), what, "did you mean \"duration\"?");
    }
    let seconds = match fields.get("duration") {
        None | Some(Value::Null) => return,
        Some(Value::Number(number)) => number.as_i64().map(|seconds| seconds as f64),
        Some(Value::String(text)) => text.parse::<i32>().ok().map(f64::from).or_else(|| go_duration(text)),
        Some(_) => None,
    };
    match seconds {
        Some(seconds) if seconds >= 0.0 && seconds <= f64::from(i32::MAX) => {}
        _ => {
            let given = short(&fields["duration"]);
            about.wrong(&format!("{pointer}/duration"), &format!(" is {given}, no duration"), HINT);
        }
    }
}

fn route(about: &mut About<'_, '_>, pointer: &str, value: &Value) {
    let managed = about.get("/spec/strategy/canary/trafficRouting/managedRoutes").and_then(Value::as_array);
    let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
    if !managed.is_some_and(|routes| routes.iter().any(|route| route["name"] == name)) {
        let what = format!(" names the route \"{name}\", which is not among trafficRouting.managedRoutes");
        about.wrong(pointer, &what, "list it there");
    }
}
