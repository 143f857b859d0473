//! The Deployment controller: one ReplicaSet per template, a rolling update between them, and the status
//! (k8s.io/kubernetes, pkg/controller/deployment). In its plain form: no rollback, no pause in mid-update.

use super::arithmetic::Limits;
use super::events::Recorder;
use super::json::{annotation, controller_of, flag, number, remove, set, text};
use super::pass::name_of;
use super::random::safe_hash;
use super::replicasets::is_going;
use super::status::condition;
use crate::demo::store::{DEPLOYMENTS, Part, REPLICA_SETS, Refused, Store, stamp};
use serde_json::{Value, json};
use std::sync::Arc;

const REVISION: &str = "deployment.kubernetes.io/revision";
const HASH: &str = "pod-template-hash";
const SOURCE: &str = "deployment-controller";

/// Looks at a Deployment.
pub fn reconcile(store: &Store, recorder: &mut Recorder, namespace: &str, name: &str) {
    let Some(object) = store.get(&DEPLOYMENTS, namespace, name) else { return };
    if is_going(&object) {
        return;
    }
    let sets = owned(store, &object);
    let template = object.pointer("/spec/template").cloned().unwrap_or_default();
    let new = sets.iter().find(|set| template_of(set) == template).cloned();
    let paused = flag(&object, "/spec/paused");
    let new = match new {
        Some(new) => Some(new),
        None if paused => None,
        None => create(store, &object, &template, &sets),
    };
    let sets = owned(store, &object);
    if !paused {
        scale(store, recorder, &object, new.as_deref(), &sets);
    }
    report(store, &object, new.as_deref(), &sets);
}

/// Its ReplicaSets, oldest first.
fn owned(store: &Store, deployment: &Value) -> Vec<Arc<Value>> {
    let uid = text(deployment, "/metadata/uid");
    let mut sets = store.list(&REPLICA_SETS, Some(text(deployment, "/metadata/namespace"))).0;
    sets.retain(|set| controller_of(set) == uid);
    sets.sort_by_key(|set| (text(set, "/metadata/creationTimestamp").to_owned(), revision(set)));
    sets
}

fn revision(set: &Value) -> i64 {
    annotation(set, REVISION).parse().unwrap_or(0)
}

fn template_of(set: &Value) -> Value {
    let mut template = set.pointer("/spec/template").cloned().unwrap_or_default();
    remove(&mut template, &["metadata", "labels", HASH]);
    template
}

fn limits(deployment: &Value) -> Limits {
    let at = |name: &str| deployment.pointer(&format!("/spec/strategy/rollingUpdate/{name}"));
    let replicas = number(deployment, "/spec/replicas").unwrap_or(1).max(0);
    Limits::new(replicas, at("maxSurge"), at("maxUnavailable"))
}

fn create(store: &Store, object: &Value, template: &Value, sets: &[Arc<Value>]) -> Option<Arc<Value>> {
    // Not the hash that a Rollout makes of the same template: their ReplicaSets stand side by side.
    let hash = safe_hash(format!("deployment {template}").as_bytes());
    let (name, namespace) = (name_of(object), text(object, "/metadata/namespace"));
    let number = sets.iter().map(|set| revision(set)).max().unwrap_or(0) + 1;
    let mut template = template.clone();
    set(&mut template, &["metadata", "labels", HASH], json!(hash));
    let mut selector = object.pointer("/spec/selector").cloned().unwrap_or_else(|| json!({}));
    set(&mut selector, &["matchLabels", HASH], json!(hash));
    let labels = template.pointer("/metadata/labels").cloned().unwrap_or_default();
    let made = store.create(
        &REPLICA_SETS,
        json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {
                "name": format!("{name}-{hash}"), "namespace": namespace, "labels": labels,
                "annotations": {REVISION: number.to_string()},
                "ownerReferences": [{
                    "apiVersion": "apps/v1", "kind": "Deployment", "name": name,
                    "uid": text(object, "/metadata/uid"), "controller": true, "blockOwnerDeletion": true,
                }],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
            "status": {"replicas": 0},
        }),
    );
    let written = store.modify::<Refused>(&DEPLOYMENTS, namespace, name, Part::Main, |deployment| {
        set(deployment, &["metadata", "annotations", REVISION], json!(number.to_string()));
        Ok(())
    });
    made.ok().filter(|_| written.is_ok())
}

fn scale(store: &Store, recorder: &mut Recorder, object: &Value, new: Option<&Value>, sets: &[Arc<Value>]) {
    let limits = limits(object);
    let count = |set: &Value, path: &str| number(set, path).unwrap_or(0);
    let total: i64 = sets.iter().map(|set| count(set, "/spec/replicas")).sum();
    let Some(new) = new else { return };
    let uid = text(new, "/metadata/uid");
    let present = count(new, "/spec/replicas");
    let room = (limits.replicas + limits.surge - total).max(0);
    let wanted = if present > limits.replicas { limits.replicas } else { limits.replicas.min(present + room) };
    set_size(store, recorder, object, new, wanted);
    let available: i64 = sets.iter().map(|set| count(set, "/status/availableReplicas")).sum();
    let mut surplus = if limits.replicas == 0 { i64::MAX } else { available - (limits.replicas - limits.unavailable) };
    for old in sets.iter().filter(|set| text(set, "/metadata/uid") != uid) {
        let size = count(old, "/spec/replicas");
        let broken = (size - count(old, "/status/availableReplicas")).max(0);
        let down = (broken + surplus.max(0).min(size - broken)).min(size);
        if down > 0 {
            set_size(store, recorder, object, old, size - down);
            surplus -= down - broken;
        }
    }
}

fn set_size(store: &Store, recorder: &mut Recorder, object: &Value, replica_set: &Value, size: i64) {
    let (name, namespace) = (name_of(replica_set), text(replica_set, "/metadata/namespace"));
    let from = number(replica_set, "/spec/replicas").unwrap_or(0);
    if from == size {
        return;
    }
    let scaled = store.modify::<Refused>(&REPLICA_SETS, namespace, name, Part::Main, |replica_set| {
        set(replica_set, &["spec", "replicas"], json!(size));
        Ok(())
    });
    if scaled.is_ok() {
        let way = if from < size { "up" } else { "down" };
        let message = format!("Scaled {way} replica set {name} from {from} to {size}");
        recorder.tell(store, object, SOURCE, "Normal", "ScalingReplicaSet", &message);
    }
}

fn report(store: &Store, object: &Value, new: Option<&Value>, sets: &[Arc<Value>]) {
    let sum = |path: &str| -> i64 { sets.iter().filter_map(|set| number(set, path)).sum() };
    let limits = limits(object);
    let (replicas, available) = (sum("/status/replicas"), sum("/status/availableReplicas"));
    let updated = new.and_then(|new| sets.iter().find(|set| name_of(set) == name_of(new)));
    let updated = updated.and_then(|set| number(set, "/status/replicas")).unwrap_or(0);
    let mut status = json!({"observedGeneration": number(object, "/metadata/generation").unwrap_or(1)});
    for (field, count) in [
        ("replicas", replicas),
        ("updatedReplicas", updated),
        ("readyReplicas", sum("/status/readyReplicas")),
        ("availableReplicas", available),
        ("unavailableReplicas", (replicas - available).max(limits.replicas - available).max(0)),
    ] {
        if count > 0 {
            set(&mut status, &[field], json!(count));
        }
    }
    let now = store.clock().now();
    let enough = available >= limits.replicas - limits.unavailable;
    let complete = updated == limits.replicas && replicas == updated && available >= updated;
    let name = new.map_or("", name_of);
    let wished = [
        if enough {
            condition(
                now,
                "Available",
                "True",
                "MinimumReplicasAvailable",
                "Deployment has minimum availability.".into(),
            )
        } else {
            let text = "Deployment does not have minimum availability.";
            condition(now, "Available", "False", "MinimumReplicasUnavailable", text.into())
        },
        if complete {
            let text = format!("ReplicaSet \"{name}\" has successfully progressed.");
            condition(now, "Progressing", "True", "NewReplicaSetAvailable", text)
        } else {
            let text = format!("ReplicaSet \"{name}\" is progressing.");
            condition(now, "Progressing", "True", "ReplicaSetUpdated", text)
        },
    ];
    let before = super::json::list(object, "/status/conditions");
    let conditions: Vec<Value> = wished
        .iter()
        .map(|one| {
            let same = before.iter().find(|old| text(old, "/type") == one.kind && text(old, "/reason") == one.reason);
            same.cloned().unwrap_or_else(|| {
                let old =
                    before.iter().find(|old| text(old, "/type") == one.kind && text(old, "/status") == one.status);
                let since = old.map_or_else(|| stamp(now), |old| text(old, "/lastTransitionTime").to_owned());
                json!({
                    "type": one.kind, "status": one.status, "reason": one.reason, "message": one.message,
                    "lastUpdateTime": stamp(now), "lastTransitionTime": since,
                })
            })
        })
        .collect();
    set(&mut status, &["conditions"], json!(conditions));
    let (namespace, name) = (text(object, "/metadata/namespace"), name_of(object));
    // A Deployment that was deleted meanwhile needs no status.
    let _ = store.modify::<Refused>(&DEPLOYMENTS, namespace, name, Part::Status, |deployment| {
        set(deployment, &["status"], status);
        Ok(())
    });
}
