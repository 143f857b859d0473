//! Details: what belongs to the rollout that is open, watched only as long as it is open. Each kind has its own watch and
//! its own trouble: who may not read pods still sees ReplicaSets.

use super::backoff::Tempo;
use super::belonging::Belonging;
use super::hub::Sink;
use super::kinds::{Deployment, PlainReplicaSet, PlainTemplate, Referred};
use super::leg::{self, Shared, Step};
use super::place::Place;
use super::sieve::Part;
use super::watch::Watch;
use super::wire::Kind;
use crate::argo::analysis::AnalysisRun;
use crate::argo::budget::Budget;
use crate::argo::event::KubeEvent;
use crate::argo::experiment::Experiment;
use crate::argo::feed::{Delta, DetailId, News, Trouble, TroubleKind, WorkloadName};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::workload::Scaler;
use crate::names::RolloutKey;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// How the trouble with a referenced workload is named; other kinds are named by their plural.
pub const WORKLOAD: &str = "workload";

/// What is asked for.
pub struct Asked {
    /// Number for the answers.
    pub detail: DetailId,
    /// Which rollout.
    pub key: RolloutKey,
    /// Its uid.
    pub uid: Arc<str>,
    /// The label selector of its pods; `None`: not known yet.
    pub selector: Option<String>,
    /// The workload that it refers to.
    pub workload: Option<WorkloadName>,
}

/// Watches what belongs to one rollout until the task is dropped.
pub async fn keep(asked: Asked, tempo: Tempo, shared: Arc<Shared>, sink: Sink) {
    let family = Arc::new(Mutex::new(Belonging::new(asked.detail, &asked.uid, &asked.key.name)));
    let detail = Detail { asked, tempo, shared, sink, family };
    // What changes seldom is asked for less often.
    let watch = tempo.watch * 4;
    let calm = Tempo { watch, quiet: watch + tempo.quiet.saturating_sub(tempo.watch), ..tempo };
    let (hashes, selector) = watch::channel(String::new());
    let whole = |detail: &Detail| detail.asked.key.namespace.clone();
    let experiments = |family: &mut Belonging, delta| {
        let news = family.experiments(delta);
        let selector = family.experiment_selector();
        hashes.send_if_modified(|before| {
            let different = *before != selector;
            *before = selector;
            different
        });
        news
    };
    tokio::join!(
        detail.own(),
        detail.of_experiments(selector),
        detail.one(AnalysisRun::PLURAL, Place::new(Some(whole(&detail)), None), tempo, Belonging::runs),
        detail.one(Experiment::PLURAL, Place::new(Some(whole(&detail)), None), tempo, experiments),
        detail.one(KubeEvent::PLURAL, Place::new(Some(whole(&detail)), None), calm, Belonging::events),
        detail.one(Scaler::PLURAL, Place::new(Some(whole(&detail)), None), calm, Belonging::scalers),
        detail.one(Budget::PLURAL, Place::new(Some(whole(&detail)), None), calm, |_, delta| {
            vec![News::Budgets(detail.asked.detail, delta)]
        }),
        detail.workload(calm),
    );
}

struct Detail {
    asked: Asked,
    tempo: Tempo,
    shared: Arc<Shared>,
    sink: Sink,
    family: Arc<Mutex<Belonging>>,
}

impl Detail {
    /// The rollout's own ReplicaSets and pods.
    async fn own(&self) {
        match self.asked.selector.as_deref() {
            // Not known yet: the detail is opened anew when it is.
            None => {}
            Some("") => {
                // Without a selector every pod of the namespace would be taken for a child.
                self.trouble(ReplicaSet::PLURAL, Some(no_selector()));
                self.trouble(Pod::PLURAL, Some(no_selector()));
            }
            Some(selector) => self.sets_and_pods(selector, Part::Own).await,
        }
    }

    /// The ReplicaSets and pods of its experiments, whenever there are some.
    async fn of_experiments(&self, mut selector: watch::Receiver<String>) {
        loop {
            let wanted = selector.borrow_and_update().clone();
            if wanted.is_empty() {
                self.tell(Belonging::without_experiments);
            }
            let watching = async {
                if wanted.is_empty() {
                    std::future::pending::<()>().await;
                } else {
                    self.sets_and_pods(&wanted, Part::Experiments).await;
                }
            };
            tokio::select! {
                () = watching => {}
                changed = selector.changed() => if changed.is_err() { return },
            }
        }
    }

    async fn sets_and_pods(&self, selector: &str, part: Part) {
        fn place<T: Kind>(detail: &Detail, selector: &str) -> Place<T> {
            Place::new(Some(detail.asked.key.namespace.clone()), Some(selector.to_owned()))
        }
        let sets = move |family: &mut Belonging, delta| family.replica_sets(part, delta);
        let pods = move |family: &mut Belonging, delta| family.pods(part, delta);
        tokio::join!(
            self.one(ReplicaSet::PLURAL, place(self, selector), self.tempo, sets),
            self.one(Pod::PLURAL, place(self, selector), self.tempo, pods),
        );
    }

    /// The referenced workload.
    async fn workload(&self, tempo: Tempo) {
        let Some(named) = &self.asked.workload else { return };
        match (named.api_version.split('/').next(), &*named.kind) {
            (Some("apps"), Deployment::KIND) => self.referred::<Deployment>(&named.name, tempo).await,
            (Some("apps"), PlainReplicaSet::KIND) => self.referred::<PlainReplicaSet>(&named.name, tempo).await,
            (_, PlainTemplate::KIND) => self.referred::<PlainTemplate>(&named.name, tempo).await,
            _ => {
                let sentence = format!(
                    "workloadRef names a {} of {}, which Argo Rollouts does not know",
                    named.kind, named.api_version
                );
                let trouble = Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: None };
                self.trouble(WORKLOAD, Some(trouble));
            }
        }
    }

    async fn referred<T: Referred>(&self, name: &str, tempo: Tempo) {
        let place = Place::<T>::single(self.asked.key.namespace.clone(), name);
        let take = |family: &mut Belonging, delta| family.workload(T::KIND, as_workload(&delta));
        self.one(WORKLOAD, place, tempo, take).await;
    }

    /// Watches one kind; its trouble is told under this name.
    async fn one<T: Kind>(
        &self,
        kind: &'static str,
        place: Place<T>,
        tempo: Tempo,
        mut take: impl FnMut(&mut Belonging, Delta<T>) -> Vec<News> + Send,
    ) {
        let mut troubled = false;
        let tell = |step: Step<T>| match step {
            Step::Change(delta) => self.tell(|family| take(family, delta)),
            Step::Down { trouble, .. } => {
                troubled = true;
                self.trouble(kind, Some(trouble));
            }
            Step::Live if troubled => {
                troubled = false;
                self.trouble(kind, None);
            }
            Step::Unreadable(why) => {
                troubled = true;
                self.trouble(kind, Some(unreadable::<T>(why)));
            }
            Step::Connecting | Step::Listing { .. } | Step::Live | Step::Heard => {}
        };
        leg::keep(Watch::new(place, tempo), Arc::clone(&self.shared), tempo, tell).await;
    }

    fn tell(&self, change: impl FnOnce(&mut Belonging) -> Vec<News>) {
        let news = change(&mut self.family.lock().unwrap_or_else(PoisonError::into_inner));
        for news in news {
            (self.sink)(news);
        }
    }

    fn trouble(&self, kind: &'static str, trouble: Option<Trouble>) {
        (self.sink)(News::DetailTrouble(self.asked.detail, kind, trouble));
    }
}

fn as_workload<T: Referred>(delta: &Delta<T>) -> Delta<crate::argo::workload::Workload> {
    let all = |items: &[Arc<T>]| items.iter().map(|item| Arc::new(item.workload())).collect();
    match delta {
        Delta::Reset(items) => Delta::Reset(all(items)),
        Delta::Partial(items) => Delta::Partial(all(items)),
        Delta::Upsert(item) => Delta::Upsert(Arc::new(item.workload())),
        Delta::Remove { namespace, name, uid } => {
            Delta::Remove { namespace: namespace.clone(), name: name.clone(), uid: uid.clone() }
        }
    }
}

fn no_selector() -> Trouble {
    let sentence = "the rollout names no pods: its label selector is empty".to_owned();
    Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: None }
}

fn unreadable<T: Kind>(why: String) -> Trouble {
    let sentence = format!("not all {} can be read", T::PLURAL);
    Trouble { kind: TroubleKind::Server, sentence, hint: None, raw: why }
}
