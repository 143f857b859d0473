//! The dialog over a screen: the only thing with a frame. The body behind it is dimmed, not moved; header, `next`
//! line and keys are not: they speak of now, and of the dialog. What a person
//! needs to decide stays when rows are short: where, what, the name to type and the buttons; evidence goes first.

use super::chrome;
use super::finder;
use super::form;
use super::gauge;
use super::glyph;
use super::pen::Pen;
use super::screen::Placed;
use super::text;
use super::theme::Role;
use crate::app::event::Target;
use crate::app::model::{Button, Dialog, FinderDialog, Gauge, WriteDialog};
use ratatui::layout::Rect;

/// Columns of a dialog with its frame.
const WIDTH: u16 = 64;
/// Cells of the label of a row; a very narrow dialog has none: there the channel and the cluster need all of the row.
fn label_cells(width: u16) -> u16 {
    if width < 30 { 0 } else { 9 }
}
/// Rows that stay as long as where it happens.
const STAYS: [&str; 10] = ["where", "rollout", "version", "step", "revision", "in", "from", "to", "run", "object"];
/// Cells of the gauge.
const GAUGE: u16 = 20;

/// A form has none: Enter goes on to the question.
const NO_BUTTONS: Vec<Button> = Vec::new();

/// A row inside the frame.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Row {
    Blank,
    /// Text of its own, or the next line of one.
    Text(String),
    /// A label and what it says; strong: in reverse up to the first ` · `.
    Fact {
        label: String,
        words: String,
        strong: bool,
    },
    /// Weights before and after.
    Weights(i64, i64, i64),
    /// A mark and a sentence.
    Evidence(&'static str, Role, String),
    /// What is being typed; whether letters go there.
    Field(String, bool),
    /// A value that is offered, where it comes from, whether it is chosen.
    Choice(String, String, bool),
    /// Buttons from one index to before another.
    Buttons(usize, usize),
}

/// A row and how long it stays when rows are short: 0 longest.
pub(super) struct Ranked(pub(super) Row, pub(super) u8);

/// Draws the dialog over the frame.
pub fn draw(pen: &mut Pen<'_>, screen: Rect, dialog: &Dialog, placed: &mut Placed) {
    let framed = screen.width >= 44 && screen.height >= 12;
    if let Dialog::Finder(open) = dialog {
        return draw_finder(pen, screen, open, framed, placed);
    }
    let width = if framed { WIDTH.min(screen.width - 2) } else { screen.width };
    let inner_width = if framed { width - 4 } else { width };
    let (title, footnote, buttons, mut rows) = match dialog {
        Dialog::Write(write) => (&write.title, write.footnote.as_str(), &write.buttons, write_rows(write, inner_width)),
        Dialog::Form(form) => (&form.title, form.footnote.as_str(), &NO_BUTTONS, form::rows(form, inner_width)),
        Dialog::Ask { title, lines, buttons } => (title, "", buttons, ask_rows(lines, inner_width)),
        Dialog::Finder(_) => return,
    };
    if !buttons.is_empty() {
        rows.extend(button_rows(pen, buttons, inner_width));
    }
    // Header and keys stay in sight where there are rows for it.
    let spared = match (framed, screen.height) {
        (true, 20..) => 4,
        (true, _) => 2,
        (false, _) => 1,
    };
    let most = usize::from(screen.height - spared);
    shorten(&mut rows, most);
    let height = rows.len() as u16 + if framed { 2 } else { 1 };
    let area = Rect {
        x: screen.x + (screen.width - width) / 2,
        y: screen.y + (screen.height.saturating_sub(height)) / 2,
        width,
        height: height.min(screen.height),
    };
    pen.clear(area);
    let inner = if framed {
        frame(pen, area, title, footnote);
        Rect { x: area.x + 3, y: area.y + 1, width: inner_width, height: area.height - 2 }
    } else {
        pen.put(area.x, area.y, area.width, title, Role::Title);
        Rect { y: area.y + 1, height: area.height - 1, ..area }
    };
    for (index, Ranked(row, _)) in rows.iter().enumerate() {
        let y = inner.y + index as u16;
        if y < inner.bottom() {
            draw_row(pen, inner, y, row, buttons, placed);
        }
    }
}

fn draw_finder(pen: &mut Pen<'_>, screen: Rect, open: &FinderDialog, framed: bool, placed: &mut Placed) {
    let width = if framed { (WIDTH + 20).min(screen.width - 4) } else { screen.width };
    let spared = if framed { 4 } else { 1 };
    let height = (finder::rows(open) + if framed { 2 } else { 1 }).min(screen.height.saturating_sub(spared));
    let area =
        Rect { x: screen.x + (screen.width - width) / 2, y: screen.y + if framed { 3 } else { 0 }, width, height };
    let area = Rect { height: height.min(screen.bottom().saturating_sub(area.y)), ..area };
    pen.clear(area);
    let inner = if framed {
        frame(pen, area, &open.title, &found(open));
        Rect { x: area.x + 3, y: area.y + 1, width: width.saturating_sub(5), height: area.height.saturating_sub(2) }
    } else {
        Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
    };
    finder::draw(pen, inner, open, placed);
}

fn found(open: &FinderDialog) -> String {
    match open.total {
        0 => String::new(),
        total => format!("{} of {total}", open.first + open.selected + 1),
    }
}

/// Takes out the rows of the highest rank, from the end, until the rest fits. Nobody is left to guess what went.
fn shorten(rows: &mut Vec<Ranked>, most: usize) {
    while rows.len() > most {
        let worst = rows.iter().map(|row| row.1).max().unwrap_or(0);
        let at = rows.iter().rposition(|row| row.1 == worst).unwrap_or(0);
        rows.remove(at);
    }
}

fn ask_rows(lines: &[String], width: u16) -> Vec<Ranked> {
    let mut rows = vec![Ranked(Row::Blank, 9)];
    for line in lines {
        rows.extend(text::wrap(line, usize::from(width)).into_iter().map(|line| Ranked(Row::Text(line), 1)));
    }
    rows.push(Ranked(Row::Blank, 8));
    rows
}

/// One row of buttons, or a row for each where they do not fit side by side.
fn button_rows(pen: &Pen<'_>, buttons: &[Button], width: u16) -> Vec<Ranked> {
    let cells: u16 = buttons.iter().map(|button| pen.width(&button.label) + 5).sum();
    if cells <= width + 1 {
        return vec![Ranked(Row::Buttons(0, buttons.len()), 0)];
    }
    let first_needed = buttons.len().saturating_sub(2);
    let rank = |at: usize| if at >= first_needed || buttons[at].focused { 0 } else { 7 };
    (0..buttons.len()).map(|at| Ranked(Row::Buttons(at, at + 1), rank(at))).collect()
}

/// Labels and what they say; the first one in reverse where the channel is protected.
pub(super) fn fact_rows(
    facts: &[(String, String)],
    protected: bool,
    weights: Option<(i64, i64, i64)>,
    width: u16,
) -> Vec<Ranked> {
    let mut rows = Vec::new();
    for (index, (label, words)) in facts.iter().enumerate() {
        let strong = index == 0 && protected;
        let mut label = label.clone();
        let rank = if STAYS.contains(&label.as_str()) { 1 } else { 2 };
        if let Some((before, after, max)) = weights.filter(|_| label == "traffic") {
            rows.push(Ranked(Row::Weights(before, after, max), 3));
            label.clear();
            if words.is_empty() {
                continue;
            }
        }
        for (at, line) in
            text::wrap(words, usize::from(width.saturating_sub(label_cells(width)).max(1))).into_iter().enumerate()
        {
            let label = if at == 0 { label.clone() } else { String::new() };
            let rank = if index == 0 && at == 0 { 0 } else { rank };
            rows.push(Ranked(Row::Fact { label, words: line, strong: strong && at == 0 }, rank));
        }
    }
    rows
}

fn write_rows(write: &WriteDialog, width: u16) -> Vec<Ranked> {
    let mut rows = fact_rows(&write.rows, write.protected, write.weights, width);
    if let Some(call) = &write.call {
        rows.push(Ranked(Row::Blank, 9));
        for line in call {
            rows.extend(text::wrap(line, usize::from(width)).into_iter().map(|line| Ranked(Row::Text(line), 5)));
        }
    } else if !write.evidence.is_empty() {
        rows.push(Ranked(Row::Blank, 9));
        // About several rollouts the dialog has no call to show: each of them is named, before all else.
        let several = write.buttons.len() == 2;
        for (mark, words) in &write.evidence {
            for (at, line) in text::wrap(words, usize::from(width.saturating_sub(2).max(1))).into_iter().enumerate() {
                let sign = if at == 0 { mark.sign() } else { " " };
                // Warnings stay longer than what is well.
                let rank = match glyph::urgency(*mark) {
                    _ if several => 1,
                    3.. => 4,
                    _ => 6,
                };
                rows.push(Ranked(Row::Evidence(sign, glyph::role(*mark), line), rank));
            }
        }
    }
    if let Some((wanted, typed)) = &write.typed {
        rows.push(Ranked(Row::Blank, 9));
        let verb = write.title.split(' ').next().unwrap_or_default().to_lowercase();
        let place = write.rows.first().and_then(|(_, words)| words.split(" · ").next()).unwrap_or_default();
        let question = match write.buttons.len() {
            2 => format!("Type {wanted} to go on:"),
            _ => format!("Type {wanted} to {verb} in {place}:"),
        };
        for line in text::wrap(&question, usize::from(width)) {
            rows.push(Ranked(Row::Text(line), 1));
        }
        let active = write.reason.as_ref().is_none_or(|reason| !reason.active);
        rows.push(Ranked(Row::Field(typed.clone(), active), 0));
    }
    if let Some(reason) = &write.reason {
        rows.push(Ranked(Row::Blank, 9));
        let words = if reason.needed { "Reason, needed here (Ctrl-r):" } else { "Reason (Ctrl-r):" };
        rows.push(Ranked(Row::Text(words.to_owned()), 3));
        rows.push(Ranked(Row::Field(reason.text.clone(), reason.active), if reason.active { 0 } else { 2 }));
    }
    if !write.back.is_empty() {
        rows.push(Ranked(Row::Blank, 8));
        for line in text::wrap(&format!("back: {}", write.back.trim_start_matches("back: ")), usize::from(width)) {
            rows.push(Ranked(Row::Text(line), 5));
        }
    } else if write.typed.is_some() || !write.evidence.is_empty() {
        rows.push(Ranked(Row::Blank, 8));
    }
    rows
}

fn frame(pen: &mut Pen<'_>, area: Rect, title: &str, footnote: &str) {
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    let line = "─".repeat(usize::from(area.width - 2));
    pen.put(area.x, area.y, area.width, &format!("╭{line}╮"), Role::Rule);
    pen.put(area.x, bottom, area.width, &format!("╰{line}╯"), Role::Rule);
    for y in area.y + 1..bottom {
        pen.put(area.x, y, 1, "│", Role::Rule);
        pen.put(right, y, 1, "│", Role::Rule);
    }
    pen.put(area.x + 2, area.y, 1, " ", Role::Fg);
    let end = pen.put(area.x + 3, area.y, area.width.saturating_sub(6), title, Role::Title);
    pen.put(end, area.y, 1, " ", Role::Fg);
    if !footnote.is_empty() {
        pen.put(area.x + 2, bottom, area.width.saturating_sub(4), &format!(" {footnote} "), Role::Dim);
    }
}

fn draw_row(pen: &mut Pen<'_>, inner: Rect, y: u16, row: &Row, buttons: &[Button], placed: &mut Placed) {
    match row {
        Row::Blank => {}
        Row::Text(words) => {
            pen.put(inner.x, y, inner.width, words, Role::Fg);
        }
        Row::Fact { label, words, strong } => {
            let cells = label_cells(inner.width);
            pen.put(inner.x, y, cells, label, Role::Dim);
            let x = inner.x + cells;
            let room = inner.width.saturating_sub(cells);
            if *strong {
                let (name, rest) = words.split_once(" · ").map_or((words.as_str(), ""), |(name, rest)| (name, rest));
                let end = pen.put(x, y, room, &name.to_uppercase(), Role::Prod);
                if !rest.is_empty() {
                    pen.put(end, y, inner.right().saturating_sub(end), &format!(" · {rest}"), Role::Fg);
                }
            } else {
                pen.put(x, y, room, words, Role::Fg);
            }
        }
        Row::Weights(before, after, max) => {
            let cells = label_cells(inner.width);
            pen.put(inner.x, y, cells, "traffic", Role::Dim);
            let percent = |part: i64| i128::from(part) * 100 / i128::from((*max).max(1));
            let x = pen.put(inner.x + cells, y, 8, &format!("{} %", percent(*before)), Role::Fg) + 1;
            let room = GAUGE.min(inner.right().saturating_sub(x + 7));
            gauge::draw(pen, x, y, room, &Gauge { set: *after, actual: Some(*before), max: *max });
            pen.put(x + room + 1, y, 8, &format!("{} %", percent(*after)), Role::Fg);
        }
        Row::Evidence(sign, role, words) => {
            pen.put(inner.x, y, 1, sign, *role);
            pen.put(inner.x + 2, y, inner.width.saturating_sub(2), words, Role::Fg);
        }
        Row::Field(typed, active) => {
            let cursor = typed.chars().count();
            let edge = if pen.theme.ascii { "|" } else { "▏" };
            let (x, room) = (inner.x + 2, inner.width.saturating_sub(2));
            if *active {
                chrome::field(pen, x, y, room, edge, typed, cursor);
            } else {
                pen.put(x, y, room, &format!("{edge}{typed}"), Role::Dim);
            }
        }
        Row::Choice(words, detail, chosen) => form::draw_choice(pen, inner, y, words, detail, *chosen),
        Row::Buttons(from, to) => draw_buttons(pen, inner, y, buttons, *from..*to, placed),
    }
}

/// The last two buttons stand at the right end, others at the left; where that is too tight they share the row.
fn draw_buttons(
    pen: &mut Pen<'_>,
    inner: Rect,
    y: u16,
    buttons: &[Button],
    range: std::ops::Range<usize>,
    placed: &mut Placed,
) {
    let first = range.start;
    let inner = Rect { width: inner.width.saturating_sub(u16::from(inner.width >= 40)), ..inner };
    let buttons = &buttons[range];
    let texts: Vec<String> = buttons
        .iter()
        .map(|button| if button.focused { format!("[ {} ]", button.label) } else { format!("( {} )", button.label) })
        .collect();
    let widths: Vec<u16> = texts.iter().map(|text| pen.width(text)).collect();
    let total: u16 = widths.iter().sum::<u16>() + widths.len().saturating_sub(1) as u16;
    let gap = if total + 2 * widths.len() as u16 <= inner.width { 3 } else { 1 };
    let left_count = buttons.len().saturating_sub(2);
    let right_width: u16 =
        widths[left_count..].iter().sum::<u16>() + gap * (widths.len() - left_count).saturating_sub(1) as u16;
    let mut x = inner.x;
    for (index, text) in texts.iter().enumerate() {
        if index == left_count {
            x = x.max(inner.right().saturating_sub(right_width));
        }
        let room = inner.right().saturating_sub(x).min(widths[index]);
        let role = match (buttons[index].focused, buttons[index].on) {
            (true, _) => Role::Sel,
            (false, true) => Role::Fg,
            (false, false) => Role::Dim,
        };
        pen.put(x, y, room, text, role);
        if room > 0 {
            placed.targets.push((Rect { x, y, width: room, height: 1 }, Target::Button((first + index) as u8)));
        }
        x += widths[index] + gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_screen_loses_blanks_and_evidence_before_facts_and_buttons() {
        let mut rows = vec![
            Ranked(Row::Text("where".into()), 0),
            Ranked(Row::Text("then".into()), 2),
            Ranked(Row::Blank, 9),
            Ranked(Row::Text("evidence".into()), 6),
            Ranked(Row::Blank, 8),
            Ranked(Row::Buttons(0, 2), 0),
        ];
        shorten(&mut rows, 3);
        let left: Vec<&Row> = rows.iter().map(|row| &row.0).collect();
        assert_eq!(left, [&Row::Text("where".into()), &Row::Text("then".into()), &Row::Buttons(0, 2)]);
        shorten(&mut rows, 0);
        assert!(rows.is_empty());
    }
}
