//! Plan: the requests that a deed sends, decided on one form of the objects; or why there is nothing to send.
//!
//! The bodies are those of the kubectl plugin. What is added when they are sent is the precondition: the resourceVersion
//! of the object that was decided on (see [`Guard`]).

mod children;
mod form;
mod template;

pub use children::{Lone, alone};
pub use form::{Body, Guard, Named, Object, Plan, Request};

use super::refusal::{NotAborted, Refusal};
use super::{Deed, Extent};
use crate::argo::phase::{self, Degradation, Lag};
use crate::argo::picture::Children;
use crate::argo::promote;
use crate::argo::rollout::{Rollout, StrategyKind};
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Value, json};

/// What is known when a deed is decided.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The rollout.
    pub rollout: &'a Rollout,
    /// Its children, as far as they are known.
    pub children: Children<'a>,
    /// Now, by the cluster's clock.
    pub now: Timestamp,
}

/// Whether the rollout is still in the situation that a plan was decided on, whatever its resourceVersion says.
#[must_use]
pub fn still_holds(plan: &Plan, rollout: &Rollout) -> bool {
    let seen = &plan.seen;
    if rollout.unreadable.is_some() || rollout.meta.deleting.is_some() || rollout.meta.uid != seen.uid {
        return false;
    }
    let same_version = rollout.status.current_pod_hash == seen.pod_hash;
    match &plan.deed {
        Deed::Promote(Extent::Pause | Extent::Step | Extent::AllSteps) => promote::still_holds(seen, rollout),
        // A brake stops what is being rolled out, at whatever step it is by now.
        Deed::Abort | Deed::Pause => same_version,
        Deed::Promote(Extent::Full) | Deed::Retry => {
            same_version
                && rollout.meta.generation == seen.generation
                && rollout.status.abort == seen.abort
                && rollout.spec.paused == seen.spec_paused
        }
        Deed::Resume | Deed::Restart { .. } | Deed::Undo(_) | Deed::SetImage { .. } | Deed::Scale { .. } => {
            same_version && rollout.meta.generation == seen.generation && rollout.status.abort == seen.abort
        }
        // They go to another object, which has a version of its own.
        Deed::TerminateRun { .. }
        | Deed::TerminateExperiment { .. }
        | Deed::RetryExperiment { .. }
        | Deed::DeleteRun { .. } => true,
    }
}

fn status(fields: &Value) -> Request {
    Request { object: Object::Rollout, subresource: Some("status"), body: Body::Merge(json!({ "status": fields })) }
}

fn spec(fields: &Value) -> Request {
    Request { object: Object::Rollout, subresource: None, body: Body::Merge(json!({ "spec": fields })) }
}

/// Decides.
///
/// # Errors
/// A [`Refusal`] when the deed would do nothing, or something else than it says.
pub fn plan(deed: &Deed, facts: Facts<'_>) -> Result<Plan, Refusal> {
    let rollout = facts.rollout;
    if rollout.unreadable.is_some() {
        return Err(Refusal::Unreadable);
    }
    if rollout.meta.deleting.is_some() {
        return Err(Refusal::Deleting);
    }
    match deed {
        Deed::Promote(Extent::Pause) => promote_pause(facts),
        Deed::Promote(Extent::Step) => skip_step(facts),
        Deed::Promote(Extent::AllSteps) => skip_all(facts),
        Deed::Promote(Extent::Full) => full(facts),
        Deed::Abort => abort(facts),
        Deed::Retry => retry(facts),
        Deed::RetryExperiment { name } => children::retry_experiment(facts, name),
        Deed::Pause if rollout.spec.paused => Err(Refusal::AlreadyPaused),
        Deed::Pause => {
            let plan = Plan::new(deed.clone(), facts, vec![spec(&json!({"paused": true}))]);
            Ok(if rollout.fully_promoted() {
                plan.noting("nothing is being rolled out: the next change will wait")
            } else {
                plan
            })
        }
        Deed::Resume if !rollout.spec.paused => {
            Err(Refusal::NotByHand { at_pause: !rollout.status.pause_conditions.is_empty() })
        }
        Deed::Resume => {
            let plan = Plan::new(deed.clone(), facts, vec![spec(&json!({"paused": false}))]);
            let also = !rollout.status.pause_conditions.is_empty();
            Ok(if also { plan.noting("the pause of its step stays: promote ends that") } else { plan })
        }
        Deed::Restart { at } => restart(facts, *at),
        Deed::Undo(target) => template::back(facts, *target),
        Deed::SetImage { images } => template::set_image(facts, images),
        Deed::Scale { replicas } => scale(facts, *replicas),
        Deed::TerminateRun { name } => children::terminate_run(facts, name),
        Deed::TerminateExperiment { name } => children::terminate_experiment(facts, name),
        Deed::DeleteRun { name } => children::delete_run(facts, name),
    }
}

/// What stands before everything that only makes sense in an update that the controller has seen.
fn in_update(rollout: &Rollout) -> Result<(), Refusal> {
    match phase::lag(rollout) {
        Some(Lag::Spec | Lag::Workload) => return Err(Refusal::NotObserved),
        Some(Lag::Unpause) | None => {}
    }
    if rollout.status.stable_rs.is_empty() {
        return Err(Refusal::FirstDeployment);
    }
    if rollout.fully_promoted() { Err(Refusal::NothingRolledOut) } else { Ok(()) }
}

fn promote_pause(facts: Facts<'_>) -> Result<Plan, Refusal> {
    let promotion = promote::plan(facts.rollout).map_err(Refusal::Promote)?;
    let request = |subresource, patch: Option<Value>| {
        patch.map(|patch| Request { object: Object::Rollout, subresource, body: Body::Merge(patch) })
    };
    let requests = [request(Some("status"), promotion.status_patch), request(None, promotion.spec_patch)];
    let requests = requests.into_iter().flatten().collect();
    Ok(Plan::new(Deed::Promote(Extent::Pause), facts, requests).or_at_once(promotion.unified_patch))
}

/// What a skip of steps needs: a canary in the middle of them, that nothing holds.
fn skippable(rollout: &Rollout) -> Result<(i64, i64), Refusal> {
    if rollout.spec.strategy_kind() != StrategyKind::Canary || rollout.spec.steps().is_empty() {
        return Err(Refusal::NoSteps);
    }
    if rollout.status.abort {
        return Err(Refusal::Aborted);
    }
    in_update(rollout)?;
    if phase::lag(rollout) == Some(Lag::Unpause) {
        return Err(Refusal::AlreadyPromoting);
    }
    if rollout.spec.paused {
        return Err(Refusal::ByHand);
    }
    let total = i64::try_from(rollout.spec.steps().len()).unwrap_or(i64::MAX);
    let index = i64::from(rollout.status.current_step_index.unwrap_or(0)).max(0);
    if index < total { Ok((index, total)) } else { Err(Refusal::AllDone) }
}

fn skip_step(facts: Facts<'_>) -> Result<Plan, Refusal> {
    let (index, _) = skippable(facts.rollout)?;
    if !facts.rollout.status.pause_conditions.is_empty() {
        return Err(Refusal::AtPause);
    }
    let fields = json!({"pauseConditions": null, "currentStepIndex": index + 1});
    let plan = Plan::new(Deed::Promote(Extent::Step), facts, vec![status(&fields)]);
    Ok(plan.or_at_once(json!({"spec": {"paused": false}, "status": fields})))
}

/// The plugin's `--skip-all-steps` leaves a pause behind that no step will end any more; it is cleared with it here.
fn skip_all(facts: Facts<'_>) -> Result<Plan, Refusal> {
    let (_, total) = skippable(facts.rollout)?;
    let mut fields = json!({"currentStepIndex": total});
    if !facts.rollout.status.pause_conditions.is_empty() {
        fields["pauseConditions"] = Value::Null;
    }
    let plan = Plan::new(Deed::Promote(Extent::AllSteps), facts, vec![status(&fields)]);
    Ok(plan
        .or_at_once(json!({"spec": {"paused": false}, "status": fields}))
        .noting("no pause and no inline analysis comes any more; pods still have to become available"))
}

fn full(facts: Facts<'_>) -> Result<Plan, Refusal> {
    let rollout = facts.rollout;
    in_update(rollout)?;
    if rollout.status.promote_full && !rollout.spec.paused {
        return Err(Refusal::AlreadyFull);
    }
    let mut requests = vec![status(&json!({"promoteFull": true}))];
    if rollout.spec.paused {
        requests.push(spec(&json!({"paused": false})));
    }
    let plan = Plan::new(Deed::Promote(Extent::Full), facts, requests)
        .or_at_once(json!({"spec": {"paused": false}, "status": {"promoteFull": true}}))
        .noting("skips every step, pause and analysis that is left");
    Ok(if rollout.status.abort {
        plan.noting("it is aborted: this rolls the aborted version out all the same")
    } else {
        plan
    })
}

fn abort(facts: Facts<'_>) -> Result<Plan, Refusal> {
    let rollout = facts.rollout;
    if rollout.status.abort {
        return Err(Refusal::AlreadyAborted);
    }
    in_update(rollout)?;
    // While `promoteFull` stands the controller takes an abort back; the plugin's abort does nothing then. Both flags
    // change in one patch, else this would be no brake.
    let fields =
        if rollout.status.promote_full { json!({"abort": true, "promoteFull": false}) } else { json!({"abort": true}) };
    let plan = Plan::new(Deed::Abort, facts, vec![status(&fields)])
        .or_at_once(json!({ "status": fields }))
        .noting("the spec keeps the new version: it stays Degraded until it is retried, undone or changed");
    let blue_green = rollout.spec.strategy_kind() == StrategyKind::BlueGreen;
    let switched = blue_green && rollout.status.blue_green.active_selector == rollout.status.current_pod_hash;
    Ok(if switched { plan.noting("the active Service goes back to the stable version") } else { plan })
}

fn retry(facts: Facts<'_>) -> Result<Plan, Refusal> {
    let rollout = facts.rollout;
    let (_, message) = phase::of(rollout);
    if !rollout.status.abort {
        let degraded = rollout.status.phase.as_deref() == Some("Degraded");
        return Err(Refusal::NotAborted(match phase::degradation(rollout, &message) {
            Degradation::DeadlineExceeded if degraded => NotAborted::DeadlineExceeded,
            Degradation::InvalidSpec if degraded => NotAborted::InvalidSpec,
            _ => NotAborted::Other,
        }));
    }
    if matches!(phase::lag(rollout), Some(Lag::Spec | Lag::Workload)) {
        // The new template forgets the abort by itself.
        return Err(Refusal::NotObserved);
    }
    let mut plan = Plan::new(Deed::Retry, facts, vec![status(&json!({"abort": false}))])
        .or_at_once(json!({"status": {"abort": false}}));
    if phase::retry_is_futile(&message) {
        plan = plan.noting("the controller keeps the failed analysis of this version and will abort again at once: another image gets past it");
    }
    if rollout.status.promote_full {
        plan = plan.noting("a full promotion that was asked for before goes on with it: no step, pause or analysis");
    }
    Ok(plan)
}

fn restart(facts: Facts<'_>, at: Timestamp) -> Result<Plan, Refusal> {
    let rollout = facts.rollout;
    let under_way = rollout
        .spec
        .restart_at
        .is_some_and(|asked| asked <= facts.now && rollout.status.restarted_at.is_none_or(|done| done < asked));
    if under_way {
        return Err(Refusal::AlreadyRestarting);
    }
    if rollout.spec.desired() == 0 {
        return Err(Refusal::NoPods);
    }
    // Seconds: that is what the plugin writes, and what the controller compares.
    let text = at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let plan = Plan::new(Deed::Restart { at }, facts, vec![spec(&json!({"restartAt": text}))])
        .noting("pods are evicted a few at a time, stable ones first; a PodDisruptionBudget may hold it up");
    let replaces = rollout.spec.restart_at.filter(|asked| *asked > facts.now);
    Ok(match replaces {
        Some(asked) => plan.noting(format!("it takes the place of the restart that was set for {asked}")),
        None => plan,
    })
}

fn scale(facts: Facts<'_>, replicas: i32) -> Result<Plan, Refusal> {
    let rollout = facts.rollout;
    if replicas < 0 {
        return Err(Refusal::BadReplicas(replicas));
    }
    if rollout.spec.replicas == Some(replicas) {
        return Err(Refusal::SameReplicas(replicas));
    }
    let scalers = facts.children.scalers;
    let ours = scalers.into_iter().flatten().find(|scaler| {
        let target = &scaler.spec.scale_target_ref;
        &*target.kind == "Rollout" && *target.name == *rollout.meta.name
    });
    if let Some(scaler) = ours {
        let range = (scaler.spec.min_replicas.unwrap_or(1), scaler.spec.max_replicas);
        return Err(Refusal::Scaled { by: scaler.meta.name.as_ref().into(), range });
    }
    let body = Body::Merge(json!({"spec": {"replicas": replicas}}));
    let request = Request { object: Object::Rollout, subresource: Some("scale"), body };
    let mut plan = Plan::new(Deed::Scale { replicas }, facts, vec![request]);
    if scalers.is_none() {
        plan = plan.noting("whether a HorizontalPodAutoscaler scales it is not known: it would set the number again");
    }
    if replicas == 0 {
        plan = plan.noting("no pod is left: it takes no traffic any more");
    }
    Ok(if rollout.fully_promoted() { plan } else { plan.noting("steps wait until the pods are there") })
}

/// Whether a run or an experiment is finished, by its phase.
#[must_use]
pub fn finished(phase: &str) -> bool {
    matches!(phase, "Successful" | "Failed" | "Error" | "Inconclusive")
}
