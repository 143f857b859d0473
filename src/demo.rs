//! Demo: the simulated cluster. A Kubernetes API server on loopback HTTP and an Argo Rollouts controller on a virtual
//! clock, for the demo, for every test and for benchmarks.
//!
//! Start reading at [`serve`], which puts a world together and serves it. A world is three clusters ([`world`]), each a
//! [`store`] of JSON objects, and one [`clock`]. [`scenario`] and [`load`] fill it, [`controller`] makes it live,
//! [`logbook`] knows what its containers write, [`http`] lets clients in; its faults on order stand in [`http::faults`].
//!
//! Must not know: any room but `names`. It speaks `serde_json::Value`, so that a mistake in rolltop's own types cannot
//! hide in it.

pub mod clock;
pub mod controller;
mod files;
pub mod http;
pub mod load;
pub mod logbook;
pub mod metrics;
pub mod scenario;
pub mod serve;
pub mod store;
pub mod world;
