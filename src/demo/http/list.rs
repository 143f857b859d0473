//! Lists: selectors, pages of one consistent snapshot, older versions (the semantics of
//! kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions).

use super::answer::Answer;
use super::call::Call;
use super::encode::{Form, Listing};
use super::failure::{Cause, Failure};
use super::select::Selection;
use super::target::Target;
use crate::demo::store::Store;
use serde_json::{Map, Value, json};
use std::fmt::Write;
use std::sync::Arc;

/// Where a list goes on: the version of its snapshot (none: whatever is there now) and the last key that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Continue {
    version: Option<u64>,
    namespace: String,
    name: String,
}

impl Continue {
    /// Opaque to clients, as a real one: version and key in hexadecimal.
    fn token(&self) -> String {
        let version = self.version.map_or_else(|| "now".to_owned(), |version| version.to_string());
        let mut out = String::new();
        for byte in format!("{version}/{}/{}", self.namespace, self.name).bytes() {
            let _ = write!(out, "{byte:02x}");
        }
        out
    }

    fn read(token: &str) -> Option<Self> {
        let bytes: Option<Vec<u8>> = (0..token.len())
            .step_by(2)
            .map(|at| token.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        let text = String::from_utf8(bytes?).ok()?;
        let mut parts = text.splitn(3, '/');
        let version = match parts.next()? {
            "now" => None,
            number => Some(number.parse().ok()?),
        };
        Some(Self { version, namespace: parts.next()?.to_owned(), name: parts.next()?.to_owned() })
    }
}

pub(crate) fn list(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let form = Form::accepted(call.header(http::header::ACCEPT))?;
    let selection = Selection::read(&call.query, target.kind)?;
    let snapshot = snapshot(store, target, call)?;
    let limit = snapshot.limit;
    let mut objects = snapshot.objects;
    if !selection.is_empty() {
        objects.retain(|object| selection.admits(object));
    }
    if let Some(after) = &snapshot.after {
        objects.retain(|object| place(object) > (after.namespace.as_str(), after.name.as_str()));
    }
    let mut metadata = Map::new();
    let mut token = String::new();
    if limit > 0 && objects.len() > limit {
        let rest = objects.len() - limit;
        objects.truncate(limit);
        if let Some((namespace, name)) = objects.last().map(|object| place(object)) {
            let version = Some(snapshot.version);
            token = Continue { version, namespace: namespace.to_owned(), name: name.to_owned() }.token();
        }
        // A real server counts the rest by keys, so it cannot know it under a selector.
        if selection.is_empty() {
            metadata.insert("remainingItemCount".into(), json!(rest));
        }
    }
    // Custom resources always carry the field, built-in kinds leave it out when it is empty.
    if target.kind.custom() || !token.is_empty() {
        metadata.insert("continue".into(), json!(token));
    }
    metadata.insert("resourceVersion".into(), json!(snapshot.version.to_string()));
    Ok(Listing { kind: target.kind, form, metadata, objects, now: store.clock().now() }.answer())
}

struct Snapshot {
    objects: Vec<Arc<Value>>,
    version: u64,
    limit: usize,
    after: Option<Continue>,
}

fn snapshot(store: &Store, target: &Target, call: &Call) -> Result<Snapshot, Failure> {
    let kind = target.kind;
    let namespace = target.namespace.as_deref();
    let limit = usize::try_from(call.query.number("limit")?.unwrap_or(0)).unwrap_or(usize::MAX);
    let wanted = call.query.get("resourceVersion").unwrap_or_default();
    let matching = call.query.get("resourceVersionMatch").unwrap_or_default();
    if let Some(token) = call.query.get("continue").filter(|token| !token.is_empty()) {
        if !matches!(wanted, "" | "0") {
            return Err(Failure::bad_request("specifying resource version is not allowed when using continue"));
        }
        let after = Continue::read(token)
            .ok_or_else(|| Failure::bad_request("invalid continue token: continue key is not valid"))?;
        let (objects, version) = match after.version {
            None => store.list(kind, namespace),
            Some(version) => match store.list_at(kind, namespace, version) {
                Some(objects) => (objects, version),
                None => return Err(expired(&after)),
            },
        };
        return Ok(Snapshot { objects, version, limit, after: Some(after) });
    }
    let invalid = |message: &str| {
        Err(Failure::invalid(
            "meta.k8s.io",
            "ListOptions",
            "",
            &[Cause::forbidden("resourceVersionMatch", format!("Forbidden: {message}"))],
        ))
    };
    if !matching.is_empty() && wanted.is_empty() {
        return invalid("resourceVersionMatch is forbidden unless resourceVersion is provided");
    }
    if matching == "Exact" && wanted == "0" {
        return invalid("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"");
    }
    let version = version(wanted)?;
    let present = store.version();
    if version.is_some_and(|version| version > present) {
        return Err(too_large(version.unwrap_or(0), present));
    }
    // The rule of the API: with a limit and no match, a version above 0 means exactly that one.
    let exact = matching == "Exact" || (matching.is_empty() && limit > 0 && version.is_some_and(|version| version > 0));
    if let (true, Some(version)) = (exact, version) {
        let Some(objects) = store.list_at(kind, namespace, version) else {
            return Err(Failure::new(
                410,
                "Expired",
                format!("The resourceVersion for the provided list is too old: {version}"),
            ));
        };
        return Ok(Snapshot { objects, version, limit, after: None });
    }
    let (objects, present) = store.list(kind, namespace);
    // From version 0 a real server answers from its cache, whole, whatever the limit.
    let limit = if wanted == "0" { 0 } else { limit };
    Ok(Snapshot { objects, version: present, limit, after: None })
}

/// Reads a resourceVersion; empty is none.
pub(crate) fn version(text: &str) -> Result<Option<u64>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| {
        Failure::invalid(
            "meta.k8s.io",
            "ListOptions",
            "",
            &[Cause::invalid(
                "resourceVersion",
                format!("Invalid value: \"{text}\": strconv.ParseUint: parsing \"{text}\": invalid syntax"),
            )],
        )
    })
}

fn place(object: &Value) -> (&str, &str) {
    let text = |path| object.pointer(path).and_then(Value::as_str).unwrap_or_default();
    (text("/metadata/namespace"), text("/metadata/name"))
}

fn expired(after: &Continue) -> Failure {
    let mut failure = Failure::new(
        410,
        "Expired",
        "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    );
    failure.resume = Some(Continue { version: None, ..after.clone() }.token());
    failure
}

fn too_large(wanted: u64, present: u64) -> Failure {
    let mut failure = Failure::new(504, "Timeout", format!("Too large resource version: {wanted}, current: {present}"));
    failure.details = Some(json!({
        "causes": [{"reason": "ResourceVersionTooLarge", "message": "Too large resource version"}],
        "retryAfterSeconds": 1,
    }));
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_continue_token_comes_back_as_it_was_and_rubbish_does_not() {
        for version in [None, Some(724)] {
            let token = Continue { version, namespace: "n".into(), name: "b".into() };
            assert_eq!(Continue::read(&token.token()), Some(token));
        }
        for rubbish in ["garbage", "00", "zz", "é", ""] {
            assert_eq!(Continue::read(rubbish), None, "{rubbish}");
        }
    }
}
