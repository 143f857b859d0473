//! Report: the outward JSON (`rolltop/v1`) and recordings.
//!
//! Must not know: clusters, state, views, the clock. No other room is serialisable outward.

pub mod recording;
pub mod rollout;
