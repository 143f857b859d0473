//! Row 1: where we are, how the connections stand, what is true of everything on the screen.

use crate::app::fleet::Tally;
use crate::app::model::{Header, Health, Mark};
use crate::app::present::health::{self, Counts};
use crate::app::present::tick;
use crate::app::present::words::number_of;
use crate::app::screen::Screen;
use crate::app::sorting::Sorting;
use crate::app::source::{Source, channel_name};
use crate::app::state::State;
use crate::app::watching::SIGN;
use crate::config::settings::Confirm;
use crate::names::RolloutKey;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// From this width on the header counts channels and clusters too.
const WIDE: u16 = 120;

/// Row 1.
pub fn header(state: &State) -> Header {
    let (path, channel) = path(state);
    let protected = channel.is_some_and(|channel| state.confirm(channel) == Confirm::TypeName);
    Header {
        strong: protected.then_some(1),
        path,
        summary: summary(state),
        filter: filter(state),
        ribbons: ribbons(state),
        clock: state.now,
    }
}

/// Where we are, and the channel that stands at index 1 of it.
fn path(state: &State) -> (Vec<String>, Option<usize>) {
    let mut path = vec!["rolltop".to_owned()];
    let name = |channel: usize| channel_name(&state.setup, channel).to_owned();
    let channel = match state.screen() {
        Screen::Matrix | Screen::FirstRun { .. } => None,
        Screen::Board(channel) => Some(*channel),
        screen if screen.key().is_some() => screen.key().map(|key| state.sources.channel(key.source)),
        Screen::Trouble { source, .. } => Some(state.sources.channel(*source)),
        Screen::Help { .. } => {
            path.push("help".to_owned());
            None
        }
        Screen::Audit { .. } => {
            path.push("audit".to_owned());
            None
        }
        Screen::Log(_) => {
            path.push("messages".to_owned());
            None
        }
        _ => None,
    };
    path.extend(channel.map(name));
    path.extend(state.screen().key().map(|key| signed(state, key)));
    match state.screen() {
        Screen::Logs(_) => path.push("logs".to_owned()),
        Screen::Document(view) => path.push(if view.described { "describe" } else { "yaml" }.to_owned()),
        Screen::Timeline(_) => path.push("events".to_owned()),
        Screen::Charts(_) => path.push("charts".to_owned()),
        Screen::Run(view) => path.push(view.name.to_string()),
        Screen::Experiment(view) => path.push(view.name.to_string()),
        Screen::Trouble { .. } => path.push("error".to_owned()),
        _ => {}
    }
    (path, channel)
}

/// The service of a rollout, with a sign where it is watched.
pub fn signed(state: &State, key: &RolloutKey) -> String {
    let sign = if state.watching.follows(key) { format!("{SIGN} ") } else { String::new() };
    format!("{sign}{}", service(state, key))
}

/// The service of a rollout; its own name when it is gone.
pub fn service(state: &State, key: &RolloutKey) -> String {
    state.fleet.get(key).map_or_else(|| key.name.to_string(), |row| row.service.to_string())
}

fn summary(state: &State) -> String {
    match state.screen() {
        Screen::Board(channel) => {
            let heads = health::heads_line(&heads(state, *channel));
            let tally = tally(state.fleet.tally(Some(*channel)), state.size.0 >= WIDE);
            if tally.is_empty() { heads } else { format!("{tally} · {heads}") }
        }
        // What is read stands here as long as there is nothing to be said of the connection.
        Screen::Logs(view) if connected(state, view.key.source) => crate::app::logs::summary(state),
        screen if screen.key().is_some() => {
            let Some(key) = screen.key() else { return String::new() };
            let Some(source) = state.sources.get(key.source) else { return String::new() };
            let heard = source.heard.map(|at| crate::app::present::time::between(at, state.now));
            // The age of the data needs the room of a wide screen, and must not tick on a narrow one.
            let heard = heard.filter(|_| state.size.0 >= WIDE && source.was_stale);
            health::place(&head(state, source), key.namespace.as_str(), heard)
        }
        Screen::FirstRun { .. } => String::new(),
        _ => {
            let wide = state.size.0 >= WIDE;
            // No number of what nobody has read yet.
            if state.fleet.is_empty() && state.sources.iter().any(|source| !source.listed) {
                return String::new();
            }
            let summary = health::summary(counts(state), wide);
            with_tally(&summary, &tally(state.fleet.tally(None), wide))
        }
    }
}

/// How many are in which phase: `✗ 2 ‖ 3 ▸ 1 ✓ 24`, or with words where there is room.
fn tally(tally: Tally, wide: bool) -> String {
    let part = |(mark, word, count): (Mark, &str, usize)| {
        let count = number_of(count);
        if wide { format!("{count} {word}") } else { format!("{} {count}", mark.sign()) }
    };
    tally.parts().map(part).collect::<Vec<_>>().join(if wide { " · " } else { "  " })
}

/// The counts of phases stand before what needs a person, which is the last to go where room is short.
fn with_tally(summary: &str, tally: &str) -> String {
    if tally.is_empty() {
        return summary.to_owned();
    }
    match summary.rsplit_once(" · ").filter(|(_, last)| last.ends_with("you")) {
        Some((before, last)) => format!("{before} · {tally} · {last}"),
        None => format!("{summary} · {tally}"),
    }
}

/// The source is live, and what comes from it is the present.
fn connected(state: &State, source: crate::names::SourceId) -> bool {
    let source = state.sources.get(source);
    source.is_some_and(|source| source.is_live() && source.stale(&state.setup, state.now).is_none())
}

fn counts(state: &State) -> Counts {
    let sifted = state.attention_only || !state.filter.is_empty();
    let clusters: BTreeSet<&str> = state.sources.iter().map(|source| source.info.cluster.as_str()).collect();
    Counts {
        services: state.fleet.service_count(),
        shown: sifted.then_some(state.matrix.len()),
        need_you: state.fleet.needing_count(),
        channels: state.setup.settings.channels.len(),
        clusters: clusters.len(),
    }
}

fn filter(state: &State) -> Option<String> {
    let text = state.filter.text();
    match (state.filter_input.is_some() || text.is_empty(), state.attention_only) {
        (true, false) => None,
        // What `!` does is what `is:attention` says.
        (true, true) => Some("is:attention".to_owned()),
        (false, false) => Some(text.to_owned()),
        (false, true) => Some(format!("{text} is:attention")),
    }
}

fn ribbons(state: &State) -> Vec<String> {
    let setup = &state.setup;
    let order = state.list().order;
    let sorted = order != Sorting::default() && matches!(state.screen(), Screen::Matrix | Screen::Board(_));
    [(setup.demo, "DEMO"), (setup.replay, "REPLAY"), (setup.read_only && !setup.replay, "read-only")]
        .into_iter()
        .filter(|(on, _)| *on)
        .map(|(_, words)| words.to_owned())
        .chain(sorted.then(|| format!("by {}", order.word())))
        .chain(state.watching.ribbons())
        .collect()
}

fn head(state: &State, source: &Source) -> Health {
    health::head(&source.view(&state.setup, state.now))
}

/// The heads of a channel.
pub fn heads(state: &State, channel: usize) -> Vec<Health> {
    state.sources.of_channel(channel).map(|source| head(state, source)).collect()
}

/// When a head reads otherwise by time alone.
pub fn tick(state: &State) -> Option<Timestamp> {
    let shown: Vec<&Source> = match state.screen() {
        Screen::Matrix => state.sources.iter().collect(),
        Screen::Board(channel) => state.sources.of_channel(*channel).collect(),
        screen if screen.key().is_some() => {
            screen.key().and_then(|key| state.sources.get(key.source)).into_iter().collect()
        }
        Screen::Trouble { source, .. } => state.sources.get(*source).into_iter().collect(),
        _ => Vec::new(),
    };
    shown.into_iter().filter_map(|source| tick::health(&source.view(&state.setup, state.now))).min()
}
