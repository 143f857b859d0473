//! A canary under traffic routing, as if a mesh obeyed at once: what weight the router is given, what the status says
//! of it, and how many pods both sides need for it (Argo Rollouts, `rollout/trafficrouting.go` and
//! `utils/replicaset/canary.go`).

use super::json::{flag, list, number, set, text};
use super::pass::Pass;
use super::spec::Spec;
use super::status::Status;
use serde_json::{Value, json};

/// The weights of canary and stable in `status.canary.weights`.
fn recorded(weights: Option<&Value>) -> Option<(i64, i64)> {
    let weight = |side: &str| weights.and_then(|weights| number(weights, &format!("/{side}/weight")));
    Some((weight("canary")?, weight("stable")?))
}

/// Pods for a weight, rounded up.
fn pods_for(replicas: i64, weight: i64, max: i64) -> i64 {
    let product = i128::from(replicas) * i128::from(weight.max(0));
    let max = i128::from(max.max(1));
    i64::try_from((product + max - 1).div_euclid(max)).unwrap_or(i64::MAX)
}

/// How many pods canary and stable are to have. Without `dynamicStableScale` stable keeps all of them; with it, it
/// keeps what its share needs, now or soon, whichever is more.
#[must_use]
pub fn counts(spec: Spec<'_>, status: &Status, weights: Option<&Value>) -> (i64, i64) {
    let (replicas, max) = (spec.replicas(), spec.max_weight());
    let least = |count: i64| {
        let least = number(spec.0, "/spec/strategy/canary/minPodsPerReplicaSet").unwrap_or(0).min(replicas);
        if count == 0 { 0 } else { count.max(least) }
    };
    let (pods, weight) = spec.replicas_or_weight(status);
    let canary = pods.unwrap_or_else(|| least(pods_for(replicas, weight, max)));
    if !spec.dynamic_stable() {
        return (canary, replicas);
    }
    let mut stable = pods_for(replicas, max - weight, max);
    let mut canary = canary;
    if let Some((to_canary, to_stable)) = recorded(weights) {
        stable = stable.max(pods_for(replicas, to_stable, max));
        if status.abort {
            // The canary keeps what still gets traffic.
            canary = canary.max(pods_for(replicas, to_canary, max));
        }
    }
    (least(canary), least(stable))
}

impl Pass<'_> {
    /// Gives the router the weight of this moment and notes it.
    pub fn reconcile_traffic(&mut self) {
        if !self.spec().has_router() {
            self.weights = None;
            return;
        }
        let ends = self.aborted() || self.before.promote_full || self.new == self.stable;
        let additional = if ends { Vec::new() } else { self.experiment_weights() };
        let to_others: i64 = additional.iter().filter_map(|one| number(one, "/weight")).sum();
        let max = self.spec().max_weight();
        let Some(weight) = self.wished_weight().map(|weight| weight.clamp(0, max)) else { return };
        let to_stable = (max - weight - to_others).max(0);
        if !self.stable_can_take(to_stable) {
            return;
        }
        let (canary, stable) = self.spec().canary_services(&self.before);
        let hash = |at: Option<usize>| at.map_or(String::new(), |at| self.sets[at].hash.clone());
        let canary_hash = self.leaving_canary().unwrap_or_else(|| hash(self.new));
        let mut weights = json!({
            "canary": side(weight, canary, &canary_hash),
            "stable": side(to_stable, stable, &hash(self.stable)),
        });
        if !additional.is_empty() {
            set(&mut weights, &["additional"], Value::Array(additional));
        }
        if self.rollout.pointer("/spec/strategy/canary/trafficRouting/alb").is_some() {
            // The only router of the controller that is asked whether it obeyed.
            set(&mut weights, &["verified"], json!(true));
        }
        if self.weights.as_ref() == Some(&weights) {
            return;
        }
        let text = weight_text(self.weights.as_ref(), &weights);
        self.tell("Normal", "TrafficWeightUpdated", &text);
        self.weights = Some(weights);
    }

    /// The weight for the canary; `None` leaves it as it is.
    fn wished_weight(&self) -> Option<i64> {
        let spec = self.spec();
        let max = spec.max_weight();
        let now = recorded(self.weights.as_ref()).map(|(canary, _)| canary);
        let share = |at: usize| max * self.sets[at].side.available / spec.replicas().max(1);
        let back = || {
            if !spec.dynamic_stable() {
                return 0;
            }
            // As much as stable cannot take yet, and never more than before.
            let left = max - self.stable.map_or(0, share).min(max);
            now.map_or(left, |now| left.min(now))
        };
        if self.leaving_canary().is_some() {
            return Some(back());
        }
        let promoted = !self.before.stable_rs.is_empty() && self.before.stable_rs == self.before.current_pod_hash;
        if promoted {
            return Some(0);
        }
        if self.aborted() {
            return Some(back());
        }
        let Some(new) = self.new.filter(|new| self.sets[*new].side.available > 0) else { return Some(0) };
        if self.before.promote_full {
            return if spec.dynamic_stable() { Some(share(new).min(max)) } else { now.or(Some(0)) };
        }
        let (_, index) = spec.current_step(&self.before);
        // A canary without steps has no weights on its way.
        let Some(index) = index else { return Some(0) };
        if !self.routed_counts_fit(None) {
            let before = usize::try_from(index).unwrap_or(0).min(spec.steps().len());
            let earlier = spec.steps()[..before].iter().rev().find_map(|step| number(step, "/setWeight"));
            return Some(earlier.unwrap_or(0));
        }
        Some(spec.set_weight(&self.before))
    }

    /// With `dynamicStableScale`, the hash of the version that still gets traffic while the Rollout goes back to its
    /// stable version in mid-update: the stable side is not large enough yet for all of it.
    pub fn leaving_canary(&self) -> Option<String> {
        let spec = self.spec();
        let new = &self.sets[self.new?];
        if !spec.dynamic_stable() || new.hash != self.before.stable_rs || new.side.available >= spec.replicas() {
            return None;
        }
        let hash = text(self.weights.as_ref()?, "/canary/podTemplateHash");
        (!hash.is_empty() && hash != new.hash).then(|| hash.to_owned())
    }

    /// Whether the stable side has the pods for a larger share than it has now.
    fn stable_can_take(&self, weight: i64) -> bool {
        let Some(stable) = self.stable else { return true };
        let grows = recorded(self.weights.as_ref()).is_some_and(|(_, now)| weight > now);
        let spec = self.spec();
        let needed = pods_for(spec.replicas(), weight, spec.max_weight());
        !grows || !spec.dynamic_stable() || self.sets[stable].side.available >= needed
    }

    /// Whether both sides have the pods that are asked for.
    pub fn routed_counts_fit(&self, weights: Option<&Value>) -> bool {
        let Some(new) = self.new else { return false };
        let spec = self.spec();
        let (canary, stable) = counts(spec, &self.before, weights);
        let side = self.sets[new].side;
        if side.spec != canary || side.available < spec.enough(canary) || side.available > canary {
            return false;
        }
        let Some(at) = self.stable else { return false };
        spec.dynamic_stable() || (self.sets[at].side.spec == stable && self.sets[at].pods == stable)
    }

    /// Whether the router has answered that it obeys.
    pub fn weight_unverified(&self) -> bool {
        self.weights.as_ref().is_some_and(|weights| weights.get("verified").is_some() && !flag(weights, "/verified"))
    }
}

fn side(weight: i64, service: &str, hash: &str) -> Value {
    let mut side = json!({ "weight": weight });
    for (name, value) in [("serviceName", service), ("podTemplateHash", hash)] {
        if !value.is_empty() {
            set(&mut side, &[name], json!(value));
        }
    }
    side
}

/// As the event says it: the weight only if it changed, so that nothing but a new hash leaves the text open.
fn weight_text(before: Option<&Value>, after: &Value) -> String {
    let of = |weights: &Value| number(weights, "/canary/weight").unwrap_or(0);
    let mut details = Vec::new();
    match before {
        None => details.push(format!("to {}", of(after))),
        Some(before) => {
            if of(before) != of(after) {
                details.push(format!("from {} to {}", of(before), of(after)));
            }
            if before.get("additional") != after.get("additional") {
                let shares = list(after, "/additional").iter().map(|one| {
                    let field = |name: &str| text(one, name).to_owned();
                    format!("{{{} {} {}}}", of_side(one), field("/serviceName"), field("/podTemplateHash"))
                });
                details.push(format!("additional: [{}]", shares.collect::<Vec<_>>().join(" ")));
            }
        }
    }
    format!("Traffic weight updated {}", details.join(", "))
}

fn of_side(side: &Value) -> i64 {
    number(side, "/weight").unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(index: i64) -> Status {
        Status {
            current_step_index: Some(index),
            stable_rs: "a".into(),
            current_pod_hash: "b".into(),
            ..Status::default()
        }
    }

    fn rollout(replicas: i64, weight: i64, canary: &Value) -> Value {
        let mut canary = canary.clone();
        set(&mut canary, &["trafficRouting", "istio"], json!({}));
        set(&mut canary, &["steps"], json!([{"setWeight": weight}, {"pause": {}}]));
        json!({"spec": {"replicas": replicas, "strategy": {"canary": canary}}})
    }

    #[test]
    fn stable_keeps_all_its_pods_and_the_canary_gets_its_share_rounded_up() {
        for (replicas, weight, pair) in [
            (5, 0, (0, 5)),
            (5, 1, (1, 5)),
            (5, 20, (1, 5)),
            (5, 30, (2, 5)),
            (7, 80, (6, 7)),
            (3, 100, (3, 3)),
            (0, 50, (0, 0)),
        ] {
            let rollout = rollout(replicas, weight, &json!({}));
            assert_eq!(counts(Spec(&rollout), &status(0), None), pair, "{replicas} at {weight}");
        }
    }

    #[test]
    fn a_side_with_pods_has_at_least_the_smallest_number_but_never_more_than_all() {
        let of = |replicas: i64, weight: i64, least: i64| {
            let rollout = rollout(replicas, weight, &json!({"minPodsPerReplicaSet": least}));
            counts(Spec(&rollout), &status(0), None)
        };
        assert_eq!(of(10, 10, 3), (3, 10));
        assert_eq!(of(10, 0, 3), (0, 10));
        assert_eq!(of(2, 10, 3), (2, 2));
    }

    #[test]
    fn a_dynamic_stable_side_keeps_what_gets_traffic_now_or_soon() {
        let rollout = rollout(10, 60, &json!({"dynamicStableScale": true}));
        let of = |status: &Status, canary: i64| {
            let weights = json!({"canary": {"weight": canary}, "stable": {"weight": 100 - canary}});
            counts(Spec(&rollout), status, Some(&weights))
        };
        assert_eq!(of(&status(0), 20), (6, 8), "the traffic has not moved yet");
        assert_eq!(of(&status(0), 60), (6, 4));
        assert_eq!(of(&status(0), 90), (6, 4), "on the way down it grows first");
        let aborted = Status { abort: true, ..status(0) };
        assert_eq!(of(&aborted, 60), (6, 10), "the canary keeps what still gets traffic");
        assert_eq!(of(&aborted, 0), (0, 10));
    }

    #[test]
    fn a_weight_may_be_a_part_of_more_than_a_hundred() {
        let mut rollout = rollout(10, 250, &json!({}));
        set(&mut rollout, &["spec", "strategy", "canary", "trafficRouting", "maxTrafficWeight"], json!(1000));
        assert_eq!(counts(Spec(&rollout), &status(0), None), (3, 10));
        assert_eq!(counts(Spec(&rollout), &status(2), None), (10, 10));
    }

    #[test]
    fn the_event_tells_what_changed() {
        let weights = |canary: i64| json!({"canary": {"weight": canary}, "stable": {"weight": 100 - canary}});
        assert_eq!(weight_text(None, &weights(0)), "Traffic weight updated to 0");
        assert_eq!(weight_text(Some(&weights(0)), &weights(20)), "Traffic weight updated from 0 to 20");
        assert_eq!(weight_text(Some(&weights(20)), &weights(20)), "Traffic weight updated ");
    }
}
