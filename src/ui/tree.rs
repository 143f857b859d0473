//! The tree of revisions, ReplicaSets and pods. While it fits it is whole. When it does not, the ReplicaSets (named
//! after their revision anyway) join the line of their revision, then healthy pods are counted instead of listed,
//! most of them where there are most: a pod in trouble is the last to go.

use super::glyph;
use super::pen::Pen;
use super::text;
use super::theme::Role;
use crate::app::model::{Mark, RevisionLine, TreeKind};
use ratatui::layout::Rect;

/// A row of the drawn tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Row<'a> {
    /// A line of the model, with what stands before it, and for a revision the ReplicaSet that joined it.
    Line {
        /// `├ `, `│ └ `, or nothing.
        branch: &'static str,
        /// The line.
        line: &'a RevisionLine,
        /// The ReplicaSet whose line is not drawn.
        joined: Option<&'a RevisionLine>,
    },
    /// Pods that are counted.
    More {
        /// As above.
        branch: &'static str,
        /// How many.
        count: usize,
        /// The mark of the worst.
        mark: Mark,
        /// All that are there are counted, none is listed.
        all: bool,
    },
    /// Revisions that have no room.
    Revisions(usize),
}

struct Set<'a> {
    line: &'a RevisionLine,
    pods: Vec<&'a RevisionLine>,
    shown: usize,
}

struct Revision<'a> {
    line: &'a RevisionLine,
    sets: Vec<Set<'a>>,
}

impl Revision<'_> {
    /// One ReplicaSet, and the revision's line has room for it.
    fn joins(&self) -> bool {
        self.sets.len() == 1
    }

    fn rows(&self) -> usize {
        let sets = if self.joins() { 0 } else { self.sets.len() };
        1 + sets + self.sets.iter().map(|set| set.shown + usize::from(set.shown < set.pods.len())).sum::<usize>()
    }
}

fn grouped(lines: &[RevisionLine]) -> Vec<Revision<'_>> {
    let mut revisions: Vec<Revision<'_>> = Vec::new();
    for line in lines {
        match line.kind {
            TreeKind::Revision => revisions.push(Revision { line, sets: Vec::new() }),
            TreeKind::ReplicaSet => {
                if let Some(revision) = revisions.last_mut() {
                    revision.sets.push(Set { line, pods: Vec::new(), shown: 0 });
                }
            }
            TreeKind::Pod => {
                if let Some(set) = revisions.last_mut().and_then(|revision| revision.sets.last_mut()) {
                    set.pods.push(line);
                    set.shown += 1;
                }
            }
        }
    }
    revisions
}

/// The rows of the tree in `height` rows, from row `scroll`.
#[must_use]
pub fn rows(lines: &[RevisionLine], height: usize, scroll: usize) -> Vec<Row<'_>> {
    if lines.len() <= height || scroll > 0 {
        let first = scroll.min(lines.len().saturating_sub(height));
        return whole(lines).into_iter().skip(first).take(height).collect();
    }
    let mut revisions = grouped(lines);
    while revisions.iter().map(Revision::rows).sum::<usize>() > height {
        let most = revisions.iter_mut().flat_map(|revision| revision.sets.iter_mut()).max_by_key(|set| set.shown);
        match most {
            Some(set) if set.shown > 0 => set.shown -= 1,
            _ => break,
        }
    }
    if revisions.iter().map(Revision::rows).sum::<usize>() > height {
        // A line for each revision says more than a count of the pods of the first.
        for set in revisions.iter_mut().flat_map(|revision| revision.sets.iter_mut()) {
            set.pods.clear();
        }
    }
    let mut rows = Vec::new();
    for (index, revision) in revisions.iter().enumerate() {
        let left = revisions.len() - index;
        if left > 1 && rows.len() + 1 >= height || rows.len() >= height {
            rows.truncate(height.saturating_sub(1));
            rows.push(Row::Revisions(left));
            break;
        }
        folded(revision, &mut rows);
        if rows.len() > height {
            rows.truncate(height);
        }
    }
    rows.truncate(height);
    rows
}

fn folded<'a>(revision: &Revision<'a>, rows: &mut Vec<Row<'a>>) {
    let joined = revision.joins().then(|| revision.sets[0].line);
    rows.push(Row::Line { branch: "", line: revision.line, joined });
    for (index, set) in revision.sets.iter().enumerate() {
        let last_set = index + 1 == revision.sets.len();
        if joined.is_none() {
            rows.push(Row::Line { branch: if last_set { "└ " } else { "├ " }, line: set.line, joined: None });
        }
        let (middle, end) = match (joined.is_some(), last_set) {
            (true, _) => ("├ ", "└ "),
            (false, true) => ("  ├ ", "  └ "),
            (false, false) => ("│ ├ ", "│ └ "),
        };
        let mut pods = set.pods.clone();
        if set.shown < pods.len() {
            pods.sort_by_key(|pod| std::cmp::Reverse(glyph::urgency(pod.mark)));
        }
        for (at, pod) in pods.iter().take(set.shown).enumerate() {
            let branch = if at + 1 == pods.len() { end } else { middle };
            rows.push(Row::Line { branch, line: pod, joined: None });
        }
        if set.shown < pods.len() {
            let hidden = &pods[set.shown..];
            let mark =
                hidden.iter().map(|pod| pod.mark).max_by_key(|mark| glyph::urgency(*mark)).unwrap_or(Mark::Unknown);
            rows.push(Row::More { branch: end, count: hidden.len(), mark, all: set.shown == 0 });
        }
    }
}

fn whole(lines: &[RevisionLine]) -> Vec<Row<'_>> {
    let mut set_is_last = true;
    lines
        .iter()
        .map(|line| {
            let branch = match (line.kind, line.last) {
                (TreeKind::Revision, _) => "",
                (TreeKind::ReplicaSet, last) => {
                    set_is_last = last;
                    if last { "└ " } else { "├ " }
                }
                (TreeKind::Pod, last) => match (set_is_last, last) {
                    (true, true) => "  └ ",
                    (true, false) => "  ├ ",
                    (false, true) => "│ └ ",
                    (false, false) => "│ ├ ",
                },
            };
            Row::Line { branch, line, joined: None }
        })
        .collect()
}

/// Draws the tree; returns the rows used.
pub fn draw(pen: &mut Pen<'_>, area: Rect, lines: &[RevisionLine], scroll: usize) -> u16 {
    let rows = rows(lines, usize::from(area.height), scroll);
    let prefix = prefix(lines);
    let roles = lines.iter().map(|line| pen.width(&line.roles.join(", "))).max().unwrap_or(0).min(area.width / 3);
    let name = rows
        .iter()
        .filter_map(|row| match row {
            Row::Line { line, branch, .. } if line.kind == TreeKind::Pod => {
                Some(pen.width(branch) + pen.width(short(&line.name, &prefix)))
            }
            _ => None,
        })
        .max()
        .unwrap_or(0)
        .min(area.width.saturating_sub(area.width / 3 + 2));
    for (index, row) in rows.iter().enumerate() {
        let y = area.y + index as u16;
        match row {
            Row::Line { line, joined, .. } if line.kind == TreeKind::Revision => {
                revision(pen, area, y, line, *joined, roles);
            }
            Row::Line { branch, line, .. } => node(pen, area, y, branch, line, name, &prefix),
            Row::More { branch, count, mark, all } => {
                let x = pen.put(area.x, y, area.width, branch, Role::Dim);
                let words = match (all, *count) {
                    (true, 1) => "… 1 pod".to_owned(),
                    (true, count) => format!("… {count} pods"),
                    (false, count) => format!("… {count} more"),
                };
                let x = pen.put(x, y, area.right().saturating_sub(x), &words, Role::Dim);
                pen.put(x + 2, y, 1, mark.sign(), glyph::role(*mark));
            }
            Row::Revisions(count) => {
                let word = if *count == 1 { "revision" } else { "revisions" };
                pen.put(area.x, y, area.width, &format!("… {count} more {word}"), Role::Dim);
            }
        }
    }
    rows.len() as u16
}

/// What the names of all pods begin with: the rollout's own name, which the header says already.
fn prefix(lines: &[RevisionLine]) -> String {
    let set = lines.iter().find(|line| line.kind == TreeKind::ReplicaSet);
    let end = set.and_then(|set| set.name.rfind('-')).map_or(0, |at| at + 1);
    set.map(|set| set.name[..end].to_owned()).unwrap_or_default()
}

fn short<'a>(name: &'a str, prefix: &str) -> &'a str {
    name.strip_prefix(prefix).filter(|rest| !rest.is_empty()).unwrap_or(name)
}

fn or<'a>(first: &'a str, second: &'a str) -> &'a str {
    if first.is_empty() { second } else { first }
}

fn revision(pen: &mut Pen<'_>, area: Rect, y: u16, line: &RevisionLine, joined: Option<&RevisionLine>, names: u16) {
    let set = joined.unwrap_or(line);
    let name = line.name.trim_start_matches("# ").trim_start_matches('#');
    let roles = if line.roles.is_empty() { &set.roles } else { &line.roles };
    let role = if roles.is_empty() { Role::Dim } else { Role::Fg };
    let x =
        pen.put(area.x, y, area.width, &format!("# {name}"), if roles.is_empty() { Role::Dim } else { Role::Title });
    let status = or(&line.status, &set.status);
    let status_at = pen.put_right(area.right(), y, area.width / 2, status, role);
    let x = x + 1;
    pen.put(x, y, status_at.saturating_sub(x + 1), &roles.join(", "), role);
    let x = if names > 0 { x + names + 2 } else { x };
    let info = if line.status.is_empty() { or(&line.info, &set.info) } else { &line.info };
    let version = or(&line.version, &set.version);
    let x = pen.put(x, y, status_at.saturating_sub(x + 1), version, role);
    if !info.is_empty() && x + 2 + pen.width(info) < status_at {
        pen.put(x + 2, y, status_at.saturating_sub(x + 3), info, Role::Dim);
    }
}

fn node(pen: &mut Pen<'_>, area: Rect, y: u16, branch: &str, line: &RevisionLine, names: u16, prefix: &str) {
    let x = pen.put(area.x, y, area.width, branch, Role::Dim);
    let (sign, role) = (line.mark.sign(), glyph::role(line.mark));
    pen.put(x, y, 1, sign, role);
    let age_at = pen.put_right(area.right(), y, 6, &line.age, Role::Fg);
    let x = x + 2;
    let pod = line.kind == TreeKind::Pod;
    // The reason why a pod is in trouble is shown whole; its name is cut for it.
    let wish = if pod && line.mark != Mark::Ok { pen.width(&line.status) + 3 } else { 0 };
    let end = (area.x + names + 2).min(age_at.saturating_sub(wish)).max(x + 6);
    let room = if pod { end.saturating_sub(x) } else { age_at.saturating_sub(x + 2) };
    let name = if pod { short(&line.name, prefix) } else { &line.name };
    let name =
        text::cut_middle(&pen.shown(name), usize::from(room.min(age_at.saturating_sub(x + 1))), pen.theme.ellipsis());
    let x = pen.put(x, y, room, &name, Role::Fg);
    let mut x = if pod { end } else { x } + 2;
    // A pod in trouble says which before it says how ready it is; for a healthy one the number is enough.
    let healthy = line.mark == Mark::Ok;
    let parts = if healthy && area.width < 50 {
        vec![(line.info.as_str(), Role::Fg)]
    } else if healthy {
        vec![(line.info.as_str(), Role::Fg), (line.status.as_str(), Role::Fg)]
    } else {
        vec![(line.status.as_str(), role), (line.info.as_str(), Role::Fg)]
    };
    let extra = if line.kind == TreeKind::ReplicaSet { line.version.as_str() } else { "" };
    for (part, role) in parts.into_iter().chain([(extra, Role::Fg)]) {
        let room = age_at.saturating_sub(x + 1);
        // Half a number or half a version misleads; half a reason still says something.
        let may_be_cut = part == line.status && pod;
        if !part.is_empty() && (pen.width(part) <= room || (may_be_cut && room >= 3)) {
            x = pen.put(x, y, room, part, role) + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line(kind: TreeKind, name: &str, mark: Mark) -> RevisionLine {
        RevisionLine {
            kind,
            mark,
            name: name.into(),
            roles: Vec::new(),
            version: String::new(),
            status: String::new(),
            info: String::new(),
            age: String::new(),
            last: false,
        }
    }

    fn tree(pods: &[usize]) -> Vec<RevisionLine> {
        let mut lines = Vec::new();
        for (at, count) in pods.iter().enumerate() {
            lines.push(line(TreeKind::Revision, &at.to_string(), Mark::Ok));
            lines.push(line(TreeKind::ReplicaSet, "set", Mark::Ok));
            for pod in 0..*count {
                lines.push(line(TreeKind::Pod, &format!("pod-{pod}"), Mark::Ok));
            }
        }
        lines
    }

    fn counted(rows: &[Row<'_>]) -> usize {
        rows.iter()
            .map(|row| match row {
                Row::Line { line, .. } if line.kind == TreeKind::Pod => 1,
                Row::More { count, .. } => *count,
                _ => 0,
            })
            .sum()
    }

    #[test]
    fn a_tree_that_fits_is_whole() {
        let lines = tree(&[2, 3]);
        assert_eq!(rows(&lines, 9, 0).len(), 9);
    }

    #[test]
    fn what_does_not_fit_is_counted_and_the_pod_in_trouble_stays() {
        let mut lines = tree(&[2, 8]);
        lines[10].mark = Mark::Bad;
        let rows = rows(&lines, 7, 0);
        assert!(rows.len() <= 7, "{rows:?}");
        assert_eq!(counted(&rows), 10);
        let bad = rows.iter().any(|row| matches!(row, Row::Line { line, .. } if line.mark == Mark::Bad));
        assert!(bad, "{rows:?}");
    }

    #[test]
    fn revisions_without_room_are_counted() {
        let lines = tree(&[0, 0, 0, 0, 0]);
        let rows = rows(&lines, 3, 0);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows.last(), Some(&Row::Revisions(3)));
    }

    #[test]
    fn scrolling_shows_the_tree_unfolded() {
        let lines = tree(&[2, 8]);
        let rows = rows(&lines, 5, 9);
        assert_eq!(rows.len(), 5);
        assert!(rows.iter().all(|row| matches!(row, Row::Line { .. })));
    }

    proptest! {
        #[test]
        fn no_tree_is_higher_than_its_place(pods in proptest::collection::vec(0usize..12, 0..6), height in 0usize..20, scroll in 0usize..30) {
            prop_assert!(rows(&tree(&pods), height, scroll).len() <= height);
        }
    }
}
