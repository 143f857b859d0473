//! The panes of a rollout that hold facts: conditions, replicas, what is worth knowing, what there is to know.

use super::glyph;
use super::pen::Pen;
use super::text;
use super::theme::Role;
use crate::app::model::RolloutPage;
use ratatui::layout::Rect;

/// The conditions, from row `scroll`; their messages below them where there is room for all. Returns the rows used.
pub fn conditions(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, scroll: usize) -> u16 {
    let conditions = &page.conditions;
    if conditions.is_empty() {
        pen.put(area.x, area.y, area.width, "none reported", Role::Dim);
        return area.height.min(1);
    }
    let room = usize::from(area.width.saturating_sub(2)).max(1);
    let messages: Vec<Vec<String>> = conditions
        .iter()
        .map(|condition| if condition.message.is_empty() { Vec::new() } else { text::wrap(&condition.message, room) })
        .collect();
    let all = conditions.len() + messages.iter().map(Vec::len).sum::<usize>();
    let with_messages = area.width >= 30 && (all <= usize::from(area.height) || scroll > 0);
    let kind = conditions.iter().map(|condition| pen.width(&condition.kind)).max().unwrap_or(0).min(area.width / 3);
    let mut rows: Vec<(usize, Option<&str>)> = Vec::new();
    for (index, lines) in messages.iter().enumerate() {
        rows.push((index, None));
        if with_messages {
            rows.extend(lines.iter().map(|line| (index, Some(line.as_str()))));
        }
    }
    let first = scroll.min(rows.len().saturating_sub(usize::from(area.height)));
    let mut y = area.y;
    for (index, message) in rows.into_iter().skip(first).take(usize::from(area.height)) {
        let condition = &conditions[index];
        if let Some(message) = message {
            pen.put(area.x + 2, y, area.width.saturating_sub(2), message, Role::Dim);
        } else {
            pen.mark(area.x, y, condition.mark);
            pen.put(area.x + 2, y, kind, &condition.kind, Role::Fg);
            let age_at = pen.put_right(area.right(), y, 6, &condition.age, Role::Fg);
            let x = area.x + 2 + kind + 1;
            let words = if area.width >= 46 || condition.reason.is_empty() {
                format!("{:<5} {}", condition.status, condition.reason)
            } else {
                condition.reason.clone()
            };
            pen.put(x, y, age_at.saturating_sub(x + 1), words.trim_end(), Role::Fg);
        }
        y += 1;
    }
    y - area.y
}

/// What is worth knowing, then replicas, then facts by name. Returns the rows used.
pub fn facts(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage) -> u16 {
    let mut y = area.y;
    let bottom = area.bottom();
    for warning in &page.warnings {
        for (index, line) in text::wrap(warning, usize::from(area.width.saturating_sub(2)).max(1)).iter().enumerate() {
            if y < bottom {
                if index == 0 {
                    pen.put(area.x, y, 1, "!", Role::Bad);
                }
                pen.put(area.x + 2, y, area.width.saturating_sub(2), line, Role::Fg);
                y += 1;
            }
        }
    }
    for line in replicas(page, usize::from(area.width)) {
        if y < bottom {
            pen.put(area.x, y, area.width, &line, Role::Fg);
            y += 1;
        }
    }
    let left = usize::from(bottom.saturating_sub(y));
    let listed = listed(pen, area.width, page);
    if listed.len() <= left {
        let label = label_width(pen, area.width, page);
        for (name, words) in listed {
            pen.put(area.x, y, label, name, Role::Dim);
            pen.put(area.x + label + 2, y, area.width.saturating_sub(label + 2), &words, Role::Fg);
            y += 1;
        }
    } else {
        for line in run_in(pen, area.width, page).into_iter().take(left) {
            pen.put(area.x, y, area.width, &line, Role::Fg);
            y += 1;
        }
    }
    y - area.y
}

fn label_width(pen: &Pen<'_>, width: u16, page: &RolloutPage) -> u16 {
    page.about.iter().map(|(label, _)| pen.width(label)).max().unwrap_or(0).min(width * 2 / 5)
}

/// The facts by name, one below the other.
fn listed<'a>(pen: &Pen<'_>, width: u16, page: &'a RolloutPage) -> Vec<(&'a str, String)> {
    let room = width.saturating_sub(label_width(pen, width, page) + 2);
    let mut rows = Vec::new();
    for (name, words) in &page.about {
        for (index, line) in fitted(pen, words, room).into_iter().enumerate() {
            rows.push((if index == 0 { name.as_str() } else { "" }, line));
        }
    }
    rows
}

/// The facts one behind the other, for a pane too low for a list.
pub(super) fn run_in(pen: &Pen<'_>, width: u16, page: &RolloutPage) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for (name, words) in &page.about {
        let room = width.saturating_sub(pen.width(name) + 1);
        for (index, part) in fitted(pen, words, room).into_iter().enumerate() {
            let fact = if index == 0 { format!("{name} {part}") } else { format!("  {part}") };
            match lines.last_mut() {
                Some(line) if index == 0 && pen.width(line) + 3 + pen.width(&fact) <= width => {
                    line.push_str(" · ");
                    line.push_str(&fact);
                }
                _ => lines.push(fact),
            }
        }
    }
    lines
}

/// An image loses the front of its path; every other fact is wrapped, never cut.
fn fitted(pen: &Pen<'_>, words: &str, room: u16) -> Vec<String> {
    // `registry/path/name:tag`, perhaps with its roles in brackets behind it.
    let (image, roles) = words.split_once(' ').map_or((words, ""), |(image, roles)| (image, roles));
    if image.contains('/') && (roles.is_empty() || roles.starts_with('(')) {
        let behind = if roles.is_empty() { String::new() } else { format!(" {roles}") };
        let left = room.saturating_sub(pen.width(&behind));
        return vec![format!("{}{behind}", text::cut_image(image, usize::from(left), pen.theme.ellipsis()))];
    }
    text::wrap(words, usize::from(room.max(1)))
}

/// Rows that the facts would like to have.
#[must_use]
pub fn height(pen: &Pen<'_>, width: u16, page: &RolloutPage) -> u16 {
    let room = usize::from(width.saturating_sub(2)).max(1);
    let about = listed(pen, width, page).len();
    let warnings: usize = page.warnings.iter().map(|warning| text::wrap(warning, room).len()).sum();
    (replicas(page, usize::from(width)).len() + warnings + about) as u16
}

fn replicas(page: &RolloutPage, width: usize) -> Vec<String> {
    let counts: Vec<String> =
        page.replicas.iter().map(|(name, count)| format!("{} {}", count_words(*count), name.to_lowercase())).collect();
    text::wrap(&format!("replicas  {}", counts.join(" · ")), width.max(1))
}

/// A count; one that is not known is no zero.
fn count_words(count: Option<i32>) -> String {
    count.map_or_else(|| "–".into(), |count| count.to_string())
}

/// The title of a pane: `›` in front of it when it has the focus.
pub fn pane_title(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, word: &str, focused: bool) {
    if focused {
        pen.put(x.saturating_sub(1), y, 1, "›", Role::Title);
    }
    pen.title(x, y, width, word);
}

/// The first row of a rollout: its mark and headline, and behind them its facts where both fit; else below.
pub fn headline(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage) -> u16 {
    let role = glyph::role(page.mark);
    let inner = area.width.saturating_sub(5);
    let facts = match &page.stale {
        Some(age) => format!("~ data {age} old · {}", page.facts),
        None => page.facts.clone(),
    };
    let mut y = area.y;
    pen.put(area.x + 1, y, 1, page.mark.sign(), role);
    let lines = text::wrap(&page.headline, usize::from(inner.max(1)));
    let (most, mut end) = (lines.len().min(2), area.x + 3);
    for (index, line) in lines.iter().take(most).enumerate() {
        let line = if index + 1 == most { lines[index..].join(" ") } else { line.clone() };
        let line = text::cut_sentence(&pen.shown(&line), usize::from(inner), pen.theme.ellipsis());
        end = pen.put(area.x + 3, y, inner, &line, if role == Role::Ok { Role::Title } else { role });
        y += 1;
    }
    let facts_width = pen.width(&facts);
    let right = area.right().saturating_sub(2);
    if most == 1 && end + 3 + facts_width <= right {
        pen.put_right(right, area.y, facts_width, &facts, Role::Fg);
    } else if y < area.bottom() {
        pen.put(area.x + 3, y, inner, &facts, Role::Fg);
        y += 1;
    }
    y - area.y
}
