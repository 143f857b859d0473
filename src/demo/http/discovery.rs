//! Discovery: which groups, versions and resources there are; one by one, or aggregated
//! (k8s.io/api/apidiscovery/v2), as newer clients ask for it.

use super::answer::{Answer, JSON};
use super::call::Call;
use super::failure::Failure;
use super::target::{groups, subresources};
use crate::demo::store::{KINDS, Kind};
use http::header;
use serde_json::{Value, json};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const AGGREGATED_BETA: &str = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

/// The verbs of a resource.
const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
/// Those of a custom resource, in the order in which a real server names them.
const CUSTOM_VERBS: &[&str] = &["delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"];
const PART_VERBS: &[&str] = &["get", "patch", "update"];

/// Questions that are answered and not stored: group, kind, plural.
const REVIEWS: &[(&str, &str, &str)] = &[
    ("authentication.k8s.io", "SelfSubjectReview", "selfsubjectreviews"),
    ("authorization.k8s.io", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
    ("authorization.k8s.io", "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
];

/// All groups but the core one.
fn named_groups() -> Vec<(&'static str, &'static str)> {
    let mut all: Vec<(&str, &str)> = groups().into_iter().filter(|(group, _)| !group.is_empty()).collect();
    for (group, _, _) in REVIEWS {
        if !all.iter().any(|(known, _)| known == group) {
            all.push((group, "v1"));
        }
    }
    all
}

/// Answers `/api`, `/apis` and what lies below down to a version; none: it is another path.
pub(crate) fn answer(call: &Call) -> Option<Result<Answer, Failure>> {
    let path = call.path.trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let aggregated = aggregated_form(call.header(header::ACCEPT));
    Some(match parts.as_slice() {
        ["api"] => Ok(match aggregated {
            Some((form, version)) => aggregate(form, version, &[("", "v1")]),
            None => Answer::json(
                200,
                &json!({
                    "kind": "APIVersions", "versions": ["v1"],
                    "serverAddressByClientCIDRs": [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1"}],
                }),
            ),
        }),
        ["apis"] => Ok(aggregated.map_or_else(group_list, |(form, version)| aggregate(form, version, &named_groups()))),
        ["apis", group] => named_groups()
            .iter()
            .find(|(known, _)| known == group)
            .map(|(group, version)| {
                let mut found = of_group(group, version);
                if let Some(map) = found.as_object_mut() {
                    map.insert("kind".into(), json!("APIGroup"));
                    map.insert("apiVersion".into(), json!("v1"));
                }
                Answer::json(200, &found)
            })
            .ok_or_else(Failure::no_such_path),
        ["api", "v1"] => Ok(resources("", "v1")),
        ["apis", group, version] => {
            if named_groups().contains(&(*group, *version)) {
                Ok(resources(group, version))
            } else {
                Err(Failure::no_such_path())
            }
        }
        _ => return None,
    })
}

/// The first aggregated form in `Accept`, unless plain JSON stands before it.
fn aggregated_form(accept: &str) -> Option<(&'static str, &'static str)> {
    for clause in accept.split(',') {
        let parts: Vec<&str> = clause.split(';').map(str::trim).collect();
        if parts.contains(&"as=APIGroupDiscoveryList") && parts.contains(&"g=apidiscovery.k8s.io") {
            if parts.contains(&"v=v2") {
                return Some((AGGREGATED, "v2"));
            }
            if parts.contains(&"v=v2beta1") {
                return Some((AGGREGATED_BETA, "v2beta1"));
            }
        } else if parts == [JSON] {
            return None;
        }
    }
    None
}

fn group_list() -> Answer {
    let groups: Vec<Value> = named_groups().iter().map(|(group, version)| of_group(group, version)).collect();
    Answer::json(200, &json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups}))
}

fn of_group(group: &str, version: &str) -> Value {
    let version = json!({"groupVersion": format!("{group}/{version}"), "version": version});
    json!({"name": group, "versions": [version], "preferredVersion": version})
}

fn kinds(group: &str, version: &str) -> Vec<&'static Kind> {
    let mut kinds: Vec<&'static Kind> =
        KINDS.iter().copied().filter(|kind| kind.group == group && kind.version == version).collect();
    kinds.sort_by_key(|kind| kind.plural);
    kinds
}

fn verbs(kind: &Kind) -> &'static [&'static str] {
    if kind.custom() { CUSTOM_VERBS } else { VERBS }
}

/// Kinds that `kubectl get all` shows.
fn categories(kind: &Kind) -> &'static [&'static str] {
    match kind.plural {
        "pods" | "services" | "deployments" | "replicasets" | "jobs" => &["all"],
        _ => &[],
    }
}

/// The kind that a subresource answers with: group, version, kind.
fn part_kind(kind: &Kind, sub: &str) -> (&'static str, &'static str, &'static str) {
    if sub == "scale" { ("autoscaling", "v1", "Scale") } else { (kind.group, kind.version, kind.kind) }
}

fn part_verbs(sub: &str) -> &'static [&'static str] {
    if sub == "log" { &["get"] } else { PART_VERBS }
}

fn resources(group: &str, version: &str) -> Answer {
    let mut list = Vec::new();
    for kind in kinds(group, version) {
        let mut one = json!({
            "name": kind.plural, "singularName": kind.singular, "namespaced": kind.namespaced, "kind": kind.kind,
            "verbs": verbs(kind),
        });
        if let Some(map) = one.as_object_mut() {
            if !kind.short.is_empty() {
                map.insert("shortNames".into(), json!(kind.short));
            }
            if !categories(kind).is_empty() {
                map.insert("categories".into(), json!(categories(kind)));
            }
        }
        list.push(one);
        for sub in subresources(kind) {
            let (of, version, named) = part_kind(kind, sub);
            let mut part = json!({
                "name": format!("{}/{sub}", kind.plural), "singularName": "", "namespaced": kind.namespaced,
                "kind": named, "verbs": part_verbs(sub),
            });
            if let (true, Some(map)) = (*sub == "scale", part.as_object_mut()) {
                map.insert("group".into(), json!(of));
                map.insert("version".into(), json!(version));
            }
            list.push(part);
        }
    }
    for (_, kind, plural) in REVIEWS.iter().filter(|(of, _, _)| *of == group) {
        list.push(json!({
            "name": plural, "singularName": kind.to_lowercase(), "namespaced": false, "kind": kind, "verbs": ["create"],
        }));
    }
    let of = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Answer::json(200, &json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": of, "resources": list}))
}

fn aggregate(form: &'static str, form_version: &str, groups: &[(&str, &str)]) -> Answer {
    let items: Vec<Value> = groups
        .iter()
        .map(|(group, version)| {
            let response =
                |(group, version, kind): (&str, &str, &str)| json!({"group": group, "version": version, "kind": kind});
            let scope = |namespaced| if namespaced { "Namespaced" } else { "Cluster" };
            let mut list: Vec<Value> = kinds(group, version)
                .into_iter()
                .map(|kind| {
                    let parts: Vec<Value> = subresources(kind)
                        .iter()
                        .map(|sub| {
                            json!({
                                "subresource": sub, "responseKind": response(part_kind(kind, sub)),
                                "verbs": part_verbs(sub),
                            })
                        })
                        .collect();
                    let mut one = json!({
                        "resource": kind.plural, "responseKind": response((kind.group, kind.version, kind.kind)),
                        "scope": scope(kind.namespaced), "singularResource": kind.singular, "verbs": verbs(kind),
                    });
                    if let Some(map) = one.as_object_mut() {
                        for (name, values) in [("shortNames", kind.short), ("categories", categories(kind))] {
                            if !values.is_empty() {
                                map.insert(name.into(), json!(values));
                            }
                        }
                        if !parts.is_empty() {
                            map.insert("subresources".into(), Value::Array(parts));
                        }
                    }
                    one
                })
                .collect();
            for (_, kind, plural) in REVIEWS.iter().filter(|(of, _, _)| of == group) {
                list.push(json!({
                    "resource": plural, "responseKind": response((group, version, kind)), "scope": "Cluster",
                    "singularResource": kind.to_lowercase(), "verbs": ["create"],
                }));
            }
            let mut metadata = json!({"creationTimestamp": null});
            if let (false, Some(map)) = (group.is_empty(), metadata.as_object_mut()) {
                map.insert("name".into(), json!(group));
            }
            let versions = json!([{"version": version, "resources": list, "freshness": "Current"}]);
            json!({"metadata": metadata, "versions": versions})
        })
        .collect();
    let list = json!({
        "kind": "APIGroupDiscoveryList", "apiVersion": format!("apidiscovery.k8s.io/{form_version}"),
        "metadata": {}, "items": items,
    });
    Answer { content_type: form, ..Answer::json(200, &list) }
}

/// `/version`: the server that the recorded answers come from.
pub(crate) fn version() -> Answer {
    Answer::json(
        200,
        &json!({
            "major": "1", "minor": "34", "emulationMajor": "1", "emulationMinor": "34", "minCompatibilityMajor": "1",
            "minCompatibilityMinor": "33", "gitVersion": "v1.34.1", "gitCommit": "simulated", "gitTreeState": "clean",
            "buildDate": "2025-09-09T00:00:00Z", "goVersion": "simulated", "compiler": "rustc",
            "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
        }),
    )
}
