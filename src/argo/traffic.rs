//! Traffic: what a router was told, and what the controller is to tell it (Argo Rollouts, `rollout/trafficrouting.go`).

use super::rollout::{Rollout, StrategyKind};
use super::weights;

/// What a traffic router was told (`status.canary.weights`).
#[derive(Clone, Debug, PartialEq)]
pub struct Traffic {
    /// Which routers (`istio`, `nginx`, …), from the spec.
    pub routers: Vec<Box<str>>,
    /// Weights set; `None` when the controller has written none (an old one, or not yet).
    pub set: Option<TrafficSplit>,
    /// What the step asks for now: the weight that the controller is to set.
    pub desired: i64,
    /// What stands for all traffic.
    pub max: i64,
    /// The stable ReplicaSet shrinks as the canary grows.
    pub dynamic_stable_scale: bool,
}

/// Weights as set on the router, in parts of the greatest weight.
#[derive(Clone, Debug, PartialEq)]
pub struct TrafficSplit {
    /// Weight of the canary.
    pub canary: i64,
    /// Weight of the stable version.
    pub stable: i64,
    /// Others, such as templates of an experiment: pod hash or Service, and weight.
    pub additional: Vec<(Box<str>, i64)>,
    /// Whether the router has confirmed it; only some do.
    pub verified: Option<bool>,
}

/// `None` without a router.
#[must_use]
pub fn of(rollout: &Rollout) -> Option<Traffic> {
    if rollout.unreadable.is_some() || rollout.spec.strategy_kind() != StrategyKind::Canary {
        return None;
    }
    let routing = rollout.traffic_routing()?;
    let set = rollout.status.canary.weights.as_ref().map(|weights| TrafficSplit {
        canary: weights.canary.weight,
        stable: weights.stable.weight,
        additional: weights
            .additional
            .iter()
            .map(|entry| {
                let hash = &entry.pod_template_hash;
                (if hash.is_empty() { &entry.service_name } else { hash }.clone(), entry.weight)
            })
            .collect(),
        verified: weights.verified,
    });
    Some(Traffic {
        routers: routing.routers.clone(),
        set,
        desired: desired(rollout),
        max: rollout.max_weight(),
        dynamic_stable_scale: rollout.spec.strategy.canary.as_ref().is_some_and(|canary| canary.dynamic_stable_scale),
    })
}

/// After a promotion the new version is the stable one, which takes all: the canary's share is 0 again, though the steps
/// say 100.
fn desired(rollout: &Rollout) -> i64 {
    let promoted = rollout.fully_promoted() && !rollout.status.stable_rs.is_empty();
    if promoted { 0 } else { weights::set_weight(rollout) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn traffic(routing: &Value, status: &Value) -> Option<Traffic> {
        let spec = json!({"strategy": {"canary": {"dynamicStableScale": true, "trafficRouting": routing,
            "steps": [{"setWeight": 300}, {"pause": {}}]}}});
        of(&Rollout::decode(&json!({"metadata": {}, "spec": spec, "status": status})))
    }

    #[test]
    fn what_is_set_and_what_is_asked_for_stand_side_by_side() {
        let status = json!({"currentStepIndex": 1, "stableRS": "a", "currentPodHash": "b", "canary": {"weights": {
            "canary": {"weight": 100, "podTemplateHash": "b"}, "stable": {"weight": 850}, "verified": false,
            "additional": [{"weight": 50, "podTemplateHash": "c"}, {"weight": 0, "serviceName": "exp"}, "odd"]}}});
        let found =
            traffic(&json!({"maxTrafficWeight": 1000, "plugins": {"argoproj-labs/gatewayAPI": {}}}), &status).unwrap();
        assert_eq!(found.routers, ["argoproj-labs/gatewayAPI".into()]);
        assert_eq!((found.desired, found.max, found.dynamic_stable_scale), (300, 1000, true));
        let set = found.set.unwrap();
        assert_eq!((set.canary, set.stable, set.verified), (100, 850, Some(false)));
        assert_eq!(set.additional, [("c".into(), 50), ("exp".into(), 0)]);
    }

    #[test]
    fn nothing_is_asked_for_after_a_promotion_and_after_an_abort() {
        let at = |status: Value| traffic(&json!({"istio": {}, "nginx": {}}), &status).unwrap();
        assert_eq!(at(json!({"currentStepIndex": 2, "stableRS": "b", "currentPodHash": "b"})).desired, 0);
        assert_eq!(at(json!({"currentStepIndex": 2, "stableRS": "a", "currentPodHash": "b"})).desired, 100);
        let aborted = at(json!({"currentStepIndex": 0, "abort": true, "stableRS": "a", "currentPodHash": "b"}));
        assert_eq!((aborted.desired, aborted.set), (0, None));
        assert_eq!(aborted.routers, ["istio".into(), "nginx".into()]);
        assert_eq!(traffic(&json!(null), &json!({})), None);
    }
}
