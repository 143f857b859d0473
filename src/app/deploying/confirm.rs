//! The question before a deploy: asked as before every other write, about exactly the plans that were shown.

use super::cells::{self, Cell};
use super::flight::{self, Flight, Stage};
use super::plans::{self, FRESH};
use super::{Focus, offers, values};
use crate::app::deeds::around;
use crate::app::effect::Effect;
use crate::app::model::{Button, Mark, ReasonField, WriteDialog};
use crate::app::overlay::{Ask, Overlay};
use crate::app::present::dialog::{BUTTON_CALL, BUTTON_CANCEL, BUTTON_PROMOTE};
use crate::app::present::time;
use crate::app::state::State;
use crate::config::settings::{Confirm as Protection, Moment};
use crate::deploy::feed::DeployId;
use crate::deploy::plan::{Plan, Verdict};
use crate::deploy::progress::Choices;
use jiff::Timestamp;
use std::sync::Arc;

/// What is sent to one cluster.
#[derive(Clone, Debug)]
pub struct Sends {
    /// Where.
    pub cell: Cell,
    /// What.
    pub plan: Arc<Plan>,
    /// What was chosen beside it.
    pub choices: Choices,
    /// When the plan came (local time).
    pub at: Timestamp,
}

/// The question.
#[derive(Clone, Debug)]
pub struct Confirming {
    /// The service.
    pub service: String,
    /// Cluster by cluster, in the order of sending; those where nothing is to be done are not among them.
    pub sends: Vec<Sends>,
    /// What is asked.
    pub ask: Ask,
    /// Shows the requests.
    pub show_call: bool,
    /// Something was changed by somebody else: nothing can be sent from here any more.
    pub changed: Option<String>,
}

/// Asks, unless something stands in the way; a plan that is old is made again instead.
pub fn open(state: &mut State) -> Vec<Effect> {
    let Some(form) = &state.deploying.form else { return Vec::new() };
    if let Some(why) = plans::obstacle(state, form) {
        super::keys::to_conflict(state);
        state.answer(Mark::Attention, why);
        return Vec::new();
    }
    let old = plans::old(state, form);
    if !old.is_empty() {
        let mut effects = Vec::new();
        for (cell, age) in &old {
            let why = format!("the plan was {} old and was made again", time::tight(*age));
            effects.extend(plans::ask_one(state, *cell, Some(why)));
        }
        if let Some(form) = &mut state.deploying.form {
            form.planned = true;
            form.focus = Focus::Plan;
        }
        state.answer(Mark::Attention, "the plan was older than a minute: it is made again, look at it first");
        return effects;
    }
    let Some(service) = form.service.clone() else { return Vec::new() };
    let sends: Vec<Sends> = cells::marked(state, form)
        .into_iter()
        .filter_map(|cell| {
            let known = form.plans.get(&cell).filter(|known| !known.is_done())?;
            let (at, answer) = known.answer.as_ref()?;
            let plan = Arc::clone(answer.as_ref().ok()?);
            Some(Sends { cell, plan, choices: known.choices.clone(), at: *at })
        })
        .collect();
    let channels = sends.iter().filter_map(|one| state.setup.settings.channels.get(one.cell.channel));
    let typed = channels.clone().any(|channel| channel.confirm == Protection::TypeName);
    let reason = channels.into_iter().any(|channel| channel.require_reason);
    let ask = Ask::new(typed.then(|| service.clone()), reason, state.now);
    let open = Confirming { service, sends, ask, show_call: false, changed: None };
    state.overlay = Some(Overlay::Deploy(Box::new(open)));
    state.notes.hush();
    state.touch();
    Vec::new()
}

/// A plan was made again while the question is open: it is about something that is over.
pub fn overtaken(state: &mut State, why: &str) {
    let clock = time::clock(state.now, state.now);
    if let Some(Overlay::Deploy(open)) = &mut state.overlay {
        open.changed.get_or_insert_with(|| format!("changed {clock}: {why}, review"));
        state.touch();
    }
}

/// Why nothing can be sent from the open question; `None`: it can, as far as what has to be typed allows.
#[must_use]
pub fn blocked(state: &State, open: &Confirming) -> Option<String> {
    if open.changed.is_some() {
        return open.changed.clone();
    }
    open.sends.iter().find_map(|one| {
        cells::off(state, &open.service, one.cell).or_else(|| {
            let age = time::between(one.at, state.now);
            (age > FRESH * 2).then(|| format!("the plan is {} old: Esc, and look at it again", time::tight(age)))
        })
    })
}

/// When it reads otherwise by time alone: the plan grows old.
#[must_use]
pub fn tick(state: &State, open: &Confirming) -> Option<Timestamp> {
    let age = open.sends.iter().map(|one| time::between(one.at, state.now)).max()?;
    state.now.checked_add(time::age_changes_after(age, time::Style::Tight)).ok()
}

/// Presses the focused button.
pub fn press(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Deploy(open)) = &mut state.overlay else { return Vec::new() };
    match open.ask.focus {
        BUTTON_CALL => open.show_call = !open.show_call,
        BUTTON_CANCEL => state.overlay = None,
        _ => return send(state),
    }
    state.touch();
    Vec::new()
}

/// Sends what was asked about, once.
fn send(state: &mut State) -> Vec<Effect> {
    let Some(Overlay::Deploy(open)) = &state.overlay else { return Vec::new() };
    if let Some(why) = blocked(state, open).or_else(|| open.ask.missing()) {
        state.answer(Mark::Attention, format!("nothing was sent: {why}"));
        return Vec::new();
    }
    let open = open.clone();
    state.overlay = None;
    let now = state.now;
    let mut batch = None;
    let mut flights = Vec::new();
    for one in open.sends {
        let id = DeployId(state.number());
        flights.push(Flight {
            id,
            batch: *batch.get_or_insert(id),
            place: cells::words(state, one.cell),
            cell: one.cell,
            service: open.service.clone(),
            rollout: flight::rollout_of(&one.plan, one.cell),
            plan: one.plan,
            choices: one.choices,
            reason: open.ask.reason(),
            sent_at: now,
            stage: Stage::Waiting,
            sending: None,
            fates: Vec::new(),
            reaction: None,
        });
    }
    if let Some(form) = &mut state.deploying.form {
        form.planned = true;
        form.focus = Focus::Plan;
        form.reading = crate::app::reading::Reading::default();
    }
    flight::begin(state, flights)
}

/// The question as it is shown.
#[must_use]
pub fn dialog(state: &State, open: &Confirming) -> WriteDialog {
    let protected = open.sends.iter().any(|one| state.confirm(one.cell.channel) == Protection::TypeName);
    let blocked = blocked(state, open);
    let ready = blocked.is_none() && open.ask.missing().is_none();
    let button =
        |at: usize, label: &str, on: bool| Button { label: label.to_owned(), focused: open.ask.focus == at, on };
    let verb = match open.sends.as_slice() {
        [one] => format!("Deploy to {}", cells::words(state, one.cell)),
        several => format!("Deploy to {} clusters", several.len()),
    };
    let mut footnote = blocked.clone().unwrap_or_default();
    if let Some(answer) = state.notes.shown().filter(|toast| toast.mark == Mark::Attention) {
        footnote.clone_from(&answer.words);
    }
    let age = open.sends.iter().map(|one| time::between(one.at, state.now)).max().unwrap_or_default();
    if footnote.is_empty() {
        footnote = format!("plan {} old", if age.as_secs() == 0 { "0s".to_owned() } else { time::tight(age) });
    }
    let reason = (open.ask.reasoning || open.ask.needs_reason || !open.ask.reason.is_empty()).then(|| ReasonField {
        text: open.ask.reason.clone(),
        active: open.ask.reasoning,
        needed: open.ask.needs_reason,
    });
    WriteDialog {
        title: format!("Deploy {}", open.service),
        protected,
        rows: rows(open),
        weights: None,
        evidence: evidence(state, open, blocked.as_deref()),
        typed: open.ask.name.clone().map(|name| (name, open.ask.typed.clone())),
        reason,
        call: open.show_call.then(|| call(open)),
        back: back(open),
        buttons: vec![
            button(BUTTON_CALL, if open.show_call { "Hide call" } else { "Show call" }, true),
            button(BUTTON_CANCEL, "Cancel", true),
            button(BUTTON_PROMOTE, &verb, ready),
        ],
        footnote,
    }
}

/// The way back, as far as there is one.
fn back(open: &Confirming) -> String {
    if open.sends.iter().any(|one| flight::told::can_go_back(&one.plan)) {
        format!("{}; Services and ConfigMaps stay as deployed", flight::told::BACK)
    } else {
        "no revision is made that u could go back from; deploying the values before does".to_owned()
    }
}

/// Names of objects that are listed at most; the plan has them all.
const NAMED: usize = 5;

fn rows(open: &Confirming) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut put = |label: &str, words: String| {
        let row = (label.to_owned(), words);
        if !rows.contains(&row) {
            rows.push(row);
        }
    };
    // Of several clusters each has its place and what it causes; what is the same is said once.
    let several = open.sends.len() > 1;
    for one in &open.sends {
        let target = &one.plan.target;
        let cluster = if target.cluster == target.channel { String::new() } else { format!(" · {}", target.cluster) };
        let sent: Vec<String> = one.plan.sent().map(|(_, item)| item.identity.to_string()).collect();
        let count = format!("{} of {} objects", sent.len(), one.plan.items.len());
        let sends = if several { format!(" · {count}") } else { String::new() };
        put("where", format!("{}{cluster} · namespace {}{sends}", target.channel, target.namespace));
        if let Some(to) = &one.plan.to {
            put("version", format!("{} → {to}", one.plan.from.as_deref().unwrap_or("not recorded")));
        }
        if !several {
            let more = sent.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            put("sends", format!("{count}: {}{more}", sent[..sent.len().min(NAMED)].join(", ")));
        }
        for told in &one.plan.consequences {
            put("then", format!("{}: {}", told.object, told.words.join("; ")));
        }
    }
    rows
}

fn evidence(state: &State, open: &Confirming, blocked: Option<&str>) -> Vec<(Mark, String)> {
    let mut told = Vec::new();
    told.extend(blocked.map(|why| (Mark::Bad, why.to_owned())));
    for one in &open.sends {
        if let Some(channel) = state.setup.settings.channels.get(one.cell.channel) {
            told.extend(around::closed(channel, Moment::Deploy, state.now));
        }
        let warnings = one.plan.consequences.iter().flat_map(|told| &told.warnings).chain(&one.plan.warnings);
        told.extend(warnings.map(|words| (Mark::Attention, words.clone())));
        for missing in one.plan.missing.iter().filter(|missing| missing.unknown.is_none()) {
            told.push((Mark::Attention, format!("{} is missing ({})", missing.what, missing.needed_by)));
        }
        for item in one.plan.items.iter().filter(|item| item.verdict == Verdict::Conflict) {
            let who: Vec<&str> = item.conflicts.iter().map(|conflict| conflict.who.as_str()).collect();
            told.push((Mark::Attention, format!("takes over fields of {} in {}", who.join(", "), item.identity)));
        }
        for left in one.plan.prunable().filter(|left| one.choices.prunes(&left.identity)) {
            told.push((Mark::Attention, format!("removes {}", left.identity)));
        }
        let refused = one.plan.count(Verdict::Refused) + one.plan.count(Verdict::Unknown);
        if refused == 0 {
            told.push((Mark::Ok, format!("the server would take all {} objects (dry run)", one.plan.items.len())));
        }
        told.extend(seen_elsewhere(state, open, one));
    }
    let mut once: Vec<(Mark, String)> = Vec::new();
    for one in told {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

/// Where the versions were seen running.
fn seen_elsewhere(state: &State, open: &Confirming, one: &Sends) -> Vec<(Mark, String)> {
    let Some(service) = cells::named(state, &open.service) else { return Vec::new() };
    let mut told = Vec::new();
    for parameter in one.plan.parameters.iter().filter(|parameter| parameter.travels) {
        let offers = offers::of(state, service, &parameter.name);
        told.push(match offers.iter().find(|offer| offer.tag == parameter.value) {
            Some(offer) => {
                let mark = offer.seen.first().map_or(Mark::Ok, |(mark, _)| *mark);
                let words: Vec<&str> = offer.seen.iter().map(|(_, words)| words.as_str()).collect();
                (mark, format!("{}: {}", parameter.value, words.join(" · ")))
            }
            None => (Mark::Attention, format!("{} was not seen running in any channel", parameter.value)),
        });
    }
    told
}

/// The requests, as they are sent.
fn call(open: &Confirming) -> Vec<String> {
    let mut lines = Vec::new();
    for one in &open.sends {
        for (_, item) in one.plan.sent() {
            let force = item.sending.takes_over_own || one.choices.takes_over(&item.identity);
            lines.push(format!("PATCH {}?fieldManager=rolltop&force={force}", item.sending.path));
        }
        for left in one.plan.prunable().filter(|left| one.choices.prunes(&left.identity)) {
            lines.push(format!("DELETE {}", left.path));
        }
    }
    if let [one] = open.sends.as_slice() {
        let params = values_of(one);
        lines.push(format!("rolltop deploy {} --channel {}{params}", open.service, one.plan.target.channel));
    }
    lines
}

/// The values that were typed, as a command takes them.
fn values_of(one: &Sends) -> String {
    let typed = one.plan.parameters.iter().filter(|parameter| parameter.origin == values::TYPED);
    typed.map(|parameter| [" --param ", &parameter.name, "=", &parameter.value].concat()).collect::<Vec<_>>().concat()
}
