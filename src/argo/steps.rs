//! Canary steps in words: [`step_words`] in few, [`details`] with all that they ask for. What only a page shows is read from
//! the step's own text when it is shown, so that a list of thousands does not carry it.

use super::age;
use super::lenient::IntOrString;
use super::mask;
use super::pauses::pause_seconds;
use super::rollout::{PluginStatus, Rollout, Step, StepKind};
use serde_json::Value;

/// A step in few words: `weight 40 %`, `pause 5m`, `pause, until promoted`, `analysis success-rate`.
#[must_use]
pub fn step_words(step: &Step, max_weight: i64) -> String {
    let named = |kind: &str, name: &str| if name.is_empty() { kind.to_owned() } else { format!("{kind} {name}") };
    match &step.kind {
        StepKind::SetWeight(weight) => format!("weight {}", weight_words(*weight, max_weight)),
        StepKind::Pause(None) => "pause, until promoted".into(),
        StepKind::Pause(Some(duration)) => format!("pause {}", pause_words(duration)),
        StepKind::SetCanaryScale => named("canary scale", &scale_words(&payload(step))),
        StepKind::SetHeaderRoute(name) => route_words("header route", name, &payload(step)),
        StepKind::SetMirrorRoute(name) => route_words("mirror route", name, &payload(step)),
        StepKind::Analysis(templates) => {
            let names: Vec<&str> = templates.iter().map(|name| &**name).filter(|name| !name.is_empty()).collect();
            named("analysis", &names.join(", "))
        }
        StepKind::Experiment => {
            let payload = payload(step);
            let names: Vec<&str> = items(&payload, "templates").filter_map(|one| text(one, "name")).collect();
            named("experiment", &names.join(", "))
        }
        StepKind::Plugin(name) => named("plugin", name),
        StepKind::Unknown(key) => format!("unknown step: {key}"),
        StepKind::Invalid => "not a valid step".into(),
    }
}

/// All that a step asks for beside its few words, one thing per line; the raw text of a step that is not known here. What
/// is secret in it is masked.
#[must_use]
pub fn details(step: &Step, max_weight: i64) -> Vec<String> {
    if matches!(step.kind, StepKind::SetWeight(_) | StepKind::Pause(_)) {
        return Vec::new();
    }
    let lines = detail_lines(step, max_weight);
    lines.iter().map(|line| mask::text(line)).collect()
}

fn detail_lines(step: &Step, max_weight: i64) -> Vec<String> {
    let payload = payload(step);
    match &step.kind {
        StepKind::SetWeight(_) | StepKind::Pause(_) => Vec::new(),
        StepKind::SetCanaryScale => match payload.get("matchTrafficWeight").and_then(Value::as_bool) {
            Some(true) => vec!["as many pods as the weight asks for, until the next canary scale".into()],
            _ => vec![format!("{} whatever the weight is, until the next canary scale", scale_words(&payload))],
        },
        StepKind::SetHeaderRoute(_) => match_lines(&payload, |one| {
            let (sign, value) = matched(one.get("headerValue"));
            format!("header {} {sign} {value}", text(one, "headerName").unwrap_or("?"))
        }),
        StepKind::SetMirrorRoute(_) => {
            let share =
                payload.get("percentage").and_then(Value::as_i64).map(|part| format!("{part} % of the requests"));
            share.into_iter().chain(match_lines(&payload, mirror_words)).collect()
        }
        StepKind::Analysis(templates) => {
            let names = templates.iter().filter(|name| !name.is_empty()).map(|name| format!("template {name}"));
            names.chain(argument_lines(&payload)).chain(dry_lines(&payload)).collect()
        }
        StepKind::Experiment => experiment_lines(&payload, max_weight),
        StepKind::Plugin(_) => payload
            .get("config")
            .filter(|config| !config.is_null())
            .map(|config| format!("config {}", mask::masked(config)))
            .into_iter()
            .collect(),
        StepKind::Unknown(_) | StepKind::Invalid => {
            let whole: Option<Value> = serde_json::from_str(&step.raw).ok();
            vec![whole.map_or_else(|| step.raw.to_string(), |whole| mask::masked(&whole).to_string())]
        }
    }
}

/// What the controller wrote of the plugin that is this step; the newest entry, of its run rather than of its end.
#[must_use]
pub fn plugin_status(rollout: &Rollout, index: usize) -> Option<&PluginStatus> {
    let own = |status: &&PluginStatus| usize::try_from(status.index) == Ok(index);
    let all = || rollout.status.canary.step_plugin_statuses.iter().filter(own);
    all().rev().find(|status| &*status.operation == "Run").or_else(|| all().next_back())
}

/// A plugin's status in words: `Running: warming up, called 3 times, again in 30s`.
#[must_use]
pub fn plugin_words(status: &PluginStatus) -> String {
    if status.disabled {
        return "disabled: it is skipped".into();
    }
    let mut words = if status.phase.is_empty() { "not called yet".to_owned() } else { status.phase.to_string() };
    if !status.message.is_empty() {
        words.push_str(": ");
        words.push_str(&status.message);
    }
    if status.executions > 1 {
        words = format!("{words}, called {} times", status.executions);
    }
    if let Some(backoff) = status.backoff.as_ref().filter(|_| &*status.phase == "Running") {
        words = format!("{words}, again after {backoff}");
    }
    words
}

/// A weight: `40 %`, or `40/1000` where the whole is not 100.
#[must_use]
pub fn weight_words(weight: i64, max_weight: i64) -> String {
    if max_weight == 100 { format!("{weight} %") } else { format!("{weight}/{max_weight}") }
}

/// A pause's duration: as written where it has a unit or cannot be read, else with units.
fn pause_words(duration: &IntOrString) -> String {
    match (duration, pause_seconds(duration)) {
        (IntOrString::Text(text), seconds) if seconds.is_none() || text.parse::<i64>().is_err() => text.to_string(),
        (_, Some(seconds)) => age::plain(seconds),
        (other, None) => other.to_string(),
    }
}

/// The value behind the step's key.
fn payload(step: &Step) -> Value {
    let key = match &step.kind {
        StepKind::SetWeight(_) => "setWeight",
        StepKind::Pause(_) => "pause",
        StepKind::SetCanaryScale => "setCanaryScale",
        StepKind::SetHeaderRoute(_) => "setHeaderRoute",
        StepKind::SetMirrorRoute(_) => "setMirrorRoute",
        StepKind::Analysis(_) => "analysis",
        StepKind::Experiment => "experiment",
        StepKind::Plugin(_) => "plugin",
        StepKind::Unknown(key) => key,
        StepKind::Invalid => return Value::Null,
    };
    let whole: Option<Value> = serde_json::from_str(&step.raw).ok();
    whole.and_then(|mut whole| whole.get_mut(key).map(Value::take)).unwrap_or_default()
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn count_words(pods: i64) -> String {
    if pods == 1 { "1 pod".into() } else { format!("{pods} pods") }
}

fn scale_words(payload: &Value) -> String {
    let number = |key: &str| payload.get(key).and_then(Value::as_i64);
    if let Some(pods) = number("replicas") {
        return count_words(pods);
    }
    if let Some(weight) = number("weight") {
        return format!("{weight} %");
    }
    match payload.get("matchTrafficWeight").and_then(Value::as_bool) {
        Some(true) => "as the weight".into(),
        _ => String::new(),
    }
}

fn route_words(kind: &str, name: &str, payload: &Value) -> String {
    let mut words = if name.is_empty() { kind.to_owned() } else { format!("{kind} {name}") };
    if items(payload, "match").next().is_none() {
        words.push_str(" off");
    }
    words
}

/// One line per match; without any, the route goes.
fn match_lines(payload: &Value, words: fn(&Value) -> String) -> Vec<String> {
    let lines: Vec<String> = items(payload, "match").map(words).collect();
    if lines.is_empty() { vec!["the route is removed".into()] } else { lines }
}

/// How a text is matched, and the text.
fn matched(value: Option<&Value>) -> (&'static str, &str) {
    let kinds = [("exact", "is"), ("prefix", "begins with"), ("regex", "matches")];
    let found = kinds.iter().find_map(|(key, sign)| Some((*sign, text(value?, key)?)));
    found.unwrap_or(("is", "anything"))
}

fn mirror_words(one: &Value) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in ["method", "path"] {
        if let Some(value) = one.get(part).filter(|value| !value.is_null()) {
            let (sign, value) = matched(Some(value));
            parts.push(format!("{part} {sign} {value}"));
        }
    }
    for (name, value) in one.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let (sign, value) = matched(Some(value));
        parts.push(format!("header {name} {sign} {value}"));
    }
    if parts.is_empty() { "all requests".into() } else { parts.join(", ") }
}

fn argument_lines(payload: &Value) -> Vec<String> {
    let line = |arg: &Value| {
        let name = text(arg, "name")?;
        let from = |key: &str| arg.pointer(&format!("/valueFrom/{key}")).and_then(Value::as_str);
        let value = match (arg.get("value"), from("podTemplateHashValue"), from("fieldRef/fieldPath")) {
            (Some(Value::String(value)), ..) => value.clone(),
            (_, Some(which), _) => format!("pod hash of the {} version", which.to_lowercase()),
            (_, _, Some(path)) => format!("field {path}"),
            _ => "of the template".into(),
        };
        Some(format!("argument {name}: {value}"))
    };
    items(payload, "args").filter_map(line).collect()
}

fn dry_lines(payload: &Value) -> Vec<String> {
    items(payload, "dryRun").filter_map(|one| Some(format!("dry run of {}", text(one, "metricName")?))).collect()
}

fn experiment_lines(payload: &Value, max_weight: i64) -> Vec<String> {
    let template = |one: &Value| {
        let from = text(one, "specRef").map_or_else(String::new, |from| format!(" of the {from} version"));
        let mut parts = vec![format!("template {}{from}", text(one, "name").unwrap_or("?"))];
        parts.push(count_words(one.get("replicas").and_then(Value::as_i64).unwrap_or(1)));
        let weight = one.get("weight").and_then(Value::as_i64);
        parts.extend(weight.map(|weight| format!("weight {}", weight_words(weight, max_weight))));
        parts.join(", ")
    };
    let analysis = |one: &Value| {
        let required = one.get("requiredForCompletion").and_then(Value::as_bool) == Some(true);
        let (name, template) = (text(one, "name").unwrap_or("?"), text(one, "templateName").unwrap_or("?"));
        let mut lines =
            vec![format!("analysis {name}: template {template}{}", if required { ", required" } else { "" })];
        lines.extend(argument_lines(one));
        lines
    };
    let duration = match payload.get("duration") {
        Some(Value::String(duration)) if !duration.is_empty() => format!("lasts {duration}"),
        _ => "lasts until its required analyses are done".into(),
    };
    let mut lines: Vec<String> = items(payload, "templates").map(template).collect();
    lines.push(duration);
    lines.extend(items(payload, "analyses").flat_map(analysis));
    lines.extend(dry_lines(payload));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn step(value: &Value) -> Step {
        serde_json::from_value(value.clone()).unwrap()
    }

    #[test]
    fn a_step_is_told_in_few_words() {
        let rows = [
            (json!({"setWeight": 40}), "weight 40 %"),
            (json!({"setWeight": 0}), "weight 0 %"),
            (json!({"pause": {}}), "pause, until promoted"),
            (json!({"pause": {"duration": 300}}), "pause 5m"),
            (json!({"pause": {"duration": "300"}}), "pause 5m"),
            (json!({"pause": {"duration": "1h30m"}}), "pause 1h30m"),
            (json!({"pause": {"duration": "90s"}}), "pause 90s"),
            (json!({"pause": {"duration": "{{args.wait}}"}}), "pause {{args.wait}}"),
            (json!({"analysis": {"templates": [{"templateName": "a"}, {"templateName": "b"}]}}), "analysis a, b"),
            (json!({"experiment": {}}), "experiment"),
            (json!({"experiment": {"templates": [{"name": "base"}, {"name": "new"}]}}), "experiment base, new"),
            (json!({"setCanaryScale": {"weight": 5}}), "canary scale 5 %"),
            (json!({"setCanaryScale": {"replicas": 1}}), "canary scale 1 pod"),
            (json!({"setCanaryScale": {"replicas": 0}}), "canary scale 0 pods"),
            (json!({"setCanaryScale": {"matchTrafficWeight": true}}), "canary scale as the weight"),
            (json!({"setCanaryScale": {}}), "canary scale"),
            (json!({"setHeaderRoute": {"name": "beta", "match": [{"headerName": "x"}]}}), "header route beta"),
            (json!({"setHeaderRoute": {"name": "beta"}}), "header route beta off"),
            (json!({"setMirrorRoute": {"name": "m", "match": [{}]}}), "mirror route m"),
            (json!({"plugin": {"name": "argo/x"}}), "plugin argo/x"),
            (json!({"fly": {"to": "moon"}}), "unknown step: fly"),
            (json!({}), "not a valid step"),
            (json!({"setWeight": 5, "pause": {}}), "weight 5 %"),
        ];
        for (value, words) in rows {
            assert_eq!(step_words(&step(&value), 100), words);
        }
        assert_eq!(step_words(&step(&json!({"setWeight": 40})), 1000), "weight 40/1000");
    }

    #[test]
    fn all_that_a_step_asks_for_is_told() {
        let rows = [
            (json!({"setWeight": 40}), vec![]),
            (
                json!({"setCanaryScale": {"replicas": 2}}),
                vec!["2 pods whatever the weight is, until the next canary scale"],
            ),
            (
                json!({"setCanaryScale": {"matchTrafficWeight": true}}),
                vec!["as many pods as the weight asks for, until the next canary scale"],
            ),
            (
                json!({"setHeaderRoute": {"name": "r", "match": [
                    {"headerName": "x-beta", "headerValue": {"exact": "1"}}, {"headerName": "agent", "headerValue": {"prefix": "curl"}},
                    {"headerName": "a", "headerValue": {"regex": "^b"}}]}}),
                vec!["header x-beta is 1", "header agent begins with curl", "header a matches ^b"],
            ),
            (json!({"setHeaderRoute": {"name": "r"}}), vec!["the route is removed"]),
            (
                json!({"setMirrorRoute": {"name": "r", "percentage": 20, "match": [{"method": {"exact": "GET"}, "path": {"prefix": "/api"},
                    "headers": {"x": {"exact": "y"}}}, {}]}}),
                vec!["20 % of the requests", "method is GET, path begins with /api, header x is y", "all requests"],
            ),
            (
                json!({"analysis": {"templates": [{"templateName": "rate"}], "dryRun": [{"metricName": ".*"}], "args": [
                    {"name": "service", "value": "web"}, {"name": "hash", "valueFrom": {"podTemplateHashValue": "Latest"}},
                    {"name": "region", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}}, {"name": "bare"}]}}),
                vec![
                    "template rate",
                    "argument service: web",
                    "argument hash: pod hash of the latest version",
                    "argument region: field metadata.labels",
                    "argument bare: of the template",
                    "dry run of .*",
                ],
            ),
            (
                json!({"experiment": {"duration": "15s", "templates": [{"name": "base", "specRef": "stable", "replicas": 2, "weight": 5}],
                    "analyses": [{"name": "compare", "templateName": "check", "requiredForCompletion": true}]}}),
                vec![
                    "template base of the stable version, 2 pods, weight 5 %",
                    "lasts 15s",
                    "analysis compare: template check, required",
                ],
            ),
            (json!({"experiment": {}}), vec!["lasts until its required analyses are done"]),
            (json!({"plugin": {"name": "x", "config": {"a": [1]}}}), vec!["config {\"a\":[1]}"]),
            (json!({"fly": {"to": "moon"}}), vec!["{\"fly\":{\"to\":\"moon\"}}"]),
            (json!("odd"), vec!["\"odd\""]),
        ];
        for (value, lines) in rows {
            assert_eq!(details(&step(&value), 100), lines, "{value}");
        }
    }

    #[test]
    fn the_status_of_a_plugin_belongs_to_its_step() {
        let rollout = Rollout::decode(&json!({"metadata": {}, "status": {"canary": {"stepPluginStatuses": [
            {"index": 1, "name": "x", "operation": "Run", "phase": "Running", "message": "warming up", "executions": 3, "backoff": "30s"},
            {"index": 1, "name": "x", "operation": "Abort", "phase": "Successful"},
            {"index": 2, "name": "y", "operation": "Run", "disabled": true}, {"index": "odd"}]}}}));
        let words = |index| plugin_status(&rollout, index).map(plugin_words);
        assert_eq!(words(1).as_deref(), Some("Running: warming up, called 3 times, again after 30s"));
        assert_eq!(words(2).as_deref(), Some("disabled: it is skipped"));
        assert_eq!(words(0), None);
    }
}
