//! Draws a deploy: the form with what is known about its fields, or the plan that fills the screen; the buttons below.

mod fields;
mod plan;

use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::event::Target;
use crate::app::model::{Button, DeployBody, DeployPage};
use ratatui::layout::Rect;

/// Below this height the blank row above the buttons goes.
const SMALL: u16 = 14;

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &DeployPage, placed: &mut Placed) {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    pen.put(inner.x, inner.y, inner.width, &page.about, Role::Dim);
    let foot = 1 + u16::from(area.height >= SMALL);
    let body = Rect {
        y: area.y + 1 + u16::from(area.height >= SMALL),
        height: area.height.saturating_sub(1 + foot + u16::from(area.height >= SMALL)),
        ..inner
    };
    match &page.body {
        DeployBody::Form(form) => {
            placed.page_rows = body.height.max(1);
            fields::draw(pen, body, form);
        }
        DeployBody::Plan(sheet) => plan::draw(pen, body, sheet, placed),
    }
    buttons(pen, Rect { y: area.bottom().saturating_sub(1), height: 1, ..inner }, page, placed);
}

/// The buttons at the right end; what speaks against the last one before them, where there is room.
fn buttons(pen: &mut Pen<'_>, row: Rect, page: &DeployPage, placed: &mut Placed) {
    let shown = |button: &Button| {
        if button.focused { format!("[ {} ]", button.label) } else { format!("( {} )", button.label) }
    };
    let texts: Vec<String> = page.buttons.iter().map(shown).collect();
    let widths: Vec<u16> = texts.iter().map(|text| pen.width(text)).collect();
    let total = widths.iter().sum::<u16>() + 2 * widths.len().saturating_sub(1) as u16;
    let mut x = row.right().saturating_sub(total).max(row.x);
    for (at, (button, text)) in page.buttons.iter().zip(&texts).enumerate() {
        let role = match (button.focused, button.on) {
            (true, _) => Role::Sel,
            (false, true) => Role::Fg,
            (false, false) => Role::Dim,
        };
        let room = row.right().saturating_sub(x).min(widths[at]);
        pen.put(x, row.y, room, text, role);
        if room > 0 {
            placed.targets.push((Rect { x, width: room, ..row }, Target::Button(at as u8)));
        }
        x += widths[at] + 2;
    }
    let room = row.width.saturating_sub(total + 2);
    if room >= 20 && !page.off.is_empty() && matches!(page.body, DeployBody::Form(_)) {
        let words = text::cut_sentence(&page.off, usize::from(room), pen.theme.ellipsis());
        pen.put(row.x, row.y, room, &words, Role::Dim);
    }
}
