//! Reading a strategy: which one it is, its traffic routing, what a step asks of the canary's size, and its delays
//! (Argo Rollouts, `utils/defaults/defaults.go`).

use super::json::{flag, number, text};
use super::spec::Spec;
use super::status::Status;
use jiff::SignedDuration;
use serde_json::Value;

/// Delays that nobody set.
const DEFAULT_DELAY: i64 = 30;

/// What is under `trafficRouting` beside the routers.
const NO_ROUTERS: [&str; 2] = ["managedRoutes", "maxTrafficWeight"];

impl<'a> Spec<'a> {
    /// The blue-green strategy, if it is the strategy.
    pub fn blue_green(self) -> Option<&'a Value> {
        self.0.pointer("/spec/strategy/blueGreen").filter(|value| value.is_object())
    }

    /// The strategy, whichever it is.
    fn strategy(self) -> &'a Value {
        self.canary().or_else(|| self.blue_green()).unwrap_or(&Value::Null)
    }

    /// Whether a router splits the traffic of a canary.
    pub fn routed(self) -> bool {
        self.canary().and_then(|canary| canary.get("trafficRouting")).is_some_and(|routing| !routing.is_null())
    }

    /// Whether `trafficRouting` names a router: without one there are no weights to set.
    pub fn has_router(self) -> bool {
        let routing = self.canary().and_then(|canary| canary.get("trafficRouting")).and_then(Value::as_object);
        routing.is_some_and(|map| map.keys().any(|name| !NO_ROUTERS.contains(&name.as_str())))
    }

    /// The weight that is all of the traffic: 100, or `maxTrafficWeight`.
    pub fn max_weight(self) -> i64 {
        let canary = self.canary().unwrap_or(&Value::Null);
        number(canary, "/trafficRouting/maxTrafficWeight").filter(|weight| *weight > 0).unwrap_or(100)
    }

    /// Whether the stable side shrinks as the canary grows.
    pub fn dynamic_stable(self) -> bool {
        self.routed() && flag(self.strategy(), "/dynamicStableScale")
    }

    /// The services of a canary, by their present roles: (canary, stable). With `pingPong` they take turns.
    pub fn canary_services(self, status: &Status) -> (&'a str, &'a str) {
        let canary = self.canary().unwrap_or(&Value::Null);
        if canary.get("pingPong").is_some_and(Value::is_object) {
            let (ping, pong) = (text(canary, "/pingPong/pingService"), text(canary, "/pingPong/pongService"));
            return if text(&status.canary, "/stablePingPong") == "pong" { (ping, pong) } else { (pong, ping) };
        }
        (text(canary, "/canaryService"), text(canary, "/stableService"))
    }

    /// The services of a blue-green rollout: (preview, active). The preview is "" when there is none.
    pub fn blue_green_services(self) -> (&'a str, &'a str) {
        let strategy = self.blue_green().unwrap_or(&Value::Null);
        (text(strategy, "/previewService"), text(strategy, "/activeService"))
    }

    /// All services that the strategy names.
    pub fn services(self) -> Vec<&'a str> {
        const NAMES: [&str; 6] = [
            "/stableService",
            "/canaryService",
            "/activeService",
            "/previewService",
            "/pingPong/pingService",
            "/pingPong/pongService",
        ];
        let names = NAMES.iter().map(|pointer| text(self.strategy(), pointer));
        names.filter(|name| !name.is_empty()).collect()
    }

    /// The `setCanaryScale` that is in force: the nearest at or before the current step, unless it gives the size back
    /// to the weight. An abort ends it, except where `abortScaleDownDelaySeconds: 0` says that the canary stays.
    fn canary_scale(self, status: &Status) -> Option<&'a Value> {
        if !self.routed() || (status.abort && self.abort_delay().is_some()) {
            return None;
        }
        let (Some(_), Some(index)) = self.current_step(status) else { return None };
        let upto = usize::try_from(index).unwrap_or(0) + 1;
        let scale = self.steps()[..upto].iter().rev().find_map(|step| step.get("setCanaryScale"))?;
        (!flag(scale, "/matchTrafficWeight")).then_some(scale)
    }

    /// What the canary's size follows: a number of pods, or a weight.
    pub fn replicas_or_weight(self, status: &Status) -> (Option<i64>, i64) {
        let all = self.max_weight();
        if status.promote_full || status.stable_rs.is_empty() || status.current_pod_hash == status.stable_rs {
            return (None, all);
        }
        let scale = self.canary_scale(status);
        if let Some(replicas) = scale.and_then(|scale| number(scale, "/replicas")) {
            return (Some(replicas.max(0)), 0);
        }
        (None, scale.and_then(|scale| number(scale, "/weight")).unwrap_or_else(|| self.set_weight(status)))
    }

    /// How long an aborted new version stays; `None` when it stays for good. A basic canary has no such delay.
    pub fn abort_delay(self) -> Option<SignedDuration> {
        match number(self.strategy(), "/abortScaleDownDelaySeconds") {
            Some(0) => None,
            seconds => Some(SignedDuration::from_secs(seconds.unwrap_or(DEFAULT_DELAY))),
        }
    }

    /// Whether an aborted new version waits for a deadline before it goes.
    pub fn delays_abort(self) -> bool {
        let plain = self.canary().is_some() && !self.routed();
        let shrinks = self.dynamic_stable() && number(self.strategy(), "/abortScaleDownDelaySeconds").is_none();
        !plain && !shrinks && self.abort_delay().is_some()
    }

    /// How long the version before stays after a promotion; zero for a basic canary.
    pub fn scale_down_delay(self) -> SignedDuration {
        if self.canary().is_some() && !self.routed() {
            return SignedDuration::ZERO;
        }
        let seconds = number(self.strategy(), "/scaleDownDelaySeconds").unwrap_or(DEFAULT_DELAY);
        SignedDuration::from_secs(seconds.max(0))
    }

    /// How many old versions may wait for their deadline at a time.
    pub fn delayed_limit(self) -> usize {
        let limit = number(self.strategy(), "/scaleDownDelayRevisionLimit");
        limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(0))
    }

    /// The limits of the strategy: a blue-green rollout has only `maxUnavailable`, for restarts.
    pub fn strategy_limit(self, name: &str) -> Option<&'a Value> {
        self.strategy().get(name)
    }

    /// How many available pods of the canary count as `wanted` (`replicaProgressThreshold`); all when nothing is said.
    pub fn enough(self, wanted: i64) -> i64 {
        let threshold = self.strategy().get("replicaProgressThreshold").unwrap_or(&Value::Null);
        let Some(value) = number(threshold, "/value") else { return wanted };
        match text(threshold, "/type") {
            "Percent" => (wanted * value.clamp(0, 100) + 99).div_euclid(100),
            "Pods" => value.clamp(0, wanted),
            _ => wanted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rollout(canary: &Value) -> Value {
        json!({"spec": {"replicas": 4, "strategy": {"canary": canary}}})
    }

    #[test]
    fn an_aborted_version_waits_where_the_reference_says() {
        let delays = |canary: Value| Spec(&rollout(&canary)).delays_abort();
        let mesh = json!({"istio": {}});
        assert!(!delays(json!({})), "a basic canary goes at once");
        assert!(delays(json!({"trafficRouting": mesh})));
        assert!(delays(json!({"trafficRouting": mesh, "abortScaleDownDelaySeconds": 5})));
        assert!(!delays(json!({"trafficRouting": mesh, "abortScaleDownDelaySeconds": 0})));
        assert!(!delays(json!({"trafficRouting": mesh, "dynamicStableScale": true})));
        assert!(delays(json!({"trafficRouting": mesh, "dynamicStableScale": true, "abortScaleDownDelaySeconds": 5})));
        let green = json!({"spec": {"strategy": {"blueGreen": {"activeService": "a"}}}});
        assert!(Spec(&green).delays_abort());
    }

    #[test]
    fn the_canary_scale_in_force_is_the_nearest_one() {
        let steps = json!([
            {"setCanaryScale": {"replicas": 1}}, {"setWeight": 20}, {"setCanaryScale": {"weight": 40}},
            {"setCanaryScale": {"matchTrafficWeight": true}},
        ]);
        let of = |index: i64, canary: Value| {
            let status = Status {
                current_step_index: Some(index),
                stable_rs: "a".into(),
                current_pod_hash: "b".into(),
                ..Status::default()
            };
            let mut canary = canary;
            canary["steps"] = steps.clone();
            Spec(&rollout(&canary)).replicas_or_weight(&status)
        };
        let mesh = json!({"trafficRouting": {"istio": {}}});
        assert_eq!(of(0, mesh.clone()), (Some(1), 0));
        assert_eq!(of(1, mesh.clone()), (Some(1), 0));
        assert_eq!(of(2, mesh.clone()), (None, 40));
        assert_eq!(of(3, mesh.clone()), (None, 20));
        assert_eq!(of(4, mesh), (None, 100));
        assert_eq!(of(1, json!({})), (None, 20), "without traffic routing it has no effect");
    }

    #[test]
    fn a_threshold_says_how_many_pods_are_enough() {
        let of = |threshold: Value| Spec(&rollout(&json!({"replicaProgressThreshold": threshold}))).enough(10);
        assert_eq!(of(Value::Null), 10);
        assert_eq!(of(json!({"type": "Percent", "value": 85})), 9);
        assert_eq!(of(json!({"type": "Pods", "value": 4})), 4);
        assert_eq!(of(json!({"type": "Pods", "value": 40})), 10);
    }
}
