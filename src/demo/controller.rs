//! The controllers of the simulated cluster: rollouts, ReplicaSets and pods, on the virtual clock. Start reading at
//! `driver`, which decides who acts when; `pass` is one look of the rollouts controller at one Rollout.
//!
//! Must not know: HTTP, and any type of rolltop's own. What it reads and writes are JSON values in the store, through
//! the same writes that a client has.

mod analysis;
mod arithmetic;
mod autoscaler;
mod bluegreen;
mod canary;
mod conditions;
mod containers;
mod deployment;
mod driver;
mod events;
mod experiment;
mod fate;
mod job;
mod json;
mod kubelet;
mod live;
mod metadata;
mod pass;
mod plugin;
mod random;
mod replicasets;
mod restart;
mod runs;
mod scaledown;
mod scheduler;
mod services;
mod spec;
mod status;
mod strategy;
mod traffic;
mod validate;
mod workload;
mod workload_ref;

pub(in crate::demo) use autoscaler::LOAD;
pub use driver::Driver;
pub(in crate::demo) use fate::{Fate, Surroundings};
pub(in crate::demo) use json::{number, set, text};
pub use live::run;
pub(in crate::demo) use pass::INSTANCE_LABEL;
pub(in crate::demo) use random::{Random, safe_hash};
pub(in crate::demo) use workload::mark_deleted;
