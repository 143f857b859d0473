//! Roles: what a role lacks, as the rule that can be put into it. Kubernetes RBAC grants by API group, resource (with its
//! subresource) and verb.

use super::feed::Right;

/// A rule for what was refused, ready to stand below the `rules:` of a Role; YAML on one line.
///
/// `resource` is spelled as people and kubectl spell it: `pods`, `replicasets.apps`, `rollouts/status in group argoproj.io`.
#[must_use]
pub fn rule(verb: &str, resource: &str) -> String {
    let (resource, group) = match resource.split_once(" in group ") {
        Some(pair) => pair,
        None => resource.split_once('.').unwrap_or((resource, "")),
    };
    let group = if group.is_empty() { "\"\"" } else { group };
    format!("- {{apiGroups: [{group}], resources: [{resource}], verbs: [{verb}]}}")
}

impl Right {
    /// The rule that grants it.
    #[must_use]
    pub fn rule_text(self) -> String {
        let (verb, group, resource, sub) = self.rule();
        let below = sub.map(|sub| format!("/{sub}")).unwrap_or_default();
        rule(verb, &format!("{resource}{below} in group {group}"))
    }

    /// In words: `patch rollouts/status`.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PatchStatus => "patch rollouts/status",
            Self::PatchRollouts => "patch rollouts",
            Self::PatchScale => "patch rollouts/scale",
            Self::PatchRuns => "patch analysisruns",
            Self::DeleteRuns => "delete analysisruns",
            Self::PatchExperiments => "patch experiments",
            Self::PatchDeployments => "patch deployments.apps",
            Self::CreateEvents => "create events",
        }
    }

    /// What a role needs for it, in words and as its rule: `patch rollouts/status, by the rule - {…}`.
    #[must_use]
    pub fn needs(self) -> String {
        format!("the role needs: {}, by the rule {}", self.words(), self.rule_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_has_group_resource_and_verb_however_the_resource_is_spelled() {
        for (resource, expected) in [
            ("pods", r#"- {apiGroups: [""], resources: [pods], verbs: [list]}"#),
            ("replicasets.apps", "- {apiGroups: [apps], resources: [replicasets], verbs: [list]}"),
            ("rollouts.argoproj.io", "- {apiGroups: [argoproj.io], resources: [rollouts], verbs: [list]}"),
            (
                "rollouts/status in group argoproj.io",
                "- {apiGroups: [argoproj.io], resources: [rollouts/status], verbs: [list]}",
            ),
        ] {
            assert_eq!(rule("list", resource), expected);
        }
    }

    #[test]
    fn the_rule_of_every_right_is_yaml_that_says_the_same() {
        for right in Right::ALL {
            let rules: serde_json::Value = serde_saphyr::from_str(&right.rule_text()).unwrap();
            let (verb, group, resource, sub) = right.rule();
            let resource = sub.map_or(resource.to_owned(), |sub| format!("{resource}/{sub}"));
            assert_eq!(rules, serde_json::json!([{"apiGroups": [group], "resources": [resource], "verbs": [verb]}]));
        }
    }
}
