//! The checker: walks a parsed file along the key table and collects everything that is wrong, each with its place.

use super::duration;
use super::problem::{Place, Problem, Source, suggest};
use super::table::{Key, Shape, quoted};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Checks a parsed file against the table of its keys.
#[must_use]
pub fn check(source: Source<'_>, file: &Spanned<DeTable<'_>>, keys: &[Key]) -> Vec<Problem> {
    let mut checker = Checker { source, problems: Vec::new() };
    checker.table(file.get_ref(), &file.span(), keys, "", "");
    checker.problems
}

struct Checker<'a> {
    source: Source<'a>,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, span: &Range<usize>, what: String, hint: Option<String>) {
        self.problems.push(Problem { place: self.source.place(span), what, hint });
    }

    /// `place` is where we are in words (`release_channels "production"`), `key` the name of the key that led here.
    fn table(&mut self, table: &DeTable<'_>, span: &Range<usize>, keys: &[Key], place: &str, key: &str) {
        for (name, value) in table {
            match keys.iter().find(|known| known.name == name.get_ref().as_ref()) {
                Some(known) => {
                    let inner = inside(place, known.name);
                    self.value(value, &known.shape, &inner, known.name, place);
                }
                None => self.report(
                    &name.span(),
                    format!("unknown key \"{}\"{}", name.get_ref(), within(place)),
                    suggest(name.get_ref(), keys.iter().map(|known| known.name)),
                ),
            }
        }
        for known in keys.iter().filter(|known| known.required) {
            if !table.keys().any(|name| name.get_ref().as_ref() == known.name) {
                let here = if place.is_empty() { key.to_owned() } else { place.to_owned() };
                let hint = format!("add {} = … ({})", known.name, known.about);
                self.report(span, format!("{here} has no \"{}\"", known.name), Some(hint));
            }
        }
    }

    /// `inner` names the value itself, `outer` the table it stands in.
    fn value(&mut self, value: &Spanned<DeValue<'_>>, shape: &Shape, inner: &str, key: &str, outer: &str) {
        let span = value.span();
        match (shape, value.get_ref()) {
            (Shape::Text | Shape::Parameter | Shape::NameOr(_), DeValue::String(_))
            | (Shape::Bool, DeValue::Boolean(_))
            | (Shape::Number, DeValue::Float(_) | DeValue::Integer(_))
            | (Shape::Parameter, DeValue::Integer(_)) => {}
            (Shape::Name, DeValue::String(text)) => {
                if !is_name(text, false) {
                    let what = format!("\"{text}\" is not a name for \"{key}\"{}", within(outer));
                    let hint = "1 to 63 of a-z, 0-9 and -, beginning with a letter, not ending in -";
                    self.report(&span, what, Some(hint.to_owned()));
                }
            }
            (Shape::Namespace, DeValue::String(text)) => {
                if !is_name(text, true) {
                    let what = format!("\"{text}\" is not a namespace{}", within(outer));
                    let hint = "1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit";
                    self.report(&span, what, Some(hint.to_owned()));
                }
            }
            (Shape::Duration, DeValue::String(text)) => {
                if let Err(why) = duration::parse(text) {
                    self.report(&span, format!("{key}{}: {why}", within(outer)), None);
                }
            }
            (Shape::Duration, DeValue::Integer(number)) => {
                let n = number.as_str();
                let ask = format!("seconds or minutes? Write \"{n}s\" or \"{n}m\"");
                self.report(&span, format!("{key}{} is the bare number {n}: {ask}", within(outer)), None);
            }
            (Shape::Size, DeValue::String(text)) => {
                if !is_size(text) {
                    let hint = "write it like \"512KB\", \"10MB\" or \"1GB\"".to_owned();
                    self.report(&span, format!("\"{text}\" is not a size for \"{key}\"{}", within(outer)), Some(hint));
                }
            }
            (Shape::Choice(words), DeValue::String(text)) => {
                if !words.contains(&text.as_ref()) {
                    let what = format!("\"{text}\" is no value of \"{key}\"{}", within(outer));
                    let near = super::problem::near(text, words.iter().copied());
                    let hint = near.map_or_else(
                        || format!("it is {}", quoted(words)),
                        |near| format!("did you mean \"{near}\"? It is {}", quoted(words)),
                    );
                    self.report(&span, what, Some(hint));
                }
            }
            (Shape::Int(least, most), DeValue::Integer(number)) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix()).ok();
                if !parsed.is_some_and(|n| n >= *least && n <= *most) {
                    let what = format!("{key}{} is {}, outside of {least} to {most}", within(outer), number.as_str());
                    self.report(&span, what, None);
                }
            }
            (Shape::List(shape), DeValue::Array(items)) => {
                for (at, item) in items.iter().enumerate() {
                    let place = item_place(key, at, item.get_ref(), outer);
                    self.value(item, shape, &place, key, outer);
                }
            }
            (Shape::Map(shape), DeValue::Table(entries)) => {
                for (name, entry) in entries {
                    let place = format!("{key} \"{}\"{}", name.get_ref(), of(outer));
                    self.value(entry, shape, &place, name.get_ref(), &format!("{key}{}", of(outer)));
                }
            }
            (Shape::Table(keys) | Shape::NameOr(Shape::Table(keys)), DeValue::Table(table)) => {
                self.table(table, &span, keys, inner, key);
            }
            (shape, other) => {
                let what = format!("{key}{} is {}, not {}", within(outer), type_words(other), shape.words());
                self.report(&span, what, None);
            }
        }
    }
}

/// Where a value stands, in words: `runtime of release_channels "test"`.
fn inside(place: &str, key: &str) -> String {
    format!("{key}{}", of(place))
}

fn of(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" of {place}") }
}

fn within(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(" in {place}") }
}

/// An item of a list by its name where it has one, else by its number.
fn item_place(key: &str, at: usize, item: &DeValue<'_>, outer: &str) -> String {
    let name = match item {
        DeValue::Table(table) => {
            table.iter().find(|(name, _)| name.get_ref() == "name").and_then(|(_, value)| match value.get_ref() {
                DeValue::String(text) => Some(text.to_string()),
                _ => None,
            })
        }
        _ => None,
    };
    match name {
        Some(name) => format!("{key} \"{name}\"{}", of(outer)),
        None => format!("{key} number {}{}", at + 1, of(outer)),
    }
}

/// The type of a value in words.
fn type_words(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(_) => "a text".to_owned(),
        DeValue::Integer(number) => format!("the whole number {}", number.as_str()),
        DeValue::Float(number) => format!("the number {}", number.as_str()),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// Names of channels and runtimes begin with a letter; namespaces may begin with a digit.
fn is_name(text: &str, digit_first: bool) -> bool {
    let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (1..=63).contains(&text.len())
        && text.chars().all(ok)
        && text.starts_with(|c: char| c.is_ascii_lowercase() || (digit_first && c.is_ascii_digit()))
        && !text.ends_with('-')
}

fn is_size(text: &str) -> bool {
    ["KB", "MB", "GB", "B"]
        .iter()
        .find_map(|unit| text.strip_suffix(unit))
        .is_some_and(|number| !number.is_empty() && number.len() <= 9 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// Problems of the syntax itself.
#[must_use]
pub fn syntax(source: Source<'_>, errors: &[toml::de::Error]) -> Vec<Problem> {
    errors
        .iter()
        .map(|error| {
            let place = error.span().map_or_else(|| Place::Whole(source.path.to_owned()), |span| source.place(&span));
            let mut what = error.message().trim().replace('\n', ", ");
            if what == "duplicate key"
                && let Some(key) = error.span().and_then(|span| source.text.get(span))
            {
                what = format!("the key \"{key}\" is there twice");
            }
            Problem { place, what, hint: None }
        })
        .collect()
}
