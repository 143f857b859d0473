//! The words about an object that was not taken: what, on which object of which cluster, why, and the line of the file
//! from which the field came.

use crate::argo::feed::{Trouble, TroubleKind};
use crate::cluster::failure::{Failure, Status};
use crate::cluster::trouble::{self, Attempt};
use crate::deploy::plan::{Fault, Identity};
use crate::service::object::Object;

/// The words for a failure about one object. `resource` and `verb`: as a role names them.
pub fn trouble(failure: &Failure, cluster: &str, identity: &Identity, resource: &str, verb: &str) -> Trouble {
    let doing = format!("{} {}", if verb == "patch" { "apply" } else { verb }, named(identity));
    // A webhook, a quota or a policy engine answers 403 as well: no role would help, its words are the reason.
    let by_policy =
        matches!(failure, Failure::Status(status) if status.code == 403 && !status.message.contains(" cannot "));
    // An object that is not there yet needs the right to create it as well.
    let creates = matches!(failure, Failure::Status(status) if status.message.contains(" cannot create "));
    let right = Some((if creates { "create" } else { verb }, resource)).filter(|_| !by_policy && !resource.is_empty());
    let attempt = Attempt { cluster, doing: &doing, right, whole_kind: false };
    let mut trouble = trouble::of(failure, attempt);
    let Failure::Status(status) = failure else { return trouble };
    match status.code {
        403 if by_policy => trouble.kind = TroubleKind::Server,
        404 if status.message.starts_with("namespaces ") => {
            trouble.hint = Some("create the namespace first, or put it among the manifests".to_owned());
        }
        409 => trouble.sentence = format!("{cluster} refused to {doing}: {}", status.message),
        _ => {}
    }
    trouble
}

/// `Service web in namespace demo`.
pub fn named(identity: &Identity) -> String {
    match &identity.namespace {
        Some(namespace) => format!("{} {} in namespace {namespace}", identity.kind, identity.name),
        None => format!("{} {}", identity.kind, identity.name),
    }
}

/// A failure as faults: one for each field that the server names, with the line of that field.
pub fn faults(failure: &Failure, trouble: &Trouble, object: &Object) -> Vec<Fault> {
    let whole = || vec![Fault { place: object.place(""), trouble: trouble.clone() }];
    let Failure::Status(status) = failure else { return whole() };
    if !matches!(status.code, 400 | 422) && !status.message.starts_with(UNTYPED) {
        return whole();
    }
    let fields: Vec<(String, String)> = named_fields(status);
    if fields.is_empty() {
        return whole();
    }
    let fault = |(field, message): (String, String)| {
        let sentence = if field.is_empty() { message } else { format!("{field}: {message}") };
        let sentence = format!("{}/{}: {sentence}", object.kind(), object.name());
        Fault { place: object.place(&pointer(&field)), trouble: Trouble { sentence, ..trouble.clone() } }
    };
    fields.into_iter().map(fault).collect()
}

/// How a server that cannot take an applied object apart into fields begins; it answers 500, although the object is wrong.
const UNTYPED: &str = "failed to create typed patch object";

fn named_fields(status: &Status) -> Vec<(String, String)> {
    if let Some(rest) = status.message.strip_prefix(UNTYPED) {
        // `(demo/web; argoproj.io/v1alpha1, Kind=Rollout): .spec.x: field not declared in schema`; several stand in lines.
        let list = rest.split_once("): ").map_or(rest, |(_, list)| list);
        let fields = list.split(['\n', '⏎']).map(str::trim).filter(|line| line.starts_with('.'));
        let pair = |line: &str| line.split_once(": ").map(|(field, words)| (field[1..].to_owned(), words.to_owned()));
        return fields.filter_map(pair).collect();
    }
    let mut found: Vec<(String, String)> = Vec::new();
    for cause in &status.causes {
        let one = (cause.field.clone(), cause.message.clone());
        if !found.contains(&one) {
            found.push(one);
        }
    }
    if found.is_empty() {
        // `strict decoding error: unknown field "spec.paused2", unknown field "spec.x"`
        let parts = status.message.split("unknown field \"").skip(1);
        found.extend(
            parts
                .filter_map(|part| part.split_once('"'))
                .map(|(field, _)| (field.to_owned(), "unknown field".to_owned())),
        );
    }
    found
}

/// `spec.containers[0].image` as a JSON pointer.
fn pointer(field: &str) -> String {
    let mut pointer = String::new();
    for part in field.trim_start_matches('.').split(['.', '[']).filter(|part| !part.is_empty()) {
        pointer.push('/');
        pointer.push_str(&part.trim_end_matches(']').replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

/// A trouble of rolltop's own.
pub fn own(sentence: String, hint: Option<&str>) -> Trouble {
    Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: hint.map(str::to_owned) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deploy::conflicts::Cause;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn identity() -> Identity {
        Identity {
            api_version: "v1".into(),
            kind: "Service".into(),
            namespace: Some("demo".into()),
            name: "web".into(),
        }
    }

    #[test]
    fn a_field_that_the_server_names_has_the_line_of_the_file() {
        let object = Object {
            value: json!({"kind": "Service", "metadata": {"name": "web"}}),
            file: "web.yaml".into(),
            document: 1,
            places: BTreeMap::from([("/spec/ports/0/port".to_owned(), (9, 11)), ("/spec".to_owned(), (5, 1))]),
        };
        let cause = |field: &str| Cause { reason: "x".into(), message: "bad".into(), field: field.into() };
        let status = Status {
            code: 422,
            causes: vec![cause("spec.ports[0].port"), cause("spec.ports[0].port"), cause("spec.x")],
            ..Status::default()
        };
        let failure = Failure::Status(status);
        let trouble = trouble(&failure, "prod", &identity(), "services", "patch");
        let found = faults(&failure, &trouble, &object);
        let words: Vec<String> =
            found.iter().map(|fault| format!("{}: {}", fault.place, fault.trouble.sentence)).collect();
        assert_eq!(
            words,
            ["web.yaml:9:11: Service/web: spec.ports[0].port: bad", "web.yaml:5:1: Service/web: spec.x: bad"]
        );
        let strict = Failure::Status(Status {
            code: 400,
            message: "strict decoding error: unknown field \"spec.y\", unknown field \"spec.z\"".into(),
            ..Status::default()
        });
        assert_eq!(faults(&strict, &trouble, &object).len(), 2);
        let untyped = Failure::Status(Status {
            code: 500,
            message: "failed to create typed patch object (demo/web; v1, Kind=Service): errors:\n  \
                      .spec.ports[0].port: expected numeric (int or float), got string\n  .spec.x: field not declared in schema"
                .into(),
            ..Status::default()
        });
        let found = faults(&untyped, &trouble, &object);
        assert_eq!((found.len(), found[0].place.to_string()), (2, "web.yaml:9:11".to_owned()));
        let other = Failure::Status(Status { code: 500, ..Status::default() });
        assert_eq!(faults(&other, &trouble, &object)[0].place.to_string(), "web.yaml");
    }

    #[test]
    fn a_missing_right_is_named_and_a_webhook_keeps_its_words() {
        let status = |message: &str| {
            Failure::Status(Status {
                code: 403,
                reason: "Forbidden".into(),
                message: message.into(),
                ..Status::default()
            })
        };
        let words = |failure: &Failure| trouble(failure, "prod", &identity(), "services", "patch");
        let right = words(&status("User \"x\" cannot patch resource \"services\""));
        assert_eq!(right.sentence, "no right to apply Service web in namespace demo on prod");
        assert!(right.hint.unwrap().starts_with("the role needs: patch services"));
        let policy = words(&status("admission webhook \"policy\" denied it"));
        assert!(policy.sentence.ends_with("denied it") && !policy.sentence.contains("right"), "{policy:?}");
        assert_eq!((policy.kind, policy.hint), (TroubleKind::Server, None));
    }
}
