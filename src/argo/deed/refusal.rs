//! Refusals: why a deed would do nothing, or something else than it says; and what to do instead.

use crate::argo::promote;

/// Why a deed is not planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The pause cannot be promoted.
    Promote(promote::Refusal),
    /// The object could not be read.
    Unreadable,
    /// On its way out.
    Deleting,
    /// The controller has not seen the newest spec.
    NotObserved,
    /// A promote is on its way.
    AlreadyPromoting,
    /// Paused by the controller: a promote ends the pause.
    AtPause,
    /// Paused by hand.
    ByHand,
    /// Not a canary with steps.
    NoSteps,
    /// All steps are done.
    AllDone,
    /// Aborted.
    Aborted,
    /// The stable version is the one that is wanted: nothing is being rolled out.
    NothingRolledOut,
    /// There is no stable version yet.
    FirstDeployment,
    /// A full promotion is under way.
    AlreadyFull,
    /// Aborted already.
    AlreadyAborted,
    /// Not aborted; what it is instead decides what helps.
    NotAborted(NotAborted),
    /// An experiment of a rollout is retried with its rollout.
    RetryTheRollout,
    /// Not finished.
    NotFinished {
        /// AnalysisRun or Experiment.
        what: &'static str,
    },
    /// Finished.
    Finished {
        /// AnalysisRun or Experiment.
        what: &'static str,
        /// Its phase.
        phase: Box<str>,
    },
    /// There is none of this name that belongs to the rollout.
    Missing {
        /// AnalysisRun, Experiment or container.
        what: &'static str,
        /// The name.
        name: Box<str>,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The rollout's status names this run: the controller would miss it.
    StillNamed,
    /// Paused by hand already.
    AlreadyPaused,
    /// Not paused by hand.
    NotByHand {
        /// Paused by the controller: a promote helps.
        at_pause: bool,
    },
    /// A restart is under way.
    AlreadyRestarting,
    /// No pods.
    NoPods,
    /// What it needs is not known yet, or may not be read.
    NotKnown {
        /// Such as `ReplicaSets`.
        what: &'static str,
    },
    /// There is no other revision to go back to.
    NoHistory {
        /// `revisionHistoryLimit: 0` keeps none.
        kept: bool,
    },
    /// There is no such revision.
    NoRevision {
        /// Asked for.
        revision: i64,
        /// There are these.
        known: Vec<i64>,
    },
    /// The template is that of this revision already.
    SameTemplate {
        /// The revision.
        revision: i64,
    },
    /// The image is this one already.
    SameImage,
    /// Not an image.
    BadImage(&'static str),
    /// That many pods are wanted already.
    SameReplicas(i32),
    /// Not a number of pods.
    BadReplicas(i32),
    /// A HorizontalPodAutoscaler would set the number again.
    Scaled {
        /// Its name.
        by: Box<str>,
        /// The numbers it keeps to.
        range: (i32, i32),
    },
    /// A workload of this kind cannot be written.
    Workload {
        /// The kind.
        kind: Box<str>,
    },
}

/// What a rollout is that is not aborted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAborted {
    /// Past its progress deadline.
    DeadlineExceeded,
    /// The controller refuses the spec.
    InvalidSpec,
    /// Something else.
    Other,
}

impl Refusal {
    /// One sentence: why, and what to do instead.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Promote(refusal) => refusal.sentence(),
            Self::Unreadable => promote::Refusal::Unreadable.sentence(),
            Self::Deleting => promote::Refusal::Deleting.sentence(),
            Self::NotObserved => promote::Refusal::NotObserved.sentence(),
            Self::AlreadyPromoting => promote::Refusal::AlreadyPromoting.sentence(),
            Self::AtPause => "paused by the controller: promote ends the pause, there is no step to skip".into(),
            Self::ByHand => "paused by hand: resume it first".into(),
            Self::NoSteps => "there are no steps to skip".into(),
            Self::AllDone => "all steps are done: nothing to skip".into(),
            Self::Aborted => "aborted: retry it, undo it or set another image first".into(),
            Self::NothingRolledOut => {
                "nothing is being rolled out: the stable version is the one that is wanted".into()
            }
            Self::FirstDeployment => "there is no stable version yet: the first deployment takes no steps".into(),
            Self::AlreadyFull => "a full promotion is already under way".into(),
            Self::AlreadyAborted => "it is aborted already: retry or undo".into(),
            Self::NotAborted(NotAborted::DeadlineExceeded) => {
                "not aborted: its progress deadline passed and it is still trying; abort it, or repair its pods".into()
            }
            Self::NotAborted(NotAborted::InvalidSpec) => {
                "not aborted: the controller refuses the spec; change it".into()
            }
            Self::NotAborted(NotAborted::Other) => "not aborted: there is nothing to retry".into(),
            Self::RetryTheRollout => "the experiment belongs to a rollout: retry the rollout".into(),
            Self::NotFinished { what } => format!("the {what} is not finished: terminate it, or wait"),
            Self::Finished { what, phase } => format!("the {what} is finished already ({phase})"),
            Self::Missing { what, name, known } if known.is_empty() => format!("no {what} is called {name}"),
            Self::Missing { what, name, known } => {
                format!("no {what} is called {name}; there are {}", known.join(", "))
            }
            Self::StillNamed => "the rollout still refers to this AnalysisRun: wait until the update goes on".into(),
            Self::AlreadyPaused => "it is paused by hand already: resume ends it".into(),
            Self::NotByHand { at_pause: true } => "not paused by hand: promote ends the pause of the step".into(),
            Self::NotByHand { at_pause: false } => "not paused".into(),
            Self::AlreadyRestarting => "a restart is under way: wait until all pods are new".into(),
            Self::NoPods => "it has no pods to restart".into(),
            Self::NotKnown { what } => {
                format!("its {what} are not known yet: wait a moment, or see why they cannot be read")
            }
            Self::NoHistory { kept: true } => "there is no earlier revision to go back to".into(),
            Self::NoHistory { kept: false } => {
                "no earlier revision is kept (revisionHistoryLimit: 0): set the image of the earlier version".into()
            }
            Self::NoRevision { revision, known } => {
                let known: Vec<String> = known.iter().map(ToString::to_string).collect();
                format!("there is no revision {revision}; there are {}", known.join(", "))
            }
            Self::SameTemplate { revision } => format!("the template is that of revision {revision} already"),
            Self::SameImage => "the image is this one already".into(),
            Self::BadImage(why) => format!("that is no image: {why}"),
            Self::SameReplicas(count) => format!("{count} pods are wanted already"),
            Self::BadReplicas(count) => format!("{count} is no number of pods"),
            Self::Scaled { by, range: (least, most) } => format!(
                "the HorizontalPodAutoscaler {by} keeps it between {least} and {most} and would set the number again: change that one"
            ),
            Self::Workload { kind } => format!("its template stands in a {kind}, which rolltop cannot write"),
        }
    }
}
