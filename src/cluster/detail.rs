//! Details: the ReplicaSets and pods of the rollout that is open, watched by its label selector and only as long as
//! it is open. Each kind has its own trouble: who may not read pods still sees ReplicaSets.

use super::backoff::Tempo;
use super::hub::Sink;
use super::leg::{self, Shared, Step};
use super::place::Place;
use super::watch::Watch;
use super::wire::Kind;
use crate::argo::feed::{Delta, DetailId, News, Trouble, TroubleKind};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::names::Namespace;
use std::sync::Arc;

/// Watches the children of one rollout until the task is dropped.
pub async fn keep(
    detail: DetailId,
    namespace: Namespace,
    selector: String,
    tempo: Tempo,
    shared: Arc<Shared>,
    sink: Sink,
) {
    if selector.is_empty() {
        // Without a selector every pod of the namespace would be taken for a child.
        for kind in [ReplicaSet::PLURAL, Pod::PLURAL] {
            sink(News::DetailTrouble(detail, kind, Some(no_selector())));
        }
        return;
    }
    let replica_sets = one::<ReplicaSet>(detail, &namespace, &selector, tempo, &shared, &sink, News::ReplicaSets);
    let pods = one::<Pod>(detail, &namespace, &selector, tempo, &shared, &sink, News::Pods);
    tokio::join!(replica_sets, pods);
}

async fn one<T: Kind>(
    detail: DetailId,
    namespace: &Namespace,
    selector: &str,
    tempo: Tempo,
    shared: &Arc<Shared>,
    sink: &Sink,
    news: fn(DetailId, Delta<T>) -> News,
) {
    let place = Place::<T>::new(Some(namespace.clone()), Some(selector.to_owned()));
    let sink = Arc::clone(sink);
    let mut troubled = false;
    let tell = move |step: Step<T>| match step {
        Step::Change(delta) => sink(news(detail, delta)),
        Step::Down { trouble, .. } => {
            troubled = true;
            sink(News::DetailTrouble(detail, T::PLURAL, Some(trouble)));
        }
        Step::Live if troubled => {
            troubled = false;
            sink(News::DetailTrouble(detail, T::PLURAL, None));
        }
        Step::Unreadable(why) => {
            troubled = true;
            sink(News::DetailTrouble(detail, T::PLURAL, Some(unreadable::<T>(why))));
        }
        Step::Connecting | Step::Listing { .. } | Step::Live | Step::Heard => {}
    };
    leg::keep(Watch::new(place, tempo), Arc::clone(shared), tempo, tell).await;
}

fn no_selector() -> Trouble {
    let sentence = "the rollout names no pods: its label selector is empty".to_owned();
    Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: None }
}

fn unreadable<T: Kind>(why: String) -> Trouble {
    let sentence = format!("not all {} can be read", T::PLURAL);
    Trouble { kind: TroubleKind::Server, sentence, hint: None, raw: why }
}
