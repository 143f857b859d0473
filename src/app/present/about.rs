//! About: facts by name, and who wrote the object last.

use super::Subject;
use crate::argo::meta::Writer;

/// Facts by name: channel, cluster, namespace, images, last writer, created, selector and so on.
#[must_use]
pub fn facts(subject: &Subject<'_>) -> Vec<(String, String)> {
    let _ = subject;
    todo!()
}

/// The last writer that is not the controller itself, such as `kubectl-argo-rollouts`.
#[must_use]
pub fn last_writer<'a>(subject: &Subject<'a>) -> Option<&'a Writer> {
    let _ = subject;
    todo!()
}
