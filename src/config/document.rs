//! Documents that follow from the key table: the example (`config example`, `config.example.toml`) and the JSON
//! schema (`config schema`).

use super::keys;
use super::table::{Key, Shape};
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// The annotated beginning of the example; the list of all keys is made from the table.
const EXAMPLE: &str = include_str!("example.toml");

/// The example: a configuration that loads without warnings where its contexts exist, and every key there is.
#[must_use]
pub fn example() -> String {
    let mut text = EXAMPLE.to_owned();
    text.push_str("\n# ---- every key, with its default ----\n");
    list(&mut text, keys::FILE, "");
    text
}

fn list(text: &mut String, keys: &[Key], path: &str) {
    for key in keys {
        let path = if path.is_empty() { key.name.to_owned() } else { format!("{path}.{}", key.name) };
        let default = match (key.required, key.default) {
            (true, _) => " (required)".to_owned(),
            (false, "") => String::new(),
            (false, default) => format!(" = {default}"),
        };
        let _ = writeln!(text, "# {path}{default}: {}", about(key));
        match key.shape {
            Shape::Table(keys) => list(text, keys, &path),
            Shape::List(Shape::Table(keys)) => list(text, keys, &format!("{path}[]")),
            Shape::Map(Shape::Table(keys)) => list(text, keys, &format!("{path}.NAME")),
            // Among these a list of `NameOr`: its keys are those of the named ones, which were listed before.
            _ => {}
        }
    }
}

fn about(key: &Key) -> String {
    match key.shape {
        Shape::Choice(words) => format!("{} ({})", key.about, words.join(", ")),
        Shape::Int(least, most) if most - least < 10_000 => format!("{} ({least} to {most})", key.about),
        _ => key.about.to_owned(),
    }
}

/// The JSON schema of a configuration, for editors.
#[must_use]
pub fn schema() -> Value {
    let mut schema = table(keys::FILE);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!("rolltop configuration");
    schema
}

fn table(keys: &[Key]) -> Value {
    let properties: Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut schema = shape(&key.shape);
            schema["description"] = json!(key.about);
            let default = format!("d = {}", key.default).parse::<toml::Table>().ok();
            if let Some(default) = default.and_then(|table| serde_json::to_value(table.get("d")?).ok()) {
                schema["default"] = default;
            }
            (key.name.to_owned(), schema)
        })
        .collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn shape(shape_: &Shape) -> Value {
    match shape_ {
        Shape::Text => json!({"type": "string"}),
        Shape::Name => json!({"type": "string", "pattern": "^[a-z]([a-z0-9-]*[a-z0-9])?$", "maxLength": 63}),
        Shape::Namespace => json!({"type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": 63}),
        Shape::Duration => {
            json!({"type": "string", "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"})
        }
        Shape::Size => json!({"type": "string", "pattern": "^[0-9]+(B|KB|MB|GB)$"}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Int(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
        Shape::Number => json!({"type": "number"}),
        Shape::Parameter => json!({"type": ["string", "integer"]}),
        Shape::List(item) => json!({"type": "array", "items": shape(item)}),
        Shape::Map(item) => json!({"type": "object", "additionalProperties": shape(item)}),
        Shape::Table(keys) => table(keys),
        Shape::NameOr(other) => json!({"anyOf": [{"type": "string"}, shape(other)]}),
    }
}
