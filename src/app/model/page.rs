//! One rollout, whole: ladder, tree, conditions, facts.

use super::{Gauge, Mark};

/// One rollout, whole.
#[derive(Clone, Debug, PartialEq)]
pub struct RolloutPage {
    /// Service (with the object's name behind it where it differs).
    pub service: String,
    /// Mark of the phase.
    pub mark: Mark,
    /// First row: `Paused at step 4 of 8, waits for you`.
    pub headline: String,
    /// Right end of the first row: `canary · 2.41.0 → 2.42.0 · rev 42`.
    pub facts: String,
    /// The message in the controller's words, if any.
    pub message: String,
    /// Weights; `None` for blue-green or unknown.
    pub gauge: Option<Gauge>,
    /// Why set and actual differ, in words; empty when they do not.
    pub gauge_note: String,
    /// The ladder; all steps.
    pub steps: Vec<StepLine>,
    /// Index of the current step; `None` when all are done or there are none.
    pub current_step: Option<usize>,
    /// First visible step line when the person has scrolled; `None`: the view keeps the current step in sight.
    pub steps_scroll: Option<usize>,
    /// Below the ladder: `done 3 of 8 · so far 20m19s`.
    pub steps_note: String,
    /// Desired, current, updated, ready, available.
    pub replicas: [(&'static str, Option<i32>); 5],
    /// Revisions with ReplicaSets and pods.
    pub revisions: Vec<RevisionLine>,
    /// Why the revisions are missing or incomplete (`loading…`, `no right to list pods in shop`); empty: complete.
    pub revisions_note: String,
    /// Conditions.
    pub conditions: Vec<ConditionLine>,
    /// Things worth knowing.
    pub warnings: Vec<String>,
    /// Facts by name, such as channel, cluster, namespace, images, last writer.
    pub about: Vec<(String, String)>,
    /// Age of the data when it is stale: `14s`.
    pub stale: Option<String>,
    /// First visible row of the pane with the focus.
    pub scroll: usize,
    /// Index of the pane with the focus: 0 steps, 1 revisions, 2 conditions.
    pub focus: usize,
    /// The focused pane fills the screen.
    pub zoom: bool,
}

/// A step of the ladder.
#[derive(Clone, Debug, PartialEq)]
pub struct StepLine {
    /// Mark: done `Ok`, current `Wait`/`Busy`/…, coming `Absent`.
    pub mark: Mark,
    /// Number from 1.
    pub number: usize,
    /// The step in words.
    pub words: String,
    /// Time it took, takes, or will take: `1m02s`, `in 12s`, `10m`.
    pub time: String,
}

/// A revision, a ReplicaSet or a pod in the tree, flattened for drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionLine {
    /// What stands in this line.
    pub kind: TreeKind,
    /// Mark.
    pub mark: Mark,
    /// Name (revision number for a revision).
    pub name: String,
    /// Roles (`canary`, `stable`).
    pub roles: Vec<String>,
    /// Image version for a ReplicaSet.
    pub version: String,
    /// Status text: `Running`, `ScaledDown`, `4/4 ready`.
    pub status: String,
    /// More: `1/1`, `restarts 3`, `leaves in 29s`.
    pub info: String,
    /// Age.
    pub age: String,
    /// Last child of its parent.
    pub last: bool,
}

/// Depth in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreeKind {
    /// `# revision`.
    Revision,
    /// ReplicaSet.
    ReplicaSet,
    /// Pod.
    Pod,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub struct ConditionLine {
    /// Mark, by what the condition means (Progressing False is bad, Completed False is not).
    pub mark: Mark,
    /// Type.
    pub kind: String,
    /// `True`, `False`, `Unknown`.
    pub status: String,
    /// Reason.
    pub reason: String,
    /// Message.
    pub message: String,
    /// Since when.
    pub age: String,
}

/// A measurement as a point of a sparkline or a chart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The value, where it is a number.
    pub value: Option<f64>,
    /// How it was judged: `Ok`, `Bad` failed, `Unknown` inconclusive, `Attention` error, `Busy` still measured.
    pub mark: Mark,
}
