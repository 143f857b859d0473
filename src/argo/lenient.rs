//! Lenient reading: Kubernetes JSON leaves out what is zero, writes `null` for empty lists, and mixes numbers with
//! strings. These helpers read all spellings without losing the difference where it matters.

use super::meta::Meta;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
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

/// What cannot be read counts as absent: for fields that only explain. One of them in a shape that a newer controller
/// gave it must not cost the object.
///
/// # Errors
/// When it is no JSON at all.
pub fn odd_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + DeserializeOwned,
{
    Ok(serde_json::from_value(Value::deserialize(deserializer)?).unwrap_or_default())
}

/// As [`odd_is_default`], item by item: one that cannot be read does not cost the others.
///
/// # Errors
/// When it is no JSON at all.
pub fn odd_items_go<'de, D, T>(deserializer: D) -> Result<Box<[T]>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let Value::Array(items) = Value::deserialize(deserializer)? else { return Ok(Box::default()) };
    Ok(items.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}

/// Metadata, spec and status of an object; where one of them cannot be read, what can be read of the metadata, and why.
///
/// # Errors
/// The second of the two: which part cannot be read, and why.
pub fn parts<S, T>(value: &Value) -> (Meta, Result<(S, T), Box<str>>)
where
    S: Default + DeserializeOwned,
    T: Default + DeserializeOwned,
{
    fn part<P: Default + DeserializeOwned>(value: &Value, key: &str) -> Result<P, Box<str>> {
        let part = value.get(key).filter(|part| !part.is_null());
        part.map_or_else(|| Ok(P::default()), |part| P::deserialize(part).map_err(|why| format!("{key}: {why}").into()))
    }
    let Some(metadata) = value.get("metadata").filter(|part| !part.is_null()) else {
        return (Meta::default(), Err("it has no metadata".into()));
    };
    let meta = match Meta::deserialize(metadata) {
        Ok(meta) => meta,
        Err(why) => return (Meta::salvage(metadata), Err(format!("metadata: {why}").into())),
    };
    let both = part(value, "spec").and_then(|spec| Ok((spec, part(value, "status")?)));
    (meta, both)
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
