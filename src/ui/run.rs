//! Draws one AnalysisRun: the verdict, a metric's measurements as a chart and as a table, its facts, and what the run
//! did to the rollout. Chart beside numbers and table beside facts where there is room, one below the other on less.

pub mod chart;
pub mod head;
pub mod table;

use super::glyph;
use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::model::{Mark, MetricPage, RunPage};
use ratatui::layout::Rect;

/// From this width on there are two columns.
const TWO: u16 = 72;
/// Rows of a chart with its axis and its times that are worth drawing.
const LEAST_CHART: u16 = 5;
/// Rows of the table with its title.
const LEAST_TABLE: u16 = 4;

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &RunPage, placed: &mut Placed) {
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
    placed.page_rows = 1;
    if let Some(metric) = page.metric.as_ref().filter(|_| rest.height > 0) {
        body(pen, rest, page, metric, placed);
    } else if rest.height > 0 {
        facts(pen, rest, page);
    }
    if page.stale.is_some() {
        pen.dim(Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area });
    }
}

fn body(pen: &mut Pen<'_>, area: Rect, page: &RunPage, metric: &MetricPage, placed: &mut Placed) {
    let two = area.width >= TWO;
    let right_width = if two { (area.width * 9 / 25).clamp(26, 56) } else { 0 };
    let left_width = if two { area.width - right_width - 2 } else { area.width };
    let mut y = area.y;
    pen.title(area.x, y, area.width, &metric.title);
    y += 1;
    if !metric.state.is_empty() && area.height >= 12 {
        pen.mark(area.x, y, metric.mark);
        pen.put(area.x + 2, y, area.width.saturating_sub(2), &metric.state, Role::Fg);
        y += 1;
    }
    let rest = Rect { y, height: area.bottom().saturating_sub(y), ..area };
    let left = Rect { width: left_width, ..rest };
    if two && rest.height >= 8 {
        let right = Rect { x: area.x + left_width + 2, width: right_width, ..rest };
        let used = numbers(pen, right, metric) + 1;
        facts(pen, Rect { y: y + used, height: right.height.saturating_sub(used), ..right }, page);
    } else if rest.height >= 3 {
        let lines = in_lines(pen, area.width, metric);
        let most = if rest.height >= 12 { 2 } else { 1 };
        for line in lines.iter().take(most) {
            pen.put(area.x, y, area.width, line, Role::Fg);
            y += 1;
        }
    }
    let left = Rect { y, height: area.bottom().saturating_sub(y), ..left };
    let chart_rows = chart_rows(left.height, metric);
    if chart_rows > 0 {
        chart::draw(pen, Rect { height: chart_rows, ..left }, metric);
        y += chart_rows + 1;
    }
    let low = Rect { y, height: area.bottom().saturating_sub(y), ..left };
    table::draw(pen, low, metric, low.height >= 3, placed);
}

/// Rows of the chart with axis and times: as many as make it readable, and the table keeps a few.
fn chart_rows(height: u16, metric: &MetricPage) -> u16 {
    let most = if height >= 26 { 16 } else { 11 };
    match height.saturating_sub(LEAST_TABLE + 1) {
        0..LEAST_CHART => 0,
        // Without a value there is only the axis.
        _ if metric.scale.is_none() => 3,
        rows => rows.min(most),
    }
}

/// Facts in numbers, one below the other. Returns the rows used.
fn numbers(pen: &mut Pen<'_>, area: Rect, metric: &MetricPage) -> u16 {
    let label = metric.stats.iter().map(|(name, _, _)| pen.width(name)).max().unwrap_or(0);
    let mut y = area.y;
    for (name, words, mark) in &metric.stats {
        if y >= area.bottom() {
            break;
        }
        pen.put(area.x, y, label, name, Role::Fg);
        let x = area.x + label + 1;
        let end = pen.put(x, y, area.right().saturating_sub(x), words, Role::Fg);
        if let Some(mark) = mark.filter(|_| end + 1 < area.right()) {
            pen.put(end + 1, y, 1, mark.sign(), glyph::role(mark));
        }
        y += 1;
    }
    y - area.y
}

/// The same one behind the other, in as few lines as they take.
fn in_lines(pen: &Pen<'_>, width: u16, metric: &MetricPage) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (name, words, mark) in &metric.stats {
        let sign = mark.map_or_else(String::new, |mark| format!(" {}", mark.sign()));
        let part = format!("{name} {words}{sign}");
        match lines.last_mut() {
            Some(line) if pen.width(line) + 3 + pen.width(&part) <= width => {
                line.push_str(" · ");
                line.push_str(&part);
            }
            _ => lines.push(part),
        }
    }
    lines
}

/// A row of facts: its name, words, and a mark before them.
type Fact = (String, String, Option<Mark>);

/// The measurement under the cursor in full, facts by name, and the other metrics at the foot.
fn facts(pen: &mut Pen<'_>, area: Rect, page: &RunPage) {
    let height = usize::from(area.height);
    let label = page.about.iter().map(|(name, _)| pen.width(name)).max().unwrap_or(0).clamp(7, 10);
    let room = usize::from(area.width.saturating_sub(label + 2)).max(1);
    let mut told: Vec<(&str, &str)> = Vec::new();
    for line in page.metric.iter().flat_map(|metric| &metric.detail) {
        match line.split_once(' ') {
            Some((name @ ("value" | "job" | "took"), words)) => told.push((name, words)),
            // What went wrong comes before everything.
            _ => told.insert(0, ("told", line)),
        }
    }
    told.extend(page.about.iter().map(|(name, words)| (name.as_str(), words.as_str())));
    let others = others(page, height);
    let free = height.saturating_sub(others.len());
    // As many lines for each as let all of them be there; the first of them more, when there is room for no more.
    let lines =
        |most: usize| told.iter().flat_map(|(name, words)| fact(name, words, room, most)).collect::<Vec<Fact>>();
    let most = (1..=20).rev().find(|most| lines(*most).len() <= free).unwrap_or(1);
    let mut rows = lines(most);
    if rows.len() < free
        && let Some((name, words)) = told.first()
    {
        let spare = free - rows.len();
        let first = fact(name, words, room, most);
        rows.splice(..first.len(), fact(name, words, room, most + spare));
    }
    rows.truncate(free);
    rows.extend(others);
    for (index, (name, words, mark)) in rows.iter().take(height).enumerate() {
        let y = area.y + index as u16;
        pen.put(area.x, y, label, name, Role::Dim);
        let mut x = area.x + label + 2;
        if let Some(mark) = mark {
            pen.mark(x, y, *mark);
            x += 2;
        }
        pen.put(x, y, area.right().saturating_sub(x), words, Role::Fg);
    }
}

/// A fact in at most so many lines; the last of them holds the rest, so that the cut shows.
fn fact(name: &str, words: &str, room: usize, most: usize) -> Vec<Fact> {
    let mut lines = text::wrap(words, room);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(rest);
    }
    let named = lines.into_iter().enumerate();
    named.map(|(index, line)| (if index == 0 { name.to_owned() } else { String::new() }, line, None)).collect()
}

/// The list of metrics around the one that is shown; empty when there is only that.
fn others(page: &RunPage, height: usize) -> Vec<Fact> {
    if page.metrics.len() < 2 {
        return Vec::new();
    }
    let most = (height / 3).max(1).min(page.metrics.len());
    let first = (page.shown + 1).saturating_sub(most / 2 + 1).min(page.metrics.len() - most);
    let shown = page.metrics.iter().enumerate().skip(first).take(most);
    shown
        .enumerate()
        .map(|(row, (index, metric))| {
            let position = format!("{}/{}", page.shown + 1, page.metrics.len());
            let name = if row == 0 { format!("n {position}") } else { String::new() };
            let here = if index == page.shown { "› " } else { "" };
            (name, format!("{here}{} {}", metric.name, metric.words), Some(metric.mark))
        })
        .collect()
}
