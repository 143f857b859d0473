//! Deploys outward: a plan and its outcome as JSON (`rolltop/v1`), and as text for people ([`text`]).

pub mod text;

use super::rollout::API_VERSION;
use crate::deploy::change::Change;
use crate::deploy::plan::{Conflict, Fault, Identity, Item, LeftOver, Missing, Plan, Verdict};
use crate::deploy::progress::{Fate, Outcome};
use serde::Serialize;
use std::collections::BTreeMap;

/// A plan.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanReport {
    api_version: &'static str,
    kind: &'static str,
    channel: String,
    cluster: String,
    context: String,
    namespace: String,
    server_version: Option<String>,
    service: Option<String>,
    application: Option<String>,
    version: Versions,
    parameters: Vec<Parameter>,
    /// Nothing would be sent.
    unchanged: bool,
    /// It cannot be carried out.
    refused: bool,
    counts: BTreeMap<&'static str, usize>,
    objects: Vec<ObjectReport>,
    consequences: Vec<ConsequenceReport>,
    missing: Vec<MissingReport>,
    left_over: Vec<LeftOverReport>,
    /// Why left-overs cannot be told.
    left_over_unknown: Option<String>,
    warnings: Vec<String>,
    made_at: String,
}

#[derive(Clone, Debug, Serialize)]
struct Versions {
    from: Option<String>,
    to: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Parameter {
    name: String,
    value: String,
    origin: String,
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Named {
    api_version: String,
    #[serde(rename = "objectKind")]
    kind: String,
    namespace: Option<String>,
    name: String,
}

impl From<&Identity> for Named {
    fn from(identity: &Identity) -> Self {
        Self {
            api_version: identity.api_version.clone(),
            kind: identity.kind.clone(),
            namespace: identity.namespace.clone(),
            name: identity.name.clone(),
        }
    }
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ObjectReport {
    #[serde(flatten)]
    object: Named,
    title: String,
    place: String,
    verdict: &'static str,
    changes: Vec<ChangeReport>,
    conflicts: Vec<ConflictReport>,
    errors: Vec<ErrorReport>,
    notes: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ChangeReport {
    field: String,
    section: &'static str,
    lines: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConflictReport {
    field: String,
    manager: String,
    since: Option<String>,
    ours: Option<String>,
    live: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorReport {
    place: String,
    message: String,
    hint: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConsequenceReport {
    object: String,
    effect: &'static str,
    rolls_out: bool,
    words: Vec<String>,
    warnings: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct MissingReport {
    what: String,
    needed_by: String,
    place: String,
    fatal: bool,
    unknown: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LeftOverReport {
    #[serde(flatten)]
    object: Named,
    /// Why a prune does not remove it.
    kept: Option<String>,
}

/// A plan as JSON.
#[must_use]
pub fn plan(plan: &Plan) -> PlanReport {
    let target = &plan.target;
    let verdicts =
        [Verdict::Created, Verdict::Changed, Verdict::Unchanged, Verdict::Conflict, Verdict::Refused, Verdict::Unknown];
    PlanReport {
        api_version: API_VERSION,
        kind: "DeployPlan",
        channel: target.channel.clone(),
        cluster: target.cluster.clone(),
        context: target.context.clone(),
        namespace: target.namespace.to_string(),
        server_version: plan.server.clone(),
        service: plan.service.clone(),
        application: plan.application.clone(),
        version: Versions { from: plan.from.clone(), to: plan.to.clone() },
        parameters: plan.parameters.iter().map(parameter).collect(),
        unchanged: plan.is_done(),
        refused: plan.is_refused(),
        counts: verdicts.into_iter().map(|verdict| (verdict.word(), plan.count(verdict))).collect(),
        objects: plan.items.iter().map(object).collect(),
        consequences: plan
            .consequences
            .iter()
            .map(|one| ConsequenceReport {
                object: one.object.clone(),
                effect: one.effect.word(),
                rolls_out: one.effect.rolls_out(),
                words: one.words.clone(),
                warnings: one.warnings.clone(),
            })
            .collect(),
        missing: plan.missing.iter().map(missing).collect(),
        left_over: plan.left_over.iter().flatten().map(left_over).collect(),
        left_over_unknown: plan.left_over.as_ref().err().cloned(),
        warnings: plan.warnings.clone(),
        made_at: plan.made_at.to_string(),
    }
}

fn parameter(parameter: &crate::service::rendered::Value) -> Parameter {
    Parameter { name: parameter.name.clone(), value: parameter.value.clone(), origin: parameter.origin.clone() }
}

fn object(item: &Item) -> ObjectReport {
    ObjectReport {
        object: Named::from(&item.identity),
        title: item.title.clone(),
        place: item.place.to_string(),
        verdict: item.verdict.word(),
        changes: item.changes.iter().map(change).collect(),
        conflicts: item.conflicts.iter().map(conflict).collect(),
        errors: item.faults.iter().map(error).collect(),
        notes: item.notes.clone(),
    }
}

fn change(change: &Change) -> ChangeReport {
    let lines = change.lines.iter().map(|line| format!("{}{}", line.sign.mark(), line.text));
    ChangeReport { field: change.path.clone(), section: change.section.words(), lines: lines.collect() }
}

fn conflict(conflict: &Conflict) -> ConflictReport {
    ConflictReport {
        field: conflict.field.clone(),
        manager: conflict.manager.clone(),
        since: conflict.since.map(|since| since.to_string()),
        ours: conflict.ours.clone(),
        live: conflict.live.clone(),
    }
}

fn error(fault: &Fault) -> ErrorReport {
    let trouble = &fault.trouble;
    ErrorReport { place: fault.place.to_string(), message: trouble.sentence.clone(), hint: trouble.hint.clone() }
}

fn missing(missing: &Missing) -> MissingReport {
    MissingReport {
        what: missing.what.clone(),
        needed_by: missing.needed_by.clone(),
        place: missing.place.to_string(),
        fatal: missing.fatal,
        unknown: missing.unknown.clone(),
    }
}

fn left_over(left: &LeftOver) -> LeftOverReport {
    LeftOverReport { object: Named::from(&left.identity), kept: left.kept.clone() }
}

/// What became of one object.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FateReport {
    #[serde(flatten)]
    object: Named,
    outcome: &'static str,
    resource_version: Option<String>,
    message: Option<String>,
    hint: Option<String>,
    place: Option<String>,
}

/// An outcome as JSON, object by object.
#[must_use]
pub fn outcome(outcome: &Outcome) -> Vec<FateReport> {
    outcome.fates.iter().map(|(identity, fate)| fate_report(identity, fate)).collect()
}

fn fate_report(identity: &Identity, fate: &Fate) -> FateReport {
    let mut report = FateReport {
        object: Named::from(identity),
        outcome: fate.word(),
        resource_version: None,
        message: None,
        hint: None,
        place: None,
    };
    match fate {
        Fate::Applied { resource_version, found_later } => {
            report.resource_version = Some(resource_version.clone());
            report.message = found_later.then(|| "the answer was lost; read again, it is applied".to_owned());
        }
        Fate::Moved { what } => report.message = Some(what.clone()),
        Fate::Failed(failed) | Fate::Unknown(failed) => {
            report.message = Some(failed.trouble.sentence.clone());
            report.hint.clone_from(&failed.trouble.hint);
            report.place = failed.place.as_ref().map(ToString::to_string);
        }
        Fate::Skipped | Fate::Removed | Fate::NotTried => {}
    }
    report
}
