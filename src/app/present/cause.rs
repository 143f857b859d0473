//! Cause: why a rollout is degraded, in the controller's own words without their wrapping.

use super::Subject;
use super::{analysis, pods, runs, version, words};
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
            Some((_, cause)) => brief(words::open_ended(cause)),
            // So does it write after an abort by hand.
            None => "no cause given (by hand?)".to_owned(),
        };
    }
    if let Some((_, cause)) = told.strip_prefix("The Rollout ").and_then(|rest| rest.split_once("is invalid: ")) {
        return words::open_ended(cause).to_owned();
    }
    if told.is_empty() { "the controller gives no cause".to_owned() } else { words::open_ended(told).to_owned() }
}

/// What of the controller's sentence about an analysis tells something: `Step-based analysis phase error/failed: Metric
/// "rate" assessed Failed due to failed (2) > failureLimit (1)` is `rate: 2 failures, 1 allowed`.
fn brief(cause: &str) -> String {
    match cause.split_once("error/failed: ") {
        Some((_, metric)) if metric.starts_with("Metric ") => of_metric(metric),
        _ => cause.to_owned(),
    }
}

/// The controller's sentence about a metric with the metric in front; any other as it is.
pub(super) fn of_metric(sentence: &str) -> String {
    let parts = || {
        let (name, rest) = sentence.strip_prefix("Metric \"")?.split_once("\" assessed ")?;
        let (phase, why) = rest.split_once(" due to ")?;
        Some(match exceeded(why) {
            Some(words) => format!("{name}: {words}"),
            None => format!("{name} {}: {why}", runs::phase(phase)),
        })
    };
    parts().unwrap_or_else(|| sentence.to_owned())
}

/// A count above its limit (Argo Rollouts, `analysis/analysis.go`): `failed (2) > failureLimit (1)`, perhaps with the last
/// error behind it.
fn exceeded(why: &str) -> Option<String> {
    let (what, rest) = why.split_once(" (")?;
    let (count, rest) = rest.split_once(") > ")?;
    let (_, rest) = rest.split_once(" (")?;
    let (limit, rest) = rest.split_once(')')?;
    let (count, limit): (i64, i64) = (count.parse().ok()?, limit.parse().ok()?);
    let counted = match what {
        "failed" => words::count(count, "failure", "failures"),
        "inconclusive" => format!("{} without a verdict", words::number(count)),
        "consecutiveErrors" => format!("{} in a row", words::count(count, "error", "errors")),
        _ => return None,
    };
    let allowed = if limit == 0 { "none".to_owned() } else { words::number(limit) };
    Some(format!("{counted}, {allowed} allowed{rest}"))
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

/// The pod of the new version that is not ready and worst off; of several alike the first.
#[must_use]
pub fn stuck_pod<'a>(subject: &Subject<'a>) -> Option<&'a PodPicture> {
    let new = &subject.rollout.status.current_pod_hash;
    let sets = subject.picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    let all = sets.filter(|set| set.pod_hash == *new).flat_map(|set| &set.pods);
    let stuck = all.filter(|pod| pod.ready < pod.containers && !pod.status.is_empty());
    stuck.min_by_key(|pod| std::cmp::Reverse(pods::trouble(pods::mark(pod))))
}

/// The message of the first condition that is bad, when the status has none.
fn from_conditions<'a>(subject: &Subject<'a>) -> &'a str {
    let bad = [("InvalidSpec", "True"), ("Progressing", "False"), ("ReplicaFailure", "True"), ("Available", "False")];
    let found = bad.iter().find_map(|(kind, status)| subject.rollout.condition(kind).filter(|c| &*c.status == *status));
    found.map_or("", |condition| &*condition.message)
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn the_cause_of_an_abort_begins_with_the_metric() {
        let table = [
            (
                "Step-based analysis phase error/failed: Metric \"rate\" assessed Failed due to failed (2) > failureLimit (1)",
                "rate: 2 failures, 1 allowed",
            ),
            (
                "Background analysis phase error/failed: Metric \"rate\" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): \"no such host\"",
                "rate: 5 errors in a row, 4 allowed: \"no such host\"",
            ),
            (
                "Experiment analysis phase is error/failed: Metric \"rate\" assessed Inconclusive due to odd (1)",
                "rate inconclusive: odd (1)",
            ),
            ("Step-based analysis phase error/failed: it broke", "Step-based analysis phase error/failed: it broke"),
            ("ReplicaSet \"web-1\" has timed out progressing", "ReplicaSet \"web-1\" has timed out progressing"),
        ];
        for (cause, words) in table {
            assert_eq!(brief(cause), words);
        }
    }
}
