//! `managedFields`: who wrote which field.

use crate::demo::store::Kind;
use serde_json::Value;

/// An object is made.
pub(crate) fn created(kind: &Kind, object: &mut Value, manager: &str, now: jiff::Timestamp) {
    let _ = (kind, object, manager, now);
}

/// An object is changed other than by apply.
pub(crate) fn updated(
    kind: &Kind,
    before: &Value,
    after: &mut Value,
    manager: &str,
    sub: Option<&str>,
    now: jiff::Timestamp,
) {
    let _ = (kind, before, after, manager, sub, now);
}
