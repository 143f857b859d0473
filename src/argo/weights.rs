//! Step position, set weight and actual weight (Argo Rollouts, `pkg/kubectl-argo-rollouts/info/rollout_info.go` and
//! `utils/replicaset/canary.go`).

use super::picture::{Children, StepPosition, Weights};
use super::rollout::{Rollout, StepKind, StrategyKind};
use super::tree;

/// Steps done and steps in all; `None` without steps, and before the controller has set an index.
#[must_use]
pub fn step_position(rollout: &Rollout) -> Option<StepPosition> {
    let total = rollout.spec.steps().len();
    let index = rollout.status.current_step_index?;
    (total > 0).then_some(StepPosition { index, total })
}

/// The weight that the steps ask for: 0 when aborted, the whole when no step is left, else the nearest `setWeight` at
/// or before the current step, 0 without one (`GetCurrentSetWeight`).
#[must_use]
pub fn set_weight(rollout: &Rollout) -> i64 {
    if rollout.status.abort {
        return 0;
    }
    let Some((index, _)) = rollout.current_step() else { return rollout.max_weight() };
    weight_at(rollout, index)
}

/// The nearest `setWeight` at or before a step.
pub(super) fn weight_at(rollout: &Rollout, index: usize) -> i64 {
    let steps = rollout.spec.steps();
    let mut before = steps[..steps.len().min(index + 1)].iter().rev();
    before.find_map(|step| if let StepKind::SetWeight(weight) = step.kind { Some(weight) } else { None }).unwrap_or(0)
}

/// Set and actual weight of a canary; `None` for every other strategy.
#[must_use]
pub fn of(rollout: &Rollout, children: Children<'_>) -> Option<Weights> {
    if rollout.unreadable.is_some() || rollout.spec.strategy_kind() != StrategyKind::Canary {
        return None;
    }
    let set = set_weight(rollout);
    Some(Weights { set, actual: actual(rollout, children, set), max: rollout.max_weight() })
}

fn actual(rollout: &Rollout, children: Children<'_>, set: i64) -> Option<i64> {
    let status = &rollout.status;
    let max = rollout.max_weight();
    if rollout.current_step().is_none() {
        return Some(max);
    }
    if status.available_replicas <= 0 {
        return Some(0);
    }
    if rollout.traffic_routing().is_some() {
        // Controllers before 1.1 did not record the weight; the plugin then repeats the set weight.
        return Some(status.canary.weights.as_ref().map_or(set, |weights| weights.canary.weight));
    }
    let canary = canary_available(rollout, children)?;
    // A greatest weight may be any number that somebody wrote.
    let share = i128::from(canary) * i128::from(max) / i128::from(status.available_replicas);
    Some(i64::try_from(share).unwrap_or(max))
}

/// Available pods of the canary ReplicaSet. Without ReplicaSets at hand the status alone tells where it can: when
/// nothing is updated, and when every pod there is is available.
fn canary_available(rollout: &Rollout, children: Children<'_>) -> Option<i32> {
    let status = &rollout.status;
    if let Some(sets) = children.replica_sets {
        let canary = sets.iter().rev().find(|set| tree::owned(rollout, set) && tree::is_canary(rollout, set));
        return Some(canary.map_or(0, |set| set.status.available_replicas));
    }
    if status.current_pod_hash == status.stable_rs || status.updated_replicas == 0 {
        Some(0)
    } else if status.available_replicas == status.replicas {
        Some(status.updated_replicas)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::replicaset::ReplicaSet;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn rollout(spec: &Value, status: &Value) -> Rollout {
        let rollout = Rollout::decode(
            &json!({"metadata": {"uid": "r"}, "spec": {"strategy": {"canary": spec}}, "status": status}),
        );
        assert_eq!(rollout.unreadable, None);
        rollout
    }

    fn steps() -> Value {
        json!({"steps": [{"pause": {}}, {"setWeight": 10}, {"pause": {}}, {"brandNew": {"a": 1}}, {"setWeight": 0}, {"pause": {}}]})
    }

    fn canary_set(available: i32) -> Vec<Arc<ReplicaSet>> {
        let set = json!({"metadata": {"ownerReferences": [{"uid": "r"}], "labels": {"rollouts-pod-template-hash": "b"}},
                         "status": {"availableReplicas": available}});
        vec![Arc::new(serde_json::from_value(set).unwrap())]
    }

    #[test]
    fn the_set_weight_is_the_nearest_one_at_or_before_the_current_step() {
        for (index, weight) in [(0, 0), (1, 10), (2, 10), (3, 10), (4, 0), (5, 0), (6, 100), (60, 100), (-1, 0)] {
            assert_eq!(set_weight(&rollout(&steps(), &json!({"currentStepIndex": index}))), weight, "{index}");
        }
        assert_eq!(set_weight(&rollout(&steps(), &json!({"currentStepIndex": 1, "abort": true}))), 0);
        assert_eq!(set_weight(&rollout(&json!({}), &json!({}))), 100);
    }

    #[test]
    fn the_position_counts_completed_steps_and_is_empty_without_an_index() {
        let at = |spec: &Value, status: Value| step_position(&rollout(spec, &status)).map(|at| (at.index, at.total));
        assert_eq!(at(&steps(), json!({"currentStepIndex": 0})), Some((0, 6)));
        assert_eq!(at(&steps(), json!({"currentStepIndex": 9})), Some((9, 6)));
        assert_eq!(at(&steps(), json!({})), None);
        assert_eq!(at(&json!({}), json!({"currentStepIndex": 0})), None);
    }

    #[test]
    fn the_actual_weight_of_a_basic_canary_is_the_cut_share_of_available_pods() {
        let status = |available: i32| json!({"currentStepIndex": 2, "availableReplicas": available, "currentPodHash": "b", "stableRS": "a", "replicas": 9, "updatedReplicas": 1});
        for (canary, all, weight) in [(1, 4, 25), (1, 3, 33), (2, 3, 66), (0, 3, 0), (1, 0, 0)] {
            let sets = canary_set(canary);
            let children = Children { replica_sets: Some(&sets), pods: None, ..Children::default() };
            assert_eq!(of(&rollout(&steps(), &status(all)), children).unwrap().actual, Some(weight), "{canary}/{all}");
        }
        let none = Children { replica_sets: Some(&[]), pods: None, ..Children::default() };
        assert_eq!(of(&rollout(&steps(), &status(3)), none).unwrap().actual, Some(0));
    }

    #[test]
    fn without_replica_sets_the_actual_weight_is_told_only_where_the_status_tells_it() {
        let at = |updated: i32, available: i32, replicas: i32| {
            let status = json!({"currentStepIndex": 2, "availableReplicas": available, "replicas": replicas,
                "updatedReplicas": updated, "currentPodHash": "b", "stableRS": "a"});
            of(&rollout(&steps(), &status), Children::default()).unwrap().actual
        };
        assert_eq!(at(1, 4, 4), Some(25));
        assert_eq!(at(0, 3, 4), Some(0));
        assert_eq!(at(1, 3, 4), None);
        assert_eq!(at(1, 0, 4), Some(0));
    }

    #[test]
    fn a_router_tells_the_actual_weight_in_its_own_parts() {
        let spec = json!({"steps": [{"setWeight": 300}, {"pause": {}}], "trafficRouting": {"nginx": {}, "maxTrafficWeight": 1000}});
        let status =
            json!({"currentStepIndex": 1, "availableReplicas": 3, "canary": {"weights": {"canary": {"weight": 250}}}});
        let weights = of(&rollout(&spec, &status), Children::default()).unwrap();
        assert_eq!(weights, Weights { set: 300, actual: Some(250), max: 1000 });
        let older = json!({"currentStepIndex": 1, "availableReplicas": 3});
        assert_eq!(of(&rollout(&spec, &older), Children::default()).unwrap().actual, Some(300));
        let done =
            json!({"currentStepIndex": 2, "availableReplicas": 3, "canary": {"weights": {"canary": {"weight": 0}}}});
        assert_eq!(
            of(&rollout(&spec, &done), Children::default()).unwrap(),
            Weights { set: 1000, actual: Some(1000), max: 1000 }
        );
    }
}
