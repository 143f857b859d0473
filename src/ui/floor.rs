//! The floor: terminals of less than 40 columns or 10 rows, down to 20x6. One line per row, no blank rows.

use super::blocks;
use super::chrome;
use super::facts;
use super::gauge;
use super::glyph;
use super::ladder;
use super::matrix::shown_window;
use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::event::Target;
use crate::app::model::{BoardRow, Body, Cell, Mark, Matrix, MatrixRow, Model, RolloutPage};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Below this nothing is drawn but a word about it.
pub const LEAST: (u16, u16) = (20, 6);
/// From this the screens have their usual form.
pub const ROOMY: (u16, u16) = (40, 10);

/// Draws a small screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, model: &Model, placed: &mut Placed) {
    let body = Rect { y: area.y + 1, height: area.height - 2, ..area };
    placed.page_rows = body.height;
    head(pen, area, model);
    let position = match &model.body {
        Body::Matrix(matrix) => matrix_rows(pen, body, matrix, placed),
        Body::Board(board) => {
            let shown = shown_window(board.rows.len(), usize::from(body.height), board.selected);
            for (at, index) in shown.clone().enumerate() {
                let y = body.y + at as u16;
                board_row(pen, body, y, &board.rows[index], board.selected == Some(index));
                placed.targets.push((Rect { y, height: 1, ..body }, Target::Row { row: index as u16, column: 0 }));
            }
            empty(pen, body, board.rows.is_empty(), board.empty.as_deref());
            board.selected.map(|at| (board.first + at + 1, board.total))
        }
        Body::Rollout(page) => {
            rollout(pen, body, page);
            None
        }
        Body::Help(help) => {
            super::pages::help(
                pen,
                Rect { y: body.y.saturating_sub(1), height: body.height + 1, ..body },
                help,
                placed,
            );
            head(pen, area, model);
            None
        }
        Body::Log(log) => {
            super::pages::log(pen, Rect { y: body.y.saturating_sub(1), height: body.height + 2, ..body }, log, placed);
            head(pen, area, model);
            None
        }
        Body::Logs(page) => {
            super::logs::draw(pen, body, page, placed);
            None
        }
        Body::Document(page) => {
            super::document::draw(pen, body, page, placed);
            None
        }
        Body::Timeline(page) => {
            super::timeline::draw(pen, body, page, placed);
            None
        }
        Body::Run(page) => {
            super::run::draw(pen, body, page, placed);
            None
        }
        Body::Experiment(page) => {
            super::experiment::draw(pen, body, page, placed);
            None
        }
        Body::Deploy(page) => {
            super::deploy::draw(pen, body, page, placed);
            None
        }
        Body::Charts(page) => {
            super::charts::draw(pen, body, page, placed);
            None
        }
        Body::Text(page) => {
            let lines: Vec<String> =
                page.lines.iter().flat_map(|line| text::wrap(line, usize::from(body.width))).collect();
            let first = page.scroll.min(lines.len().saturating_sub(usize::from(body.height)));
            blocks::paragraph(pen, body, &lines[first..].join("\n"));
            None
        }
    };
    foot(pen, area, model, position);
}

/// `rolltop 4! 14:32:07Z`: where we are, how many need a person, the time.
fn head(pen: &mut Pen<'_>, area: Rect, model: &Model) {
    pen.clear(Rect { height: 1, ..area });
    let clock_at = pen.put_right(area.right(), area.y, area.width, &chrome::clock(model.header.clock), Role::Fg);
    let room = clock_at.saturating_sub(area.x + 1);
    let needs = match &model.body {
        Body::Matrix(matrix) => matrix.needs_you.len() + matrix.more_need_you,
        Body::Board(board) => board.rows.iter().filter(|row| row.attention).count(),
        _ => 0,
    };
    let count = if needs > 0 { format!(" {needs}!") } else { String::new() };
    let last = model.header.path.len().saturating_sub(1);
    let name = model.header.path.get(last).map_or("rolltop", String::as_str);
    let role = if model.header.strong == Some(last) { Role::Prod } else { Role::Title };
    let mut x = area.x;
    // Inside a protected channel its first letter stands in front, in reverse like its name elsewhere.
    if let Some(channel) = model.header.strong.filter(|strong| *strong < last).and_then(|at| model.header.path.get(at))
    {
        let letter: String = channel.chars().take(1).flat_map(char::to_uppercase).collect();
        x = pen.put(x, area.y, 2, &letter, Role::Prod) + 1;
    }
    let name_room = clock_at.saturating_sub(x + 1).saturating_sub(pen.width(&count));
    let name = text::cut_middle(&pen.shown(name), usize::from(name_room), pen.theme.ellipsis());
    let x = pen.put(x, area.y, name_room, &name, role);
    let x = pen.put(x, area.y, room, &count, Role::Bad);
    if let Some(ribbon) = model.header.ribbons.first().filter(|ribbon| x + 1 + pen.width(ribbon) < clock_at) {
        pen.put(x + 1, area.y, room, ribbon, Role::Sel);
    }
}

/// The most pressing line: a verdict, a message, the filter, else the keys and the position.
fn foot(pen: &mut Pen<'_>, area: Rect, model: &Model, position: Option<(usize, usize)>) {
    let y = area.bottom() - 1;
    if let Some((input, cursor)) = &model.filter_input {
        chrome::field(pen, area.x, y, area.width, "/", input, *cursor);
        return;
    }
    let passing = model.verdict.as_ref().map(|verdict| (verdict.mark, &verdict.words));
    if let Some((mark, words)) = passing.or(model.toast.as_ref().map(|toast| (toast.mark, &toast.words))) {
        let lines = text::wrap(words, usize::from(area.width.saturating_sub(2)));
        let rows = (lines.len() as u16).min(area.height.saturating_sub(3)).max(1);
        let first = area.bottom() - rows;
        pen.clear(Rect { y: first, height: rows, ..area });
        pen.mark(area.x, first, mark);
        for (index, line) in lines.iter().take(usize::from(rows)).enumerate() {
            pen.put(area.x + 2, first + index as u16, area.width.saturating_sub(2), line, Role::Fg);
        }
        return;
    }
    let position = position.map(|(at, total)| format!("{at}/{total}")).unwrap_or_default();
    // A filter that holds back rows is never out of sight.
    let filter = model.header.filter.as_deref().filter(|filter| !filter.is_empty());
    let filter = filter.map(|filter| text::cut_end(&format!("/{filter}"), 8, pen.theme.ellipsis()) + " ");
    let position = format!("{}{position}", filter.unwrap_or_default());
    let end = pen.put_right(area.right(), y, area.width, &position, Role::Dim);
    let mut x = area.x;
    for hint in &model.keys {
        let width = pen.width(&hint.key);
        if x + width >= end {
            break;
        }
        x = pen.put(x, y, width, &hint.key, if hint.on { Role::Key } else { Role::Dim }) + 1;
    }
}

fn empty(pen: &mut Pen<'_>, body: Rect, is_empty: bool, words: Option<&str>) {
    if let (true, Some(words)) = (is_empty, words) {
        blocks::paragraph(pen, body, words);
    }
}

/// One line per service: the focused channel in the selected row, in the others the one that wants to be looked at.
fn matrix_rows(pen: &mut Pen<'_>, body: Rect, matrix: &Matrix, placed: &mut Placed) -> Option<(usize, usize)> {
    let shown = shown_window(matrix.rows.len(), usize::from(body.height), matrix.selected);
    for (at, index) in shown.enumerate() {
        let row = &matrix.rows[index];
        let selected = matrix.selected == Some(index);
        let Some((column, cell)) = telling(row) else { continue };
        let channel = matrix.columns.get(column).and_then(|column| column.name.chars().next()).unwrap_or(' ');
        let y = body.y + at as u16;
        let name_width = (body.width / 2 - 2).max(8);
        let x = name(pen, body, y, cell.mark.unwrap_or(Mark::Absent), &row.service, name_width, selected, cell.stale);
        let x = pen.put(x + 1, y, 1, &channel.to_string(), if cell.stale { Role::Dim } else { Role::Fg });
        let role = if cell.stale { Role::Dim } else { Role::Fg };
        pen.put(
            x + 1,
            y,
            body.right().saturating_sub(x + 1),
            &telling_words(pen, cell, body.right().saturating_sub(x + 1)),
            role,
        );
        placed.targets.push((Rect { y, height: 1, ..body }, Target::Row { row: index as u16, column: column as u16 }));
    }
    empty(pen, body, matrix.rows.is_empty(), matrix.empty.as_deref());
    matrix.selected.map(|at| (matrix.first + at + 1, matrix.total))
}

/// The cell that a row of one line shows.
fn telling(row: &MatrixRow) -> Option<(usize, &Cell)> {
    let focused = row.focused.and_then(|at| row.cells.get(at).map(|cell| (at, cell)));
    focused.or_else(|| {
        row.cells.iter().enumerate().max_by_key(|(_, cell)| cell.mark.map_or(0, |mark| 1 + glyph::urgency(mark)))
    })
}

/// The longest of some ways to say it that fits; a number is never cut, a word may be.
fn fitting(pen: &Pen<'_>, room: u16, ways: &[String]) -> String {
    let fits = ways.iter().find(|way| !way.is_empty() && pen.width(way) <= room);
    let last = ways.iter().rev().find(|way| !way.is_empty());
    match (fits, last) {
        (Some(way), _) => way.clone(),
        (None, Some(way)) => text::cut_end(&pen.shown(way), usize::from(room), pen.theme.ellipsis()),
        (None, None) => String::new(),
    }
}

/// `40% 4/8`, `aborted`, or the version.
fn telling_words(pen: &Pen<'_>, cell: &Cell, room: u16) -> String {
    let stale = if cell.stale { "~" } else { "" };
    let ways = match (cell.set, cell.word.as_str()) {
        (Some(set), _) => vec![format!("{set}% {}{stale}", cell.step), format!("{set}%{stale}")],
        // What is cut for want of room keeps the sign of old data in front.
        (None, "") => vec![format!("{}{stale}", cell.version), format!("{stale}{}", cell.version)],
        (None, word) => vec![format!("{word}{stale}"), format!("{stale}{word}")],
    };
    fitting(pen, room, &ways)
}

/// The mark and the name, with `›` between them in the selected row; returns the cell after the name's place.
#[expect(clippy::too_many_arguments, reason = "a row is placed by all of them")]
fn name(pen: &mut Pen<'_>, body: Rect, y: u16, mark: Mark, name: &str, width: u16, selected: bool, stale: bool) -> u16 {
    pen.put(body.x, y, 1, mark.sign(), if stale { Role::Dim } else { glyph::role(mark) });
    let width = width.min(body.width.saturating_sub(2));
    let cut = text::cut_middle(&pen.shown(name), usize::from(width), pen.theme.ellipsis());
    let role = if stale { Role::Dim } else { Role::Fg };
    if selected {
        pen.put(body.x + 1, y, 1, "›", Role::Title);
    }
    let end = pen.put(body.x + 2, y, width, &cut, role);
    if selected {
        pen.add(Rect { x: body.x + 2, y, width: end - (body.x + 2), height: 1 }, Modifier::REVERSED);
    }
    body.x + 2 + width
}

fn board_row(pen: &mut Pen<'_>, body: Rect, y: u16, row: &BoardRow, selected: bool) {
    let width = (body.width / 2 - 2).max(8);
    let x = name(pen, body, y, row.mark, &row.service, width, selected, row.stale);
    let stale = if row.stale { "~" } else { "" };
    let ways = match &row.gauge {
        Some(weights) if row.updating => {
            let percent = gauge::percent(weights);
            vec![format!("{stale}{percent} {}", row.step), format!("{stale}{percent}")]
        }
        _ => vec![format!("{stale}{}", row.state)],
    };
    let role = if row.stale { Role::Dim } else { Role::Fg };
    let room = body.right().saturating_sub(x + 1);
    let words = fitting(pen, room, &ways);
    pen.put(x + 1, y, room, &words, role);
}

/// Headline, weights, and as many steps as fit.
fn rollout(pen: &mut Pen<'_>, body: Rect, page: &RolloutPage) {
    let mut y = body.y;
    pen.mark(body.x, y, page.mark);
    let stale = page.stale.as_deref().map(|age| format!("~{age} ")).unwrap_or_default();
    let headline = format!("{stale}{}", page.headline);
    let lines = text::wrap(&headline, usize::from(body.width.saturating_sub(2)));
    let most = if body.height >= 5 { 2 } else { 1 };
    for (index, line) in lines.iter().take(most).enumerate() {
        // The rest of the sentence, so that the cut shows.
        let line = if index + 1 == most { lines[index..].join(" ") } else { line.clone() };
        let room = body.width.saturating_sub(2);
        let line = text::cut_sentence(&pen.shown(&line), usize::from(room), pen.theme.ellipsis());
        pen.put(body.x + 2, y, room, &line, Role::Fg);
        y += 1;
    }
    if let Some(weights) = &page.gauge {
        let words = gauge::percent(weights);
        let at = pen.put_right(body.right(), y, body.width, &words, Role::Fg);
        gauge::draw(pen, body.x, y, at.saturating_sub(body.x + 1), weights);
        y += 1;
    }
    let rest = Rect { y, height: body.bottom().saturating_sub(y), ..body };
    if page.steps.is_empty() {
        let y = if page.message.is_empty() { rest.y } else { blocks::paragraph(pen, rest, &page.message) };
        let left = Rect { y, height: rest.bottom().saturating_sub(y), ..rest };
        if !left.is_empty() {
            facts::conditions(pen, left, page, 0);
        }
    } else {
        ladder::draw(pen, rest, page, false);
    }
}
