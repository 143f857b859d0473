//! Draws one object: YAML, or described. The cursor stands in the margin, where a hit shows too.

use super::chrome;
use super::lines;
use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::model::{DocumentLine, DocumentPage};
use ratatui::layout::Rect;

/// Below this height only the lines are drawn.
const SMALL: u16 = 8;

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &DocumentPage, placed: &mut Placed) {
    let mut y = area.y;
    if area.height >= SMALL {
        y = head(pen, area, page);
    } else if let Some((mark, words)) = page.trouble.as_ref().filter(|_| page.lines.is_empty()) {
        pen.mark(area.x, y, *mark);
        for line in text::wrap(words, usize::from(area.width.saturating_sub(2).max(1))) {
            if y < area.bottom() {
                pen.put(area.x + 2, y, area.width, &line, Role::Fg);
                y += 1;
            }
        }
    }
    let list = Rect { y, height: area.bottom().saturating_sub(y), ..area };
    placed.page_rows = list.height.max(1);
    if page.lines.is_empty() {
        pen.put(list.x + 1, list.y, list.width.saturating_sub(1), &page.empty, Role::Dim);
        return;
    }
    let height = usize::from(list.height);
    let room = |line: &DocumentLine| {
        usize::from(list.width).saturating_sub(margin(page) + line.indent.min(indent_most(list))).max(1)
    };
    let heights: Vec<usize> = page
        .lines
        .iter()
        .map(|line| if page.wrap { lines::pieces(&line.text, room(line), height).len() } else { 1 })
        .collect();
    let first = lines::first_in_sight(&heights, page.cursor, height);
    let mut y = list.y;
    let mut shown = 0;
    for (index, line) in page.lines.iter().enumerate().skip(first) {
        if y >= list.bottom() {
            break;
        }
        y = draw_line(pen, list, y, line, index == page.cursor, page);
        shown += 1;
    }
    if area.height >= SMALL {
        chrome::position(pen, area.right().saturating_sub(1), area.y + 1, page.first + first, shown, page.total);
    }
}

/// Cells in front of a line: the cursor, and the sign in a description.
fn margin(page: &DocumentPage) -> usize {
    if page.marks { 4 } else { 2 }
}

/// Deep lines in a narrow window are not pushed out of it.
fn indent_most(list: Rect) -> usize {
    usize::from(list.width) / 2
}

fn head(pen: &mut Pen<'_>, area: Rect, page: &DocumentPage) -> u16 {
    let end = area.right().saturating_sub(1);
    let width = area.width.saturating_sub(2);
    let found =
        if page.pattern.is_empty() { String::new() } else { format!("/{}  {}", page.pattern.text(), page.found) };
    let right = pen.put_right(end, area.y, width / 2, &found, Role::Accent);
    let room = right.saturating_sub(area.x + 3);
    let title = text::cut_middle(&pen.shown(&page.title), usize::from(room), pen.theme.ellipsis());
    pen.put(area.x + 1, area.y, room, &title, Role::Title);
    // The position stands at the end of the second row.
    pen.put(area.x + 1, area.y + 1, width.saturating_sub(20), &page.note, Role::Dim);
    let mut y = area.y + 2;
    if let Some((mark, words)) = &page.trouble {
        pen.mark(area.x + 1, y, *mark);
        for line in text::wrap(words, usize::from(area.width.saturating_sub(4).max(1))).iter().take(2) {
            pen.put(area.x + 3, y, width, line, Role::Fg);
            y += 1;
        }
    }
    pen.rule(area.x + 1, y, width);
    y + 1
}

fn draw_line(pen: &mut Pen<'_>, list: Rect, y: u16, line: &DocumentLine, cursor: bool, page: &DocumentPage) -> u16 {
    if cursor {
        pen.put(list.x, y, 1, "›", Role::Title);
    } else if line.hit {
        pen.put(list.x, y, 1, "/", Role::Accent);
    }
    let indent = line.indent.min(indent_most(list)) as u16;
    let x = list.x + margin(page) as u16 + indent;
    if let Some(mark) = line.mark {
        pen.mark(x.saturating_sub(2), y, mark);
    }
    let room = list.right().saturating_sub(x).max(1);
    let height = usize::from(list.height);
    let pieces =
        if page.wrap { lines::pieces(&line.text, usize::from(room), height) } else { vec![line.text.as_str()] };
    let mut at = y;
    let mut end = x;
    for (index, piece) in pieces.into_iter().enumerate() {
        if at >= list.bottom() {
            break;
        }
        let key = if index == 0 { line.key.min(piece.len()) } else { 0 };
        let key = if piece.is_char_boundary(key) { key } else { 0 };
        let role = if line.title { Role::Title } else { Role::Accent };
        end = pen.put(x, at, room, &piece[..key], role);
        let rest = list.right().saturating_sub(end);
        let hidden = piece.contains("••••") || piece.contains("‹secret");
        let role = if hidden { Role::Dim } else { Role::Fg };
        if rest > 0 {
            end = lines::put(pen, end, at, rest, &piece[key..], role, &page.pattern);
        }
        if key > 0 {
            // A hit in the name itself.
            lines::put(
                pen,
                x,
                at,
                room.min(pen.width(&piece[..key])),
                &piece[..key],
                if line.title { Role::Title } else { Role::Accent },
                &page.pattern,
            );
        }
        at += 1;
    }
    if line.folded > 0 {
        let noun = if line.folded == 1 { "line" } else { "lines" };
        let words = format!(" … {} {noun}", chrome::thousands(line.folded));
        pen.put(end, at - 1, list.right().saturating_sub(end), &words, Role::Dim);
    }
    at
}
