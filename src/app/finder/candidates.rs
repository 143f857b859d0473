//! What the finder finds: every candidate is scored by its words, commands before names when both fit alike.

use super::What;
use crate::app::action::{self, Action, Group};
use crate::app::fleet::Row;
use crate::app::present::standing::Urgency;
use crate::app::screen::Screen;
use crate::app::sorting::Sorting;
use crate::app::source::channel_name;
use crate::app::state::State;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::cmp::Reverse;
use std::sync::Arc;

/// Lines at most: nobody reads further, and ten thousand rollouts are searched with every letter.
const MOST: usize = 200;
/// A command whose name fits stands before a name that fits as well.
const BONUS: u32 = 1_000;

/// Other words for a command.
const ALSO: &[(Action, &str)] = &[
    (Action::Promote, "resume continue approve"),
    (Action::Pause, "unpause hold"),
    (Action::Undo, "rollback revert back"),
    (Action::Abort, "stop brake"),
    (Action::SetImage, "version tag"),
    (Action::Scale, "replicas pods"),
    (Action::Terminate, "end stop analysis experiment"),
    (Action::Logs, "tail output"),
    (Action::Events, "timeline history story"),
    (Action::Describe, "details"),
    (Action::Yaml, "manifest source"),
    (Action::Charts, "metrics graph weight"),
    (Action::Filter, "find search"),
    (Action::AttentionOnly, "needs you"),
    (Action::Quit, "exit leave"),
    (Action::Login, "sign in"),
    (Action::Reconnect, "refresh reload"),
    (Action::Messages, "log"),
    (Action::Audit, "writes who record"),
    (Action::Watch, "follow notify bell pin"),
    (Action::PromoteWhen, "arm when green"),
];

/// Filters that are worth a line: what they say, and their text.
pub const FILTERS: &[(&str, &str)] = &[
    ("show only paused", "is:paused"),
    ("show only waiting for a person", "is:waiting"),
    ("show only degraded", "is:degraded"),
    ("show only aborted", "is:aborted"),
    ("show only progressing", "is:progressing"),
    ("show only running an analysis", "is:analysis"),
    ("show only what differs from the channel before", "is:drift"),
    ("show only blue-green", "is:bluegreen"),
    ("show only stale", "is:stale"),
    ("show all", ""),
];

/// Commands that speak of one rollout: `promote checkout production` names both.
const ON_ONE: &[Action] = &[
    Action::Promote,
    Action::PromoteFull,
    Action::Abort,
    Action::Retry,
    Action::Undo,
    Action::Pause,
    Action::Restart,
    Action::SetImage,
    Action::Scale,
    Action::SkipStep,
    Action::SkipAllSteps,
    Action::Open,
    Action::Logs,
    Action::Events,
    Action::Describe,
    Action::Yaml,
    Action::Charts,
];

/// Other words for a command; empty: none.
#[must_use]
pub fn also(action: Action) -> &'static str {
    ALSO.iter().find(|(known, _)| *known == action).map_or("", |(_, words)| words)
}

/// The words of a rollout: service, channel, namespace, and its own name where that is another.
#[must_use]
pub fn words_of(state: &State, row: &Row) -> String {
    let (channel, namespace) = (channel_name(&state.setup, row.channel), row.key.namespace.as_str());
    let own = if *row.key.name == *row.service { String::new() } else { format!(" {}", row.key.name) };
    format!("{} {channel} {namespace}{own}", row.service)
}

struct Scorer {
    matcher: Matcher,
    pattern: Pattern,
    buffer: Vec<char>,
    /// The letters of each word, where it is simple to say that a text does not have them.
    letters: Vec<Vec<u8>>,
}

impl Scorer {
    fn new(text: &str) -> Self {
        Self {
            matcher: Matcher::new(Config::DEFAULT),
            pattern: Pattern::new(text, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy),
            buffer: Vec::new(),
            letters: if text.is_ascii() && !text.contains('\\') {
                text.split_whitespace().map(|word| word.to_ascii_lowercase().into_bytes()).collect()
            } else {
                Vec::new()
            },
        }
    }

    /// The score of a rollout. Most of ten thousand do not have the letters at all: that is seen without its words being
    /// put together.
    fn score_of(&mut self, state: &State, row: &Row) -> Option<u32> {
        let parts = [
            &*row.service,
            " ",
            channel_name(&state.setup, row.channel),
            " ",
            row.key.namespace.as_str(),
            " ",
            &*row.key.name,
        ];
        if !self.letters.iter().all(|letters| may_have(&parts, letters)) {
            return None;
        }
        self.score(&words_of(state, row))
    }

    fn score(&mut self, words: &str) -> Option<u32> {
        self.pattern.score(Utf32Str::new(words, &mut self.buffer), &mut self.matcher)
    }
}

/// Whether these letters may stand in a text in this order. A letter that is not ASCII may count as another one.
fn may_have(parts: &[&str], letters: &[u8]) -> bool {
    let mut left = letters.iter().peekable();
    for byte in parts.iter().flat_map(|part| part.bytes()) {
        if !byte.is_ascii() {
            return true;
        }
        left.next_if(|letter| **letter == byte.to_ascii_lowercase());
        if left.peek().is_none() {
            return true;
        }
    }
    left.peek().is_none()
}

/// One that was found, with what decides between equals.
struct Found {
    score: u32,
    /// Rollouts by urgency and name; all else as it was named.
    rank: Option<(Urgency, Arc<str>, Reverse<usize>)>,
    what: What,
}

impl Found {
    fn new(score: u32, what: What) -> Self {
        Self { score, rank: None, what }
    }

    fn of(score: u32, row: &Row, what: What) -> Self {
        Self { score, rank: Some((row.urgency, row.service.clone(), Reverse(row.channel))), what }
    }
}

/// What is found by a text, best first; without one: the commands of the screen, the channels, and who needs a person.
#[must_use]
pub fn find(state: &State, text: &str) -> Vec<What> {
    let text = text.trim();
    if text.is_empty() {
        let needing = state.fleet.needing().map(|row| What::Rollout(row.key.clone()));
        return commands(state).map(What::Act).chain(channels(state)).chain(needing).take(MOST).collect();
    }
    let mut scorer = Scorer::new(text);
    let mut found: Vec<Found> = Vec::new();
    for action in commands(state) {
        let Some(row) = action::of(action) else { continue };
        // `skip-step` as help spells it, and `skip step` as people do.
        let name = scorer.score(&row.name.replace('-', " ")).or_else(|| scorer.score(row.name));
        let name = name.map(|score| score + BONUS);
        let other = || scorer_or(&mut scorer, also(action), row.doc);
        found.extend(name.or_else(other).map(|score| Found::new(score, What::Act(action))));
    }
    for channel in channels(state) {
        let What::Channel(index) = channel else { continue };
        let words = format!("go to channel {}", channel_name(&state.setup, index));
        found.extend(scorer.score(&words).map(|score| Found::new(score + BONUS / 2, channel)));
    }
    for order in Sorting::ALL {
        let words = format!("sort by {}", order.word());
        found.extend(scorer.score(&words).map(|score| Found::new(score, What::Sort(order))));
    }
    for (words, filter) in FILTERS {
        found.extend(scorer.score(words).map(|score| Found::new(score, What::Filter(filter))));
    }
    for row in state.fleet.rows() {
        let score = scorer.score_of(state, row);
        found.extend(score.map(|score| Found::of(score + BONUS / 4, row, What::Rollout(row.key.clone()))));
    }
    found.extend(on_one(state, text));
    best(found)
}

fn scorer_or(scorer: &mut Scorer, first: &str, second: &str) -> Option<u32> {
    let also = if first.is_empty() { None } else { scorer.score(first).map(|score| score + BONUS / 2) };
    // A fuzzy hit in a long sentence says little: all its letters are somewhere.
    also.or_else(|| scorer.score(second).map(|score| score / 2))
}

/// A command and a rollout in one line.
fn on_one(state: &State, text: &str) -> Vec<Found> {
    let Some((command, rest)) = text.split_once(char::is_whitespace) else { return Vec::new() };
    let command = command.to_lowercase();
    let fits = |action: &&Action| {
        let name = action::of(**action).map_or("", |row| row.name);
        name.starts_with(&command) || also(**action).split(' ').any(|word| word == command)
    };
    let Some(action) = ON_ONE.iter().find(fits) else { return Vec::new() };
    let mut scorer = Scorer::new(rest);
    let rows = state.fleet.rows();
    rows.filter_map(|row| {
        let score = scorer.score_of(state, row)?;
        Some(Found::of(score + 2 * BONUS, row, What::ActOn(*action, row.key.clone())))
    })
    .collect()
}

/// The best ones; of equals the one that was named first, rollouts by urgency and name.
fn best(mut found: Vec<Found>) -> Vec<What> {
    let order = |a: &Found, b: &Found| b.score.cmp(&a.score).then_with(|| a.rank.cmp(&b.rank));
    if found.len() > MOST {
        found.select_nth_unstable_by(MOST, order);
        found.truncate(MOST);
    }
    found.sort_by(order);
    found.into_iter().map(|found| found.what).collect()
}

/// The commands of the screen below, in the order of the footer; moving about is left to its keys.
fn commands(state: &State) -> impl Iterator<Item = Action> {
    let place = state.screen().place();
    action::TABLE
        .iter()
        .filter(move |row| row.places.contains(&place))
        .filter(|row| row.group != Group::Move)
        .map(|row| row.action)
        .filter(|action| !matches!(action, Action::Palette | Action::Interrupt | Action::Close | Action::Suspend))
}

fn channels(state: &State) -> impl Iterator<Item = What> {
    let shown = match state.screen() {
        Screen::Board(channel) => Some(*channel),
        _ => None,
    };
    (0..state.setup.settings.channels.len()).filter(move |channel| Some(*channel) != shown).map(What::Channel)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is left out without its words being put together would not have been found.
        #[test]
        fn the_quick_look_never_leaves_out_what_fits(
            parts in proptest::collection::vec("[a-cA-C\\-é]{0,6}", 3),
            text in "[a-cA-C é\\-]{1,4}",
        ) {
            let mut scorer = Scorer::new(&text);
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let parts = [parts[0], " ", parts[1], " ", parts[2]];
            let quick = scorer.letters.iter().all(|letters| may_have(&parts, letters));
            prop_assert!(quick || scorer.score(&parts.concat()).is_none(), "{:?} {:?}", parts, text);
        }
    }
}
