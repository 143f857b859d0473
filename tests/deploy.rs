//! Deploying, as a pipeline calls it: the real binary against the simulated cluster, whose log of requests tells what was
//! sent and whose objects tell what came of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "deploy/conflicts.rs"]
mod conflicts;
#[path = "commands/fixture.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod fixture;
#[path = "deploy/interrupted.rs"]
mod interrupted;
#[path = "deploy/plain.rs"]
mod plain;
#[path = "deploy/scene.rs"]
mod scene;
#[path = "deploy/services.rs"]
mod services;
mod support;
#[path = "deploy/traps.rs"]
mod traps;
