//! Texts: a visit to every text of an object, so that whoever takes objects from outside can clean them once, at the
//! border. This room does not know how texts are cleaned.
//!
//! The `resourceVersion` is not visited: it is opaque, is never shown, and has to go back as it came.

use super::analysis::{
    AnalysisRun, AnalysisRunSpec, AnalysisRunStatus, Argument, Measurement, Metric, MetricName, MetricResult,
};
use super::event::{Involved, KubeEvent, Source};
use super::experiment::{
    Experiment, ExperimentAnalysis, ExperimentRun, ExperimentSpec, ExperimentStatus, ExperimentTemplate, TemplateStatus,
};
use super::lenient::IntOrString;
use super::meta::{Meta, Owner, Writer};
use super::pairs::Pairs;
use super::pod::{ContainerState, ContainerStatus, Pod, PodContainer, PodSpec, PodStatus, StateReason};
use super::replicaset::{ReplicaSet, ReplicaSetSpec, ReplicaSetStatus};
use super::rollout::{
    AnalysisSpec, BlueGreen, BlueGreenStatus, Canary, CanaryStatus, Condition, Container, LabelExpression,
    LabelSelector, PauseCondition, PluginStatus, PodTemplate, PodTemplateSpec, ProgressThreshold, RoleMetadata,
    Rollout, RolloutSpec, RolloutStatus, RunStatus, Step, StepKind, Strategy, TemplateName, TrafficRouting,
    TrafficWeights, WeightEntry, WorkloadRef,
};
use super::workload::{ScaleTarget, Scaler, ScalerSpec, Workload, WorkloadSpec};
use serde_json::Value;
use std::collections::BTreeMap;
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

impl<K: Texts + Ord, V: Texts> Texts for BTreeMap<K, V> {
    fn each_text(&mut self, change: Change<'_>) {
        *self = std::mem::take(self)
            .into_iter()
            .map(|(mut key, mut value)| {
                key.each_text(change);
                value.each_text(change);
                (key, value)
            })
            .collect();
    }
}

impl Texts for Value {
    fn each_text(&mut self, change: Change<'_>) {
        strings(self, change);
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
    AnalysisRun { meta, spec, status, unreadable }
    AnalysisRunSpec { metrics, args, dry_run, measurement_retention }
    MetricName { metric_name, limit }
    Argument { name, value, value_from }
    Metric {
        name, provider, interval, initial_delay, count, failure_limit, inconclusive_limit, consecutive_error_limit,
        consecutive_success_limit, success_condition, failure_condition,
    }
    AnalysisRunStatus { phase, message, metric_results }
    MetricResult { name, phase, message, measurements, metadata }
    Measurement { phase, message, value, metadata }
    Experiment { meta, spec, status, unreadable }
    ExperimentSpec { templates, duration, analyses }
    ExperimentTemplate { name }
    ExperimentAnalysis { name, template_name }
    ExperimentStatus { phase, message, template_statuses, analysis_runs, conditions }
    TemplateStatus { name, status, message, pod_template_hash }
    ExperimentRun { name, analysis_run, phase, message }
    KubeEvent { meta, about, reason, message, kind, source, reporting_component }
    Involved { kind, name, namespace, uid, field_path }
    Source { component }
    Workload { kind, meta, spec }
    WorkloadSpec { template }
    Scaler { meta, spec }
    ScalerSpec { scale_target_ref }
    ScaleTarget { kind, name }
    Rollout { meta, spec, status, unreadable }
    RolloutSpec { selector, template, workload_ref, strategy }
    LabelSelector { match_labels, match_expressions }
    LabelExpression { key, operator, values }
    PodTemplate { spec }
    PodTemplateSpec { containers, init_containers }
    Container { name, image }
    WorkloadRef { api_version, kind, name, scale_down }
    Strategy { canary, blue_green }
    Canary {
        steps, canary_service, stable_service, max_surge, max_unavailable, traffic_routing, analysis,
        replica_progress_threshold, canary_metadata, stable_metadata,
    }
    AnalysisSpec { templates }
    TemplateName { template_name }
    ProgressThreshold { kind }
    RoleMetadata { labels, annotations }
    TrafficRouting { routers }
    BlueGreen {
        active_service, preview_service, preview_metadata, active_metadata, pre_promotion_analysis,
        post_promotion_analysis,
    }
    RolloutStatus {
        phase, message, conditions, pause_conditions, current_step_hash, current_pod_hash, stable_rs,
        observed_generation, workload_observed_generation, selector, canary, blue_green,
    }
    Condition { kind, status, reason, message }
    PauseCondition { reason }
    TrafficWeights { canary, stable, additional }
    WeightEntry { service_name, pod_template_hash }
    PluginStatus { name, operation, phase, message, backoff }
    CanaryStatus {
        weights, step_plugin_statuses, current_step_analysis_run_status, current_background_analysis_run_status, current_experiment, stable_ping_pong,
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
                "workloadRef": {"apiVersion": e, "kind": e, "name": e, "scaleDown": e},
                "strategy": {"blueGreen": {"activeService": e, "previewService": e, "activeMetadata": {"labels": {e: e}},
                    "previewMetadata": {"annotations": {e: e}}, "prePromotionAnalysis": {"templates": [{"templateName": e}]},
                    "postPromotionAnalysis": {"templates": [{"templateName": e}]}}, "canary": {
                    "analysis": {"templates": [{"templateName": e}]}, "replicaProgressThreshold": {"type": e},
                    "canaryMetadata": {"labels": {e: e}}, "stableMetadata": {"labels": {e: e}},
                    "canaryService": e, "stableService": e, "maxSurge": e, "maxUnavailable": e,
                    "trafficRouting": {e: {}},
                    "steps": [{"pause": {"duration": e}}, {"setHeaderRoute": {"name": e}}, {"setMirrorRoute": {"name": e}},
                        {"plugin": {"name": e, "config": [e, {e: e}]}}, {"analysis": {"templates": [{"templateName": e}]}}, {e: e}]}}},
            "status": {"phase": e, "message": e, "conditions": [condition], "pauseConditions": [{"reason": e}],
                "currentStepHash": e, "currentPodHash": e, "stableRS": e, "observedGeneration": e,
                "workloadObservedGeneration": e, "selector": e,
                "canary": {"weights": {"canary": {"serviceName": e}, "stable": {"podTemplateHash": e}, "additional": [{"serviceName": e}]},
                    "stepPluginStatuses": [{"name": e, "operation": e, "phase": e, "message": e, "backoff": e}],
                    "currentStepAnalysisRunStatus": run, "currentBackgroundAnalysisRunStatus": run,
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
    fn every_text_of_what_belongs_to_a_rollout_is_visited() {
        fn visited<T: Texts + std::fmt::Debug>(mut object: T) {
            assert!(format!("{object:?}").contains("\\u{1b}"));
            object.each_text(&stars);
            let text = format!("{object:?}");
            assert!(!text.contains("1b"), "{text}");
        }
        let e = "x\u{1b}";
        visited(AnalysisRun::decode(&json!({"metadata": {"name": e}, "spec": {
                "args": [{"name": e, "value": e, "valueFrom": {"secretKeyRef": {"name": e}}}],
                "dryRun": [{"metricName": e}], "measurementRetention": [{"metricName": e, "limit": e}],
                "metrics": [{"name": e, "provider": {e: {e: [e]}}, "interval": e, "initialDelay": e, "count": e,
                    "failureLimit": e, "inconclusiveLimit": e, "consecutiveErrorLimit": e, "consecutiveSuccessLimit": e,
                    "successCondition": e, "failureCondition": e}]},
            "status": {"phase": e, "message": e, "metricResults": [{"name": e, "phase": e, "message": e, "metadata": {e: e},
                "measurements": [{"phase": e, "message": e, "value": e, "metadata": {e: e}}]}]}})));
        let condition = json!({"type": e, "status": e, "reason": e, "message": e});
        visited(Experiment::decode(&json!({"metadata": {"name": e},
            "spec": {"templates": [{"name": e}], "duration": e, "analyses": [{"name": e, "templateName": e}]},
            "status": {"phase": e, "message": e, "conditions": [condition],
                "templateStatuses": [{"name": e, "status": e, "message": e, "podTemplateHash": e}],
                "analysisRuns": [{"name": e, "analysisRun": e, "phase": e, "message": e}]}})));
        let event = json!({"metadata": {"name": e}, "involvedObject": {"kind": e, "name": e, "namespace": e, "uid": e, "fieldPath": e},
            "reason": e, "message": e, "type": e, "source": {"component": e}, "reportingComponent": e});
        visited(serde_json::from_value::<KubeEvent>(event).unwrap());
        let template = json!({"spec": {"containers": [{"name": e, "image": e}]}});
        visited(Workload::decode(e, &json!({"metadata": {"name": e}, "spec": {"template": template}})).unwrap());
        let scaler = json!({"metadata": {"name": e}, "spec": {"scaleTargetRef": {"kind": e, "name": e}}});
        visited(serde_json::from_value::<Scaler>(scaler).unwrap());
    }

    #[test]
    fn the_resource_version_stays_as_it_came() {
        let mut rollout = Rollout::decode(&json!({"metadata": {"name": "a", "resourceVersion": "\u{1b}7"}}));
        rollout.each_text(&stars);
        assert_eq!(&*rollout.meta.resource_version, "\u{1b}7");
    }
}
