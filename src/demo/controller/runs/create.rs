//! Making the runs of a Rollout: names, labels, annotations, arguments, and what is wrong with the templates it names.

use super::{INCONCLUSIVE, RunKind};
use crate::demo::controller::analysis::template::{self, Made};
use crate::demo::controller::json::{list, number, set, text};
use crate::demo::controller::pass::{INSTANCE_LABEL, Pass, REVISION};
use crate::demo::controller::spec::HASH_LABEL;
use crate::demo::store::Store;
use serde_json::{Map, Value, json};
use std::sync::Arc;

impl Pass<'_> {
    /// Creates the run of a kind.
    pub(super) fn create_run(&mut self, kind: RunKind, wanted: &Value, hash: &str) -> Option<Arc<Value>> {
        let index = self.before.current_step_index.unwrap_or(0).to_string();
        let infix = match kind {
            RunKind::Step => format!("-{index}"),
            RunKind::Background => String::new(),
            RunKind::PrePromotion => "-pre".to_owned(),
            RunKind::PostPromotion => "-post".to_owned(),
        };
        let revision = crate::demo::controller::json::annotation(&self.rollout, REVISION).to_owned();
        let mut labels = json!({"rollout-type": kind.name()});
        set(&mut labels, &[HASH_LABEL], json!(hash));
        if kind == RunKind::Step {
            set(&mut labels, &["step-index"], json!(index));
        }
        let selector = self.rollout.pointer("/spec/selector/matchLabels");
        merge(&mut labels, wanted.pointer("/analysisRunMetadata/labels"));
        merge(&mut labels, selector);
        let mut annotations = json!({});
        set(&mut annotations, &[REVISION], json!(revision));
        merge(&mut annotations, wanted.pointer("/analysisRunMetadata/annotations"));
        let args = self.arguments(list(wanted, "/args"));
        let made = Made {
            templates: list(wanted, "/templates"),
            args: &args,
            dry_run: list(wanted, "/dryRun"),
            retention: list(wanted, "/measurementRetention"),
        };
        let created = template::spec(self.store, &self.namespace, made).and_then(|spec| {
            let run = json!({
                "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun",
                "metadata": {
                    "name": format!("{}-{hash}-{revision}{infix}", self.name), "namespace": self.namespace,
                    "labels": labels, "annotations": annotations, "ownerReferences": self.as_owner(),
                },
                "spec": spec,
            });
            template::create(self.store, run)
        });
        created
            .inspect_err(|why| tracing::debug!(rollout = %self.name, %why, "an AnalysisRun could not be created"))
            .ok()
    }

    /// The reference to this Rollout as an owner.
    pub(super) fn as_owner(&self) -> Value {
        json!([{
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": self.name,
            "uid": text(&self.rollout, "/metadata/uid"), "controller": true, "blockOwnerDeletion": true,
        }])
    }

    /// Arguments with the values that they have for this Rollout; one whose value cannot be found stays without.
    pub(super) fn arguments(&self, given: &[Value]) -> Vec<Value> {
        let of = |argument: &Value| {
            let name = text(argument, "/name");
            let value = argument.get("value").cloned().or_else(|| {
                let hash = |at: Option<usize>| at.map(|at| json!(self.sets[at].hash));
                match text(argument, "/valueFrom/podTemplateHashValue") {
                    "Latest" => return hash(self.new),
                    "Stable" => return hash(self.stable),
                    _ => {}
                }
                let path = text(argument, "/valueFrom/fieldRef/fieldPath");
                (!path.is_empty()).then(|| field(&self.rollout, path)).flatten().map(Value::String)
            });
            match value {
                Some(value) => json!({"name": name, "value": value}),
                // A reference to a Secret is resolved by the run.
                None => argument
                    .pointer("/valueFrom/secretKeyRef")
                    .map_or_else(|| json!({"name": name}), |_| argument.clone()),
            }
        };
        given.iter().map(of).collect()
    }

    /// Whether an inconclusive end holds the update.
    pub(super) fn held_by_analysis(&self) -> bool {
        self.before.pause(INCONCLUSIVE).is_some()
    }
}

/// Puts the labels or annotations of one map into another.
pub fn merge(into: &mut Value, from: Option<&Value>) {
    for (name, value) in from.and_then(Value::as_object).into_iter().flatten() {
        set(into, &[name], value.clone());
    }
}

/// The text at a path such as `metadata.labels['env']` or `status.canary.weights.canary.weight`.
fn field(object: &Value, path: &str) -> Option<String> {
    let mut place = object;
    let mut rest = path;
    while !rest.is_empty() {
        let (key, after) = if let Some(inner) = rest.strip_prefix('[') {
            let end = inner.find(']')?;
            (inner[..end].trim_matches(['\'', '"']), &inner[end + 1..])
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            (&rest[..end], &rest[end..])
        };
        rest = after.strip_prefix('.').unwrap_or(after);
        place = match place {
            Value::Array(all) => all.get(key.parse::<usize>().ok()?)?,
            other => other.get(key)?,
        };
    }
    match place {
        Value::String(text) => Some(text.clone()),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

/// What is wrong with the templates that a Rollout names, as the condition's message says it (Argo Rollouts,
/// `pkg/apis/rollouts/validation/validation_references.go`).
pub fn problem(store: &Store, rollout: &Value) -> Option<String> {
    let namespace = text(rollout, "/metadata/namespace");
    let mut asked: Vec<(String, &Value)> = Vec::new();
    for (strategy, field) in
        [("blueGreen", "prePromotionAnalysis"), ("blueGreen", "postPromotionAnalysis"), ("canary", "analysis")]
    {
        if let Some(analysis) = rollout.pointer(&format!("/spec/strategy/{strategy}/{field}")) {
            asked.push((format!("spec.strategy.{strategy}.{field}.templates"), analysis));
        }
    }
    for (at, step) in list(rollout, "/spec/strategy/canary/steps").iter().enumerate() {
        if let Some(analysis) = step.get("analysis") {
            asked.push((format!("spec.strategy.canary.steps[{at}].analysis.templates"), analysis));
        }
    }
    for (place, analysis) in asked {
        let references = list(analysis, "/templates");
        if let Some((name, why)) = template::missing(store, namespace, references) {
            return Some(format!("{place}: Invalid value: \"{name}\": {why}"));
        }
        // Values that are only known later stand in for themselves.
        let known: Vec<Value> = list(analysis, "/args").iter().map(stand_in).collect();
        let made = Made {
            templates: references,
            args: &known,
            dry_run: list(analysis, "/dryRun"),
            retention: list(analysis, "/measurementRetention"),
        };
        if let Err(why) = template::spec(store, namespace, made) {
            let names: Vec<&str> = references.iter().map(|reference| text(reference, "/templateName")).collect();
            return Some(format!("{place}: Invalid value: \"templateNames: [{}]\": {why}", names.join(" ")));
        }
    }
    None
}

fn stand_in(argument: &Value) -> Value {
    if argument.get("valueFrom").is_some() {
        json!({"name": text(argument, "/name"), "value": "dummy-value"})
    } else {
        argument.clone()
    }
}

/// The Experiment of a step, before it has a free name (`GetExperimentFromTemplate`).
impl Pass<'_> {
    pub(super) fn new_experiment(&self, step: &Value) -> Option<Value> {
        let (new, stable) = (&self.sets[self.new?], &self.sets[self.stable?]);
        let index = self.before.current_step_index.unwrap_or(0);
        let revision = crate::demo::controller::json::annotation(&self.rollout, REVISION);
        let mut labels = self.rollout.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
        set(&mut labels, &[HASH_LABEL], json!(new.hash));
        let instance = crate::demo::controller::json::label(&self.rollout, INSTANCE_LABEL);
        if !instance.is_empty() {
            set(&mut labels, &[INSTANCE_LABEL], json!(instance));
        }
        let mut spec = Map::new();
        let templates = list(step, "/templates").iter();
        let templates: Vec<Value> = templates
            .map(|one| self.experiment_template(one, if text(one, "/specRef") == "canary" { new } else { stable }))
            .collect();
        spec.insert("templates".into(), Value::Array(templates));
        let analyses = list(step, "/analyses").iter().map(|analysis| {
            let mut one = analysis.clone();
            if analysis.get("args").is_some() {
                set(&mut one, &["args"], Value::Array(self.arguments(list(analysis, "/args"))));
            }
            one
        });
        let analyses: Vec<Value> = analyses.collect();
        if !analyses.is_empty() {
            spec.insert("analyses".into(), Value::Array(analyses));
        }
        for field in ["duration", "dryRun", "measurementRetention", "scaleDownDelaySeconds"] {
            if let Some(value) = step.get(field).filter(|value| !value.is_null()) {
                spec.insert(field.into(), value.clone());
            }
        }
        spec.insert(
            "analysisRunMetadata".into(),
            step.get("analysisRunMetadata").cloned().unwrap_or_else(|| json!({})),
        );
        if let Some(seconds) = number(&self.rollout, "/spec/progressDeadlineSeconds") {
            spec.insert("progressDeadlineSeconds".into(), json!(seconds));
        }
        let mut annotations = json!({});
        set(&mut annotations, &[REVISION], json!(revision));
        Some(json!({
            "apiVersion": "argoproj.io/v1alpha1", "kind": "Experiment",
            "metadata": {
                "name": format!("{}-{}-{revision}-{index}", self.name, new.hash), "namespace": self.namespace,
                "labels": labels, "annotations": annotations, "ownerReferences": self.as_owner(),
            },
            "spec": spec, "status": {},
        }))
    }

    fn experiment_template(&self, step: &Value, from: &crate::demo::controller::replicasets::Held) -> Value {
        let mut template = from.template.clone();
        set(&mut template, &["metadata", "labels", HASH_LABEL], json!(from.hash));
        let own = step.get("selector").filter(|selector| selector.is_object()).cloned();
        let mut selector = own.unwrap_or_else(|| {
            let mut selector = self.rollout.pointer("/spec/selector").cloned().unwrap_or_else(|| json!({}));
            set(&mut selector, &["matchLabels", HASH_LABEL], json!(from.hash));
            selector
        });
        for (name, value) in step.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten() {
            set(&mut template, &["metadata", "labels", name], value.clone());
            set(&mut selector, &["matchLabels", name], value.clone());
        }
        for (name, value) in step.pointer("/metadata/annotations").and_then(Value::as_object).into_iter().flatten() {
            set(&mut template, &["metadata", "annotations", name], value.clone());
        }
        let mut one = json!({"name": text(step, "/name"), "template": template, "selector": selector});
        for (field, value) in [
            ("replicas", step.get("replicas").cloned()),
            (
                "minReadySeconds",
                number(&self.rollout, "/spec/minReadySeconds").filter(|seconds| *seconds > 0).map(Value::from),
            ),
        ] {
            if let Some(value) = value.filter(|value| !value.is_null()) {
                set(&mut one, &[field], value);
            }
        }
        if step.get("weight").is_some_and(|weight| !weight.is_null())
            || step.get("service").is_some_and(Value::is_object)
        {
            let name = text(step, "/service/name");
            set(&mut one, &["service"], if name.is_empty() { json!({}) } else { json!({ "name": name }) });
        }
        one
    }
}
