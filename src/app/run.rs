//! One AnalysisRun: the screen's own state, what its keys do, and what it shows.
//!
//! [`verdict`] says how it stands, [`metric`] is one of its metrics, [`outcome`] what it did to the rollout, and
//! [`figure`] how numbers are written. The counters of a run are totals and the list of measurements is only the
//! newest ones, joined with what [`crate::app::history`] saw: nothing here adds up a list and calls it a total.

pub mod figure;
pub mod metric;
pub mod moment;
pub mod outcome;
#[cfg(test)]
pub mod testing;
pub mod verdict;

use super::action::Action;
use super::effect::Effect;
use super::history::measured::MetricTrack;
use super::model::{OtherMetric, RunPage};
use super::present::tick::Ticker;
use super::present::{Subject, words};
use super::screen::Screen;
use super::state::State;
use crate::argo::runs::{ExperimentPicture, MetricPicture, RunKind, RunPicture};
use crate::names::RolloutKey;
use jiff::Timestamp;
use moment::Moment;
use std::sync::Arc;
use verdict::one_line;

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// Uid of the run.
    pub uid: Arc<str>,
    /// Name of the run.
    pub name: Arc<str>,
    /// The measurement under the cursor, from the newest; `None`: the newest, whichever that is.
    pub scroll: Option<usize>,
    /// Name of the metric that is shown; `None`: the one that decides.
    pub metric: Option<Box<str>>,
}

impl RunView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, uid: Arc<str>, name: Arc<str>) -> Self {
        Self { key, uid, name, scroll: None, metric: None }
    }
}

/// The run, and the experiment it belongs to, as far as they are known.
fn find<'a>(state: &'a State, view: &RunView) -> Option<(&'a RunPicture, Option<&'a ExperimentPicture>)> {
    let detail = state.detail.as_ref().filter(|detail| detail.key == view.key)?;
    detail.picture.revisions.iter().find_map(|revision| {
        let own = revision.analysis_runs.iter().map(|run| (run, None));
        let of_experiments =
            revision.experiments.iter().flat_map(|it| it.analysis_runs.iter().map(move |run| (run, Some(it))));
        own.chain(of_experiments).find(|(run, _)| run.uid == view.uid)
    })
}

/// The revision that the run was made for.
fn revision(state: &State, view: &RunView) -> Option<i64> {
    let detail = state.detail.as_ref().filter(|detail| detail.key == view.key)?;
    let holds = |runs: &[RunPicture]| runs.iter().any(|run| run.uid == view.uid);
    let mut revisions = detail.picture.revisions.iter();
    let found = revisions.find(|revision| {
        holds(&revision.analysis_runs) || revision.experiments.iter().any(|it| holds(&it.analysis_runs))
    });
    found.map(|revision| revision.revision).filter(|revision| *revision > 0)
}

/// Index of the metric that is shown: the one that was chosen, else the one that a person wants to see first.
#[must_use]
pub fn shown(run: &RunPicture, chosen: Option<&str>) -> usize {
    chosen
        .and_then(|name| run.metrics.iter().position(|metric| *metric.name == *name))
        .unwrap_or_else(|| verdict::foremost(run))
        .min(run.metrics.len().saturating_sub(1))
}

/// What it shows.
#[must_use]
pub fn page(state: &State, view: &RunView) -> RunPage {
    page_noting(state, view, &Ticker::default())
}

fn page_noting(state: &State, view: &RunView, ticker: &Ticker) -> RunPage {
    let (Some(row), Some((run, experiment))) = (state.fleet.get(&view.key), find(state, view)) else {
        return missing(state, view);
    };
    let context = state.context(row, false);
    let moment = Moment::new(context.cluster_now, ticker);
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let at = shown(run, view.metric.as_deref());
    let look = Look {
        experiment,
        revision: revision(state, view),
        metric: at,
        track: run.metrics.get(at).and_then(|metric| state.history.measured.metric(&run.uid, &metric.name)),
        cursor: view.scroll.unwrap_or(0),
        rows: usize::from(state.size.1),
    };
    page_of(run, &look, &subject, &moment)
}

/// Where a run belongs, and what of it is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// The experiment that it belongs to.
    pub experiment: Option<&'a ExperimentPicture>,
    /// The revision that it was made for.
    pub revision: Option<i64>,
    /// Index of the metric that is shown.
    pub metric: usize,
    /// What was seen of that metric so far.
    pub track: Option<&'a MetricTrack>,
    /// The measurement under the cursor, from the newest.
    pub cursor: usize,
    /// Rows of a table that can be of use.
    pub rows: usize,
}

/// The page of a run.
#[must_use]
pub fn page_of(run: &RunPicture, look: &Look<'_>, subject: &Subject<'_>, moment: &Moment<'_>) -> RunPage {
    let metric = run.metrics.get(look.metric);
    let headline = verdict::headline(run, moment);
    let mut shown = metric.map(|metric| metric::page(metric, look.track, look.cursor, look.rows, moment));
    if let Some(shown) = shown.as_mut().filter(|shown| headline.contains(&shown.state)) {
        // Said once.
        shown.state.clear();
    }
    RunPage {
        mark: if run.unreadable.is_some() { super::model::Mark::Unknown } else { verdict::mark(&run.status) },
        headline,
        facts: facts(run, look.experiment, look.revision, moment),
        notes: notes(run),
        metric: shown,
        metrics: run.metrics.iter().map(line).collect(),
        shown: look.metric,
        about: about(run, metric),
        outcome: match look.experiment {
            Some(experiment) => of_experiment(run, experiment),
            None => outcome::of_run(run, subject, moment),
        },
        stale: moment.stale(subject.context),
    }
}

/// A run that is not there (yet).
fn missing(state: &State, view: &RunView) -> RunPage {
    let note = state.detail.as_ref().filter(|detail| detail.key == view.key).map(super::detail::Detail::note);
    let headline = match note {
        None => "the rollout is not there any more".to_owned(),
        Some(note) if note.is_empty() => format!("the AnalysisRun {} is not there any more", view.name),
        Some(note) => note,
    };
    RunPage {
        mark: super::model::Mark::Absent,
        headline,
        facts: String::new(),
        notes: Vec::new(),
        metric: None,
        metrics: Vec::new(),
        shown: 0,
        about: Vec::new(),
        outcome: String::new(),
        stale: None,
    }
}

fn line(metric: &MetricPicture) -> OtherMetric {
    OtherMetric { mark: verdict::mark(&metric.phase), name: metric.name.to_string(), words: metric::brief(metric) }
}

/// `background · revision 3 · ran 1m50s, ended 26m ago`.
fn facts(
    run: &RunPicture,
    experiment: Option<&ExperimentPicture>,
    revision: Option<i64>,
    moment: &Moment<'_>,
) -> String {
    let mut parts = vec![match (run.kind, experiment) {
        (_, Some(experiment)) => format!("of experiment {}", experiment.name),
        (RunKind::Background, _) => "background".to_owned(),
        (RunKind::Inline(Some(step)), _) => format!("step {}", step.saturating_add(1)),
        (RunKind::Inline(None), _) => "step".to_owned(),
        (RunKind::PrePromotion, _) => "before the switch".to_owned(),
        (RunKind::PostPromotion, _) => "after the switch".to_owned(),
        (RunKind::Experiment, None) => "of an experiment".to_owned(),
        (RunKind::Other, None) => "purpose not told".to_owned(),
    }];
    parts.extend(revision.map(|revision| format!("revision {revision}")));
    // Controllers before 1.7 do not write the end: then it is the last measurement's.
    let measured = run.metrics.iter().flat_map(|metric| &metric.measurements).filter_map(|it| it.finished_at).max();
    let end = run.completed_at.or(measured).filter(|_| verdict::is_over(&run.status));
    match (run.started_at.or(run.created), end) {
        (Some(begin), Some(end)) => {
            let ran = super::present::time::long(super::present::time::between(begin, end));
            parts.push(format!("ran {ran}, ended {}", moment.ago(end)));
        }
        (Some(begin), None) => parts.push(format!("began {}", moment.ago(begin))),
        (None, _) => {}
    }
    parts.join(" · ")
}

/// What must be known before reading on.
fn notes(run: &RunPicture) -> Vec<String> {
    let mut notes = Vec::new();
    if run.terminating && !verdict::is_over(&run.status) {
        notes.push("somebody asked for its end: no new measurement begins".to_owned());
    } else if run.terminating {
        notes.push("somebody asked for its end before it was done".to_owned());
    }
    for metric in &run.metrics {
        for (field, text) in &metric.unread {
            notes.push(format!("{}: {field} is {text}, which is no number here", metric.name));
        }
    }
    notes.truncate(3);
    notes
}

/// Facts by name.
fn about(run: &RunPicture, metric: Option<&MetricPicture>) -> Vec<(String, String)> {
    let mut about: Vec<(String, String)> = Vec::new();
    let mut fact = |name: &str, words: &str| {
        if !words.is_empty() {
            about.push((name.to_owned(), one_line(words)));
        }
    };
    if let Some(metric) = metric {
        fact("query", metric.query.as_deref().unwrap_or_default());
        fact("success", metric.success_condition.as_deref().unwrap_or_default());
        fact("failure", metric.failure_condition.as_deref().unwrap_or_default());
        // What a measurement says is shown with it.
        let said = metric.measurements.iter().any(|measurement| measurement.message == metric.message);
        fact("message", if said { "" } else { &metric.message });
    }
    let args: Vec<String> = run.args.iter().map(|(name, value)| format!("{name}={value}")).collect();
    fact("args", &args.join("  "));
    fact("run", &run.name);
    let phase_says = matches!(&*run.status, "Failed" | "Error" | "Inconclusive") || run.metrics.is_empty();
    fact("said", if phase_says { &run.message } else { "" });
    let jobs: Vec<String> = run
        .jobs
        .iter()
        .map(|job| {
            let place = job.namespace.as_deref().map_or_else(String::new, |namespace| format!("{namespace}/"));
            format!("{place}{} {}", job.name, job.status)
        })
        .collect();
    fact("jobs", &jobs.join(", "));
    about
}

fn of_experiment(run: &RunPicture, experiment: &ExperimentPicture) -> String {
    match &*run.status {
        "Failed" | "Error" | "Inconclusive" => {
            format!("The experiment {} goes by it; it is {}.", experiment.name, words::or_unknown(&experiment.status))
        }
        _ => String::new(),
    }
}

/// The `next` line.
#[must_use]
pub fn next(state: &State, view: &RunView) -> String {
    next_noting(state, view, &Ticker::default())
}

fn next_noting(state: &State, view: &RunView, ticker: &Ticker) -> String {
    let (Some(row), Some((run, _))) = (state.fleet.get(&view.key), find(state, view)) else {
        return "Esc goes back".to_owned();
    };
    let context = state.context(row, false);
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let moment = Moment::new(context.cluster_now, ticker);
    if let Some(age) = moment.stale(&context) {
        return format!("{} was last heard of {age} ago: what happens now is not known", context.cluster);
    }
    outcome::next(run, &subject, &moment)
}

/// When a text of it changes by time alone.
#[must_use]
pub fn tick(state: &State, view: &RunView) -> Option<Timestamp> {
    let ticker = Ticker::default();
    let _ = (page_noting(state, view, &ticker), next_noting(state, view, &ticker));
    ticker.next(state.now)
}

/// Rows that its cursor goes through: the measurements of the metric that is shown.
#[must_use]
pub fn length(state: &State, view: &RunView) -> usize {
    let Some((run, _)) = find(state, view) else { return 0 };
    run.metrics
        .get(shown(run, view.metric.as_deref()))
        .map_or(0, |metric| metric::listed(metric, state.history.measured.metric(&run.uid, &metric.name)).all.len())
}

/// Carries out an action that only this screen has.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let Screen::Run(view) = state.screen() else { return Vec::new() };
    let Some((run, _)) = find(state, view) else { return Vec::new() };
    let (count, at) = (run.metrics.len(), shown(run, view.metric.as_deref()));
    let names: Vec<Box<str>> = run.metrics.iter().map(|metric| metric.name.clone()).collect();
    let next = match action {
        Action::NextMetric => (at + 1) % count.max(1),
        Action::PreviousMetric => (at + count.saturating_sub(1)) % count.max(1),
        _ => return Vec::new(),
    };
    if count < 2 {
        state.answer(super::model::Mark::Ok, "this run has no other metric");
        return Vec::new();
    }
    if let Some(Screen::Run(view)) = state.screens.last_mut() {
        view.metric = names.into_iter().nth(next);
        view.scroll = None;
    }
    state.touch();
    Vec::new()
}
