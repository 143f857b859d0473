//! Labels and annotations, packed: a sorted list instead of a tree. Ten thousand rollouts have thirty thousand of them,
//! most with two or three entries, and the smallest node of a tree has room for eleven.

use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Keys with their values, sorted by key, each key once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs(Box<[(Arc<str>, Arc<str>)]>);

impl Pairs {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Arc<str>> {
        let at = self.0.binary_search_by(|(there, _)| (**there).cmp(key)).ok()?;
        self.0.get(at).map(|(_, value)| value)
    }

    /// Whether the key is there.
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// All, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<str>)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// Number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// None at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Visits every text. Who changes a key cannot disturb the order: it is made anew.
    pub fn each(&mut self, mut visit: impl FnMut(&mut Arc<str>)) {
        let before: Vec<Arc<str>> = self.0.iter().map(|(key, _)| Arc::clone(key)).collect();
        for (key, value) in &mut self.0 {
            visit(key);
            visit(value);
        }
        if self.0.iter().zip(&before).any(|((key, _), before)| key != before) {
            *self = std::mem::take(&mut self.0).into_vec().into_iter().collect();
        }
    }
}

impl FromIterator<(Arc<str>, Arc<str>)> for Pairs {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Arc<str>)>>(pairs: I) -> Self {
        let sorted: BTreeMap<_, _> = pairs.into_iter().collect();
        Self(sorted.into_iter().collect())
    }
}

impl<const N: usize> From<[(Arc<str>, Arc<str>); N]> for Pairs {
    fn from(pairs: [(Arc<str>, Arc<str>); N]) -> Self {
        pairs.into_iter().collect()
    }
}

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(BTreeMap::<Arc<str>, Arc<str>>::deserialize(deserializer)?.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(json: &str) -> Pairs {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_value_is_found_by_its_key_whatever_the_order_was() {
        let pairs = pairs(r#"{"z":"1","a":"2","m":"3","a":"4"}"#);
        assert_eq!(
            pairs.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>(),
            ["a=4", "m=3", "z=1"]
        );
        assert_eq!(pairs.get("m").map(|value| &**value), Some("3"));
        assert!(pairs.get("b").is_none() && pairs.contains_key("z") && !Pairs::default().contains_key(""));
    }

    #[test]
    fn a_changed_key_stands_at_its_new_place() {
        let mut pairs = pairs(r#"{"a":"1","b":"2"}"#);
        pairs.each(|text| {
            if &**text == "a" {
                *text = "c".into();
            }
        });
        assert_eq!(pairs.get("c").map(|value| &**value), Some("1"));
        assert_eq!(pairs.iter().next().map(|(key, _)| &**key), Some("b"));
    }
}
