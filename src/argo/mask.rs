//! Masks: what is secret in an object is not shown, not copied and not searched. Values of Secrets, values under names
//! that speak of secrets, tokens in URLs and headers, and the copy of an object that `kubectl apply` leaves in it.
//!
//! What is hidden is told by its length alone: `•••• (23)`. It errs on the side of hiding.

mod text;

use serde_json::{Map, Value};

pub use text::text;

/// What stands for a hidden part of a text.
const HIDDEN: &str = "••••";
/// The longest text that is shown whole, in characters; a megabyte in an annotation is not read by anybody.
const LONGEST: usize = 4_096;
/// Deeper than this nothing is looked into; the API does not nest objects so far.
const DEEPEST: usize = 64;

/// Fields of Kubernetes and Argo Rollouts whose names speak of keys and secrets, but whose values are names.
const NAMES: &[&str] = &[
    "automountServiceAccountToken",
    "imagePullSecrets",
    "matchLabelKeys",
    "mismatchLabelKeys",
    "secretKeyRef",
    "secretName",
    "secretNamespace",
    "secretRef",
    "secrets",
    "serviceAccountToken",
    "tokenExpirationSeconds",
    "topologyKey",
    "topologyKeys",
];

/// What stands beside a `key` that is a name: in selectors, tolerations, references, headers, files of a volume.
const BESIDE_A_KEY: &[&str] = &["effect", "mode", "name", "operator", "optional", "path", "value", "values"];

/// Fields whose own fields anybody may name: no name in them is one of the API.
const FREE: &[&str] = &["annotations", "binaryData", "data", "labels", "matchLabels", "stringData"];

const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// The object without what is secret in it, and with very long texts cut.
#[must_use]
pub fn masked(object: &Value) -> Value {
    let mut object = object.clone();
    visit(&mut object, false, 0);
    object
}

/// Whether a name speaks of something secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["token", "passw", "pwd", "secret", "key", "credential", "authorization", "cookie"]
        .iter()
        .any(|word| name.contains(word))
}

/// `•••• (23)`: how many characters are hidden.
fn hidden(count: usize) -> String {
    format!("{HIDDEN} ({count})")
}

fn visit(value: &mut Value, free: bool, depth: usize) {
    if depth > DEEPEST {
        *value = Value::String("‹nested too deep to be looked through›".to_owned());
        return;
    }
    match value {
        Value::Object(fields) => object(fields, free, depth),
        Value::Array(items) => array(items, depth),
        Value::String(words) => *words = shortened(&text(words)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn object(fields: &mut Map<String, Value>, free: bool, depth: usize) {
    let is_secret = fields.get("kind").and_then(Value::as_str) == Some("Secret");
    secret_by_its_neighbour(fields);
    let has_key_of_api = BESIDE_A_KEY.iter().any(|field| fields.contains_key(*field));
    for (name, value) in fields.iter_mut() {
        let of_the_api = match name.as_str() {
            "key" => has_key_of_api && value.is_string(),
            // A volume, or the source of one.
            "secret" => value.is_object(),
            name => NAMES.contains(&name),
        };
        let named = free || !of_the_api;
        if name == LAST_APPLIED {
            let count = value.as_str().map_or(0, |words| words.chars().count());
            *value = Value::String(format!("‹left out: {count} characters›"));
        } else if (named && is_secret_name(name)) || (is_secret && matches!(name.as_str(), "data" | "stringData")) {
            hide(value);
        } else if name == "valueFrom" {
            if let Some(words) = secret_reference(value) {
                *value = Value::String(words);
            } else {
                visit(value, false, depth + 1);
            }
        } else {
            visit(value, FREE.contains(&name.as_str()), depth + 1);
        }
    }
}

/// `{name: API_TOKEN, value: …}` of a container or of an argument, `{key: Authorization, value: …}` of a web metric.
fn secret_by_its_neighbour(fields: &mut Map<String, Value>) {
    let named =
        ["name", "key"].iter().any(|field| fields.get(*field).and_then(Value::as_str).is_some_and(is_secret_name));
    if named && let Some(value) = fields.get_mut("value") {
        hide(value);
    }
}

/// `‹secret name/key›`.
fn secret_reference(value: &Value) -> Option<String> {
    let of = value.get("secretKeyRef")?;
    let word = |field: &str| of.get(field).and_then(Value::as_str).unwrap_or("?");
    Some(format!("‹secret {}/{}›", word("name"), word("key")))
}

/// `["--token", "abc"]`: the value stands behind its name.
fn array(items: &mut [Value], depth: usize) {
    let mut hides = false;
    for item in items {
        let flag = item
            .as_str()
            .is_some_and(|word| word.starts_with('-') && !word.contains(['=', ' ']) && is_secret_name(word));
        if hides && !item.as_str().is_some_and(|word| word.starts_with('-')) {
            hide(item);
        } else {
            visit(item, false, depth + 1);
        }
        hides = flag;
    }
}

/// Hides every text and number below.
fn hide(value: &mut Value) {
    match value {
        Value::String(words) => *words = hidden(words.chars().count()),
        Value::Number(number) => *value = Value::String(hidden(number.to_string().len())),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(fields) => {
            if let Some(words) = secret_reference(&Value::Object(fields.clone())) {
                *value = Value::String(words);
            } else {
                fields.values_mut().for_each(hide);
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn shortened(words: &str) -> String {
    match words.char_indices().nth(LONGEST) {
        None => words.to_owned(),
        Some((at, _)) => {
            let more = words[at..].chars().count();
            format!("{}… ‹{more} more characters left out›", &words[..at])
        }
    }
}

#[cfg(test)]
mod tests;
