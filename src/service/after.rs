//! After rendering: what a service config changes in the objects (patches, environment), and what objects may not be.

use super::catalog::Service;
use super::config::{EnvEntry, EnvValue, Patch, PatchTarget, Source};
use super::finding::Finding;
use super::object::Object;
use super::settle::{Cell, namespace};
use super::texts::Strings;
use crate::config::problem::suggest;
use crate::config::settings::Settings;
use serde_json::{Value, json};

/// Kinds of Kubernetes and Argo that have no namespace.
const CLUSTER_SCOPED: &[&str] = &[
    "APIService",
    "CSIDriver",
    "ClusterAnalysisTemplate",
    "ClusterIssuer",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "GatewayClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PriorityClass",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeSnapshotClass",
];

/// Replaces values as the patches of a source say.
pub fn patch(objects: &mut [Object], source: &Source, strings: &mut Strings<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for patch in &source.patches {
        let (Some(path), Some(text)) = (strings.fill(&patch.path), strings.fill(&patch.value)) else { continue };
        let value = match (patch.int, text.parse::<i64>()) {
            (true, Ok(number)) => json!(number),
            (true, Err(_)) => {
                let what = format!("intAsString is filled to \"{text}\", which is not a whole number");
                findings.push(Finding::error("service/patch", strings.place(patch.value.mark), what));
                continue;
            }
            (false, _) => json!(text),
        };
        let mut any = false;
        for object in objects.iter_mut().filter(|object| fits(&patch.target, object)) {
            any = true;
            let title = object.title();
            if let Some(found) = object.value.pointer_mut(&path) {
                *found = value.clone();
            } else {
                findings.push(no_path(patch, &path, object, &title, strings));
            }
        }
        if !any {
            let titles: Vec<String> =
                objects.iter().map(|object| format!("{}/{}", object.kind(), object.name())).collect();
            let told =
                Finding::error("service/patch", strings.place(patch.mark), "no object fits the target of this patch");
            findings.push(told.hint(format!("there are: {}", titles.join(", "))));
        }
    }
    findings
}

fn no_path(wanted: &Patch, path: &str, object: &Object, title: &str, strings: &Strings<'_>) -> Finding {
    // The deepest part that is there, and what there is in it.
    let mut around = path;
    let inner = loop {
        match around.rfind('/') {
            Some(cut) => around = &around[..cut],
            None => break None,
        }
        if let Some(found) = object.value.pointer(around) {
            break Some(found);
        }
    };
    let missing = path[around.len()..].trim_start_matches('/').split('/').next().unwrap_or_default();
    let keys: Vec<String> = match inner {
        Some(Value::Object(map)) => map.keys().cloned().collect(),
        Some(Value::Array(list)) => (0..list.len()).map(|at| at.to_string()).collect(),
        _ => Vec::new(),
    };
    let what = format!(
        "{title} has no {path}: there is no \"{missing}\" in {}",
        if around.is_empty() { "it" } else { around }
    );
    let told = Finding::error("service/patch", strings.place(wanted.path.mark), what);
    told.maybe(suggest(missing, keys.iter().map(String::as_str)))
}

fn fits(target: &PatchTarget, object: &Object) -> bool {
    let (group, version) = object.api_version().split_once('/').unwrap_or(("", object.api_version()));
    let same = |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
    same(&target.group, group)
        && same(&target.version, version)
        && same(&target.kind, object.kind())
        && same(&target.name, object.name())
        && same(&target.namespace, object.namespace().unwrap_or_default())
}

/// Puts the environment into the containers of workloads, where the configuration asks for it.
pub fn env(
    objects: &mut [Object],
    service: &Service,
    settings: &Settings,
    cell: Cell<'_>,
    source: &Source,
    strings: &mut Strings<'_>,
) -> Vec<Finding> {
    if !settings.services.inject_env || source.no_env {
        return Vec::new();
    }
    let own = service.config.channel(cell.channel.name.as_str()).map(|part| part.env.as_slice()).unwrap_or_default();
    let mut entries: Vec<&EnvEntry> = service.config.env.iter().collect();
    entries.retain(|entry| !own.iter().any(|stronger| stronger.name.value == entry.name.value));
    entries.extend(own);
    let mut wanted = Vec::new();
    for entry in entries {
        let name = &entry.name.value;
        match &entry.value {
            EnvValue::Text(text) => {
                if let Some(text) = strings.fill(text) {
                    wanted.push(json!({"name": name, "value": text}));
                }
            }
            EnvValue::Secret { name: secret, key } => {
                wanted.push(json!({"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}));
            }
            EnvValue::Prodvana => {}
        }
    }
    for object in objects.iter_mut().filter(|object| matches!(object.kind(), "Rollout" | "Deployment")) {
        let Some(Value::Array(containers)) = object.value.pointer_mut("/spec/template/spec/containers") else {
            continue;
        };
        for container in containers.iter_mut().filter_map(Value::as_object_mut) {
            let there = container.entry("env").or_insert_with(|| json!([]));
            let Value::Array(there) = there else { continue };
            for variable in &wanted {
                if !there.iter().any(|own| own["name"] == variable["name"]) {
                    there.push(variable.clone());
                }
            }
            if there.is_empty() {
                container.remove("env");
            }
        }
    }
    Vec::new()
}

/// What objects may not be: in another namespace, or in none.
pub fn limits(objects: &[Object], service: &Service, settings: &Settings, cell: Cell<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let home = namespace(service, &settings.services, cell);
    for object in objects {
        let kind = object.kind();
        if CLUSTER_SCOPED.contains(&kind) {
            if !settings.services.allow_cluster_scoped.iter().any(|allowed| allowed == kind) {
                let what = format!(
                    "{} is of kind {kind}, which has no namespace and belongs to the whole cluster",
                    object.title()
                );
                let told = Finding::error("manifest/cluster-scoped", object.place("/kind"), what);
                findings.push(told.hint(format!("allow_cluster_scoped = [\"{kind}\"] in the configuration allows it")));
            }
            continue;
        }
        let (Some(own), Some(home)) = (object.namespace(), home) else { continue };
        let extra: Vec<&str> = cell.runtime.extra_namespaces.iter().map(AsRef::as_ref).collect();
        if own != home && !extra.contains(&own) {
            let what =
                format!("{} is in namespace \"{own}\", and the service is deployed to \"{home}\"", object.title());
            let told = Finding::error("manifest/namespace", object.place("/metadata/namespace"), what);
            findings.push(
                told.hint(format!("leave the namespace out, or add extra_namespaces = [\"{own}\"] to the runtime")),
            );
        }
    }
    findings
}
