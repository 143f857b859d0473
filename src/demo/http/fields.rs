//! Sets of fields, as `managedFields` keeps them (sigs.k8s.io/structured-merge-diff, fieldpath): which fields an object
//! has, which differ, what two sets share, and merging and removing by them.
//!
//! An element of a path is kept in its written form: `f:name` a field, `k:{"name":"c"}` an item of a keyed list,
//! `v:"x"` an item of a set.

use super::schema::{self, Merge, Struct, Ty};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A set of fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Set {
    /// The field at this place itself.
    pub own: bool,
    pub below: BTreeMap<String, Set>,
}

static METADATA: LazyLock<Ty> = LazyLock::new(|| Ty::Named("ObjectMeta".into()));

/// How a value is taken apart.
enum Shape<'a> {
    /// As one.
    Leaf,
    /// Field by field, typed by the schema.
    Object(&'static Struct),
    /// Key by key, all of one type.
    Map(&'a Ty),
    /// Item by item, by keys.
    Keyed(&'a Ty, &'a [(String, Option<String>)]),
    /// A set of scalars.
    Scalars,
}

fn shape<'a>(ty: &'a Ty, value: &Value) -> Shape<'a> {
    match (ty, value) {
        (Ty::Named(name), Value::Object(_)) => Shape::Object(schema::named(name)),
        (Ty::Map(inner), Value::Object(_)) => Shape::Map(inner),
        (Ty::Any, Value::Object(_)) => Shape::Map(&Ty::Any),
        (Ty::List(inner, Merge::By(keys)), Value::Array(_)) => Shape::Keyed(inner, keys),
        (Ty::List(_, Merge::Set), Value::Array(_)) => Shape::Scalars,
        _ => Shape::Leaf,
    }
}

/// The parts of a value, each with its path element and type; none for a leaf.
fn parts<'a, 'v>(ty: &'a Ty, value: &'v Value) -> Option<Vec<(String, &'a Ty, &'v Value)>> {
    let fields = |value: &'v Value| value.as_object().into_iter().flatten();
    let items = |value: &'v Value| value.as_array().into_iter().flatten();
    Some(match shape(ty, value) {
        Shape::Leaf => return None,
        Shape::Object(object) => fields(value)
            .map(|(name, value)| {
                // Of every object; the schema does not name it there.
                let ty = object.field(name).unwrap_or(if name == "metadata" { &METADATA } else { &Ty::Any });
                (format!("f:{name}"), ty, value)
            })
            .collect(),
        Shape::Map(inner) => fields(value).map(|(name, value)| (format!("f:{name}"), inner, value)).collect(),
        Shape::Keyed(inner, keys) => items(value).map(|item| (key_of(item, keys), inner, item)).collect(),
        Shape::Scalars => items(value).map(|item| (format!("v:{item}"), &Ty::Any, item)).collect(),
    })
}

fn key_of(item: &Value, keys: &[(String, Option<String>)]) -> String {
    let mut key = Map::new();
    for (name, default) in keys {
        match (item.get(name), default) {
            (Some(value), _) => key.insert(name.clone(), value.clone()),
            (None, Some(default)) => key.insert(name.clone(), json!(default)),
            (None, None) => None,
        };
    }
    format!("k:{}", Value::Object(key))
}

/// Whether an element is an item of a list: that is owned itself, beside what is in it.
fn is_item(element: &str) -> bool {
    element.starts_with("k:") || element.starts_with("v:")
}

impl Set {
    /// All fields of a value.
    pub(crate) fn of(ty: &Ty, value: &Value) -> Self {
        match parts(ty, value) {
            None => Self { own: true, below: BTreeMap::new() },
            Some(parts) if parts.is_empty() => Self { own: true, below: BTreeMap::new() },
            Some(parts) => {
                let below = parts.into_iter().map(|(element, ty, value)| {
                    let mut set = Self::of(ty, value);
                    set.own |= is_item(&element);
                    (element, set)
                });
                Self { own: false, below: below.collect() }
            }
        }
    }

    /// The fields of `after` that differ from `before`. A container that is new counts itself too.
    pub(crate) fn changed(ty: &Ty, before: Option<&Value>, after: &Value) -> Self {
        let Some(before) = before else {
            let mut set = Self::of(ty, after);
            set.mark_containers();
            return set;
        };
        let (Some(old), Some(new)) = (parts(ty, before), parts(ty, after)) else {
            return Self { own: before != after, below: BTreeMap::new() };
        };
        let old: BTreeMap<String, &Value> = old.into_iter().map(|(element, _, value)| (element, value)).collect();
        let below = new.into_iter().filter_map(|(element, ty, value)| {
            let set = Self::changed(ty, old.get(&element).copied(), value);
            (!set.is_empty()).then_some((element, set))
        });
        Self { own: false, below: below.collect() }
    }

    fn mark_containers(&mut self) {
        self.own = true;
        self.below.values_mut().for_each(Self::mark_containers);
    }

    pub(crate) fn is_empty(&self) -> bool {
        !self.own && self.below.is_empty()
    }

    pub(crate) fn union(&mut self, other: &Self) {
        self.own |= other.own;
        for (element, set) in &other.below {
            self.below.entry(element.clone()).or_default().union(set);
        }
    }

    pub(crate) fn minus(&self, other: &Self) -> Self {
        let below = self.below.iter().filter_map(|(element, set)| {
            let left = match other.below.get(element) {
                Some(other) => set.minus(other),
                None => set.clone(),
            };
            (!left.is_empty()).then(|| (element.clone(), left))
        });
        Self { own: self.own && !other.own, below: below.collect() }
    }

    pub(crate) fn shared(&self, other: &Self) -> Self {
        let below = self.below.iter().filter_map(|(element, set)| {
            let both = set.shared(other.below.get(element)?);
            (!both.is_empty()).then(|| (element.clone(), both))
        });
        Self { own: self.own && other.own, below: below.collect() }
    }

    /// Reads `fieldsV1`.
    pub(crate) fn read(value: &Value) -> Self {
        let Some(map) = value.as_object() else { return Self::default() };
        // An empty object is a field, unless it is the whole.
        let below: BTreeMap<String, Self> = map
            .iter()
            .filter(|(element, _)| *element != ".")
            .map(|(element, value)| {
                let mut set = Self::read(value);
                set.own |= value.as_object().is_some_and(|map| map.is_empty() || map.contains_key("."));
                (element.clone(), set)
            })
            .collect();
        Self { own: map.contains_key("."), below }
    }

    /// Writes `fieldsV1`.
    pub(crate) fn write(&self) -> Value {
        let mut map = Map::new();
        if self.own && !self.below.is_empty() {
            map.insert(".".into(), json!({}));
        }
        for (element, set) in &self.below {
            map.insert(element.clone(), set.write());
        }
        Value::Object(map)
    }

    /// The paths in it, as a conflict names them: `.spec.template.spec.containers[name="c"].image`.
    pub(crate) fn paths(&self) -> Vec<String> {
        let mut out = Vec::new();
        self.paths_into("", &mut out);
        out
    }

    fn paths_into(&self, at: &str, out: &mut Vec<String>) {
        if self.own {
            out.push(at.to_owned());
        }
        for (element, set) in &self.below {
            let (form, text) = element.split_at(2);
            let part = match form {
                "f:" => format!(".{text}"),
                "k:" => {
                    let key: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
                    let pairs: Vec<String> = key.iter().map(|(name, value)| format!("{name}={value}")).collect();
                    format!("[{}]", pairs.join(","))
                }
                _ => format!("[={text}]"),
            };
            set.paths_into(&format!("{at}{part}"), out);
        }
    }

    /// Keeps only what still is in the value.
    pub(crate) fn within(&self, all: &Self) -> Self {
        let below = self.below.iter().filter_map(|(element, set)| {
            let left = set.within(all.below.get(element)?);
            Some((element.clone(), left))
        });
        Self { own: self.own, below: below.collect() }
    }
}

/// Those fields of `set` that have other values in `one` than in `other`.
pub(crate) fn differing(ty: &Ty, set: &Set, one: Option<&Value>, other: Option<&Value>) -> Set {
    let (Some(a), Some(b)) = (one, other) else {
        return set.clone();
    };
    let (Some(in_a), Some(in_b)) = (parts(ty, a), parts(ty, b)) else {
        return Set { own: set.own && a != b, below: BTreeMap::new() };
    };
    let in_b: BTreeMap<String, &Value> = in_b.into_iter().map(|(element, _, value)| (element, value)).collect();
    let mut below = BTreeMap::new();
    for (element, ty, value) in in_a {
        let Some(set) = set.below.get(&element) else { continue };
        let left = differing(ty, set, Some(value), in_b.get(&element).copied());
        if !left.is_empty() {
            below.insert(element, left);
        }
    }
    // A container is there on both sides: that is no difference.
    Set { own: false, below }
}

/// Merges what is applied into an object.
pub(crate) fn merge(ty: &Ty, live: &mut Value, applied: &Value) {
    let keyed = match (shape(ty, live), shape(ty, applied)) {
        (Shape::Object(_) | Shape::Map(_), Shape::Object(_) | Shape::Map(_)) => false,
        (Shape::Keyed(..), Shape::Keyed(..)) | (Shape::Scalars, Shape::Scalars) => true,
        _ => {
            *live = applied.clone();
            return;
        }
    };
    let new = parts(ty, applied).unwrap_or_default();
    if keyed {
        merge_items(ty, live, new);
        return;
    }
    let Some(map) = live.as_object_mut() else { return };
    for (element, ty, value) in new {
        match map.get_mut(&element[2..]) {
            Some(present) => merge(ty, present, value),
            None => {
                map.insert(element[2..].to_owned(), value.clone());
            }
        }
    }
}

/// Merges the items of a list: in the order of what is applied, what only others have staying before what it stood before
/// (structured-merge-diff, typed/merge.go, `mergeListItems`).
fn merge_items(ty: &Ty, live: &mut Value, applied: Vec<(String, &Ty, &Value)>) {
    let elements: Vec<String> =
        parts(ty, live).unwrap_or_default().into_iter().map(|(element, _, _)| element).collect();
    let Some(list) = live.as_array_mut() else { return };
    let mut present: Vec<(String, Option<Value>)> =
        elements.into_iter().zip(std::mem::take(list).into_iter().map(Some)).collect();
    let kept: Vec<bool> =
        present.iter().map(|(element, _)| !applied.iter().any(|(other, _, _)| other == element)).collect();
    let mut at = 0;
    for (element, ty, value) in applied {
        // Others' items, up to the next one that is still to come.
        while at < present.len() && (kept[at] || present[at].1.is_none()) {
            list.extend(present[at].1.take());
            at += 1;
        }
        let mut item = present.iter_mut().find(|(other, _)| *other == element).and_then(|(_, item)| item.take());
        match &mut item {
            Some(present) => merge(ty, present, value),
            None => item = Some(value.clone()),
        }
        list.extend(item);
    }
    list.extend(
        present
            .into_iter()
            .skip(at)
            .zip(kept.into_iter().skip(at))
            .filter(|(_, kept)| *kept)
            .filter_map(|((_, item), _)| item),
    );
}

/// Takes out of an object what was `lost`, unless it is still `held`. A field that the schema names goes with all that is
/// in it, also what nobody owns (defaults), once nothing in it is held; so does an item of a list once the item itself is
/// not held (structured-merge-diff, merge/update.go, `prune`).
pub(crate) fn remove(ty: &Ty, value: &mut Value, lost: &Set, held: &Set) {
    let named = matches!(shape(ty, value), Shape::Object(_));
    let Some(parts) = parts(ty, value) else { return };
    let inner: Vec<(usize, String, Ty)> = parts
        .into_iter()
        .enumerate()
        .filter(|(_, (element, _, _))| lost.below.contains_key(element))
        .map(|(at, (element, ty, _))| (at, element, ty.clone()))
        .collect();
    let nothing = Set::default();
    for (at, element, ty) in inner.into_iter().rev() {
        let (lost, kept) = (&lost.below[&element], held.below.get(&element));
        // An object never loses its metadata, which holds what nobody owns.
        let whole = if named {
            kept.is_none() && element != "f:metadata"
        } else {
            lost.own && !kept.is_some_and(|kept| kept.own)
        };
        let name = &element[2..];
        match value {
            Value::Object(map) => {
                let emptied = map.get_mut(name).is_some_and(|inside| {
                    remove(&ty, inside, lost, kept.unwrap_or(&nothing));
                    // A map in a map that is not described: it goes with its last key.
                    kept.is_none() && inside.as_object().is_some_and(Map::is_empty)
                });
                if whole || emptied {
                    map.remove(name);
                }
            }
            Value::Array(list) if whole => {
                list.remove(at);
            }
            Value::Array(list) => remove(&ty, &mut list[at], lost, kept.unwrap_or(&nothing)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rollout() -> Ty {
        Ty::Named("Rollout".into())
    }

    fn object(image: &str) -> Value {
        json!({"spec": {"replicas": 1, "selector": {"matchLabels": {"app": "a"}},
            "strategy": {"canary": {"steps": [{"setWeight": 10}]}},
            "template": {"spec": {"containers": [{"name": "c", "image": image}]}}}})
    }

    #[test]
    fn the_fields_of_a_rollout_are_those_that_a_real_server_names() {
        let want = json!({"f:spec": {"f:replicas": {}, "f:selector": {}, "f:strategy": {"f:canary": {"f:steps": {}}},
            "f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"c\"}": {".": {}, "f:image": {}, "f:name": {}}}}}}});
        let set = Set::of(&rollout(), &object("a:1"));
        assert_eq!(set.write(), want);
        assert_eq!(Set::read(&want), set);
    }

    #[test]
    fn a_changed_image_is_the_only_field_that_differs() {
        let (before, after) = (object("a:1"), object("a:2"));
        let changed = Set::changed(&rollout(), Some(&before), &after);
        assert_eq!(changed.paths(), [".spec.template.spec.containers[name=\"c\"].image"]);
        let all = Set::of(&rollout(), &after);
        assert_eq!(differing(&rollout(), &all, Some(&before), Some(&after)), changed);
        assert!(differing(&rollout(), &all, Some(&before), Some(&before)).is_empty());
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![Just(json!(1)), Just(json!("x")), Just(json!({})), Just(json!([1, 2]))];
        leaf.prop_recursive(3, 12, 3, |inner| {
            proptest::collection::btree_map("[a-c]", inner, 0..3).prop_map(|map| json!(map))
        })
    }

    proptest! {
        /// What is applied over anything ends up in it, and taking all of it out again leaves nothing of it.
        #[test]
        fn what_is_applied_is_there_and_what_is_removed_is_gone(live in any_value(), applied in any_value()) {
            let ty = Ty::Any;
            let set = Set::of(&ty, &applied);
            prop_assert_eq!(&Set::read(&json!({"f:x": set.write()})).below["f:x"].write(), &set.write());
            let mut merged = live;
            merge(&ty, &mut merged, &applied);
            prop_assert!(differing(&ty, &set, Some(&applied), Some(&merged)).is_empty());
            prop_assert!(set.minus(&set).is_empty());
            if merged.is_object() && applied.is_object() {
                remove(&ty, &mut merged, &set, &Set::default());
                let left = Set::of(&ty, &merged).shared(&set).paths();
                let emptied = left.iter().all(|path| at_path(&applied, path) == Some(&json!({})));
                prop_assert!(emptied, "{:?}", left);
            }
        }
    }

    fn at_path<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
        path.split('.').filter(|part| !part.is_empty()).try_fold(value, |at, part| at.get(part))
    }

    #[test]
    fn merging_keeps_the_items_of_others_and_removing_takes_only_what_is_named() {
        let mut live = json!({"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "s"}]}}}});
        merge(&rollout(), &mut live, &object("a:1"));
        assert_eq!(live["spec"]["template"]["spec"]["containers"].as_array().unwrap().len(), 2);
        assert_eq!(live["spec"]["replicas"], 1);
        let lost = Set::of(&rollout(), &object("a:1"));
        let mut held = Set::of(&rollout(), &json!({"spec": {"replicas": 1}}));
        held.union(&Set::of(&rollout(), &json!({"spec": {"template": {"spec": {"containers": [{"name": "side"}]}}}})));
        remove(&rollout(), &mut live, &lost, &held);
        let want =
            json!({"spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "side", "image": "s"}]}}}});
        assert_eq!(live, want);
    }

    #[test]
    fn a_list_takes_the_order_of_what_is_applied_and_keeps_the_items_of_others_in_between() {
        let list = |names: &[&str]| {
            let env: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
            json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "env": env}]}}}})
        };
        for (live, applied, want) in [
            (&["a", "b"][..], &["b", "a"][..], &["b", "a"][..]),
            (&["x", "a", "b"], &["b", "a"], &["x", "b", "a"]),
            (&["a", "x", "b", "y"], &["a", "b"], &["a", "x", "b", "y"]),
            (&["a"], &["n", "a", "m"], &["n", "a", "m"]),
            (&["x"], &["a"], &["x", "a"]),
        ] {
            let mut merged = list(live);
            merge(&rollout(), &mut merged, &list(applied));
            assert_eq!(merged, list(want), "{live:?} {applied:?}");
        }
    }

    #[test]
    fn a_field_that_nobody_holds_any_more_takes_its_defaults_along() {
        let probe = |more: &Value| {
            let mut probe = json!({"httpGet": {"port": 80}});
            json_patch::merge(&mut probe, more);
            json!({"spec": {"template": {"spec": {"containers": [{"name": "c", "readinessProbe": probe}]}}}})
        };
        let lost = Set::of(&rollout(), &probe(&json!({})));
        let held = Set::of(&rollout(), &json!({"spec": {"template": {"spec": {"containers": [{"name": "c"}]}}}}));
        let mut live = probe(&json!({"timeoutSeconds": 1, "httpGet": {"scheme": "HTTP"}}));
        remove(&rollout(), &mut live, &lost, &held);
        assert_eq!(live, json!({"spec": {"template": {"spec": {"containers": [{"name": "c"}]}}}}));
        // Something in it is another's: the rest stays.
        let mut live = probe(&json!({"timeoutSeconds": 5}));
        let mut held = held;
        let other = json!({"spec": {"template": {"spec": {"containers": [
            {"name": "c", "readinessProbe": {"timeoutSeconds": 5}}]}}}});
        held.union(&Set::of(&rollout(), &other));
        remove(&rollout(), &mut live, &lost, &held);
        assert_eq!(live, other);
    }
}
