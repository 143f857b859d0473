//! Reviews: questions about who one is and what one may, asked by POST and never stored.

use super::answer::Answer;
use super::auth::{Rights, User};
use super::call::Call;
use super::failure::Failure;
use super::faults::{Faults, Seen};
use super::rules::Rule;
use super::target::Target;
use crate::demo::store::{KINDS, stamp};
use serde_json::{Value, json};

/// Answers a review; none: it is another path.
pub(crate) fn answer(
    cluster: &str,
    faults: &Faults,
    call: &Call,
    now: jiff::Timestamp,
) -> Option<Result<Answer, Failure>> {
    let (kind, version) = match call.path.trim_end_matches('/') {
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews" => {
            ("SelfSubjectAccessReview", "authorization.k8s.io/v1")
        }
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews" => {
            ("SelfSubjectRulesReview", "authorization.k8s.io/v1")
        }
        "/apis/authentication.k8s.io/v1/selfsubjectreviews" => ("SelfSubjectReview", "authentication.k8s.io/v1"),
        _ => return None,
    };
    if call.method != http::Method::POST {
        return Some(Err(Failure::method_not_allowed()));
    }
    Some(call.object(kind).map(|mut sent| {
        drop_empty(&mut sent);
        let user = &call.user;
        let spec = sent.get("spec").cloned().unwrap_or_else(|| json!({}));
        let mut answer = json!({"kind": kind, "apiVersion": version, "metadata": {}});
        let (spec, status) = match kind {
            "SelfSubjectAccessReview" => {
                let status = access(cluster, faults, user, &spec);
                (Some(spec), status)
            }
            // The real server does not repeat the question here.
            "SelfSubjectRulesReview" => (Some(json!({})), rules(user)),
            _ => (None, json!({"userInfo": user.info()})),
        };
        if let Some(map) = answer.as_object_mut() {
            if kind == "SelfSubjectReview" {
                map.insert("metadata".into(), json!({"creationTimestamp": stamp(now)}));
            }
            if let Some(spec) = spec {
                map.insert("spec".into(), spec);
            }
            map.insert("status".into(), status);
        }
        Answer::json(201, &answer)
    }))
}

/// Empty texts are left out, as Go's `omitempty` does.
fn drop_empty(value: &mut Value) {
    if let Some(map) = value.as_object_mut() {
        map.retain(|_, value| value.as_str() != Some(""));
        map.values_mut().for_each(drop_empty);
    }
}

fn access(cluster: &str, faults: &Faults, user: &User, spec: &Value) -> Value {
    let attributes = spec.get("resourceAttributes").or_else(|| spec.get("nonResourceAttributes"));
    let text = |name: &str| attributes.and_then(|map| map.get(name)).and_then(Value::as_str).unwrap_or_default();
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let target = KINDS.iter().find(|kind| kind.group == text("group") && kind.plural == text("resource")).map(|kind| {
        Target { kind, namespace: some(text("namespace")), name: some(text("name")), sub: some(text("subresource")) }
    });
    let verb = text("verb");
    let forbidden = {
        let name = target.as_ref().and_then(|target| target.name.as_deref());
        faults.forbids(&Seen { cluster, verb, target: target.as_ref(), name, dry: None })
    };
    let sub = some(text("subresource"));
    let allowed = user.may(verb, text("group"), text("resource"), sub.as_deref()) && !forbidden;
    let mut status = json!({"allowed": allowed});
    if let (true, Some(reason), Some(map)) = (allowed, user.reason(), status.as_object_mut()) {
        map.insert("reason".into(), json!(reason));
    }
    status
}

fn rules(user: &User) -> Value {
    let all = |verbs: &[&str]| vec![json!({"verbs": verbs, "apiGroups": ["*"], "resources": ["*"]})];
    let (granted, paths): (Vec<Value>, &[&str]) = match &user.rights {
        Rights::All => (all(&["*"]), &["*"]),
        Rights::Read => (all(&["get", "list", "watch"]), &["get"]),
        Rights::Rules(rules) => (rules.iter().map(Rule::json).collect(), &["get"]),
    };
    let mut resources = vec![
        json!({"verbs": ["create"], "apiGroups": ["authorization.k8s.io"],
               "resources": ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]}),
        json!({"verbs": ["create"], "apiGroups": ["authentication.k8s.io"], "resources": ["selfsubjectreviews"]}),
    ];
    resources.extend(granted);
    json!({
        "resourceRules": resources,
        "nonResourceRules": [
            {"verbs": ["get"], "nonResourceURLs": ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez",
                "/openapi", "/openapi/*", "/readyz", "/version", "/version/"]},
            {"verbs": paths, "nonResourceURLs": ["*"]},
        ],
        "incomplete": false,
    })
}
