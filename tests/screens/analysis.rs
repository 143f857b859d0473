//! Runs, experiments and charts for the screens: what the program makes of objects as a controller writes them.

use super::models::{clock, model};
use jiff::{SignedDuration, Timestamp};
use rolltop::app::experiment;
use rolltop::app::model::*;
use rolltop::app::present::tick::Ticker;
use rolltop::app::present::{Context, Subject};
use rolltop::app::run::moment::Moment;
use rolltop::app::run::{self, Look, figure};
use rolltop::argo::picture::{self, Children, PodPicture, ReplicaSetPicture};
use rolltop::argo::rollout::Rollout;
use rolltop::argo::runs::{
    Comparison, ExperimentPicture, JobPicture, MeasurementPicture, MetricPicture, RunKind, RunPicture, TemplatePicture,
    Threshold,
};

fn header(last: &str) -> Header {
    let path = ["rolltop", "staging", "payments", last];
    Header {
        path: path.iter().map(|part| (*part).to_owned()).collect(),
        strong: None,
        summary: "stg-eu/shop ✓ live".into(),
        filter: None,
        ribbons: Vec::new(),
        clock: clock(),
    }
}

fn keys(pairs: &[(&str, &str)]) -> Vec<KeyHint> {
    pairs.iter().map(|(key, word)| KeyHint { key: (*key).into(), word: (*word).into(), on: true }).collect()
}

fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
}

fn measured(phase: &str, value: &str, time: Timestamp) -> MeasurementPicture {
    MeasurementPicture {
        phase: phase.into(),
        value: value.into(),
        number: value.trim_matches(['[', ']']).parse().ok(),
        message: "".into(),
        started_at: Some(time),
        finished_at: Some(time),
        job: None,
    }
}

/// Values every ten seconds: `+` before one that passed, `-` failed, `?` inconclusive, `!` error.
fn series(values: &[&str]) -> Vec<MeasurementPicture> {
    let begin = at("14:04:00");
    let one = |(index, text): (usize, &&str)| {
        let phase = match &text[..1] {
            "-" => "Failed",
            "?" => "Inconclusive",
            "!" => "Error",
            _ => "Successful",
        };
        measured(phase, &text[1..], begin + SignedDuration::from_secs(index as i64 * 10))
    };
    values.iter().enumerate().map(one).collect()
}

fn metric(name: &str, measurements: Vec<MeasurementPicture>) -> MetricPicture {
    let count = |phase: &str| measurements.iter().filter(|it| &*it.phase == phase).count() as i64;
    MetricPicture {
        name: name.into(),
        provider: "prometheus".into(),
        query: Some("sum(rate(http_requests_total{service=\"payments\",code!~\"5..\"}[1m])) / sum(rate(http_requests_total{service=\"payments\"}[1m]))".into()),
        success_condition: Some("result[0] >= 0.99".into()),
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
        error: count("Error"),
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

fn latency() -> MetricPicture {
    MetricPicture {
        threshold: Some(Threshold { limit: 250.0, good: Comparison::Below, text: "250".into() }),
        success_condition: Some("result < 250".into()),
        query: Some("histogram_quantile(0.99, …)".into()),
        ..metric("p99-latency", series(&["+208", "+212", "+219", "+212"]))
    }
}

fn analysis_run(status: &str, metrics: Vec<MetricPicture>) -> RunPicture {
    let sum = |of: fn(&MetricPicture) -> i64| metrics.iter().map(of).sum();
    RunPicture {
        name: "payments-6c7f9d8b5-19".into(),
        uid: "uid-run".into(),
        kind: RunKind::Background,
        current: true,
        status: status.into(),
        message: "".into(),
        successful: sum(|metric| metric.successful),
        failed: sum(|metric| metric.failed),
        inconclusive: sum(|metric| metric.inconclusive),
        error: sum(|metric| metric.error),
        jobs: Vec::new(),
        metrics,
        args: vec![("service".into(), "payments".into()), ("token".into(), "Secret monitoring/token".into())],
        created: Some(at("14:04:00")),
        started_at: Some(at("14:04:00")),
        completed_at: None,
        terminating: false,
        unreadable: None,
    }
}

fn rollout(status: &serde_json::Value) -> Rollout {
    let mut object = serde_json::json!({
        "metadata": {"name": "payments", "namespace": "shop", "uid": "u", "generation": 2},
        "spec": {"replicas": 5, "template": {"spec": {"containers": [{"name": "main", "image": "shop/payments:1.19.0"}]}},
            "strategy": {"canary": {"steps": [{"setWeight": 20}, {"experiment": {"templates": []}}, {"setWeight": 60}]}}},
        "status": {"observedGeneration": "2", "currentPodHash": "new", "stableRS": "old", "replicas": 5,
            "updatedReplicas": 1, "readyReplicas": 5, "availableReplicas": 5, "currentStepIndex": 1, "phase": "Progressing"}
    });
    object["status"].as_object_mut().unwrap().extend(status.as_object().unwrap().clone());
    serde_json::from_value(object).unwrap()
}

/// What a page makes of a rollout at the time of the frames.
fn with_subject<T>(rollout: &Rollout, make: impl FnOnce(&Subject<'_>, &Moment<'_>) -> T) -> T {
    let context = Context {
        now: clock(),
        cluster_now: clock(),
        stale: None,
        heard: None,
        changed: false,
        drift: false,
        promoting: false,
        channel: "staging",
        cluster: "stg-eu",
        service: "payments",
        protected: false,
        promote_key: "p",
    };
    let picture = picture::of(rollout, Children::default(), clock());
    let ticker = Ticker::default();
    make(&Subject::new(rollout, &picture, &context), &Moment::new(clock(), &ticker))
}

fn run_model(run: &RunPicture, rollout: &Rollout, cursor: usize) -> Model {
    let (page, next) = with_subject(rollout, |subject, moment| {
        let look =
            Look { experiment: None, revision: Some(19), metric: run::shown(run, None), track: None, cursor, rows: 45 };
        (run::page_of(run, &look, subject, moment), run::outcome::next(run, subject, moment))
    });
    let mut model = model(header(&run.name), Body::Run(Box::new(page)));
    model.next = next;
    model.keys =
        keys(&[("l", "logs"), ("y", "yaml"), ("m", "charts"), ("n", "next metric"), ("?", "help"), ("q", "back")]);
    model
}

/// Nine passed, three did not: the rollout was aborted.
pub fn failing() -> Model {
    let values =
        ["+1", "+1", "+1", "+0.995", "+0.996", "+0.995", "+0.996", "-0.983", "+0.996", "-0.985", "+0.99", "-0.961"];
    let mut rate = metric("success-rate", series(&values));
    rate.phase = "Failed".into();
    let message = "Metric \"success-rate\" assessed Failed due to failed (3) > failureLimit (2)";
    let run = RunPicture {
        message: message.into(),
        completed_at: Some(at("14:05:50")),
        ..analysis_run("Failed", vec![rate, latency()])
    };
    let said = format!(
        "RolloutAborted: Rollout aborted update to revision 19: Background analysis phase error/failed: {message}"
    );
    let status = serde_json::json!({"phase": "Degraded", "abort": true, "abortedAt": "2026-11-22T14:05:51Z",
        "message": said, "currentStepIndex": 0, "updatedReplicas": 0});
    run_model(&run, &rollout(&status), 1)
}

/// Ten of 57, none failed, the next one in a moment.
pub fn healthy() -> Model {
    let values =
        ["+0.9971", "+0.9985", "+0.999", "+0.9962", "+0.9974", "+0.9981", "+0.9979", "+0.999", "+0.9987", "+0.9969"];
    let mut rate = metric("success-rate", series(&values));
    (rate.count, rate.successful, rate.wanted) = (57, 57, None);
    rate.next_at = Some(clock() + SignedDuration::from_secs(7));
    run_model(&analysis_run("Running", vec![rate]), &rollout(&serde_json::json!({})), 0)
}

/// Neither good nor bad, in a step.
pub fn inconclusive() -> Model {
    let mut rate = metric("success-rate", series(&["+0.97", "?0.93"]));
    rate.failure_condition = Some("result[0] < 0.9".into());
    rate.success_condition = Some("result[0] >= 0.95".into());
    rate.threshold = None;
    rate.phase = "Inconclusive".into();
    let run = RunPicture { kind: RunKind::Inline(Some(1)), ..analysis_run("Inconclusive", vec![rate]) };
    let status = serde_json::json!({"phase": "Paused", "message": "InconclusiveAnalysisRun", "controllerPause": true,
        "pauseConditions": [{"reason": "InconclusiveAnalysisRun", "startTime": "2026-11-22T14:04:11Z"}]});
    run_model(&run, &rollout(&status), 0)
}

/// The provider does not answer; one value is no number.
pub fn errors() -> Model {
    let mut values = series(&["+0.997", "-NaN", "!", "!", "!", "!", "!"]);
    for failed in values.iter_mut().filter(|it| &*it.phase == "Error") {
        failed.message =
            "Post \"http://prometheus.monitoring:9090/api/v1/query\": dial tcp 10.0.0.7:9090: i/o timeout".into();
    }
    let mut rate = metric("success-rate", values);
    rate.phase = "Error".into();
    run_model(
        &RunPicture { terminating: true, ..analysis_run("Error", vec![rate]) },
        &rollout(&serde_json::json!({})),
        0,
    )
}

/// Fifty metrics, the one that does not decide among them.
pub fn many() -> Model {
    let mut metrics: Vec<MetricPicture> =
        (0..50).map(|n| metric(&format!("metric-{n}"), series(&["+0.995", "+0.999"]))).collect();
    metrics[20] = MetricPicture { dry_run: true, ..metric("shadow", series(&["-0.5", "-1e300", "-+Inf", "+0.995"])) };
    metrics[21].failed = 1;
    metrics[21].unread = vec![("failureLimit", rolltop::argo::lenient::IntOrString::Text("{{args.limit}}".into()))];
    let run = analysis_run("Running", metrics);
    let mut model = run_model(&run, &rollout(&serde_json::json!({})), 0);
    let Body::Run(page) = &mut model.body else { unreachable!() };
    let look = Look { experiment: None, revision: None, metric: 20, track: None, cursor: 2, rows: 45 };
    **page =
        with_subject(&rollout(&serde_json::json!({})), |subject, moment| run::page_of(&run, &look, subject, moment));
    model
}

/// A job that measures, without a value.
pub fn job() -> Model {
    let mut failed = measured("Failed", "", at("14:05:10"));
    failed.job = Some("7d0c3b1e.smoke.1".into());
    failed.started_at = Some(at("14:04:00"));
    failed.message = "Job failed: BackoffLimitExceeded".into();
    let smoke = MetricPicture {
        provider: "job".into(),
        query: None,
        success_condition: None,
        threshold: None,
        interval: None,
        wanted: Some(1),
        phase: "Failed".into(),
        failure_limit: Some(0),
        ..metric("smoke", vec![failed])
    };
    let jobs = vec![JobPicture {
        name: "7d0c3b1e.smoke.1".into(),
        namespace: None,
        status: "Failed".into(),
        started_at: Some(at("14:04:00")),
    }];
    let run = RunPicture { kind: RunKind::PrePromotion, jobs, ..analysis_run("Failed", vec![smoke]) };
    run_model(&run, &rollout(&serde_json::json!({})), 0)
}

/// An experiment with two templates and two runs.
pub fn experiment() -> Model {
    let template = |name: &str, available: i32| TemplatePicture {
        name: name.into(),
        status: "Running".into(),
        message: "".into(),
        available,
        wanted: 2,
    };
    let set = |template: &str, ready: i32| ReplicaSetPicture {
        name: format!("payments-6c7f9d8b5-19-1-{template}").into(),
        uid: template.into(),
        pod_hash: "6c7f9d8b5".into(),
        status: if ready == 2 { "Healthy" } else { "Progressing" },
        tags: Vec::new(),
        images: Vec::new(),
        desired: 2,
        replicas: 2,
        ready,
        available: ready,
        template: Some(template.into()),
        scale_down_unread: false,
        scale_down_at: None,
        created: Some(at("14:28:00")),
        pods: (0..2)
            .map(|n| PodPicture {
                uid: format!("pod-{n}").into(),
                name: format!("payments-6c7f9d8b5-19-1-{template}-{n}xk2p").into(),
                status: if n < ready { "Running" } else { "ImagePullBackOff" }.into(),
                ready: usize::from(n < ready),
                containers: 1,
                restarts: n,
                created: Some(at("14:28:01")),
                message: None,
                node: None,
            })
            .collect(),
    };
    let picture = ExperimentPicture {
        name: "payments-6c7f9d8b5-19-1".into(),
        uid: "uid-experiment".into(),
        current: true,
        status: "Running".into(),
        message: "".into(),
        templates: vec![template("baseline", 2), template("canary", 1)],
        replica_sets: vec![set("baseline", 2), set("canary", 1)],
        analysis_runs: vec![
            analysis_run("Running", vec![metric("success-rate", series(&["+0.997", "-0.98"]))]),
            RunPicture { name: "payments-6c7f9d8b5-19-1-smoke".into(), ..analysis_run("Successful", vec![latency()]) },
        ],
        created: Some(at("14:28:00")),
        available_at: Some(at("14:28:20")),
        ends_at: Some(at("14:33:55")),
        duration: Some("5m35s".into()),
        terminating: false,
        unreadable: None,
    };
    let rollout = rollout(&serde_json::json!({}));
    let page = with_subject(&rollout, |subject, moment| {
        experiment::page_of(&picture, experiment::Look { revision: 19, cursor: 4, rows: 45 }, subject, moment)
    });
    let mut model = model(header(&picture.name), Body::Experiment(Box::new(page)));
    model.next = "it ends by itself in 1m48s; ⏎ opens the run".into();
    model.keys = keys(&[("⏎", "open"), ("y", "yaml"), ("m", "charts"), ("?", "help"), ("q", "back")]);
    model
}

fn seconds(time: &str) -> f64 {
    at(time).duration_since(at("14:02:11")).as_secs_f64()
}

/// Half an hour of a canary: two steps, a gap, an abort.
pub fn charts() -> Model {
    let stretch = |points: &[(&str, f64)]| points.iter().map(|(time, value)| (seconds(time), *value)).collect();
    let set: Vec<Vec<(f64, f64)>> = vec![
        stretch(&[
            ("14:02:11", 0.0),
            ("14:06:00", 0.0),
            ("14:06:00", 20.0),
            ("14:14:00", 20.0),
            ("14:14:00", 60.0),
            ("14:18:00", 60.0),
        ]),
        stretch(&[("14:21:00", 60.0), ("14:25:00", 60.0), ("14:25:00", 0.0), ("14:32:07", 0.0)]),
    ];
    let actual: Vec<Vec<(f64, f64)>> = vec![
        stretch(&[
            ("14:02:11", 0.0),
            ("14:07:00", 0.0),
            ("14:07:00", 20.0),
            ("14:15:00", 20.0),
            ("14:15:00", 40.0),
            ("14:16:00", 40.0),
            ("14:16:00", 60.0),
            ("14:18:00", 60.0),
        ]),
        stretch(&[
            ("14:21:00", 60.0),
            ("14:26:00", 60.0),
            ("14:26:00", 20.0),
            ("14:27:00", 20.0),
            ("14:27:00", 0.0),
            ("14:32:07", 0.0),
        ]),
    ];
    let rate = |time: &str, value: f64| (seconds(time), value);
    let values = vec![
        vec![rate("14:07:10", 0.999), rate("14:08:10", 0.998), rate("14:10:10", 0.999), rate("14:17:00", 0.996)],
        vec![rate("14:21:10", 0.992), rate("14:23:10", 0.983), rate("14:24:50", 0.961)],
    ];
    let scale = figure::scale(&[0.961, 0.999], Some((0.99, "0.99"))).unwrap();
    let chart = |title: &str, now: &str, mark: Mark, scale: Option<Scale>, series: Vec<Series>| TimeChart {
        title: title.into(),
        now: now.into(),
        mark,
        scale,
        series,
        points: Vec::new(),
        empty: String::new(),
    };
    let weight = Scale {
        min: 0.0,
        max: 100.0,
        limit: None,
        labels: vec![(100.0, "100 %".into()), (0.0, "0 %".into()), (50.0, "50 %".into())],
    };
    let lines =
        vec![Series { kind: SeriesKind::Set, stretches: set }, Series { kind: SeriesKind::Actual, stretches: actual }];
    let mut success = chart(
        "success-rate",
        "0.961, limit ≥ 0.99",
        Mark::Bad,
        Some(scale),
        vec![Series { kind: SeriesKind::Value, stretches: values }],
    );
    success.points = vec![
        (seconds("14:22:10"), None, Sign::Error),
        (seconds("14:23:10"), Some(0.983), Sign::Failed),
        (seconds("14:24:50"), Some(0.961), Sign::Failed),
    ];
    let mut late = chart("p99-latency", "", Mark::Absent, None, Vec::new());
    late.empty = "not measured yet".into();
    let event = |time: &str, mark: Mark, words: &str| TimeMark {
        at: seconds(time),
        clock: format!("{time}Z"),
        mark,
        words: words.into(),
    };
    let page = ChartsPage {
        since: "observed since 14:02:11Z".into(),
        notes: vec!["1 gap, 3m00s in all: not seen".into()],
        from: at("14:02:11"),
        to: clock(),
        charts: vec![
            chart("weight of the new version", "set 0 % · actual 0 %", Mark::Aborted, Some(weight), lines),
            success,
            late,
        ],
        names: vec!["weight".into(), "success-rate".into(), "p99-latency".into()],
        first: 0,
        events: vec![
            event("14:06:00", Mark::Busy, "a new revision begins"),
            event("14:14:00", Mark::Ok, "promoted: step 3 of 4"),
            event("14:25:00", Mark::Aborted, "aborted"),
        ],
        gaps: vec![(seconds("14:18:00"), seconds("14:21:00"))],
        stale: None,
    };
    let mut model = model(header("charts"), Body::Charts(Box::new(page)));
    model.next = "nothing happens by itself: the rollout is aborted".into();
    model.keys = keys(&[("n", "next chart"), ("l", "logs"), ("?", "help"), ("q", "back")]);
    model
}

/// One that did not move, and is stale.
pub fn charts_still() -> Model {
    let mut model = charts();
    let Body::Charts(page) = &mut model.body else { unreachable!() };
    page.charts.remove(0);
    page.first = 1;
    page.events.clear();
    page.notes.clear();
    page.gaps.clear();
    page.stale = Some("14s".into());
    model
}

/// Every screen, by name.
pub fn all() -> Vec<(&'static str, Model)> {
    vec![
        ("run_failing", failing()),
        ("run_healthy", healthy()),
        ("run_inconclusive", inconclusive()),
        ("run_errors", errors()),
        ("run_many", many()),
        ("run_job", job()),
        ("experiment", experiment()),
        ("charts", charts()),
        ("charts_still", charts_still()),
    ]
}
