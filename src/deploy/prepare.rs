//! Prepare: the object as it is sent. What belongs to others stays theirs: the replicas of an autoscaler, the pod hash
//! that the controller keeps in the selectors of its Services.

use super::content::text;
use super::records;
use crate::argo::meta::POD_HASH_LABEL;
use serde_json::{Value, json};

/// An object with its namespace and the labels of the deploy, without the empty forms that generators write.
#[must_use]
pub fn labelled(object: &Value, namespace: Option<&str>, labels: &[(&'static str, String)]) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.remove("status");
    }
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("creationTimestamp");
        match namespace {
            Some(namespace) => metadata.insert("namespace".into(), json!(namespace)),
            None => metadata.remove("namespace"),
        };
    }
    records::put(&mut object, "labels", labels.iter().cloned());
    object
}

/// The pod hash that the controller keeps in the selector of a Service.
#[must_use]
pub fn pod_hash(service: &Value) -> Option<&str> {
    service.pointer("/spec/selector")?.get(POD_HASH_LABEL)?.as_str().filter(|hash| !hash.is_empty())
}

/// A selector is one thing to the API: applied without the pod hash of the live one it would send traffic to all pods,
/// or be a conflict. It goes with the hash that is there, bound to the version that showed it.
pub fn keep_pod_hash(body: &mut Value, live: Option<&Value>) {
    let Some(hash) = live.and_then(pod_hash) else { return };
    if let Some(selector) = body.pointer_mut("/spec/selector").and_then(Value::as_object_mut) {
        selector.insert(POD_HASH_LABEL.to_owned(), json!(hash));
    }
}

/// Whose the number of pods is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replicas {
    /// The manifest's.
    Ours,
    /// An autoscaler's: the field is left out.
    Left {
        /// What to tell.
        note: String,
    },
    /// An autoscaler's, but rolltop is the only one that ever wrote it: left out, it would be gone, and one pod left.
    /// It goes with the number that is there until the autoscaler has written its own.
    Held {
        /// The number that is there.
        replicas: i64,
        /// What to tell.
        note: String,
    },
}

/// Decides whose the number of pods of a Rollout is. `scaler`: an autoscaler that targets it, by name.
#[must_use]
pub fn replicas(body: &Value, live: Option<&Value>, scaler: Option<&str>) -> Replicas {
    let wished = body.pointer("/spec/replicas").and_then(Value::as_i64);
    let owners = live.map(owners_of_replicas).unwrap_or_default();
    let scaled = owners.iter().any(|owner| owner.subresource == "scale");
    let by = match scaler {
        Some(name) => format!("HorizontalPodAutoscaler {name}"),
        None if scaled => "the scale subresource".to_owned(),
        None => return Replicas::Ours,
    };
    let Some(live) = live else { return Replicas::Ours };
    let Some(now) = live.pointer("/spec/replicas").and_then(Value::as_i64) else {
        return Replicas::Left { note: format!("replicas: by {by}") };
    };
    let other = wished.filter(|wished| *wished != now);
    let other = other.map(|wished| format!("; {wished} in the manifest has no effect")).unwrap_or_default();
    let note = format!("replicas: by {by} (now {now}){other}");
    if owners.iter().any(|owner| !owner.ours) {
        Replicas::Left { note }
    } else {
        Replicas::Held { replicas: now, note }
    }
}

/// Puts the decision into the object; gives what to tell.
pub fn settle_replicas(body: &mut Value, decision: Replicas) -> Option<String> {
    let spec = body.get_mut("spec").and_then(Value::as_object_mut)?;
    match decision {
        Replicas::Ours => None,
        Replicas::Left { note } => {
            spec.remove("replicas");
            Some(note)
        }
        Replicas::Held { replicas, note } => {
            spec.insert("replicas".into(), json!(replicas));
            Some(note)
        }
    }
}

struct Owner {
    subresource: String,
    ours: bool,
}

fn owners_of_replicas(live: &Value) -> Vec<Owner> {
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array);
    let owns = |entry: &&Value| entry.pointer("/fieldsV1/f:spec/f:replicas").is_some();
    let owners = entries.into_iter().flatten().filter(owns);
    owners
        .map(|entry| Owner {
            subresource: text(entry, "/subresource").to_owned(),
            ours: text(entry, "/manager") == "rolltop" && text(entry, "/operation") == "Apply",
        })
        .collect()
}

/// The autoscaler among some that targets a Rollout, by name.
#[must_use]
pub fn scaler<'a>(all: impl IntoIterator<Item = &'a Value>, rollout: &str) -> Option<String> {
    let targets = |scaler: &&Value| {
        text(scaler, "/spec/scaleTargetRef/kind") == "Rollout" && text(scaler, "/spec/scaleTargetRef/name") == rollout
    };
    all.into_iter().find(targets).map(|scaler| text(scaler, "/metadata/name").to_owned())
}

/// What a change of an immutable field asks for; checked before anything is sent (Argo Rollouts' newer CRDs refuse it,
/// older ones lose the pods).
#[must_use]
pub fn immutable(body: &Value, live: &Value) -> Option<(&'static str, String)> {
    let differs = |pointer: &str| {
        let (ours, theirs) = (body.pointer(pointer), live.pointer(pointer));
        ours.is_some() && theirs.is_some() && ours != theirs
    };
    let kind = text(body, "/kind");
    if matches!(kind, "Rollout" | "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job")
        && differs("/spec/selector")
    {
        let words = format!(
            "spec.selector of a {kind} cannot be changed: its pods would be lost to it. Give it a new name, or delete it and \
             deploy it again (its pods go with it)"
        );
        return Some(("/spec/selector", words));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(manager: &str, operation: &str, subresource: &str) -> Value {
        let mut entry = json!({"manager": manager, "operation": operation, "fieldsV1": {"f:spec": {"f:replicas": {}}}});
        if !subresource.is_empty() {
            entry["subresource"] = json!(subresource);
        }
        entry
    }

    fn live(replicas: i64, owners: &[Value]) -> Value {
        json!({"metadata": {"managedFields": owners}, "spec": {"replicas": replicas}})
    }

    #[test]
    fn replicas_stay_with_an_autoscaler_and_are_never_gone_at_any_moment() {
        let ours = || owner("rolltop", "Apply", "");
        let theirs = || owner("kube-controller-manager", "Update", "scale");
        let body = json!({"spec": {"replicas": 3}});
        for (live, scaler, expected) in [
            (None, None, "3"),
            (None, Some("web"), "3"),
            (Some(live(7, &[ours()])), None, "3"),
            (Some(live(7, &[ours()])), Some("web"), "7"),
            (Some(live(7, &[ours(), theirs()])), Some("web"), "-"),
            (Some(live(7, &[theirs()])), None, "-"),
            (Some(live(7, &[owner("kubectl-edit", "Update", "")])), None, "3"),
        ] {
            let mut sent = body.clone();
            let note = settle_replicas(&mut sent, replicas(&body, live.as_ref(), scaler));
            let found = sent["spec"].get("replicas").map_or("-".to_owned(), Value::to_string);
            assert_eq!(found, expected, "{live:?} {scaler:?}");
            if expected != "3" {
                let note = note.unwrap();
                assert!(note.contains("now 7") && note.contains("3 in the manifest has no effect"), "{note}");
            }
        }
    }

    #[test]
    fn a_selector_keeps_the_hash_that_the_controller_put_into_it() {
        let live = json!({"kind": "Service", "spec": {"selector": {"app": "a", "rollouts-pod-template-hash": "abc"}}});
        let mut body = json!({"kind": "Service", "spec": {"selector": {"app": "b"}}});
        keep_pod_hash(&mut body, Some(&live));
        assert_eq!(body["spec"]["selector"], json!({"app": "b", "rollouts-pod-template-hash": "abc"}));
        let mut new = json!({"kind": "Service", "spec": {"selector": {"app": "b"}}});
        keep_pod_hash(&mut new, None);
        assert_eq!(new["spec"]["selector"], json!({"app": "b"}));
    }

    #[test]
    fn an_object_gets_its_namespace_and_labels_and_loses_empty_forms() {
        let object = json!({"metadata": {"name": "a", "creationTimestamp": null}, "status": {}});
        assert_eq!(
            labelled(&object, Some("demo"), &[("rolltop/channel", "test".to_owned())]),
            json!({"metadata": {"name": "a", "namespace": "demo", "labels": {"rolltop/channel": "test"}}})
        );
    }

    #[test]
    fn another_selector_of_a_rollout_is_refused_and_told() {
        let with = |app: &str| json!({"kind": "Rollout", "spec": {"selector": {"matchLabels": {"app": app}}}});
        assert!(immutable(&with("a"), &with("b")).unwrap().1.contains("cannot be changed"));
        assert_eq!(immutable(&with("a"), &with("a")), None);
    }
}
