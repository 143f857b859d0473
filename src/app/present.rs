//! Present: domain data turned into parts of the model, in the words a person reads at two in the morning.
//!
//! Pure functions: a rollout, its picture and a small [`Context`] go in, parts of [`super::model`] come out. Must not
//! know: the state, selection, scrolling, keys (their text comes in), the terminal.
//!
//! Start reading at [`standing`] (mark, state word, urgency), then [`rows`] for the lists and [`page`] for one rollout.

pub mod about;
pub mod call;
pub mod conditions;
pub mod dialog;
pub mod health;
pub mod ladder;
pub mod next;
pub mod page;
pub mod rows;
pub mod standing;
pub mod tick;
pub mod time;
pub mod tree;
pub mod trouble;
pub mod verdict;
pub mod version;
pub mod weight;
pub mod words;

use crate::argo::picture::Picture;
use crate::argo::rollout::Rollout;
use jiff::{SignedDuration, Timestamp};

/// Where and when a rollout is looked at: what the words need and the object does not tell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Context<'a> {
    /// Local time of the frame.
    pub now: Timestamp,
    /// The same moment by the cluster's clock (local time plus skew); ages and countdowns are measured by it.
    pub cluster_now: Timestamp,
    /// Age of the data, by the local clock, when the source is stale; `None` while it is live.
    pub stale: Option<SignedDuration>,
    /// Time since the source was last heard of, live or not; `None`: never.
    pub heard: Option<SignedDuration>,
    /// Changed in the last 2 s.
    pub changed: bool,
    /// Its version differs from the channel before.
    pub drift: bool,
    /// A promote of ours was sent and the controller has not reacted yet.
    pub promoting: bool,
    /// Release channel.
    pub channel: &'a str,
    /// Cluster, as people call it.
    pub cluster: &'a str,
    /// Service, as people call it.
    pub service: &'a str,
    /// Writes in this channel ask for the name.
    pub protected: bool,
    /// The text of the key that promotes (`p`).
    pub promote_key: &'a str,
}

/// A rollout with what is derived from it: what most functions here look at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The object.
    pub rollout: &'a Rollout,
    /// What is derived from it.
    pub picture: &'a Picture,
    /// Where and when.
    pub context: &'a Context<'a>,
}

impl<'a> Subject<'a> {
    /// Brings the three together.
    #[must_use]
    pub fn new(rollout: &'a Rollout, picture: &'a Picture, context: &'a Context<'a>) -> Self {
        Self { rollout, picture, context }
    }

    /// Time since `then` by the cluster's clock; never negative.
    #[must_use]
    pub fn since(&self, then: Timestamp) -> SignedDuration {
        time::between(then, self.context.cluster_now)
    }

    /// Time until `then` by the cluster's clock; zero when it is past.
    #[must_use]
    pub fn until(&self, then: Timestamp) -> SignedDuration {
        time::between(self.context.cluster_now, then)
    }
}
