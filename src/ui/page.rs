//! One rollout, whole: headline, weights, then panes for the ladder, the tree of revisions, conditions and facts.
//! Two panes side by side on 80 columns, three from 120; one below the other on less.

use super::facts;
use super::gauge;
use super::ladder;
use super::pen::Pen;
use super::screen::Placed;
use super::selected::weight_words;
use super::text;
use super::theme::Role;
use super::tree;
use crate::app::model::RolloutPage;
use ratatui::layout::Rect;

const STEPS: usize = 0;
const REVISIONS: usize = 1;
const CONDITIONS: usize = 2;
/// A pane with its title needs room for three rows.
const LEAST_PANE: u16 = 4;

/// Rows for the sentences at the top where there is room: two, and a free one; or three. One more on a high terminal.
const HEAD: u16 = 3;

/// Draws the screen of one rollout.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let roomy = area.height >= 16;
    let mut y = area.y + facts::headline(pen, area, page);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if !page.message.is_empty() {
        let lines = text::wrap(&page.message, usize::from(inner.width.saturating_sub(2).max(1)));
        for line in lines.iter().take(if roomy { 3 } else { 1 }) {
            pen.put(inner.x + 2, y, inner.width.saturating_sub(2), line, Role::Fg);
            y += 1;
        }
    }
    if roomy {
        // Sentences come and go while a rollout moves; what stands below must not jump, nor be sent again each time.
        y = y.max(area.y + HEAD + u16::from(area.height >= 28));
    }
    if let Some(weights) = &page.gauge {
        y = weight_rows(pen, inner, y, page, weights, roomy);
    } else if !page.gauge_note.is_empty() {
        pen.put(inner.x, y, inner.width, &page.gauge_note, Role::Fg);
        y += 1 + u16::from(roomy);
    }
    let rest = Rect { y, height: area.bottom().saturating_sub(y), ..inner };
    if page.zoom {
        pane(pen, rest, page, page.focus, placed);
    } else if area.width >= 120 {
        three(pen, rest, page, placed);
    } else if area.width >= 76 {
        two(pen, rest, page, placed);
    } else {
        one(pen, rest, page, placed);
    }
    if page.stale.is_some() {
        // Nothing of it may look fresh.
        pen.dim(Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area });
    }
}

fn weight_rows(
    pen: &mut Pen<'_>,
    inner: Rect,
    y: u16,
    page: &RolloutPage,
    weights: &crate::app::model::Gauge,
    roomy: bool,
) -> u16 {
    let label = pen.put(inner.x, y, inner.width, "weight", Role::Fg) + 3;
    let words = if inner.width < 60 { gauge::percent(weights) } else { weight_words(weights) };
    let words_at = pen.put_right(inner.right(), y, inner.width.saturating_sub(9), &words, Role::Fg);
    let room = words_at.saturating_sub(label + 2);
    if room >= 8 {
        gauge::draw(pen, label, y, room, weights);
    }
    let mut y = y + 1;
    if !page.gauge_note.is_empty() {
        pen.put(label, y, inner.right().saturating_sub(label), &page.gauge_note, Role::Fg);
        return y + 1;
    }
    if inner.height >= 30 && room >= 40 {
        for part in 0..=4u16 {
            let tick = (part * 25).to_string();
            let x = label + room * part / 4;
            pen.put(x.min(label + room - 3), y, 3, &tick, Role::Dim);
        }
        y += 1;
    }
    y + u16::from(roomy)
}

/// Draws one pane with its title into all of `area`.
fn pane(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, which: usize, placed: &mut Placed) {
    if area.height < 2 {
        return;
    }
    let focused = page.focus == which;
    let content = Rect { y: area.y + 1, height: area.height - 1, ..area };
    if focused {
        placed.page_rows = content.height;
    }
    let scroll = if focused { page.scroll } else { 0 };
    match which {
        STEPS => {
            let cursor_shows = page.current_step.is_some();
            facts::pane_title(pen, area.x, area.y, area.width, "steps", focused && !cursor_shows);
            let used = ladder::draw(pen, content, page, focused);
            let note = text::wrap(&page.steps_note, usize::from(content.width.max(1)));
            for (line, y) in note.iter().zip(content.y + used + 1..content.bottom()) {
                pen.put(content.x, y, content.width, line, Role::Dim);
            }
        }
        REVISIONS => {
            facts::pane_title(pen, area.x, area.y, area.width, "revisions", focused);
            let note = u16::from(!page.revisions_note.is_empty());
            let tree = Rect { height: content.height - note.min(content.height), ..content };
            let used = tree::draw(pen, tree, &page.revisions, scroll);
            if note > 0 {
                pen.put(content.x, content.y + used, content.width, &page.revisions_note, Role::Dim);
            }
        }
        _ => {
            facts::pane_title(pen, area.x, area.y, area.width, "conditions", focused);
            facts::conditions(pen, content, page, scroll);
        }
    }
}

/// Rows that a pane would like to have, with its title.
fn wanted(page: &RolloutPage, which: usize) -> u16 {
    let rows = match which {
        STEPS => page.steps.len() + if page.steps_note.is_empty() { 0 } else { 3 },
        REVISIONS => page.revisions.len() + usize::from(!page.revisions_note.is_empty()),
        _ => page.conditions.len().max(1),
    };
    1 + rows.min(500) as u16
}

/// Shares a column: the first part gets what it wants as long as the second keeps `least` rows (with the blank row
/// between them); the second goes when it cannot have them.
fn share(height: u16, first: u16, second: u16, least: u16) -> (u16, u16) {
    let least = least.min(second);
    if second == 0 || height < LEAST_PANE + 1 + least {
        return (height, 0);
    }
    let top = first.min(height - 1 - least);
    (top, height - 1 - top)
}

fn two(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let left_width = (area.width - 3) * 36 / 75;
    let left = Rect { width: left_width, ..area };
    let right = Rect { x: area.x + left_width + 3, width: area.width - left_width - 3, ..area };
    if page.steps.is_empty() {
        pane(pen, left, page, CONDITIONS, placed);
    } else {
        let ladder = 1 + page.steps.len() as u16;
        let conditions = wanted(page, CONDITIONS).max(LEAST_PANE);
        let (top, bottom) = share(area.height, ladder, conditions, LEAST_PANE);
        pane(pen, Rect { height: top, ..left }, page, STEPS, placed);
        if bottom > 0 {
            pane(pen, Rect { y: left.y + top + 1, height: bottom, ..left }, page, CONDITIONS, placed);
        } else if page.focus == CONDITIONS {
            pane_over(pen, left, page, CONDITIONS, placed);
        }
    }
    let facts_height = facts::height(pen, right.width, page);
    let (top, bottom) = share(area.height, wanted(page, REVISIONS).max(LEAST_PANE), facts_height, 5);
    pane(pen, Rect { height: top, ..right }, page, REVISIONS, placed);
    if bottom > 0 {
        facts::facts(pen, Rect { y: right.y + top + 1, height: bottom, ..right }, page);
    }
}

/// The pane with the focus takes the place of another that stands where it has no room.
fn pane_over(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, which: usize, placed: &mut Placed) {
    pen.clear(Rect { x: area.x.saturating_sub(1), width: area.width + 1, ..area });
    pane(pen, area, page, which, placed);
}

fn three(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let width = (area.width - 6) / 3;
    let column = |at: u16| Rect {
        x: area.x + at * (width + 3),
        width: if at == 2 { area.width - 2 * (width + 3) } else { width },
        ..area
    };
    let (left, middle, right) = (column(0), column(1), column(2));
    let facts_height = facts::height(pen, left.width, page);
    if page.steps.is_empty() {
        facts::pane_title(pen, left.x, left.y, left.width, "facts", false);
        facts::facts(pen, Rect { y: left.y + 1, height: left.height.saturating_sub(1), ..left }, page);
    } else {
        let (top, bottom) = share(area.height, wanted(page, STEPS), facts_height + 1, 6);
        pane(pen, Rect { height: top, ..left }, page, STEPS, placed);
        if bottom > 1 {
            let y = left.y + top + 1;
            facts::pane_title(pen, left.x, y, left.width, "facts", false);
            facts::facts(pen, Rect { y: y + 1, height: bottom - 1, ..left }, page);
        }
    }
    pane(pen, middle, page, REVISIONS, placed);
    pane(pen, right, page, CONDITIONS, placed);
}

/// One below the other, the focused one first when there is no room for all.
fn one(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let mut order: Vec<usize> =
        (STEPS..=CONDITIONS).filter(|which| *which != STEPS || !page.steps.is_empty()).collect();
    let fits = usize::from(((area.height + 1) / (LEAST_PANE + 1)).max(1));
    while order.len() > fits {
        let drop = order.iter().rposition(|which| *which != page.focus).unwrap_or(order.len() - 1);
        order.remove(drop);
    }
    let mut top = area.y;
    for (index, which) in order.iter().enumerate() {
        let later = (order.len() - index - 1) as u16;
        let left = area.bottom().saturating_sub(top);
        let height = if later == 0 {
            left
        } else {
            wanted(page, *which).max(LEAST_PANE).min(left.saturating_sub(later * (LEAST_PANE + 1)))
        };
        pane(pen, Rect { y: top, height, ..area }, page, *which, placed);
        top += height + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_pane_goes_when_it_cannot_hold_three_rows() {
        assert_eq!(share(15, 9, 5, 4), (9, 5));
        assert_eq!(share(12, 9, 5, 4), (7, 4));
        assert_eq!(share(8, 9, 5, 4), (8, 0));
        assert_eq!(share(0, 9, 5, 4), (0, 0));
    }
}
