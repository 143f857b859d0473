//! The language of the key table: what shape a value has, and what a key means. One declaration feeds the checker,
//! the list of keys in the example and the JSON schema.

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// Any text.
    Text,
    /// A name: 1 to 63 of `a-z 0-9 -`, beginning with a letter, not ending in `-`.
    Name,
    /// A Kubernetes namespace: 1 to 63 of `a-z 0-9 -`, beginning and ending with a letter or digit.
    Namespace,
    /// A duration such as `10m`.
    Duration,
    /// A size such as `10MB`.
    Size,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// A whole number within bounds.
    Int(i64, i64),
    /// A number.
    Number,
    /// A parameter's value: a text or a whole number.
    Parameter,
    /// A list.
    List(&'static Shape),
    /// A table whose keys are names chosen by the user.
    Map(&'static Shape),
    /// A table with these keys.
    Table(&'static [Key]),
    /// A reference by name (a text), or the thing itself.
    NameOr(&'static Shape),
}

/// One key of a table.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its name.
    pub name: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// The default as written in TOML; empty: none.
    pub default: &'static str,
    /// What it is for, in one line.
    pub about: &'static str,
}

/// A key that may be left out.
#[must_use]
pub const fn key(name: &'static str, shape: Shape, default: &'static str, about: &'static str) -> Key {
    Key { name, shape, required: false, default, about }
}

/// A key that must be there.
#[must_use]
pub const fn must(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, shape, required: true, default: "", about }
}

impl Shape {
    /// The shape in words, for messages: `a text`, `a list`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Text | Self::Name | Self::Namespace => "a text".to_owned(),
            Self::Duration => "a duration such as \"10m\"".to_owned(),
            Self::Size => "a size such as \"10MB\"".to_owned(),
            Self::Choice(words) => format!("one of {}", quoted(words)),
            Self::Bool => "true or false".to_owned(),
            Self::Int(..) => "a whole number".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Parameter => "a text or a whole number".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Map(_) | Self::Table(_) => "a table".to_owned(),
            Self::NameOr(_) => "a name (text) or a table".to_owned(),
        }
    }
}

/// `"a", "b" or "c"`.
#[must_use]
pub fn quoted(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => format!("\"{one}\""),
        [first @ .., last] => {
            let first: Vec<String> = first.iter().map(|word| format!("\"{word}\"")).collect();
            format!("{} or \"{last}\"", first.join(", "))
        }
    }
}
