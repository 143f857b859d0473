//! The Services of a Rollout: the pod hash in their selector follows the ReplicaSets (Argo Rollouts,
//! `rollout/service.go`).

use super::json::{number, set, text};
use super::pass::Pass;
use super::spec::HASH_LABEL;
use crate::demo::store::{Part, Refused, SERVICES};
use serde_json::json;

/// What a Service waits for before it follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wait {
    /// A pod that is available; all of them when it selects nothing of the Rollout yet.
    ForPods,
    /// Nothing.
    No,
}

impl Pass<'_> {
    /// Points the stable and the canary Service at their ReplicaSets.
    pub fn reconcile_services(&mut self) {
        let (canary, stable) = self.spec().canary_services(&self.before);
        let (canary, stable) = (canary.to_owned(), stable.to_owned());
        let turns = self.rollout.pointer("/spec/strategy/canary/pingPong").is_some_and(serde_json::Value::is_object);
        if turns {
            // The stable one stays where it is: the two change their roles instead.
            if self.new != self.stable {
                self.point(&canary, self.new, Wait::No);
            } else if self.selected(&stable).is_empty() {
                self.point(&stable, self.stable, Wait::ForPods);
            }
            return;
        }
        self.point(&stable, self.stable, Wait::ForPods);
        if self.leaving_canary().is_some() {
            return;
        }
        if !self.aborted() {
            self.point(&canary, self.new, Wait::ForPods);
        } else if !self.spec().routed() {
            // Without traffic routing an abort sends the canary Service back to the stable pods.
            self.point(&canary, self.stable, Wait::ForPods);
        } else if self.weights.as_ref().and_then(|weights| number(weights, "/canary/weight")).unwrap_or(0) == 0 {
            // So it does here once no traffic is left. The real controller points it to and fro for ever after.
            self.point(&canary, self.stable, Wait::No);
        }
    }

    fn point(&mut self, service: &str, target: Option<usize>, wait: Wait) {
        let Some(target) = target else { return };
        let held = &self.sets[target];
        let (hash, available, replicas) = (held.hash.clone(), held.side.available, held.side.spec);
        // A Service that selects nothing of ours yet waits for all pods, later one pod is enough.
        let first = self.selected(service).is_empty();
        let ready = if first { replicas > 0 && available >= replicas } else { available > 0 };
        if ready || wait == Wait::No {
            self.select(service, &hash);
        }
    }

    /// The pod hash that a Service selects, or "".
    pub fn selected(&self, service: &str) -> String {
        let present = if service.is_empty() { None } else { self.store.get(&SERVICES, &self.namespace, service) };
        present.map_or_else(String::new, |present| text(&present, &format!("/spec/selector/{HASH_LABEL}")).to_owned())
    }

    /// Lets a Service select the pods of a hash, if it does not already.
    pub fn select(&mut self, service: &str, hash: &str) {
        if service.is_empty() || self.store.get(&SERVICES, &self.namespace, service).is_none() {
            return;
        }
        let selected = self.selected(service);
        if selected == hash {
            return;
        }
        let owner = self.name.clone();
        let switched = self.store.modify::<Refused>(&SERVICES, &self.namespace, service, Part::Main, |object| {
            set(object, &["spec", "selector", HASH_LABEL], json!(hash));
            let annotation = "argo-rollouts.argoproj.io/managed-by-rollouts";
            set(object, &["metadata", "annotations", annotation], json!(owner));
            Ok(())
        });
        if switched.is_ok() {
            let text = format!("Switched selector for service '{service}' from '{selected}' to '{hash}'");
            self.tell("Normal", "SwitchService", &text);
        }
    }
}
