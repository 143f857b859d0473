//! Deploy: what a deploy would change, and in which order it is sent.
//!
//! Rules on plain data: rendered objects, what the cluster has, and what the API server answered to a dry run give a plan
//! with a difference for each object, what the change will cause, and the requests that remain to be sent.
//!
//! Must not know: clusters, the network, the clock, state, views. `cluster::deploy` asks and sends.
//!
//! Start reading at [`plan`]: all that a screen or a command shows. [`change`] and [`consequence`] are parts of it, [`progress`]
//! is what becomes of it when it is carried out.

pub mod change;
pub mod consequence;
pub mod plan;
pub mod progress;
