//! The fleet: every rollout that is watched, with what is derived from it, kept up to date one watch event at a time.
//!
//! A row is derived anew when its object changes or when a timer of its pause runs out, never for a frame. What a
//! change means for screens comes back as [`Change`]s.

mod row;
mod tally;

pub use row::{Row, row};
pub use tally::Tally;

use crate::argo::feed::Delta;
use crate::argo::rollout::Rollout;
use crate::names::{Namespace, RolloutKey, SourceId};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What happened to a row.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which.
    pub key: RolloutKey,
    /// What.
    pub kind: ChangeKind,
}

/// Kinds of change.
#[derive(Clone, Debug)]
pub enum ChangeKind {
    /// New.
    Added,
    /// The object is another one; what is shown of it in a list may be the same.
    Changed {
        /// The row before.
        before: Box<Row>,
        /// A list would show it differently.
        looks_different: bool,
    },
    /// Gone.
    Removed {
        /// The row as it was.
        before: Box<Row>,
    },
}

/// What deriving needs and the object does not tell.
#[derive(Clone, Copy, Debug)]
pub struct Deriving<'a> {
    /// Local time.
    pub now: Timestamp,
    /// The same by the cluster's clock.
    pub cluster_now: Timestamp,
    /// Service names by rollout name.
    pub service_of: &'a BTreeMap<String, String>,
    /// Channel of the source.
    pub channel: usize,
}

/// All rollouts.
#[derive(Clone, Debug, Default)]
pub struct Fleet {
    /// Boxed: the table is half empty after it has grown.
    rows: HashMap<RolloutKey, Box<Row>>,
    services: BTreeMap<Arc<str>, BTreeSet<RolloutKey>>,
    /// Pauses that end by themselves: when (local time) and whose.
    timers: BTreeSet<(Timestamp, RolloutKey)>,
    /// Those that need a person.
    needing: BTreeSet<RolloutKey>,
    /// Phases by channel.
    tallies: BTreeMap<usize, Tally>,
}

impl Fleet {
    /// A row.
    #[must_use]
    pub fn get(&self, key: &RolloutKey) -> Option<&Row> {
        self.rows.get(key).map(|row| &**row)
    }

    /// All rows, in no order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.rows.values().map(|row| &**row)
    }

    /// Number of rollouts.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All services by name, with whether the name alone is not enough (see [`Fleet::is_split`]), and their rollouts in
    /// the order of their keys.
    pub fn services(&self) -> impl Iterator<Item = (&Arc<str>, bool, impl Iterator<Item = &Row>)> {
        self.services
            .iter()
            .map(|(service, keys)| (service, are_split(keys), keys.iter().filter_map(|key| self.get(key))))
    }

    /// The rollouts of a service.
    pub fn of_service(&self, service: &str) -> impl Iterator<Item = &Row> {
        self.services.get(service).into_iter().flatten().filter_map(|key| self.get(key))
    }

    /// Whether the name alone does not tell the rollouts of a service apart: one source has it in two namespaces.
    #[must_use]
    pub fn is_split(&self, service: &str) -> bool {
        self.services.get(service).is_some_and(are_split)
    }

    /// Number of services.
    #[must_use]
    pub fn service_count(&self) -> usize {
        self.services.len()
    }

    /// Number of rollouts that need a person.
    #[must_use]
    pub fn needing_count(&self) -> usize {
        self.needing.len()
    }

    /// The rollouts that need a person.
    pub fn needing(&self) -> impl Iterator<Item = &Row> {
        self.needing.iter().filter_map(|key| self.get(key))
    }

    /// How many are in which phase, in one channel or in all.
    #[must_use]
    pub fn tally(&self, channel: Option<usize>) -> Tally {
        let counted = self.tallies.iter().filter(|(at, _)| channel.is_none_or(|channel| channel == **at));
        counted.fold(Tally::default(), |sum, (_, tally)| sum.plus(*tally))
    }

    /// Takes a change of a source's set.
    pub fn apply(&mut self, source: SourceId, delta: Delta<Rollout>, how: Deriving<'_>) -> Vec<Change> {
        match delta {
            Delta::Upsert(rollout) => self.upsert(source, rollout, how).into_iter().collect(),
            Delta::Partial(rollouts) => {
                rollouts.into_iter().filter_map(|rollout| self.upsert(source, rollout, how)).collect()
            }
            Delta::Reset(rollouts) => {
                let kept: HashSet<RolloutKey> = rollouts.iter().map(|rollout| key_of(source, rollout)).collect();
                let gone: Vec<RolloutKey> =
                    self.rows.keys().filter(|key| key.source == source && !kept.contains(*key)).cloned().collect();
                let mut changes: Vec<Change> = gone.iter().filter_map(|key| self.remove(key)).collect();
                changes.extend(rollouts.into_iter().filter_map(|rollout| self.upsert(source, rollout, how)));
                changes
            }
            Delta::Remove { namespace, name, uid } => {
                let key = RolloutKey { source, namespace, name };
                // The one that went may already have a successor of the same name.
                let same = self.rows.get(&key).is_some_and(|row| row.rollout.meta.uid == uid);
                if same { self.remove(&key).into_iter().collect() } else { Vec::new() }
            }
        }
    }

    /// Derives anew the rows whose pause ran out by `now`.
    pub fn expire(&mut self, now: Timestamp, how: impl Fn(&RolloutKey) -> Option<Timestamp>) -> Vec<RolloutKey> {
        let mut due = Vec::new();
        while self.timers.first().is_some_and(|(at, _)| *at <= now) {
            let Some((_, key)) = self.timers.pop_first() else { break };
            let Some(cluster_now) = how(&key) else { continue };
            if let Some(row) = self.rows.get_mut(&key) {
                row.derive(cluster_now);
                row.timer = None;
                let needs = row.needs_person();
                self.set_needing(&key, needs);
                due.push(key);
            }
        }
        due
    }

    /// Derives anew all rows of a source: its clock turned out to be another one.
    pub fn derive_source(&mut self, source: SourceId, how: Deriving<'_>) {
        let keys: Vec<RolloutKey> = self.rows.keys().filter(|key| key.source == source).cloned().collect();
        for key in keys {
            let Some(row) = self.rows.get_mut(&key) else { continue };
            let before = row.timer;
            row.derive(how.cluster_now);
            row.timer = row::timer(&row.picture, how);
            let (timer, needs) = (row.timer, row.needs_person());
            self.set_timer(&key, before, timer);
            self.set_needing(&key, needs);
        }
    }

    /// Rollouts turned out to belong to other services than it was known.
    pub fn name_services(&mut self, service_of: &BTreeMap<String, String>) {
        let mut renamed = Vec::new();
        for (key, row) in &mut self.rows {
            let service = row::service_of(&row.rollout, service_of);
            if service != row.service {
                renamed.push((key.clone(), std::mem::replace(&mut row.service, service.clone()), service));
            }
        }
        for (key, before, service) in renamed {
            self.leave_service(&before, &key);
            self.services.entry(service).or_default().insert(key);
        }
    }

    /// When the next pause runs out (local time).
    #[must_use]
    pub fn next_timer(&self) -> Option<Timestamp> {
        self.timers.first().map(|(at, _)| *at)
    }

    fn upsert(&mut self, source: SourceId, rollout: Arc<Rollout>, how: Deriving<'_>) -> Option<Change> {
        let key = key_of(source, &rollout);
        // A list that came in parts is told once more as a whole: the same objects.
        let same = |row: &Row| Arc::ptr_eq(&row.rollout, &rollout) || *row.rollout == *rollout;
        if self.get(&key).is_some_and(same) {
            return None;
        }
        let Some(before) = self.rows.remove(&key) else {
            let row = row(key.clone(), rollout, how);
            self.services.entry(row.service.clone()).or_default().insert(key.clone());
            self.set_timer(&key, None, row.timer);
            self.set_needing(&key, row.needs_person());
            self.tallies.entry(row.channel).or_default().count(&row);
            self.rows.insert(key.clone(), Box::new(row));
            return Some(Change { key, kind: ChangeKind::Added });
        };
        let mut row = row(key.clone(), rollout, how);
        let looks_different = row.looks_different(&before);
        row.first_seen = before.first_seen;
        row.changed_at = if looks_different { Some(how.now) } else { before.changed_at };
        if before.service != row.service {
            self.leave_service(&before.service, &key);
            self.services.entry(row.service.clone()).or_default().insert(key.clone());
        }
        self.set_timer(&key, before.timer, row.timer);
        self.set_needing(&key, row.needs_person());
        self.tallies.entry(before.channel).or_default().discount(&before);
        self.tallies.entry(row.channel).or_default().count(&row);
        self.rows.insert(key.clone(), Box::new(row));
        Some(Change { key, kind: ChangeKind::Changed { before, looks_different } })
    }

    fn remove(&mut self, key: &RolloutKey) -> Option<Change> {
        let before = self.rows.remove(key)?;
        self.leave_service(&before.service, key);
        self.set_timer(key, before.timer, None);
        self.set_needing(key, false);
        self.tallies.entry(before.channel).or_default().discount(&before);
        Some(Change { key: key.clone(), kind: ChangeKind::Removed { before } })
    }

    fn leave_service(&mut self, service: &Arc<str>, key: &RolloutKey) {
        if let Some(keys) = self.services.get_mut(service) {
            keys.remove(key);
            if keys.is_empty() {
                self.services.remove(service);
            }
        }
    }

    fn set_needing(&mut self, key: &RolloutKey, needs: bool) {
        if needs {
            self.needing.insert(key.clone());
        } else {
            self.needing.remove(key);
        }
    }

    fn set_timer(&mut self, key: &RolloutKey, before: Option<Timestamp>, now: Option<Timestamp>) {
        if before != now {
            if let Some(at) = before {
                self.timers.remove(&(at, key.clone()));
            }
            if let Some(at) = now {
                self.timers.insert((at, key.clone()));
            }
        }
    }
}

/// Keys are sorted by source first: two of one source stand side by side.
fn are_split(keys: &BTreeSet<RolloutKey>) -> bool {
    keys.len() > 1
        && keys.iter().zip(keys.iter().skip(1)).any(|(a, b)| a.source == b.source && a.namespace != b.namespace)
}

/// The key of a rollout seen through a source.
#[must_use]
pub fn key_of(source: SourceId, rollout: &Rollout) -> RolloutKey {
    RolloutKey { source, namespace: Namespace::new(rollout.meta.namespace.clone()), name: rollout.meta.name.clone() }
}
