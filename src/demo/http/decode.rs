//! Reading a body as JSON or YAML, and noting which fields stand in it twice: the last one counts, as on a real server,
//! and strict validation refuses it (k8s.io/apimachinery, pkg/runtime/serializer/json).

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt;

/// A body, read.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Body {
    pub value: Value,
    /// Paths of fields that stand more than once, in the order of the text.
    pub repeated: Vec<String>,
}

/// Reads JSON.
pub(crate) fn json(bytes: &[u8]) -> Result<Body, serde_json::Error> {
    let repeated = RefCell::default();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Seed { path: String::new(), repeated: &repeated }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(Body { value, repeated: repeated.into_inner() })
}

/// Reads YAML, of which JSON is a part.
pub(crate) fn yaml(text: &str) -> Result<Body, Box<serde_saphyr::Error>> {
    let repeated = RefCell::default();
    let options = serde_saphyr::options! { duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough };
    let seed = Seed { path: String::new(), repeated: &repeated };
    let value = serde_saphyr::with_deserializer_from_str_with_options(text, options, |reader| seed.deserialize(reader))
        .map_err(Box::new)?;
    Ok(Body { value, repeated: repeated.into_inner() })
}

/// Reads one value at its path.
struct Seed<'a> {
    path: String,
    repeated: &'a RefCell<Vec<String>>,
}

impl Seed<'_> {
    fn below(&self, path: String) -> Seed<'_> {
        Seed { path, repeated: self.repeated }
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.deserialize(reader)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.below(format!("{}[{}]", self.path, list.len())))? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let dot = if self.path.is_empty() { "" } else { "." };
            let path = format!("{}{dot}{name}", self.path);
            let value = entries.next_value_seed(self.below(path.clone()))?;
            if map.insert(name, value).is_some() {
                self.repeated.borrow_mut().push(path);
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_of_two_fields_counts_and_the_repetition_is_noted() {
        let want = Body {
            value: json!({"a": 2, "list": [{"b": null, "c": "x"}], "n": 1.5}),
            repeated: vec!["list[0].b".to_owned(), "a".to_owned()],
        };
        assert_eq!(json(br#"{"a": 1, "list": [{"b": true, "b": null, "c": "x"}], "n": 1.5, "a": 2}"#).unwrap(), want);
        assert_eq!(yaml("a: 1\nlist:\n- b: true\n  b: null\n  c: x\nn: 1.5\na: 2\n").unwrap(), want);
    }

    #[test]
    fn what_stands_behind_the_value_is_refused() {
        assert!(json(b"{} x").is_err());
        assert!(yaml("a: [").is_err());
    }
}
