//! The ReplicaSet controller: as many pods as the spec says. It reports what it saw before it acted, so that counts
//! trail its deeds by one look, as the real one's do.

use super::events::Recorder;
use super::json::{controller_of, list, number, set, text, time};
use super::pass::name_of;
use super::random::Random;
use super::replicasets::is_going;
use crate::demo::store::{PODS, Part, REPLICA_SETS, Refused, Store};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

/// Looks at a ReplicaSet; says when to look again.
pub fn reconcile(
    store: &Store,
    recorder: &mut Recorder,
    random: &mut Random,
    namespace: &str,
    name: &str,
) -> Option<Timestamp> {
    let object = store.get(&REPLICA_SETS, namespace, name)?;
    if is_going(&object) {
        return None;
    }
    let uid = text(&object, "/metadata/uid");
    let (pods, _) = store.list(&PODS, Some(namespace));
    let alive = |pod: &&Arc<Value>| {
        controller_of(pod) == uid && !is_going(pod) && !matches!(text(pod, "/status/phase"), "Succeeded" | "Failed")
    };
    let mut mine: Vec<Arc<Value>> = pods.iter().filter(alive).cloned().collect();
    let wanted = usize::try_from(number(&object, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
    let (status, wake) = report(store.clock().now(), &object, &mine);
    if mine.len() < wanted {
        for _ in mine.len()..wanted {
            create_pod(store, recorder, random, &object);
        }
    } else if mine.len() > wanted {
        // Pods that are not ready go first, then the youngest.
        mine.sort_by_key(|pod| {
            (
                ready_since(pod).is_some(),
                std::cmp::Reverse(text(pod, "/metadata/creationTimestamp").to_owned()),
                name_of(pod).to_owned(),
            )
        });
        for pod in mine.iter().take(mine.len() - wanted) {
            mark_deleted(store, namespace, name_of(pod));
            let message = format!("Deleted pod: {}", name_of(pod));
            recorder.tell(store, &object, "replicaset-controller", "Normal", "SuccessfulDelete", &message);
        }
    }
    let reported = object.get("status").is_some_and(|present| *present == status);
    if !reported {
        // A ReplicaSet that was deleted meanwhile needs no status.
        let _ = store.modify::<Refused>(&REPLICA_SETS, namespace, name, Part::Status, |object| {
            set(object, &["status"], status);
            Ok(())
        });
    }
    wake
}

/// The status for these pods, and when a ready pod becomes an available one.
fn report(now: Timestamp, object: &Value, pods: &[Arc<Value>]) -> (Value, Option<Timestamp>) {
    let settle = SignedDuration::from_secs(number(object, "/spec/minReadySeconds").unwrap_or(0));
    let (mut ready, mut available, mut wake) = (0_u64, 0_u64, None::<Timestamp>);
    for since in pods.iter().filter_map(|pod| ready_since(pod)) {
        ready += 1;
        let from = since.saturating_add(settle).unwrap_or(since);
        if from <= now {
            available += 1;
        } else {
            wake = Some(wake.map_or(from, |wake| wake.min(from)));
        }
    }
    let mut status = json!({
        "replicas": pods.len(),
        "observedGeneration": number(object, "/metadata/generation").unwrap_or(1),
    });
    for (field, count) in
        [("fullyLabeledReplicas", pods.len() as u64), ("readyReplicas", ready), ("availableReplicas", available)]
    {
        if count > 0 {
            set(&mut status, &[field], json!(count));
        }
    }
    if let Some(conditions) = object.pointer("/status/conditions") {
        set(&mut status, &["conditions"], conditions.clone());
    }
    (status, wake)
}

/// Since when a pod is ready.
fn ready_since(pod: &Value) -> Option<Timestamp> {
    let ready = list(pod, "/status/conditions").iter().find(|condition| text(condition, "/type") == "Ready")?;
    (text(ready, "/status") == "True").then(|| time(text(ready, "/lastTransitionTime")))?
}

fn create_pod(store: &Store, recorder: &mut Recorder, random: &mut Random, owner: &Value) {
    let owner_name = name_of(owner);
    let name = format!("{owner_name}-{}", random.suffix());
    let mut spec = owner.pointer("/spec/template/spec").cloned().unwrap_or_else(|| json!({}));
    let defaults = json!({
        "restartPolicy": "Always", "terminationGracePeriodSeconds": 30, "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "default", "serviceAccount": "default", "securityContext": {},
        "schedulerName": "default-scheduler", "priority": 0, "enableServiceLinks": true,
        "preemptionPolicy": "PreemptLowerPriority",
    });
    for (field, value) in defaults.as_object().into_iter().flatten() {
        if spec.get(field).is_none() {
            set(&mut spec, &[field], value.clone());
        }
    }
    let mut metadata = owner.pointer("/spec/template/metadata").cloned().unwrap_or_else(|| json!({}));
    set(&mut metadata, &["name"], json!(name));
    set(&mut metadata, &["generateName"], json!(format!("{owner_name}-")));
    set(&mut metadata, &["namespace"], json!(text(owner, "/metadata/namespace")));
    let reference = json!([{
        "apiVersion": "apps/v1", "kind": "ReplicaSet", "name": owner_name,
        "uid": text(owner, "/metadata/uid"), "controller": true, "blockOwnerDeletion": true,
    }]);
    set(&mut metadata, &["ownerReferences"], reference);
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec,
        "status": {"phase": "Pending", "qosClass": "Burstable"},
    });
    if store.create(&PODS, pod).is_ok() {
        let message = format!("Created pod: {name}");
        recorder.tell(store, owner, "replicaset-controller", "Normal", "SuccessfulCreate", &message);
    }
}

/// Asks a pod to go: it is Terminating until the kubelet has ended it.
pub fn mark_deleted(store: &Store, namespace: &str, name: &str) {
    // A pod that is gone already is what was asked for.
    let _ = store.mark_leaving(namespace, name, None);
}
