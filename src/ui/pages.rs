//! Screens of text: help, the log of messages, an error in full.

use super::chrome;
use super::glyph;
use super::pen::Pen;
use super::screen::Placed;
use super::text as cut;
use super::theme::Role;
use crate::app::event::Target;
use crate::app::model::{HelpLine, HelpPage, LogPage, TextPage};
use ratatui::layout::Rect;

/// A row of a column of help.
enum Row<'a> {
    Title(&'a str),
    Line { keys: &'a str, words: String, off: bool },
    Blank,
}

/// Help: the groups in columns, the signs where there is room for a third one, and about the program below them.
pub fn help(pen: &mut Pen<'_>, area: Rect, page: &HelpPage, placed: &mut Placed) {
    let count: u16 = match area.width {
        0..70 => 1,
        70..120 => 2,
        _ => 3,
    };
    let inner = Rect {
        x: area.x + 1,
        y: area.y + 1,
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(1),
    };
    let gap = if count == 1 { 0 } else { 3 };
    let width = inner.width.saturating_sub(gap * (count - 1)) / count;
    let signs: Vec<HelpLine> = glyph::LEGEND
        .iter()
        .map(|(sign, words)| HelpLine { keys: (*sign).into(), words: (*words).into(), off: String::new() })
        .collect();
    let mut columns: Vec<Vec<(&str, &[HelpLine])>> = spread(&page.groups, usize::from(count.min(2)));
    if count == 3 {
        columns.push(vec![("signs", &signs)]);
    }
    let columns: Vec<(u16, Vec<Row<'_>>)> = columns.iter().map(|groups| column_rows(pen, groups, width)).collect();
    let longest = columns.iter().map(|(_, rows)| rows.len()).max().unwrap_or(0);
    let about = about(page, inner);
    let height = usize::from(inner.height);
    // About the program: at the foot where all fits, else below the keys, and scrolled with them.
    let about_at = (longest + 1).max(height.saturating_sub(about.len() + 1));
    let length = if about.is_empty() { longest } else { about_at + 1 + about.len() };
    // The last row says that there is more: a page further begins with what it covers.
    placed.page_rows = inner.height.saturating_sub(u16::from(length > height)).max(1);
    let first = page.scroll.min(length.saturating_sub(height));
    let more = length > first + height;
    let last = first + height - usize::from(more).min(height);
    for (at, (key_width, rows)) in columns.iter().enumerate() {
        let column = Rect { x: inner.x + at as u16 * (width + gap), width, ..inner };
        for (index, row) in rows.iter().enumerate().take(last).skip(first) {
            help_row(pen, column, column.y + (index - first) as u16, row, *key_width);
        }
    }
    let mut about_line = |at: usize, draw: &mut dyn FnMut(&mut Pen<'_>, u16)| {
        if (first..last).contains(&at) {
            draw(pen, inner.y + (at - first) as u16);
        }
    };
    if !about.is_empty() {
        about_line(about_at, &mut |pen, y| pen.title(inner.x, y, inner.width, "about"));
    }
    for (index, line) in about.iter().enumerate() {
        about_line(about_at + 1 + index, &mut |pen, y| {
            pen.put(inner.x, y, inner.width, line, Role::Fg);
        });
    }
    if more {
        pen.put_right(area.right().saturating_sub(1), inner.bottom().saturating_sub(1), 8, "↓ more", Role::Dim);
    }
}

/// The lines about the program.
fn about(page: &HelpPage, inner: Rect) -> Vec<String> {
    page.about.iter().flat_map(|line| cut::wrap(line, usize::from(inner.width.max(1)))).collect()
}

/// Groups shared over columns so that the columns are about equally long, in their order.
fn spread(groups: &[(String, Vec<HelpLine>)], count: usize) -> Vec<Vec<(&str, &[HelpLine])>> {
    let total: usize = groups.iter().map(|(_, lines)| lines.len() + 2).sum();
    let fair = total.div_ceil(count.max(1));
    let mut columns: Vec<Vec<(&str, &[HelpLine])>> = vec![Vec::new()];
    let mut used = 0;
    for (title, lines) in groups {
        if used > 0 && columns.len() < count && used + 1 + lines.len() / 2 > fair {
            columns.push(Vec::new());
            used = 0;
        }
        used += lines.len() + 2;
        if let Some(column) = columns.last_mut() {
            column.push((title, lines));
        }
    }
    columns
}

/// The rows of a column, and the width of its keys. What a key does is wrapped, never cut: help is read, not glanced
/// at.
fn column_rows<'a>(pen: &Pen<'_>, groups: &[(&'a str, &'a [HelpLine])], width: u16) -> (u16, Vec<Row<'a>>) {
    let keys = groups.iter().flat_map(|(_, lines)| lines.iter()).map(|line| pen.width(&line.keys)).max();
    let keys = keys.unwrap_or(0).min(width / 3);
    let room = usize::from(width.saturating_sub(keys + 2).max(1));
    let mut rows = Vec::new();
    for (title, lines) in groups {
        if !rows.is_empty() {
            rows.push(Row::Blank);
        }
        rows.push(Row::Title(title));
        for line in *lines {
            let off = !line.off.is_empty();
            for (index, words) in cut::wrap(&line.words, room).into_iter().enumerate() {
                rows.push(Row::Line { keys: if index == 0 { &line.keys } else { "" }, words, off });
            }
            if off {
                let why = line.off.strip_prefix("refused: ").unwrap_or(&line.off);
                let why = cut::wrap(&format!("off: {why}"), room);
                rows.extend(why.into_iter().map(|words| Row::Line { keys: "", words, off }));
            }
        }
    }
    (keys, rows)
}

fn help_row(pen: &mut Pen<'_>, column: Rect, y: u16, row: &Row<'_>, key_width: u16) {
    match row {
        Row::Blank => {}
        Row::Title(title) => pen.title(column.x, y, column.width, title),
        Row::Line { keys, words, off } => {
            let (key_role, role) = if *off { (Role::Dim, Role::Dim) } else { (Role::Key, Role::Fg) };
            pen.put(column.x, y, key_width, keys, key_role);
            let x = column.x + key_width + 2;
            pen.put(x, y, column.right().saturating_sub(x), words, role);
        }
    }
}

/// The log of messages, oldest first.
pub fn log(pen: &mut Pen<'_>, area: Rect, page: &LogPage, placed: &mut Placed) {
    let list =
        Rect { x: area.x, y: area.y + 1, width: area.width.saturating_sub(1), height: area.height.saturating_sub(2) };
    placed.page_rows = list.height;
    if page.lines.is_empty() {
        pen.put(list.x + 1, list.y, list.width, "nothing to report", Role::Dim);
        return;
    }
    let room = usize::from(list.width.saturating_sub(15).max(1));
    let wrapped: Vec<Vec<String>> = page.lines.iter().map(|(_, _, words)| cut::wrap(words, room)).collect();
    if wrapped.iter().map(Vec::len).sum::<usize>() <= usize::from(list.height) {
        log_whole(pen, list, page, &wrapped);
        return;
    }
    let hidden = page.lines.len().saturating_sub(usize::from(list.height));
    for (index, (at, mark, words)) in page.lines.iter().skip(hidden).enumerate() {
        let y = list.y + index as u16;
        let x = pen.put(list.x + 1, y, list.width, &chrome::clock(*at), Role::Dim);
        pen.put(x + 2, y, 1, mark.sign(), glyph::role(*mark));
        pen.put(x + 4, y, list.right().saturating_sub(x + 4), words, Role::Fg);
        placed.targets.push((Rect { y, height: 1, ..list }, Target::Row { row: (hidden + index) as u16, column: 0 }));
    }
    let shown = page.lines.len() - hidden;
    chrome::position(pen, list.right(), list.bottom(), page.first + hidden, shown, page.total);
}

/// All lines of the window, wrapped: when there are few, nothing is cut.
fn log_whole(pen: &mut Pen<'_>, list: Rect, page: &LogPage, wrapped: &[Vec<String>]) {
    let mut y = list.y;
    for ((at, mark, _), lines) in page.lines.iter().zip(wrapped) {
        let x = pen.put(list.x + 1, y, list.width, &chrome::clock(*at), Role::Dim);
        pen.put(x + 2, y, 1, mark.sign(), glyph::role(*mark));
        for line in lines {
            pen.put(x + 4, y, list.right().saturating_sub(x + 4), line, Role::Fg);
            y += 1;
        }
    }
    chrome::position(pen, list.right(), list.bottom(), page.first, page.lines.len(), page.total);
}

/// A text with a title; its lines are wrapped.
pub fn text(pen: &mut Pen<'_>, area: Rect, page: &TextPage, placed: &mut Placed) {
    let inner = Rect {
        x: area.x + 2,
        y: area.y + 1,
        width: area.width.saturating_sub(4),
        height: area.height.saturating_sub(1),
    };
    pen.title(inner.x, inner.y, inner.width, &page.title);
    let room = inner.height.saturating_sub(2);
    placed.page_rows = room;
    let lines: Vec<String> =
        page.lines.iter().flat_map(|line| cut::wrap(line, usize::from(inner.width.max(1)))).collect();
    let first = page.scroll.min(lines.len().saturating_sub(usize::from(room)));
    for (index, line) in lines.iter().skip(first).take(usize::from(room)).enumerate() {
        pen.put(inner.x, inner.y + 2 + index as u16, inner.width, line, Role::Fg);
    }
    let shown = usize::from(room).min(lines.len());
    chrome::position(pen, inner.right(), inner.y + 1, first, shown, lines.len());
}
