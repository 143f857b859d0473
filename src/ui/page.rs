//! One rollout, whole: headline, weights, then the panes ([`super::panes`]). Two columns on 80 cells, three from 120;
//! one below the other on less. What has no room goes in this order: events, conditions, pods, analysis; the pane with
//! the focus always shows. Panes share a column by what does not change from second to second, so that nothing jumps.

use super::pen::Pen;
use super::screen::Placed;
use super::selected::weight_words;
use super::text;
use super::theme::Role;
use super::{facts, gauge, panes};
use crate::app::model::{Gauge, Mark, Pane, RoleLine, RolloutPage};
use panes::LEAST;
use ratatui::layout::Rect;

/// Rows for the sentences at the top where there is room: two, and a free one; or three. One more on a high terminal.
const HEAD: u16 = 3;
/// From this height on there are rows for more than one line about weights.
const HIGH: u16 = 28;

/// Draws the screen of one rollout.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let roomy = area.height >= 16;
    let mut y = area.y + facts::headline(pen, area, page);
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    if !page.message.is_empty() {
        let lines = text::wrap(&page.message, usize::from(inner.width.saturating_sub(2).max(1)));
        let most = if roomy { 2 } else { 1 };
        for (index, line) in lines.iter().take(most).enumerate() {
            // The rest of the sentence, so that the cut shows.
            let line = if index + 1 == most { lines[index..].join(" ") } else { line.clone() };
            pen.put(inner.x + 2, y, inner.width.saturating_sub(2), &line, Role::Fg);
            y += 1;
        }
    }
    if roomy {
        // Sentences come and go while a rollout moves; what stands below must not jump, nor be sent again each time.
        y = y.max(area.y + HEAD + u16::from(area.height >= HIGH));
    }
    y = weights(pen, inner, y, page, roomy);
    let rest = Rect { y, height: area.bottom().saturating_sub(y), ..inner };
    if page.zoom {
        panes::draw(pen, rest, page, page.focus, placed);
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

/// What the versions get: the gauge of a canary, the two sides of a blue-green, the router's weights; returns the
/// next row.
fn weights(pen: &mut Pen<'_>, inner: Rect, y: u16, page: &RolloutPage, roomy: bool) -> u16 {
    let mut y = y;
    if let Some(weights) = &page.gauge {
        y = weight_row(pen, inner, y, page, weights);
    }
    let sides = page.gauge.is_none() && !page.roles.is_empty();
    if sides || (inner.height >= HIGH && !page.roles.is_empty()) {
        roles(pen, inner, y, page, sides);
        y += 1;
    }
    let mut notes: Vec<&str> = Vec::new();
    // Where only one line has room, the reason why the weights differ comes first.
    for note in [&page.gauge_note, &page.traffic] {
        if !note.is_empty() && (notes.is_empty() || inner.height >= 20) {
            notes.push(note);
        }
    }
    let x = if page.gauge.is_some() { inner.x + 9 } else { inner.x };
    for note in &notes {
        pen.put(x, y, inner.right().saturating_sub(x), note, Role::Fg);
        y += 1;
    }
    if page.gauge.is_some() && notes.is_empty() && (HIGH..30).contains(&inner.height) {
        // The notes come and go; their row stays. A higher terminal has a scale there.
        y += 1;
    }
    let any = page.gauge.is_some() || sides || !notes.is_empty();
    y + u16::from(roomy && any)
}

fn weight_row(pen: &mut Pen<'_>, inner: Rect, y: u16, page: &RolloutPage, weights: &Gauge) -> u16 {
    let label = pen.put(inner.x, y, inner.width, "weight", Role::Fg) + 3;
    let words = if inner.width < 60 { gauge::percent(weights) } else { weight_words(weights) };
    let words_at = pen.put_right(inner.right(), y, inner.width.saturating_sub(9), &words, Role::Fg);
    let room = words_at.saturating_sub(label + 2);
    if room >= 8 {
        gauge::draw(pen, label, y, room, weights);
    }
    let high = inner.height >= 30 && room >= 40 && page.gauge_note.is_empty() && page.traffic.is_empty();
    if high {
        for part in 0..=4u16 {
            let tick = (part * 25).to_string();
            let x = label + room * part / 4;
            pen.put(x.min(label + room - 3), y + 1, 3, &tick, Role::Dim);
        }
    }
    y + 1 + u16::from(high)
}

/// `active 8.0.4  6/6 ready  ─  preview 8.1.0  6/6 ready`.
fn roles(pen: &mut Pen<'_>, inner: Rect, y: u16, page: &RolloutPage, sides: bool) {
    let (label, between) = if sides { ("", "  ─  ") } else { ("pods     ", "    ") };
    let mut x = pen.put(inner.x, y, inner.width, label, Role::Fg);
    for (index, role) in page.roles.iter().enumerate() {
        let words = role_words(role);
        let room = inner.right().saturating_sub(x);
        if index > 0 && pen.width(between) + pen.width(&words) > room {
            pen.put(x, y, room, " …", Role::Dim);
            return;
        }
        if index > 0 {
            x = pen.put(x, y, room, between, Role::Dim);
        }
        let room = inner.right().saturating_sub(x);
        let style = if role.ready < role.desired { Role::Busy } else { Role::Fg };
        x = pen.put(x, y, room, &words, style);
    }
}

/// `canary 2.42.0  4/4 ready`, with the available ones where they are fewer.
#[must_use]
pub fn role_words(role: &RoleLine) -> String {
    let pods = if role.desired == 0 && role.ready == 0 {
        "scaled to 0".to_owned()
    } else {
        format!("{}/{} ready", role.ready, role.desired)
    };
    let available = if role.available < role.ready { format!(", {} available", role.available) } else { String::new() };
    format!("{} {}  {pods}{available}", role.role, role.version)
}

/// Shares a column: the first part gets what it wants as long as the second keeps `least` rows (with the blank row
/// between them); the second goes when it cannot have them.
fn share(height: u16, first: u16, least: u16) -> (u16, u16) {
    if least == 0 || height < LEAST + 1 + least {
        return (height, 0);
    }
    let top = first.min(height - 1 - least);
    (top, height - 1 - top)
}

/// Two rectangles one below the other, a blank row between them.
fn stacked(area: Rect, top: u16) -> (Rect, Rect) {
    let top = top.min(area.height);
    let below = (area.y + top + 1).min(area.bottom());
    (Rect { height: top, ..area }, Rect { y: below, height: area.bottom() - below, ..area })
}

fn two(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let left_width = (area.width - 3) * 36 / 75;
    let left = Rect { width: left_width, ..area };
    let right = Rect { x: area.x + left_width + 3, width: area.width - left_width - 3, ..area };
    let lower = match page.focus {
        Pane::Events | Pane::Conditions => page.focus,
        _ if page.has(Pane::Events) && !has_bad_condition(page) => Pane::Events,
        _ => Pane::Conditions,
    };
    if page.steps.is_empty() {
        let other = if lower == Pane::Events { Pane::Conditions } else { Pane::Events };
        let both = page.has(other) && area.height > 2 * LEAST;
        let (top, bottom) = if both { share(area.height, area.height / 2, LEAST) } else { (area.height, 0) };
        let (upper, below) = stacked(left, top);
        panes::draw(pen, upper, page, lower, placed);
        if bottom > 0 {
            panes::draw(pen, below, page, other, placed);
        }
    } else {
        let (top, bottom) = share(area.height, 1 + page.steps.len().min(500) as u16, LEAST);
        let (upper, below) = stacked(left, top);
        if bottom == 0 && page.focus == lower {
            panes::draw(pen, left, page, lower, placed);
        } else {
            panes::draw(pen, upper, page, Pane::Steps, placed);
            if bottom > 0 {
                panes::draw(pen, below, page, lower, placed);
            }
        }
    }
    right_of_two(pen, right, page, placed);
}

/// Revisions, the analysis below them, and facts where there is room left: what stands at the end keeps its place
/// while pods come and go.
fn right_of_two(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let wants = if page.has(Pane::Analysis) { panes::wanted(page, Pane::Analysis, area.width) } else { 0 };
    let focused = page.focus == Pane::Analysis;
    if wants > 0 && focused && area.height < 2 * LEAST {
        return panes::draw(pen, area, page, Pane::Analysis, placed);
    }
    // A title and two rows show at least one metric.
    let most = if focused { area.height.saturating_sub(LEAST + 1) } else { (area.height * 2 / 5).max(3) };
    let of_analysis = if area.height >= 2 * LEAST { wants.min(most) } else { 0 };
    let rest = area.height - if of_analysis > 0 { of_analysis + 1 } else { 0 };
    let facts_height = facts::height(pen, area.width, page);
    let of_facts = facts_height.min(if wants > 0 { rest / 4 } else { (rest / 3).max(5) });
    // Pods in trouble are worth more rows.
    let troubled = page.revisions.iter().any(|line| line.mark == Mark::Bad);
    let of_facts = if troubled { of_facts.min(2) } else { of_facts };
    let of_facts = if rest > of_facts + 1 + LEAST && of_facts >= 2 { of_facts } else { 0 };
    let tree = rest - if of_facts > 0 { of_facts + 1 } else { 0 };
    let (upper, below) = stacked(area, tree);
    panes::draw(pen, upper, page, Pane::Revisions, placed);
    let (analysis, below) = if of_analysis > 0 { stacked(below, of_analysis) } else { (below, below) };
    if of_analysis > 0 {
        panes::draw(pen, analysis, page, Pane::Analysis, placed);
    }
    if of_facts > 0 {
        facts::facts(pen, below, page);
    }
}

/// A condition that is bad is told before what happened.
fn has_bad_condition(page: &RolloutPage) -> bool {
    page.conditions.iter().any(|condition| condition.mark == Mark::Bad)
}

fn three(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let width = (area.width - 6) / 3;
    let column = |at: u16| Rect {
        x: area.x + at * (width + 3),
        width: if at == 2 { area.width - 2 * (width + 3) } else { width },
        ..area
    };
    let (left, middle, right) = (column(0), column(1), column(2));
    if page.steps.is_empty() {
        titled_facts(pen, left, page);
    } else {
        let facts_height = facts::height(pen, left.width, page) + 1;
        let (top, bottom) = share(area.height, panes::wanted(page, Pane::Steps, left.width), facts_height.min(7));
        let (upper, below) = stacked(left, top);
        panes::draw(pen, upper, page, Pane::Steps, placed);
        if bottom > 1 {
            titled_facts(pen, below, page);
        }
    }
    let band = page.has(Pane::Events) && area.height >= 24;
    let height = if band { area.height - area.height / 4 - 1 } else { area.height };
    let (middle, right) = (Rect { height, ..middle }, Rect { height, ..right });
    panes::draw(pen, middle, page, Pane::Revisions, placed);
    if band {
        let wide =
            Rect { x: middle.x, width: right.right() - middle.x, y: area.y + height + 1, height: area.height / 4 };
        panes::draw(pen, wide, page, Pane::Events, placed);
    }
    if !band && page.focus == Pane::Events {
        panes::draw(pen, right, page, Pane::Events, placed);
    } else if page.has(Pane::Analysis) {
        let wants = panes::wanted(page, Pane::Analysis, right.width);
        let least = panes::wanted(page, Pane::Conditions, right.width).clamp(LEAST, 7);
        let (top, bottom) = share(height, wants.max(height / 2), least);
        let (upper, below) = stacked(right, top);
        let only = bottom == 0 && page.focus == Pane::Conditions;
        panes::draw(pen, upper, page, if only { Pane::Conditions } else { Pane::Analysis }, placed);
        if bottom > 0 {
            panes::draw(pen, below, page, Pane::Conditions, placed);
        }
    } else {
        panes::draw(pen, right, page, Pane::Conditions, placed);
    }
}

fn titled_facts(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage) {
    facts::pane_title(pen, area.x, area.y, area.width, "facts", false);
    facts::facts(pen, Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area }, page);
}

/// One below the other; those that come last in importance go first when there is no room for all.
fn one(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, placed: &mut Placed) {
    let mut order: Vec<Pane> = Pane::ALL.into_iter().filter(|pane| page.has(*pane)).collect();
    let fits = usize::from(((area.height + 1) / (LEAST + 1)).max(1));
    for goes in [Pane::Events, Pane::Conditions, Pane::Revisions, Pane::Analysis, Pane::Steps] {
        if order.len() > fits && goes != page.focus {
            order.retain(|pane| *pane != goes);
        }
    }
    let mut top = area.y;
    for (index, pane) in order.iter().enumerate() {
        let later = (order.len() - index - 1) as u16;
        let left = area.bottom().saturating_sub(top);
        let height = if later == 0 {
            left
        } else {
            panes::wanted(page, *pane, area.width).max(LEAST).min(left.saturating_sub(later * (LEAST + 1)))
        };
        panes::draw(pen, Rect { y: top, height, ..area }, page, *pane, placed);
        top += height + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_pane_goes_when_it_cannot_hold_three_rows() {
        assert_eq!(share(15, 9, 4), (9, 5));
        assert_eq!(share(12, 9, 4), (7, 4));
        assert_eq!(share(8, 9, 4), (8, 0));
        assert_eq!(share(0, 9, 4), (0, 0));
    }
}
