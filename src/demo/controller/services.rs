//! The Services of a canary: the pod hash in their selector follows the ReplicaSets (Argo Rollouts,
//! `rollout/service.go`).

use super::json::{set, text};
use super::pass::Pass;
use super::spec::HASH_LABEL;
use crate::demo::store::{Part, Refused, SERVICES};
use serde_json::json;

impl Pass<'_> {
    /// Points the stable and the canary Service at their ReplicaSets.
    pub fn reconcile_services(&mut self) {
        let at = |name: &str| text(&self.rollout, &format!("/spec/strategy/canary/{name}")).to_owned();
        let (stable, canary) = (at("stableService"), at("canaryService"));
        self.point(&stable, self.stable);
        // Without traffic routing an abort sends the canary Service back to the stable pods.
        let target = if self.aborted() { self.stable } else { self.new };
        self.point(&canary, target);
    }

    fn point(&mut self, service: &str, target: Option<usize>) {
        let Some(target) = target.filter(|_| !service.is_empty()) else { return };
        let Some(present) = self.store.get(&SERVICES, &self.namespace, service) else { return };
        let held = &self.sets[target];
        let (hash, available, replicas) = (held.hash.clone(), held.side.available, held.side.spec);
        let selected = text(&present, &format!("/spec/selector/{HASH_LABEL}")).to_owned();
        // A Service that selects nothing of ours yet waits for all pods, later one pod is enough.
        let ready = if selected.is_empty() { replicas > 0 && available >= replicas } else { available > 0 };
        if selected == hash || !ready {
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
