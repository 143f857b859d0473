//! Serving: puts world, controllers and API server together, on a thread of its own.

use std::net::SocketAddr;

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Scenario name.
    pub scenario: String,
    /// Virtual seconds per real second; 0 stands still.
    pub speed: f64,
    /// Where to listen: loopback only; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Seed of uids, names and times.
    pub seed: u64,
    /// Made rollouts in production.
    pub load: usize,
    /// Changes per second to them.
    pub churn: f64,
    /// Faults: text form, see `faults`.
    pub faults: String,
}

/// A running simulation; dropping it ends it.
#[derive(Debug)]
pub struct Running {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// A kubeconfig with the six contexts.
    pub kubeconfig: String,
    /// The matching channel config.
    pub config: String,
    /// The clock.
    pub clock: super::clock::Clock,
}

/// What can go wrong at start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The scenario.
    #[error(transparent)]
    Scenario(#[from] super::scenario::ScenarioError),
    /// The address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Another address than loopback.
    #[error("refusing to listen on {0}: the simulated cluster is for this machine only; use 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// The fault specification.
    #[error("{0}")]
    Faults(String),
}

/// Starts serving; returns once requests are answered.
///
/// # Errors
/// See [`StartError`].
pub fn start(options: Options) -> Result<Running, StartError> {
    let _ = options;
    todo!()
}
