//! Pages of text: help from the table of actions, the log, the error of a source, the first run.

use super::{header, hint};
use crate::app::action::{self, Group, Place};
use crate::app::availability::{Availability, availability};
use crate::app::model::{HelpLine, HelpPage, KeyHint, LogPage, TextPage};
use crate::app::present::trouble as words;
use crate::app::screen::Screen;
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::config::settings::Confirm;
use crate::names::{RolloutKey, SourceId};

/// The keys of a page of text.
pub fn keys(state: &State) -> Vec<KeyHint> {
    let mut keys = vec![hint("↑↓", "scroll", true)];
    if matches!(state.screen(), Screen::Audit { .. }) {
        keys.push(hint("/", "search", true));
    }
    if state.screens.len() > 1 {
        keys.push(hint("Esc", "close", true));
    }
    if !matches!(state.screen(), Screen::Help { .. }) {
        keys.push(hint("?", "help", true));
    }
    if !matches!(state.screen(), Screen::Log(_)) {
        keys.push(hint("@", "messages", true));
    }
    if state.screens.len() == 1 {
        keys.push(hint("q", "quit", true));
    }
    keys
}

/// The keys of a place: those of this screen first, then those that work everywhere.
pub fn help(state: &State, place: Place, scroll: usize) -> HelpPage {
    let groups = [Group::Rollout, Group::Show, Group::Move, Group::Program]
        .into_iter()
        .map(|group| (group.title().to_owned(), help_lines(state, place, group)))
        .filter(|(_, lines)| !lines.is_empty())
        .collect();
    HelpPage { screen: place.title().to_owned(), groups, about: about(state), scroll }
}

/// About how many rows the help has where the view wraps it, rather too many than too few: its last row must be
/// reached.
pub fn help_length(state: &State, place: Place) -> usize {
    let width = usize::from(state.size.0);
    let (columns, per) = match width {
        0..70 => (1, width),
        70..120 => (2, width / 2),
        _ => (2, width / 3),
    };
    // A tenth of a row is lost where words are wrapped.
    let rows = |text: &str, room: usize| (text.chars().count() * 11).div_ceil(room.max(1) * 10);
    let help = help(state, place, 0);
    let room = per.saturating_sub(per / 3).max(per.saturating_sub(15));
    let line = |line: &HelpLine| {
        rows(&line.words, room) + if line.off.is_empty() { 0 } else { rows(&line.off, room.saturating_sub(4)) + 1 }
    };
    let keys: usize = help.groups.iter().map(|(_, lines)| 2 + lines.iter().map(line).sum::<usize>()).sum();
    keys.div_ceil(columns)
        + if columns > 1 { keys / 5 } else { 4 }
        + help.about.iter().map(|line| rows(line, width)).sum::<usize>()
}

fn help_lines(state: &State, place: Place, group: Group) -> Vec<HelpLine> {
    action::TABLE
        .iter()
        .filter(|row| row.group == group && row.places.contains(&place))
        .map(|row| HelpLine {
            keys: row.keys_text(),
            words: row.doc.to_owned(),
            off: match availability(state, row.action) {
                Availability::Ready => String::new(),
                Availability::Off(why) => why,
            },
        })
        .collect()
}

fn about(state: &State) -> Vec<String> {
    let setup = &state.setup;
    let config =
        setup.settings.path.as_ref().map_or("no config file".to_owned(), |path| format!("config {}", path.display()));
    let channels = &setup.settings.channels;
    let writes = |wanted: fn(&crate::config::settings::Channel) -> bool| {
        let names: Vec<&str> =
            channels.iter().filter(|channel| wanted(channel)).map(|channel| channel.name.as_str()).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let mut about = vec![format!(
        "rolltop {} · {} channels, {} sources · {config}",
        env!("CARGO_PKG_VERSION"),
        channels.len(),
        setup.sources.len()
    )];
    about.push(format!(
        "writes confirmed: {} · by typing the name: {} · refused: {} · you: {}",
        writes(|channel| !channel.read_only && channel.confirm == Confirm::Enter),
        writes(|channel| !channel.read_only && channel.confirm == Confirm::TypeName),
        writes(|channel| channel.read_only || channel.confirm == Confirm::Deny),
        setup.user
    ));
    for source in state.sources.iter() {
        let channel = channel_name(setup, source.info.channel);
        about.push(format!("{channel}: {} ({})", source.info.cluster, source.info.scope));
    }
    about.extend(setup.terminal.iter().cloned());
    about
}

/// The log of messages; without a first line, its end.
pub fn log(state: &State, first: Option<usize>) -> LogPage {
    let total = state.notes.len();
    let first = first.unwrap_or_else(|| total.saturating_sub(state.page_rows));
    LogPage { lines: state.notes.window(first, state.page_rows), first, total }
}

/// The error of a source in full.
pub fn trouble(state: &State, source: SourceId, scroll: usize) -> TextPage {
    match state.sources.get(source) {
        Some(source) => TextPage { scroll, ..words::in_full(&source.view(&state.setup, state.now)) },
        None => TextPage { title: "error".to_owned(), lines: Vec::new(), scroll },
    }
}

/// A rollout whose page was open is gone.
pub fn gone(state: &State, key: &RolloutKey) -> TextPage {
    let channel = channel_name(&state.setup, state.sources.channel(key.source));
    let service = header::service(state, key);
    let listed = state.sources.get(key.source).is_some_and(|source| source.listed);
    let what = if listed { "is not there any more" } else { "has not arrived yet" };
    TextPage {
        title: service,
        lines: vec![
            format!("The rollout {}/{} {what} in {channel}.", key.namespace, key.name),
            "If it is made again, this page shows it. Esc goes back.".to_owned(),
        ],
        scroll: 0,
    }
}

/// No kubeconfig: why, and what to do now.
pub fn first_run(state: &State, scroll: usize) -> TextPage {
    let reason = state.setup.first_run.clone().unwrap_or_default();
    let mut lines = vec![reason, String::new()];
    lines.extend(
        [
            "See how it looks, without any cluster:",
            "",
            "    rolltop demo",
            "",
            "With a cluster: set KUBECONFIG, or name a file with --kubeconfig, and start rolltop again.",
            "Release channels are named in config.toml:",
            "",
            "    [[release_channels]]",
            "    name = \"production\"",
            "    runtime = { context = \"prod-eu\", namespace = \"shop\" }",
            "",
            "q quits.",
        ]
        .map(str::to_owned),
    );
    TextPage { title: "no cluster to watch yet".to_owned(), lines, scroll }
}
