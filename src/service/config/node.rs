//! Looking into the tree of a service config: fields by either of their spellings, and what a scalar is.

use super::table::spells;
use crate::service::yaml::{Entry, Node, What};
use serde_json::Value;

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

/// What a node is; bare words are what `kubectl` takes them for.
#[must_use]
pub fn kind(node: &Node) -> Kind {
    match &node.what {
        What::Sequence(_) => Kind::List,
        What::Mapping(_) => Kind::Object,
        What::Scalar { .. } => match node.scalar() {
            Some(Value::Null) => Kind::Null,
            Some(Value::Bool(flag)) => Kind::Bool(flag),
            Some(Value::Number(number)) if number.is_f64() => Kind::Float,
            Some(Value::Number(_)) => Kind::Int,
            _ => Kind::Text,
        },
    }
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
