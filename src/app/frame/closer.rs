//! The order of the keys in the footer, by screen, and words that say what a key does now.

use super::hint;
use crate::app::action::{Action, Group, Place, Row};
use crate::app::logs::Logs;
use crate::app::model::KeyHint;
use crate::app::state::State;
use crate::app::timeline::Timeline;

/// What leads to another closer look, or away from all of them.
const ELSEWHERE: &[Action] =
    &[Action::Promote, Action::Open, Action::Logs, Action::Events, Action::Describe, Action::Yaml, Action::Charts];

/// The keys that act on a rollout, in the order of the footer; others of their kind follow.
const ACTS: &str = "pPatDsu";

/// Puts a screen's own keys before those that lead elsewhere, and leaves out the one that leads to itself.
pub fn order(place: Place, rows: &mut Vec<&Row>) {
    let itself = match place {
        Place::Matrix | Place::Board | Place::Rollout | Place::Analysis | Place::Charts => {
            rows.sort_by_key(|row| rank(place, row));
            return;
        }
        Place::Logs => Action::Logs,
        Place::Timeline => Action::Events,
        Place::Document => Action::Open,
        Place::Text | Place::Audit | Place::Deploy => return,
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

/// Where a key stands in the footer of a list or of a page: what acts, what is done there most, the help and the way out,
/// then everything else. A narrow footer ends soon after the way out.
fn rank(place: Place, row: &Row) -> (usize, usize) {
    if row.group == Group::Rollout {
        let acts = row.first_key();
        let mut keys = acts.chars();
        let at = keys.next().filter(|_| keys.next().is_none()).and_then(|key| ACTS.find(key));
        return at.map_or((2, 0), |at| (0, at));
    }
    let list = matches!(place, Place::Matrix | Place::Board);
    let most: &[Action] = if list {
        &[
            Action::Open,
            Action::ToggleBoard,
            Action::Filter,
            Action::AttentionOnly,
            Action::Palette,
            Action::Help,
            Action::Back,
        ]
    } else {
        &[Action::Open, Action::NextMetric, Action::Logs, Action::Events, Action::NextPane, Action::Help, Action::Back]
    };
    match most.iter().position(|action| *action == row.action) {
        Some(at) => (1, at),
        None if matches!(row.action, Action::Palette | Action::Messages | Action::Copy) => (4, 0),
        None => (3, 0),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::TABLE;

    fn footer(place: Place) -> Vec<&'static str> {
        let mut rows: Vec<&Row> =
            TABLE.iter().filter(|row| row.places.contains(&place) && !row.hint.is_empty()).collect();
        order(place, &mut rows);
        rows.into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn what_acts_comes_first_and_the_way_out_before_the_closer_looks() {
        for place in [Place::Matrix, Place::Board, Place::Rollout] {
            let names = footer(place);
            let at = |name: &str| names.iter().position(|other| *other == name).unwrap();
            assert_eq!(names[0], "promote", "{names:?}");
            assert!(at("promote") < at("open") && at("open") < at("help"), "{names:?}");
            assert_eq!(at("back"), at("help") + 1, "{names:?}");
            for closer in ["describe", "yaml", "charts"] {
                assert!(at("back") < at(closer), "{closer}: {names:?}");
            }
        }
        let names = footer(Place::Board);
        let at = |name: &str| names.iter().position(|other| *other == name).unwrap();
        assert!(at("filter") < at("help") && at("back") < at("logs"), "{names:?}");
    }
}
