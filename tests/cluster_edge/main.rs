//! The edge of the cluster against real HTTP: the simulated API server, and a small scripted one for what a good
//! server never does.

mod commands;
mod fake;
mod login;
mod support;
mod trouble;
mod watching;
mod writing;
