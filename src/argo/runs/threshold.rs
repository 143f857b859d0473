//! Thresholds: the one number that a measurement is compared with, where a condition is simple enough to have one; and
//! measurements as numbers.

use super::{Comparison, Threshold};
use serde_json::Value;

/// The limit of a success condition, else that of a failure condition turned around.
///
/// A condition has one when it compares `result`, one element of it or one field of it with a number, either side
/// first. Parts beside it that only guard against an empty or odd result (`len(result) > 0 && …`,
/// `isNaN(result[0]) || …`) do not matter. A range has two limits and therefore none.
#[must_use]
pub fn of(success: Option<&str>, failure: Option<&str>) -> Option<Threshold> {
    let turned = |limit: Threshold| Threshold { good: opposite(limit.good), ..limit };
    success.and_then(simple).or_else(|| failure.and_then(simple).map(turned))
}

fn simple(condition: &str) -> Option<Threshold> {
    let mut found = None;
    for part in condition.split("&&").flat_map(|part| part.split("||")) {
        let part = bare(part);
        if is_guard(part) {
            continue;
        }
        if found.is_some() {
            return None;
        }
        found = Some(comparison(part)?);
    }
    found
}

/// Without blanks and without the brackets around the whole.
fn bare(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inside) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        text = inside.trim();
    }
    text
}

fn is_guard(part: &str) -> bool {
    let part = part.trim_start_matches(['!', '(', ' ']);
    ["len(", "isNaN(", "isInf(", "isNil("].iter().any(|call| part.starts_with(call))
        || part.replace(' ', "").ends_with("=nil")
}

fn comparison(part: &str) -> Option<Threshold> {
    let at = part.find(['<', '>', '=', '!'])?;
    let (left, rest) = part.split_at(at);
    let (sign, right) =
        ["<=", ">=", "==", "!=", "<", ">"].iter().find_map(|sign| Some((*sign, rest.strip_prefix(sign)?)))?;
    let good = match sign {
        "<=" => Comparison::AtMost,
        ">=" => Comparison::AtLeast,
        "==" => Comparison::Equal,
        "!=" => Comparison::Other,
        "<" => Comparison::Below,
        _ => Comparison::Above,
    };
    let (left, right) = (left.trim(), right.trim());
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    if let Some(limit) = number(right).filter(|_| is_result(left)) {
        return Some(Threshold { limit, good, text: right.into() });
    }
    let limit = number(left).filter(|_| is_result(right))?;
    Some(Threshold { limit, good: mirrored(good), text: left.into() })
}

/// `result`, `result[0]`, `result.rate`, `result["rate"]`, also inside `asFloat(…)` and its like.
fn is_result(text: &str) -> bool {
    let text = ["asFloat(", "asInt(", "float(", "int("]
        .iter()
        .find_map(|call| text.strip_prefix(call)?.strip_suffix(')'))
        .map_or(text, str::trim);
    let Some(path) = text.strip_prefix("result") else { return false };
    let inside = |c: char| c.is_alphanumeric() || "._-[]\"'".contains(c);
    path.is_empty() || (path.starts_with(['[', '.']) && path.chars().all(inside))
}

const fn mirrored(sign: Comparison) -> Comparison {
    match sign {
        Comparison::Below => Comparison::Above,
        Comparison::AtMost => Comparison::AtLeast,
        Comparison::Above => Comparison::Below,
        Comparison::AtLeast => Comparison::AtMost,
        same @ (Comparison::Equal | Comparison::Other) => same,
    }
}

const fn opposite(sign: Comparison) -> Comparison {
    match sign {
        Comparison::Below => Comparison::AtLeast,
        Comparison::AtMost => Comparison::Above,
        Comparison::Above => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Below,
        Comparison::Equal => Comparison::Other,
        Comparison::Other => Comparison::Equal,
    }
}

/// A measurement as a number: one that is a number, or a list of exactly one. `NaN`, infinities, objects and longer lists
/// are none.
#[must_use]
pub fn number_of(value: &str) -> Option<f64> {
    let value: Value = serde_json::from_str(value.trim()).ok()?;
    match &value {
        Value::Array(items) => match items.as_slice() {
            [only] => only.as_f64(),
            _ => None,
        },
        other => other.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(limit: Option<Threshold>) -> String {
        limit.map_or("none".into(), |limit| format!("{} {} ({})", limit.good.sign(), limit.limit, limit.text))
    }

    #[test]
    fn a_simple_comparison_has_a_threshold() {
        let rows = [
            ("result[0] >= 0.95", "≥ 0.95 (0.95)"),
            ("result < 500", "< 500 (500)"),
            ("0.95 <= result[0]", "≥ 0.95 (0.95)"),
            ("0.2>result.latency", "< 0.2 (0.2)"),
            ("result[\"error-rate\"] == 0", "= 0 (0)"),
            ("(result[0] != -1)", "≠ -1 (-1)"),
            ("asFloat(result[0]) > 1e3", "> 1000 (1e3)"),
            ("len(result) > 0 && result[0] >= 0.9", "≥ 0.9 (0.9)"),
            ("isNaN(result[0]) || result[0] < 0.05", "< 0.05 (0.05)"),
            ("result != nil && result <= 3", "≤ 3 (3)"),
        ];
        for (condition, expected) in rows {
            assert_eq!(words(of(Some(condition), None)), expected, "{condition}");
        }
    }

    #[test]
    fn anything_else_has_none() {
        let rows = [
            "result[0] >= 0.9 && result[0] <= 0.99",
            "result == \"ok\"",
            "all(result, # > 1)",
            "result[0] >= result[1]",
            "results > 1",
            "true",
            "",
            "<",
            "result >= {{args.limit}}",
            "result >= NaN",
            "result + 1 > 2",
        ];
        for condition in rows {
            assert_eq!(words(of(Some(condition), None)), "none", "{condition}");
        }
        assert_eq!(words(of(None, None)), "none");
    }

    #[test]
    fn a_failure_condition_is_turned_around() {
        let rows = [("result > 5", "≤ 5 (5)"), ("5 >= result", "> 5 (5)"), ("result == 0", "≠ 0 (0)")];
        for (condition, expected) in rows {
            assert_eq!(words(of(None, Some(condition))), expected, "{condition}");
        }
        assert_eq!(words(of(Some("all(result)"), Some("result > 5"))), "≤ 5 (5)");
        assert_eq!(words(of(Some("result < 1"), Some("result > 5"))), "< 1 (1)");
    }

    #[test]
    fn a_measurement_is_a_number_only_when_it_is_one() {
        let rows = [
            ("0.97", Some(0.97)),
            ("[0.97]", Some(0.97)),
            (" [ 3 ] ", Some(3.0)),
            ("-1e3", Some(-1000.0)),
            ("[0.1,0.2]", None),
            ("[]", None),
            ("{\"a\":1}", None),
            ("NaN", None),
            ("[NaN]", None),
            ("\"0.97\"", None),
            ("null", None),
            ("true", None),
            ("", None),
        ];
        for (value, number) in rows {
            assert_eq!(number_of(value), number, "{value}");
        }
    }
}
