//! The scheduler of the simulated cluster: gives a pod its node, or says why no node will do
//! (k8s.io/kubernetes, pkg/scheduler).

use super::events::Recorder;
use super::fate::{Fate, Surroundings};
use super::json::{list, set, text};
use super::pass::name_of;
use crate::demo::store::{PODS, Part, Refused, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// The nodes: name, address.
pub const NODES: [(&str, &str); 3] = [("node-a", "10.0.0.11"), ("node-b", "10.0.0.12"), ("node-c", "10.0.0.13")];

/// What each node has: thousandths of a processor, bytes.
const PROCESSOR: f64 = 8_000.0;
const MEMORY: f64 = 32.0 * 1024.0 * 1024.0 * 1024.0;

/// After what time a pod that fits nowhere is tried again.
const AGAIN: SignedDuration = SignedDuration::from_secs(60);

/// The address of a node.
pub fn address(node: &str) -> &'static str {
    NODES.iter().find(|(name, _)| *name == node).map_or(NODES[0].1, |(_, address)| address)
}

/// Binds a pod that has no node yet, or says why not; then says when to try again.
pub fn schedule(store: &Store, recorder: &mut Recorder, pod: &Value, surroundings: &Surroundings) -> Option<Timestamp> {
    let (namespace, name, now) = (text(pod, "/metadata/namespace"), name_of(pod), store.clock().now());
    let time = stamp(now);
    if let Some(message) = obstacle(pod, surroundings) {
        // A pod that was deleted meanwhile needs nothing; nor does it below.
        let _ = store.modify::<Refused>(&PODS, namespace, name, Part::Status, |pod| {
            let before = list(pod, "/status/conditions").first().map(|one| text(one, "/lastTransitionTime").to_owned());
            let condition = json!([{
                "type": "PodScheduled", "status": "False", "lastProbeTime": null,
                "lastTransitionTime": before.unwrap_or(time), "reason": "Unschedulable", "message": message,
            }]);
            set(pod, &["status", "conditions"], condition);
            Ok(())
        });
        recorder.tell_series(store, pod, "default-scheduler", "Warning", ("FailedScheduling", "Scheduling"), &message);
        return now.checked_add(AGAIN).ok();
    }
    let pick = usize::from(text(pod, "/metadata/uid").bytes().fold(0_u8, u8::wrapping_add)) % NODES.len();
    let wanted = pod.pointer("/spec/nodeSelector").map_or("", |labels| text(labels, "/kubernetes.io~1hostname"));
    let node = NODES.iter().find(|(name, _)| *name == wanted).unwrap_or(&NODES[pick]).0;
    let _ = store.modify::<Refused>(&PODS, namespace, name, Part::Main, |pod| {
        set(pod, &["spec", "nodeName"], json!(node));
        Ok(())
    });
    let _ = store.modify::<Refused>(&PODS, namespace, name, Part::Status, |pod| {
        let scheduled =
            json!([{"type": "PodScheduled", "status": "True", "lastProbeTime": null, "lastTransitionTime": time}]);
        set(pod, &["status", "conditions"], scheduled);
        Ok(())
    });
    let message = format!("Successfully assigned {namespace}/{name} to {node}");
    recorder.tell_series(store, pod, "default-scheduler", "Normal", ("Scheduled", "Binding"), &message);
    None
}

/// Why no node will do.
fn obstacle(pod: &Value, surroundings: &Surroundings) -> Option<String> {
    let refused = |why: &str, preempt: &str| {
        Some(format!("0/3 nodes are available: 3 {why}. preemption: 0/3 nodes are available: 3 {preempt}."))
    };
    let labels = pod.pointer("/spec/nodeSelector").and_then(Value::as_object);
    let fits = |(name, value): (&String, &Value)| match name.as_str() {
        "kubernetes.io/hostname" => NODES.iter().any(|(node, _)| value == node),
        "kubernetes.io/os" => value == "linux",
        "kubernetes.io/arch" => value == "amd64",
        _ => false,
    };
    if !labels.into_iter().flatten().all(fits) {
        return refused(
            "node(s) didn't match Pod's node affinity/selector",
            "Preemption is not helpful for scheduling",
        );
    }
    let containers = list(pod, "/spec/containers");
    let asked = |what: &str| -> f64 {
        containers.iter().map(|one| quantity(one.pointer(&format!("/resources/requests/{what}")))).sum()
    };
    let marked = containers.iter().any(|one| surroundings.fate(text(one, "/image")) == Fate::Unschedulable);
    let victims = "No preemption victims found for incoming pod";
    if asked("cpu") * 1_000.0 > PROCESSOR || surroundings.full || marked {
        return refused("Insufficient cpu", victims);
    }
    if asked("memory") > MEMORY {
        return refused("Insufficient memory", victims);
    }
    None
}

/// A quantity: `500m`, `2`, `64Gi`; 0 for what is none.
fn quantity(value: Option<&Value>) -> f64 {
    const UNITS: [(&str, f64); 11] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("m", 1e-3),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("E", 1e18),
    ];
    match value {
        Some(Value::Number(number)) => number.as_f64().unwrap_or_default(),
        Some(Value::String(text)) => {
            let unit = UNITS.iter().find_map(|(unit, times)| Some((text.strip_suffix(unit)?, *times)));
            let (digits, times) = unit.unwrap_or((text, 1.0));
            digits.parse::<f64>().unwrap_or_default() * times
        }
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_with_their_units() {
        for (text, number) in [("500m", 0.5), ("2", 2.0), ("64Gi", 68_719_476_736.0), ("1k", 1_000.0), ("x", 0.0)] {
            assert!((quantity(Some(&json!(text))) - number).abs() < 1e-9, "{text}");
        }
    }

    #[test]
    fn a_pod_that_fits_nowhere_is_told_why() {
        let why = |spec: Value| obstacle(&json!({ "spec": spec }), &Surroundings::default()).unwrap_or_default();
        assert_eq!(why(json!({"containers": [{"resources": {"requests": {"cpu": "8"}}}]})), "");
        let large = why(
            json!({"containers": [{"resources": {"requests": {"cpu": "7"}}}, {"resources": {"requests": {"cpu": "1100m"}}}]}),
        );
        assert!(large.starts_with("0/3 nodes are available: 3 Insufficient cpu."), "{large}");
        assert!(why(json!({"containers": [{"resources": {"requests": {"memory": "64Gi"}}}]})).contains("memory"));
        assert!(why(json!({"containers": [], "nodeSelector": {"disk": "ssd"}})).contains("node affinity/selector"));
        assert_eq!(why(json!({"containers": [], "nodeSelector": {"kubernetes.io/hostname": "node-b"}})), "");
    }
}
