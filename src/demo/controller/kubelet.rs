//! The kubelets of the simulated cluster: what becomes of a pod from its birth to its end. `scheduler` gives it a node,
//! `containers` moves its containers, `fate` says what goes wrong. Delays come from the seed and the pod's uid; nothing
//! here waits for real time.

use super::containers::{Course, Role, Work, later, wait};
use super::events::Recorder;
use super::fate::{Fate, Surroundings};
use super::json::{flag, list, number, set, text};
use super::pass::name_of;
use super::random::Random;
use super::replicasets::is_going;
use super::scheduler::{self, address};
use crate::demo::store::{PODS, Part, Refused, Store, stamp};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What the kubelet remembers of a pod.
#[derive(Clone, Debug)]
struct Plan {
    born: Timestamp,
    /// When it was first seen leaving.
    leaving: Option<Timestamp>,
    /// By container.
    courses: BTreeMap<String, Course>,
    /// When a pod that fits on no node is tried again.
    again: Option<Timestamp>,
}

/// The kubelets of one cluster.
#[derive(Debug)]
pub struct Kubelet {
    plans: HashMap<String, Plan>,
    seed: u64,
    /// Node and image.
    pulled: BTreeSet<(String, String)>,
    /// What is wrong.
    pub surroundings: Surroundings,
}

/// Milliseconds after birth (or after the wish to go) at which things happen to a pod.
struct Delays {
    bound: i64,
    creating: i64,
    running: i64,
    gone: i64,
}

/// Milliseconds between the last init container's end and the start of the main ones.
const AFTER_INIT: i64 = 300;

impl Kubelet {
    /// Kubelets that have seen nothing.
    pub fn new(seed: u64) -> Self {
        Self { plans: HashMap::new(), seed, pulled: BTreeSet::new(), surroundings: Surroundings::default() }
    }

    /// Forgets a pod that is gone.
    pub fn forget(&mut self, uid: &str) {
        self.plans.remove(uid);
    }

    /// Pods that wait for a node are tried at once: something has changed.
    pub fn retry(&mut self) {
        self.plans.values_mut().for_each(|plan| plan.again = None);
    }

    /// Looks at a pod; says when to look again.
    pub fn reconcile(
        &mut self,
        store: &Store,
        recorder: &mut Recorder,
        namespace: &str,
        name: &str,
    ) -> Option<Timestamp> {
        let pod = store.get(&PODS, namespace, name)?;
        let uid = text(&pod, "/metadata/uid").to_owned();
        let now = store.clock().now();
        let delays = self.delays(&uid);
        let mut plan = self.plans.remove(&uid).unwrap_or_else(|| Plan {
            born: now,
            leaving: None,
            courses: BTreeMap::new(),
            again: None,
        });
        if is_going(&pod) {
            if plan.leaving.is_none() {
                tell_of_end(store, recorder, &pod);
            }
            let since = *plan.leaving.get_or_insert(now);
            let end = later(since, self.takes_to_leave(&pod, &delays));
            if now >= end {
                // Deleted by force meanwhile: gone as well.
                let _ = store.delete(&PODS, namespace, name);
                return None;
            }
            self.plans.insert(uid, plan);
            return Some(end);
        }
        let next = self.live(store, recorder, &pod, &mut plan, &delays);
        self.plans.insert(uid, plan);
        next
    }

    fn live(
        &mut self,
        store: &Store,
        recorder: &mut Recorder,
        pod: &Value,
        plan: &mut Plan,
        delays: &Delays,
    ) -> Option<Timestamp> {
        let now = store.clock().now();
        if matches!(text(pod, "/status/phase"), "Succeeded" | "Failed") {
            return None;
        }
        if text(pod, "/spec/nodeName").is_empty() {
            let at = plan.again.unwrap_or_else(|| later(plan.born, delays.bound));
            if now < at {
                return Some(at);
            }
            plan.again = scheduler::schedule(store, recorder, pod, &self.surroundings);
            if plan.again.is_none() && now > later(plan.born, delays.creating) {
                // It has waited for its node: its life begins now.
                plan.born = now;
            }
            return plan.again.or(Some(later(plan.born, delays.creating)));
        }
        if pod.pointer("/status/containerStatuses").is_none() {
            let at = later(plan.born, delays.creating);
            if now < at {
                return Some(at);
            }
            let running = later(plan.born, delays.running);
            prepare(store, pod, plan, running);
            return Some(running);
        }
        let mut work = Work { store, recorder, pod, now, surroundings: &self.surroundings, pulled: &mut self.pulled };
        let mut inits = list(pod, "/status/initContainerStatuses").to_vec();
        let mut mains = list(pod, "/status/containerStatuses").to_vec();
        let mut wake = Vec::new();
        let mut done = true;
        for container in list(pod, "/spec/initContainers") {
            let Some(status) = status_of(&mut inits, container) else { continue };
            let role = Role::of_init(container);
            let course = plan.courses.entry(text(container, "/name").to_owned()).or_default();
            work.advance(container, status, course, role);
            wake.push(course.wake());
            let finished = match role {
                Role::Sidecar => flag(status, "/started"),
                _ => number(status, "/state/terminated/exitCode") == Some(0),
            };
            if !finished {
                done = false;
                break;
            }
        }
        let began = mains.iter().any(|status| text(status, "/state/waiting/reason") != "PodInitializing");
        if done {
            for container in list(pod, "/spec/containers") {
                let Some(status) = status_of(&mut mains, container) else { continue };
                let course = plan.courses.entry(text(container, "/name").to_owned()).or_default();
                if !inits.is_empty() && !began && course.next.is_none() {
                    course.next = Some(later(now, AFTER_INIT));
                }
                work.advance(container, status, course, Role::Main);
                wake.push(course.wake());
            }
        }
        write(store, pod, &inits, &mains, done);
        wake.into_iter().flatten().min()
    }

    fn delays(&self, uid: &str) -> Delays {
        let mut random =
            Random::new(self.seed ^ uid.bytes().fold(0_u64, |sum, byte| sum.rotate_left(7) ^ u64::from(byte)));
        let bound = random.between(5, 25);
        let creating = bound + random.between(40, 90);
        Delays { bound, creating, running: creating + random.between(800, 1_500), gone: random.between(1_200, 2_200) }
    }

    /// How long a pod takes to leave: its own time, at most its grace period.
    fn takes_to_leave(&self, pod: &Value, delays: &Delays) -> i64 {
        let grace = number(pod, "/metadata/deletionGracePeriodSeconds").unwrap_or(30) * 1_000;
        if text(pod, "/spec/nodeName").is_empty() {
            return 0;
        }
        let slow = |container: &Value| self.surroundings.fate(text(container, "/image")) == Fate::SlowStop;
        if list(pod, "/spec/containers").iter().any(slow) { grace } else { grace.min(delays.gone) }
    }
}

/// The containers that run are asked to end.
fn tell_of_end(store: &Store, recorder: &mut Recorder, pod: &Value) {
    for status in list(pod, "/status/containerStatuses") {
        if status.pointer("/state/running").is_some() {
            let name = text(status, "/name");
            let field = format!("spec.containers{{{name}}}");
            recorder.tell_of_pod(store, pod, &field, "Normal", "Killing", &format!("Stopping container {name}"));
        }
    }
}

fn status_of<'a>(statuses: &'a mut [Value], container: &Value) -> Option<&'a mut Value> {
    statuses.iter_mut().find(|status| text(status, "/name") == text(container, "/name"))
}

/// The kubelet has taken the pod: all its containers wait.
fn prepare(store: &Store, pod: &Value, plan: &mut Plan, running: Timestamp) {
    let has_init = !list(pod, "/spec/initContainers").is_empty();
    let reason = if has_init { "PodInitializing" } else { "ContainerCreating" };
    let waiting = |container: &Value| {
        let mut status = json!({
            "name": text(container, "/name"), "state": {}, "lastState": {}, "ready": false, "restartCount": 0,
            "image": text(container, "/image"), "imageID": "", "started": false,
        });
        wait(&mut status, reason, "");
        status
    };
    let inits: Vec<Value> = list(pod, "/spec/initContainers").iter().map(waiting).collect();
    let mains: Vec<Value> = list(pod, "/spec/containers").iter().map(waiting).collect();
    let first = if has_init {
        list(pod, "/spec/initContainers").get(..1).unwrap_or_default()
    } else {
        list(pod, "/spec/containers")
    };
    for container in first {
        plan.courses.entry(text(container, "/name").to_owned()).or_default().next = Some(running);
    }
    write(store, pod, &inits, &mains, !has_init);
}

/// Writes what became of the containers, and what follows from it for the pod.
fn write(store: &Store, pod: &Value, inits: &[Value], mains: &[Value], initialized: bool) {
    let same = |path: &str, statuses: &[Value]| list(pod, path) == statuses;
    if same("/status/containerStatuses", mains) && same("/status/initContainerStatuses", inits) {
        return;
    }
    let time = stamp(store.clock().now());
    let runs =
        |status: &&Value| status.pointer("/state/running").is_some() || status.pointer("/state/terminated").is_some();
    let begun = mains.iter().chain(inits).any(|status| runs(&status));
    // A pod that was deleted meanwhile needs nothing.
    let _ = store.modify::<Refused>(&PODS, text(pod, "/metadata/namespace"), name_of(pod), Part::Status, |pod| {
        set(pod, &["status", "hostIP"], json!(address(text(pod, "/spec/nodeName"))));
        if pod.pointer("/status/startTime").is_none() {
            set(pod, &["status", "startTime"], json!(time));
        }
        if begun && pod.pointer("/status/podIP").is_none() {
            let address = pod_address(text(pod, "/metadata/uid"));
            set(pod, &["status", "podIP"], json!(address));
            set(pod, &["status", "podIPs"], json!([{"ip": address}]));
        }
        set(pod, &["status", "phase"], json!(phase(pod, mains, initialized)));
        if !inits.is_empty() {
            set(pod, &["status", "initContainerStatuses"], json!(inits));
        }
        set(pod, &["status", "containerStatuses"], json!(mains));
        write_conditions(pod, inits, mains, initialized, &time);
        Ok(())
    });
}

fn pod_address(uid: &str) -> String {
    let octets = Random::new(uid.bytes().fold(7_u64, |sum, byte| sum.rotate_left(5) ^ u64::from(byte))).next();
    format!("10.244.{}.{}", 1 + octets % 3, 2 + (octets >> 8) % 250)
}

/// The phase (k8s.io/kubernetes, pkg/kubelet/kubelet_pods.go, `getPhase`).
fn phase(pod: &Value, mains: &[Value], initialized: bool) -> &'static str {
    let ended = |status: &Value| number(status, "/state/terminated/exitCode");
    let waits = |status: &Value| {
        status.pointer("/state/waiting").is_some() && status.pointer("/lastState/terminated").is_none()
    };
    if !initialized || mains.iter().any(waits) {
        return "Pending";
    }
    let policy = text(pod, "/spec/restartPolicy");
    if mains.iter().all(|status| ended(status).is_some()) && policy != "Always" {
        if mains.iter().all(|status| ended(status) == Some(0)) {
            return "Succeeded";
        }
        if policy == "Never" {
            return "Failed";
        }
    }
    "Running"
}

fn write_conditions(pod: &mut Value, inits: &[Value], mains: &[Value], initialized: bool, time: &str) {
    let since = |kind: &str, holds: bool| {
        let wanted = if holds { "True" } else { "False" };
        let before = list(pod, "/status/conditions").iter().find(|condition| text(condition, "/type") == kind);
        before
            .filter(|condition| text(condition, "/status") == wanted)
            .map_or_else(|| time.to_owned(), |condition| text(condition, "/lastTransitionTime").to_owned())
    };
    let names = |statuses: &[Value], lacks: fn(&Value) -> bool| {
        let names: Vec<&str> = statuses.iter().filter(|one| lacks(one)).map(|one| text(one, "/name")).collect();
        names.join(" ")
    };
    let unready = names(mains, |status| !flag(status, "/ready"));
    let incomplete = names(inits, |status| !flag(status, "/ready"));
    let completed = text(pod, "/status/phase") == "Succeeded";
    let ready = initialized && unready.is_empty();
    let mut conditions = Vec::new();
    for (kind, holds) in
        [("Initialized", initialized), ("Ready", ready), ("ContainersReady", ready), ("PodScheduled", true)]
    {
        let status = if holds { "True" } else { "False" };
        let mut entry =
            json!({"type": kind, "status": status, "lastProbeTime": null, "lastTransitionTime": since(kind, holds)});
        if !holds {
            let (reason, message) = match kind {
                _ if completed => ("PodCompleted", String::new()),
                "Initialized" => {
                    ("ContainersNotInitialized", format!("containers with incomplete status: [{incomplete}]"))
                }
                _ => ("ContainersNotReady", format!("containers with unready status: [{unready}]")),
            };
            set(&mut entry, &["reason"], json!(reason));
            if !message.is_empty() {
                set(&mut entry, &["message"], json!(message));
            }
        }
        conditions.push(entry);
    }
    set(pod, &["status", "conditions"], Value::Array(conditions));
}
