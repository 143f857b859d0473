//! The store of one simulated cluster: objects as JSON values, one global resourceVersion, a window of history for
//! watches, optimistic concurrency. What a real API server does to an object on its way in (uid, generation,
//! creationTimestamp, no-op detection, status subresource, owner garbage collection) is done here, once, for HTTP
//! clients and for the controllers alike.

use super::clock::Clock;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// A kind that the simulated cluster serves.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    /// API group; empty for the core group.
    pub group: &'static str,
    /// Version.
    pub version: &'static str,
    /// Kind.
    pub kind: &'static str,
    /// Plural name in paths.
    pub plural: &'static str,
    /// Singular name.
    pub singular: &'static str,
    /// Short names.
    pub short: &'static [&'static str],
    /// Lives in a namespace.
    pub namespaced: bool,
    /// Has a `status` subresource: status and the rest are written apart, and only the rest counts in `generation`.
    pub status: bool,
    /// Has a `generation`.
    pub generation: bool,
}

macro_rules! kinds {
    ($($name:ident: $group:literal $version:literal $kind:literal $plural:literal $singular:literal [$($short:literal)*] $namespaced:literal $status:literal $generation:literal)*) => {
        $(
            #[doc = concat!("`", $kind, "`")]
            pub static $name: Kind = Kind {
                group: $group, version: $version, kind: $kind, plural: $plural, singular: $singular,
                short: &[$($short),*], namespaced: $namespaced, status: $status, generation: $generation,
            };
        )*
        /// All kinds.
        pub static KINDS: &[&Kind] = &[$(&$name),*];
    };
}

kinds! {
    NAMESPACES: "" "v1" "Namespace" "namespaces" "namespace" ["ns"] false true false
    PODS: "" "v1" "Pod" "pods" "pod" ["po"] true true true
    SERVICES: "" "v1" "Service" "services" "service" ["svc"] true true false
    EVENTS: "" "v1" "Event" "events" "event" ["ev"] true false false
    CONFIG_MAPS: "" "v1" "ConfigMap" "configmaps" "configmap" ["cm"] true false false
    SECRETS: "" "v1" "Secret" "secrets" "secret" [] true false false
    DEPLOYMENTS: "apps" "v1" "Deployment" "deployments" "deployment" ["deploy"] true true true
    REPLICA_SETS: "apps" "v1" "ReplicaSet" "replicasets" "replicaset" ["rs"] true true true
    JOBS: "batch" "v1" "Job" "jobs" "job" [] true true true
    ROLLOUTS: "argoproj.io" "v1alpha1" "Rollout" "rollouts" "rollout" ["ro"] true true true
    ANALYSIS_RUNS: "argoproj.io" "v1alpha1" "AnalysisRun" "analysisruns" "analysisrun" ["ar"] true false true
    ANALYSIS_TEMPLATES: "argoproj.io" "v1alpha1" "AnalysisTemplate" "analysistemplates" "analysistemplate" ["at"] true false true
    CLUSTER_ANALYSIS_TEMPLATES: "argoproj.io" "v1alpha1" "ClusterAnalysisTemplate" "clusteranalysistemplates" "clusteranalysistemplate" ["cat"] false false true
    EXPERIMENTS: "argoproj.io" "v1alpha1" "Experiment" "experiments" "experiment" ["exp"] true false true
    CUSTOM_RESOURCE_DEFINITIONS: "apiextensions.k8s.io" "v1" "CustomResourceDefinition" "customresourcedefinitions" "customresourcedefinition" ["crd"] false true true
}

impl Kind {
    /// `apps/v1`, or `v1` for the core group.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `rollouts.argoproj.io`, or `pods` for the core group.
    #[must_use]
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}

/// What part of an object a write touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The main resource: `status` stays as it was where the kind has a status subresource.
    Main,
    /// The status subresource: only `status` changes.
    Status,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// New.
    Added,
    /// Changed.
    Modified,
    /// Gone.
    Deleted,
}

/// One entry of the history.
#[derive(Clone, Debug)]
pub struct Change {
    /// resourceVersion of the change.
    pub version: u64,
    /// What kind.
    pub kind: &'static Kind,
    /// What.
    pub happened: Happened,
    /// The object after the change (for a deletion: its last form, with the version of the deletion).
    pub object: Arc<Value>,
    /// The object before the change.
    pub before: Option<Arc<Value>>,
}

/// Why the store refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such object.
    #[error("{kind} \"{name}\" not found")]
    NotFound {
        /// Qualified plural.
        kind: String,
        /// Name.
        name: String,
    },
    /// There is one already.
    #[error("{kind} \"{name}\" already exists")]
    Exists {
        /// Qualified plural.
        kind: String,
        /// Name.
        name: String,
    },
    /// The resourceVersion it was based on is not the present one.
    #[error(
        "Operation cannot be fulfilled on {kind} \"{name}\": the object has been modified; please apply your changes to the latest version and try again"
    )]
    Conflict {
        /// Qualified plural.
        kind: String,
        /// Name.
        name: String,
    },
    /// Another reason, decided by the caller's closure: passed through.
    #[error("{0}")]
    Other(String),
}

type Key = (&'static str, &'static str, String, String);

#[derive(Debug, Default)]
struct Inner {
    version: u64,
    /// Watches from before this version get 410.
    compacted: u64,
    objects: BTreeMap<Key, Arc<Value>>,
    history: VecDeque<Change>,
    uids: u64,
}

/// The store; clones are the same store.
#[derive(Clone, Debug)]
pub struct Store {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
    latest: Arc<watch::Sender<u64>>,
    seed: u64,
}

/// How many changes are kept for watches.
const HISTORY: usize = 20_000;

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
        }
    }

    /// The clock that stamps objects.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
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
        let from = key(kind, namespace.unwrap_or(""), "");
        let objects = inner
            .objects
            .range(from..)
            .take_while(|((group, plural, ns, _), _)| {
                *group == kind.group && *plural == kind.plural && namespace.is_none_or(|wanted| wanted == ns)
            })
            .map(|(_, object)| object.clone())
            .collect();
        (objects, inner.version)
    }

    /// Changes after `version`, oldest first; `None` when that is compacted away.
    #[must_use]
    pub fn changes_after(&self, version: u64) -> Option<Vec<Change>> {
        let inner = self.lock();
        if version < inner.compacted {
            return None;
        }
        let start = inner.history.partition_point(|change| change.version <= version);
        Some(inner.history.range(start..).cloned().collect())
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
    pub fn create(&self, kind: &'static Kind, mut object: Value) -> Result<Arc<Value>, Refused> {
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
        let metadata = metadata_mut(&mut object);
        metadata.insert("uid".into(), Value::String(uid));
        metadata.insert("creationTimestamp".into(), Value::String(stamp(self.clock.now())));
        if kind.generation {
            metadata.insert("generation".into(), json!(1));
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
        let deleted = after.pointer("/metadata/deletionTimestamp").is_some()
            && after.pointer("/metadata/finalizers").and_then(Value::as_array).is_none_or(Vec::is_empty)
            && before.pointer("/metadata/finalizers").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
        if deleted {
            return Ok(self.commit(&mut inner, kind, key, Happened::Deleted, after));
        }
        Ok(self.commit(&mut inner, kind, key, Happened::Modified, after))
    }

    /// Deletes an object at once (no finalizers are honoured here; the HTTP layer marks those first).
    ///
    /// # Errors
    /// [`Refused::NotFound`].
    pub fn delete(&self, kind: &'static Kind, namespace: &str, name: &str) -> Result<Arc<Value>, Refused> {
        let mut inner = self.lock();
        let key = key(kind, namespace, name);
        let Some(before) = inner.objects.get(&key).cloned() else {
            return Err(Refused::NotFound { kind: kind.qualified(), name: name.to_owned() });
        };
        Ok(self.commit(&mut inner, kind, key, Happened::Deleted, (*before).clone()))
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
        let before = if happened == Happened::Deleted {
            inner.objects.remove(&key)
        } else {
            inner.objects.insert(key, object.clone())
        };
        inner.history.push_back(Change { version, kind, happened, object: object.clone(), before });
        if inner.history.len() > HISTORY {
            if let Some(oldest) = inner.history.pop_front() {
                inner.compacted = oldest.version;
            }
        }
        self.latest.send_replace(version);
        object
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A time as Kubernetes writes it: RFC 3339, whole seconds, UTC.
#[must_use]
pub fn stamp(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn key(kind: &'static Kind, namespace: &str, name: &str) -> Key {
    (kind.group, kind.plural, namespace.to_owned(), name.to_owned())
}

fn names(object: &Value) -> (String, String) {
    let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    (text("/metadata/namespace"), text("/metadata/name"))
}

fn metadata_mut(object: &mut Value) -> &mut Map<String, Value> {
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
fn settle(kind: &Kind, part: Part, before: &Value, after: &mut Value) {
    if part == Part::Status {
        let status = after.get("status").cloned();
        *after = before.clone();
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
fn content(object: &Value) -> Vec<(&String, &Value)> {
    object.as_object().map(|map| map.iter().filter(|(name, _)| *name != "metadata").collect()).unwrap_or_default()
}

/// A uid that looks like one and is the same in every run with the same seed.
fn uid(seed: u64, n: u64) -> String {
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
