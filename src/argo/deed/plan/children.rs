//! What is done to the AnalysisRuns and Experiments of a rollout.

use super::{Body, Facts, Named, Object, Plan, Request, finished};
use crate::argo::analysis::AnalysisRun;
use crate::argo::deed::Deed;
use crate::argo::deed::refusal::Refusal;
use crate::argo::experiment::Experiment;
use crate::argo::meta::Meta;
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

pub(super) fn terminate_run(facts: Facts<'_>, name: &Arc<str>) -> Result<Plan, Refusal> {
    let run = run_of(facts, name)?;
    if finished(&run.status.phase) {
        return Err(Refusal::Finished { what: "AnalysisRun", phase: run.status.phase.clone() });
    }
    let body = Body::Merge(json!({"spec": {"terminate": true}}));
    let request = Request { object: Object::Run(named(&run.meta)), subresource: None, body };
    let plan = Plan::new(Deed::TerminateRun { name: name.clone() }, facts, vec![request]);
    let status = &facts.rollout.status;
    let inline = status.canary.current_step_analysis_run_status.as_ref().is_some_and(|current| *current.name == **name);
    Ok(if inline {
        plan.noting("ended without a failure it counts as success: the step completes and the rollout goes on")
    } else {
        plan.noting("ended without a failure it counts as success; the controller begins no other in its place")
    })
}

pub(super) fn terminate_experiment(facts: Facts<'_>, name: &Arc<str>) -> Result<Plan, Refusal> {
    let experiment = experiment_of(facts, name)?;
    if finished(&experiment.status.phase) {
        return Err(Refusal::Finished { what: "Experiment", phase: experiment.status.phase.clone() });
    }
    let body = Body::Merge(json!({"spec": {"terminate": true}}));
    let request = Request { object: Object::Experiment(named(&experiment.meta)), subresource: None, body };
    Ok(Plan::new(Deed::TerminateExperiment { name: name.clone() }, facts, vec![request]))
}

pub(super) fn retry_experiment(facts: Facts<'_>, name: &Arc<str>) -> Result<Plan, Refusal> {
    let experiment = experiment_of(facts, name)?;
    if experiment.meta.owned_by(&facts.rollout.meta.uid) {
        return Err(Refusal::RetryTheRollout);
    }
    if !finished(&experiment.status.phase) {
        return Err(Refusal::NotFinished { what: "Experiment" });
    }
    let body = Body::Merge(json!({"status": null}));
    let request = Request { object: Object::Experiment(named(&experiment.meta)), subresource: None, body };
    Ok(Plan::new(Deed::RetryExperiment { name: name.clone() }, facts, vec![request]))
}

pub(super) fn delete_run(facts: Facts<'_>, name: &Arc<str>) -> Result<Plan, Refusal> {
    let run = run_of(facts, name)?;
    if !finished(&run.status.phase) {
        return Err(Refusal::NotFinished { what: "AnalysisRun" });
    }
    let status = &facts.rollout.status;
    let current = [
        &status.canary.current_step_analysis_run_status,
        &status.canary.current_background_analysis_run_status,
        &status.blue_green.pre_promotion_analysis_run_status,
        &status.blue_green.post_promotion_analysis_run_status,
    ];
    if current.into_iter().flatten().any(|current| *current.name == **name) {
        return Err(Refusal::StillNamed);
    }
    let request = Request { object: Object::Run(named(&run.meta)), subresource: None, body: Body::Delete };
    Ok(Plan::new(Deed::DeleteRun { name: name.clone() }, facts, vec![request]).noting("its measurements are lost"))
}
