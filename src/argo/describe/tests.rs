//! What is described of each kind of object, also when fields are missing or odd.

use super::*;
use crate::argo::mask::masked;
use serde_json::json;
use std::fmt::Write as _;

fn drawn(object: &Value) -> String {
    let mut out = String::new();
    for line in describe(object) {
        let tone = match line.tone {
            Tone::Plain => " ",
            Tone::Good => "+",
            Tone::Busy => ">",
            Tone::Waits => "=",
            Tone::Bad => "x",
            Tone::Attention => "!",
            Tone::Later => ".",
        };
        writeln!(out, "{}{tone} {} {}", "  ".repeat(line.depth), line.label, line.value).unwrap();
    }
    out
}

/// The Rollout of a recorded moment.
fn recorded(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let objects = [value["rollout"].clone(), value["Rollout"].clone(), value.clone()];
    let found = objects.into_iter().find(|object| object["kind"] == "Rollout");
    let items = value["items"].as_array().or(value["objects"].as_array()).or(value.as_array());
    found.or_else(|| items.and_then(|items| items.iter().find(|object| object["kind"] == "Rollout").cloned())).unwrap()
}

#[test]
fn a_recorded_canary_tells_its_steps_by_number() {
    let text = drawn(&masked(&recorded(include_str!("../../../tests/data/objects/waits-for-you.json"))));
    assert!(text.contains("= phase Paused"), "{text}");
    assert!(text.contains("+ 1 weight"), "{text}");
    assert!(text.contains("= 2 pause"), "{text}");
    assert!(text.contains(". 3 "), "{text}");
    assert!(!text.contains("\"kind\""), "{text}");
}

#[test]
fn a_recorded_blue_green_tells_its_services() {
    let text = drawn(&masked(&recorded(include_str!("../../../tests/data/objects/preview-waits.json"))));
    assert!(text.contains("blue-green") && text.contains("activeService"), "{text}");
}

#[test]
fn a_pod_tells_why_its_container_ended() {
    let pod = json!({
        "kind": "Pod", "metadata": {"name": "web-1", "namespace": "shop"},
        "spec": {"nodeName": "node-3", "containers": [{"name": "app", "image": "web:2",
            "env": [{"name": "DB", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]}]},
        "status": {"phase": "Running", "containerStatuses": [{"name": "app", "ready": false, "restartCount": 4,
            "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}},
            "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-03-01T14:00:00Z"}}}],
            "conditions": [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}]},
    });
    let text = drawn(&masked(&pod));
    for line in [
        "x app waiting · CrashLoopBackOff · not ready",
        "  message back-off 40s",
        "! restarts 4",
        "x before ended · OOMKilled · exit code 137 · to 2026-03-01 14:00:00Z",
        "  env DB ‹secret db/password›",
        "x Ready False · ContainersNotReady",
        "  node node-3",
    ] {
        assert!(text.contains(line), "{line:?} in\n{text}");
    }
}

#[test]
fn a_run_tells_each_metric_with_its_limits_and_measurements() {
    let run = json!({
        "kind": "AnalysisRun", "metadata": {"name": "web-2-1"},
        "spec": {"metrics": [{"name": "success-rate", "failureLimit": 2, "successCondition": "result[0] >= 0.99",
            "provider": {"web": {"url": "https://u:hunter2@x/q", "headers": [{"key": "Authorization", "value": "Bearer hunter2"}]}}}]},
        "status": {"phase": "Failed", "metricResults": [{"name": "success-rate", "phase": "Failed", "failed": 3, "successful": 9,
            "measurements": [{"phase": "Failed", "value": "[0.961]", "finishedAt": "2026-03-01T14:05:50Z"}]}]},
    });
    let text = drawn(&masked(&run));
    for line in [
        "x phase Failed",
        "x success-rate Failed",
        "succeeds if result[0] >= 0.99",
        "may fail 2",
        "successful 9 · failed 3",
        "x 2026-03-01 14:05:50Z [0.961] · Failed",
    ] {
        assert!(text.contains(line), "{line:?} in\n{text}");
    }
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn whatever_is_missing_or_odd_is_left_out() {
    for kind in ["Rollout", "ReplicaSet", "Pod", "AnalysisRun", "Experiment", "Job", "Unknown", ""] {
        for odd in [json!({}), json!(null), json!([1]), json!("x"), json!({"conditions": [null, 1, {}]})] {
            let lines = describe(&json!({"kind": kind, "metadata": odd, "spec": odd, "status": odd}));
            assert_eq!(lines[0].depth, 0);
        }
    }
    assert!(!describe(&Value::Null).is_empty());
}
