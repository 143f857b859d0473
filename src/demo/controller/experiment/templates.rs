//! The ReplicaSets of an Experiment's templates, and the Services of those that have one: created without pods, scaled
//! up, watched, and after the end kept for a while and scaled down.

use super::Look;
use super::status::TemplateStatus;
use crate::demo::controller::analysis::status::is_completed;
use crate::demo::controller::json::{annotation, label, list, number, remove, set, text, time};
use crate::demo::controller::random::safe_hash;
use crate::demo::controller::spec::HASH_LABEL;
use crate::demo::store::{Part, REPLICA_SETS, Refused, SERVICES, stamp};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::sync::Arc;

const DEADLINE: &str = "scale-down-deadline";
/// How long the pods stay after the end, seconds.
const SCALE_DOWN_DELAY: i64 = 30;

impl Look<'_> {
    /// How many pods a template is to have now.
    pub(super) fn wanted(&self, name: &str) -> i64 {
        if is_completed(&self.before.phase) {
            return 0;
        }
        let template = list(self.object, "/spec/templates").iter().find(|template| text(template, "/name") == name);
        template.and_then(|template| number(template, "/replicas")).unwrap_or(1).max(0)
    }

    /// Brings the ReplicaSet of a template to what it is to be, and its status to what it is.
    pub(super) fn template(&mut self, template: &Value) {
        let name = text(template, "/name").to_owned();
        let known = self.before.template(&name).cloned();
        let mut status = known.unwrap_or_else(|| TemplateStatus { name: name.clone(), ..TemplateStatus::default() });
        let prior = status.clone();
        let wanted = self.wanted(&name);
        let mut present = self.replica_set(&name);
        if let Some(set) = present.clone() {
            if template.get("service").is_some_and(Value::is_object) && wanted > 0 {
                self.service(template, &set, &mut status);
            }
            present = self.scale(&set, wanted, &mut status);
        } else {
            present = self.create(template, &mut status);
            if present.is_some() {
                status.last_transition_time = Some(stamp(self.now));
            }
        }
        let count =
            |field: &str| present.as_ref().and_then(|set| number(set, &format!("/status/{field}"))).unwrap_or(0);
        status.replicas = count("replicas");
        status.updated_replicas = count("replicas");
        status.ready_replicas = count("readyReplicas");
        status.available_replicas = count("availableReplicas");
        let counts = |one: &TemplateStatus| [one.replicas, one.ready_replicas, one.available_replicas];
        if counts(&prior) != counts(&status) {
            status.last_transition_time = Some(stamp(self.now));
        }
        if !matches!(status.status.as_str(), "Successful" | "Failed" | "Error") {
            self.assess(&mut status, wanted);
        }
        if status.status != prior.status {
            let mut message = format!("Template '{name}' transitioned from {} -> {}", prior.status, status.status);
            if !status.message.is_empty() {
                message = format!("{message}: {}", status.message);
            }
            let kind = if matches!(status.status.as_str(), "Failed" | "Error") { "Warning" } else { "Normal" };
            self.tell(kind, &format!("Template{}", status.status), &message);
        }
        self.after.set_template(status);
    }

    fn assess(&self, status: &mut TemplateStatus, wanted: i64) {
        let up = status.available_replicas == wanted;
        let since = status.last_transition_time.as_deref().and_then(time).unwrap_or(self.now);
        let limit = self.deadline_seconds();
        let end = since.saturating_add(SignedDuration::from_secs(limit)).unwrap_or(since);
        let is = if up && (self.is_over() || self.terminating) {
            "Successful"
        } else if up {
            "Running"
        } else if self.now > end {
            status.message = format!("Template '{}' exceeded its progressDeadlineSeconds ({limit})", status.name);
            "Failed"
        } else if self.terminating {
            "Successful"
        } else {
            "Progressing"
        };
        is.clone_into(&mut status.status);
    }

    fn replica_set(&self, template: &str) -> Option<Arc<Value>> {
        let uid = text(self.object, "/metadata/uid");
        let (all, _) = self.store.list(&REPLICA_SETS, Some(self.namespace()));
        all.into_iter().find(|set| {
            crate::demo::controller::json::controller_of(set) == uid
                && annotation(set, "experiment.argoproj.io/template-name") == template
        })
    }

    /// Creates the ReplicaSet of a template, without pods.
    fn create(&self, template: &Value, status: &mut TemplateStatus) -> Option<Arc<Value>> {
        let name = text(template, "/name");
        let mut pod = template.get("template").cloned().unwrap_or_else(|| json!({}));
        remove(&mut pod, &["metadata", "labels", HASH_LABEL]);
        // Of the template's own name too: a candidate is no canary, whatever its pods are made of.
        let hash = safe_hash(format!("{}/{name}/{pod}", self.name()).as_bytes());
        set(&mut pod, &["metadata", "labels", HASH_LABEL], json!(hash));
        let mut selector = template.get("selector").cloned().unwrap_or_else(|| json!({}));
        set(&mut selector, &["matchLabels", HASH_LABEL], json!(hash));
        let labels = pod.pointer("/metadata/labels").cloned().unwrap_or_default();
        let mut object = json!({
            "apiVersion": "apps/v1", "kind": "ReplicaSet",
            "metadata": {
                "name": format!("{}-{name}", self.name()), "namespace": self.namespace(), "labels": labels,
                "annotations": {
                    "experiment.argoproj.io/name": self.name(), "experiment.argoproj.io/template-name": name,
                },
                "ownerReferences": self.as_owner(),
            },
            "spec": {"replicas": 0, "selector": selector, "template": pod},
            "status": {"replicas": 0},
        });
        if let Some(seconds) = number(template, "/minReadySeconds").filter(|seconds| *seconds > 0) {
            set(&mut object, &["spec", "minReadySeconds"], json!(seconds));
        }
        match self.store.create(&REPLICA_SETS, object) {
            Ok(created) => Some(created),
            Err(refused) => {
                "Error".clone_into(&mut status.status);
                status.message = format!("Failed to create ReplicaSet for template '{name}': {refused}");
                None
            }
        }
    }

    pub(super) fn as_owner(&self) -> Value {
        json!([{
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Experiment", "name": self.name(),
            "uid": text(self.object, "/metadata/uid"), "controller": true, "blockOwnerDeletion": true,
        }])
    }

    /// Scales the ReplicaSet of a template; after the end only when its deadline has passed.
    fn scale(&mut self, present: &Arc<Value>, wanted: i64, status: &mut TemplateStatus) -> Option<Arc<Value>> {
        let name = text(present, "/metadata/name").to_owned();
        let size = number(present, "/spec/replicas").unwrap_or(0);
        if size == wanted {
            return Some(present.clone());
        }
        if wanted == 0 {
            let seconds = number(self.object, "/spec/scaleDownDelaySeconds").unwrap_or(SCALE_DOWN_DELAY);
            let deadline = time(annotation(present, DEADLINE));
            let deadline = deadline.or_else(|| {
                let end = self.now.saturating_add(SignedDuration::from_secs(seconds)).ok()?;
                // One that is gone needs no deadline.
                let _ = self.store.modify::<Refused>(&REPLICA_SETS, self.namespace(), &name, Part::Main, |set_| {
                    set(set_, &["metadata", "annotations", DEADLINE], json!(stamp(end)));
                    Ok(())
                });
                time(&stamp(end))
            });
            if let Some(deadline) = deadline.filter(|deadline| seconds > 0 && *deadline > self.now) {
                self.wake_at(deadline);
                return self.store.get(&REPLICA_SETS, self.namespace(), &name);
            }
        }
        status.last_transition_time = Some(stamp(self.now));
        let scaled = self.store.modify::<Refused>(&REPLICA_SETS, self.namespace(), &name, Part::Main, |object| {
            set(object, &["spec", "replicas"], json!(wanted));
            Ok(())
        });
        let scaled = scaled.ok();
        if scaled.is_some() {
            let way = if size < wanted { "up" } else { "down" };
            let message = format!("Scaled {way} ReplicaSet {name} from {size} to {wanted}");
            self.tell("Normal", "ScalingReplicaSet", &message);
        }
        if wanted == 0 && !status.service_name.is_empty() {
            // The Service is of no use without pods.
            let _ = self.store.delete(&SERVICES, self.namespace(), &status.service_name);
            status.service_name.clear();
            status.pod_template_hash.clear();
        }
        scaled
    }

    /// The Service of a template: of the ReplicaSet's name unless it has its own, with the ports of its containers.
    fn service(&self, template: &Value, present: &Value, status: &mut TemplateStatus) {
        if !status.service_name.is_empty() {
            return;
        }
        let own = text(template, "/service/name");
        let name = if own.is_empty() { text(present, "/metadata/name") } else { own };
        let hash = label(present, HASH_LABEL);
        let ports: Vec<Value> = list(present, "/spec/template/spec/containers")
            .iter()
            .flat_map(|container| list(container, "/ports"))
            .map(|port| {
                let number = port.get("containerPort").cloned().unwrap_or_default();
                let protocol = port.get("protocol").cloned().unwrap_or_else(|| json!("TCP"));
                let mut made = json!({"port": number, "targetPort": number, "protocol": protocol});
                if let Some(name) = port.get("name") {
                    set(&mut made, &["name"], name.clone());
                }
                made
            })
            .collect();
        if ports.is_empty() {
            return;
        }
        let service = json!({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {
                "name": name, "namespace": self.namespace(), "ownerReferences": self.as_owner(),
                "annotations": {
                    "experiment.argoproj.io/name": self.name(),
                    "experiment.argoproj.io/template-name": text(template, "/name"),
                },
            },
            "spec": {
                "ports": ports, "selector": present.pointer("/spec/selector/matchLabels"), "type": "ClusterIP",
            },
        });
        match self.store.create(&SERVICES, service) {
            Ok(_) => {}
            Err(Refused::Exists { .. }) if self.owns_service(name) => {}
            Err(refused) => {
                "Error".clone_into(&mut status.status);
                let template = text(template, "/name");
                status.message = format!("Failed to create Service {name} for template '{template}': {refused}");
                return;
            }
        }
        name.clone_into(&mut status.service_name);
        hash.clone_into(&mut status.pod_template_hash);
    }

    fn owns_service(&self, name: &str) -> bool {
        let uid = text(self.object, "/metadata/uid");
        let service = self.store.get(&SERVICES, self.namespace(), name);
        service.is_some_and(|service| crate::demo::controller::json::controller_of(&service) == uid)
    }
}
