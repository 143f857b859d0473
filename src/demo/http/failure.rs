//! Refusals, as the `Status` objects of the Kubernetes API
//! (k8s.io/apimachinery, pkg/api/errors/errors.go; the texts are those of `tests/data/api/transcript.jsonl`).

use crate::demo::store::{Kind, Refused};
use serde_json::{Map, Value, json};

/// A refusal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    /// HTTP status.
    pub code: u16,
    /// The machine-readable reason; empty when the server gives none.
    pub reason: &'static str,
    /// For people.
    pub message: String,
    /// Object, causes, waiting time.
    pub details: Option<Value>,
    /// A continue token that still works, in a 410 of a list.
    pub resume: Option<String>,
    /// Plain text instead of a `Status`, for a path that no API is behind.
    pub plain: bool,
}

/// One cause of an `Invalid`: reason, message, field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    /// `FieldValueInvalid` and its like.
    pub reason: &'static str,
    /// Text.
    pub message: String,
    /// Path of the field.
    pub field: String,
}

impl Failure {
    pub(crate) fn new(code: u16, reason: &'static str, message: impl Into<String>) -> Self {
        Self { code, reason, message: message.into(), details: None, resume: None, plain: false }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequest", message)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "Unauthorized")
    }

    /// A path that belongs to no API: plain text, not a `Status`.
    pub(crate) fn no_such_path() -> Self {
        Self { plain: true, ..Self::new(404, "NotFound", "404 page not found\n") }
    }

    pub(crate) fn not_found(kind: &Kind, name: &str) -> Self {
        Self {
            details: Some(of_object(kind.group, kind.plural, name)),
            ..Self::new(404, "NotFound", format!("{} \"{name}\" not found", kind.qualified()))
        }
    }

    pub(crate) fn exists(kind: &Kind, name: &str) -> Self {
        Self {
            details: Some(of_object(kind.group, kind.plural, name)),
            ..Self::new(409, "AlreadyExists", format!("{} \"{name}\" already exists", kind.qualified()))
        }
    }

    pub(crate) fn conflict(kind: &Kind, name: &str) -> Self {
        let what = "the object has been modified; please apply your changes to the latest version and try again";
        Self::overtaken(kind, name, what)
    }

    /// A 409: what a client believes of an object does not hold.
    pub(crate) fn overtaken(kind: &Kind, name: &str, what: &str) -> Self {
        Self {
            details: Some(of_object(kind.group, kind.plural, name)),
            ..Self::new(
                409,
                "Conflict",
                format!("Operation cannot be fulfilled on {} \"{name}\": {what}", kind.qualified()),
            )
        }
    }

    /// A precondition of a deletion that does not hold. These name the kind, not the plural.
    pub(crate) fn precondition(kind: &Kind, name: &str, what: &str) -> Self {
        Self {
            details: Some(of_object(kind.group, kind.kind, name)),
            ..Self::new(
                409,
                "Conflict",
                format!(
                    "Operation cannot be fulfilled on {} \"{name}\": {what}. The object might have been modified",
                    qualified(kind.group, kind.kind)
                ),
            )
        }
    }

    /// An object that breaks rules. One cause stands bare in the text, several stand in brackets.
    pub(crate) fn invalid(group: &str, kind: &str, name: &str, causes: &[Cause]) -> Self {
        let mut texts: Vec<String> = Vec::new();
        for cause in causes {
            let text = format!("{}: {}", cause.field, cause.message);
            // Said once, however often it was found.
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let list = if texts.len() == 1 { texts.concat() } else { format!("[{}]", texts.join(", ")) };
        let mut details = of_object(group, kind, name);
        let causes: Vec<Value> = causes
            .iter()
            .map(|cause| json!({"reason": cause.reason, "message": cause.message, "field": cause.field}))
            .collect();
        if let Some(map) = details.as_object_mut() {
            map.insert("causes".into(), Value::Array(causes));
        }
        Self {
            details: Some(details),
            ..Self::new(422, "Invalid", format!("{} \"{name}\" is invalid: {list}", qualified(group, kind)))
        }
    }

    pub(crate) fn media_type(accepted: &[&str]) -> Self {
        Self::new(
            415,
            "UnsupportedMediaType",
            format!(
                "the body of the request was in an unknown format - accepted media types include: {}",
                accepted.join(", ")
            ),
        )
    }

    pub(crate) fn not_acceptable() -> Self {
        Self::new(
            406,
            "NotAcceptable",
            "only the following media types are accepted: application/json, application/json;as=Table;g=meta.k8s.io;v=v1, application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
        )
    }

    pub(crate) fn method_not_allowed() -> Self {
        Self {
            details: Some(json!({})),
            ..Self::new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")
        }
    }

    pub(crate) fn refused(refused: Refused, kind: &Kind, name: &str) -> Self {
        match refused {
            Refused::NotFound { .. } => Self::not_found(kind, name),
            Refused::Exists { .. } => Self::exists(kind, name),
            Refused::Conflict { .. } => Self::conflict(kind, name),
            Refused::Other(why) => Self::new(500, "InternalError", why),
        }
    }

    /// The `Status` object.
    pub(crate) fn status(&self) -> Value {
        let mut metadata = Map::new();
        if let Some(resume) = &self.resume {
            metadata.insert("continue".into(), json!(resume));
        }
        let mut status = json!({
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": metadata,
            "status": "Failure",
            "message": self.message,
        });
        if let Some(map) = status.as_object_mut() {
            if !self.reason.is_empty() {
                map.insert("reason".into(), json!(self.reason));
            }
            if let Some(details) = &self.details {
                map.insert("details".into(), details.clone());
            }
            map.insert("code".into(), json!(self.code));
        }
        status
    }
}

impl Cause {
    pub(crate) fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { reason: "FieldValueInvalid", message: message.into(), field: field.into() }
    }

    pub(crate) fn required(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { reason: "FieldValueRequired", message: message.into(), field: field.into() }
    }

    pub(crate) fn forbidden(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { reason: "FieldValueForbidden", message: message.into(), field: field.into() }
    }
}

/// `Rollout.argoproj.io`, or `Service` for the core group.
pub(crate) fn qualified(group: &str, kind: &str) -> String {
    if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") }
}

fn of_object(group: &str, kind: &str, name: &str) -> Value {
    let mut details = Map::new();
    if !name.is_empty() {
        details.insert("name".into(), json!(name));
    }
    if !group.is_empty() {
        details.insert("group".into(), json!(group));
    }
    details.insert("kind".into(), json!(kind));
    Value::Object(details)
}
