//! A scenario driven by hand in the cluster `test`.

use jiff::{SignedDuration, Timestamp};
use rolltop::argo::pod::Pod;
use rolltop::argo::pod_status::{self, PodStatusText};
use rolltop::demo::clock::Clock;
use rolltop::demo::controller::Driver;
use rolltop::demo::scenario::{self, Upcoming};
use rolltop::demo::store::{EVENTS, PODS, Store};
use serde_json::{Value, json};
use std::sync::Arc;

pub struct Scene {
    driver: Driver,
    pub store: Store,
    begin: Timestamp,
}

impl Scene {
    pub fn new(scenario: &str) -> Self {
        let clock = Clock::new("2026-01-12T02:00:00Z".parse().unwrap(), 0.0);
        let played = scenario::build(scenario, &clock, 7).unwrap();
        let store = played.world.clusters[0].store.clone();
        Self { driver: played.driver, store, begin: clock.now() }
    }

    /// Does something now.
    pub fn deed(&mut self, deed: Value) {
        let at = self.driver.world().clock.now();
        self.driver.script([Upcoming { at, cluster: 0, deed }]);
        self.driver.play_until(at);
        assert_eq!(self.driver.failures(), &[] as &[String]);
    }

    /// Lets time pass up to so many milliseconds after the beginning.
    pub fn until(&mut self, milliseconds: i64) {
        self.driver.play_until(self.begin.checked_add(SignedDuration::from_millis(milliseconds)).unwrap());
    }

    pub fn pass(&mut self, milliseconds: i64) {
        self.driver.play_for(SignedDuration::from_millis(milliseconds));
    }

    /// Makes a pod of one container.
    pub fn pod(&mut self, name: &str, image: &str) {
        self.pod_of(name, &json!({"containers": [{"name": "web", "image": image}]}));
    }

    pub fn pod_of(&mut self, name: &str, spec: &Value) {
        let pod =
            json!({"metadata": {"name": name, "namespace": "demo"}, "spec": spec, "status": {"phase": "Pending"}});
        self.store.create(&PODS, pod).unwrap();
    }

    /// What the plugin would say of a pod.
    #[track_caller]
    pub fn pod_status(&self, name: &str) -> PodStatusText {
        let pod = self.store.get(&PODS, "demo", name).expect("the pod is there");
        let pod: Pod = serde_json::from_value((*pod).clone()).unwrap();
        pod_status::of(&pod)
    }

    /// The events about an object, oldest first.
    pub fn events(&self, name: &str) -> Vec<Arc<Value>> {
        let mut events = self.store.list(&EVENTS, Some("demo")).0;
        events.retain(|event| event["involvedObject"]["name"] == name);
        events
    }

    pub fn reasons(&self, name: &str) -> Vec<String> {
        self.events(name).iter().map(|event| event["reason"].as_str().unwrap().to_owned()).collect()
    }
}

/// A pod template of one container.
pub fn template(app: &str, image: &str) -> Value {
    json!({"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "web", "image": image}]}})
}

/// A canary without steps.
pub fn rollout(name: &str, image: &str, replicas: i64) -> Value {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": name, "namespace": "demo"},
        "spec": {
            "replicas": replicas, "selector": {"matchLabels": {"app": name}}, "strategy": {"canary": {}},
            "template": template(name, image),
        },
    })
}
