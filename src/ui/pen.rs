//! The pen: writes texts with roles into a frame. Whatever is outside of the frame is not drawn, so that no size of a
//! terminal can make a view fail; whatever is too long is cut with one ellipsis.

use super::glyph;
use super::text;
use super::theme::{Role, Theme};
use crate::app::model::Mark;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use std::borrow::Cow;

/// No text counts for more cells than this: wider than any terminal, and a few of them can be added up.
const MOST: usize = 2_000;

/// Writes into a buffer with a theme.
pub struct Pen<'a> {
    /// The frame.
    pub buf: &'a mut Buffer,
    /// What it is drawn with.
    pub theme: &'a Theme,
}

impl Pen<'_> {
    /// A text in the signs of the terminal.
    #[must_use]
    pub fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        glyph::shown(self.theme, text)
    }

    /// Cells that a text takes once it is drawn; at most 2,000.
    #[must_use]
    pub fn width(&self, text: &str) -> u16 {
        text::width_up_to(&self.shown(text), MOST) as u16
    }

    /// Writes a text from `x`, at most `max` cells; returns the cell after it.
    pub fn put(&mut self, x: u16, y: u16, max: u16, text: &str, role: Role) -> u16 {
        self.put_styled(x, y, max, text, self.theme.style(role))
    }

    /// Writes a text in a given style.
    pub fn put_styled(&mut self, x: u16, y: u16, max: u16, text: &str, style: Style) -> u16 {
        let area = self.buf.area;
        if y < area.top() || y >= area.bottom() || x < area.left() || x >= area.right() {
            return x.saturating_add(max.min(self.width(text)));
        }
        let max = max.min(area.right() - x);
        let shown = self.shown(text);
        let cut = text::cut_end(&shown, usize::from(max), self.theme.ellipsis());
        self.buf.set_stringn(x, y, cut, usize::from(max), style).0
    }

    /// Writes a text so that it ends before `end`; returns its first cell. At most `max` cells.
    pub fn put_right(&mut self, end: u16, y: u16, max: u16, text: &str, role: Role) -> u16 {
        let width = self.width(text).min(max);
        let x = end.saturating_sub(width);
        self.put(x, y, width, text, role);
        x
    }

    /// The sign of a mark, in its role.
    pub fn mark(&mut self, x: u16, y: u16, mark: Mark) {
        self.put(x, y, 1, mark.sign(), glyph::role(mark));
    }

    /// A rule.
    pub fn rule(&mut self, x: u16, y: u16, width: u16) {
        let line = "─".repeat(usize::from(width.min(self.buf.area.width)));
        self.put(x, y, width, &line, Role::Rule);
    }

    /// The title of a block: a word and a rule to the end of its place.
    pub fn title(&mut self, x: u16, y: u16, width: u16, word: &str) {
        let end = self.put(x, y, width, word, Role::Title);
        let rest = (x + width).saturating_sub(end + 1);
        if rest > 0 {
            self.rule(end + 1, y, rest);
        }
    }

    /// Adds attributes to cells that are drawn already.
    pub fn add(&mut self, area: Rect, modifier: Modifier) {
        self.buf.set_style(area.intersection(self.buf.area), Style::new().add_modifier(modifier));
    }

    /// Blanks a part of the frame.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buf.cell_mut((x, y)) {
                    cell.reset();
                }
            }
        }
    }

    /// Dims a part of the frame: what is old, or lies behind a dialog. Blanks keep no style, which would cost bytes.
    pub fn dim(&mut self, area: Rect) {
        let style = self.theme.style(Role::Dim);
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                let Some(cell) = self.buf.cell_mut((x, y)) else { continue };
                let before = std::mem::take(cell);
                if before.symbol() != " " {
                    cell.set_symbol(before.symbol()).set_style(style);
                }
            }
        }
    }
}
