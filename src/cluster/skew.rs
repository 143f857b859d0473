//! Skew: how far a cluster's clock is ahead of ours, from the `Date` of its answers. Countdowns and ages are counted
//! in the cluster's time, so a wrong clock on the bastion makes no wrong number.

use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Answers that are looked at: the median of five forgets one slow answer.
const SAMPLES: usize = 5;

/// What the answers of one client said; clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Skew(Arc<Mutex<VecDeque<SignedDuration>>>);

impl Skew {
    /// Takes the `Date` of an answer that arrived at `now`. The header has whole seconds, cut off: half a second is
    /// added, so that it is right on average.
    pub fn record(&self, date: &str, now: Timestamp) {
        let Ok(zoned) = jiff::fmt::rfc2822::parse(date) else { return };
        let ahead = zoned.timestamp().duration_since(now) + SignedDuration::from_millis(500);
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() == SAMPLES {
            samples.pop_front();
        }
        samples.push_back(ahead);
    }

    /// The median, if there was any answer.
    pub fn median(&self) -> Option<SignedDuration> {
        let samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<_> = samples.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

/// Tells a change of skew only when it is a second or more: below that the header says nothing.
#[derive(Debug, Default)]
pub struct Told(SignedDuration);

impl Told {
    /// The skew, when it is worth telling.
    pub fn news(&mut self, skew: &Skew) -> Option<SignedDuration> {
        let now = skew.median()?;
        let changed = (now - self.0).abs() >= SignedDuration::from_secs(1);
        changed.then(|| {
            self.0 = now;
            now
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_median_of_five_forgets_one_odd_answer() {
        let skew = Skew::default();
        assert_eq!(skew.median(), None);
        for (date, now) in [
            ("Tue, 24 Nov 2026 00:05:40 GMT", "2026-11-24T00:05:00Z"),
            ("Tue, 24 Nov 2026 00:05:41 GMT", "2026-11-24T00:05:01Z"),
            ("Tue, 24 Nov 2026 00:09:59 GMT", "2026-11-24T00:05:02Z"),
            ("Tue, 24 Nov 2026 00:05:43 GMT", "2026-11-24T00:05:03Z"),
            ("Tue, 24 Nov 2026 00:05:44 GMT", "2026-11-24T00:05:04Z"),
            ("rubbish", "2026-11-24T00:05:04Z"),
        ] {
            skew.record(date, at(now));
        }
        assert_eq!(skew.median(), Some(SignedDuration::from_millis(40_500)));
    }

    #[test]
    fn a_skew_is_told_once_and_again_when_it_moved_by_a_second() {
        let skew = Skew::default();
        let mut told = Told::default();
        assert_eq!(told.news(&skew), None);
        skew.record("Tue, 24 Nov 2026 00:05:00 GMT", at("2026-11-24T00:05:00.4Z"));
        assert_eq!(told.news(&skew), None, "100 ms are not worth telling");
        let skew = Skew::default();
        skew.record("Tue, 24 Nov 2026 01:05:00 GMT", at("2026-11-24T00:05:00.5Z"));
        assert_eq!(told.news(&skew), Some(SignedDuration::from_hours(1)));
        assert_eq!(told.news(&skew), None);
    }
}
