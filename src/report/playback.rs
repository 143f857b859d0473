//! Playback: the lines of a recording as slim objects, either all that there is at one moment, or one change after the
//! other. Texts are cleaned here: a recording is a border like a cluster.

use super::recording::{Entry, Line, Recording};
use crate::argo::analysis::AnalysisRun;
use crate::argo::event::KubeEvent;
use crate::argo::experiment::Experiment;
use crate::argo::feed::Delta;
use crate::argo::meta::Meta;
use crate::argo::picture::{Children, Picture, of as picture};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::argo::texts::Texts;
use crate::argo::workload::{Scaler, Workload};
use crate::clean::change;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Objects that were added this early belong to the list that a recording begins with.
const FIRST_LIST_MS: u64 = 500;

/// A change of one of the watched sets.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Rollouts.
    Rollouts(Delta<Rollout>),
    /// ReplicaSets, of all owners.
    ReplicaSets(Delta<ReplicaSet>),
    /// Pods, of all owners.
    Pods(Delta<Pod>),
    /// AnalysisRuns, of all owners.
    AnalysisRuns(Delta<AnalysisRun>),
    /// Experiments, of all owners.
    Experiments(Delta<Experiment>),
    /// Events, about anything.
    Events(Delta<KubeEvent>),
    /// Deployments and PodTemplates, which a rollout may refer to. Those of one kind are told apart by
    /// [`Workload::kind`].
    Workloads(Delta<Workload>),
    /// HorizontalPodAutoscalers.
    Scalers(Delta<Scaler>),
}

/// The changes of a recording, in order of time, and the lines whose object could not be read.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Milliseconds since the recording began, and the change. It begins with one [`Delta::Reset`] per set.
    pub list: Vec<(u64, Change)>,
    /// Number of the line from 1, and why. A Rollout is never among them: it is kept with its metadata.
    pub bad: Vec<(usize, String)>,
}

/// Turns a recording into changes: the list that it begins with as [`Delta::Reset`], then single ones.
#[must_use]
pub fn changes(recording: &Recording) -> Changes {
    let mut found = Changes::default();
    let start = recording.lines.first().map_or(0, |line| line.t_ms);
    let mut first = Moment::default();
    let (mut listing, mut listed_at) = (true, start);
    let mut later = Vec::new();
    for line in &recording.lines {
        let Some(change) = decode(line, &mut found.bad) else { continue };
        listing &= line.t_ms <= FIRST_LIST_MS && change.is_upsert();
        if listing {
            first.apply(&change);
            listed_at = line.t_ms;
        } else {
            later.push((line.t_ms, change));
        }
    }
    found.list.extend(first.resets().into_iter().map(|reset| (listed_at, reset)));
    found.list.append(&mut later);
    found
}

impl Change {
    /// A single object that is new or changed.
    const fn is_upsert(&self) -> bool {
        matches!(
            self,
            Self::Rollouts(Delta::Upsert(_))
                | Self::ReplicaSets(Delta::Upsert(_))
                | Self::Pods(Delta::Upsert(_))
                | Self::AnalysisRuns(Delta::Upsert(_))
                | Self::Experiments(Delta::Upsert(_))
                | Self::Events(Delta::Upsert(_))
                | Self::Workloads(Delta::Upsert(_))
                | Self::Scalers(Delta::Upsert(_))
        )
    }
}

/// One line as a change; `None` for bookmarks, errors, marks, other resources, and objects that cannot be read.
fn decode(line: &Line, bad: &mut Vec<(usize, String)>) -> Option<Change> {
    let Entry::Event { resource, kind, object } = &line.entry else { return None };
    let gone = match kind.as_str() {
        "ADDED" | "MODIFIED" => false,
        "DELETED" => true,
        _ => return None,
    };
    match resource.as_str() {
        "rollouts" => Some(Change::Rollouts(delta(gone, clean(Rollout::decode(object)), |one| &one.meta))),
        "analysisruns" => Some(Change::AnalysisRuns(delta(gone, clean(AnalysisRun::decode(object)), |one| &one.meta))),
        "experiments" => Some(Change::Experiments(delta(gone, clean(Experiment::decode(object)), |one| &one.meta))),
        "replicasets" => {
            let set = read(line.number, ReplicaSet::deserialize(object), bad)?;
            Some(Change::ReplicaSets(delta(gone, set, |one| &one.meta)))
        }
        "pods" => Some(Change::Pods(delta(gone, read(line.number, Pod::deserialize(object), bad)?, |one| &one.meta))),
        "events" => {
            let event = read(line.number, KubeEvent::deserialize(object), bad)?;
            Some(Change::Events(delta(gone, event, |one| &one.meta)))
        }
        "deployments" | "podtemplates" => {
            let kind = if resource == "deployments" { "Deployment" } else { "PodTemplate" };
            let workload = read(line.number, Workload::decode(kind, object), bad)?;
            Some(Change::Workloads(delta(gone, workload, |one| &one.meta)))
        }
        "horizontalpodautoscalers" => {
            let scaler = read(line.number, Scaler::deserialize(object), bad)?;
            Some(Change::Scalers(delta(gone, scaler, |one| &one.meta)))
        }
        _ => None,
    }
}

fn clean<T: Texts>(mut object: T) -> T {
    object.each_text(&change);
    object
}

fn read<T: Texts>(number: usize, read: Result<T, serde_json::Error>, bad: &mut Vec<(usize, String)>) -> Option<T> {
    match read {
        Ok(object) => Some(clean(object)),
        Err(error) => {
            let why = error.to_string();
            bad.push((number, change(&why).unwrap_or(why)));
            None
        }
    }
}

fn delta<T>(gone: bool, object: T, meta: fn(&T) -> &Meta) -> Delta<T> {
    if gone {
        let meta = meta(&object);
        Delta::Remove { namespace: meta.namespace(), name: meta.name.clone(), uid: meta.uid.clone() }
    } else {
        Delta::Upsert(Arc::new(object))
    }
}

/// All objects at one moment of a recording.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    rollouts: BTreeMap<Key, Arc<Rollout>>,
    replica_sets: BTreeMap<Key, Arc<ReplicaSet>>,
    pods: BTreeMap<Key, Arc<Pod>>,
    analysis_runs: BTreeMap<Key, Arc<AnalysisRun>>,
    experiments: BTreeMap<Key, Arc<Experiment>>,
    events: BTreeMap<Key, Arc<KubeEvent>>,
    deployments: BTreeMap<Key, Arc<Workload>>,
    pod_templates: BTreeMap<Key, Arc<Workload>>,
    scalers: BTreeMap<Key, Arc<Scaler>>,
}

/// Namespace and name.
type Key = (Arc<str>, Arc<str>);

impl Moment {
    /// What there is at `t_ms`, after every event up to and including that millisecond.
    #[must_use]
    pub fn at(recording: &Recording, t_ms: u64) -> Self {
        let mut moment = Self::default();
        let mut bad = Vec::new();
        for line in recording.lines.iter().take_while(|line| line.t_ms <= t_ms) {
            if let Some(change) = decode(line, &mut bad) {
                moment.apply(&change);
            }
        }
        moment
    }

    /// Goes on by one change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Rollouts(delta) => merge(&mut self.rollouts, delta, |one| &one.meta),
            Change::ReplicaSets(delta) => merge(&mut self.replica_sets, delta, |one| &one.meta),
            Change::Pods(delta) => merge(&mut self.pods, delta, |one| &one.meta),
            Change::AnalysisRuns(delta) => merge(&mut self.analysis_runs, delta, |one| &one.meta),
            Change::Experiments(delta) => merge(&mut self.experiments, delta, |one| &one.meta),
            Change::Events(delta) => merge(&mut self.events, delta, |one| &one.meta),
            Change::Workloads(delta) => self.apply_workloads(delta),
            Change::Scalers(delta) => merge(&mut self.scalers, delta, |one| &one.meta),
        }
    }

    /// Two kinds may have the same name.
    fn apply_workloads(&mut self, delta: &Delta<Workload>) {
        let is_template = |workload: &Arc<Workload>| &*workload.kind == "PodTemplate";
        match delta {
            Delta::Reset(all) | Delta::Partial(all) => {
                let (templates, deployments): (Vec<_>, Vec<_>) = all.iter().cloned().partition(is_template);
                let as_delta =
                    |part| if matches!(delta, Delta::Reset(_)) { Delta::Reset(part) } else { Delta::Partial(part) };
                merge(&mut self.pod_templates, &as_delta(templates), |one| &one.meta);
                merge(&mut self.deployments, &as_delta(deployments), |one| &one.meta);
            }
            Delta::Upsert(one) => {
                let set = if is_template(one) { &mut self.pod_templates } else { &mut self.deployments };
                merge(set, delta, |one| &one.meta);
            }
            Delta::Remove { namespace, name, uid } => {
                let key = (namespace.as_str().into(), name.clone());
                for set in [&mut self.pod_templates, &mut self.deployments] {
                    if set.get(&key).is_some_and(|there| there.meta.uid == *uid) {
                        set.remove(&key);
                    }
                }
            }
        }
    }

    /// All sets as the first list of a watch.
    #[must_use]
    pub fn resets(&self) -> Vec<Change> {
        vec![
            Change::Rollouts(Delta::Reset(self.rollouts.values().cloned().collect())),
            Change::ReplicaSets(Delta::Reset(self.replica_sets())),
            Change::Pods(Delta::Reset(self.pods())),
            Change::AnalysisRuns(Delta::Reset(self.analysis_runs())),
            Change::Experiments(Delta::Reset(self.experiments())),
            Change::Events(Delta::Reset(self.events())),
            Change::Workloads(Delta::Reset(self.workloads())),
            Change::Scalers(Delta::Reset(self.scalers())),
        ]
    }

    /// The rollouts, by namespace and name.
    pub fn rollouts(&self) -> impl Iterator<Item = &Arc<Rollout>> {
        self.rollouts.values()
    }

    /// The ReplicaSets, of all owners.
    #[must_use]
    pub fn replica_sets(&self) -> Vec<Arc<ReplicaSet>> {
        self.replica_sets.values().cloned().collect()
    }

    /// The pods, of all owners.
    #[must_use]
    pub fn pods(&self) -> Vec<Arc<Pod>> {
        self.pods.values().cloned().collect()
    }

    /// The AnalysisRuns, of all owners.
    #[must_use]
    pub fn analysis_runs(&self) -> Vec<Arc<AnalysisRun>> {
        self.analysis_runs.values().cloned().collect()
    }

    /// The Experiments, of all owners.
    #[must_use]
    pub fn experiments(&self) -> Vec<Arc<Experiment>> {
        self.experiments.values().cloned().collect()
    }

    /// The Events, about anything.
    #[must_use]
    pub fn events(&self) -> Vec<Arc<KubeEvent>> {
        self.events.values().cloned().collect()
    }

    /// Deployments and PodTemplates.
    #[must_use]
    pub fn workloads(&self) -> Vec<Arc<Workload>> {
        self.deployments.values().chain(self.pod_templates.values()).cloned().collect()
    }

    /// The HorizontalPodAutoscalers.
    #[must_use]
    pub fn scalers(&self) -> Vec<Arc<Scaler>> {
        self.scalers.values().cloned().collect()
    }

    /// The workload that a rollout refers to; `None` without a reference, and when it is not in the recording.
    #[must_use]
    pub fn workload(&self, rollout: &Rollout) -> Option<Arc<Workload>> {
        let of = rollout.spec.workload_ref.as_ref()?;
        let key = (rollout.meta.namespace.clone(), of.name.as_ref().into());
        match &*of.kind {
            "Deployment" => self.deployments.get(&key).cloned(),
            "PodTemplate" => self.pod_templates.get(&key).cloned(),
            "ReplicaSet" => self.replica_sets.get(&key).map(|set| Arc::new(Workload::from_replica_set(set))),
            _ => None,
        }
    }

    /// The rollouts of this name, in one namespace or in all.
    #[must_use]
    pub fn named(&self, name: &str, namespace: Option<&str>) -> Vec<&Arc<Rollout>> {
        self.rollouts()
            .filter(|rollout| &*rollout.meta.name == name)
            .filter(|rollout| namespace.is_none_or(|namespace| &*rollout.meta.namespace == namespace))
            .collect()
    }

    /// The picture of one of its rollouts.
    #[must_use]
    pub fn picture(&self, rollout: &Rollout, now: Timestamp) -> Picture {
        let (sets, pods, runs) = (self.replica_sets(), self.pods(), self.analysis_runs());
        let (experiments, scalers, workload) = (self.experiments(), self.scalers(), self.workload(rollout));
        let children = Children {
            replica_sets: Some(&sets),
            pods: Some(&pods),
            analysis_runs: Some(&runs),
            experiments: Some(&experiments),
            workload: workload.as_deref(),
            scalers: Some(&scalers),
        };
        picture(rollout, children, now)
    }
}

fn merge<T>(set: &mut BTreeMap<Key, Arc<T>>, delta: &Delta<T>, meta: fn(&T) -> &Meta) {
    let key = |object: &T| (meta(object).namespace.clone(), meta(object).name.clone());
    match delta {
        Delta::Reset(objects) => {
            set.clear();
            set.extend(objects.iter().map(|object| (key(object), object.clone())));
        }
        Delta::Partial(objects) => set.extend(objects.iter().map(|object| (key(object), object.clone()))),
        Delta::Upsert(object) => {
            set.insert(key(object), object.clone());
        }
        Delta::Remove { namespace, name, .. } => {
            set.remove(&(namespace.as_str().into(), name.clone()));
        }
    }
}

/// When a recording began, in the cluster's time: no time that an object carries can lie after the event that brought
/// it, so the latest difference is nearest (within the second that the times are cut to). `None` without any time.
#[must_use]
pub fn started_at(recording: &Recording) -> Option<Timestamp> {
    let starts = recording.lines.iter().filter_map(|line| {
        let Entry::Event { object, .. } = &line.entry else { return None };
        let meta = Meta::deserialize(object.get("metadata")?).ok()?;
        let written = meta.writers.iter().filter_map(|writer| writer.time).chain(meta.created).max()?;
        written.checked_sub(SignedDuration::from_millis(i64::try_from(line.t_ms).ok()?)).ok()
    });
    starts.max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::recording::parse;
    use serde_json::{Value, json};

    fn recording(lines: &[(u64, &str, &str, Value)]) -> Recording {
        let text: Vec<String> = lines
            .iter()
            .map(|(t_ms, resource, kind, object)| {
                json!({"t_ms": t_ms, "resource": resource, "event": {"type": kind, "object": object}}).to_string()
            })
            .collect();
        parse(text.join("\n").as_bytes()).unwrap()
    }

    fn object(name: &str, extra: &Value) -> Value {
        let mut value = json!({"metadata": {"name": name, "namespace": "demo", "uid": name}});
        value.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        value
    }

    fn short() -> Recording {
        recording(&[
            (10, "rollouts", "ADDED", object("web", &json!({"spec": {"replicas": 1}}))),
            (12, "replicasets", "ADDED", object("web-a", &json!({}))),
            (900, "rollouts", "ADDED", object("api", &json!({"status": {"message": "\u{1b}[31mred"}}))),
            (950, "pods", "ADDED", object("odd", &json!({"status": {"phase": 7}}))),
            (990, "unicorns", "ADDED", object("u", &json!({}))),
            (1000, "rollouts", "MODIFIED", object("web", &json!({"spec": {"replicas": "many"}}))),
            (1100, "rollouts", "BOOKMARK", object("", &json!({}))),
            (1200, "rollouts", "DELETED", object("api", &json!({}))),
        ])
    }

    #[test]
    fn a_moment_holds_what_there_was_then() {
        let names = |t_ms| Moment::at(&short(), t_ms).rollouts().map(|r| r.meta.name.to_string()).collect::<Vec<_>>();
        assert_eq!(names(9), [""; 0]);
        assert_eq!(names(10), ["web"]);
        assert_eq!(names(900), ["api", "web"]);
        assert_eq!(names(1200), ["web"]);
    }

    #[test]
    fn an_object_that_cannot_be_read_is_kept_by_name_and_texts_are_clean() {
        let moment = Moment::at(&short(), 1100);
        let web = moment.named("web", Some("demo"))[0];
        assert!(web.unreadable.as_deref().is_some_and(|why| why.starts_with("spec: ")));
        assert_eq!(moment.named("api", None)[0].status.message.as_deref(), Some("red"));
        assert!(moment.named("web", Some("other")).is_empty());
    }

    #[test]
    fn changes_begin_with_the_first_list_and_then_come_one_by_one() {
        let found = changes(&short());
        let kinds: Vec<(u64, &str)> = found
            .list
            .iter()
            .map(|(t_ms, change)| {
                let kind = match change {
                    Change::Rollouts(Delta::Reset(all)) => ["rollouts 0", "rollouts 1"][all.len()],
                    Change::AnalysisRuns(Delta::Reset(all)) => ["runs 0"][all.len()],
                    Change::Experiments(Delta::Reset(all)) => ["experiments 0"][all.len()],
                    Change::Events(Delta::Reset(all)) => ["events 0"][all.len()],
                    Change::Workloads(Delta::Reset(all)) => ["workloads 0"][all.len()],
                    Change::Scalers(Delta::Reset(all)) => ["scalers 0"][all.len()],
                    Change::ReplicaSets(Delta::Reset(all)) => ["sets 0", "sets 1"][all.len()],
                    Change::Pods(Delta::Reset(all)) => ["pods 0", "pods 1"][all.len()],
                    Change::Rollouts(Delta::Upsert(_)) => "upsert",
                    Change::Rollouts(Delta::Remove { .. }) => "remove",
                    other => panic!("{other:?}"),
                };
                (*t_ms, kind)
            })
            .collect();
        assert_eq!(
            kinds,
            [
                (12, "rollouts 1"),
                (12, "sets 1"),
                (12, "pods 0"),
                (12, "runs 0"),
                (12, "experiments 0"),
                (12, "events 0"),
                (12, "workloads 0"),
                (12, "scalers 0"),
                (900, "upsert"),
                (1000, "upsert"),
                (1200, "remove")
            ]
        );
        assert_eq!(found.bad.len(), 1);
        assert_eq!(found.bad[0].0, 4);
        let mut moment = Moment::default();
        found.list.iter().for_each(|(_, change)| moment.apply(change));
        assert_eq!(moment.rollouts().count(), 1);
    }

    #[test]
    fn the_beginning_is_told_by_the_times_in_the_objects() {
        let at = |t_ms: u64, time: &str| {
            (t_ms, "pods", "ADDED", json!({"metadata": {"name": "a", "creationTimestamp": time}}))
        };
        let found = recording(&[
            at(100, "2026-01-01T00:00:05Z"),
            at(1500, "2026-01-01T00:00:09Z"),
            at(3900, "2026-01-01T00:00:11Z"),
        ]);
        assert_eq!(started_at(&found).unwrap().to_string(), "2026-01-01T00:00:07.5Z");
        assert_eq!(started_at(&recording(&[])), None);
    }
}
