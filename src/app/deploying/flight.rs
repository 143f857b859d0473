//! Flight: a deploy that was sent, from the first object to what the controller did. One at a time; of several clusters
//! the next only goes behind one that is done. While one is on its way, no second one goes to the same place.

pub mod told;

use super::Form;
use super::cells::Cell;
use super::lines::mark_of_fate;
use crate::app::effect::Effect;
use crate::app::model::{Mark, Verdict};
use crate::app::navigate;
use crate::app::present::{Subject, page};
use crate::app::screen::{RolloutView, Screen};
use crate::app::state::State;
use crate::argo::feed::Trouble;
use crate::argo::phase;
use crate::deploy::feed::{Applying, DeployId, Order};
use crate::deploy::plan::{Identity, Plan};
use crate::deploy::progress::{Choices, Fate, Outcome, Progress};
use crate::deploy::records::DEPLOY_ID;
use crate::names::{Namespace, RolloutKey};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A settled line stays so long on screen; trouble three times as long.
const STAYS: SignedDuration = SignedDuration::from_secs(10);
/// Without a reaction for this long after it was accepted, the line asks whether the controller is up.
const NO_REACTION: SignedDuration = SignedDuration::from_secs(10);
/// Deploys that are remembered.
const KEPT: usize = 16;

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// It waits for the one before it.
    Waiting,
    /// Objects are being sent.
    Sending,
    /// It ended.
    Ended(Timestamp, Result<Outcome, Trouble>),
    /// It was never sent: the one before it stopped.
    Dropped(Timestamp),
}

/// A deploy.
#[derive(Clone, Debug)]
pub struct Flight {
    /// Its number.
    pub id: DeployId,
    /// The number of the first one that was sent with the same question.
    pub batch: DeployId,
    /// Where to.
    pub cell: Cell,
    /// The same in words.
    pub place: String,
    /// The service.
    pub service: String,
    /// What is sent.
    pub plan: Arc<Plan>,
    /// What was chosen beside it.
    pub choices: Choices,
    /// Why.
    pub reason: Option<String>,
    /// When it was confirmed (local time).
    pub sent_at: Timestamp,
    /// How far it is.
    pub stage: Stage,
    /// The object that is being sent.
    pub sending: Option<Identity>,
    /// What became of objects so far.
    pub fates: Vec<(Identity, Fate)>,
    /// The Rollout of it, if it has one.
    pub rollout: Option<RolloutKey>,
    /// What the controller did, once it did (local time).
    pub reaction: Option<(Timestamp, String)>,
}

impl Flight {
    /// It waits or is on its way.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Waiting | Stage::Sending)
    }

    /// It carries out this very plan.
    #[must_use]
    pub fn holds_plan(&self, plan: &Plan) -> bool {
        std::ptr::eq(&raw const *self.plan, plan)
    }

    /// All of it was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        matches!(&self.stage, Stage::Ended(_, Ok(outcome)) if outcome.is_done())
    }

    /// How an object fares.
    #[must_use]
    pub fn fate(&self, identity: &Identity) -> Option<(Mark, String)> {
        if self.sending.as_ref() == Some(identity) {
            return Some((Mark::Busy, "sending …".to_owned()));
        }
        let told = |fate: &Fate| (mark_of_fate(fate), told::fate_words(fate));
        if let Stage::Ended(_, Ok(outcome)) = &self.stage {
            return outcome.of(identity).map(told);
        }
        self.fates.iter().rev().find(|(of, _)| of == identity).map(|(_, fate)| told(fate))
    }

    /// Objects that are sent, and how many have ended.
    fn count(&self) -> (usize, usize) {
        let all =
            self.plan.sent().count() + self.plan.prunable().filter(|left| self.choices.prunes(&left.identity)).count();
        (self.fates.len(), all)
    }

    /// Something will roll out, or be scaled, and the controller has to see it.
    fn waits_for_controller(&self) -> bool {
        self.rollout.is_some() && self.plan.items.iter().any(|item| item.identity.is_rollout() && item.is_sent())
    }

    /// When its line goes; `None`: something is still expected.
    fn ends(&self) -> Option<Timestamp> {
        let (from, stays) = match (&self.stage, &self.reaction) {
            (Stage::Waiting | Stage::Sending, _) => return None,
            (Stage::Ended(_, Ok(outcome)), reaction) if outcome.is_done() => match reaction {
                Some((at, _)) => (*at, STAYS),
                None if self.waits_for_controller() => return None,
                None => (self.ended_at()?, STAYS),
            },
            _ => (self.ended_at()?, STAYS * 3),
        };
        from.checked_add(stays).ok()
    }

    const fn ended_at(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Ended(at, _) | Stage::Dropped(at) => Some(*at),
            Stage::Waiting | Stage::Sending => None,
        }
    }
}

/// Writes down deploys that were confirmed together, and sends the first.
pub fn begin(state: &mut State, flights: Vec<Flight>) -> Vec<Effect> {
    let now = state.now;
    let gone = |flight: &Flight| flight.ends().is_some_and(|end| end <= now);
    state.deploying.flights.retain(|flight| !gone(flight));
    let over = (state.deploying.flights.len() + flights.len()).saturating_sub(KEPT);
    let mut open = state.deploying.flights.iter().map(Flight::is_open).collect::<Vec<_>>().into_iter();
    let mut left = over;
    state.deploying.flights.retain(|_| {
        let drop = !open.next().unwrap_or(true) && left > 0;
        left -= usize::from(drop);
        !drop
    });
    state.deploying.flights.extend(flights);
    state.touch();
    send_next(state)
}

/// Sends the next one that waits, if none is on its way.
fn send_next(state: &mut State) -> Vec<Effect> {
    let flights = &mut state.deploying.flights;
    if flights.iter().any(|flight| flight.stage == Stage::Sending) {
        return Vec::new();
    }
    let Some(flight) = flights.iter_mut().find(|flight| flight.stage == Stage::Waiting) else { return Vec::new() };
    flight.stage = Stage::Sending;
    let applying = Applying {
        source: flight.cell.source,
        plan: Arc::clone(&flight.plan),
        choices: flight.choices.clone(),
        reason: flight.reason.clone(),
    };
    let id = flight.id;
    let why = flight.reason.as_ref().map(|why| format!(", because: {why}")).unwrap_or_default();
    let words = format!(
        "deploy {} to {} ({}): {}, sent by {}{why}",
        flight.service,
        flight.place,
        flight.plan.target.namespace,
        flight.plan.summary(),
        state.setup.user
    );
    state.notes.log(state.now, Mark::Busy, words.clone());
    vec![Effect::Log(words), Effect::Deploy(Order::Apply(id, Box::new(applying)))]
}

/// How far one is.
pub fn progress(state: &mut State, id: DeployId, progress: Progress) {
    let Some(flight) = state.deploying.flights.iter_mut().find(|flight| flight.id == id) else { return };
    match progress {
        Progress::Sending { identity, .. } => flight.sending = Some(identity),
        Progress::Ended { identity, fate } => {
            flight.sending = None;
            flight.fates.push((identity, fate));
        }
    }
    state.touch();
}

/// One ended: the next goes, or none does; what was deployed is forgotten as a draft.
pub fn ended_with(state: &mut State, id: DeployId, answer: Result<Outcome, Trouble>) -> Vec<Effect> {
    let now = state.now;
    let Some(at) = state.deploying.flights.iter().position(|flight| flight.id == id) else { return Vec::new() };
    let flight = &mut state.deploying.flights[at];
    let moved = matches!(&answer, Ok(outcome) if matches!(outcome.stopped_by(), Some((_, Fate::Moved { .. }))));
    flight.sending = None;
    flight.stage = Stage::Ended(now, answer);
    let (batch, done, cell, plan) = (flight.batch, flight.is_done(), flight.cell, Arc::clone(&flight.plan));
    let line = flight.verdict(now);
    let mut effects = Vec::new();
    if let Some(line) = line {
        state.notes.log(now, line.mark, line.words.clone());
        effects.push(Effect::Log(line.words));
    }
    if !done {
        for other in state.deploying.flights.iter_mut().filter(|other| other.batch == batch) {
            if other.stage == Stage::Waiting {
                other.stage = Stage::Dropped(now);
            }
        }
        if moved {
            // Somebody else was first: what is different is shown, and nothing more is sent.
            let open =
                state.deploying.form.as_ref().and_then(|form| form.plans.get(&cell)).and_then(|known| known.plan());
            if open.is_some_and(|open| Arc::ptr_eq(open, &plan)) {
                let why = "changed by somebody else meanwhile, the deploy stopped: the plan was made again".to_owned();
                effects.extend(super::plans::ask_one(state, cell, Some(why)));
            }
        }
    }
    effects.extend(send_next(state));
    if matches!(state.overlay, Some(crate::app::overlay::Overlay::Leave(_)))
        && in_flight(state) == 0
        && state.writes.in_flight() == 0
    {
        state.overlay = None;
    }
    state.touch();
    effects.extend(arrive(state));
    effects
}

/// Whether all that a form shows was deployed.
#[must_use]
pub fn has_landed(state: &State, form: &Form) -> bool {
    let done =
        |plan: &Arc<Plan>| state.deploying.flights.iter().any(|flight| flight.holds_plan(plan) && flight.is_done());
    !form.plans.is_empty() && form.plans.values().all(|known| known.plan().is_some_and(done))
}

/// Deploys that are on their way.
#[must_use]
pub fn in_flight(state: &State) -> usize {
    state.deploying.flights.iter().filter(|flight| flight.is_open()).count()
}

/// The deploy of a rollout that is on its way.
#[must_use]
pub fn blocking<'a>(state: &'a State, key: &RolloutKey) -> Option<&'a Flight> {
    state.deploying.flights.iter().find(|flight| flight.is_open() && flight.rollout.as_ref() == Some(key))
}

/// Goes to the page of what was deployed, as soon as it is there: from the plan alone, and only where one cluster was
/// deployed to. The draft is done with.
pub fn arrive(state: &mut State) -> Vec<Effect> {
    let Some(form) = &state.deploying.form else { return Vec::new() };
    if !matches!(state.screen(), Screen::Deploy { .. }) || !form.planned {
        return Vec::new();
    }
    let shown = |flight: &&Flight| {
        form.plans.get(&flight.cell).and_then(|known| known.plan()).is_some_and(|plan| flight.holds_plan(plan))
    };
    let Some(last) = state.deploying.flights.iter().rev().find(shown) else { return Vec::new() };
    let batch: Vec<&Flight> = state.deploying.flights.iter().filter(|flight| flight.batch == last.batch).collect();
    if !batch.iter().all(|flight| flight.is_done()) {
        return Vec::new();
    }
    let service = last.service.clone();
    let key = last.rollout.clone();
    let alone = batch.len() == 1;
    if let Some(draft) = state.deploying.drafts.get_mut(&service) {
        draft.lines.clear();
    }
    let Some(key) = key.filter(|key| alone && state.fleet.get(key).is_some()) else { return Vec::new() };
    state.deploying.form = None;
    state.deploying.drafts.remove(&service);
    let mut screens = state.screens.clone();
    screens.pop();
    let there = matches!(screens.last(), Some(Screen::Rollout(view)) if view.key == key);
    if !there {
        while matches!(screens.last(), Some(screen) if screen.key().is_some()) {
            screens.pop();
        }
        screens.push(Screen::Rollout(RolloutView::new(key)));
    }
    navigate::show(state, screens)
}

/// The Rollout of a plan, as it is watched through a source.
#[must_use]
pub fn rollout_of(plan: &Plan, cell: Cell) -> Option<RolloutKey> {
    let item = plan.items.iter().find(|item| item.identity.is_rollout())?;
    let namespace = item.identity.namespace.as_deref().map_or_else(|| plan.target.namespace.clone(), Namespace::from);
    Some(RolloutKey { source: cell.source, namespace, name: item.identity.name.as_str().into() })
}

/// A watched Rollout is another one: what the controller made of a deploy.
pub fn observe(state: &mut State, key: &RolloutKey) -> Vec<Effect> {
    let Some(row) = state.fleet.get(key) else { return Vec::new() };
    let seen = row.rollout.status.observed_generation.is_some();
    let observed = seen && phase::lag(&row.rollout) != Some(phase::Lag::Spec);
    let id = row.rollout.meta.annotations.get(DEPLOY_ID).map(|id| (**id).to_owned());
    let context = state.context(row, false);
    let subject = Subject::new(&row.rollout, &row.picture, &context);
    let said = page::headline(&subject);
    let now = state.now;
    let mut told = Vec::new();
    for flight in state.deploying.flights.iter_mut().filter(|flight| flight.rollout.as_ref() == Some(key)) {
        let before =
            flight.plan.items.iter().find(|item| item.identity.is_rollout()).and_then(|item| item.seen.as_ref());
        let ours = id.is_some() && before.and_then(|seen| seen.deploy_id.as_ref()) != id.as_ref();
        if flight.is_done() && flight.reaction.is_none() && ours && observed {
            flight.reaction = Some((now, format!("the controller has it: {said}")));
            told.extend(flight.verdict(now));
        }
    }
    let mut effects = Vec::new();
    for line in told {
        state.notes.log(now, line.mark, line.words.clone());
        state.touch();
        effects.push(Effect::Log(line.words));
    }
    effects.extend(arrive(state));
    effects
}

/// The line of the newest deploy, of a rollout or of any.
#[must_use]
pub fn line(state: &State, key: Option<&RolloutKey>) -> Option<Verdict> {
    let now = state.now;
    let fits = |flight: &&Flight| key.is_none_or(|key| flight.rollout.as_ref() == Some(key));
    let shown = |flight: &&Flight| flight.ends().is_none_or(|end| now < end);
    let mut all = state.deploying.flights.iter().rev().filter(fits).filter(shown);
    let open = all.clone().find(|flight| flight.stage == Stage::Sending);
    open.or_else(|| all.next()).and_then(|flight| flight.verdict(now))
}

/// When that line reads otherwise by time alone.
#[must_use]
pub fn tick(state: &State) -> Option<Timestamp> {
    let due = |flight: &Flight| {
        let no_reaction = match (&flight.stage, &flight.reaction) {
            (Stage::Ended(at, Ok(outcome)), None) if outcome.is_done() => at.checked_add(NO_REACTION).ok(),
            _ => None,
        };
        [flight.ends(), no_reaction].into_iter().flatten().filter(|at| *at > state.now).min()
    };
    state.deploying.flights.iter().filter_map(due).min()
}
