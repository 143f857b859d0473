//! The edge of the cluster against real HTTP: the simulated API server, and a small scripted one for what a good
//! server never does.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where something is not as it has to be")]

mod commands;
mod details;
mod fake;
mod login;
mod logs;
mod objects;
mod support;
mod trouble;
mod watching;
mod writing;
