//! Health: the connection of a source as the head of its channel says it, and the summaries of the header.

use super::tick::Ticker;
use super::time::{self, Style};
use super::words;
use crate::app::model::{Health, Mark};
use crate::argo::feed::{Link, Trouble, TroubleKind};
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

impl SourceView<'_> {
    /// When it was last heard of, from whichever side knows better.
    pub(super) fn heard(&self) -> Option<Timestamp> {
        let told = match self.link {
            Link::Retrying { last_heard, .. } => *last_heard,
            _ => None,
        };
        self.last_heard.max(told)
    }

    /// Time since it was last heard of.
    pub(super) fn age(&self) -> Option<SignedDuration> {
        self.heard().map(|at| time::between(at, self.now))
    }
}

/// The age of the data when the source is stale, else `None`: stale means that the link is down, or that nothing was
/// heard for `stale_after`. A source that was never heard of has no data and is not stale.
#[must_use]
pub fn stale(source: &SourceView<'_>) -> Option<SignedDuration> {
    let age = source.age()?;
    match source.link {
        Link::Retrying { .. } => Some(age),
        Link::Live | Link::Connecting { .. } | Link::Listing { .. } => (age >= source.stale_after).then_some(age),
    }
}

/// The head of a source: `✓ live`, `~ 14s`, `~ 3m retry 12s`, `! login: L`, `! forbidden`, `! no Rollouts`,
/// `connecting 3s`, `listing 3,200`.
#[must_use]
pub fn head(source: &SourceView<'_>) -> Health {
    head_noting(source, &Ticker::default())
}

pub(super) fn head_noting(source: &SourceView<'_>, ticker: &Ticker) -> Health {
    let health = |mark: Mark, words: String, short: &str| Health {
        cluster: source.cluster.to_owned(),
        mark,
        words,
        short: short.to_owned(),
    };
    if source.broken.is_some() {
        return health(Mark::Attention, "config".to_owned(), "config");
    }
    match source.link {
        Link::Connecting { since } => {
            ticker.age(*since, source.now, Style::Tight);
            let words = match time::tight(time::between(*since, source.now)).as_str() {
                "now" => "connecting".to_owned(),
                age => format!("connecting {age}"),
            };
            health(Mark::Busy, words, "connecting")
        }
        Link::Listing { count: 0 } => health(Mark::Busy, "listing".to_owned(), "listing"),
        Link::Listing { count } => health(Mark::Busy, format!("listing {}", words::number_of(*count)), "listing"),
        Link::Live => live(source, ticker, &health),
        Link::Retrying { trouble, next_try, .. } => retrying(source, trouble, *next_try, ticker, &health),
    }
}

fn live(source: &SourceView<'_>, ticker: &Ticker, health: &dyn Fn(Mark, String, &str) -> Health) -> Health {
    if let Some(age) = stale(source) {
        ticker.span(age, Style::Tight);
        let age = time::tight(age);
        return health(Mark::Stale, age.clone(), &age);
    }
    if let Some(age) = source.age() {
        ticker.note(source.stale_after.saturating_sub(age));
    }
    health(Mark::Ok, "live".to_owned(), "live")
}

fn retrying(
    source: &SourceView<'_>,
    trouble: &Trouble,
    next_try: Timestamp,
    ticker: &Ticker,
    health: &dyn Fn(Mark, String, &str) -> Health,
) -> Health {
    let person = |words: &str, short: &str| health(Mark::Attention, words.to_owned(), short);
    match trouble.kind {
        TroubleKind::NotSignedIn => return person(&format!("login: {}", source.login_key), "login"),
        TroubleKind::Forbidden => return person("forbidden", "denied"),
        TroubleKind::NoRollouts => return person("no Rollouts", "no CRD"),
        TroubleKind::Config => return person("config", "config"),
        TroubleKind::Certificate => return person("certificate", "cert"),
        TroubleKind::Unreachable | TroubleKind::Throttled | TroubleKind::Server => {}
    }
    ticker.countdown(next_try, source.now);
    let retry = match time::countdown(next_try, source.now).as_str() {
        "due" => "retrying".to_owned(),
        left => left.replacen("in ", "retry ", 1),
    };
    if trouble.kind == TroubleKind::Throttled {
        return health(Mark::Stale, format!("throttled, {retry}"), "busy");
    }
    match source.age() {
        Some(age) => {
            ticker.span(age, Style::Tight);
            let age = time::tight(age);
            health(Mark::Stale, format!("{age} {retry}"), &age)
        }
        None => health(Mark::Attention, format!("no answer, {retry}"), "silent"),
    }
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
    let plural = |n: usize, one: &str, many: &str| words::count(i64::try_from(n).unwrap_or(i64::MAX), one, many);
    let services = plural(counts.services, "service", "services");
    let mut parts = vec![match counts.shown {
        Some(shown) => format!("{} of {services}", words::number_of(shown)),
        None => services,
    }];
    if wide {
        parts.push(plural(counts.channels, "channel", "channels"));
        parts.push(plural(counts.clusters, "cluster", "clusters"));
    }
    if counts.need_you > 0 {
        parts.push(plural(counts.need_you, "needs you", "need you"));
    }
    parts.join(" · ")
}

/// Heads of a channel in one line: `prod-eu ✓ live · prod-us ~ 14s`.
#[must_use]
pub fn heads_line(heads: &[Health]) -> String {
    heads.iter().map(|head| with_head(&head.cluster, head)).collect::<Vec<_>>().join(" · ")
}

/// The place of a rollout with its head: `prod-eu/shop ✓ live`; with the age of the data when `heard` is given.
#[must_use]
pub fn place(head: &Health, namespace: &str, heard: Option<SignedDuration>) -> String {
    let place = with_head(&format!("{}/{namespace}", head.cluster), head);
    match heard {
        Some(age) if head.mark == Mark::Ok => format!("{place} · data {} old", seconds(age)),
        _ => place,
    }
}

/// An age that says `0 s` instead of `now`, for `data 1 s old`.
pub(super) fn seconds(age: SignedDuration) -> String {
    match age.as_secs() {
        s @ ..60 => format!("{} s", s.max(0)),
        _ => time::tight(age),
    }
}

fn with_head(name: &str, head: &Health) -> String {
    match head.mark {
        // `connecting` and `listing` say it without a glyph.
        Mark::Busy => format!("{name} {}", head.words),
        mark => format!("{name} {} {}", mark.sign(), head.words),
    }
}
