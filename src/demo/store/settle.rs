//! What a real API server does to an object on its way in: names, uid, the fields that a write may not change, and
//! when the generation rises.

use super::change::Part;
use super::kind::Kind;
use serde_json::{Map, Value, json};

/// A time as Kubernetes writes it: RFC 3339, whole seconds, UTC.
#[must_use]
pub fn stamp(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

pub(super) fn names(object: &Value) -> (String, String) {
    let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("/metadata/namespace"), text("/metadata/name"))
}

pub(super) fn metadata_mut(object: &mut Value) -> &mut Map<String, Value> {
    if !object.is_object() {
        *object = json!({});
    }
    let Some(map) = object.as_object_mut() else { unreachable!("made an object above") };
    let metadata = map.entry("metadata").or_insert_with(|| json!({}));
    if !metadata.is_object() {
        *metadata = json!({});
    }
    match metadata.as_object_mut() {
        Some(map) => map,
        None => unreachable!("made an object above"),
    }
}

/// Puts back what a write of this part may not change, and counts the generation.
pub(super) fn settle(kind: &Kind, part: Part, before: &Value, after: &mut Value) {
    if part == Part::Status {
        let status = after.get("status").cloned();
        let managers = after.pointer("/metadata/managedFields").cloned();
        *after = before.clone();
        if let Some(managers) = managers {
            metadata_mut(after).insert("managedFields".into(), managers);
        }
        if let Some(map) = after.as_object_mut() {
            match status {
                Some(status) => map.insert("status".into(), status),
                None => map.remove("status"),
            };
        }
        return;
    }
    let keep: Vec<(&str, Option<Value>)> =
        ["uid", "creationTimestamp", "generation", "resourceVersion", "name", "namespace"]
            .into_iter()
            .map(|field| (field, before.pointer(&format!("/metadata/{field}")).cloned()))
            .collect();
    let metadata = metadata_mut(after);
    // A deletion that has begun cannot be taken back.
    for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
        if let Some(value) = before.pointer(&format!("/metadata/{field}")) {
            metadata.insert(field.into(), value.clone());
        }
    }
    for (field, value) in keep {
        match value {
            Some(value) => metadata.insert(field.into(), value),
            None => metadata.remove(field),
        };
    }
    if kind.status {
        let status = before.get("status").cloned();
        if let Some(map) = after.as_object_mut() {
            match status {
                Some(status) => map.insert("status".into(), status),
                None => map.remove("status"),
            };
        }
    }
    if kind.generation && content(before) != content(after) {
        let generation = before.pointer("/metadata/generation").and_then(Value::as_i64).unwrap_or(0) + 1;
        metadata_mut(after).insert("generation".into(), json!(generation));
    }
}

/// What counts in the generation: everything but metadata; status only where it is no subresource (it is equal on both
/// sides otherwise).
pub(super) fn content(object: &Value) -> Vec<(&String, &Value)> {
    object.as_object().map(|map| map.iter().filter(|(name, _)| *name != "metadata").collect()).unwrap_or_default()
}

/// A uid that looks like one and is the same in every run with the same seed.
pub(super) fn uid(seed: u64, n: u64) -> String {
    let mix = |mut x: u64| {
        x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    };
    let a = mix(seed ^ mix(n));
    let b = mix(a ^ n.rotate_left(17));
    format!(
        "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
        a >> 32,
        (a >> 16) & 0xffff,
        a & 0xfff,
        0x8000 | (b >> 50),
        b & 0xffff_ffff_ffff
    )
}
