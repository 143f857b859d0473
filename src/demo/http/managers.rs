//! `metadata.managedFields`: who wrote which field, and when. Kept for what comes in by requests, and for what the
//! controllers inside the simulation write through a signed store.

use super::fields::Set;
use super::schema::Ty;
use crate::demo::store::{Kind, stamp};
use serde_json::{Map, Value, json};

/// One manager's fields.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    pub api_version: String,
    pub time: String,
    pub sub: Option<String>,
    pub set: Set,
}

impl Entry {
    pub(crate) fn is(&self, manager: &str, operation: &str, sub: Option<&str>) -> bool {
        self.manager == manager && self.operation == operation && self.sub.as_deref() == sub
    }

    /// As a conflict names it (k8s.io/apimachinery, pkg/util/managedfields/internal/conflict.go).
    pub(crate) fn conflicting(&self) -> String {
        let mut text = format!("{:?}", self.manager);
        if let Some(sub) = &self.sub {
            text = format!("{text} with subresource {sub:?}");
        }
        if self.operation == "Update" {
            text = format!("{text} using {}", self.api_version);
            if !self.time.is_empty() {
                text = format!("{text} at {}", self.time);
            }
        }
        text
    }
}

/// The type that fields are told apart by.
pub(crate) fn ty(kind: &Kind) -> Ty {
    Ty::Named(kind.kind.to_owned())
}

/// What of an object can be managed through this path: no identity, and status only through its subresource.
pub(crate) fn managed(kind: &Kind, object: &Value, sub: Option<&str>) -> Value {
    let mut map = Map::new();
    if sub == Some("status") {
        if let Some(status) = object.get("status") {
            map.insert("status".into(), status.clone());
        }
        return Value::Object(map);
    }
    for (name, value) in object.as_object().into_iter().flatten() {
        match name.as_str() {
            "apiVersion" | "kind" => {}
            "status" if kind.status => {}
            "metadata" => {
                let kept: Map<String, Value> = value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .filter(|(name, _)| {
                        matches!(
                            name.as_str(),
                            "labels" | "annotations" | "finalizers" | "ownerReferences" | "generateName"
                        )
                    })
                    .map(|(name, value)| (name.clone(), value.clone()))
                    .collect();
                if !kept.is_empty() {
                    map.insert("metadata".into(), Value::Object(kept));
                }
            }
            _ => {
                map.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(map)
}

/// The fields of an object that can be managed. `metadata` itself is nobody's.
pub(crate) fn fields(kind: &Kind, object: &Value) -> Set {
    let mut set = Set::of(&ty(kind), object);
    set.own = false;
    set
}

pub(crate) fn read(object: &Value) -> Vec<Entry> {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    entries
        .into_iter()
        .flatten()
        .map(|entry| {
            let text = |name| entry.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            Entry {
                manager: text("manager"),
                operation: text("operation"),
                api_version: text("apiVersion"),
                time: text("time"),
                sub: entry.get("subresource").and_then(Value::as_str).map(str::to_owned),
                set: Set::read(entry.get("fieldsV1").unwrap_or(&Value::Null)),
            }
        })
        .collect()
}

pub(crate) fn write(object: &mut Value, mut entries: Vec<Entry>) {
    entries.retain(|entry| !entry.set.is_empty());
    entries
        .sort_by(|a, b| (&a.operation, &a.time, &a.manager, &a.sub).cmp(&(&b.operation, &b.time, &b.manager, &b.sub)));
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    if entries.is_empty() {
        metadata.remove("managedFields");
        return;
    }
    let entries = entries.into_iter().map(|entry| {
        let mut out = json!({
            "manager": entry.manager, "operation": entry.operation, "apiVersion": entry.api_version,
            "time": entry.time, "fieldsType": "FieldsV1", "fieldsV1": entry.set.write(),
        });
        if let (Some(sub), Some(map)) = (entry.sub, out.as_object_mut()) {
            map.insert("subresource".into(), json!(sub));
        }
        out
    });
    metadata.insert("managedFields".into(), entries.collect());
}

/// An object is made.
pub(crate) fn created(kind: &Kind, object: &mut Value, manager: &str, now: jiff::Timestamp) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    updated(kind, &json!({"metadata": {}}), object, manager, None, now);
}

/// The entries that a change begins with: those that were sent, so that a client can hand fields over (kubectl does, when
/// it goes over to server-side apply) or, by one empty entry, give all up; else those that stand
/// (k8s.io/apimachinery, pkg/util/managedfields/internal/fieldmanager.go, `decodeLiveOrNew`).
fn sent(before: &Value, after: &Value, sub: Option<&str>) -> Vec<Entry> {
    let list = after.pointer("/metadata/managedFields").and_then(Value::as_array);
    let given = list.filter(|list| sub.is_none() && !list.is_empty());
    match given {
        Some(list) if list.as_slice() == [json!({})] => Vec::new(),
        Some(_) => read(after),
        None => read(before),
    }
}

/// An object is changed other than by apply: what changed is now this manager's, and nobody else's.
pub(crate) fn updated(
    kind: &Kind,
    before: &Value,
    after: &mut Value,
    manager: &str,
    sub: Option<&str>,
    now: jiff::Timestamp,
) {
    let old = managed(kind, before, sub);
    let new = managed(kind, after, sub);
    let mut entries = sent(before, after, sub);
    if old != new {
        let mut changed = Set::changed(&ty(kind), Some(&old), &new);
        changed.own = false;
        if let Some(metadata) = changed.below.get_mut("f:metadata") {
            metadata.own = false;
        }
        let left = fields(kind, &new);
        let gone = fields(kind, &old).minus(&left);
        let mut own = Set::default();
        for entry in &mut entries {
            if entry.is(manager, "Update", sub) {
                own = std::mem::take(&mut entry.set);
            } else {
                entry.set = entry.set.minus(&changed).minus(&gone);
            }
        }
        own = own.minus(&gone);
        own.union(&changed);
        entries.push(Entry {
            manager: manager.to_owned(),
            operation: "Update".into(),
            api_version: kind.api_version(),
            time: stamp(now),
            sub: sub.map(str::to_owned),
            set: own,
        });
    }
    write(after, entries);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::store::ROLLOUTS;

    #[test]
    fn a_client_can_hand_its_fields_over_or_give_them_up_but_not_lose_them_by_ignorance() {
        let now: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut before = json!({"metadata": {"name": "a"}, "spec": {"replicas": 1}});
        created(&ROLLOUTS, &mut before, "alice", now);
        let after = |managed: Value| {
            let mut after = before.clone();
            after["metadata"]["managedFields"] = managed;
            updated(&ROLLOUTS, &before, &mut after, "bob", None, now);
            read(&after).into_iter().map(|entry| format!("{} {}", entry.manager, entry.operation)).collect::<Vec<_>>()
        };
        let mut handed = before["metadata"]["managedFields"].clone();
        handed[0]["manager"] = json!("carol");
        handed[0]["operation"] = json!("Apply");
        assert_eq!(after(handed), ["carol Apply"]);
        assert_eq!(after(json!([{}])), Vec::<String>::new());
        assert_eq!(after(json!([])), ["alice Update"]);
        assert_eq!(after(Value::Null), ["alice Update"]);
    }

    #[test]
    fn a_field_belongs_to_who_changed_it_last() {
        let now: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let mut object =
            json!({"metadata": {"name": "a", "labels": {"x": "1"}}, "spec": {"replicas": 1, "paused": false}});
        created(&ROLLOUTS, &mut object, "alice", now);
        let before = object.clone();
        object["spec"]["replicas"] = json!(2);
        updated(&ROLLOUTS, &before, &mut object, "bob", None, now);
        let entries: Vec<(String, Value)> =
            read(&object).into_iter().map(|entry| (entry.manager, entry.set.write())).collect();
        assert_eq!(
            entries,
            [
                (
                    "alice".to_owned(),
                    json!({"f:metadata": {"f:labels": {".": {}, "f:x": {}}}, "f:spec": {".": {}, "f:paused": {}}})
                ),
                ("bob".to_owned(), json!({"f:spec": {"f:replicas": {}}})),
            ]
        );
    }
}
