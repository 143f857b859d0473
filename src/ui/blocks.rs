//! The blocks below a list: who needs a person, what just happened, connections in trouble.

use super::chrome;
use super::glyph;
use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::model::{HappenedLine, Matrix, NeedLine, TroubleLine};
use ratatui::layout::Rect;

/// A text of several lines; returns the row after it.
pub fn paragraph(pen: &mut Pen<'_>, area: Rect, words: &str) -> u16 {
    let mut y = area.y;
    for line in text::wrap(words, usize::from(area.width.max(1))) {
        if y >= area.bottom() {
            break;
        }
        pen.put(area.x, y, area.width, &line, Role::Fg);
        y += 1;
    }
    y
}

/// Trouble, else who needs a person; beside it what just happened, on wide screens. Returns the rows used: always
/// all of them when something follows, so that what follows does not move.
pub fn below_matrix(pen: &mut Pen<'_>, area: Rect, matrix: &Matrix, placed: &mut Placed) -> u16 {
    let _ = placed;
    let wide = area.width >= 136;
    let half = if wide { (area.width - 4) / 2 } else { area.width };
    let left = Rect { width: half, ..area };
    if matrix.trouble.is_empty() {
        needs_you(pen, left, matrix);
    } else {
        trouble(pen, left, &matrix.trouble);
    }
    if wide {
        let right = Rect { x: area.x + half + 4, width: area.width - half - 4, ..area };
        // Trouble must not hide who waits.
        if matrix.trouble.is_empty() {
            happened(pen, right, &matrix.happened);
        } else {
            needs_you(pen, right, matrix);
        }
    }
    area.height
}

fn needs_you(pen: &mut Pen<'_>, area: Rect, matrix: &Matrix) {
    let (lines, more): (&[NeedLine], usize) = (&matrix.needs_you, matrix.more_need_you);
    pen.title(area.x, area.y, area.width, "needs you");
    let room = usize::from(area.height.saturating_sub(1));
    if lines.is_empty() {
        pen.put(area.x, area.y + 1, area.width, &matrix.nobody, Role::Dim);
        return;
    }
    let (channel, service) =
        name_widths(pen, lines.iter().map(|line| (line.channel.as_str(), line.service.as_str())), area.width);
    let hidden = lines.len().saturating_sub(room) + more;
    for (index, line) in lines.iter().take(room).enumerate() {
        let y = area.y + 1 + index as u16;
        let last = index + 1 == room.min(lines.len()) && hidden > 0;
        pen.mark(area.x, y, line.mark);
        let role = if line.stale { Role::Dim } else { Role::Fg };
        let x = area.x + 2;
        pen.put(x, y, channel, &line.channel, role);
        pen.put(x + channel + 1, y, service, &line.service, role);
        let age = if line.stale { format!("{}~", line.age) } else { line.age.clone() };
        let age_at = pen.put_right(area.right(), y, 8, &age, role);
        let x = x + channel + 1 + service + 2;
        let room = age_at.saturating_sub(x + 1);
        let more = if last { format!(" · {hidden} more") } else { String::new() };
        let words_room = room.saturating_sub(pen.width(&more));
        let end = pen.put(x, y, words_room, &line.words, role);
        pen.put(end, y, room, &more, Role::Dim);
    }
}

/// Widths of the columns for channel and service, the same for all lines of a block.
fn name_widths<'a>(pen: &Pen<'_>, names: impl Iterator<Item = (&'a str, &'a str)>, room: u16) -> (u16, u16) {
    let (mut channel, mut service) = (4, 9);
    for (c, s) in names {
        channel = channel.max(pen.width(c));
        service = service.max(pen.width(s));
    }
    (channel.min(room / 5), service.min(room / 4))
}

fn happened(pen: &mut Pen<'_>, area: Rect, lines: &[HappenedLine]) {
    pen.title(area.x, area.y, area.width, "just happened");
    let (channel, service) =
        name_widths(pen, lines.iter().map(|line| (line.channel.as_str(), line.service.as_str())), area.width);
    for (index, line) in lines.iter().take(usize::from(area.height.saturating_sub(1))).enumerate() {
        let y = area.y + 1 + index as u16;
        let x = pen.put(area.x, y, area.width, &chrome::clock(line.at), Role::Dim) + 2;
        pen.put(x, y, channel, &line.channel, Role::Fg);
        pen.put(x + channel + 1, y, service, &line.service, Role::Fg);
        let x = x + channel + service + 3;
        pen.put(x, y, area.right().saturating_sub(x), &line.words, Role::Fg);
    }
}

/// Connections in trouble: what is wrong and since when, and what is tried next.
pub fn trouble(pen: &mut Pen<'_>, area: Rect, lines: &[TroubleLine]) {
    pen.title(area.x, area.y, area.width, "trouble");
    trouble_lines(pen, Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }, lines);
}

/// The same without a title. Sentences are wrapped where there is room for all of them, else cut at their end; every
/// connection gets its first row before one gets its second.
pub fn trouble_lines(pen: &mut Pen<'_>, area: Rect, lines: &[TroubleLine]) {
    let channel = lines.iter().map(|line| pen.width(&line.channel)).max().unwrap_or(0).clamp(8, 16).min(area.width / 4);
    let x = area.x + 2 + channel + 2;
    // A sentence may use the margin, as the rules above it do not.
    let right = area.right() + 1;
    let rooms = |pen: &Pen<'_>, line: &TroubleLine, at: usize| {
        let retry = if at == 0 && !line.retry.is_empty() { pen.width(&line.retry) + 3 } else { 0 };
        right.saturating_sub(x + retry).max(1)
    };
    let wrapped: Vec<Vec<String>> = lines
        .iter()
        .map(|line| {
            let texts = line.lines.iter().enumerate();
            texts.flat_map(|(at, text)| text::wrap(text, usize::from(rooms(pen, line, at)))).collect()
        })
        .collect();
    // Where there is no room for all, what helps is left out before a sentence is cut.
    let sentences: Vec<Vec<String>> = lines
        .iter()
        .map(|line| line.lines.first().map_or_else(Vec::new, |text| text::wrap(text, usize::from(rooms(pen, line, 0)))))
        .collect();
    let total = |rows: &[Vec<String>]| rows.iter().map(|rows| rows.len().max(1)).sum::<usize>();
    let fits = |rows: &[Vec<String>]| total(rows) <= usize::from(area.height);
    let mut y = area.y;
    for (index, line) in lines.iter().enumerate() {
        if y >= area.bottom() {
            break;
        }
        let spare = area.bottom().saturating_sub(y + (lines.len() - index) as u16);
        let rows = if fits(&wrapped) { &wrapped[index] } else { &sentences[index] };
        pen.mark(area.x, y, line.mark);
        pen.put(area.x + 2, y, channel, &line.channel, glyph::role(line.mark));
        pen.put_right(area.right(), y, area.width / 3, &line.retry, Role::Fg);
        let shown = rows.len().min(1 + usize::from(spare));
        for (at, text) in rows.iter().take(shown).enumerate() {
            let all = rows[at..].join(" ");
            let text = if at + 1 == shown { &all } else { text };
            pen.put(x, y + at as u16, rooms(pen, line, at), text, Role::Fg);
        }
        y += (shown as u16).max(1);
    }
}
