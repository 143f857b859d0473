//! YAML as a tree that keeps its places: service configs and manifests are read into it, and every message about them
//! can say the line and the column.
//!
//! The events come from the parser of `serde-saphyr`; what scalars mean is what `kubectl` takes them for.

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
