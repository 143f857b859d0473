//! Cause: why a rollout is degraded, in the controller's own words without their wrapping.

use super::Subject;
use super::{analysis, version, words};
use crate::argo::picture::PodPicture;
use crate::argo::runs::RunPicture;

/// The cause in one line. The controller writes `RolloutAborted: Rollout aborted update to revision 2: CAUSE` and
/// `InvalidSpec: The Rollout "web" is invalid: CAUSE`; what says nothing new is left out.
#[must_use]
pub fn of(subject: &Subject<'_>) -> String {
    // The value that broke the limit says more than the controller's count of failures.
    if let Some(breach) = failed_run(subject).and_then(analysis::breach) {
        return breach;
    }
    let message = if subject.picture.message.is_empty() { from_conditions(subject) } else { &*subject.picture.message };
    let told = ["RolloutAborted: ", "InvalidSpec: ", "ProgressDeadlineExceeded: "]
        .iter()
        .find_map(|prefix| message.strip_prefix(prefix))
        .unwrap_or(message);
    if let Some(rest) = told.strip_prefix("Rollout aborted update to revision ") {
        return match rest.split_once(": ") {
            Some((_, cause)) => words::open_ended(cause).to_owned(),
            // So does it write after an abort by hand, and after one by the progress deadline.
            None if subject.rollout.spec.progress_deadline_abort => "no cause given (deadline, or by hand?)".to_owned(),
            None => "no cause given (by hand?)".to_owned(),
        };
    }
    if let Some((_, cause)) = told.strip_prefix("The Rollout ").and_then(|rest| rest.split_once("is invalid: ")) {
        return words::open_ended(cause).to_owned();
    }
    if told.is_empty() { "the controller gives no cause".to_owned() } else { words::open_ended(told).to_owned() }
}

/// The run that made the controller abort: the newest one of the newest revision that failed.
#[must_use]
pub fn failed_run<'a>(subject: &Subject<'a>) -> Option<&'a RunPicture> {
    if !subject.picture.message.contains("analysis phase error/failed") {
        return None;
    }
    let runs = subject.newest()?.analysis_runs.iter();
    runs.filter(|run| matches!(&*run.status, "Failed" | "Error")).max_by_key(|run| (run.completed_at, run.created))
}

/// Why there is no progress: what the first pod of the new version that is in trouble says; where pods are not known,
/// how many of them are missing. The controller's own sentence names only the ReplicaSet.
#[must_use]
pub fn of_no_progress(subject: &Subject<'_>) -> String {
    let version = version::wanted(subject);
    if let Some(pod) = stuck_pod(subject) {
        let stuck = if &*pod.status == "Running" { "pod not ready" } else { &*pod.status };
        return if version.is_empty() { stuck.to_owned() } else { format!("{stuck} ({version})") };
    }
    let replicas = subject.picture.replicas;
    let missing = i64::from(replicas.current) - i64::from(replicas.available);
    if missing <= 0 {
        return of(subject);
    }
    format!("{missing} of {} not available", words::count(replicas.current.into(), "pod", "pods"))
}

/// The first pod of the new version that is not ready.
#[must_use]
pub fn stuck_pod<'a>(subject: &Subject<'a>) -> Option<&'a PodPicture> {
    let new = &subject.rollout.status.current_pod_hash;
    let sets = subject.picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    let mut pods = sets.filter(|set| set.pod_hash == *new).flat_map(|set| &set.pods);
    pods.find(|pod| pod.ready < pod.containers && !pod.status.is_empty())
}

/// The message of the first condition that is bad, when the status has none.
fn from_conditions<'a>(subject: &Subject<'a>) -> &'a str {
    let bad = [("InvalidSpec", "True"), ("Progressing", "False"), ("ReplicaFailure", "True"), ("Available", "False")];
    let found = bad.iter().find_map(|(kind, status)| subject.rollout.condition(kind).filter(|c| &*c.status == *status));
    found.map_or("", |condition| &*condition.message)
}
