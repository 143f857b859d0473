//! What is done to the AnalysisRuns and Experiments of a rollout.

use super::{Body, Facts, Named, Object, Plan, Request, finished};
use crate::argo::analysis::AnalysisRun;
use crate::argo::deed::Deed;
use crate::argo::deed::refusal::Refusal;
use crate::argo::experiment::Experiment;
use crate::argo::meta::Meta;
use crate::argo::picture::Children;
use crate::argo::rollout::Rollout;
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

fn run_of<'a>(facts: Facts<'a>, name: &str) -> Result<&'a Arc<AnalysisRun>, Refusal> {
    let runs = facts.children.analysis_runs.ok_or(Refusal::NotKnown { what: "AnalysisRuns" })?;
    let experiments = facts.children.experiments.unwrap_or_default();
    let ours = |run: &&Arc<AnalysisRun>| {
        run.meta.owned_by(&facts.rollout.meta.uid)
            || experiments.iter().any(|experiment| {
                experiment.meta.owned_by(&facts.rollout.meta.uid) && run.meta.owned_by(&experiment.meta.uid)
            })
    };
    runs.iter().filter(ours).find(|run| *run.meta.name == *name).ok_or_else(|| Refusal::Missing {
        what: "AnalysisRun",
        name: name.into(),
        known: runs.iter().filter(ours).map(|run| run.meta.name.to_string()).collect(),
    })
}

fn experiment_of<'a>(facts: Facts<'a>, name: &str) -> Result<&'a Arc<Experiment>, Refusal> {
    let experiments = facts.children.experiments.ok_or(Refusal::NotKnown { what: "Experiments" })?;
    experiments.iter().find(|experiment| *experiment.meta.name == *name).ok_or_else(|| Refusal::Missing {
        what: "Experiment",
        name: name.into(),
        known: experiments.iter().map(|experiment| experiment.meta.name.to_string()).collect(),
    })
}

fn named(meta: &Meta) -> Named {
    Named { name: meta.name.clone(), uid: meta.uid.clone(), resource_version: meta.resource_version.clone() }
}

/// An AnalysisRun or an Experiment that no rollout owns.
#[derive(Clone, Copy, Debug)]
pub enum Lone<'a> {
    /// An AnalysisRun.
    Run(&'a AnalysisRun),
    /// An Experiment.
    Experiment(&'a Experiment),
}

impl Lone<'_> {
    /// What stands in the place of the rollout: an object without spec and status, with the name and uid of this one.
    #[must_use]
    pub fn in_place(self) -> Rollout {
        let meta = match self {
            Self::Run(run) => &run.meta,
            Self::Experiment(experiment) => &experiment.meta,
        };
        Rollout { meta: meta.clone(), ..Rollout::default() }
    }
}

/// Decides on what no rollout owns: ending it, deleting it, beginning it again.
///
/// # Errors
/// A [`Refusal`] when the deed would do nothing, or goes to a rollout.
pub fn alone(deed: &Deed, lone: Lone<'_>, now: Timestamp) -> Result<Plan, Refusal> {
    let rollout = lone.in_place();
    let facts = Facts { rollout: &rollout, children: Children::default(), now };
    match (deed, lone) {
        (Deed::TerminateRun { .. }, Lone::Run(run)) => end_run(facts, run),
        (Deed::DeleteRun { .. }, Lone::Run(run)) => remove_run(facts, run),
        (Deed::TerminateExperiment { .. }, Lone::Experiment(experiment)) => end_experiment(facts, experiment),
        (Deed::RetryExperiment { .. }, Lone::Experiment(experiment)) => begin_again(facts, experiment),
        _ => Err(Refusal::NotKnown { what: "rollouts" }),
    }
}

pub(super) fn terminate_run(facts: Facts<'_>, name: &Arc<str>) -> Result<Plan, Refusal> {
    let run = run_of(facts, name)?;
    let plan = end_run(facts, run)?;
    let status = &facts.rollout.status;
    let inline = status.canary.current_step_analysis_run_status.as_ref().is_some_and(|current| *current.name == **name);
    Ok(if inline {
        plan.noting("ended without a failure it counts as success: the step completes and the rollout goes on")
    } else {
        plan.noting("ended without a failure it counts as success; the controller begins no other in its place")
    })
}

fn end_run(facts: Facts<'_>, run: &AnalysisRun) -> Result<Plan, Refusal> {
    if finished(&run.status.phase) {
        return Err(Refusal::Finished { what: "AnalysisRun", phase: run.status.phase.clone() });
    }
    let body = Body::Merge(json!({"spec": {"terminate": true}}));
    let request = Request { object: Object::Run(named(&run.meta)), subresource: None, body };
    Ok(Plan::new(Deed::TerminateRun { name: run.meta.name.clone() }, facts, vec![request]))
}

pub(super) fn terminate_experiment(facts: Facts<'_>, name: &Arc<str>) -> Result<Plan, Refusal> {
    end_experiment(facts, experiment_of(facts, name)?)
}

fn end_experiment(facts: Facts<'_>, experiment: &Experiment) -> Result<Plan, Refusal> {
    if finished(&experiment.status.phase) {
        return Err(Refusal::Finished { what: "Experiment", phase: experiment.status.phase.clone() });
    }
    let body = Body::Merge(json!({"spec": {"terminate": true}}));
    let request = Request { object: Object::Experiment(named(&experiment.meta)), subresource: None, body };
    Ok(Plan::new(Deed::TerminateExperiment { name: experiment.meta.name.clone() }, facts, vec![request]))
}

pub(super) fn retry_experiment(facts: Facts<'_>, name: &Arc<str>) -> Result<Plan, Refusal> {
    let experiment = experiment_of(facts, name)?;
    if experiment.meta.owned_by(&facts.rollout.meta.uid) {
        return Err(Refusal::RetryTheRollout);
    }
    begin_again(facts, experiment)
}

fn begin_again(facts: Facts<'_>, experiment: &Experiment) -> Result<Plan, Refusal> {
    if !finished(&experiment.status.phase) {
        return Err(Refusal::NotFinished { what: "Experiment" });
    }
    let body = Body::Merge(json!({"status": null}));
    let request = Request { object: Object::Experiment(named(&experiment.meta)), subresource: None, body };
    Ok(Plan::new(Deed::RetryExperiment { name: experiment.meta.name.clone() }, facts, vec![request]))
}

pub(super) fn delete_run(facts: Facts<'_>, name: &Arc<str>) -> Result<Plan, Refusal> {
    let run = run_of(facts, name)?;
    let status = &facts.rollout.status;
    let current = [
        &status.canary.current_step_analysis_run_status,
        &status.canary.current_background_analysis_run_status,
        &status.blue_green.pre_promotion_analysis_run_status,
        &status.blue_green.post_promotion_analysis_run_status,
    ];
    let named = current.into_iter().flatten().any(|current| *current.name == **name);
    match remove_run(facts, run)? {
        _ if named => Err(Refusal::StillNamed),
        plan => Ok(plan),
    }
}

fn remove_run(facts: Facts<'_>, run: &AnalysisRun) -> Result<Plan, Refusal> {
    if !finished(&run.status.phase) {
        return Err(Refusal::NotFinished { what: "AnalysisRun" });
    }
    let request = Request { object: Object::Run(named(&run.meta)), subresource: None, body: Body::Delete };
    Ok(Plan::new(Deed::DeleteRun { name: run.meta.name.clone() }, facts, vec![request])
        .noting("its measurements are lost"))
}
