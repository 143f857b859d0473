//! The log of requests, kept in memory: the evidence of what left a client.

use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many requests are kept.
const KEPT: usize = 10_000;

/// How much of a body is kept, bytes.
const BODY: usize = 4096;

/// One request and how it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Virtual time.
    pub at: Timestamp,
    /// Cluster.
    pub cluster: String,
    /// Who; empty when not signed in.
    pub user: String,
    /// HTTP method.
    pub method: String,
    /// As RBAC names it; empty for paths that are no resources.
    pub verb: String,
    /// Path below the cluster's prefix, with the query.
    pub path: String,
    /// HTTP status; 0 when the server hung up without an answer.
    pub status: u16,
    /// Whether the server carried it out (a fault can lose the answer only).
    pub carried_out: bool,
    /// User-Agent.
    pub agent: String,
    /// Body of a write, cut at 4096 bytes.
    pub body: String,
}

impl Logged {
    /// Whether it asked for a change. Reviews are questions, though they are sent by POST.
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(self.method.as_str(), "POST" | "PUT" | "PATCH" | "DELETE")
            && !self.path.starts_with("/apis/authorization.k8s.io/")
            && !self.path.starts_with("/apis/authentication.k8s.io/")
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "at": self.at.to_string(), "cluster": self.cluster, "user": self.user, "method": self.method,
            "verb": self.verb, "path": self.path, "status": self.status, "carriedOut": self.carried_out,
            "agent": self.agent, "body": self.body,
        })
    }

    pub(crate) fn body_text(body: &[u8]) -> String {
        String::from_utf8_lossy(&body[..body.len().min(BODY)]).into_owned()
    }
}

/// The log; clones are the same log.
#[derive(Clone, Debug, Default)]
pub struct RequestLog(Arc<Mutex<VecDeque<Logged>>>);

impl RequestLog {
    /// All that is kept, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Logged> {
        self.lock().iter().cloned().collect()
    }

    /// The writes to a cluster, oldest first.
    #[must_use]
    pub fn writes(&self, cluster: &str) -> Vec<Logged> {
        self.lock().iter().filter(|logged| logged.cluster == cluster && logged.writes()).cloned().collect()
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.lock().clear();
    }

    pub(crate) fn push(&self, logged: Logged) {
        let mut log = self.lock();
        if log.len() == KEPT {
            log.pop_front();
        }
        log.push_back(logged);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Logged>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
