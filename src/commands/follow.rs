//! Follow: one rollout with its ReplicaSets and pods, watched. What is shown is what the server says in its watches.

use super::base::Ready;
use super::fleet::Found;
use crate::argo::feed::{Delta, DetailId, Link, News, Order, Trouble};
use crate::argo::meta::Meta;
use crate::argo::picture::{self, Children, Picture};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::cluster::hub::{Hub, Scope, Target};
use crate::cluster::oneshot::selector_text;
use crate::names::{Namespace, RolloutKey};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

const DETAIL: DetailId = DetailId(1);

/// One rollout under watch.
pub struct Follow {
    hub: Hub,
    news: Receiver<News>,
    key: RolloutKey,
    rollout: Option<Arc<Rollout>>,
    replica_sets: Option<BTreeMap<Arc<str>, Arc<ReplicaSet>>>,
    pods: Option<BTreeMap<Arc<str>, Arc<Pod>>>,
    selector: Option<String>,
    readable: bool,
    skew: SignedDuration,
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
            replica_sets: None,
            pods: None,
            selector: None,
            readable: true,
            skew: SignedDuration::ZERO,
        }
    }

    /// The picture as last seen; `None` until the rollout and its children were seen once.
    #[must_use]
    pub fn picture(&self) -> Option<(Arc<Rollout>, Picture)> {
        let rollout = self.rollout.clone()?;
        if self.readable && self.selector.is_some() && (self.replica_sets.is_none() || self.pods.is_none()) {
            return None;
        }
        let replica_sets: Option<Vec<_>> = self.replica_sets.as_ref().map(|map| map.values().cloned().collect());
        let pods: Option<Vec<_>> = self.pods.as_ref().map(|map| map.values().cloned().collect());
        let children = Children { replica_sets: replica_sets.as_deref(), pods: pods.as_deref(), ..Children::default() };
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
            News::ReplicaSets(DETAIL, delta) => {
                apply(&mut self.replica_sets, delta, |object| &object.meta).then_some(Seen::Changed)
            }
            News::Pods(DETAIL, delta) => apply(&mut self.pods, delta, |object| &object.meta).then_some(Seen::Changed),
            News::DetailTrouble(DETAIL, kind, Some(_)) => {
                // Not allowed to read them: the picture says `unknown` for what needs them.
                match kind {
                    "replicasets" => self.replica_sets = None,
                    _ => self.pods = None,
                }
                self.readable = false;
                Some(Seen::Changed)
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
        let selector = selector_of(&rollout);
        if self.selector != selector {
            if self.selector.is_some() {
                self.hub.order(Order::CloseDetail(DETAIL));
            }
            if let Some(selector) = &selector {
                let key = self.key.clone();
                let uid = rollout.meta.uid.clone();
                let (selector, workload) = (Some(selector.clone()), None);
                self.hub.order(Order::OpenDetail { detail: DETAIL, key, uid, selector, workload });
            }
            self.selector = selector;
        }
        self.rollout = Some(rollout);
        Some(Seen::Changed)
    }
}

/// The label selector in text form: from the spec, else (`workloadRef`) from the status.
fn selector_of(rollout: &Rollout) -> Option<String> {
    let own = rollout.spec.selector.as_ref().map(selector_text).filter(|text| !text.is_empty());
    own.or_else(|| rollout.status.selector.as_deref().filter(|text| !text.is_empty()).map(str::to_owned))
}

/// Applies a change; whether the set is complete and something changed.
fn apply<T: PartialEq>(
    set: &mut Option<BTreeMap<Arc<str>, Arc<T>>>,
    delta: Delta<T>,
    meta: impl Fn(&T) -> &Meta,
) -> bool {
    match delta {
        Delta::Reset(all) => {
            let fresh: BTreeMap<_, _> = all.into_iter().map(|object| (meta(&object).name.clone(), object)).collect();
            let changed = set.as_ref() != Some(&fresh);
            *set = Some(fresh);
            changed
        }
        Delta::Partial(_) => false,
        Delta::Upsert(object) => {
            let Some(set) = set else { return false };
            let name = meta(&object).name.clone();
            set.insert(name, object.clone()).is_none_or(|old| *old != *object)
        }
        Delta::Remove { name, .. } => set.as_mut().is_some_and(|set| set.remove(&name).is_some()),
    }
}
