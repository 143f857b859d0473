//! Durations as people write them: `45s`, `10m`, `1h30m`, `7d`. A bare number is refused, because nobody knows
//! whether it means seconds or minutes.

use std::fmt::Write as _;
use std::time::Duration;

/// Units, greatest first, with their length in milliseconds.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// Reads a duration.
///
/// # Errors
/// What is wrong, and an example of what is right.
pub fn parse(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("an empty text is not a duration; write it like \"30s\" or \"1h30m\"".to_owned());
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("\"{text}\": seconds or minutes? Write \"{text}s\" or \"{text}m\""));
    }
    let wrong =
        |why: &str| format!("\"{text}\" is not a duration ({why}); write it like \"45s\", \"10m\" or \"1h30m\"");
    let mut rest = text;
    let mut total: u64 = 0;
    let mut last = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        if digits == 0 {
            return Err(wrong(&format!("a number is missing before \"{rest}\"")));
        }
        let count: u64 = rest[..digits].parse().map_err(|_| wrong("too long"))?;
        rest = &rest[digits..];
        let letters = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let unit = &rest[..letters];
        rest = &rest[letters..];
        let Some((_, length)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            let why = if unit.is_empty() {
                "the last number has no unit".to_owned()
            } else {
                format!("the units are d, h, m, s and ms, not \"{unit}\"")
            };
            return Err(wrong(&why));
        };
        if *length >= last {
            return Err(wrong("the units go from great to small, each once"));
        }
        last = *length;
        total = count.checked_mul(*length).and_then(|part| total.checked_add(part)).ok_or_else(|| wrong("too long"))?;
    }
    Ok(Duration::from_millis(total))
}

/// Writes a duration so that [`parse`] reads it back: `1h30m`, `0s`.
#[must_use]
pub fn text(duration: Duration) -> String {
    let mut left = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let mut text = String::new();
    for (unit, length) in UNITS {
        if left >= length {
            let _ = write!(text, "{}{unit}", left / length);
            left %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_written_reads_back(millis in 0u64..10_000_000_000) {
            let duration = Duration::from_millis(millis);
            prop_assert_eq!(parse(&text(duration)), Ok(duration));
        }
    }

    #[test]
    fn durations_are_read_with_their_units() {
        for (written, seconds) in [("45s", 45), ("10m", 600), ("1h30m", 5400), ("7d", 604_800), ("0s", 0), ("1m5s", 65)]
        {
            assert_eq!(parse(written), Ok(Duration::from_secs(seconds)), "{written}");
        }
        assert_eq!(parse("250ms"), Ok(Duration::from_millis(250)));
    }

    #[test]
    fn a_wrong_duration_says_what_is_wrong() {
        for (written, part) in [
            ("15", "seconds or minutes?"),
            ("", "empty"),
            ("10x", "not \"x\""),
            ("m", "a number is missing"),
            ("1h30", "no unit"),
            ("1m1h", "from great to small"),
            ("-5s", "a number is missing"),
            ("99999999999999999999s", "too long"),
        ] {
            let said = parse(written).unwrap_err();
            assert!(said.contains(part), "{written}: {said}");
        }
    }
}
