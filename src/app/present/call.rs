//! The call: the request that a write sends, and the kubectl command that sends the same, quoted for a shell.

use super::Subject;
use crate::argo::promote::Promotion;
use serde_json::{Value, json};

/// The requests and their kubectl equivalents, line by line. `context` is the kubeconfig context, when there is one.
#[must_use]
pub fn promote(subject: &Subject<'_>, promotion: &Promotion, context: Option<&str>) -> Vec<String> {
    let mut lines = Vec::new();
    let mut version = Some(&*promotion.seen.resource_version);
    if let Some(patch) = &promotion.status_patch {
        lines.extend(one(subject, patch, version.take(), true, context));
    }
    if let Some(patch) = &promotion.spec_patch {
        if !lines.is_empty() {
            lines.push("then, with the resourceVersion of the answer:".to_owned());
        }
        lines.extend(one(subject, patch, version.take(), false, context));
    }
    lines
}

fn one(
    subject: &Subject<'_>,
    patch: &Value,
    version: Option<&str>,
    status: bool,
    context: Option<&str>,
) -> [String; 3] {
    let meta = &subject.rollout.meta;
    let (namespace, name) = (&*meta.namespace, &*meta.name);
    let below = if status { "/status" } else { "" };
    let body = guarded(patch, version).to_string();
    let mut command = vec!["kubectl".to_owned()];
    if let Some(context) = context {
        command.extend(["--context".to_owned(), quote(context)]);
    }
    command.extend(["-n".to_owned(), quote(namespace), "patch".to_owned(), "rollout".to_owned(), quote(name)]);
    if status {
        command.push("--subresource=status".to_owned());
    }
    command.extend(["--type=merge".to_owned(), "-p".to_owned(), quote(&body)]);
    [
        format!("PATCH /apis/argoproj.io/v1alpha1/namespaces/{namespace}/rollouts/{name}{below}"),
        format!("application/merge-patch+json  {body}"),
        command.join(" "),
    ]
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
