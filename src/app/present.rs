//! Present: domain data turned into parts of the model, in the words a person reads at two in the morning.
//!
//! Pure functions: a rollout, its picture and a small [`Context`] go in, parts of [`super::model`] come out. Must not
//! know: the state, selection, scrolling, keys (their text comes in), the terminal.
//!
//! Start reading at [`standing`] (mark, state word, urgency), then [`rows`] for the lists and [`page`] for one rollout.

pub mod about;
pub mod analysis;
pub mod call;
pub mod cause;
pub mod conditions;
pub mod dialog;
pub mod events;
pub mod health;
pub mod ladder;
pub mod next;
pub mod page;
pub mod pods;
pub mod roles;
pub mod rows;
pub mod runs;
pub mod stages;
pub mod standing;
pub mod tick;
pub mod time;
pub mod tree;
pub mod trouble;
pub mod verdict;
pub mod version;
pub mod weight;
pub mod why;
pub mod words;

use crate::argo::age;
use crate::argo::phase::{self, Lag};
use crate::argo::picture::{Picture, ReplicaSetPicture, Revision};
use crate::argo::rollout::{Rollout, Step};
use jiff::{SignedDuration, Timestamp};
use tick::Ticker;
use time::Style;

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

impl Context<'_> {
    /// Where nothing but the time is known: for what is derived from the object alone.
    #[must_use]
    pub const fn nowhere(cluster_now: Timestamp) -> Self {
        Self {
            now: cluster_now,
            cluster_now,
            stale: None,
            heard: None,
            changed: false,
            drift: false,
            promoting: false,
            channel: "",
            cluster: "",
            service: "",
            protected: false,
            promote_key: "p",
        }
    }
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
    /// Told of every text that depends on the time.
    ticker: Option<&'a Ticker>,
}

impl<'a> Subject<'a> {
    /// Brings the three together.
    #[must_use]
    pub fn new(rollout: &'a Rollout, picture: &'a Picture, context: &'a Context<'a>) -> Self {
        Self { rollout, picture, context, ticker: None }
    }

    /// The same, with every text that depends on the time told to `ticker`.
    fn watched<'b>(&'b self, ticker: &'b Ticker) -> Subject<'b> {
        Subject { rollout: self.rollout, picture: self.picture, context: self.context, ticker: Some(ticker) }
    }

    /// The age of `then` by the cluster's clock, in two units: `12m03s`.
    #[must_use]
    pub fn age(&self, then: Timestamp) -> String {
        self.aged(then, Style::Long)
    }

    /// The same in one unit: `12m`.
    #[must_use]
    pub fn age_tight(&self, then: Timestamp) -> String {
        self.aged(then, Style::Tight)
    }

    /// The same in whole minutes at least: `<1m`, `12m`.
    #[must_use]
    pub fn age_coarse(&self, then: Timestamp) -> String {
        self.aged(then, Style::Coarse)
    }

    /// A length of time that does not change: `2m10s`, `<1s`.
    #[must_use]
    pub fn took(&self, from: Timestamp, to: Timestamp) -> String {
        let took = time::between(from, to);
        if took < SignedDuration::from_secs(1) { "<1s".to_owned() } else { time::long(took) }
    }

    /// A name without the rollout's own in front of it, which the header says.
    #[must_use]
    pub fn short<'b>(&self, name: &'b str) -> &'b str {
        let rest = name.strip_prefix(&*self.rollout.meta.name).and_then(|rest| rest.strip_prefix('-'));
        rest.filter(|rest| !rest.is_empty()).unwrap_or(name)
    }

    /// The newest revision.
    #[must_use]
    pub fn newest(&self) -> Option<&'a Revision> {
        self.picture.revisions.first()
    }

    /// The time left until `then` by the cluster's clock: `in 1m48s`.
    #[must_use]
    pub fn countdown(&self, then: Timestamp) -> String {
        if let Some(ticker) = self.ticker {
            ticker.countdown(then, self.context.cluster_now);
        }
        time::countdown(then, self.context.cluster_now)
    }

    /// Notes the countdowns that a sentence of [`crate::argo`] holds for the time of its next change.
    fn note_countdowns(&self, sentence: &str, times: impl IntoIterator<Item = Timestamp>) {
        for at in times {
            if sentence.contains(&age::countdown(at, self.context.cluster_now)) {
                let _ = self.countdown(at);
            }
        }
    }

    /// Age of the data by the second, stale or not: `1 s`.
    #[must_use]
    pub fn data_age(&self) -> Option<String> {
        let age = self.context.heard?;
        if let Some(ticker) = self.ticker {
            ticker.span(age, Style::Tight);
        }
        Some(health::seconds(age))
    }

    /// Age of the data when it is stale, in one unit.
    #[must_use]
    pub fn stale_age(&self) -> Option<String> {
        let age = self.context.stale?;
        if let Some(ticker) = self.ticker {
            ticker.span(age, Style::Tight);
        }
        Some(time::tight(age))
    }

    fn aged(&self, then: Timestamp, style: Style) -> String {
        if let Some(ticker) = self.ticker {
            ticker.age(then, self.context.cluster_now, style);
        }
        time::span(time::between(then, self.context.cluster_now), style)
    }

    /// Whether two versions are about: the desired template is not the stable one. A first deployment has no stable
    /// version and is no update.
    #[must_use]
    pub fn is_updating(&self) -> bool {
        let status = &self.rollout.status;
        !status.stable_rs.is_empty()
            && !status.current_pod_hash.is_empty()
            && status.stable_rs != status.current_pod_hash
    }

    /// Whether the status speaks of an older spec than the one that is stored.
    #[must_use]
    pub fn is_lagging(&self) -> bool {
        matches!(phase::lag(self.rollout), Some(Lag::Spec | Lag::Workload))
    }

    /// Whether the pause is cleared and the controller has not moved on: a promote is on its way.
    #[must_use]
    pub fn is_unpausing(&self) -> bool {
        self.context.promoting || phase::lag(self.rollout) == Some(Lag::Unpause)
    }

    /// Whether it is aborted.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        self.rollout.status.abort
    }

    /// The steps of the spec.
    #[must_use]
    pub fn steps(&self) -> &'a [Step] {
        self.rollout.spec.steps()
    }

    /// Index of the running step as the status says it, when it points at a step.
    #[must_use]
    pub fn running_step(&self) -> Option<usize> {
        self.rollout.current_step().map(|(index, _)| index)
    }

    /// The position as Argo counts, `1/6`; empty without steps.
    #[must_use]
    pub fn position(&self) -> String {
        self.picture.step.as_ref().map(|step| format!("{}/{}", step.index, step.total)).unwrap_or_default()
    }

    /// The ReplicaSets that play a role, as far as they are known.
    fn with_role(&self, role: &str) -> Option<&'a ReplicaSetPicture> {
        let all = self.picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
        all.into_iter().find(|set| set.tags.contains(&role))
    }
}
