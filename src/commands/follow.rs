//! Follow: one rollout, watched until something is decided. What is followed is what the server says in its watch,
//! never what was sent.

use super::base::Ready;
use super::fleet::Found;
use crate::argo::feed::{Delta, DetailId, Link, News, Order, Trouble};
use crate::argo::meta::Meta;
use crate::argo::picture::{self, Children, Picture};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::cluster::hub::{Hub, Scope, Target};
use crate::config::resolve::Source;
use crate::names::{Namespace, RolloutKey};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const DETAIL: DetailId = DetailId(1);

/// One rollout under watch.
pub struct Follow {
    hub: Hub,
    news: Receiver<News>,
    key: RolloutKey,
    /// Its source.
    pub source: Source,
    rollout: Option<Arc<Rollout>>,
    replica_sets: Option<BTreeMap<Arc<str>, Arc<ReplicaSet>>>,
    pods: Option<BTreeMap<Arc<str>, Arc<Pod>>>,
    children: bool,
    selector: Option<String>,
}

/// What happened.
pub enum Seen {
    /// The rollout or something of it changed.
    Changed,
    /// The rollout is gone.
    Gone,
    /// The watch is down; it is tried again by itself.
    Down(Trouble),
    /// The time is up.
    TimeUp,
}

impl Follow {
    /// Starts to watch what was found. `children`: its ReplicaSets and pods too.
    #[must_use]
    pub fn start(ready: &Ready, found: &Found, children: bool) -> Self {
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
            source: found.source.clone(),
            rollout: None,
            replica_sets: None,
            pods: None,
            children,
            selector: None,
        }
    }

    /// The rollout as last seen.
    #[must_use]
    pub fn rollout(&self) -> Option<&Arc<Rollout>> {
        self.rollout.as_ref()
    }

    /// The picture as last seen; `None` until the rollout (and its children, if asked for) were seen once.
    #[must_use]
    pub fn picture(&self) -> Option<(Arc<Rollout>, Picture)> {
        let rollout = self.rollout.clone()?;
        if self.children && self.selector.is_some() && (self.replica_sets.is_none() || self.pods.is_none()) {
            return None;
        }
        let replica_sets: Option<Vec<_>> = self.replica_sets.as_ref().map(|map| map.values().cloned().collect());
        let pods: Option<Vec<_>> = self.pods.as_ref().map(|map| map.values().cloned().collect());
        let children = Children { replica_sets: replica_sets.as_deref(), pods: pods.as_deref() };
        let picture = picture::of(&rollout, children, Timestamp::now());
        Some((rollout, picture))
    }

    /// Waits for the next thing worth a look.
    pub fn next(&mut self, until: Option<Instant>) -> Seen {
        loop {
            let received = match until {
                None => self.news.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(until) => match until.checked_duration_since(Instant::now()) {
                    None => return Seen::TimeUp,
                    Some(left) => self.news.recv_timeout(left.max(Duration::from_millis(1))),
                },
            };
            let news = match received {
                Ok(news) => news,
                Err(RecvTimeoutError::Timeout) => return Seen::TimeUp,
                Err(RecvTimeoutError::Disconnected) => return Seen::Gone,
            };
            if let Some(seen) = self.take(news) {
                return seen;
            }
        }
    }

    fn take(&mut self, news: News) -> Option<Seen> {
        match news {
            News::Link(_, Link::Retrying { trouble, .. }) => Some(Seen::Down(trouble)),
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
                self.children = false;
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
        if self.children && self.selector != selector {
            if self.selector.is_some() {
                self.hub.order(Order::CloseDetail(DETAIL));
            }
            if let Some(selector) = &selector {
                let key = self.key.clone();
                self.hub.order(Order::OpenDetail { detail: DETAIL, key, selector: selector.clone() });
            }
            self.selector = selector;
        }
        self.rollout = Some(rollout);
        Some(Seen::Changed)
    }
}

/// The label selector in text form: from the status, else from `matchLabels`.
fn selector_of(rollout: &Rollout) -> Option<String> {
    if let Some(text) = rollout.status.selector.as_deref().filter(|text| !text.is_empty()) {
        return Some(text.to_owned());
    }
    let labels = &rollout.spec.selector.as_ref()?.match_labels;
    let text: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    (!text.is_empty()).then(|| text.join(","))
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
