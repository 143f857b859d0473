//! Small words: numbers, counts, glyphs in running text.

/// A number with commas: `3,200`.
#[must_use]
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if n < 0 {
        text.push('-');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A length as a number, without a lossy cast.
#[must_use]
pub fn number_of(n: usize) -> String {
    number(i64::try_from(n).unwrap_or(i64::MAX))
}

/// `1 pod`, `2 pods`.
#[must_use]
pub fn count(n: i64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// The text, or a dash when it is empty.
#[must_use]
pub fn or_unknown(text: &str) -> String {
    if text.is_empty() { super::time::UNKNOWN.to_owned() } else { text.to_owned() }
}

/// A name as it is, with the code points of letters that can be taken for others: `chеckout (U+0435)`.
#[must_use]
pub fn spelled(name: &str) -> String {
    let odd: Vec<String> = name.chars().filter(|c| !c.is_ascii()).map(|c| format!("U+{:04X}", u32::from(c))).collect();
    if odd.is_empty() { name.to_owned() } else { format!("{name} ({})", odd.join(" ")) }
}

/// Without blanks and full stops at the end, so that it can be continued.
#[must_use]
pub fn open_ended(text: &str) -> &str {
    text.trim_end_matches(|c: char| c == '.' || c.is_whitespace())
}

/// What the kubelet says of a container, without the pod with its namespace and uid behind it, which is known here:
/// `back-off 5m0s restarting failed container=web pod=web-6c7f9-b2k9x_shop(1e7f…)`.
#[must_use]
pub fn without_pod(message: &str) -> String {
    let Some((before, pod)) = message.split_once(" pod=") else { return message.to_owned() };
    let (name, after) = pod.split_once(' ').unwrap_or((pod, ""));
    if name.contains('_') && name.ends_with(')') {
        let between = if after.is_empty() { "" } else { " " };
        format!("{before}{between}{after}")
    } else {
        message.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        for (n, text) in [(0, "0"), (999, "999"), (3200, "3,200"), (1_000_000, "1,000,000"), (-1234, "-1,234")] {
            assert_eq!(number(n), text);
        }
        assert_eq!(number(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn the_pod_behind_a_message_is_left_out() {
        let said = "back-off 5m0s restarting failed container=web";
        assert_eq!(without_pod(&format!("{said} pod=web-1_shop(1e7f)")), said);
        assert_eq!(without_pod(&format!("{said} pod=web-1_shop(1e7f) twice")), format!("{said} twice"));
        assert_eq!(without_pod("no pod=x here"), "no pod=x here");
    }

    #[test]
    fn letters_that_look_like_others_are_spelled_out() {
        assert_eq!(spelled("checkout"), "checkout");
        assert_eq!(spelled("ch\u{435}ckout"), "ch\u{435}ckout (U+0435)");
    }

    #[test]
    fn one_is_singular() {
        assert_eq!(count(1, "pod", "pods"), "1 pod");
        assert_eq!(count(1200, "pod", "pods"), "1,200 pods");
    }
}
