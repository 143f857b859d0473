//! The ladder of a blue-green update: preview up, analysis, wait, switch, analysis, scale down.

use super::standing;
use super::{Subject, runs};
use crate::app::model::{Mark, StepLine};
use crate::argo::picture::{BlueGreenPicture, ReplicaSetPicture, Stage, StageKind};
use crate::argo::runs::{RunKind, RunPicture};

/// The stages as steps; empty when there are none.
#[must_use]
pub fn steps(subject: &Subject<'_>) -> Vec<StepLine> {
    let Some(picture) = &subject.picture.blue_green else { return Vec::new() };
    let lines = picture.stages.iter().enumerate();
    lines.map(|(at, stage)| line(subject, picture, at, stage)).collect()
}

/// Index of the stage that runs.
#[must_use]
pub fn current(subject: &Subject<'_>) -> Option<usize> {
    let picture = subject.picture.blue_green.as_ref()?;
    picture.current.filter(|at| *at < picture.stages.len())
}

/// Below the stages: `done 2 of 6`.
#[must_use]
pub fn note(subject: &Subject<'_>) -> String {
    let Some(picture) = &subject.picture.blue_green else { return String::new() };
    let (done, all) = (picture.stages.iter().filter(|stage| stage.done).count(), picture.stages.len());
    match current(subject) {
        Some(_) => format!("done {done} of {all}"),
        None if done == all && all > 0 => format!("all {all} stages done"),
        None => String::new(),
    }
}

fn line(subject: &Subject<'_>, picture: &BlueGreenPicture, at: usize, stage: &Stage) -> StepLine {
    let now = current(subject) == Some(at);
    let mark = match standing::mark(subject) {
        _ if stage.failed => Mark::Bad,
        _ if stage.done => Mark::Ok,
        Mark::Ok if now => Mark::Busy,
        mark if now => mark,
        _ => Mark::Absent,
    };
    let (words, kind) = words(picture, stage.kind);
    StepLine {
        mark,
        number: at + 1,
        words,
        state: if now || stage.done || stage.failed { state(subject, stage.kind) } else { String::new() },
        time: if now { time(subject, picture, stage.kind) } else { String::new() },
        kind,
        details: Vec::new(),
    }
}

fn words(picture: &BlueGreenPicture, kind: StageKind) -> (String, &'static str) {
    match kind {
        StageKind::PreviewUp => ("preview up".to_owned(), "preview"),
        StageKind::PrePromotionAnalysis => ("pre-promotion analysis".to_owned(), "analysis"),
        StageKind::Wait if picture.auto_promotion => ("wait, then promoted by itself".to_owned(), "wait"),
        StageKind::Wait => ("wait, until promoted".to_owned(), "wait"),
        StageKind::ScaleUp => ("scale up to full size".to_owned(), "scale"),
        StageKind::Switch => match &picture.active_service {
            Some(service) => (format!("switch {service}"), "switch"),
            None => ("switch".to_owned(), "switch"),
        },
        StageKind::PostPromotionAnalysis => ("post-promotion analysis".to_owned(), "analysis"),
        StageKind::ScaleDown => ("scale down the old pods".to_owned(), "scale"),
    }
}

fn state(subject: &Subject<'_>, kind: StageKind) -> String {
    match kind {
        StageKind::PreviewUp | StageKind::ScaleUp => match new_set(subject) {
            Some(set) if set.ready < set.desired => format!("{}/{} ready", set.ready, set.desired),
            _ => String::new(),
        },
        StageKind::PrePromotionAnalysis => run(subject, RunKind::PrePromotion).map(runs::brief).unwrap_or_default(),
        StageKind::PostPromotionAnalysis => run(subject, RunKind::PostPromotion).map(runs::brief).unwrap_or_default(),
        StageKind::Wait | StageKind::Switch | StageKind::ScaleDown => String::new(),
    }
}

fn time(subject: &Subject<'_>, picture: &BlueGreenPicture, kind: StageKind) -> String {
    match kind {
        StageKind::Wait => match picture.promotes_at.or_else(|| standing::ends_at(subject)) {
            Some(at) => subject.countdown(at),
            None => standing::since(subject).map(|since| subject.age(since)).unwrap_or_default(),
        },
        StageKind::ScaleDown => {
            old_set(subject).and_then(|set| set.scale_down_at).map(|at| subject.countdown(at)).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// The newest run of a kind, of the newest revision.
fn run<'a>(subject: &Subject<'a>, kind: RunKind) -> Option<&'a RunPicture> {
    let runs = subject.newest()?.analysis_runs.iter().filter(|run| run.kind == kind);
    runs.max_by_key(|run| (run.current, run.created))
}

fn new_set<'a>(subject: &Subject<'a>) -> Option<&'a ReplicaSetPicture> {
    let hash = &subject.rollout.status.current_pod_hash;
    let mut sets = subject.picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    sets.find(|set| !hash.is_empty() && set.pod_hash == *hash)
}

/// The version that leaves: of those that are to go, the one that goes first.
fn old_set<'a>(subject: &Subject<'a>) -> Option<&'a ReplicaSetPicture> {
    let hash = &subject.rollout.status.current_pod_hash;
    let sets = subject.picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    let leaving = sets.filter(|set| set.pod_hash != *hash && (set.desired > 0 || set.replicas > 0));
    leaving.filter(|set| set.scale_down_at.is_some()).min_by_key(|set| set.scale_down_at)
}
