//! The gauge: a bar for the actual weight and a mark for the set weight, in one row. The bar counts eighths of a
//! cell; 0 is drawn empty, anything above 0 is never empty, anything below everything is never full. `┃` stands on
//! the cell that the set weight reaches; when the bar covers it, it is drawn over the bar.

use super::pen::Pen;
use super::theme::Role;
use crate::app::model;

/// Signs of the bar by eighths.
const EIGHTHS: [&str; 9] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/// A part of a gauge: its role and its cells.
#[derive(Debug, PartialEq)]
pub struct Part {
    /// Bar, rest or mark.
    pub role: Role,
    /// The cells.
    pub cells: String,
}

/// Eighths of a cell that the bar fills.
fn filled(part: i64, max: i64, cells: u16, ascii: bool) -> u64 {
    let unit = if ascii { 8 } else { 1 };
    let all = u64::from(cells) * 8;
    let (part, max) = (part.max(0).unsigned_abs(), max.max(1).unsigned_abs());
    if part == 0 || all == 0 {
        return 0;
    }
    if part >= max {
        return all;
    }
    let exact = (u128::from(part) * u128::from(all) / u128::from(max)) as u64;
    let stepped = if ascii { (exact + 4) / 8 * 8 } else { exact };
    stepped.clamp(unit, all.saturating_sub(unit).max(unit))
}

/// The cell of the set mark; `None` at 0 and at everything, where the ends of the bar say it.
fn mark_at(set: i64, max: i64, cells: u16) -> Option<u16> {
    let max = max.max(1);
    if set <= 0 || set >= max || cells == 0 {
        return None;
    }
    let at = (i128::from(set) * i128::from(cells) / i128::from(max)) as u16;
    Some(at.min(cells - 1))
}

/// The gauge as parts, from the left. An unknown actual weight has no bar.
#[must_use]
pub fn parts(gauge: &model::Gauge, cells: u16, ascii: bool) -> Vec<Part> {
    let eighths = filled(gauge.actual.unwrap_or(0), gauge.max, cells, ascii);
    let mark = mark_at(gauge.set, gauge.max, cells);
    let mut parts: Vec<Part> = Vec::new();
    for cell in 0..cells {
        let here = eighths.saturating_sub(u64::from(cell) * 8).min(8) as usize;
        let (role, sign) = match (mark == Some(cell), here) {
            (true, _) => (Role::Title, if ascii { "|" } else { "┃" }),
            (false, 0) => (Role::Dim, if ascii { "." } else { "░" }),
            (false, _) => (Role::Busy, if ascii { "#" } else { EIGHTHS[here] }),
        };
        match parts.last_mut() {
            Some(last) if last.role == role => last.cells.push_str(sign),
            _ => parts.push(Part { role, cells: sign.to_owned() }),
        }
    }
    parts
}

/// Draws a gauge of `cells` cells.
pub fn draw(pen: &mut Pen<'_>, x: u16, y: u16, cells: u16, gauge: &model::Gauge) {
    let mut x = x;
    for part in parts(gauge, cells, pen.theme.ascii) {
        x = pen.put(x, y, cells, &part.cells, part.role);
    }
}

/// `38/40%`, or `–/40%` when the actual weight is not known.
#[must_use]
pub fn percent(gauge: &model::Gauge) -> String {
    let of = |part: i64| match gauge.max {
        100 => part,
        max => (i128::from(part) * 100 / i128::from(max.max(1))) as i64,
    };
    match gauge.actual {
        Some(actual) => format!("{}/{}%", of(actual), of(gauge.set)),
        None => format!("–/{}%", of(gauge.set)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn gauge(actual: i64, set: i64) -> model::Gauge {
        model::Gauge { set, actual: Some(actual), max: 100 }
    }

    fn text(gauge: &model::Gauge, cells: u16, ascii: bool) -> String {
        parts(gauge, cells, ascii).into_iter().map(|part| part.cells).collect()
    }

    #[test]
    fn the_bar_is_the_actual_weight_and_the_mark_the_set_weight() {
        let table = [
            (38, 40, "██████┃░░░░░░░░░"),
            (4, 10, "▋┃░░░░░░░░░░░░░░"),
            (0, 10, "░┃░░░░░░░░░░░░░░"),
            (0, 0, "░░░░░░░░░░░░░░░░"),
            (80, 80, "████████████┃░░░"),
            (100, 100, "████████████████"),
            (99, 100, "███████████████▊"),
            (100, 40, "██████┃█████████"),
        ];
        for (actual, set, expected) in table {
            assert_eq!(text(&gauge(actual, set), 16, false), expected, "{actual} of {set}");
        }
        assert_eq!(text(&gauge(99, 100), 4, true), "###.");
        assert_eq!(text(&gauge(1, 100), 4, true), "#...");
        assert_eq!(text(&gauge(38, 40), 10, true), "####|.....");
    }

    #[test]
    fn an_unknown_weight_has_no_bar_and_no_number() {
        let gauge = model::Gauge { set: 40, actual: None, max: 100 };
        assert_eq!(text(&gauge, 10, false), "░░░░┃░░░░░");
        assert_eq!(percent(&gauge), "–/40%");
        assert_eq!(percent(&model::Gauge { set: 500, actual: Some(250), max: 1000 }), "25/50%");
    }

    proptest! {
        #[test]
        fn nothing_is_empty_above_zero_or_full_below_everything(part in 1i64..100_000, cells in 1u16..80, ascii in any::<bool>()) {
            let gauge = model::Gauge { set: 0, actual: Some(part), max: 100_000 };
            let text = text(&gauge, cells, ascii);
            let (empty, full) = if ascii { ('.', '#') } else { ('░', '█') };
            prop_assert_eq!(text.chars().count(), usize::from(cells));
            prop_assert!(!text.chars().all(|c| c == empty));
            prop_assert!(cells == 1 || !text.chars().all(|c| c == full), "{}", text);
        }
    }
}
