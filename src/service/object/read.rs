//! From YAML to objects: lists unrolled, what is no object refused, what only a server writes refused.

use super::Object;
use crate::config::problem::{Place, Problem};
use crate::service::template::Outcome;
use crate::service::yaml::{Document, Mark, Node, What};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// Fields of `metadata` that a server writes.
const SERVER_FIELDS: &[&str] =
    &["uid", "resourceVersion", "generation", "managedFields", "creationTimestamp", "deletionTimestamp", "selfLink"];

/// A file that is being read: its name, and from where in it a place of the read text comes.
pub struct File<'a> {
    /// The file as the user knows it.
    pub path: &'a str,
    /// Line and column of the file for a place of the text.
    pub at: &'a dyn Fn(Mark) -> (usize, usize),
}

impl File<'_> {
    /// A place in the file.
    #[must_use]
    pub fn place(&self, mark: Mark) -> Place {
        let (line, column) = (self.at)(mark);
        Place::File { path: self.path.to_owned(), line, column }
    }
}

/// Reads the objects of documents into an outcome.
pub fn objects(file: &File<'_>, documents: &[Document], outcome: &mut Outcome) {
    for document in documents {
        if let Some(root) = &document.root {
            object(file, document.number, root, root.mark, outcome);
        }
    }
}

fn object(file: &File<'_>, document: usize, node: &Node, mark: Mark, outcome: &mut Outcome) {
    let mut refuse = |mark: Mark, what: String, hint: &str| {
        outcome.problems.push(Problem { place: file.place(mark), what, hint: Some(hint.to_owned()) });
    };
    let What::Mapping(entries) = &node.what else {
        let hint = "an object is a mapping with apiVersion, kind and metadata";
        return refuse(mark, format!("document {document} is no object"), hint);
    };
    let kind = node.entry("kind").and_then(|entry| entry.value.scalar());
    if kind.as_ref().and_then(Value::as_str).is_some_and(|kind| kind.ends_with("List"))
        && let Some(What::Sequence(items)) = node.entry("items").map(|entry| &entry.value.what)
    {
        for item in items {
            object(file, document, item, item.mark, outcome);
        }
        return;
    }
    let before = outcome.problems.len();
    let mut refuse = |mark: Mark, what: String, hint: &str| {
        outcome.problems.push(Problem { place: file.place(mark), what, hint: Some(hint.to_owned()) });
    };
    for (field, example) in [("apiVersion", "apiVersion: argoproj.io/v1alpha1"), ("kind", "kind: Rollout")] {
        word(node, field, field, mark, example, &mut refuse);
    }
    match node.entry("metadata").map(|entry| &entry.value) {
        Some(metadata) => {
            if let Some(entry) = metadata.entry("generateName").filter(|_| metadata.entry("name").is_none()) {
                refuse(entry.mark, "generateName: applying needs a name".to_owned(), "give metadata.name");
            } else {
                word(metadata, "name", "metadata.name", metadata.mark, "name: web", &mut refuse);
            }
            if let Some(entry) = metadata.entry("namespace")
                && !entry.value.scalar().is_some_and(|value| value.is_string() || value.is_null())
            {
                refuse(entry.mark, "metadata.namespace is not text".to_owned(), "write it in quotes");
            }
            for entry in SERVER_FIELDS.iter().filter_map(|field| metadata.entry(field)) {
                if entry.key != "creationTimestamp" || entry.value.scalar() != Some(Value::Null) {
                    refuse(entry.mark, format!("metadata.{} is written by the server", entry.key), EXPORTED);
                }
            }
        }
        None => refuse(mark, "there is no metadata.name".to_owned(), "add metadata with a name"),
    }
    if let Some(entry) = entries.iter().find(|entry| entry.key == "status" && !is_empty(&entry.value)) {
        refuse(entry.mark, "status is written by the server".to_owned(), EXPORTED);
    }
    if outcome.problems.len() > before {
        return;
    }
    let mut places = BTreeMap::new();
    places.insert(String::new(), (file.at)(mark));
    let mut value = walk(file, node, "", &mut places);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("status");
    }
    outcome.objects.push(Object { value, file: file.path.to_owned(), document, places });
}

const EXPORTED: &str = "was this object exported from a cluster? Remove the field";

/// Refuses a field that is no text.
fn word(node: &Node, field: &str, name: &str, mark: Mark, example: &str, refuse: &mut impl FnMut(Mark, String, &str)) {
    let hint = format!("add it, as in `{example}`");
    match node.entry(field).map(|entry| (entry.mark, entry.value.scalar())) {
        None => refuse(mark, format!("there is no {name}"), &hint),
        Some((mark, Some(Value::String(text)))) if text.is_empty() => refuse(mark, format!("{name} is empty"), &hint),
        Some((_, Some(Value::String(_)))) => {}
        Some((mark, Some(value))) => refuse(mark, format!("{name} is {value}, not text"), "write it in quotes"),
        Some((mark, None)) => refuse(mark, format!("{name} is not text"), &hint),
    }
}

/// What generators write where there is nothing.
fn is_empty(node: &Node) -> bool {
    match &node.what {
        What::Mapping(entries) => entries.iter().all(|entry| is_empty(&entry.value)),
        What::Sequence(items) => items.is_empty(),
        What::Scalar { .. } => matches!(node.scalar(), Some(Value::Null)),
    }
}

/// The value of a node, and the places of all that is in it: those of the keys, for items that of the item.
fn walk(file: &File<'_>, node: &Node, pointer: &str, places: &mut BTreeMap<String, (usize, usize)>) -> Value {
    match &node.what {
        What::Scalar { .. } => node.scalar().unwrap_or_default(),
        What::Sequence(items) => {
            let item = |(at, item): (usize, &Node)| {
                let pointer = format!("{pointer}/{at}");
                places.insert(pointer.clone(), (file.at)(item.mark));
                walk(file, item, &pointer, places)
            };
            items.iter().enumerate().map(item).collect()
        }
        What::Mapping(entries) => {
            let mut fields = Map::new();
            for entry in entries {
                // `creationTimestamp: null`, also in the metadata of a pod template, is what generators write.
                if entry.key == "creationTimestamp" && pointer.ends_with("/metadata") && is_empty(&entry.value) {
                    continue;
                }
                let pointer = format!("{pointer}/{}", entry.key.replace('~', "~0").replace('/', "~1"));
                places.insert(pointer.clone(), (file.at)(entry.mark));
                fields.insert(entry.key.clone(), walk(file, &entry.value, &pointer, places));
            }
            Value::Object(fields)
        }
    }
}

/// Refuses the same object twice, and more objects than `most`; sorts what was found by its place.
pub fn check_all(outcome: &mut Outcome, most: usize) {
    let mut known: HashMap<(String, String, Option<String>, String), usize> = HashMap::new();
    for (at, object) in outcome.objects.iter().enumerate() {
        let group = object.api_version().split_once('/').map_or("", |(group, _)| group);
        let namespace = object.namespace().map(str::to_owned);
        let key = (group.to_owned(), object.kind().to_owned(), namespace, object.name().to_owned());
        match known.get(&key) {
            Some(first) => {
                let first = outcome.objects[*first].place("");
                let what = format!("{} {} is there twice, first at {first}", object.kind(), object.name());
                let hint = Some("keep one of them".to_owned());
                outcome.problems.push(Problem { place: object.place(""), what, hint });
            }
            None => {
                known.insert(key, at);
            }
        }
    }
    if let Some(first) = outcome.objects.get(most) {
        let what = format!("{} objects, more than {most}", outcome.objects.len());
        let hint = Some("divide them among several services".to_owned());
        outcome.problems.push(Problem { place: Place::Whole(first.file.clone()), what, hint });
    }
    outcome.problems.sort();
    outcome.problems.dedup();
    outcome.warnings.sort();
    outcome.warnings.dedup();
}
