//! Lenient reading: Kubernetes JSON leaves out what is zero, writes `null` for empty lists, and mixes numbers with
//! strings. These helpers read all spellings without losing the difference where it matters.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;

/// `null` reads like an absent field.
///
/// # Errors
/// When a value is there and has another shape.
pub fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// A field that may be a number or a text, such as `maxSurge`, `pause.duration` or `observedGeneration`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(untagged)]
pub enum IntOrString {
    /// A number.
    Int(i64),
    /// A text, kept as written.
    Text(Box<str>),
}

impl fmt::Display for IntOrString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(n) => write!(f, "{n}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
