//! One-shot requests for the headless commands: connect, list, read one rollout with its children, promote.

use super::hub::{Access, Scope};
use crate::argo::feed::{self, Answer, Trouble};
use crate::argo::pod::Pod;
use crate::argo::promote::Promotion;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::names::Namespace;
use jiff::SignedDuration;
use std::sync::Arc;

/// A connection to one cluster.
#[derive(Clone)]
pub struct Connection {}

/// The objects that belong to one rollout; `Err` says why a kind cannot be read.
#[derive(Clone, Debug)]
pub struct Family {
    /// ReplicaSets by the rollout's selector.
    pub replica_sets: Result<Vec<Arc<ReplicaSet>>, Trouble>,
    /// Pods by the rollout's selector.
    pub pods: Result<Vec<Arc<Pod>>, Trouble>,
}

/// Versions and findings for `check`.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// `gitVersion` of the API server.
    pub server_version: Result<String, Trouble>,
    /// Whether the Rollout CRD is served, and whether it has the status subresource.
    pub rollouts: Result<bool, Trouble>,
    /// How far the cluster's clock is ahead.
    pub skew: Option<SignedDuration>,
}

impl Connection {
    /// Connects to a context of the kubeconfig (reads it, runs the login command if there is one).
    ///
    /// # Errors
    /// A context that does not exist, a login that failed.
    pub async fn open(access: &Access, context: &str) -> Result<Self, Trouble> {
        let _ = (access, context);
        todo!()
    }

    /// The rollouts of a scope.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn list(&self, scope: &Scope, selector: Option<&str>) -> Result<Vec<Arc<Rollout>>, Trouble> {
        let _ = (scope, selector);
        todo!()
    }

    /// One rollout; `None` when there is none of that name.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn get(&self, namespace: &Namespace, name: &str) -> Result<Option<Arc<Rollout>>, Trouble> {
        let _ = (namespace, name);
        todo!()
    }

    /// Its children.
    pub async fn family(&self, rollout: &Rollout) -> Family {
        let _ = rollout;
        todo!()
    }

    /// All ReplicaSets and pods of a scope, for complete lists.
    pub async fn all_children(&self, scope: &Scope) -> Family {
        let _ = scope;
        todo!()
    }

    /// What the user may do in a namespace.
    pub async fn access(&self, namespace: &Namespace) -> feed::Access {
        let _ = namespace;
        todo!()
    }

    /// Sends a promote. `dry_run`: the server validates and stores nothing.
    pub async fn promote(&self, namespace: &Namespace, name: &str, promotion: &Promotion, dry_run: bool) -> Answer {
        let _ = (namespace, name, promotion, dry_run);
        todo!()
    }

    /// What `check` reports.
    pub async fn findings(&self) -> Findings {
        todo!()
    }
}
