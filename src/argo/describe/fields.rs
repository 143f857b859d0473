//! Fields of an object as text, whatever they are: a field that is missing is an empty text.

use serde_json::Value;

/// The scalar at a pointer as text.
pub fn text(value: &Value, at: &str) -> String {
    value.pointer(at).map(scalar).unwrap_or_default()
}

/// The number at a pointer, or what stands there instead.
pub fn number(value: &Value, at: &str) -> String {
    text(value, at)
}

/// The moment at a pointer: as the API writes it, `T` replaced by a blank.
pub fn when(value: &Value, at: &str) -> String {
    text(value, at).replacen('T', " ", 1)
}

/// Any value on one line.
pub fn scalar(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(words) => words.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

/// Fields of the object at a pointer, sorted.
pub fn pairs(value: &Value, at: &str) -> Vec<(String, String)> {
    let fields = value.pointer(at).and_then(Value::as_object);
    fields.into_iter().flatten().map(|(key, value)| (key.clone(), scalar(value))).collect()
}

/// Elements of the list at a pointer.
pub fn items<'a>(value: &'a Value, at: &str) -> &'a [Value] {
    value.pointer(at).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// `k=v` of labels, in one line.
pub fn selector(value: &Value, at: &str) -> String {
    let labels: Vec<String> = pairs(value, at).into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    labels.join(",")
}

/// What is there of some parts, with a middle dot between.
pub fn joined(parts: &[String]) -> String {
    let there: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    there.join(" · ")
}

/// `name value`, or nothing where there is no value.
pub fn named(name: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{name} {value}") }
}
