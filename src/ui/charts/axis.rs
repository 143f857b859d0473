//! The axis of time: cells for seconds, and labels at round times in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Seconds between two labels.
const STEPS: [i64; 18] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400];

/// An axis of so many cells.
#[derive(Clone, Copy, Debug)]
pub struct Axis {
    from: Timestamp,
    /// Seconds from end to end; never 0.
    pub span: f64,
    width: u16,
}

impl Axis {
    /// From one time to another.
    #[must_use]
    pub fn new(from: Timestamp, to: Timestamp, width: u16) -> Self {
        let span = to.duration_since(from).as_secs_f64();
        Self { from, span: if span > 0.0 { span } else { 1.0 }, width }
    }

    /// The cell of a time in seconds since the left end; what is beyond is held at the edge.
    #[must_use]
    pub fn cell(&self, at: f64) -> u16 {
        let last = self.width.saturating_sub(1);
        let cell = (at / self.span * f64::from(last)).round();
        if cell > 0.0 { (cell as u16).min(last) } else { 0 }
    }

    /// Labels with the cells where they begin. They do not touch, and the first cell below a label is its time.
    #[must_use]
    pub fn ticks(&self) -> Vec<(u16, String)> {
        let step = STEPS.into_iter().find(|step| {
            let label = format_of(*step).1;
            self.span / *step as f64 * (label + 4.0) <= f64::from(self.width)
        });
        let Some(step) = step.or_else(|| days(self.span, self.width)) else { return Vec::new() };
        let begin = self.from.as_second();
        let mut at = begin.div_euclid(step) * step;
        let mut ticks: Vec<(u16, String)> = Vec::new();
        let mut end = 0;
        while (at - begin) as f64 <= self.span {
            if at >= begin
                && let Ok(time) = Timestamp::from_second(at)
            {
                let (format, _) = format_of(step);
                let text = time.to_zoned(TimeZone::UTC).strftime(format).to_string();
                let cell = self.cell((at - begin) as f64);
                let width = text.len() as u16;
                if cell >= end && cell + width <= self.width {
                    end = cell + width + 1;
                    ticks.push((cell, text));
                }
            }
            at += step;
        }
        if ticks.is_empty() && self.width >= 9 {
            let text = self.from.to_zoned(TimeZone::UTC).strftime("%H:%M:%SZ").to_string();
            ticks.push((0, text));
        }
        ticks
    }
}

/// How a time is written where labels are so many seconds apart, and its cells.
const fn format_of(step: i64) -> (&'static str, f64) {
    match step {
        ..60 => ("%H:%M:%SZ", 9.0),
        60..10_800 => ("%H:%MZ", 6.0),
        // So long that the day is needed too.
        10_800..86_400 => ("%m-%d %HZ", 9.0),
        _ => ("%m-%d", 5.0),
    }
}

/// Whole days, for an axis longer than the steps.
fn days(span: f64, width: u16) -> Option<i64> {
    let labels = (f64::from(width) / 9.0).floor();
    (labels >= 1.0).then(|| (span / labels / 86_400.0).ceil() as i64 * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn axis(seconds: i64, width: u16) -> Axis {
        let from: Timestamp = "2026-03-01T14:02:11Z".parse().unwrap();
        Axis::new(from, from + jiff::SignedDuration::from_secs(seconds), width)
    }

    fn texts(axis: Axis) -> Vec<String> {
        axis.ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn labels_stand_at_round_times() {
        assert_eq!(texts(axis(60, 60)), ["14:02:15Z", "14:02:30Z", "14:02:45Z", "14:03:00Z"]);
        assert_eq!(texts(axis(600, 60)), ["14:04Z", "14:06Z", "14:08Z", "14:10Z"]);
        assert_eq!(texts(axis(3 * 86_400, 60)), ["03-02", "03-03", "03-04"]);
        assert_eq!(texts(axis(20 * 3_600, 60)), ["03-01 18Z", "03-02 00Z", "03-02 06Z"]);
        assert_eq!(texts(axis(0, 60)), ["14:02:11Z"], "nothing passed yet");
    }

    proptest! {
        #[test]
        fn no_label_touches_another_or_leaves_the_axis(seconds in 0..4_000_000_i64, width in 0u16..300) {
            let axis = axis(seconds, width);
            let mut end = 0;
            for (cell, text) in axis.ticks() {
                prop_assert!(cell >= end && cell + text.len() as u16 <= width);
                end = cell + text.len() as u16 + 1;
            }
            for at in [-1.0, 0.0, 1.0, seconds as f64, f64::MAX, f64::NAN] {
                prop_assert!(axis.cell(at) <= width.saturating_sub(1));
            }
        }
    }
}
