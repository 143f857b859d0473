//! Access: what the signed-in user may do, asked before it is offered. Two questions, because clusters exist where
//! only one of `rollouts` and `rollouts/status` is granted.

use super::client::Client;
use super::failure::cleaned;
use super::trouble::{self, Attempt};
use crate::argo::feed::{Access, Permission};
use crate::names::Namespace;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

/// Asks for both rights in a namespace.
pub async fn ask(client: &Client, namespace: &Namespace) -> Access {
    let asked_at = Timestamp::now();
    let (patch_status, patch_rollouts) =
        tokio::join!(patch(client, namespace, Some("status")), patch(client, namespace, None));
    Access { patch_status, patch_rollouts, asked_at }
}

/// When there is nobody to ask.
pub fn unknown(why: &str) -> Access {
    let permission = Permission::Unknown(why.to_owned());
    Access { patch_status: permission.clone(), patch_rollouts: permission, asked_at: Timestamp::now() }
}

async fn patch(client: &Client, namespace: &Namespace, subresource: Option<&str>) -> Permission {
    let mut attributes = json!({
        "namespace": namespace.as_str(), "verb": "patch", "group": "argoproj.io", "resource": "rollouts",
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
