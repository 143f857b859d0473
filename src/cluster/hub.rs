//! The hub: one thread with its own runtime for all clusters; each source has its own task, connection and back-off.

use crate::argo::feed::{News, Order};
use crate::names::{Namespace, SourceId};
use std::sync::Arc;
use std::time::Duration;

/// What of a cluster is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All namespaces.
    All,
    /// These namespaces.
    Namespaces(Vec<Namespace>),
}

/// One thing to watch.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its number.
    pub source: SourceId,
    /// The kubeconfig context.
    pub context: String,
    /// What of it.
    pub scope: Scope,
    /// Label selector in text form, if any.
    pub selector: Option<String>,
}

/// How to reach clusters.
#[derive(Clone, Debug)]
pub struct Access {
    /// The merged kubeconfig.
    pub kubeconfig: kube::config::Kubeconfig,
    /// Time-out of connecting and of a request other than a watch.
    pub timeout: Duration,
    /// No request that writes may leave: held in the transport itself.
    pub read_only: bool,
}

/// Where news go. Called from the network thread; must not block.
pub type Sink = Arc<dyn Fn(News) + Send + Sync>;

/// The running hub. Dropping it ends all tasks.
#[derive(Debug)]
pub struct Hub {}

impl Hub {
    /// Starts the network thread and one task per target.
    #[must_use]
    pub fn start(access: Access, targets: Vec<Target>, sink: Sink) -> Self {
        let _ = (access, targets, sink);
        todo!()
    }

    /// Hands an order to the network thread; returns at once.
    pub fn order(&self, order: Order) {
        let _ = order;
        todo!()
    }
}
