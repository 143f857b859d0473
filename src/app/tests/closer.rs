//! What the tests of the closer looks share: checkout in production with a canary and a stable ReplicaSet.

use crate::app::effect::Effect;
use crate::app::testing::*;
use crate::argo::feed::{Delta, DetailId, News, Order};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use serde_json::{Value, json};
use std::sync::Arc;

/// A ReplicaSet of checkout: `new` is the canary, `old` the stable one.
pub fn set(hash: &str, revision: i64) -> Arc<ReplicaSet> {
    let value = json!({"metadata": {"name": format!("checkout-{hash}"), "namespace": "shop", "uid": format!("set-{hash}"),
        "resourceVersion": "7", "labels": {"rollouts-pod-template-hash": hash},
        "annotations": {"rollout.argoproj.io/revision": revision.to_string()},
        "ownerReferences": [{"kind": "Rollout", "name": "checkout", "uid": "uid-checkout", "controller": true}]},
        "spec": {"replicas": 2}, "status": {"replicas": 2, "readyReplicas": 2, "availableReplicas": 2}});
    Arc::new(serde_json::from_value(value).unwrap())
}

/// A pod of such a ReplicaSet, with a container `app` and a `proxy`.
pub fn pod(hash: &str, name: &str, restarts: i32) -> Arc<Pod> {
    let value = json!({"metadata": {"name": format!("checkout-{hash}-{name}"), "namespace": "shop", "uid": format!("pod-{name}"),
        "resourceVersion": "8", "creationTimestamp": "2026-03-01T13:00:00Z",
        "labels": {"app": "checkout", "rollouts-pod-template-hash": hash},
        "ownerReferences": [{"kind": "ReplicaSet", "name": format!("checkout-{hash}"), "uid": format!("set-{hash}"), "controller": true}]},
        "spec": {"containers": [{"name": "app"}, {"name": "proxy"}]},
        "status": {"phase": "Running", "containerStatuses": [
            {"name": "app", "ready": true, "restartCount": restarts, "state": {"running": {}}},
            {"name": "proxy", "ready": true, "restartCount": 0, "state": {"running": {}}}]}});
    Arc::new(serde_json::from_value::<Pod>(value).unwrap())
}

/// The number of the detail that was opened last.
pub fn detail(script: &mut Script) -> DetailId {
    let found = script.effects.iter().rev().find_map(|effect| match effect {
        Effect::Order(Order::OpenDetail { detail, .. }) => Some(*detail),
        _ => None,
    });
    found.expect("a detail was opened")
}

/// A screen of checkout in production is open, its ReplicaSets and pods known.
pub fn opened(key: &str) -> (Script, DetailId) {
    let mut script = Script::fleet();
    script.on_checkout().keys(key);
    let id = detail(&mut script);
    script.news(News::ReplicaSets(id, Delta::Reset(vec![set("new", 2), set("old", 1)])));
    let pods = vec![pod("new", "aaaaa", 1), pod("new", "bbbbb", 0), pod("old", "ccccc", 0)];
    script.news(News::Pods(id, Delta::Reset(pods)));
    (script, id)
}

/// The texts that were copied.
pub fn copied(script: &mut Script) -> Vec<String> {
    let copies = script.take().into_iter().filter_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    copies.collect()
}

/// Types a text, key by key.
pub fn type_text(script: &mut Script, text: &str) {
    for c in text.chars() {
        script.event(crate::app::event::Event::Key(crate::keys::KeyChord::char(c)));
    }
}

/// Objects with a name and a value, for patches of tests.
pub fn object(more: &Value) -> Arc<Value> {
    let mut value = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "metadata": {"name": "checkout", "namespace": "shop", "uid": "uid-checkout", "resourceVersion": "1"},
        "spec": {"replicas": 5, "strategy": {"canary": {"steps": [{"setWeight": 20}, {"pause": {}}]}}},
        "status": {"phase": "Paused", "currentStepIndex": 1}});
    json_patch::merge(&mut value, more);
    Arc::new(value)
}
