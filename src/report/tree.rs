//! The tree below a rollout as rows of a table: revisions, ReplicaSets with their pods, Experiments, AnalysisRuns with
//! their jobs and metrics.

use crate::argo::age;
use crate::argo::picture::{Picture, ReplicaSetPicture};
use crate::argo::runs::words;
use crate::argo::runs::{ExperimentPicture, MetricPicture, RunPicture};
use jiff::Timestamp;

/// The rows, headings first. A row of one cell is a heading of its own.
#[must_use]
pub(super) fn rows(picture: &Picture, now: Timestamp) -> Vec<Vec<String>> {
    let head = ["NAME", "KIND", "STATUS", "READY", "RESTARTS", "AGE", "INFO"];
    let mut rows = vec![head.map(ToOwned::to_owned).to_vec()];
    for revision in &picture.revisions {
        rows.push(vec![format!("revision {}", revision.revision)]);
        revision.replica_sets.iter().for_each(|set| replica_set(set, 1, now, &mut rows));
        revision.experiments.iter().for_each(|one| experiment(one, now, &mut rows));
        revision.analysis_runs.iter().for_each(|one| run(one, 1, now, &mut rows));
    }
    rows
}

fn row(level: usize, name: &str, cells: [String; 6]) -> Vec<String> {
    let mut row = vec![format!("{:width$}{name}", "", width = level * 2)];
    row.extend(cells);
    row
}

fn replica_set(set: &ReplicaSetPicture, level: usize, now: Timestamp, rows: &mut Vec<Vec<String>>) {
    let cells = [
        "ReplicaSet".to_owned(),
        set.status.to_owned(),
        format!("{}/{}", set.ready, set.desired),
        String::new(),
        age::human_since(set.created, now),
        set_info(set, now),
    ];
    rows.push(row(level, &set.name, cells));
    for pod in &set.pods {
        let cells = [
            "Pod".to_owned(),
            pod.status.to_string(),
            format!("{}/{}", pod.ready, pod.containers),
            pod.restarts.to_string(),
            age::human_since(pod.created, now),
            pod.message.as_deref().unwrap_or_default().to_owned(),
        ];
        rows.push(row(level + 1, &pod.name, cells));
    }
}

fn set_info(set: &ReplicaSetPicture, now: Timestamp) -> String {
    let mut info: Vec<String> = set.tags.iter().map(|tag| (*tag).to_owned()).collect();
    info.extend(set.template.as_ref().map(|template| format!("Σ:{template}")));
    match set.scale_down_at {
        Some(at) if at <= now => info.push("scale-down time has passed".to_owned()),
        Some(at) => info.push(format!("leaves {}", age::countdown(at, now))),
        None if set.scale_down_unread => info.push("scale-down time cannot be read".to_owned()),
        None => {}
    }
    info.join(", ")
}

/// What the plugin leaves blank before the controller's first pass.
fn phase(word: &str) -> String {
    if word.is_empty() { "Pending".to_owned() } else { word.to_owned() }
}

fn experiment(one: &ExperimentPicture, now: Timestamp, rows: &mut Vec<Vec<String>>) {
    let nothing = String::new;
    let status = if one.unreadable.is_some() { "unknown".to_owned() } else { phase(&one.status) };
    let info = words::experiment(one, now);
    // Nothing that the status does not say.
    let info = if info == status { nothing() } else { info };
    let age = age::human_since(one.created, now);
    rows.push(row(1, &one.name, ["Experiment".to_owned(), status, nothing(), nothing(), age, info]));
    one.replica_sets.iter().for_each(|set| replica_set(set, 2, now, rows));
    one.analysis_runs.iter().for_each(|one| run(one, 2, now, rows));
}

fn run(one: &RunPicture, level: usize, now: Timestamp, rows: &mut Vec<Vec<String>>) {
    let nothing = String::new;
    let (status, info) = match &one.unreadable {
        Some(why) => ("unknown".to_owned(), format!("it cannot be read: {why}")),
        None => (phase(&one.status), counts(one)),
    };
    let age = age::human_since(one.created, now);
    rows.push(row(level, &one.name, ["AnalysisRun".to_owned(), status, nothing(), nothing(), age, info]));
    for job in &one.jobs {
        let place = job.namespace.as_ref().map_or_else(nothing, |namespace| format!("namespace {namespace}"));
        let age = age::human_since(job.started_at, now);
        rows.push(row(level + 1, &job.name, ["Job".to_owned(), phase(&job.status), nothing(), nothing(), age, place]));
    }
    for metric in &one.metrics {
        let cells = ["Metric".to_owned(), phase(&metric.phase), nothing(), nothing(), nothing(), info_of(metric, now)];
        rows.push(row(level + 1, &metric.name, cells));
    }
}

/// Measurements by verdict, of all metrics, as the plugin counts them.
fn counts(run: &RunPicture) -> String {
    let all = [
        (run.successful, "successful"),
        (run.failed, "failed"),
        (run.inconclusive, "inconclusive"),
        (run.error, "errors"),
    ];
    let told: Vec<String> =
        all.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    told.join(", ")
}

fn info_of(metric: &MetricPicture, now: Timestamp) -> String {
    let mut parts = Vec::new();
    if metric.dry_run {
        parts.push("dry run".to_owned());
    }
    let last = metric.measurements.iter().rev().find(|found| !found.value.is_empty());
    if let Some(last) = last {
        let good = metric.threshold.as_ref();
        let good = good.map_or_else(String::new, |limit| format!(" (good: {} {})", limit.good.sign(), limit.text));
        parts.push(format!("last {}{good}", last.value));
    }
    parts.push(words::standing(metric, now));
    if !metric.message.is_empty() {
        parts.push(metric.message.to_string());
    }
    parts.join("; ")
}
