//! The analysis of a rollout: each run, and below it each metric with its last value against its limit. On a narrow
//! pane a metric is one row; on a wide one its measurements are drawn over the line of the limit.

use super::glyph;
use super::pen::Pen;
use super::sparkline;
use super::text;
use super::theme::Role;
use crate::app::model::{Mark, MetricLine, RolloutPage, RunLine};
use ratatui::layout::Rect;

/// From this width on a metric has rows of its own for its measurements.
const WIDE: u16 = 44;
/// Cells of the longest sparkline.
const LONGEST: u16 = 40;

/// A part of the pane that is drawn whole or not at all.
enum Block<'a> {
    Run(&'a RunLine),
    Metric(&'a MetricLine, Widths),
}

/// Widths of the columns of one-row metrics, the same for all.
#[derive(Clone, Copy, Default)]
struct Widths {
    name: u16,
    limit: u16,
    value: u16,
}

impl Block<'_> {
    fn height(&self, wide: bool) -> u16 {
        match self {
            Self::Run(run) => 1 + u16::from(wide && !run.message.is_empty()),
            Self::Metric(metric, _) if wide => {
                let drawn = if metric.points.len() >= sparkline::LEAST { 2 } else { 1 };
                1 + drawn + u16::from(says_more(metric))
            }
            // What went wrong is said below.
            Self::Metric(metric, _) => 1 + u16::from(!metric.words.is_empty()),
        }
    }
}

/// Whether the words of a metric tell what its counts do not.
fn says_more(metric: &MetricLine) -> bool {
    !metric.words.is_empty() && !metric.counts.contains(&metric.words)
}

/// Rows that the pane would like to have, without its title.
#[must_use]
pub fn wanted(width: u16, page: &RolloutPage) -> u16 {
    let blocks = blocks(page, Widths::default());
    let rows = blocks.iter().map(|block| u32::from(block.height(width >= WIDE))).sum::<u32>();
    rows.min(500) as u16
}

fn blocks(page: &RolloutPage, widths: Widths) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    for run in &page.analysis {
        blocks.push(Block::Run(run));
        blocks.extend(run.metrics.iter().map(|metric| Block::Metric(metric, widths)));
    }
    blocks
}

fn widths(pen: &Pen<'_>, area: Rect, page: &RolloutPage) -> Widths {
    let mut widths = Widths::default();
    for metric in page.analysis.iter().flat_map(|run| &run.metrics) {
        widths.name = widths.name.max(pen.width(&metric.name));
        widths.limit = widths.limit.max(pen.width(&metric.limit));
        widths.value = widths.value.max(pen.width(&metric.value));
    }
    Widths {
        name: widths.name.min(area.width / 3),
        limit: widths.limit.min(area.width / 4),
        value: widths.value.min(area.width / 4),
    }
}

/// Draws the pane without its title; `cursor` is a line as [`RolloutPage::cursor`] counts them.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, cursor: Option<usize>) {
    let wide = area.width >= WIDE;
    let blocks = blocks(page, widths(pen, area, page));
    let mut first = 0;
    if let Some(at) = cursor.filter(|at| *at < blocks.len()) {
        let height = |from: usize| blocks[from..=at].iter().map(|block| u32::from(block.height(wide))).sum::<u32>();
        while first < at && height(first) > u32::from(area.height) {
            first += 1;
        }
    }
    let mut y = area.y;
    for (at, block) in blocks.iter().enumerate().skip(first) {
        let left = area.bottom().saturating_sub(y);
        if left == 0 {
            return;
        }
        let height = block.height(wide);
        if height > left || (left == 1 && at + 1 < blocks.len() && left < 2) {
            pen.put(area.x, y, area.width, &format!("… {} more", blocks.len() - at), Role::Dim);
            return;
        }
        if cursor == Some(at) {
            pen.put(area.x.saturating_sub(1), y, 1, "›", Role::Title);
        }
        let place = Rect { y, height, ..area };
        match block {
            Block::Run(run) => self::run(pen, place, run),
            Block::Metric(metric, _) if wide => wide_metric(pen, place, metric),
            Block::Metric(metric, widths) => narrow_metric(pen, place, metric, *widths),
        }
        y += height;
    }
}

fn run(pen: &mut Pen<'_>, area: Rect, run: &RunLine) {
    pen.mark(area.x, area.y, run.mark);
    let time_at = pen.put_right(area.right(), area.y, area.width / 3, &run.time, Role::Fg);
    let head = if run.title.is_empty() { &run.name } else { &run.title };
    let room = time_at.saturating_sub(area.x + 3);
    let x = pen.put(area.x + 2, area.y, room, head, Role::Title) + 2;
    let role = if run.mark == Mark::Ok { Role::Fg } else { glyph::role(run.mark) };
    let x = pen.put(x, area.y, time_at.saturating_sub(x + 1), &run.words, role) + 2;
    if head != &run.name && x + pen.width(&run.name) < time_at {
        pen.put(x, area.y, time_at.saturating_sub(x + 1), &run.name, Role::Dim);
    }
    if area.height > 1 {
        pen.put(area.x + 2, area.y + 1, area.width.saturating_sub(2), &run.message, Role::Fg);
    }
}

/// `✓ success-rate  ≥ 0.99   0.998 ▆▇▇█▇▇█▇`.
fn narrow_metric(pen: &mut Pen<'_>, area: Rect, metric: &MetricLine, widths: Widths) {
    let Rect { x, y, .. } = area;
    pen.mark(x, y, metric.mark);
    pen.put(x + 2, y, widths.name, &metric.name, Role::Fg);
    let x = x + 2 + widths.name + 1;
    pen.put(x, y, widths.limit, &metric.limit, Role::Dim);
    let x = x + widths.limit + u16::from(widths.limit > 0);
    pen.put_right(x + widths.value, y, widths.value, &metric.value, role(metric));
    let x = x + widths.value + 1;
    let room = area.right().saturating_sub(x);
    if metric.dry_run && room >= 7 {
        pen.put(x, y, room, "dry run", Role::Dim);
    } else if metric.points.len() >= sparkline::LEAST && room >= 3 {
        let width = room.min(metric.points.len() as u16);
        sparkline::draw(pen, Rect { x, y, width, height: 1 }, &metric.points, metric.line);
    } else {
        let counts = text::parts_that_fit(&metric.counts, " · ", usize::from(room));
        pen.put(x, y, room, counts, Role::Dim);
    }
    if area.height > 1 {
        pen.put(area.x + 2, y + 1, area.width.saturating_sub(2), &metric.words, Role::Fg);
    }
}

/// The value in the colour of its verdict, where it is a bad one.
fn role(metric: &MetricLine) -> Role {
    match metric.points.iter().rev().find(|point| point.mark != Mark::Busy) {
        Some(point) if point.mark != Mark::Ok => glyph::role(point.mark),
        _ => Role::Fg,
    }
}

/// Name, limit and counts; then the measurements over the line of the limit, with the last value beside them.
fn wide_metric(pen: &mut Pen<'_>, area: Rect, metric: &MetricLine) {
    let Rect { x, y, .. } = area;
    pen.mark(x + 2, y, metric.mark);
    let end = pen.put(x + 4, y, area.width / 2, &metric.name, Role::Fg) + 2;
    let dry = if metric.dry_run { "dry run" } else { "" };
    let end = if dry.is_empty() { end } else { pen.put(end, y, 7, dry, Role::Dim) + 2 };
    let counts_at = pen.put_right(area.right(), y, area.right().saturating_sub(end), &metric.counts, Role::Fg);
    let limit_room = counts_at.saturating_sub(end + 1);
    let drawn = metric.points.len() >= sparkline::LEAST;
    let inline = !drawn || metric.line.is_none();
    if inline && pen.width(&metric.limit) <= limit_room {
        pen.put(end, y, limit_room, &metric.limit, Role::Dim);
    }
    let mut below = y + 1;
    let value = match (metric.value.is_empty(), metric.limit.is_empty() || metric.line.is_none()) {
        (true, _) => "no value yet".to_owned(),
        (false, true) => format!("now {}", metric.value),
        (false, false) => format!("{} {}", metric.value, metric.limit),
    };
    if drawn {
        let width = area.width.saturating_sub(4 + 18).min(LONGEST).min(metric.points.len() as u16).max(3);
        let place = Rect { x: x + 4, y: below, width, height: 2 };
        sparkline::draw(pen, place, &metric.points, metric.line);
        let at = place.right() + 2;
        pen.put(at, below, area.right().saturating_sub(at), &value, role(metric));
        pen.put(at, below + 1, area.right().saturating_sub(at), &metric.next, Role::Dim);
        below += 2;
    } else {
        let at = pen.put(x + 4, below, area.width.saturating_sub(4), &value, role(metric)) + 2;
        pen.put(at, below, area.right().saturating_sub(at), &metric.next, Role::Dim);
        below += 1;
    }
    if below < area.bottom() && says_more(metric) {
        pen.put(x + 4, below, area.width.saturating_sub(4), &metric.words, glyph::role(metric.mark));
    }
}
