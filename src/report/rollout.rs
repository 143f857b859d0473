//! `RolloutReport`: one rollout as scripts see it.

use crate::argo::picture::Picture;
use crate::argo::rollout::Rollout;
use jiff::Timestamp;
use serde_json::Value;

/// Where and when a rollout was seen.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen<'a> {
    /// Channel; empty in a replay.
    pub channel: &'a str,
    /// Cluster; empty in a replay.
    pub cluster: &'a str,
    /// When it was observed.
    pub observed_at: Timestamp,
    /// Whether the data is old.
    pub stale: bool,
}

/// The report as JSON, fields in the order of the contract.
#[must_use]
pub fn report(rollout: &Rollout, picture: &Picture, seen: &Seen<'_>) -> Value {
    let _ = (rollout, picture, seen);
    todo!()
}
