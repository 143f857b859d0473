//! Logs as the model has them. Only the rows that can come into sight are formatted.

use super::feeds::Standing;
use super::ring::{Entry, LINES};
use super::{Logs, LogsView, picker};
use crate::app::model::{LogRow, LogsPage, Mark};
use crate::app::present::words::{count, number, number_of};
use crate::app::state::State;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What it shows.
#[must_use]
pub fn page(state: &State, view: &LogsView) -> LogsPage {
    let Some(logs) = state.logs.as_ref().filter(|logs| logs.view == *view) else { return LogsPage::default() };
    let height = usize::from(state.size.1);
    let bottom = logs.bottom_row();
    let first = (bottom + 1).saturating_sub(height);
    let current = logs.hit.or(logs.bottom);
    let row = |entry: &Entry| row(entry, current == Some(entry.seq));
    let rows: Vec<LogRow> = if logs.filters() {
        logs.ring.iter().filter(|entry| entry.hit).skip(first).take(2 * height).map(row).collect()
    } else {
        (first..first + 2 * height).filter_map(|index| logs.ring.get(index)).map(row).collect()
    };
    LogsPage {
        title: title(logs),
        mode: mode(logs).to_owned(),
        bottom: bottom - first,
        rows,
        wrap: logs.wrap,
        pattern: logs.pattern.clone(),
        found: found(logs),
        since: since(logs),
        status: status(logs),
        troubles: troubles(logs),
        empty: empty(state, logs),
        picker: picker::page(state),
    }
}

/// `canary, 4 pods · following`, for the header.
#[must_use]
pub fn summary(state: &State) -> String {
    state.logs.as_ref().map(|logs| format!("{} · {}", title(logs), mode(logs))).unwrap_or_default()
}

/// Rows that it can be scrolled through.
#[must_use]
pub fn length(state: &State, _view: &LogsView) -> usize {
    state.logs.as_ref().map_or(0, Logs::shown)
}

/// A line as it is copied with others: time, pod, text.
pub fn whole(entry: &Entry) -> String {
    let at = entry.at.map(|at| at.strftime("%Y-%m-%dT%H:%M:%SZ ").to_string()).unwrap_or_default();
    match &entry.who {
        Some(who) => format!("{at}{} {}", who.pod, entry.text),
        None => format!("{at}--- {}", entry.text),
    }
}

fn row(entry: &Entry, current: bool) -> LogRow {
    let time = entry.at.map(clock).unwrap_or_default();
    match &entry.who {
        Some(who) => LogRow::Line {
            time,
            tag: who.tag.clone(),
            color: who.color,
            text: entry.text.to_string(),
            hit: entry.hit,
            current,
        },
        None => LogRow::Rule { time: format!("{time}Z"), words: entry.text.to_string() },
    }
}

fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%H:%M:%S").to_string()
}

fn title(logs: &Logs) -> String {
    let mut pods: Vec<&str> = logs.feeds.iter().map(|feed| &*feed.source.pod).collect();
    pods.sort_unstable();
    pods.dedup();
    if let super::Whose::Pod(name, _) = &logs.whose {
        return format!("pod {name}");
    }
    match &logs.group {
        Some(group) => format!("{}, {}", group.words(), count(pods.len() as i64, "pod", "pods")),
        None => String::new(),
    }
}

fn mode(logs: &Logs) -> &'static str {
    match (logs.choice.previous, logs.bottom.is_some()) {
        (true, _) => "before the last restart",
        (false, true) => "held",
        (false, false) => "following",
    }
}

fn found(logs: &Logs) -> String {
    if logs.pattern.is_empty() {
        return String::new();
    }
    let (hits, lines) = (logs.ring.hits(), number_of(logs.ring.len()));
    let at = logs.hit.and_then(|seq| logs.ring.place(seq));
    match at {
        Some(place) => {
            let nth = logs.ring.iter().take(place + 1).filter(|entry| entry.hit).count();
            format!("hit {} of {} in {lines}", number_of(nth), number_of(hits))
        }
        None => format!("hits {} of {lines}", number_of(hits)),
    }
}

fn since(logs: &Logs) -> String {
    let first = logs.ring.iter().find_map(|entry| entry.at);
    first.map(|at| format!("since {}", at.to_zoned(TimeZone::UTC).strftime("%H:%MZ"))).unwrap_or_default()
}

fn status(logs: &Logs) -> String {
    let dropped = count(i64::try_from(logs.dropped).unwrap_or(i64::MAX), "line", "lines");
    let buffer = format!("buffer {} of {}", number_of(logs.ring.len()), number_of(LINES));
    let cleaned = number(i64::try_from(logs.cleaned).unwrap_or(i64::MAX));
    let mut parts = vec![format!("dropped {dropped}"), buffer, format!("escape codes removed: {cleaned}")];
    if logs.filters() {
        parts.insert(0, "hits alone (!)".to_owned());
    }
    parts.join(" · ")
}

/// What cannot be read, and what is not read.
fn troubles(logs: &Logs) -> Vec<(Mark, String)> {
    let mut out: Vec<(Mark, String)> = Vec::new();
    for feed in &logs.feeds {
        if let Standing::Down(trouble, again, _) = &feed.standing {
            let next = if *again { ", is tried again" } else { "" };
            out.push((Mark::Attention, format!("{}: {}{next}", feed.who.tag, trouble.sentence)));
        }
    }
    if logs.left_out > 0 {
        let words = count(logs.left_out as i64, "container is", "containers are");
        out.push((Mark::Attention, format!("{words} not read: {} at most at once, choose with ,", super::group::MOST)));
    }
    out
}

/// Why there are no lines.
fn empty(state: &State, logs: &Logs) -> String {
    if logs.filters() && logs.ring.hits() == 0 {
        return format!("no line has {}: ! shows all lines", logs.pattern.text());
    }
    if !logs.ring.is_empty() {
        return String::new();
    }
    if let super::Whose::Pod(name, _) = &logs.whose
        && logs.feeds.is_empty()
    {
        return format!("pod {name} is not there any more");
    }
    if logs.feeds.is_empty() {
        let detail = state.detail.as_ref().filter(|detail| detail.key == logs.view.key);
        let note = detail.map(crate::app::detail::Detail::note).unwrap_or_default();
        let chosen_away = logs.choice != super::Choice::default();
        return match (note.is_empty(), chosen_away) {
            (false, _) => note,
            (true, true) => "nothing is chosen: , chooses pods and containers".to_owned(),
            (true, false) => "there are no pods to read logs of".to_owned(),
        };
    }
    let opening = logs.feeds.iter().any(|feed| feed.standing == Standing::Opening);
    if opening { "waiting for the first lines…" } else { "no line was written yet" }.to_owned()
}
