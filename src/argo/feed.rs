//! Feed: what the edge of the cluster reports, as plain data. `cluster` makes these values, `app` takes them; neither
//! knows the other.

use super::analysis::AnalysisRun;
use super::budget::Budget;
use super::deed::plan::Plan;
use super::deed::told::Told;
use super::event::KubeEvent;
use super::experiment::Experiment;
use super::pod::Pod;
use super::replicaset::ReplicaSet;
use super::rollout::Rollout;
use super::workload::{Scaler, Workload};
use crate::names::{Namespace, RolloutKey, SourceId};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
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

/// A right that a write needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// `patch` on `rollouts/status`.
    PatchStatus,
    /// `patch` on `rollouts`.
    PatchRollouts,
    /// `patch` on `rollouts/scale`.
    PatchScale,
    /// `patch` on `analysisruns`.
    PatchRuns,
    /// `delete` on `analysisruns`.
    DeleteRuns,
    /// `patch` on `experiments`.
    PatchExperiments,
    /// `patch` on `deployments` in `apps`.
    PatchDeployments,
    /// `create` on `events`.
    CreateEvents,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::PatchStatus,
        Self::PatchRollouts,
        Self::PatchScale,
        Self::PatchRuns,
        Self::DeleteRuns,
        Self::PatchExperiments,
        Self::PatchDeployments,
        Self::CreateEvents,
    ];

    /// Verb, group, resource and subresource, as a role names them.
    #[must_use]
    pub const fn rule(self) -> (&'static str, &'static str, &'static str, Option<&'static str>) {
        match self {
            Self::PatchStatus => ("patch", "argoproj.io", "rollouts", Some("status")),
            Self::PatchRollouts => ("patch", "argoproj.io", "rollouts", None),
            Self::PatchScale => ("patch", "argoproj.io", "rollouts", Some("scale")),
            Self::PatchRuns => ("patch", "argoproj.io", "analysisruns", None),
            Self::DeleteRuns => ("delete", "argoproj.io", "analysisruns", None),
            Self::PatchExperiments => ("patch", "argoproj.io", "experiments", None),
            Self::PatchDeployments => ("patch", "apps", "deployments", None),
            Self::CreateEvents => ("create", "", "events", None),
        }
    }
}

/// What the signed-in user may do in a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Right by right; what is not there was not asked.
    pub rights: BTreeMap<Right, Permission>,
    /// When it was asked.
    pub asked_at: Timestamp,
}

impl Access {
    /// The same answer for every right.
    #[must_use]
    pub fn of_all(permission: &Permission, asked_at: Timestamp) -> Self {
        Self { rights: Right::ALL.into_iter().map(|right| (right, permission.clone())).collect(), asked_at }
    }

    /// The answer for a right.
    #[must_use]
    pub fn of(&self, right: Right) -> Permission {
        self.rights.get(&right).cloned().unwrap_or_else(|| Permission::Unknown("it was not asked".to_owned()))
    }
}

/// Number of a write, unique in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u64);

/// Number of an opened detail (a rollout whose children are watched), unique in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DetailId(pub u64);

/// Number of an opened stream of logs, unique in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogsId(pub u64);

/// One container whose log is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LogSource {
    /// Pod.
    pub pod: Arc<str>,
    /// Container.
    pub container: Arc<str>,
    /// The container before its last restart; such a log ends.
    pub previous: bool,
}

/// One line of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Index into the sources that were asked for.
    pub source: usize,
    /// When the node received it.
    pub at: Option<Timestamp>,
    /// The line, clean, at most 4 KiB.
    pub text: Box<str>,
    /// Escape sequences and control characters were taken out.
    pub removed: bool,
}

/// What a stream of logs tells.
#[derive(Clone, Debug, PartialEq)]
pub enum LogNews {
    /// Lines, in the order in which they came.
    Lines(Vec<LogLine>),
    /// So many lines were dropped between the network and the screen, because more came than can be shown.
    Dropped(u64),
    /// This source (by index) is being read.
    Open(usize),
    /// This source ended by itself.
    Ended(usize),
    /// This source cannot be read; whether it is tried again by itself.
    Down(usize, Trouble, bool),
}

/// An object in a rollout's namespace that is looked at closely.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectRef {
    /// `Rollout`, `ReplicaSet`, `Pod`, `AnalysisRun`, `Experiment`, `Job`, or the kind that `workloadRef` names.
    pub kind: Arc<str>,
    /// Name.
    pub name: Arc<str>,
    /// Uid, where it is known: another one under the same name is another object.
    pub uid: Option<Arc<str>>,
}

/// The workload that a rollout refers to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkloadName {
    /// `apiVersion`, such as `apps/v1`.
    pub api_version: Box<str>,
    /// Kind.
    pub kind: Box<str>,
    /// Name.
    pub name: Box<str>,
}

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
    /// AnalysisRuns of an opened rollout, and of its Experiments, changed.
    AnalysisRuns(DetailId, Delta<AnalysisRun>),
    /// Experiments of an opened rollout changed.
    Experiments(DetailId, Delta<Experiment>),
    /// Events about an opened rollout and its children changed.
    Events(DetailId, Delta<KubeEvent>),
    /// The workload that an opened rollout refers to changed: a set of at most one.
    Workload(DetailId, Delta<Workload>),
    /// HorizontalPodAutoscalers of an opened rollout changed.
    Scalers(DetailId, Delta<Scaler>),
    /// PodDisruptionBudgets of the namespace of an opened rollout changed.
    Budgets(DetailId, Delta<Budget>),
    /// A stream of logs tells something.
    Logs(LogsId, LogNews),
    /// An object that was asked for, cleaned, without `managedFields`.
    Object(RequestId, Result<Arc<Value>, Trouble>),
    /// The children of an opened rollout cannot be read: kind (plural) and why; `None` when they can.
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
        /// Its uid: AnalysisRuns and Experiments are told by their owner.
        uid: Arc<str>,
        /// The label selector of its pods in text form (`app=web`); `None`: not known yet, pods are not watched.
        selector: Option<String>,
        /// The workload that it refers to.
        workload: Option<WorkloadName>,
    },
    /// Stop watching them.
    CloseDetail(DetailId),
    /// Read and follow logs.
    OpenLogs {
        /// Number for the answers.
        logs: LogsId,
        /// The rollout they belong to: source and namespace.
        key: RolloutKey,
        /// Which containers.
        sources: Vec<LogSource>,
        /// Lines of each from before now.
        tail: u32,
    },
    /// Stop reading them.
    CloseLogs(LogsId),
    /// Read one object in full.
    GetObject {
        /// Number for the answer.
        request: RequestId,
        /// The rollout it belongs to: source and namespace.
        key: RolloutKey,
        /// Which object.
        object: ObjectRef,
    },
    /// Ask what may be done in a namespace.
    CheckAccess(SourceId, Namespace),
    /// Write.
    Write {
        /// Number for the answer.
        request: RequestId,
        /// Which rollout.
        key: RolloutKey,
        /// What to send, and on what it was decided.
        plan: Box<Plan>,
        /// Why, as the person typed it; for the record, never sent to the rollout itself.
        reason: Option<String>,
    },
    /// Tell on the rollout, with a Kubernetes Event, of a write that was taken. Nothing is answered.
    Tell {
        /// Which rollout.
        key: RolloutKey,
        /// What is told.
        told: Box<Told>,
    },
    /// Try a source again now.
    Reconnect(SourceId),
    /// Sign in again to a source: rebuild the client, running the login command.
    Login(SourceId),
}
