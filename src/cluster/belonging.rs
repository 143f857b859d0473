//! Belonging: what is known of an opened rollout's family, and what of each change is told. Pure: the watches of
//! `detail` bring the changes, what comes back is news.

use super::sieve::{Events, Part, Sieve, Union};
use crate::argo::analysis::AnalysisRun;
use crate::argo::event::KubeEvent;
use crate::argo::experiment::Experiment;
use crate::argo::feed::{Delta, DetailId, News};
use crate::argo::kin::Kin;
use crate::argo::meta::{Meta, POD_HASH_LABEL};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::set::{Set, Watched};
use crate::argo::workload::{Scaler, Workload};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Pod hashes of experiments that are watched at most, the newest: they stand in a URL.
const HASHES: usize = 100;

/// The family of one rollout.
#[derive(Debug)]
pub struct Belonging {
    detail: DetailId,
    name: Arc<str>,
    kin: Kin,
    replica_sets: Union<ReplicaSet>,
    pods: Union<Pod>,
    runs: Sieve<AnalysisRun>,
    own_experiments: Sieve<Experiment>,
    experiments: Set<Experiment>,
    scalers: Sieve<Scaler>,
    events: Events,
}

impl Belonging {
    /// The rollout alone.
    pub fn new(detail: DetailId, uid: &Arc<str>, name: &Arc<str>) -> Self {
        Self {
            detail,
            name: Arc::clone(name),
            kin: Kin::new(uid, name),
            replica_sets: Union::default(),
            pods: Union::default(),
            runs: Sieve::default(),
            own_experiments: Sieve::default(),
            experiments: Set::default(),
            scalers: Sieve::default(),
            events: Events::default(),
        }
    }

    /// ReplicaSets changed.
    pub fn replica_sets(&mut self, part: Part, delta: Delta<ReplicaSet>) -> Vec<News> {
        let grown = self.grown("ReplicaSet", &delta, Kin::owns);
        let told = self.replica_sets.take(part, delta).map(|delta| News::ReplicaSets(self.detail, delta));
        self.and_woken(told, grown)
    }

    /// Pods changed.
    pub fn pods(&mut self, part: Part, delta: Delta<Pod>) -> Vec<News> {
        // Their ReplicaSets may not be known yet. Whose they are is decided by who looks at them.
        let grown = self.grown("Pod", &delta, |_, _| true);
        let told = self.pods.take(part, delta).map(|delta| News::Pods(self.detail, delta));
        self.and_woken(told, grown)
    }

    /// AnalysisRuns of the namespace changed.
    pub fn runs(&mut self, delta: Delta<AnalysisRun>) -> Vec<News> {
        let grown = self.grown("AnalysisRun", &delta, Kin::owns);
        let told = self.runs.take(delta, |run| self.kin.owns(&run.meta));
        let told = told.map(|delta| News::AnalysisRuns(self.detail, delta));
        self.and_woken(told, grown)
    }

    /// Experiments of the namespace changed.
    pub fn experiments(&mut self, delta: Delta<Experiment>) -> Vec<News> {
        let Some(delta) = self.own_experiments.take(delta, |experiment| self.kin.owns(&experiment.meta)) else {
            return Vec::new();
        };
        let grown = self.grown("Experiment", &delta, Kin::owns);
        self.experiments.apply(delta.clone());
        self.and_woken(Some(News::Experiments(self.detail, delta)), grown)
    }

    /// Events of the namespace changed.
    pub fn events(&mut self, delta: Delta<KubeEvent>) -> Vec<News> {
        self.events.take(delta, &self.kin).into_iter().map(|delta| News::Events(self.detail, delta)).collect()
    }

    /// HorizontalPodAutoscalers of the namespace changed.
    pub fn scalers(&mut self, delta: Delta<Scaler>) -> Vec<News> {
        let name = Arc::clone(&self.name);
        let ours = |scaler: &Scaler| {
            let target = &scaler.spec.scale_target_ref;
            &*target.kind == "Rollout" && *target.name == *name
        };
        let Some(delta) = self.scalers.take(delta, ours) else { return Vec::new() };
        let grown = self.grown("HorizontalPodAutoscaler", &delta, |_, _| true);
        self.and_woken(Some(News::Scalers(self.detail, delta)), grown)
    }

    /// The workload changed.
    pub fn workload(&mut self, kind: &'static str, delta: Delta<Workload>) -> Vec<News> {
        // Told by name alone: the ReplicaSets that a Deployment owns itself are not the rollout's.
        let named = |meta: &Meta| Meta { name: Arc::clone(&meta.name), ..Meta::default() };
        let grown = each(&delta).fold(false, |grown, item| self.kin.add(kind, &named(item.meta())) | grown);
        self.and_woken(Some(News::Workload(self.detail, delta)), grown)
    }

    /// The selector of what belongs to the experiments; empty when there is nothing. ReplicaSets of an Experiment carry no
    /// label but the pod hash (Argo Rollouts, `experiments/replicaset.go`), so the rollout's selector does not give them.
    pub fn experiment_selector(&self) -> String {
        let mut experiments: Vec<&Arc<Experiment>> = self.experiments.items().iter().collect();
        experiments.sort_by_key(|experiment| std::cmp::Reverse(experiment.meta.created));
        let hashes: Vec<&str> = experiments
            .iter()
            .flat_map(|experiment| &experiment.status.template_statuses)
            .map(|template| &*template.pod_template_hash)
            .filter(|hash| !hash.is_empty())
            .take(HASHES)
            .collect();
        // In a fixed order: the same experiments make the same selector.
        let hashes: BTreeSet<&str> = hashes.into_iter().collect();
        if hashes.is_empty() {
            return String::new();
        }
        format!("{POD_HASH_LABEL} in ({})", hashes.into_iter().collect::<Vec<_>>().join(","))
    }

    /// Nothing belongs to experiments any more.
    pub fn without_experiments(&mut self) -> Vec<News> {
        let sets = self.replica_sets.without_experiments().map(|delta| News::ReplicaSets(self.detail, delta));
        let pods = self.pods.without_experiments().map(|delta| News::Pods(self.detail, delta));
        sets.into_iter().chain(pods).collect()
    }

    /// Takes in who is new in the family; whether somebody is.
    fn grown<T: Watched>(&mut self, kind: &'static str, delta: &Delta<T>, ours: impl Fn(&Kin, &Meta) -> bool) -> bool {
        each(delta).fold(false, |grown, item| {
            let meta = item.meta();
            (ours(&self.kin, meta) && self.kin.add(kind, meta)) | grown
        })
    }

    /// The news, and what waited for the family to grow.
    fn and_woken(&mut self, told: Option<News>, grown: bool) -> Vec<News> {
        let mut news: Vec<News> = told.into_iter().collect();
        if grown {
            for run in self.runs.woken(|run| self.kin.owns(&run.meta)) {
                self.kin.add("AnalysisRun", &run.meta);
                news.push(News::AnalysisRuns(self.detail, Delta::Upsert(run)));
            }
            let events = self.events.woken(&self.kin);
            news.extend(events.into_iter().map(|delta| News::Events(self.detail, delta)));
        }
        news
    }
}

fn each<T>(delta: &Delta<T>) -> impl Iterator<Item = &Arc<T>> {
    let (several, one) = match delta {
        Delta::Reset(items) | Delta::Partial(items) => (items.as_slice(), None),
        Delta::Upsert(item) => (&[][..], Some(item)),
        Delta::Remove { .. } => (&[][..], None),
    };
    several.iter().chain(one)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read<T: serde::de::DeserializeOwned>(value: Value) -> Arc<T> {
        Arc::new(serde_json::from_value(value).unwrap())
    }

    fn owned(name: &str, kind: &str, owner: &str) -> Value {
        json!({"name": name, "uid": name, "ownerReferences": [{"kind": kind, "uid": owner}]})
    }

    #[test]
    fn runs_and_events_that_come_before_their_experiment_are_told_when_it_comes() {
        let mut family = Belonging::new(DetailId(1), &"u".into(), &"web".into());
        let run: Arc<AnalysisRun> = read(json!({"metadata": owned("run", "Experiment", "exp")}));
        let about = json!({"kind": "AnalysisRun", "name": "run", "uid": "run"});
        let event: Arc<KubeEvent> = read(json!({"metadata": {"name": "e"}, "involvedObject": about}));
        assert_eq!(
            family.runs(Delta::Reset(vec![run.clone()])),
            [News::AnalysisRuns(DetailId(1), Delta::Reset(vec![]))]
        );
        assert_eq!(family.events(Delta::Upsert(event.clone())), []);
        let status = json!({"templateStatuses": [{"name": "a", "podTemplateHash": "h2"}, {"name": "b", "podTemplateHash": "h1"}]});
        let experiment: Arc<Experiment> = read(json!({"metadata": owned("exp", "Rollout", "u"), "status": status}));
        let foreign: Arc<Experiment> = read(json!({"metadata": owned("foreign", "Rollout", "v"), "status": status}));
        assert_eq!(family.experiments(Delta::Upsert(foreign)), []);
        assert_eq!(family.experiment_selector(), "");
        assert_eq!(
            family.experiments(Delta::Upsert(experiment.clone())),
            [
                News::Experiments(DetailId(1), Delta::Upsert(experiment)),
                News::AnalysisRuns(DetailId(1), Delta::Upsert(run)),
                News::Events(DetailId(1), Delta::Upsert(event)),
            ]
        );
        assert_eq!(family.experiment_selector(), "rollouts-pod-template-hash in (h1,h2)");
    }

    #[test]
    fn only_the_scaler_of_this_rollout_is_told_until_it_scales_another() {
        let mut family = Belonging::new(DetailId(1), &"u".into(), &"web".into());
        let scaler = |kind: &str, name: &str| -> Arc<Scaler> {
            let target = json!({"kind": kind, "name": name});
            read(json!({"metadata": {"name": "h", "uid": "h"}, "spec": {"scaleTargetRef": target}}))
        };
        assert_eq!(family.scalers(Delta::Upsert(scaler("Deployment", "web"))), []);
        assert_eq!(family.scalers(Delta::Upsert(scaler("Rollout", "api"))), []);
        assert_eq!(family.scalers(Delta::Upsert(scaler("Rollout", "web"))).len(), 1);
        let moved = family.scalers(Delta::Upsert(scaler("Rollout", "api")));
        assert!(matches!(moved.as_slice(), [News::Scalers(_, Delta::Remove { .. })]), "{moved:?}");
    }
}
