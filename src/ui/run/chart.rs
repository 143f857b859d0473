//! The chart of a metric: one column per measurement, oldest left, the limit as a line through all of them. What has
//! no value stands on the axis, so that a missing number is never a low one.

use crate::app::model::{MeasurementColumn, MetricPage, Scale};
use crate::ui::glyph;
use crate::ui::pen::Pen;
use crate::ui::theme::Role;
use ratatui::layout::Rect;

/// Cells between two columns where there is room.
const WIDEST: u16 = 4;
/// Cells of the values beside the axis, at most.
const MOST_LABEL: u16 = 12;

/// Where the columns of a chart stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// Index of the first column that is drawn.
    pub first: usize,
    /// Cells from one to the next.
    pub step: u16,
}

/// Shares `width` cells among `count` columns: at most four for each, and the newest when not all have one.
#[must_use]
pub fn columns(count: usize, width: u16) -> Columns {
    let width = usize::from(width.max(1));
    let step = (width / count.max(1)).clamp(1, usize::from(WIDEST));
    let shown = width.div_ceil(step).min(count);
    Columns { first: count - shown, step: step as u16 }
}

/// The row of a value in `rows` rows from the top.
#[must_use]
pub fn row(scale: &Scale, value: f64, rows: u16) -> u16 {
    let last = rows.saturating_sub(1);
    let down = (1.0 - scale.place(value)) * f64::from(last);
    (down.round() as u16).min(last)
}

/// Draws the chart: rows for values, the axis, and the times below it.
pub fn draw(pen: &mut Pen<'_>, area: Rect, metric: &MetricPage) {
    if area.height < 2 || area.width < 12 {
        return;
    }
    let rows = if metric.scale.is_some() { area.height - 2 } else { 0 };
    let axis_y = area.y + rows;
    let labels = metric.scale.as_ref().map(|scale| labels(scale, rows)).unwrap_or_default();
    let label = labels.iter().map(|(_, text)| pen.width(text)).max().unwrap_or(0).min(MOST_LABEL);
    let axis_x = area.x + label + 1;
    let plot = Rect { x: axis_x + 1, y: area.y, width: area.right().saturating_sub(axis_x + 1), height: rows };
    for (row, text) in &labels {
        pen.put_right(axis_x - 1, area.y + row, label, text, Role::Fg);
    }
    for y in area.y..axis_y {
        pen.put(axis_x, y, 1, "│", Role::Rule);
    }
    pen.put(axis_x, axis_y, 1, "└", Role::Rule);
    pen.rule(plot.x, axis_y, plot.width);
    let limit = metric.scale.as_ref().and_then(|scale| Some(row(scale, scale.limit?, rows)));
    if let Some(limit) = limit.filter(|_| rows > 0) {
        pen.put(plot.x, plot.y + limit, plot.width, &"╌".repeat(usize::from(plot.width)), Role::Dim);
    }
    let place = columns(metric.columns.len(), plot.width.saturating_sub(1));
    let under_cursor = metric.columns.len().checked_sub(metric.cursor + 1).filter(|_| metric.cursor > 0);
    for (index, column) in metric.columns.iter().enumerate().skip(place.first) {
        let x = plot.x + 1 + (index - place.first) as u16 * place.step;
        let y = match (&metric.scale, column.value) {
            (Some(scale), Some(value)) if rows > 0 => plot.y + row(scale, value, rows),
            _ => axis_y,
        };
        pen.put(x, y, 1, column.sign.sign(), glyph::role(column.sign.mark()));
        if under_cursor == Some(index) {
            pen.add(Rect { x, y, width: 1, height: 1 }, ratatui::style::Modifier::REVERSED);
        }
    }
    if metric.columns.is_empty() {
        pen.put(plot.x + 1, area.y, plot.width, "no measurement yet", Role::Dim);
    }
    times(pen, plot, axis_y + 1, place, &metric.columns);
}

/// The rows of the labels: limit, greatest, least; one that would cover a more important one is left out.
#[must_use]
pub fn labels(scale: &Scale, rows: u16) -> Vec<(u16, &str)> {
    let mut placed: Vec<(u16, &str)> = Vec::new();
    for (value, text) in &scale.labels {
        let at = row(scale, *value, rows);
        if rows > 0 && placed.iter().all(|(known, _)| *known != at) {
            placed.push((at, text));
        }
    }
    placed
}

/// The times of the first, a middle and the last column, as far as they fit.
fn times(pen: &mut Pen<'_>, plot: Rect, y: u16, place: Columns, columns: &[MeasurementColumn]) {
    let Some(last) = columns.len().checked_sub(1) else { return };
    let x_of = |index: usize| plot.x + 1 + (index - place.first) as u16 * place.step;
    let text = |index: usize| columns[index].at.trim_end_matches('Z').to_owned();
    let width = pen.width(&text(place.first));
    let mut end = pen.put(plot.x, y, plot.width, &text(place.first), Role::Fg);
    let last_x = x_of(last).saturating_sub(width / 2).min(plot.right().saturating_sub(width));
    if last > place.first && last_x > end + 1 {
        let middle = place.first + (last - place.first) / 2;
        let middle_x = x_of(middle).saturating_sub(width / 2);
        if middle > place.first && middle_x > end + 2 && middle_x + width + 2 < last_x {
            end = pen.put(middle_x, y, width, &text(middle), Role::Fg);
        }
        if last_x > end {
            pen.put(last_x, y, plot.right().saturating_sub(last_x), &text(last), Role::Fg);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn scale(min: f64, max: f64, limit: f64) -> Scale {
        Scale {
            min,
            max,
            limit: Some(limit),
            labels: vec![(limit, "l".into()), (max, "max".into()), (min, "min".into())],
        }
    }

    #[test]
    fn columns_stand_four_cells_apart_until_they_must_move_together_and_then_the_oldest_goes() {
        assert_eq!(columns(12, 48), Columns { first: 0, step: 4 });
        assert_eq!(columns(13, 48), Columns { first: 0, step: 3 });
        assert_eq!(columns(48, 48), Columns { first: 0, step: 1 });
        assert_eq!(columns(57, 48), Columns { first: 9, step: 1 });
        assert_eq!(columns(0, 48), Columns { first: 0, step: 4 });
        assert_eq!(columns(5, 0), Columns { first: 4, step: 1 });
    }

    #[test]
    fn values_lie_between_the_ends_of_the_scale_and_infinity_at_its_edge() {
        let scale = scale(0.96, 1.0, 0.99);
        let at = |value: f64| row(&scale, value, 9);
        assert_eq!([at(1.0), at(0.99), at(0.98), at(0.96)], [0, 2, 4, 8]);
        assert_eq!([at(f64::INFINITY), at(f64::NEG_INFINITY), at(5.0), at(f64::NAN)], [0, 8, 0, 4]);
    }

    #[test]
    fn the_label_of_the_limit_is_never_covered() {
        let close = scale(0.989, 1.0, 0.999_9);
        assert_eq!(labels(&close, 5), [(0, "l"), (4, "min")]);
        assert!(labels(&close, 0).is_empty());
    }

    proptest! {
        #[test]
        fn no_column_leaves_the_plot(count in 0usize..2_000, width in 0u16..300) {
            let place = columns(count, width);
            prop_assert!(place.first <= count);
            if let Some(last) = count.checked_sub(1) {
                prop_assert!((last - place.first) * usize::from(place.step) < usize::from(width.max(1)));
            }
        }
    }
}
