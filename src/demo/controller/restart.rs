//! `spec.restartAt`: pods that are older are evicted a few at a time, stable ones first (Argo Rollouts,
//! `rollout/restart.go`).

use super::json::{controller_of, text, time};
use super::pass::{Pass, name_of};
use super::replicasets::is_going;
use super::workload::mark_deleted;
use crate::demo::store::PODS;
use jiff::SignedDuration;

/// How soon the controller looks again while old pods are still leaving: pods do not wake it.
const CHECK: SignedDuration = SignedDuration::from_secs(30);

impl Pass<'_> {
    /// Evicts pods that a restart is due for. Says whether it did, which ends the pass.
    pub fn restart_pods(&mut self) -> bool {
        let Some(at) = self.spec().restart_at() else { return false };
        let wished = text(&self.rollout, "/spec/restartAt").to_owned();
        if self.before.restarted_at.as_deref() == Some(wished.as_str()) {
            return false;
        }
        if at > self.now {
            self.wake_at(at);
            return false;
        }
        if self.sets.iter().any(|set| set.side.available != set.side.spec) {
            return false;
        }
        let owners: Vec<String> = {
            let mut order: Vec<usize> = self.stable.into_iter().chain(self.new).chain(self.others()).collect();
            order.dedup();
            let uid = |at: &usize| {
                let set = self.store.get(&crate::demo::store::REPLICA_SETS, &self.namespace, &self.sets[*at].name);
                set.map(|set| text(&set, "/metadata/uid").to_owned())
            };
            order.iter().filter_map(uid).collect()
        };
        let (pods, _) = self.store.list(&PODS, Some(&self.namespace));
        let mut old: Vec<_> = pods
            .iter()
            .filter_map(|pod| Some((owners.iter().position(|uid| uid == controller_of(pod))?, pod)))
            .filter(|(_, pod)| time(text(pod, "/metadata/creationTimestamp")).is_some_and(|created| created < at))
            .collect();
        old.sort_by_key(|(order, pod)| (*order, name_of(pod).to_owned()));
        if old.is_empty() {
            self.restarted_at = Some(wished);
            return false;
        }
        let at_once = usize::try_from(self.spec().limits().unavailable.max(1)).unwrap_or(1);
        let due: Vec<_> = old.iter().filter(|(_, pod)| !is_going(pod)).collect();
        if due.is_empty() {
            self.wake_at(self.now.saturating_add(CHECK).unwrap_or(self.now));
            return false;
        }
        for (_, pod) in due.into_iter().take(at_once) {
            mark_deleted(self.store, &self.namespace, name_of(pod));
        }
        true
    }
}
