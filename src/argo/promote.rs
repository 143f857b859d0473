//! Promote: which patch promotes a pause, or why there is nothing to promote (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/cmd/promote`), with the guard that the plugin lacks: the situation it was decided on.

use super::rollout::Rollout;
use jiff::Timestamp;
use serde_json::Value;
use std::sync::Arc;

/// The situation that a decision was made on. A write is refused when the object has left it.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Uid: a re-created rollout of the same name is another one.
    pub uid: Arc<str>,
    /// `metadata.resourceVersion`, sent along as the precondition.
    pub resource_version: Box<str>,
    /// Generation.
    pub generation: i64,
    /// Step index.
    pub step_index: Option<i32>,
    /// Pod hash of the desired template.
    pub pod_hash: Box<str>,
    /// Reasons and starts of the pause conditions.
    pub pauses: Vec<(Box<str>, Option<Timestamp>)>,
    /// Whether `spec.paused` was set.
    pub spec_paused: bool,
}

/// What to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Promotion {
    /// What was seen.
    pub seen: Seen,
    /// Merge patch for the `status` subresource, without the resourceVersion.
    pub status_patch: Option<Value>,
    /// Merge patch for the main resource, sent after the status patch was taken.
    pub spec_patch: Option<Value>,
    /// The patch that a server without the status subresource takes instead of both.
    pub unified_patch: Value,
}

/// Why there is nothing to promote. Each says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// All steps are done, or there are none.
    NothingToPromote,
    /// A promote is already on its way: the controller has not reacted yet.
    AlreadyPromoting,
    /// The spec change has not been observed yet.
    NotObserved,
    /// Aborted: retry or undo first.
    Aborted,
    /// Not paused: a promote would skip the running step.
    StepRunning {
        /// The step in words.
        step: String,
    },
    /// Blue-green, not waiting for promotion yet.
    NotWaiting,
    /// The object could not be read.
    Unreadable,
    /// On its way out.
    Deleting,
}

impl Refusal {
    /// The refusal in one sentence, with what to do instead.
    #[must_use]
    pub fn sentence(&self) -> String {
        todo!()
    }
}

/// Decides what promoting this rollout means.
///
/// # Errors
/// A [`Refusal`] when a promote would do nothing, or would do more than end the present pause.
pub fn plan(rollout: &Rollout) -> Result<Promotion, Refusal> {
    let _ = rollout;
    todo!()
}

/// What a rollout looks like now, as far as a decision depends on it.
#[must_use]
pub fn seen(rollout: &Rollout) -> Seen {
    let _ = rollout;
    todo!()
}

/// Whether the rollout is still in the situation `seen`, whatever its resourceVersion says.
#[must_use]
pub fn still_holds(seen: &Seen, rollout: &Rollout) -> bool {
    let _ = (seen, rollout);
    todo!()
}

/// How a promote came out, judged by watched objects only.
#[derive(Clone, Debug, PartialEq)]
pub enum Reaction {
    /// The controller has not touched the object since.
    Waiting,
    /// The pause is cleared, the step has not moved yet.
    Unpausing,
    /// The controller moved on: index before and after.
    Moved {
        /// Step index before.
        from: i32,
        /// Step index now.
        to: i32,
    },
    /// Something else happened: new revision, abort, deletion and so on, in words.
    Overtaken(String),
}

/// Compares what is watched now with what the promote was decided on.
#[must_use]
pub fn reaction(seen: &Seen, rollout: &Rollout) -> Reaction {
    let _ = (seen, rollout);
    todo!()
}
