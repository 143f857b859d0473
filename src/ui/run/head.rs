//! The head of a closer look: the verdict with its mark, facts, what must be known first; and at its foot what it did
//! to the rollout.

use crate::app::model::Mark;
use crate::ui::glyph;
use crate::ui::pen::Pen;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::layout::Rect;

/// What stands in the head.
#[derive(Clone, Copy, Debug)]
pub struct Head<'a> {
    /// Mark.
    pub mark: Mark,
    /// First row.
    pub headline: &'a str,
    /// Below it, or behind it where both fit.
    pub facts: &'a str,
    /// What must be known before reading on.
    pub notes: &'a [String],
    /// Age of the data when it is stale.
    pub stale: Option<&'a str>,
    /// At the foot: what it did to the rollout.
    pub outcome: &'a str,
}

/// Draws the head and the outcome at the foot; returns the place between them, without the columns at the sides.
pub fn draw(pen: &mut Pen<'_>, area: Rect, head: &Head<'_>) -> Rect {
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let y = top(pen, area, head);
    let bottom = outcome(pen, inner, y, head.outcome);
    let y = y + u16::from(area.height >= 16);
    Rect { y, height: bottom.saturating_sub(y), ..inner }
}

/// Draws the head; returns the row after it.
fn top(pen: &mut Pen<'_>, area: Rect, head: &Head<'_>) -> u16 {
    let role = glyph::role(head.mark);
    let x = area.x + 3;
    let room = area.width.saturating_sub(4);
    let mut y = area.y;
    pen.put(area.x + 1, y, 1, head.mark.sign(), role);
    let lines = text::wrap(head.headline, usize::from(room.max(1)));
    let most = lines.len().min(if area.height >= 30 {
        3
    } else if area.height >= 5 {
        2
    } else {
        1
    });
    let mut end = x;
    for (index, line) in lines.iter().take(most).enumerate() {
        let line = if index + 1 == most { lines[index..].join(" ") } else { line.clone() };
        end = pen.put(x, y, room, &line, if role == Role::Ok { Role::Title } else { role });
        y += 1;
    }
    let facts = match head.stale {
        Some(age) => format!("~ data {age} old · {}", head.facts),
        None => head.facts.to_owned(),
    };
    let right = area.right().saturating_sub(2);
    if most == 1 && end + 3 + pen.width(&facts) <= right {
        pen.put_right(right, area.y, room, &facts, Role::Fg);
    } else if !facts.is_empty() && y < area.bottom() && (area.height >= 8 || head.stale.is_some()) {
        pen.put(x, y, room, &facts, Role::Fg);
        y += 1;
    }
    for note in head.notes {
        for (index, line) in text::wrap(note, usize::from(room.max(1))).iter().take(2).enumerate() {
            if area.height >= 12 && y < area.bottom() {
                if index == 0 {
                    pen.put(area.x + 1, y, 1, "!", Role::Bad);
                }
                pen.put(x, y, room, line, Role::Fg);
                y += 1;
            }
        }
    }
    y
}

/// Draws the outcome at the foot of `area`; returns the row where it begins, with a blank one before it.
fn outcome(pen: &mut Pen<'_>, area: Rect, from: u16, outcome: &str) -> u16 {
    let lines = text::wrap(outcome, usize::from(area.width.max(1)));
    let rows = lines.len().min(2) as u16;
    if outcome.is_empty() || area.bottom().saturating_sub(from) < rows + 6 {
        return area.bottom();
    }
    let first = area.bottom() - rows;
    for (index, y) in (first..area.bottom()).enumerate() {
        let line = if index + 1 == usize::from(rows) { lines[index..].join(" ") } else { lines[index].clone() };
        pen.put(area.x, y, area.width, &line, Role::Fg);
    }
    first - 1
}
