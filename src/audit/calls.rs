//! The requests of a plan, as an API server sees them: method, path, body. Secret values in bodies are masked.

use crate::argo::deed::plan::{Body, Named, Object, Plan, Request};
use crate::argo::mask;
use crate::names::Namespace;
use serde::Serialize;
use serde_json::{Value, json};

/// One request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// `PATCH`, `DELETE`.
    pub method: &'static str,
    /// Path on the API server, without the query; empty for a kind that rolltop does not write to: nothing is sent then.
    pub path: String,
    /// The media type of the body.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub content_type: &'static str,
    /// The body without the resourceVersion that it is bound to, masked.
    pub body: Value,
    /// The resourceVersion of an object other than the rollout that it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<String>,
}

/// All requests of a plan, in order.
#[must_use]
pub fn of(plan: &Plan, namespace: &Namespace, name: &str) -> Vec<Call> {
    plan.requests.iter().map(|request| call(request, namespace, name)).collect()
}

/// The one request for servers without the status subresource.
#[must_use]
pub fn fallback(plan: &Plan, namespace: &Namespace, name: &str) -> Option<Call> {
    let body = plan.unified.clone()?;
    let request = Request { object: Object::Rollout, subresource: None, body: Body::Merge(body) };
    Some(call(&request, namespace, name))
}

/// The object that a plan is about, as people name it: `Rollout/checkout`, `AnalysisRun/checkout-7d-2`.
#[must_use]
pub fn object(plan: &Plan, name: &str) -> String {
    match plan.requests.first().map(|request| &request.object) {
        Some(Object::Run(named)) => format!("AnalysisRun/{}", named.name),
        Some(Object::Experiment(named)) => format!("Experiment/{}", named.name),
        Some(Object::Workload(kind, name)) => format!("{kind}/{name}"),
        Some(Object::Rollout) | None => format!("Rollout/{name}"),
    }
}

fn call(request: &Request, namespace: &Namespace, name: &str) -> Call {
    let bound = match &request.object {
        Object::Run(Named { resource_version, .. }) | Object::Experiment(Named { resource_version, .. }) => {
            Some(resource_version.to_string())
        }
        Object::Rollout | Object::Workload(..) => None,
    };
    let path = request.path(namespace, name).unwrap_or_default();
    let (method, content_type, body) = match &request.body {
        Body::Merge(patch) => ("PATCH", "application/merge-patch+json", mask::masked(patch)),
        Body::Json(patch) => ("PATCH", "application/json-patch+json", mask::masked(patch)),
        Body::TemplateOf { name, uid, path } => {
            let value = format!("‹the pod template of ReplicaSet {name}, uid {uid}›");
            ("PATCH", "application/json-patch+json", json!([{"op": "replace", "path": path, "value": value}]))
        }
        Body::Delete => ("DELETE", "", Value::Null),
    };
    Call { method, path, content_type, body, resource_version: bound }
}
