//! Looking into the tree of a service config: fields by either of their spellings, and what a scalar is.

use super::table::spells;
use crate::service::yaml::{Entry, Node, Style, What};

/// What a node is, as a reader of JSON would see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing.
    Null,
    /// `true` or `false`, in any of YAML's spellings.
    Bool(bool),
    /// A whole number.
    Int,
    /// Another number.
    Float,
    /// Text.
    Text,
    /// A list.
    List,
    /// An object.
    Object,
}

impl Kind {
    /// In words, with the article.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "true or false",
            Self::Int => "a whole number",
            Self::Float => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Object => "an object",
        }
    }
}

/// What a node is.
#[must_use]
pub fn kind(node: &Node) -> Kind {
    match &node.what {
        What::Sequence(_) => Kind::List,
        What::Mapping(_) => Kind::Object,
        What::Scalar { text, style } => {
            let said_text = node.tag.as_deref().is_some_and(|tag| tag.ends_with("str"));
            if *style == Style::Plain && !said_text { plain(text) } else { Kind::Text }
        }
    }
}

/// What a plain scalar is.
fn plain(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Kind::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Kind::Bool(false),
        _ => {}
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return Kind::Int;
    }
    let numeric = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
        && digits.parse::<f64>().is_ok();
    if numeric { Kind::Float } else { Kind::Text }
}

/// The entries of an object; none where it is something else.
#[must_use]
pub fn entries(node: &Node) -> &[Entry] {
    match &node.what {
        What::Mapping(entries) => entries,
        _ => &[],
    }
}

/// The items of a list.
#[must_use]
pub fn items(node: &Node) -> &[Node] {
    match &node.what {
        What::Sequence(items) => items,
        _ => &[],
    }
}

/// The text of a scalar.
#[must_use]
pub fn text(node: &Node) -> Option<&str> {
    match &node.what {
        What::Scalar { text, .. } => Some(text),
        _ => None,
    }
}

/// A field by either spelling; `null` counts as absent.
#[must_use]
pub fn entry<'n>(node: &'n Node, name: &str) -> Option<&'n Entry> {
    let found = entries(node).iter().find(|entry| spells(name, &entry.key));
    found.filter(|entry| kind(&entry.value) != Kind::Null)
}

/// The value of a field.
#[must_use]
pub fn field<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    entry(node, name).map(|entry| &entry.value)
}

/// The items of a field that is a list.
#[must_use]
pub fn list<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    field(node, name).map(items).unwrap_or_default()
}
