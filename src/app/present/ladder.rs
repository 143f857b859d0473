//! The ladder: every step with its mark, how the run that it starts stands, and its time. The object does not say how
//! long done steps took: runs and events do, where they are known. The current one counts, coming pauses carry their
//! length.

use super::standing::{self, Standing};
use super::{Subject, events, runs, stages, words};
use crate::app::model::{Mark, StepLine};
use crate::argo::age;
use crate::argo::event::KubeEvent;
use crate::argo::forecast::step_words;
use crate::argo::picture::{Waits, pause_seconds};
use crate::argo::rollout::{Step, StepKind};
use crate::argo::runs::{RunKind, RunPicture};
use crate::argo::steps as argo_steps;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All steps: of a blue-green update its stages. `events` tell when steps were done.
#[must_use]
pub fn steps(subject: &Subject<'_>, events: &[Arc<KubeEvent>]) -> Vec<StepLine> {
    if subject.picture.blue_green.is_some() {
        return stages::steps(subject);
    }
    let current = current(subject);
    let done = done(subject);
    let mark = standing::mark(subject);
    let refused = refused(subject);
    let ends = if done > 0 { events::step_ends(subject, events) } else { BTreeMap::new() };
    let line = |(at, step): (usize, &Step)| {
        let now = current == Some(at);
        StepLine {
            mark: match at {
                _ if refused == Some(at) => Mark::Bad,
                // Nothing is wrong with the step that it stands at.
                _ if now && refused.is_some() => Mark::Wait,
                _ if now && mark == Mark::Ok => Mark::Busy,
                _ if now => mark,
                _ if at < done => Mark::Ok,
                _ => Mark::Absent,
            },
            number: at + 1,
            words: step_words(step, subject.rollout.max_weight()),
            state: if refused == Some(at) { "refused".to_owned() } else { state(subject, at, step, now) },
            time: if now {
                time_of_current(subject, step)
            } else if at >= done {
                planned(step)
            } else {
                taken(subject, at, step, &ends)
            },
            kind: kind(step),
            details: details(subject, step),
        }
    };
    subject.steps().iter().enumerate().map(line).collect()
}

/// What else a step asks for. The templates of an analysis are its words.
fn details(subject: &Subject<'_>, step: &Step) -> Vec<String> {
    let mut lines = argo_steps::details(step, subject.rollout.max_weight());
    if matches!(step.kind, StepKind::Analysis(_)) {
        lines.retain(|line| !line.starts_with("template "));
    }
    lines
}

/// One word for steps of this kind.
const fn kind(step: &Step) -> &'static str {
    match &step.kind {
        StepKind::SetWeight(_) => "weight",
        StepKind::Pause(_) => "pause",
        StepKind::SetCanaryScale => "scale",
        StepKind::SetHeaderRoute(_) | StepKind::SetMirrorRoute(_) => "route",
        StepKind::Analysis(_) => "analysis",
        StepKind::Experiment => "experiment",
        StepKind::Plugin(_) => "plugin",
        StepKind::Unknown(_) | StepKind::Invalid => "unknown step",
    }
}

/// The step that the controller refuses: it names the field (`spec.strategy.canary.steps[2].setWeight`).
#[must_use]
pub fn refused(subject: &Subject<'_>) -> Option<usize> {
    if standing::of(subject) != Standing::InvalidSpec {
        return None;
    }
    subject.picture.invalid.as_ref()?.step.filter(|index| *index < subject.steps().len())
}

/// How the run or the experiment of a step stands.
fn state(subject: &Subject<'_>, at: usize, step: &Step, now: bool) -> String {
    match &step.kind {
        StepKind::Analysis(_) => run_of(subject, at).map(runs::brief).unwrap_or_default(),
        // Which step an experiment belongs to is told of the current one only.
        StepKind::Experiment if now => {
            let experiments = subject.newest().into_iter().flat_map(|revision| &revision.experiments);
            experiments.filter(|experiment| experiment.current).map(runs::experiment_words).next().unwrap_or_default()
        }
        StepKind::Plugin(_) => {
            let status = argo_steps::plugin_status(subject.rollout, at).filter(|_| at <= done(subject));
            status.map(argo_steps::plugin_words).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The newest run of a step.
fn run_of<'a>(subject: &Subject<'a>, at: usize) -> Option<&'a RunPicture> {
    let runs = subject.newest()?.analysis_runs.iter();
    runs.filter(|run| run.kind == RunKind::Inline(Some(at))).max_by_key(|run| (run.current, run.created))
}

/// The time that a step took: of its run, else from the end of the step before it to its own.
fn taken(subject: &Subject<'_>, at: usize, step: &Step, ends: &BTreeMap<usize, Timestamp>) -> String {
    let run = if matches!(step.kind, StepKind::Analysis(_)) { run_of(subject, at) } else { None };
    if let Some((from, to)) = run.and_then(|run| run.started_at.zip(run.completed_at)) {
        return subject.took(from, to);
    }
    let from = match at.checked_sub(1) {
        Some(before) => ends.get(&before).copied(),
        None => events::begin(subject),
    };
    match from.zip(ends.get(&at).copied()) {
        Some((from, to)) if from <= to => subject.took(from, to),
        _ => String::new(),
    }
}

/// Whether the status says where in these steps the rollout is. It does not while it speaks of an older spec, and
/// after an abort, when the controller sets the index to 0 although no step runs.
fn is_known(subject: &Subject<'_>) -> bool {
    let status = &subject.rollout.status;
    let aborted = subject.is_aborted() && subject.is_updating();
    !aborted && !subject.is_lagging() && status.current_step_index.is_some() && subject.rollout.unreadable.is_none()
}

/// How many steps are done.
fn done(subject: &Subject<'_>) -> usize {
    let index = subject.rollout.status.current_step_index.unwrap_or(0);
    if is_known(subject) { usize::try_from(index).unwrap_or(0).min(subject.steps().len()) } else { 0 }
}

/// Index of the current step; `None` when all are done, when there are none, or when it cannot be told.
#[must_use]
pub fn current(subject: &Subject<'_>) -> Option<usize> {
    if subject.picture.blue_green.is_some() {
        return stages::current(subject);
    }
    subject.running_step().filter(|_| is_known(subject))
}

/// ` at step 4 of 8`, as the ladder numbers them; empty when no step is the current one.
#[must_use]
pub fn at_step(subject: &Subject<'_>) -> String {
    match current(subject) {
        Some(step) if !subject.steps().is_empty() => format!(" at step {} of {}", step + 1, subject.steps().len()),
        _ => String::new(),
    }
}

fn time_of_current(subject: &Subject<'_>, step: &Step) -> String {
    match (&step.kind, &subject.picture.waits) {
        (StepKind::Pause(_), Waits::Timer { until, .. }) => subject.countdown(*until),
        (StepKind::Pause(_), Waits::Person { since: Some(since) }) => subject.age(*since),
        (StepKind::Pause(Some(_)), Waits::Controller | Waits::Pods) => planned(step),
        (StepKind::Analysis(_), _) => {
            let run = current(subject).and_then(|at| run_of(subject, at));
            run.and_then(|run| run.started_at).map(|since| subject.age_coarse(since)).unwrap_or_default()
        }
        (StepKind::Experiment, _) => {
            let experiments = subject.newest().into_iter().flat_map(|revision| &revision.experiments);
            let ends = experiments.filter(|experiment| experiment.current).find_map(|experiment| experiment.ends_at);
            ends.map(|at| subject.countdown(at)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// What the spec says of a step's length: only pauses have one.
fn planned(step: &Step) -> String {
    match &step.kind {
        StepKind::Pause(Some(duration)) => pause_seconds(duration).map(age::plain).unwrap_or_default(),
        _ => String::new(),
    }
}

/// Below the ladder: `done 3 of 8 · then 20m of pauses · 1 stop for a person`.
#[must_use]
pub fn note(subject: &Subject<'_>) -> String {
    if subject.picture.blue_green.is_some() {
        return stages::note(subject);
    }
    let steps = subject.steps();
    if steps.is_empty() {
        return String::new();
    }
    if !is_known(subject) {
        return match standing::of(subject) {
            Standing::NotObserved => "the controller has not seen these steps yet".to_owned(),
            Standing::Aborted => "aborted: no step runs, a retry begins with the first".to_owned(),
            _ => String::new(),
        };
    }
    let done = done(subject);
    if done == steps.len() {
        return format!("all {} done", words::count(i64::try_from(done).unwrap_or(i64::MAX), "step", "steps"));
    }
    // The current step has its own time; what follows is summed.
    let coming = steps.get(done + 1..).unwrap_or_default();
    let seconds = coming.iter().filter_map(|step| match &step.kind {
        StepKind::Pause(Some(duration)) => pause_seconds(duration),
        _ => None,
    });
    let seconds = seconds.fold(0_i64, i64::saturating_add);
    let stops = coming.iter().filter(|step| matches!(step.kind, StepKind::Pause(None))).count();
    let mut parts = vec![format!("done {done} of {}", steps.len())];
    if seconds > 0 {
        parts.push(format!("then {} of pauses", age::plain(seconds)));
    }
    if stops > 0 {
        let stops = words::count(i64::try_from(stops).unwrap_or(i64::MAX), "stop", "stops");
        parts.push(format!("{stops} for a person"));
    }
    parts.join(" · ")
}
