//! Rules: what a Role or ClusterRole grants (Kubernetes, `rbac.authorization.k8s.io/v1`), for a user of each cluster
//! whose rights a test chooses.

use super::auth::{GRANTED, Rights, User, token};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One rule: every verb on every resource of every group that it names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Rule {
    api_groups: Vec<String>,
    /// `rollouts`, `rollouts/status`, `*`.
    resources: Vec<String>,
    verbs: Vec<String>,
}

impl Rule {
    fn grants(&self, verb: &str, group: &str, resource: &str) -> bool {
        let names = |list: &[String], word: &str| list.iter().any(|one| one == "*" || one == word);
        names(&self.verbs, verb) && names(&self.api_groups, group) && names(&self.resources, resource)
    }

    pub(crate) fn json(&self) -> Value {
        json!({"verbs": self.verbs, "apiGroups": self.api_groups, "resources": self.resources})
    }
}

/// Whether one of the rules grants it. `rollouts` does not grant `rollouts/status`.
pub(crate) fn grant(rules: &[Rule], verb: &str, group: &str, resource: &str, sub: Option<&str>) -> bool {
    let resource = sub.map_or_else(|| resource.to_owned(), |sub| format!("{resource}/{sub}"));
    rules.iter().any(|rule| rule.grants(verb, group, &resource))
}

/// The rules of a manifest.
fn read(manifest: &str) -> Result<Vec<Rule>, String> {
    #[derive(Deserialize)]
    struct Role {
        kind: String,
        rules: Vec<Rule>,
    }
    let role: Role = serde_saphyr::from_str(manifest).map_err(|error| error.to_string())?;
    match role.kind.as_str() {
        "Role" | "ClusterRole" => Ok(role.rules),
        kind => Err(format!("a {kind} grants nothing; it takes a Role or a ClusterRole")),
    }
}

/// What was granted to the one user of each cluster that has no rights by itself.
#[derive(Debug, Default)]
pub(crate) struct Grants(Mutex<BTreeMap<String, Arc<[Rule]>>>);

impl Grants {
    /// Puts the rules of a manifest in place of those that the user has; gives the user's token.
    pub(crate) fn set(&self, cluster: &str, manifest: &str) -> Result<String, String> {
        let rules = read(manifest)?.into();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(cluster.to_owned(), rules);
        Ok(token(cluster, GRANTED))
    }

    /// The user, when this is the token.
    pub(crate) fn user(&self, cluster: &str, authorization: &str) -> Option<User> {
        if authorization.strip_prefix("Bearer ")?.trim() != token(cluster, GRANTED) {
            return None;
        }
        let rules = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(cluster)?.clone();
        Some(User { name: GRANTED, uid: "3", groups: &["system:authenticated"], rights: Rights::Rules(rules) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_grants_what_it_names_and_a_subresource_is_another_resource() {
        let role = "kind: Role\nrules:\n- apiGroups: [argoproj.io]\n  resources: [rollouts, rollouts/scale]\n  verbs: [get, patch]\n- apiGroups: [\"\"]\n  resources: [\"*\"]\n  verbs: [list]\n";
        let rules = read(role).unwrap();
        for (verb, group, resource, sub, expected) in [
            ("patch", "argoproj.io", "rollouts", None, true),
            ("patch", "argoproj.io", "rollouts", Some("scale"), true),
            ("patch", "argoproj.io", "rollouts", Some("status"), false),
            ("list", "argoproj.io", "rollouts", None, false),
            ("patch", "apps", "rollouts", None, false),
            ("list", "", "pods", None, true),
        ] {
            assert_eq!(grant(&rules, verb, group, resource, sub), expected, "{verb} {resource} {sub:?}");
        }
        assert!(read("kind: Secret\nrules: []\n").unwrap_err().contains("a Secret grants nothing"));
        let grants = Grants::default();
        assert_eq!(grants.user("test", "Bearer simulated-test-granted"), None);
        assert_eq!(grants.set("test", role).unwrap(), "simulated-test-granted");
        assert!(grants.user("test", "Bearer simulated-test-granted").is_some());
        assert_eq!(grants.user("staging", "Bearer simulated-test-granted"), None);
    }
}
