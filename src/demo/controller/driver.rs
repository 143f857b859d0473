//! Who acts when. Changes in the stores and timers put jobs into one queue in the order of the virtual clock; a job is
//! one look of one controller at one object. The same core is driven by hand, moving the clock to the next job, and
//! live, sleeping until it.

use super::analysis::{self, Hands, Underway};
use super::events::{KEPT, Recorder};
use super::job::{Job, ROLLOUT_REACTION};
use super::json::{owner_name, text};
use super::kubelet::Kubelet;
use super::pass::is_foreign;
use super::random::Random;
use super::{autoscaler, deployment, workload_ref};
use crate::demo::metrics::Prometheus;
use crate::demo::scenario::{Upcoming, deed, series};
use crate::demo::store::{
    ANALYSIS_RUNS, Change, DEPLOYMENTS, EXPERIMENTS, HORIZONTAL_POD_AUTOSCALERS, Happened, JOBS, Kind, PODS,
    REPLICA_SETS, ROLLOUTS, Store,
};
use crate::demo::world::World;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// How often old events are removed.
const SWEEP: SignedDuration = SignedDuration::from_mins(10);

/// The controllers of one cluster.
#[derive(Debug)]
struct Cluster {
    store: Store,
    /// Up to which change the jobs are queued.
    seen: u64,
    recorder: Recorder,
    kubelet: Kubelet,
    random: Random,
    metrics: Prometheus,
    underway: Underway,
}

/// All controllers of a world, and the script of what people do.
#[derive(Debug)]
pub struct Driver {
    world: World,
    clusters: Vec<Cluster>,
    queue: BTreeMap<(Timestamp, u8, u64), (usize, Job)>,
    /// The earliest queued look at an object: a later wish is dropped, since the earlier look asks again.
    queued: HashMap<(usize, Job), Timestamp>,
    count: u64,
    deeds: Vec<Upcoming>,
    /// Whether real time passes between jobs.
    pub(super) live: bool,
    /// When the job was due whose changes are being looked at.
    cause: Option<Timestamp>,
    /// Deeds that could not be done.
    failures: Vec<String>,
}

impl Driver {
    /// Controllers for a world; what is in it already is looked at first.
    #[must_use]
    pub fn new(world: World, seed: u64) -> Self {
        let clusters = world.clusters.iter().enumerate().map(|(at, cluster)| {
            let seed = seed ^ (at as u64) << 32;
            cluster.store.attend();
            Cluster {
                store: cluster.store.clone(),
                seen: 0,
                recorder: Recorder::default(),
                kubelet: Kubelet::new(seed),
                random: Random::new(seed),
                metrics: cluster.metrics.clone(),
                underway: Underway::new(),
            }
        });
        let mut driver = Self {
            clusters: clusters.collect(),
            queue: BTreeMap::new(),
            queued: HashMap::new(),
            count: 0,
            deeds: Vec::new(),
            live: false,
            cause: None,
            failures: Vec::new(),
            world,
        };
        driver.observe();
        driver
    }

    /// Adds deeds to be done at their times.
    pub fn script(&mut self, deeds: impl IntoIterator<Item = Upcoming>) {
        for deed in deeds {
            let (at, cluster) = (deed.at, deed.cluster);
            self.deeds.push(deed);
            self.push(cluster, Job::Deed(self.deeds.len() - 1), at);
        }
    }

    /// Events before this time are not written, and an hour after it the first ones are removed.
    pub(in crate::demo) fn events_from(&mut self, from: Timestamp) {
        let sweep = from.saturating_add(KEPT.saturating_add(SWEEP)).unwrap_or(from);
        for at in 0..self.clusters.len() {
            self.clusters[at].recorder.from = Some(from);
            self.push(at, Job::Sweep, sweep);
        }
    }

    /// Deeds of the script that could not be done, with the reason.
    #[must_use]
    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The world.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// When the next job is due.
    pub fn next_due(&mut self) -> Option<Timestamp> {
        self.observe();
        while let Some((key, place)) = self.queue.first_key_value() {
            if self.queued.get(place) == Some(&key.0) {
                return Some(key.0);
            }
            // An earlier look at the same object came instead, and asked again for what it needs.
            self.queue.pop_first();
        }
        None
    }

    /// Does the next job, moving the clock to it when it lies ahead. Says when it was; `None` when there is none.
    pub fn step(&mut self) -> Option<Timestamp> {
        let due = self.next_due()?;
        let left = due.duration_since(self.world.clock.now());
        if left.is_positive() {
            self.world.clock.advance(left);
        }
        self.work();
        Some(due)
    }

    /// Does everything that is due up to a time, and leaves the clock there.
    pub fn play_until(&mut self, until: Timestamp) {
        while self.next_due().is_some_and(|due| due <= until) {
            self.step();
        }
        let left = until.duration_since(self.world.clock.now());
        if left.is_positive() {
            self.world.clock.advance(left);
        }
    }

    /// [`Self::play_until`] for a while from now.
    pub fn play_for(&mut self, while_: SignedDuration) {
        let now = self.world.clock.now();
        self.play_until(now.saturating_add(while_).unwrap_or(now));
    }

    /// Does the first job of the queue, as `next_due` left it.
    pub(super) fn work(&mut self) {
        let Some((key, place)) = self.queue.pop_first() else { return };
        self.queued.remove(&place);
        let (at, job) = place;
        let wake = self.act(at, &job);
        // A job that comes late in real time must not change the order of what follows from it.
        self.cause = Some(key.0);
        self.observe();
        self.cause = None;
        if let Some(wake) = wake {
            self.push(at, job, wake);
        }
    }

    fn act(&mut self, at: usize, job: &Job) -> Option<Timestamp> {
        let cluster = self.clusters.get_mut(at)?;
        let Cluster { store, recorder, kubelet, random, metrics, underway, .. } = cluster;
        let signed = |writer| store.signed(writer);
        match job {
            Job::Rollout(namespace, name) => {
                let store = &signed("rollouts-controller");
                let wake = super::pass::reconcile(store, recorder, namespace, name);
                workload_ref::scale_down(store, namespace, name);
                wake
            }
            Job::Deployment(namespace, name) => {
                deployment::reconcile(&signed("kube-controller-manager"), recorder, namespace, name);
                workload_ref::note_generation(&signed("rollouts-controller"), &DEPLOYMENTS, namespace, name);
                None
            }
            Job::Experiment(namespace, name) => {
                super::experiment::reconcile(&signed("rollouts-controller"), recorder, namespace, name)
            }
            Job::AnalysisRun(namespace, name) => {
                let store = &signed("rollouts-controller");
                analysis::reconcile(Hands { store, recorder, metrics, underway }, namespace, name)
            }
            Job::Batch(namespace, name) => analysis::batch::reconcile(store, recorder, random, namespace, name),
            Job::ReplicaSet(namespace, name) => super::workload::reconcile(store, recorder, random, namespace, name),
            Job::Pod(namespace, name) => kubelet.reconcile(store, recorder, namespace, name),
            Job::Autoscaler(namespace, name) => {
                autoscaler::reconcile(&signed("kube-controller-manager"), recorder, namespace, name)
            }
            Job::Sweep => {
                recorder.expire(store);
                let now = store.clock().now();
                Some(now.saturating_add(SWEEP).unwrap_or(now))
            }
            Job::Deed(number) => self.perform(at, *number),
        }
    }

    fn perform(&mut self, at: usize, number: usize) -> Option<Timestamp> {
        let upcoming = self.deeds.get_mut(number)?;
        let cluster = self.clusters.get_mut(at)?;
        let changed = series::perform(&upcoming.deed, &cluster.metrics)
            .unwrap_or_else(|| deed::perform(&mut upcoming.deed, &cluster.store, &mut cluster.kubelet.surroundings));
        let again = deed::again(&upcoming.deed).and_then(|every| upcoming.at.checked_add(every).ok());
        if let Some(again) = again {
            upcoming.at = again;
        }
        match changed {
            Err(why) => {
                tracing::debug!(deed = %upcoming.deed, %why, "a deed of the script could not be done");
                let name = &self.world.clusters[at].name;
                self.failures.push(format!("{} in {name}: {why}", upcoming.deed));
            }
            Ok(deed::Touched::Objects) => {}
            Ok(deed::Touched::Surroundings) => {
                cluster.kubelet.retry();
                let pods = cluster.store.list(&PODS, None).0;
                for pod in pods {
                    self.look(at, &PODS, &pod);
                }
            }
        }
        again
    }

    /// Queues the jobs that new changes ask for.
    fn observe(&mut self) {
        for at in 0..self.clusters.len() {
            let cluster = &mut self.clusters[at];
            let changes = cluster.store.changes_after(cluster.seen).filter(|_| cluster.seen > 0);
            let Some(changes) = changes else {
                // At the start, and when the history was cut: look at everything.
                cluster.seen = cluster.store.version();
                let store = cluster.store.clone();
                for kind in [
                    &ROLLOUTS,
                    &DEPLOYMENTS,
                    &EXPERIMENTS,
                    &ANALYSIS_RUNS,
                    &JOBS,
                    &REPLICA_SETS,
                    &PODS,
                    &HORIZONTAL_POD_AUTOSCALERS,
                ] {
                    for object in store.list(kind, None).0 {
                        self.look(at, kind, &object);
                    }
                }
                continue;
            };
            if let Some(last) = changes.last() {
                cluster.seen = last.version;
            }
            for change in changes {
                self.notice(at, &change);
            }
        }
    }

    fn notice(&mut self, at: usize, change: &Change) {
        let object = &change.object;
        if change.happened == Happened::Deleted && std::ptr::eq(change.kind, &raw const PODS) {
            self.clusters[at].kubelet.forget(text(object, "/metadata/uid"));
        }
        if change.kind == &ROLLOUTS {
            self.look_at_autoscalers(at, object);
        }
        match change.kind.plural {
            "replicasets" if is_report(change) => self.look_at_owner(at, object),
            "rollouts"
            | "deployments"
            | "experiments"
            | "analysisruns"
            | "jobs"
            | "replicasets"
            | "pods"
            | "horizontalpodautoscalers" => {
                self.look(at, change.kind, object);
            }
            "podtemplates" => self.look_at_users(at, change.kind, object),
            // What an invalid Rollout may have been waiting for.
            "services" | "analysistemplates" | "clusteranalysistemplates" => {
                let namespace = text(object, "/metadata/namespace");
                let rollouts = self.clusters[at].store.list(&ROLLOUTS, (!namespace.is_empty()).then_some(namespace)).0;
                let waits = |rollout: &Value| text(rollout, "/status/message").starts_with("InvalidSpec");
                for rollout in rollouts.iter().filter(|rollout| waits(rollout)) {
                    self.look(at, &ROLLOUTS, rollout);
                }
            }
            _ => {}
        }
    }

    /// Queues a look at an object and at what owns it.
    fn look(&mut self, at: usize, kind: &'static Kind, object: &Value) {
        if is_foreign(object) {
            return;
        }
        if let Some((job, after)) = Job::about(kind.kind, object, text(object, "/metadata/name")) {
            if let Job::Deployment(namespace, name) = &job {
                for user in workload_ref::users(&self.clusters[at].store, kind.kind, namespace, name) {
                    self.wish(at, Job::Rollout(namespace.clone(), user), ROLLOUT_REACTION);
                }
            }
            self.wish(at, job, after);
        }
        self.look_at_owner(at, object);
    }

    /// The Rollouts that take their template from a PodTemplate look when it has changed.
    fn look_at_users(&mut self, at: usize, kind: &'static Kind, object: &Value) {
        let (namespace, name) = (text(object, "/metadata/namespace"), text(object, "/metadata/name"));
        let store = self.clusters[at].store.signed("rollouts-controller");
        workload_ref::note_generation(&store, kind, namespace, name);
        for user in workload_ref::users(&store, kind.kind, namespace, name) {
            self.wish(at, Job::Rollout(namespace.to_owned(), user), ROLLOUT_REACTION);
        }
    }

    /// An autoscaler looks when its Rollout has changed.
    fn look_at_autoscalers(&mut self, at: usize, rollout: &Value) {
        let (namespace, name) = (text(rollout, "/metadata/namespace"), text(rollout, "/metadata/name"));
        for autoscaler in self.clusters[at].store.list(&HORIZONTAL_POD_AUTOSCALERS, Some(namespace)).0 {
            if text(&autoscaler, "/spec/scaleTargetRef/name") == name {
                self.look(at, &HORIZONTAL_POD_AUTOSCALERS, &autoscaler);
            }
        }
    }

    fn look_at_owner(&mut self, at: usize, owned: &Value) {
        for kind in ["Rollout", "Deployment", "Experiment", "AnalysisRun", "Job", "ReplicaSet"] {
            let owner = owner_name(owned, kind).filter(|_| !is_foreign(owned));
            if let Some((job, after)) = owner.and_then(|owner| Job::about(kind, owned, owner)) {
                self.wish(at, job, after);
            }
        }
    }

    fn wish(&mut self, at: usize, job: Job, after: SignedDuration) {
        let now = self.cause.unwrap_or_else(|| self.world.clock.now());
        // A clock that stands still would never come to a reaction's time.
        let after = if self.live && self.world.clock.speed() == 0.0 { SignedDuration::ZERO } else { after };
        self.push(at, job, now.saturating_add(after).unwrap_or(now));
    }

    fn push(&mut self, at: usize, job: Job, due: Timestamp) {
        let place = (at, job);
        if self.queued.get(&place).is_some_and(|earlier| *earlier <= due) {
            return;
        }
        self.count += 1;
        self.queue.insert((due, place.1.rank(), self.count), place.clone());
        self.queued.insert(place, due);
    }
}

/// Whether a change of a ReplicaSet is what its controller reported: it needs no look at its own words.
fn is_report(change: &Change) -> bool {
    change.before.as_ref().is_some_and(|before| {
        text(before, "/metadata/uid") == text(&change.object, "/metadata/uid")
            && before.get("spec") == change.object.get("spec")
            && before.get("status") != change.object.get("status")
    })
}
