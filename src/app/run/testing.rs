//! Runs for tests.

#![allow(clippy::missing_panics_doc, reason = "what it is made of is written here")]

use crate::argo::runs::{Comparison, MeasurementPicture, MetricPicture, RunKind, RunPicture, Threshold};
use jiff::{SignedDuration, Timestamp};

/// The time at which the first measurement of [`measured`] ends.
pub fn begin() -> Timestamp {
    "2026-03-01T13:40:00Z".parse().unwrap()
}

/// A measurement that ended so many seconds after [`begin`].
pub fn measured(phase: &str, value: &str, second: i64) -> MeasurementPicture {
    let end = begin() + SignedDuration::from_secs(second);
    MeasurementPicture {
        phase: phase.into(),
        value: value.into(),
        number: value.trim_matches(['[', ']']).parse().ok(),
        message: "".into(),
        started_at: Some(end),
        finished_at: Some(end),
        job: None,
    }
}

/// A metric of Prometheus, at least 0.99, two failures allowed, with counters that fit to what is listed.
pub fn metric(name: &str, measurements: Vec<MeasurementPicture>) -> MetricPicture {
    let count = |phase: &str| measurements.iter().filter(|it| &*it.phase == phase).count() as i64;
    let error = count("Error");
    MetricPicture {
        name: name.into(),
        provider: "prometheus".to_owned(),
        query: Some("sum(rate(http_requests_total{service=\"checkout\",code!~\"5..\"}[1m]))".to_owned()),
        success_condition: Some("result[0] >= 0.99".to_owned()),
        failure_condition: None,
        threshold: Some(Threshold { limit: 0.99, good: Comparison::AtLeast, text: "0.99".into() }),
        phase: "Running".into(),
        message: "".into(),
        dry_run: false,
        interval_s: Some(10.0),
        interval: Some("10s".into()),
        wanted: Some(20),
        count: count("Successful") + count("Failed") + count("Inconclusive"),
        successful: count("Successful"),
        failed: count("Failed"),
        inconclusive: count("Inconclusive"),
        error,
        consecutive_error: measurements.iter().rev().take_while(|it| &*it.phase == "Error").count() as i64,
        consecutive_success: 0,
        failure_limit: Some(2),
        inconclusive_limit: Some(0),
        consecutive_error_limit: Some(4),
        consecutive_success_limit: None,
        unread: Vec::new(),
        next_at: None,
        measurements,
    }
}

/// A background run that goes on.
pub fn run(metrics: Vec<MetricPicture>) -> RunPicture {
    let sum = |of: fn(&MetricPicture) -> i64| metrics.iter().map(of).sum();
    RunPicture {
        name: "checkout-new-2".into(),
        uid: "uid-run".into(),
        kind: RunKind::Background,
        current: true,
        status: "Running".into(),
        message: "".into(),
        successful: sum(|metric| metric.successful),
        failed: sum(|metric| metric.failed),
        inconclusive: sum(|metric| metric.inconclusive),
        error: sum(|metric| metric.error),
        jobs: Vec::new(),
        metrics,
        args: vec![("service".to_owned(), "checkout".to_owned())],
        created: Some(begin()),
        started_at: Some(begin()),
        completed_at: None,
        terminating: false,
        unreadable: None,
    }
}
