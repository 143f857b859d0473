//! A form: what is there, the field, the values that are offered, and what the value means.

use super::dialog::{Ranked, Row, fact_rows};
use super::glyph;
use super::pen::Pen;
use super::text;
use super::theme::Role;
use crate::app::model::FormDialog;
use ratatui::layout::Rect;

/// The rows of a form, each with how long it stays when rows are short.
pub(super) fn rows(form: &FormDialog, width: u16) -> Vec<Ranked> {
    let mut rows = fact_rows(&form.rows, form.protected, None, width);
    if let Some((label, value)) = &form.field {
        rows.push(Ranked(Row::Blank, 9));
        rows.push(Ranked(Row::Text(format!("{label}:")), 5));
        rows.push(Ranked(Row::Field(value.clone(), true), 0));
    }
    if !form.options.is_empty() {
        rows.push(Ranked(Row::Blank, 9));
    }
    for option in &form.options {
        let rank = if option.chosen { 0 } else { 4 };
        rows.push(Ranked(Row::Choice(option.words.clone(), option.detail.clone(), option.chosen), rank));
    }
    if form.more > 0 {
        rows.push(Ranked(Row::Text(format!("  {} more: ↑↓", form.more)), 6));
    }
    if !form.notes.is_empty() {
        rows.push(Ranked(Row::Blank, 8));
    }
    for (mark, words) in &form.notes {
        let rank = if glyph::urgency(*mark) >= 3 { 2 } else { 5 };
        for (at, line) in text::wrap(words, usize::from(width.saturating_sub(2).max(1))).into_iter().enumerate() {
            let sign = if at == 0 { mark.sign() } else { " " };
            rows.push(Ranked(Row::Evidence(sign, glyph::role(*mark), line), rank));
        }
    }
    rows
}

/// A value that is offered; the chosen one is drawn as a selection is.
pub(super) fn draw_choice(pen: &mut Pen<'_>, inner: Rect, y: u16, words: &str, detail: &str, chosen: bool) {
    let role = if chosen { Role::Sel } else { Role::Fg };
    let sign = if chosen { "▸ " } else { "  " };
    let detail_width = pen.width(detail).min(inner.width / 2);
    let room = inner.width.saturating_sub(detail_width + 3);
    let shown = text::cut_middle(&pen.shown(words), usize::from(room), pen.theme.ellipsis());
    let x = pen.put(inner.x, y, 2, sign, Role::Fg);
    let x = pen.put(x, y, room, &shown, role);
    pen.put(x + 1, y, inner.right().saturating_sub(x + 1), detail, Role::Dim);
}
