//! Server-side apply (kubernetes.io/docs/reference/using-api/server-side-apply): what is applied is merged in, what the
//! manager applied before and no longer applies goes, and what others own stops it, unless forced.

use super::admit;
use super::answer::Answer;
use super::call::Call;
use super::decode;
use super::encode::{self, Form};
use super::failure::{Cause, Failure};
use super::fields::{self, Set};
use super::managers::{self, Entry};
use super::target::Target;
use super::validate;
use super::write::{Stop, namespace_exists, part};
use crate::demo::store::{Kind, Store, stamp};
use serde_json::{Value, json};

pub(crate) fn apply(store: &Store, target: &Target, call: &Call) -> Result<Answer, Failure> {
    let kind = target.kind;
    let form = Form::accepted(call.header(http::header::ACCEPT))?;
    let dry = call.dry_run()?;
    let Some(manager) = call.query.get("fieldManager").filter(|manager| !manager.is_empty()) else {
        let cause = Cause::required("fieldManager", "Required value: is required for apply patch");
        return Err(Failure::invalid("meta.k8s.io", "PatchOptions", "", &[cause]));
    };
    let decode::Body { value: mut applied, repeated } = decode::yaml(&String::from_utf8_lossy(&call.body))
        .map_err(|error| Failure::bad_request(format!("error decoding YAML: {error}")))?;
    admit::same_kind(kind, &applied, &call.body)?;
    if applied.pointer("/metadata/name").is_none()
        && let Some(metadata) = applied.get_mut("metadata").and_then(Value::as_object_mut)
    {
        metadata.insert("name".into(), json!(target.object()));
    }
    admit::settle_namespace(target, &mut applied)?;
    admit::same_name(target, &applied)?;
    if applied.pointer("/metadata/managedFields").and_then(Value::as_array).is_some_and(|list| !list.is_empty()) {
        return Err(Failure::bad_request("metadata.managedFields must be nil"));
    }
    typed(kind, target, &mut applied)?;
    let warnings = twice(&repeated, call)?;
    namespace_exists(store, target)?;
    let now = store.clock().now();
    let sub = target.sub.as_deref();
    let order = Order { kind, manager, sub, force: call.query.flag("force"), time: stamp(now) };
    if store.get(kind, target.space(), target.object()).is_none() {
        if sub.is_some() {
            return Err(Failure::not_found(kind, target.object()));
        }
        if let Some(uid) = applied.pointer("/metadata/uid").and_then(Value::as_str) {
            return Err(Failure::overtaken(
                kind,
                target.object(),
                &format!("uid mismatch: the provided object specified uid {uid}, and no existing object was found"),
            ));
        }
        let made = order.create(store, applied, call, dry)?;
        return Ok(Answer { warnings, ..encode::one(201, form, kind, &made, now) });
    }
    let done = store
        .modify_or_try(kind, target.space(), target.object(), part(target), dry, |present| {
            order.change(present, &applied, call)
        })
        .map_err(|stop: Stop| stop.failure(kind, target.object()))?;
    Ok(Answer { warnings, ..encode::one(200, form, kind, &done, now) })
}

/// Fields that stand twice: refused where validation is strict, else warned of (k8s.io/apiserver,
/// pkg/endpoints/handlers/patch.go).
fn twice(repeated: &[String], call: &Call) -> Result<Vec<String>, Failure> {
    let told = |path: &String| {
        let key = path.rsplit('.').next().unwrap_or_default();
        format!("key {key:?} already set in map")
    };
    let list: Vec<String> = repeated.iter().map(told).collect();
    let how = call.query.get("fieldValidation").unwrap_or_default();
    match how {
        _ if list.is_empty() => Ok(Vec::new()),
        "Strict" => Err(Failure::bad_request(format!(
            "error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  {}",
            list.join("\n  ")
        ))),
        "Ignore" => Ok(Vec::new()),
        _ => Ok(list),
    }
}

/// An object that does not fit the schema cannot be taken apart into fields: 500 on a real server, whatever
/// `fieldValidation` says.
fn typed(kind: &Kind, target: &Target, applied: &mut Value) -> Result<(), Failure> {
    let findings = validate::look(kind, applied);
    let mut faults: Vec<String> =
        findings.unknown.iter().map(|path| format!(".{path}: field not declared in schema")).collect();
    faults.extend(findings.wrong.iter().map(|wrong| match wrong.wanted {
        "integer" => format!(".{}: expected numeric (int or float), got {}", wrong.path, wrong.got),
        wanted => format!(".{}: expected {wanted}, got {}", wrong.path, wrong.got),
    }));
    let list = match faults.as_slice() {
        [] => return Ok(()),
        [one] => one.clone(),
        _ => format!("errors:\n  {}", faults.join("\n  ")),
    };
    Err(Failure::new(
        500,
        "",
        format!(
            "failed to create typed patch object ({}/{}; {}, Kind={}): {list}",
            target.space(),
            target.object(),
            kind.api_version(),
            kind.kind
        ),
    ))
}

struct Order<'a> {
    kind: &'static Kind,
    manager: &'a str,
    sub: Option<&'a str>,
    force: bool,
    time: String,
}

impl Order<'_> {
    fn entry(&self, set: Set) -> Entry {
        Entry {
            manager: self.manager.to_owned(),
            operation: "Apply".into(),
            api_version: self.kind.api_version(),
            time: self.time.clone(),
            sub: self.sub.map(str::to_owned),
            set,
        }
    }

    fn create(&self, store: &Store, applied: Value, call: &Call, dry: bool) -> Result<std::sync::Arc<Value>, Failure> {
        let set = managers::fields(self.kind, &managers::managed(self.kind, &applied, None));
        let mut object = admit::admit(self.kind, applied, call)?.object;
        admit::on_create(store, self.kind, &mut object, dry)?;
        managers::write(&mut object, vec![self.entry(set)]);
        let name = super::write::name_of(&object);
        store.create_or_try(self.kind, object, dry).map_err(|refused| Failure::refused(refused, self.kind, &name))
    }

    fn change(&self, present: &mut Value, applied: &Value, call: &Call) -> Result<(), Stop> {
        let kind = self.kind;
        let ty = managers::ty(kind);
        let before = present.clone();
        let wanted = managers::managed(kind, applied, self.sub);
        let live = managers::managed(kind, &before, self.sub);
        let set = managers::fields(kind, &wanted);
        let mut entries = managers::read(&before);
        if entries.is_empty() {
            // Nobody is known to have written it: what is there was there before the first apply.
            entries.push(Entry {
                manager: "before-first-apply".into(),
                operation: "Update".into(),
                api_version: kind.api_version(),
                time: self.time.clone(),
                sub: None,
                set: managers::fields(kind, &managers::managed(kind, &before, None)),
            });
        }
        let own = entries.iter().position(|entry| entry.is(self.manager, "Apply", self.sub));
        let previous = own.map(|at| entries.remove(at));
        let mut conflicts = Vec::new();
        for entry in &mut entries {
            let clash = fields::differing(&ty, &entry.set.shared(&set), Some(&live), Some(&wanted));
            if clash.is_empty() {
                continue;
            }
            if self.force {
                entry.set = entry.set.minus(&clash);
            } else {
                conflicts.push((entry.conflicting(), clash.paths()));
            }
        }
        if !conflicts.is_empty() {
            return Err(conflict(&conflicts).into());
        }
        // Identity goes past the merge: it is checked, not owned. A lost race comes before whatever else is wrong.
        let text = |object: &Value, path| object.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
        let sent = text(applied, "/metadata/resourceVersion");
        if !sent.is_empty() && sent != text(&before, "/metadata/resourceVersion") {
            return Err(Failure::conflict(kind, &text(&before, "/metadata/name")).into());
        }
        if let (Some(uid), Some(metadata)) =
            (applied.pointer("/metadata/uid"), present.get_mut("metadata").and_then(Value::as_object_mut))
        {
            metadata.insert("uid".into(), uid.clone());
        }
        fields::merge(&ty, present, &wanted);
        if let Some(previous) = &previous {
            let mut held = set.clone();
            for entry in &entries {
                held.union(&entry.set);
            }
            fields::remove(&ty, present, &previous.set, &held);
        }
        let object = admit::admit(kind, std::mem::take(present), call)?.object;
        *present = object;
        admit::on_update(kind, &before, present)?;
        let mut entry = self.entry(set);
        if let Some(previous) = previous.filter(|previous| previous.set == entry.set) {
            // The same fields with the same values: nothing is written, so the time stays too.
            if managers::managed(kind, present, self.sub) == live {
                entry.time = previous.time;
            }
        }
        let all = managers::fields(kind, &managers::managed(kind, present, None));
        let status = managers::fields(kind, &managers::managed(kind, present, Some("status")));
        for other in &mut entries {
            other.set = other.set.within(if other.sub.is_some() { &status } else { &all });
        }
        entries.push(entry);
        managers::write(present, entries);
        Ok(())
    }
}

/// A 409 that names who owns what (k8s.io/apimachinery, pkg/util/managedfields/internal/conflict.go).
fn conflict(conflicts: &[(String, Vec<String>)]) -> Failure {
    let causes: Vec<Value> = conflicts
        .iter()
        .flat_map(|(manager, paths)| {
            paths.iter().map(move |path| {
                json!({"reason": "FieldManagerConflict", "message": format!("conflict with {manager}"), "field": path})
            })
        })
        .collect();
    let message = match conflicts {
        [(manager, paths)] if paths.len() == 1 => {
            format!("Apply failed with 1 conflict: conflict with {manager}: {}", paths[0])
        }
        _ => {
            let each: Vec<String> = conflicts
                .iter()
                .map(|(manager, paths)| format!("conflicts with {manager}:\n- {}", paths.join("\n- ")))
                .collect();
            format!("Apply failed with {} conflicts: {}", causes.len(), each.join("\n"))
        }
    };
    Failure { details: Some(json!({"causes": causes})), ..Failure::new(409, "Conflict", message) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::clock::Clock;
    use crate::demo::http::call::Query;
    use crate::demo::store::NAMESPACES;
    use http::{HeaderMap, HeaderValue, Method, header};

    fn send(store: &Store, manager: &str, more: &str, spec: &Value) -> Result<u16, Failure> {
        let target = Target::parse("/apis/argoproj.io/v1alpha1/namespaces/n/rollouts/a").unwrap();
        let body =
            json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "a"}, "spec": spec});
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/apply-patch+yaml"));
        let call = Call {
            method: Method::PATCH,
            path: String::new(),
            raw_query: String::new(),
            query: Query::parse(&format!("fieldManager={manager}{more}")),
            headers,
            body: serde_json::to_vec(&body).unwrap().into(),
            user: crate::demo::http::auth::ADMIN,
        };
        apply(store, &target, &call).map(|answer| answer.status)
    }

    fn store() -> Store {
        let store = Store::new(Clock::new("2026-01-01T00:00:00Z".parse().unwrap(), 0.0), 1);
        store.create(&NAMESPACES, json!({"metadata": {"name": "n"}})).unwrap();
        store
    }

    fn spec(store: &Store) -> Value {
        store.get(&crate::demo::store::ROLLOUTS, "n", "a").unwrap()["spec"].clone()
    }

    #[test]
    fn a_field_that_is_no_longer_applied_goes_unless_another_holds_it() {
        let store = store();
        assert_eq!(send(&store, "one", "", &json!({"replicas": 1, "paused": true, "minReadySeconds": 5})), Ok(201));
        assert_eq!(send(&store, "two", "", &json!({"paused": true})), Ok(200));
        assert_eq!(send(&store, "one", "", &json!({"replicas": 1})), Ok(200));
        assert_eq!(spec(&store), json!({"replicas": 1, "paused": true}));
    }

    #[test]
    fn another_value_for_a_field_of_another_is_a_conflict_until_it_is_forced() {
        let store = store();
        send(&store, "one", "", &json!({"replicas": 1, "paused": true})).unwrap();
        let version = store.version();
        let failure = send(&store, "two", "", &json!({"replicas": 2, "paused": false})).unwrap_err();
        assert_eq!(
            failure.message,
            "Apply failed with 2 conflicts: conflicts with \"one\":\n- .spec.paused\n- .spec.replicas"
        );
        assert_eq!(store.version(), version);
        assert_eq!(send(&store, "two", "&force=true", &json!({"replicas": 2})), Ok(200));
        assert_eq!(send(&store, "one", "", &json!({"paused": true})), Ok(200));
        assert_eq!(spec(&store), json!({"replicas": 2, "paused": true}));
    }

    #[test]
    fn applying_the_same_again_or_dry_writes_nothing() {
        let store = store();
        send(&store, "one", "", &json!({"replicas": 1})).unwrap();
        let version = store.version();
        store.clock().advance(jiff::SignedDuration::from_secs(60));
        send(&store, "one", "", &json!({"replicas": 1})).unwrap();
        send(&store, "one", "&dryRun=All", &json!({"replicas": 5})).unwrap();
        assert_eq!(store.version(), version);
    }
}
