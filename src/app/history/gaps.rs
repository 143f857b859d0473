//! Gaps: when a source could not be seen. One list per source, since all its rollouts vanish together.

use crate::names::SourceId;
use jiff::Timestamp;
use std::collections::HashMap;

/// Gaps that are kept per source; older ones are taken together.
const MOST: usize = 200;

/// A stretch of time; without an end it still goes on.
pub type Gap = (Timestamp, Option<Timestamp>);

/// The gaps of all sources, by the clocks of their clusters.
#[derive(Clone, Debug, Default)]
pub struct Gaps(HashMap<SourceId, Vec<Gap>>);

impl Gaps {
    /// The source can be seen now, or cannot; `last` is when it was heard of.
    pub fn note(&mut self, source: SourceId, seen: bool, last: Timestamp, now: Timestamp) {
        // Before it was seen for the first time nothing is missing.
        if !seen && !self.0.contains_key(&source) {
            return;
        }
        let gaps = self.0.entry(source).or_default();
        let open = gaps.last_mut().filter(|(_, end)| end.is_none());
        match (seen, open) {
            // It ended when the source was heard of again, if that is told.
            (true, Some(gap)) => gap.1 = Some(if last > gap.0 { last.min(now) } else { now }.max(gap.0)),
            (false, None) => {
                // Never before the end of the one before.
                let from = gaps.last().and_then(|(_, end)| *end).map_or(last, |end| end.max(last)).min(now);
                gaps.push((from, None));
                if gaps.len() > MOST {
                    // One long gap claims less than two stretches that are made up.
                    let (_, end) = gaps.remove(1);
                    gaps[0].1 = end;
                }
            }
            _ => {}
        }
    }

    /// The gaps of a source within `from` and `to`, cut to it, oldest first.
    #[must_use]
    pub fn within(&self, source: SourceId, from: Timestamp, to: Timestamp) -> Vec<(Timestamp, Timestamp)> {
        let all = self.0.get(&source).map(Vec::as_slice).unwrap_or_default();
        all.iter()
            .map(|(begin, end)| ((*begin).max(from), end.unwrap_or(to).min(to)))
            .filter(|(begin, end)| begin < end)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    const SOURCE: SourceId = SourceId(0);

    #[test]
    fn a_gap_begins_when_the_source_was_heard_of_last_and_ends_when_it_is_seen_again() {
        let mut gaps = Gaps::default();
        gaps.note(SOURCE, true, at(10), at(10));
        gaps.note(SOURCE, false, at(20), at(35));
        gaps.note(SOURCE, false, at(20), at(50));
        assert_eq!(gaps.within(SOURCE, at(0), at(60)), [(at(20), at(60))]);
        gaps.note(SOURCE, true, at(70), at(70));
        gaps.note(SOURCE, true, at(80), at(80));
        assert_eq!(gaps.within(SOURCE, at(0), at(100)), [(at(20), at(70))]);
        assert_eq!(gaps.within(SOURCE, at(30), at(40)), [(at(30), at(40))]);
        assert!(gaps.within(SOURCE, at(70), at(90)).is_empty());
        gaps.note(SourceId(1), false, at(0), at(0));
        assert!(gaps.within(SourceId(1), at(0), at(100)).is_empty(), "it was never seen: nothing is missing");
    }

    #[test]
    fn gaps_are_bounded_and_never_cover_less_than_they_did() {
        let mut gaps = Gaps::default();
        gaps.note(SOURCE, true, at(0), at(0));
        for second in (0..10_000).step_by(10) {
            gaps.note(SOURCE, false, at(second), at(second + 1));
            gaps.note(SOURCE, true, at(second + 5), at(second + 5));
        }
        let all = gaps.within(SOURCE, at(0), at(10_000));
        assert_eq!((all.len(), all[0].0), (MOST, at(0)));
        assert!(all.windows(2).all(|pair| pair[0].1 <= pair[1].0));
    }
}
