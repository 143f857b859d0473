//! Conflicts: fields that another manager owns, read from the server's 409, with the manager in words and since when.

use super::plan::Conflict;
use super::{content, records};
use jiff::Timestamp;
use serde_json::Value;

/// How the server tells of one: the field, and a sentence that names the manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// `FieldManagerConflict`.
    pub reason: String,
    /// `conflict with "kubectl-edit" using apps/v1`.
    pub message: String,
    /// `.spec.replicas`.
    pub field: String,
}

/// The conflicts that a 409 tells of; none: it is a 409 of another kind.
#[must_use]
pub fn of(causes: &[Cause], live: Option<&Value>, wanted: &Value) -> Vec<Conflict> {
    let conflicts = causes.iter().filter(|cause| cause.reason == "FieldManagerConflict");
    conflicts
        .map(|cause| {
            let manager = quoted(&cause.message).unwrap_or("unknown").to_owned();
            let value = |object: &Value| at(object, &cause.field).map(short);
            Conflict {
                who: who(&manager),
                since: live.and_then(|live| since(live, &manager)),
                ours: value(wanted),
                live: live.and_then(value),
                field: cause.field.clone(),
                manager,
            }
        })
        .collect()
}

/// Whether all of them are rolltop's own: patches of its other actions, which a deploy takes over by itself.
#[must_use]
pub fn are_our_own(conflicts: &[Conflict]) -> bool {
    !conflicts.is_empty() && conflicts.iter().all(|conflict| is_ours(&conflict.manager))
}

fn is_ours(manager: &str) -> bool {
    matches!(manager, "rolltop" | "rolltop-action")
}

/// The first text in quotation marks.
fn quoted(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once('"')?;
    rest.split_once('"').map(|(inner, _)| inner)
}

/// A manager in words.
#[must_use]
pub fn who(manager: &str) -> String {
    match manager {
        "kubectl-client-side-apply" => "kubectl apply".to_owned(),
        "kubectl-edit" => "kubectl edit".to_owned(),
        "kubectl-set" => "kubectl set".to_owned(),
        "kubectl-scale" => "kubectl scale".to_owned(),
        "kubectl-patch" => "kubectl patch".to_owned(),
        "kubectl-argo-rollouts" => "kubectl argo rollouts (set image, undo, restart)".to_owned(),
        "argocd-controller" | "argocd-application-controller" | "argocd-server" => "Argo CD".to_owned(),
        "kube-controller-manager" => "a controller of Kubernetes (a HorizontalPodAutoscaler, for replicas)".to_owned(),
        "rollouts-controller" | "argo-rollouts" => "the Argo Rollouts controller".to_owned(),
        "rolltop" | "rolltop-action" => "rolltop, by a patch (set-image, restart)".to_owned(),
        "before-first-apply" => "whoever made it before it was first applied".to_owned(),
        helm if helm.eq_ignore_ascii_case("helm") => "Helm".to_owned(),
        other => other.to_owned(),
    }
}

/// When a manager wrote last.
fn since(live: &Value, manager: &str) -> Option<Timestamp> {
    let entries = live.pointer("/metadata/managedFields")?.as_array()?;
    let own = entries.iter().filter(|entry| entry.get("manager").and_then(Value::as_str) == Some(manager));
    own.filter_map(|entry| entry.get("time")?.as_str()?.parse().ok()).max()
}

/// Whose hand was the last on an object's spec, controllers left out: who deployed it by its record, else the newest
/// manager.
#[must_use]
pub fn last_hand(live: &Value) -> Option<String> {
    const CONTROLLERS: &[&str] = &["rollouts-controller", "argo-rollouts", "argo-rollouts-controller", "manager"];
    let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array)?;
    let of = |entry: &&Value| {
        let manager = content::text(entry, "/manager");
        entry.get("subresource").is_none() && !manager.is_empty() && !CONTROLLERS.contains(&manager)
    };
    let newest = entries.iter().filter(of).max_by_key(|entry| content::text(entry, "/time"))?;
    let manager = content::text(newest, "/manager");
    if manager == "rolltop" && content::text(newest, "/operation") == "Apply" {
        let by = content::annotation(live, records::DEPLOYED_BY)?;
        let version = content::annotation(live, records::VERSION).map(|version| format!(", version {version}"));
        return Some(format!("{by}{}", version.unwrap_or_default()));
    }
    Some(who(manager))
}

/// Another program that deploys an object, by what it leaves in it.
#[must_use]
pub fn foreign(live: &Value) -> Option<&'static str> {
    let annotation = |key: &str| live.pointer("/metadata/annotations").and_then(|all| all.get(key)).is_some();
    let label = |key: &str| live.pointer("/metadata/labels").and_then(|all| all.get(key)).and_then(Value::as_str);
    let manager = |name: &str| {
        let entries = live.pointer("/metadata/managedFields").and_then(Value::as_array);
        entries.into_iter().flatten().any(|entry| entry.get("manager").and_then(Value::as_str) == Some(name))
    };
    if annotation("argocd.argoproj.io/tracking-id") || manager("argocd-controller") {
        Some("Argo CD")
    } else if label("app.kubernetes.io/managed-by") == Some("Helm") || annotation("meta.helm.sh/release-name") {
        Some("Helm")
    } else if manager("kustomize-controller") || manager("helm-controller") {
        Some("Flux")
    } else {
        None
    }
}

/// A value by the path of a field as the server writes it: `.spec.template.spec.containers[name="web"].image`.
fn at<'a>(object: &'a Value, path: &str) -> Option<&'a Value> {
    let mut value = object;
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix('.') {
            let end = behind.find(['.', '[']).unwrap_or(behind.len());
            // A name with points in it, as of an annotation, takes as much as fits.
            let fields = value.as_object()?;
            let whole = fields.keys().filter(|key| behind.starts_with(key.as_str())).max_by_key(|key| key.len());
            let name = whole.map_or(&behind[..end], String::as_str);
            value = fields.get(name)?;
            rest = &behind[name.len()..];
        } else {
            let (inside, behind) = rest.strip_prefix('[')?.split_once(']')?;
            let list = value.as_array()?;
            value = if let Ok(index) = inside.parse::<usize>() {
                list.get(index)?
            } else {
                let wanted: Vec<(&str, &str)> = inside.split(',').filter_map(|pair| pair.split_once('=')).collect();
                list.iter().find(|item| {
                    wanted.iter().all(|(key, text)| {
                        item.get(key).is_some_and(|value| serde_json::to_string(value).is_ok_and(|own| own == *text))
                    })
                })?
            };
            rest = behind;
        }
    }
    Some(value)
}

/// A value in few words.
fn short(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = match value {
        Value::String(text) => text.clone(),
        other => crate::argo::mask::masked(other).to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_conflict_names_the_field_both_values_the_manager_and_since_when() {
        let with = |image: &str| {
            json!({"metadata": {"managedFields": [
                    {"manager": "kubectl-argo-rollouts", "time": "2026-01-01T00:00:00Z"}]},
                "spec": {"template": {"spec": {"containers": [{"name": "a"}, {"name": "web", "image": image}]}}}})
        };
        let cause = |reason: &str| Cause {
            reason: reason.into(),
            message: "conflict with \"kubectl-argo-rollouts\" using argoproj.io/v1alpha1".into(),
            field: ".spec.template.spec.containers[name=\"web\"].image".into(),
        };
        let found = of(&[cause("FieldManagerConflict"), cause("Other")], Some(&with("web:2")), &with("web:1"));
        assert_eq!(found.len(), 1);
        let conflict = &found[0];
        assert_eq!((conflict.ours.as_deref(), conflict.live.as_deref()), (Some("web:1"), Some("web:2")));
        assert!(conflict.who.starts_with("kubectl argo rollouts"));
        assert_eq!(conflict.since, Some("2026-01-01T00:00:00Z".parse().unwrap()));
        assert!(!are_our_own(&found) && !are_our_own(&[]));
        let ours = Conflict { manager: "rolltop".into(), ..conflict.clone() };
        assert!(are_our_own(&[ours]));
    }

    #[test]
    fn paths_of_the_server_lead_to_values() {
        let object = json!({"metadata": {"annotations": {"a.b/c": "x"}}, "spec": {"ports": [{"port": 80, "protocol": "TCP", "n": 1}]}});
        for (path, expected) in [
            (".metadata.annotations.a.b/c", Some(json!("x"))),
            (".spec.ports[port=80,protocol=\"TCP\"].n", Some(json!(1))),
            (".spec.ports[0].port", Some(json!(80))),
            (".spec.nothing", None),
            (".spec.ports[port=81].n", None),
        ] {
            assert_eq!(at(&object, path), expected.as_ref(), "{path}");
        }
    }

    #[test]
    fn the_last_hand_is_told_by_the_record_of_a_deploy_or_by_its_manager() {
        let entry = |manager: &str, operation: &str, time: &str| json!({"manager": manager, "operation": operation, "time": format!("2026-01-01T00:00:{time}Z")});
        let live = |entries: &[Value]| {
            json!({"metadata": {"managedFields": entries, "annotations": {"rolltop/deployed-by": "ana@bastion",
                "rolltop/version": "red (1a2b3c4d)"}}})
        };
        let (ours, theirs) = (entry("rolltop", "Apply", "01"), entry("kubectl-edit", "Update", "02"));
        let controller = entry("rollouts-controller", "Update", "09");
        let of = |entries: &[Value]| last_hand(&live(entries));
        assert_eq!(of(&[ours.clone(), controller.clone()]).unwrap(), "ana@bastion, version red (1a2b3c4d)");
        assert_eq!(of(&[ours, theirs, controller.clone()]).unwrap(), "kubectl edit");
        assert_eq!(of(&[controller]), None);
    }

    #[test]
    fn others_that_deploy_are_known_by_what_they_leave() {
        for (live, who) in [
            (json!({"metadata": {"annotations": {"argocd.argoproj.io/tracking-id": "x"}}}), Some("Argo CD")),
            (json!({"metadata": {"labels": {"app.kubernetes.io/managed-by": "Helm"}}}), Some("Helm")),
            (json!({"metadata": {"managedFields": [{"manager": "kustomize-controller"}]}}), Some("Flux")),
            (json!({"metadata": {"managedFields": [{"manager": "kubectl"}]}}), None),
        ] {
            assert_eq!(foreign(&live), who, "{live}");
        }
    }
}
