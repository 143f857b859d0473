//! Draws logs of pods: newest at the bottom, the pod in front of each line, hits marked in the margin; below them what
//! cannot be read, and what was lost or taken out.

use super::chrome;
use super::lines;
use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::model::{LogRow, LogsPage, PickerRow};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Colours of pods. None of them says how a pod is; without colours its name tells it.
const COLORS: [Role; 6] = [Role::Busy, Role::Accent, Role::Ok, Role::Wait, Role::Info, Role::Key];
/// The place for the pod is at most so wide.
const TAG: u16 = 18;
/// Below this width the time is left out, and below this height everything but the lines.
const SMALL: (u16, u16) = (60, 9);
/// Rows for containers that cannot be read.
const TROUBLES: usize = 2;

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &LogsPage, placed: &mut Placed) {
    let mut list = area;
    if area.height >= SMALL.1 {
        head(pen, area, page);
        let below = foot(pen, area, page);
        list = Rect { y: area.y + 2, height: area.height.saturating_sub(2 + below), ..area };
    }
    placed.page_rows = list.height.max(1);
    if page.rows.is_empty() {
        let words = if page.empty.is_empty() { page.title.as_str() } else { &page.empty };
        for (row, line) in text::wrap(words, usize::from(list.width.saturating_sub(2).max(1))).iter().enumerate() {
            if row < usize::from(list.height) {
                pen.put(list.x + 1, list.y + row as u16, list.width, line, Role::Dim);
            }
        }
    } else {
        rows(pen, list, page);
    }
    if let Some(picker) = &page.picker {
        choose(pen, area, picker);
    }
}

/// What is searched and where it was found, or whose logs they are; and since when.
fn head(pen: &mut Pen<'_>, area: Rect, page: &LogsPage) {
    let end = area.right().saturating_sub(1);
    let room = area.width.saturating_sub(2);
    let right = pen.put_right(end, area.y, room, &page.since, Role::Dim);
    let room = right.saturating_sub(area.x + 3);
    if page.pattern.is_empty() {
        let words = [page.title.as_str(), page.mode.as_str()].into_iter().filter(|word| !word.is_empty());
        pen.put(area.x + 1, area.y, room, &words.collect::<Vec<_>>().join(" · "), Role::Fg);
    } else {
        let found = pen.width(&page.found);
        let at = pen.put(
            area.x + 1,
            area.y,
            room.saturating_sub(found + 2),
            &format!("/{}", page.pattern.text()),
            Role::Accent,
        );
        pen.put(at + 2, area.y, right.saturating_sub(at + 3), &page.found, Role::Fg);
    }
    pen.rule(area.x + 1, area.y + 1, area.width.saturating_sub(2));
}

/// Draws from the bottom up; returns the rows that it took.
fn foot(pen: &mut Pen<'_>, area: Rect, page: &LogsPage) -> u16 {
    let width = area.width.saturating_sub(2);
    let mut y = area.bottom() - 1;
    pen.put(area.x + 1, y, width, &page.status, Role::Dim);
    let more = page.troubles.len().saturating_sub(TROUBLES);
    let shown = page.troubles.len().min(TROUBLES);
    for (index, (mark, words)) in page.troubles.iter().take(shown).enumerate().rev() {
        y -= 1;
        pen.mark(area.x + 1, y, *mark);
        let more =
            if more > 0 && index + 1 == shown { format!(" · {more} more: , shows them") } else { String::new() };
        let end = area.right().saturating_sub(1);
        let right = pen.put_right(end, y, width, &more, Role::Dim);
        pen.put(area.x + 3, y, right.saturating_sub(area.x + 3), words, Role::Fg);
    }
    area.bottom() - y
}

/// Columns of a line.
struct Columns {
    time: Option<u16>,
    tag: u16,
    tag_width: u16,
    text: u16,
    room: u16,
}

impl Columns {
    fn of(pen: &Pen<'_>, list: Rect, page: &LogsPage) -> Self {
        let longest = page.rows.iter().map(|row| match row {
            LogRow::Line { tag, .. } => pen.width(tag),
            LogRow::Rule { .. } => 0,
        });
        let most = if list.width < SMALL.0 { (list.width / 4).max(5) } else { TAG };
        let tag_width = longest.max().unwrap_or(0).min(most);
        let time = (list.width >= SMALL.0).then_some(list.x + 1);
        let tag = list.x + if time.is_some() { 10 } else { 1 };
        let text = tag + tag_width + if time.is_some() { 3 } else { 1 };
        Self { time, tag, tag_width, text, room: list.right().saturating_sub(text).max(1) }
    }
}

/// As many rows as fit above the one at the bottom; where they do not fill the place, those below it too.
fn rows(pen: &mut Pen<'_>, list: Rect, page: &LogsPage) {
    let columns = Columns::of(pen, list, page);
    let height = usize::from(list.height);
    let pieces = |row: &LogRow| match row {
        LogRow::Line { text, .. } if page.wrap => lines::pieces(text, usize::from(columns.room), height).len(),
        _ => 1,
    };
    let bottom = page.bottom.min(page.rows.len() - 1);
    let mut used = 0;
    let mut first = bottom + 1;
    while first > 0 && used < height {
        first -= 1;
        used += pieces(&page.rows[first]);
    }
    // The topmost line loses its beginning when only its end fits.
    let mut skip = used.saturating_sub(height);
    let mut y = list.y;
    for row in &page.rows[first..] {
        if y >= list.bottom() {
            break;
        }
        y = draw_row(pen, list, y, row, &columns, page, skip);
        skip = 0;
    }
}

fn draw_row(
    pen: &mut Pen<'_>,
    list: Rect,
    y: u16,
    row: &LogRow,
    columns: &Columns,
    page: &LogsPage,
    skip: usize,
) -> u16 {
    let (time, tag, color, text, hit, current) = match row {
        LogRow::Rule { time, words } => {
            let time = if columns.time.is_some() { format!("{time}  ") } else { String::new() };
            pen.put(list.x, y, list.width, &format!("─ {time}{words} ─"), Role::Dim);
            return y + 1;
        }
        LogRow::Line { time, tag, color, text, hit, current } => (time, tag, *color, text, *hit, *current),
    };
    let bottom = list.bottom();
    if skip == 0 {
        if current {
            pen.put(list.x, y, 1, "›", Role::Title);
        } else if hit {
            pen.put(list.x, y, 1, "/", Role::Accent);
        }
        if let Some(x) = columns.time {
            pen.put(x, y, 8, time, Role::Dim);
        }
        let cut = text::cut_middle(&pen.shown(tag), usize::from(columns.tag_width), pen.theme.ellipsis());
        pen.put(columns.tag, y, columns.tag_width, &cut, COLORS[color % COLORS.len()]);
    }
    let height = usize::from(list.height);
    let pieces =
        if page.wrap { lines::pieces(text, usize::from(columns.room), height + skip) } else { vec![text.as_str()] };
    let mut at = y;
    for piece in pieces.into_iter().skip(skip) {
        if at >= bottom {
            break;
        }
        if columns.time.is_some() {
            pen.put(columns.text - 2, at, 1, "│", Role::Rule);
        }
        lines::put(pen, columns.text, at, columns.room, piece, Role::Fg, &page.pattern);
        at += 1;
    }
    at.max(y + 1)
}

/// The list of pods and containers, over the lines.
fn choose(pen: &mut Pen<'_>, area: Rect, rows: &[PickerRow]) {
    let width = area.width.min(56);
    let longest = rows.len() + 4;
    let height = (longest as u16).min(area.height);
    let frame = Rect { x: area.right() - width, y: area.y, width, height };
    pen.clear(frame);
    for y in frame.top()..frame.bottom() {
        pen.put(frame.x, y, 1, "│", Role::Rule);
    }
    let x = frame.x + 2;
    let room = frame.width.saturating_sub(3);
    // Titles stand where they fit; in a low window the rows are more important.
    let titles = frame.height >= 8;
    let list_rows = usize::from(frame.height).saturating_sub(if titles { 4 } else { 0 }).max(1);
    let at = rows.iter().position(|row| row.selected).unwrap_or(0);
    let first = (at + 1).saturating_sub(list_rows);
    let mut y = frame.y;
    let mut before: Option<bool> = None;
    for row in rows.iter().skip(first).take(list_rows) {
        if titles && before != Some(row.container) {
            if before.is_some() {
                y += 1;
            }
            pen.title(x, y, room, if row.container { "containers" } else { "pods" });
            y += 1;
        }
        before = Some(row.container);
        let sign = if row.on { "[x]" } else { "[ ]" };
        let note = pen.width(&row.note);
        let name_at = pen.put(x + 1, y, 3, sign, Role::Fg) + 1;
        let name_room = frame.right().saturating_sub(name_at + note + 2);
        let name = text::cut_middle(&pen.shown(&row.name), usize::from(name_room), pen.theme.ellipsis());
        pen.put(name_at, y, name_room, &name, if row.on { Role::Fg } else { Role::Dim });
        pen.put_right(frame.right().saturating_sub(1), y, note, &row.note, Role::Dim);
        if row.selected {
            pen.put(x, y, 1, "›", Role::Title);
            pen.add(Rect { x: x + 1, y, width: frame.right().saturating_sub(x + 1), height: 1 }, Modifier::REVERSED);
        }
        y += 1;
    }
    chrome::position(
        pen,
        frame.right().saturating_sub(1),
        frame.bottom() - 1,
        first,
        list_rows.min(rows.len()),
        rows.len(),
    );
}
