//! What happens to objects, and why the store refuses.

use super::kind::Kind;
use serde_json::Value;
use std::sync::Arc;

/// What part of an object a write touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The main resource: `status` stays as it was where the kind has a status subresource.
    Main,
    /// The status subresource: only `status` changes.
    Status,
}

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// New.
    Added,
    /// Changed.
    Modified,
    /// Gone.
    Deleted,
}

/// One entry of the history.
#[derive(Clone, Debug)]
pub struct Change {
    /// resourceVersion of the change.
    pub version: u64,
    /// What kind.
    pub kind: &'static Kind,
    /// What.
    pub happened: Happened,
    /// The object after the change (for a deletion: its last form, with the version of the deletion).
    pub object: Arc<Value>,
    /// The object before the change.
    pub before: Option<Arc<Value>>,
}

/// Why the store refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No such object.
    #[error("{kind} \"{name}\" not found")]
    NotFound {
        /// Qualified plural.
        kind: String,
        /// Name.
        name: String,
    },
    /// There is one already.
    #[error("{kind} \"{name}\" already exists")]
    Exists {
        /// Qualified plural.
        kind: String,
        /// Name.
        name: String,
    },
    /// The resourceVersion it was based on is not the present one.
    #[error(
        "Operation cannot be fulfilled on {kind} \"{name}\": the object has been modified; please apply your changes to the latest version and try again"
    )]
    Conflict {
        /// Qualified plural.
        kind: String,
        /// Name.
        name: String,
    },
    /// Another reason, decided by the caller's closure: passed through.
    #[error("{0}")]
    Other(String),
}
