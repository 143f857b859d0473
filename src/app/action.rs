//! The one table of actions: id, name, one-line doc, group, where it works, default keys. It feeds key lookup, footer,
//! help, README and refusals; whether an action works *now* is [`super::availability`]'s answer.

use crate::keys::{Key, KeyChord};

/// What a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Promote the pause of the selected rollout.
    Promote,
    /// Open what is selected.
    Open,
    /// The overview in place of a channel's list, and back.
    ToggleBoard,
    /// Type a filter.
    Filter,
    /// Only what needs attention.
    AttentionOnly,
    /// To the next that needs attention.
    NextAttention,
    /// Log in to the channel's cluster again.
    Login,
    /// Try the channel's connection again now.
    Reconnect,
    /// The raw error of the channel's connection.
    Trouble,
    /// The log of messages.
    Messages,
    /// The keys.
    Help,
    /// Next pane of the rollout.
    NextPane,
    /// Previous pane of the rollout.
    PreviousPane,
    /// The focused pane fills the screen.
    Zoom,
    /// The channel with this number, from 1.
    Channel(u8),
    /// All channels: the overview.
    AllChannels,
    /// The channel to the left.
    PreviousChannel,
    /// The channel to the right.
    NextChannel,
    /// One up.
    Up,
    /// One down.
    Down,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// Half a page up.
    HalfUp,
    /// Half a page down.
    HalfDown,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Copy the name of the selected rollout.
    Copy,
    /// Logs of the selected rollout's pods.
    Logs,
    /// Events of the selected rollout and its children.
    Events,
    /// The selected object described.
    Describe,
    /// The selected object as YAML.
    Yaml,
    /// Weight and metrics over time.
    Charts,
    /// Search in the text on screen.
    Search,
    /// To the next hit of the search.
    NextHit,
    /// To the previous hit of the search.
    PreviousHit,
    /// Wrap long lines, or cut them.
    Wrap,
    /// Follow the end, or hold.
    Follow,
    /// Fold or unfold.
    Fold,
    /// The container before its last restart, and back.
    PreviousLog,
    /// Choose pods and containers.
    Choose,
    /// The next metric.
    NextMetric,
    /// The previous metric.
    PreviousMetric,
    /// Another order of the list.
    Sort,
    /// The command palette.
    Palette,
    /// One screen back; nothing on the overview.
    Leave,
    /// The screen that was shown before this one.
    LastScreen,
    /// Close the topmost thing; never quits.
    Close,
    /// Close the top layer; on the overview, quit.
    Back,
    /// Quit from anywhere.
    Quit,
    /// Draw everything anew.
    Repaint,
    /// Stop the process until `fg`.
    Suspend,
    /// Cancel; twice quits.
    Interrupt,
}

/// A heading in help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// What is done to a rollout.
    Rollout,
    /// What is shown.
    Show,
    /// Where the cursor goes.
    Move,
    /// The program itself.
    Program,
}

impl Group {
    /// The heading.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Rollout => "rollout",
            Self::Show => "show",
            Self::Move => "move",
            Self::Program => "everywhere",
        }
    }
}

/// A kind of screen, as far as keys are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Services by channels.
    Matrix,
    /// One channel as a list.
    Board,
    /// One rollout.
    Rollout,
    /// Help, the log of messages, a page of text.
    Text,
    /// Logs of pods.
    Logs,
    /// One object as YAML, or described.
    Document,
    /// Events.
    Timeline,
    /// An AnalysisRun or an Experiment.
    Analysis,
    /// Charts.
    Charts,
}

impl Place {
    /// Its name in help.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Matrix => "overview",
            Self::Board => "channel board",
            Self::Rollout => "rollout",
            Self::Text => "text",
            Self::Logs => "logs",
            Self::Document => "document",
            Self::Timeline => "events",
            Self::Analysis => "analysis",
            Self::Charts => "charts",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it does.
    pub action: Action,
    /// Its name in settings and refusals: `promote`.
    pub name: &'static str,
    /// The keys, the one to show first.
    pub keys: &'static [KeyChord],
    /// The word in the footer; empty: not in the footer.
    pub hint: &'static str,
    /// One line for help and README.
    pub doc: &'static str,
    /// Heading.
    pub group: Group,
    /// Where it works.
    pub places: &'static [Place],
    /// Whether it sends a write, after a question.
    pub writes: bool,
}

const LISTS: &[Place] = &[Place::Matrix, Place::Board];
const OBJECTS: &[Place] = &[Place::Matrix, Place::Board, Place::Rollout];
const OPENS: &[Place] = &[Place::Matrix, Place::Board, Place::Rollout, Place::Analysis];
const PAGE: &[Place] = &[Place::Rollout];
/// Where a closer look can be taken from.
const NODES: &[Place] = &[
    Place::Matrix,
    Place::Board,
    Place::Rollout,
    Place::Logs,
    Place::Document,
    Place::Timeline,
    Place::Analysis,
    Place::Charts,
];
const TEXTS: &[Place] = &[Place::Logs, Place::Document, Place::Timeline];
const ALL: &[Place] = &[
    Place::Matrix,
    Place::Board,
    Place::Rollout,
    Place::Text,
    Place::Logs,
    Place::Document,
    Place::Timeline,
    Place::Analysis,
    Place::Charts,
];

const fn c(c: char) -> KeyChord {
    KeyChord::char(c)
}
const fn k(key: Key) -> KeyChord {
    KeyChord::plain(key)
}
const fn ctrl(c: char) -> KeyChord {
    KeyChord::ctrl(c)
}

const fn row(
    action: Action,
    name: &'static str,
    keys: &'static [KeyChord],
    hint: &'static str,
    doc: &'static str,
    group: Group,
    places: &'static [Place],
) -> Row {
    Row { action, name, keys, hint, doc, group, places, writes: matches!(action, Action::Promote) }
}

/// The digits that choose a channel.
const DIGITS: &[KeyChord] = &[c('1'), c('2'), c('3'), c('4'), c('5'), c('6'), c('7'), c('8'), c('9')];

use Action as A;
use Group::{Move, Program, Rollout, Show};

/// The table, in the order of the footer: the most important first.
pub const TABLE: &[Row] = &[
    row(A::Promote, "promote", &[c('p')], "promote", "promote the pause of the selected rollout", Rollout, OBJECTS),
    row(A::Open, "open", &[k(Key::Enter)], "open", "open what is selected", Show, OPENS),
    row(A::Logs, "logs", &[c('l')], "logs", "the logs of its pods", Show, NODES),
    row(A::Events, "events", &[c('e')], "events", "events, oldest first", Show, NODES),
    row(A::Describe, "describe", &[c('d')], "describe", "described in words", Show, NODES),
    row(A::Yaml, "yaml", &[c('y')], "yaml", "the object as YAML", Show, NODES),
    row(A::Charts, "charts", &[c('m')], "charts", "weight and metrics over time", Show, NODES),
    row(A::Search, "search", &[c('/')], "search", "search in the text", Show, TEXTS),
    row(A::NextHit, "next-hit", &[c('n')], "", "to the next hit", Move, TEXTS),
    row(A::PreviousHit, "previous-hit", &[c('N')], "", "to the previous hit", Move, TEXTS),
    row(A::Wrap, "wrap", &[c('w')], "wrap", "wrap long lines, or cut them", Show, TEXTS),
    row(A::Follow, "follow", &[c('f'), c(' ')], "follow", "follow the end, or hold", Show, &[Place::Logs]),
    row(A::Fold, "fold", &[c('f')], "fold", "fold or unfold", Show, &[Place::Rollout, Place::Document]),
    row(A::PreviousLog, "previous-log", &[c('b')], "before", "the log before the last restart", Show, &[Place::Logs]),
    row(A::Choose, "choose", &[c(',')], "choose", "choose pods and containers", Show, &[Place::Logs]),
    row(A::NextMetric, "next-metric", &[c('n')], "", "the next metric", Move, &[Place::Analysis, Place::Charts]),
    row(
        A::PreviousMetric,
        "previous-metric",
        &[c('N')],
        "",
        "the previous metric",
        Move,
        &[Place::Analysis, Place::Charts],
    ),
    row(A::Sort, "sort", &[c('o')], "sort", "another order of the list", Show, LISTS),
    row(A::NextPane, "next-pane", &[k(Key::Tab)], "pane", "next pane", Move, PAGE),
    row(A::PreviousPane, "previous-pane", &[k(Key::BackTab)], "", "previous pane", Move, PAGE),
    row(A::Zoom, "zoom", &[c('z')], "zoom", "let the pane fill the screen", Show, PAGE),
    row(A::Login, "login", &[c('L')], "log in", "log in to the cluster of this channel again", Program, OBJECTS),
    row(
        A::Reconnect,
        "reconnect",
        &[c('R'), ctrl('r')],
        "retry now",
        "try the connection of this channel again now",
        Program,
        OBJECTS,
    ),
    row(A::Trouble, "trouble", &[c('E')], "error", "the raw error of this channel's connection", Show, OBJECTS),
    row(A::ToggleBoard, "board", &[c('v')], "view", "overview of all channels, or the list of one", Show, LISTS),
    row(A::Filter, "filter", &[c('/')], "filter", "filter: word !word ~fuzzy l:k=v ch: is: img:", Show, LISTS),
    row(A::AttentionOnly, "attention", &[c('!')], "attention", "only what needs attention", Show, LISTS),
    row(A::NextAttention, "next-attention", &[c('.')], "", "to the next that needs attention", Move, OBJECTS),
    row(
        A::Palette,
        "palette",
        &[c(':')],
        "palette",
        "find a command, a rollout or a channel by its name",
        Program,
        ALL,
    ),
    row(A::Help, "help", &[c('?'), k(Key::F(1))], "help", "the keys of this screen", Program, ALL),
    row(A::Messages, "messages", &[c('@')], "messages", "the log of messages", Show, ALL),
    row(A::Channel(0), "channel", DIGITS, "", "the channel with this number", Move, OBJECTS),
    row(A::AllChannels, "all-channels", &[c('0')], "", "all channels: the overview", Move, OBJECTS),
    row(A::PreviousChannel, "previous-channel", &[c('['), k(Key::Left)], "", "the channel to the left", Move, OBJECTS),
    row(A::NextChannel, "next-channel", &[c(']'), k(Key::Right)], "", "the channel to the right", Move, OBJECTS),
    row(A::Up, "up", &[c('k'), k(Key::Up)], "", "up", Move, ALL),
    row(A::Down, "down", &[c('j'), k(Key::Down)], "", "down", Move, ALL),
    row(A::Top, "top", &[c('g'), k(Key::Home)], "", "to the first", Move, ALL),
    row(A::Bottom, "bottom", &[c('G'), k(Key::End)], "", "to the last", Move, ALL),
    row(A::HalfUp, "half-up", &[ctrl('u')], "", "half a page up", Move, ALL),
    row(A::HalfDown, "half-down", &[ctrl('d')], "", "half a page down", Move, ALL),
    row(A::PageUp, "page-up", &[k(Key::PageUp), ctrl('b')], "", "a page up", Move, ALL),
    row(A::PageDown, "page-down", &[k(Key::PageDown), ctrl('f')], "", "a page down", Move, ALL),
    row(A::Copy, "copy", &[c('c')], "copy", "copy the name of the selected rollout", Show, OBJECTS),
    row(A::Leave, "leave", &[c('h'), k(Key::Backspace)], "", "one screen back", Move, ALL),
    row(A::LastScreen, "last-screen", &[c('-')], "", "the screen before this one", Move, ALL),
    row(A::Close, "close", &[k(Key::Esc)], "", "close the topmost thing; never quits", Program, ALL),
    row(A::Back, "back", &[c('q')], "quit", "close the top layer; on the overview, quit", Program, ALL),
    row(A::Quit, "quit", &[c('Q')], "", "quit from anywhere", Program, ALL),
    row(A::Repaint, "repaint", &[ctrl('l')], "", "draw the screen anew", Program, ALL),
    row(A::Suspend, "suspend", &[ctrl('z')], "", "stop until fg", Program, ALL),
    row(A::Interrupt, "interrupt", &[ctrl('c')], "", "cancel; twice quits", Program, ALL),
];

/// The row of an action.
#[must_use]
pub fn of(action: Action) -> Option<&'static Row> {
    let wanted = if matches!(action, Action::Channel(_)) { Action::Channel(0) } else { action };
    TABLE.iter().find(|row| row.action == wanted)
}

/// What a key does in a place; `None`: nothing there.
#[must_use]
pub fn lookup(place: Place, chord: KeyChord) -> Option<Action> {
    let row = TABLE.iter().find(|row| row.places.contains(&place) && row.keys.contains(&chord))?;
    match (row.action, chord.key) {
        (Action::Channel(_), Key::Char(digit)) => {
            digit.to_digit(10).and_then(|n| u8::try_from(n).ok()).map(Action::Channel)
        }
        (action, _) => Some(action),
    }
}

/// Where a key works, for the answer to a key that does nothing here.
#[must_use]
pub fn elsewhere(chord: KeyChord) -> Option<&'static Row> {
    TABLE.iter().find(|row| row.keys.contains(&chord))
}

impl Row {
    /// Its keys as text: `k Up`, `1-9`.
    #[must_use]
    pub fn keys_text(&self) -> String {
        if matches!(self.action, Action::Channel(_)) {
            return "1-9".to_owned();
        }
        self.keys.iter().map(|chord| glyph(*chord)).collect::<Vec<_>>().join(" ")
    }

    /// The key to show in the footer.
    #[must_use]
    pub fn first_key(&self) -> String {
        self.keys.first().map(|chord| glyph(*chord)).unwrap_or_default()
    }
}

/// A key as screens show it: arrows and Enter by their signs.
fn glyph(chord: KeyChord) -> String {
    match chord {
        KeyChord { key: Key::Enter, ctrl: false } => "⏎".to_owned(),
        KeyChord { key: Key::Up, ctrl: false } => "↑".to_owned(),
        KeyChord { key: Key::Down, ctrl: false } => "↓".to_owned(),
        KeyChord { key: Key::Left, ctrl: false } => "←".to_owned(),
        KeyChord { key: Key::Right, ctrl: false } => "→".to_owned(),
        chord => chord.to_string(),
    }
}

/// The table for the README, as Markdown: keys, what they do, where.
#[must_use]
pub fn markdown() -> String {
    let mut text = String::from("| keys | what they do | where |\n| --- | --- | --- |\n");
    for row in TABLE {
        let keys = row.keys_text().split(' ').map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ");
        let places = if row.places.len() == ALL.len() {
            "everywhere".to_owned()
        } else {
            row.places.iter().map(|place| place.title()).collect::<Vec<_>>().join(", ")
        };
        text.extend(["| ", &keys, " | ", row.doc, " | ", &places, " |\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_key_means_one_thing_in_one_place() {
        for place in ALL.iter().copied() {
            let mut seen = HashSet::new();
            for row in TABLE.iter().filter(|row| row.places.contains(&place)) {
                for chord in row.keys {
                    assert!(seen.insert(*chord), "{chord} means two things on {}", place.title());
                }
            }
        }
    }

    #[test]
    fn names_are_unique_and_every_row_has_a_key_and_a_doc() {
        let mut names = HashSet::new();
        for row in TABLE {
            assert!(names.insert(row.name), "{} is there twice", row.name);
            assert!(!row.keys.is_empty() && !row.doc.is_empty() && !row.places.is_empty(), "{}", row.name);
        }
    }

    #[test]
    fn a_digit_is_the_number_of_a_channel() {
        assert_eq!(lookup(Place::Board, KeyChord::char('3')), Some(Action::Channel(3)));
        assert_eq!(lookup(Place::Text, KeyChord::char('3')), None);
        assert_eq!(lookup(Place::Matrix, KeyChord::char('0')), Some(Action::AllChannels));
    }

    #[test]
    fn the_table_for_the_readme_has_a_row_for_every_action() {
        assert_eq!(markdown().lines().count(), TABLE.len() + 2);
    }
}
