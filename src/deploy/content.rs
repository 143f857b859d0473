//! Content: an object without what servers, controllers and rolltop keep in it for themselves. Two objects of the same
//! content are the same to a deploy.

use super::records;
use crate::argo::meta::POD_HASH_LABEL;
use serde_json::{Map, Value};

/// Fields of `metadata` that the server sets.
const SERVED: &[&str] = &[
    "managedFields",
    "resourceVersion",
    "uid",
    "generation",
    "creationTimestamp",
    "selfLink",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

/// Annotations that controllers keep, by their beginning.
const KEPT_BY_CONTROLLERS: &[&str] = &[
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/",
    "rollout.argoproj.io/",
    "argo-rollouts.argoproj.io/managed-by-rollouts",
];

/// The content of an object.
#[must_use]
pub fn of(object: &Value) -> Value {
    let mut object = object.clone();
    let is_service = text(&object, "/kind") == "Service";
    let Some(fields) = object.as_object_mut() else { return object };
    fields.remove("status");
    if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in SERVED {
            metadata.remove(*field);
        }
        if let Some(annotations) = metadata.get_mut("annotations").and_then(Value::as_object_mut) {
            annotations.retain(|key, _| !is_kept(key));
        }
        for field in ["annotations", "labels"] {
            if metadata.get(field).and_then(Value::as_object).is_some_and(Map::is_empty) {
                metadata.remove(field);
            }
        }
    }
    // The controller of Argo Rollouts points its Services at the pods of one revision (`rollout/service.go`).
    if is_service && let Some(selector) = object.pointer_mut("/spec/selector").and_then(Value::as_object_mut) {
        selector.remove(POD_HASH_LABEL);
    }
    object
}

fn is_kept(annotation: &str) -> bool {
    records::is_record(annotation) || KEPT_BY_CONTROLLERS.iter().any(|kept| annotation.starts_with(kept))
}

/// A text of an object by its JSON pointer; empty where there is none.
#[must_use]
pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// An annotation of an object.
#[must_use]
pub fn annotation<'a>(object: &'a Value, key: &str) -> Option<&'a str> {
    object.pointer("/metadata/annotations")?.get(key)?.as_str()
}

/// Whether everything that `wish` says is so in `object`: fields of maps by their name, lists and the rest as a whole.
#[must_use]
pub fn holds(wish: &Value, object: &Value) -> bool {
    match (wish, object) {
        (Value::Object(wishes), Value::Object(fields)) => wishes.iter().all(|(key, wish)| match fields.get(key) {
            Some(field) => holds(wish, field),
            None => wish.is_null(),
        }),
        (Value::Array(wishes), Value::Array(items)) => {
            wishes.len() == items.len() && wishes.iter().zip(items).all(|(wish, item)| holds(wish, item))
        }
        (wish, object) => wish == object,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_servers_controllers_and_rolltop_keep_is_no_content() {
        let live = json!({
            "kind": "Service",
            "metadata": {"name": "a", "uid": "u", "resourceVersion": "7", "generation": 3, "managedFields": [],
                "creationTimestamp": "2026-01-01T00:00:00Z",
                "annotations": {"rolltop/deploy-id": "x", "deployment.kubernetes.io/revision": "3",
                    "argo-rollouts.argoproj.io/managed-by-rollouts": "a", "mine": "1"}},
            "spec": {"selector": {"app": "a", "rollouts-pod-template-hash": "abc"}},
            "status": {"x": 1},
        });
        assert_eq!(
            of(&live),
            json!({"kind": "Service", "metadata": {"name": "a", "annotations": {"mine": "1"}},
                "spec": {"selector": {"app": "a"}}})
        );
    }

    #[test]
    fn a_wish_holds_where_more_is_there_than_was_wished() {
        let object = json!({"a": {"b": 1, "c": 2}, "l": [{"x": 1, "y": 2}]});
        assert!(holds(&json!({"a": {"b": 1}, "l": [{"x": 1}], "n": null}), &object));
        assert!(!holds(&json!({"a": {"b": 2}}), &object));
        assert!(!holds(&json!({"l": [{"x": 1}, {"x": 2}]}), &object));
        assert!(!holds(&json!({"m": 1}), &object));
    }
}
