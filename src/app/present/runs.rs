//! AnalysisRuns, Experiments and jobs in words: phases, what a run is for, counts; and their lines in the tree.

use super::{Subject, pods, tree};
use crate::app::model::{Mark, RevisionLine, TreeKind};
use crate::app::node::{Folds, Node, Spot};
use crate::argo::runs::{ExperimentPicture, JobPicture, RunKind, RunPicture};

/// More jobs than this are folded as long as nobody unfolds them.
const MANY_JOBS: usize = 3;

/// The mark of a phase of a run, a metric, a measurement or an experiment.
#[must_use]
pub fn mark(phase: &str) -> Mark {
    match phase {
        "Successful" => Mark::Ok,
        "Running" => Mark::Busy,
        "" | "Pending" => Mark::Absent,
        "Failed" => Mark::Bad,
        "Error" => Mark::Attention,
        _ => Mark::Unknown,
    }
}

/// A phase in words.
#[must_use]
pub fn phase(phase: &str) -> &str {
    match phase {
        "" => "not begun",
        "Pending" => "pending",
        "Running" => "runs",
        "Successful" => "successful",
        "Failed" => "failed",
        "Error" => "ended by errors",
        "Inconclusive" => "inconclusive",
        other => other,
    }
}

/// What a run is for. Steps are numbered as the ladder numbers them.
#[must_use]
pub fn title(kind: RunKind) -> String {
    match kind {
        RunKind::Background => "background".to_owned(),
        RunKind::Inline(Some(index)) => format!("step {}", index.saturating_add(1)),
        RunKind::Inline(None) => "a step".to_owned(),
        RunKind::PrePromotion => "before the switch".to_owned(),
        RunKind::PostPromotion => "after the switch".to_owned(),
        RunKind::Experiment => "experiment".to_owned(),
        RunKind::Other => String::new(),
    }
}

/// Counts as the plugin prints them, without those that are zero: `✓ 7  ✗ 1  ? 2  ! 1`.
#[must_use]
pub fn counts(run: &RunPicture) -> String {
    let all = [("✓", run.successful), ("✗", run.failed), ("?", run.inconclusive), ("!", run.error)];
    let some = all.iter().filter(|(_, count)| *count > 0).map(|(sign, count)| format!("{sign} {count}"));
    some.collect::<Vec<_>>().join("  ")
}

/// How far a run is: measurements done of those wanted, over all metrics; `None` while any has no end.
fn progress(run: &RunPicture) -> Option<(i64, i64)> {
    if run.metrics.is_empty() {
        return None;
    }
    run.metrics.iter().try_fold((0_i64, 0_i64), |(done, all), metric| {
        let wanted = metric.wanted?;
        Some((done.saturating_add(metric.count.min(wanted)), all.saturating_add(wanted)))
    })
}

/// In few words, for a step of the ladder: `7/12 ✓`, `2 failed`, `successful`.
#[must_use]
pub fn brief(run: &RunPicture) -> String {
    let decisive: i64 = run.metrics.iter().filter(|metric| !metric.dry_run).map(|metric| metric.failed).sum();
    match &*run.status {
        "Running" => {
            let done = match progress(run) {
                Some((done, all)) => format!("{done}/{all}"),
                None => format!("{} measured", run.metrics.iter().map(|metric| metric.count).sum::<i64>()),
            };
            if decisive > 0 { format!("{done}, {decisive} failed") } else { done }
        }
        other => phase(other).to_owned(),
    }
}

/// The line of a run and of its jobs.
#[must_use]
pub fn lines(subject: &Subject<'_>, folds: &Folds, run: &RunPicture, depth: usize) -> Vec<RevisionLine> {
    let spot = Spot::of(Node::AnalysisRun(run.name.clone(), run.uid.clone()));
    let folded = folds.is_folded(&spot, run.jobs.len() > MANY_JOBS);
    let mut lines = vec![RevisionLine {
        kind: TreeKind::AnalysisRun,
        depth,
        spot,
        mark: if run.unreadable.is_some() { Mark::Unknown } else { mark(&run.status) },
        name: subject.short(&run.name).to_owned(),
        roles: Vec::new(),
        version: title(run.kind),
        status: if run.unreadable.is_some() {
            "cannot be read".to_owned()
        } else if run.terminating && &*run.status == "Running" {
            "is being ended".to_owned()
        } else {
            phase(&run.status).to_owned()
        },
        info: counts(run),
        message: run.unreadable.as_deref().unwrap_or(&run.message).to_owned(),
        age: run.created.map(|then| subject.age_coarse(then)).unwrap_or_default(),
        hidden: if folded { run.jobs.len() } else { 0 },
    }];
    if !folded {
        lines.extend(run.jobs.iter().map(|job| job_line(subject, job, depth + 1)));
    }
    lines
}

fn job_line(subject: &Subject<'_>, job: &JobPicture, depth: usize) -> RevisionLine {
    RevisionLine {
        kind: TreeKind::Job,
        depth,
        spot: Spot::of(Node::Job((&*job.name).into())),
        mark: mark(&job.status),
        name: subject.short(&job.name).to_owned(),
        roles: Vec::new(),
        version: job.namespace.as_deref().map(|namespace| format!("in {namespace}")).unwrap_or_default(),
        status: format!("job {}", phase(&job.status)),
        info: String::new(),
        message: String::new(),
        age: job.started_at.map(|then| subject.age_coarse(then)).unwrap_or_default(),
        hidden: 0,
    }
}

/// The line of an experiment, and of what is below it.
#[must_use]
pub fn experiment(
    subject: &Subject<'_>,
    folds: &Folds,
    experiment: &ExperimentPicture,
    depth: usize,
) -> Vec<RevisionLine> {
    let spot = Spot::of(Node::Experiment(experiment.name.clone(), experiment.uid.clone()));
    let is_over = !matches!(&*experiment.status, "" | "Pending" | "Running");
    let mut below = Vec::new();
    for set in &experiment.replica_sets {
        below.push(tree::set_line(subject, set, depth + 1));
        below.extend(pods::lines(subject, folds, set, depth + 2));
    }
    for run in &experiment.analysis_runs {
        below.extend(lines(subject, folds, run, depth + 1));
    }
    // What failed is to be seen; what ended well is history.
    let folded = folds.is_folded(&spot, is_over && &*experiment.status == "Successful") && !below.is_empty();
    let head = RevisionLine {
        kind: TreeKind::Experiment,
        depth,
        spot,
        mark: if experiment.unreadable.is_some() { Mark::Unknown } else { mark(&experiment.status) },
        name: subject.short(&experiment.name).to_owned(),
        roles: Vec::new(),
        version: "experiment".to_owned(),
        status: experiment_words(experiment),
        info: match experiment.ends_at.filter(|_| !is_over) {
            Some(at) => format!("ends {}", subject.countdown(at)),
            None => templates(experiment),
        },
        message: experiment.unreadable.as_deref().unwrap_or(&experiment.message).to_owned(),
        age: experiment.created.map(|then| subject.age_coarse(then)).unwrap_or_default(),
        hidden: if folded { tree::objects(&below) } else { 0 },
    };
    let mut lines = vec![head];
    if !folded {
        lines.extend(below);
    }
    lines
}

/// The phase of an experiment in words.
#[must_use]
pub fn experiment_words(experiment: &ExperimentPicture) -> String {
    match &*experiment.status {
        _ if experiment.unreadable.is_some() => "cannot be read".to_owned(),
        "Running" | "Pending" if experiment.terminating => "is being ended".to_owned(),
        "" | "Pending" => "waits for its pods".to_owned(),
        other => phase(other).to_owned(),
    }
}

/// `baseline 1/1, canary 0/1`.
fn templates(experiment: &ExperimentPicture) -> String {
    let templates = experiment.templates.iter();
    let words = templates.map(|template| format!("{} {}/{}", template.name, template.available, template.wanted));
    words.collect::<Vec<_>>().join(", ")
}
