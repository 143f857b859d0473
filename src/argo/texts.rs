//! Texts: a visit to every text of an object, so that whoever takes objects from outside can clean them once, at the
//! border. This room does not know how texts are cleaned.
//!
//! The `resourceVersion` is not visited: it is opaque, is never shown, and has to go back as it came.

use super::lenient::IntOrString;
use super::meta::{Meta, Owner, Writer};
use super::pairs::Pairs;
use super::pod::{ContainerState, ContainerStatus, Pod, PodContainer, PodSpec, PodStatus, StateReason};
use super::replicaset::{ReplicaSet, ReplicaSetSpec, ReplicaSetStatus};
use super::rollout::{
    BlueGreen, BlueGreenStatus, Canary, CanaryStatus, Condition, Container, LabelExpression, LabelSelector,
    PauseCondition, PodTemplate, PodTemplateSpec, Rollout, RolloutSpec, RolloutStatus, RunStatus, Step, StepKind,
    Strategy, TrafficRouting, WorkloadRef,
};
use serde_json::Value;
use std::sync::Arc;

/// What is done to a text: `Some` replaces it, `None` leaves it untouched (and allocates nothing).
pub type Change<'a> = &'a dyn Fn(&str) -> Option<String>;

/// An object whose texts can be visited.
pub trait Texts {
    /// Applies `change` to every text.
    fn each_text(&mut self, change: Change<'_>);
}

impl Texts for Box<str> {
    fn each_text(&mut self, change: Change<'_>) {
        if let Some(text) = change(self) {
            *self = text.into();
        }
    }
}

impl Texts for Arc<str> {
    fn each_text(&mut self, change: Change<'_>) {
        if let Some(text) = change(self) {
            *self = text.into();
        }
    }
}

impl<T: Texts> Texts for Option<T> {
    fn each_text(&mut self, change: Change<'_>) {
        if let Some(inner) = self {
            inner.each_text(change);
        }
    }
}

impl<T: Texts> Texts for Vec<T> {
    fn each_text(&mut self, change: Change<'_>) {
        for inner in self {
            inner.each_text(change);
        }
    }
}

impl<T: Texts> Texts for Box<T> {
    fn each_text(&mut self, change: Change<'_>) {
        (**self).each_text(change);
    }
}

impl<T: Texts> Texts for Box<[T]> {
    fn each_text(&mut self, change: Change<'_>) {
        for inner in self {
            inner.each_text(change);
        }
    }
}

impl<T: Texts + Clone> Texts for Arc<[T]> {
    fn each_text(&mut self, change: Change<'_>) {
        for inner in Arc::make_mut(self) {
            inner.each_text(change);
        }
    }
}

impl Texts for Pairs {
    fn each_text(&mut self, change: Change<'_>) {
        self.each(|text| text.each_text(change));
    }
}

impl Texts for IntOrString {
    fn each_text(&mut self, change: Change<'_>) {
        if let Self::Text(text) = self {
            text.each_text(change);
        }
    }
}

impl Texts for StepKind {
    fn each_text(&mut self, change: Change<'_>) {
        match self {
            Self::Pause(duration) => duration.each_text(change),
            Self::SetHeaderRoute(name) | Self::SetMirrorRoute(name) | Self::Plugin(name) | Self::Unknown(name) => {
                name.each_text(change);
            }
            Self::Analysis(names) => names.each_text(change),
            Self::SetWeight(_) | Self::SetCanaryScale | Self::Experiment | Self::Invalid => {}
        }
    }
}

impl Texts for Step {
    /// The raw text is changed inside its strings, so that it stays JSON.
    fn each_text(&mut self, change: Change<'_>) {
        self.kind.each_text(change);
        if let Ok(mut value) = serde_json::from_str::<Value>(&self.raw)
            && strings(&mut value, change)
        {
            self.raw = value.to_string().into();
        }
    }
}

/// Changes the strings and keys of a JSON value; tells whether there was anything to change.
fn strings(value: &mut Value, change: Change<'_>) -> bool {
    match value {
        Value::String(text) => change(text).map(|new| *text = new).is_some(),
        Value::Array(items) => items.iter_mut().fold(false, |changed, item| strings(item, change) | changed),
        Value::Object(fields) => {
            let changed = fields.values_mut().fold(false, |changed, item| strings(item, change) | changed);
            if fields.keys().any(|key| change(key).is_some()) {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, value)| (change(&key).unwrap_or(key), value))
                    .collect();
                return true;
            }
            changed
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Visits the named fields.
macro_rules! visits {
    ($($kind:ty { $($field:ident),* $(,)? })*) => {$(
        impl Texts for $kind {
            fn each_text(&mut self, change: Change<'_>) {
                $(self.$field.each_text(change);)*
            }
        }
    )*};
}

visits! {
    Meta { name, namespace, uid, labels, annotations, owners, writers }
    Owner { kind, name, uid }
    Writer { manager, operation, subresource }
    Rollout { meta, spec, status, unreadable }
    RolloutSpec { selector, template, workload_ref, strategy }
    LabelSelector { match_labels, match_expressions }
    LabelExpression { key, operator, values }
    PodTemplate { spec }
    PodTemplateSpec { containers, init_containers }
    Container { name, image }
    WorkloadRef { kind, name, scale_down }
    Strategy { canary, blue_green }
    Canary { steps, canary_service, stable_service, max_surge, max_unavailable, traffic_routing }
    TrafficRouting { routers }
    BlueGreen { active_service, preview_service }
    RolloutStatus {
        phase, message, conditions, pause_conditions, current_step_hash, current_pod_hash, stable_rs,
        observed_generation, workload_observed_generation, selector, canary, blue_green,
    }
    Condition { kind, status, reason, message }
    PauseCondition { reason }
    CanaryStatus {
        current_step_analysis_run_status, current_background_analysis_run_status, current_experiment, stable_ping_pong,
    }
    RunStatus { name, status, message }
    BlueGreenStatus {
        active_selector, preview_selector, pre_promotion_analysis_run_status, post_promotion_analysis_run_status,
    }
    ReplicaSet { meta, spec, status }
    ReplicaSetSpec { template }
    ReplicaSetStatus { conditions }
    Pod { meta, spec, status }
    PodSpec { node_name, containers, init_containers }
    PodContainer { name, restart_policy }
    PodStatus { phase, reason, message, conditions, container_statuses, init_container_statuses }
    ContainerStatus { name, state }
    ContainerState { waiting, terminated }
    StateReason { reason, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn stars(text: &str) -> Option<String> {
        text.contains('\u{1b}').then(|| text.replace('\u{1b}', "*"))
    }

    #[test]
    fn every_text_of_an_object_is_visited() {
        let e = "x\u{1b}";
        let condition = json!({"type": e, "status": e, "reason": e, "message": e});
        let run = json!({"name": e, "status": e, "message": e});
        let value = json!({
            "metadata": {"name": e, "namespace": e, "uid": e, "labels": {e: e}, "annotations": {e: e},
                "ownerReferences": [{"kind": e, "name": e, "uid": e}],
                "managedFields": [{"manager": e, "operation": e, "subresource": e}]},
            "spec": {
                "selector": {"matchLabels": {e: e}, "matchExpressions": [{"key": e, "operator": e, "values": [e]}]},
                "template": {"spec": {"containers": [{"name": e, "image": e}], "initContainers": [{"name": e, "image": e}]}},
                "workloadRef": {"kind": e, "name": e, "scaleDown": e},
                "strategy": {"blueGreen": {"activeService": e, "previewService": e}, "canary": {
                    "canaryService": e, "stableService": e, "maxSurge": e, "maxUnavailable": e,
                    "trafficRouting": {e: {}},
                    "steps": [{"pause": {"duration": e}}, {"setHeaderRoute": {"name": e}}, {"setMirrorRoute": {"name": e}},
                        {"plugin": {"name": e, "config": [e, {e: e}]}}, {"analysis": {"templates": [{"templateName": e}]}}, {e: e}]}}},
            "status": {"phase": e, "message": e, "conditions": [condition], "pauseConditions": [{"reason": e}],
                "currentStepHash": e, "currentPodHash": e, "stableRS": e, "observedGeneration": e,
                "workloadObservedGeneration": e, "selector": e,
                "canary": {"currentStepAnalysisRunStatus": run, "currentBackgroundAnalysisRunStatus": run,
                    "currentExperiment": e, "stablePingPong": e},
                "blueGreen": {"activeSelector": e, "previewSelector": e, "prePromotionAnalysisRunStatus": run,
                    "postPromotionAnalysisRunStatus": run}}});
        let mut rollout = Rollout::decode(&value);
        assert_eq!(rollout.unreadable, None);
        assert!(format!("{rollout:?}").contains("\\u{1b}"));
        rollout.each_text(&stars);
        let text = format!("{rollout:?}");
        // Debug writes an escape as `\u{1b}`, the raw JSON inside it as `\\u001b`.
        assert!(!text.contains("1b"), "{text}");
        for step in rollout.spec.strategy.canary.unwrap().steps.iter() {
            serde_json::from_str::<Value>(&step.raw).unwrap();
        }
        let mut pod: Pod = serde_json::from_value(json!({
            "metadata": {"name": e}, "spec": {"nodeName": e, "containers": [{"name": e, "restartPolicy": e}], "initContainers": [{"name": e}]},
            "status": {"phase": e, "reason": e, "message": e, "conditions": [condition],
                "containerStatuses": [{"name": e, "state": {"waiting": {"reason": e, "message": e}}}],
                "initContainerStatuses": [{"name": e, "state": {"terminated": {"reason": e, "message": e}}}]}}))
        .unwrap();
        pod.each_text(&stars);
        assert!(!format!("{pod:?}").contains("1b"));
        let mut set: ReplicaSet = serde_json::from_value(json!({"metadata": {"name": e},
            "spec": {"template": {"spec": {"containers": [{"image": e}]}}}, "status": {"conditions": [condition]}}))
        .unwrap();
        set.each_text(&stars);
        assert!(!format!("{set:?}").contains("1b"));
    }

    #[test]
    fn the_resource_version_stays_as_it_came() {
        let mut rollout = Rollout::decode(&json!({"metadata": {"name": "a", "resourceVersion": "\u{1b}7"}}));
        rollout.each_text(&stars);
        assert_eq!(&*rollout.meta.resource_version, "\u{1b}7");
    }
}
