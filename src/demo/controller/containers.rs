//! The course of one container under the kubelet: pulled, configured, started, ready; or not, in the words of a real
//! node (k8s.io/kubernetes, pkg/kubelet).

use super::analysis::batch;
use super::events::Recorder;
use super::fate::{Fate, Surroundings, pull_error};
use super::json::{flag, list, number, set, text};
use super::pass::name_of;
use super::random::digest;
use crate::demo::store::{CONFIG_MAPS, SECRETS, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Milliseconds that a container runs before it crashes, before it is killed for its memory,
/// and an init container.
const CRASHES_AFTER: i64 = 3_000;
const KILLED_AFTER: i64 = 6_000;
const INIT: i64 = 1_500;
/// Milliseconds that a container that ended is shown as such before the kubelet restarts it or waits.
const ENDED: i64 = 1_000;
/// Milliseconds until an image or a configuration that was not there is looked for again.
const RETRY: i64 = 12_000;

/// What the kubelet remembers of a container.
#[derive(Clone, Copy, Debug, Default)]
pub struct Course {
    /// Failed pulls, or crashes, so far.
    failures: u32,
    /// When the next thing happens to it.
    pub next: Option<Timestamp>,
    /// When it ends by itself.
    end: Option<Timestamp>,
}

impl Course {
    /// When to look again.
    pub fn wake(&self) -> Option<Timestamp> {
        [self.next, self.end].into_iter().flatten().min()
    }
}

/// What a container is to its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ends before the next one begins.
    Init,
    /// An init container that stays: `restartPolicy: Always`.
    Sidecar,
    /// One of `spec.containers`.
    Main,
}

impl Role {
    /// The role of an init container.
    pub fn of_init(container: &Value) -> Self {
        if text(container, "/restartPolicy") == "Always" { Self::Sidecar } else { Self::Init }
    }
}

/// The kubelet at work on the containers of one pod.
#[derive(Debug)]
pub struct Work<'a> {
    /// The cluster.
    pub store: &'a Store,
    /// The event recorder.
    pub recorder: &'a mut Recorder,
    /// The pod as it was read.
    pub pod: &'a Value,
    /// When.
    pub now: Timestamp,
    /// What is wrong.
    pub surroundings: &'a Surroundings,
    /// The images on each node.
    pub pulled: &'a mut BTreeSet<(String, String)>,
}

impl Work<'_> {
    /// Does what is due to a container, and changes its status accordingly.
    pub fn advance(&mut self, container: &Value, status: &mut Value, course: &mut Course, role: Role) {
        let due = course.next.is_none_or(|next| next <= self.now);
        let waiting = text(status, "/state/waiting/reason").to_owned();
        if !waiting.is_empty() {
            match waiting.as_str() {
                _ if !due => {}
                "ErrImagePull" => self.back_off(container, status, course, role),
                _ => self.start(container, status, course, role),
            }
        } else if status.pointer("/state/running").is_some() {
            self.watch(container, status, course, role);
        } else if status.pointer("/state/terminated").is_some() && self.restarts(status, role) && due {
            self.restart(container, status, course, role);
        }
    }

    fn fate(&self, container: &Value) -> Fate {
        self.surroundings.fate(text(container, "/image"))
    }

    fn start(&mut self, container: &Value, status: &mut Value, course: &mut Course, role: Role) {
        let image = text(container, "/image").to_owned();
        let fate = self.fate(container);
        match fate {
            Fate::NoReference => {
                let message = format!(
                    "Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": invalid reference format"
                );
                self.tell(container, role, "Warning", "InspectFailed", &message);
                self.tell(container, role, "Warning", "Failed", "Error: InvalidImageName");
                wait(status, "InvalidImageName", &message);
                course.next = Some(later(self.now, RETRY));
                return;
            }
            Fate::Missing | Fate::Private => {
                let message = pull_error(&image, fate);
                self.tell(container, role, "Normal", "Pulling", &format!("Pulling image \"{image}\""));
                self.tell(
                    container,
                    role,
                    "Warning",
                    "Failed",
                    &format!("Failed to pull image \"{image}\": {message}"),
                );
                self.tell(container, role, "Warning", "Failed", "Error: ErrImagePull");
                wait(status, "ErrImagePull", &message);
                course.failures += 1;
                course.next = Some(later(self.now, RETRY));
                return;
            }
            _ => self.pull(container, &image, role),
        }
        if let Some(missing) = self.unconfigured(container, fate) {
            self.tell(container, role, "Warning", "Failed", &format!("Error: {missing}"));
            wait(status, "CreateContainerConfigError", &missing);
            course.next = Some(later(self.now, RETRY));
            return;
        }
        let name = text(container, "/name").to_owned();
        self.tell(container, role, "Normal", "Created", &format!("Created container: {name}"));
        self.tell(container, role, "Normal", "Started", &format!("Started container {name}"));
        let again = text(status, "/state/waiting/reason") == "CrashLoopBackOff";
        let restarts = number(status, "/restartCount").unwrap_or(0) + i64::from(again);
        set(status, &["restartCount"], json!(restarts));
        set(status, &["state"], json!({"running": {"startedAt": stamp(self.now)}}));
        set(status, &["imageID"], json!(format!("{image}@sha256:{}", digest(&image))));
        set(status, &["containerID"], json!(self.container_id(&name, restarts)));
        set(status, &["started"], json!(true));
        let runs = match (fate, role) {
            (Fate::Crashes, _) => Some(CRASHES_AFTER),
            (Fate::OutOfMemory, _) => Some(KILLED_AFTER),
            (Fate::Hangs, Role::Init) => None,
            (_, Role::Init) => Some(INIT),
            (_, Role::Main) if self.is_job() => Some(batch::script(container).0),
            _ => None,
        };
        course.end = runs.map(|runs| later(self.now, runs));
        let delay = number(container, "/readinessProbe/initialDelaySeconds").unwrap_or(0);
        course.next = (role != Role::Init).then(|| later(self.now, delay * 1_000));
        self.watch(container, status, course, role);
    }

    /// What happens to a container that runs: it becomes ready, it stops being ready, it ends.
    fn watch(&mut self, container: &Value, status: &mut Value, course: &mut Course, role: Role) {
        let fate = self.fate(container);
        let dooms = matches!(fate, Fate::Crashes | Fate::OutOfMemory);
        match fate {
            Fate::Crashes => _ = course.end.get_or_insert(later(self.now, CRASHES_AFTER)),
            Fate::OutOfMemory => _ = course.end.get_or_insert(later(self.now, KILLED_AFTER)),
            // Its image has been mended: it stays up now.
            _ if role != Role::Init && !self.is_job() => course.end = None,
            _ => {}
        }
        if course.end.is_some_and(|end| end <= self.now) {
            self.end(container, status, course, fate);
            return;
        }
        if role == Role::Init {
            course.next = None;
            return;
        }
        if fate == Fate::Unready {
            set(status, &["ready"], json!(false));
            if course.next.is_none_or(|next| next <= self.now) {
                let message = "Readiness probe failed: HTTP probe failed with statuscode: 503";
                self.tell(container, role, "Warning", "Unhealthy", message);
                let period = number(container, "/readinessProbe/periodSeconds").unwrap_or(10).max(1);
                course.next = Some(later(self.now, period * 1_000));
            }
            return;
        }
        if !dooms && course.next.is_none_or(|next| next <= self.now) {
            set(status, &["ready"], json!(true));
            course.next = None;
        } else if dooms {
            set(status, &["ready"], json!(false));
            course.next = None;
        }
    }

    fn end(&mut self, container: &Value, status: &mut Value, course: &mut Course, fate: Fate) {
        let (code, reason) = match fate {
            Fate::Crashes => (1, "Error"),
            Fate::OutOfMemory => (137, "OOMKilled"),
            _ => match batch::script(container).1 {
                code if self.is_job() && code != 0 => (code, "Error"),
                _ => (0, "Completed"),
            },
        };
        let ended = json!({"terminated": {
            "exitCode": code, "reason": reason, "startedAt": text(status, "/state/running/startedAt"),
            "finishedAt": stamp(self.now), "containerID": text(status, "/containerID"),
        }});
        set(status, &["state"], ended);
        // An init container that did its work is ready.
        set(status, &["ready"], json!(code == 0 && !self.is_job()));
        set(status, &["started"], json!(false));
        course.end = None;
        course.failures += u32::from(code != 0);
        course.next = (code != 0).then(|| later(self.now, ENDED));
    }

    /// Whether a container that ended is started again.
    fn restarts(&self, status: &Value, role: Role) -> bool {
        let policy = text(self.pod, "/spec/restartPolicy");
        let failed = number(status, "/state/terminated/exitCode").unwrap_or(0) != 0;
        match role {
            Role::Sidecar => true,
            Role::Init => failed && policy != "Never",
            Role::Main => policy == "Always" || policy.is_empty() || (policy == "OnFailure" && failed),
        }
    }

    /// The first restart comes at once, the later ones after a growing time.
    fn restart(&mut self, container: &Value, status: &mut Value, course: &mut Course, role: Role) {
        let ended = status.get("state").cloned().unwrap_or_default();
        set(status, &["lastState"], ended);
        if course.failures <= 1 {
            set(status, &["state"], json!({"waiting": {"reason": "CrashLoopBackOff"}}));
            self.start(container, status, course, role);
            return;
        }
        let wait_for = back_off_seconds(course.failures - 1);
        let name = text(container, "/name");
        let whole = format!(
            "{}_{}({})",
            name_of(self.pod),
            text(self.pod, "/metadata/namespace"),
            text(self.pod, "/metadata/uid")
        );
        let message = format!("back-off {} restarting failed container={name} pod={whole}", go_text(wait_for));
        let event = format!("Back-off restarting failed container {name} in pod {whole}");
        self.tell(container, role, "Warning", "BackOff", &event);
        wait(status, "CrashLoopBackOff", &message);
        course.next = Some(later(self.now, wait_for * 1_000));
    }

    fn back_off(&mut self, container: &Value, status: &mut Value, course: &mut Course, role: Role) {
        let image = text(container, "/image");
        let message =
            format!("Back-off pulling image \"{image}\": ErrImagePull: {}", pull_error(image, self.fate(container)));
        self.tell(container, role, "Normal", "BackOff", &format!("Back-off pulling image \"{image}\""));
        self.tell(container, role, "Warning", "Failed", "Error: ImagePullBackOff");
        wait(status, "ImagePullBackOff", &message);
        course.next = Some(later(self.now, back_off_seconds(course.failures) * 1_000));
    }

    fn pull(&mut self, container: &Value, image: &str, role: Role) {
        let node = text(self.pod, "/spec/nodeName").to_owned();
        let new = self.pulled.insert((node, image.to_owned()));
        let policy = text(container, "/imagePullPolicy");
        let always = policy == "Always" || (policy.is_empty() && (image.ends_with(":latest") || !image.contains(':')));
        if !new && !always {
            let message = format!("Container image \"{image}\" already present on machine");
            self.tell(container, role, "Normal", "Pulled", &message);
            return;
        }
        self.tell(container, role, "Normal", "Pulling", &format!("Pulling image \"{image}\""));
        let size = u64::from_str_radix(&digest(image)[..6], 16).unwrap_or(0) * 7 + 4_000_000;
        let took = if new { 400 + size / 200_000 } else { 150 };
        let message = format!(
            "Successfully pulled image \"{image}\" in {took}ms ({took}ms including waiting). Image size: {size} bytes."
        );
        self.tell(container, role, "Normal", "Pulled", &message);
    }

    /// What of a container's configuration is not there.
    fn unconfigured(&self, container: &Value, fate: Fate) -> Option<String> {
        if fate == Fate::NoConfig {
            return Some(format!("configmap \"{}-config\" not found", text(container, "/name")));
        }
        let namespace = text(self.pod, "/metadata/namespace");
        let kinds = [("configMap", &CONFIG_MAPS, "configmap", "ConfigMap"), ("secret", &SECRETS, "secret", "Secret")];
        for source in list(container, "/envFrom") {
            for (field, kind, word, _) in kinds {
                let Some(reference) = source.get(format!("{field}Ref")) else { continue };
                let name = text(reference, "/name");
                if !flag(reference, "/optional") && self.store.get(kind, namespace, name).is_none() {
                    return Some(format!("{word} \"{name}\" not found"));
                }
            }
        }
        for variable in list(container, "/env") {
            for (field, kind, word, title) in kinds {
                let Some(reference) = variable.pointer(&format!("/valueFrom/{field}KeyRef")) else { continue };
                let (name, key) = (text(reference, "/name"), text(reference, "/key"));
                if flag(reference, "/optional") {
                    continue;
                }
                let Some(object) = self.store.get(kind, namespace, name) else {
                    return Some(format!("{word} \"{name}\" not found"));
                };
                if object.get("data").and_then(|data| data.get(key)).is_none() {
                    return Some(format!("couldn't find key {key} in {title} {namespace}/{name}"));
                }
            }
        }
        None
    }

    fn is_job(&self) -> bool {
        super::json::owner_name(self.pod, "Job").is_some()
    }

    fn container_id(&self, name: &str, restarts: i64) -> String {
        format!("containerd://{}", digest(&format!("{}/{name}/{restarts}", text(self.pod, "/metadata/uid"))))
    }

    /// Tells something about a container.
    pub fn tell(&mut self, container: &Value, role: Role, kind: &str, reason: &str, message: &str) {
        let list = if role == Role::Main { "containers" } else { "initContainers" };
        let field = format!("spec.{list}{{{}}}", text(container, "/name"));
        self.recorder.tell_of_pod(self.store, self.pod, &field, kind, reason, message);
    }
}

/// A container that waits.
pub fn wait(status: &mut Value, reason: &str, message: &str) {
    let mut waiting = json!({ "reason": reason });
    if !message.is_empty() {
        set(&mut waiting, &["message"], json!(message));
    }
    set(status, &["state"], json!({ "waiting": waiting }));
    set(status, &["ready"], json!(false));
    set(status, &["started"], json!(false));
}

/// A time some milliseconds later.
pub fn later(from: Timestamp, milliseconds: i64) -> Timestamp {
    from.saturating_add(SignedDuration::from_millis(milliseconds)).unwrap_or(from)
}

/// 10 s, doubled with each failure, at most 5 minutes.
fn back_off_seconds(failures: u32) -> i64 {
    (10_i64 << failures.saturating_sub(1).min(5)).min(300)
}

/// Seconds as Go writes them: `40s`, `1m20s`, `5m0s`.
fn go_text(seconds: i64) -> String {
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{}s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_off_grows_to_five_minutes() {
        let texts: Vec<String> = (1..=7).map(|failures| go_text(back_off_seconds(failures))).collect();
        assert_eq!(texts, ["10s", "20s", "40s", "1m20s", "2m40s", "5m0s", "5m0s"]);
    }
}
