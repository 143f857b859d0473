//! The tree of revisions. While it fits it is whole. When it does not, and the cursor is not in it, pods are counted
//! instead of listed, most of them where there are most: a pod in trouble is the last to go. With the cursor in it, a
//! page of it shows, the one that the cursor is on.

use super::glyph;
use super::pen::Pen;
use super::text;
use super::theme::Role;
use crate::app::model::{Mark, RevisionLine, TreeKind};
use ratatui::layout::Rect;

/// What stands in a row of the drawn tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Row<'a> {
    /// A line of the model, by its index.
    Line(usize, &'a RevisionLine),
    /// Pods that are counted for want of room.
    More {
        /// How deep they stand.
        depth: usize,
        /// How many.
        count: usize,
        /// The mark of the worst.
        mark: Mark,
        /// All that are there are counted, none is listed.
        all: bool,
    },
    /// Lines that have no room.
    Rest(usize),
}

impl Row<'_> {
    const fn depth(&self) -> usize {
        match self {
            Self::Line(_, line) => line.depth,
            Self::More { depth, .. } => *depth,
            Self::Rest(_) => 0,
        }
    }
}

/// Pods below one parent, the line that counts others of them included.
struct Pods {
    from: usize,
    to: usize,
    shown: usize,
    /// Its lines, the most urgent first.
    order: Vec<usize>,
}

impl Pods {
    /// Its lines, the most urgent first; the line that counts others last.
    fn sorted(&self, lines: &[RevisionLine]) -> Vec<usize> {
        let mut all: Vec<usize> = (self.from..self.to).collect();
        all.sort_by_key(|at| (lines[*at].kind == TreeKind::More, std::cmp::Reverse(glyph::urgency(lines[*at].mark))));
        all
    }

    /// How urgent the line is that is left out next.
    fn next_to_go(&self, lines: &[RevisionLine]) -> u8 {
        let at = self.shown.checked_sub(1).and_then(|last| self.order.get(last));
        at.map_or(0, |at| if lines[*at].kind == TreeKind::More { 0 } else { glyph::urgency(lines[*at].mark) })
    }
}

fn groups(lines: &[RevisionLine]) -> Vec<Pods> {
    let mut groups: Vec<Pods> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if !is_pod(line) {
            continue;
        }
        match groups.last_mut() {
            Some(last) if last.to == at && lines[last.from].depth == line.depth => last.to = at + 1,
            _ => groups.push(Pods { from: at, to: at + 1, shown: 0, order: Vec::new() }),
        }
    }
    for group in &mut groups {
        group.shown = group.to - group.from;
        group.order = group.sorted(lines);
    }
    groups
}

fn is_pod(line: &RevisionLine) -> bool {
    line.kind == TreeKind::Pod || (line.kind == TreeKind::More && line.depth > 0)
}

/// The rows of the tree in `height` rows, each with what stands before it (`├ `, `│ └ `).
#[must_use]
pub fn rows(lines: &[RevisionLine], height: usize, cursor: Option<usize>) -> Vec<(String, Row<'_>)> {
    let whole = || lines.iter().enumerate().map(|(at, line)| Row::Line(at, line)).collect::<Vec<_>>();
    if lines.len() <= height {
        return branched(whole());
    }
    if let Some(at) = cursor {
        // Page by page: the cursor moves over rows that stay where they are.
        let step = height.saturating_sub(1).max(1);
        let first = (at / step * step).min(lines.len() - height);
        return branched(whole()).into_iter().skip(first).take(height).collect();
    }
    let mut groups = groups(lines);
    let total = |groups: &[Pods]| {
        let hidden = |group: &Pods| {
            let all = group.to - group.from;
            if group.shown < all { all - group.shown - 1 } else { 0 }
        };
        lines.len() - groups.iter().map(hidden).sum::<usize>()
    };
    while total(&groups) > height {
        // A pod that is well goes before one that is not, and where most are before where few are.
        let next = groups.iter_mut().filter(|group| group.shown > 0);
        match next.min_by_key(|group| (group.next_to_go(lines), std::cmp::Reverse(group.shown))) {
            Some(group) if group.shown > 0 => group.shown -= 1,
            _ => break,
        }
    }
    // A line for each revision says more than a count of the pods of the first.
    let counts = total(&groups) <= height;
    let mut rows = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        if let Some(group) = groups.iter().find(|group| group.from == at) {
            if counts {
                pods(lines, group, &mut rows);
            }
            at = group.to;
        } else {
            rows.push(Row::Line(at, &lines[at]));
            at += 1;
        }
    }
    if rows.len() > height {
        // What is below a revision goes before a revision goes.
        let mut excess = rows.len() - height;
        let mut kept = Vec::new();
        for row in rows.into_iter().rev() {
            if excess > 0 && row.depth() > 0 {
                excess -= 1;
            } else {
                kept.push(row);
            }
        }
        rows = kept.into_iter().rev().collect();
    }
    if rows.len() > height {
        let left = rows.len() + 1 - height;
        rows.truncate(height.saturating_sub(1));
        if height > 0 {
            rows.push(Row::Rest(left));
        }
    }
    branched(rows)
}

/// The pods of a group that have room, the most urgent first, and a count of the others.
fn pods<'a>(lines: &'a [RevisionLine], group: &Pods, rows: &mut Vec<Row<'a>>) {
    if group.shown == group.order.len() {
        rows.extend((group.from..group.to).map(|at| Row::Line(at, &lines[at])));
        return;
    }
    let (listed, hidden) = group.order.split_at(group.shown);
    rows.extend(listed.iter().map(|at| Row::Line(*at, &lines[*at])));
    let worst = hidden.iter().map(|at| lines[*at].mark).max_by_key(|mark| glyph::urgency(*mark));
    rows.push(Row::More {
        depth: lines[group.from].depth,
        count: hidden.iter().map(|at| lines[*at].hidden.max(1)).sum(),
        mark: worst.unwrap_or(Mark::Unknown),
        all: listed.is_empty(),
    });
}

/// What stands before each row: whether more follows at its depth, and at those above.
fn branched(rows: Vec<Row<'_>>) -> Vec<(String, Row<'_>)> {
    let mut follows: Vec<bool> = Vec::new();
    let mut out: Vec<(String, Row<'_>)> = Vec::with_capacity(rows.len());
    for row in rows.into_iter().rev() {
        let depth = row.depth();
        follows.resize(depth + 1, false);
        let mut branch = String::new();
        for level in follows.iter().take(depth).skip(1) {
            branch.push_str(if *level { "│ " } else { "  " });
        }
        if depth > 0 {
            branch.push_str(if follows[depth] { "├ " } else { "└ " });
        }
        follows[depth] = true;
        out.push((branch, row));
    }
    out.reverse();
    out
}

/// Draws the tree; returns the rows used.
pub fn draw(pen: &mut Pen<'_>, area: Rect, lines: &[RevisionLine], cursor: Option<usize>) -> u16 {
    let rows = rows(lines, usize::from(area.height), cursor);
    let roles = lines.iter().filter(|line| line.depth == 0).map(|line| pen.width(&line.roles.join(", ")));
    let roles = roles.max().unwrap_or(0).min(area.width / 3);
    let names = rows.iter().filter_map(|(branch, row)| match row {
        Row::Line(_, line) if line.kind == TreeKind::Pod => Some(pen.width(branch) + pen.width(&line.name)),
        _ => None,
    });
    let names = names.max().unwrap_or(0).min(area.width.saturating_sub(area.width / 3 + 2));
    for (index, (branch, row)) in rows.iter().enumerate() {
        let y = area.y + index as u16;
        match row {
            Row::Line(at, line) => {
                if cursor == Some(*at) {
                    pen.put(area.x.saturating_sub(1), y, 1, "›", Role::Title);
                }
                match line.kind {
                    TreeKind::Revision => revision(pen, area, y, line, roles),
                    TreeKind::More => {
                        let words = format!("… {}", line.name);
                        counted(pen, area, y, branch, &words, line.mark, &line.status);
                    }
                    TreeKind::Pod => pod(pen, area, y, branch, line, names),
                    _ => node(pen, area, y, branch, line),
                }
            }
            Row::More { count, mark, all, .. } => {
                let words = match (all, *count) {
                    (true, 1) => "… 1 pod".to_owned(),
                    (true, count) => format!("… {count} pods"),
                    (false, count) => format!("… {count} more"),
                };
                counted(pen, area, y, branch, &words, *mark, "");
            }
            Row::Rest(count) => {
                pen.put(area.x, y, area.width, &format!("… {count} more"), Role::Dim);
            }
        }
    }
    rows.len() as u16
}

fn counted(pen: &mut Pen<'_>, area: Rect, y: u16, branch: &str, words: &str, mark: Mark, status: &str) {
    let x = pen.put(area.x, y, area.width, branch, Role::Dim);
    let x = pen.put(x, y, area.right().saturating_sub(x), words, Role::Dim) + 2;
    if mark != Mark::Absent {
        pen.put(x, y, 1, mark.sign(), glyph::role(mark));
    }
    pen.put(x + 2, y, area.right().saturating_sub(x + 2), status, Role::Fg);
}

fn revision(pen: &mut Pen<'_>, area: Rect, y: u16, line: &RevisionLine, names: u16) {
    let gone = line.roles.is_empty();
    let role = if gone { Role::Dim } else { Role::Fg };
    let head = if line.name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("# {}", line.name)
    } else {
        line.name.clone()
    };
    let x = pen.put(area.x, y, area.width, &head, if gone { Role::Dim } else { Role::Title });
    let status_at = pen.put_right(area.right(), y, area.width / 2, &line.status, role);
    let x = x + 1;
    pen.put(x, y, status_at.saturating_sub(x + 1), &line.roles.join(", "), role);
    let x = if names > 0 { x + names + 2 } else { x };
    let x = pen.put(x, y, status_at.saturating_sub(x + 1), &line.version, role);
    let folded = if line.hidden > 0 { format!("… {}", line.hidden) } else { String::new() };
    for part in [&line.info, &folded] {
        if !part.is_empty() && x + 2 + pen.width(part) < status_at {
            pen.put(x + 2, y, status_at.saturating_sub(x + 3), part, Role::Dim);
            return;
        }
    }
}

/// The branch, the mark, and the age at the end of a row; returns where the name begins and where the age does.
fn frame(pen: &mut Pen<'_>, area: Rect, y: u16, branch: &str, line: &RevisionLine) -> (u16, u16) {
    let x = pen.put(area.x, y, area.width, branch, Role::Dim);
    pen.put(x, y, 1, line.mark.sign(), glyph::role(line.mark));
    let age_at = pen.put_right(area.right(), y, 6, &line.age, Role::Fg);
    (x + 2, age_at)
}

fn pod(pen: &mut Pen<'_>, area: Rect, y: u16, branch: &str, line: &RevisionLine, names: u16) {
    let (x, age_at) = frame(pen, area, y, branch, line);
    let role = glyph::role(line.mark);
    let healthy = line.mark == Mark::Ok;
    // The reason why a pod is in trouble is shown whole; its name is cut for it.
    let wish = if healthy { 0 } else { pen.width(&line.status) + 3 };
    let end = (area.x + names + 2).min(age_at.saturating_sub(wish)).max(x + 6);
    let room = end.saturating_sub(x).min(age_at.saturating_sub(x + 1));
    let name = text::cut_middle(&pen.shown(&line.name), usize::from(room), pen.theme.ellipsis());
    pen.put(x, y, room, &name, Role::Fg);
    // A pod in trouble says which before it says how ready it is; for a healthy one the number is enough.
    let parts = match (healthy, area.width < 50) {
        (true, true) => vec![(line.info.as_str(), Role::Fg)],
        (true, false) => vec![(line.info.as_str(), Role::Fg), (line.status.as_str(), Role::Fg)],
        (false, _) => vec![(line.status.as_str(), role), (line.info.as_str(), Role::Fg)],
    };
    let mut x = end + 2;
    for (part, role) in parts {
        let room = age_at.saturating_sub(x + 1);
        // Half a number misleads; half a reason still says something, and of facts the first ones do.
        let part = if part == line.info { facts_that_fit(pen, part, room) } else { part };
        if !part.is_empty() && (pen.width(part) <= room || room >= 3) {
            x = pen.put(x, y, room, part, role) + 2;
        }
    }
}

/// As many of the facts, which stand two blanks apart, as there is room for.
fn facts_that_fit<'a>(pen: &Pen<'_>, facts: &'a str, room: u16) -> &'a str {
    let mut fitting = facts;
    while pen.width(fitting) > room {
        match fitting.rfind("  ") {
            Some(at) => fitting = &fitting[..at],
            None => return "",
        }
    }
    fitting
}

/// A ReplicaSet, an Experiment, an AnalysisRun, or a job.
fn node(pen: &mut Pen<'_>, area: Rect, y: u16, branch: &str, line: &RevisionLine) {
    let (x, age_at) = frame(pen, area, y, branch, line);
    let wide = area.width >= 64;
    let label = match line.kind {
        TreeKind::AnalysisRun if line.version.is_empty() => "analysis".to_owned(),
        TreeKind::AnalysisRun => format!("analysis {}", line.version),
        TreeKind::Experiment => line.version.clone(),
        TreeKind::ReplicaSet if !line.roles.is_empty() => format!("{} {}", line.roles.join(", "), line.version),
        _ => line.name.clone(),
    };
    let label = text::cut_middle(&pen.shown(&label), usize::from(age_at.saturating_sub(x + 1)), pen.theme.ellipsis());
    let mut x = pen.put(x, y, age_at.saturating_sub(x + 1), &label, Role::Fg) + 2;
    let folded = if line.hidden > 0 { format!("… {}", line.hidden) } else { String::new() };
    // What went well needs no word where there is little room.
    let status = if line.mark == Mark::Ok && !wide && !line.info.is_empty() { "" } else { line.status.as_str() };
    let role = if matches!(line.mark, Mark::Ok | Mark::Absent) { Role::Fg } else { glyph::role(line.mark) };
    let named = line.kind != TreeKind::Job && wide;
    let name = if named { line.name.as_str() } else { "" };
    for (part, role) in
        [(status, role), (line.info.as_str(), Role::Fg), (folded.as_str(), Role::Dim), (name, Role::Dim)]
    {
        let room = age_at.saturating_sub(x + 1);
        if !part.is_empty() && (pen.width(part) <= room || (part == status && room >= 4)) {
            x = pen.put(x, y, room, part, role) + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::node::{Node, Spot};
    use proptest::prelude::*;

    fn line(kind: TreeKind, depth: usize, name: &str, mark: Mark) -> RevisionLine {
        RevisionLine {
            kind,
            depth,
            spot: Spot::of(Node::Job(name.into())),
            mark,
            name: name.into(),
            roles: Vec::new(),
            version: String::new(),
            status: String::new(),
            info: String::new(),
            message: String::new(),
            age: String::new(),
            hidden: 0,
        }
    }

    fn tree(pods: &[usize]) -> Vec<RevisionLine> {
        let mut lines = Vec::new();
        for (at, count) in pods.iter().enumerate() {
            lines.push(line(TreeKind::Revision, 0, &at.to_string(), Mark::Ok));
            for pod in 0..*count {
                lines.push(line(TreeKind::Pod, 1, &format!("pod-{pod}"), Mark::Ok));
            }
            lines.push(line(TreeKind::AnalysisRun, 1, "run", Mark::Ok));
        }
        lines
    }

    fn counted(rows: &[(String, Row<'_>)]) -> usize {
        let pods = rows.iter().map(|(_, row)| match row {
            Row::Line(_, line) if line.kind == TreeKind::Pod => 1,
            Row::More { count, .. } => *count,
            _ => 0,
        });
        pods.sum()
    }

    #[test]
    fn a_tree_that_fits_is_whole_and_has_its_branches() {
        let mut lines = tree(&[2, 0]);
        lines.insert(2, line(TreeKind::Job, 2, "job", Mark::Ok));
        let rows = rows(&lines, 9, None);
        let branches: Vec<&str> = rows.iter().map(|(branch, _)| branch.as_str()).collect();
        assert_eq!(branches, ["", "├ ", "│ └ ", "├ ", "└ ", "", "└ "]);
    }

    #[test]
    fn what_does_not_fit_is_counted_and_the_pod_in_trouble_stays() {
        let mut lines = tree(&[2, 8]);
        lines[9].mark = Mark::Bad;
        let rows = rows(&lines, 9, None);
        assert!(rows.len() <= 9, "{rows:?}");
        assert_eq!(counted(&rows), 10);
        let bad = rows.iter().any(|(_, row)| matches!(row, Row::Line(_, line) if line.mark == Mark::Bad));
        assert!(bad, "{rows:?}");
    }

    #[test]
    fn lines_without_room_are_counted() {
        let lines = tree(&[0, 0, 0, 0, 0]);
        let rows = rows(&lines, 3, None);
        assert_eq!(rows.len(), 3);
        assert_eq!(rows.last().map(|(_, row)| row.clone()), Some(Row::Rest(3)));
    }

    #[test]
    fn the_rows_stay_while_the_cursor_moves_within_a_page() {
        let lines = tree(&[40]);
        let first = |cursor| rows(&lines, 10, Some(cursor)).first().map(|(_, row)| row.clone());
        assert_eq!(first(0), first(8));
        assert_ne!(first(0), first(9));
    }

    proptest! {
        #[test]
        fn no_tree_is_higher_than_its_place_and_the_cursor_is_in_it(
            pods in proptest::collection::vec(0usize..12, 0..6), height in 0usize..20, at in 0usize..60,
        ) {
            let lines = tree(&pods);
            prop_assert!(rows(&lines, height, None).len() <= height);
            let rows = rows(&lines, height, Some(at));
            prop_assert!(rows.len() <= height);
            if at < lines.len() && height > 0 {
                let there = rows.iter().any(|(_, row)| matches!(row, Row::Line(index, _) if *index == at));
                prop_assert!(there, "{:?}", rows);
            }
        }
    }
}
