//! The one table of actions: id, name, one-line doc, group, where it works, default keys. It feeds key lookup, footer,
//! help, README and refusals; whether an action works *now* is [`super::availability`]'s answer.

mod table;

pub use table::TABLE;

use crate::keys::{Key, KeyChord};

/// What a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Promote the pause of the selected rollout.
    Promote,
    /// Promote fully: past steps, pauses and analysis.
    PromoteFull,
    /// Skip the step that is running.
    SkipStep,
    /// Skip all steps that are left.
    SkipAllSteps,
    /// Abort the update.
    Abort,
    /// Begin an aborted update again.
    Retry,
    /// Back to an earlier revision.
    Undo,
    /// Pause by hand, or resume.
    Pause,
    /// Replace all pods.
    Restart,
    /// Another image for a container.
    SetImage,
    /// Another number of pods.
    Scale,
    /// Deploy a service from its config.
    Deploy,
    /// End the AnalysisRun or the Experiment under the cursor.
    Terminate,
    /// Delete the finished AnalysisRun under the cursor.
    DeleteRun,
    /// Mark the rollout under the cursor, or take its mark away.
    Mark,
    /// Mark all rows that pass the filter.
    MarkAll,
    /// Take all marks away.
    ClearMarks,
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
    /// The log of writes.
    Audit,
    /// Watch the selected rollout, or no longer.
    Watch,
    /// Promote the selected rollout once a condition holds.
    PromoteWhen,
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
    /// Only the lines that have what is searched, or only warnings.
    Only,
    /// The pods of another version.
    OtherRevision,
    /// Read the object again.
    ReadAgain,
    /// Copy the line, or the whole object.
    CopyText,
    /// Copy the lines on screen.
    CopyShown,
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

impl Action {
    /// Whether it sends a write, after a question.
    #[must_use]
    pub const fn writes(self) -> bool {
        matches!(
            self,
            Self::Promote
                | Self::PromoteFull
                | Self::SkipStep
                | Self::SkipAllSteps
                | Self::Abort
                | Self::Retry
                | Self::Undo
                | Self::Pause
                | Self::Restart
                | Self::SetImage
                | Self::Scale
                | Self::Terminate
                | Self::DeleteRun
        )
    }
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
    /// The log of writes.
    Audit,
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
    /// The form of a deploy.
    Deploy,
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
            Self::Audit => "audit",
            Self::Logs => "logs",
            Self::Document => "document",
            Self::Timeline => "events",
            Self::Analysis => "analysis",
            Self::Charts => "charts",
            Self::Deploy => "deploy",
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
    /// The keys, the one to show first; none: only the palette has it.
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
    /// Its keys as text: `k Up`, `1-9`; `:skip-step` for what only the palette has.
    #[must_use]
    pub fn keys_text(&self) -> String {
        if matches!(self.action, Action::Channel(_)) {
            return "1-9".to_owned();
        }
        if self.keys.is_empty() {
            return format!(":{}", self.name);
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
        // What has no key is in the palette.
        let keys = if row.keys.is_empty() { format!(": {}", row.name) } else { row.keys_text() };
        let keys = keys.split(' ').map(|key| format!("`{key}`")).collect::<Vec<_>>().join(" ");
        let places = if row.places.len() == table::ALL.len() {
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
        for place in table::ALL.iter().copied() {
            let mut seen = HashSet::new();
            for row in TABLE.iter().filter(|row| row.places.contains(&place)) {
                for chord in row.keys {
                    assert!(seen.insert(*chord), "{chord} means two things on {}", place.title());
                }
            }
        }
    }

    #[test]
    fn names_are_unique_and_every_row_has_a_doc_and_a_place() {
        let mut names = HashSet::new();
        for row in TABLE {
            assert!(names.insert(row.name), "{} is there twice", row.name);
            assert!(!row.doc.is_empty() && !row.places.is_empty(), "{}", row.name);
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
