//! What people do in a scenario, through the same writes that kubectl and the plugin make.
//!
//! A deed is an object: `do` says what, `rollout` (or `name`) on what, and the rest how:
//!
//! | `do` | with | does |
//! | --- | --- | --- |
//! | `apply` | `manifest` | creates an object or merges into it |
//! | `set-image` | `image`, or `images` to take in turn | as `kubectl argo rollouts set image` |
//! | `promote` `promote-full` `abort` `retry` | | the plugin's status patches |
//! | `pause` `resume` `restart` `undo` | | |
//! | `scale` | `replicas` | |
//! | `patch` `patch-status` | `patch` | a merge patch of the Rollout |
//! | `delete` | `kind`, `name` | deletes an object |
//! | `delete-pod` | | deletes the youngest pod of the Rollout |
//! | `break-image` `lock-image` `fix-image` | `image` | the image cannot be pulled (any more) |
//! | `crash-image` `oom-image` `unready-image` `calm-image` | `image` | its containers crash, are killed, are not ready |
//! | `fill-nodes` `free-nodes` | | no node has room (any more) |
//! | `load` | `hpa`, `percent` | what all pods of an autoscaler's Rollout have to do, in per cent of one pod |
//! | `tell` | `type`, `reason`, `message` | an Event about the Rollout, as another program would write it |
//! | `evict-pod` | | the youngest pod of the Rollout is evicted by its node |
//! | `series` `alert` | see `scenario::series` | changes what the cluster's Prometheus says |
//! | `revision` | `revision` | the Rollout's only ReplicaSet has this number |
//!
//! `every` repeats it.

use crate::demo::controller::{Fate, LOAD, Surroundings, mark_deleted, number, set, text};
use crate::demo::http::defaults::{self, Numbers};
use crate::demo::store::{
    DEPLOYMENTS, EVENTS, HORIZONTAL_POD_AUTOSCALERS, KINDS, Kind, PODS, Part, REPLICA_SETS, ROLLOUTS, Refused, Store,
    stamp,
};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// What a deed has touched, beyond objects, whose changes are seen anyway.
#[derive(Debug, PartialEq, Eq)]
pub enum Touched {
    /// Objects.
    Objects,
    /// What befalls pods.
    Surroundings,
}

/// After what time the deed is done again.
pub fn again(deed: &Value) -> Option<SignedDuration> {
    super::file::duration(text(deed, "/every")).ok().filter(SignedDuration::is_positive)
}

/// Does a deed. A list of images moves on by one.
pub fn perform(deed: &mut Value, store: &Store, surroundings: &mut Surroundings) -> Result<Touched, String> {
    let namespace = match text(deed, "/namespace") {
        "" => super::NAMESPACE.to_owned(),
        namespace => namespace.to_owned(),
    };
    let name = text(deed, "/rollout").to_owned();
    let what = text(deed, "/do").to_owned();
    let store = &store.signed(match what.as_str() {
        "apply" => "kubectl-client-side-apply",
        "delete" | "scale" | "patch" | "patch-status" | "load" => "kubectl",
        _ => "kubectl-argo-rollouts",
    });
    let place = Place { store, namespace: &namespace, name: &name };
    match what.as_str() {
        "apply" => apply(store, deed.get("manifest").cloned().unwrap_or_default())?,
        "set-image" => {
            let image = next_image(deed)?;
            place.template(|owner| set_image(owner, &image))?;
        }
        "promote" => place.promote()?,
        "promote-full" => place.status(&json!({"promoteFull": true}))?,
        "abort" => place.status(&json!({"abort": true}))?,
        "retry" => place.status(&json!({"abort": false}))?,
        "pause" => place.spec(|rollout| set(rollout, &["spec", "paused"], json!(true)))?,
        "resume" => place.spec(|rollout| set(rollout, &["spec", "paused"], json!(false)))?,
        "restart" => {
            let now = stamp(store.clock().now());
            place.spec(|rollout| set(rollout, &["spec", "restartAt"], json!(now)))?;
        }
        "undo" => place.undo()?,
        "scale" => {
            let replicas = number(deed, "/replicas").ok_or("scale needs `replicas`")?;
            place.spec(|rollout| set(rollout, &["spec", "replicas"], json!(replicas)))?;
        }
        "patch" => {
            let patch = deed.get("patch").cloned().ok_or("patch needs `patch`")?;
            place.spec(|rollout| json_patch::merge(rollout, &patch))?;
        }
        "patch-status" => place.status(deed.get("patch").ok_or("patch-status needs `patch`")?)?,
        "delete" => {
            let kind = kind_of(text(deed, "/kind"))?;
            store.delete(kind, &namespace, text(deed, "/name")).map_err(|refused| refused.to_string())?;
        }
        "delete-pod" => place.delete_pod()?,
        "revision" => place.renumber(number(deed, "/revision").unwrap_or(1))?,
        "load" => {
            let percent = number(deed, "/percent").ok_or("load needs `percent`")?;
            let written = store.modify::<Refused>(
                &HORIZONTAL_POD_AUTOSCALERS,
                &namespace,
                text(deed, "/hpa"),
                Part::Main,
                |object| {
                    set(object, &["metadata", "annotations", LOAD], json!(percent.to_string()));
                    Ok(())
                },
            );
            written.map_err(|refused| refused.to_string())?;
        }
        "tell" => place.tell(text(deed, "/type"), text(deed, "/reason"), text(deed, "/message"))?,
        "evict-pod" => place.evict_pod()?,
        "fill-nodes" | "free-nodes" => {
            surroundings.full = what == "fill-nodes";
            return Ok(Touched::Surroundings);
        }
        _ if what.ends_with("-image") => {
            let fate = match what.as_str() {
                "break-image" => Fate::Missing,
                "lock-image" => Fate::Private,
                "crash-image" => Fate::Crashes,
                "oom-image" => Fate::OutOfMemory,
                "unready-image" => Fate::Unready,
                "fix-image" | "calm-image" => Fate::Runs,
                _ => return Err(format!("nobody knows how to do \"{what}\"")),
            };
            surroundings.befall(text(deed, "/image"), fate);
            return Ok(Touched::Surroundings);
        }
        _ => return Err(format!("nobody knows how to do \"{what}\"")),
    }
    Ok(Touched::Objects)
}

fn next_image(deed: &mut Value) -> Result<String, String> {
    if let Some(images) = deed.get_mut("images").and_then(Value::as_array_mut).filter(|images| !images.is_empty()) {
        let image = images.remove(0);
        images.push(image.clone());
        return Ok(image.as_str().unwrap_or_default().to_owned());
    }
    let image = text(deed, "/image");
    if image.is_empty() { Err("set-image needs `image` or `images`".to_owned()) } else { Ok(image.to_owned()) }
}

/// Sets the image of the first container; `:tag` keeps the repository.
fn set_image(rollout: &mut Value, image: &str) {
    let Some(container) = rollout.pointer_mut("/spec/template/spec/containers/0") else { return };
    let whole = match image.strip_prefix(':') {
        Some(tag) => {
            let present = text(container, "/image");
            let name_from = present.rfind('/').map_or(0, |slash| slash + 1);
            let end = present[name_from..].find(':').map_or(present.len(), |colon| name_from + colon);
            format!("{}:{tag}", &present[..end])
        }
        None => image.to_owned(),
    };
    set(container, &["image"], json!(whole));
}

fn kind_of(name: &str) -> Result<&'static Kind, String> {
    KINDS.iter().copied().find(|kind| kind.kind == name).ok_or_else(|| format!("no kind is called \"{name}\""))
}

/// What a person applies is filled in as by a server, so that a later write changes nothing else.
fn apply(store: &Store, mut manifest: Value) -> Result<(), String> {
    let kind = kind_of(text(&manifest, "/kind"))?;
    let (namespace, name) =
        (text(&manifest, "/metadata/namespace").to_owned(), text(&manifest, "/metadata/name").to_owned());
    if store.get(kind, &namespace, &name).is_none() {
        defaults::fill(kind, &mut manifest, None, Numbers::of(store, false));
        store.create(kind, manifest).map_err(|refused| refused.to_string())?;
        return Ok(());
    }
    let merged = store.modify::<Refused>(kind, &namespace, &name, Part::Main, |object| {
        let before = object.clone();
        json_patch::merge(object, &manifest);
        defaults::fill(kind, object, Some(&before), Numbers::after(&before));
        Ok(())
    });
    merged.map(|_| ()).map_err(|refused| refused.to_string())
}

/// A Rollout that something is done to.
struct Place<'a> {
    store: &'a Store,
    namespace: &'a str,
    name: &'a str,
}

impl Place<'_> {
    fn spec(&self, change: impl FnOnce(&mut Value)) -> Result<(), String> {
        let written = self.store.modify::<Refused>(&ROLLOUTS, self.namespace, self.name, Part::Main, |rollout| {
            change(rollout);
            Ok(())
        });
        written.map(|_| ()).map_err(|refused| refused.to_string())
    }

    /// Changes the object that holds the pod template: the Rollout, or the Deployment that it refers to.
    fn template(&self, change: impl FnOnce(&mut Value)) -> Result<(), String> {
        let rollout = self.rollout()?;
        let workload = text(&rollout, "/spec/workloadRef/name");
        if workload.is_empty() {
            return self.spec(change);
        }
        let written = self.store.modify::<Refused>(&DEPLOYMENTS, self.namespace, workload, Part::Main, |object| {
            change(object);
            Ok(())
        });
        written.map(|_| ()).map_err(|refused| refused.to_string())
    }

    fn status(&self, patch: &Value) -> Result<(), String> {
        let written = self.store.modify::<Refused>(&ROLLOUTS, self.namespace, self.name, Part::Status, |rollout| {
            json_patch::merge(rollout, &json!({ "status": patch }));
            Ok(())
        });
        written.map(|_| ()).map_err(|refused| refused.to_string())
    }

    fn rollout(&self) -> Result<std::sync::Arc<Value>, String> {
        let rollout = self.store.get(&ROLLOUTS, self.namespace, self.name);
        rollout.ok_or_else(|| format!("rollouts.argoproj.io \"{}\" not found", self.name))
    }

    /// As the plugin: it clears the pause, or skips the step that runs, and ends a pause by hand.
    fn promote(&self) -> Result<(), String> {
        let rollout = self.rollout()?;
        let list = |pointer: &str| rollout.pointer(pointer).and_then(Value::as_array).map_or(0, Vec::len);
        let steps = i64::try_from(list("/spec/strategy/canary/steps")).unwrap_or(0);
        let index = number(&rollout, "/status/currentStepIndex").unwrap_or(0);
        if list("/status/pauseConditions") > 0 {
            self.status(&json!({"pauseConditions": null}))?;
        } else if steps > 0 {
            let next = if index < steps { index + 1 } else { index };
            self.status(&json!({"pauseConditions": null, "currentStepIndex": next}))?;
        }
        if rollout.pointer("/spec/paused") == Some(&Value::Bool(true)) {
            self.spec(|rollout| set(rollout, &["spec", "paused"], json!(false)))?;
        }
        Ok(())
    }

    /// Back to the second highest revision.
    fn undo(&self) -> Result<(), String> {
        let rollout = self.rollout()?;
        let uid = text(&rollout, "/metadata/uid");
        let mut sets = self.store.list(&REPLICA_SETS, Some(self.namespace)).0;
        sets.retain(|set| text(set, "/metadata/ownerReferences/0/uid") == uid);
        sets.sort_by_key(|set| {
            let revision = set.pointer("/metadata/annotations").and_then(|map| map.get("rollout.argoproj.io/revision"));
            std::cmp::Reverse(revision.and_then(Value::as_str).and_then(|text| text.parse::<i64>().ok()).unwrap_or(0))
        });
        let before = sets.get(1).ok_or("there is no earlier revision")?;
        let mut template = before.pointer("/spec/template").cloned().unwrap_or_default();
        if let Some(labels) = template.pointer_mut("/metadata/labels").and_then(Value::as_object_mut) {
            labels.remove("rollouts-pod-template-hash");
        }
        self.template(|owner| set(owner, &["spec", "template"], template))
    }

    fn tell(&self, kind: &str, reason: &str, message: &str) -> Result<(), String> {
        let rollout = self.rollout()?;
        let now = self.store.clock().now();
        let made = self.store.create(
            &EVENTS,
            json!({
                "metadata": {"name": format!("{}.{:x}", self.name, now.as_nanosecond()), "namespace": self.namespace},
                "involvedObject": {
                    "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": self.name,
                    "namespace": self.namespace, "uid": text(&rollout, "/metadata/uid"),
                },
                "type": kind, "reason": reason, "message": message, "count": 1, "eventTime": null,
                "firstTimestamp": stamp(now), "lastTimestamp": stamp(now), "source": {"component": "policy-agent"},
                "reportingComponent": "policy-agent", "reportingInstance": "",
            }),
        );
        made.map(|_| ()).map_err(|refused| refused.to_string())
    }

    fn delete_pod(&self) -> Result<(), String> {
        let pod = self.youngest_pod()?;
        mark_deleted(self.store, self.namespace, text(&pod, "/metadata/name"));
        Ok(())
    }

    fn evict_pod(&self) -> Result<(), String> {
        let pod = self.youngest_pod()?;
        let container = text(&pod, "/spec/containers/0/name");
        let message = format!(
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 71640Ki. Container {container} was using 431248Ki, request is 128Mi, has larger consumption of memory. "
        );
        let name = text(&pod, "/metadata/name");
        let written = self.store.modify::<Refused>(&PODS, self.namespace, name, Part::Status, |pod| {
            let start = pod.pointer("/status/startTime").cloned().unwrap_or_default();
            let status = json!({"phase": "Failed", "reason": "Evicted", "message": message, "startTime": start});
            set(pod, &["status"], status);
            Ok(())
        });
        written.map(|_| ()).map_err(|refused| refused.to_string())
    }

    /// The youngest pod that is not on its way out.
    fn youngest_pod(&self) -> Result<std::sync::Arc<Value>, String> {
        let rollout = self.rollout()?;
        let uid = text(&rollout, "/metadata/uid");
        let sets = self.store.list(&REPLICA_SETS, Some(self.namespace)).0;
        let mine = |pod: &Value| {
            sets.iter().any(|set| {
                text(set, "/metadata/ownerReferences/0/uid") == uid
                    && text(set, "/metadata/uid") == text(pod, "/metadata/ownerReferences/0/uid")
            })
        };
        let mut pods = self.store.list(&PODS, Some(self.namespace)).0;
        let ended = |pod: &Value| matches!(text(pod, "/status/phase"), "Succeeded" | "Failed");
        pods.retain(|pod| mine(pod) && pod.pointer("/metadata/deletionTimestamp").is_none() && !ended(pod));
        let youngest = pods.into_iter().max_by_key(|pod| text(pod, "/metadata/creationTimestamp").to_owned());
        youngest.ok_or_else(|| format!("{} has no pod", self.name))
    }

    fn renumber(&self, revision: i64) -> Result<(), String> {
        let rollout = self.rollout()?;
        let uid = text(&rollout, "/metadata/uid");
        for object in self.store.list(&REPLICA_SETS, Some(self.namespace)).0 {
            if text(&object, "/metadata/ownerReferences/0/uid") != uid {
                continue;
            }
            let written = self.store.modify::<Refused>(
                &REPLICA_SETS,
                self.namespace,
                text(&object, "/metadata/name"),
                Part::Main,
                |object| {
                    set(
                        object,
                        &["metadata", "annotations", "rollout.argoproj.io/revision"],
                        json!(revision.to_string()),
                    );
                    Ok(())
                },
            );
            written.map_err(|refused| refused.to_string())?;
        }
        Ok(())
    }
}
