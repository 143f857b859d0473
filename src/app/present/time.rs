//! Ages, durations and clock times in words. Two units in text (`12m03s`), one in tight columns (`12m`); never
//! negative, never `0s`; not known is `–`.

use jiff::{SignedDuration, Timestamp};

/// Not known.
pub const UNKNOWN: &str = "–";

/// Time from `earlier` to `later`; zero when they are the other way round (clocks differ), and saturating.
#[must_use]
pub fn between(earlier: Timestamp, later: Timestamp) -> SignedDuration {
    let span = later.duration_since(earlier);
    if span.is_negative() { SignedDuration::ZERO } else { span }
}

/// An age or duration with two units: `now`, `41s`, `12m03s`, `3h07m`, `2d4h`.
#[must_use]
pub fn long(span: SignedDuration) -> String {
    let _ = span;
    todo!()
}

/// The same with one unit: `now`, `41s`, `12m`, `3h`, `9d`.
#[must_use]
pub fn tight(span: SignedDuration) -> String {
    let _ = span;
    todo!()
}

/// A countdown: `in 1m48s`, `in 12m` (seconds only below ten minutes), `due` when it is past.
#[must_use]
pub fn countdown(left: SignedDuration) -> String {
    let _ = left;
    todo!()
}

/// A clock time in UTC: `14:32:07Z`; with the date when it is another day than `today`: `11-22 14:32Z`.
#[must_use]
pub fn clock(at: Timestamp, today: Timestamp) -> String {
    let _ = (at, today);
    todo!()
}

/// A planned length: `10m`, `1h30m`, `45s`; without zero units.
#[must_use]
pub fn length(seconds: i64) -> String {
    let _ = seconds;
    todo!()
}
