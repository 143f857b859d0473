//! Needs: what the objects of a deploy name and do not bring with them: Services and analysis templates of a Rollout,
//! the namespace, Secrets for the registry. Without some the controller calls the Rollout invalid; it is better told
//! before.

use super::content;
use super::plan::Identity;
use crate::config::problem::Place;
use crate::service::object::{Object, ROLLOUT_SERVICES};
use serde_json::Value;

/// One thing that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Which object.
    pub identity: Identity,
    /// What names it: `Rollout/web: spec.strategy.canary.canaryService`.
    pub needed_by: String,
    /// Where.
    pub place: Place,
    /// The controller refuses the Rollout without it (Argo Rollouts, `pkg/apis/rollouts/validation`).
    pub fatal: bool,
}

/// What is needed and is not among the objects; each once.
#[must_use]
pub fn of(objects: &[Object], namespace: &str) -> Vec<Need> {
    let mut all = Vec::new();
    for object in objects {
        let own = object.namespace().unwrap_or(namespace);
        let of = Of { object, namespace: own };
        if object.kind() == "Rollout" {
            of.rollout(&mut all);
        }
        of.pods(&mut all);
    }
    let brings = |need: &Need| {
        objects.iter().any(|object| {
            object.kind() == need.identity.kind
                && object.name() == need.identity.name
                && need.identity.namespace.as_deref().is_none_or(|own| object.namespace().unwrap_or(namespace) == own)
        })
    };
    let mut found: Vec<Need> = Vec::new();
    for need in all {
        if !brings(&need) && !found.iter().any(|other| other.identity == need.identity) {
            found.push(need);
        }
    }
    found
}

struct Of<'a> {
    object: &'a Object,
    namespace: &'a str,
}

impl Of<'_> {
    fn need(&self, api_version: &str, kind: &str, name: &str, pointer: &str, fatal: bool) -> Need {
        let namespace = (!kind.starts_with("Cluster")).then(|| self.namespace.to_owned());
        let field = pointer.trim_start_matches('/').replace('/', ".");
        Need {
            identity: Identity { api_version: api_version.into(), kind: kind.into(), namespace, name: name.into() },
            needed_by: format!("{}/{}: {field}", self.object.kind(), self.object.name()),
            place: self.object.place(pointer),
            fatal,
        }
    }

    fn rollout(&self, all: &mut Vec<Need>) {
        const ANALYSES: &[&str] = &[
            "/spec/strategy/canary/analysis",
            "/spec/strategy/blueGreen/prePromotionAnalysis",
            "/spec/strategy/blueGreen/postPromotionAnalysis",
        ];
        let value = &self.object.value;
        for pointer in ROLLOUT_SERVICES {
            let name = content::text(value, pointer);
            if !name.is_empty() {
                all.push(self.need("v1", "Service", name, pointer, true));
            }
        }
        for pointer in ANALYSES {
            self.templates(pointer, all);
        }
        let steps = value.pointer("/spec/strategy/canary/steps").and_then(Value::as_array);
        for index in 0..steps.map_or(0, Vec::len) {
            self.templates(&format!("/spec/strategy/canary/steps/{index}/analysis"), all);
            let analyses = format!("/spec/strategy/canary/steps/{index}/experiment/analyses");
            self.template_list(&analyses, all);
        }
        if let Some(reference) = value.pointer("/spec/workloadRef") {
            let field = |name: &str| reference.get(name).and_then(Value::as_str).unwrap_or_default();
            if !field("name").is_empty() {
                all.push(self.need(field("apiVersion"), field("kind"), field("name"), "/spec/workloadRef", true));
            }
        }
    }

    fn templates(&self, analysis: &str, all: &mut Vec<Need>) {
        self.template_list(&format!("{analysis}/templates"), all);
    }

    fn template_list(&self, list: &str, all: &mut Vec<Need>) {
        let items = self.object.value.pointer(list).and_then(Value::as_array);
        for (index, item) in items.into_iter().flatten().enumerate() {
            let Some(name) = item.get("templateName").and_then(Value::as_str) else { continue };
            let cluster = item.get("clusterScope").and_then(Value::as_bool).unwrap_or(false);
            let kind = if cluster { "ClusterAnalysisTemplate" } else { "AnalysisTemplate" };
            let pointer = format!("{list}/{index}/templateName");
            all.push(self.need("argoproj.io/v1alpha1", kind, name, &pointer, true));
        }
    }

    /// What pods cannot start without. It may come by itself later, so it is a warning.
    fn pods(&self, all: &mut Vec<Need>) {
        let value = &self.object.value;
        let pods = "/spec/template/spec";
        for (index, secret) in value
            .pointer(&format!("{pods}/imagePullSecrets"))
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
        {
            if let Some(name) = secret.get("name").and_then(Value::as_str) {
                let pointer = format!("{pods}/imagePullSecrets/{index}/name");
                all.push(self.need("v1", "Secret", name, &pointer, false));
            }
        }
        let account = content::text(value, &format!("{pods}/serviceAccountName"));
        if !account.is_empty() && account != "default" {
            let pointer = format!("{pods}/serviceAccountName");
            all.push(self.need("v1", "ServiceAccount", account, &pointer, false));
        }
        for list in ["containers", "initContainers"] {
            let containers = value.pointer(&format!("{pods}/{list}")).and_then(Value::as_array);
            for (index, container) in containers.into_iter().flatten().enumerate() {
                self.references(container, &format!("{pods}/{list}/{index}"), all);
            }
        }
    }

    /// ConfigMaps and Secrets that variables come from.
    fn references(&self, container: &Value, at: &str, all: &mut Vec<Need>) {
        const FORMS: &[(&str, &str, &str)] = &[
            ("env", "/valueFrom/configMapKeyRef", "ConfigMap"),
            ("env", "/valueFrom/secretKeyRef", "Secret"),
            ("envFrom", "/configMapRef", "ConfigMap"),
            ("envFrom", "/secretRef", "Secret"),
        ];
        for (list, below, kind) in FORMS {
            for (index, item) in container.get(list).and_then(Value::as_array).into_iter().flatten().enumerate() {
                let Some(reference) = item.pointer(below) else { continue };
                let optional = reference.get("optional").and_then(Value::as_bool).unwrap_or(false);
                if let Some(name) = reference.get("name").and_then(Value::as_str).filter(|_| !optional) {
                    all.push(self.need("v1", kind, name, &format!("{at}/{list}/{index}{below}/name"), false));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn object(value: Value) -> Object {
        let places = BTreeMap::from([("/spec".to_owned(), (4, 1))]);
        Object { value, file: "web.yaml".into(), document: 1, places }
    }

    #[test]
    fn what_a_rollout_names_is_needed_unless_it_is_brought_along() {
        let rollout = object(json!({"kind": "Rollout", "metadata": {"name": "web"}, "spec": {
            "strategy": {"canary": {"canaryService": "web-preview", "stableService": "web",
                "analysis": {"templates": [{"templateName": "rate"}, {"templateName": "slo", "clusterScope": true}]},
                "steps": [{"setWeight": 5}, {"analysis": {"templates": [{"templateName": "rate"}]}},
                    {"experiment": {"analyses": [{"name": "x", "templateName": "probe"}]}}]}},
            "template": {"spec": {"imagePullSecrets": [{"name": "registry"}], "serviceAccountName": "default",
                "containers": [{"name": "web", "envFrom": [{"configMapRef": {"name": "settings", "optional": true}}],
                    "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "a"}}}]}]}}}}));
        let service = object(json!({"kind": "Service", "metadata": {"name": "web"}}));
        let found = of(&[rollout, service], "demo");
        let words: Vec<String> =
            found.iter().map(|need| format!("{}{}", need.identity, if need.fatal { "!" } else { "" })).collect();
        assert_eq!(
            words,
            [
                "Service/web-preview!",
                "AnalysisTemplate/rate!",
                "ClusterAnalysisTemplate/slo!",
                "AnalysisTemplate/probe!",
                "Secret/registry",
                "Secret/keys"
            ]
        );
        assert_eq!(found[0].needed_by, "Rollout/web: spec.strategy.canary.canaryService");
        assert_eq!(found[0].place.to_string(), "web.yaml:4:1");
        assert_eq!(found[2].identity.namespace, None);
    }

    #[test]
    fn a_referred_workload_is_needed() {
        let rollout = object(json!({"kind": "Rollout", "metadata": {"name": "web"},
            "spec": {"workloadRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}}}));
        assert_eq!(of(&[rollout], "demo")[0].identity.to_string(), "Deployment/web");
    }
}
