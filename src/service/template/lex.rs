//! Lexer: a template taken apart into text and actions, with every mistake at the brace where it begins.
//!
//! The grammar is a part of Go's text/template (what is legal here means the same there), and `.Params["my-param"]`.

use super::refusal;
use std::ops::Range;

/// A part of a template. Offsets are bytes of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Text that stays as it is; braces of other programs among it.
    Text(Range<usize>),
    /// An action that inserts text of its own: `{{"{{"}}`.
    Literal {
        /// Where the action begins.
        at: usize,
        /// What it inserts.
        text: String,
    },
    /// An action that inserts a value.
    Value(Action),
}

/// An action that inserts a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Where the action begins.
    pub at: usize,
    /// `Params`, `Constants` or `Builtins`.
    pub root: &'static str,
    /// The names after the root.
    pub path: Vec<String>,
    /// It is written with brackets, which Go does not know.
    pub brackets: bool,
}

/// A mistake in a template, or a remark about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where: a byte of the text.
    pub at: usize,
    /// What and why.
    pub what: String,
    /// What to try.
    pub hint: Option<String>,
}

/// A template taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// The parts, in the order of the text.
    pub segments: Vec<Segment>,
    /// Everything that is wrong.
    pub mistakes: Vec<Mistake>,
    /// Where braces were left to another program.
    pub passed: Vec<usize>,
}

/// Roots of what Argo Rollouts and Argo Workflows resolve later, inside the cluster.
pub const PASS_THROUGH: &[&str] =
    &["args", "inputs", "outputs", "templates", "experiment", "steps", "tasks", "workflow", "item", "pod"];

/// The roots that are ours.
pub const ROOTS: [&str; 3] = ["Params", "Constants", "Builtins"];

/// Takes a template apart. `pass_through`: more first words of braces that belong to other programs.
#[must_use]
pub fn lex(text: &str, pass_through: &[String]) -> Parts {
    let mut parts = Parts::default();
    // Where the text begins that is not yet a segment, and where to look for the next brace.
    let mut from = 0;
    let mut look = 0;
    while let Some(found) = text[look..].find("{{") {
        let open = look + found;
        match action(text, open, pass_through) {
            Ok(Found { end, kind: Kind::Pass, .. }) => {
                parts.passed.push(open);
                look = end;
            }
            Ok(Found { end, kind, trim_left, trim_right }) => {
                let before = &text[from..open];
                let kept = if trim_left { before.trim_end_matches(BLANKS).len() } else { before.len() };
                if kept > 0 {
                    parts.segments.push(Segment::Text(from..from + kept));
                }
                match kind {
                    Kind::Value(action) => parts.segments.push(Segment::Value(action)),
                    Kind::Literal(text) => parts.segments.push(Segment::Literal { at: open, text }),
                    Kind::Comment | Kind::Pass => {}
                }
                let after = &text[end..];
                from = if trim_right { text.len() - after.trim_start_matches(BLANKS).len() } else { end };
                look = from;
            }
            Err(Wrong { end, what, hint }) => {
                parts.mistakes.push(Mistake { at: open, what, hint });
                look = end;
            }
        }
    }
    if from < text.len() {
        parts.segments.push(Segment::Text(from..text.len()));
    }
    parts
}

/// What Go trims.
const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

enum Kind {
    Value(Action),
    Literal(String),
    Comment,
    Pass,
}

struct Found {
    end: usize,
    kind: Kind,
    trim_left: bool,
    trim_right: bool,
}

/// A mistake, and where to go on.
pub(super) struct Wrong {
    pub(super) end: usize,
    pub(super) what: String,
    pub(super) hint: Option<String>,
}

fn wrong(end: usize, what: impl Into<String>, hint: impl Into<String>) -> Wrong {
    let hint: String = hint.into();
    Wrong { end, what: what.into(), hint: (!hint.is_empty()).then_some(hint) }
}

fn action(text: &str, open: usize, pass_through: &[String]) -> Result<Found, Wrong> {
    let mut start = open + 2;
    if text[start..].starts_with('{') {
        let end = text[start..].find("}}").map_or(start, |at| start + at + 2);
        let end = end + usize::from(text[end..].starts_with('}'));
        return Err(wrong(end, "three braces", "write `{ {{.Params.x}} }` for a flow map"));
    }
    let mut trim_left = false;
    if let Some(rest) = text[start..].strip_prefix('-')
        && !rest.starts_with("}}")
    {
        if !rest.starts_with(BLANKS) {
            let end = close(text, start).unwrap_or(start);
            return Err(wrong(end, "a trim mark needs a space", "write `{{- .Params.x}}`"));
        }
        trim_left = true;
        start = text.len() - rest.trim_start_matches(BLANKS).len();
    }
    if text[start..].starts_with("/*") {
        return comment(text, open, start, trim_left);
    }
    let Some(end) = close(text, start) else {
        return Err(wrong(start, "this `{{` is not closed", "close it with `}}`, or write {{\"{{\"}} for the braces"));
    };
    let inner = &text[start..end - 2];
    let mut trim_right = false;
    let mut body = inner;
    if let Some(rest) = inner.strip_suffix('-') {
        if rest.ends_with(BLANKS) || rest.is_empty() && trim_left {
            trim_right = true;
            body = rest;
        } else if !rest.is_empty() {
            return Err(wrong(end, "a trim mark needs a space", "write `{{.Params.x -}}`"));
        }
    }
    let kind = kind(body.trim_matches(BLANKS), open, end, pass_through)?;
    Ok(Found { end, kind, trim_left, trim_right })
}

fn comment(text: &str, open: usize, start: usize, trim_left: bool) -> Result<Found, Wrong> {
    let Some(close) = text[start + 2..].find("*/").map(|at| start + 2 + at + 2) else {
        return Err(wrong(open + 2, "this comment is not closed", "close it with `*/}}`"));
    };
    let rest = &text[close..];
    let bare = rest.trim_start_matches(BLANKS);
    if rest.starts_with("}}") {
        Ok(Found { end: close + 2, kind: Kind::Comment, trim_left, trim_right: false })
    } else if bare.len() < rest.len() && bare.starts_with("-}}") {
        Ok(Found { end: text.len() - bare.len() + 3, kind: Kind::Comment, trim_left, trim_right: true })
    } else {
        Err(wrong(close, "a comment ends with `*/}}`", "nothing stands between `*/` and the braces, but ` -`"))
    }
}

/// The byte after the `}}` that closes an action. Strings may hold braces; another `{{` first means: not closed.
fn close(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start;
    while at < bytes.len() {
        match bytes[at] {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            b'{' if bytes.get(at + 1) == Some(&b'{') => return None,
            quote @ (b'"' | b'`') => at = string_end(text, at, quote)?,
            _ => at += 1,
        }
    }
    None
}

/// The byte after a string that begins at `start`.
fn string_end(text: &str, start: usize, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 2,
            b'\n' if quote == b'"' => return None,
            byte if byte == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
    None
}

fn kind(body: &str, open: usize, end: usize, pass_through: &[String]) -> Result<Kind, Wrong> {
    let refuse = |(what, hint): (String, String)| wrong(end, what, hint);
    match body.chars().next() {
        None => Err(wrong(end, "an empty action", "name a value, as in {{.Params.x}}")),
        Some(quote @ ('"' | '`')) => {
            let stop = string_end(body, 0, quote as u8).unwrap_or(body.len());
            let rest = body[stop..].trim_start_matches(BLANKS);
            if !rest.is_empty() {
                return Err(refuse(refusal::rest(rest)));
            }
            match unquote(&body[..stop]) {
                Some(text) => Ok(Kind::Literal(text)),
                None => Err(wrong(end, format!("{body} is no string that Go knows"), "look at the backslashes")),
            }
        }
        Some('.' | '$') => chain(body, open, end).map(Kind::Value),
        Some(c) if c.is_alphabetic() || c == '_' => {
            let word_end =
                body.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(body.len());
            let first =
                body.split(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).next().unwrap_or_default();
            let known = PASS_THROUGH.contains(&first) || pass_through.iter().any(|known| known == first);
            if word_end == body.len() && known && body.split('.').all(|part| !part.is_empty()) {
                return Ok(Kind::Pass);
            }
            Err(refuse(refusal::word(first, body, &body[word_end..], pass_through)))
        }
        Some(_) => Err(refuse(refusal::other(body))),
    }
}

fn chain(body: &str, open: usize, end: usize) -> Result<Action, Wrong> {
    let refuse = |(what, hint): (String, String)| wrong(end, what, hint);
    let bare = body.strip_prefix('$').unwrap_or(body);
    if body.starts_with('$') && !bare.starts_with('.') {
        return Err(refuse(refusal::variable(body)));
    }
    let mut names: Vec<String> = Vec::new();
    let mut brackets = false;
    let mut rest = bare;
    loop {
        if let Some(after) = rest.strip_prefix('.') {
            let stop = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
            if stop == 0 {
                if names.is_empty() && after.trim_matches(BLANKS).is_empty() {
                    return Err(refuse(refusal::map(".")));
                }
                return Err(wrong(
                    end,
                    format!("`{body}` has a dot without a name"),
                    "name a value, as in {{.Params.x}}",
                ));
            }
            names.push(after[..stop].to_owned());
            rest = &after[stop..];
        } else if rest.starts_with('[') && !names.is_empty() {
            let inner = &rest[1..];
            let quote = inner.bytes().next().filter(|byte| matches!(byte, b'"' | b'`'));
            let stop = quote.and_then(|quote| string_end(inner, 0, quote));
            let name = stop.and_then(|stop| inner[stop..].starts_with(']').then(|| unquote(&inner[..stop])).flatten());
            let (Some(stop), Some(name)) = (stop, name) else {
                return Err(wrong(
                    end,
                    format!("`{body}` has brackets without a string"),
                    "write .Params[\"my-param\"]",
                ));
            };
            brackets = true;
            names.push(name);
            rest = &inner[stop + 1..];
        } else {
            break;
        }
    }
    let first = names.first().cloned().unwrap_or_default();
    let Some(root) = ROOTS.into_iter().find(|root| *root == first) else {
        return Err(refuse(refusal::root(&first, body)));
    };
    let tail = rest.trim_start_matches(BLANKS);
    if tail.len() == rest.len() && !rest.is_empty() && rest.starts_with('-') {
        let name = names.last().cloned().unwrap_or_default() + rest;
        let hint = format!("write .{root}[\"{name}\"] for a name with a dash");
        return Err(wrong(end, format!("`{body}` has a dash in a name"), hint));
    }
    if !tail.is_empty() {
        return Err(refuse(refusal::rest(tail)));
    }
    if names.len() == 1 {
        return Err(refuse(refusal::map(&format!(".{root}"))));
    }
    Ok(Action { at: open, root, path: names.split_off(1), brackets })
}

/// A string of Go: raw between backquotes; between double quotes with the escapes that JSON knows too.
fn unquote(text: &str) -> Option<String> {
    if let Some(raw) = text.strip_prefix('`') {
        return raw.strip_suffix('`').map(|raw| raw.replace('\r', ""));
    }
    serde_json::from_str(text).ok()
}
