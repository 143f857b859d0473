//! The store of one simulated cluster: objects as JSON values, one global resourceVersion, a window of history for
//! watches, optimistic concurrency. What a real API server does to an object on its way in (uid, generation,
//! creationTimestamp, no-op detection, status subresource, owner garbage collection) is done here, once, for HTTP
//! clients and for the controllers alike. Who wrote which field is kept by `http::managers`, for both.

mod change;
mod inner;
mod kind;
mod removal;
mod settle;

pub use change::{Change, Happened, Part, Refused};
pub use kind::*;
pub use settle::stamp;

use super::clock::Clock;
use super::http::managers;
use inner::{Inner, Key, key, owners_of};
use serde_json::{Value, json};
use settle::{metadata_mut, names, settle, uid};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The store; clones are the same store.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
    latest: Arc<watch::Sender<u64>>,
    seed: u64,
    /// Kubelets end the pods that are asked to go.
    attended: Arc<AtomicBool>,
    /// Who writes through this clone, for `managedFields`.
    writer: Option<&'static str>,
}

/// How many changes are kept for watches.
const HISTORY: usize = 10_000;

impl Store {
    /// An empty store. Uids are made from `seed`, so that a run can be repeated.
    #[must_use]
    pub fn new(clock: Clock, seed: u64) -> Self {
        let (latest, _) = watch::channel(1);
        Self {
            inner: Arc::new(Mutex::new(Inner { version: 1, ..Inner::default() })),
            clock,
            latest: Arc::new(latest),
            seed,
            attended: Arc::default(),
            writer: None,
        }
    }

    /// The clock that stamps objects.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The same store for a writer whose name goes into `managedFields`. What comes in by requests is signed there.
    #[must_use]
    pub(in crate::demo) fn signed(&self, writer: &'static str) -> Self {
        Self { writer: Some(writer), ..self.clone() }
    }

    /// The writer's name, for kinds where it is asked who wrote last. Pods, ReplicaSets and Events are written all the
    /// time by the same few programs.
    fn signature(&self, kind: &Kind) -> Option<&'static str> {
        self.writer.filter(|_| ![&PODS, &REPLICA_SETS, &EVENTS].contains(&kind))
    }

    /// From now on kubelets look after the pods: one that is deleted leaves within its grace period.
    pub(in crate::demo) fn attend(&self) {
        self.attended.store(true, Ordering::Relaxed);
    }

    /// Whether kubelets look after the pods.
    pub(in crate::demo) fn is_attended(&self) -> bool {
        self.attended.load(Ordering::Relaxed)
    }

    /// The newest resourceVersion; changes with every write.
    #[must_use]
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// The newest resourceVersion.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.lock().version
    }

    /// One object.
    #[must_use]
    pub fn get(&self, kind: &'static Kind, namespace: &str, name: &str) -> Option<Arc<Value>> {
        self.lock().objects.get(&key(kind, namespace, name)).cloned()
    }

    /// All objects of a kind, sorted by namespace and name, with the version of the snapshot. `namespace` `None`: all.
    #[must_use]
    pub fn list(&self, kind: &'static Kind, namespace: Option<&str>) -> (Vec<Arc<Value>>, u64) {
        let inner = self.lock();
        (inner.range(kind, namespace).map(|(_, object)| object.clone()).collect(), inner.version)
    }

    /// The list as it was at `version`; `None` when that is compacted away.
    #[must_use]
    pub fn list_at(&self, kind: &'static Kind, namespace: Option<&str>, version: u64) -> Option<Vec<Arc<Value>>> {
        let inner = self.lock();
        if version < inner.compacted || version > inner.version {
            return None;
        }
        let mut objects: BTreeMap<Key, Arc<Value>> =
            inner.range(kind, namespace).map(|(key, object)| (key.clone(), object.clone())).collect();
        let start = inner.history.partition_point(|change| change.version <= version);
        for change in inner.history.range(start..).rev().filter(|change| change.kind == kind) {
            let (of, name) = names(&change.object);
            if namespace.is_some_and(|wanted| wanted != of) {
                continue;
            }
            let key = key(kind, &of, &name);
            match &change.before {
                Some(before) => objects.insert(key, before.clone()),
                None => objects.remove(&key),
            };
        }
        Some(objects.into_values().collect())
    }

    /// Changes after `version`, oldest first; `None` when that is compacted away.
    #[must_use]
    pub fn changes_after(&self, version: u64) -> Option<Vec<Change>> {
        self.some_changes_after(version, usize::MAX)
    }

    /// The first `most` changes after `version`, oldest first; `None` when that is compacted away.
    #[must_use]
    pub fn some_changes_after(&self, version: u64, most: usize) -> Option<Vec<Change>> {
        let inner = self.lock();
        if version < inner.compacted {
            return None;
        }
        let start = inner.history.partition_point(|change| change.version <= version);
        Some(inner.history.range(start..).take(most).cloned().collect())
    }

    /// Oldest version that a watch may start from.
    #[must_use]
    pub fn compacted(&self) -> u64 {
        self.lock().compacted
    }

    /// Forgets the history: watches from older versions get 410.
    pub fn compact(&self) {
        let mut inner = self.lock();
        inner.compacted = inner.version;
        inner.history.clear();
    }

    /// Creates an object. Namespace and name must be set; `status` is kept only where the kind has no status
    /// subresource, as a real server does.
    ///
    /// # Errors
    /// [`Refused::Exists`].
    pub fn create(&self, kind: &'static Kind, object: Value) -> Result<Arc<Value>, Refused> {
        self.create_or_try(kind, object, false)
    }

    /// [`Store::create`], or with `dry` what it would make.
    ///
    /// # Errors
    /// As [`Store::create`].
    pub fn create_or_try(&self, kind: &'static Kind, mut object: Value, dry: bool) -> Result<Arc<Value>, Refused> {
        let (namespace, name) = names(&object);
        let mut inner = self.lock();
        let key = key(kind, &namespace, &name);
        if inner.objects.contains_key(&key) {
            return Err(Refused::Exists { kind: kind.qualified(), name });
        }
        inner.uids += 1;
        let uid = uid(self.seed, inner.uids);
        if kind.status && kind.group == "argoproj.io" {
            object.as_object_mut().map(|map| map.remove("status"));
        }
        if let Some(map) = object.as_object_mut() {
            map.entry("apiVersion").or_insert_with(|| Value::String(kind.api_version()));
            map.entry("kind").or_insert_with(|| Value::String(kind.kind.into()));
        }
        let metadata = metadata_mut(&mut object);
        metadata.insert("uid".into(), Value::String(uid));
        metadata.insert("creationTimestamp".into(), Value::String(stamp(self.clock.now())));
        if kind.generation {
            metadata.insert("generation".into(), json!(1));
        }
        if let Some(writer) = self.signature(kind) {
            managers::created(kind, &mut object, writer, self.clock.now());
        }
        let metadata = metadata_mut(&mut object);
        if dry {
            metadata.remove("resourceVersion");
            return Ok(Arc::new(object));
        }
        Ok(self.commit(&mut inner, kind, key, Happened::Added, object))
    }

    /// Changes an object by a closure that sees the present form. What the closure may not change (uid, creation,
    /// generation, the other part) is restored; a change that changes nothing writes nothing. A resourceVersion that
    /// the closure leaves in the object and that is not the present one is a conflict.
    ///
    /// # Errors
    /// [`Refused::NotFound`], [`Refused::Conflict`], or what the closure says.
    pub fn modify<E: From<Refused>>(
        &self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
        part: Part,
        change: impl FnOnce(&mut Value) -> Result<(), E>,
    ) -> Result<Arc<Value>, E> {
        self.modify_or_try(kind, namespace, name, part, false, change)
    }

    /// [`Store::modify`], or with `dry` what it would make.
    ///
    /// # Errors
    /// As [`Store::modify`].
    pub fn modify_or_try<E: From<Refused>>(
        &self,
        kind: &'static Kind,
        namespace: &str,
        name: &str,
        part: Part,
        dry: bool,
        change: impl FnOnce(&mut Value) -> Result<(), E>,
    ) -> Result<Arc<Value>, E> {
        let mut inner = self.lock();
        let key = key(kind, namespace, name);
        let Some(before) = inner.objects.get(&key).cloned() else {
            return Err(Refused::NotFound { kind: kind.qualified(), name: name.to_owned() }.into());
        };
        let mut after = (*before).clone();
        change(&mut after)?;
        let sent = after.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
        let present = before.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
        if !sent.is_empty() && sent != present {
            return Err(Refused::Conflict { kind: kind.qualified(), name: name.to_owned() }.into());
        }
        settle(kind, part, &before, &mut after);
        if after == *before {
            return Ok(before);
        }
        if let Some(writer) = self.signature(kind) {
            let sub = (part == Part::Status && kind.status).then_some("status");
            managers::updated(kind, &before, &mut after, writer, sub, self.clock.now());
        }
        if dry {
            return Ok(Arc::new(after));
        }
        let deleted = after.pointer("/metadata/deletionTimestamp").is_some()
            && after.pointer("/metadata/finalizers").and_then(Value::as_array).is_none_or(Vec::is_empty)
            && before.pointer("/metadata/finalizers").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if deleted {
            return Ok(self.commit(&mut inner, kind, key, Happened::Deleted, after));
        }
        Ok(self.commit(&mut inner, kind, key, Happened::Modified, after))
    }

    fn commit(
        &self,
        inner: &mut Inner,
        kind: &'static Kind,
        key: Key,
        happened: Happened,
        mut object: Value,
    ) -> Arc<Value> {
        inner.version += 1;
        let version = inner.version;
        metadata_mut(&mut object).insert("resourceVersion".into(), Value::String(version.to_string()));
        let object = Arc::new(object);
        let place = (kind, key.2.clone(), key.3.clone());
        let before = if happened == Happened::Deleted {
            inner.objects.remove(&key)
        } else {
            inner.objects.insert(key, object.clone())
        };
        for owner in before.iter().flat_map(|object| owners_of(object)) {
            if let Some(owned) = inner.owned.get_mut(owner) {
                owned.remove(&place);
                if owned.is_empty() {
                    inner.owned.remove(owner);
                }
            }
        }
        if happened != Happened::Deleted {
            for owner in owners_of(&object) {
                inner.owned.entry(owner.to_owned()).or_default().insert(place.clone());
            }
        }
        inner.history.push_back(Change { version, kind, happened, object: object.clone(), before });
        if inner.history.len() > HISTORY
            && let Some(oldest) = inner.history.pop_front()
        {
            inner.compacted = oldest.version;
        }
        self.latest.send_replace(version);
        object
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store() -> Store {
        let store = Store::new(Clock::new("2026-01-01T00:00:00Z".parse().unwrap(), 0.0), 1);
        for name in ["a", "b"] {
            let object =
                json!({"metadata": {"name": name, "namespace": "n"}, "spec": {"replicas": 1}, "status": {"x": 1}});
            store.create(&ROLLOUTS, object).unwrap();
        }
        store
    }

    fn write(store: &Store, part: Part, change: impl FnOnce(&mut Value)) -> Result<Arc<Value>, Refused> {
        store.modify(&ROLLOUTS, "n", "a", part, |object| {
            change(object);
            Ok(())
        })
    }

    #[test]
    fn each_write_touches_its_part_only_and_only_the_spec_counts_in_the_generation() {
        let store = store();
        let object =
            write(&store, Part::Status, |object| *object = json!({"spec": {"replicas": 9}, "status": {"y": 1}}));
        let object = object.unwrap();
        assert_eq!((&object["spec"], &object["status"]), (&json!({"replicas": 1}), &json!({"y": 1})));
        assert_eq!(object["metadata"]["generation"], 1);
        let object = write(&store, Part::Main, |object| {
            object["spec"]["replicas"] = json!(2);
            object["status"] = json!({});
            object["metadata"]["uid"] = json!("other");
        });
        let object = object.unwrap();
        assert_eq!((&object["spec"], &object["status"]), (&json!({"replicas": 2}), &json!({"y": 1})));
        assert_eq!(object["metadata"]["generation"], 2);
        assert_ne!(object["metadata"]["uid"], "other");
    }

    #[test]
    fn nothing_changed_is_nothing_written_and_an_old_version_is_a_conflict() {
        let store = store();
        let version = store.version();
        write(&store, Part::Main, |_| {}).unwrap();
        assert_eq!(store.version(), version);
        let stale = write(&store, Part::Main, |object| object["metadata"]["resourceVersion"] = json!("1"));
        assert!(matches!(stale, Err(Refused::Conflict { .. })));
    }

    #[test]
    fn a_list_of_an_older_version_is_what_it_was_then() {
        let store = store();
        let then = store.version();
        let before: Vec<Value> = store.list(&ROLLOUTS, None).0.iter().map(|object| (**object).clone()).collect();
        write(&store, Part::Main, |object| object["spec"]["replicas"] = json!(2)).unwrap();
        store.delete(&ROLLOUTS, "n", "b").unwrap();
        store.create(&ROLLOUTS, json!({"metadata": {"name": "c", "namespace": "n"}})).unwrap();
        let older: Vec<Value> =
            store.list_at(&ROLLOUTS, None, then).unwrap().iter().map(|object| (**object).clone()).collect();
        assert_eq!(older, before);
        assert_eq!(store.list_at(&ROLLOUTS, Some("other"), then).unwrap().len(), 0);
        store.compact();
        assert!(store.list_at(&ROLLOUTS, None, then).is_none());
        assert!(store.changes_after(then).is_none());
    }
}
