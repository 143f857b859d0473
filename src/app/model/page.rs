//! The page of one rollout: ladder, weights, roles, conditions, events, facts. Its tree is in [`super::tree`], its
//! analysis in [`super::analysis`].

use super::{Gauge, Mark, RevisionLine, RunLine};

/// A pane of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The ladder: steps of a canary, stages of a blue-green update.
    #[default]
    Steps,
    /// Revisions with everything below them.
    Revisions,
    /// AnalysisRuns, metric by metric.
    Analysis,
    /// What happened.
    Events,
    /// Conditions, and the facts beside them.
    Conditions,
}

impl Pane {
    /// All, in the order of Tab.
    pub const ALL: [Self; 5] = [Self::Steps, Self::Revisions, Self::Analysis, Self::Events, Self::Conditions];

    /// Its place in [`Pane::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Steps => 0,
            Self::Revisions => 1,
            Self::Analysis => 2,
            Self::Events => 3,
            Self::Conditions => 4,
        }
    }
}

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
    /// Why it stands so, in the controller's words or in ours; empty where the headline says it all.
    pub message: String,
    /// Weights; `None` for blue-green or unknown.
    pub gauge: Option<Gauge>,
    /// Why set and actual differ, in words; empty when they do not.
    pub gauge_note: String,
    /// What the router was told: `istio: canary 40 %, stable 60 %, confirmed`; empty without a router.
    pub traffic: String,
    /// The versions by their roles, the new one first.
    pub roles: Vec<RoleLine>,
    /// What the ladder is made of: `steps`, `stages`.
    pub steps_title: &'static str,
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
    /// Revisions with everything below them.
    pub revisions: Vec<RevisionLine>,
    /// Why the revisions are missing or incomplete (`loading…`, `no right to list pods in shop`); empty: complete.
    pub revisions_note: String,
    /// How the analysis of the update stands by the rollout's own status, where its runs are not looked at.
    pub analysis_status: Vec<(Mark, String)>,
    /// The runs of the newest revision, what needs a look first.
    pub analysis: Vec<RunLine>,
    /// What happened, newest last.
    pub events: Vec<EventLine>,
    /// Conditions.
    pub conditions: Vec<ConditionLine>,
    /// Things worth knowing.
    pub warnings: Vec<String>,
    /// Facts by name, such as channel, cluster, namespace, images, last writer.
    pub about: Vec<(String, String)>,
    /// Age of the data when it is stale: `14s`.
    pub stale: Option<String>,
    /// First visible row of the pane with the focus, when the person has scrolled it.
    pub scroll: Option<usize>,
    /// The line under the cursor of the pane with the focus: of the tree, or of the analysis (its runs and metrics,
    /// counted one after the other).
    pub cursor: Option<usize>,
    /// The pane with the focus.
    pub focus: Pane,
    /// The focused pane fills the screen.
    pub zoom: bool,
}

impl RolloutPage {
    /// Whether a pane has anything to show.
    #[must_use]
    pub fn has(&self, pane: Pane) -> bool {
        match pane {
            Pane::Steps => !self.steps.is_empty(),
            Pane::Analysis => !self.analysis.is_empty(),
            Pane::Events => !self.events.is_empty(),
            Pane::Revisions | Pane::Conditions => true,
        }
    }
}

/// A version in its role, with its pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleLine {
    /// `canary`, `stable`, `active`, `preview`, `experiment baseline`.
    pub role: String,
    /// Version.
    pub version: String,
    /// Wanted pods.
    pub desired: i32,
    /// Ready pods.
    pub ready: i32,
    /// Available pods.
    pub available: i32,
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
    /// How what it runs stands: `7/12 ✓`, `2 failed`; empty for a step that runs nothing, or that has not begun.
    pub state: String,
    /// Time it took, takes, or will take: `1m02s`, `in 12s`, `10m`.
    pub time: String,
    /// One word for steps of this kind, to count them by: `weight`, `pause`.
    pub kind: &'static str,
    /// What else it asks for, one thing per line: header matches, templates, a plugin's configuration.
    pub details: Vec<String>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventLine {
    /// Mark.
    pub mark: Mark,
    /// Clock time of the last one: `14:32:07Z`.
    pub time: String,
    /// What it is about: `rollout`, `ReplicaSet 7f9c4d5b6`.
    pub about: String,
    /// In words.
    pub words: String,
    /// How often, when more than once: `×12`.
    pub times: String,
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
