//! The tree of revisions, flattened for drawing: pods ([`super::pods`]), Experiments and AnalysisRuns
//! ([`super::runs`]). The newest revision comes first, also when an abort has taken its pods; others of which nothing runs
//! come last, and are folded.

use super::version;
use super::{Subject, pods, runs};
use crate::app::model::{Mark, RevisionLine, TreeKind};
use crate::app::node::{Folds, Node, Spot};
use crate::argo::picture::{ReplicaSetPicture, Revision};

/// Old revisions that have a line of their own; more are counted.
const OLD: usize = 3;

/// What folding a line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// What folds: the line itself, or the pods that it belongs to.
    pub spot: Spot,
    /// It is folded.
    pub folded: bool,
    /// Where the cursor goes, when its line goes away.
    pub then: Option<Spot>,
}

/// All lines.
#[must_use]
pub fn lines(subject: &Subject<'_>, folds: &Folds) -> Vec<RevisionLine> {
    let newest = subject.newest().map(|newest| newest.revision);
    let (gone, alive): (Vec<_>, Vec<_>) =
        subject.picture.revisions.iter().partition(|revision| is_gone(revision) && Some(revision.revision) != newest);
    let mut lines: Vec<RevisionLine> =
        alive.into_iter().flat_map(|revision| revision_lines(subject, folds, revision)).collect();
    let all = Spot::part(Node::Rollout, "revisions");
    let counted = if gone.len() > OLD && folds.is_folded(&all, true) { gone.len() - OLD + 1 } else { 0 };
    let listed = gone.len() - counted;
    lines.extend(gone.into_iter().take(listed).flat_map(|revision| revision_lines(subject, folds, revision)));
    if counted > 0 {
        let kind = TreeKind::More;
        lines.push(RevisionLine { kind, hidden: counted, ..blank(all, format!("{counted} older revisions")) });
    }
    lines
}

fn blank(spot: Spot, name: String) -> RevisionLine {
    RevisionLine {
        kind: TreeKind::Revision,
        depth: 0,
        spot,
        mark: Mark::Absent,
        name,
        roles: Vec::new(),
        version: String::new(),
        status: String::new(),
        info: String::new(),
        message: String::new(),
        age: String::new(),
        hidden: 0,
    }
}

/// Nothing runs of it, and nothing is meant to.
fn is_gone(revision: &Revision) -> bool {
    revision.replica_sets.iter().all(|set| set.desired == 0 && set.replicas == 0)
}

/// Objects among lines; pods that are counted each count.
#[must_use]
pub fn objects(lines: &[RevisionLine]) -> usize {
    lines.iter().map(|line| if line.kind == TreeKind::More { line.hidden } else { 1 + line.hidden }).sum()
}

fn revision_lines(subject: &Subject<'_>, folds: &Folds, revision: &Revision) -> Vec<RevisionLine> {
    let sets = &revision.replica_sets;
    let mut head = revision_line(subject, revision);
    let mut below = Vec::new();
    for set in sets {
        if sets.len() > 1 {
            below.push(set_line(subject, set, 1));
        }
        below.extend(pods::lines(subject, folds, set, if sets.len() > 1 { 2 } else { 1 }));
    }
    for experiment in &revision.experiments {
        below.extend(runs::experiment(subject, folds, experiment, 1));
    }
    for run in &revision.analysis_runs {
        below.extend(runs::lines(subject, folds, run, 1));
    }
    // The newest one is what everything is about, even when its pods are gone: its runs say why.
    let is_newest = subject.newest().is_some_and(|newest| std::ptr::eq(newest, revision));
    if folds.is_folded(&head.spot, is_gone(revision) && !is_newest) {
        head.hidden = objects(&below);
        return vec![head];
    }
    below.insert(0, head);
    below
}

/// The head of a revision: with its ReplicaSet, when it has exactly one, whose pods then stand right below it.
fn revision_line(subject: &Subject<'_>, revision: &Revision) -> RevisionLine {
    let name = if revision.revision == 0 { "no revision".to_owned() } else { revision.revision.to_string() };
    match revision.replica_sets.as_slice() {
        [only] => RevisionLine { kind: TreeKind::Revision, name, ..set_line(subject, only, 0) },
        sets => RevisionLine {
            mark: sets.iter().map(mark_of_set).max_by_key(|mark| severity(*mark)).unwrap_or(Mark::Absent),
            status: match sets.len() {
                0 => "no ReplicaSet".to_owned(),
                many => format!("{many} ReplicaSets"),
            },
            ..blank(Spot::of(Node::Revision(revision.revision)), name)
        },
    }
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

/// The line of a ReplicaSet.
#[must_use]
pub fn set_line(subject: &Subject<'_>, set: &ReplicaSetPicture, depth: usize) -> RevisionLine {
    let mut roles: Vec<String> = set.tags.iter().map(|tag| (*tag).to_owned()).collect();
    roles.extend(set.template.as_deref().map(str::to_owned));
    RevisionLine {
        kind: TreeKind::ReplicaSet,
        depth,
        spot: Spot::of(Node::ReplicaSet(set.name.clone(), set.uid.clone())),
        mark: mark_of_set(set),
        name: subject.short(&set.name).to_owned(),
        roles,
        version: version::of_replica_set(set),
        status: match (set.desired, set.replicas) {
            (0, 0) => "scaled to 0".to_owned(),
            (0, left) => format!("{left} to leave"),
            (desired, _) => format!("{}/{desired} ready", set.ready),
        },
        info: set_info(subject, set),
        message: String::new(),
        age: set.created.map(|then| subject.age_coarse(then)).unwrap_or_default(),
        hidden: 0,
    }
}

fn set_info(subject: &Subject<'_>, set: &ReplicaSetPicture) -> String {
    if set.status == "ReplicaFailure" {
        return "pods cannot be made".to_owned();
    }
    let runs = set.desired > 0 || set.replicas > 0;
    if set.scale_down_unread && runs {
        return "leaves at a time that cannot be read".to_owned();
    }
    // The annotation stays after an abort; it means something only while pods are there.
    match set.scale_down_at.filter(|_| runs) {
        Some(at) => match subject.countdown(at).as_str() {
            "due" => "leaves now".to_owned(),
            left => format!("leaves {left}"),
        },
        None if set.desired > 0 && set.available < set.ready => format!("{} available", set.available),
        None => String::new(),
    }
}

/// What folding the line at `at` means; `None` for a line that holds nothing.
#[must_use]
pub fn fold(lines: &[RevisionLine], at: usize) -> Option<Fold> {
    let line = lines.get(at)?;
    match line.kind {
        TreeKind::More => Some(Fold { spot: line.spot.clone(), folded: true, then: None }),
        TreeKind::Pod | TreeKind::Job => {
            let parent = lines[..at].iter().rev().find(|above| above.depth < line.depth)?;
            if line.kind == TreeKind::Job {
                let spot = parent.spot.clone();
                return Some(Fold { spot: spot.clone(), folded: false, then: Some(spot) });
            }
            let pods = Spot { part: Some("pods".into()), ..parent.spot.clone() };
            // A pod that is listed beside those that are counted unfolds them.
            let folded = lines.iter().any(|other| other.spot == pods);
            Some(Fold { spot: pods.clone(), folded, then: (!folded).then_some(pods) })
        }
        _ if line.hidden > 0 => Some(Fold { spot: line.spot.clone(), folded: true, then: None }),
        _ => {
            let has_below = lines.get(at + 1).is_some_and(|next| next.depth > line.depth);
            has_below.then(|| Fold { spot: line.spot.clone(), folded: false, then: None })
        }
    }
}
