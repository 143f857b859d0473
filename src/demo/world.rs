//! The world: three clusters, one clock.

use super::clock::Clock;
use super::store::Store;

/// One simulated cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// `test`, `staging` or `production`; also the name of its kubeconfig context.
    pub name: String,
    /// Its objects.
    pub store: Store,
}

/// All clusters of a simulation.
#[derive(Clone, Debug)]
pub struct World {
    /// In the order test, staging, production.
    pub clusters: Vec<Cluster>,
    /// The clock of all of them.
    pub clock: Clock,
}
