//! Access: what the signed-in user may do, asked before it is offered. A question per right, because clusters exist
//! where only one of `rollouts` and `rollouts/status` is granted; asked side by side, so that it is one wait.

use super::client::Client;
use super::failure::cleaned;
use super::trouble::{self, Attempt};
use crate::argo::feed::{Access, Permission, Right};
use crate::names::Namespace;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// Asks for all rights in a namespace, at the same time.
pub async fn ask(client: &Client, namespace: &Namespace) -> Access {
    let asked_at = Timestamp::now();
    let questions = Right::ALL.into_iter().map(|right| async move { (right, one(client, namespace, right).await) });
    Access { rights: futures::future::join_all(questions).await.into_iter().collect(), asked_at }
}

/// When there is nobody to ask.
pub fn unknown(why: &str) -> Access {
    Access::of_all(&Permission::Unknown(why.to_owned()), Timestamp::now())
}

/// Asks for one right in a namespace.
pub async fn one(client: &Client, namespace: &Namespace, right: Right) -> Permission {
    let (verb, group, resource, subresource) = right.rule();
    let mut attributes = json!({
        "namespace": namespace.as_str(), "verb": verb, "group": group, "resource": resource,
    });
    if let Some(subresource) = subresource {
        attributes["subresource"] = subresource.into();
    }
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    });
    match client.post(REVIEWS, &review).await {
        Ok(answer) => read(&answer),
        Err(failure) => {
            let doing = format!("ask for rights in namespace {namespace}");
            Permission::Unknown(trouble::of(&failure, Attempt::new(client.context(), &doing)).sentence)
        }
    }
}

fn read(answer: &[u8]) -> Permission {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase", default)]
    struct Status {
        allowed: bool,
        reason: Option<String>,
        evaluation_error: Option<String>,
    }
    #[derive(Deserialize)]
    struct Review {
        status: Option<Status>,
    }
    let Ok(Review { status: Some(status) }) = serde_json::from_slice(answer) else {
        return Permission::Unknown("the answer to the access review cannot be read".to_owned());
    };
    let words = |text: Option<String>| cleaned(&text.unwrap_or_default());
    match status {
        Status { allowed: true, .. } => Permission::Allowed,
        // The authorizer could not decide: no is not what it said.
        Status { evaluation_error: Some(error), reason, .. } if reason.as_deref().unwrap_or_default().is_empty() => {
            Permission::Unknown(cleaned(&error))
        }
        Status { reason, .. } => Permission::Denied(words(reason)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reviews_are_read_as_the_server_means_them() {
        for (answer, expected) in [
            (r#"{"status":{"allowed":true,"reason":"RBAC: allowed"}}"#, Permission::Allowed),
            (r#"{"status":{"allowed":false}}"#, Permission::Denied(String::new())),
            (r#"{"status":{"allowed":false,"reason":"no"}}"#, Permission::Denied("no".into())),
            (
                r#"{"status":{"allowed":false,"evaluationError":"webhook down"}}"#,
                Permission::Unknown("webhook down".into()),
            ),
            ("{}", Permission::Unknown("the answer to the access review cannot be read".into())),
        ] {
            assert_eq!(read(answer.as_bytes()), expected, "{answer}");
        }
    }
}
