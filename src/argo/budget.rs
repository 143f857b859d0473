//! Budgets: PodDisruptionBudgets (`policy/v1`), which hold up evictions, and with them a restart: Argo Rollouts evicts
//! pods where it can (`rollout/restart.go`).

use super::lenient::null_is_default;
use super::meta::Meta;
use super::pairs::Pairs;
use super::pod::Pod;
use super::rollout::LabelSelector;
use serde::Deserialize;
use std::sync::Arc;

/// A PodDisruptionBudget, slim.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Budget {
    /// Metadata.
    #[serde(rename = "metadata", deserialize_with = "null_is_default")]
    pub meta: Meta,
    /// Spec.
    #[serde(deserialize_with = "null_is_default")]
    pub spec: BudgetSpec,
    /// Status; `None`: its controller has not looked at it yet.
    pub status: Option<BudgetStatus>,
}

/// `spec` of a PodDisruptionBudget.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BudgetSpec {
    /// Which pods. Absent: none; empty: all of the namespace (Kubernetes, `policy/v1`).
    pub selector: Option<LabelSelector>,
}

/// `status` of a PodDisruptionBudget.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct BudgetStatus {
    /// Pods that may be evicted now.
    #[serde(deserialize_with = "null_is_default")]
    pub disruptions_allowed: i32,
    /// Healthy pods.
    #[serde(deserialize_with = "null_is_default")]
    pub current_healthy: i32,
    /// Healthy pods that there must be.
    #[serde(deserialize_with = "null_is_default")]
    pub desired_healthy: i32,
}

impl Budget {
    /// Whether it counts one of these pods.
    #[must_use]
    pub fn covers(&self, pods: &[Arc<Pod>]) -> bool {
        let Some(selector) = &self.spec.selector else { return false };
        pods.iter().any(|pod| pod.meta.namespace == self.meta.namespace && selects(selector, &pod.meta.labels))
    }
}

/// Whether a selector chooses something with these labels. An operator that is not known here chooses nothing.
fn selects(selector: &LabelSelector, labels: &Pairs) -> bool {
    let equal = selector.match_labels.iter().all(|(key, value)| labels.get(key).is_some_and(|own| **own == **value));
    equal
        && selector.match_expressions.iter().all(|expression| {
            let own = labels.get(&expression.key);
            let among = |own: &str| expression.values.iter().any(|value| **value == *own);
            match &*expression.operator {
                "In" => own.is_some_and(|own| among(own)),
                "NotIn" => own.is_none_or(|own| !among(own)),
                "Exists" => own.is_some(),
                "DoesNotExist" => own.is_none(),
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn a_budget_covers_pods_by_its_selector_in_its_namespace() {
        let pod: Pod = serde_json::from_value(
            json!({"metadata": {"name": "web-1", "namespace": "shop", "labels": {"app": "web", "tier": "a"}}}),
        )
        .unwrap();
        let pods = [Arc::new(pod)];
        for (selector, covers) in [
            (json!({"matchLabels": {"app": "web"}}), true),
            (json!({"matchLabels": {"app": "api"}}), false),
            (json!({}), true),
            (Value::Null, false),
            (json!({"matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}]}), true),
            (json!({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["a"]}]}), false),
            (json!({"matchExpressions": [{"key": "old", "operator": "DoesNotExist"}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "Odd"}]}), false),
        ] {
            let budget = json!({"metadata": {"name": "b", "namespace": "shop"}, "spec": {"selector": selector}});
            let budget: Budget = serde_json::from_value(budget).unwrap();
            assert_eq!(budget.covers(&pods), covers, "{selector}");
            let elsewhere = Budget { meta: Meta::default(), ..budget };
            assert!(!elsewhere.covers(&pods), "{selector}");
        }
    }
}
