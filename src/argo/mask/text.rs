//! Secrets within a text: user and password of a URL, `token=…` and `"password": "…"` in arguments, queries and
//! nested JSON, `Bearer …`, and what looks like a signed token.

use super::HIDDEN;

/// Words that make the name in front of `=` or `:` one of a secret. Narrower than for names of fields: `key="x"` is a
/// label in many a query.
const WORDS: &[&str] = &[
    "token",
    "passw",
    "pwd",
    "secret",
    "credential",
    "authorization",
    "apikey",
    "api_key",
    "api-key",
    "accesskey",
    "access_key",
    "access-key",
    "privatekey",
    "private_key",
    "private-key",
    "signature",
];

/// The text without the secrets in it.
#[must_use]
pub fn text(words: &str) -> String {
    assignments(&schemes(&users(words)))
}

/// `https://user:password@host` → `https://••••@host`.
fn users(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end =
            after.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'')).unwrap_or(after.len());
        match after[..end].rfind('@') {
            Some(sign) => {
                out.push_str(HIDDEN);
                rest = &after[sign..];
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

/// `Bearer abc` and `Basic abc`, and what begins like a signed token (`eyJ…`).
fn schemes(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut hides = false;
    for piece in words.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',')) {
        let word = piece.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ','));
        let end = &piece[word.len()..];
        if word.is_empty() {
            // Several blanks between the scheme and its value.
            out.push_str(end);
            continue;
        }
        let jwt = word.find("eyJ").filter(|at| word[*at..].matches('.').count() >= 2);
        match jwt {
            _ if hides => out.push_str(HIDDEN),
            Some(at) => {
                out.push_str(&word[..at]);
                out.push_str(HIDDEN);
            }
            None => out.push_str(word),
        }
        out.push_str(end);
        let scheme = word.rsplit([':', '=']).next().unwrap_or(word);
        hides = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic");
    }
    out
}

/// `name=value`, `name: value`, `"name": "value"`, also with the quotes escaped.
fn assignments(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(end) = secret_name_end(rest) {
        let (before, after) = rest.split_at(end);
        out.push_str(before);
        let sign = after.trim_start_matches(['"', '\'', '\\']).trim_start();
        let Some(value) = sign.strip_prefix([':', '=']) else {
            rest = after;
            continue;
        };
        let value = value.strip_prefix(['=', '~']).unwrap_or(value).trim_start();
        let quoted = value.trim_start_matches('\\').starts_with(['"', '\'']);
        let value = value.trim_start_matches(['"', '\'', '\\']);
        out.push_str(&after[..after.len() - value.len()]);
        let ends = |c: char| {
            let closes = matches!(c, '"' | '\'' | '\\');
            closes || (!quoted && (c.is_whitespace() || matches!(c, '&' | ',' | ';' | '}' | ')' | ']' | '#')))
        };
        let length = value.find(ends).unwrap_or(value.len());
        if length > 0 {
            out.push_str(HIDDEN);
        }
        rest = &value[length..];
    }
    out.push_str(rest);
    out
}

/// Where the first name that speaks of a secret ends.
fn secret_name_end(words: &str) -> Option<usize> {
    let bytes = words.as_bytes();
    let found = WORDS.iter().filter_map(|word| {
        let word = word.as_bytes();
        bytes.windows(word.len()).position(|window| window.eq_ignore_ascii_case(word)).map(|at| at + word.len())
    });
    let from = found.min()?;
    let more = words[from..].find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
    Some(more.map_or(words.len(), |more| from + more))
}
