//! The call: the request that a write sends, and the kubectl command that sends the same, quoted for a shell.

use super::Subject;
use crate::argo::deed::plan::{Body, Object, Plan, Request};
use serde_json::{Value, json};

/// The requests and their kubectl equivalents, line by line. `context` is the kubeconfig context, when there is one.
#[must_use]
pub fn lines(subject: &Subject<'_>, plan: &Plan, context: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut version = Some(&*plan.seen.resource_version);
    for request in &plan.requests {
        let version = match &request.object {
            Object::Rollout => version.take(),
            Object::Run(named) | Object::Experiment(named) => Some(&*named.resource_version),
            Object::Workload(..) => None,
        };
        if !lines.is_empty() {
            lines.push("then, with the resourceVersion of the answer:".to_owned());
        }
        lines.extend(one(subject, request, version, context));
    }
    lines
}

fn one(subject: &Subject<'_>, request: &Request, version: Option<&str>, context: Option<&str>) -> Vec<String> {
    let meta = &subject.rollout.meta;
    let namespace = &*meta.namespace;
    let (group, plural, kind, name) = match &request.object {
        Object::Rollout => ("apis/argoproj.io/v1alpha1", "rollouts".to_owned(), "rollout".to_owned(), &*meta.name),
        Object::Run(named) => {
            ("apis/argoproj.io/v1alpha1", "analysisruns".to_owned(), "analysisrun".to_owned(), &*named.name)
        }
        Object::Experiment(named) => {
            ("apis/argoproj.io/v1alpha1", "experiments".to_owned(), "experiment".to_owned(), &*named.name)
        }
        Object::Workload(kind, name) => {
            let group = if &**kind == "PodTemplate" { "api/v1" } else { "apis/apps/v1" };
            (group, format!("{}s", kind.to_lowercase()), kind.to_lowercase(), &**name)
        }
    };
    let below = request.subresource.map(|sub| format!("/{sub}")).unwrap_or_default();
    let path = format!("/{group}/namespaces/{namespace}/{plural}/{name}{below}");
    let mut command = vec!["kubectl".to_owned()];
    if let Some(context) = context {
        command.extend(["--context".to_owned(), quote(context)]);
    }
    command.extend(["-n".to_owned(), quote(namespace)]);
    let (kind_of_patch, media, body) = match &request.body {
        Body::Merge(patch) => ("merge", "application/merge-patch+json", guarded(patch, version)),
        Body::Json(patch) => ("json", "application/json-patch+json", versioned(patch, version)),
        Body::TemplateOf { name: set, path: place, .. } => {
            let what = format!("the pod template of ReplicaSet {set}, without its hash label");
            let patch = json!([{"op": "replace", "path": place, "value": what}]);
            ("json", "application/json-patch+json", versioned(&patch, version))
        }
        Body::Delete => {
            command.extend(["delete".to_owned(), kind, quote(name)]);
            return vec![format!("DELETE {path}"), command.join(" ")];
        }
    };
    command.extend(["patch".to_owned(), kind, quote(name)]);
    if let Some(sub) = request.subresource {
        command.push(format!("--subresource={sub}"));
    }
    command.extend([format!("--type={kind_of_patch}"), "-p".to_owned(), quote(&body.to_string())]);
    vec![format!("PATCH {path}"), format!("{media}  {body}"), command.join(" ")]
}

/// The JSON patch with the resourceVersion it was decided on.
fn versioned(patch: &Value, version: Option<&str>) -> Value {
    let guard = version.map(|version| json!({"op": "replace", "path": "/metadata/resourceVersion", "value": version}));
    guard.into_iter().chain(patch.as_array().into_iter().flatten().cloned()).collect()
}

/// The patch with the resourceVersion it was decided on, so that the server refuses it when the object has moved.
fn guarded(patch: &Value, version: Option<&str>) -> Value {
    let mut body = patch.clone();
    if let (Some(version), Some(fields)) = (version, body.as_object_mut()) {
        fields.insert("metadata".to_owned(), json!({ "resourceVersion": version }));
    }
    body
}

/// A word quoted for a POSIX shell; unchanged when it needs no quotes.
#[must_use]
pub fn quote(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell_when_they_need_it() {
        let table = [
            ("prod-eu", "prod-eu"),
            ("arn:aws:eks:eu-1:12:cluster/x", "arn:aws:eks:eu-1:12:cluster/x"),
            ("", "''"),
            ("a b", "'a b'"),
            ("it's", r"'it'\''s'"),
            ("$(reboot)", "'$(reboot)'"),
            (r#"{"a":null}"#, r#"'{"a":null}'"#),
        ];
        for (word, quoted) in table {
            assert_eq!(quote(word), quoted);
        }
    }
}
