//! Ages, durations and clock times in words. Two units in text (`12m03s`), one in tight columns (`12m`); never
//! negative, never `0s`; not known is `–`.

use crate::argo::age;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Not known.
pub const UNKNOWN: &str = "–";

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// Countdowns show seconds below this.
const SECONDS_BELOW: i64 = 10 * MINUTE;

/// How an age is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Two units.
    Long,
    /// One unit.
    Tight,
    /// One unit, whole minutes at least: for what need not be told by the second.
    Coarse,
}

/// Time from `earlier` to `later`; zero when they are the other way round (clocks differ).
#[must_use]
pub fn between(earlier: Timestamp, later: Timestamp) -> SignedDuration {
    let span = later.duration_since(earlier);
    if span.is_negative() { SignedDuration::ZERO } else { span }
}

/// An age or duration in the given style.
#[must_use]
pub fn span(span: SignedDuration, style: Style) -> String {
    match style {
        Style::Long => long(span),
        Style::Coarse if span.as_secs() < MINUTE => "<1m".to_owned(),
        Style::Tight | Style::Coarse => tight(span),
    }
}

/// An age or duration with two units: `now`, `41s`, `12m03s`, `3h07m`, `2d4h`.
#[must_use]
pub fn long(span: SignedDuration) -> String {
    if span.as_secs() < 1 { "now".to_owned() } else { age::two_units(span) }
}

/// The same with one unit: `now`, `41s`, `12m`, `3h`, `9d`.
#[must_use]
pub fn tight(span: SignedDuration) -> String {
    if span.as_secs() < 1 { "now".to_owned() } else { age::one_unit(span) }
}

/// A countdown: `in 1m48s`, `in 12m` (seconds only below ten minutes), `due` when it is past. A part of a second
/// counts as a whole one, so that nothing is `due` before its time.
#[must_use]
pub fn countdown(until: Timestamp, now: Timestamp) -> String {
    if until <= now { "due".to_owned() } else { age::countdown(until, now) }
}

fn whole_seconds_up(left: SignedDuration) -> i64 {
    left.as_secs().saturating_add(i64::from(left.subsec_nanos() > 0))
}

/// Time until an age of this length reads otherwise.
#[must_use]
pub fn age_changes_after(age: SignedDuration, style: Style) -> SignedDuration {
    let seconds = age.as_secs();
    let unit = match style {
        Style::Long | Style::Tight if seconds < MINUTE => 1,
        Style::Long if seconds < HOUR => 1,
        Style::Long if seconds < DAY => MINUTE,
        Style::Tight | Style::Coarse if seconds < HOUR => MINUTE,
        Style::Tight | Style::Coarse if seconds >= DAY => DAY,
        _ => HOUR,
    };
    let boundary = (seconds / unit).saturating_add(1).saturating_mul(unit);
    SignedDuration::from_secs(boundary).saturating_sub(age)
}

/// Time until a countdown of this length reads otherwise; `None` when it is past.
#[must_use]
pub fn countdown_changes_after(left: SignedDuration) -> Option<SignedDuration> {
    let seconds = whole_seconds_up(left);
    if seconds <= 0 {
        return None;
    }
    let unit = match seconds {
        ..SECONDS_BELOW => 1,
        s if s < DAY => MINUTE,
        _ => HOUR,
    };
    // The text holds down to the multiple of the unit below; a part of a second more is still that text.
    let boundary = SignedDuration::from_secs(seconds / unit * unit - 1);
    Some(left.saturating_sub(boundary))
}

/// A clock time in UTC: `14:32:07Z`; with the date when it is another day than `today`: `11-22 14:32Z`; with the year
/// when it is another year.
#[must_use]
pub fn clock(at: Timestamp, today: Timestamp) -> String {
    let at = at.to_zoned(TimeZone::UTC);
    let today = today.to_zoned(TimeZone::UTC);
    let format = if at.date() == today.date() {
        "%H:%M:%SZ"
    } else if at.year() == today.year() {
        "%m-%d %H:%MZ"
    } else {
        "%Y-%m-%d"
    };
    at.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn left_in_words(left: SignedDuration) -> String {
        countdown(Timestamp::UNIX_EPOCH + left, Timestamp::UNIX_EPOCH)
    }

    fn secs(s: i64) -> SignedDuration {
        SignedDuration::from_secs(s)
    }

    #[test]
    fn ages_have_two_units_or_one() {
        let table = [
            (0, "now", "now"),
            (41, "41s", "41s"),
            (60, "1m00s", "1m"),
            (723, "12m03s", "12m"),
            (3600, "1h00m", "1h"),
            (11_220, "3h07m", "3h"),
            (86_400, "1d0h", "1d"),
            (187_200, "2d4h", "2d"),
            (-5, "now", "now"),
        ];
        for (s, two, one) in table {
            assert_eq!((long(secs(s)).as_str(), tight(secs(s)).as_str()), (two, one), "{s}");
        }
    }

    #[test]
    fn countdowns_show_seconds_only_below_ten_minutes_and_are_never_early() {
        let table = [
            (SignedDuration::from_millis(-1), "due"),
            (secs(0), "due"),
            (SignedDuration::from_millis(1), "in 1s"),
            (secs(108), "in 1m48s"),
            (secs(599), "in 9m59s"),
            (SignedDuration::from_millis(599_001), "in 10m"),
            (secs(779), "in 12m"),
            (secs(11_220), "in 3h07m"),
        ];
        for (left, words) in table {
            assert_eq!(left_in_words(left), words, "{left:?}");
        }
    }

    #[test]
    fn clock_times_carry_the_date_only_on_another_day() {
        let at: Timestamp = "2026-11-22T14:32:07Z".parse().unwrap();
        assert_eq!(clock(at, "2026-11-22T20:00:00Z".parse().unwrap()), "14:32:07Z");
        assert_eq!(clock(at, "2026-11-24T00:00:00Z".parse().unwrap()), "11-22 14:32Z");
        assert_eq!(clock(at, "2027-01-02T00:00:00Z".parse().unwrap()), "2026-11-22");
    }

    proptest! {
        #[test]
        fn an_age_reads_the_same_until_it_is_said_to_change(millis in 0..400_000_000_i64, style in 0usize..3) {
            let style = [Style::Long, Style::Tight, Style::Coarse][style];
            let age = SignedDuration::from_millis(millis);
            let after = age_changes_after(age, style);
            let nano = SignedDuration::from_nanos(1);
            prop_assert!(after > SignedDuration::ZERO);
            prop_assert_eq!(span(age + after - nano, style), span(age, style));
            prop_assert_ne!(span(age + after, style), span(age, style));
        }

        #[test]
        fn a_countdown_reads_the_same_until_it_is_said_to_change(millis in 1..400_000_000_i64) {
            let left = SignedDuration::from_millis(millis);
            let after = countdown_changes_after(left).unwrap();
            let nano = SignedDuration::from_nanos(1);
            prop_assert!(after > SignedDuration::ZERO);
            prop_assert_eq!(left_in_words(left - after + nano), left_in_words(left));
            prop_assert_ne!(left_in_words(left - after), left_in_words(left));
        }

        #[test]
        fn no_time_breaks_the_words(a in any::<i32>(), b in any::<i32>()) {
            let (a, b) = (Timestamp::from_second(a.into()).unwrap(), Timestamp::from_second(b.into()).unwrap());
            prop_assert!(!between(a, b).is_negative());
            prop_assert!(!long(between(a, b)).contains('-'));
            prop_assert!(!clock(a, b).is_empty());
        }
    }
}
