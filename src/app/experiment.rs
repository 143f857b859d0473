//! One Experiment: the screen's own state, what its keys do, and what it shows.

pub mod lines;

use super::action::Action;
use super::effect::Effect;
use super::model::{ExperimentPage, Mark};
use super::present::tick::Ticker;
use super::present::{Subject, words};
use super::run::moment::Moment;
use super::run::verdict::{self, one_line};
use super::run::{RunView, outcome};
use super::state::State;
use crate::argo::rollout::StepKind;
use crate::argo::runs::{ExperimentPicture, RunPicture};
use crate::names::RolloutKey;
use jiff::Timestamp;
use lines::Entry;
use std::sync::Arc;

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExperimentView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// Uid of the experiment.
    pub uid: Arc<str>,
    /// Name of the experiment.
    pub name: Arc<str>,
    /// The line under the cursor; `None`: where the screen begins by itself.
    pub scroll: Option<usize>,
}

impl ExperimentView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, uid: Arc<str>, name: Arc<str>) -> Self {
        Self { key, uid, name, scroll: None }
    }
}

/// The experiment and its revision, as far as they are known.
fn find<'a>(state: &'a State, view: &ExperimentView) -> Option<(&'a ExperimentPicture, i64)> {
    let detail = state.detail.as_ref().filter(|detail| detail.key == view.key)?;
    detail.picture.revisions.iter().find_map(|revision| {
        let found = revision.experiments.iter().find(|experiment| experiment.uid == view.uid)?;
        Some((found, revision.revision))
    })
}

/// What it shows.
#[must_use]
pub fn page(state: &State, view: &ExperimentView) -> ExperimentPage {
    page_noting(state, view, &Ticker::default())
}

fn page_noting(state: &State, view: &ExperimentView, ticker: &Ticker) -> ExperimentPage {
    let (Some(row), Some((experiment, revision))) = (state.fleet.get(&view.key), find(state, view)) else {
        return missing(state, view);
    };
    let context = state.context(row, false);
    let moment = Moment::new(context.cluster_now, ticker);
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let look = Look { revision, cursor: cursor(state, view), rows: usize::from(state.size.1) };
    page_of(experiment, look, &subject, &moment)
}

/// What of an experiment is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// The revision that it was made for; 0: not known.
    pub revision: i64,
    /// The line under the cursor.
    pub cursor: usize,
    /// Rows that can be of use.
    pub rows: usize,
}

/// The page of an experiment.
#[must_use]
pub fn page_of(
    experiment: &ExperimentPicture,
    look: Look,
    subject: &Subject<'_>,
    moment: &Moment<'_>,
) -> ExperimentPage {
    let entries = lines::entries(experiment);
    let first = look.cursor.saturating_sub(look.rows);
    let shown = entries.iter().skip(first).take(look.rows * 2 + 1);
    ExperimentPage {
        mark: if experiment.unreadable.is_some() { Mark::Unknown } else { verdict::mark(&experiment.status) },
        headline: headline(experiment, moment),
        facts: facts(experiment, look.revision, subject, moment),
        notes: notes(experiment),
        lines: shown.map(|entry| lines::line(entry, experiment, subject.picture, moment)).collect(),
        first,
        total: entries.len(),
        cursor: (!entries.is_empty()).then_some(look.cursor),
        about: about(experiment, subject, moment),
        outcome: outcome_of(experiment, subject, moment),
        stale: moment.stale(subject.context),
    }
}

fn missing(state: &State, view: &ExperimentView) -> ExperimentPage {
    let note = state.detail.as_ref().filter(|detail| detail.key == view.key).map(super::detail::Detail::note);
    let headline = match note {
        None => "the rollout is not there any more".to_owned(),
        Some(note) if note.is_empty() => format!("the Experiment {} is not there any more", view.name),
        Some(note) => note,
    };
    ExperimentPage {
        mark: Mark::Absent,
        headline,
        facts: String::new(),
        notes: Vec::new(),
        lines: Vec::new(),
        first: 0,
        total: 0,
        cursor: None,
        about: Vec::new(),
        outcome: String::new(),
        stale: None,
    }
}

/// The experiment in one sentence.
fn headline(experiment: &ExperimentPicture, moment: &Moment<'_>) -> String {
    if let Some(why) = &experiment.unreadable {
        return format!("this Experiment cannot be read: {why}");
    }
    let all = experiment.templates.len();
    let up = experiment.templates.iter().filter(|template| template.available >= template.wanted).count();
    let templates = words::count(i64::try_from(all).unwrap_or(i64::MAX), "template", "templates");
    match &*experiment.status {
        "" | "Pending" => format!("Pending: {up} of {templates} up"),
        "Running" => match experiment.ends_at {
            Some(at) if at <= moment.now => "Running: its time is over, the controller ends it".to_owned(),
            Some(at) => format!("Running: {up} of {templates} up, ends {}", moment.countdown(at)),
            None => format!("Running: {up} of {templates} up, until its analysis is done"),
        },
        "Successful" if experiment.message.is_empty() => "Successful".to_owned(),
        phase => match one_line(&experiment.message).as_str() {
            "" => phase.to_owned(),
            message => format!("{phase}: {message}"),
        },
    }
}

/// `step 3 of 6 · revision 3 · began 4m ago`.
fn facts(experiment: &ExperimentPicture, revision: i64, subject: &Subject<'_>, moment: &Moment<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(step(experiment, subject).map(|step| format!("step {} of {}", step + 1, subject.steps().len())));
    parts.extend((revision > 0).then(|| format!("revision {revision}")));
    parts.extend(experiment.created.map(|at| format!("made {}", moment.ago(at))));
    parts.join(" · ")
}

/// The step of the rollout that waits for it, if one does.
fn step(experiment: &ExperimentPicture, subject: &Subject<'_>) -> Option<usize> {
    let running = subject.running_step().filter(|_| experiment.current)?;
    subject.steps().get(running).filter(|step| step.kind == StepKind::Experiment)?;
    Some(running)
}

fn notes(experiment: &ExperimentPicture) -> Vec<String> {
    let mut notes = Vec::new();
    if experiment.terminating {
        notes.push("somebody asked for its end".to_owned());
    }
    if !experiment.message.is_empty() && matches!(&*experiment.status, "" | "Pending" | "Running") {
        notes.push(one_line(&experiment.message));
    }
    notes
}

fn about(experiment: &ExperimentPicture, subject: &Subject<'_>, moment: &Moment<'_>) -> Vec<(String, String)> {
    let mut about = Vec::new();
    let mut fact = |name: &str, words: String| about.push((name.to_owned(), words));
    let over = verdict::is_over(&experiment.status);
    fact(
        "duration",
        match (&experiment.duration, experiment.available_at, experiment.ends_at) {
            (None, _, _) => "none: it goes on until its required analysis is done".to_owned(),
            (Some(duration), _, _) if over => duration.to_string(),
            (Some(duration), None, _) => format!("{duration}, counted from when all its pods are up"),
            (Some(duration), Some(since), None) => format!("{duration}, since {}", moment.clock(since)),
            (Some(duration), Some(_), Some(end)) => {
                format!("{duration}, until {} ({})", moment.clock(end), moment.countdown(end))
            }
        },
    );
    if let Some(step) = step(experiment, subject) {
        let then = match subject.steps().get(step + 1) {
            Some(_) => format!("step {} begins", step + 2),
            None => "the update goes on to its end".to_owned(),
        };
        fact("when it ends", format!("success: {then} · failure: the rollout is aborted · inconclusive: it is paused"));
    }
    fact("experiment", experiment.name.to_string());
    about
}

fn outcome_of(experiment: &ExperimentPicture, subject: &Subject<'_>, moment: &Moment<'_>) -> String {
    // After its end the rollout names it no more; what it says as a cause still does.
    match &*experiment.status {
        "Failed" | "Error" => {
            let said = subject.rollout.status.message.as_deref().unwrap_or_default();
            if !said.contains("Experiment") {
                return String::new();
            }
            outcome::after_failure(&experiment.message, said, subject, moment)
        }
        "Inconclusive" => outcome::inconclusive(subject, "InconclusiveExperiment", moment),
        _ => step(experiment, subject)
            .map_or_else(String::new, |step| format!("Step {} of the rollout waits for it.", step + 1)),
    }
}

/// The `next` line.
#[must_use]
pub fn next(state: &State, view: &ExperimentView) -> String {
    next_noting(state, view, &Ticker::default())
}

fn next_noting(state: &State, view: &ExperimentView, ticker: &Ticker) -> String {
    let (Some(row), Some((experiment, _))) = (state.fleet.get(&view.key), find(state, view)) else {
        return "Esc goes back".to_owned();
    };
    let context = state.context(row, false);
    let moment = Moment::new(context.cluster_now, ticker);
    if let Some(age) = moment.stale(&context) {
        return format!("{} was last heard of {age} ago: what happens now is not known", context.cluster);
    }
    let open = if run_under_cursor(state, view).is_some() { "⏎ opens the run" } else { "Esc goes back" };
    if experiment.unreadable.is_some() {
        return "nothing is known of it: y shows the object as it is".to_owned();
    }
    if verdict::is_over(&experiment.status) {
        return format!("this experiment is over; {open}");
    }
    match (&*experiment.status, experiment.ends_at) {
        ("Running", Some(at)) => format!("it ends by itself {}; {open}", moment.countdown(at)),
        ("Running", None) => format!("it ends by itself when its required analysis is done; {open}"),
        _ => format!("it begins when all its pods are up; {open}"),
    }
}

/// When a text of it changes by time alone.
#[must_use]
pub fn tick(state: &State, view: &ExperimentView) -> Option<Timestamp> {
    let ticker = Ticker::default();
    let _ = (page_noting(state, view, &ticker), next_noting(state, view, &ticker));
    ticker.next(state.now)
}

/// Rows that its cursor goes through.
#[must_use]
pub fn length(state: &State, view: &ExperimentView) -> usize {
    find(state, view).map_or(0, |(experiment, _)| lines::entries(experiment).len())
}

/// The line under the cursor: before the first key the run that wants to be looked at most, so that Enter opens it.
#[must_use]
pub fn cursor(state: &State, view: &ExperimentView) -> usize {
    let Some((experiment, _)) = find(state, view) else { return 0 };
    let entries = lines::entries(experiment);
    let start = || {
        let bad = |run: &RunPicture| matches!(&*run.status, "Failed" | "Error" | "Inconclusive");
        let run = |wanted: &dyn Fn(&RunPicture) -> bool| {
            entries.iter().position(|entry| matches!(entry, Entry::Run(run) if wanted(run)))
        };
        run(&bad).or_else(|| run(&|_| true)).unwrap_or(0)
    };
    view.scroll.unwrap_or_else(start).min(entries.len().saturating_sub(1))
}

/// The run under the cursor, to open it.
#[must_use]
pub fn run_under_cursor(state: &State, view: &ExperimentView) -> Option<RunView> {
    let (experiment, _) = find(state, view)?;
    match lines::entries(experiment).get(cursor(state, view))? {
        Entry::Run(run) => Some(RunView::new(view.key.clone(), run.uid.clone(), run.name.clone())),
        _ => None,
    }
}

/// Carries out an action that only this screen has.
pub fn act(state: &mut State, _action: Action) -> Vec<Effect> {
    state.answer(Mark::Ok, "an experiment has no metrics of its own: open one of its runs");
    Vec::new()
}
