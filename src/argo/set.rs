//! Sets: the objects of one kind that are watched, as the changes that are told leave them.

use super::analysis::AnalysisRun;
use super::budget::Budget;
use super::event::KubeEvent;
use super::experiment::Experiment;
use super::feed::Delta;
use super::meta::Meta;
use super::pod::Pod;
use super::replicaset::ReplicaSet;
use super::rollout::Rollout;
use super::workload::{Scaler, Workload};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An object that is watched.
pub trait Watched {
    /// Its metadata.
    fn meta(&self) -> &Meta;
}

macro_rules! watched {
    ($($kind:ty),*) => {$(
        impl Watched for $kind {
            fn meta(&self) -> &Meta {
                &self.meta
            }
        }
    )*};
}

watched!(Rollout, ReplicaSet, Pod, AnalysisRun, Experiment, KubeEvent, Workload, Scaler, Budget);

/// Objects of one kind, by namespace and name, as far as they are known.
#[derive(Clone, Debug)]
pub struct Set<T> {
    items: Vec<Arc<T>>,
    /// Where an object lies in `items`.
    places: BTreeMap<(Arc<str>, Arc<str>), usize>,
    complete: bool,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { items: Vec::new(), places: BTreeMap::new(), complete: false }
    }
}

impl<T: Watched + PartialEq> Set<T> {
    /// Takes a change; whether something is different.
    pub fn apply(&mut self, delta: Delta<T>) -> bool {
        match delta {
            Delta::Reset(items) => {
                let mut fresh = Self { complete: true, ..Self::default() };
                for item in items {
                    fresh.put(item);
                }
                let different = !self.complete || fresh.items != self.items;
                *self = fresh;
                different
            }
            // Each of them, whether or not one was different already.
            Delta::Partial(items) => items.into_iter().fold(false, |different, item| self.put(item) | different),
            Delta::Upsert(item) => self.put(item),
            Delta::Remove { namespace, name, uid } => self.remove(namespace.as_str(), &name, &uid),
        }
    }

    fn put(&mut self, item: Arc<T>) -> bool {
        let key = key(item.meta());
        if let Some(there) = self.places.get(&key).and_then(|at| self.items.get_mut(*at)) {
            let different = *there != item;
            *there = item;
            return different;
        }
        self.places.insert(key, self.items.len());
        self.items.push(item);
        true
    }

    /// The end of an object; that of an earlier one of the same name is none.
    fn remove(&mut self, namespace: &str, name: &Arc<str>, uid: &str) -> bool {
        let key = (Arc::from(namespace), Arc::clone(name));
        let Some(at) = self.places.get(&key).copied() else { return false };
        if self.items.get(at).is_none_or(|there| *there.meta().uid != *uid) {
            return false;
        }
        self.places.remove(&key);
        self.items.remove(at);
        self.places.values_mut().filter(|place| **place > at).for_each(|place| *place -= 1);
        true
    }

    /// The objects, once the set is complete.
    #[must_use]
    pub fn known(&self) -> Option<&[Arc<T>]> {
        self.complete.then_some(&self.items)
    }

    /// The objects that are known so far.
    #[must_use]
    pub fn items(&self) -> &[Arc<T>] {
        &self.items
    }

    /// A whole list was told.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete
    }
}

fn key(meta: &Meta) -> (Arc<str>, Arc<str>) {
    (Arc::clone(&meta.namespace), Arc::clone(&meta.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(name: &str, uid: &str) -> Arc<Pod> {
        let mut pod = Pod::default();
        (pod.meta.name, pod.meta.namespace, pod.meta.uid) = (name.into(), "shop".into(), uid.into());
        Arc::new(pod)
    }

    fn removed(name: &str, uid: &str) -> Delta<Pod> {
        Delta::Remove { namespace: "shop".into(), name: name.into(), uid: uid.into() }
    }

    fn names(set: &Set<Pod>) -> Vec<&str> {
        set.items().iter().map(|pod| &*pod.meta.name).collect()
    }

    #[test]
    fn a_set_follows_what_is_told_and_is_known_after_its_first_list() {
        let mut set = Set::default();
        assert!(set.apply(Delta::Partial(vec![pod("a", "1")])));
        assert_eq!((set.known(), names(&set)), (None, vec!["a"]));
        assert!(set.apply(Delta::Reset(vec![pod("a", "1"), pod("b", "2"), pod("c", "3")])));
        assert!(!set.apply(Delta::Reset(vec![pod("a", "1"), pod("b", "2"), pod("c", "3")])), "the same list");
        assert!(!set.apply(Delta::Upsert(pod("b", "2"))), "the same object");
        assert!(set.apply(removed("a", "1")));
        assert!(set.apply(Delta::Upsert(pod("b", "4"))));
        assert!(set.apply(removed("c", "3")));
        assert_eq!(names(&set), ["b"]);
        assert!(!set.apply(removed("b", "2")), "its predecessor");
        assert!(set.apply(removed("b", "4")));
        assert_eq!(set.known(), Some(&[][..]));
    }
}
