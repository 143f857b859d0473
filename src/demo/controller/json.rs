//! Reading JSON values without ceremony: what is absent or of another type is the zero value, as for the real
//! controllers, whose types leave out empty fields.

use serde_json::Value;

/// The text at a pointer, or "".
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The number at a pointer.
pub fn number(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer).and_then(Value::as_i64)
}

/// Whether `true` stands at a pointer.
pub fn flag(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

/// The list at a pointer; empty when there is none.
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// An annotation, or "".
pub fn annotation<'a>(object: &'a Value, name: &str) -> &'a str {
    object.pointer("/metadata/annotations").and_then(|map| map.get(name)).and_then(Value::as_str).unwrap_or_default()
}

/// A label, or "".
pub fn label<'a>(object: &'a Value, name: &str) -> &'a str {
    object.pointer("/metadata/labels").and_then(|map| map.get(name)).and_then(Value::as_str).unwrap_or_default()
}

/// Sets a value at `path`, making objects on the way.
pub fn set(object: &mut Value, path: &[&str], value: Value) {
    let mut place = object;
    for name in path {
        if !place.is_object() {
            *place = Value::Object(serde_json::Map::new());
        }
        let Some(map) = place.as_object_mut() else { return };
        place = map.entry(*name).or_insert(Value::Null);
    }
    *place = value;
}

/// Removes the value at `path`.
pub fn remove(object: &mut Value, path: &[&str]) {
    let Some((last, way)) = path.split_last() else { return };
    let mut place = object;
    for name in way {
        let Some(next) = place.get_mut(*name) else { return };
        place = next;
    }
    if let Some(map) = place.as_object_mut() {
        map.remove(*last);
    }
}

/// The uid of the controlling owner, or "".
pub fn controller_of(object: &Value) -> &str {
    list(object, "/metadata/ownerReferences")
        .iter()
        .find(|owner| flag(owner, "/controller"))
        .map_or("", |owner| text(owner, "/uid"))
}

/// The name of the controlling owner if it is of this kind.
pub fn owner_name<'a>(object: &'a Value, kind: &str) -> Option<&'a str> {
    list(object, "/metadata/ownerReferences")
        .iter()
        .find(|owner| flag(owner, "/controller") && text(owner, "/kind") == kind)
        .map(|owner| text(owner, "/name"))
}

/// The merge patch (RFC 7386) that makes `after` out of `before`; an empty object when they are equal.
pub fn merge_patch(before: &Value, after: &Value) -> Value {
    let (Some(old), Some(new)) = (before.as_object(), after.as_object()) else { return after.clone() };
    let mut patch = serde_json::Map::new();
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        patch.insert(name.clone(), Value::Null);
    }
    for (name, value) in new {
        match old.get(name) {
            Some(was) if was == value => {}
            Some(was) if was.is_object() && value.is_object() => {
                patch.insert(name.clone(), merge_patch(was, value));
            }
            _ => {
                patch.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(patch)
}

/// Time in a Kubernetes stamp.
pub fn time(stamp: &str) -> Option<jiff::Timestamp> {
    stamp.parse().ok()
}
