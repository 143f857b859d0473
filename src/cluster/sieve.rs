//! Sieves: what of a namespace belongs to one rollout. What does not yet, but may once more is known, waits here, bounded.

use crate::argo::event::KubeEvent;
use crate::argo::feed::Delta;
use crate::argo::kin::Kin;
use crate::argo::meta::Meta;
use crate::argo::set::{Set, Watched};
use crate::argo::story::last_told;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Objects that may belong and wait for their owner to become known, at most.
const WAITING: usize = 1_000;
/// Events that are told of one rollout, at most: the newest.
pub const EVENTS: usize = 500;
/// Events that wait for what they are about to become known, at most: the newest.
const EVENTS_WAITING: usize = 2_000;

/// Objects that are told by who owns them, or by something else that they say themselves.
#[derive(Debug)]
pub struct Sieve<T> {
    /// Uids of those that were told.
    told: HashSet<Arc<str>>,
    /// By uid.
    waiting: HashMap<Arc<str>, Arc<T>>,
}

impl<T> Default for Sieve<T> {
    fn default() -> Self {
        Self { told: HashSet::new(), waiting: HashMap::new() }
    }
}

impl<T: Watched> Sieve<T> {
    /// What of a change is told.
    pub fn take(&mut self, delta: Delta<T>, ours: impl Fn(&T) -> bool) -> Option<Delta<T>> {
        match delta {
            Delta::Reset(items) => {
                (self.told, self.waiting) = (HashSet::new(), HashMap::new());
                Some(Delta::Reset(self.several(items, ours)))
            }
            Delta::Partial(items) => {
                Some(self.several(items, ours)).filter(|some| !some.is_empty()).map(Delta::Partial)
            }
            Delta::Upsert(item) => {
                if self.one(&item, &ours) {
                    return Some(Delta::Upsert(item));
                }
                let meta = item.meta();
                let was = self.told.remove(&meta.uid);
                was.then(|| removal(meta))
            }
            Delta::Remove { namespace, name, uid } => {
                self.waiting.remove(&uid);
                self.told.remove(&uid).then_some(Delta::Remove { namespace, name, uid })
            }
        }
    }

    fn several(&mut self, items: Vec<Arc<T>>, ours: impl Fn(&T) -> bool) -> Vec<Arc<T>> {
        items.into_iter().filter(|item| self.one(item, &ours)).collect()
    }

    fn one(&mut self, item: &Arc<T>, ours: &impl Fn(&T) -> bool) -> bool {
        let meta = item.meta();
        if ours(item) {
            self.waiting.remove(&meta.uid);
            self.told.insert(Arc::clone(&meta.uid));
            return true;
        }
        // Its Experiment may be one of ours that has not been told yet.
        if meta.owners.iter().any(|owner| &*owner.kind == "Experiment") {
            self.waiting.insert(Arc::clone(&meta.uid), Arc::clone(item));
            if self.waiting.len() > WAITING {
                let oldest = self.waiting.values().min_by_key(|item| item.meta().created);
                let oldest = oldest.map(|item| Arc::clone(&item.meta().uid));
                oldest.and_then(|uid| self.waiting.remove(&uid));
            }
        }
        false
    }

    /// Those that waited and turn out to belong.
    pub fn woken(&mut self, ours: impl Fn(&T) -> bool) -> Vec<Arc<T>> {
        let found: Vec<_> = self.waiting.extract_if(|_, item| ours(item)).map(|(_, item)| item).collect();
        self.told.extend(found.iter().map(|item| Arc::clone(&item.meta().uid)));
        found
    }
}

/// Events by what they are about: the newest so many.
#[derive(Debug)]
pub struct Events {
    told: Newest,
    waiting: Newest,
}

impl Default for Events {
    fn default() -> Self {
        Self { told: Newest::new(EVENTS), waiting: Newest::new(EVENTS_WAITING) }
    }
}

impl Events {
    /// What of a change is told.
    pub fn take(&mut self, delta: Delta<KubeEvent>, kin: &Kin) -> Vec<Delta<KubeEvent>> {
        match delta {
            Delta::Reset(items) => {
                *self = Self::default();
                for item in items {
                    let side = if kin.involves(&item.about) { &mut self.told } else { &mut self.waiting };
                    side.put(item);
                }
                vec![Delta::Reset(self.told.by_time.values().cloned().collect())]
            }
            Delta::Partial(items) => items.into_iter().flat_map(|item| self.one(item, kin)).collect(),
            Delta::Upsert(item) => self.one(item, kin),
            Delta::Remove { namespace, name, uid } => {
                self.waiting.remove(&name);
                let told = self.told.remove(&name).is_some();
                if told { vec![Delta::Remove { namespace, name, uid }] } else { Vec::new() }
            }
        }
    }

    fn one(&mut self, event: Arc<KubeEvent>, kin: &Kin) -> Vec<Delta<KubeEvent>> {
        if !kin.involves(&event.about) {
            self.waiting.put(event);
            return Vec::new();
        }
        match self.told.put(Arc::clone(&event)) {
            // It is older than all that are told.
            Some(gone) if Arc::ptr_eq(&gone, &event) => Vec::new(),
            Some(gone) => vec![Delta::Upsert(event), removal(&gone.meta)],
            None => vec![Delta::Upsert(event)],
        }
    }

    /// More belong to the rollout now: the events that waited for them.
    pub fn woken(&mut self, kin: &Kin) -> Vec<Delta<KubeEvent>> {
        let names: Vec<_> = self.waiting.by_time.values().filter(|event| kin.involves(&event.about)).collect();
        let names: Vec<Arc<str>> = names.into_iter().map(|event| Arc::clone(&event.meta.name)).collect();
        let found: Vec<_> = names.iter().filter_map(|name| self.waiting.remove(name)).collect();
        found.into_iter().flat_map(|event| self.one(event, kin)).collect()
    }
}

/// The newest so many events of one namespace, by name.
#[derive(Debug)]
struct Newest {
    limit: usize,
    by_time: BTreeMap<(Option<Timestamp>, Arc<str>), Arc<KubeEvent>>,
    times: HashMap<Arc<str>, Option<Timestamp>>,
}

impl Newest {
    fn new(limit: usize) -> Self {
        Self { limit, by_time: BTreeMap::new(), times: HashMap::new() }
    }

    /// Takes one in; the one that has to go for it, which may be itself.
    fn put(&mut self, event: Arc<KubeEvent>) -> Option<Arc<KubeEvent>> {
        let (name, time) = (Arc::clone(&event.meta.name), last_told(&event));
        self.remove(&name);
        self.times.insert(Arc::clone(&name), time);
        self.by_time.insert((time, name), event);
        if self.by_time.len() <= self.limit {
            return None;
        }
        let ((_, name), gone) = self.by_time.pop_first()?;
        self.times.remove(&name);
        Some(gone)
    }

    fn remove(&mut self, name: &Arc<str>) -> Option<Arc<KubeEvent>> {
        let time = self.times.remove(name)?;
        self.by_time.remove(&(time, Arc::clone(name)))
    }
}

/// Two watches of one kind that are told as one set: what the rollout's selector gives, and what belongs to its
/// experiments.
#[derive(Debug)]
pub struct Union<T> {
    own: Set<T>,
    experiments: Set<T>,
}

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// By the rollout's selector.
    Own,
    /// By the pod hashes of its experiments.
    Experiments,
}

impl<T> Default for Union<T> {
    fn default() -> Self {
        Self { own: Set::default(), experiments: Set::default() }
    }
}

impl<T: Watched + PartialEq + Clone> Union<T> {
    /// What of a change is told.
    pub fn take(&mut self, part: Part, delta: Delta<T>) -> Option<Delta<T>> {
        let (this, other) = match part {
            Part::Own => (&mut self.own, &self.experiments),
            Part::Experiments => (&mut self.experiments, &self.own),
        };
        this.apply(delta.clone());
        match delta {
            Delta::Reset(_) => Some(self.whole()),
            // The other watch still has it.
            Delta::Remove { uid, .. } if other.items().iter().any(|item| item.meta().uid == uid) => None,
            delta => Some(delta),
        }
    }

    /// The experiments have no ReplicaSets any more.
    pub fn without_experiments(&mut self) -> Option<Delta<T>> {
        let had_some = !self.experiments.items().is_empty();
        self.experiments = Set::default();
        had_some.then(|| self.whole())
    }

    /// Both as one list; only a part of one while the rollout's own are not complete.
    fn whole(&self) -> Delta<T> {
        let mut items = self.own.items().to_vec();
        let known: HashSet<&Arc<str>> = self.own.items().iter().map(|item| &item.meta().uid).collect();
        items.extend(self.experiments.items().iter().filter(|item| !known.contains(&item.meta().uid)).cloned());
        if self.own.is_complete() { Delta::Reset(items) } else { Delta::Partial(items) }
    }
}

fn removal<T>(meta: &Meta) -> Delta<T> {
    Delta::Remove { namespace: meta.namespace(), name: Arc::clone(&meta.name), uid: Arc::clone(&meta.uid) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::analysis::AnalysisRun;
    use crate::argo::pod::Pod;
    use serde_json::json;

    fn run(name: &str, owner: &str) -> Arc<AnalysisRun> {
        let owners = json!([{"kind": if owner.starts_with('e') { "Experiment" } else { "Rollout" }, "uid": owner}]);
        let meta = json!({"name": name, "uid": name, "ownerReferences": owners});
        Arc::new(serde_json::from_value(json!({ "metadata": meta })).unwrap())
    }

    fn event(name: usize, about: &str) -> Arc<KubeEvent> {
        let second = Timestamp::from_second(1_700_000_000 + i64::try_from(name).unwrap()).unwrap();
        let value = json!({"metadata": {"name": format!("e{name:05}")}, "lastTimestamp": second.to_string(),
            "involvedObject": {"kind": "Pod", "name": about, "uid": about}});
        Arc::new(serde_json::from_value(value).unwrap())
    }

    fn pod(name: &str) -> Arc<Pod> {
        Arc::new(serde_json::from_value(json!({"metadata": {"name": name, "uid": name}})).unwrap())
    }

    fn gone<T>(name: &str) -> Delta<T> {
        Delta::Remove { namespace: "".into(), name: name.into(), uid: name.into() }
    }

    #[test]
    fn runs_of_others_are_not_told_and_those_of_an_experiment_that_comes_later_are() {
        let mut kin = Kin::new(&"u".into(), &"web".into());
        let mut sieve = Sieve::default();
        let all = vec![run("mine", "u"), run("other", "v"), run("later", "e1"), run("foreign", "e2")];
        assert_eq!(sieve.take(Delta::Reset(all), |r| kin.owns(&r.meta)), Some(Delta::Reset(vec![run("mine", "u")])));
        assert_eq!(sieve.take(Delta::Upsert(run("other", "v")), |r| kin.owns(&r.meta)), None);
        assert_eq!(sieve.take(gone("other"), |r| kin.owns(&r.meta)), None);
        let mut experiment = Meta::default();
        (experiment.name, experiment.uid) = ("x".into(), "e1".into());
        kin.add("Experiment", &experiment);
        assert_eq!(sieve.woken(|r| kin.owns(&r.meta)), [run("later", "e1")]);
        assert!(sieve.woken(|r| kin.owns(&r.meta)).is_empty());
        assert_eq!(sieve.take(gone("later"), |r| kin.owns(&r.meta)), Some(gone("later")));
        assert_eq!(sieve.take(Delta::Upsert(run("mine", "v")), |r| kin.owns(&r.meta)), Some(gone("mine")));
    }

    #[test]
    fn what_waits_for_an_owner_is_bounded() {
        let mut sieve = Sieve::default();
        for number in 0..3 * WAITING {
            assert_eq!(sieve.take(Delta::Upsert(run(&number.to_string(), "e1")), |_| false), None);
        }
        assert_eq!(sieve.waiting.len(), WAITING);
    }

    #[test]
    fn the_newest_events_are_told_and_older_ones_go_for_them() {
        let mut kin = Kin::new(&"u".into(), &"web".into());
        let mut mine = Meta::default();
        (mine.name, mine.uid) = ("mine".into(), "mine".into());
        let mut events = Events::default();
        let first = events.take(Delta::Reset((0..600).map(|at| event(at, "mine")).collect()), &kin);
        assert_eq!(first, [Delta::Reset(Vec::new())]);
        kin.add("Pod", &mine);
        let told = events.woken(&kin);
        let upserts = told.iter().filter(|delta| matches!(delta, Delta::Upsert(_))).count();
        let removes = told.iter().filter(|delta| matches!(delta, Delta::Remove { .. })).count();
        assert_eq!((upserts, removes, events.told.by_time.len()), (600, 100, EVENTS));
        assert!(events.take(Delta::Upsert(event(5, "mine")), &kin).is_empty(), "older than all");
        let newer = events.take(Delta::Upsert(event(900, "mine")), &kin);
        assert!(matches!(newer.as_slice(), [Delta::Upsert(_), Delta::Remove { name, .. }] if &**name == "e00100"));
        assert_eq!(events.take(gone("e00900"), &kin), [gone("e00900")]);
        assert!(events.take(Delta::Upsert(event(901, "foreign")), &kin).is_empty());
        for at in 0..5_000 {
            events.take(Delta::Upsert(event(at, "foreign")), &kin);
        }
        assert_eq!((events.waiting.by_time.len(), events.waiting.times.len()), (EVENTS_WAITING, EVENTS_WAITING));
    }

    #[test]
    fn two_watches_are_one_set() {
        let mut union = Union::default();
        let early = union.take(Part::Experiments, Delta::Reset(vec![pod("e")]));
        assert_eq!(early, Some(Delta::Partial(vec![pod("e")])), "the rollout's own are not known yet");
        let both = union.take(Part::Own, Delta::Reset(vec![pod("a"), pod("e")]));
        assert_eq!(both, Some(Delta::Reset(vec![pod("a"), pod("e")])));
        assert_eq!(union.take(Part::Own, gone("e")), None, "the other watch has it");
        assert_eq!(union.take(Part::Experiments, gone("e")), Some(gone("e")));
        assert_eq!(union.take(Part::Experiments, Delta::Upsert(pod("f"))), Some(Delta::Upsert(pod("f"))));
        assert_eq!(union.without_experiments(), Some(Delta::Reset(vec![pod("a")])));
        assert_eq!(union.without_experiments(), None);
    }
}
