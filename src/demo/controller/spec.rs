//! Reading a Rollout's spec: defaults, steps, durations, the set weight.

use super::arithmetic::Limits;
use super::json::{flag, list, number, text};
use super::random::safe_hash;
use super::status::Status;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// The label that marks which template a ReplicaSet, a pod or a Service belongs to.
pub const HASH_LABEL: &str = "rollouts-pod-template-hash";

/// A Rollout's spec, as the controller reads it.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a>(pub &'a Value);

impl<'a> Spec<'a> {
    /// `spec.replicas`, 1 when absent.
    pub fn replicas(self) -> i64 {
        number(self.0, "/spec/replicas").unwrap_or(1).max(0)
    }

    /// `spec.paused`.
    pub fn paused(self) -> bool {
        flag(self.0, "/spec/paused")
    }

    /// The canary strategy, if it is the strategy.
    pub fn canary(self) -> Option<&'a Value> {
        self.0.pointer("/spec/strategy/canary").filter(|value| value.is_object())
    }

    /// The canary's steps.
    pub fn steps(self) -> &'a [Value] {
        list(self.0, "/spec/strategy/canary/steps")
    }

    /// How many steps there are.
    pub fn step_count(self) -> i64 {
        i64::try_from(self.steps().len()).unwrap_or(0)
    }

    /// The step being executed, and its index; the index is absent without steps.
    pub fn current_step(self, status: &Status) -> (Option<&'a Value>, Option<i64>) {
        if self.steps().is_empty() {
            return (None, None);
        }
        let index = status.current_step_index.unwrap_or(0);
        (usize::try_from(index).ok().and_then(|index| self.steps().get(index)), Some(index))
    }

    /// The weight of the nearest `setWeight` at or before the current step.
    pub fn set_weight(self, status: &Status) -> i64 {
        if status.abort {
            return 0;
        }
        let (Some(_), Some(index)) = self.current_step(status) else { return self.max_weight() };
        let upto = usize::try_from(index).unwrap_or(0) + 1;
        self.steps()[..upto].iter().rev().find_map(|step| number(step, "/setWeight")).unwrap_or(0)
    }

    /// The weight that the ReplicaSets are brought to.
    pub fn target_weight(self, status: &Status) -> i64 {
        if status.promote_full || status.stable_rs.is_empty() || status.current_pod_hash == status.stable_rs {
            100
        } else {
            self.set_weight(status)
        }
    }

    /// The limits of scaling.
    pub fn limits(self) -> Limits {
        Limits::new(self.replicas(), self.strategy_limit("maxSurge"), self.strategy_limit("maxUnavailable"))
    }

    /// The hash of the pod template.
    pub fn template_hash(self) -> String {
        let template = self.0.pointer("/spec/template").unwrap_or(&Value::Null);
        safe_hash(template.to_string().as_bytes())
    }

    /// The hash of the steps.
    pub fn steps_hash(self) -> String {
        let steps = self.0.pointer("/spec/strategy/canary/steps").unwrap_or(&Value::Null);
        safe_hash(steps.to_string().as_bytes())
    }

    /// `spec.selector` as text.
    pub fn selector(self) -> String {
        let labels = self.0.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
        let pairs: Vec<String> = labels
            .into_iter()
            .flatten()
            .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
            .collect();
        pairs.join(",")
    }

    /// `spec.progressDeadlineSeconds`.
    pub fn progress_deadline(self) -> SignedDuration {
        SignedDuration::from_secs(number(self.0, "/spec/progressDeadlineSeconds").unwrap_or(600))
    }

    /// `spec.restartAt`.
    pub fn restart_at(self) -> Option<Timestamp> {
        text(self.0, "/spec/restartAt").parse().ok()
    }
}

/// A pause's duration: seconds, digits, or a Go duration; `None` waits for a human, a negative one is a mistake.
pub fn pause_duration(pause: &Value) -> Option<SignedDuration> {
    match pause.get("duration")? {
        Value::Null => None,
        Value::Number(seconds) => Some(SignedDuration::from_secs(seconds.as_i64().unwrap_or(-1))),
        Value::String(text) => Some(go_duration(text).unwrap_or(SignedDuration::from_secs(-1))),
        _ => Some(SignedDuration::from_secs(-1)),
    }
}

/// `90`, `30s`, `1h30m`, `1.5h`, `500ms`; whole seconds count.
pub fn go_duration(text: &str) -> Option<SignedDuration> {
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(SignedDuration::from_secs(seconds));
    }
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        seconds += value
            * match &rest[..end] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[end..];
    }
    SignedDuration::try_from_secs_f64(seconds.trunc()).ok()
}

/// A step as events name it.
pub fn step_text(step: &Value) -> String {
    if let Some(weight) = number(step, "/setWeight") {
        return format!("setWeight: {weight}");
    }
    if let Some(pause) = step.get("pause") {
        return match pause.get("duration") {
            Some(Value::String(duration)) => format!("pause: {duration}"),
            Some(Value::Number(duration)) => format!("pause: {duration}"),
            _ => "pause".to_owned(),
        };
    }
    for name in ["experiment", "analysis"] {
        if step.get(name).is_some() {
            return name.to_owned();
        }
    }
    for name in ["plugin", "setHeaderRoute", "setMirrorRoute"] {
        if let Some(value) = step.get(name) {
            return format!("{name}: {}", text(value, "/name"));
        }
    }
    if let Some(scale) = step.get("setCanaryScale") {
        let entry = scale.as_object().and_then(|map| map.iter().next());
        return entry
            .map_or("setCanaryScale{}".to_owned(), |(name, value)| format!("setCanaryScale{{{name}: {value}}}"));
    }
    "invalid".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn durations_are_read_as_the_controller_reads_them() {
        let of = |value: Value| pause_duration(&json!({ "duration": value })).map(|duration| duration.as_secs());
        assert_eq!(pause_duration(&json!({})), None);
        assert_eq!(of(Value::Null), None);
        for (value, seconds) in [
            (json!(30), 30),
            (json!(0), 0),
            (json!("45"), 45),
            (json!("30s"), 30),
            (json!("1h30m"), 5400),
            (json!("1.5h"), 5400),
            (json!("500ms"), 0),
            (json!("soon"), -1),
            (json!("3 days"), -1),
        ] {
            assert_eq!(of(value.clone()), Some(seconds), "{value}");
        }
    }
}
