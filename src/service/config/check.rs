//! The checker: walks the tree of a service config along the field table and collects everything that is wrong with it.

use super::node::{Kind, entries, field, items, kind, text};
use super::table::{Fate, Field, Shape, snake, spells};
use crate::config::problem::suggest;
use crate::service::finding::{Finding, place};
use crate::service::yaml::{Entry, Mark, Node};

/// Checks an object against its fields. `words` names it: `service`.
#[must_use]
pub fn check(path: &str, node: &Node, fields: &'static [Field], words: &str) -> Vec<Finding> {
    let mut checker = Checker { path, findings: Vec::new() };
    checker.object(node, node.mark, fields, words);
    checker.findings
}

/// How a value is called: its key, and what it stands in.
#[derive(Clone, Copy)]
struct Name<'a> {
    key: &'a str,
    outer: &'a str,
}

impl Name<'_> {
    fn words(self) -> String {
        if self.outer.is_empty() { self.key.to_owned() } else { format!("{} of {}", self.key, self.outer) }
    }
}

struct Checker<'a> {
    path: &'a str,
    findings: Vec<Finding>,
}

impl Checker<'_> {
    fn error(&mut self, code: &'static str, mark: Mark, what: String, hint: Option<String>) {
        self.findings.push(Finding::error(code, place(self.path, mark), what).maybe(hint));
    }

    fn object(&mut self, node: &Node, at: Mark, fields: &'static [Field], words: &str) {
        for entry in entries(node) {
            match fields.iter().find(|field| spells(field.name, &entry.key)) {
                Some(field) => self.field(entry, field, words),
                None => self.unknown(entry, fields, words),
            }
        }
        for field in fields {
            let given: Vec<&Entry> = entries(node).iter().filter(|entry| spells(field.name, &entry.key)).collect();
            if let [first, second, ..] = given[..] {
                let (name, line) = (&second.key, first.mark.line);
                let what =
                    format!("\"{name}\" in {words} is given twice: \"{}\" in line {line} is the same field", first.key);
                self.error("service/given-twice", second.mark, what, Some("keep one of them".to_owned()));
            }
            if field.required && self::field(node, field.name).is_none() {
                let what = format!("{words} has no \"{}\"", field.name);
                self.error("service/missing-field", at, what, Some(format!("add {}: …", field.name)));
            }
        }
        self.one_ofs(node, fields, words);
    }

    fn unknown(&mut self, entry: &Entry, fields: &'static [Field], words: &str) {
        let what = format!("unknown field \"{}\" in {words}", entry.key);
        let known: Vec<String> = if entry.key.contains('_') {
            fields.iter().map(|field| snake(field.name)).collect()
        } else {
            fields.iter().map(|field| field.name.to_owned()).collect()
        };
        let hint = if known.is_empty() {
            Some("it has no fields".to_owned())
        } else {
            suggest(&entry.key, known.iter().map(String::as_str))
        };
        self.error("service/unknown-field", entry.mark, what, hint);
    }

    fn one_ofs(&mut self, node: &Node, fields: &'static [Field], words: &str) {
        let mut groups: Vec<&str> = fields.iter().map(|field| field.one_of).filter(|group| !group.is_empty()).collect();
        groups.dedup();
        for group in groups {
            let of_group = |entry: &&Entry| {
                fields.iter().any(|field| field.one_of == group && spells(field.name, &entry.key))
                    && kind(&entry.value) != Kind::Null
            };
            let mut given: Vec<&Entry> = entries(node).iter().filter(of_group).collect();
            // Two spellings of one field were told already.
            given.dedup_by(|a, b| fields.iter().any(|field| spells(field.name, &a.key) && spells(field.name, &b.key)));
            if let [first, second, ..] = given[..] {
                let what = format!("{words} has both \"{}\" and \"{}\"", first.key, second.key);
                self.error("service/one-of", second.mark, what, Some("keep one of them".to_owned()));
            }
        }
    }

    fn field(&mut self, entry: &Entry, field: &'static Field, words: &str) {
        if kind(&entry.value) == Kind::Null {
            return;
        }
        let here = place(self.path, entry.mark);
        match field.fate {
            Fate::Read => {}
            Fate::Ignored(why) => {
                let what = format!("\"{}\" in {words} has no effect in rolltop: {why}", entry.key);
                self.findings.push(Finding::warning("service/ignored", here, what));
            }
            Fate::Refused(hint) => {
                let what = match field.one_of {
                    "source" => format!("rolltop deploys Kubernetes manifests; {words} uses \"{}\"", entry.key),
                    _ => format!("\"{}\" in {words} is not supported", entry.key),
                };
                self.findings.push(Finding::error("service/unsupported", here, what).hint(hint));
            }
            Fate::Old(now) => {
                let what = format!("\"{}\" is an old name of \"{now}\"", entry.key);
                self.findings.push(Finding::note("service/old-name", here, what));
            }
            Fate::Extension => {
                let what =
                    format!("\"{}\" in {words} is read by rolltop, not by Prodvana in a service file", entry.key);
                self.findings.push(Finding::note("portable/field", here, what));
            }
        }
        let outer = if words == "service" { "" } else { words };
        self.value(&entry.value, entry.mark, &field.shape, Name { key: &entry.key, outer });
    }

    fn wrong_type(&mut self, node: &Node, words: &str, wanted: &str) {
        let given = match text(node) {
            Some(text) if text.chars().count() <= 40 => format!("{} ({text})", kind(node).words()),
            _ => kind(node).words().to_owned(),
        };
        let hint = match (wanted, text(node)) {
            ("a text", Some(text)) if !text.contains('\n') => Some(format!("quote it: \"{text}\"")),
            _ => None,
        };
        self.error("service/type", node.mark, format!("{words} is {given}, not {wanted}"), hint);
    }

    /// `at` is where the key stands that led here.
    fn value(&mut self, node: &Node, at: Mark, shape: &'static Shape, name: Name<'_>) {
        let what = kind(node);
        let words = &name.words();
        match (shape, what) {
            (Shape::Any, _) | (Shape::Text, Kind::Text) | (Shape::Bool, Kind::Bool(_)) => {}
            (Shape::Text, _) => self.wrong_type(node, words, "a text"),
            (Shape::Bool, _) => self.wrong_type(node, words, "true or false"),
            (Shape::Int, Kind::Int | Kind::Float | Kind::Text) => {
                let text = text(node).unwrap_or_default();
                if let Err(why) = crate::service::parameter::whole(text) {
                    self.error("service/value", node.mark, format!("{words}: {why}"), None);
                }
            }
            (Shape::Int, _) => self.wrong_type(node, words, "a whole number"),
            (Shape::Seconds, Kind::Text | Kind::Int | Kind::Float) => {
                if seconds(text(node).unwrap_or_default()).is_none() {
                    let what = format!("{words} is \"{}\", not a duration", text(node).unwrap_or_default());
                    let hint = "seconds with an s, as in \"90s\" or \"1.5s\"".to_owned();
                    self.error("service/value", node.mark, what, Some(hint));
                }
            }
            (Shape::Seconds, _) => self.wrong_type(node, words, "a duration such as \"90s\""),
            (Shape::Choice(known), Kind::Text | Kind::Int) => {
                let given = text(node).unwrap_or_default();
                let fits = |(word, number): &(&str, i64)| {
                    *word == given || (what == Kind::Int && *number >= 0 && number.to_string() == given)
                };
                if !known.iter().any(fits) {
                    let hint = suggest(given, known.iter().map(|(word, _)| *word));
                    self.error("service/value", node.mark, format!("\"{given}\" is no value of {words}"), hint);
                }
            }
            (Shape::Choice(_), _) => self.wrong_type(node, words, "a word"),
            (Shape::List(shape), Kind::List) => {
                for (at, item) in items(node).iter().enumerate() {
                    let key = item_words(item, at, name.key);
                    self.value(item, item.mark, shape, Name { key: &key, ..name });
                }
            }
            (Shape::List(_), _) => self.wrong_type(node, words, "a list"),
            (Shape::Map(shape), Kind::Object) => {
                for entry in entries(node) {
                    let key = format!("\"{}\"", entry.key);
                    self.value(&entry.value, entry.mark, shape, Name { key: &key, outer: words });
                }
            }
            (Shape::Object(fields), Kind::Object) => self.object(node, at, fields, words),
            (Shape::Map(_) | Shape::Object(_), _) => self.wrong_type(node, words, "an object"),
        }
    }
}

/// `parameters "image"`, or by number where it has no name.
fn item_words(item: &Node, at: usize, words: &str) -> String {
    let name = ["name", "releaseChannel"].iter().find_map(|key| field(item, key).and_then(text));
    match name {
        Some(name) if !name.contains('\n') => format!("{words} \"{name}\""),
        _ => format!("{words} number {}", at + 1),
    }
}

/// A duration as protojson writes it.
#[must_use]
pub fn seconds(text: &str) -> Option<std::time::Duration> {
    let number = text.strip_suffix('s')?;
    let plain =
        number.bytes().all(|b| b.is_ascii_digit() || b == b'.') && number.starts_with(|c: char| c.is_ascii_digit());
    let seconds: f64 = number.parse().ok().filter(|_| plain)?;
    std::time::Duration::try_from_secs_f64(seconds).ok()
}
