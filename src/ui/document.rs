//! Draws one object as YAML, or described.

use super::pen::Pen;
use super::screen::Placed;
use crate::app::model::DocumentPage;
use ratatui::layout::Rect;

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &DocumentPage, _placed: &mut Placed) {
    pen.title(area.x + 1, area.y + 1, area.width.saturating_sub(2), &page.title);
}
