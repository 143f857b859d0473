//! Another pod template: the one of an earlier revision, or the present one with another image.

use super::{Body, Facts, Object, Plan, Request};
use crate::argo::deed::Deed;
use crate::argo::deed::refusal::Refusal;
use crate::argo::deed::undo::{self, Target};
use crate::argo::phase::{self, Lag};
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::{Container, PodTemplate, Rollout};
use serde_json::json;
use std::sync::Arc;

/// Where the template of a rollout stands: in itself, or in the workload it refers to.
fn template_home(rollout: &Rollout) -> Result<(Object, &'static str), Refusal> {
    let Some(workload) = &rollout.spec.workload_ref else { return Ok((Object::Rollout, "/spec/template")) };
    let home = Object::Workload(workload.kind.clone(), workload.name.clone());
    match &*workload.kind {
        "Deployment" | "ReplicaSet" => Ok((home, "/spec/template")),
        "PodTemplate" => Ok((home, "/template")),
        _ => Err(Refusal::Workload { kind: workload.kind.clone() }),
    }
}

/// What a new template means for an update under way.
fn supersedes(rollout: &Rollout, plan: Plan) -> Plan {
    if rollout.status.abort {
        plan.noting("the abort is over with it: a new update begins")
    } else if !rollout.fully_promoted() {
        plan.noting("the update under way is superseded: its steps begin again")
    } else {
        plan
    }
}

pub(super) fn back(facts: Facts<'_>, target: Target) -> Result<Plan, Refusal> {
    let rollout = facts.rollout;
    let (object, path) = template_home(rollout)?;
    if matches!(phase::lag(rollout), Some(Lag::Spec | Lag::Workload)) {
        // Which revision is the present one is not sure yet.
        return Err(Refusal::NotObserved);
    }
    let sets: &[Arc<ReplicaSet>] = facts.children.replica_sets.ok_or(Refusal::NotKnown { what: "ReplicaSets" })?;
    let chosen = undo::choose(rollout, sets, target)?;
    let set = &chosen.replica_set;
    let body = Body::TemplateOf { name: set.meta.name.clone(), uid: set.meta.uid.clone(), path };
    let mut plan = Plan::new(
        Deed::Undo(Target::Revision(chosen.revision)),
        facts,
        vec![Request { object, subresource: None, body }],
    );
    if chosen.stable && !rollout.fully_promoted() {
        plan = plan.noting("back to the stable version: no steps, no pauses, no analysis");
    } else {
        plan = supersedes(rollout, plan);
    }
    if let Some(plugin) = chosen.plugin {
        plan = plan.noting(format!("kubectl argo rollouts undo would go to revision {plugin} instead"));
    }
    Ok(plan.noting("only the pod template goes back: not steps, replicas, Services or ConfigMaps"))
}

/// Where a container stands in a template: its list, its index, and itself.
type Found<'a> = (&'static str, usize, &'a Container);

pub(super) fn set_image(facts: Facts<'_>, images: &Arc<[(Arc<str>, Arc<str>)]>) -> Result<Plan, Refusal> {
    let rollout = facts.rollout;
    for (_, image) in images.iter() {
        check_image(image)?;
    }
    let (object, path) = template_home(rollout)?;
    let template: &PodTemplate = match (&rollout.spec.template, facts.children.workload) {
        (_, Some(workload)) if object != Object::Rollout => &workload.spec.template,
        (Some(template), _) if object == Object::Rollout => template,
        _ => return Err(Refusal::NotKnown { what: "containers" }),
    };
    let mut operations = Vec::new();
    for (container, image) in images.iter() {
        for (list, at, present) in containers(template, container)? {
            if present.image == *image {
                continue;
            }
            let place = format!("{path}/spec/{list}/{at}");
            // The test holds the place to the name: between the look and the write somebody may have added a container.
            operations.push(json!({"op": "test", "path": format!("{place}/name"), "value": &*present.name}));
            operations.push(json!({"op": "replace", "path": format!("{place}/image"), "value": &**image}));
        }
    }
    if operations.is_empty() {
        return Err(Refusal::SameImage);
    }
    let request = Request { object, subresource: None, body: Body::Json(operations.into()) };
    let plan = Plan::new(Deed::SetImage { images: images.clone() }, facts, vec![request]);
    Ok(supersedes(rollout, plan))
}

/// The container of this name; of `*` all, as the plugin has it.
fn containers<'a>(template: &'a PodTemplate, name: &str) -> Result<Vec<Found<'a>>, Refusal> {
    let lists = [("containers", &template.spec.containers), ("initContainers", &template.spec.init_containers)];
    let all =
        lists.iter().flat_map(|(list, containers)| containers.iter().enumerate().map(|(at, one)| (*list, at, one)));
    let found: Vec<Found<'a>> = if name == "*" {
        all.clone().collect()
    } else {
        all.clone().find(|(_, _, one)| &*one.name == name).into_iter().collect()
    };
    if found.is_empty() {
        let known = all.map(|(_, _, one)| one.name.to_string()).collect();
        return Err(Refusal::Missing { what: "container", name: name.into(), known });
    }
    Ok(found)
}

fn check_image(image: &str) -> Result<(), Refusal> {
    if image.is_empty() {
        return Err(Refusal::BadImage("it is empty"));
    }
    if image.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(Refusal::BadImage("it has a blank in it"));
    }
    if image.contains('=') {
        return Err(Refusal::BadImage("it has a = in it"));
    }
    if !image.is_ascii() {
        return Err(Refusal::BadImage("it has letters that no image has"));
    }
    Ok(())
}
