//! The tree of a rollout, flattened: revisions, their pods, Experiments, AnalysisRuns and jobs.

use super::Mark;
use crate::app::node::Spot;

/// A line of the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionLine {
    /// What stands in this line.
    pub kind: TreeKind,
    /// How deep: 0 for a revision.
    pub depth: usize,
    /// Which object it is, whatever line it stands in.
    pub spot: Spot,
    /// Mark.
    pub mark: Mark,
    /// Name, without the rollout's own in front (revision number for a revision).
    pub name: String,
    /// Roles (`canary`, `stable`).
    pub roles: Vec<String>,
    /// Image version for a ReplicaSet.
    pub version: String,
    /// Status text: `Running`, `scaled to 0`, `4/4 ready`, `7 of 12, running`.
    pub status: String,
    /// More: `1/1`, `restarts 3`, `leaves in 29s`.
    pub info: String,
    /// The reason in a sentence, where the status is one that needs one.
    pub message: String,
    /// Age.
    pub age: String,
    /// Objects below it that are folded away.
    pub hidden: usize,
}

/// What stands in a line of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeKind {
    /// A revision, with its ReplicaSet when it has exactly one.
    Revision,
    /// ReplicaSet.
    ReplicaSet,
    /// Pod.
    Pod,
    /// Pods that are counted instead of listed.
    More,
    /// Experiment.
    Experiment,
    /// AnalysisRun.
    AnalysisRun,
    /// A job of an AnalysisRun.
    Job,
}
