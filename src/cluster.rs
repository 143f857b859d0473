//! Cluster: the edge. Everything that speaks to an API server.
//!
//! Must not know: state, views, the terminal. It takes [`crate::argo::feed::Order`] and gives
//! [`crate::argo::feed::News`].
//!
//! Start reading at [`hub`] (the thread and its tasks) or [`oneshot`] (a command that asks and ends). Below them:
//! `source` keeps one cluster watched by its legs (`leg`), `watch` is one list-and-watch, `wire` turns bytes into slim
//! objects, `client` sends requests under the read-only fence of `fence`, `actions` is the only place that acts on rollouts, [`deploy`] the only one that applies
//! objects, and
//! `trouble` finds the words for what went wrong. An opened rollout is watched by `detail`, of which `belonging` lets through
//! what is the rollout's (`sieve`); `logs` reads containers (`log_source`, `log_lines`), and `object` one object in full.

mod access;
mod actions;
mod backoff;
mod belonging;
mod client;
pub mod deploy;
mod detail;
mod difference;
mod failure;
mod fence;
mod follow;
pub mod hub;
mod kinds;
pub mod kubeconfig;

mod leg;
mod lines;
mod log_lines;
mod log_source;
mod login;
mod logs;
mod object;
pub mod oneshot;
mod place;
mod sieve;
mod skew;
mod source;
mod trouble;
mod watch;
mod wire;
