//! The controller of Jobs, as far as metrics need it: one pod at a time, which works for a while and ends well or not.
//! What a container is told to do decides ([`script`]): `sleep 20` works that long, `false` and `exit 3` fail, anything
//! else works three seconds and ends well; an image that crashes does so here too. The kubelet acts on it.

use crate::demo::controller::events::Recorder;
use crate::demo::controller::json::{controller_of, list, number, set, text, time};
use crate::demo::controller::pass::name_of;
use crate::demo::controller::random::Random;
use crate::demo::controller::replicasets::is_going;
use crate::demo::store::{JOBS, PODS, Part, Refused, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::sync::Arc;

const SOURCE: &str = "job-controller";
/// How long a container works when nothing else is said, milliseconds.
const WORK: i64 = 3_000;
/// How long after a failed pod the next one comes, doubled with each.
const BACK_OFF: i64 = 10;

/// Looks at a Job; says when to look again.
pub fn reconcile(
    store: &Store,
    recorder: &mut Recorder,
    random: &mut Random,
    namespace: &str,
    name: &str,
) -> Option<Timestamp> {
    let job = store.get(&JOBS, namespace, name)?;
    let uid = text(&job, "/metadata/uid");
    let (all, _) = store.list(&PODS, Some(namespace));
    let pods: Vec<Arc<Value>> = all.into_iter().filter(|pod| controller_of(pod) == uid).collect();
    let mut look = Look { store, recorder, job: &job, now: store.clock().now() };
    if is_going(&job) {
        look.leave(&pods);
        return None;
    }
    let ended = |kind: &str| list(&job, "/status/conditions").iter().any(|condition| text(condition, "/type") == kind);
    if ended("Complete") || ended("Failed") {
        return None;
    }
    if job.pointer("/status/startTime").is_none() {
        look.create_pod(random);
        let now = stamp(look.now);
        look.status(|status| {
            *status = json!({
                "startTime": now, "active": 1, "ready": 0, "terminating": 0, "uncountedTerminatedPods": {},
            });
        });
        return None;
    }
    look.follow(&pods, random)
}

struct Look<'a> {
    store: &'a Store,
    recorder: &'a mut Recorder,
    job: &'a Value,
    now: Timestamp,
}

impl Look<'_> {
    fn status(&self, change: impl FnOnce(&mut Value)) {
        let (namespace, name) = (text(self.job, "/metadata/namespace"), name_of(self.job));
        // A Job that was deleted meanwhile needs no status.
        let _ = self.store.modify::<Refused>(&JOBS, namespace, name, Part::Status, |job| {
            if let Some(status) = job.get_mut("status") {
                change(status);
            } else {
                let mut status = json!({});
                change(&mut status);
                set(job, &["status"], status);
            }
            Ok(())
        });
    }

    fn tell(&mut self, kind: &str, reason: &str, message: &str) {
        self.recorder.tell(self.store, self.job, SOURCE, kind, reason, message);
    }

    /// The pods go first, then the Job.
    fn leave(&mut self, pods: &[Arc<Value>]) {
        let namespace = text(self.job, "/metadata/namespace");
        for pod in pods.iter().filter(|pod| !is_going(pod)) {
            // Gone already is what is asked for.
            let _ = self.store.mark_deleted(&PODS, namespace, name_of(pod), None);
        }
        if !pods.is_empty() {
            let leaving = pods.len();
            self.status(|status| {
                if let Some(map) = status.as_object_mut() {
                    map.remove("active");
                    map.insert("ready".into(), json!(0));
                    map.insert("terminating".into(), json!(leaving));
                }
            });
            return;
        }
        let _ = self.store.modify::<Refused>(&JOBS, namespace, name_of(self.job), Part::Main, |job| {
            set(job, &["metadata", "finalizers"], json!([]));
            Ok(())
        });
    }

    fn create_pod(&mut self, random: &mut Random) {
        let name = format!("{}-{}", name_of(self.job), random.suffix());
        let (namespace, uid) = (text(self.job, "/metadata/namespace"), text(self.job, "/metadata/uid"));
        let mut metadata = self.job.pointer("/spec/template/metadata").cloned().unwrap_or_else(|| json!({}));
        set(&mut metadata, &["name"], json!(name));
        set(&mut metadata, &["generateName"], json!(format!("{}-", name_of(self.job))));
        set(&mut metadata, &["namespace"], json!(namespace));
        for label in ["batch.kubernetes.io/controller-uid", "controller-uid"] {
            set(&mut metadata, &["labels", label], json!(uid));
        }
        let owner = json!([{
            "apiVersion": "batch/v1", "kind": "Job", "name": name_of(self.job), "uid": uid,
            "controller": true, "blockOwnerDeletion": true,
        }]);
        set(&mut metadata, &["ownerReferences"], owner);
        let mut spec = self.job.pointer("/spec/template/spec").cloned().unwrap_or_else(|| json!({}));
        for (field, value) in [
            ("restartPolicy", json!("Never")),
            ("terminationGracePeriodSeconds", json!(30)),
            ("dnsPolicy", json!("ClusterFirst")),
            ("serviceAccountName", json!("default")),
            ("schedulerName", json!("default-scheduler")),
            ("securityContext", json!({})),
        ] {
            if spec.get(field).is_none() {
                set(&mut spec, &[field], value);
            }
        }
        let pod = json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec,
            "status": {"phase": "Pending", "qosClass": "BestEffort"},
        });
        if self.store.create(&PODS, pod).is_ok() {
            self.tell("Normal", "SuccessfulCreate", &format!("Created pod: {name}"));
        }
    }

    /// Follows the newest pod: working, done, or to be tried again.
    fn follow(&mut self, pods: &[Arc<Value>], random: &mut Random) -> Option<Timestamp> {
        let failed: Vec<&Arc<Value>> = pods.iter().filter(|pod| text(pod, "/status/phase") == "Failed").collect();
        let lasting = |pod: &&Arc<Value>| text(pod, "/status/phase") != "Failed" && !is_going(pod);
        let Some(pod) = pods.iter().find(lasting) else {
            return self.again(&failed, random);
        };
        if text(pod, "/status/phase") == "Succeeded" {
            self.complete();
            return None;
        }
        // Whether its container runs; how long and how it ends is the kubelet's.
        let runs = pod.pointer("/status/containerStatuses/0/state/running").is_some();
        if runs && number(self.job, "/status/ready") != Some(1) {
            self.status(|status| set(status, &["ready"], json!(1)));
        }
        None
    }

    fn complete(&mut self) {
        let now = stamp(self.now);
        let of = |kind: &str| condition(kind, "CompletionsReached", "Reached expected number of succeeded pods", &now);
        self.status(|status| {
            if let Some(map) = status.as_object_mut() {
                map.remove("active");
                map.insert("ready".into(), json!(0));
            }
            set(status, &["conditions"], json!([of("SuccessCriteriaMet")]));
        });
        self.status(|status| {
            set(status, &["conditions"], json!([of("SuccessCriteriaMet"), of("Complete")]));
            set(status, &["completionTime"], json!(now));
            set(status, &["succeeded"], json!(1));
        });
        self.tell("Normal", "Completed", "Job completed");
    }

    /// After a failed pod: another one by and by, or the end.
    fn again(&mut self, failed: &[&Arc<Value>], random: &mut Random) -> Option<Timestamp> {
        let count = i64::try_from(failed.len()).unwrap_or(0);
        let limit = number(self.job, "/spec/backoffLimit").unwrap_or(6);
        if count == 0 {
            // Its pod was deleted: it gets another.
            self.create_pod(random);
            return None;
        }
        if count <= limit {
            let ends = failed
                .iter()
                .filter_map(|pod| time(text(pod, "/status/containerStatuses/0/state/terminated/finishedAt")));
            let wait = BACK_OFF << (count - 1).min(5);
            let next = ends.max()?.saturating_add(SignedDuration::from_secs(wait)).ok()?;
            self.status(|status| {
                if let Some(map) = status.as_object_mut() {
                    map.remove("active");
                    map.insert("ready".into(), json!(0));
                    map.insert("failed".into(), json!(count));
                }
            });
            if self.now < next {
                return Some(next);
            }
            self.create_pod(random);
            self.status(|status| set(status, &["active"], json!(1)));
            return None;
        }
        let now = stamp(self.now);
        let message = "Job has reached the specified backoff limit";
        let of = |kind: &str| condition(kind, "BackoffLimitExceeded", message, &now);
        self.status(|status| {
            if let Some(map) = status.as_object_mut() {
                map.remove("active");
                map.insert("ready".into(), json!(0));
                map.insert("failed".into(), json!(count));
            }
            set(status, &["conditions"], json!([of("FailureTarget"), of("Failed")]));
        });
        self.tell("Warning", "BackoffLimitExceeded", message);
        None
    }
}

fn condition(kind: &str, reason: &str, message: &str, now: &str) -> Value {
    json!({
        "type": kind, "status": "True", "lastProbeTime": now, "lastTransitionTime": now,
        "reason": reason, "message": message,
    })
}

/// How long a container of a Job works, milliseconds, and with which code it ends, as it is told by its command.
pub fn script(container: &Value) -> (i64, i64) {
    let words: Vec<&str> = ["command", "args"]
        .iter()
        .flat_map(|field| list(container, &format!("/{field}")))
        .filter_map(Value::as_str)
        .flat_map(|text| text.split([' ', ';', '&', '\n']))
        .filter(|word| !word.is_empty())
        .collect();
    let behind = |wanted: &str| {
        words.iter().position(|word| *word == wanted).and_then(|at| words.get(at + 1)?.parse::<i64>().ok())
    };
    let work = behind("sleep").map_or(WORK, |seconds| seconds.clamp(0, 86_400) * 1_000);
    let code = if words.contains(&"false") { 1 } else { behind("exit").unwrap_or(0) };
    (work, code)
}
