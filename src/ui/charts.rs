//! Draws weight and metrics over time: one chart where there is little room, several below each other on a high
//! terminal, and what happened to the rollout at the foot. Lines are ratatui's [`Chart`]; the axes are drawn here,
//! because their labels stand at limits and at round times.

pub mod axis;

use super::chrome;
use super::glyph;
use super::pen::Pen;
use super::run::chart::{labels, row};
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::model::{ChartsPage, Mark, Scale, SeriesKind, Sign, TimeChart};
use axis::Axis;
use ratatui::layout::Rect;
use ratatui::style::{Color, Style};
use ratatui::symbols::Marker;
use ratatui::widgets::{Axis as Bounds, Chart, Dataset, GraphType, Widget};

/// Rows of a chart with title, axis and times, where there are several.
const GOOD: u16 = 11;
/// Rows of the list of events, with its title.
const EVENTS: u16 = 5;

/// Points of a line, as the widget takes them.
type Points = Vec<(f64, f64)>;

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &ChartsPage, placed: &mut Placed) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut y = area.y;
    let stale = page.stale.as_deref().map(|age| format!("~ data {age} old · ")).unwrap_or_default();
    let said = std::iter::once(format!("{stale}{}", page.since)).chain(page.notes.iter().cloned());
    let said = said.collect::<Vec<_>>().join(" · ");
    for line in text::wrap(&said, usize::from(inner.width.max(1))).iter().take(if area.height >= 16 { 3 } else { 1 }) {
        pen.put(inner.x, y, inner.width, line, Role::Fg);
        y += 1;
    }
    y += u16::from(area.height >= 16);
    let rest = Rect { y, height: area.bottom().saturating_sub(y), ..inner };
    let events = if rest.height >= 14 { EVENTS.max(rest.height / 6).min(page.events.len() as u16 + 2) } else { 0 };
    let room = rest.height - events;
    let fitting = (room / GOOD).clamp(1, 8);
    let count = fitting.min(page.charts.len() as u16).max(1);
    placed.page_rows = count;
    // One chart is not blown up to a wall; what is left over stays blank.
    let height = (room / count).min(if count == 1 { 24 } else { 16 });
    for (index, chart) in page.charts.iter().take(usize::from(count)).enumerate() {
        let top = rest.y + index as u16 * height;
        let area = Rect { y: top, height: height.saturating_sub(u16::from(height >= 9)), ..rest };
        one(pen, area, page, chart, page.first + index);
    }
    let foot = Rect { y: rest.y + count * height, height: events, ..rest };
    happened(pen, foot, page);
    if page.stale.is_some() {
        pen.dim(Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area });
    }
}

/// The newest events, oldest first.
fn happened(pen: &mut Pen<'_>, area: Rect, page: &ChartsPage) {
    if area.height < 2 {
        return;
    }
    pen.title(area.x, area.y, area.width, "seen");
    let rows = usize::from(area.height - 1);
    if page.events.is_empty() {
        pen.put(area.x, area.y + 1, area.width, "no step, promotion or abort since then", Role::Dim);
    }
    let skip = page.events.len().saturating_sub(rows);
    let clock = page.events.iter().skip(skip).map(|event| pen.width(&event.clock)).max().unwrap_or(0);
    for (index, event) in page.events.iter().skip(skip).enumerate() {
        let y = area.y + 1 + index as u16;
        pen.put(area.x, y, clock, &event.clock, Role::Fg);
        pen.mark(area.x + clock + 1, y, event.mark);
        pen.put(area.x + clock + 3, y, area.width.saturating_sub(clock + 3), &event.words, Role::Fg);
    }
}

/// One chart with its title, axis and times.
fn one(pen: &mut Pen<'_>, area: Rect, page: &ChartsPage, chart: &TimeChart, index: usize) {
    if area.height == 0 {
        return;
    }
    let legend = match (chart.series.iter().any(|series| series.kind == SeriesKind::Set), pen.theme.ascii) {
        (true, false) => " (• set, ⠒ actual)",
        (true, true) => " (. set, # actual)",
        (false, _) => "",
    };
    let position = match (page.names.len(), area.width >= 100) {
        (0 | 1, _) => String::new(),
        (all, true) => format!(" · chart {} of {all}", index + 1),
        (all, false) => format!(" · {}/{all}", index + 1),
    };
    pen.title(area.x, area.y, area.width, &format!("{}{legend}", chart.title));
    let now = format!(" {} {}{position}", chart.mark.sign(), chart.now);
    pen.put_right(area.right(), area.y, area.width * 3 / 5, &now, glyph::role(chart.mark));
    let Some(scale) = chart.scale.as_ref().filter(|_| area.height >= 4 && area.width >= 20) else {
        return without_numbers(pen, area, page, chart);
    };
    let rows = area.height - 3;
    let labels = labels(scale, rows);
    let label = labels.iter().map(|(_, text)| pen.width(text)).max().unwrap_or(0).clamp(5, 12);
    let axis_x = area.x + label + 1;
    let plot = Rect { x: axis_x + 1, y: area.y + 1, width: area.right().saturating_sub(axis_x + 1), height: rows };
    for (row, text) in &labels {
        pen.put_right(axis_x - 1, plot.y + row, label, text, Role::Fg);
    }
    for y in plot.top()..plot.bottom() {
        pen.put(axis_x, y, 1, "│", Role::Rule);
    }
    let axis = Axis::new(page.from, page.to, plot.width);
    lines(pen, plot, chart, scale, &axis);
    pen.put(axis_x, plot.bottom(), 1, "└", Role::Rule);
    unseen(pen, plot, page, chart, &axis);
    axis_line(pen, plot, page, &axis);
    points(pen, plot, chart, scale, &axis);
}

/// Why there is nothing to draw; what was judged without a number stands on the axis.
fn without_numbers(pen: &mut Pen<'_>, area: Rect, page: &ChartsPage, chart: &TimeChart) {
    if area.height < 2 {
        return;
    }
    let count = |sign: Sign| chart.points.iter().filter(|(_, _, other)| *other == sign).count();
    let parts = [(Sign::Passed, "passed"), (Sign::Failed, "failed"), (Sign::Inconclusive, "inconclusive")];
    let judged: Vec<String> = parts
        .into_iter()
        .chain([(Sign::Error, "ended by an error")])
        .filter(|(sign, _)| count(*sign) > 0)
        .map(|(sign, words)| format!("{} {words}", count(sign)))
        .collect();
    let words = match (chart.empty.is_empty(), judged.is_empty()) {
        (false, _) => chart.empty.clone(),
        (true, true) => "no measurement has a number".to_owned(),
        (true, false) => format!("no measurement has a number: {}", judged.join(", ")),
    };
    pen.put(area.x, area.y + 1, area.width, &words, Role::Dim);
    if judged.is_empty() || area.height < 6 || area.width < 20 {
        return;
    }
    let plot = Rect { x: area.x + 7, y: area.y + 2, width: area.width.saturating_sub(7), height: 1 };
    let axis = Axis::new(page.from, page.to, plot.width);
    axis_line(pen, plot, page, &axis);
    let nothing = Scale { min: 0.0, max: 1.0, limit: None, labels: Vec::new() };
    points(pen, plot, chart, &nothing, &axis);
}

/// Says that a stretch before the first point is empty because nothing was watched then.
fn unseen(pen: &mut Pen<'_>, plot: Rect, page: &ChartsPage, chart: &TimeChart, axis: &Axis) {
    let begins = chart.series.iter().flat_map(|series| series.stretches.iter().flatten()).map(|(x, _)| *x);
    let Some(first) = begins.chain(chart.points.iter().map(|(x, ..)| *x)).reduce(f64::min) else { return };
    let words = "nothing seen before";
    let cell = axis.cell(first);
    if cell > plot.width / 3 && cell > pen.width(words) + 12 && plot.height > 2 {
        let clock = page.from.checked_add(jiff::SignedDuration::from_secs(first as i64)).map(chrome::clock);
        let words = format!("{words} {}", clock.unwrap_or_default());
        pen.put_right(plot.x + cell.saturating_sub(1), plot.y + plot.height / 2, cell, &words, Role::Dim);
    }
}

/// The lines, by the widget. Values are brought to 0..1 before, so that huge ones cannot break its arithmetic.
fn lines(pen: &mut Pen<'_>, plot: Rect, chart: &TimeChart, scale: &Scale, axis: &Axis) {
    let plot = plot.intersection(pen.buf.area);
    if plot.is_empty() {
        return;
    }
    let limit: Points =
        scale.limit.map(|limit| vec![(0.0, scale.place(limit)), (axis.span, scale.place(limit))]).unwrap_or_default();
    let mut placed: Vec<(Marker, Role, Points)> = vec![(Marker::Custom('╌'), Role::Dim, limit)];
    for series in &chart.series {
        let (marker, role) = drawn_with(series.kind, pen.theme.ascii);
        let stretches = series.stretches.iter().map(|stretch| {
            stretch.iter().map(|(x, value)| (x.clamp(0.0, axis.span), scale.place(*value))).collect::<Vec<_>>()
        });
        // A dataset for each stretch: the widget joins all points of one.
        placed.extend(stretches.map(|stretch| (marker, role, stretch)));
    }
    let color = |role: Role| pen.theme.style(role).fg.unwrap_or(Color::Reset);
    let datasets: Vec<Dataset<'_>> = placed
        .iter()
        .filter(|(_, _, points)| !points.is_empty())
        .map(|(marker, role, points)| {
            let style = Style::new().fg(color(*role));
            Dataset::default().marker(*marker).graph_type(GraphType::Line).style(style).data(points)
        })
        .collect();
    Chart::new(datasets)
        .legend_position(None)
        .x_axis(Bounds::default().bounds([0.0, axis.span]))
        .y_axis(Bounds::default().bounds([0.0, 1.0]))
        .render(plot, pen.buf);
}

/// Marker and role of a line. No line is told from another by its colour alone.
fn drawn_with(kind: SeriesKind, ascii: bool) -> (Marker, Role) {
    match (kind, ascii) {
        (SeriesKind::Set, false) => (Marker::Dot, Role::Fg),
        (SeriesKind::Set, true) => (Marker::Custom('.'), Role::Fg),
        (SeriesKind::Actual, false) => (Marker::Braille, Role::Busy),
        (SeriesKind::Actual, true) => (Marker::Custom('#'), Role::Busy),
        (SeriesKind::Value, false) => (Marker::Braille, Role::Ok),
        (SeriesKind::Value, true) => (Marker::Custom('*'), Role::Ok),
    }
}

/// The axis with what happened on it, interrupted where nothing was seen; and the times below it.
fn axis_line(pen: &mut Pen<'_>, plot: Rect, page: &ChartsPage, axis: &Axis) {
    let y = plot.bottom();
    pen.rule(plot.x, y, plot.width);
    for (begin, end) in &page.gaps {
        let (first, last) = (axis.cell(*begin), axis.cell(*end));
        // A gap shorter than a cell is one all the same.
        let blank = " ".repeat(usize::from(last - first).max(1));
        pen.put_styled(plot.x + first, y, plot.width - first, &blank, Style::reset());
    }
    for event in &page.events {
        pen.put(plot.x + axis.cell(event.at), y, 1, event.mark.sign(), glyph::role(event.mark));
    }
    for (cell, text) in axis.ticks() {
        pen.put(plot.x + cell, y + 1, plot.width - cell, &text, Role::Fg);
    }
}

/// Measurements that a line does not tell, the worst on top.
fn points(pen: &mut Pen<'_>, plot: Rect, chart: &TimeChart, scale: &Scale, axis: &Axis) {
    let alone = chart.series.iter().filter(|series| series.kind == SeriesKind::Value).flat_map(|it| &it.stretches);
    let alone = alone.filter_map(|stretch| match stretch.as_slice() {
        [(x, value)] => Some((*x, Some(*value), Sign::Passed)),
        _ => None,
    });
    let mut points: Vec<(f64, Option<f64>, Sign)> = alone.chain(chart.points.iter().copied()).collect();
    points.sort_by_key(|(_, _, sign)| glyph::urgency(sign.mark()));
    for (at, value, sign) in points {
        let y = value.map_or(plot.bottom(), |value| plot.y + row(scale, value, plot.height));
        let role = if sign == Sign::Passed { glyph::role(Mark::Ok) } else { glyph::role(sign.mark()) };
        pen.put(plot.x + axis.cell(at), y, 1, sign.sign(), role);
    }
}
