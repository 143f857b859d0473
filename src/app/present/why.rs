//! Why it stands as it stands: the sentence below the headline. The controller's own words where they say something,
//! else what the objects below tell: the pod that does not start, the analysis that has to end, the pods that are left
//! to restart.

use super::standing::{self, Standing};
use super::{Subject, cause, page, pods, runs, words};
use crate::app::model::Mark;
use crate::argo::picture::PodPicture;
use crate::argo::runs::{ExperimentPicture, RunPicture};
use jiff::{SignedDuration, Timestamp};

/// The sentence; empty where the headline says it all.
#[must_use]
pub fn sentence(subject: &Subject<'_>) -> String {
    let said = &subject.picture.message;
    let own = match standing::of(subject) {
        Standing::NoProgress => {
            return cause::stuck_pod(subject).and_then(|pod| pod.message.as_deref()).unwrap_or_default().to_owned();
        }
        Standing::Aborted | Standing::InvalidSpec | Standing::Degraded => return String::new(),
        Standing::WaitsForYou | Standing::Timed | Standing::Preview if !said.contains(' ') => return String::new(),
        Standing::Analysis => analysis(subject),
        Standing::Restarting => restart(subject),
        Standing::Scaling | Standing::Progressing | Standing::PromotingFull => stuck(subject),
        _ => None,
    };
    match own {
        Some(own) => own,
        None if page::headline(subject).contains(said.as_str()) => String::new(),
        None => said.clone(),
    }
}

/// `waits for the analysis 7f9c4d5b6-2-3: 7 of 12 measurements`.
fn analysis(subject: &Subject<'_>) -> Option<String> {
    if let Some(experiment) = current_experiment(subject) {
        let name = subject.short(&experiment.name);
        let left = experiment.ends_at.map(|at| format!(", ends {}", subject.countdown(at))).unwrap_or_default();
        return Some(format!("waits for the experiment {name}: {}{left}", runs::experiment_words(experiment)));
    }
    let run = current_run(subject)?;
    Some(format!("waits for the analysis {}: {}", subject.short(&run.name), runs::brief(run)))
}

fn current_run<'a>(subject: &Subject<'a>) -> Option<&'a RunPicture> {
    let background = |run: &RunPicture| run.kind == crate::argo::runs::RunKind::Background;
    let runs = || subject.newest().into_iter().flat_map(|revision| &revision.analysis_runs);
    runs().filter(|run| run.current && !background(run)).max_by_key(|run| run.created)
}

fn current_experiment<'a>(subject: &Subject<'a>) -> Option<&'a ExperimentPicture> {
    subject.newest()?.experiments.iter().find(|experiment| experiment.current)
}

/// How many pods the restart has still to replace (Argo Rollouts, `rollout/restart.go`: those made before
/// `spec.restartAt`).
fn restart(subject: &Subject<'_>) -> Option<String> {
    let at = subject.rollout.spec.restart_at?;
    let sets = subject.picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    let pods: Vec<&PodPicture> = sets.flat_map(|set| &set.pods).collect();
    if pods.is_empty() {
        return None;
    }
    let old = pods.iter().filter(|pod| pod.created.is_some_and(|created| created < at)).count();
    Some(format!("{} of {} still to restart", old, words::count(pods.len().try_into().ok()?, "pod", "pods")))
}

/// The pod of the new version that is in trouble, and until when the controller has patience with it.
fn stuck(subject: &Subject<'_>) -> Option<String> {
    let pod = cause::stuck_pod(subject)
        .filter(|pod| matches!(pods::mark(pod), Mark::Bad | Mark::Unknown) || pod.message.is_some())?;
    let name = subject.short(&pod.name);
    let why = pod.message.as_deref().map(|message| format!(": {}", words::open_ended(message))).unwrap_or_default();
    let left = deadline(subject).map(|at| format!("; {}", patience(subject, at))).unwrap_or_default();
    Some(format!("{} {name}{why}{left}", pod.status))
}

fn patience(subject: &Subject<'_>, at: Timestamp) -> String {
    match subject.countdown(at).as_str() {
        "due" => "the deadline is over".to_owned(),
        left => format!("gives up {left}"),
    }
}

/// When the progress deadline passes: its clock is the last change of the condition Progressing (Argo Rollouts,
/// `utils/conditions`). It stands still while paused, and where an analysis or an experiment runs.
#[must_use]
pub fn deadline(subject: &Subject<'_>) -> Option<Timestamp> {
    if !matches!(standing::of(subject), Standing::Scaling | Standing::Progressing | Standing::PromotingFull) {
        return None;
    }
    let condition = subject.rollout.condition("Progressing")?;
    let seconds = subject.rollout.spec.progress_deadline_seconds.unwrap_or(600);
    condition.last_update_time?.checked_add(SignedDuration::from_secs(seconds.into())).ok()
}
