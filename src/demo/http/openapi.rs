//! OpenAPI documents from the schema: what kubectl needs for `apply`, `explain` and to know that the server validates.

use super::answer::{Answer, JSON, TEXT};
use super::failure::Failure;
use super::schema::{self, Merge, Struct, Ty};
use super::target::groups;
use crate::demo::store::{KINDS, Kind};
use serde_json::{Map, Value, json};
use std::hash::{DefaultHasher, Hash, Hasher};

const V2_PROTOBUF: &str = "application/com.github.proto-openapi.spec.v2";

/// `/openapi/v2`: as JSON only. A client that takes nothing but protobuf gets 406 and does without.
pub(crate) fn v2(accept: &str) -> Result<Answer, Failure> {
    if accept.contains(V2_PROTOBUF) && !accept.contains(JSON) {
        return Err(Failure { plain: true, ..Failure::new(406, "NotAcceptable", "") });
    }
    let document = json!({
        "swagger": "2.0", "info": {"title": "Kubernetes (simulated)", "version": "v1.34.1"}, "paths": {},
        "definitions": definitions("#/definitions/", KINDS),
    });
    Ok(Answer::json(200, &document))
}

/// `/openapi/v3`: where the documents of the groups are.
pub(crate) fn v3() -> Answer {
    let mut hasher = DefaultHasher::new();
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    schema::types().len().hash(&mut hasher);
    let hash = format!("{:016X}", hasher.finish());
    let paths: Map<String, Value> = groups()
        .into_iter()
        .map(|(group, version)| {
            let path = path_of(group, version);
            let url = format!("/openapi/v3/{path}?hash={hash}");
            (path, json!({"serverRelativeURL": url}))
        })
        .collect();
    let body = serde_json::to_vec(&json!({"paths": paths})).unwrap_or_default();
    Answer::bytes(200, TEXT, body)
}

/// `/openapi/v3/apis/GROUP/VERSION`. `path` is what stands behind `/openapi/v3/`.
pub(crate) fn v3_of(path: &str) -> Result<Answer, Failure> {
    let (group, version) = groups()
        .into_iter()
        .find(|(group, version)| path_of(group, version) == path)
        .ok_or_else(Failure::no_such_path)?;
    let kinds: Vec<&'static Kind> =
        KINDS.iter().copied().filter(|kind| kind.group == group && kind.version == version).collect();
    let document = json!({
        "openapi": "3.0.0", "info": {"title": "Kubernetes (simulated)", "version": "v1.34.1"},
        "paths": paths(&kinds), "components": {"schemas": definitions("#/components/schemas/", &kinds)},
    });
    Ok(Answer::json(200, &document))
}

fn path_of(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

/// The operations: kubectl looks for the query parameters of `patch` to learn what the server can.
fn paths(kinds: &[&'static Kind]) -> Value {
    let parameter =
        |name: &str, form: &str| json!({"name": name, "in": "query", "schema": {"type": form, "uniqueItems": true}});
    let mut paths = Map::new();
    for kind in kinds {
        let of = json!({"group": kind.group, "version": kind.version, "kind": kind.kind});
        let parameters = json!([
            parameter("dryRun", "string"),
            parameter("fieldManager", "string"),
            parameter("fieldValidation", "string"),
            parameter("force", "boolean"),
        ]);
        let operation = |action: &str| {
            json!({
                "operationId": format!("{action}{}", kind.kind), "parameters": parameters, "responses": {},
                "x-kubernetes-action": action, "x-kubernetes-group-version-kind": of,
            })
        };
        let scope = if kind.namespaced { "/namespaces/{namespace}" } else { "" };
        let path = format!("/{}{scope}/{}", path_of(kind.group, kind.version), kind.plural);
        paths.insert(path.clone(), json!({"get": operation("list"), "post": operation("post")}));
        paths.insert(
            format!("{path}/{{name}}"),
            json!({
                "get": operation("get"), "put": operation("put"), "patch": operation("patch"),
                "delete": operation("delete"),
            }),
        );
    }
    Value::Object(paths)
}

/// A type's name in the documents: those of the kinds as a real server names them.
fn full_name(name: &str) -> String {
    match KINDS.iter().find(|kind| kind.kind == name) {
        Some(kind) if kind.custom() => format!("io.argoproj.{}.{name}", kind.version),
        Some(kind) => {
            let group = kind.group.split('.').next().filter(|group| !group.is_empty()).unwrap_or("core");
            format!("io.k8s.api.{group}.{}.{name}", kind.version)
        }
        None if name == "ObjectMeta" => "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta".to_owned(),
        None => format!("simulated.{name}"),
    }
}

/// The types that these kinds need.
fn definitions(prefix: &str, kinds: &[&'static Kind]) -> Value {
    let mut out = Map::new();
    let mut wanted: Vec<String> = kinds.iter().map(|kind| kind.kind.to_owned()).collect();
    wanted.push("ObjectMeta".into());
    while let Some(name) = wanted.pop() {
        let full = full_name(&name);
        if out.contains_key(&full) {
            continue;
        }
        let ty = schema::named(&name);
        let mut definition = of_struct(prefix, ty);
        if let (Some(kind), Some(map)) = (kinds.iter().find(|kind| kind.kind == name), definition.as_object_mut()) {
            let of = json!([{"group": kind.group, "version": kind.version, "kind": kind.kind}]);
            map.insert("x-kubernetes-group-version-kind".into(), of);
            if let Some(properties) = map.get_mut("properties").and_then(Value::as_object_mut) {
                properties.insert("apiVersion".into(), json!({"type": "string"}));
                properties.insert("kind".into(), json!({"type": "string"}));
                let metadata = json!({"$ref": format!("{prefix}{}", full_name("ObjectMeta"))});
                properties.insert("metadata".into(), metadata);
            }
        }
        out.insert(full, definition);
        for ty in ty.fields.iter().map(|field| &field.ty).chain(&ty.others) {
            collect(ty, &mut wanted);
        }
    }
    Value::Object(out)
}

fn collect(ty: &Ty, into: &mut Vec<String>) {
    match ty {
        Ty::Map(inner) | Ty::List(inner, _) => collect(inner, into),
        Ty::Named(name) | Ty::Atomic(name) => into.push(name.clone()),
        _ => {}
    }
}

fn of_struct(prefix: &str, ty: &Struct) -> Value {
    let properties: Map<String, Value> =
        ty.fields.iter().map(|field| (field.name.clone(), of_type(prefix, &field.ty))).collect();
    let required: Vec<&str> =
        ty.fields.iter().filter(|field| field.required).map(|field| field.name.as_str()).collect();
    let mut out = json!({"type": "object", "properties": properties});
    if let Some(map) = out.as_object_mut() {
        if !required.is_empty() {
            map.insert("required".into(), json!(required));
        }
        if ty.others.is_some() {
            map.insert("x-kubernetes-preserve-unknown-fields".into(), json!(true));
        }
    }
    out
}

fn of_type(prefix: &str, ty: &Ty) -> Value {
    match ty {
        Ty::Text => json!({"type": "string"}),
        Ty::Time => json!({"type": "string", "format": "date-time"}),
        Ty::Int => json!({"type": "integer"}),
        Ty::Number => json!({"type": "number"}),
        Ty::Bool => json!({"type": "boolean"}),
        Ty::IntOrText | Ty::Quantity => json!({"x-kubernetes-int-or-string": true}),
        Ty::Any => json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
        Ty::Map(inner) => json!({"type": "object", "additionalProperties": of_type(prefix, inner)}),
        Ty::List(inner, merge) => {
            let mut out = json!({"type": "array", "items": of_type(prefix, inner)});
            let map = out.as_object_mut();
            match (merge, map) {
                (Merge::By(keys), Some(map)) => {
                    let keys: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
                    map.insert("x-kubernetes-list-type".into(), json!("map"));
                    map.insert("x-kubernetes-list-map-keys".into(), json!(keys));
                }
                (Merge::Set, Some(map)) => {
                    map.insert("x-kubernetes-list-type".into(), json!("set"));
                }
                (_, Some(map)) => {
                    map.insert("x-kubernetes-list-type".into(), json!("atomic"));
                }
                (_, None) => {}
            }
            out
        }
        Ty::Named(name) | Ty::Atomic(name) => {
            // A reference may carry nothing beside it but in `allOf`.
            json!({"allOf": [{"$ref": format!("{prefix}{}", full_name(name))}]})
        }
    }
}
