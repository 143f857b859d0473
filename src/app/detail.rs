//! The opened detail: what belongs to the rollout whose page is shown. It is watched only meanwhile; what still arrives
//! for an earlier one is known by its number and dropped.

use crate::argo::analysis::AnalysisRun;
use crate::argo::budget::Budget;
use crate::argo::event::KubeEvent;
use crate::argo::experiment::Experiment;
use crate::argo::feed::{DetailId, News, Order, Trouble, WorkloadName};
use crate::argo::kin::{self, Kin};
use crate::argo::picture::{self, Children, Picture};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::argo::set::Set;
use crate::argo::story;
use crate::argo::workload::{Scaler, Workload};
use crate::names::RolloutKey;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was asked for when it was opened; when the rollout says something else, it is opened anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Which rollout.
    pub key: RolloutKey,
    /// Its uid; another one under the same key is another rollout.
    pub uid: Arc<str>,
    /// The label selector of its pods.
    pub selector: Option<String>,
    /// The workload that it refers to.
    pub workload: Option<WorkloadName>,
}

impl Wanted {
    /// What a rollout asks for.
    #[must_use]
    pub fn of(key: &RolloutKey, rollout: &Rollout) -> Self {
        Self {
            key: key.clone(),
            uid: rollout.meta.uid.clone(),
            selector: kin::selector(rollout),
            workload: kin::workload(rollout),
        }
    }

    /// The order that opens it.
    #[must_use]
    pub fn order(&self, detail: DetailId) -> Order {
        let Self { key, uid, selector, workload } = self.clone();
        Order::OpenDetail { detail, key, uid, selector, workload }
    }
}

/// The opened detail.
#[derive(Clone, Debug)]
pub struct Detail {
    /// Its number.
    pub id: DetailId,
    /// Which rollout.
    pub key: RolloutKey,
    /// The uid it was opened for; another one under the same key is another rollout.
    pub uid: Arc<str>,
    /// Derived with the children.
    pub picture: Picture,
    wanted: Wanted,
    replica_sets: Set<ReplicaSet>,
    pods: Set<Pod>,
    analysis_runs: Set<AnalysisRun>,
    experiments: Set<Experiment>,
    kube_events: Set<KubeEvent>,
    workload: Set<Workload>,
    scalers: Set<Scaler>,
    budgets: Set<Budget>,
    troubles: BTreeMap<&'static str, Trouble>,
    /// The events of its kin, in order; derived.
    story: Vec<Arc<KubeEvent>>,
}

impl Detail {
    /// Just opened.
    #[must_use]
    pub fn new(id: DetailId, wanted: Wanted, rollout: &Rollout, cluster_now: Timestamp) -> Self {
        Self {
            id,
            key: wanted.key.clone(),
            uid: wanted.uid.clone(),
            wanted,
            picture: picture::of(rollout, Children::default(), cluster_now),
            replica_sets: Set::default(),
            pods: Set::default(),
            analysis_runs: Set::default(),
            experiments: Set::default(),
            kube_events: Set::default(),
            workload: Set::default(),
            scalers: Set::default(),
            budgets: Set::default(),
            troubles: BTreeMap::new(),
            story: Vec::new(),
        }
    }

    /// Opened for this.
    #[must_use]
    pub fn serves(&self, wanted: &Wanted) -> bool {
        self.wanted == *wanted
    }

    /// Opened anew under another number, because the rollout asks for other children now. What is known of it stays
    /// until the new lists are there.
    pub fn reopen(&mut self, id: DetailId, wanted: Wanted) {
        self.id = id;
        if wanted.workload != self.wanted.workload {
            self.workload = Set::default();
        }
        self.troubles.clear();
        self.wanted = wanted;
    }

    /// The children, as far as they are known.
    #[must_use]
    pub fn children(&self) -> Children<'_> {
        Children {
            replica_sets: self.replica_sets.known(),
            pods: self.pods.known(),
            analysis_runs: self.analysis_runs.known(),
            experiments: self.experiments.known(),
            workload: self.workload.items().first().map(|workload| &**workload),
            scalers: self.scalers.known(),
        }
    }

    /// The ReplicaSets that are known so far.
    #[must_use]
    pub fn replica_sets(&self) -> &[Arc<ReplicaSet>] {
        self.replica_sets.items()
    }

    /// The pods that are known so far; ownership is not decided here.
    #[must_use]
    pub fn pods(&self) -> &[Arc<Pod>] {
        self.pods.items()
    }

    /// The PodDisruptionBudgets of the namespace; `None`: they are not known.
    #[must_use]
    pub fn budgets(&self) -> Option<&[Arc<Budget>]> {
        self.budgets.known().filter(|_| !self.troubles.contains_key("poddisruptionbudgets"))
    }

    /// The AnalysisRuns that are known so far.
    #[must_use]
    pub fn analysis_runs(&self) -> &[Arc<AnalysisRun>] {
        self.analysis_runs.items()
    }

    /// The Experiments that are known so far.
    #[must_use]
    pub fn experiments(&self) -> &[Arc<Experiment>] {
        self.experiments.items()
    }

    /// The events about the rollout and what belongs to it: each once, oldest first.
    #[must_use]
    pub fn events(&self) -> &[Arc<KubeEvent>] {
        &self.story
    }

    /// Derives anew; whether something looks different.
    pub fn derive(&mut self, rollout: &Rollout, cluster_now: Timestamp) -> bool {
        let picture = picture::of(rollout, self.children(), cluster_now);
        let different = picture != self.picture;
        self.picture = picture;
        different
    }

    /// Takes news of its children; whether something of them is different.
    pub fn take(&mut self, news: News) -> bool {
        let events = matches!(news, News::Events(..));
        let different = match news {
            News::ReplicaSets(_, delta) => self.replica_sets.apply(delta),
            News::Pods(_, delta) => self.pods.apply(delta),
            News::AnalysisRuns(_, delta) => self.analysis_runs.apply(delta),
            News::Experiments(_, delta) => self.experiments.apply(delta),
            News::Events(_, delta) => self.kube_events.apply(delta),
            News::Workload(_, delta) => self.workload.apply(delta),
            News::Scalers(_, delta) => self.scalers.apply(delta),
            News::Budgets(_, delta) => return self.budgets.apply(delta),
            News::DetailTrouble(_, kind, trouble) => return self.trouble(kind, trouble),
            _ => return false,
        };
        // A change of an object's status neither makes nor ends kinship, but to tell costs more than to look.
        if different && (events || !self.kube_events.items().is_empty()) {
            self.tell_story();
        }
        different
    }

    /// A kind cannot be read, or can be again; whether that is new.
    fn trouble(&mut self, kind: &'static str, trouble: Option<Trouble>) -> bool {
        if self.troubles.get(kind) == trouble.as_ref() {
            return false;
        }
        match trouble {
            Some(trouble) => self.troubles.insert(kind, trouble),
            None => self.troubles.remove(kind),
        };
        true
    }

    fn tell_story(&mut self) {
        let kin = self.kin();
        self.story = story::in_order(self.kube_events.items().iter().filter(|event| kin.involves(&event.about)));
    }

    /// Who belongs to the rollout, by what is known of its children.
    fn kin(&self) -> Kin {
        let mut kin = Kin::new(&self.uid, &self.key.name);
        for experiment in self.experiments.items() {
            if kin.owns(&experiment.meta) {
                kin.add("Experiment", &experiment.meta);
            }
        }
        for run in self.analysis_runs.items() {
            if kin.owns(&run.meta) {
                kin.add("AnalysisRun", &run.meta);
            }
        }
        for set in self.replica_sets.items() {
            if kin.owns(&set.meta) {
                kin.add("ReplicaSet", &set.meta);
            }
        }
        for pod in self.pods.items() {
            if kin.owns(&pod.meta) {
                kin.add("Pod", &pod.meta);
            }
        }
        for scaler in self.scalers.items() {
            kin.add("HorizontalPodAutoscaler", &scaler.meta);
        }
        // Last: the ReplicaSets that a Deployment owns itself are not the rollout's.
        if let Some(workload) = &self.wanted.workload
            && let Some(known) = self.workload.items().first()
        {
            kin.add(kind_word(&workload.kind), &known.meta);
        }
        kin
    }

    /// Why the revisions are missing or incomplete; empty when they are complete.
    #[must_use]
    pub fn note(&self) -> String {
        for kind in ["replicasets", "pods"] {
            if let Some(trouble) = self.troubles.get(kind) {
                return trouble.sentence.clone();
            }
        }
        match (self.replica_sets.is_complete(), self.pods.is_complete()) {
            _ if self.wanted.selector.is_none() => {
                "the pods are not known yet: the controller has not said which labels they have".to_owned()
            }
            (true, true) => String::new(),
            (false, _) => "loading revisions…".to_owned(),
            (true, false) => "loading pods…".to_owned(),
        }
    }

    /// Why objects of a kind are missing or incomplete; empty when they are complete, or not watched because there is
    /// nothing to watch. Kinds are spelled in the plural: `replicasets`, `pods`, `analysisruns`, `experiments`,
    /// `events`, `horizontalpodautoscalers`, `poddisruptionbudgets`, and `workload`.
    #[must_use]
    pub fn note_of(&self, kind: &str) -> String {
        if let Some(trouble) = self.troubles.get(kind) {
            return trouble.sentence.clone();
        }
        let (complete, words) = match kind {
            "replicasets" | "pods" if self.wanted.selector.is_none() => return self.note(),
            "replicasets" => (self.replica_sets.is_complete(), "loading revisions…"),
            "pods" => (self.pods.is_complete(), "loading pods…"),
            "analysisruns" => (self.analysis_runs.is_complete(), "loading analysis runs…"),
            "experiments" => (self.experiments.is_complete(), "loading experiments…"),
            "events" => (self.kube_events.is_complete(), "loading events…"),
            "horizontalpodautoscalers" => (self.scalers.is_complete(), "loading autoscalers…"),
            "poddisruptionbudgets" => (self.budgets.is_complete(), "loading disruption budgets…"),
            "workload" => (self.wanted.workload.is_none() || self.workload.is_complete(), "loading the workload…"),
            _ => (true, ""),
        };
        if complete { String::new() } else { words.to_owned() }
    }
}

fn kind_word(kind: &str) -> &'static str {
    match kind {
        "Deployment" => "Deployment",
        "PodTemplate" => "PodTemplate",
        _ => "ReplicaSet",
    }
}
