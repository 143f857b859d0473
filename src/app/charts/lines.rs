//! Lines: points in time turned into stretches of a line. Where nothing was seen, a line is interrupted.

use jiff::Timestamp;

/// The time that a chart spans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Left end.
    pub from: Timestamp,
    /// Right end.
    pub to: Timestamp,
}

impl Span {
    /// Seconds since the left end.
    #[must_use]
    pub fn seconds(self, at: Timestamp) -> f64 {
        at.duration_since(self.from).as_secs_f64()
    }
}

/// A value that holds from each point to the next, and from the last to the end, except in gaps.
#[must_use]
pub fn steps(points: &[(Timestamp, Option<f64>)], gaps: &[(Timestamp, Timestamp)], span: Span) -> Vec<Vec<(f64, f64)>> {
    let mut stretches: Vec<Vec<(f64, f64)>> = Vec::new();
    // Where the stretch ends so far.
    let mut end: Option<Timestamp> = None;
    for (index, (at, value)) in points.iter().enumerate() {
        let until = points.get(index + 1).map_or(span.to, |(next, _)| *next);
        let Some(value) = value else {
            end = None;
            continue;
        };
        // What was replaced in the same moment was not there for any time.
        if until == *at && index + 1 < points.len() {
            continue;
        }
        for (begin, until) in without(((*at).max(span.from), until.min(span.to)), gaps) {
            let piece = [(span.seconds(begin), *value), (span.seconds(until), *value)];
            match stretches.last_mut() {
                Some(stretch) if end == Some(begin) => match stretch.last_mut() {
                    // The same goes on.
                    Some(last) if last.1.total_cmp(value).is_eq() => *last = piece[1],
                    _ => stretch.extend(piece),
                },
                _ => stretches.push(piece.to_vec()),
            }
            end = Some(until);
        }
    }
    for stretch in &mut stretches {
        stretch.dedup();
    }
    stretches
}

/// The parts of a stretch of time that lie in no gap. Gaps are in order and do not overlap.
fn without(whole: (Timestamp, Timestamp), gaps: &[(Timestamp, Timestamp)]) -> Vec<(Timestamp, Timestamp)> {
    let (mut at, end) = whole;
    let mut parts = Vec::new();
    if at > end {
        return parts;
    }
    for (begin, until) in gaps.iter().filter(|(begin, until)| *until > whole.0 && *begin < end) {
        if *begin > at {
            parts.push((at, *begin));
        }
        at = at.max(*until);
    }
    // A moment is a stretch too, unless it lies in a gap.
    if at < end || whole.0 == end && gaps.iter().all(|(begin, until)| end < *begin || end > *until) {
        parts.push((at, end));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn span(from: i64, to: i64) -> Span {
        Span { from: at(from), to: at(to) }
    }

    #[test]
    fn a_value_holds_until_the_next_and_a_gap_interrupts_it() {
        let points = [(at(0), Some(0.0)), (at(10), Some(20.0)), (at(30), Some(60.0))];
        assert_eq!(
            steps(&points, &[], span(0, 40)),
            [vec![(0.0, 0.0), (10.0, 0.0), (10.0, 20.0), (30.0, 20.0), (30.0, 60.0), (40.0, 60.0)]]
        );
        assert_eq!(
            steps(&points, &[(at(15), at(35))], span(0, 40)),
            [vec![(0.0, 0.0), (10.0, 0.0), (10.0, 20.0), (15.0, 20.0)], vec![(35.0, 60.0), (40.0, 60.0)]]
        );
        // What is not known is no zero, and what was before the left end begins there.
        let points = [(at(0), Some(1.0)), (at(10), None), (at(20), Some(3.0))];
        assert_eq!(steps(&points, &[], span(5, 30)), [vec![(0.0, 1.0), (5.0, 1.0)], vec![(15.0, 3.0), (25.0, 3.0)]]);
    }

    #[test]
    fn a_point_at_the_right_end_is_seen_and_one_in_a_gap_is_not() {
        assert_eq!(steps(&[(at(10), Some(5.0))], &[], span(0, 10)), [vec![(10.0, 5.0)]]);
        assert!(steps(&[(at(10), Some(5.0))], &[(at(5), at(20))], span(0, 20)).is_empty());
        assert!(steps(&[(at(10), Some(5.0))], &[], span(0, 5)).is_empty(), "a clock that ran backwards");
    }

    proptest! {
        #[test]
        fn nothing_is_drawn_in_a_gap(times in prop::collection::vec(0..100_i64, 1..10), gap in 0..90_i64, long in 1..20_i64) {
            let mut times = times;
            times.sort_unstable();
            let points: Vec<_> = times.iter().map(|second| (at(*second), Some(1.0))).collect();
            let gaps = [(at(gap), at(gap + long))];
            for stretch in steps(&points, &gaps, span(0, 100)) {
                for pair in stretch.windows(2) {
                    let inside = |x: f64| x > gap as f64 && x < (gap + long) as f64;
                    prop_assert!(!inside(pair[0].0) && !inside(pair[1].0), "{stretch:?}");
                    prop_assert!(pair[0].0 <= pair[1].0);
                    prop_assert!(!(pair[0].0 <= gap as f64 && pair[1].0 >= (gap + long) as f64), "over a gap: {stretch:?}");
                }
            }
        }
    }
}
