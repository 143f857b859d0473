//! The world: three clusters, one clock.

use super::clock::Clock;
use super::metrics::Prometheus;
use super::store::Store;

/// One simulated cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// `test`, `staging` or `production`; also the name of its kubeconfig context.
    pub name: String,
    /// Its objects.
    pub store: Store,
    /// Its Prometheus.
    pub metrics: Prometheus,
}

impl Cluster {
    /// A cluster with these objects. What its Prometheus says by chance is made from `seed`.
    #[must_use]
    pub fn new(name: &str, store: Store, seed: u64) -> Self {
        let metrics = Prometheus::new(store.clock().clone(), seed);
        Self { name: name.to_owned(), store, metrics }
    }
}

/// All clusters of a simulation.
#[derive(Clone, Debug)]
pub struct World {
    /// In the order test, staging, production.
    pub clusters: Vec<Cluster>,
    /// The clock of all of them.
    pub clock: Clock,
}
