//! What must hold for an object before it is stored: kind, name, namespace, schema, and what a server fills in.

use super::call::Call;
use super::defaults::{self, Numbers};
use super::failure::{Cause, Failure};
use super::target::Target;
use super::{immutable, sound, validate};
use crate::demo::store::{Kind, PODS, Store};
use serde_json::{Value, json};

/// An object that may be stored, and what to warn of.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub object: Value,
    pub warnings: Vec<String>,
}

/// The body's kind and version must be those of the path.
pub(crate) fn same_kind(kind: &Kind, object: &Value, body: &[u8]) -> Result<(), Failure> {
    let text = |name| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let sent = String::from_utf8_lossy(body);
    let sent: String = sent.chars().take(200).collect();
    if !object.is_object() || text("kind").is_empty() {
        return Err(Failure::bad_request(format!(
            "the object provided is unrecognized (must be of type {}): Object 'Kind' is missing in '{sent}' ({sent})",
            kind.kind
        )));
    }
    let version = kind.api_version();
    if text("kind") != kind.kind || text("apiVersion") != version {
        let (group, named) = text("apiVersion").split_once('/').unwrap_or(("", text("apiVersion")));
        return Err(Failure::bad_request(format!(
            "{} in version \"{named}\" cannot be handled as a {}: no kind \"{}\" is registered for version \"{}\" in this path (group \"{group}\", expected {version})",
            text("kind"),
            kind.kind,
            text("kind"),
            text("apiVersion"),
        )));
    }
    Ok(())
}

/// The namespace comes from the path; another one in the object is refused.
pub(crate) fn settle_namespace(target: &Target, object: &mut Value) -> Result<(), Failure> {
    let Some(map) = object.as_object_mut() else { return Ok(()) };
    let metadata = map.entry("metadata").or_insert_with(|| json!({}));
    let Some(metadata) = metadata.as_object_mut() else {
        return Err(Failure::bad_request("metadata must be an object"));
    };
    match (&target.namespace, metadata.get("namespace").and_then(Value::as_str)) {
        (Some(path), Some(sent)) if !sent.is_empty() && sent != path => Err(Failure::bad_request(format!(
            "the namespace of the provided object does not match the namespace sent on the request ({sent} is not {path})"
        ))),
        (Some(path), _) => {
            metadata.insert("namespace".into(), json!(path));
            Ok(())
        }
        (None, _) => {
            metadata.remove("namespace");
            Ok(())
        }
    }
}

/// The name in the object must be that of the path.
pub(crate) fn same_name(target: &Target, object: &Value) -> Result<(), Failure> {
    let sent = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    if sent == target.object() {
        return Ok(());
    }
    Err(Failure::bad_request(format!(
        "the name of the object ({sent}) does not match the name on the URL ({})",
        target.object()
    )))
}

/// `metadata.generateName`: five letters are added.
pub(crate) fn generate_name(store: &Store, object: &mut Value) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    if metadata.get("name").and_then(Value::as_str).is_some_and(|name| !name.is_empty()) {
        return;
    }
    let Some(prefix) = metadata.get("generateName").and_then(Value::as_str) else { return };
    const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
    let mut number = store.version().wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (store.version() << 20);
    let mut name = prefix.to_owned();
    for _ in 0..5 {
        name.push(char::from(LETTERS[(number % LETTERS.len() as u64) as usize]));
        number /= LETTERS.len() as u64;
    }
    metadata.insert("name".into(), json!(name));
}

/// Name, schema, unknown fields.
pub(crate) fn admit(kind: &Kind, mut object: Value, call: &Call) -> Result<Admitted, Failure> {
    let findings = validate::look(kind, &mut object);
    let how = call.query.get("fieldValidation").unwrap_or_default();
    let unknown = findings.unknown.iter().map(|path| format!("unknown field \"{path}\""));
    let all: Vec<String> =
        call.repeated().iter().map(|path| format!("duplicate field \"{path}\"")).chain(unknown).collect();
    let warnings = match how {
        "Strict" if !all.is_empty() => {
            return Err(Failure::bad_request(format!(
                "{} in version \"{}\" cannot be handled as a {}: strict decoding error: {}",
                kind.kind,
                kind.version,
                kind.kind,
                all.join(", ")
            )));
        }
        "Ignore" | "Strict" => Vec::new(),
        // Without the parameter a server warns.
        "Warn" | "" => all,
        other => {
            let message = format!("Unsupported value: \"{other}\": supported values: \"Ignore\", \"Strict\", \"Warn\"");
            let cause = Cause { reason: "FieldValueNotSupported", message, field: "fieldValidation".into() };
            return Err(Failure::invalid("meta.k8s.io", "CreateOptions", "", &[cause]));
        }
    };
    check_name(kind, &object)?;
    match findings.refusal(kind, &object) {
        Some(failure) => Err(failure),
        None => Ok(Admitted { object, warnings }),
    }
}

fn check_name(kind: &Kind, object: &Value) -> Result<(), Failure> {
    let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
    if name.is_empty() {
        let cause = Cause::required("metadata.name", "Required value: name or generateName is required");
        return Err(Failure::invalid(kind.group, kind.kind, "", &[cause]));
    }
    let label = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
    };
    let (good, rule) = match kind.plural {
        "namespaces" => (
            label(name) && name.len() <= 63,
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        ),
        "services" => (
            label(name) && name.len() <= 63 && name.starts_with(|c: char| c.is_ascii_lowercase()),
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
        ),
        _ => (
            name.split('.').all(label) && name.len() <= 253,
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        ),
    };
    if good {
        return Ok(());
    }
    let cause = Cause::invalid("metadata.name", format!("Invalid value: \"{name}\": {rule}"));
    Err(Failure::invalid(kind.group, kind.kind, name, &[cause]))
}

/// What a server does to an object that is made: what it fills in, what it takes out, what it refuses.
pub(crate) fn on_create(store: &Store, kind: &Kind, object: &mut Value, dry: bool) -> Result<(), Failure> {
    let Some(map) = object.as_object_mut() else { return Ok(()) };
    if kind.status {
        map.remove("status");
    }
    if kind == &PODS {
        map.insert("status".into(), json!({"phase": "Pending", "qosClass": "BestEffort"}));
        map.entry("spec").or_insert_with(|| json!({}));
    }
    defaults::fill(kind, object, None, Numbers::of(store, dry));
    sound::check(kind, object)
}

/// What a server does to an object that changes.
pub(crate) fn on_update(kind: &Kind, before: &Value, object: &mut Value) -> Result<(), Failure> {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        // Only a deletion request begins a deletion; the store keeps one that has begun.
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
            if before.pointer(&format!("/metadata/{field}")).is_none() {
                metadata.remove(field);
            }
        }
    }
    defaults::fill(kind, object, Some(before), Numbers::after(before));
    immutable::check(kind, before, object)?;
    sound::check(kind, object)
}
