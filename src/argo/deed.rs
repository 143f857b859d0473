//! Deeds: everything that can be done to a rollout, as the kubectl plugin does it (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/cmd`), decided here once for keys, palette, dialogs and commands alike.
//!
//! [`plan`](plan::plan) takes a deed and what is known of the rollout; it gives the requests to send, or a
//! [`Refusal`](refusal::Refusal) that says why not and what to do instead. [`undo`] is what "back" means.
//! [`reaction`] judges by watched objects what became of it, [`told`] is what others read of it.

pub mod plan;
pub mod reaction;
pub mod refusal;
pub mod told;
pub mod undo;

use jiff::Timestamp;
use std::sync::Arc;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Go on.
    Promote(Extent),
    /// Give the update up: all traffic to the stable version.
    Abort,
    /// Begin an aborted update again.
    Retry,
    /// Begin an experiment again that stands by itself.
    RetryExperiment {
        /// Its name.
        name: Arc<str>,
    },
    /// Hold the rollout (`spec.paused`).
    Pause,
    /// End the hold (`spec.paused`), and nothing else.
    Resume,
    /// Replace all pods, none of which may be older than this.
    Restart {
        /// Pods made before are replaced; may lie in the future.
        at: Timestamp,
    },
    /// Back to the template of an earlier revision.
    Undo(undo::Target),
    /// Other images for containers, all in one request.
    SetImage {
        /// Container or init container (`*`: all of them), and its image.
        images: Arc<[(Arc<str>, Arc<str>)]>,
    },
    /// Another number of pods.
    Scale {
        /// `spec.replicas`.
        replicas: i32,
    },
    /// End an AnalysisRun.
    TerminateRun {
        /// Its name.
        name: Arc<str>,
    },
    /// End an Experiment.
    TerminateExperiment {
        /// Its name.
        name: Arc<str>,
    },
    /// Delete an AnalysisRun that is finished.
    DeleteRun {
        /// Its name.
        name: Arc<str>,
    },
}

/// How far a promotion goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Ends the present pause.
    Pause,
    /// Skips the step that is running.
    Step,
    /// Skips all steps that are left.
    AllSteps,
    /// Skips steps, pauses and analysis (`promoteFull`).
    Full,
}

impl Deed {
    /// Another image for one container.
    #[must_use]
    pub fn set_image(container: &str, image: &str) -> Self {
        Self::SetImage { images: [(container.into(), image.into())].into() }
    }

    /// The verb, as a script writes it.
    #[must_use]
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Promote(Extent::Pause) => "promote",
            Self::Promote(Extent::Step) => "skip-step",
            Self::Promote(Extent::AllSteps) => "skip-all-steps",
            Self::Promote(Extent::Full) => "promote-full",
            Self::Abort => "abort",
            Self::Retry => "retry",
            Self::RetryExperiment { .. } => "retry-experiment",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Restart { .. } => "restart",
            Self::Undo(_) => "undo",
            Self::SetImage { .. } => "set-image",
            Self::Scale { .. } => "scale",
            Self::TerminateRun { .. } => "terminate-run",
            Self::TerminateExperiment { .. } => "terminate-experiment",
            Self::DeleteRun { .. } => "delete-run",
        }
    }

    /// The same for a sentence: `promote full`.
    #[must_use]
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Promote(Extent::Pause) => "promote",
            Self::Promote(Extent::Step) => "skip the running step of",
            Self::Promote(Extent::AllSteps) => "skip all steps of",
            Self::Promote(Extent::Full) => "promote full",
            Self::Abort => "abort",
            Self::Retry => "retry",
            Self::RetryExperiment { .. } => "retry the experiment of",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Restart { .. } => "restart",
            Self::Undo(_) => "undo",
            Self::SetImage { .. } => "set an image of",
            Self::Scale { .. } => "scale",
            Self::TerminateRun { .. } => "terminate an analysis of",
            Self::TerminateExperiment { .. } => "terminate an experiment of",
            Self::DeleteRun { .. } => "delete an analysis of",
        }
    }

    /// Whether it is a brake: it only ever takes traffic away from what is new, or stops. A brake is never made harder
    /// than one confirmation, and is decided anew on the newest object instead of being refused because numbers moved.
    #[must_use]
    pub const fn is_brake(&self) -> bool {
        matches!(self, Self::Abort | Self::Pause)
    }
}

#[cfg(test)]
mod tests;
