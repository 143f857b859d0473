//! Draws one Experiment: its verdict, templates, runs and pods with a cursor, and facts about it.

use super::chrome;
use super::glyph;
use super::pen::Pen;
use super::run::head;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::model::{ExperimentKind, ExperimentLine, ExperimentPage};
use ratatui::layout::Rect;

/// From this width on the facts stand beside the lines.
const WIDE: u16 = 120;

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &ExperimentPage, placed: &mut Placed) {
    let rest = head::draw(
        pen,
        area,
        &head::Head {
            mark: page.mark,
            headline: &page.headline,
            facts: &page.facts,
            notes: &page.notes,
            stale: page.stale.as_deref(),
            outcome: &page.outcome,
        },
    );
    placed.page_rows = rest.height.max(1);
    if area.width >= WIDE {
        let width = (rest.width / 3).min(60);
        let facts = Rect { x: rest.right().saturating_sub(width), width, ..rest };
        about(pen, facts, page);
        lines(pen, Rect { width: rest.width - width - 3, ..rest }, page, placed);
    } else if rest.height >= 10 {
        let room = usize::from(rest.width.saturating_sub(15).max(1));
        let rows: usize = page.about.iter().map(|(_, words)| text::wrap(words, room).len()).sum();
        let rows = (rows as u16).min(rest.height / 3);
        let low = rest.height - rows - 1;
        lines(pen, Rect { height: low, ..rest }, page, placed);
        about(pen, Rect { y: rest.y + low + 1, height: rows, ..rest }, page);
    } else {
        lines(pen, rest, page, placed);
    }
    if page.stale.is_some() {
        pen.dim(Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area });
    }
}

fn about(pen: &mut Pen<'_>, area: Rect, page: &ExperimentPage) {
    let label = page.about.iter().map(|(name, _)| pen.width(name)).max().unwrap_or(0).min(area.width / 3);
    let room = area.width.saturating_sub(label + 2);
    let mut y = area.y;
    for (name, words) in &page.about {
        for (index, line) in text::wrap(words, usize::from(room.max(1))).iter().enumerate() {
            if y >= area.bottom() {
                return;
            }
            if index == 0 {
                pen.put(area.x, y, label, name, Role::Dim);
            }
            pen.put(area.x + label + 2, y, room, line, Role::Fg);
            y += 1;
        }
    }
}

fn lines(pen: &mut Pen<'_>, area: Rect, page: &ExperimentPage, placed: &mut Placed) {
    placed.page_rows = area.height.max(1);
    let height = usize::from(area.height);
    if page.total == 0 && height > 0 {
        pen.put(area.x, area.y, area.width, "no templates, runs or pods are known", Role::Dim);
        return;
    }
    let cursor = page.cursor.unwrap_or(0);
    let top = if page.total <= height { 0 } else { (cursor + 1).saturating_sub(height) };
    let skip = top.saturating_sub(page.first);
    let shown: Vec<&ExperimentLine> = page.lines.iter().skip(skip).take(height).collect();
    let name = shown.iter().map(|line| indent(line) + pen.width(&line.name)).max().unwrap_or(0);
    let name = name.min(area.width * 2 / 5).max(8);
    let column = |of: fn(&ExperimentLine) -> &str| shown.iter().map(|line| pen.width(of(line))).max().unwrap_or(0);
    let (status, counts) = (column(|line| &line.status).min(18), column(|line| &line.counts).min(14));
    for (index, line) in shown.iter().enumerate() {
        let y = area.y + index as u16;
        if page.cursor == Some(top + index) {
            pen.put(area.x.saturating_sub(1), y, 1, "›", Role::Title);
        }
        if line.kind == ExperimentKind::Title {
            pen.title(area.x, y, area.width, &line.name);
            continue;
        }
        let shift = indent(line);
        pen.mark(area.x + shift, y, line.mark);
        let x = area.x + shift + 2;
        let room = name.saturating_sub(shift);
        let cut = text::cut_middle(&pen.shown(&line.name), usize::from(room), pen.theme.ellipsis());
        pen.put(x, y, room, &cut, Role::Fg);
        let mut x = area.x + name + 3;
        let end = pen.put_right(area.right(), y, 6, &line.age, Role::Fg).saturating_sub(1);
        pen.put(x, y, status.min(end.saturating_sub(x)), &line.status, glyph::role(line.mark));
        x += status + 2;
        pen.put(x, y, counts.min(end.saturating_sub(x)), &line.counts, Role::Fg);
        x += counts + 2;
        pen.put(x, y, end.saturating_sub(x), &line.words, Role::Fg);
    }
    if page.total > height {
        chrome::position(pen, area.right(), area.bottom(), top, shown.len(), page.total);
    }
}

/// Cells that a line is moved in.
fn indent(line: &ExperimentLine) -> u16 {
    if line.kind == ExperimentKind::Pod { 2 } else { 0 }
}
