//! The finder as the model has it: only the lines around the chosen one are made into words.

use crate::app::action::{self, Action};
use crate::app::availability::{Availability, availability};
use crate::app::finder::{Finder, What, also, filter_words, words_of};
use crate::app::model::{FinderDialog, FinderLine, Mark};
use crate::app::present::{Subject, standing};
use crate::app::source::channel_name;
use crate::app::state::State;

/// What it shows.
pub fn dialog(state: &State, finder: &Finder) -> FinderDialog {
    let room = if state.size.1 < 30 { 10 } else { 20 };
    let first = (finder.at + 1).saturating_sub(room);
    let lines = finder.found.iter().skip(first).take(room).map(|what| line(state, what)).collect();
    let note = match finder.found.get(finder.at) {
        Some(What::Act(action) | What::ActOn(action, _)) if !also(*action).is_empty() => {
            format!("also called: {}", also(*action).replace(' ', ", "))
        }
        _ => String::new(),
    };
    FinderDialog {
        title: "find a command, a rollout, a channel".to_owned(),
        input: finder.text.clone(),
        lines,
        first,
        total: finder.found.len(),
        selected: finder.at - first.min(finder.at),
        note,
    }
}

fn line(state: &State, what: &What) -> FinderLine {
    let plain = |words: String, detail: String| FinderLine { mark: None, words, detail, key: String::new(), on: true };
    match what {
        What::Act(action) => command(state, *action),
        What::ActOn(action, key) => {
            let name = action::of(*action).map_or("", |row| row.name);
            let rollout = state.fleet.get(key).map_or_else(|| key.name.to_string(), |row| words_of(state, row));
            FinderLine { words: format!("{name} {rollout}"), ..of_rollout(state, key) }
        }
        What::Rollout(key) => of_rollout(state, key),
        What::Channel(channel) => FinderLine {
            key: if *channel < 9 { (channel + 1).to_string() } else { String::new() },
            ..plain(format!("go to {}", channel_name(&state.setup, *channel)), String::new())
        },
        What::Sort(order) => plain(format!("sort by {}", order.word()), order.words().to_owned()),
        What::Filter(text) => {
            let detail = if text.is_empty() { String::new() } else { format!("/{text}") };
            plain(filter_words(text).to_owned(), detail)
        }
    }
}

fn command(state: &State, action: Action) -> FinderLine {
    let row = action::of(action);
    let (on, detail) = match availability(state, action) {
        Availability::Ready => (true, row.map_or("", |row| row.doc).to_owned()),
        Availability::Off(why) => (false, format!("off: {}", why.strip_prefix("refused: ").unwrap_or(&why))),
    };
    FinderLine {
        mark: None,
        words: row.map_or("", |row| row.name).replace('-', " "),
        detail,
        key: row.map(action::Row::first_key).unwrap_or_default(),
        on,
    }
}

fn of_rollout(state: &State, key: &crate::names::RolloutKey) -> FinderLine {
    match state.fleet.get(key) {
        Some(row) => {
            let context = state.context(row, false);
            let subject = Subject::new(&row.rollout, &row.picture, &context);
            FinderLine {
                mark: Some(standing::mark(&subject)),
                words: words_of(state, row),
                detail: standing::state_words(&subject),
                key: String::new(),
                on: true,
            }
        }
        None => FinderLine {
            mark: Some(Mark::Absent),
            words: key.name.to_string(),
            detail: "gone".to_owned(),
            key: String::new(),
            on: false,
        },
    }
}
