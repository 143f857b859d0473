//! Health: the connection of a source as the head of its channel says it, and the summaries of the header.

use crate::app::model::Health;
use crate::argo::feed::Link;
use jiff::{SignedDuration, Timestamp};

/// A source as the words about it need it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourceView<'a> {
    /// Channel.
    pub channel: &'a str,
    /// Cluster, as people call it.
    pub cluster: &'a str,
    /// What of it is watched: `demo`, `3 namespaces`.
    pub scope: &'a str,
    /// State of the connection.
    pub link: &'a Link,
    /// When it was last heard of (local time); `None`: never.
    pub last_heard: Option<Timestamp>,
    /// Without contact for this long it is stale.
    pub stale_after: SignedDuration,
    /// Set when the source cannot be used at all: the reason.
    pub broken: Option<&'a str>,
    /// Local time.
    pub now: Timestamp,
    /// The text of the key that signs in (`L`).
    pub login_key: &'a str,
    /// The text of the key that tries again now (`R`).
    pub retry_key: &'a str,
}

/// The age of the data when the source is stale, else `None`: stale means that the link is not live, or that nothing
/// was heard for `stale_after`. A source that was never heard of has no data and is not stale.
#[must_use]
pub fn stale(source: &SourceView<'_>) -> Option<SignedDuration> {
    let _ = source;
    todo!()
}

/// The head of a source: `✓ live`, `~ 14s`, `~ 3m retry 12s`, `! login: L`, `! forbidden`, `! no Rollouts`,
/// `connecting 3s`, `listing 3,200`.
#[must_use]
pub fn head(source: &SourceView<'_>) -> Health {
    let _ = source;
    todo!()
}

/// What the overview's header counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Services (rows) in all.
    pub services: usize,
    /// Services that pass the filter, when there is one.
    pub shown: Option<usize>,
    /// Rollouts that need a person.
    pub need_you: usize,
    /// Channels.
    pub channels: usize,
    /// Clusters.
    pub clusters: usize,
}

/// `12 services · 4 need you`; with channels and clusters when `wide`; with a filter `7 of 120 services`.
#[must_use]
pub fn summary(counts: Counts, wide: bool) -> String {
    let _ = (counts, wide);
    todo!()
}

/// Heads of a channel in one line: `prod-eu ✓ live · prod-us ~ 14s`.
#[must_use]
pub fn heads_line(heads: &[Health]) -> String {
    let _ = heads;
    todo!()
}

/// The place of a rollout with its head: `prod-eu/shop ✓ live`; with the age of the data when `heard` is given.
#[must_use]
pub fn place(head: &Health, namespace: &str, heard: Option<SignedDuration>) -> String {
    let _ = (head, namespace, heard);
    todo!()
}
