//! Draws the finder: a line with the cursor, and what it finds.

use super::chrome;
use super::glyph;
use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::event::Target;
use crate::app::model::{FinderDialog, FinderLine};
use ratatui::layout::Rect;

/// Columns for the names, where there is room for more beside them.
const NAMES: u16 = 34;

/// Rows that it would like to have.
#[must_use]
pub fn rows(finder: &FinderDialog) -> u16 {
    // The line, a blank, what was found, a blank and the note. The height is kept while one types.
    finder.lines.len().max(8) as u16 + 4
}

/// Draws it into the inside of its frame.
pub fn draw(pen: &mut Pen<'_>, inner: Rect, finder: &FinderDialog, placed: &mut Placed) {
    let edge = if pen.theme.ascii { "|" } else { "▏" };
    pen.put(inner.x, inner.y, 1, ":", Role::Key);
    let cursor = finder.input.chars().count();
    chrome::field(pen, inner.x + 2, inner.y, inner.width.saturating_sub(2), edge, &finder.input, cursor);
    let roomy = inner.height >= 8;
    let top = inner.y + if roomy { 2 } else { 1 };
    let foot = if roomy && !finder.note.is_empty() { 2 } else { 0 };
    let room = usize::from(inner.bottom().saturating_sub(top + foot));
    if finder.lines.is_empty() {
        pen.put(inner.x, top, inner.width, "nothing is found by these letters", Role::Dim);
    }
    let skip = (finder.selected + 1).saturating_sub(room);
    for (at, line) in finder.lines.iter().enumerate().skip(skip).take(room) {
        let y = top + (at - skip) as u16;
        draw_line(pen, inner, y, line, at == finder.selected);
        let row = u16::try_from(finder.first + at).unwrap_or(u16::MAX);
        placed.targets.push((Rect { y, height: 1, ..inner }, Target::Row { row, column: 0 }));
    }
    if foot > 0 {
        pen.put(inner.x, inner.bottom() - 1, inner.width, &finder.note, Role::Dim);
    }
}

fn draw_line(pen: &mut Pen<'_>, inner: Rect, y: u16, line: &FinderLine, selected: bool) {
    let role = |role: Role| if line.on { role } else { Role::Dim };
    if selected {
        pen.put(inner.x.saturating_sub(1), y, 1, "›", Role::Sel);
    }
    let x = inner.x + 1;
    if let Some(mark) = line.mark {
        pen.put(x, y, 1, mark.sign(), role(glyph::role(mark)));
    }
    let x = x + 2;
    let room = inner.right().saturating_sub(x);
    let names = if room >= NAMES + 20 { NAMES } else { room * 3 / 5 };
    let words = text::cut_middle(&pen.shown(&line.words), usize::from(names), pen.theme.ellipsis());
    pen.put(x, y, names, &words, if selected { Role::Sel } else { role(Role::Fg) });
    pen.put(x + names + 1, y, 4, &line.key, role(Role::Key));
    let at = x + names + 6;
    pen.put(at, y, inner.right().saturating_sub(at), &line.detail, Role::Dim);
}
