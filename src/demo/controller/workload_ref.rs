//! `spec.workloadRef`: a Rollout whose template stands in another object (Argo Rollouts, `rollout/templateref.go`), and
//! the scale-down of a Deployment that a Rollout takes over from (`rollout/scale_utils.go`).

use super::json::{annotation, number, set, text};
use super::pass::{REVISION, name_of};
use crate::demo::store::{DEPLOYMENTS, Kind, POD_TEMPLATES, Part, REPLICA_SETS, ROLLOUTS, Refused, Store};
use serde_json::{Value, json};
use std::sync::Arc;

/// The annotation with the generation of the workload.
pub const GENERATION: &str = "rollout.argoproj.io/workload-generation";

/// A Rollout with the template of its workload in it, as the controller sees it in memory; unchanged where it has no
/// workload, or one that cannot be read.
pub fn resolved(store: &Store, rollout: Arc<Value>) -> Arc<Value> {
    let Ok(Some(workload)) = workload(store, &rollout) else { return rollout };
    let mut seen = (*rollout).clone();
    // A PodTemplate has its template at the top, and no selector: the Rollout must have one itself.
    let template = if text(&workload, "/kind") == "PodTemplate" { "/template" } else { "/spec/template" };
    if let Some(template) = workload.pointer(template) {
        set(&mut seen, &["spec", "template"], template.clone());
    }
    if let (None, Some(selector)) = (rollout.pointer("/spec/selector"), workload.pointer("/spec/selector")) {
        set(&mut seen, &["spec", "selector"], selector.clone());
    }
    let generation = number(&workload, "/metadata/generation").unwrap_or(1).to_string();
    set(&mut seen, &["metadata", "annotations", GENERATION], json!(generation));
    Arc::new(seen)
}

/// Why the workload of a stored Rollout cannot be used, in the controller's words.
pub fn problem(store: &Store, rollout: &Value) -> Option<String> {
    workload(store, rollout).err()
}

/// The workload of a stored Rollout; none where it names none.
fn workload(store: &Store, rollout: &Value) -> Result<Option<Arc<Value>>, String> {
    let Some(reference) = rollout.pointer("/spec/workloadRef").filter(|reference| !reference.is_null()) else {
        return Ok(None);
    };
    let template = rollout.pointer("/spec/template");
    if template.is_some_and(|template| template.as_object().is_some_and(|map| !map.is_empty())) {
        return Err("template must be empty for workload reference rollout".to_owned());
    }
    let (version, kind, name) = (text(reference, "/apiVersion"), text(reference, "/kind"), text(reference, "/name"));
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let known: &'static Kind = match (group, kind) {
        ("apps", "Deployment") => &DEPLOYMENTS,
        ("apps", "ReplicaSet") => &REPLICA_SETS,
        ("", "PodTemplate") => &POD_TEMPLATES,
        _ => return Err(format!("workload of type {group}/{kind} is not supported")),
    };
    let namespace = text(rollout, "/metadata/namespace");
    let found = store.get(known, namespace, name);
    found.map(Some).ok_or_else(|| format!("{} \"{namespace}/{name}\" not found", known.qualified()))
}

/// The names of the Rollouts that take their template from a workload.
pub fn users(store: &Store, kind: &str, namespace: &str, name: &str) -> Vec<String> {
    let rollouts = store.list(&ROLLOUTS, Some(namespace)).0;
    let uses = |rollout: &&Arc<Value>| {
        text(rollout, "/spec/workloadRef/kind") == kind && text(rollout, "/spec/workloadRef/name") == name
    };
    rollouts.iter().filter(uses).map(|rollout| name_of(rollout).to_owned()).collect()
}

/// Notes on the Rollouts of a workload which generation it has.
pub fn note_generation(store: &Store, kind: &'static Kind, namespace: &str, name: &str) {
    let Some(workload) = store.get(kind, namespace, name) else { return };
    let generation = number(&workload, "/metadata/generation").unwrap_or(1).to_string();
    for user in users(store, kind.kind, namespace, name) {
        // A Rollout that was deleted meanwhile needs no note.
        let _ = store.modify::<Refused>(&ROLLOUTS, namespace, &user, Part::Main, |rollout| {
            if annotation(rollout, GENERATION) != generation {
                set(rollout, &["metadata", "annotations", GENERATION], json!(generation));
            }
            Ok(())
        });
    }
}

/// Scales the Deployment down as `scaleDown` asks for it: `onsuccess` once the Rollout is healthy, `progressively` pod
/// by pod. Only the first revision does so: later the Deployment is somebody's own affair.
pub fn scale_down(store: &Store, namespace: &str, name: &str) {
    let Some(rollout) = store.get(&ROLLOUTS, namespace, name) else { return };
    if text(&rollout, "/spec/workloadRef/kind") != "Deployment" || annotation(&rollout, REVISION) != "1" {
        return;
    }
    let replicas = number(&rollout, "/spec/replicas").unwrap_or(1);
    let ready = number(&rollout, "/status/readyReplicas").unwrap_or(0);
    let target = match text(&rollout, "/spec/workloadRef/scaleDown") {
        "onsuccess" if text(&rollout, "/status/phase") == "Healthy" => 0,
        "progressively" if ready > 0 => (replicas - ready).max(0),
        _ => return,
    };
    let deployment = text(&rollout, "/spec/workloadRef/name");
    // Without the Deployment there is nothing to scale, and the Rollout is invalid anyway.
    let _ = store.modify::<Refused>(&DEPLOYMENTS, namespace, deployment, Part::Main, |deployment| {
        set(deployment, &["spec", "replicas"], json!(target));
        Ok(())
    });
}
