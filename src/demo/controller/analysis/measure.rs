//! Taking one measurement: asking the provider of a metric (Argo Rollouts, `metricproviders/{prometheus,job}`).
//! Prometheus is the simulated one, whatever address stands in the metric; a job is a Job object with a pod. Other
//! providers are not simulated, and their measurements say so.

use super::condition::{self, Val};
use super::metric::Metric;
use super::status::Measurement;
use crate::demo::controller::json::{annotation, list, set, text};
use crate::demo::controller::spec::go_duration;
use crate::demo::metrics::series::text as sample;
use crate::demo::metrics::{Outcome, Prometheus};
use crate::demo::store::{JOBS, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

/// How long Prometheus may take when a metric does not say.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

/// The label that binds a Job to its run.
const RUN_UID: &str = "analysisrun.argoproj.io/uid";

/// Where and when a measurement is taken.
pub struct Place<'a> {
    pub store: &'a Store,
    pub metrics: &'a Prometheus,
    pub run: &'a Value,
    pub now: Timestamp,
}

/// A measurement, and how long it took.
pub struct Taken {
    pub measurement: Measurement,
    pub took: SignedDuration,
}

/// The phase of a result (`utils/evaluate`, `EvaluateResult`).
pub fn judge(metric: &Metric, result: &Val) -> Result<&'static str, String> {
    let of = |condition: &str| {
        if condition.is_empty() { Ok(None) } else { condition::holds(condition, result).map(Some) }
    };
    let (success, failure) = (of(&metric.success)?, of(&metric.failure)?);
    Ok(match (success, failure) {
        (_, Some(true)) | (Some(false), None) => "Failed",
        (Some(false), Some(false)) => "Inconclusive",
        _ => "Successful",
    })
}

/// What a metric's result knows before its first measurement.
pub fn metadata(metric: &Metric) -> Map<String, Value> {
    let query = text(&metric.provider, "/prometheus/query");
    let known = (!query.is_empty()).then(|| ("ResolvedPrometheusQuery".to_owned(), json!(query)));
    known.into_iter().collect()
}

/// Takes a measurement.
pub fn take(place: &Place<'_>, metric: &Metric, number: i64) -> Taken {
    let begun = Measurement { started_at: Some(stamp(place.now)), ..Measurement::default() };
    if metric.provider.get("prometheus").is_some() {
        return prometheus(place, metric, begun);
    }
    let measurement = if metric.provider.get("job").is_some() {
        job(place, metric, number, begun)
    } else {
        let name = metric.provider.as_object().and_then(|map| map.keys().next()).map_or("", String::as_str);
        error(begun, place.now, format!("the provider \"{name}\" is not simulated"))
    };
    Taken { measurement, took: SignedDuration::ZERO }
}

fn error(begun: Measurement, now: Timestamp, message: String) -> Measurement {
    Measurement { phase: "Error".to_owned(), message, finished_at: Some(stamp(now)), ..begun }
}

fn prometheus(place: &Place<'_>, metric: &Metric, begun: Measurement) -> Taken {
    let query = text(&metric.provider, "/prometheus/query");
    let answer = place.metrics.ask(query);
    let timeout = match metric.provider.pointer("/prometheus/timeout") {
        Some(Value::Number(seconds)) => seconds.as_i64().map(SignedDuration::from_secs),
        Some(Value::String(text)) => go_duration(text),
        _ => None,
    };
    let timeout = timeout.filter(SignedDuration::is_positive).unwrap_or(TIMEOUT);
    let took = answer.delay.min(timeout);
    let end = place.now.saturating_add(took).unwrap_or(place.now);
    if answer.delay > timeout {
        let address = text(&metric.provider, "/prometheus/address");
        let why = format!("Post \"{address}/api/v1/query\": context deadline exceeded");
        return Taken { measurement: error(begun, end, why), took };
    }
    let (value, result) = match answer.outcome {
        Outcome::Failed(status) => {
            let why = format!("server_error: server error: {status}");
            return Taken { measurement: error(begun, end, why), took };
        }
        Outcome::Scalar(number) => (sample(number), Val::Number(number)),
        Outcome::Vector(all) => {
            let texts: Vec<String> = all.iter().map(|number| sample(*number)).collect();
            (format!("[{}]", texts.join(",")), Val::List(all.into_iter().map(Val::Number).collect()))
        }
    };
    let measurement = match judge(metric, &result) {
        Err(why) => error(begun, end, why),
        Ok(phase) => Measurement { phase: phase.to_owned(), value, finished_at: Some(stamp(end)), ..begun },
    };
    Taken { measurement, took }
}

fn job(place: &Place<'_>, metric: &Metric, number: i64, begun: Measurement) -> Measurement {
    let run = place.run;
    let namespace = text(run, "/metadata/namespace");
    let uid = text(run, "/metadata/uid");
    let mut name = format!("{uid}.{}.{number}", metric.name);
    while name.len() > 63 {
        name.pop();
    }
    let given = metric.provider.get("job").cloned().unwrap_or_default();
    let mut spec = given.get("spec").cloned().unwrap_or_else(|| json!({}));
    for (field, value) in [
        ("parallelism", json!(1)),
        ("completions", json!(1)),
        ("backoffLimit", json!(6)),
        ("completionMode", json!("NonIndexed")),
        ("suspend", json!(false)),
    ] {
        if spec.get(field).is_none_or(Value::is_null) {
            set(&mut spec, &[field], value);
        }
    }
    for label in ["batch.kubernetes.io/job-name", "job-name"] {
        set(&mut spec, &["template", "metadata", "labels", label], json!(name));
    }
    let mut labels = given.pointer("/metadata/labels").cloned().filter(Value::is_object).unwrap_or_else(|| json!({}));
    set(&mut labels, &[RUN_UID], json!(uid));
    let mut notes =
        given.pointer("/metadata/annotations").cloned().filter(Value::is_object).unwrap_or_else(|| json!({}));
    set(&mut notes, &["analysisrun.argoproj.io/metric-name"], json!(metric.name));
    set(&mut notes, &["analysisrun.argoproj.io/name"], json!(text(run, "/metadata/name")));
    set(&mut notes, &["analysisrun.argoproj.io/namespace"], json!(namespace));
    let object = json!({
        "apiVersion": "batch/v1", "kind": "Job",
        "metadata": {
            "name": name, "namespace": namespace, "labels": labels, "annotations": notes,
            "ownerReferences": [{
                "apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun", "name": text(run, "/metadata/name"),
                "uid": uid, "controller": true, "blockOwnerDeletion": true,
            }],
        },
        "spec": spec, "status": {},
    });
    match place.store.create(&JOBS, object) {
        Ok(_) => {}
        // Created by an earlier look whose word about it was lost.
        Err(_) if place.store.get(&JOBS, namespace, &name).is_some_and(|job| is_of(&job, metric, run)) => {}
        Err(refused) => return error(begun, place.now, refused.to_string()),
    }
    let mut known = Map::new();
    known.insert("job-name".to_owned(), json!(name));
    known.insert("job-namespace".to_owned(), json!(namespace));
    Measurement { phase: "Running".to_owned(), metadata: known, ..begun }
}

fn is_of(job: &Value, metric: &Metric, run: &Value) -> bool {
    annotation(job, "analysisrun.argoproj.io/metric-name") == metric.name
        && annotation(job, "analysisrun.argoproj.io/name") == text(run, "/metadata/name")
}

fn job_of<'a>(measurement: &'a Measurement, run: &'a Value) -> (&'a str, &'a str) {
    let at = |name: &str| measurement.metadata.get(name).and_then(Value::as_str).unwrap_or_default();
    let namespace = at("job-namespace");
    (if namespace.is_empty() { text(run, "/metadata/namespace") } else { namespace }, at("job-name"))
}

/// Looks again at a measurement that has not ended.
pub fn resume(place: &Place<'_>, before: &Measurement) -> Measurement {
    let (namespace, name) = job_of(before, place.run);
    let Some(job) = place.store.get(&JOBS, namespace, name) else {
        return error(before.clone(), place.now, format!("jobs.batch \"{name}\" not found"));
    };
    let holds = |kind: &str| {
        list(&job, "/status/conditions")
            .iter()
            .any(|condition| text(condition, "/type") == kind && text(condition, "/status") == "True")
    };
    let phase = if holds("Failed") {
        "Failed"
    } else if holds("Complete") {
        "Successful"
    } else {
        return before.clone();
    };
    Measurement { phase: phase.to_owned(), finished_at: Some(stamp(place.now)), ..before.clone() }
}

/// Ends a measurement before its time: its Job is deleted, in the foreground as the real one.
pub fn terminate(place: &Place<'_>, before: &Measurement) -> Measurement {
    let (namespace, name) = job_of(before, place.run);
    // A Job that is gone already is what is wanted.
    let _ = place.store.mark_deleted(&JOBS, namespace, name, Some("foregroundDeletion"));
    Measurement {
        phase: "Successful".to_owned(),
        message: "Metric Terminated".to_owned(),
        finished_at: Some(stamp(place.now)),
        ..before.clone()
    }
}
