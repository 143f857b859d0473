//! Scheduler and kubelet of the simulated cluster: a pod is bound, pulls its image, starts, becomes ready; or it does
//! not, with the words of a real node. Delays come from the seed and the pod's uid.

use super::events::Recorder;
use super::json::{list, number, set, text};
use super::pass::name_of;
use super::random::{Random, digest};
use super::replicasets::is_going;
use crate::demo::store::{PODS, Part, Refused, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// What is wrong around the pods of a cluster, by people's doing.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Images that cannot be pulled.
    pub unpullable: BTreeSet<String>,
    /// Images whose containers end soon after their start.
    pub crashing: BTreeSet<String>,
}

impl Surroundings {
    fn cannot_pull(&self, image: &str) -> bool {
        image.ends_with(":does-not-exist") || self.unpullable.contains(image)
    }
}

/// What the kubelet remembers of a pod.
#[derive(Clone, Copy, Debug)]
struct Plan {
    born: Timestamp,
    /// When it was first seen leaving.
    leaving: Option<Timestamp>,
    /// Failed pulls or crashes so far.
    failures: u32,
    /// When the next thing happens to a pod in trouble.
    next: Option<Timestamp>,
}

/// The kubelets of one cluster.
#[derive(Debug)]
pub struct Kubelet {
    plans: HashMap<String, Plan>,
    seed: u64,
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

const NODES: [(&str, &str); 3] = [("node-a", "10.0.0.11"), ("node-b", "10.0.0.12"), ("node-c", "10.0.0.13")];

impl Kubelet {
    /// Kubelets that have seen nothing.
    pub fn new(seed: u64) -> Self {
        Self { plans: HashMap::new(), seed, surroundings: Surroundings::default() }
    }

    /// Forgets a pod that is gone.
    pub fn forget(&mut self, uid: &str) {
        self.plans.remove(uid);
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
        let mut plan =
            *self.plans.entry(uid.clone()).or_insert(Plan { born: now, leaving: None, failures: 0, next: None });
        let next = if is_going(&pod) {
            let since = *plan.leaving.get_or_insert(now);
            let end = later(since, delays.gone);
            if now < end {
                Some(end)
            } else {
                // Deleted by force meanwhile: gone as well.
                let _ = store.delete(&PODS, namespace, name);
                self.plans.remove(&uid);
                return None;
            }
        } else {
            Step { store, recorder, pod: &pod, uid: &uid, now, surroundings: &self.surroundings }
                .take(&mut plan, &delays)
        };
        self.plans.insert(uid, plan);
        next
    }

    fn delays(&self, uid: &str) -> Delays {
        let mut random =
            Random::new(self.seed ^ uid.bytes().fold(0_u64, |sum, byte| sum.rotate_left(7) ^ u64::from(byte)));
        let bound = random.between(5, 25);
        let creating = bound + random.between(40, 90);
        Delays { bound, creating, running: creating + random.between(800, 1_500), gone: random.between(1_200, 2_200) }
    }
}

/// One look at a pod that is not leaving.
struct Step<'a> {
    store: &'a Store,
    recorder: &'a mut Recorder,
    pod: &'a Value,
    uid: &'a str,
    now: Timestamp,
    surroundings: &'a Surroundings,
}

impl Step<'_> {
    fn take(&mut self, plan: &mut Plan, delays: &Delays) -> Option<Timestamp> {
        if text(self.pod, "/spec/nodeName").is_empty() {
            return self.due(later(plan.born, delays.bound), Self::bind).or(Some(later(plan.born, delays.creating)));
        }
        let waiting = text(self.pod, "/status/containerStatuses/0/state/waiting/reason").to_owned();
        let started = self.pod.pointer("/status/containerStatuses").is_some();
        if !started {
            let at = later(plan.born, delays.creating);
            return self.due(at, |step| step.wait("ContainerCreating", "")).or(Some(later(plan.born, delays.running)));
        }
        let image = text(self.pod, "/spec/containers/0/image").to_owned();
        match waiting.as_str() {
            "ContainerCreating" => {
                let at = later(plan.born, delays.running);
                if self.now < at {
                    return Some(at);
                }
                self.pull_or_start(plan, &image)
            }
            "ErrImagePull" | "ImagePullBackOff" | "CrashLoopBackOff" => {
                let at = plan.next.unwrap_or(self.now);
                if self.now < at {
                    return Some(at);
                }
                if waiting == "ErrImagePull" { self.back_off(plan, &image) } else { self.pull_or_start(plan, &image) }
            }
            _ if self.surroundings.crashing.contains(&image) => {
                let at = *plan.next.get_or_insert(later(self.now, 3_000));
                if self.now < at { Some(at) } else { self.crash(plan) }
            }
            _ if text(self.pod, "/status/phase") == "Running" && !self.is_ready() => {
                // Its image has been mended: it stays up now.
                plan.next = None;
                self.run(true);
                None
            }
            _ => None,
        }
    }

    fn due(&mut self, at: Timestamp, act: impl FnOnce(&mut Self)) -> Option<Timestamp> {
        if self.now < at {
            return Some(at);
        }
        act(self);
        None
    }

    fn bind(&mut self) {
        let pick = usize::from(self.uid.bytes().fold(0_u8, u8::wrapping_add)) % NODES.len();
        let node = NODES[pick].0;
        let time = stamp(self.now);
        self.write(Part::Main, |pod| set(pod, &["spec", "nodeName"], json!(node)));
        self.write(Part::Status, |pod| {
            let scheduled = json!([condition("PodScheduled", true, &time)]);
            set(pod, &["status", "conditions"], scheduled);
        });
        let message =
            format!("Successfully assigned {}/{} to {node}", text(self.pod, "/metadata/namespace"), name_of(self.pod));
        self.recorder.tell(self.store, self.pod, "default-scheduler", "Normal", "Scheduled", &message);
    }

    fn pull_or_start(&mut self, plan: &mut Plan, image: &str) -> Option<Timestamp> {
        if !self.surroundings.cannot_pull(image) {
            let crashes = self.surroundings.crashing.contains(image);
            plan.next = crashes.then(|| later(self.now, 3_000));
            self.run(!crashes);
            return plan.next;
        }
        let message = pull_error(image);
        self.tell("Warning", "Failed", &format!("Failed to pull image \"{image}\": {message}"));
        self.tell("Warning", "Failed", "Error: ErrImagePull");
        self.wait("ErrImagePull", &message);
        plan.failures += 1;
        plan.next = Some(later(self.now, 12_000));
        plan.next
    }

    fn back_off(&mut self, plan: &mut Plan, image: &str) -> Option<Timestamp> {
        let message = format!("Back-off pulling image \"{image}\": ErrImagePull: {}", pull_error(image));
        self.tell("Normal", "BackOff", &format!("Back-off pulling image \"{image}\""));
        self.tell("Warning", "Failed", "Error: ImagePullBackOff");
        self.wait("ImagePullBackOff", &message);
        plan.next = Some(later(self.now, back_off_seconds(plan.failures) * 1_000));
        plan.next
    }

    fn crash(&mut self, plan: &mut Plan) -> Option<Timestamp> {
        let wait = back_off_seconds(plan.failures + 1);
        plan.failures += 1;
        let began = text(self.pod, "/status/containerStatuses/0/state/running/startedAt").to_owned();
        let restarts = number(self.pod, "/status/containerStatuses/0/restartCount").unwrap_or(0);
        let last = json!({"terminated": {
            "exitCode": 1, "reason": "Error", "startedAt": began, "finishedAt": stamp(self.now),
            "containerID": container_id(self.uid, restarts),
        }});
        let container = text(self.pod, "/spec/containers/0/name");
        let namespace = text(self.pod, "/metadata/namespace");
        let whole = format!("{}_{namespace}({})", name_of(self.pod), self.uid);
        let message = format!("back-off {wait}s restarting failed container={container} pod={whole}");
        self.tell("Warning", "BackOff", &format!("Back-off restarting failed container {container} in pod {whole}"));
        let (time, uid) = (stamp(self.now), self.uid.to_owned());
        self.write(Part::Status, |pod| {
            write_containers(pod, &json!({"waiting": {"reason": "CrashLoopBackOff", "message": message}}), false, &uid);
            for at in 0..list(pod, "/spec/containers").len() {
                let Some(place) = pod.pointer_mut(&format!("/status/containerStatuses/{at}")) else { continue };
                set(place, &["lastState"], last.clone());
            }
            write_conditions(pod, false, &time);
        });
        plan.next = Some(later(self.now, wait * 1_000));
        plan.next
    }

    fn run(&mut self, ready: bool) {
        let crashed = self.pod.pointer("/status/containerStatuses/0/lastState/terminated").is_some()
            && text(self.pod, "/status/containerStatuses/0/state/waiting/reason") == "CrashLoopBackOff";
        let (time, uid) = (stamp(self.now), self.uid.to_owned());
        let octets = Random::new(uid.bytes().fold(7_u64, |sum, byte| sum.rotate_left(5) ^ u64::from(byte))).next();
        let address = format!("10.244.{}.{}", 1 + octets % 3, 2 + (octets >> 8) % 250);
        self.write(Part::Status, |pod| {
            set(pod, &["status", "phase"], json!("Running"));
            set(pod, &["status", "podIP"], json!(address));
            set(pod, &["status", "podIPs"], json!([{"ip": address}]));
            write_containers(pod, &json!({"running": {"startedAt": time}}), ready, &uid);
            for at in 0..list(pod, "/spec/containers").len() {
                let Some(place) = pod.pointer_mut(&format!("/status/containerStatuses/{at}")) else { continue };
                let restarts = number(place, "/restartCount").unwrap_or(0) + i64::from(crashed);
                set(place, &["restartCount"], json!(restarts));
            }
            write_conditions(pod, ready, &time);
        });
        let container = text(self.pod, "/spec/containers/0/name");
        self.tell("Normal", "Started", &format!("Started container {container}"));
    }

    /// All containers wait for the same reason.
    fn wait(&mut self, reason: &str, message: &str) {
        let mut state = json!({"waiting": {"reason": reason}});
        if !message.is_empty() {
            set(&mut state, &["waiting", "message"], json!(message));
        }
        let node = text(self.pod, "/spec/nodeName");
        let host = NODES.iter().find(|(name, _)| *name == node).map_or("10.0.0.11", |(_, address)| address);
        let (time, uid) = (stamp(self.now), self.uid.to_owned());
        self.write(Part::Status, |pod| {
            set(pod, &["status", "hostIP"], json!(host));
            if pod.pointer("/status/startTime").is_none() {
                set(pod, &["status", "startTime"], json!(time));
            }
            write_containers(pod, &state, false, &uid);
            write_conditions(pod, false, &time);
        });
    }

    fn is_ready(&self) -> bool {
        list(self.pod, "/status/containerStatuses").iter().all(|status| super::json::flag(status, "/ready"))
    }

    fn tell(&mut self, kind: &str, reason: &str, message: &str) {
        self.recorder.tell(self.store, self.pod, "kubelet", kind, reason, message);
    }

    fn write(&self, part: Part, change: impl FnOnce(&mut Value)) {
        let namespace = text(self.pod, "/metadata/namespace");
        // A pod that was deleted meanwhile needs nothing.
        let _ = self.store.modify::<Refused>(&PODS, namespace, name_of(self.pod), part, |pod| {
            change(pod);
            Ok(())
        });
    }
}

fn later(from: Timestamp, milliseconds: i64) -> Timestamp {
    from.saturating_add(SignedDuration::from_millis(milliseconds)).unwrap_or(from)
}

/// 10 s, doubled with each failure, at most 5 minutes.
fn back_off_seconds(failures: u32) -> i64 {
    (10_i64 << failures.saturating_sub(1).min(5)).min(300)
}

fn container_id(uid: &str, restarts: i64) -> String {
    format!("containerd://{}", digest(&format!("{uid}/{restarts}")))
}

fn pull_error(image: &str) -> String {
    let first = image.split('/').next().unwrap_or_default();
    let whole = if image.contains('/') && (first.contains('.') || first.contains(':')) {
        image.to_owned()
    } else if image.contains('/') {
        format!("docker.io/{image}")
    } else {
        format!("docker.io/library/{image}")
    };
    format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{whole}\": failed to resolve reference \"{whole}\": {whole}: not found"
    )
}

fn condition(kind: &str, holds: bool, time: &str) -> Value {
    let status = if holds { "True" } else { "False" };
    json!({"type": kind, "status": status, "lastProbeTime": null, "lastTransitionTime": time})
}

fn write_containers(pod: &mut Value, state: &Value, ready: bool, uid: &str) {
    let containers = list(pod, "/spec/containers").to_vec();
    let running = state.get("running").is_some();
    let statuses: Vec<Value> = containers
        .iter()
        .enumerate()
        .map(|(at, container)| {
            let before = pod.pointer(&format!("/status/containerStatuses/{at}"));
            let image = text(container, "/image");
            let last = before.and_then(|status| status.get("lastState")).cloned().unwrap_or_else(|| json!({}));
            let restarts = before.and_then(|status| number(status, "/restartCount")).unwrap_or(0);
            let mut status = json!({
                "name": text(container, "/name"), "state": state, "lastState": last, "ready": ready,
                "restartCount": restarts, "image": image, "imageID": "", "started": running,
            });
            if running {
                set(&mut status, &["imageID"], json!(format!("{image}@sha256:{}", digest(image))));
                let id = container_id(uid, restarts);
                set(&mut status, &["containerID"], json!(id));
            }
            status
        })
        .collect();
    set(pod, &["status", "containerStatuses"], Value::Array(statuses));
}

fn write_conditions(pod: &mut Value, ready: bool, time: &str) {
    let since = |kind: &str, holds: bool| {
        let wanted = if holds { "True" } else { "False" };
        let before = list(pod, "/status/conditions").iter().find(|condition| text(condition, "/type") == kind);
        before
            .filter(|condition| text(condition, "/status") == wanted)
            .map_or_else(|| time.to_owned(), |condition| text(condition, "/lastTransitionTime").to_owned())
    };
    let names: Vec<&str> = list(pod, "/spec/containers").iter().map(|container| text(container, "/name")).collect();
    let mut conditions = Vec::new();
    for (kind, holds) in [("Initialized", true), ("Ready", ready), ("ContainersReady", ready), ("PodScheduled", true)] {
        let mut entry = condition(kind, holds, &since(kind, holds));
        if !holds {
            set(&mut entry, &["reason"], json!("ContainersNotReady"));
            let message = format!("containers with unready status: [{}]", names.join(" "));
            set(&mut entry, &["message"], json!(message));
        }
        conditions.push(entry);
    }
    set(pod, &["status", "conditions"], Value::Array(conditions));
}
