//! The controllers of the simulated cluster: rollouts, ReplicaSets and pods, on the virtual clock.

use super::scenario::Played;

/// Runs the controllers and the rest of the script until dropped.
pub async fn run(played: Played) {
    let _ = played;
    todo!()
}
