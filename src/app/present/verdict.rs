//! The verdict line: how a write stands, from `sent` to what the controller did, and what to do now.

use crate::app::model::Verdict;
use crate::argo::feed::Trouble;
use crate::argo::promote::Reaction;
use jiff::Timestamp;

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
    /// Steps in all, for `step 4/8 → 5/8`; `None` without steps.
    pub steps: Option<usize>,
}

/// Without a reaction for this long (seconds) after `accepted`, the line asks whether the controller is up.
pub const NO_REACTION_AFTER: i64 = 10;

/// The line.
#[must_use]
pub fn line(about: &About<'_>, stage: &Stage<'_>, now: Timestamp) -> Verdict {
    let _ = (about, stage, now);
    todo!()
}

/// Whether nothing more is expected.
#[must_use]
pub fn is_settled(stage: &Stage<'_>) -> bool {
    let _ = stage;
    todo!()
}

/// Why a promote is not possible because of where it would happen: the sentence for the toast, the dim key and the
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
        age: jiff::SignedDuration,
    },
    /// The source is not live and was never heard of.
    NotConnected {
        /// Channel.
        channel: &'a str,
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
    let _ = why;
    todo!()
}
