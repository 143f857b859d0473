//! The tree of revisions, ReplicaSets and pods, flattened for drawing. Revisions that are scaled to zero come last.

use super::Subject;
use super::version;
use crate::app::model::{Mark, RevisionLine, TreeKind};
use crate::argo::picture::{PodPicture, ReplicaSetPicture, Revision};

/// All lines.
#[must_use]
pub fn lines(subject: &Subject<'_>) -> Vec<RevisionLine> {
    let (gone, alive): (Vec<_>, Vec<_>) = subject.picture.revisions.iter().partition(|revision| is_gone(revision));
    alive.into_iter().chain(gone).flat_map(|revision| revision_lines(subject, revision)).collect()
}

/// Nothing runs of it, and nothing is meant to.
fn is_gone(revision: &Revision) -> bool {
    revision.replica_sets.iter().all(|set| set.desired == 0 && set.replicas == 0)
}

fn revision_lines(subject: &Subject<'_>, revision: &Revision) -> Vec<RevisionLine> {
    let sets = &revision.replica_sets;
    let mut lines = vec![revision_line(subject, revision)];
    for (at, set) in sets.iter().enumerate() {
        lines.push(RevisionLine { last: at + 1 == sets.len(), ..set_line(subject, set) });
        for (at, pod) in set.pods.iter().enumerate() {
            lines.push(RevisionLine { last: at + 1 == set.pods.len(), ..pod_line(subject, pod) });
        }
    }
    lines
}

/// The head of a revision: with what its ReplicaSet says where there is only one, so that a narrow screen can leave
/// out the ReplicaSet's own line.
fn revision_line(subject: &Subject<'_>, revision: &Revision) -> RevisionLine {
    let name = if revision.revision == 0 { "no revision".to_owned() } else { revision.revision.to_string() };
    let head = match revision.replica_sets.as_slice() {
        [only] => set_line(subject, only),
        sets => RevisionLine {
            kind: TreeKind::Revision,
            mark: sets.iter().map(mark_of_set).max_by_key(|mark| severity(*mark)).unwrap_or(Mark::Absent),
            name: String::new(),
            roles: Vec::new(),
            version: String::new(),
            status: format!("{} ReplicaSets", sets.len()),
            info: String::new(),
            age: String::new(),
            last: false,
        },
    };
    RevisionLine { kind: TreeKind::Revision, name, last: false, ..head }
}

fn severity(mark: Mark) -> u8 {
    match mark {
        Mark::Bad => 3,
        Mark::Busy => 2,
        Mark::Ok => 1,
        _ => 0,
    }
}

fn mark_of_set(set: &ReplicaSetPicture) -> Mark {
    match set.status {
        "Healthy" => Mark::Ok,
        "Progressing" => Mark::Busy,
        "ScaledDown" if set.replicas > 0 => Mark::Busy,
        "ScaledDown" => Mark::Absent,
        "ReplicaFailure" => Mark::Bad,
        _ => Mark::Unknown,
    }
}

fn set_line(subject: &Subject<'_>, set: &ReplicaSetPicture) -> RevisionLine {
    RevisionLine {
        kind: TreeKind::ReplicaSet,
        mark: mark_of_set(set),
        name: set.name.to_string(),
        roles: set.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        version: version::of_replica_set(set),
        status: match (set.desired, set.replicas) {
            (0, 0) => "scaled to 0".to_owned(),
            (0, left) => format!("{left} to leave"),
            (desired, _) => format!("{}/{desired} ready", set.ready),
        },
        info: set_info(subject, set),
        age: set.created.map(|then| subject.age_tight(then)).unwrap_or_default(),
        last: false,
    }
}

fn set_info(subject: &Subject<'_>, set: &ReplicaSetPicture) -> String {
    if set.status == "ReplicaFailure" {
        return "pods cannot be made".to_owned();
    }
    // The annotation stays after an abort; it means something only while pods are there.
    match set.scale_down_at.filter(|_| set.desired > 0 || set.replicas > 0) {
        Some(at) => match subject.countdown(at).as_str() {
            "due" => "leaves now".to_owned(),
            left => format!("leaves {left}"),
        },
        None if set.desired > 0 && set.available < set.ready => format!("{} available", set.available),
        None => String::new(),
    }
}

fn pod_line(subject: &Subject<'_>, pod: &PodPicture) -> RevisionLine {
    let mut info = vec![format!("{}/{}", pod.ready, pod.containers)];
    if pod.restarts > 0 {
        info.push(format!("restarts {}", pod.restarts));
    }
    info.extend(pod.message.as_deref().map(str::to_owned));
    RevisionLine {
        kind: TreeKind::Pod,
        mark: mark_of_pod(pod),
        name: pod.name.to_string(),
        roles: Vec::new(),
        version: String::new(),
        status: pod.status.to_string(),
        info: info.join("  "),
        age: pod.created.map(|then| subject.age_tight(then)).unwrap_or_default(),
        last: false,
    }
}

/// By the status text (Argo Rollouts, `pkg/kubectl-argo-rollouts/info/pod_info.go`), except that a running pod which
/// is not ready is not well, and that texts the plugin leaves blank get a mark.
fn mark_of_pod(pod: &PodPicture) -> Mark {
    match &*pod.status {
        "Running" if pod.ready < pod.containers => Mark::Busy,
        "Running" | "Completed" | "Succeeded" => Mark::Ok,
        "Pending" | "Terminating" | "ContainerCreating" | "PodInitializing" => Mark::Busy,
        "Failed"
        | "InvalidImageName"
        | "CrashLoopBackOff"
        | "ImagePullBackOff"
        | "RegistryUnavailable"
        | "Evicted"
        | "OOMKilled"
        | "ContainerCannotRun"
        | "DeadlineExceeded" => Mark::Bad,
        "Unknown" | "" => Mark::Unknown,
        text if text.ends_with("Error") || text.starts_with("Err") => Mark::Bad,
        text if text.starts_with("Signal:") || text.starts_with("ExitCode:") => Mark::Bad,
        text if ["Error", "BackOff", "Signal:", "ExitCode:"].iter().any(|word| text.contains(word)) => Mark::Bad,
        text if text.starts_with("Init:") => Mark::Busy,
        _ => Mark::Unknown,
    }
}
