//! The `scale` subresource: `spec.replicas` alone, in the form of an `autoscaling/v1` Scale.

use super::answer::Answer;
use super::call::Call;
use super::failure::{Cause, Failure};
use super::managers;
use super::patch::Patch;
use super::target::Target;
use super::write::Stop;
use crate::demo::store::{Kind, Part, Store};
use serde_json::{Map, Value, json};

/// Answers get, update and patch.
pub(crate) fn answer(store: &Store, target: &Target, verb: &str, call: &Call) -> Result<Answer, Failure> {
    let kind = target.kind;
    if verb == "get" {
        let object = store.get(kind, target.space(), target.object());
        let object = object.ok_or_else(|| Failure::not_found(kind, target.object()))?;
        return Ok(Answer::json(200, &scale_of(kind, &object)));
    }
    let patch = match verb {
        "patch" => Some(Patch::read(kind, call)?),
        "update" => None,
        _ => return Err(Failure::method_not_allowed()),
    };
    let sent = if patch.is_none() { call.object("Scale")? } else { Value::Null };
    let now = store.clock().now();
    let done = store
        .modify_or_try(kind, target.space(), target.object(), Part::Main, call.dry_run()?, |present| {
            let before = present.clone();
            let mut scale = scale_of(kind, present);
            match &patch {
                Some(patch) => patch.apply(&mut scale)?,
                None => scale = sent,
            }
            let replicas = scale.pointer("/spec/replicas").cloned().unwrap_or(json!(0));
            if replicas.as_i64().is_none_or(|replicas| replicas < 0) {
                let message = format!("Invalid value: {replicas}: must be greater than or equal to 0");
                let cause = Cause::invalid("spec.replicas", message);
                return Err(Failure::invalid("autoscaling", "Scale", target.object(), &[cause]).into());
            }
            if let (Some(version), Some(metadata)) =
                (scale.pointer("/metadata/resourceVersion"), present.get_mut("metadata").and_then(Value::as_object_mut))
            {
                metadata.insert("resourceVersion".into(), version.clone());
            }
            if let Some(spec) = present.get_mut("spec").and_then(Value::as_object_mut) {
                spec.insert("replicas".into(), replicas);
            }
            managers::updated(kind, &before, present, &call.manager(), Some("scale"), now);
            Ok::<(), Stop>(())
        })
        .map_err(|stop| stop.failure(kind, target.object()))?;
    Ok(Answer::json(200, &scale_of(kind, &done)))
}

fn scale_of(kind: &Kind, object: &Value) -> Value {
    let at = |path: &str| object.pointer(path).cloned();
    let mut metadata = Map::new();
    for name in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
        if let Some(value) = at(&format!("/metadata/{name}")) {
            metadata.insert(name.into(), value);
        }
    }
    let mut spec = Map::new();
    // Zero is left out, as Go's `omitempty` does.
    if let Some(replicas) = at("/spec/replicas").filter(|replicas| replicas.as_i64() != Some(0)) {
        spec.insert("replicas".into(), replicas);
    }
    // Rollouts count for an autoscaler in a field of their own (Argo Rollouts, manifests/crds).
    let counted = if kind.custom() { "/status/HPAReplicas" } else { "/status/replicas" };
    let mut status = Map::new();
    status.insert("replicas".into(), at(counted).unwrap_or(json!(0)));
    let selector = at("/status/selector").and_then(|text| text.as_str().map(str::to_owned)).or_else(|| {
        let labels = at("/spec/selector/matchLabels")?;
        let pairs: Vec<String> = labels
            .as_object()?
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or("")))
            .collect();
        Some(pairs.join(","))
    });
    if let Some(selector) = selector {
        status.insert("selector".into(), json!(selector));
    }
    json!({"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata, "spec": spec, "status": status})
}
