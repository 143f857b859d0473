//! Notes: the log of messages, the passing message, and what happened last; all of them bounded.

use super::model::{HappenedLine, Mark, Toast};
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;

/// Lines kept in the log of messages.
const LOG_LINES: usize = 1_000;
/// Lines kept of what happened.
const HAPPENED_LINES: usize = 50;
/// A passing message stays so long; a bad one twice as long.
const TOAST: SignedDuration = SignedDuration::from_secs(4);

/// All notes.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    log: VecDeque<(Timestamp, Mark, String)>,
    happened: VecDeque<HappenedLine>,
    toast: Option<(Toast, Timestamp)>,
    /// The message answers a key, so the next key takes it away.
    answers: bool,
}

impl Notes {
    /// A line in the log of messages.
    pub fn log(&mut self, at: Timestamp, mark: Mark, words: impl Into<String>) {
        if self.log.len() == LOG_LINES {
            self.log.pop_front();
        }
        self.log.push_back((at, mark, words.into()));
    }

    /// A passing message; the newest is shown.
    pub fn toast(&mut self, at: Timestamp, mark: Mark, words: impl Into<String>) {
        let stay = if matches!(mark, Mark::Bad | Mark::Attention) { TOAST * 2 } else { TOAST };
        self.toast_for(at, stay, mark, words);
    }

    /// A passing message that stays for a given time.
    pub fn toast_for(&mut self, at: Timestamp, stay: SignedDuration, mark: Mark, words: impl Into<String>) {
        let until = at.checked_add(stay).unwrap_or(at);
        self.toast = Some((Toast { mark, words: words.into() }, until));
        self.answers = false;
    }

    /// A passing message in answer to a key; the next key takes it away.
    pub fn answer(&mut self, at: Timestamp, mark: Mark, words: impl Into<String>) {
        self.toast(at, mark, words);
        self.answers = true;
    }

    /// Another key was pressed: the answer to the one before goes. Whether there was one.
    pub fn hush_answer(&mut self) -> bool {
        let there = self.answers && self.toast.is_some();
        if there {
            self.toast = None;
        }
        there
    }

    /// A passing message that the log keeps.
    pub fn say(&mut self, at: Timestamp, mark: Mark, words: impl Into<String>) {
        let words = words.into();
        self.log(at, mark, words.clone());
        self.toast(at, mark, words);
    }

    /// A line of what happened.
    pub fn happened(&mut self, line: HappenedLine) {
        if self.happened.len() == HAPPENED_LINES {
            self.happened.pop_front();
        }
        self.happened.push_back(line);
    }

    /// The message to show, if there is one.
    #[must_use]
    pub fn shown(&self) -> Option<&Toast> {
        self.toast.as_ref().map(|(toast, _)| toast)
    }

    /// When the message goes.
    #[must_use]
    pub fn toast_ends(&self) -> Option<Timestamp> {
        self.toast.as_ref().map(|(_, until)| *until)
    }

    /// Takes the message away when its time is over; whether it did.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        let over = self.toast_ends().is_some_and(|until| until <= now);
        if over {
            self.toast = None;
        }
        over
    }

    /// Takes the message away.
    pub fn hush(&mut self) {
        self.toast = None;
    }

    /// Number of lines in the log.
    #[must_use]
    pub fn len(&self) -> usize {
        self.log.len()
    }

    /// The log is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.log.is_empty()
    }

    /// A window of the log, oldest first.
    #[must_use]
    pub fn window(&self, first: usize, rows: usize) -> Vec<(Timestamp, Mark, String)> {
        self.log.iter().skip(first).take(rows).cloned().collect()
    }

    /// What happened, newest first.
    #[must_use]
    pub fn newest(&self) -> Vec<HappenedLine> {
        self.happened.iter().rev().cloned().collect()
    }
}
