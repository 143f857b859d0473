//! Ephemeral metadata: labels and annotations that pods carry while they play a role, such as `canaryMetadata` (Argo
//! Rollouts, `rollout/ephemeralmetadata.go`). What was injected is noted on the ReplicaSet, to be taken away again.

use super::json::{annotation, controller_of, remove, set, text};
use super::pass::Pass;
use super::spec::{HASH_LABEL, Spec};
use super::status::Status;
use crate::demo::store::{PODS, Part, REPLICA_SETS, Refused};
use serde_json::{Map, Value, json};

/// The annotation with what was injected.
const INJECTED: &str = "rollout.argoproj.io/ephemeral-metadata";

const PARTS: [&str; 2] = ["labels", "annotations"];

/// The pod template of a ReplicaSet as the Rollout had it: without the hash, and without what was injected.
pub fn without_injected(replica_set: &Value) -> Value {
    let mut template = replica_set.pointer("/spec/template").cloned().unwrap_or_default();
    remove(&mut template, &["metadata", "labels", HASH_LABEL]);
    take_away(&mut template, &injected(replica_set), &Value::Null);
    template
}

/// What was injected into a ReplicaSet.
fn injected(replica_set: &Value) -> Value {
    serde_json::from_str(annotation(replica_set, INJECTED)).unwrap_or_default()
}

/// What the new and the stable version are to carry.
fn wished(spec: Spec<'_>) -> (Value, Value) {
    let of = |name: &str| spec.strategy_limit(name).filter(|value| value.is_object()).cloned().unwrap_or_default();
    if spec.canary().is_some() {
        (of("canaryMetadata"), of("stableMetadata"))
    } else {
        (of("previewMetadata"), of("activeMetadata"))
    }
}

/// What the ReplicaSet of a new template is created with.
pub fn at_creation(spec: Spec<'_>, status: &Status) -> Value {
    let (new, stable) = wished(spec);
    if status.stable_rs.is_empty() { stable } else { new }
}

fn entries<'a>(metadata: &'a Value, part: &str) -> Option<&'a Map<String, Value>> {
    metadata.get(part).and_then(Value::as_object)
}

/// Removes from an object's metadata what was injected and is not wished any more.
fn take_away(object: &mut Value, before: &Value, wished: &Value) {
    for part in PARTS {
        for key in entries(before, part).into_iter().flat_map(Map::keys) {
            if entries(wished, part).is_none_or(|map| !map.contains_key(key)) {
                remove(object, &["metadata", part, key]);
            }
        }
        let empty = object.pointer(&format!("/metadata/{part}")).and_then(Value::as_object).is_some_and(Map::is_empty);
        if empty {
            remove(object, &["metadata", part]);
        }
    }
}

/// Brings an object's metadata from what was injected to what is wished.
fn exchange(object: &mut Value, before: &Value, wished: &Value) {
    take_away(object, before, wished);
    for part in PARTS {
        for (key, value) in entries(wished, part).into_iter().flatten() {
            set(object, &["metadata", part, key], value.clone());
        }
    }
}

/// Injects into a ReplicaSet that is about to be created.
pub fn inject(replica_set: &mut Value, wished: &Value) {
    if wished.is_null() {
        return;
    }
    if let Some(template) = replica_set.pointer_mut("/spec/template") {
        exchange(template, &Value::Null, wished);
    }
    set(replica_set, &["metadata", "annotations", INJECTED], json!(wished.to_string()));
}

impl Pass<'_> {
    /// Brings every ReplicaSet's metadata in line with its role.
    pub fn reconcile_metadata(&mut self) {
        let (new, stable) = wished(self.spec());
        let promoted = self.new == self.stable || self.before.stable_rs.is_empty();
        for at in 0..self.sets.len() {
            let wished = match Some(at) {
                role if role == self.new => {
                    if promoted {
                        &stable
                    } else {
                        &new
                    }
                }
                role if role == self.stable => &stable,
                _ => &Value::Null,
            };
            self.carry(at, wished);
        }
    }

    fn carry(&self, at: usize, wished: &Value) {
        let name = self.sets[at].name.as_str();
        let Some(object) = self.store.get(&REPLICA_SETS, &self.namespace, name) else { return };
        let before = injected(&object);
        if before == *wished {
            return;
        }
        // Whatever is gone meanwhile carries nothing.
        let _ = self.store.modify::<Refused>(&REPLICA_SETS, &self.namespace, name, Part::Main, |object| {
            if let Some(template) = object.pointer_mut("/spec/template") {
                exchange(template, &before, wished);
            }
            if wished.is_null() {
                remove(object, &["metadata", "annotations", INJECTED]);
            } else {
                set(object, &["metadata", "annotations", INJECTED], json!(wished.to_string()));
            }
            Ok(())
        });
        let uid = text(&object, "/metadata/uid");
        for pod in self.store.list(&PODS, Some(&self.namespace)).0.iter().filter(|pod| controller_of(pod) == uid) {
            let pod = text(pod, "/metadata/name");
            let _ = self.store.modify::<Refused>(&PODS, &self.namespace, pod, Part::Main, |pod| {
                exchange(pod, &before, wished);
                Ok(())
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_injected_is_taken_away_again_and_nothing_else() {
        let plain = json!({"metadata": {"labels": {"app": "a"}}, "spec": {"containers": []}});
        let mut replica_set = json!({"metadata": {"name": "a-1"}, "spec": {"template": plain}});
        set(&mut replica_set, &["spec", "template", "metadata", "labels", HASH_LABEL], json!("1"));
        let canary = json!({"labels": {"role": "canary", "track": "new"}, "annotations": {"note": "x"}});
        inject(&mut replica_set, &canary);
        assert_eq!(replica_set["spec"]["template"]["metadata"]["labels"]["role"], "canary");
        assert_eq!(without_injected(&replica_set), plain);
        let mut template = replica_set["spec"]["template"].clone();
        exchange(&mut template, &canary, &json!({"labels": {"role": "stable"}}));
        let expected = json!({"labels": {"app": "a", "role": "stable", HASH_LABEL: "1"}});
        assert_eq!(template["metadata"], expected);
    }
}
