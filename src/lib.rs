//! **rolltop**: top for rollouts. It watches Argo Rollouts across release channels, promotes a pause with `p`,
//! and runs the same against an embedded simulated cluster.
//!
//! The map. An arrow may be followed, never reversed (`tests/architecture.rs` reads every `use` line):
//!
//! ```text
//! main → cli → commands → engine → { tui, ui, cluster, report, audit }        commands → demo
//!                         ui → app → { deploy, argo, config } → { names, keys, clean }
//!                         cluster → { deploy, argo } → names     tui → keys     { report, audit } → { argo, names }
//!                         deploy → { service, argo } → { config, names, clean }
//! ```
//!
//! Start reading at [`engine`] for the loop, at [`app`] for what a key or a watch event changes, at [`argo`] for
//! the rules of the controller, and at [`demo`] for the simulated cluster.

pub mod app;
pub mod argo;
pub mod audit;
pub mod clean;
pub mod cli;
pub mod cluster;
pub mod commands;
pub mod config;
pub mod demo;
pub mod deploy;
pub mod engine;
pub mod keys;
pub mod names;
pub mod report;
pub mod service;
pub mod tui;
pub mod ui;
