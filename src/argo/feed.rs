//! Feed: what the edge of the cluster reports, as plain data. `cluster` makes these values, `app` takes them; neither
//! knows the other.

use super::pod::Pod;
use super::promote::Promotion;
use super::replicaset::ReplicaSet;
use super::rollout::Rollout;
use crate::names::{Namespace, RolloutKey, SourceId};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A change of a watched set.
#[derive(Clone, Debug, PartialEq)]
pub enum Delta<T> {
    /// The whole set, after a (re)list.
    Reset(Vec<Arc<T>>),
    /// Part of a first list that is still coming; the set is not complete.
    Partial(Vec<Arc<T>>),
    /// One object is new or changed.
    Upsert(Arc<T>),
    /// One object is gone.
    Remove {
        /// Namespace.
        namespace: Namespace,
        /// Name.
        name: Arc<str>,
        /// Uid of the one that went.
        uid: Arc<str>,
    },
}

/// State of the connection to one source.
#[derive(Clone, Debug, PartialEq)]
pub enum Link {
    /// First connection is being made.
    Connecting {
        /// Since when.
        since: Timestamp,
    },
    /// The first list is coming in.
    Listing {
        /// Objects so far.
        count: usize,
    },
    /// The watch is up.
    Live,
    /// The watch is down; it is tried again by itself.
    Retrying {
        /// What failed.
        trouble: Trouble,
        /// When it was last heard of, if ever.
        last_heard: Option<Timestamp>,
        /// When the next try is made (local time).
        next_try: Timestamp,
    },
}

/// What is wrong with a source or a request, in words that can be acted on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// Which kind, decides glyph, words and what helps.
    pub kind: TroubleKind,
    /// One sentence: what failed, on which object of which cluster, and why.
    pub sentence: String,
    /// What to try, if there is something.
    pub hint: Option<String>,
    /// The raw text of the error, cleaned.
    pub raw: String,
}

/// Kinds of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// No answer: refused, timed out, name not resolved, connection lost.
    Unreachable,
    /// Certificate trouble.
    Certificate,
    /// 401, or a login command that failed.
    NotSignedIn,
    /// 403.
    Forbidden,
    /// 404 on the resource itself: no Argo Rollouts here.
    NoRollouts,
    /// The context or the kubeconfig is not usable.
    Config,
    /// 429.
    Throttled,
    /// 5xx, or an answer that cannot be read.
    Server,
}

/// Whether something may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Allowed.
    Allowed,
    /// Not allowed; the server's reason, if it gave one.
    Denied(String),
    /// Could not be asked.
    Unknown(String),
}

/// What the signed-in user may do in a namespace, from SelfSubjectAccessReviews.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// `patch` on `rollouts/status`.
    pub patch_status: Permission,
    /// `patch` on `rollouts`.
    pub patch_rollouts: Permission,
    /// When it was asked.
    pub asked_at: Timestamp,
}

/// Number of a write, unique in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// Number of an opened detail (a rollout whose children are watched), unique in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DetailId(pub u64);

/// How a write was answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The server took it; the resourceVersion it answered with.
    Accepted {
        /// resourceVersion after the write.
        resource_version: Box<str>,
    },
    /// 409, or the object had left the situation the decision was made on: nothing was done.
    Moved {
        /// What is different, in words.
        sentence: String,
    },
    /// Refused by the server, or by us before it was sent.
    Refused(Trouble),
    /// The first of two writes was taken, the second was not.
    Partly {
        /// What was done.
        done: String,
        /// What was not, and why.
        trouble: Trouble,
    },
    /// No answer: it may or may not have happened.
    Unknown(Trouble),
}

/// What the edge of the cluster tells.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The connection to a source changed.
    Link(SourceId, Link),
    /// A source was heard of (event, bookmark or answer) at this local time.
    Heard(SourceId, Timestamp),
    /// How far the cluster's clock is ahead of ours.
    Skew(SourceId, SignedDuration),
    /// Something worth a line in the log of messages (such as a fall-back to fewer namespaces).
    Note(SourceId, String),
    /// Rollouts changed.
    Rollouts(SourceId, Delta<Rollout>),
    /// ReplicaSets of an opened rollout changed.
    ReplicaSets(DetailId, Delta<ReplicaSet>),
    /// Pods of an opened rollout changed.
    Pods(DetailId, Delta<Pod>),
    /// The children of an opened rollout cannot be read: kind (`replicasets`, `pods`) and why; `None` when they can.
    DetailTrouble(DetailId, &'static str, Option<Trouble>),
    /// What may be done in a namespace.
    Access(SourceId, Namespace, Access),
    /// A write was answered.
    Answer(RequestId, Answer),
}

/// What the edge of the cluster is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Watch ReplicaSets and Pods of a rollout, by its label selector.
    OpenDetail {
        /// Number for the answers.
        detail: DetailId,
        /// Which rollout.
        key: RolloutKey,
        /// Its label selector in text form (`app=web`).
        selector: String,
    },
    /// Stop watching them.
    CloseDetail(DetailId),
    /// Ask what may be done in a namespace.
    CheckAccess(SourceId, Namespace),
    /// Send a promote.
    Promote {
        /// Number for the answer.
        request: RequestId,
        /// Which rollout.
        key: RolloutKey,
        /// What to send, and on what it was decided.
        promotion: Box<Promotion>,
    },
    /// Try a source again now.
    Reconnect(SourceId),
    /// Sign in again to a source: rebuild the client, running the login command.
    Login(SourceId),
}
