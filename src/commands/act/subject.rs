//! Subject: the object that something is done to, with what the decision needs to know.

use super::{To, Wish};
use crate::argo::analysis::AnalysisRun;
use crate::argo::deed::plan::{Facts, Lone, Plan, alone, plan};
use crate::argo::deed::refusal::Refusal;
use crate::argo::deed::undo::Target;
use crate::argo::deed::{Deed, Extent};
use crate::argo::experiment::Experiment;
use crate::argo::rollout::Rollout;
use crate::cluster::oneshot::near::Near;
use crate::commands::base::Ready;
use crate::commands::find::{Care, Hit, Named, find, find_experiment, find_run};
use crate::commands::fleet::{Found, now_there};
use crate::commands::outcome::{Failure, code_of};
use std::sync::Arc;

/// What something is done to.
pub struct Subject {
    /// The rollout; for what no rollout owns, what stands in its place.
    pub found: Found,
    /// The deed.
    pub deed: Deed,
    /// Kind and name of the object, as a person calls it.
    pub called: (&'static str, Arc<str>),
    near: Near,
    lone: Option<Alone>,
}

/// What no rollout owns.
enum Alone {
    Run(Arc<AnalysisRun>),
    Experiment(Arc<Experiment>),
}

impl Alone {
    fn as_lone(&self) -> Lone<'_> {
        match self {
            Self::Run(run) => Lone::Run(run),
            Self::Experiment(experiment) => Lone::Experiment(experiment),
        }
    }
}

impl Subject {
    /// Finds it.
    ///
    /// # Errors
    /// None of that name, several, not readable.
    pub async fn find(ready: &Ready, wish: &Wish) -> Result<Self, Failure> {
        match wish {
            Wish::Rollout(name, to) => {
                let found = find(ready, name, Care::Writing).await?;
                let deed = deed(to, &found)?;
                Self::of_rollout(found, deed).await
            }
            Wish::TerminateRun(name) => {
                let hit = find_run(ready, name).await?;
                Self::of_child(hit, |name| Deed::TerminateRun { name }, Alone::Run).await
            }
            Wish::DeleteRun(name) => {
                let hit = find_run(ready, name).await?;
                Self::of_child(hit, |name| Deed::DeleteRun { name }, Alone::Run).await
            }
            Wish::TerminateExperiment(name) => {
                let hit = find_experiment(ready, name).await?;
                Self::of_child(hit, |name| Deed::TerminateExperiment { name }, Alone::Experiment).await
            }
            Wish::RetryExperiment(name) => {
                let hit = find_experiment(ready, name).await?;
                Self::of_child(hit, |name| Deed::RetryExperiment { name }, Alone::Experiment).await
            }
        }
    }

    async fn of_rollout(found: Found, deed: Deed) -> Result<Self, Failure> {
        let near = found.connection.near(&found.rollout, &deed).await;
        let called = (Rollout::WHAT, found.rollout.meta.name.clone());
        // Scaling goes without knowing of autoscalers; the plan says so. The rest is nothing without its answer.
        if let (Some(trouble), false) = (near.troubles.first(), matches!(deed, Deed::Scale { .. })) {
            let failure = Failure::new(code_of(trouble), format!("{}; nothing was sent", trouble.sentence));
            return Err(match &trouble.hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            });
        }
        Ok(Self { found, deed, called, near, lone: None })
    }

    async fn of_child<T: Named>(
        hit: Hit<T>,
        deed: impl FnOnce(Arc<str>) -> Deed,
        alone: impl FnOnce(Arc<T>) -> Alone,
    ) -> Result<Self, Failure> {
        let Hit { source, connection, object, at } = hit;
        let meta = object.meta();
        let called = (T::WHAT, meta.name.clone());
        let deed = deed(meta.name.clone());
        let owner = connection.rollout_of(meta).await;
        let owner = owner.map_err(|trouble| Failure::of_troubles([&trouble]))?;
        let (rollout, lone) = if let Some(rollout) = owner {
            (rollout, None)
        } else {
            let alone = alone(object);
            (Arc::new(alone.as_lone().in_place()), Some(alone))
        };
        let near = connection.near(&rollout, &deed).await;
        Ok(Self { found: Found { source, connection, rollout, at }, deed, called, near, lone })
    }

    /// Decides on what was read.
    ///
    /// # Errors
    /// Why there is nothing to do.
    pub fn decide(&self) -> Result<Plan, Refusal> {
        match &self.lone {
            Some(lone) => alone(&self.deed, lone.as_lone(), self.found.at),
            None => plan(&self.deed, self.facts(&self.found.rollout, &self.near)),
        }
    }

    /// Facts by the cluster's clock.
    pub fn facts<'a>(&self, rollout: &'a Rollout, near: &'a Near) -> Facts<'a> {
        Facts { rollout, children: near.children(), now: now_there(&self.found.connection) }
    }

    /// Whether the object is a rollout.
    pub fn is_rollout(&self) -> bool {
        self.called.0 == Rollout::WHAT
    }
}

/// The deed that is meant; a restart is at a time by the cluster's clock.
fn deed(to: &To, found: &Found) -> Result<Deed, Failure> {
    Ok(match to {
        To::Promote => Deed::Promote(Extent::Pause),
        To::SkipStep => Deed::Promote(Extent::Step),
        To::SkipAllSteps => Deed::Promote(Extent::AllSteps),
        To::PromoteFull => Deed::Promote(Extent::Full),
        To::Abort => Deed::Abort,
        To::Retry => Deed::Retry,
        To::Pause => Deed::Pause,
        To::Resume => Deed::Resume,
        To::Restart(after) => {
            let after = jiff::SignedDuration::try_from(*after).ok();
            let at = after.and_then(|after| found.at.checked_add(after).ok());
            Deed::Restart { at: at.ok_or_else(|| Failure::bad_input("--in: that is beyond all time"))? }
        }
        To::Undo(revision) => Deed::Undo(revision.map_or(Target::Back, Target::Revision)),
        To::SetImage(images) => {
            let pairs = images.iter().map(|(container, image)| (container.as_str().into(), image.as_str().into()));
            Deed::SetImage { images: pairs.collect() }
        }
        To::Scale(replicas) => Deed::Scale { replicas: *replicas },
    })
}
