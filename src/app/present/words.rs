//! Small words: numbers, percents, glyphs in running text, quoting.

use crate::app::model::Mark;

/// The glyph of a mark (`--ascii` is the business of `ui`).
#[must_use]
pub fn glyph(mark: Mark) -> &'static str {
    match mark {
        Mark::Ok => "✓",
        Mark::Busy => "▸",
        Mark::Wait => "‖",
        Mark::Bad => "✗",
        Mark::Aborted => "⊘",
        Mark::Unknown => "?",
        Mark::Absent => "·",
        Mark::Attention => "!",
        Mark::Stale => "~",
    }
}

/// A number with commas: `3,200`.
#[must_use]
pub fn number(n: i64) -> String {
    let _ = n;
    todo!()
}

/// `1 pod`, `2 pods`.
#[must_use]
pub fn count(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}
