//! What happened, as a short story: newest last.

use super::glyph;
use super::pen::Pen;
use super::theme::Role;
use crate::app::model::{EventLine, Mark};
use ratatui::layout::Rect;

/// Draws the events, from row `scroll`, else so that the newest stands at the end.
pub fn draw(pen: &mut Pen<'_>, area: Rect, events: &[EventLine], scroll: Option<usize>) {
    let wide = area.width >= 70;
    // Where little has room, what every pod goes through says least.
    let tells = |event: &&EventLine| event.mark != Mark::Absent || !event.about.starts_with("pod ");
    let crowded = !wide && scroll.is_none() && events.len() > usize::from(area.height);
    let events: Vec<&EventLine> = events.iter().filter(|event| !crowded || tells(event)).collect();
    let last_first = events.len().saturating_sub(usize::from(area.height));
    let first = scroll.unwrap_or(last_first).min(last_first);
    let shown = &events[first..];
    let time = shown.iter().map(|event| pen.width(&event.time)).max().unwrap_or(0).min(area.width / 2);
    let about = shown.iter().map(|event| pen.width(&event.about)).max().unwrap_or(0).min(area.width / 4);
    for (event, y) in shown.iter().zip(area.y..area.bottom()) {
        pen.put(area.x, y, time, &event.time, Role::Dim);
        let x = area.x + time + 1;
        if event.mark != Mark::Absent {
            pen.put(x, y, 1, event.mark.sign(), glyph::role(event.mark));
        }
        let x = x + 2;
        let times_at = pen.put_right(area.right(), y, 8, &event.times, Role::Fg);
        let mut x = x;
        if wide {
            pen.put(x, y, about, &event.about, Role::Dim);
            x += about + 2;
        }
        let role =
            if matches!(event.mark, Mark::Attention | Mark::Aborted) { glyph::role(event.mark) } else { Role::Fg };
        let room = times_at.saturating_sub(x + u16::from(!event.times.is_empty()));
        pen.put(x, y, room, &event.words, role);
    }
}
