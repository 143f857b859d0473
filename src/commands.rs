//! Commands: what each subcommand does, by the rooms below.
//!
//! Must not know: how arguments are spelled (`cli` knows).
//!
//! The order of business is the same everywhere ([`base`]): options → configuration → kubeconfig → settled values →
//! requests, so that bad input is found before anything is sent. [`fleet`] speaks to all chosen clusters at once,
//! [`find`] says which rollout a name means, [`follow`] watches one, [`mod@format`] prints. How it ended is an exit code,
//! or a failure in words ([`outcome`]).

pub mod act;
mod ask;
pub mod audit;
pub mod base;
pub mod check;
pub mod config;
pub mod demo;
pub mod deploy;
pub mod find;
pub mod findings;
pub mod fleet;
pub mod follow;
pub mod format;
pub mod get;
pub mod list;
pub mod look;
pub mod outcome;
pub mod render;
pub mod replay;
pub mod services;
pub mod status;
pub mod ui;
pub mod validate;
