//! Creating, replacing and deleting objects.

use super::admit::{self, Admitted};
use super::answer::Answer;
use super::call::Call;
use super::encode::{self, Form};
use super::failure::{Cause, Failure};
use super::managers;
use super::select::Selection;
use super::target::Target;
use crate::demo::store::{Kind, NAMESPACES, PODS, Part, Refused, Store};
use serde_json::{Value, json};
use std::sync::Arc;

/// A failure, or what the store says: what a closure of [`Store::modify`] may answer.
#[derive(Debug)]
pub(crate) enum Stop {
    Failed(Failure),
    Refused(Refused),
}

impl From<Refused> for Stop {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Stop {
    pub(crate) fn failure(self, kind: &Kind, name: &str) -> Failure {
        match self {
            Self::Failed(failure) => failure,
            Self::Refused(refused) => Failure::refused(refused, kind, name),
        }
    }
}

pub(crate) fn create(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let kind = target.kind;
    let form = Form::accepted(call.header(http::header::ACCEPT))?;
    let dry = call.dry_run()?;
    let mut object = call.object(kind.kind)?;
    admit::same_kind(kind, &object, &call.body)?;
    if target.name.is_some() {
        return Err(Failure::method_not_allowed());
    }
    admit::settle_namespace(target, &mut object)?;
    if object.pointer("/metadata/resourceVersion").and_then(Value::as_str).is_some_and(|version| !version.is_empty()) {
        return Err(Failure::bad_request("resourceVersion should not be set on objects to be created"));
    }
    admit::generate_name(store, &mut object);
    namespace_exists(store, target)?;
    let Admitted { mut object, warnings } = admit::admit(kind, object, call)?;
    admit::on_create(store, kind, &mut object, dry)?;
    managers::created(kind, &mut object, &call.manager(), store.clock().now());
    let name = name_of(&object);
    let made = store.create_or_try(kind, object, dry).map_err(|refused| Failure::refused(refused, kind, &name))?;
    let mut answer = encode::one(201, form, kind, &made, store.clock().now());
    answer.warnings = warnings;
    Ok(answer)
}

/// Objects can only be made in a namespace that exists.
pub(crate) fn namespace_exists(store: &Store, target: &Target) -> Result<(), Failure> {
    match &target.namespace {
        Some(namespace) if store.get(&NAMESPACES, "", namespace).is_none() => {
            Err(Failure::not_found(&NAMESPACES, namespace))
        }
        _ => Ok(()),
    }
}

pub(crate) fn replace(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let kind = target.kind;
    let form = Form::accepted(call.header(http::header::ACCEPT))?;
    let dry = call.dry_run()?;
    let mut object = call.object(kind.kind)?;
    admit::same_kind(kind, &object, &call.body)?;
    admit::settle_namespace(target, &mut object)?;
    admit::same_name(target, &object)?;
    let admitted = admit::admit(kind, object, call)?;
    // A custom resource must say which version it replaces (customResourceStrategy.AllowUnconditionalUpdate); of the
    // built-in kinds the last one wins.
    let version = admitted.object.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default();
    if kind.custom() && version.is_empty() && store.get(kind, target.space(), target.object()).is_some() {
        let cause = Cause::invalid("metadata.resourceVersion", "Invalid value: 0x0: must be specified for an update");
        return Err(Failure::invalid(kind.group, kind.kind, target.object(), &[cause]));
    }
    change(store, target, call, (form, dry), |_| Ok(Some(admitted)))
}

/// Changes an object that is there, by the rules that hold for every change. `next` gives the form to store; `None`
/// leaves what it made of the present one to the store, which refuses a version that does not fit.
pub(crate) fn change(
    store: &Store,
    target: &Target,
    call: &Call,
    (form, dry): (Form, bool),
    next: impl FnOnce(&mut Value) -> Result<Option<Admitted>, Stop>,
) -> Result<Answer, Failure> {
    let kind = target.kind;
    let now = store.clock().now();
    let mut warnings = Vec::new();
    let done = store
        .modify_or_try(kind, target.space(), target.object(), part(target), dry, |present| {
            let before = present.clone();
            let Some(admitted) = next(present)? else { return Ok(()) };
            warnings = admitted.warnings;
            *present = admitted.object;
            admit::on_update(kind, &before, present)?;
            managers::updated(kind, &before, present, &call.manager(), target.sub.as_deref(), now);
            Ok::<(), Stop>(())
        })
        .map_err(|stop| stop.failure(kind, target.object()))?;
    let mut answer = encode::one(200, form, kind, &done, now);
    answer.warnings = warnings;
    Ok(answer)
}

/// Which part of an object a path writes.
pub(crate) fn part(target: &Target) -> Part {
    if target.sub.as_deref() == Some("status") { Part::Status } else { Part::Main }
}

/// What a client wants of a deletion.
struct DeleteOptions {
    propagation: String,
    uid: Option<String>,
    version: Option<String>,
    /// Seconds for a pod to leave in.
    grace: Option<i64>,
    dry: bool,
}

fn options(call: &Call) -> Result<DeleteOptions, Failure> {
    let body = if call.body.is_empty() { json!({}) } else { call.object("DeleteOptions")? };
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let propagation = text("/propagationPolicy").or_else(|| call.query.get("propagationPolicy").map(str::to_owned));
    let orphan = body.get("orphanDependents").and_then(Value::as_bool) == Some(true);
    let dry = call.dry_run()? || body.get("dryRun").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    Ok(DeleteOptions {
        propagation: propagation.unwrap_or_else(|| if orphan { "Orphan".into() } else { "Background".into() }),
        uid: text("/preconditions/uid"),
        version: text("/preconditions/resourceVersion"),
        grace: match call.query.number("gracePeriodSeconds")? {
            Some(seconds) => i64::try_from(seconds).ok(),
            None => body.get("gracePeriodSeconds").and_then(Value::as_i64),
        },
        dry,
    })
}

pub(crate) fn delete(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let kind = target.kind;
    let options = options(call)?;
    let name = target.object();
    let Some(present) = store.get(kind, target.space(), name) else { return Err(Failure::not_found(kind, name)) };
    let text = |path| present.pointer(path).and_then(Value::as_str).unwrap_or_default();
    if let Some(uid) = options.uid.as_ref().filter(|uid| *uid != text("/metadata/uid")) {
        let what =
            format!("the UID in the precondition ({uid}) does not match the UID in record ({})", text("/metadata/uid"));
        return Err(Failure::precondition(kind, name, &what));
    }
    if let Some(version) = options.version.as_ref().filter(|version| *version != text("/metadata/resourceVersion")) {
        let what = format!(
            "the ResourceVersion in the precondition ({version}) does not match the ResourceVersion in record ({})",
            text("/metadata/resourceVersion")
        );
        return Err(Failure::precondition(kind, name, &what));
    }
    let now = store.clock().now();
    let done = if options.dry { Ok(present.clone()) } else { end(store, kind, target.space(), name, &options) };
    let left = done.map_err(|refused| Failure::refused(refused, kind, name))?;
    let waits = left.pointer("/metadata/deletionTimestamp").is_some();
    if waits || kind == &NAMESPACES {
        return Ok(encode::one(200, Form::Whole, kind, &left, now));
    }
    let mut details = json!({"name": name, "kind": kind.plural, "uid": text("/metadata/uid")});
    if let (false, Some(map)) = (kind.group.is_empty(), details.as_object_mut()) {
        map.insert("group".into(), json!(kind.group));
    }
    Ok(Answer::json(
        200,
        &json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}),
    ))
}

/// Deletes one object: at once, or marks it where a finalizer holds it.
fn end(
    store: &Store,
    kind: &'static Kind,
    namespace: &str,
    name: &str,
    options: &DeleteOptions,
) -> Result<Arc<Value>, Refused> {
    let Some(present) = store.get(kind, namespace, name) else {
        return Err(Refused::NotFound { kind: kind.qualified(), name: name.to_owned() });
    };
    let held = present.pointer("/metadata/finalizers").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    if held {
        return store.mark_deleted(kind, namespace, name, None);
    }
    if kind == &NAMESPACES {
        let mut left = (*store.mark_deleted(kind, namespace, name, None)?).clone();
        if let Some(map) = left.as_object_mut() {
            map.insert("status".into(), json!({"phase": "Terminating"}));
        }
        empty(store, name);
        store.delete(kind, namespace, name)?;
        return Ok(Arc::new(left));
    }
    if kind == &PODS && options.grace != Some(0) && store.is_attended() && runs(&present) {
        return store.mark_leaving(namespace, name, options.grace);
    }
    match options.propagation.as_str() {
        "Orphan" => store.delete_orphaning(kind, namespace, name),
        "Foreground" => {
            // What it owns goes first; watchers see the object wait, then go.
            store.mark_deleted(kind, namespace, name, Some("foregroundDeletion"))?;
            store.delete(kind, namespace, name)
        }
        _ => store.delete(kind, namespace, name),
    }
}

/// Whether a pod has containers that a kubelet must end first.
fn runs(pod: &Value) -> bool {
    let text = |path| pod.pointer(path).and_then(Value::as_str).unwrap_or_default();
    !text("/spec/nodeName").is_empty() && !matches!(text("/status/phase"), "Succeeded" | "Failed")
}

/// Deletes what lives in a namespace.
fn empty(store: &Store, namespace: &str) {
    for kind in crate::demo::store::KINDS.iter().filter(|kind| kind.namespaced) {
        for object in store.list(kind, Some(namespace)).0 {
            // It may be gone with its owner already.
            let _ = store.delete(kind, namespace, &name_of(&object));
        }
    }
}

pub(crate) fn delete_collection(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let kind = target.kind;
    let selection = Selection::read(&call.query, kind)?;
    let options = options(call)?;
    let (mut objects, version) = store.list(kind, target.namespace.as_deref());
    objects.retain(|object| selection.admits(object));
    for object in objects.iter().filter(|_| !options.dry) {
        let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
        // Another of the same request may have taken it along.
        let _ = end(store, kind, namespace, &name_of(object), &options);
    }
    let metadata = [("resourceVersion".to_owned(), json!(version.to_string()))].into_iter().collect();
    let now = store.clock().now();
    Ok(encode::Listing { kind, form: Form::Whole, metadata, objects, now }.answer())
}

pub(crate) fn name_of(object: &Value) -> String {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned()
}
