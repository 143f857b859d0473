//! Lines of a text that is read: broken at the edge so that no blank is lost, what is searched underlined, and as many
//! of them as fit around the one that must be in sight.

use super::pen::Pen;
use super::text;
use super::theme::Role;
use crate::app::search::Pattern;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use unicode_segmentation::UnicodeSegmentation;

/// Pieces of a line, each of at most `cells`, at most `most` of them; nothing of the text is left out before that.
#[must_use]
pub fn pieces(line: &str, cells: usize, most: usize) -> Vec<&str> {
    let cells = cells.max(1);
    let mut pieces = Vec::new();
    let mut rest = line;
    while pieces.len() < most.max(1) {
        let mut piece = text::head(rest, cells);
        if piece.is_empty() && !rest.is_empty() {
            // One character wider than the place: nothing can show it, and it must not stop the rest.
            piece = rest.graphemes(true).next().unwrap_or(rest);
        }
        pieces.push(piece);
        rest = &rest[piece.len()..];
        if rest.is_empty() {
            break;
        }
    }
    pieces
}

/// Writes a line and underlines what is searched in it; returns the cell after it.
pub fn put(pen: &mut Pen<'_>, x: u16, y: u16, max: u16, line: &str, role: Role, pattern: &Pattern) -> u16 {
    let end = pen.put(x, y, max, line, role);
    if pattern.is_empty() {
        return end;
    }
    for range in pattern.ranges(line) {
        let from = x.saturating_add(pen.width(&line[..range.start]));
        let to = x.saturating_add(pen.width(&line[..range.end]));
        if from >= x.saturating_add(max) {
            break;
        }
        let width = to.min(x.saturating_add(max)).saturating_sub(from);
        pen.add(Rect { x: from, y, width, height: 1 }, Modifier::UNDERLINED | Modifier::BOLD);
    }
    end
}

/// The first line to draw, so that the one under the cursor is in sight: the first ones of the window are left out when
/// broken lines need their rows.
#[must_use]
pub fn first_in_sight(heights: &[usize], cursor: usize, rows: usize) -> usize {
    let cursor = cursor.min(heights.len().saturating_sub(1));
    let mut used = 0;
    for at in (0..=cursor).rev() {
        used += heights.get(at).copied().unwrap_or(0);
        if used > rows {
            return (at + 1).min(cursor);
        }
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pieces_keep_every_blank() {
        assert_eq!(pieces("a  b   c", 3, 10), ["a  ", "b  ", " c"]);
        assert_eq!(pieces("", 3, 10), [""]);
        assert_eq!(pieces("日本", 1, 10), ["日", "本"]);
        assert_eq!(pieces(&"x".repeat(100), 10, 3).len(), 3);
    }

    #[test]
    fn the_cursor_stays_in_sight_when_lines_are_broken() {
        assert_eq!(first_in_sight(&[1, 1, 1], 2, 3), 0);
        assert_eq!(first_in_sight(&[1, 2, 2], 2, 3), 2);
        assert_eq!(first_in_sight(&[1, 9], 1, 3), 1);
        assert_eq!(first_in_sight(&[], 4, 3), 0);
    }

    proptest! {
        #[test]
        fn pieces_put_together_are_the_line(line in "\\PC{0,60}", cells in 1usize..20) {
            prop_assert_eq!(pieces(&line, cells, 1_000).concat(), line);
        }
    }
}
