//! Fields that may not change, in the words of the server that the recorded answers come from.

use super::failure::{Cause, Failure};
use crate::demo::store::Kind;
use serde_json::{Value, json};

/// Refuses a change of what must stay.
pub(crate) fn check(kind: &Kind, before: &Value, after: &Value) -> Result<(), Failure> {
    let mut causes = Vec::new();
    // Left out is as it was.
    if let Some(uid) = sent(before, after, "/metadata/uid") {
        let cause = Cause::invalid("metadata.uid", format!("Invalid value: {uid}: field is immutable"));
        // Custom resources are checked once by the strategy and once by the schema; each says so.
        causes.push(cause.clone());
        if kind.custom() {
            causes.push(cause);
        }
    }
    match kind.kind {
        "Service" => service(before, after, &mut causes),
        "Rollout" => rollout(before, after, &mut causes),
        "ConfigMap" => frozen(before, after, &["data", "binaryData"], &mut causes),
        "Secret" => {
            frozen(before, after, &["data"], &mut causes);
            fixed(before, after, "/type", "type", &mut causes);
        }
        "Deployment" | "ReplicaSet" => fixed(before, after, "/spec/selector", "spec.selector", &mut causes),
        "Job" => {
            fixed(before, after, "/spec/selector", "spec.selector", &mut causes);
            fixed(before, after, "/spec/template", "spec.template", &mut causes);
        }
        "StatefulSet" => {
            let may = [
                "replicas",
                "ordinals",
                "template",
                "updateStrategy",
                "revisionHistoryLimit",
                "persistentVolumeClaimRetentionPolicy",
                "minReadySeconds",
            ];
            if without(before, &may) != without(after, &may) {
                causes.push(Cause::forbidden(
                    "spec",
                    "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
                ));
            }
        }
        "PersistentVolumeClaim" => {
            let may = ["resources", "volumeAttributesClassName", "volumeName"];
            if without(before, &may) != without(after, &may) {
                causes.push(Cause::forbidden(
                    "spec",
                    "Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims",
                ));
            }
        }
        "RoleBinding" if before.get("roleRef") != after.get("roleRef") => {
            let value = after.get("roleRef").cloned().unwrap_or_default();
            causes.push(Cause::invalid("roleRef", format!("Invalid value: {value}: cannot change roleRef")));
        }
        _ => {}
    }
    if causes.is_empty() {
        return Ok(());
    }
    Err(Failure::invalid(kind.group, kind.kind, &super::write::name_of(before), &causes))
}

/// What was sent in place of what stands at a path; none where it is the same or left out.
fn sent(before: &Value, after: &Value, path: &str) -> Option<Value> {
    after.pointer(path).filter(|sent| !sent.is_null() && Some(*sent) != before.pointer(path)).cloned()
}

/// A field that was set once and stays.
fn fixed(before: &Value, after: &Value, path: &str, field: &str, causes: &mut Vec<Cause>) {
    if before.pointer(path).is_some() && before.pointer(path) != after.pointer(path) {
        let value = after.pointer(path).cloned().unwrap_or_default();
        causes.push(Cause::invalid(field, format!("Invalid value: {value}: field is immutable")));
    }
}

fn service(before: &Value, after: &Value, causes: &mut Vec<Cause>) {
    let outside = |object: &Value| object.pointer("/spec/type").and_then(Value::as_str) == Some("ExternalName");
    if outside(before) || outside(after) || before.pointer("/spec/clusterIP").is_none() {
        return;
    }
    if let Some(address) = sent(before, after, "/spec/clusterIP") {
        let message = format!("Invalid value: [{address}]: may not change once set");
        causes.push(Cause::invalid("spec.clusterIPs[0]", message));
    }
}

/// The selector of a Rollout, by the rule in its CustomResourceDefinition. The schema's type stands for the value.
fn rollout(before: &Value, after: &Value, causes: &mut Vec<Cause>) {
    let path = "/spec/selector";
    if before.pointer(path).is_some() && after.pointer(path).is_some() && before.pointer(path) != after.pointer(path) {
        causes.push(Cause::invalid("spec.selector", "Invalid value: \"object\": selector is immutable"));
    }
}

/// A ConfigMap or Secret that was declared immutable.
fn frozen(before: &Value, after: &Value, fields: &[&str], causes: &mut Vec<Cause>) {
    if before.get("immutable") != Some(&json!(true)) {
        return;
    }
    let why = "Forbidden: field is immutable when `immutable` is set";
    if after.get("immutable") != Some(&json!(true)) {
        causes.push(Cause::forbidden("immutable", why));
    }
    for field in fields.iter().filter(|field| before.get(**field) != after.get(**field)) {
        causes.push(Cause::forbidden(*field, why));
    }
}

/// The spec without the fields that may change.
fn without(object: &Value, fields: &[&str]) -> Value {
    let mut spec = object.get("spec").cloned().unwrap_or_default();
    if let Some(spec) = spec.as_object_mut() {
        spec.retain(|name, _| !fields.contains(&name.as_str()));
    }
    spec
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::store::{CONFIG_MAPS, DEPLOYMENTS, JOBS, KINDS, ROLLOUTS, SECRETS, SERVICES};

    #[test]
    fn what_may_not_change_is_refused_in_the_words_of_a_server() {
        let selector = |app: &str| json!({"spec": {"selector": {"matchLabels": {"app": app}}}});
        let frozen = |text: &str, still: bool| json!({"immutable": still, "data": {"a": text}});
        let refusal = |kind: &Kind, before: &Value, after: &Value| check(kind, before, after).map_err(|it| it.message);
        let said = |text: &str| Err(text.to_owned());
        assert_eq!(
            refusal(&ROLLOUTS, &selector("a"), &selector("b")),
            said(
                "Rollout.argoproj.io \"\" is invalid: spec.selector: Invalid value: \"object\": selector is immutable"
            )
        );
        assert_eq!(
            refusal(&DEPLOYMENTS, &selector("a"), &selector("b")),
            said(
                "Deployment.apps \"\" is invalid: spec.selector: Invalid value: {\"matchLabels\":{\"app\":\"b\"}}: field is immutable"
            )
        );
        assert_eq!(
            refusal(&CONFIG_MAPS, &frozen("x", true), &frozen("y", true)),
            said("ConfigMap \"\" is invalid: data: Forbidden: field is immutable when `immutable` is set")
        );
        assert_eq!(
            refusal(&SECRETS, &frozen("x", true), &frozen("x", false)),
            said("Secret \"\" is invalid: immutable: Forbidden: field is immutable when `immutable` is set")
        );
        assert_eq!(refusal(&SECRETS, &frozen("x", false), &frozen("y", true)), Ok(()));
        let address = |ip: &str| json!({"spec": {"clusterIP": ip}});
        assert!(check(&SERVICES, &address("10.0.0.1"), &address("10.0.0.2")).is_err());
        assert!(check(&JOBS, &json!({"spec": {"template": 1}}), &json!({"spec": {"template": 2}})).is_err());
    }

    #[test]
    fn the_same_again_is_never_refused() {
        let object = json!({"metadata": {"name": "a", "uid": "u"}, "type": "Opaque", "immutable": true, "data": {},
            "spec": {"selector": {}, "template": {}, "clusterIP": "10.0.0.1"}, "roleRef": {}});
        for kind in KINDS {
            assert!(check(kind, &object, &object).is_ok(), "{}", kind.kind);
        }
    }
}
