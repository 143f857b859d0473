//! Durations in words: ages as Kubernetes prints them, Go's durations as Argo reads them, and the short forms that
//! rolltop shows itself.

use jiff::{SignedDuration, Timestamp};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// An age as `kubectl` prints it: `119s`, `3m20s`, `170m`, `3h20m`, `30h`, `2d5h`, `400d`, `2y30d`, `9y`. Up to one
/// second in the future is `0s`, more is `<invalid>` (Kubernetes, `k8s.io/apimachinery/pkg/util/duration`).
#[must_use]
pub fn human(age: SignedDuration) -> String {
    let seconds = age.as_secs();
    if seconds < -1 {
        return "<invalid>".into();
    }
    if seconds < 0 {
        return "0s".into();
    }
    let pair = |big: i64, unit: char, small: i64, sub: char| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{sub}") }
    };
    let (minutes, hours, days, years) = (seconds / MINUTE, seconds / HOUR, seconds / DAY, seconds / YEAR);
    if seconds < 2 * MINUTE {
        format!("{seconds}s")
    } else if minutes < 10 {
        pair(minutes, 'm', seconds % MINUTE, 's')
    } else if minutes < 3 * 60 {
        format!("{minutes}m")
    } else if hours < 8 {
        pair(hours, 'h', minutes % 60, 'm')
    } else if hours < 48 {
        format!("{hours}h")
    } else if hours < 8 * 24 {
        pair(days, 'd', hours % 24, 'h')
    } else if hours < 2 * 365 * 24 {
        format!("{days}d")
    } else if hours < 8 * 365 * 24 {
        pair(years, 'y', days % 365, 'd')
    } else {
        format!("{years}y")
    }
}

/// The age of something made at `since`, as `kubectl` prints it; `<unknown>` without a time.
#[must_use]
pub fn human_since(since: Option<Timestamp>, now: Timestamp) -> String {
    since.map_or_else(|| "<unknown>".into(), |since| human(now.duration_since(since)))
}

/// A duration in at most two units: `41s`, `12m03s`, `3h07m`, `2d4h`. Negative ones count as zero.
#[must_use]
pub fn two_units(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    if seconds < MINUTE {
        format!("{seconds}s")
    } else if seconds < HOUR {
        format!("{}m{:02}s", seconds / MINUTE, seconds % MINUTE)
    } else if seconds < DAY {
        format!("{}h{:02}m", seconds / HOUR, seconds % HOUR / MINUTE)
    } else {
        format!("{}d{}h", seconds / DAY, seconds % DAY / HOUR)
    }
}

/// A duration in one unit, for tight columns: `41s`, `12m`, `3h`, `9d`.
#[must_use]
pub fn one_unit(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    if seconds < MINUTE {
        format!("{seconds}s")
    } else if seconds < HOUR {
        format!("{}m", seconds / MINUTE)
    } else if seconds < DAY {
        format!("{}h", seconds / HOUR)
    } else {
        format!("{}d", seconds / DAY)
    }
}

/// How long ago something was, in one unit; `now` below a second and for times in the future (a clock that differs).
#[must_use]
pub fn ago(since: Timestamp, now: Timestamp) -> String {
    let age = now.duration_since(since);
    if age.as_secs() < 1 { "now".into() } else { one_unit(age) }
}

/// What is left until `until`: `in 1m48s` below ten minutes, `in 12m`, `in 3h07m`, `in 2d4h` above. A time that has
/// passed is `now`. Begun seconds count, so that it says `in 1s` until the moment itself.
#[must_use]
pub fn countdown(until: Timestamp, now: Timestamp) -> String {
    let left = until.duration_since(now);
    if left <= SignedDuration::ZERO {
        return "now".into();
    }
    let seconds = left.as_secs() + i64::from(left.subsec_nanos() > 0);
    if (10 * MINUTE..HOUR).contains(&seconds) {
        format!("in {}m", seconds / MINUTE)
    } else {
        format!("in {}", two_units(SignedDuration::from_secs(seconds)))
    }
}

/// A configured duration without zero units: 300 is `5m`, 90 is `1m30s`, 5400 is `1h30m`, 0 is `0s`.
#[must_use]
pub fn plain(seconds: i64) -> String {
    let seconds = seconds.max(0);
    let mut text = String::new();
    for (count, unit) in [(seconds / HOUR, 'h'), (seconds % HOUR / MINUTE, 'm'), (seconds % MINUTE, 's')] {
        if count > 0 {
            text.push_str(&count.to_string());
            text.push(unit);
        }
    }
    if text.is_empty() { "0s".into() } else { text }
}

/// A Go duration (`1h30m`, `1.5h`, `500ms`) in whole seconds, cut towards zero; `None` when Go would refuse it
/// (`time.ParseDuration`).
#[must_use]
pub fn go_seconds(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.as_bytes().first()? {
        b'-' => (-1.0, &text[1..]),
        b'+' => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0_f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let unit_length = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_length);
        let number: f64 = if number == "." { return None } else { number.parse().ok()? };
        total += number * unit_seconds(unit)?;
        rest = next;
    }
    // Go keeps nanoseconds in 64 bits: about 292 years.
    (total < 9.2e9).then_some((sign * (total + 1e-9)) as i64)
}

fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ns" => 1e-9,
        "us" | "µs" | "μs" => 1e-6,
        "ms" => 1e-3,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_kubectl_prints_them() {
        let rows = [
            (-5, "<invalid>"),
            (-1, "0s"),
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (200, "3m20s"),
            (599, "9m59s"),
            (600, "10m"),
            (170 * 60 + 59, "170m"),
            (3 * 3600, "3h"),
            (3 * 3600 + 20 * 60, "3h20m"),
            (8 * 3600, "8h"),
            (47 * 3600 + 3599, "47h"),
            (2 * DAY + 5 * HOUR, "2d5h"),
            (2 * DAY, "2d"),
            (8 * DAY, "8d"),
            (400 * DAY, "400d"),
            (2 * YEAR + 30 * DAY, "2y30d"),
            (9 * YEAR, "9y"),
        ];
        for (seconds, text) in rows {
            assert_eq!(human(SignedDuration::from_secs(seconds)), text, "{seconds}");
        }
    }

    #[test]
    fn own_durations_have_two_units_or_one() {
        let rows = [
            (-3, "0s", "0s"),
            (41, "41s", "41s"),
            (723, "12m03s", "12m"),
            (11_220, "3h07m", "3h"),
            (187_200, "2d4h", "2d"),
        ];
        for (seconds, two, one) in rows {
            assert_eq!(two_units(SignedDuration::from_secs(seconds)), two);
            assert_eq!(one_unit(SignedDuration::from_secs(seconds)), one);
        }
    }

    #[test]
    fn a_countdown_shows_seconds_only_below_ten_minutes_and_never_goes_negative() {
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let after = |ms: i64| now + SignedDuration::from_millis(ms);
        for (ms, text) in [
            (108_000, "in 1m48s"),
            (107_200, "in 1m48s"),
            (300, "in 1s"),
            (0, "now"),
            (-9_000, "now"),
            (720_000, "in 12m"),
            (11_220_000, "in 3h07m"),
        ] {
            assert_eq!(countdown(after(ms), now), text, "{ms}");
        }
        assert_eq!(ago(after(5_000), now), "now");
        assert_eq!(ago(now, after(5_000)), "5s");
    }

    #[test]
    fn go_durations_are_read_as_go_reads_them() {
        let rows = [
            ("30s", Some(30)),
            ("1h30m", Some(5400)),
            ("1.5h", Some(5400)),
            ("500ms", Some(0)),
            ("1m0.9s", Some(60)),
            (".5m", Some(30)),
            ("-30s", Some(-30)),
            ("0", Some(0)),
            ("", None),
            ("-", None),
            ("30", None),
            ("5d", None),
            ("1h 30m", None),
            (".s", None),
            ("1..5s", None),
            ("{{args.wait}}", None),
            ("99999999999h", None),
        ];
        for (text, seconds) in rows {
            assert_eq!(go_seconds(text), seconds, "{text:?}");
        }
    }

    #[test]
    fn configured_durations_have_no_zero_units() {
        for (seconds, text) in [(0, "0s"), (30, "30s"), (300, "5m"), (90, "1m30s"), (5400, "1h30m"), (3605, "1h5s")] {
            assert_eq!(plain(seconds), text);
        }
    }
}
