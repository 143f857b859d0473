//! A source as the state knows it: its connection, when it was last heard of, how far its clock is off, and whether
//! what came through it may be taken for the present.

use super::present::health::{self, SourceView};
use super::state::{Setup, SourceInfo};
use crate::argo::feed::{Link, Trouble};
use crate::names::SourceId;
use jiff::{SignedDuration, Timestamp};

/// The default keys that the words about a source name.
const LOGIN_KEY: &str = "L";
const RETRY_KEY: &str = "R";

/// One source.
#[derive(Clone, Debug)]
pub struct Source {
    /// What was settled at start.
    pub info: SourceInfo,
    /// Its connection.
    pub link: Link,
    /// When it was last heard of (local time).
    pub heard: Option<Timestamp>,
    /// How far the cluster's clock is ahead of ours.
    pub skew: SignedDuration,
    /// A whole list has arrived, so that what is not there is known not to be there.
    pub listed: bool,
    /// The process was stopped and no whole list has come since: what is shown is old whatever the link says.
    pub doubtful: bool,
    /// Out of contact since (local time); tells how long it was away when it returns.
    pub away_since: Option<Timestamp>,
    /// Rollouts that looked different when it returned.
    pub changes_while_away: usize,
    /// Whether it was stale at the last look; a difference is something visible.
    pub was_stale: bool,
}

impl Source {
    /// A source before anything happened.
    #[must_use]
    pub fn new(info: SourceInfo, now: Timestamp) -> Self {
        Self {
            info,
            link: Link::Connecting { since: now },
            heard: None,
            skew: SignedDuration::ZERO,
            listed: false,
            doubtful: false,
            away_since: None,
            changes_while_away: 0,
            was_stale: false,
        }
    }

    /// The moment by the cluster's clock.
    #[must_use]
    pub fn cluster_time(&self, now: Timestamp) -> Timestamp {
        now.checked_add(self.skew).unwrap_or(now)
    }

    /// As the words about it need it.
    #[must_use]
    pub fn view<'a>(&'a self, setup: &'a Setup, now: Timestamp) -> SourceView<'a> {
        SourceView {
            channel: channel_name(setup, self.info.channel),
            cluster: self.info.cluster.as_str(),
            scope: &self.info.scope,
            link: &self.link,
            last_heard: self.heard,
            stale_after: self.stale_after(setup),
            broken: self.info.broken.as_deref(),
            now,
            login_key: LOGIN_KEY,
            retry_key: RETRY_KEY,
        }
    }

    /// How long the silence may be: not at all after a stop of the process, for ever in a recording.
    fn stale_after(&self, setup: &Setup) -> SignedDuration {
        match (setup.replay, self.doubtful) {
            (true, _) => SignedDuration::MAX,
            (false, true) => SignedDuration::ZERO,
            (false, false) => SignedDuration::try_from(setup.settings.stale_after).unwrap_or(SignedDuration::MAX),
        }
    }

    /// Age of the data when it must not be taken for the present.
    #[must_use]
    pub fn stale(&self, setup: &Setup, now: Timestamp) -> Option<SignedDuration> {
        health::stale(&self.view(setup, now))
    }

    /// When it grows stale, if nothing is heard until then; `None`: it is stale already, or never was heard of.
    #[must_use]
    pub fn stale_at(&self, setup: &Setup, now: Timestamp) -> Option<Timestamp> {
        if self.stale(setup, now).is_some() {
            return None;
        }
        self.heard?.checked_add(self.stale_after(setup)).ok()
    }

    /// The watch is up.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.link, Link::Live)
    }

    /// What is wrong with the connection, if something is.
    #[must_use]
    pub fn trouble(&self) -> Option<&Trouble> {
        match &self.link {
            Link::Retrying { trouble, .. } => Some(trouble),
            _ => None,
        }
    }
}

/// A channel's name.
#[must_use]
pub fn channel_name(setup: &Setup, channel: usize) -> &str {
    setup.settings.channels.get(channel).map_or("", |channel| channel.name.as_str())
}

/// All sources, by their number.
#[derive(Clone, Debug)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// All as settled at start.
    #[must_use]
    pub fn new(setup: &Setup) -> Self {
        Self(setup.sources.iter().map(|info| Source::new(info.clone(), setup.now)).collect())
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.0.get(usize::from(id.0))
    }

    /// One of them, to change.
    pub fn get_mut(&mut self, id: SourceId) -> Option<&mut Source> {
        self.0.get_mut(usize::from(id.0))
    }

    /// All.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// All, to change.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Source> {
        self.0.iter_mut()
    }

    /// Those of a channel.
    pub fn of_channel(&self, channel: usize) -> impl Iterator<Item = &Source> {
        self.0.iter().filter(move |source| source.info.channel == channel)
    }

    /// The channel that a source belongs to.
    #[must_use]
    pub fn channel(&self, id: SourceId) -> usize {
        self.get(id).map_or(0, |source| source.info.channel)
    }
}
