//! The ladder: every step with its mark and its time. The object does not say how long done steps took, so they
//! carry no time; the current one counts, coming pauses carry their length.

use super::Subject;
use super::standing::{self, Standing};
use super::words;
use crate::app::model::{Mark, StepLine};
use crate::argo::age;
use crate::argo::forecast::step_words;
use crate::argo::picture::{Waits, pause_seconds};
use crate::argo::rollout::{Step, StepKind};

/// All steps.
#[must_use]
pub fn steps(subject: &Subject<'_>) -> Vec<StepLine> {
    let current = current(subject);
    let done = done(subject);
    let mark = standing::mark(subject);
    let line = |(at, step): (usize, &Step)| {
        let now = current == Some(at);
        StepLine {
            mark: match at {
                _ if now && mark == Mark::Ok => Mark::Busy,
                _ if now => mark,
                _ if at < done => Mark::Ok,
                _ => Mark::Absent,
            },
            number: at + 1,
            words: step_words(step, subject.rollout.max_weight()),
            time: if now {
                time_of_current(subject, step)
            } else if at >= done {
                planned(step)
            } else {
                String::new()
            },
        }
    };
    subject.steps().iter().enumerate().map(line).collect()
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
    subject.running_step().filter(|_| is_known(subject))
}

fn time_of_current(subject: &Subject<'_>, step: &Step) -> String {
    match (&step.kind, &subject.picture.waits) {
        (StepKind::Pause(_), Waits::Timer { until, .. }) => subject.countdown(*until),
        (StepKind::Pause(_), Waits::Person { since: Some(since) }) => subject.age(*since),
        (StepKind::Pause(Some(_)), Waits::Controller | Waits::Pods) => planned(step),
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
