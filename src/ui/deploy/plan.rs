//! Draws a plan: lines with a cursor in the margin, differences with their signs, what is folded with its count.

use crate::app::model::{DeployPlan, PlanKind, PlanLine};
use crate::deploy::change::Sign;
use crate::ui::chrome;
use crate::ui::glyph;
use crate::ui::lines;
use crate::ui::pen::Pen;
use crate::ui::screen::Placed;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::layout::Rect;

/// Draws it.
pub fn draw(pen: &mut Pen<'_>, area: Rect, plan: &DeployPlan, placed: &mut Placed) {
    pen.title(area.x, area.y, area.width, "plan");
    let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    placed.page_rows = list.height.max(1);
    let room =
        |line: &PlanLine| usize::from(list.width.saturating_sub(words_at(line) + detail_width(pen, line)).max(8));
    let pieces: Vec<Vec<String>> = plan
        .lines
        .iter()
        .take(usize::from(list.height) * 2)
        .map(|line| match line.kind {
            PlanKind::Words => text::wrap(&line.words, room(line)),
            PlanKind::Diff(_) | PlanKind::Path | PlanKind::Object | PlanKind::Heading => vec![line.words.clone()],
        })
        .map(|pieces| if pieces.is_empty() { vec![String::new()] } else { pieces })
        .collect();
    let heights: Vec<usize> = pieces.iter().map(Vec::len).collect();
    let first = lines::first_in_sight(&heights, plan.cursor.unwrap_or(0), usize::from(list.height));
    let mut y = list.y;
    let mut shown = 0;
    for (at, (line, pieces)) in plan.lines.iter().zip(&pieces).enumerate().skip(first) {
        if y >= list.bottom() {
            break;
        }
        if plan.cursor == Some(at) {
            pen.put(list.x, y, 1, "›", Role::Title);
        }
        for (index, piece) in pieces.iter().enumerate() {
            if y >= list.bottom() {
                break;
            }
            row(pen, Rect { y, height: 1, ..list }, line, piece, index == 0, plan);
            y += 1;
        }
        shown += 1;
    }
    if plan.total > shown {
        chrome::position(pen, area.right(), area.y, plan.first + first, shown, plan.total);
    }
    if !plan.pattern.is_empty() {
        let words = format!(" /{} {} ", plan.pattern.text(), plan.found);
        pen.put(area.x + 6, area.y, area.width.saturating_sub(30), &words, Role::Accent);
    }
}

/// Where the words of a line begin, from the left of the list.
fn words_at(line: &PlanLine) -> u16 {
    let mark = u16::from(line.mark.is_some() || line.choose.is_some()) * 2;
    1 + line.indent as u16 + mark + u16::from(line.choose.is_some()) * 4
}

fn detail_width(pen: &Pen<'_>, line: &PlanLine) -> u16 {
    if line.detail.is_empty() { 0 } else { pen.width(&line.detail) + 2 }
}

fn role(line: &PlanLine) -> Role {
    match line.kind {
        PlanKind::Heading | PlanKind::Object => Role::Title,
        PlanKind::Path => Role::Accent,
        PlanKind::Diff(Sign::Added) => Role::Ok,
        PlanKind::Diff(Sign::Removed) => Role::Bad,
        PlanKind::Diff(Sign::Kept) => Role::Dim,
        PlanKind::Words => Role::Fg,
    }
}

fn row(pen: &mut Pen<'_>, row: Rect, line: &PlanLine, piece: &str, first: bool, plan: &DeployPlan) {
    let mut x = row.x + 1 + line.indent as u16;
    if first {
        if let Some(mark) = line.mark {
            pen.mark(x, row.y, mark);
        }
        if let Some((_, on)) = &line.choose {
            pen.put(x + 2, row.y, 3, if *on { "[x]" } else { "[ ]" }, Role::Key);
        }
    }
    x = row.x + words_at(line);
    if let PlanKind::Diff(sign) = line.kind {
        let mark = sign.mark().to_string();
        pen.put(x, row.y, 1, &mark, role(line));
        x += 2;
    }
    let room = row.right().saturating_sub(x);
    let mut end = lines::put(pen, x, row.y, room, piece, role(line), &plan.pattern);
    if !first {
        return;
    }
    if line.folded > 0 {
        let noun = if line.folded == 1 { "line" } else { "lines" };
        end = pen.put(end, row.y, row.right().saturating_sub(end), &format!(" … {} {noun}", line.folded), Role::Dim);
    }
    if !line.detail.is_empty() {
        let role = line.mark.filter(|_| line.kind == PlanKind::Object).map_or(Role::Dim, glyph::role);
        let room = row.right().saturating_sub(end + 2);
        if line.kind == PlanKind::Object {
            let at = end.max(row.x + 36.min(row.width / 2)) + 2;
            pen.put(at, row.y, row.right().saturating_sub(at), &line.detail, role);
        } else {
            pen.put_right(row.right(), row.y, room, &line.detail, role);
        }
    }
}

/// A line in a narrow column: its mark, its words, what becomes of it.
pub fn short(pen: &mut Pen<'_>, row: Rect, line: &PlanLine) {
    if line.kind == PlanKind::Heading {
        let name = line.words.split(" · ").next().unwrap_or_default();
        pen.put(row.x, row.y, row.width, name, Role::Title);
        return;
    }
    if let Some(mark) = line.mark {
        pen.mark(row.x, row.y, mark);
    }
    let detail = pen.width(&line.detail).min(row.width / 2);
    let room = row.width.saturating_sub(3 + detail);
    let words = if line.kind == PlanKind::Words {
        text::cut_sentence(&line.words, usize::from(room), pen.theme.ellipsis())
    } else {
        text::cut_middle(&pen.shown(&line.words), usize::from(room), pen.theme.ellipsis())
    };
    pen.put(row.x + 2, row.y, room, &words, Role::Fg);
    let role = line.mark.map_or(Role::Dim, glyph::role);
    pen.put_right(row.right(), row.y, detail, &line.detail, role);
}
