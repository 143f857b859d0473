//! Draws events as a story, oldest first: time, sign, what it is about, what was told.

use super::chrome;
use super::glyph;
use super::lines;
use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::model::{TimelinePage, TimelineRow};
use ratatui::layout::Rect;

/// Below this height only the events are drawn.
const SMALL: u16 = 8;
/// From this width what an event is about has a column of its own.
const WIDE: u16 = 60;
/// Its width, by the width of the window.
const ABOUT: (u16, u16) = (22, 40);

/// Draws the screen.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &TimelinePage, placed: &mut Placed) {
    let mut list = area;
    if area.height >= SMALL {
        head(pen, area, page);
        let below = notes(pen, area, page);
        list = Rect { y: area.y + 2, height: area.height.saturating_sub(2 + below), ..area };
    }
    placed.page_rows = list.height.max(1);
    if page.rows.is_empty() {
        for (row, line) in text::wrap(&page.empty, usize::from(list.width.saturating_sub(2).max(1))).iter().enumerate()
        {
            if row < usize::from(list.height) {
                pen.put(list.x + 1, list.y + row as u16, list.width, line, Role::Dim);
            }
        }
        return;
    }
    let columns = Columns::of(list, page);
    // In a low window a whole message would push all others out.
    let wrap = page.wrap && area.height >= SMALL;
    let height = usize::from(list.height);
    let heights: Vec<usize> = page.rows.iter().map(|row| columns.told(row, wrap, height).len()).collect();
    let first = lines::first_in_sight(&heights, page.cursor, height);
    let (mut y, mut shown) = (list.y, 0);
    for (index, row) in page.rows.iter().enumerate().skip(first) {
        if y >= list.bottom() {
            break;
        }
        y = draw_row(pen, list, y, row, index == page.cursor, (page, wrap), &columns);
        shown += 1;
    }
    if area.height >= SMALL {
        chrome::position(pen, area.right().saturating_sub(1), area.y, page.first + first, shown, page.total);
    }
}

fn head(pen: &mut Pen<'_>, area: Rect, page: &TimelinePage) {
    let room = area.width.saturating_sub(2);
    let mut words = vec![page.title.clone(), page.mode.clone()];
    if !page.pattern.is_empty() {
        words.insert(0, format!("/{}", page.pattern.text()));
    }
    words.push(page.found.clone());
    words.retain(|word| !word.is_empty());
    pen.put(area.x + 1, area.y, room.saturating_sub(16), &words.join(" · "), Role::Fg);
    pen.rule(area.x + 1, area.y + 1, room);
}

/// Draws from the bottom up; returns the rows that it took.
fn notes(pen: &mut Pen<'_>, area: Rect, page: &TimelinePage) -> u16 {
    let mut y = area.bottom();
    for (mark, words) in page.notes.iter().rev() {
        let lines = text::wrap(words, usize::from(area.width.saturating_sub(5).max(1)));
        let rows = lines.len().min(2) as u16;
        if y < area.y + 4 + rows {
            break;
        }
        y -= rows;
        pen.mark(area.x + 1, y, *mark);
        for (index, line) in lines.iter().take(2).enumerate() {
            pen.put(area.x + 3, y + index as u16, area.width.saturating_sub(4), line, Role::Dim);
        }
    }
    area.bottom() - y
}

struct Columns {
    time: u16,
    mark: u16,
    about: Option<(u16, u16)>,
    told: u16,
    room: u16,
}

impl Columns {
    fn of(list: Rect, page: &TimelinePage) -> Self {
        let longest = page.rows.iter().map(|row| match row {
            TimelineRow::Heading { time, .. } => (time.chars().count(), 0),
            TimelineRow::Event { time, about, .. } => (time.chars().count(), about.chars().count()),
        });
        let (time, about) = longest.fold((0, 0), |most, row| (most.0.max(row.0), most.1.max(row.1)));
        let mark = list.x + 1 + time as u16 + 1;
        let most = if list.width >= 120 { ABOUT.1 } else { ABOUT.0 };
        let about = (list.width >= WIDE).then(|| (mark + 2, (about as u16).min(most)));
        let told = about.map_or(mark + 2, |(at, width)| at + width + 2);
        Self { time: list.x + 1, mark, about, told, room: list.right().saturating_sub(told).max(1) }
    }

    /// What is told in a row, in lines.
    fn told(&self, row: &TimelineRow, wrap: bool, most: usize) -> Vec<String> {
        let TimelineRow::Event { about, reason, message, times, .. } = row else { return vec![String::new()] };
        let mut words = if self.about.is_some() { String::new() } else { format!("{about}: ") };
        words.push_str(if message.is_empty() { reason } else { message });
        if !message.is_empty() && !reason.is_empty() {
            words = format!("{words} ({reason})");
        }
        if !times.is_empty() {
            words = format!("{words} {times}");
        }
        if !wrap {
            return vec![words];
        }
        let mut lines = text::wrap(&words, usize::from(self.room));
        lines.truncate(most.max(1));
        lines
    }
}

fn draw_row(
    pen: &mut Pen<'_>,
    list: Rect,
    y: u16,
    row: &TimelineRow,
    cursor: bool,
    (page, wrap): (&TimelinePage, bool),
    columns: &Columns,
) -> u16 {
    if cursor {
        pen.put(list.x, y, 1, "›", Role::Title);
    }
    let (time, mark, about) = match row {
        TimelineRow::Heading { time, words } => {
            pen.put(columns.time, y, columns.mark.saturating_sub(columns.time), time, Role::Dim);
            pen.title(columns.mark, y, list.right().saturating_sub(columns.mark + 1), words);
            return y + 1;
        }
        TimelineRow::Event { time, mark, about, .. } => (time, *mark, about),
    };
    pen.put(columns.time, y, columns.mark.saturating_sub(columns.time), time, Role::Dim);
    pen.put(columns.mark, y, 1, mark.sign(), glyph::role(mark));
    if let Some((x, width)) = columns.about {
        let cut = text::cut_middle(&pen.shown(about), usize::from(width), pen.theme.ellipsis());
        lines::put(pen, x, y, width, &cut, Role::Fg, &page.pattern);
    }
    let mut at = y;
    for line in columns.told(row, wrap, usize::from(list.height)) {
        if at >= list.bottom() {
            break;
        }
        lines::put(pen, columns.told, at, columns.room, &line, Role::Fg, &page.pattern);
        at += 1;
    }
    at
}
