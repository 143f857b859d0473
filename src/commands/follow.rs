//! Follow: one rollout with what belongs to it, watched. What is shown is what the server says in its watches.

use super::base::Ready;
use super::fleet::Found;
use crate::argo::analysis::AnalysisRun;
use crate::argo::experiment::Experiment;
use crate::argo::feed::{Delta, DetailId, Link, News, Order, Trouble, WorkloadName};
use crate::argo::kin;
use crate::argo::picture::{self, Children, Picture};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::argo::set::Set;
use crate::argo::workload::{Scaler, Workload};
use crate::cluster::hub::{Hub, Scope, Target};
use crate::names::{Namespace, RolloutKey};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

const DETAIL: DetailId = DetailId(1);

/// One rollout under watch.
pub struct Follow {
    hub: Hub,
    news: Receiver<News>,
    key: RolloutKey,
    rollout: Option<Arc<Rollout>>,
    children: Kinds,
    /// Kinds that cannot be read.
    unreadable: BTreeSet<&'static str>,
    opened: Option<Opened>,
    skew: SignedDuration,
}

/// What is watched of it.
#[derive(Default)]
struct Kinds {
    replica_sets: Set<ReplicaSet>,
    pods: Set<Pod>,
    analysis_runs: Set<AnalysisRun>,
    experiments: Set<Experiment>,
    workload: Set<Workload>,
    scalers: Set<Scaler>,
}

/// What the children were asked for by.
#[derive(PartialEq)]
struct Opened {
    uid: Arc<str>,
    selector: Option<String>,
    workload: Option<WorkloadName>,
}

/// What happened.
pub enum Seen {
    /// The rollout or something of it changed.
    Changed,
    /// The rollout is gone.
    Gone,
    /// The watch is down; it is tried again by itself.
    Down(Trouble),
}

impl Follow {
    /// Starts to watch what was found, with its ReplicaSets and pods.
    #[must_use]
    pub fn start(ready: &Ready, found: &Found) -> Self {
        let (sender, news) = channel();
        let meta = &found.rollout.meta;
        let target = Target {
            scope: Scope::Namespaces(vec![Namespace::new(meta.namespace.clone())]),
            selector: None,
            ..ready.target(&found.source)
        };
        let sink = move |news: News| {
            // The receiver is gone when the command has ended; nobody is left to tell.
            let _ = sender.send(news);
        };
        Self {
            hub: Hub::start(ready.access.clone(), vec![target], Arc::new(sink)),
            news,
            key: RolloutKey { source: found.source.id, namespace: meta.namespace(), name: meta.name.clone() },
            rollout: None,
            children: Kinds::default(),
            unreadable: BTreeSet::new(),
            opened: None,
            skew: SignedDuration::ZERO,
        }
    }

    /// The picture as last seen; `None` until the rollout and its children were seen once.
    #[must_use]
    pub fn picture(&self) -> Option<(Arc<Rollout>, Picture)> {
        let rollout = self.rollout.clone()?;
        let opened = self.opened.as_ref()?;
        let kinds = &self.children;
        // Not allowed to read them: the picture says `unknown` for what needs them.
        let waits = |kind, complete: bool| !complete && !self.unreadable.contains(kind);
        let pods = opened.selector.is_some();
        let loading = [
            pods && waits("replicasets", kinds.replica_sets.is_complete()),
            pods && waits("pods", kinds.pods.is_complete()),
            waits("analysisruns", kinds.analysis_runs.is_complete()),
            waits("experiments", kinds.experiments.is_complete()),
            opened.workload.is_some() && waits("workload", kinds.workload.is_complete()),
        ];
        if loading.contains(&true) {
            return None;
        }
        let children = Children {
            replica_sets: kinds.replica_sets.known(),
            pods: kinds.pods.known(),
            analysis_runs: kinds.analysis_runs.known(),
            experiments: kinds.experiments.known(),
            workload: kinds.workload.items().first().map(|workload| &**workload),
            scalers: kinds.scalers.known(),
        };
        let picture = picture::of(&rollout, children, self.now());
        Some((rollout, picture))
    }

    /// The time by the cluster's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(self.skew).unwrap_or(now)
    }

    /// Waits for the next thing worth a look.
    pub fn wait(&mut self) -> Seen {
        loop {
            let Ok(news) = self.news.recv() else { return Seen::Gone };
            if let Some(seen) = self.take(news) {
                return seen;
            }
        }
    }

    fn take(&mut self, news: News) -> Option<Seen> {
        match news {
            News::Link(_, Link::Retrying { trouble, .. }) => Some(Seen::Down(trouble)),
            News::Skew(_, skew) => {
                self.skew = skew;
                None
            }
            News::Rollouts(_, delta) => self.take_rollouts(delta),
            News::ReplicaSets(DETAIL, delta) => seen(self.children.replica_sets.apply(delta)),
            News::Pods(DETAIL, delta) => seen(self.children.pods.apply(delta)),
            News::AnalysisRuns(DETAIL, delta) => seen(self.children.analysis_runs.apply(delta)),
            News::Experiments(DETAIL, delta) => seen(self.children.experiments.apply(delta)),
            News::Workload(DETAIL, delta) => seen(self.children.workload.apply(delta)),
            News::Scalers(DETAIL, delta) => seen(self.children.scalers.apply(delta)),
            News::DetailTrouble(DETAIL, kind, Some(_)) => {
                // What was read before is no longer known to be so.
                match kind {
                    "replicasets" => self.children.replica_sets = Set::default(),
                    "pods" => self.children.pods = Set::default(),
                    "analysisruns" => self.children.analysis_runs = Set::default(),
                    "experiments" => self.children.experiments = Set::default(),
                    "workload" => self.children.workload = Set::default(),
                    _ => self.children.scalers = Set::default(),
                }
                self.unreadable.insert(kind);
                Some(Seen::Changed)
            }
            News::DetailTrouble(DETAIL, kind, None) => {
                self.unreadable.remove(kind);
                None
            }
            _ => None,
        }
    }

    fn take_rollouts(&mut self, delta: Delta<Rollout>) -> Option<Seen> {
        let ours = |rollout: &Arc<Rollout>| {
            rollout.meta.name == self.key.name && &*rollout.meta.namespace == self.key.namespace.as_str()
        };
        match delta {
            Delta::Reset(all) => match all.into_iter().find(ours) {
                Some(rollout) => self.seen(rollout),
                None => Some(Seen::Gone),
            },
            Delta::Partial(some) => some.into_iter().find(ours).and_then(|rollout| self.seen(rollout)),
            Delta::Upsert(rollout) => ours(&rollout).then(|| self.seen(rollout)).flatten(),
            Delta::Remove { namespace, name, .. } => {
                (name == self.key.name && namespace == self.key.namespace).then_some(Seen::Gone)
            }
        }
    }

    fn seen(&mut self, rollout: Arc<Rollout>) -> Option<Seen> {
        if self.rollout.as_ref().is_some_and(|old| **old == *rollout) {
            return None;
        }
        let wanted = Opened {
            uid: rollout.meta.uid.clone(),
            selector: kin::selector(&rollout),
            workload: kin::workload(&rollout),
        };
        if self.opened.as_ref() != Some(&wanted) {
            if self.opened.is_some() {
                self.hub.order(Order::CloseDetail(DETAIL));
            }
            let (key, uid) = (self.key.clone(), wanted.uid.clone());
            let (selector, workload) = (wanted.selector.clone(), wanted.workload.clone());
            self.hub.order(Order::OpenDetail { detail: DETAIL, key, uid, selector, workload });
            self.opened = Some(wanted);
        }
        self.rollout = Some(rollout);
        Some(Seen::Changed)
    }
}

fn seen(different: bool) -> Option<Seen> {
    different.then_some(Seen::Changed)
}
