//! Pace: when the next frame may be drawn. The first change is drawn at once; what follows closely is merged. Keys do
//! not ask here: a key's frame is drawn at once.

use std::time::{Duration, Instant};

/// Shortest time between two frames: 30 a second are enough for an eye.
const USUAL: Duration = Duration::from_millis(33);
/// The same after two seconds of a burst: nobody reads that fast.
const BURST: Duration = Duration::from_millis(100);
/// The same when the terminal takes long to swallow a frame.
const SLOW: Duration = Duration::from_millis(200);
/// A burst that lasts this long is drawn less often.
const BURST_AFTER: Duration = Duration::from_secs(2);
/// A write that takes longer than this is a slow link.
const SLOW_WRITE: Duration = Duration::from_millis(50);

/// Keeps the time of frames.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    last: Option<Instant>,
    /// Since when frames have followed each other without a rest.
    burst: Option<Instant>,
    slow: bool,
}

impl Pace {
    /// The earliest time of the next frame; `None`: now.
    #[must_use]
    pub fn due(&self, now: Instant) -> Option<Instant> {
        let due = self.last? + self.interval(now);
        (due > now).then_some(due)
    }

    /// A frame was handed to the terminal at `now`; the write before it took `took`.
    pub fn drawn(&mut self, now: Instant, took: Duration) {
        let rested = self.last.is_none_or(|last| now.duration_since(last) > BURST * 2);
        if rested || self.burst.is_none() {
            self.burst = Some(now);
        }
        self.last = Some(now);
        self.slow = took > SLOW_WRITE;
    }

    fn interval(&self, now: Instant) -> Duration {
        if self.slow {
            SLOW
        } else if self.burst.is_some_and(|since| now.duration_since(since) > BURST_AFTER) {
            BURST
        } else {
            USUAL
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames drawn in `span` when something changes all the time and each write takes `took`.
    fn frames(span: Duration, took: Duration) -> usize {
        let begin = Instant::now();
        let mut pace = Pace::default();
        let mut now = begin;
        let mut count = 0;
        while now < begin + span {
            match pace.due(now) {
                None => {
                    pace.drawn(now, took);
                    count += 1;
                }
                Some(due) => now = due,
            }
        }
        count
    }

    #[test]
    fn the_first_change_is_drawn_at_once() {
        assert_eq!(Pace::default().due(Instant::now()), None);
    }

    #[test]
    fn a_change_after_a_rest_is_drawn_at_once() {
        let now = Instant::now();
        let mut pace = Pace::default();
        pace.drawn(now, Duration::ZERO);
        assert!(pace.due(now).is_some());
        assert_eq!(pace.due(now + Duration::from_secs(1)), None);
    }

    #[test]
    fn a_short_burst_is_drawn_thirty_times_a_second_and_a_long_one_ten_times() {
        let second = frames(Duration::from_secs(1), Duration::ZERO);
        assert!((28..=32).contains(&second), "{second}");
        let twelve = frames(Duration::from_secs(12), Duration::ZERO);
        assert!((155..=170).contains(&twelve), "2 s at 30 and 10 s at 10: {twelve}");
    }

    #[test]
    fn a_slow_terminal_gets_five_frames_a_second() {
        let second = frames(Duration::from_secs(1), Duration::from_millis(80));
        assert!((5..=6).contains(&second), "{second}");
    }
}
