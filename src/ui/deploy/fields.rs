//! Draws the form: the fields in a column, and beside it (or below, where it is narrow) what is known about the one with
//! the focus and what would change.

use super::plan;
use crate::app::model::{DeployField, DeployForm, DeployList};
use crate::ui::chrome;
use crate::ui::glyph;
use crate::ui::pen::Pen;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::layout::Rect;

/// Columns of the fields.
const COLUMN: u16 = 38;
/// From this width on there are three columns.
const WIDE: u16 = 140;
/// Below this width what is known about a field takes the place of the fields that do not fit.
const NARROW: u16 = 66;
/// Cells of a label at most.
const LABEL: u16 = 12;

/// Draws it.
pub fn draw(pen: &mut Pen<'_>, area: Rect, form: &DeployForm) {
    if area.width < NARROW {
        let open = form.list.as_ref().is_some_and(|list| list.open);
        let about = if open { area.height / 2 } else { (area.height / 3).min(6) };
        let upper = Rect { height: area.height.saturating_sub(about), ..area };
        column(pen, upper, form);
        side(pen, Rect { y: upper.bottom(), height: about, ..area }, form, open);
        return;
    }
    let width = if area.width >= WIDE { COLUMN + 8 } else { COLUMN.min(area.width / 2) };
    column(pen, Rect { width, ..area }, form);
    let rest = Rect { x: area.x + width + 2, width: area.width.saturating_sub(width + 2), ..area };
    if area.width >= WIDE {
        let half = rest.width / 2 - 1;
        about(pen, Rect { width: half, ..rest }, form);
        changes(pen, Rect { x: rest.x + half + 2, width: rest.width - half - 2, ..rest }, form);
    } else {
        side(pen, rest, form, form.list.as_ref().is_some_and(|list| list.open));
    }
}

/// What is known about the field above what would change; an open list has all of the room that it needs.
fn side(pen: &mut Pen<'_>, area: Rect, form: &DeployForm, open: bool) {
    let needs = about_rows(form, area.width) + 1;
    let most = if form.changes.is_empty() || open { area.height } else { (area.height / 2).max(5) };
    let first = Rect { height: needs.min(most).min(area.height), ..area };
    about(pen, first, form);
    let rest = Rect { y: first.bottom() + 1, height: area.height.saturating_sub(first.height + 1), ..area };
    if rest.height >= 3 && !open {
        changes(pen, rest, form);
    }
}

/// The rows of a field: its line, where its value comes from, what is wrong with it.
fn field_rows(field: &DeployField, focused: bool, width: u16) -> Vec<(Role, String)> {
    let room = usize::from(width.saturating_sub(4).max(1));
    let mut rows = Vec::new();
    if let Some((mark, words)) = &field.remark {
        let lines = text::wrap(&format!("{} {words}", mark.sign()), room);
        let most = if focused { 4 } else { 1 };
        let cut = lines.len() > most;
        rows.extend(lines.into_iter().take(most).map(|line| (glyph::role(*mark), line)));
        if let Some((_, last)) = rows.last_mut().filter(|_| cut) {
            let longer = format!("{last} …");
            text::cut_end(&longer, room, "…").clone_into(last);
        }
    } else if !field.origin.is_empty() {
        rows.push((Role::Dim, field.origin.clone()));
    }
    rows
}

/// The fields, scrolled so that the one with the focus is in sight.
fn column(pen: &mut Pen<'_>, area: Rect, form: &DeployForm) {
    pen.title(area.x, area.y, area.width, "parameters");
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    let focus = form.focus.unwrap_or(0);
    let rows: Vec<Vec<(Role, String)>> = form
        .fields
        .iter()
        .enumerate()
        .map(|(at, field)| field_rows(field, form.focus == Some(at), area.width))
        .collect();
    let heights: Vec<usize> = rows.iter().map(|rows| rows.len() + 1).collect();
    let first = crate::ui::lines::first_in_sight(&heights, focus, usize::from(list.height));
    let labels = form.fields.iter().map(|field| pen.width(&field.label)).max().unwrap_or(0).clamp(7, LABEL);
    let mut y = list.y;
    for (at, field) in form.fields.iter().enumerate().skip(first) {
        if y >= list.bottom() {
            break;
        }
        line(pen, Rect { y, height: 1, ..list }, field, labels, form.focus == Some(at));
        y += 1;
        for (role, words) in &rows[at] {
            if y < list.bottom() {
                pen.put(list.x + 3, y, list.width.saturating_sub(3), words, *role);
                y += 1;
            }
        }
    }
    let shown = heights.iter().skip(first).scan(0, |used, height| {
        *used += height;
        Some(*used)
    });
    let fit = shown.take_while(|used| *used <= usize::from(list.height)).count();
    if first > 0 || first + fit < form.fields.len() {
        chrome::position(pen, area.right(), area.y, first, fit, form.fields.len());
    }
}

/// `image    [ blue      ▾ ] ●`.
fn line(pen: &mut Pen<'_>, row: Rect, field: &DeployField, labels: u16, focused: bool) {
    if focused {
        pen.put(row.x, row.y, 1, "›", Role::Title);
    }
    let x = row.x + 1;
    pen.put(x, row.y, labels, &field.label, if focused { Role::Title } else { Role::Fg });
    let start = x + labels + 1;
    // The sign of a change stands at the end of the row.
    let end = row.right().saturating_sub(2);
    let room = end.saturating_sub(start + 4 + if field.list { 2 } else { 0 });
    pen.put(start, row.y, 2, "[ ", Role::Rule);
    let inner = start + 2;
    if let Some(cursor) = field.cursor.filter(|_| focused) {
        chrome::field(pen, inner, row.y, room, "", &field.text, cursor);
    } else {
        // Of several names the first ones are read, of one long one both ends.
        let cut = if field.text.contains(", ") { text::cut_end } else { text::cut_middle };
        let shown = cut(&pen.shown(&field.text), usize::from(room), pen.theme.ellipsis());
        pen.put(inner, row.y, room, &shown, if focused { Role::Sel } else { Role::Fg });
    }
    if field.list {
        pen.put(inner + room + 1, row.y, 1, "▾", Role::Dim);
    }
    pen.put(end.saturating_sub(2), row.y, 2, " ]", Role::Rule);
    if field.changed {
        pen.put(end, row.y, 2, " ●", Role::Accent);
    }
}

fn title(form: &DeployForm) -> String {
    match (&form.list, form.focus.and_then(|at| form.fields.get(at))) {
        (Some(list), _) => list.title.clone(),
        (None, Some(field)) => field.label.clone(),
        (None, None) => "before anything is sent".to_owned(),
    }
}

fn note_lines(form: &DeployForm, width: u16) -> Vec<(Role, String)> {
    let room = usize::from(width.max(1));
    let mut rows = Vec::new();
    for (mark, words) in &form.notes {
        let (role, words) = match mark {
            Some(mark) => (glyph::role(*mark), format!("{} {words}", mark.sign())),
            None => (Role::Dim, words.clone()),
        };
        rows.extend(text::wrap(&words, room).into_iter().map(|line| (role, line)));
    }
    if form.focus.is_none() && form.changes.is_empty() {
        let words = "Dry run asks the server what each object would become; nothing is stored. Deploy… asks once more.";
        rows.extend(text::wrap(words, room).into_iter().map(|line| (Role::Dim, line)));
    }
    rows
}

fn about_rows(form: &DeployForm, width: u16) -> u16 {
    let list = form
        .list
        .as_ref()
        .map_or(0, |list| list.lines.len().max(1) + usize::from(list.open) + usize::from(list.more > 0));
    (note_lines(form, width).len() + list) as u16
}

/// What is known about the field with the focus.
fn about(pen: &mut Pen<'_>, area: Rect, form: &DeployForm) {
    if area.height < 2 {
        return;
    }
    pen.title(area.x, area.y, area.width, &title(form));
    let mut y = area.y + 1;
    if let Some(list) = &form.list {
        y = draw_list(pen, Rect { y, height: area.bottom().saturating_sub(y), ..area }, list);
        if list.open {
            return;
        }
    }
    for (role, words) in note_lines(form, area.width) {
        if y < area.bottom() {
            pen.put(area.x, y, area.width, &words, role);
            y += 1;
        }
    }
}

/// The values that are offered; what does not fit around the chosen one is left out.
fn draw_list(pen: &mut Pen<'_>, area: Rect, list: &DeployList) -> u16 {
    let mut y = area.y;
    if list.open {
        chrome::field(pen, area.x, y, area.width, "/", &list.filter, list.filter.chars().count());
        y += 1;
    }
    if list.lines.is_empty() {
        let words = if list.filter.is_empty() { "none is known" } else { "none fits what was typed" };
        pen.put(area.x + 2, y, area.width.saturating_sub(2), words, Role::Dim);
        return y + 1;
    }
    let room = usize::from(area.bottom().saturating_sub(y));
    let at = list.selected.unwrap_or(0);
    let first = (at + 1).saturating_sub(room);
    let values = list.lines.iter().map(|(_, value, ..)| pen.width(value)).max().unwrap_or(0).min(area.width / 2);
    for (index, (mark, value, detail, chosen)) in list.lines.iter().enumerate().skip(first).take(room) {
        let selected = list.selected == Some(index);
        pen.put(area.x, y, 1, if selected { "›" } else { " " }, Role::Title);
        pen.put(area.x + 1, y, 1, if *chosen { "◆" } else { " " }, Role::Accent);
        pen.put(area.x + 3, y, values, value, if selected { Role::Sel } else { Role::Fg });
        let x = area.x + 3 + values + 1;
        if let Some(mark) = mark {
            pen.mark(x, y, *mark);
        }
        pen.put(x + 2, y, area.right().saturating_sub(x + 2), detail, Role::Dim);
        y += 1;
    }
    if list.more > 0 && y < area.bottom() {
        pen.put(area.x + 3, y, area.width.saturating_sub(3), &format!("{} more: type to narrow", list.more), Role::Dim);
        y += 1;
    }
    y
}

/// What would change, in short.
fn changes(pen: &mut Pen<'_>, area: Rect, form: &DeployForm) {
    pen.title(area.x, area.y, area.width, "what would change");
    let rows = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    if form.changes.is_empty() {
        pen.put(rows.x, rows.y, rows.width, "not asked yet", Role::Dim);
        return;
    }
    for (index, line) in form.changes.iter().take(usize::from(rows.height)).enumerate() {
        plan::short(pen, Rect { y: rows.y + index as u16, height: 1, ..rows }, line);
    }
}
