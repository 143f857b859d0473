//! The table of measurements, newest first, with a cursor.

use crate::app::model::{MeasurementLine, MetricPage};
use crate::ui::chrome;
use crate::ui::glyph;
use crate::ui::pen::Pen;
use crate::ui::screen::Placed;
use crate::ui::text;
use crate::ui::theme::Role;
use ratatui::layout::Rect;

/// Draws the table into `area`; its cursor stands one cell to the left of it.
pub fn draw(pen: &mut Pen<'_>, area: Rect, metric: &MetricPage, titled: bool, placed: &mut Placed) {
    let mut list = area;
    if titled {
        pen.title(area.x, area.y, area.width, &format!("measurements, {}", metric.listed));
        list.y += 1;
        list.height -= 1;
    }
    placed.page_rows = list.height.max(1);
    let height = usize::from(list.height);
    if height == 0 {
        return;
    }
    if metric.total == 0 {
        pen.put(list.x, list.y, list.width, "no measurement is kept", Role::Dim);
        return;
    }
    let top = (metric.cursor + 1).saturating_sub(height);
    let skip = top.saturating_sub(metric.first);
    let shown: Vec<&MeasurementLine> = metric.rows.iter().skip(skip).take(height).collect();
    let width = |of: fn(&MeasurementLine) -> &str| shown.iter().map(|line| pen.width(of(line))).max().unwrap_or(0);
    let (time, value) = (width(|line| &line.at).min(14), width(|line| &line.value).min(list.width / 3));
    let verdict = width(|line| &line.verdict);
    let spell = list.width >= 60;
    for (index, line) in shown.iter().enumerate() {
        let y = list.y + index as u16;
        if top + index == metric.cursor {
            pen.put(list.x.saturating_sub(1), y, 1, "›", Role::Title);
        }
        let role = glyph::role(line.sign.mark());
        pen.put(list.x, y, time, &line.at, Role::Fg);
        let mut x = list.x + time + 1;
        pen.put(x, y, 1, line.sign.mark().sign(), role);
        x += 2;
        if spell {
            pen.put(x, y, verdict, &line.verdict, role);
            x += verdict + 1;
        }
        pen.put_right(x + value, y, value, &line.value, Role::Fg);
        x += value + 2;
        let told = [&line.missed, &line.message, &line.job];
        let told: Vec<&str> = told.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect();
        let room = usize::from(list.right().saturating_sub(x));
        let told = match told.as_slice() {
            // The end of a name tells it from others.
            [job] if *job == line.job => text::cut_middle(&pen.shown(job), room, pen.theme.ellipsis()),
            told if spell => told.join(" · "),
            told => told.first().copied().unwrap_or_default().to_owned(),
        };
        pen.put(x, y, list.right().saturating_sub(x), &told, Role::Fg);
    }
    if titled && metric.total > height {
        chrome::position(pen, list.right(), area.y, top, shown.len(), metric.total);
    }
}
