//! YAML as a tree that keeps its places: service configs and manifests are read into it, and every message about them
//! can say the line and the column.
//!
//! The events come from the parser of `serde-saphyr`; what scalars mean is what `kubectl` takes them for ([`scalar`]).
//! Where `kubectl` and other readers differ, the text is refused or doubted, never guessed.

pub mod events;
pub mod scalar;
mod tree;

use serde_json::Value;

/// Where something stands in a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Byte of the text, from 0.
    pub offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
}

/// A value of a document, with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub what: What,
    /// Where it begins; within an alias, where the anchor's node does.
    pub mark: Mark,
    /// The byte after it.
    pub end: usize,
    /// Its tag where it has one, as in `!!str`.
    pub tag: Option<String>,
}

/// The three kinds of nodes. Aliases are replaced by what they stand for, merges (`<<`) are carried out.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// One value.
    Scalar {
        /// Its text, quotes and escapes resolved.
        text: String,
        /// How it is written.
        style: Style,
    },
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping, in the order of the text; no key is there twice.
    Mapping(Vec<Entry>),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bare: the only style whose text may mean something else than text.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// A block after `|`.
    Literal,
    /// A block after `>`.
    Folded,
}

/// A key of a mapping with its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key as text: `1` and `true` are keys too.
    pub key: String,
    /// Where the key stands.
    pub mark: Mark,
    /// The value.
    pub value: Node,
}

/// One document of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Which one, from 1, empty ones counted.
    pub number: usize,
    /// Where it begins.
    pub mark: Mark,
    /// Its content; none where it is empty or only comments.
    pub root: Option<Node>,
}

/// What is wrong with a text as YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub mark: Mark,
    /// What and why, in one sentence without a full stop.
    pub what: String,
    /// What to try.
    pub hint: Option<String>,
}

/// A text as it was read: what is well formed in it, and what is not.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// The documents; those with faults may be missing.
    pub documents: Vec<Document>,
    /// What is wrong: nobody should use a document of a text that has one.
    pub faults: Vec<Fault>,
    /// Bare words that `kubectl` takes for something else than other readers do.
    pub doubts: Vec<Fault>,
}

/// Reads a text. A byte order mark at its beginning counts for nothing, not even for an offset.
#[must_use]
pub fn read(text: &str) -> Text {
    tree::read(&events::read(text))
}

/// The text without a byte order mark at its beginning.
#[must_use]
pub fn unmarked(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

impl Node {
    /// The value of a scalar as `kubectl` reads it; none for lists and mappings.
    #[must_use]
    pub fn scalar(&self) -> Option<Value> {
        match &self.what {
            What::Scalar { text, style } => meaning(text, *style, self.tag.as_deref()).ok(),
            _ => None,
        }
    }

    /// The value with all that is in it.
    #[must_use]
    pub fn value(&self) -> Value {
        match &self.what {
            What::Scalar { .. } => self.scalar().unwrap_or_default(),
            What::Sequence(items) => items.iter().map(Self::value).collect(),
            What::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.clone(), entry.value.value()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// The entry of a mapping.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.what {
            What::Mapping(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }
}

/// What a scalar means: its tag decides, else quotes make it text, else it is a bare word.
///
/// # Errors
/// A word that its tag does not fit, or that no JSON can hold.
pub fn meaning(text: &str, style: Style, tag: Option<&str>) -> Result<Value, String> {
    if tag == Some("str") || tag.is_none() && style != Style::Plain {
        return Ok(Value::String(text.to_owned()));
    }
    let value = scalar::kubectl(text)?;
    let fits = match tag {
        Some("int") => value.is_i64(),
        Some("float") => value.is_number(),
        Some("bool") => value.is_boolean(),
        Some("null") => value.is_null(),
        _ => true,
    };
    if fits { Ok(value) } else { Err(format!("\"{text}\" is no !!{}", tag.unwrap_or_default())) }
}
