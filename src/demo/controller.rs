//! The controllers of the simulated cluster: rollouts, ReplicaSets and pods, on the virtual clock. Start reading at
//! `driver`, which decides who acts when; `pass` is one look of the rollouts controller at one Rollout.
//!
//! Must not know: HTTP, and any type of rolltop's own. What it reads and writes are JSON values in the store, through
//! the same writes that a client has.

mod analysis;
mod arithmetic;
mod canary;
mod conditions;
mod driver;
mod events;
mod experiment;
mod json;
mod kubelet;
mod pass;
mod random;
mod replicasets;
mod restart;
mod runs;
mod services;
mod spec;
mod status;
mod validate;
mod workload;

pub use driver::{Driver, run};
pub(in crate::demo) use json::{number, set, text};
pub(in crate::demo) use kubelet::Surroundings;
pub(in crate::demo) use pass::INSTANCE_LABEL;
pub(in crate::demo) use random::{Random, safe_hash};
pub(in crate::demo) use workload::mark_deleted;
