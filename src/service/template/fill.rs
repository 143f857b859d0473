//! Fill: what each action inserts, and the text with it, of which every byte still knows where it came from.

use super::lex::{Action, Mistake, Parts, Segment};
use super::{Filling, Values};
use crate::config::problem::suggest;
use std::collections::BTreeMap;
use std::ops::Range;

/// The longest value, in bytes.
const VALUE_BYTES: usize = 32 * 1024;

/// What one action inserts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Insert {
    /// Where the action begins in the template.
    pub at: usize,
    /// As people call it: `parameter image`.
    pub name: String,
    /// The name of the parameter, where it is one.
    pub parameter: Option<String>,
    /// The text.
    pub text: String,
    /// Where the value comes from.
    pub origin: String,
}

/// Looks up what the actions of a template insert, in their order; and everything that cannot be inserted.
#[must_use]
pub fn inserts(parts: &Parts, values: &Values) -> (Vec<Insert>, Vec<Mistake>) {
    let mut found = Vec::new();
    let mut mistakes = Vec::new();
    for segment in &parts.segments {
        if let Segment::Value(action) = segment {
            match insert(action, values) {
                Ok(insert) => found.push(insert),
                Err((what, hint)) => mistakes.push(Mistake { at: action.at, what, hint }),
            }
        }
    }
    (found, mistakes)
}

type Refused = (String, Option<String>);

fn insert(action: &Action, values: &Values) -> Result<Insert, Refused> {
    let (kind, name, text, filling) = match action.root {
        "Params" => {
            let (name, filling, fields) = named("parameter", ".Params", &action.path, &values.params)?;
            (format!("parameter {name}"), Some(name.to_owned()), field(name, filling, fields)?, filling)
        }
        "Constants" => {
            let (name, filling, fields) = named("constant", ".Constants", &action.path, &values.constants)?;
            if let Some(field) = fields.first() {
                return Err((format!("constant \"{name}\" has no field \"{field}\""), None));
            }
            (format!("constant {name}"), None, filling.text.as_str(), filling)
        }
        _ => {
            let filling = builtin(&action.path, &values.builtins)?;
            (format!("builtin {}", action.path.join(".")), None, filling.text.as_str(), filling)
        }
    };
    if text.len() > VALUE_BYTES {
        return Err((format!("the value of {kind} has {} bytes, more than {VALUE_BYTES}", text.len()), None));
    }
    if let Some(c) = text.chars().find(|c| is_refused(*c)) {
        let what = format!("the value of {kind} ({}) has the character U+{:04X}", filling.origin, c as u32);
        return Err((what, Some("values hold no control characters and no marks of direction".to_owned())));
    }
    Ok(Insert { at: action.at, name: kind, parameter: name, text: text.to_owned(), origin: filling.origin.clone() })
}

/// Control characters but tab and newline, line breaks of YAML 1.1, marks that turn the direction of reading.
fn is_refused(c: char) -> bool {
    !matches!(c, '\t' | '\n') && c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn named<'a>(
    kind: &str,
    root: &str,
    path: &'a [String],
    known: &'a BTreeMap<String, Filling>,
) -> Result<(&'a str, &'a Filling, &'a [String]), Refused> {
    let (name, fields) = path.split_first().ok_or_else(|| (format!("`{root}` is a map, not a value"), None))?;
    match known.get(name) {
        Some(filling) => Ok((name, filling, fields)),
        None if known.is_empty() => {
            Err((format!("unknown {kind} \"{name}\""), Some(format!("there is no {kind} here"))))
        }
        None => Err((format!("unknown {kind} \"{name}\""), suggest(name, known.keys().map(String::as_str)))),
    }
}

fn field<'a>(name: &str, filling: &'a Filling, fields: &[String]) -> Result<&'a str, Refused> {
    let list = || filling.fields.keys().map(|field| format!(".Params.{name}.{field}")).collect::<Vec<_>>().join(", ");
    match fields {
        [] if filling.whole => Ok(&filling.text),
        [] => {
            let what = format!("parameter \"{name}\" is a secret: its value is never put into a manifest");
            Err((what, Some(format!("fill a secretKeyRef with {}", list()))))
        }
        [field] if filling.fields.contains_key(field) => Ok(&filling.fields[field]),
        [field, ..] => {
            let hint = if filling.fields.is_empty() {
                format!("write .Params.{name}")
            } else {
                let meant = suggest(field, filling.fields.keys().map(String::as_str)).unwrap_or_default();
                format!("{meant} It has {}", list()).trim_start().to_owned()
            };
            Err((format!("parameter \"{name}\" has no field \"{}\"", fields.join(".")), Some(hint)))
        }
    }
}

fn builtin<'a>(path: &[String], known: &'a BTreeMap<String, Filling>) -> Result<&'a Filling, Refused> {
    let name = path.join(".");
    if let Some(filling) = known.get(&name) {
        return Ok(filling);
    }
    let below = format!("{name}.");
    if let Some(first) = known.keys().find(|key| key.starts_with(&below)) {
        return Err((
            format!("`.Builtins.{name}` is a map, not a value"),
            Some(format!("pick a field, as in {{{{.Builtins.{first}}}}}")),
        ));
    }
    if let Some(label) = name.strip_prefix("Runtime.Labels.") {
        let labels = known.keys().filter_map(|key| key.strip_prefix("Runtime.Labels."));
        return Err((format!("the runtime has no label \"{label}\""), suggest(label, labels)));
    }
    Err((format!("unknown builtin \"{name}\""), suggest(&name, known.keys().map(String::as_str))))
}

/// The filled text, and where its parts come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The text.
    pub text: String,
    /// Its parts in order.
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    out: Range<usize>,
    from: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Copy,
    Fixed,
    /// Which insert.
    Value(usize),
}

/// Fills a template; `with` gives the text of each insert by its number.
#[must_use]
pub fn fill<'t>(template: &str, parts: &Parts, with: impl Fn(usize) -> &'t str) -> Filled {
    let mut filled = Filled::default();
    let mut number = 0;
    for segment in &parts.segments {
        let start = filled.text.len();
        let (from, kind) = match segment {
            Segment::Text(range) => {
                filled.text.push_str(&template[range.clone()]);
                (range.start, Kind::Copy)
            }
            Segment::Literal { at, text } => {
                filled.text.push_str(text);
                (*at, Kind::Fixed)
            }
            Segment::Value(action) => {
                filled.text.push_str(with(number));
                number += 1;
                (action.at, Kind::Value(number - 1))
            }
        };
        filled.pieces.push(Piece { out: start..filled.text.len(), from, kind });
    }
    filled
}

impl Filled {
    /// Where in the template a byte of the text comes from.
    #[must_use]
    pub fn origin(&self, offset: usize) -> usize {
        let at = self.pieces.partition_point(|piece| piece.out.end <= offset);
        match self.pieces.get(at).or(self.pieces.last()) {
            Some(Piece { out, from, kind: Kind::Copy }) => from + (offset - out.start),
            Some(piece) => piece.from,
            None => 0,
        }
    }

    /// The insert that a byte of the text belongs to or touches.
    #[must_use]
    pub fn touching(&self, offset: usize) -> Option<usize> {
        let at = self.pieces.partition_point(|piece| piece.out.end < offset);
        let mut near = self.pieces[at..].iter().take_while(|piece| piece.out.start <= offset);
        near.find_map(|piece| if let Kind::Value(number) = piece.kind { Some(number) } else { None })
    }

    /// The last insert that begins at or before a byte of the text, else the first there is.
    #[must_use]
    pub fn last_before(&self, offset: usize) -> Option<usize> {
        let value = |piece: &Piece| if let Kind::Value(number) = piece.kind { Some(number) } else { None };
        let before = self.pieces.iter().take_while(|piece| piece.out.start <= offset).filter_map(value).last();
        before.or_else(|| self.pieces.iter().find_map(value))
    }

    /// The inserts within a range of the text, empty ones at its edges too.
    #[must_use]
    pub fn within(&self, range: Range<usize>) -> Vec<usize> {
        let from = self.pieces.partition_point(|piece| piece.out.end < range.start);
        let near = self.pieces[from..].iter().take_while(|piece| piece.out.start <= range.end);
        near.filter_map(|piece| match piece.kind {
            Kind::Value(number)
                if piece.out.is_empty() || piece.out.start < range.end && piece.out.end > range.start =>
            {
                Some(number)
            }
            _ => None,
        })
        .collect()
    }
}
