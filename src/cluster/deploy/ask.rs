//! Ask: reads one object, and asks the server what it would store.

use crate::cluster::client::{Client, MANAGER};
use crate::cluster::failure::{Failure, Status};
use crate::cluster::place::Query;
use crate::cluster::wire::scrub;
use serde_json::Value;

/// An object, with its texts cleaned; `None`: there is none of that name.
///
/// # Errors
/// Any [`Failure`] but 404 on the object.
pub async fn get(client: &Client, path: &str) -> Result<Option<Value>, Failure> {
    match client.get(path).await {
        Ok(bytes) => read(&bytes).map(Some),
        // A kind that is not served is answered with a plain 404 page, not with a Status that names the object.
        Err(Failure::Status(status)) if status.code == 404 && !status.object.is_empty() => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What the server would store, or stores, for an object that is applied.
///
/// # Errors
/// Any [`Failure`].
pub async fn apply(client: &Client, path: &str, body: &Value, how: How) -> Result<Value, Failure> {
    let mut query = Query::new(path.to_owned());
    query.add("fieldManager", MANAGER);
    query.add("force", if how.force { "true" } else { "false" });
    query.add("fieldValidation", "Strict");
    if how.dry {
        query.add("dryRun", "All");
    }
    read(&client.apply(&query.into_text(), body).await?)
}

/// How an object is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct How {
    /// Fields of other managers are taken over.
    pub force: bool,
    /// The server checks and stores nothing.
    pub dry: bool,
}

/// The objects of a kind with a label, in pages.
///
/// # Errors
/// Any [`Failure`].
pub async fn list(client: &Client, collection: &str, selector: &str) -> Result<Vec<Value>, Failure> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let mut query = Query::new(collection.to_owned());
        query.add("limit", "500");
        if !selector.is_empty() {
            query.add("labelSelector", selector);
        }
        if !after.is_empty() {
            query.add("continue", &after);
        }
        let mut page = read(&client.get(&query.into_text()).await?)?;
        if let Some(items) = page.get_mut("items").and_then(Value::as_array_mut) {
            all.append(items);
        }
        match page.pointer("/metadata/continue").and_then(Value::as_str) {
            Some(next) if !next.is_empty() => next.clone_into(&mut after),
            _ => return Ok(all),
        }
    }
}

fn read(bytes: &[u8]) -> Result<Value, Failure> {
    let text = String::from_utf8_lossy(bytes);
    serde_json::from_str(&scrub(&text)).map_err(|why| Failure::Unreadable(why.to_string()))
}

/// A 409 that tells of fields of other managers; any other 409 tells that the object has changed.
pub fn is_field_conflict(failure: &Failure) -> Option<&Status> {
    match failure {
        Failure::Status(status)
            if status.code == 409 && status.causes.iter().any(|cause| cause.reason == "FieldManagerConflict") =>
        {
            Some(status)
        }
        _ => None,
    }
}
