//! One object in full, for who looks at it closely.

use super::client::Client;
use super::failure::Failure;
use super::kinds;
use super::place;
use super::trouble::{self, Attempt};
use super::wire::scrub;
use crate::argo::feed::{ObjectRef, Trouble, TroubleKind};
use crate::names::Namespace;
use serde_json::Value;
use std::sync::Arc;

/// The largest object that is taken, in bytes. etcd takes 1.5 MiB; what is larger is none.
const LARGEST: usize = 4 << 20;

/// Reads an object: every text cleaned, without `managedFields`.
///
/// # Errors
/// Whatever the server says, in words; a kind that is not looked at; an object that is too large, or another one under
/// the same name.
pub async fn get(client: &Client, namespace: &Namespace, object: &ObjectRef) -> Result<Arc<Value>, Trouble> {
    let ObjectRef { kind, name, uid } = object;
    let context = client.context();
    let what = format!("{kind} {name} in namespace {namespace}");
    let Some((group, plural)) = kinds::collection(kind) else {
        return Err(refusal(format!("rolltop does not read objects of the kind {kind}")));
    };
    let doing = format!("read {what}");
    let right = Some(("get", plural));
    let attempt = Attempt { cluster: context, doing: &doing, right, whole_kind: false };
    let words = |failure: Failure| match &failure {
        Failure::Status(status) if status.code == 404 => refusal(format!("there is no {what} on {context}")),
        failure => trouble::of(failure, attempt),
    };
    let path = place::named(group, plural, namespace, name);
    let Some(bytes) = client.get_bounded(&path, LARGEST).await.map_err(words)? else {
        return Err(refusal(format!("{what} on {context} has more than {} MiB: it is not read", LARGEST >> 20)));
    };
    // A megabyte takes some milliseconds that others should not wait.
    let read = tokio::task::spawn_blocking(move || read(&bytes)).await.unwrap_or_else(|why| Err(why.to_string()));
    let value = read.map_err(|why| trouble::of(&Failure::Unreadable(why), attempt))?;
    let found = value.pointer("/metadata/uid").and_then(Value::as_str).unwrap_or_default();
    if let Some(uid) = uid.as_deref().filter(|uid| !uid.is_empty())
        && uid != found
    {
        return Err(refusal(format!("{what} on {context} is another one now: the one that was shown is gone")));
    }
    Ok(Arc::new(value))
}

fn read(bytes: &[u8]) -> Result<Value, String> {
    let text = String::from_utf8_lossy(bytes);
    let mut value: Value = serde_json::from_str(&scrub(&text)).map_err(|why| why.to_string())?;
    let metadata = value.get_mut("metadata").and_then(Value::as_object_mut).ok_or("it has no metadata")?;
    metadata.remove("managedFields");
    Ok(value)
}

fn refusal(sentence: String) -> Trouble {
    Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: None }
}
