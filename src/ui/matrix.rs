//! The overview: services by channels, and below them who needs a person, what just happened, and the rollout under
//! the cursor, as far as the terminal has room.

use super::blocks;
use super::cell;
use super::chrome;
use super::glyph;
use super::pen::Pen;
use super::screen::Placed;
use super::selected;
use super::text;
use super::theme::Role;
use crate::app::event::Target;
use crate::app::model::{Column, Health, Matrix};
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

/// How the rows of a list screen are shared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Blank rows above the head.
    pub top: u16,
    /// Rows of the list.
    pub list: u16,
    /// Lines of the block below it, without its title; 0: no block.
    pub block: u16,
    /// Rows of the block about the selected rollout, with its title; 0: none.
    pub selected: u16,
}

/// Shares `body` rows. A block appears only when it can hold three rows and leaves the list at least four.
#[must_use]
pub fn plan(body: u16, width: u16) -> Plan {
    let top = u16::from(body >= 12);
    let rest = body.saturating_sub(top + 2);
    let selected = if width >= 120 && body >= 34 { 9 } else { 0 };
    let left = rest.saturating_sub(if selected > 0 { selected + 1 } else { 0 });
    let block = match left {
        0..9 => 0,
        9..24 => 3,
        _ => 6,
    };
    let list = left.saturating_sub(if block > 0 { block + 2 } else { 0 });
    Plan { top, list, block, selected }
}

/// Where a channel's column stands.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    /// Index of the channel.
    channel: usize,
    x: u16,
    width: u16,
    /// The longest version in it.
    longest: u16,
}

/// The places of the columns that fit, those around the focused one when not all do, and the width of the names.
fn places(pen: &Pen<'_>, area: Rect, matrix: &Matrix) -> (u16, Vec<Place>) {
    let longest = matrix.rows.iter().map(|row| pen.width(&row.service)).max().unwrap_or(0);
    let least = if area.width >= 120 { 14 } else { 13 };
    let most = (area.width / 4).clamp(8, 32);
    let name = longest.clamp(least.min(most), most);
    let count = matrix.columns.len() as u16;
    if count == 0 {
        return (name, Vec::new());
    }
    let wide_room = area.width.saturating_sub(2 + name + 3 + 2 + 5 * (count - 1));
    let (first_gap, gap, widths) = if wide_room / count >= cell::WIDE {
        (3, 5, wide_widths(wide_room, count))
    } else {
        let (gap, widths) = narrow_columns(pen, matrix, area.width.saturating_sub(2 + name + 2 + 2));
        (2, gap, widths)
    };
    let mut x = area.x + 2 + name + first_gap;
    let placed = window(matrix, widths.len() as u16)
        .zip(widths)
        .map(|(channel, width)| {
            let cells = matrix.rows.iter().filter_map(|row| row.cells.get(channel));
            let longest = cells.map(|cell| pen.width(&cell::version(cell))).max().unwrap_or(0);
            let place = Place { channel, x, width, longest };
            x += width + gap;
            place
        })
        .collect();
    (name, placed)
}

/// The channels shown: `fit` of them, with the focused one among them.
fn window(matrix: &Matrix, fit: u16) -> std::ops::Range<usize> {
    let fit = usize::from(fit);
    let focused = matrix.selected.and_then(|at| matrix.rows.get(at)).and_then(|row| row.focused).unwrap_or(0);
    let first = (focused + 1).saturating_sub(fit).min(matrix.columns.len().saturating_sub(fit));
    first..(first + fit).min(matrix.columns.len())
}

/// The gap between the columns and their widths, for as many as fit with their names whole.
fn narrow_columns(pen: &Pen<'_>, matrix: &Matrix, room: u16) -> (u16, Vec<u16>) {
    for fit in (2..=matrix.columns.len() as u16).rev() {
        let heads: Vec<Head> = window(matrix, fit).map(|channel| head(pen, &matrix.columns[channel])).collect();
        for gap in [3, 2] {
            let cells = room.saturating_sub(gap * (fit - 1));
            if heads.iter().map(|head| head.least).sum::<u16>() <= cells {
                return (gap, narrow_widths(cells, &heads));
            }
        }
    }
    (3, vec![room])
}

/// What the head of a column needs.
#[derive(Clone, Copy, Debug)]
struct Head {
    /// The name whole and the sign of its health; and no less than a version with its mark.
    least: u16,
    /// With its health in one short word, whatever that word is now: a width that changed with it would move the
    /// whole screen.
    good: u16,
}

fn head(pen: &Pen<'_>, column: &Column) -> Head {
    let name = pen.width(&column.name) + 2;
    Head { least: (name + 2).clamp(12, 30), good: name + 2 + 6 }
}

fn narrow_widths(room: u16, heads: &[Head]) -> Vec<u16> {
    let mut widths: Vec<u16> = heads.iter().map(|head| head.good.max(17)).collect();
    if widths.iter().sum::<u16>() > room {
        widths = heads.iter().map(|head| head.least).collect();
    }
    for _ in widths.iter().sum::<u16>()..room {
        let narrowest = widths.iter().min().copied().unwrap_or(0);
        if let Some(width) = widths.iter_mut().rev().find(|width| **width == narrowest) {
            *width += 1;
        }
    }
    widths
}

/// Later channels get a little more, the last one most: they roll out in more steps, and a person is waited for there.
fn wide_widths(room: u16, count: u16) -> Vec<u16> {
    let share = room / count;
    let others = count - 1;
    if others == 0 {
        return vec![room];
    }
    let last = share + 8.min((share - cell::WIDE) * others);
    let each = (room - last) / others;
    let step = if each >= cell::WIDE + 2 * (others - 1) { 4 } else { 0 };
    let first = each - step * (others - 1) / 2;
    (0..others).map(|at| first + step * at).chain([last]).collect()
}

/// The health of a channel in one mark and word: that of its worst source.
fn worst(health: &[Health]) -> Option<&Health> {
    health.iter().max_by_key(|health| glyph::urgency(health.mark))
}

/// Draws the overview.
pub fn draw(pen: &mut Pen<'_>, area: Rect, matrix: &Matrix, placed: &mut Placed) {
    let plan = plan(area.height, area.width);
    let (name, places) = places(pen, area, matrix);
    let head = area.y + plan.top;
    draw_heads(pen, area, head, name, &places, matrix);
    let fit = list_rows(plan.list, plan.block, matrix.total);
    placed.page_rows = fit;
    let top = head + 2;
    let shown = shown_window(matrix.rows.len(), usize::from(fit), matrix.selected);
    let mut y = top;
    for index in shown.clone() {
        draw_row(pen, area, y, name, &places, matrix, index, placed);
        y += 1;
    }
    if let Some(words) = matrix.empty.as_deref().filter(|_| matrix.rows.is_empty()) {
        y = blocks::paragraph(
            pen,
            Rect { x: area.x + 2, y: top, height: plan.list, width: area.width - 4.min(area.width) },
            words,
        );
    }
    chrome::position(pen, area.right().saturating_sub(2), y, matrix.first + shown.start, shown.len(), matrix.total);
    if plan.block == 0 {
        return;
    }
    let block = Rect { x: area.x + 2, y: y + 1, width: area.width.saturating_sub(4), height: plan.block + 1 };
    let used = blocks::below_matrix(pen, block, matrix, placed);
    if let Some(page) = matrix.selected_page.as_deref().filter(|_| plan.selected > 0) {
        let title = format!("selected: {}", selected_name(matrix, page.service.as_str()));
        let y = block.y + used + 1;
        let rect = Rect { y, height: plan.selected.max(area.bottom().saturating_sub(y)), ..block };
        selected::draw(pen, rect, &title, page);
    }
}

/// `checkout in production`.
fn selected_name(matrix: &Matrix, service: &str) -> String {
    let row = matrix.selected.and_then(|at| matrix.rows.get(at));
    match row.and_then(|row| row.focused).and_then(|at| matrix.columns.get(at)) {
        Some(column) => format!("{service} in {}", column.name),
        None => service.to_owned(),
    }
}

/// Rows of a list: one less where its position could stand nowhere else, as no block follows.
#[must_use]
pub fn list_rows(rows: u16, block: u16, total: usize) -> u16 {
    if block == 0 && total > usize::from(rows) { rows.saturating_sub(1).max(1) } else { rows }
}

/// The part of the model's window that fits, with the selected row in it.
#[must_use]
pub fn shown_window(rows: usize, fit: usize, selected: Option<usize>) -> std::ops::Range<usize> {
    let first = selected.map_or(0, |at| (at + 1).saturating_sub(fit)).min(rows.saturating_sub(fit));
    first..(first + fit).min(rows)
}

fn draw_heads(pen: &mut Pen<'_>, area: Rect, y: u16, name: u16, places: &[Place], matrix: &Matrix) {
    pen.put(area.x + 2, y, name, "service", Role::Fg);
    pen.rule(area.x + 2, y + 1, name);
    for place in places {
        let column = &matrix.columns[place.channel];
        let end = place.x + place.width;
        let title = format!("{} {}", column.number, column.name);
        let title_end = pen.put(place.x, y, place.width, &title, Role::Title);
        if place.width >= cell::WIDE {
            let words: Vec<String> = column
                .health
                .iter()
                .map(|health| format!("{} {} {}", health.cluster, health.mark.sign(), health.words))
                .collect();
            let text = words.join(" · ");
            if pen.width(&text) + 2 <= end - title_end {
                pen.put_right(end, y, place.width, &text, health_role(column));
                pen.rule(place.x, y + 1, place.width);
                continue;
            }
        }
        if let Some(health) = worst(&column.health) {
            let sign = health.mark.sign();
            let text = format!("{sign} {}", health.short);
            // A long word may reach into the gap before the next column; where it cannot, the sign alone stays.
            if title_end + 2 + pen.width(&text) <= end + 2 {
                pen.put(title_end + 2, y, pen.width(&text), &text, health_role(column));
            } else {
                let at = (title_end + 1).min(end.saturating_sub(1));
                pen.put(at.saturating_sub(1), y, 2, &format!(" {sign}"), health_role(column));
            }
        }
        pen.rule(place.x, y + 1, place.width);
    }
    let (first, last) =
        (places.first().map_or(0, |place| place.channel), places.last().map_or(0, |place| place.channel + 1));
    if first > 0 {
        pen.put(area.x + 2, y + 1, name, &format!("‹ {first} more "), Role::Dim);
    }
    let hidden = matrix.columns.len().saturating_sub(last);
    if hidden > 0 {
        pen.put_right(area.right(), y + 1, 10, &format!(" {hidden} more ›"), Role::Dim);
    }
}

fn health_role(column: &Column) -> Role {
    match worst(&column.health).map(|health| glyph::role(health.mark)) {
        Some(Role::Ok | Role::Busy) | None => Role::Fg,
        Some(role) => role,
    }
}

#[expect(clippy::too_many_arguments, reason = "a row of the list is placed by all of them")]
fn draw_row(
    pen: &mut Pen<'_>,
    area: Rect,
    y: u16,
    name: u16,
    places: &[Place],
    matrix: &Matrix,
    index: usize,
    placed: &mut Placed,
) {
    let row = &matrix.rows[index];
    let selected = matrix.selected == Some(index);
    chrome::gutter(pen, area.x, y, selected, row.attention);
    let service = text::cut_middle(&pen.shown(&row.service), usize::from(name), pen.theme.ellipsis());
    pen.put(area.x + 2, y, name, &service, if selected { Role::Title } else { Role::Fg });
    for place in places {
        let Some(cell) = row.cells.get(place.channel) else { continue };
        let focused = selected && row.focused == Some(place.channel);
        let cell_end = cell::draw(pen, place.x, y, place.width, place.longest, cell, focused);
        let rect = Rect { x: place.x, y, width: place.width, height: 1 };
        chrome::flash(pen, rect, cell.changed);
        if cell.marked {
            pen.put(place.x.saturating_sub(1), y, 1, "◆", Role::Accent);
        }
        if focused {
            let edge = if cell.marked { "◆" } else { "[" };
            pen.put(place.x.saturating_sub(1), y, 1, edge, Role::Fg);
            let end = (place.x + place.width).max(cell_end).min(area.right().saturating_sub(1));
            pen.put(end, y, 1, "]", Role::Fg);
            let all = Rect { x: place.x.saturating_sub(1), width: end + 1 - place.x.saturating_sub(1), ..rect };
            let reverse: Style = pen.theme.style(Role::Sel);
            pen.add(all, reverse.add_modifier | Modifier::REVERSED);
        }
        let target = Target::Row { row: index as u16, column: place.channel as u16 };
        placed.targets.push((rect, target));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overview_of_24_rows_holds_twelve_services_and_three_lines() {
        assert_eq!(plan(20, 80), Plan { top: 1, list: 12, block: 3, selected: 0 });
    }

    #[test]
    fn a_low_terminal_keeps_the_list_and_drops_the_block() {
        assert_eq!(plan(8, 80), Plan { top: 0, list: 6, block: 0, selected: 0 });
        for body in 0..100 {
            for width in [20, 80, 160] {
                let plan = plan(body, width);
                assert!(plan.block == 0 || (plan.block >= 3 && plan.list >= 4), "{body}: {plan:?}");
            }
        }
    }

    #[test]
    fn columns_of_80_cells_are_those_of_three_channels() {
        let heads = [(12, 14), (12, 17), (14, 20)].map(|(least, good)| Head { least, good });
        assert_eq!(narrow_widths(55, &heads), [17, 18, 20]);
        assert_eq!(narrow_widths(42, &heads), [14, 14, 14]);
        assert_eq!(wide_widths(129, 3), [37, 41, 51]);
        for count in 1..6 {
            for room in count * cell::WIDE..count * 60 {
                let widths = wide_widths(room, count);
                assert!(widths.iter().all(|width| *width >= cell::WIDE), "{count} in {room}: {widths:?}");
                assert!(widths.iter().sum::<u16>() <= room, "{count} in {room}: {widths:?}");
            }
        }
    }

    #[test]
    fn the_selected_row_is_always_in_the_window() {
        for selected in 0..20 {
            assert!(shown_window(20, 5, Some(selected)).contains(&selected));
        }
        assert_eq!(shown_window(3, 5, None), 0..3);
    }
}
