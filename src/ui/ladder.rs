//! The ladder: the steps of a canary, as rows with the current one a third from the top, or in one line with the
//! current one near its beginning. What does not fit is counted at the ends: `… 5 done`, `… 2 more`.

use super::glyph;
use super::pen::Pen;
use super::text;
use super::theme::Role;
use crate::app::model::{Mark, Pane, RolloutPage, StepLine};
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// What stands in a row of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// A step, by index.
    Step(usize),
    /// So many steps before.
    Before(usize),
    /// So many steps after.
    After(usize),
}

/// The rows of a ladder of `count` steps in `rows` rows. `scroll`: the first step, when a person has scrolled.
#[must_use]
pub fn rungs(count: usize, rows: usize, current: Option<usize>, scroll: Option<usize>) -> Vec<Rung> {
    if count <= rows {
        return (0..count).map(Rung::Step).collect();
    }
    if rows == 0 {
        return Vec::new();
    }
    let last_first = count - rows;
    let at = current.unwrap_or(count);
    let first = scroll.unwrap_or_else(|| at.saturating_sub(rows / 3)).min(last_first);
    let mut rungs: Vec<Rung> = (first..first + rows).map(Rung::Step).collect();
    if rows >= 3 {
        if first > 0 {
            rungs[0] = Rung::Before(first + 1);
        }
        if first < last_first {
            rungs[rows - 1] = Rung::After(count - (first + rows) + 1);
        }
    }
    rungs
}

/// From this width on a step has rows for what else it asks for.
pub const DETAILS_FROM: u16 = 48;

fn wrapped(step: &StepLine, width: u16) -> Vec<String> {
    let room = usize::from(width.saturating_sub(8)).max(1);
    step.details.iter().flat_map(|line| text::wrap(line, room)).collect()
}

/// The rows below each step about what else it asks for: below all where there is room for all, else below the current
/// one, or, when a person has scrolled, below the first in sight that has any.
fn details(page: &RolloutPage, width: u16, height: usize) -> Vec<Vec<String>> {
    let steps = &page.steps;
    if width < DETAILS_FROM {
        return vec![Vec::new(); steps.len()];
    }
    let wrapped = |step: &StepLine| wrapped(step, width);
    let rows = |all: &[Vec<String>]| all.iter().map(Vec::len).sum::<usize>();
    // What is far too much is not even wrapped.
    let whole: Vec<Vec<String>> = if steps.len() <= height { steps.iter().map(wrapped).collect() } else { Vec::new() };
    if !whole.is_empty() && steps.len() + rows(&whole) <= height {
        return whole;
    }
    let has = |at: &usize| steps.get(*at).is_some_and(|step| !step.details.is_empty());
    let one = match page.steps_scroll {
        Some(first) => (first..steps.len()).find(has),
        None => page.current_step.filter(has),
    };
    let mut found = vec![Vec::new(); steps.len()];
    if let Some(at) = one {
        found[at] = wrapped(&steps[at]);
        // The ladder itself keeps half of the room.
        found[at].truncate(height.saturating_sub(steps.len()).max(height / 2));
    }
    found
}

/// The whole pane of a page, when the details of all steps have no room at once: then steps with their details flow through it.
fn flowing(page: &RolloutPage, width: u16, height: usize) -> Option<Vec<Vec<String>>> {
    let zoomed = page.zoom && page.focus == Pane::Steps && width >= DETAILS_FROM;
    if !zoomed || page.steps.iter().all(|step| step.details.is_empty()) {
        return None;
    }
    let details: Vec<Vec<String>> = page.steps.iter().map(|step| wrapped(step, width)).collect();
    let rows = page.steps.len() + details.iter().map(Vec::len).sum::<usize>();
    (rows > height).then_some(details)
}

/// How many steps, from the end, have room with their details below a row that counts those before them.
fn at_the_end(details: &[Vec<String>], height: usize) -> usize {
    let mut left = height.saturating_sub(1);
    let fitting = details.iter().rev().take_while(|lines| {
        let fits = lines.len() < left;
        left = left.saturating_sub(1 + lines.len());
        fits
    });
    fitting.count().max(1)
}

/// Steps by which a page of the ladder is scrolled.
#[must_use]
pub fn page_rows(page: &RolloutPage, width: u16, height: u16) -> u16 {
    let height = usize::from(height);
    flowing(page, width, height).map_or(height, |details| at_the_end(&details, height)).min(usize::from(u16::MAX))
        as u16
}

/// Draws steps with all their details, from the one that a person has scrolled to, else from a few before the current one.
fn flow(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, details: &[Vec<String>], focused: bool) -> u16 {
    let (count, height) = (page.steps.len(), usize::from(area.height));
    let first = page.steps_scroll.unwrap_or_else(|| {
        let (mut first, mut above) = (page.current_step.unwrap_or(0).min(count), 0);
        while first > 0 && above + 1 + details[first - 1].len() <= height / 3 {
            first -= 1;
            above += 1 + details[first].len();
        }
        first
    });
    let first = first.min(count - at_the_end(details, height).min(count));
    let digits = page.steps.last().map_or(1, |step| step.number.to_string().len() as u16);
    let mut y = area.y;
    if first > 0 {
        before(pen, area, y, page, first);
        y += 1;
    }
    for (at, lines) in details.iter().enumerate().skip(first) {
        // The last row counts the steps that have no room.
        let bottom = area.bottom() - u16::from(at + 1 < count);
        if y >= bottom {
            after(pen, area, y.min(area.bottom() - 1), page, count - at);
            return area.height;
        }
        step(pen, area, y, &page.steps[at], digits, page.current_step == Some(at), focused);
        y += 1;
        y += below(pen, area, y, digits, lines, bottom);
    }
    y - area.y
}

/// The details of a step, as many as there are rows for; returns the rows used.
fn below(pen: &mut Pen<'_>, area: Rect, y: u16, digits: u16, lines: &[String], bottom: u16) -> u16 {
    let x = area.x + 4 + digits;
    let rows = lines.len().min(usize::from(bottom.saturating_sub(y)));
    for (index, line) in lines.iter().take(rows).enumerate() {
        let cut = index + 1 == rows && rows < lines.len();
        let line = if cut { pen.theme.ellipsis() } else { line.as_str() };
        pen.put(x, y + index as u16, area.right().saturating_sub(x), line, Role::Dim);
    }
    rows as u16
}

fn before(pen: &mut Pen<'_>, area: Rect, y: u16, page: &RolloutPage, count: usize) {
    let all_done = page.steps.iter().take(count).all(|step| step.mark == Mark::Ok);
    let word = if all_done { "done" } else { "before" };
    pen.put(area.x, y, area.width, &format!("… {count} {word}"), Role::Dim);
}

fn after(pen: &mut Pen<'_>, area: Rect, y: u16, page: &RolloutPage, count: usize) {
    let coming = &page.steps[page.steps.len().saturating_sub(count)..];
    pen.put(area.x, y, area.width, &format!("… {count} more{}", kinds(coming)), Role::Dim);
}

/// Draws the ladder as rows; returns the rows used.
pub fn draw(pen: &mut Pen<'_>, area: Rect, page: &RolloutPage, focused: bool) -> u16 {
    if let Some(details) = flowing(page, area.width, usize::from(area.height)) {
        return flow(pen, area, page, &details, focused);
    }
    // Without a current step the ladder is either done, and its end is shown, or it has not begun.
    let begins = page.steps.first().is_some_and(|step| step.mark != Mark::Ok).then_some(0);
    let current = page.current_step.or(begins);
    let height = usize::from(area.height);
    let details = details(page, area.width, height);
    let told = details.iter().map(Vec::len).sum::<usize>();
    let rungs = rungs(page.steps.len(), height.saturating_sub(told), current, page.steps_scroll);
    let digits = page.steps.last().map_or(1, |step| step.number.to_string().len() as u16);
    let mut y = area.y;
    for rung in &rungs {
        match rung {
            Rung::Step(at) => {
                step(pen, area, y, &page.steps[*at], digits, page.current_step == Some(*at), focused);
                y += below(pen, area, y + 1, digits, &details[*at], area.bottom());
            }
            Rung::Before(count) => before(pen, area, y, page, *count),
            Rung::After(count) => after(pen, area, y, page, *count),
        }
        y += 1;
    }
    y - area.y
}

/// What many steps are: `: 93 weight, 93 pause`, the most frequent kinds first. A few need no count.
fn kinds(steps: &[StepLine]) -> String {
    if steps.len() < 5 {
        return String::new();
    }
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for step in steps {
        match counts.iter_mut().find(|(kind, _)| *kind == step.kind) {
            Some((_, count)) => *count += 1,
            None => counts.push((step.kind, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    format!(": {}", words.join(", "))
}

fn step(pen: &mut Pen<'_>, area: Rect, y: u16, step: &StepLine, digits: u16, current: bool, focused: bool) {
    if current && focused {
        pen.put(area.x.saturating_sub(1), y, 1, "›", Role::Title);
    }
    pen.mark(area.x, y, step.mark);
    let role = match (current, step.mark) {
        (true, _) => Role::Title,
        (false, Mark::Absent) => Role::Dim,
        (false, _) => Role::Fg,
    };
    pen.put_right(area.x + 2 + digits, y, digits, &step.number.to_string(), role);
    let time_at = pen.put_right(area.right(), y, area.width / 2, &step.time, role);
    let x = area.x + 4 + digits;
    let room = time_at.saturating_sub(x + 1);
    // How it stands is shown whole; the words of a step are long where a template has a long name.
    let state = pen.width(&step.state).min(room * 2 / 3);
    let end = pen.put(x, y, room.saturating_sub(if state > 0 { state + 1 } else { 0 }), &step.words, role);
    if state > 0 {
        let state_role = if step.mark == Mark::Bad { Role::Bad } else { role };
        pen.put(end + 1, y, state, &step.state, state_role);
    }
}

/// Draws the ladder in one line.
pub fn line(pen: &mut Pen<'_>, x: u16, y: u16, width: u16, page: &RolloutPage) {
    let numbers = width >= 120;
    let gap = if numbers { 3 } else { 2 };
    let texts: Vec<String> = page
        .steps
        .iter()
        .map(|step| if numbers { format!("{} {}", step.number, step.words) } else { step.words.clone() })
        .collect();
    let cells: Vec<u16> = texts.iter().map(|text| pen.width(text) + 2 + gap).collect();
    let all: u16 = cells.iter().fold(0, |sum, cell| sum.saturating_add(*cell));
    let begins = page.steps.first().is_some_and(|step| step.mark != Mark::Ok).then_some(0);
    let last = page.steps.len().saturating_sub(1);
    let current = page.current_step.or(begins).unwrap_or(last).min(last);
    let mut from = 0;
    if all > width + gap {
        // From the left, what is done goes first, until the current step and the one after it are in sight.
        let needed = |from: usize| {
            cells[from..(current + 2).min(cells.len())].iter().fold(20, |sum: u16, cell| sum.saturating_add(*cell))
        };
        while from < current && needed(from) > width {
            from += 1;
        }
    }
    let end = x + width;
    let mut at = x;
    if from > 0 {
        at = pen.put(at, y, width, &format!("… {from} done"), Role::Dim) + gap;
    }
    for index in from..texts.len() {
        let left = texts.len() - index;
        let more = format!("· {left} more");
        let reserve = if left > 1 { pen.width(&format!("· {} more", left - 1)) + gap } else { 0 };
        let rest: u16 = cells[index..].iter().fold(0, |sum, cell| sum.saturating_add(*cell));
        if at + rest > end + gap && at + cells[index] + reserve > end + gap {
            pen.put(at, y, end.saturating_sub(at), &more, Role::Dim);
            return;
        }
        let step = &page.steps[index];
        pen.put(at, y, 1, step.mark.sign(), glyph::role(step.mark));
        let role = if step.mark == Mark::Absent { Role::Dim } else { Role::Fg };
        let word_end = pen.put(at + 2, y, end.saturating_sub(at + 2), &texts[index], role);
        if page.current_step == Some(index) {
            pen.add(Rect { x: at, y, width: word_end - at, height: 1 }, Modifier::BOLD);
        }
        at += cells[index];
    }
}

#[cfg(test)]
mod tests {
    use super::Rung::{After, Before, Step};
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_ladder_is_whole() {
        assert_eq!(rungs(3, 8, Some(1), None), [Step(0), Step(1), Step(2)]);
        assert_eq!(rungs(0, 8, None, None), []);
    }

    #[test]
    fn a_long_ladder_keeps_the_current_step_a_third_from_the_top() {
        assert_eq!(rungs(20, 6, Some(7), None), [Before(6), Step(6), Step(7), Step(8), Step(9), After(10)]);
        assert_eq!(rungs(20, 6, Some(0), None), [Step(0), Step(1), Step(2), Step(3), Step(4), After(15)]);
        assert_eq!(rungs(20, 6, Some(19), None), [Before(15), Step(15), Step(16), Step(17), Step(18), Step(19)]);
        assert_eq!(rungs(20, 4, None, None), [Before(17), Step(17), Step(18), Step(19)]);
        assert_eq!(rungs(20, 4, Some(9), Some(0)), [Step(0), Step(1), Step(2), After(17)]);
    }

    #[test]
    fn the_last_steps_have_room_with_all_their_details() {
        let details: Vec<Vec<String>> = [0, 1, 0, 2].iter().map(|rows| vec![String::new(); *rows]).collect();
        // A row counts the steps before them.
        for (height, steps) in [(4, 1), (5, 2), (6, 2), (7, 3), (8, 4), (1, 1)] {
            assert_eq!(at_the_end(&details, height), steps, "{height} rows");
        }
    }

    proptest! {
        #[test]
        fn the_current_step_shows_and_every_step_is_counted(count in 1usize..60, rows in 1usize..30, at in 0usize..60) {
            let current = at.min(count - 1);
            let rungs = rungs(count, rows, Some(current), None);
            prop_assert!(rungs.contains(&Step(current)));
            prop_assert!(rungs.len() <= rows);
            if rows >= 3 {
                let counted: usize = rungs.iter().map(|rung| match rung { Step(_) => 1, Before(n) | After(n) => *n }).sum();
                prop_assert_eq!(counted, count);
            }
        }
    }
}
