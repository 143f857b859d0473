//! The terminal's title: how many rollouts need a person, and whether one of those that are watched does. Only words of
//! rolltop's own stand in it, never text from a cluster.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

/// The title changes at most this often, but for what is watched: that is what a person in another window waits for.
const EVERY: Duration = Duration::from_secs(5);

/// What the title says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rollouts that need a person.
    pub need_you: usize,
    /// Those of them that are watched and called for the person.
    pub watched: usize,
}

/// The title as it was written last.
#[derive(Clone, Copy, Debug)]
pub struct Title {
    may: bool,
    shown: Option<(Counts, Instant)>,
}

impl Title {
    /// `may`: the terminal has one.
    #[must_use]
    pub const fn new(may: bool) -> Self {
        Self { may, shown: None }
    }

    /// The bytes that bring it up to date; none when it may rest.
    pub fn bytes(&mut self, counts: Counts, now: Instant) -> Vec<u8> {
        let due = self.shown.is_none_or(|(last, at)| {
            last.watched != counts.watched || (last != counts && now.duration_since(at) >= EVERY)
        });
        if !self.may || !due {
            return Vec::new();
        }
        self.shown = Some((counts, now));
        words(counts)
    }
}

fn words(counts: Counts) -> Vec<u8> {
    let mut words = String::from("rolltop");
    // Writing to a string cannot fail.
    let _ = match counts {
        Counts { watched: 0, need_you: 0 } => Ok(()),
        Counts { watched: 0, need_you } => write!(words, " · {need_you} need you"),
        Counts { watched: 1, .. } => write!(words, " · 1 watched needs you"),
        Counts { watched, .. } => write!(words, " · {watched} watched need you"),
    };
    format!("\x1b]0;{words}\x07").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(need_you: usize, watched: usize) -> String {
        String::from_utf8(words(Counts { need_you, watched })).unwrap()
    }

    #[test]
    fn the_title_counts_what_needs_a_person() {
        assert_eq!(text(0, 0), "\x1b]0;rolltop\x07");
        assert_eq!(text(3, 0), "\x1b]0;rolltop · 3 need you\x07");
    }

    #[test]
    fn what_is_watched_comes_first_and_in_fixed_words() {
        assert_eq!(text(3, 1), "\x1b]0;rolltop · 1 watched needs you\x07");
        assert_eq!(text(3, 2), "\x1b]0;rolltop · 2 watched need you\x07");
    }

    #[test]
    fn the_title_rests_but_for_what_is_watched() {
        let now = Instant::now();
        let mut title = Title::new(true);
        assert!(!title.bytes(Counts { need_you: 1, watched: 0 }, now).is_empty());
        assert!(title.bytes(Counts { need_you: 2, watched: 0 }, now).is_empty());
        assert!(!title.bytes(Counts { need_you: 2, watched: 1 }, now).is_empty());
        assert!(!title.bytes(Counts { need_you: 3, watched: 1 }, now + EVERY).is_empty());
        assert!(Title::new(false).bytes(Counts::default(), now).is_empty());
    }
}
