//! Plans: asked for, answered, good for a minute and for exactly the values that they were made with, made again when
//! somebody else changed what they speak of.

use super::cells::{self, Cell};
use super::{Focus, Form, values};
use crate::app::effect::Effect;
use crate::app::model::Mark;
use crate::app::present::time;
use crate::app::state::State;
use crate::deploy::feed::{DeployId, NoPlan, Order, Wish};
use crate::deploy::plan::{Identity, Item, Plan, Verdict};
use crate::deploy::progress::Choices;
use crate::names::RolloutKey;
use crate::service::settle::Given;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A plan is good for so long; then it is made again before anything is sent.
pub const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// The plan of a cluster.
#[derive(Clone, Debug)]
pub struct CellPlan {
    /// Its number.
    pub id: DeployId,
    /// The values that it was asked with.
    pub given: Given,
    /// What counts as deployed last was read off what runs.
    pub running: bool,
    /// When it was asked for (local time).
    pub asked_at: Timestamp,
    /// When it came (local time), and what.
    pub answer: Option<(Timestamp, Result<Arc<Plan>, NoPlan>)>,
    /// What was chosen beside it: fields to take over, left-overs to remove.
    pub choices: Choices,
    /// The one that was looked at before, and why this one was made.
    pub again: Option<(Arc<Plan>, String)>,
}

impl CellPlan {
    /// The plan, once it is there.
    #[must_use]
    pub fn plan(&self) -> Option<&Arc<Plan>> {
        self.answer.as_ref().and_then(|(_, answer)| answer.as_ref().ok())
    }

    /// Where a value comes from, as the form says it.
    #[must_use]
    pub fn origin<'a>(&self, origin: &'a str) -> &'a str {
        if self.running && origin == values::LAST { values::RUNS } else { origin }
    }

    /// Nothing has to be sent by it.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.plan()
            .is_some_and(|plan| plan.is_done() && !plan.prunable().any(|left| self.choices.prunes(&left.identity)))
    }
}

/// Asks for the plans of all marked clusters, and shows them; or says what is missing and goes there.
pub fn ask(state: &mut State) -> Vec<Effect> {
    if is_flying(state) {
        // What is on its way is looked at as it was sent.
        if let Some(form) = &mut state.deploying.form {
            form.planned = true;
            form.focus = Focus::Plan;
        }
        return Vec::new();
    }
    if let Err((why, focus)) = ready(state) {
        if let (Some(form), Some(focus)) = (&mut state.deploying.form, focus) {
            form.focus = focus;
        }
        state.answer(Mark::Attention, why);
        return Vec::new();
    }
    let Some(form) = &state.deploying.form else { return Vec::new() };
    let marked = cells::marked(state, form);
    let mut effects = Vec::new();
    for cell in &marked {
        effects.extend(ask_one(state, *cell, None));
    }
    if let Some(form) = &mut state.deploying.form {
        form.plans.retain(|cell, _| marked.contains(cell));
        form.planned = true;
        form.focus = Focus::Plan;
        form.reading = crate::app::reading::Reading::default();
    }
    state.touch();
    effects
}

/// Whether a plan of the form is being carried out.
fn is_flying(state: &State) -> bool {
    let Some(form) = &state.deploying.form else { return false };
    let open = state.deploying.flights.iter().filter(|flight| flight.is_open());
    form.plans.values().filter_map(CellPlan::plan).any(|plan| open.clone().any(|flight| flight.holds_plan(plan)))
}

/// Whether a plan can be made, else why not, and which field wants something.
///
/// # Errors
/// In words, with the field.
fn ready(state: &State) -> Result<(), (String, Option<Focus>)> {
    let Some(form) = &state.deploying.form else { return Err(("there is no form".to_owned(), None)) };
    let Some(service) = cells::service(state, form) else {
        return Err(("choose a service first".to_owned(), Some(Focus::Service)));
    };
    if service.broken {
        return Err((format!("{} has errors: rolltop validate lists them", service.home.file), Some(Focus::Service)));
    }
    let marked = cells::marked(state, form);
    if marked.is_empty() {
        return Err(("mark a channel first".to_owned(), Some(Focus::Channels)));
    }
    for cell in &marked {
        if let Some(why) = cells::off(state, service.name(), *cell) {
            return Err((why, Some(Focus::Channels)));
        }
    }
    let bad = |value: &values::Value| matches!(value.remark, Some((Mark::Bad, _)));
    let fields = values::of(state, form);
    if let Some(at) = fields.iter().position(bad) {
        let words = fields[at].remark.as_ref().map(|(_, words)| words.clone()).unwrap_or_default();
        return Err((format!("{}: {words}", fields[at].name), Some(Focus::Parameter(at))));
    }
    match values::errors(state, form).into_iter().next() {
        Some(error) => Err((error, None)),
        None => Ok(()),
    }
}

/// Asks for one plan. `why`: it is made again, for this reason.
pub fn ask_one(state: &mut State, cell: Cell, why: Option<String>) -> Option<Effect> {
    let form = state.deploying.form.as_ref()?;
    let service = form.service.clone()?;
    let given = values::given(state, form, cell);
    let running = cells::service(state, form).is_some_and(|service| values::last(state, service, cell).1);
    let id = DeployId(state.number());
    let now = state.now;
    let form = state.deploying.form.as_mut()?;
    let before = form.plans.remove(&cell);
    // What was chosen was chosen for these values: a plan that is made again by itself keeps it.
    let same = before.as_ref().is_some_and(|before| before.given == given);
    let choices = before.as_ref().filter(|_| same).map(|before| before.choices.clone()).unwrap_or_default();
    let again = match (why, before) {
        (Some(why), Some(before)) => {
            before.plan().cloned().or(before.again.map(|(plan, _)| plan)).map(|plan| (plan, why))
        }
        _ => None,
    };
    let plan = CellPlan { id, given: given.clone(), running, asked_at: now, answer: None, choices, again };
    form.plans.insert(cell, plan);
    let wish = Wish { source: cell.source, channel: cell.channel, service, given };
    Some(Effect::Deploy(Order::Plan(id, Box::new(wish))))
}

/// A plan came.
pub fn answered(state: &mut State, id: DeployId, answer: Result<Arc<Plan>, NoPlan>) {
    let now = state.now;
    let Some(form) = &mut state.deploying.form else { return };
    let Some(plan) = form.plans.values_mut().find(|plan| plan.id == id) else { return };
    if let Ok(made) = &answer {
        // What is no conflict or left-over any more was not chosen for this plan.
        plan.choices
            .take_over
            .retain(|one| made.items.iter().any(|item| item.identity == *one && item.verdict == Verdict::Conflict));
        plan.choices.prune.retain(|one| made.prunable().any(|left| left.identity == *one));
        if plan.again.as_ref().is_some_and(|(before, _)| super::since::differences(before, made).is_empty()) {
            // Nothing that was looked at is another one: there is nothing to point at.
            plan.again = None;
        }
    }
    plan.answer = Some((now, answer));
    state.touch();
}

/// Why nothing can be sent now, whatever is pressed; `None`: the question may be asked. What is merely old is not
/// counted: it is made again.
#[must_use]
pub fn obstacle(state: &State, form: &Form) -> Option<String> {
    let marked = cells::marked(state, form);
    let Some(service) = form.service.as_deref() else { return Some("choose a service first".to_owned()) };
    if marked.is_empty() {
        return Some("mark a channel first".to_owned());
    }
    let mut done = true;
    for cell in &marked {
        if let Some(why) = cells::off(state, service, *cell) {
            return Some(why);
        }
        let place = cells::words(state, *cell);
        let Some(known) = form.plans.get(cell) else { return Some("look at the plan first: Dry run".to_owned()) };
        if known.given != values::given(state, form, *cell) {
            return Some("the values are others than those of the plan: Dry run again".to_owned());
        }
        let plan = match &known.answer {
            None => return Some(format!("the plan for {place} is being made")),
            Some((_, Err(_))) => return Some(format!("there is no plan for {place}")),
            Some((_, Ok(plan))) => plan,
        };
        if state.deploying.flights.iter().any(|flight| flight.holds_plan(plan)) {
            return Some(format!("{place}: this plan was sent already; R makes it again"));
        }
        if plan.is_refused() {
            return Some(format!("{place}: {}", refused(plan)));
        }
        let open = |item: &&Item| item.verdict == Verdict::Conflict && !known.choices.takes_over(&item.identity);
        if let Some(item) = plan.items.iter().find(open) {
            return Some(format!("{place}: {} has fields of others: Space on it takes them over", item.identity));
        }
        done &= known.is_done();
    }
    done.then(|| "nothing to do: everything is as it should be".to_owned())
}

/// What stands in the way of a plan.
fn refused(plan: &Plan) -> String {
    let count = plan.items.iter().filter(|item| item.is_in_the_way()).count();
    let missing = plan.missing.iter().find(|missing| missing.fatal && missing.unknown.is_none());
    match (count, missing) {
        (0, Some(missing)) => format!("{} is missing", missing.what),
        (1, _) => "1 object would be refused".to_owned(),
        (count, _) => format!("{count} objects would be refused"),
    }
}

/// The clusters whose plan is too old to be sent, with its age.
#[must_use]
pub fn old(state: &State, form: &Form) -> Vec<(Cell, SignedDuration)> {
    let age = |plan: &CellPlan| plan.answer.as_ref().map(|(at, _)| time::between(*at, state.now));
    let aged = form.plans.iter().filter_map(|(cell, plan)| Some((*cell, age(plan)?)));
    aged.filter(|(_, age)| *age > FRESH).collect()
}

/// A watched Rollout is another one: a plan that was made on what it was is made again.
pub fn observe(state: &mut State, key: &RolloutKey) -> Vec<Effect> {
    let Some(form) = &state.deploying.form else { return Vec::new() };
    let row = state.fleet.get(key);
    let of_key = |identity: &Identity| {
        identity.is_rollout()
            && identity.name == *key.name
            && identity.namespace.as_deref().is_none_or(|namespace| namespace == key.namespace.as_str())
    };
    let mut changed = Vec::new();
    for (cell, plan) in form.plans.iter().filter(|(cell, _)| cell.source == key.source) {
        let Some(made) = plan.plan() else { continue };
        let Some(item) = made.items.iter().find(|item| of_key(&item.identity)) else { continue };
        // A flight of ours changes it too; its own screen tells of that.
        if state.deploying.flights.iter().any(|flight| flight.cell == *cell && flight.holds_plan(made)) {
            continue;
        }
        let what = match (&item.seen, row) {
            (Some(_), None) => Some("was deleted".to_owned()),
            (None, Some(_)) => Some("is there now".to_owned()),
            (Some(seen), Some(row)) if seen.uid != *row.rollout.meta.uid => Some("was made anew".to_owned()),
            (Some(seen), Some(row)) if seen.generation.is_some_and(|seen| row.rollout.meta.generation > seen) => {
                let who = row.rollout.meta.writers.iter().rev().find(|one| one.subresource.is_none());
                Some(match who {
                    Some(writer) => format!("was changed by {}", writer.manager),
                    None => "was changed".to_owned(),
                })
            }
            _ => None,
        };
        if let Some(what) = what {
            changed.push((*cell, format!("{} {what}: the plan was made again", item.identity)));
        }
    }
    let mut effects = Vec::new();
    for (cell, why) in changed {
        state.say(Mark::Attention, format!("{}: {why}", cells::words(state, cell)));
        effects.extend(ask_one(state, cell, Some(why.clone())));
        super::confirm::overtaken(state, &why);
    }
    effects
}
