//! Patterns of `dryRun`: a regular expression that may match anywhere in a metric's name (Argo Rollouts,
//! `utils/analysis/helpers.go`, `GetDryRunMetrics`). What people write is a name, `.*`, or `name-.*`; these and `^ $ ? +`
//! are read. Richer ones are not: then the run itself says so with its first measurement.

/// One character of a pattern, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Part {
    /// `None` stands for any character.
    wanted: Option<char>,
    /// It may be missing.
    optional: bool,
    /// It may come again.
    repeated: bool,
}

/// Whether a metric's name is matched; `false` when the pattern is of a richer kind.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let (from_start, pattern) = pattern.strip_prefix('^').map_or((false, pattern), |rest| (true, rest));
    let (to_end, pattern) = pattern.strip_suffix('$').map_or((false, pattern), |rest| (true, rest));
    let Some(parts) = parts(pattern) else { return false };
    // All places in the pattern that the name read so far can lead to: one pass, whatever the pattern is.
    let mut at = vec![false; parts.len() + 1];
    at[0] = true;
    skip_optional(&parts, &mut at);
    for c in name.chars() {
        if !to_end && at[parts.len()] {
            return true;
        }
        let mut next = vec![false; parts.len() + 1];
        for (place, part) in parts.iter().enumerate() {
            if at[place] && part.wanted.is_none_or(|wanted| wanted == c) {
                next[place + 1] = true;
                next[place] |= part.repeated;
            }
        }
        next[0] |= !from_start;
        at = next;
        skip_optional(&parts, &mut at);
    }
    at[parts.len()]
}

fn skip_optional(parts: &[Part], at: &mut [bool]) {
    for (place, part) in parts.iter().enumerate() {
        if at[place] && part.optional {
            at[place + 1] = true;
        }
    }
}

fn parts(pattern: &str) -> Option<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        let once = |wanted| Part { wanted, optional: false, repeated: false };
        match c {
            '.' => parts.push(once(None)),
            '\\' => parts.push(once(Some(chars.next().filter(char::is_ascii_punctuation)?))),
            '*' | '+' | '?' => {
                let last = parts.last_mut().filter(|last| !last.optional && !last.repeated)?;
                last.optional = c != '+';
                last.repeated = c != '?';
            }
            '[' | ']' | '(' | ')' | '{' | '}' | '|' | '^' | '$' => return None,
            other => parts.push(once(Some(other))),
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_anywhere_unless_it_is_anchored() {
        let yes = [
            ("latency-dry", "latency-dry"),
            ("latency", "p99-latency-dry"),
            (".*", "x"),
            (".*", ""),
            ("", "x"),
            ("test.*", "a-test"),
            ("^err.*rate$", "error-rate"),
            ("ab+c", "xabbbc"),
            ("ab?c", "ac"),
            ("a*$", "bbb"),
            ("a\\.b", "a.b"),
        ];
        for (pattern, name) in yes {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        let no = [
            ("latency-dry", "latency"),
            ("^rate", "error-rate"),
            ("rate$", "rate-x"),
            ("ab+c", "ac"),
            ("a\\.b", "axb"),
            ("(a|b)", "a"),
            ("[ab]", "a"),
            ("*", "a"),
            (".", ""),
        ];
        for (pattern, name) in no {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_long_pattern_takes_one_pass() {
        assert!(!matches(&format!("{}x", ".*".repeat(500)), &"b".repeat(500)));
        assert!(matches(&format!("{}x", ".*".repeat(500)), &format!("{}x", "b".repeat(500))));
    }
}
