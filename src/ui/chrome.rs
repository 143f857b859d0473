//! What frames every screen: the header in row 1, the `next` line and the key line at the bottom, and the lines that
//! pass (verdict of a write, message, filter), which stand above the `next` line and cover what is there, so that
//! nothing moves when they come and go.

use super::glyph;
use super::pen::Pen;
use super::text;
use super::theme::Role;
use crate::app::model::{Body, Header, KeyHint, Model, Toast, Verdict};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// The rows of a frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rows {
    /// Between header and footer.
    pub body: Rect,
    /// The `next` line.
    pub next: Option<u16>,
    /// The key line.
    pub keys: u16,
}

/// Shares the rows of a frame: tall frames have a blank row around the `next` line, low ones give up the line itself.
#[must_use]
pub fn rows(area: Rect, model: &Model) -> Rows {
    let height = area.height;
    let roomy = height >= 30 || (height >= 20 && matches!(model.body, Body::Rollout(_)));
    let footer = match height {
        0..8 => 1,
        8..12 => 2,
        _ if roomy => 4,
        _ => 3,
    };
    let body = Rect { y: area.y + 1, height: height.saturating_sub(1 + footer), ..area };
    let keys = area.bottom().saturating_sub(1);
    Rows { body, next: (footer > 1).then(|| keys.saturating_sub(if roomy && footer == 4 { 2 } else { 1 })), keys }
}

/// `14:32:07Z`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M:%SZ").to_string()
}

/// Row 1.
pub fn header(pen: &mut Pen<'_>, area: Rect, header: &Header) {
    let y = area.y;
    let end = area.right().saturating_sub(1);
    let clock = clock(header.clock);
    let clock_at = pen.put_right(end, y, end.saturating_sub(area.x), &clock, Role::Fg);
    let room = clock_at.saturating_sub(area.x + 3);
    let left_end = path(pen, area.x + 1, y, room, header);
    let room = clock_at.saturating_sub(left_end + 4);
    let summary = fitting_end(pen, &header.summary, room);
    if !summary.is_empty() {
        pen.put_right(clock_at.saturating_sub(2), y, room, &summary, Role::Fg);
    }
}

/// The path, the kept filter and the ribbons; returns the cell after them. When there is no room for all, the path
/// loses its beginning, but never the name of a protected channel.
fn path(pen: &mut Pen<'_>, x: u16, y: u16, room: u16, header: &Header) -> u16 {
    let filter = header.filter.as_deref().filter(|filter| !filter.is_empty()).map(|filter| format!("/{filter}"));
    let narrow = room < 50;
    let ribbon = |word: &String| {
        let loud = !narrow && word.chars().all(char::is_uppercase);
        if loud { format!("▒ {word} ▒") } else { format!(" {word} ") }
    };
    let ribbons: Vec<String> = header.ribbons.iter().map(ribbon).collect();
    let filter_room = filter.as_deref().map_or(0, |filter| (pen.width(filter) + 2).min(if narrow { 14 } else { 32 }));
    let beside: u16 = ribbons.iter().map(|ribbon| pen.width(ribbon) + 2).sum::<u16>() + filter_room;
    let last = header.path.len().saturating_sub(1);
    let length = |from: usize| header.path.iter().skip(from).map(|part| pen.width(part) + 3).sum::<u16>();
    let least = header.strong.map_or(last, |strong| strong.min(last));
    let from = (0..=least).find(|from| length(*from) + beside <= room + 3).unwrap_or(least);
    let end = x + room;
    let path_end = end.saturating_sub(beside).max(x + room.min(length(from)).min(24));
    let mut at = x;
    for (index, part) in header.path.iter().enumerate().skip(from) {
        if index > from {
            at = pen.put(at, y, path_end.saturating_sub(at), " › ", Role::Fg);
        }
        let role = match header.strong {
            Some(strong) if strong == index => Role::Prod,
            _ if index == last => Role::Title,
            _ => Role::Fg,
        };
        at = pen.put(at, y, path_end.saturating_sub(at), part, role);
    }
    if let Some(filter) = filter {
        at = pen.put(at + 2, y, end.saturating_sub(at + 2).min(filter_room), &filter, Role::Accent);
    }
    for ribbon in ribbons {
        if at + 2 + pen.width(&ribbon) <= end {
            at = pen.put(at + 2, y, end.saturating_sub(at + 2), &ribbon, Role::Sel);
        }
    }
    at
}

/// The last parts of a summary that fit: what needs a person stands at its end.
fn fitting_end(pen: &Pen<'_>, summary: &str, room: u16) -> String {
    let mut rest = summary;
    while pen.width(rest) > room {
        match rest.split_once(" · ") {
            Some((_, later)) => rest = later,
            // A few letters of a name say nothing; the end of it is how it stands.
            None if room < 8 => return String::new(),
            None => return text::cut_start(&pen.shown(rest), usize::from(room), pen.theme.ellipsis()),
        }
    }
    rest.to_owned()
}

/// Everything below the body.
pub fn footer(pen: &mut Pen<'_>, area: Rect, rows: Rows, model: &Model) {
    if let Some(y) = rows.next {
        if let Some((input, cursor)) = &model.filter_input {
            filter(pen, area, y, input, *cursor);
        } else if !model.next.is_empty() {
            next_line(pen, area, y, rows, model);
        }
    }
    key_line(pen, area, rows.keys, &model.keys);
    passing(pen, area, rows, model);
    if rows.next.is_none()
        && let Some((input, cursor)) = &model.filter_input
    {
        pen.clear(Rect { y: rows.keys, height: 1, ..area });
        filter(pen, area, rows.keys, input, *cursor);
    }
}

/// The `next` line. A sentence that is too long goes on in the blank row below it; where there is none, it begins in
/// the row above, if that is free.
fn next_line(pen: &mut Pen<'_>, area: Rect, y: u16, rows: Rows, model: &Model) {
    let x = area.x + 7;
    let room = area.right().saturating_sub(x + 1);
    let sentence = pen.shown(&model.next).into_owned();
    let lines = text::wrap(&sentence, usize::from(room.max(1)));
    let below = rows.keys > y + 1;
    let above = area.height >= 12 && model.verdict.is_none() && model.toast.is_none();
    let first = if lines.len() > 1 && !below && above { y - 1 } else { y };
    let two = lines.len() > 1 && (below || above);
    pen.put(area.x + 1, first, area.width, "next", Role::Dim);
    if two {
        pen.put(x, first, room, &lines[0], Role::Fg);
        pen.put(x, first + 1, room, &lines[1..].join(" "), Role::Fg);
    } else {
        pen.put(x, first, room, &sentence, Role::Fg);
    }
}

fn filter(pen: &mut Pen<'_>, area: Rect, y: u16, input: &str, cursor: usize) {
    let x = pen.put(area.x + 1, y, area.width, "filter", Role::Dim) + 2;
    field(pen, x, y, area.right().saturating_sub(x + 1), "/", input, cursor);
}

/// A text being typed, with its cursor in reverse; the part around the cursor is what shows.
pub fn field(pen: &mut Pen<'_>, x: u16, y: u16, room: u16, prompt: &str, input: &str, cursor: usize) {
    let x = pen.put(x, y, room, prompt, Role::Fg);
    let room = room.saturating_sub(pen.width(prompt));
    let before: String = input.chars().take(cursor).collect();
    let under: String = input.chars().skip(cursor).take(1).collect();
    let after: String = input.chars().skip(cursor + 1).collect();
    let shown = text::tail(&before, usize::from(room.saturating_sub(2))).to_owned();
    let at = pen.put(x, y, room, &shown, Role::Fg);
    let end = x + room;
    let at = pen.put(at, y, end.saturating_sub(at), if under.is_empty() { " " } else { &under }, Role::Sel);
    pen.put(at, y, end.saturating_sub(at), &after, Role::Fg);
}

/// The keys of the focus, as many as fit; what does not work now is dim. Where not all fit, the help and the way out stay:
/// what does not work goes first, then what is named last before them; what stands behind them takes what is left.
fn key_line(pen: &mut Pen<'_>, area: Rect, y: u16, keys: &[KeyHint]) {
    let room = area.width.saturating_sub(2);
    let mut x = area.x + 1;
    for hint in fitting_keys(pen, keys, room) {
        let key = pen.width(&hint.key);
        let (key_role, word_role) = if hint.on { (Role::Key, Role::Fg) } else { (Role::Dim, Role::Dim) };
        x = pen.put(x, y, key, &hint.key, key_role);
        if !hint.word.is_empty() {
            x = pen.put(x + 1, y, pen.width(&hint.word), &hint.word, word_role);
        }
        x += 2;
    }
}

/// The keys that have room, in their order.
fn fitting_keys<'a>(pen: &Pen<'_>, keys: &'a [KeyHint], room: u16) -> Vec<&'a KeyHint> {
    let width = |hint: &KeyHint| {
        let word = if hint.word.is_empty() { 0 } else { pen.width(&hint.word) + 1 };
        u32::from(pen.width(&hint.key) + word + 2)
    };
    // The last of a line needs no blanks behind it.
    let room = u32::from(room) + 2;
    let is_way_out = |hint: &KeyHint| hint.word == "help" || hint.key == "q" || hint.key == "Esc";
    let out = keys.iter().rposition(is_way_out).map_or(0, |at| at + 1);
    let (before, behind) = keys.split_at(out);
    let mut kept: Vec<&KeyHint> = before.iter().collect();
    let used = |kept: &[&KeyHint]| kept.iter().map(|hint| width(hint)).sum::<u32>();
    while used(&kept) > room {
        let last = |wanted: &dyn Fn(&KeyHint) -> bool| kept.iter().rposition(|hint| wanted(hint));
        let goes = last(&|hint| !hint.on && !is_way_out(hint)).or_else(|| last(&|hint| !is_way_out(hint)));
        // On less than that the first of them is what there is.
        match goes.or_else(|| kept.len().checked_sub(1)) {
            Some(at) => kept.remove(at),
            None => break,
        };
    }
    for hint in behind {
        if used(&kept) + width(hint) > room {
            break;
        }
        kept.push(hint);
    }
    kept
}

/// Verdict and message: the rows above the `next` line, as many as they need.
fn passing(pen: &mut Pen<'_>, area: Rect, rows: Rows, model: &Model) {
    let room = usize::from(area.width.saturating_sub(4)).max(1);
    let mut lines: Vec<(Option<&str>, String, Role)> = Vec::new();
    if let Some(verdict) = &model.verdict {
        verdict_lines(pen, verdict, model.header.clock, room, &mut lines);
    }
    if let Some(Toast { mark, words }) = &model.toast {
        for (index, line) in text::wrap(words, room).into_iter().enumerate() {
            lines.push(((index == 0).then(|| mark.sign()), line, glyph::role(*mark)));
        }
    }
    let bottom = if area.height < 12 { rows.next.unwrap_or(rows.keys) } else { rows.next.unwrap_or(rows.keys) - 1 };
    let most = (bottom - area.y).clamp(1, 4);
    lines.truncate(usize::from(most));
    let first = (bottom + 1).saturating_sub(lines.len() as u16);
    for (index, (sign, line, role)) in lines.into_iter().enumerate() {
        let y = first + index as u16;
        pen.clear(Rect { y, height: 1, ..area });
        if let Some(sign) = sign {
            pen.put(area.x + 1, y, 1, sign, role);
        }
        let text_role = if role == Role::Dim || sign.is_none() { Role::Fg } else { role };
        pen.put(area.x + 3, y, area.width.saturating_sub(4), &line, text_role);
    }
}

fn verdict_lines<'a>(
    pen: &Pen<'_>,
    verdict: &'a Verdict,
    now: Timestamp,
    room: usize,
    lines: &mut Vec<(Option<&'a str>, String, Role)>,
) {
    let sign = if verdict.spinning { glyph::spinner(pen.theme, now.as_millisecond()) } else { verdict.mark.sign() };
    let role = glyph::role(verdict.mark);
    let together = format!("{}  {}", verdict.words, verdict.hint);
    let text = if text::width(together.trim_end()) <= room { together.trim_end() } else { &verdict.words };
    for (index, line) in text::wrap(text, room).into_iter().enumerate() {
        lines.push(((index == 0).then_some(sign), line, role));
    }
    if text::width(together.trim_end()) > room && !verdict.hint.is_empty() {
        lines.extend(text::wrap(&verdict.hint, room).into_iter().map(|line| (None, line, Role::Fg)));
    }
}

/// The cursor of a row and the sign of attention, in the first two columns.
pub fn gutter(pen: &mut Pen<'_>, x: u16, y: u16, selected: bool, attention: bool) {
    if selected {
        pen.put(x, y, 1, "›", Role::Title);
    }
    if attention {
        pen.put(x + 1, y, 1, "!", Role::Bad);
    }
}

/// Bold for what changed a moment ago, unless motion is unwanted.
pub fn flash(pen: &mut Pen<'_>, area: Rect, changed: bool) {
    if changed && !pen.theme.reduced_motion {
        pen.add(area, Modifier::BOLD);
    }
}

/// `12–26 of 10,000` under a list that does not show everything.
pub fn position(pen: &mut Pen<'_>, end: u16, y: u16, first: usize, shown: usize, total: usize) {
    if total > shown && shown > 0 {
        let words = format!("{}–{} of {}", thousands(first + 1), thousands(first + shown), thousands(total));
        pen.put_right(end, y, end, &words, Role::Dim);
    }
}

/// A count with commas.
#[must_use]
pub fn thousands(count: usize) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_commas() {
        assert_eq!(["1", "999", "1,000", "10,000", "1,234,567"], [1, 999, 1_000, 10_000, 1_234_567].map(thousands)[..]);
    }
}
