//! Twin: a value may fill a scalar, never change what the YAML is made of.
//!
//! The template is filled a second time, with an inert word in place of every value. Both texts must be the same events,
//! and every scalar must be the scalar of the twin with the words replaced by the values. That needs no list of
//! dangerous characters: a newline, a ` #`, a quote, an escape, a swallowed line all show as a difference.

use super::fill::{Filled, Insert, fill};
use super::lex::{Mistake, Parts};
use crate::service::yaml::{events, scalar};
use serde_json::Value;
use serde_saphyr::granit_parser::{Event, ScalarStyle, Span};

/// Above this many bytes of text times values, the value that did it is taken for the nearest one, not searched for.
const SEARCH_BYTES: usize = 4 * 1024 * 1024;

/// Compares a filled template with its twin; one mistake for each value that does more than fill a scalar. None where the
/// template is no YAML whatever its values are: reading the filled text tells that.
#[must_use]
pub fn compare(template: &str, parts: &Parts, inserts: &[Insert], filled: &Filled) -> Vec<Mistake> {
    if inserts.is_empty() {
        return Vec::new();
    }
    let words = Words::new(template, inserts);
    let twin = fill(template, parts, |number| &words.words[number]);
    let value = |number: usize| inserts[number].text.clone();
    let Some(Difference(at)) = differs(filled, &twin, &words, value) else { return resolved(inserts, &words, &twin) };
    let template_fails = !events::read(&twin.text).faults.is_empty();
    if template_fails && !events::read(&filled.text).faults.is_empty() {
        return Vec::new();
    }
    let culprits = if template_fails { Vec::new() } else { culprits(template, parts, inserts, &words, &twin) };
    match (culprits.is_empty(), at.or_else(|| filled.last_before(0))) {
        (true, Some(number)) => vec![structure(&inserts[number])],
        _ => culprits.into_iter().map(|number| structure(&inserts[number])).collect(),
    }
}

struct Words {
    words: Vec<String>,
    stem: String,
}

impl Words {
    /// Words that occur neither in the template nor in a value, so that each one found is one that was put there.
    fn new(template: &str, inserts: &[Insert]) -> Self {
        let mut salt = 0_u32;
        let stem = loop {
            let stem = format!("rt{salt:x}q");
            if !template.contains(&stem) && !inserts.iter().any(|insert| insert.text.contains(&stem)) {
                break stem;
            }
            salt += 1;
        };
        Self { words: (0..inserts.len()).map(|number| format!("{stem}{number}z")).collect(), stem }
    }

    /// The inserts whose words are in a text, in order.
    fn within(&self, text: &str) -> Vec<usize> {
        let found = text.split(&self.stem).skip(1);
        found.filter_map(|after| after.split('z').next()?.parse().ok()).filter(|n| *n < self.words.len()).collect()
    }

    fn replace(&self, text: &str, value: impl Fn(usize) -> String) -> String {
        let mut parts = text.split(self.stem.as_str());
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once('z').and_then(|(number, rest)| Some((number.parse().ok()?, rest))) {
                Some((number, rest)) => {
                    out.push_str(&value(number));
                    out.push_str(rest);
                }
                None => out.push_str(part),
            }
        }
        out
    }
}

/// A difference, with the insert where it shows as far as that is known.
struct Difference(Option<usize>);

/// The first difference of two filled templates.
fn differs(real: &Filled, twin: &Filled, words: &Words, value: impl Fn(usize) -> String) -> Option<Difference> {
    let ours = events::read(&real.text);
    let theirs = events::read(&twin.text);
    if let Some(fault) = ours.faults.first().or(theirs.faults.first()) {
        return Some(Difference(real.last_before(fault.mark.offset)));
    }
    let mut last = None;
    let mut documents = theirs.documents.iter();
    for document in &ours.documents {
        let Some(other) = documents.next() else { return Some(Difference(real.last_before(document.mark.offset))) };
        let mut others = other.events.iter();
        for (event, span) in &document.events {
            let here = || real.last_before(span.start.byte_offset().unwrap_or_default());
            let Some((expected, _)) = others.next() else { return Some(Difference(last.or_else(here))) };
            if let Event::Scalar(text, ..) = expected
                && let Some(number) = words.within(text).last()
            {
                last = Some(*number);
            }
            if !same(event, expected, words, &value) {
                return Some(Difference(last.or_else(here)));
            }
        }
        if others.next().is_some() {
            return Some(Difference(last));
        }
    }
    documents.next().map(|_| Difference(last))
}

fn same(ours: &Event<'_>, twin: &Event<'_>, words: &Words, value: &impl Fn(usize) -> String) -> bool {
    match (ours, twin) {
        (Event::Scalar(text, style, anchor, tag), Event::Scalar(word, style2, anchor2, tag2)) => {
            let tagged = tag2.as_ref().is_some_and(|tag| tag.original().contains(&words.stem));
            style == style2
                && anchor == anchor2
                && tag == tag2
                && !tagged
                && (if word.contains(&words.stem) { words.replace(word, value) == *text } else { text == word })
        }
        (Event::Anchor(id, name), Event::Anchor(id2, name2)) => {
            id == id2 && name == name2 && !name2.contains(&words.stem)
        }
        (Event::SequenceStart(_, _, Some(tag)) | Event::MappingStart(_, _, Some(tag)), _)
            if tag.original().contains(&words.stem) =>
        {
            false
        }
        _ => ours == twin,
    }
}

/// The inserts that alone, among inert words, already make a difference.
fn culprits(template: &str, parts: &Parts, inserts: &[Insert], words: &Words, twin: &Filled) -> Vec<usize> {
    if inserts.len() * template.len() > SEARCH_BYTES {
        return Vec::new();
    }
    let differs = |number: &usize| {
        let text = |other: usize| if other == *number { &inserts[other].text } else { &words.words[other] };
        let alone = fill(template, parts, |other| text(other));
        differs(&alone, twin, words, |other| text(other).clone()).is_some()
    };
    (0..inserts.len()).filter(differs).collect()
}

fn structure(insert: &Insert) -> Mistake {
    let text = insert.text.as_str();
    let reason = if text.contains('\n') {
        "a newline"
    } else if text.contains(": ") || text.ends_with(':') {
        "a `: `"
    } else if text.contains(" #") || text.starts_with('#') {
        "a ` #`"
    } else if text.starts_with([' ', '\t']) || text.ends_with([' ', '\t']) {
        "a blank at its edge"
    } else if text.contains(['"', '\'']) {
        "a quote"
    } else if text.contains('\\') {
        "a backslash"
    } else if text.starts_with(['*', '&', '!', '|', '>', '%', '@', '`', '-', '?', ':', '[', '{']) {
        "its first character"
    } else if text.contains(['[', ']', '{', '}', ',']) {
        "a bracket or comma"
    } else if text.is_empty() {
        "it is empty"
    } else {
        "it stands where no value may stand"
    };
    Mistake {
        at: insert.at,
        what: format!("the value of {} ({}) would change the YAML here: {reason}", insert.name, insert.origin),
        hint: Some("quote the action in the template, or change the value".to_owned()),
    }
}

/// Bare scalars made of values: what they become must be plain to see.
fn resolved(inserts: &[Insert], words: &Words, twin: &Filled) -> Vec<Mistake> {
    let stream = events::read(&twin.text);
    let scalars = stream.documents.iter().flat_map(|document| &document.events);
    let bare = scalars.filter_map(|(event, _): &(Event<'_>, Span)| match event {
        Event::Scalar(word, ScalarStyle::Plain, _, None) => Some(word),
        _ => None,
    });
    let mut mistakes = Vec::new();
    for word in bare {
        let numbers = words.within(word);
        let Some(first) = numbers.first().and_then(|number| inserts.get(*number)) else { continue };
        let text = words.replace(word, |number| inserts[number].text.clone());
        if let Some((what, hint)) = surprise(&text) {
            let (name, origin) = (&first.name, &first.origin);
            let what = format!("the value of {name} ({origin}) {what}");
            mistakes.push(Mistake { at: first.at, what, hint: Some(hint) });
        }
    }
    mistakes
}

/// What a bare word would become unlike what people expect of it.
fn surprise(text: &str) -> Option<(String, String)> {
    let quote = || "quote the action in the template: \"{{…}}\"".to_owned();
    if text.is_empty() {
        return Some(("is empty and would become null".to_owned(), quote()));
    }
    if let Some((what, _)) = scalar::doubt(text) {
        return Some((format!("is not plain: {what}"), quote()));
    }
    match scalar::kubectl(text) {
        Ok(Value::String(_)) => None,
        Ok(value) if canonical(text, &value) => None,
        Ok(value) => Some((format!("would become {}", scalar::spoken(&value)), quote())),
        Err(why) => Some((format!("is refused: {why}"), quote())),
    }
}

/// `-?(0|[1-9][0-9]*)` that fits, `true`, `false`, `[0-9]+\.[0-9]+`.
fn canonical(text: &str, value: &Value) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match value {
        Value::Bool(_) => matches!(text, "true" | "false"),
        Value::Number(number) => match text.split_once('.') {
            Some((whole, fraction)) => digits(whole) && digits(fraction),
            None => number.is_i64() && number.to_string() == text,
        },
        _ => false,
    }
}
