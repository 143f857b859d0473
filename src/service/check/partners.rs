//! Partners of a Rollout that come with it: Services and autoscalers must speak of the same pods.

use super::{About, unmatched};
use crate::names::POD_HASH_LABEL;
use crate::service::object::{Object, ROLLOUT_SERVICES};
use serde_json::{Map, Value};

pub(super) fn check(about: &mut About<'_, '_>, objects: &[Object]) {
    let Some(labels) = about.get("/spec/template/metadata/labels") else { return };
    let services = || objects.iter().filter(|object| object.kind() == "Service");
    for pointer in ROLLOUT_SERVICES {
        let Some(name) = about.text(pointer) else { continue };
        let Some(service) = services().find(|service| service.name() == name) else { continue };
        let selector = selector(service);
        if let Some((key, value)) = unmatched(&selector, Some(labels)) {
            let place = service.place("/spec/selector");
            let what = format!(" {name} selects {key}={value} ({place}), which the pods of this Rollout do not have");
            about.wrong(pointer, &what, "make its selector and spec.template.metadata.labels agree");
        }
    }
    let containers = about.get("/spec/template/spec/containers").and_then(Value::as_array);
    let containers = containers.map(Vec::as_slice).unwrap_or_default();
    let ports = containers.iter().filter_map(|container| container["ports"].as_array()).flatten();
    let named: Vec<&str> = ports.filter_map(|port| port["name"].as_str()).collect();
    for service in services() {
        let selector = selector(service);
        let ours =
            selector.as_object().is_some_and(|map| !map.is_empty()) && unmatched(&selector, Some(labels)).is_none();
        let ports = service.value["spec"]["ports"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (at, port) in ports.iter().enumerate().filter(|_| ours) {
            if let Some(target) = port["targetPort"].as_str().filter(|target| !named.contains(target)) {
                let mut of = About { object: service, findings: about.findings };
                let what = format!(" is \"{target}\", which no container of {} has", about.object.title());
                let hint = crate::config::problem::suggest(target, named.iter().copied()).unwrap_or_default();
                of.doubt(&format!("/spec/ports/{at}/targetPort"), &what, &hint);
            }
        }
    }
}

/// What the manifest itself selects, without what an exported one still holds of the controller.
fn selector(service: &Object) -> Value {
    let own = service.value["spec"]["selector"].as_object().cloned().unwrap_or_default();
    own.into_iter().filter(|(key, _)| key != POD_HASH_LABEL).collect::<Map<_, _>>().into()
}

/// An autoscaler next to a Rollout must name the Rollout.
pub(super) fn autoscaler(about: &mut About<'_, '_>, objects: &[Object]) {
    const TARGET: &str = "/spec/scaleTargetRef";
    let Some(target) = about.get(TARGET) else { return };
    let name = target["name"].as_str().unwrap_or_default();
    let rollout = objects.iter().find(|object| object.kind() == "Rollout" && object.name() == name);
    let Some(rollout) = rollout else { return };
    if target["kind"] != "Rollout" || target["apiVersion"] != rollout.api_version() {
        let kind = target["kind"].as_str().unwrap_or_default();
        let version = target["apiVersion"].as_str().unwrap_or_default();
        let hint = format!("apiVersion: {}, kind: Rollout", rollout.api_version());
        let also = objects.iter().any(|object| object.kind() == kind && object.name() == name);
        if !also {
            about.doubt(TARGET, &format!(" is {version} {kind} {name}; the workload here is a Rollout"), &hint);
        }
    }
}
