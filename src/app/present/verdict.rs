//! The verdict line: how a write stands, from `sent` to what the controller did, and what to do now; and why a write
//! is refused before anything is sent.

use super::time;
use super::words;
use crate::app::model::{Mark, Verdict};
use crate::argo::deed::reaction::Reaction;
use crate::argo::deed::{Deed, Extent};
use crate::argo::feed::{Trouble, TroubleKind};
use jiff::{SignedDuration, Timestamp};

/// How a write stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage<'a> {
    /// Sent, no answer yet.
    Sent {
        /// When (local time).
        at: Timestamp,
    },
    /// Accepted by the server; what the watched object shows since.
    Accepted {
        /// When (local time).
        at: Timestamp,
        /// What the controller did so far.
        reaction: &'a Reaction,
        /// When the controller moved (local time), once it did.
        settled_at: Option<Timestamp>,
    },
    /// 409, or the object had left the situation: nothing was done.
    Moved {
        /// What is different, in words.
        sentence: &'a str,
    },
    /// Refused by the server, or by us before it was sent.
    Refused(&'a Trouble),
    /// The first of two writes was taken, the second was not.
    Partly {
        /// What was done.
        done: &'a str,
        /// What was not, and why.
        trouble: &'a Trouble,
    },
    /// No answer: it may or may not have happened.
    Unknown {
        /// Why.
        trouble: &'a Trouble,
        /// What the watched object shows since.
        reaction: &'a Reaction,
    },
}

/// What is written about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct About<'a> {
    /// `promote`.
    pub verb: &'a str,
    /// Service.
    pub service: &'a str,
    /// Channel.
    pub channel: &'a str,
}

/// Without a reaction for this long (seconds) after `accepted`, the line asks whether the controller is up.
pub const NO_REACTION_AFTER: i64 = 10;
/// The spinner turns for at most this long (seconds); then the line counts.
const SPIN_FOR: i64 = 30;

/// The line.
#[must_use]
pub fn line(about: &About<'_>, stage: &Stage<'_>, now: Timestamp) -> Verdict {
    let what = format!("{} {} in {}", about.verb, about.service, about.channel);
    let verdict = |mark: Mark, words: &str, hint: &str| Verdict {
        mark,
        spinning: false,
        words: format!("{what}: {words}"),
        hint: hint.to_owned(),
    };
    match stage {
        Stage::Sent { at } => {
            let waited = time::between(*at, now);
            let spinning = waited.as_secs() < SPIN_FOR;
            let words = if waited.as_secs() < NO_REACTION_AFTER {
                "sent".to_owned()
            } else {
                format!("sent {} ago, no answer yet", time::long(waited))
            };
            Verdict { spinning, ..verdict(Mark::Busy, &words, "") }
        }
        Stage::Accepted { at, reaction, settled_at } => accepted(about, &what, *at, reaction, *settled_at, now),
        Stage::Moved { sentence } => verdict(
            Mark::Attention,
            &match sentence.strip_prefix("nothing was done: ") {
                // It says by itself what changed.
                Some(what) => format!("nothing was done: {}", words::open_ended(what)),
                None => format!("changed meanwhile, nothing was done: {sentence}"),
            },
            "look again, then decide anew",
        ),
        Stage::Refused(trouble) => verdict(
            Mark::Bad,
            &format!("refused, nothing was done: {}", words::open_ended(&trouble.sentence)),
            trouble.hint.as_deref().unwrap_or_else(|| helps(trouble.kind)),
        ),
        Stage::Partly { done, trouble } => verdict(
            Mark::Attention,
            &format!("half done: {done}; but {}", words::open_ended(&trouble.sentence)),
            trouble.hint.as_deref().unwrap_or("the rest can be sent again once that is put right"),
        ),
        Stage::Unknown { trouble, reaction } => unknown(&what, trouble, reaction),
    }
}

fn helps(kind: TroubleKind) -> &'static str {
    match kind {
        TroubleKind::Forbidden => "ask for the right to patch rollouts/status there",
        TroubleKind::NotSignedIn => "log in again, then decide anew",
        _ => "",
    }
}

fn accepted(
    about: &About<'_>,
    what: &str,
    at: Timestamp,
    reaction: &Reaction,
    settled_at: Option<Timestamp>,
    now: Timestamp,
) -> Verdict {
    let waited = time::between(at, now);
    let taken = format!("accepted {}", time::clock(at, now));
    let verdict = |mark: Mark, spinning: bool, words: String, hint: &str| Verdict {
        mark,
        spinning,
        words: format!("{what}: {words}"),
        hint: hint.to_owned(),
    };
    match reaction {
        Reaction::Done(what) => {
            let after = settled_at.map(|settled| format!(" after {}", tenths(time::between(at, settled))));
            let after = after.unwrap_or_default();
            // The time belongs to what happened, not to what is said about it.
            let words = match what.split_once(": ") {
                Some((what, more)) => format!("{what}{after}: {more}"),
                None => format!("{what}{after}"),
            };
            verdict(Mark::Ok, false, words, "")
        }
        Reaction::Overtaken(what) => {
            verdict(Mark::Attention, false, format!("{taken}, then {what}"), "look at the rollout before the next step")
        }
        Reaction::Waiting | Reaction::UnderWay(_) if waited.as_secs() >= NO_REACTION_AFTER => {
            let since = format!("{taken}, no reaction for {}", time::long(waited));
            verdict(
                Mark::Attention,
                false,
                since,
                &match about.verb.strip_suffix(" of") {
                    Some(_) => "is the controller of that cluster up? Do not send it again".to_owned(),
                    None => format!("is the controller of that cluster up? Do not {} again", about.verb),
                },
            )
        }
        Reaction::Waiting => verdict(Mark::Busy, true, format!("{taken}, waiting for the controller"), ""),
        Reaction::UnderWay(what) => verdict(Mark::Busy, true, format!("{taken}, {what}"), ""),
    }
}

/// What became of a write without an answer, judged by the watched object.
fn unknown(what: &str, trouble: &Trouble, reaction: &Reaction) -> Verdict {
    let verdict = |mark: Mark, words: String, hint: &str| Verdict {
        mark,
        spinning: false,
        words: format!("{what}: {words}"),
        hint: hint.to_owned(),
    };
    match reaction {
        Reaction::Done(done) => verdict(Mark::Ok, format!("the answer was lost, but {done}"), ""),
        Reaction::UnderWay(way) => verdict(Mark::Busy, format!("the answer was lost, but {way}"), ""),
        Reaction::Overtaken(other) => verdict(
            Mark::Attention,
            format!("the answer was lost, then {other}"),
            "look at the rollout before the next step",
        ),
        Reaction::Waiting => verdict(
            Mark::Unknown,
            format!("sent, answer lost ({}): it may have happened", words::open_ended(&trouble.sentence)),
            "wait for fresh data before anything is sent again",
        ),
    }
}

/// A short span with tenths of a second: `1.8 s`; longer ones as usual.
fn tenths(span: SignedDuration) -> String {
    match span.as_millis() {
        ..100 => "less than 0.1 s".to_owned(),
        millis @ ..60_000 => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
        _ => time::long(span),
    }
}

/// After it was done: what is still true, and the key that goes on from there.
#[must_use]
pub const fn afterwards(deed: &Deed) -> &'static str {
    match deed {
        Deed::Promote(Extent::Full) | Deed::SetImage { .. } => "u goes back",
        Deed::Promote(_) => "until it is done, a aborts",
        Deed::Abort => "Degraded until t retries it, u goes back, or i sets another image",
        Deed::Retry => "a aborts again",
        Deed::Pause => "s resumes",
        Deed::Undo(_) => "only the pod template went back; u goes to another revision",
        Deed::Resume
        | Deed::Restart { .. }
        | Deed::Scale { .. }
        | Deed::RetryExperiment { .. }
        | Deed::TerminateRun { .. }
        | Deed::TerminateExperiment { .. }
        | Deed::DeleteRun { .. } => "",
    }
}

/// Whether nothing more is expected.
#[must_use]
pub fn is_settled(stage: &Stage<'_>) -> bool {
    match stage {
        Stage::Sent { .. } => false,
        Stage::Accepted { reaction, .. } | Stage::Unknown { reaction, .. } => reaction.is_settled(),
        Stage::Moved { .. } | Stage::Refused(_) | Stage::Partly { .. } => true,
    }
}

/// Why a write is not possible because of where it would happen: the sentence for the toast, the dim key and the
/// help screen. Reasons that lie in the rollout itself come from [`crate::argo::promote::Refusal::sentence`].
#[derive(Clone, Debug, PartialEq)]
pub enum Off<'a> {
    /// Started with `--readonly`.
    ReadOnly,
    /// The channel is configured read-only.
    ChannelReadOnly {
        /// Channel.
        channel: &'a str,
    },
    /// A recording is shown.
    Replay,
    /// The data is stale.
    Stale {
        /// Channel.
        channel: &'a str,
        /// Age of the data.
        age: SignedDuration,
    },
    /// The source is not live and was never heard of.
    NotConnected {
        /// Channel.
        channel: &'a str,
    },
    /// Whether the user may is not known yet.
    AccessUnknown {
        /// Cluster.
        cluster: &'a str,
        /// Why; may be empty (not asked yet).
        reason: &'a str,
    },
    /// The user may not.
    Denied {
        /// `patch rollouts/status`.
        what: &'a str,
        /// Namespace.
        namespace: &'a str,
        /// Cluster.
        cluster: &'a str,
        /// The server's reason; may be empty.
        reason: &'a str,
    },
    /// A write of ours is under way.
    InFlight {
        /// Service.
        service: &'a str,
    },
    /// No rollout under the cursor.
    NothingSelected,
}

/// The refusal in words.
#[must_use]
pub fn off(why: &Off<'_>) -> String {
    let because = |reason: &str| if reason.is_empty() { String::new() } else { format!(": {reason}") };
    match why {
        Off::ReadOnly => "refused: rolltop was started with --readonly".to_owned(),
        Off::ChannelReadOnly { channel } => format!("refused: {channel} is read-only by the configuration"),
        Off::Replay => "refused: this is a recording, nothing can be sent".to_owned(),
        Off::Stale { channel, age } => format!("refused: {channel} is {} stale", time::tight(*age)),
        Off::NotConnected { channel } => format!("refused: {channel} is not connected"),
        Off::AccessUnknown { cluster, reason: "" } => format!("refused: {cluster} has not said yet whether you may"),
        Off::AccessUnknown { cluster, reason } => format!("refused: {cluster} did not say whether you may: {reason}"),
        Off::Denied { what, namespace, cluster, reason } => {
            format!("refused: your role may not {what} in {namespace} on {cluster}{}", because(reason))
        }
        Off::InFlight { service } => {
            format!("refused: a write to {service} is under way, the controller has not reacted yet")
        }
        Off::NothingSelected => "no rollout under the cursor".to_owned(),
    }
}
