//! Reaction: what became of a deed, judged by watched objects alone.

use super::plan::{Facts, Plan, finished};
use super::{Deed, Extent};
use crate::argo::phase::{self, Lag};
use crate::argo::promote::{self, Reaction as Promoted};
use crate::argo::rollout::Rollout;

/// How a deed came out so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Nothing of it is to be seen yet.
    Waiting,
    /// The controller is at it; in words.
    UnderWay(String),
    /// It happened; in words.
    Done(String),
    /// Something else happened; in words.
    Overtaken(String),
}

impl Reaction {
    /// Nothing more is expected.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Overtaken(_))
    }
}

/// Compares what is watched now with what the deed was decided on.
#[must_use]
pub fn reaction(plan: &Plan, facts: Facts<'_>) -> Reaction {
    let (rollout, seen) = (facts.rollout, &plan.seen);
    if rollout.meta.uid != seen.uid {
        return Reaction::Overtaken("the rollout was deleted and made again".into());
    }
    if rollout.unreadable.is_some() {
        return Reaction::Overtaken("the object cannot be read any more".into());
    }
    if rollout.meta.deleting.is_some() {
        return Reaction::Overtaken("the rollout is being deleted".into());
    }
    match &plan.deed {
        Deed::Promote(Extent::Pause | Extent::Step) => promoted(plan, rollout),
        Deed::Promote(Extent::AllSteps) => all_steps(plan, rollout),
        Deed::Promote(Extent::Full) => full(plan, rollout),
        Deed::Abort => abort(plan, rollout),
        Deed::Retry => retry(plan, rollout),
        Deed::Pause => by_hand(plan, rollout, true),
        Deed::Resume => by_hand(plan, rollout, false),
        Deed::Restart { at } => restart(plan, rollout, *at),
        Deed::Undo(_) | Deed::SetImage { .. } => template(plan, rollout),
        Deed::Scale { replicas } => scale(rollout, *replicas),
        Deed::TerminateRun { name } => {
            let run = facts.children.analysis_runs.and_then(|runs| runs.iter().find(|run| run.meta.name == *name));
            ended(run.map(|run| (&*run.status.phase, run.spec.terminate)), facts.children.analysis_runs.is_some())
        }
        Deed::TerminateExperiment { name } => {
            let all = facts.children.experiments;
            let one = all.and_then(|all| all.iter().find(|experiment| experiment.meta.name == *name));
            ended(one.map(|one| (&*one.status.phase, one.spec.terminate)), all.is_some())
        }
        Deed::RetryExperiment { name } => {
            let all = facts.children.experiments;
            match all.and_then(|all| all.iter().find(|experiment| experiment.meta.name == *name)) {
                Some(one) if !finished(&one.status.phase) => Reaction::Done("the experiment began again".into()),
                None if all.is_some() => Reaction::Overtaken("the experiment is gone".into()),
                _ => Reaction::Waiting,
            }
        }
        Deed::DeleteRun { name } => match facts.children.analysis_runs {
            Some(runs) if !runs.iter().any(|run| run.meta.name == *name) => Reaction::Done("it is deleted".into()),
            _ => Reaction::Waiting,
        },
    }
}

fn promoted(plan: &Plan, rollout: &Rollout) -> Reaction {
    match promote::reaction(&plan.seen, rollout) {
        Promoted::Waiting => Reaction::Waiting,
        Promoted::Unpausing => Reaction::UnderWay("the pause is cleared, waiting for the next step".into()),
        Promoted::Moved { from, to } if from == to => Reaction::Done("the controller moved on".into()),
        Promoted::Moved { from, to } => {
            let total = rollout.spec.steps().len();
            Reaction::Done(format!("the controller moved on from {from}/{total} to {to}/{total}"))
        }
        Promoted::Overtaken(words) => Reaction::Overtaken(words),
    }
}

/// What ends every update that a promotion speaks of.
fn lost(plan: &Plan, rollout: &Rollout) -> Option<Reaction> {
    let status = &rollout.status;
    if status.current_pod_hash != plan.seen.pod_hash {
        return Some(Reaction::Overtaken("another version was set, the update began again".into()));
    }
    status.abort.then(|| {
        let why = status.message.as_deref().filter(|message| message.starts_with("RolloutAborted"));
        Reaction::Overtaken(why.unwrap_or("the update was aborted").into())
    })
}

fn all_steps(plan: &Plan, rollout: &Rollout) -> Reaction {
    if let Some(lost) = lost(plan, rollout) {
        return lost;
    }
    if rollout.fully_promoted() {
        return Reaction::Done("it is promoted: all traffic goes to the new version".into());
    }
    let total = rollout.spec.steps().len();
    let index = rollout.status.current_step_index.and_then(|index| usize::try_from(index).ok()).unwrap_or(0);
    if index >= total { Reaction::UnderWay("all steps are skipped, pods take over".into()) } else { Reaction::Waiting }
}

fn full(plan: &Plan, rollout: &Rollout) -> Reaction {
    if rollout.status.current_pod_hash != plan.seen.pod_hash {
        return Reaction::Overtaken("another version was set, the full promotion is off".into());
    }
    if rollout.fully_promoted() {
        return Reaction::Done("it is promoted: all traffic goes to the new version".into());
    }
    if rollout.status.promote_full {
        return Reaction::UnderWay("full promotion, pods take over".into());
    }
    match rollout
        .status
        .message
        .as_deref()
        .filter(|message| rollout.status.abort && message.starts_with("RolloutAborted"))
    {
        Some(message) if !plan.seen.abort => Reaction::Overtaken(message.into()),
        _ => Reaction::Waiting,
    }
}

fn abort(plan: &Plan, rollout: &Rollout) -> Reaction {
    let status = &rollout.status;
    if status.current_pod_hash != plan.seen.pod_hash {
        return Reaction::Overtaken("another version was set, there is nothing to abort any more".into());
    }
    if rollout.fully_promoted() {
        return Reaction::Overtaken("it was promoted before the abort came".into());
    }
    match (status.abort, status.aborted_at) {
        (true, Some(_)) => {
            Reaction::Done("aborted: traffic goes back to the stable version; the spec keeps the new one".into())
        }
        (true, None) => Reaction::UnderWay("the abort is set".into()),
        (false, _) => Reaction::Waiting,
    }
}

fn retry(plan: &Plan, rollout: &Rollout) -> Reaction {
    let status = &rollout.status;
    if status.current_pod_hash != plan.seen.pod_hash {
        return Reaction::Overtaken("another version was set, the update began again".into());
    }
    let (_, message) = phase::of(rollout);
    let still = message.starts_with("RolloutAborted");
    match (status.abort, status.aborted_at == plan.seen.aborted_at) {
        (false, _) if !still => Reaction::Done("the update began again".into()),
        (false, _) => Reaction::UnderWay("the abort is taken back".into()),
        // Aborted at another time than before: it began and was aborted anew.
        (true, false) => Reaction::Overtaken(format!("it was aborted again: {message}")),
        (true, true) => Reaction::Waiting,
    }
}

fn by_hand(plan: &Plan, rollout: &Rollout, paused: bool) -> Reaction {
    if rollout.spec.paused != paused {
        let changed = rollout.meta.generation > plan.seen.generation + 1;
        let words = if paused { "it was resumed by someone else" } else { "it was paused again" };
        return if changed { Reaction::Overtaken(words.into()) } else { Reaction::Waiting };
    }
    if phase::lag(rollout) == Some(Lag::Spec) {
        return Reaction::UnderWay("stored, the controller has not seen it yet".into());
    }
    Reaction::Done(match (paused, rollout.status.pause_conditions.is_empty()) {
        (true, _) => "it holds".into(),
        (false, true) => "it goes on".into(),
        (false, false) => "resumed; the pause of its step stays".into(),
    })
}

fn restart(plan: &Plan, rollout: &Rollout, at: jiff::Timestamp) -> Reaction {
    let asked = rollout.spec.restart_at.filter(|asked| asked.as_second() == at.as_second());
    let Some(asked) = asked else {
        let changed = rollout.meta.generation > plan.seen.generation + 1;
        return if changed { Reaction::Overtaken("another restart was asked for".into()) } else { Reaction::Waiting };
    };
    match rollout.status.restarted_at {
        Some(done) if done >= asked => Reaction::Done("all pods are new".into()),
        _ => Reaction::UnderWay("pods are being replaced".into()),
    }
}

fn template(plan: &Plan, rollout: &Rollout) -> Reaction {
    let status = &rollout.status;
    if status.current_pod_hash != plan.seen.pod_hash {
        return Reaction::Done(if rollout.fully_promoted() {
            "the version is back".into()
        } else {
            "a new update began".into()
        });
    }
    match phase::lag(rollout) {
        Some(Lag::Spec | Lag::Workload) => Reaction::UnderWay("stored, the controller has not seen it yet".into()),
        // Observed does not say that the new version has its ReplicaSet: the controller writes its status in several
        // steps. Only a template that shows another image than was set says that somebody else was there.
        _ if set_back(plan, rollout) => Reaction::Overtaken("the template was set back by someone else".into()),
        _ if rollout.meta.generation > plan.seen.generation => {
            Reaction::UnderWay("the controller has seen it, the new version is not there yet".into())
        }
        _ => Reaction::Waiting,
    }
}

/// Whether the spec was written since, and a container does not have the image that was set.
fn set_back(plan: &Plan, rollout: &Rollout) -> bool {
    let (Deed::SetImage { images }, Some(template)) = (&plan.deed, &rollout.spec.template) else { return false };
    let mut containers = template.spec.containers.iter().chain(template.spec.init_containers.iter());
    rollout.meta.generation > plan.seen.generation
        && containers
            .any(|one| images.iter().any(|(name, image)| (**name == *"*" || *name == one.name) && *image != one.image))
}

fn scale(rollout: &Rollout, replicas: i32) -> Reaction {
    if rollout.spec.replicas != Some(replicas) {
        return Reaction::Waiting;
    }
    if phase::lag(rollout) == Some(Lag::Spec) {
        return Reaction::UnderWay("stored, the controller has not seen it yet".into());
    }
    let available = rollout.status.available_replicas;
    if available >= replicas && rollout.status.replicas >= replicas && (replicas > 0 || rollout.status.replicas == 0) {
        Reaction::Done(format!("{available} pods are available"))
    } else {
        Reaction::UnderWay(format!("{available} of {replicas} pods are available"))
    }
}

fn ended(found: Option<(&str, bool)>, known: bool) -> Reaction {
    match found {
        Some((phase, _)) if finished(phase) => Reaction::Done(format!("it ended: {phase}")),
        Some((_, true)) => Reaction::UnderWay("its end is asked for".into()),
        None if known => Reaction::Overtaken("it is gone".into()),
        _ => Reaction::Waiting,
    }
}
