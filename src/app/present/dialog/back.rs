//! The way back, in words, by the key that goes it.

use crate::app::present::{Subject, version};
use crate::argo::deed::{Deed, Extent};

/// The way back.
pub(super) fn of(subject: &Subject<'_>, deed: &Deed) -> String {
    let stable = version::stable(subject).filter(|version| !version.is_empty());
    let stable = stable.unwrap_or_else(|| "the stable version".to_owned());
    let revision = subject.rollout.meta.revision();
    match deed {
        Deed::Promote(Extent::Pause) if subject.is_updating() => {
            format!("a aborts: all traffic to {stable}. Promote has no inverse.")
        }
        Deed::Promote(Extent::Pause) => "Promote has no inverse.".to_owned(),
        Deed::Promote(Extent::Step | Extent::AllSteps) => {
            format!("a aborts: all traffic to {stable}. A skipped step does not come back.")
        }
        Deed::Promote(Extent::Full) => format!("while pods take over, a aborts; after that, u goes back to {stable}."),
        Deed::Abort => {
            "t begins the update again at its first step; u takes the new version out of the spec.".to_owned()
        }
        Deed::Retry => "a aborts it again.".to_owned(),
        Deed::RetryExperiment { .. } => "x terminates it.".to_owned(),
        Deed::Pause => "s resumes.".to_owned(),
        Deed::Resume => "s pauses again.".to_owned(),
        Deed::Restart { .. } => "none: pods that were replaced are gone.".to_owned(),
        Deed::Undo(_) | Deed::SetImage { .. } if revision > 0 => format!("u goes back to revision {revision}."),
        Deed::Undo(_) | Deed::SetImage { .. } => "u goes back to the present revision.".to_owned(),
        Deed::Scale { .. } => format!("# sets {} again.", subject.rollout.spec.desired()),
        Deed::TerminateRun { .. } | Deed::TerminateExperiment { .. } => "none: it does not go on again.".to_owned(),
        Deed::DeleteRun { .. } => "none: it cannot be brought back.".to_owned(),
    }
}
