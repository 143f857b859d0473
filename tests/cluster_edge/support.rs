//! What the tests share: simulated clusters with made rollouts, a hub whose news are collected, and waiting for a
//! condition with a deadline.

use jiff::Timestamp;
use rolltop::argo::feed::{Delta, Link, News, TroubleKind};
use rolltop::argo::rollout::Rollout;
use rolltop::cluster::hub::{Access, Hub, Scope, Sink, Target, Tempo};
use rolltop::cluster::kubeconfig;
use rolltop::demo::clock::Clock;
use rolltop::demo::serve::{self, Running};
use rolltop::demo::store::{PODS, Part, REPLICA_SETS, ROLLOUTS, Refused, Store};
use rolltop::demo::world::{Cluster, World};
use rolltop::names::{RolloutKey, SourceId};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// Waits of milliseconds, so that a test sees every state without waiting for it.
pub fn quick() -> Tempo {
    Tempo {
        first: Duration::from_millis(20),
        most: Duration::from_millis(80),
        good: Duration::ZERO,
        ..Tempo::default()
    }
}

/// Waits as in life, but for the back-off.
pub fn patient() -> Tempo {
    Tempo { first: Duration::from_millis(20), most: Duration::from_millis(80), ..Tempo::default() }
}

pub fn start() -> Timestamp {
    "2026-01-12T02:00:00Z".parse().unwrap()
}

/// A simulated cluster `test` (and empty ones beside it) with these rollouts, without controllers.
pub fn simulated(rollouts: &[Value]) -> Running {
    let clock = Clock::new(start(), 1.0);
    let clusters = ["test", "staging", "production"]
        .iter()
        .enumerate()
        .map(|(seed, name)| Cluster::new(name, Store::new(clock.clone(), seed as u64), seed as u64))
        .collect();
    let world = World { clusters, clock };
    for rollout in rollouts {
        add(&world.clusters[0].store, rollout);
    }
    serve::start_world(world, "127.0.0.1:0".parse().unwrap(), "").unwrap()
}

/// The objects of `test`.
pub fn store(running: &Running) -> &Store {
    &running.world().clusters[0].store
}

/// Creates a rollout with its status, as controller and person together would.
pub fn add(store: &Store, rollout: &Value) {
    let (namespace, name) = (rollout["metadata"]["namespace"].as_str(), rollout["metadata"]["name"].as_str());
    store.create(&ROLLOUTS, rollout.clone()).unwrap();
    change(store, namespace.unwrap(), name.unwrap(), Part::Status, |object| {
        object["status"] = rollout["status"].clone();
    });
}

/// Changes a rollout behind everybody's back.
pub fn change(store: &Store, namespace: &str, name: &str, part: Part, change: impl FnOnce(&mut Value)) {
    store
        .modify::<Refused>(&ROLLOUTS, namespace, name, part, |object| {
            change(object);
            Ok(())
        })
        .unwrap();
}

/// A ReplicaSet and a pod with this label.
pub fn add_children(store: &Store, namespace: &str, app: &str) {
    let meta = |name: &str| json!({"name": name, "namespace": namespace, "labels": {"app": app}});
    store.create(&REPLICA_SETS, json!({"metadata": meta(&format!("{app}-rs")), "spec": {"replicas": 1}})).unwrap();
    store.create(&PODS, json!({"metadata": meta(&format!("{app}-pod")), "spec": {"containers": []}})).unwrap();
}

/// A rollout that waits at an untimed pause.
pub fn paused(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout",
        "metadata": {"name": name, "namespace": namespace, "labels": {"app": name}},
        "spec": {
            "replicas": 4, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "c", "image": "web:1"}]}},
            "strategy": {"canary": {"steps": [{"setWeight": 10}, {"pause": {}}, {"setWeight": 50}, {"pause": {"duration": 60}}]}},
        },
        "status": {
            "phase": "Paused", "message": "CanaryPauseStep", "observedGeneration": "1", "currentStepIndex": 1,
            "currentPodHash": "bbb", "stableRS": "aaa", "controllerPause": true,
            "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-01-12T01:59:00Z"}],
        },
    })
}

pub fn access(kubeconfig: &str, read_only: bool) -> Access {
    let kubeconfig = kubeconfig::from_text(kubeconfig).unwrap().kubeconfig;
    Access { kubeconfig, timeout: Duration::from_secs(5), read_only }
}

pub fn target(source: u16, context: &str, scope: Scope) -> Target {
    Target { source: SourceId(source), context: context.to_owned(), scope, selector: None }
}

pub fn key(source: u16, namespace: &str, name: &str) -> RolloutKey {
    RolloutKey { source: SourceId(source), namespace: namespace.into(), name: name.into() }
}

/// Collected news, in the order in which they came.
#[derive(Default)]
pub struct Heap {
    news: Mutex<Vec<News>>,
    more: Condvar,
}

/// A hub and what it told.
pub struct Watched {
    pub hub: Hub,
    pub heap: Arc<Heap>,
}

impl Watched {
    pub fn start(access: Access, targets: Vec<Target>, tempo: Tempo) -> Self {
        let heap = Arc::new(Heap::default());
        let sink: Sink = {
            let heap = Arc::clone(&heap);
            Arc::new(move |news| {
                heap.news.lock().unwrap().push(news);
                heap.more.notify_all();
            })
        };
        Self { hub: Hub::start_with(access, targets, sink, tempo), heap }
    }

    pub fn all(&self) -> Vec<News> {
        self.heap.news.lock().unwrap().clone()
    }

    pub fn seen(&self) -> usize {
        self.heap.news.lock().unwrap().len()
    }

    /// Waits until the news after the first `after` fulfil something, and gives what it found.
    pub fn wait_after<T>(&self, after: usize, what: &str, mut find: impl FnMut(&[News]) -> Option<T>) -> T {
        let deadline = Instant::now() + Duration::from_secs(20);
        let mut news = self.heap.news.lock().unwrap();
        loop {
            if let Some(found) = find(&news[after.min(news.len())..]) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "waited in vain for {what}; news so far:\n{}",
                told(&news[after.min(news.len())..])
            );
            news = self.heap.more.wait_timeout(news, left).unwrap().0;
        }
    }

    pub fn wait<T>(&self, what: &str, find: impl FnMut(&[News]) -> Option<T>) -> T {
        self.wait_after(0, what, find)
    }

    pub fn wait_link(&self, after: usize, what: &str, wanted: impl Fn(&Link) -> bool) {
        self.wait_after(after, what, |news| {
            news.iter().any(|n| matches!(n, News::Link(_, l) if wanted(l))).then_some(())
        });
    }

    pub fn wait_live(&self) {
        self.wait_link(0, "live", |link| *link == Link::Live);
    }

    pub fn wait_trouble(&self, after: usize, kind: TroubleKind) -> String {
        self.wait_after(after, &format!("{kind:?}"), |news| {
            news.iter().find_map(|news| match news {
                News::Link(_, Link::Retrying { trouble, .. }) if trouble.kind == kind => Some(trouble.sentence.clone()),
                _ => None,
            })
        })
    }

    /// Waits until the rollouts of a source, all news applied, fulfil something.
    pub fn wait_rollouts(&self, source: u16, what: &str, wanted: impl Fn(&BTreeMap<String, Arc<Rollout>>) -> bool) {
        self.wait(what, |news| wanted(&rollouts(news, source)).then_some(()));
    }

    pub fn rollouts(&self, source: u16) -> BTreeMap<String, Arc<Rollout>> {
        rollouts(&self.all(), source)
    }

    pub fn links(&self) -> Vec<Link> {
        let link = |news| if let News::Link(_, link) = news { Some(link) } else { None };
        self.all().into_iter().filter_map(link).collect()
    }
}

/// The news in short lines.
fn told(news: &[News]) -> String {
    let line = |news: &News| format!("{news:?}").chars().take(300).collect::<String>();
    news.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The set that follows from the news, as the state would keep it.
pub fn rollouts(news: &[News], source: u16) -> BTreeMap<String, Arc<Rollout>> {
    let mut set = BTreeMap::new();
    let name = |object: &Rollout| format!("{}/{}", object.meta.namespace, object.meta.name);
    for news in news {
        let News::Rollouts(SourceId(from), delta) = news else { continue };
        if *from != source {
            continue;
        }
        match delta {
            Delta::Reset(all) => {
                set = all.iter().map(|object| (name(object), Arc::clone(object))).collect();
            }
            Delta::Partial(some) => set.extend(some.iter().map(|object| (name(object), Arc::clone(object)))),
            Delta::Upsert(object) => drop(set.insert(name(object), Arc::clone(object))),
            Delta::Remove { namespace, name, .. } => drop(set.remove(&format!("{namespace}/{name}"))),
        }
    }
    set
}

/// Runs something on a runtime as the commands do.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}
