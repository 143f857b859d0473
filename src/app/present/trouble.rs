//! Trouble: what is wrong with a source, in a line or two, with what helps and when it is tried again.

use super::health::SourceView;
use super::tick::Ticker;
use super::time;
use super::words;
use crate::app::model::{Mark, TextPage, TroubleLine};
use crate::argo::feed::{Link, Trouble, TroubleKind};
use jiff::{SignedDuration, Timestamp};

/// A first connection that takes longer is told of.
const CONNECTING_TOO_LONG: SignedDuration = SignedDuration::from_secs(5);

/// The line of a source that is in trouble; `None` when it is live, connecting (for less than 5 s) or listing.
#[must_use]
pub fn line(source: &SourceView<'_>) -> Option<TroubleLine> {
    line_noting(source, &Ticker::default())
}

pub(super) fn line_noting(source: &SourceView<'_>, ticker: &Ticker) -> Option<TroubleLine> {
    let trouble_line = |mark: Mark, lines: Vec<String>, retry: String| {
        Some(TroubleLine { mark, channel: source.channel.to_owned(), lines, retry })
    };
    if let Some(reason) = source.broken {
        return trouble_line(Mark::Attention, vec![reason.to_owned()], String::new());
    }
    match source.link {
        Link::Listing { .. } => None,
        Link::Connecting { since } => {
            let waited = time::between(*since, source.now);
            if waited < CONNECTING_TOO_LONG {
                ticker.note(CONNECTING_TOO_LONG.saturating_sub(waited));
                return None;
            }
            let sentence = format!("no answer from {} since {}", source.cluster, time::clock(*since, source.now));
            trouble_line(Mark::Attention, vec![sentence], String::new())
        }
        Link::Live => {
            let heard = source.heard()?;
            super::health::stale(source)?;
            let sentence = format!("{} silent since {}", source.cluster, time::clock(heard, source.now));
            let sentence = beside(source.channel, source.cluster, &sentence).to_owned();
            trouble_line(Mark::Stale, vec![sentence], String::new())
        }
        Link::Retrying { trouble, next_try, .. } => {
            let mut lines = vec![sentence(source, trouble)];
            lines.extend(hint(source, trouble));
            trouble_line(mark(trouble.kind), lines, retry(source, *next_try, ticker))
        }
    }
}

/// What needs a person is an `!`, what heals by itself is `~`.
fn mark(kind: TroubleKind) -> Mark {
    match kind {
        TroubleKind::Unreachable | TroubleKind::Throttled | TroubleKind::Server => Mark::Stale,
        TroubleKind::Certificate
        | TroubleKind::NotSignedIn
        | TroubleKind::Forbidden
        | TroubleKind::NoRollouts
        | TroubleKind::Config => Mark::Attention,
    }
}

/// A sentence as it stands beside the name of a channel: without the name of the cluster in front when it is the same.
#[must_use]
pub fn beside<'a>(channel: &str, cluster: &str, sentence: &'a str) -> &'a str {
    let rest = sentence.strip_prefix(channel).and_then(|rest| rest.strip_prefix(' '));
    rest.filter(|rest| channel == cluster && !rest.is_empty()).unwrap_or(sentence)
}

fn sentence(source: &SourceView<'_>, trouble: &Trouble) -> String {
    let what = beside(source.channel, source.cluster, words::open_ended(&trouble.sentence));
    match source.heard() {
        Some(heard) => format!("{what}; data from {}", time::clock(heard, source.now)),
        None => format!("{what}; no data yet"),
    }
}

fn hint(source: &SourceView<'_>, trouble: &Trouble) -> Option<String> {
    trouble.hint.clone().or_else(|| {
        let (login, retry) = (source.login_key, source.retry_key);
        match trouble.kind {
            TroubleKind::NotSignedIn => Some(format!("press {login} to log in")),
            TroubleKind::Forbidden => Some(format!(
                "your role must allow list and watch of rollouts.argoproj.io in {}; {retry} tries again",
                source.scope
            )),
            TroubleKind::NoRollouts => {
                Some(format!("install Argo Rollouts there, or choose another context; {retry} tries again"))
            }
            TroubleKind::Config => Some(format!("put it right, then {retry} tries again")),
            TroubleKind::Certificate => Some(format!("someone who runs {} has to renew it", source.cluster)),
            TroubleKind::Unreachable | TroubleKind::Throttled | TroubleKind::Server => None,
        }
    })
}

fn retry(source: &SourceView<'_>, next_try: Timestamp, ticker: &Ticker) -> String {
    ticker.countdown(next_try, source.now);
    match time::countdown(next_try, source.now).as_str() {
        "due" => "retrying".to_owned(),
        left => format!("retry {left}"),
    }
}

/// The lines of all sources; when two or more are watched and none answers, a common cause comes first:
/// `no cluster answers since 14:30:12Z: network or VPN?`.
#[must_use]
pub fn lines(sources: &[SourceView<'_>]) -> Vec<TroubleLine> {
    let mut lines: Vec<TroubleLine> = sources.iter().filter_map(line).collect();
    if let Some(words) = common_cause(sources) {
        lines.insert(
            0,
            TroubleLine { mark: Mark::Attention, channel: String::new(), lines: vec![words], retry: String::new() },
        );
    }
    lines
}

/// One cause for all, when no source answers at all.
#[must_use]
pub fn common_cause(sources: &[SourceView<'_>]) -> Option<String> {
    let silent = |source: &SourceView<'_>| match source.link {
        Link::Retrying { trouble, .. } => trouble.kind == TroubleKind::Unreachable,
        Link::Connecting { since } => time::between(*since, source.now) >= CONNECTING_TOO_LONG,
        Link::Listing { .. } | Link::Live => false,
    };
    // What cannot be used at all says nothing about the network.
    let tried: Vec<&SourceView<'_>> = sources.iter().filter(|source| source.broken.is_none()).collect();
    if tried.len() < 2 || !tried.iter().all(|source| silent(source)) {
        return None;
    }
    let last = tried.iter().filter_map(|source| source.heard().map(|heard| (heard, source.now))).max();
    Some(match last {
        Some((heard, now)) => format!("no cluster answers since {}: network or VPN?", time::clock(heard, now)),
        None => "no cluster has answered yet: network or VPN?".to_owned(),
    })
}

/// The error of a source in full: sentence, what helps, the raw text, when it was last heard of.
#[must_use]
pub fn in_full(source: &SourceView<'_>) -> TextPage {
    let mut lines = Vec::new();
    match (source.broken, source.link) {
        (Some(reason), _) => lines.push(reason.to_owned()),
        (None, Link::Retrying { trouble, next_try, .. }) => {
            lines.push(trouble.sentence.clone());
            lines.extend(hint(source, trouble).map(|hint| format!("What helps: {hint}")));
            lines.push(format!("Next try: {}", time::clock(*next_try, source.now)));
            if !trouble.raw.is_empty() {
                lines.push(String::new());
                lines.push("As it was reported:".to_owned());
                lines.extend(trouble.raw.lines().map(str::to_owned));
            }
        }
        (None, Link::Connecting { since }) => {
            lines.push(format!("Connecting since {}.", time::clock(*since, source.now)));
        }
        (None, Link::Listing { count }) => {
            lines.push(format!("Reading the first list: {} so far.", words::number_of(*count)));
        }
        (None, Link::Live) => lines.push("The watch is up.".to_owned()),
    }
    lines.push(String::new());
    lines.push(match source.heard() {
        Some(heard) => format!("Last heard of: {}", time::clock(heard, source.now)),
        None => "Never heard of since start.".to_owned(),
    });
    lines.push(format!("Watched: {}", source.scope));
    let title = if source.channel == source.cluster {
        source.channel.to_owned()
    } else {
        format!("{} › {}", source.channel, source.cluster)
    };
    TextPage { title, lines, scroll: 0 }
}
