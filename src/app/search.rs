//! Search in a text on screen: what is looked for, and the line it is typed in. Logs, documents and events share it;
//! each keeps its own hits.

use super::action::Place;
use super::effect::Effect;
use super::state::State;
use super::{audited, deploying, document, logs, navigate, overlay, timeline};
use crate::keys::{Key, KeyChord};
use std::ops::Range;

/// Hits that are marked within one line.
const IN_A_LINE: usize = 64;

/// What is looked for: words with `|` between them. Without a capital letter in it, capitals do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pattern {
    text: String,
    needles: Vec<String>,
    exact: bool,
}

impl Pattern {
    /// Reads what was typed.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let needles = text.split('|').filter(|needle| !needle.is_empty()).map(str::to_owned).collect();
        Self { text: text.to_owned(), needles, exact: text.chars().any(char::is_uppercase) }
    }

    /// As it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Nothing is looked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.needles.is_empty()
    }

    /// Whether a line has it.
    #[must_use]
    pub fn hits(&self, line: &str) -> bool {
        self.needles.iter().any(|needle| self.find(line, needle, 0).is_some())
    }

    /// Where a line has it, in bytes, from the left; what overlaps counts once.
    #[must_use]
    pub fn ranges(&self, line: &str) -> Vec<Range<usize>> {
        let mut found: Vec<Range<usize>> = Vec::new();
        let mut from = 0;
        while found.len() < IN_A_LINE {
            let next = self.needles.iter().filter_map(|needle| self.find(line, needle, from)).min_by_key(|at| at.start);
            let Some(next) = next else { break };
            from = next.end;
            found.push(next);
        }
        found
    }

    /// Every line that has this one has the other: only the hits of the other have to be looked through.
    #[must_use]
    pub fn narrows(&self, before: &Self) -> bool {
        let ([needle], [old]) = (self.needles.as_slice(), before.needles.as_slice()) else { return false };
        !before.is_empty() && needle.starts_with(old.as_str()) && (self.exact || !before.exact)
    }

    fn find(&self, line: &str, needle: &str, from: usize) -> Option<Range<usize>> {
        if self.exact || !needle.is_ascii() {
            // Capitals beyond ASCII are not folded: what was typed is looked for as it was typed.
            return line.get(from..)?.find(needle).map(|at| from + at..from + at + needle.len());
        }
        let (line, needle) = (line.as_bytes(), needle.as_bytes());
        let first = *needle.first()?;
        let last = line.len().checked_sub(needle.len())?;
        (from..=last)
            .find(|at| {
                line[*at].eq_ignore_ascii_case(&first) && line[*at..*at + needle.len()].eq_ignore_ascii_case(needle)
            })
            .map(|at| at..at + needle.len())
    }
}

/// Begins to type.
pub fn open(state: &mut State) {
    state.search_input = Some(current(state).map(|pattern| pattern.text().to_owned()).unwrap_or_default());
    state.touch();
}

/// A key while it is typed.
pub fn key(state: &mut State, chord: KeyChord) -> Vec<Effect> {
    let Some(field) = &mut state.search_input else { return Vec::new() };
    match chord {
        KeyChord { key: Key::Enter, ctrl: false } => {
            state.search_input = None;
            state.touch();
        }
        KeyChord { key: Key::Esc, ctrl: false } => {
            state.search_input = None;
            look_for(state, "");
        }
        KeyChord { key: Key::Up, ctrl: false } => navigate::by(state, -1),
        KeyChord { key: Key::Down, ctrl: false } => navigate::by(state, 1),
        KeyChord { key: Key::Backspace, ctrl: false } => {
            if field.pop().is_none() {
                state.search_input = None;
            }
            typed(state);
        }
        KeyChord { key: Key::Char('u'), ctrl: true } => {
            field.clear();
            typed(state);
        }
        KeyChord { key: Key::Char(c), ctrl: false } => {
            overlay::put(field, c.encode_utf8(&mut [0; 4]));
            typed(state);
        }
        _ => {}
    }
    Vec::new()
}

/// Text was pasted into the line.
pub fn paste(state: &mut State, text: &str) {
    if let Some(field) = &mut state.search_input {
        overlay::put(field, text);
        typed(state);
    }
}

/// Nothing is looked for any more; whether something was.
pub fn clear(state: &mut State) -> bool {
    let there = current(state).is_some_and(|pattern| !pattern.text().is_empty());
    if there {
        look_for(state, "");
    }
    there
}

/// What is looked for on the screen that is shown.
#[must_use]
pub fn current(state: &State) -> Option<&Pattern> {
    match state.screen().place() {
        Place::Logs => state.logs.as_ref().map(|logs| &logs.pattern),
        Place::Document => state.document.as_ref().map(|document| &document.pattern),
        Place::Timeline => state.timeline.as_ref().map(|timeline| &timeline.pattern),
        Place::Deploy => state.deploying.form.as_ref().map(|form| &form.pattern),
        Place::Audit => Some(&state.audited.pattern),
        _ => None,
    }
}

fn typed(state: &mut State) {
    let text = state.search_input.clone();
    look_for(state, &text.unwrap_or_default());
}

fn look_for(state: &mut State, text: &str) {
    let pattern = Pattern::new(text);
    match state.screen().place() {
        Place::Logs => logs::look_for(state, pattern),
        Place::Document => document::look_for(state, pattern),
        Place::Timeline => timeline::look_for(state, pattern),
        Place::Deploy => deploying::keys::look_for(state, pattern),
        Place::Audit => audited::look_for(state, pattern),
        _ => {}
    }
    state.touch();
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_with_a_bar_between_them_are_alternatives() {
        let pattern = Pattern::new("timeout|parked");
        assert!(pattern.hits("payments Timeout after 800 ms"));
        assert_eq!(pattern.ranges("timeout: order PARKED"), [0..7, 15..21]);
        assert!(!pattern.hits("all well"));
        assert!(!Pattern::new("").hits("anything"));
        assert!(!Pattern::new("|").hits("a|b"));
    }

    #[test]
    fn a_capital_letter_makes_capitals_matter() {
        assert!(Pattern::new("error").hits("ERROR"));
        assert!(!Pattern::new("Error").hits("ERROR"));
        assert!(Pattern::new("naïve").hits("a naïve test"));
    }

    #[test]
    fn a_longer_word_narrows_a_shorter_one() {
        let of = Pattern::new;
        assert!(of("timeo").narrows(&of("time")));
        assert!(of("timeO").narrows(&of("time")));
        assert!(!of("time").narrows(&of("Time")));
        assert!(!of("time|x").narrows(&of("time")));
        assert!(!of("t").narrows(&of("")));
    }

    proptest! {
        #[test]
        fn what_is_found_stands_there(line in "\\PC{0,60}", needle in "\\PC{1,3}") {
            let pattern = Pattern::new(&needle);
            for range in pattern.ranges(&line) {
                prop_assert!(line.get(range).is_some());
            }
            prop_assert_eq!(pattern.hits(&line), !pattern.ranges(&line).is_empty());
        }

        #[test]
        fn a_line_that_has_the_longer_word_has_the_shorter(line in "[a-cA-C]{0,12}", long in "[a-cA-C]{1,4}", cut in 1usize..4) {
            let short = Pattern::new(&long[..cut.min(long.len())]);
            let long = Pattern::new(&long);
            if long.narrows(&short) && long.hits(&line) {
                prop_assert!(short.hits(&line));
            }
        }
    }
}
