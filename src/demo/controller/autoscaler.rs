//! The horizontal pod autoscaler (k8s.io/kubernetes, pkg/controller/podautoscaler), for one metric: the use of the
//! processor in per cent of what is asked for. How much there is to do is said by an annotation, in per cent of one pod,
//! which the deed `load` sets.

use super::events::Recorder;
use super::json::{annotation, number, set, text};
use super::pass::name_of;
use crate::demo::store::{HORIZONTAL_POD_AUTOSCALERS, Part, ROLLOUTS, Refused, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The work of all pods together, in per cent of what one pod asks for.
pub const LOAD: &str = "simulated-cluster/load";

/// How soon it looks again while the pods are not as many as they should be; else it waits for a change.
const PERIOD: SignedDuration = SignedDuration::from_secs(15);

/// Looks at an autoscaler of a Rollout; says when to look again.
pub fn reconcile(store: &Store, recorder: &mut Recorder, namespace: &str, name: &str) -> Option<Timestamp> {
    let object = store.get(&HORIZONTAL_POD_AUTOSCALERS, namespace, name)?;
    let now = store.clock().now();
    let again = now.checked_add(PERIOD).ok();
    let target = text(&object, "/spec/scaleTargetRef/name").to_owned();
    let Some(rollout) = store.get(&ROLLOUTS, namespace, &target) else {
        let message = format!("rollouts.argoproj.io \"{target}\" not found");
        recorder.tell(store, &object, "horizontal-pod-autoscaler", "Warning", "FailedGetScale", &message);
        return again;
    };
    let current = number(&rollout, "/status/HPAReplicas").unwrap_or(0);
    let wished = number(&rollout, "/spec/replicas").unwrap_or(1);
    let (least, most) =
        (number(&object, "/spec/minReplicas").unwrap_or(1), number(&object, "/spec/maxReplicas").unwrap_or(10));
    let goal = number(&object, "/spec/metrics/0/resource/target/averageUtilization").unwrap_or(80).max(1);
    let load: i64 = annotation(&object, LOAD).parse().unwrap_or(goal * wished * 3 / 4);
    let use_ = if current > 0 { load / current } else { 0 };
    // Within a tenth of the goal it leaves things as they are.
    let near = (use_ - goal).abs() * 10 <= goal;
    let desired = if current == 0 || near { wished } else { (current * use_ + goal - 1) / goal };
    let bounded = desired.clamp(least, most.max(least));
    if current > 0 && bounded != wished {
        let scaled = store.modify::<Refused>(&ROLLOUTS, namespace, &target, Part::Main, |rollout| {
            set(rollout, &["spec", "replicas"], json!(bounded));
            Ok(())
        });
        if scaled.is_ok() {
            let which = if bounded > wished { "above" } else { "below" };
            let message =
                format!("New size: {bounded}; reason: cpu resource utilization (percentage of request) {which} target");
            recorder.tell(store, &object, "horizontal-pod-autoscaler", "Normal", "SuccessfulRescale", &message);
        }
    }
    let rescaled = current > 0 && bounded != wished;
    report(store, &object, current, bounded, use_, (desired < least, desired > most), rescaled);
    if current == bounded { None } else { again }
}

fn report(
    store: &Store,
    object: &Value,
    current: i64,
    desired: i64,
    use_: i64,
    (few, many): (bool, bool),
    rescaled: bool,
) {
    let now = stamp(store.clock().now());
    let limited = match (few, many) {
        (true, _) => ("True", "TooFewReplicas", "the desired replica count is less than the minimum replica count"),
        (_, true) => ("True", "TooManyReplicas", "the desired replica count is more than the maximum replica count"),
        _ => ("False", "DesiredWithinRange", "the desired count is within the acceptable range"),
    };
    let able = ("True", "ReadyForNewScale", "recommended size matches current size");
    let active = (
        "True",
        "ValidMetricFound",
        "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)",
    );
    let (namespace, name) = (text(object, "/metadata/namespace"), name_of(object));
    // An autoscaler that was deleted meanwhile needs no status.
    let _ = store.modify::<Refused>(&HORIZONTAL_POD_AUTOSCALERS, namespace, name, Part::Status, |object| {
        let before = super::json::list(object, "/status/conditions").to_vec();
        let conditions: Vec<Value> = [("AbleToScale", able), ("ScalingActive", active), ("ScalingLimited", limited)]
            .into_iter()
            .map(|(kind, (status, reason, message))| {
                let old = before.iter().find(|old| text(old, "/type") == kind && text(old, "/status") == status);
                let since = old.map_or_else(|| now.clone(), |old| text(old, "/lastTransitionTime").to_owned());
                json!({"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": since})
            })
            .collect();
        let scaled = if rescaled { Some(json!(now)) } else { object.pointer("/status/lastScaleTime").cloned() };
        let metric = json!([{
            "type": "Resource",
            "resource": {"name": "cpu", "current": {"averageUtilization": use_, "averageValue": format!("{}m", use_ / 2)}},
        }]);
        set(object, &["status"], json!({
            "currentReplicas": current, "desiredReplicas": desired, "currentMetrics": metric, "conditions": conditions,
        }));
        if let Some(scaled) = scaled {
            set(object, &["status", "lastScaleTime"], scaled);
        }
        Ok(())
    });
}
