//! The call: the request that a write sends, and the kubectl command that sends the same, quoted for a shell.

use super::Subject;
use crate::argo::promote::Promotion;

/// The requests and their kubectl equivalents, line by line. `context` is the kubeconfig context, when there is one.
#[must_use]
pub fn promote(subject: &Subject<'_>, promotion: &Promotion, context: Option<&str>) -> Vec<String> {
    let _ = (subject, promotion, context);
    todo!()
}

/// A word quoted for a POSIX shell; unchanged when it needs no quotes.
#[must_use]
pub fn quote(word: &str) -> String {
    let _ = word;
    todo!()
}
