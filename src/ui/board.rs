//! One channel as a list, with the rollout under the cursor below it.

use super::blocks;
use super::chrome;
use super::gauge;
use super::glyph;
use super::matrix::{self, shown_window};
use super::pen::Pen;
use super::screen::Placed;
use super::selected;
use super::table::{self, Place, Want};
use super::text;
use super::theme::Role;
use crate::app::event::Target;
use crate::app::model::{Board, BoardRow, Mark, Sorting};
use ratatui::layout::Rect;

const SERVICE: usize = 0;
const CLUSTER: usize = 1;
const STATE: usize = 2;
const STEP: usize = 3;
const GAUGE: usize = 4;
const PERCENT: usize = 5;
const PODS: usize = 6;
const VERSION: usize = 7;
const AGE: usize = 8;

type Places = Vec<Option<Place>>;

fn columns(pen: &Pen<'_>, board: &Board, width: u16) -> Places {
    let longest = |of: &dyn Fn(&BoardRow) -> u16, least: u16| board.rows.iter().map(of).fold(least, u16::max);
    // In steps of two cells, so that scrolling past one long name does not move everything by one.
    let even = |cells: u16| cells.next_multiple_of(2);
    let service =
        even(longest(&|row| pen.width(&row.service) + u16::from(row.stale) + 2 * u16::from(row.marked), 8)).min(32);
    let state = longest(&|row| pen.width(&row.state) + 2, 15).min(30);
    let version = longest(&|row| pen.width(&row.version) + if row.drift { 2 } else { 0 }, 7).min(24);
    let pods = longest(&|row| pen.width(&row.pods), 5).min(12);
    let cluster = longest(&|row| pen.width(&row.cluster), 8).min(16);
    // Numbers and countdowns are never cut: these columns are as wide as what stands in them.
    let weights = longest(&|row| pen.width(&percent(row)), 6);
    let age = longest(&|row| pen.width(&row.age), 4);
    let wide = width >= 110;
    let gauge = if wide { 24 } else { 16 };
    let mut wants = [
        Want { gap: 0, least: service.min(16), good: service, most: service + if wide { 6 } else { 0 }, rank: 0 },
        Want { gap: 2, least: cluster, good: cluster, most: cluster + 2, rank: 7 },
        Want { gap: 2, least: state.min(16), good: state, most: state + if wide { 6 } else { 2 }, rank: 0 },
        Want { gap: 2, least: 3, good: 3, most: 5, rank: 2 },
        Want { gap: 2, least: 12, good: gauge, most: if wide { 44 } else { gauge }, rank: 6 },
        Want { gap: 2, least: weights, good: weights, most: weights, rank: 1 },
        Want { gap: 1, least: pods, good: pods, most: pods + 2, rank: 5 },
        Want { gap: 2, least: 7, good: version, most: version + 4, rank: 4 },
        Want { gap: 1, least: age, good: age, most: age.max(6), rank: 3 },
    ];
    if !board.clusters {
        // No room is ever large enough.
        wants[CLUSTER].least = u16::MAX / 2;
    }
    table::fit(&wants, width)
}

/// Draws the board.
pub fn draw(pen: &mut Pen<'_>, area: Rect, board: &Board, placed: &mut Placed) {
    let top = u16::from(area.height >= 12);
    let rest = area.height.saturating_sub(top + 2);
    let below = match (rest, area.width) {
        (0..9, _) => 0,
        (30.., 120..) => 9,
        _ => 5,
    };
    let fit = matrix::list_rows(rest.saturating_sub(if below > 0 { below + 1 } else { 0 }), below, board.total);
    placed.page_rows = fit;
    let inner = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..area };
    let columns = columns(pen, board, inner.width);
    heads(pen, inner, area.y + top, &columns, board.order);
    let list = area.y + top + 2;
    let mut y = list;
    let shown = shown_window(board.rows.len(), usize::from(fit), board.selected);
    for index in shown.clone() {
        let row = &board.rows[index];
        let selected = board.selected == Some(index);
        chrome::gutter(pen, area.x, y, selected, row.attention);
        draw_row(pen, inner, y, &columns, row, selected);
        let rect = Rect { y, height: 1, ..area };
        chrome::flash(pen, Rect { width: inner.width, ..rect }, row.changed);
        placed.targets.push((rect, Target::Row { row: index as u16, column: 0 }));
        y += 1;
    }
    if let Some(words) = board.empty.as_deref().filter(|_| board.rows.is_empty()) {
        y = blocks::paragraph(pen, Rect { y: list, height: fit, ..inner }, words);
    }
    chrome::position(pen, inner.right(), y, board.first + shown.start, shown.len(), board.total);
    if below == 0 {
        return;
    }
    let mut block = Rect { y: y + 1, height: below, ..inner };
    if below > 5 {
        block.height = below.max(area.bottom().saturating_sub(block.y + 1));
    }
    if !board.trouble.is_empty() {
        let lines: u16 = board.trouble.iter().map(|line| line.lines.len() as u16).sum();
        let height = lines.max(1).min(below / 2);
        block.height -= height;
        blocks::trouble_lines(pen, Rect { y: block.bottom(), height, ..block }, &board.trouble);
    }
    if let Some(page) = board.selected_page.as_deref() {
        let title = if below > 5 { format!("selected: {}", page.service) } else { "selected".into() };
        selected::draw(pen, block, &title, page);
    }
}

/// The column by which the list is sorted.
fn sorted(order: Sorting) -> Option<usize> {
    match order {
        Sorting::Attention => None,
        Sorting::Name | Sorting::Namespace => Some(SERVICE),
        Sorting::Longest | Sorting::Newest => Some(AGE),
        Sorting::Weight => Some(PERCENT),
    }
}

fn heads(pen: &mut Pen<'_>, inner: Rect, y: u16, columns: &Places, order: Sorting) {
    if let Some(place) = sorted(order).and_then(|index| columns[index]) {
        // The head of the column doubles as the sign of the order.
        let x = inner.x + if sorted(order) == Some(SERVICE) { place.x + 8 } else { place.x + place.width };
        pen.put(x, y, 1, "↓", Role::Accent);
    }
    let names = ["service", "cluster", "state", "step", "weight: █ actual ┃ set", "weight", "pods", "version", "for"];
    for (index, name) in names.iter().enumerate() {
        let Some(place) = columns[index] else { continue };
        let x = inner.x + place.x;
        match index {
            GAUGE => {
                let room = place.width + columns[PERCENT].map_or(0, |percent| percent.width + 2);
                let name = if room >= 22 { name } else { "weight" };
                pen.put(x, y, room, name, Role::Fg);
            }
            PERCENT if columns[GAUGE].is_some() => {}
            STEP | PERCENT | PODS | AGE => {
                pen.put_right(x + place.width, y, 7, name, Role::Fg);
            }
            _ => {
                pen.put(x, y, place.width, name, Role::Fg);
            }
        }
    }
    pen.rule(inner.x, y + 1, inner.width);
}

fn draw_row(pen: &mut Pen<'_>, inner: Rect, y: u16, columns: &Places, row: &BoardRow, selected: bool) {
    let stale = |role: Role| if row.stale { Role::Dim } else { role };
    let place = |index: usize| columns[index].map(|place| (inner.x + place.x, place.width));
    if let Some((x, width)) = place(SERVICE) {
        let room = width.saturating_sub(u16::from(row.stale) + 2 * u16::from(row.marked));
        let name = text::cut_middle(&pen.shown(&row.service), usize::from(room), pen.theme.ellipsis());
        let name = if row.stale { format!("{name}~") } else { name };
        let name = if row.marked { format!("{} {name}", pen.shown("◆")) } else { name };
        let padded = format!("{name:width$}", width = usize::from(width));
        let (name, role) = if selected { (&padded, Role::Sel) } else { (&name, stale(Role::Fg)) };
        pen.put(x, y, width, name, role);
    }
    if let Some((x, width)) = place(CLUSTER) {
        pen.put(x, y, width, &row.cluster, stale(Role::Fg));
    }
    if let Some((x, width)) = place(STATE) {
        pen.put(x, y, 1, row.mark.sign(), stale(glyph::role(row.mark)));
        let role = match row.mark {
            Mark::Ok | Mark::Busy => Role::Fg,
            mark => glyph::role(mark),
        };
        pen.put(x + 2, y, width.saturating_sub(2), &row.state, stale(role));
    }
    if let Some((x, width)) = place(STEP) {
        let step = if row.step.is_empty() { "–" } else { &row.step };
        pen.put_right(x + width, y, width + 2, step, stale(Role::Fg));
    }
    if let Some((x, width)) = place(GAUGE) {
        match &row.gauge {
            Some(weights) if row.updating && !row.stale => gauge::draw(pen, x, y, width, weights),
            Some(weights) if row.updating => {
                let parts = gauge::parts(weights, width, pen.theme.ascii);
                let bar: String = parts.into_iter().map(|part| part.cells).collect();
                pen.put(x, y, width, &bar, Role::Dim);
            }
            _ => {
                pen.put(x, y, width, &"·".repeat(usize::from(width)), Role::Dim);
            }
        }
    }
    if let Some((x, width)) = place(PERCENT) {
        pen.put_right(x + width, y, width + 1, &percent(row), stale(Role::Fg));
    }
    for (index, words) in [(PODS, &row.pods), (AGE, &row.age)] {
        if let Some((x, width)) = place(index) {
            pen.put_right(x + width, y, width, words, stale(Role::Fg));
        }
    }
    if let Some((x, width)) = place(VERSION) {
        let end = pen.put(x, y, width, &row.version, stale(Role::Fg));
        if row.drift && end < x + width {
            pen.put(end + 1, y, 1, "≠", stale(Role::Accent));
        }
    }
}

/// `38/40%` in an update, one number where both are the same and nothing moves, `–` where there are no weights.
fn percent(row: &BoardRow) -> String {
    match &row.gauge {
        None => "–".into(),
        Some(weights) if !row.updating && weights.actual == Some(weights.set) => {
            gauge::percent(weights).split_once('/').map_or_else(String::new, |(_, set)| set.to_owned())
        }
        Some(weights) => gauge::percent(weights),
    }
}
