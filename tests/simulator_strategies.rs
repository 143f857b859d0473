//! The simulated blue-green rollouts and traffic-routed canaries against what the real controller did: the recordings,
//! the traces and rules of the reference, and what must hold whatever people do. Nothing sleeps: the clock is moved.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "simulator_strategies/bluegreen.rs"]
mod bluegreen;
#[path = "simulator_strategies/recorded.rs"]
mod recorded;
#[path = "simulator_strategies/scene.rs"]
mod scene;
#[path = "simulator_strategies/traffic.rs"]
mod traffic;
#[path = "simulator_strategies/whatever.rs"]
mod whatever;
