//! The whole frame.

use super::theme::Theme;
use crate::app::event::Target;
use crate::app::model::Model;
use ratatui::Frame;
use ratatui::layout::Rect;

/// What a frame placed where, for the mouse and for paging.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    /// Rows of the scrolling part.
    pub page_rows: u16,
    /// What can be clicked.
    pub targets: Vec<(Rect, Target)>,
}

/// Draws one frame.
pub fn draw(frame: &mut Frame<'_>, model: &Model, theme: &Theme) -> Placed {
    let _ = (frame, model, theme);
    todo!()
}
