//! Pods in the tree: each with its status as people know it; where there are many, what is well is counted.

use super::Subject;
use super::words;
use crate::app::model::{Mark, RevisionLine, TreeKind};
use crate::app::node::{Folds, Node, Spot};
use crate::argo::picture::{PodPicture, ReplicaSetPicture};

/// More pods than this in one ReplicaSet are counted as long as nobody unfolds them.
const MANY: usize = 12;
/// Pods in trouble that are listed beside those that are counted.
const LISTED: usize = 6;

/// The lines of a ReplicaSet's pods.
#[must_use]
pub fn lines(subject: &Subject<'_>, folds: &Folds, set: &ReplicaSetPicture, depth: usize) -> Vec<RevisionLine> {
    let all = Spot::part(Node::ReplicaSet(set.name.clone(), set.uid.clone()), "pods");
    if !folds.is_folded(&all, set.pods.len() > MANY) {
        return set.pods.iter().map(|pod| line(subject, pod, depth)).collect();
    }
    let mut troubled: Vec<&PodPicture> = set.pods.iter().filter(|pod| trouble(mark(pod)) > 0).collect();
    // The sort keeps the order of age among equals.
    troubled.sort_by_key(|pod| std::cmp::Reverse(trouble(mark(pod))));
    troubled.truncate(LISTED);
    let counted: Vec<&PodPicture> =
        set.pods.iter().filter(|pod| !troubled.iter().any(|listed| std::ptr::eq(*listed, *pod))).collect();
    let mut lines: Vec<RevisionLine> = troubled.iter().map(|pod| line(subject, pod, depth)).collect();
    match counted.as_slice() {
        [] => {}
        [one] => lines.push(line(subject, one, depth)),
        counted => lines.push(more(all, counted, depth, troubled.is_empty())),
    }
    lines
}

/// Pods that are counted: `8 pods`, and how they stand where not all of them are well.
fn more(spot: Spot, pods: &[&PodPicture], depth: usize, all: bool) -> RevisionLine {
    let worst = pods.iter().map(|pod| mark(pod)).max_by_key(|mark| trouble(*mark)).unwrap_or(Mark::Unknown);
    let count = words::number_of(pods.len());
    RevisionLine {
        kind: TreeKind::More,
        depth,
        spot,
        mark: worst,
        name: if all { format!("{count} pods") } else { format!("{count} more pods") },
        roles: Vec::new(),
        version: String::new(),
        status: if worst == Mark::Ok { String::new() } else { by_status(pods) },
        info: String::new(),
        message: String::new(),
        age: String::new(),
        hidden: pods.len(),
    }
}

/// `300 Pending, 194 Running`: the most frequent first.
fn by_status(pods: &[&PodPicture]) -> String {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for pod in pods {
        match counts.iter_mut().find(|(status, _)| *status == &*pod.status) {
            Some((_, count)) => *count += 1,
            None => counts.push((&pod.status, 1)),
        }
    }
    counts.sort_by_key(|(status, count)| (std::cmp::Reverse(*count), *status));
    let words = counts.iter().take(3).map(|(status, count)| format!("{} {status}", words::number_of(*count)));
    words.collect::<Vec<_>>().join(", ")
}

/// How much trouble a mark means; 0 for a pod that is well.
fn trouble(mark: Mark) -> u8 {
    match mark {
        Mark::Ok => 0,
        Mark::Busy => 1,
        Mark::Unknown => 2,
        _ => 3,
    }
}

fn line(subject: &Subject<'_>, pod: &PodPicture, depth: usize) -> RevisionLine {
    let mut info = vec![format!("{}/{}", pod.ready, pod.containers)];
    if pod.restarts > 0 {
        info.push(format!("restarts {}", pod.restarts));
    }
    info.extend(pod.node.as_deref().map(str::to_owned));
    RevisionLine {
        kind: TreeKind::Pod,
        depth,
        spot: Spot::of(Node::Pod(pod.name.clone(), pod.uid.clone())),
        mark: mark(pod),
        name: subject.short(&pod.name).to_owned(),
        roles: Vec::new(),
        version: String::new(),
        status: pod.status.to_string(),
        info: info.join("  "),
        message: pod.message.as_deref().unwrap_or_default().to_owned(),
        age: pod.created.map(|then| subject.age_coarse(then)).unwrap_or_default(),
        hidden: 0,
    }
}

/// By the status text (Argo Rollouts, `pkg/kubectl-argo-rollouts/info/pod_info.go`), except that a running pod which
/// is not ready is not well, and that texts the plugin leaves blank get a mark.
#[must_use]
pub fn mark(pod: &PodPicture) -> Mark {
    match &*pod.status {
        "Running" if pod.ready < pod.containers => Mark::Busy,
        "Running" | "Completed" | "Succeeded" => Mark::Ok,
        // No node takes it: the reason is told only then.
        "Pending" if pod.message.is_some() => Mark::Attention,
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
