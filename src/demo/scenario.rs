//! Scenarios: data files of initial manifests and a script of what people and time do (`assets/scenarios/`).

use super::clock::Clock;
use super::world::World;

/// A scenario file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ScenarioError(pub String);

/// A world with its past already played.
#[derive(Debug)]
pub struct Played {
    /// The clusters.
    pub world: World,
    /// What is still to come.
    pub script: Vec<Upcoming>,
}

/// Something that a scenario does later.
#[derive(Clone, Debug)]
pub struct Upcoming {
    /// When, on the virtual clock.
    pub at: jiff::Timestamp,
    /// In which cluster (index in [`World::clusters`]).
    pub cluster: usize,
    /// What: decided by the scenario's own words.
    pub deed: serde_json::Value,
}

/// Names and descriptions of the scenarios, default first.
#[must_use]
pub fn names() -> Vec<(String, String)> {
    todo!()
}

/// Builds a world and plays the scenario's past up to the clock's present.
///
/// # Errors
/// An unknown name (with the known ones), or a scenario file that cannot be read.
pub fn build(name: &str, clock: &Clock, seed: u64) -> Result<Played, ScenarioError> {
    let _ = (name, clock, seed);
    todo!()
}
