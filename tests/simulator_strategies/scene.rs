//! A cluster with what a test applies, driven by hand, with somebody watching: the Rollout in one line, its ReplicaSets
//! in another each.

use jiff::{SignedDuration, Timestamp};
use rolltop::argo::picture::{self, Children};
use rolltop::argo::replicaset::ReplicaSet;
use rolltop::argo::rollout::Rollout;
use rolltop::demo::clock::Clock;
use rolltop::demo::controller::Driver;
use rolltop::demo::scenario::Upcoming;
use rolltop::demo::store::{EVENTS, Happened, NAMESPACES, PODS, REPLICA_SETS, ROLLOUTS, SERVICES, Store};
use rolltop::demo::world::{Cluster, World};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

pub const HASH: &str = "rollouts-pod-template-hash";
const BEGIN: &str = "2026-01-12T02:00:00Z";

pub fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

pub fn number(object: &Value, pointer: &str) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

/// What a watcher sees, real or simulated: hashes are told as the tag of the image that they stand for.
#[derive(Default)]
pub struct Watcher {
    pub rollout: String,
    sets: BTreeMap<String, Arc<ReplicaSet>>,
    tags: BTreeMap<String, String>,
    /// The Rollout, without repeats.
    pub rows: Vec<String>,
    /// Each version's size, and whether it has a deadline: `3`, `3 deadline`, `0`.
    pub sizes: BTreeMap<String, Vec<String>>,
}

impl Watcher {
    pub fn of(rollout: &str) -> Self {
        Self { rollout: rollout.to_owned(), ..Self::default() }
    }

    pub fn tag(&self, hash: &str) -> String {
        if hash.is_empty() { "-".into() } else { self.tags.get(hash).cloned().unwrap_or_else(|| "?".into()) }
    }

    /// A text with tags in the place of hashes.
    pub fn told(&self, message: &str) -> String {
        self.tags.iter().fold(message.to_owned(), |message, (hash, tag)| message.replace(hash.as_str(), tag))
    }

    pub fn event(&mut self, plural: &str, gone: bool, object: &Value) {
        let name = text(object, "/metadata/name").to_owned();
        match plural {
            "replicasets" if text(object, "/metadata/ownerReferences/0/kind") != "Rollout" => {}
            "replicasets" if gone => {
                self.sets.remove(&name);
            }
            "replicasets" => {
                let image = text(object, "/spec/template/spec/containers/0/image");
                let tag = image.rsplit(':').next().unwrap().to_owned();
                let hash = object.pointer("/metadata/labels").unwrap()[HASH].as_str().unwrap();
                self.tags.insert(hash.to_owned(), tag.clone());
                let deadline = object["metadata"]["annotations"].get("scale-down-deadline").is_some();
                let size = format!("{}{}", number(object, "/spec/replicas"), if deadline { " deadline" } else { "" });
                let sizes = self.sizes.entry(tag).or_default();
                if sizes.last() != Some(&size) {
                    sizes.push(size);
                }
                self.sets.insert(name, Arc::new(serde_json::from_value(object.clone()).unwrap()));
            }
            "rollouts" if name == self.rollout => {
                let row = self.row(object);
                if self.rows.last() != Some(&row) {
                    self.rows.push(row);
                }
            }
            _ => {}
        }
    }

    fn row(&self, object: &Value) -> String {
        let rollout = Rollout::decode(object);
        let sets: Vec<Arc<ReplicaSet>> = self.sets.values().cloned().collect();
        let children = Children { replica_sets: Some(&sets), ..Children::default() };
        let picture = picture::of(&rollout, children, Timestamp::UNIX_EPOCH);
        let count = |field: &str| number(object, &format!("/status/{field}")).to_string();
        let counts = ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas"].map(count).join("/");
        let mut parts = vec![picture.phase.to_string(), self.told(&picture.message)];
        if object.pointer("/spec/strategy/blueGreen").is_some() {
            let of = |name: &str| self.tag(text(object, &format!("/status/blueGreen/{name}")));
            let passed = object.pointer("/status/blueGreen/scaleUpPreviewCheckPoint").is_some();
            parts.push(format!("{counts} hpa {}", count("HPAReplicas")));
            parts.push(format!(
                "{}/{}/{}{}",
                of("activeSelector"),
                of("previewSelector"),
                self.tag(text(object, "/status/stableRS")),
                if passed { " passed" } else { "" }
            ));
        } else {
            let index = object.pointer("/status/currentStepIndex").map_or("-".to_owned(), Value::to_string);
            let side = |name: &str| {
                let side = object.pointer(&format!("/status/canary/weights/{name}"));
                side.map_or("-".to_owned(), |side| {
                    format!("{} {}", number(side, "/weight"), self.tag(text(side, "/podTemplateHash")))
                })
            };
            parts.push(format!("{index} | {counts} | {}, {}", side("canary"), side("stable")));
        }
        parts.push(conditions(object));
        parts.join(" | ")
    }
}

/// `Available+ Healthy- Progressing?RolloutPaused`.
fn conditions(rollout: &Value) -> String {
    let list = rollout.pointer("/status/conditions").and_then(Value::as_array);
    let one = |condition: &Value| {
        let sign = match text(condition, "/status") {
            "True" => '+',
            "False" => '-',
            _ => '?',
        };
        let kind = text(condition, "/type");
        format!("{kind}{sign}{}", if kind == "Progressing" { text(condition, "/reason") } else { "" })
    };
    list.into_iter().flatten().map(one).collect::<Vec<_>>().join(" ")
}

pub struct Scene {
    driver: Driver,
    pub store: Store,
    begin: Timestamp,
    watched: u64,
    pub watcher: Watcher,
}

impl Scene {
    /// A cluster in which nothing is yet, and the name of the Rollout to watch.
    pub fn empty(rollout: &str, seed: u64) -> Self {
        let clock = Clock::new(BEGIN.parse().unwrap(), 0.0);
        let store = Store::new(clock.clone(), seed);
        store.create(&NAMESPACES, json!({"metadata": {"name": "demo"}})).unwrap();
        let world = World { clusters: vec![Cluster::new("test", store.clone(), seed)], clock: clock.clone() };
        let watcher = Watcher::of(rollout);
        Self { driver: Driver::new(world, seed), watched: store.version(), store, begin: clock.now(), watcher }
    }

    /// A cluster in which this was applied, and is healthy.
    pub fn new(manifests: &[Value]) -> Self {
        let rollout = manifests.iter().find(|manifest| manifest["kind"] == "Rollout").unwrap();
        let mut scene = Self::empty(text(rollout, "/metadata/name"), 7);
        for manifest in manifests {
            scene.apply(manifest);
        }
        scene.pass(6_000);
        assert_eq!(scene.status("phase"), "Healthy", "{:#?}", scene.watcher.rows);
        scene.take();
        scene.watcher.sizes.clear();
        scene
    }

    pub fn watch(&mut self) {
        for change in self.store.changes_after(self.watched).unwrap() {
            self.watched = change.version;
            self.watcher.event(change.kind.plural, change.happened == Happened::Deleted, &change.object);
        }
    }

    /// What came before is forgotten but for the last row: a recording begins here.
    pub fn begins(&mut self) {
        self.begin = self.now();
        self.watcher.rows.drain(..self.watcher.rows.len() - 1);
        for sizes in self.watcher.sizes.values_mut() {
            sizes.drain(..sizes.len() - 1);
        }
    }

    pub fn deed(&mut self, mut deed: Value) {
        if deed.get("rollout").is_none() {
            deed["rollout"] = json!(self.watcher.rollout);
        }
        let at = self.driver.world().clock.now();
        self.driver.script([Upcoming { at, cluster: 0, deed }]);
        assert_eq!(self.driver.next_due(), Some(at));
        self.driver.step();
        assert_eq!(self.driver.failures(), &[] as &[String]);
        self.watch();
    }

    pub fn apply(&mut self, manifest: &Value) {
        self.deed(json!({"do": "apply", "manifest": manifest}));
    }

    pub fn act(&mut self, what: &str) {
        self.deed(json!({ "do": what }));
    }

    pub fn image(&mut self, tag: &str) {
        self.deed(json!({"do": "set-image", "image": format!(":{tag}")}));
    }

    /// Lets time pass up to so many milliseconds after the beginning.
    pub fn until(&mut self, milliseconds: i64) {
        let end = self.begin.checked_add(SignedDuration::from_millis(milliseconds)).unwrap();
        while self.step_until(end) {}
        self.driver.play_until(end);
    }

    /// Does the next job that is due by a time; says whether there was one.
    pub fn step_until(&mut self, end: Timestamp) -> bool {
        let due = self.driver.next_due().is_some_and(|due| due <= end);
        if due {
            self.driver.step();
            self.watch();
        }
        due
    }

    pub fn now(&self) -> Timestamp {
        self.driver.world().clock.now()
    }

    pub fn pass(&mut self, milliseconds: i64) {
        let now = i64::try_from(self.now().duration_since(self.begin).as_millis()).unwrap();
        self.until(now + milliseconds);
    }

    /// What was seen of the Rollout since the last call.
    pub fn take(&mut self) -> Vec<String> {
        std::mem::take(&mut self.watcher.rows)
    }

    /// The same without conditions.
    pub fn short(&mut self) -> Vec<String> {
        let mut rows: Vec<String> =
            self.take().iter().map(|row| row.rsplit_once(" | ").unwrap().0.to_owned()).collect();
        rows.dedup();
        rows
    }

    pub fn rollout(&self) -> Arc<Value> {
        self.store.get(&ROLLOUTS, "demo", &self.watcher.rollout).unwrap()
    }

    pub fn status(&self, field: &str) -> Value {
        self.rollout().pointer(&format!("/status/{}", field.replace('.', "/"))).cloned().unwrap_or_default()
    }

    pub fn condition(&self, kind: &str) -> (String, String) {
        let conditions = self.status("conditions");
        let found = conditions.as_array().unwrap().iter().find(|condition| condition["type"] == kind).unwrap();
        (text(found, "/status").to_owned(), text(found, "/reason").to_owned())
    }

    /// The ReplicaSet with this image tag.
    pub fn set(&self, tag: &str) -> Arc<Value> {
        let (sets, _) = self.store.list(&REPLICA_SETS, Some("demo"));
        let of = |set: &&Arc<Value>| text(set, "/spec/template/spec/containers/0/image").ends_with(&format!(":{tag}"));
        sets.iter().find(of).cloned().unwrap_or_default()
    }

    pub fn replicas(&self, tag: &str) -> i64 {
        number(&self.set(tag), "/spec/replicas")
    }

    /// Seconds that a version's deadline lies ahead.
    pub fn deadline(&self, tag: &str) -> Option<i64> {
        let at: Timestamp = text(&self.set(tag), "/metadata/annotations/scale-down-deadline").parse().ok()?;
        Some(at.duration_since(self.now()).as_secs())
    }

    /// The tag that a Service selects.
    pub fn selected(&self, service: &str) -> String {
        let service = self.store.get(&SERVICES, "demo", service).unwrap();
        self.watcher.tag(service["spec"]["selector"][HASH].as_str().unwrap_or_default())
    }

    /// What was told about the Rollout, with tags in the place of hashes.
    pub fn events(&self) -> Vec<String> {
        let (events, _) = self.store.list(&EVENTS, Some("demo"));
        let about = |event: &&Arc<Value>| event["involvedObject"]["kind"] == "Rollout";
        let told = |event: &Arc<Value>| format!("{} {}", text(event, "/reason"), text(event, "/message"));
        events.iter().filter(about).map(|event| self.watcher.told(&told(event))).collect()
    }

    /// Ready pods of a hash that are not on their way out.
    pub fn serving(&self, hash: &str) -> i64 {
        let (pods, _) = self.store.list(&PODS, Some("demo"));
        let serves = |pod: &&Arc<Value>| {
            pod["metadata"]["labels"][HASH] == hash
                && pod.pointer("/metadata/deletionTimestamp").is_none()
                && pod.pointer("/status/containerStatuses/0/ready") == Some(&Value::Bool(true))
        };
        i64::try_from(pods.iter().filter(serves).count()).unwrap()
    }
}

pub fn service(name: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "demo"},
        "spec": {"ports": [{"port": 80}], "selector": {"app": "app"}},
    })
}

/// A Rollout `app` with this strategy, and the Services `app`, `app-preview`.
pub fn app(replicas: i64, strategy: &Value) -> Vec<Value> {
    let rollout = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "app", "namespace": "demo"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": "app"}}, "strategy": strategy,
            "template": {
                "metadata": {"labels": {"app": "app"}},
                "spec": {"containers": [{"name": "app", "image": "example/app:blue"}]},
            },
        },
    });
    vec![service("app"), service("app-preview"), rollout]
}

/// A blue-green strategy with more fields.
pub fn blue_green(more: &Value) -> Value {
    let mut strategy = json!({"activeService": "app", "previewService": "app-preview"});
    json_patch::merge(&mut strategy, more);
    json!({ "blueGreen": strategy })
}

/// A canary under traffic routing with these steps and more fields.
pub fn mesh(steps: &Value, more: &Value) -> Value {
    let mut strategy = json!({
        "canaryService": "app-preview", "stableService": "app", "steps": steps,
        "trafficRouting": {"istio": {"virtualService": {"name": "app"}}},
    });
    json_patch::merge(&mut strategy, more);
    json!({ "canary": strategy })
}
