//! Analyses: whether templates are whole, and whether whoever uses them gives all their arguments.

use super::{About, go_duration};
use crate::config::problem::suggest;
use crate::service::object::Object;
use serde_json::Value;
use std::collections::BTreeSet;

/// A template by itself.
pub(super) fn template(about: &mut About<'_, '_>) {
    let metrics = about.get("/spec/metrics").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if metrics.is_empty() && about.get("/spec/templates").is_none() {
        about.wrong("/spec", " has no metrics", "add a metric with a provider");
    }
    let mut names = BTreeSet::new();
    for (at, metric) in metrics.iter().enumerate() {
        let pointer = format!("/spec/metrics/{at}");
        match metric["name"].as_str().filter(|name| !name.is_empty()) {
            None => about.wrong(&pointer, " has no name", ""),
            Some(name) if !names.insert(name) => {
                about.wrong(&format!("{pointer}/name"), &format!(" \"{name}\" is there twice"), "");
            }
            Some(_) => {}
        }
        let providers = metric["provider"].as_object().map_or(0, serde_json::Map::len);
        if providers != 1 {
            about.wrong(
                &pointer,
                &format!(" has {providers} providers"),
                "a metric has one provider, as in `prometheus`",
            );
        }
        for key in ["interval", "initialDelay"] {
            if let Some(text) = metric[key].as_str().filter(|text| !text.contains("{{") && go_duration(text).is_none())
            {
                about.wrong(
                    &format!("{pointer}/{key}"),
                    &format!(" is \"{text}\", no duration"),
                    "as in 30s, 10m or 1h30m",
                );
            }
        }
    }
    let declared: BTreeSet<&str> = args(&about.object.value["spec"]["args"]).map(|(name, _)| name).collect();
    let mut used = BTreeSet::new();
    arguments_in(&about.object.value["spec"], "/spec", &mut used);
    for (pointer, name) in used.iter().filter(|(_, name)| !declared.contains(name.as_str())) {
        let hint = suggest(name, declared.iter().copied()).unwrap_or_else(|| "declare it in spec.args".to_owned());
        about.doubt(pointer, &format!(" uses {{{{args.{name}}}}}, which spec.args does not have"), &hint);
    }
}

fn args(list: &Value) -> impl Iterator<Item = (&str, bool)> {
    let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let given = |arg: &Value| !arg["value"].is_null() || !arg["valueFrom"].is_null();
    list.iter().filter_map(move |arg| Some((arg["name"].as_str()?, given(arg))))
}

/// Every `{{args.NAME}}` in texts, with the pointer of the text.
fn arguments_in(value: &Value, pointer: &str, found: &mut BTreeSet<(String, String)>) {
    match value {
        Value::String(text) => {
            for inside in
                text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")).map(|(inside, _)| inside.trim())
            {
                if let Some(name) = inside.strip_prefix("args.") {
                    found.insert((pointer.to_owned(), name.to_owned()));
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                arguments_in(item, &format!("{pointer}/{at}"), found);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                arguments_in(field, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        _ => {}
    }
}

/// The arguments that a Rollout gives to the templates that come with it.
pub(super) fn arguments(about: &mut About<'_, '_>, objects: &[Object]) {
    let mut uses: Vec<String> = [
        "/spec/strategy/canary/analysis",
        "/spec/strategy/blueGreen/prePromotionAnalysis",
        "/spec/strategy/blueGreen/postPromotionAnalysis",
    ]
    .map(str::to_owned)
    .into();
    let steps = about.get("/spec/strategy/canary/steps").and_then(Value::as_array).map_or(0, Vec::len);
    uses.extend((0..steps).map(|at| format!("/spec/strategy/canary/steps/{at}/analysis")));
    for pointer in uses {
        let Some(analysis) = about.get(&pointer) else { continue };
        let given: BTreeSet<&str> = args(&analysis["args"]).filter(|(_, value)| *value).map(|(name, _)| name).collect();
        let templates = analysis["templates"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (at, template) in templates.iter().enumerate() {
            let kind = if template["clusterScope"] == true { "ClusterAnalysisTemplate" } else { "AnalysisTemplate" };
            let name = template["templateName"].as_str().unwrap_or_default();
            let Some(found) = objects.iter().find(|object| object.kind() == kind && object.name() == name) else {
                continue;
            };
            for (arg, _) in args(&found.value["spec"]["args"]).filter(|(arg, value)| !value && !given.contains(arg)) {
                let what = format!(" uses {name} without its argument \"{arg}\"");
                let hint = format!("add it to the args of the analysis, or give it a value in {}", found.file);
                about.wrong(&format!("{pointer}/templates/{at}"), &what, &hint);
            }
        }
    }
}
