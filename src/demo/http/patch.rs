//! Patches: merge (RFC 7386), JSON (RFC 6902), strategic (in its simple form), and the way to server-side apply.

use super::admit;
use super::answer::Answer;
use super::call::Call;
use super::encode::Form;
use super::failure::Failure;
use super::target::Target;
use super::write;
use crate::demo::store::{Kind, Store};
use serde_json::{Value, json};

const MERGE: &str = "application/merge-patch+json";
const JSON_PATCH: &str = "application/json-patch+json";
const STRATEGIC: &str = "application/strategic-merge-patch+json";
const APPLY: &str = "application/apply-patch+yaml";

/// A patch, read.
#[derive(Debug)]
pub(crate) enum Patch {
    Merge(Value),
    Json(json_patch::Patch),
    Strategic(Value),
}

impl Patch {
    pub(crate) fn read(kind: &Kind, call: &Call) -> Result<Self, Failure> {
        let wrong = |error: serde_json::Error| {
            let what = if error.is_eof() { "unexpected end of JSON input".to_owned() } else { error.to_string() };
            Failure::bad_request(format!("error decoding patch: {what}"))
        };
        match call.media_type() {
            MERGE => Ok(Self::Merge(serde_json::from_slice(&call.body).map_err(wrong)?)),
            JSON_PATCH => Ok(Self::Json(serde_json::from_slice(&call.body).map_err(wrong)?)),
            STRATEGIC if !kind.custom() => Ok(Self::Strategic(serde_json::from_slice(&call.body).map_err(wrong)?)),
            _ if kind.custom() => Err(Failure::media_type(&[JSON_PATCH, MERGE, APPLY])),
            _ => Err(Failure::media_type(&[JSON_PATCH, MERGE, STRATEGIC, APPLY])),
        }
    }

    /// Changes an object.
    pub(crate) fn apply(&self, object: &mut Value) -> Result<(), Failure> {
        match self {
            Self::Merge(patch) => json_patch::merge(object, patch),
            Self::Strategic(patch) => strategic(object, patch),
            Self::Json(patch) => {
                if json_patch::patch(object, patch).is_err() {
                    let text = "the server rejected our request due to an error in our request";
                    return Err(Failure { details: Some(json!({})), ..Failure::new(422, "Invalid", text) });
                }
            }
        }
        Ok(())
    }
}

pub(crate) fn patch(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let kind = target.kind;
    if call.media_type() == APPLY {
        return super::apply::apply(store, target, call);
    }
    let form = Form::accepted(call.header(http::header::ACCEPT))?;
    let dry = call.dry_run()?;
    let patch = Patch::read(kind, call)?;
    write::change(store, target, call, (form, dry), |present| {
        let version = present.pointer("/metadata/resourceVersion").cloned();
        patch.apply(present)?;
        admit::same_name(target, present)?;
        // A version that does not fit is a conflict, whatever else is wrong with the patch.
        if version.as_ref() != present.pointer("/metadata/resourceVersion") {
            return Ok(None);
        }
        Ok(Some(admit::admit(kind, std::mem::take(present), call)?))
    })
}

/// Lists that a strategic merge patch merges by a key, by the name of their field.
const BY_KEY: &[(&str, &str)] = &[
    ("containers", "name"),
    ("initContainers", "name"),
    ("ephemeralContainers", "name"),
    ("volumes", "name"),
    ("env", "name"),
    ("volumeMounts", "mountPath"),
    ("imagePullSecrets", "name"),
    ("conditions", "type"),
    ("ownerReferences", "uid"),
    ("ports", "containerPort"),
];

/// A strategic merge patch in its simple form: a merge patch in which known lists are merged by key, with the
/// directives `$patch: delete` and `$patch: replace`.
fn strategic(object: &mut Value, patch: &Value) {
    let Some(patch) = patch.as_object() else {
        *object = patch.clone();
        return;
    };
    if !object.is_object() {
        *object = json!({});
    }
    let Some(map) = object.as_object_mut() else { return };
    if patch.get("$patch").and_then(Value::as_str) == Some("replace") {
        *map = patch.iter().filter(|(name, _)| *name != "$patch").map(|(k, v)| (k.clone(), v.clone())).collect();
        return;
    }
    for (name, value) in patch.iter().filter(|(name, _)| !name.starts_with('$')) {
        if value.is_null() {
            map.remove(name);
            continue;
        }
        let present = map.entry(name.as_str()).or_insert(Value::Null);
        let key = BY_KEY.iter().find(|(field, _)| field == name).map(|(_, key)| *key);
        match (key, present.as_array_mut(), value.as_array()) {
            // The ports of a Service have another key than those of a container.
            (Some(key), Some(present), Some(items)) => {
                let key = if key == "containerPort" && items.iter().any(|item| item.get("port").is_some()) {
                    "port"
                } else {
                    key
                };
                merge_list(present, items, key);
            }
            _ if value.is_object() => strategic(present, value),
            _ => *present = value.clone(),
        }
    }
}

fn merge_list(present: &mut Vec<Value>, items: &[Value], key: &str) {
    let directive = |item: &Value, what: &str| item.get("$patch").and_then(Value::as_str) == Some(what);
    if items.iter().any(|item| directive(item, "replace")) {
        *present = items.iter().filter(|item| !directive(item, "replace")).cloned().collect();
        return;
    }
    for item in items {
        let at = present.iter().position(|other| item.get(key).is_some() && other.get(key) == item.get(key));
        match at {
            Some(at) if directive(item, "delete") => {
                present.remove(at);
            }
            Some(at) => strategic(&mut present[at], item),
            None if directive(item, "delete") => {}
            None => present.push(item.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_strategic_patch_merges_containers_by_name() {
        let mut object =
            json!({"spec": {"containers": [{"name": "a", "image": "a:1", "x": 1}, {"name": "b"}], "list": [1]}});
        let patch = json!({"spec": {
            "containers": [{"name": "a", "image": "a:2"}, {"name": "c"}, {"name": "b", "$patch": "delete"}],
            "list": [2], "none": null,
        }});
        strategic(&mut object, &patch);
        let want = json!({"spec": {"containers": [{"name": "a", "image": "a:2", "x": 1}, {"name": "c"}], "list": [2]}});
        assert_eq!(object, want);
    }

    #[test]
    fn a_json_patch_whose_test_fails_changes_nothing() {
        let patch = json!([{"op": "replace", "path": "/a", "value": 2}, {"op": "test", "path": "/a", "value": 1}]);
        let patch = Patch::Json(serde_json::from_value(patch).unwrap());
        let mut object = json!({"a": 1});
        assert_eq!(patch.apply(&mut object).unwrap_err().code, 422);
        assert_eq!(object, json!({"a": 1}));
    }
}
