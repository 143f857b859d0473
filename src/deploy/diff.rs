//! Diff: what differs between what is there and what the server would store, field by field. Containers, variables,
//! ports and the like are told by their names, as the API merges them; other lists, the steps of a canary among them,
//! are one thing each.

use super::change::{Change, Line, Section, Sign};
use super::content;
use crate::argo::mask;
use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};
use std::collections::BTreeSet;

/// What hides a value whose masked form cannot be found.
const HIDDEN: &str = "••••";

/// What would change, the most important first. Both are compared by their content.
#[must_use]
pub fn changes(live: &Value, wanted: &Value) -> Vec<Change> {
    let (old, new) = (content::of(live), content::of(wanted));
    let kind = content::text(&new, "/kind").to_owned();
    let shown = Shown { old: mask::masked(&old), new: mask::masked(&new), kind };
    let mut found = Vec::new();
    walk(Some(&old), Some(&new), &At::default(), &shown, &mut found);
    found.sort_by_key(|change| change.section);
    found
}

/// A whole object that is not there yet, as one change.
#[must_use]
pub fn whole(object: &Value) -> Change {
    let masked = mask::masked(object);
    let lines = yaml(&masked).lines().map(|text| Line { sign: Sign::Added, text: text.to_owned() }).collect();
    Change { path: String::new(), pointer: String::new(), section: Section::Rest, lines }
}

/// Both sides without what is secret, for the lines.
struct Shown {
    old: Value,
    new: Value,
    kind: String,
}

/// Where the walk is.
#[derive(Clone, Debug, Default)]
struct At {
    path: String,
    old: String,
    new: String,
    name: Option<String>,
}

impl At {
    fn field(&self, name: &str) -> Self {
        let simple = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        let path = match (self.path.is_empty(), simple) {
            (true, true) => name.to_owned(),
            (false, true) => format!("{}.{name}", self.path),
            (_, false) => format!("{}[\"{name}\"]", self.path),
        };
        let token = name.replace('~', "~0").replace('/', "~1");
        let (old, new) = (format!("{}/{token}", self.old), format!("{}/{token}", self.new));
        Self { path, old, new, name: Some(name.to_owned()) }
    }

    fn item(&self, key: &str, old: Option<usize>, new: Option<usize>) -> Self {
        let below = |pointer: &str, index: Option<usize>| match index {
            Some(index) => format!("{pointer}/{index}"),
            None => pointer.to_owned(),
        };
        Self {
            path: format!("{}[{key}]", self.path),
            old: below(&self.old, old),
            new: below(&self.new, new),
            name: None,
        }
    }
}

fn walk(old: Option<&Value>, new: Option<&Value>, at: &At, shown: &Shown, found: &mut Vec<Change>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                walk(before.get(name), after.get(name), &at.field(name), shown, found);
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let field = at.name.as_deref().unwrap_or_default();
            match (keys(field, before), keys(field, after)) {
                (Some(old_keys), Some(new_keys)) => keyed((before, &old_keys), (after, &new_keys), at, shown, found),
                _ => found.push(leaf(old, new, at, shown)),
            }
        }
        _ => found.push(leaf(old, new, at, shown)),
    }
}

fn keyed(
    (before, old_keys): (&[Value], &[String]),
    (after, new_keys): (&[Value], &[String]),
    at: &At,
    shown: &Shown,
    found: &mut Vec<Change>,
) {
    for (index, key) in new_keys.iter().enumerate() {
        let was = old_keys.iter().position(|other| other == key);
        let at = at.item(key, was, Some(index));
        walk(was.map(|was| &before[was]), Some(&after[index]), &at, shown, found);
    }
    for (index, key) in old_keys.iter().enumerate().filter(|(_, key)| !new_keys.contains(key)) {
        walk(Some(&before[index]), None, &at.item(key, Some(index), None), shown, found);
    }
    let order = |keys: &[String], others: &[String]| -> Vec<String> {
        keys.iter().filter(|key| others.contains(key)).cloned().collect()
    };
    let (was, is) = (order(old_keys, new_keys), order(new_keys, old_keys));
    if was != is {
        let line = |sign, keys: &[String]| Line { sign, text: format!("order: {}", keys.join(", ")) };
        found.push(Change {
            path: at.path.clone(),
            pointer: at.new.clone(),
            section: section(&shown.kind, &at.path),
            lines: vec![line(Sign::Removed, &was), line(Sign::Added, &is)],
        });
    }
}

/// What tells the items of a list apart (the `x-kubernetes-list-map-keys` of Pods, Services and Rollouts); `None`: it is
/// one thing.
fn keys(field: &str, list: &[Value]) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let by = |name: &str| list.iter().map(|item| item.get(name).and_then(text)).collect::<Option<Vec<String>>>();
    let port = |name: &str| {
        let of = |item: &Value| {
            let protocol = item.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
            item.get(name).and_then(text).map(|port| format!("{port}/{protocol}"))
        };
        list.iter().map(of).collect::<Option<Vec<String>>>()
    };
    let keys = match field {
        "ports" => port("containerPort").or_else(|| port("port")),
        "volumeMounts" => by("mountPath"),
        "volumeDevices" => by("devicePath"),
        "steps" => None,
        _ => by("name"),
    }?;
    let distinct: BTreeSet<&String> = keys.iter().collect();
    (distinct.len() == keys.len()).then_some(keys)
}

fn leaf(old: Option<&Value>, new: Option<&Value>, at: &At, shown: &Shown) -> Change {
    let masked = |whole: &Value, pointer: &str| {
        let found = whole.pointer(pointer).cloned();
        // Whatever stands around it is hidden as a whole.
        found.unwrap_or_else(|| Value::String(HIDDEN.to_owned()))
    };
    let text = |value: Value| match &at.name {
        Some(name) => yaml(&Value::Object(Map::from_iter([(name.clone(), value)]))),
        None => yaml(&Value::Array(vec![value])),
    };
    let before = old.map(|_| text(masked(&shown.old, &at.old))).unwrap_or_default();
    let after = new.map(|_| text(masked(&shown.new, &at.new))).unwrap_or_default();
    Change {
        path: at.path.clone(),
        pointer: at.new.clone(),
        section: section(&shown.kind, &at.path),
        lines: lines(&before, &after),
    }
}

/// The difference of two texts, line by line. Two that look the same once they are masked differ all the same.
fn lines(before: &str, after: &str) -> Vec<Line> {
    let line = |sign, text: &str| Line { sign, text: text.trim_end_matches('\n').to_owned() };
    if before == after {
        let removed = before.lines().map(|text| line(Sign::Removed, text));
        let added = after.lines().map(|text| line(Sign::Added, &format!("{text}   # another value")));
        return removed.chain(added).collect();
    }
    let difference = TextDiff::from_lines(before, after);
    let sign = |tag| match tag {
        ChangeTag::Equal => Sign::Kept,
        ChangeTag::Delete => Sign::Removed,
        ChangeTag::Insert => Sign::Added,
    };
    difference.iter_all_changes().map(|change| line(sign(change.tag()), change.value())).collect()
}

/// As YAML; what cannot be written so stands as JSON.
fn yaml(value: &Value) -> String {
    serde_saphyr::to_string(value).unwrap_or_else(|_| value.to_string())
}

/// Kinds with a pod template.
fn has_template(kind: &str) -> bool {
    matches!(kind, "Rollout" | "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob")
}

fn section(kind: &str, path: &str) -> Section {
    let below = |field: &str| {
        path.strip_prefix(field).is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('['))
    };
    match kind {
        kind if has_template(kind) && (below("spec.template") || below("spec.workloadRef")) => Section::PodTemplate,
        kind if has_template(kind) && below("spec.strategy") => Section::Strategy,
        kind if has_template(kind) && below("spec.replicas") => Section::Replicas,
        "Service" if below("spec") => Section::Service,
        _ => Section::Rest,
    }
}

#[cfg(test)]
mod tests;
