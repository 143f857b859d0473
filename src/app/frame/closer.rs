//! The keys of the screens that look closer: their own first, and words that say what a key does now.

use super::hint;
use crate::app::action::{Action, Place, Row};
use crate::app::logs::Logs;
use crate::app::model::KeyHint;
use crate::app::state::State;
use crate::app::timeline::Timeline;

/// What leads to another closer look, or away from all of them.
const ELSEWHERE: &[Action] =
    &[Action::Promote, Action::Open, Action::Logs, Action::Events, Action::Describe, Action::Yaml, Action::Charts];

/// Puts a screen's own keys before those that lead elsewhere, and leaves out the one that leads to itself.
pub fn order(place: Place, rows: &mut Vec<&Row>) {
    let itself = match place {
        Place::Logs => Action::Logs,
        Place::Timeline => Action::Events,
        Place::Document => Action::Open,
        _ => return,
    };
    rows.retain(|row| row.action != itself);
    let own = |row: &&Row| {
        !(ELSEWHERE.contains(&row.action) || row.action == Action::Palette || row.action == Action::Messages)
    };
    let first = |row: &&Row| match row.action {
        Action::Follow | Action::Fold => 0,
        Action::Search | Action::Wrap | Action::OtherRevision | Action::CopyText => 1,
        Action::Help | Action::Back => 2,
        _ => 3,
    };
    // Help and the way out come before what is needed less: a narrow footer still has them.
    rows.sort_by_key(|row| (!own(row), first(row)));
}

/// The word of a key, by what it does now.
pub fn word(state: &State, row: &Row) -> &'static str {
    let place = state.screen().place();
    match (row.action, place, &state.logs) {
        (Action::Follow, Place::Logs, Some(logs)) if logs.follows() => "hold",
        (Action::Follow, Place::Timeline, _) if state.timeline.as_ref().is_some_and(Timeline::follows) => "hold",
        (Action::OtherRevision, _, Some(logs)) => logs.other_word(),
        (Action::CopyText, Place::Logs | Place::Timeline, _) => "copy line",
        (Action::CopyText, ..) => "copy all",
        (Action::Only, Place::Logs, _) => "hits only",
        (Action::Only, ..) => "warnings only",
        _ => row.hint,
    }
}

/// The keys of the list of pods and containers, while it is open.
pub fn choosing(state: &State) -> Option<Vec<KeyHint>> {
    let open = state.screen().place() == Place::Logs && state.logs.as_ref().is_some_and(Logs::is_choosing);
    open.then(|| {
        vec![
            hint("Space", "on or off", true),
            hint("a", "as at first", true),
            hint("↑↓", "move", true),
            hint("⏎", "close", true),
        ]
    })
}
