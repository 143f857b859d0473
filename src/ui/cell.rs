//! A cell of the overview: one service in one channel. Narrow, it is one line of words in order of use, and gives up
//! the last of them first; wide, its parts stand under each other from row to row, with a small gauge.

use super::gauge;
use super::glyph;
use super::pen::Pen;
use super::theme::Role;
use crate::app::model::{Cell, Gauge, Mark};
use ratatui::layout::Rect;

/// A column of at least this width has room for the gauge and times.
pub const WIDE: u16 = 36;
/// Cells of the version in a wide cell, at least.
const VERSION: u16 = 8;
/// Where the second part of a wide cell begins when its version has no more than that.
const MIDDLE: u16 = VERSION + 3;
/// Where the time of a wide cell without a gauge ends.
const TIME_END: u16 = 27;
const GAUGE: u16 = 10;
/// Cells that a countdown behind the step takes beyond the least width.
const COUNTDOWN: u16 = 4;

/// A word of a cell: what it says, in which role, and how long it stays when room is short (0 longest).
struct Word {
    text: String,
    role: Role,
    rank: u8,
}

/// Draws a cell and returns the end of it, which for a wide one may lie two cells in the gap behind its column.
/// `longest` is the longest version of the column: a wide cell gives it what it can spare. `focused` has no roles of
/// its own, it is drawn in reverse by the caller.
pub fn draw(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, longest: u16, cell: &Cell, focused: bool) -> u16 {
    let Some(mark) = cell.mark else { return x };
    let paint = |role: Role| match role {
        _ if focused => Role::Fg,
        _ if cell.stale => Role::Dim,
        role => role,
    };
    pen.put(x, y, width.min(1), mark.sign(), paint(glyph::role(mark)));
    let words = if width < WIDE || cell.version.is_empty() {
        narrow(pen, width, cell, mark)
    } else {
        return wide(pen, Rect { x, y, width, height: 1 }, longest, cell, mark, &paint);
    };
    let mut at = x + 1;
    for word in words {
        at = pen.put(at + 1, y, (x + width).saturating_sub(at + 1), &word.text, paint(word.role));
    }
    at
}

/// The role of what is said besides the version: coloured only where a person should look.
fn said(mark: Mark) -> Role {
    match mark {
        Mark::Ok | Mark::Busy => Role::Fg,
        other => glyph::role(other),
    }
}

fn narrow(pen: &Pen<'_>, width: u16, cell: &Cell, mark: Mark) -> Vec<Word> {
    let role = said(mark);
    let mut words = Vec::new();
    let mut say = |text: String, role: Role, rank: u8| {
        if !text.is_empty() {
            words.push(Word { text, role, rank });
        }
    };
    let version_role = if mark == Mark::Absent { Role::Dim } else { Role::Fg };
    // A countdown tells who waits for a clock from who waits for a person; how long it is so already is worth less.
    let countdown = cell.time.starts_with("in ");
    say(cell.version.clone(), version_role, 0);
    say(if cell.count > 1 { format!("×{}", cell.count) } else { String::new() }, Role::Dim, 4);
    say(cell.set.map(|set| format!("{set}%")).unwrap_or_default(), role, 1);
    say(cell.step.clone(), role, 3);
    if cell.set.is_none() {
        say(cell.word.clone(), role, if cell.version.is_empty() { 0 } else { 4 });
    }
    say(if cell.drift { "≠".into() } else { String::new() }, Role::Accent, 5);
    if mark == Mark::Wait && !cell.stale {
        say(cell.time.clone(), role, if countdown { 2 } else { 6 });
    }
    if cell.stale {
        say("~".into(), Role::Dim, 0);
    }
    let mut by_rank: Vec<usize> = (0..words.len()).collect();
    by_rank.sort_by_key(|at| words[*at].rank);
    let mut kept = vec![false; words.len()];
    let mut used = 1;
    for at in by_rank {
        let cells = 1 + pen.width(&words[at].text);
        if used + cells <= width || words[at].rank == 0 {
            kept[at] = true;
            used += cells;
        }
    }
    let mut kept = kept.into_iter();
    words.retain(|_| kept.next().unwrap_or(false));
    words
}

/// The version of a wide cell as it is said: with the number of rollouts when there are several.
#[must_use]
pub fn version(cell: &Cell) -> String {
    if cell.count > 1 { format!("{} ×{}", cell.version, cell.count) } else { cell.version.clone() }
}

fn wide(pen: &mut Pen<'_>, area: Rect, longest: u16, cell: &Cell, mark: Mark, paint: &impl Fn(Role) -> Role) -> u16 {
    let Rect { x, y, width, .. } = area;
    let role = said(mark);
    let stale = if cell.stale { "~" } else { "" };
    let version = version(cell);
    let spare = longest.saturating_sub(VERSION).min(width.saturating_sub(WIDE + COUNTDOWN));
    let mut middle = x + MIDDLE + spare;
    let time_end = TIME_END + spare;
    if let Some(set) = cell.set {
        // A row whose version is longer moves its gauge rather than cut the name, where its step and time leave room.
        let time = if cell.time.is_empty() { 0 } else { pen.width(&cell.time) + 1 };
        let steps_end = MIDDLE + spare + GAUGE + 9 + pen.width(&cell.step) + u16::from(cell.stale);
        let used = if steps_end + time <= width + 2 { steps_end + time } else { steps_end };
        let more = pen.width(&version).saturating_sub(VERSION + spare).min((width + 2).saturating_sub(used));
        middle += more;
        pen.put(x + 2, y, VERSION + spare + more, &version, paint(Role::Fg));
        let gauge = Gauge { set, actual: cell.actual, max: 100 };
        if paint(Role::Ok) == Role::Ok {
            gauge::draw(pen, middle, y, GAUGE, &gauge);
        } else {
            let bar: String = gauge::parts(&gauge, GAUGE, pen.theme.ascii).into_iter().map(|part| part.cells).collect();
            pen.put(middle, y, GAUGE, &bar, paint(Role::Fg));
        }
        let percent = gauge::percent(&gauge);
        let percent = percent.trim_end_matches('%');
        // The longest one takes one of the two blanks behind it.
        let percent_end = middle + GAUGE + 7 + u16::from(percent.len() > 6);
        pen.put_right(percent_end, y, 7, percent, paint(Role::Fg));
        let end = x + width + 2;
        let mut at = pen.put(middle + GAUGE + 9, y, end.saturating_sub(middle + GAUGE + 9), &cell.step, paint(role));
        let time = format!("{}{stale}", cell.time);
        let time_room = if time.is_empty() { 0 } else { pen.width(&time) + 1 };
        if !cell.word.is_empty() && at + 1 + pen.width(&cell.word) + time_room <= end {
            at = pen.put(at + 1, y, end.saturating_sub(at + 1), &cell.word, paint(role));
        }
        if time_room > 0 && at + time_room <= end {
            at = pen.put(at + 1, y, end.saturating_sub(at + 1), &time, paint(role));
        } else if cell.stale {
            pen.put(end.saturating_sub(1), y, 1, "~", paint(Role::Dim));
            return end;
        }
        return at;
    }
    let time_width = pen.width(&cell.time);
    let time_at = pen.put_right(x + time_end, y, time_end, &cell.time, paint(Role::Fg));
    if cell.stale {
        pen.put(x + time_end, y, 1, "~", Role::Dim);
    }
    // Without a gauge a long version may reach on; the mark of another version stays behind it.
    let reserved = if cell.drift { 3 } else { 1 };
    let version_room = time_at.saturating_sub(x + 2 + reserved);
    let version_end = pen.put(x + 2, y, version_room, &version, paint(Role::Fg));
    middle = middle.max(version_end + 1);
    let room = time_at.saturating_sub(middle + 1);
    let mut at = middle;
    if cell.drift {
        at = pen.put(at, y, room, "≠", paint(Role::Accent)) + 1;
    }
    if pen.width(&cell.word) <= (middle + room).saturating_sub(at) {
        pen.put(at, y, room, &cell.word, paint(role));
        x + time_end
    } else {
        // A word that is too long for the middle goes behind the time, where the row has room.
        let behind = x + time_end + 2;
        let behind = if time_width == 0 { at } else { behind };
        pen.put(behind, y, (x + width).saturating_sub(behind), &cell.word, paint(role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::{Depth, Theme};
    use ratatui::buffer::Buffer;

    fn drawn(cell: &Cell, width: u16) -> String {
        let theme = Theme { depth: Depth::Mono, ascii: false, name: "auto".into(), reduced_motion: false };
        let mut buf = Buffer::empty(Rect::new(0, 0, width + 4, 1));
        draw(&mut Pen { buf: &mut buf, theme: &theme }, 0, 0, width, 0, cell, false);
        let text: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        text.trim_end().to_owned()
    }

    #[test]
    fn a_narrow_cell_gives_up_what_matters_least_first() {
        let waits = Cell {
            mark: Some(Mark::Wait),
            version: "2.42.0".into(),
            drift: true,
            step: "4/8".into(),
            set: Some(40),
            actual: Some(38),
            word: "waits for you".into(),
            time: "12m".into(),
            count: 1,
            ..Cell::default()
        };
        let timed = Cell { time: "in 1m48s".into(), drift: false, ..waits.clone() };
        let by_hand = Cell { set: None, step: String::new(), word: "paused by hand".into(), ..waits.clone() };
        let table = [
            (&waits, 22, "‖ 2.42.0 40% 4/8 ≠ 12m"),
            (&waits, 20, "‖ 2.42.0 40% 4/8 ≠"),
            (&waits, 13, "‖ 2.42.0 40%"),
            (&waits, 8, "‖ 2.42.0"),
            (&timed, 21, "‖ 2.42.0 40% in 1m48s"),
            (&timed, 18, "‖ 2.42.0 40% 4/8"),
            (&by_hand, 18, "‖ 2.42.0 ≠ 12m"),
        ];
        for (cell, width, expected) in table {
            assert_eq!(drawn(cell, width), expected, "{width}");
        }
    }

    #[test]
    fn old_data_says_so_at_every_width() {
        let stale =
            Cell { mark: Some(Mark::Ok), version: "2.42.0".into(), time: "3h".into(), stale: true, ..Cell::default() };
        for width in [10, 18, 36, 51] {
            assert!(drawn(&stale, width).contains('~'), "{width}: {}", drawn(&stale, width));
        }
        let weighted = Cell { set: Some(40), actual: Some(38), step: "4/8".into(), ..stale };
        for width in [14, 18, 36, 51] {
            assert!(drawn(&weighted, width).contains('~'), "{width}: {}", drawn(&weighted, width));
        }
    }
}
