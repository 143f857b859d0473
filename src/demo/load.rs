//! Load: many made rollouts and a stream of changes, for benchmarks (`--load`, `--churn`).

use super::world::World;

/// Puts `count` rollouts over 20 namespaces into the cluster `production`.
pub fn fill(world: &World, count: usize, seed: u64) {
    let _ = (world, count, seed);
    todo!()
}

/// Makes `per_second` changes a second (real time) to those rollouts, until dropped.
pub async fn churn(world: World, per_second: f64, seed: u64) {
    let _ = (world, per_second, seed);
    todo!()
}
