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
use crate::app::model::{MetricPage, RunPage};
use ratatui::layout::Rect;

/// From this width on there are two columns.
const TWO: u16 = 72;
/// Rows of a chart with its axis and its times that are worth drawing.
const LEAST_CHART: u16 = 5;
/// Rows of the table with its title.
const LEAST_TABLE: u16 = 4;

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &RunPage, placed: &mut Placed) {
    let y = head::draw(
        pen,
        area,
        &head::Head {
            mark: page.mark,
            headline: &page.headline,
            facts: &page.facts,
            notes: &page.notes,
            stale: page.stale.as_deref(),
        },
    );
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let bottom = head::outcome(pen, inner, y, &page.outcome);
    let roomy = area.height >= 16;
    let y = y + u16::from(roomy);
    let rest = Rect { y, height: bottom.saturating_sub(y), ..inner };
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
    // The table wants all its rows, the chart as many as make it readable; what is left goes to the chart.
    let wanted = (metric.total.min(500) as u16 + 1).max(LEAST_TABLE);
    let most_chart = if area.height >= 30 { 16 } else { 11 };
    let chart_rows = match area.height {
        0..12 => 0,
        height => (height.saturating_sub(wanted + 2)).clamp(LEAST_CHART.max((height / 2).min(10)), most_chart),
    };
    let chart_rows = if metric.scale.is_none() { chart_rows.min(3) } else { chart_rows };
    let right_width = if two { (area.width / 3).clamp(24, 56) } else { 0 };
    let left_width = if two { area.width - right_width - 2 } else { area.width };
    let right_x = area.x + left_width + 2;
    let mut y = area.y;
    pen.title(area.x, y, area.width, &metric.title);
    y += 1;
    let state_words = if page.metrics.len() > 1 { metric.state.as_str() } else { "" };
    if !state_words.is_empty() && area.height >= 12 {
        pen.mark(area.x, y, metric.mark);
        pen.put(area.x + 2, y, area.width.saturating_sub(2), state_words, Role::Fg);
        y += 1;
    }
    let mut top = Rect { y, height: chart_rows, width: left_width, ..area };
    if chart_rows > 0 {
        if two {
            let used = numbers(pen, Rect { x: right_x, width: right_width, height: chart_rows.max(10), ..top }, metric);
            chart::draw(pen, top, metric);
            // Numbers beside a chart without values need more rows than it.
            top.height = top.height.max(used.min(area.bottom().saturating_sub(y + LEAST_TABLE + 1)));
        } else {
            let lines = in_lines(pen, area.width, metric);
            for line in lines.iter().take(2) {
                pen.put(area.x, top.y, area.width, line, Role::Fg);
                top.y += 1;
            }
            top.height = top.height.saturating_sub(lines.len().min(2) as u16);
            chart::draw(pen, top, metric);
        }
        y = top.bottom() + 1;
    } else if let Some(line) = in_lines(pen, area.width, metric).first().filter(|_| area.height >= 4) {
        pen.put(area.x, y, area.width, line, Role::Fg);
        y += 1;
    }
    let low = Rect { y, height: area.bottom().saturating_sub(y), ..area };
    let titled = low.height >= 3;
    table::draw(pen, Rect { width: left_width, ..low }, metric, titled, placed);
    if two {
        facts(pen, Rect { x: right_x, width: right_width, ..low }, page);
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

/// The measurement under the cursor in full, the other metrics, then facts by name.
fn facts(pen: &mut Pen<'_>, area: Rect, page: &RunPage) {
    let label = page.about.iter().map(|(name, _)| pen.width(name)).max().unwrap_or(0).clamp(5, 10);
    let room = usize::from(area.width.saturating_sub(label + 2)).max(1);
    let mut rows: Vec<(String, String, Option<crate::app::model::Mark>)> = Vec::new();
    let mut fact = |name: &str, words: &str, most: usize| {
        let mut lines = text::wrap(words, room);
        if lines.len() > most {
            lines = vec![lines[..most - 1].join(" "), lines[most - 1..].join(" ")];
            lines.retain(|line| !line.is_empty());
        }
        for (index, line) in lines.into_iter().enumerate() {
            rows.push((if index == 0 { name.to_owned() } else { String::new() }, line, None));
        }
    };
    // On a low screen each fact has one line, so that every one of them is there.
    let most = if usize::from(area.height) > page.about.len() + page.metrics.len() + 6 { 40 } else { 1 };
    for (name, words) in &page.about {
        fact(name, words, most);
    }
    if let Some(metric) = page.metric.as_ref() {
        for line in &metric.detail {
            let (name, words) = line.split_once(' ').unwrap_or((line, ""));
            match name {
                "value" | "job" | "took" => fact(name, words, most),
                _ => fact("told", line, most),
            }
        }
    }
    let others = others(page, usize::from(area.height));
    let at = usize::from(area.height).saturating_sub(others.len()).min(rows.len());
    rows.truncate(at);
    rows.extend(others);
    for (index, (name, words, mark)) in rows.iter().take(usize::from(area.height)).enumerate() {
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

/// The list of metrics around the one that is shown; empty when there is only that.
fn others(page: &RunPage, height: usize) -> Vec<(String, String, Option<crate::app::model::Mark>)> {
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
