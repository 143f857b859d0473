//! Scalar: what a bare word of YAML means to `kubectl`, and whether another reader would take it for something else.
//!
//! `kubectl` reads with go-yaml 2 (`resolve.go`): YAML 1.1 with exceptions (`12:30` stays text, `0o14` is a number).
//! Its numbers then pass through JSON, so `3.0` and `1e3` become integers. The table in the tests is what `kubectl` said.

use serde_json::{Number, Value};

/// The words for true and false, in the spellings of YAML 1.1 that `kubectl` takes.
const TRUE: &[&str] = &["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"];
const FALSE: &[&str] = &["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"];
const NULL: &[&str] = &["", "~", "null", "Null", "NULL"];
const NOT_FINITE: &[&str] =
    &[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN"];

/// What `kubectl` takes a bare word for; text where it is nothing else.
///
/// # Errors
/// Infinity and not-a-number: there is no JSON for them, `kubectl` refuses them too.
pub fn kubectl(word: &str) -> Result<Value, String> {
    if NULL.contains(&word) {
        return Ok(Value::Null);
    }
    if TRUE.contains(&word) || FALSE.contains(&word) {
        return Ok(Value::Bool(TRUE.contains(&word)));
    }
    if NOT_FINITE.contains(&word) {
        return Err(format!("`{word}` is not a number that an API server takes"));
    }
    let text = || Value::String(word.to_owned());
    match word.as_bytes().first() {
        Some(b'.') => {
            let plain = if separates(word) { word.replace('_', "") } else { word.to_owned() };
            Ok(is_float(&plain).then(|| float(&plain)).flatten().unwrap_or_else(text))
        }
        Some(b'+' | b'-' | b'0'..=b'9') => {
            let plain = word.replace('_', "");
            let number = go_int(&plain).or_else(|| is_float(&plain).then(|| float(&plain)).flatten());
            Ok(number.or_else(|| go_binary(&plain)).unwrap_or_else(text))
        }
        _ => Ok(text()),
    }
}

/// Why a bare word is doubtful: readers of YAML 1.1 and 1.2 and `kubectl` do not agree on it; and what to write instead.
#[must_use]
pub fn doubt(word: &str) -> Option<(String, String)> {
    let ours = kubectl(word).ok()?;
    let (other, reader) = match minutes(word) {
        Some(other) => (other, "YAML 1.1"),
        None => (core(word), "YAML 1.2"),
    };
    if same(&ours, &other) {
        return None;
    }
    let what = format!("`{word}` is {} for kubectl and {} for {reader}", spoken(&ours), spoken(&other));
    let hint = match &ours {
        Value::String(_) => format!("write \"{word}\" in quotes"),
        value => format!("write {value}, or \"{word}\" in quotes"),
    };
    Some((what, hint))
}

/// The value in words, as in `the number 10`.
#[must_use]
pub fn spoken(value: &Value) -> String {
    match value {
        Value::String(text) => format!("the text \"{text}\""),
        Value::Number(number) => format!("the number {number}"),
        other => other.to_string(),
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        // A number of more digits than a computer holds is the same number to both.
        #[expect(clippy::float_cmp, reason = "both are read from the same digits")]
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Go's `strconv.ParseFloat` takes underscores between digits; go-yaml removes all of them only behind a digit or sign.
fn separates(word: &str) -> bool {
    let digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    let bytes = word.as_bytes();
    let mut at = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'_').map(|(at, _)| at);
    at.all(|at| at > 0 && digit(bytes.get(at - 1)) && digit(bytes.get(at + 1)))
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`; what does not fit 64 bits with a sign becomes a float, as it
/// does on its way through JSON.
fn go_int(text: &str) -> Option<Value> {
    let (negative, digits) = signed(text);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    let number = magnitude(digits, radix)?;
    let whole = i128::from(number) * if negative { -1 } else { 1 };
    match i64::try_from(whole) {
        Ok(whole) => Some(Value::from(whole)),
        // ParseUint takes no sign.
        Err(_) if digits.len() <= text.len() && !text.starts_with(['+', '-']) => Some(Value::from(number as f64)),
        Err(_) => None,
    }
}

/// go-yaml's own second attempt: `0b` and digits with a sign of their own.
fn go_binary(text: &str) -> Option<Value> {
    let (negative, rest) = match text.strip_prefix("-0b") {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix("0b")?),
    };
    let (minus, digits) = if negative { (false, rest) } else { signed(rest) };
    let number = i64::try_from(magnitude(digits, 2)?).ok()?;
    Some(Value::from(if negative || minus { -number } else { number }))
}

fn signed(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

fn magnitude(digits: &str, radix: u32) -> Option<u64> {
    // Rust would take a sign here.
    if digits.starts_with(['+', '-']) { None } else { u64::from_str_radix(digits, radix).ok() }
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, the floats of both go-yaml and YAML 1.2.
fn is_float(text: &str) -> bool {
    let (_, unsigned) = signed(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(signed(exponent).1)),
        None => (unsigned, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let mantissa = match mantissa.split_once('.') {
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
        None => digits(mantissa),
    };
    mantissa && exponent.is_none_or(digits)
}

/// The float as it arrives behind JSON: whole ones are integers. None where it is too large: go-yaml leaves it as text.
fn float(text: &str) -> Option<Value> {
    let number: f64 = text.parse().ok()?;
    // 2 to the 63rd, the first that an integer of the API does not hold.
    if number.fract() == 0.0 && number.abs() < 9_223_372_036_854_775_808.0 {
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}

/// What a reader of YAML 1.2 (core schema) takes a bare word for.
fn core(word: &str) -> Value {
    if NULL.contains(&word) {
        return Value::Null;
    }
    if let "true" | "True" | "TRUE" | "false" | "False" | "FALSE" = word {
        return Value::Bool(word.starts_with(['t', 'T']));
    }
    let whole = |digits: &str, radix: u32| {
        let digits: Option<Vec<u32>> = digits.chars().map(|c| c.to_digit(radix)).collect();
        let digits = digits.filter(|digits| !digits.is_empty())?;
        let number = digits.iter().fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(*digit));
        Some(if number < 9e15 { Value::from(number as i64) } else { Value::from(number) })
    };
    let number = match word.as_bytes() {
        [b'0', b'o', ..] => whole(&word[2..], 8),
        [b'0', b'x', ..] => whole(&word[2..], 16),
        _ if is_float(word) => word.parse::<i64>().ok().map(Value::from).or_else(|| {
            let number = word.parse::<f64>().ok()?;
            Some(Number::from_f64(number).map_or_else(|| Value::String("infinity".to_owned()), Value::Number))
        }),
        _ => None,
    };
    number.unwrap_or_else(|| Value::String(word.to_owned()))
}

/// Numbers to the base 60 of YAML 1.1, `12:30`: what `kubectl` leaves as text.
fn minutes(word: &str) -> Option<Value> {
    let (negative, unsigned) = signed(word);
    let (whole, fraction) = match unsigned.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (unsigned, None),
    };
    let mut parts = whole.split(':');
    let first = parts.next()?;
    let rest: Vec<&str> = parts.collect();
    let starts = first.starts_with(|c: char| c.is_ascii_digit()) && (fraction.is_some() || !first.starts_with('0'));
    let digit = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    let part = |text: &&str| match text.as_bytes() {
        [one] => one.is_ascii_digit(),
        [ten, one] => (b'0'..=b'5').contains(ten) && one.is_ascii_digit(),
        _ => false,
    };
    if rest.is_empty() || !starts || !digit(first) || !rest.iter().all(part) || !fraction.is_none_or(digit) {
        return None;
    }
    let mut number: f64 = first.replace('_', "").parse().ok()?;
    for part in rest {
        number = number * 60.0 + part.parse::<f64>().ok()?;
    }
    number += format!("0.{}", fraction.unwrap_or("0").replace('_', "")).parse::<f64>().unwrap_or(0.0);
    let number = if negative { -number } else { number };
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Some(Value::from(number as i64))
    } else {
        Some(Value::from(number))
    }
}
