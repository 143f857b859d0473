//! The sparkline: measurements as small bars, the newest on the right, one cell each. The scale always holds the
//! limit. What failed is a sign instead of a bar, so that it is seen without colours: in one row in the place of its
//! bar, in two and more on the line of the limit.

use super::glyph;
use super::pen::Pen;
use super::theme::Role;
use crate::app::model::{Mark, Point};
use ratatui::layout::Rect;

const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Bars by eighths in signs that every terminal has.
const ASCII: [&str; 8] = ["_", ".", "-", "=", "+", "*", "#", "@"];
/// With fewer points numbers say more.
pub const LEAST: usize = 3;

/// Draws the newest points that fit. With two rows or more one of them is the line of the limit: the highest when
/// the values lie below it, else the lowest; without a limit all rows are bars.
pub fn draw(pen: &mut Pen<'_>, area: Rect, points: &[Point], limit: Option<f64>) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    let shown = &points[points.len().saturating_sub(usize::from(area.width))..];
    let limit = limit.filter(|limit| limit.is_finite());
    let scale = Scale::of(shown, limit);
    let x = area.right() - shown.len() as u16;
    let Some(limit) = limit.filter(|_| area.height >= 2) else {
        bars(pen, Rect { x, ..area }, shown, scale, area.height == 1);
        return;
    };
    let (line, rest) = if most_lie_below(shown, limit) {
        (area.y, Rect { x, y: area.y + 1, height: area.height - 1, ..area })
    } else {
        (area.bottom() - 1, Rect { x, height: area.height - 1, ..area })
    };
    bars(pen, rest, shown, scale, false);
    limit_line(pen, area, line, shown);
}

fn limit_line(pen: &mut Pen<'_>, area: Rect, y: u16, shown: &[Point]) {
    pen.put(area.x, y, area.width, &"╌".repeat(usize::from(area.width)), Role::Dim);
    let from = area.right() - shown.len() as u16;
    for (at, point) in shown.iter().enumerate().filter(|(_, point)| !is_good(point)) {
        pen.put(from + at as u16, y, 1, point.mark.sign(), glyph::role(point.mark));
    }
}

fn is_good(point: &Point) -> bool {
    matches!(point.mark, Mark::Ok | Mark::Busy)
}

/// The bars of all points, runs of one role at once. `signs`: what is not good is a sign, there is no line for it.
fn bars(pen: &mut Pen<'_>, area: Rect, shown: &[Point], scale: Scale, signs: bool) {
    let levels = u32::from(area.height) * 8;
    for row in 0..area.height {
        // Eighths below this row.
        let below = u32::from(area.height - 1 - row) * 8;
        let mut run: Option<(u16, Role, String)> = None;
        for (at, point) in shown.iter().enumerate() {
            let (sign, role) = cell(pen, point, scale, levels, below, signs);
            match &mut run {
                Some((_, before, text)) if *before == role || sign == " " => text.push_str(sign),
                _ => {
                    put_run(pen, area, row, run.take());
                    run = Some((area.x + at as u16, role, sign.to_owned()));
                }
            }
        }
        put_run(pen, area, row, run);
    }
}

fn put_run(pen: &mut Pen<'_>, area: Rect, row: u16, run: Option<(u16, Role, String)>) {
    if let Some((x, role, text)) = run {
        pen.put(x, area.y + row, area.width, text.trim_end(), role);
    }
}

fn cell(pen: &Pen<'_>, point: &Point, scale: Scale, levels: u32, below: u32, signs: bool) -> (&'static str, Role) {
    let role = glyph::role(point.mark);
    if signs && !is_good(point) {
        return (point.mark.sign(), role);
    }
    let Some(value) = point.value.filter(|value| value.is_finite()) else { return (" ", role) };
    let here = scale.eighths(value, levels).saturating_sub(below);
    let set = if pen.theme.ascii { &ASCII } else { &BARS };
    match here {
        0 => (" ", role),
        eighths => (set[(eighths.min(8) - 1) as usize], role),
    }
}

/// The least and the greatest of values and limit.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(shown: &[Point], limit: Option<f64>) -> Self {
        let values = shown.iter().filter_map(|point| point.value).chain(limit).filter(|value| value.is_finite());
        let (low, high) = values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)));
        Self { low, high }
    }

    /// From 1 to `levels`; the middle when all are the same.
    fn eighths(self, value: f64, levels: u32) -> u32 {
        let span = self.high - self.low;
        if span.is_nan() || span <= 0.0 {
            return levels / 2;
        }
        // Halved first: the distance of two great numbers may have no number.
        let share = if span.is_finite() {
            (value - self.low) / span
        } else {
            (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0)
        };
        1 + (share.clamp(0.0, 1.0) * f64::from(levels - 1)).round() as u32
    }
}

fn most_lie_below(shown: &[Point], limit: f64) -> bool {
    let values: Vec<f64> = shown.iter().filter_map(|point| point.value).collect();
    values.iter().filter(|value| **value < limit).count() * 2 > values.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::{Depth, Theme};
    use proptest::prelude::*;
    use ratatui::buffer::Buffer;

    fn good(value: f64) -> Point {
        Point { value: Some(value), mark: Mark::Ok }
    }

    fn bad(value: f64) -> Point {
        Point { value: Some(value), mark: Mark::Bad }
    }

    fn drawn(width: u16, height: u16, ascii: bool, points: &[Point], limit: Option<f64>) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buf = Buffer::empty(area);
        let theme = Theme { depth: Depth::Mono, ascii, name: "auto".into(), reduced_motion: false };
        draw(&mut Pen { buf: &mut buf, theme: &theme }, area, points, limit);
        (0..height).map(|y| (0..width).map(|x| buf[(x, y)].symbol()).collect()).collect()
    }

    #[test]
    fn the_newest_measurement_stands_on_the_right_and_the_scale_holds_the_limit() {
        let points = [good(0.992), good(0.996), good(1.0)];
        assert_eq!(drawn(5, 1, false, &points, Some(0.99)), ["  ▂▅█"]);
        assert_eq!(drawn(2, 1, false, &points, Some(0.99)), ["▅█"]);
        assert_eq!(drawn(5, 1, true, &points, Some(0.99)), ["  .+@"]);
        assert_eq!(drawn(4, 1, false, &[good(3.0); 3], None), [" ▄▄▄"], "a flat line is in the middle");
    }

    #[test]
    fn what_failed_is_a_sign_and_what_has_no_value_is_no_bar() {
        let error = Point { value: None, mark: Mark::Attention };
        let gap = Point { value: None, mark: Mark::Ok };
        let points = [good(1.0), bad(0.5), error, gap, good(1.0)];
        assert_eq!(drawn(5, 1, false, &points, Some(0.9)), ["█✗! █"]);
        assert_eq!(drawn(5, 2, false, &points, Some(0.9)), ["█▁  █", "╌✗!╌╌"]);
    }

    #[test]
    fn the_line_of_the_limit_is_above_values_that_must_stay_below_it() {
        let points = [good(212.0), good(180.0), bad(260.0)];
        assert_eq!(drawn(3, 2, false, &points, Some(250.0)), ["╌╌✗", "▄▁█"]);
        assert_eq!(drawn(3, 3, false, &[good(1.0), good(2.0), good(4.0)], None), ["  █", " ▁█", "▁██"]);
    }

    proptest! {
        #[test]
        fn no_number_and_no_size_breaks_it(
            values in proptest::collection::vec((any::<f64>(), 0usize..4), 0..30),
            limit in proptest::option::of(any::<f64>()), width in 0u16..40, height in 0u16..5,
        ) {
            let marks = [Mark::Ok, Mark::Bad, Mark::Unknown, Mark::Attention];
            let points: Vec<Point> =
                values.into_iter().map(|(value, mark)| Point { value: Some(value), mark: marks[mark] }).collect();
            prop_assert_eq!(drawn(width, height, false, &points, limit).len(), usize::from(height));
        }
    }
}
