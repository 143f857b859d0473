//! Outcomes: what a run did to its rollout, as far as the rollout itself says so.

use super::moment::Moment;
use super::verdict::{is_over, one_line};
use crate::app::present::{Subject, version};
use crate::argo::forecast::weight_words;
use crate::argo::runs::{RunKind, RunPicture};

/// What a run did to the rollout; empty when the rollout does not tell.
#[must_use]
pub fn of_run(run: &RunPicture, subject: &Subject<'_>, moment: &Moment<'_>) -> String {
    if !run.current || run.unreadable.is_some() {
        return String::new();
    }
    match &*run.status {
        "Failed" | "Error" => after_failure(&run.message, &subject_says(subject), subject, moment),
        "Inconclusive" => inconclusive(subject, "InconclusiveAnalysisRun", moment),
        "Successful" => match run.kind {
            RunKind::Inline(Some(step)) if subject.running_step().is_none_or(|running| running > step) => {
                format!("So step {} is done.", step + 1)
            }
            _ => String::new(),
        },
        _ => meanwhile(run.kind),
    }
}

/// What a run that is not over means for the rollout.
fn meanwhile(kind: RunKind) -> String {
    match kind {
        RunKind::Background => "It runs beside the steps: a failure aborts the rollout.".to_owned(),
        RunKind::Inline(Some(step)) => {
            format!("Step {} waits for it: success begins the next step, a failure aborts the rollout.", step + 1)
        }
        RunKind::Inline(None) => "A step waits for it: a failure aborts the rollout.".to_owned(),
        RunKind::PrePromotion => "The switch waits for it: a failure aborts the rollout.".to_owned(),
        RunKind::PostPromotion => "The switch is made: a failure sends the traffic back.".to_owned(),
        RunKind::Experiment => "The experiment goes by it: a failure fails the experiment.".to_owned(),
        RunKind::Other => String::new(),
    }
}

/// The messages in which the controller names a cause.
fn subject_says(subject: &Subject<'_>) -> String {
    let conditions = subject.rollout.status.conditions.iter().map(|condition| &*condition.message);
    let message = subject.rollout.status.message.as_deref().unwrap_or_default();
    conditions.chain([message]).collect::<Vec<_>>().join("\n")
}

/// After a failure of a run or an experiment.
#[must_use]
pub fn after_failure(message: &str, said: &str, subject: &Subject<'_>, moment: &Moment<'_>) -> String {
    if !subject.is_aborted() {
        return "The rollout is not aborted so far.".to_owned();
    }
    let when = subject.rollout.status.aborted_at.map_or_else(String::new, |at| format!(" {}", moment.ago(at)));
    // Somebody may have aborted for another reason: only what the controller says is a cause.
    let caused = (!message.is_empty() && said.contains(message)) || said.contains("phase error/failed");
    let so = if caused { "So the rollout was aborted" } else { "The rollout is aborted (it does not say why)" };
    format!("{so}{when}: {}.", traffic(subject))
}

/// Where the traffic is after an abort.
fn traffic(subject: &Subject<'_>) -> String {
    let stable = version::stable(subject).filter(|version| !version.is_empty());
    let stable = stable.map_or_else(|| "the stable version".to_owned(), |version| format!("stable {version}"));
    match subject.picture.weights {
        Some(weights) => match weights.actual {
            Some(0) => format!("all traffic is on {stable}"),
            Some(actual) => {
                format!("traffic goes back to {stable}, the canary still has {}", weight_words(actual, weights.max))
            }
            None => format!("traffic goes back to {stable}"),
        },
        None => format!("{stable} serves"),
    }
}

/// After an inconclusive run or experiment.
#[must_use]
pub fn inconclusive(subject: &Subject<'_>, reason: &str, moment: &Moment<'_>) -> String {
    let pause = subject.rollout.status.pause_conditions.iter().find(|pause| &*pause.reason == reason);
    match pause {
        Some(pause) => {
            let since = pause.start_time.map_or_else(String::new, |at| format!(" {}", moment.ago(at)));
            format!("So the rollout was paused{since}: it waits for a person.")
        }
        None => "The rollout is not paused by it.".to_owned(),
    }
}

/// The `next` line of a run.
#[must_use]
pub fn next(run: &RunPicture, subject: &Subject<'_>, moment: &Moment<'_>) -> String {
    if run.unreadable.is_some() {
        return "nothing is known of it: y shows the object as it is".to_owned();
    }
    if is_over(&run.status) {
        let rollout = match (subject.is_aborted(), run.current) {
            (true, _) => "the rollout stays aborted until somebody acts",
            (false, true) if &*run.status == "Inconclusive" => "the rollout waits for a person",
            _ => "Esc goes back",
        };
        return format!("this run is over, nothing more is measured; {rollout}");
    }
    if run.terminating {
        return "somebody ended it: the controller completes what it has begun".to_owned();
    }
    let open = run.metrics.iter().filter(|metric| !is_over(&metric.phase));
    let soonest = open.filter_map(|metric| Some((metric.next_at?, metric))).min_by_key(|(at, _)| *at);
    let measures = match soonest {
        Some((at, metric)) if at <= moment.now => format!("{} is due to measure", metric.name),
        Some((at, metric)) => format!("{} measures by itself {}", metric.name, moment.countdown(at)),
        None => "it measures by itself; when is not known".to_owned(),
    };
    let ends = run.metrics.iter().find(|metric| {
        !metric.dry_run && !is_over(&metric.phase) && metric.failure_limit.is_some_and(|limit| metric.failed == limit)
    });
    match (ends, run.kind) {
        (Some(metric), RunKind::Background | RunKind::Inline(_) | RunKind::PrePromotion | RunKind::PostPromotion) => {
            format!("{measures}; one failure of {} aborts the rollout", one_line(&metric.name))
        }
        (Some(metric), _) => format!("{measures}; one failure of {} ends the run", one_line(&metric.name)),
        (None, _) => measures,
    }
}
