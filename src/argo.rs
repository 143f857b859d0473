//! Argo: the slim objects of Argo Rollouts and its rules, as plain functions on plain data.
//!
//! Must not know: the network, the clock (time comes in as an argument), the terminal, kube, any room but `names`.
//!
//! Objects: [`meta`], [`rollout`], [`replicaset`], [`pod`]. What is derived from them: [`picture`] (phase, step,
//! weights, images, pauses, revisions), [`forecast`] (what happens next), [`promote`] (which patch, or why not).
//! What the edge of the cluster reports: [`feed`].

pub mod feed;
pub mod forecast;
pub mod lenient;
pub mod meta;
pub mod picture;
pub mod pod;
pub mod promote;
pub mod replicaset;
pub mod rollout;
