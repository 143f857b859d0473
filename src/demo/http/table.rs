//! Tables: what `kubectl get` prints.

use super::pod_words::PodWords;
use crate::demo::store::Kind;
use jiff::Timestamp;
use serde_json::{Value, json};

/// A table without rows; with its columns, or without.
pub(crate) fn head(kind: &Kind, columns: bool) -> Value {
    let mut table = json!({"kind": "Table", "apiVersion": "meta.k8s.io/v1"});
    let definitions: Vec<Value> = if columns {
        self::columns(kind)
            .iter()
            .map(|column| {
                json!({
                    "name": column.name, "type": column.form, "priority": column.priority,
                    "format": if column.name == "Name" { "name" } else { "" },
                    "description": "",
                })
            })
            .collect()
    } else {
        Vec::new()
    };
    if let Some(map) = table.as_object_mut() {
        map.insert("columnDefinitions".into(), Value::Array(definitions));
    }
    table
}

/// The row of one object.
pub(crate) fn row(kind: &Kind, object: &Value, now: Timestamp) -> Value {
    let cells: Vec<Value> = columns(kind).iter().map(|column| (column.cell)(object, now)).collect();
    json!({"cells": cells, "object": super::encode::Partial(object)})
}

struct Column {
    name: &'static str,
    form: &'static str,
    /// 0 is shown always, 1 with `-o wide`.
    priority: u8,
    cell: fn(&Value, Timestamp) -> Value,
}

const fn column(name: &'static str, form: &'static str, cell: fn(&Value, Timestamp) -> Value) -> Column {
    Column { name, form, priority: 0, cell }
}

const NAME: Column = column("Name", "string", |o, _| at(o, "/metadata/name"));
const AGE: Column = column("Age", "string", |o, now| age(text(o, "/metadata/creationTimestamp"), now));

static PLAIN: &[Column] = &[NAME, AGE];
static ROLLOUT: &[Column] = &[
    NAME,
    column("Desired", "integer", |o, _| at(o, "/spec/replicas")),
    column("Current", "integer", |o, _| at(o, "/status/replicas")),
    column("Up-to-date", "integer", |o, _| at(o, "/status/updatedReplicas")),
    column("Available", "integer", |o, _| at(o, "/status/availableReplicas")),
    column("Age", "date", |o, now| age(text(o, "/metadata/creationTimestamp"), now)),
];
static WITH_STATUS: &[Column] = &[NAME, column("Status", "string", |o, _| at(o, "/status/phase")), AGE];
static POD: &[Column] = &[
    NAME,
    column("Ready", "string", |o, now| json!(PodWords::of(o, now).ready)),
    column("Status", "string", |o, now| json!(PodWords::of(o, now).status)),
    column("Restarts", "string", |o, now| json!(PodWords::of(o, now).restarts)),
    AGE,
    Column { name: "IP", form: "string", priority: 1, cell: |o, _| or_none(text(o, "/status/podIP")) },
    Column { name: "Node", form: "string", priority: 1, cell: |o, _| or_none(text(o, "/spec/nodeName")) },
];
static SERVICE: &[Column] = &[
    NAME,
    column("Type", "string", |o, _| at(o, "/spec/type")),
    column("Cluster-IP", "string", |o, _| at(o, "/spec/clusterIP")),
    column("External-IP", "string", |_, _| json!("<none>")),
    column("Port(s)", "string", |o, _| {
        let ports = o.pointer("/spec/ports").and_then(Value::as_array);
        let ports: Vec<String> = ports
            .into_iter()
            .flatten()
            .map(|p| {
                let protocol = p.get("protocol").and_then(Value::as_str).unwrap_or("TCP");
                format!("{}/{protocol}", p.get("port").and_then(Value::as_i64).unwrap_or(0))
            })
            .collect();
        json!(ports.join(","))
    }),
    AGE,
];
static EVENT: &[Column] = &[
    column("Last Seen", "string", |o, now| {
        let last = text(o, "/lastTimestamp");
        age(if last.is_empty() { text(o, "/eventTime") } else { last }, now)
    }),
    column("Type", "string", |o, _| at(o, "/type")),
    column("Reason", "string", |o, _| at(o, "/reason")),
    column("Object", "string", |o, _| {
        json!(format!("{}/{}", text(o, "/involvedObject/kind").to_lowercase(), text(o, "/involvedObject/name")))
    }),
    Column { name: "Count", form: "integer", priority: 1, cell: |o, _| at(o, "/count") },
    column("Message", "string", |o, _| json!(text(o, "/message").trim())),
    Column { name: "Name", form: "string", priority: 1, cell: |o, _| at(o, "/metadata/name") },
];
static WORKLOAD: &[Column] = &[
    NAME,
    column("Desired", "integer", |o, _| number(o, "/spec/replicas")),
    column("Current", "integer", |o, _| number(o, "/status/replicas")),
    column("Ready", "integer", |o, _| number(o, "/status/readyReplicas")),
    AGE,
];
static DEPLOYMENT: &[Column] = &[
    NAME,
    column("Ready", "string", |o, _| {
        json!(format!("{}/{}", number(o, "/status/readyReplicas"), number(o, "/spec/replicas")))
    }),
    column("Up-to-date", "integer", |o, _| number(o, "/status/updatedReplicas")),
    column("Available", "integer", |o, _| number(o, "/status/availableReplicas")),
    AGE,
];
static AUTOSCALER: &[Column] = &[
    NAME,
    column("Reference", "string", |o, _| {
        json!(format!("{}/{}", text(o, "/spec/scaleTargetRef/kind"), text(o, "/spec/scaleTargetRef/name")))
    }),
    column("Targets", "string", |o, _| {
        let percent = |path: &str| o.pointer(path).and_then(Value::as_i64).map(|percent| format!("{percent}%"));
        let present = percent("/status/currentMetrics/0/resource/current/averageUtilization");
        let goal = percent("/spec/metrics/0/resource/target/averageUtilization");
        json!(format!("cpu: {}/{}", present.as_deref().unwrap_or("<unknown>"), goal.as_deref().unwrap_or("<unset>")))
    }),
    column("MinPods", "string", |o, _| number(o, "/spec/minReplicas")),
    column("MaxPods", "string", |o, _| number(o, "/spec/maxReplicas")),
    column("Replicas", "string", |o, _| number(o, "/status/currentReplicas")),
    AGE,
];
static BUDGET: &[Column] = &[
    NAME,
    column("Min Available", "string", |o, _| o.pointer("/spec/minAvailable").cloned().unwrap_or(json!("N/A"))),
    column("Max Unavailable", "string", |o, _| o.pointer("/spec/maxUnavailable").cloned().unwrap_or(json!("N/A"))),
    column("Allowed Disruptions", "integer", |o, _| number(o, "/status/disruptionsAllowed")),
    AGE,
];
static JOB: &[Column] = &[
    NAME,
    column("Status", "string", |o, _| {
        let conditions = o.pointer("/status/conditions").and_then(Value::as_array);
        let holds = |kind: &&str| conditions.into_iter().flatten().any(|one| text(one, "/type") == *kind);
        let ended = ["Complete", "Failed", "FailureTarget", "SuccessCriteriaMet"].into_iter().find(holds);
        let going = o.pointer("/metadata/deletionTimestamp").is_some();
        json!(ended.unwrap_or(if going { "Terminating" } else { "Running" }))
    }),
    column("Completions", "string", |o, _| {
        json!(format!("{}/{}", number(o, "/status/succeeded"), number(o, "/spec/completions")))
    }),
    column("Duration", "string", |o, now| {
        let (begun, ended) = (text(o, "/status/startTime"), text(o, "/status/completionTime"));
        if begun.is_empty() { json!("") } else { age(begun, ended.parse().unwrap_or(now)) }
    }),
    AGE,
];
static NAMESPACE: &[Column] = &[NAME, column("Status", "string", |o, _| at(o, "/status/phase")), AGE];
static DATA: &[Column] = &[
    NAME,
    column("Data", "integer", |o, _| json!(o.get("data").and_then(Value::as_object).map_or(0, serde_json::Map::len))),
    AGE,
];
static SECRET: &[Column] = &[
    NAME,
    column("Type", "string", |o, _| at(o, "/type")),
    column("Data", "integer", |o, _| json!(o.get("data").and_then(Value::as_object).map_or(0, serde_json::Map::len))),
    AGE,
];
static DEFINITION: &[Column] = &[NAME, column("Created At", "date", |o, _| at(o, "/metadata/creationTimestamp"))];

fn columns(kind: &Kind) -> &'static [Column] {
    match kind.plural {
        "rollouts" => ROLLOUT,
        "analysisruns" | "experiments" => WITH_STATUS,
        "pods" => POD,
        "jobs" => JOB,
        "services" => SERVICE,
        "events" => EVENT,
        "replicasets" => WORKLOAD,
        "deployments" => DEPLOYMENT,
        "horizontalpodautoscalers" => AUTOSCALER,
        "poddisruptionbudgets" => BUDGET,
        "namespaces" => NAMESPACE,
        "configmaps" => DATA,
        "secrets" => SECRET,
        "customresourcedefinitions" => DEFINITION,
        _ => PLAIN,
    }
}

fn at(object: &Value, path: &str) -> Value {
    object.pointer(path).cloned().unwrap_or_default()
}

fn number(object: &Value, path: &str) -> Value {
    json!(object.pointer(path).and_then(Value::as_i64).unwrap_or(0))
}

fn text<'a>(object: &'a Value, path: &str) -> &'a str {
    object.pointer(path).and_then(Value::as_str).unwrap_or_default()
}

fn or_none(text: &str) -> Value {
    json!(if text.is_empty() { "<none>" } else { text })
}

/// A time as an age in at most two units (k8s.io/apimachinery, pkg/util/duration, HumanDuration).
pub(crate) fn age(stamp: &str, now: Timestamp) -> Value {
    let Ok(then) = stamp.parse::<Timestamp>() else { return json!("<unknown>") };
    let seconds = now.duration_since(then).as_secs();
    if seconds < -1 {
        return json!("<invalid>");
    }
    let seconds = seconds.max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let two = |big: i64, unit: &str, small: i64, name: &str| {
        if small == 0 { format!("{big}{unit}") } else { format!("{big}{unit}{small}{name}") }
    };
    json!(if seconds < 120 {
        format!("{seconds}s")
    } else if minutes < 10 {
        two(minutes, "m", seconds % 60, "s")
    } else if minutes < 180 {
        format!("{minutes}m")
    } else if hours < 8 {
        two(hours, "h", minutes % 60, "m")
    } else if hours < 48 {
        format!("{hours}h")
    } else if hours < 192 {
        two(days, "d", hours % 24, "h")
    } else if days < 365 * 2 {
        format!("{days}d")
    } else if days < 365 * 8 {
        two(days / 365, "y", days % 365, "d")
    } else {
        format!("{}y", days / 365)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_written_as_kubectl_writes_them() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for (seconds, want) in [
            (0, "0s"),
            (119, "119s"),
            (120, "2m"),
            (125, "2m5s"),
            (600, "10m"),
            (3 * 3600, "3h"),
            (3 * 3600 + 61, "3h1m"),
            (9 * 3600, "9h"),
            (50 * 3600, "2d2h"),
            (9 * 86400, "9d"),
            (800 * 86400, "2y70d"),
            (-10, "<invalid>"),
        ] {
            let now = start + jiff::SignedDuration::from_secs(seconds);
            assert_eq!(age("2026-01-01T00:00:00Z", now), json!(want), "{seconds}");
        }
    }
}
