//! What the store holds: the objects, who owns whom, the history.

use super::change::Change;
use super::kind::Kind;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

/// Group, plural, namespace, name.
pub(super) type Key = (&'static str, &'static str, String, String);

#[derive(Debug, Default)]
pub(super) struct Inner {
    pub version: u64,
    /// Watches from before this version get 410.
    pub compacted: u64,
    pub objects: BTreeMap<Key, Arc<Value>>,
    pub history: VecDeque<Change>,
    /// Objects by the uid of an owner.
    pub owned: BTreeMap<String, BTreeSet<(&'static Kind, String, String)>>,
    pub uids: u64,
}

impl Inner {
    pub fn range(&self, kind: &'static Kind, namespace: Option<&str>) -> impl Iterator<Item = (&Key, &Arc<Value>)> {
        let namespace = namespace.map(str::to_owned);
        self.objects.range(key(kind, namespace.as_deref().unwrap_or(""), "")..).take_while(
            move |((group, plural, of, _), _)| {
                *group == kind.group && *plural == kind.plural && namespace.as_ref().is_none_or(|wanted| wanted == of)
            },
        )
    }

    /// Whether an object with this uid is there. Only asked for a child with several owners, which is rare.
    pub fn alive(&self, uid: &str) -> bool {
        self.objects.values().any(|object| uid_of(object) == uid)
    }
}

pub(super) fn key(kind: &'static Kind, namespace: &str, name: &str) -> Key {
    (kind.group, kind.plural, namespace.to_owned(), name.to_owned())
}

pub(super) fn uid_of(object: &Value) -> String {
    object.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(super) fn owners_of(object: &Value) -> impl Iterator<Item = &str> {
    let references = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    references.into_iter().flatten().filter_map(|reference| reference.get("uid").and_then(Value::as_str))
}
