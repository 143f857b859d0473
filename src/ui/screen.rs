//! The whole frame: header, body, footer, and the dialog over them.

use super::blocks;
use super::board;
use super::chrome;
use super::dialog;
use super::floor;
use super::glyph;
use super::matrix;
use super::page;
use super::pages;
use super::pen::Pen;
use super::theme::Theme;
use crate::app::event::Target;
use crate::app::model::{Body, Model};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What a frame placed where, for the mouse and for paging.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Placed {
    /// Rows of the scrolling part.
    pub page_rows: u16,
    /// What can be clicked. While a dialog is open, its buttons only.
    pub targets: Vec<(Rect, Target)>,
}

/// Draws one frame.
pub fn draw(frame: &mut Frame<'_>, model: &Model, theme: &Theme) -> Placed {
    render(frame.buffer_mut(), model, theme)
}

/// Draws one frame into a buffer, whose area is the whole screen.
pub fn render(buf: &mut Buffer, model: &Model, theme: &Theme) -> Placed {
    let area = buf.area;
    let mut placed = Placed::default();
    if area.is_empty() {
        return placed;
    }
    let mut pen = Pen { buf, theme };
    if area.width < floor::LEAST.0 || area.height < floor::LEAST.1 || model.too_small.is_some() {
        let (columns, rows) = model.too_small.unwrap_or((area.width, area.height));
        blocks::paragraph(&mut pen, area, &format!("rolltop: too small ({columns}x{rows})"));
    } else if area.width < floor::ROOMY.0 || area.height < floor::ROOMY.1 {
        floor::draw(&mut pen, area, model, &mut placed);
    } else {
        let rows = chrome::rows(area, model);
        chrome::header(&mut pen, area, &model.header);
        body(&mut pen, rows.body, &model.body, &mut placed);
        if model.dialog.is_some() {
            pen.dim(rows.body);
        }
        chrome::footer(&mut pen, area, rows, model);
    }
    if area.width >= floor::LEAST.0
        && area.height >= floor::LEAST.1
        && let Some(open) = &model.dialog
    {
        placed.targets.clear();
        dialog::draw(&mut pen, area, open, &mut placed);
    }
    if theme.ascii {
        glyph::fold_to_ascii(buf);
    }
    placed
}

fn body(pen: &mut Pen<'_>, area: Rect, body: &Body, placed: &mut Placed) {
    match body {
        Body::Matrix(matrix) => matrix::draw(pen, area, matrix, placed),
        Body::Board(board) => board::draw(pen, area, board, placed),
        Body::Rollout(rollout) => page::draw(pen, area, rollout, placed),
        Body::Help(help) => pages::help(pen, area, help, placed),
        Body::Log(log) => pages::log(pen, area, log, placed),
        Body::Text(text) => pages::text(pen, area, text, placed),
        Body::Logs(page) => super::logs::draw(pen, area, page, placed),
        Body::Document(page) => super::document::draw(pen, area, page, placed),
        Body::Timeline(page) => super::timeline::draw(pen, area, page, placed),
        Body::Run(page) => super::run::draw(pen, area, page, placed),
        Body::Experiment(page) => super::experiment::draw(pen, area, page, placed),
        Body::Deploy(page) => super::deploy::draw(pen, area, page, placed),
        Body::Charts(page) => super::charts::draw(pen, area, page, placed),
    }
}
