//! The panes of a rollout, each with its title, and the rows they would like to have.

use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use super::{analysis, events, facts, ladder, tree};
use crate::app::model::{Mark, Pane, RevisionLine, RolloutPage};
use ratatui::layout::Rect;

/// A pane with its title needs room for three rows.
pub const LEAST: u16 = 4;

/// Rows that a pane would like to have, with its title, in a column of this width.
#[must_use]
pub fn wanted(page: &RolloutPage, pane: Pane, width: u16) -> u16 {
    let rows = match pane {
        Pane::Steps => {
            let wide = width >= ladder::DETAILS_FROM;
            let details = page.steps.iter().filter(|_| wide).map(|step| step.details.len()).sum::<usize>();
            page.steps.len() + details + if page.steps_note.is_empty() { 0 } else { 3 }
        }
        Pane::Revisions => page.revisions.len() + usize::from(!page.revisions_note.is_empty()),
        Pane::Analysis => usize::from(analysis::wanted(width, page)),
        Pane::Events => page.events.len(),
        Pane::Conditions => page.conditions.len().max(1),
    };
    1 + rows.min(500) as u16
}

/// Draws one pane with its title into all of `area`.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, pane: Pane, placed: &mut Placed) {
    if area.height < 2 {
        return;
    }
    let focused = page.focus == pane;
    let content = Rect { y: area.y + 1, height: area.height - 1, ..area };
    if focused {
        placed.page_rows = match pane {
            Pane::Steps => ladder::page_rows(page, content.width, content.height),
            _ => content.height,
        };
    }
    let cursor = page.cursor.filter(|_| focused);
    let scroll = page.scroll.filter(|_| focused);
    // The cursor itself shows where the focus is.
    let title_shows = focused && cursor.is_none() && !(pane == Pane::Steps && page.current_step.is_some());
    let mut title = |word: &str| facts::pane_title(pen, area.x, area.y, area.width, word, title_shows);
    match pane {
        Pane::Steps => {
            title(page.steps_title);
            let used = ladder::draw(pen, content, page, focused);
            let note = text::wrap(&page.steps_note, usize::from(content.width.max(1)));
            for (line, y) in note.iter().zip(content.y + used + 1..content.bottom()) {
                pen.put(content.x, y, content.width, line, Role::Dim);
            }
        }
        Pane::Revisions => {
            title("revisions");
            revisions(pen, content, page, cursor);
        }
        Pane::Analysis => {
            title("analysis");
            analysis::draw(pen, content, page, cursor);
        }
        Pane::Events => {
            title("events");
            if page.events.is_empty() {
                pen.put(content.x, content.y, content.width, "none seen", Role::Dim);
            }
            events::draw(pen, content, &page.events, scroll);
        }
        Pane::Conditions => {
            title("conditions");
            facts::conditions(pen, content, page, scroll.unwrap_or(0));
        }
    }
}

/// The tree; below it the reason of the line under the cursor, else of the first line that has one, then why
/// something is missing.
fn revisions(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, cursor: Option<usize>) {
    let room = usize::from(area.width.saturating_sub(2)).max(1);
    let reason = reason(page, cursor);
    let mut lines: Vec<String> = Vec::new();
    if let Some(line) = reason {
        let most = usize::from(area.height / 4).clamp(1, 4);
        let mut wrapped = text::wrap(&line.message, room);
        if wrapped.len() > most {
            let rest = wrapped.split_off(most - 1).join(" ");
            wrapped.push(rest);
        }
        lines.extend(wrapped);
    }
    if !page.revisions_note.is_empty() {
        lines.push(page.revisions_note.clone());
    }
    let below = (lines.len() as u16).min(area.height.saturating_sub(2));
    let used = tree::draw(pen, Rect { height: area.height - below, ..area }, &page.revisions, cursor);
    for (text, y) in lines.iter().zip(area.y + used..area.bottom()) {
        pen.put(area.x + 2, y, area.width.saturating_sub(2), text, Role::Dim);
    }
}

fn reason(page: &RolloutPage, cursor: Option<usize>) -> Option<&RevisionLine> {
    let under = cursor.and_then(|at| page.revisions.get(at)).filter(|line| !line.message.is_empty());
    let bad = || {
        page.revisions.iter().find(|line| {
            !line.message.is_empty()
                && line.mark != Mark::Ok
                && !page.message.contains(line.message.trim_end_matches('.'))
                && !says_the_same(&page.headline, &line.message)
        })
    };
    under.or_else(|| if cursor.is_some() { None } else { bad() })
}

/// Whether a headline has what a run's message ends with: the metric and the count that broke it.
fn says_the_same(headline: &str, message: &str) -> bool {
    let parts = message.strip_prefix("Metric \"").and_then(|rest| rest.split_once("\" assessed "));
    parts.is_some_and(|(metric, _)| headline.contains(metric))
}
