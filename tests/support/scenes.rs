//! Scenes: rollouts in every state that their page has something to say about, built by hand. A rollout, its
//! ReplicaSets and pods come from JSON as the API would send it; runs, stages and weights are put into the picture.

#![allow(dead_code, reason = "each test uses its part")]

use jiff::{SignedDuration, Timestamp};
use rolltop::app::model::RolloutPage;
use rolltop::app::node::Folds;
use rolltop::app::present::page::{Sight, whole};
use rolltop::app::present::{Context, Subject, next};
use rolltop::argo::event::KubeEvent;
use rolltop::argo::picture::{self, BlueGreenPicture, Children, Picture, Stage, StageKind, Traffic, TrafficSplit};
use rolltop::argo::pod::Pod;
use rolltop::argo::replicaset::ReplicaSet;
use rolltop::argo::rollout::Rollout;
use rolltop::argo::runs::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// Everything that a page is made of.
pub struct Scene {
    pub now: Timestamp,
    pub rollout: Rollout,
    pub picture: Picture,
    pub events: Vec<Arc<KubeEvent>>,
}

/// Fresh data of a protected channel.
pub fn context(now: Timestamp, rollout: &Rollout) -> Context<'_> {
    Context {
        now,
        cluster_now: now,
        stale: None,
        heard: Some(SignedDuration::from_secs(1)),
        changed: false,
        drift: false,
        promoting: false,
        channel: "production",
        cluster: "prod-eu",
        service: &rollout.meta.name,
        protected: true,
        promote_key: "p",
    }
}

impl Scene {
    pub fn context(&self) -> Context<'_> {
        context(self.now, &self.rollout)
    }

    pub fn page(&self) -> RolloutPage {
        self.folded(&Folds::default())
    }

    pub fn folded(&self, folds: &Folds) -> RolloutPage {
        let context = self.context();
        let subject = Subject::new(&self.rollout, &self.picture, &context);
        whole(&subject, &Sight { note: "", folds, events: &self.events })
    }

    pub fn next(&self) -> String {
        let context = self.context();
        next::line(&Subject::new(&self.rollout, &self.picture, &context))
    }
}

pub fn at(time: &str) -> Timestamp {
    format!("2026-11-22T{time}Z").parse().unwrap()
}

/// What a scene begins with.
struct Parts {
    name: &'static str,
    strategy: Value,
    status: Value,
    spec: Value,
    sets: Vec<Value>,
    pods: Vec<Value>,
}

impl Parts {
    fn new(name: &'static str, strategy: Value, status: Value) -> Self {
        Self { name, strategy, status, spec: json!({}), sets: Vec::new(), pods: Vec::new() }
    }

    /// A ReplicaSet of a revision with its pods, all well.
    fn set(mut self, revision: u32, hash: &str, image: &str, pods: usize) -> Self {
        self.sets.push(self.set_json(revision, hash, image, pods, pods));
        for at in 0..pods {
            self.pods.push(self.pod(hash, at, &running(true)));
        }
        self
    }

    fn set_json(&self, revision: u32, hash: &str, image: &str, desired: usize, ready: usize) -> Value {
        json!({"metadata": {"name": format!("{}-{hash}", self.name), "namespace": "shop", "uid": format!("uid-{hash}"),
            "creationTimestamp": if revision >= 42 { "2026-11-22T14:11:48Z" } else { "2026-11-13T09:00:00Z" },
            "labels": {"rollouts-pod-template-hash": hash},
            "annotations": {"rollout.argoproj.io/revision": revision.to_string()},
            "ownerReferences": [{"kind": "Rollout", "name": self.name, "uid": "uid", "controller": true}]},
            "spec": {"replicas": desired, "template": {"spec": {"containers": [{"name": "main",
                "image": format!("registry.example.com/team/shop/{}:{image}", self.name)}]}}},
            "status": {"replicas": desired, "readyReplicas": ready, "availableReplicas": ready}})
    }

    fn pod(&self, hash: &str, at: usize, status: &Value) -> Value {
        let name = format!("{}-{hash}-{}", self.name, suffix(at));
        json!({"metadata": {"name": name, "namespace": "shop", "uid": format!("uid-{hash}-{at}"),
            "creationTimestamp": if hash.starts_with('7') { "2026-11-22T14:12:07Z" } else { "2026-11-13T09:00:00Z" },
            "labels": {"rollouts-pod-template-hash": hash},
            "ownerReferences": [{"kind": "ReplicaSet", "name": format!("{}-{hash}", self.name),
                "uid": format!("uid-{hash}"), "controller": true}]},
            "spec": {"nodeName": format!("eu-1{}", ["a", "b", "c"][at % 3]), "containers": [{"name": "main"}]},
            "status": status})
    }

    fn scene(self, edit: impl FnOnce(&mut Picture)) -> Scene {
        let mut spec = json!({"replicas": 8, "selector": {"matchLabels": {"app": self.name}}, "strategy": self.strategy,
            "template": {"spec": {"containers": [{"name": "main",
                "image": format!("registry.example.com/team/shop/{}:2.42.0", self.name)}]}}});
        merge(&mut spec, self.spec);
        let mut status = json!({"observedGeneration": "7", "currentPodHash": "7f9c4d5b6", "stableRS": "5d8f7c9b4",
            "replicas": 12, "updatedReplicas": 4, "readyReplicas": 12, "availableReplicas": 12,
            "conditions": [
                {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated",
                 "message": "ReplicaSet is progressing.", "lastTransitionTime": "2026-11-22T14:11:48Z",
                 "lastUpdateTime": "2026-11-22T14:25:19Z"},
                {"type": "Available", "status": "True", "reason": "AvailableReason",
                 "message": "Rollout has minimum availability", "lastTransitionTime": "2026-11-13T09:00:00Z"},
                {"type": "Completed", "status": "False", "reason": "RolloutCompleted", "message": "x",
                 "lastTransitionTime": "2026-11-22T14:11:48Z"}]});
        merge(&mut status, self.status);
        let rollout = Rollout::decode(&json!({"metadata": {"name": self.name, "namespace": "shop", "uid": "uid",
            "generation": 7, "resourceVersion": "9", "creationTimestamp": "2026-01-01T00:00:00Z",
            "annotations": {"rollout.argoproj.io/revision": "42"}}, "spec": spec, "status": status}));
        assert_eq!(rollout.unreadable, None);
        let sets: Vec<Arc<ReplicaSet>> =
            self.sets.into_iter().map(|set| Arc::new(serde_json::from_value(set).unwrap())).collect();
        let pods: Vec<Arc<Pod>> =
            self.pods.into_iter().map(|pod| Arc::new(serde_json::from_value(pod).unwrap())).collect();
        let now = at("14:32:07");
        let children = Children { replica_sets: Some(&sets), pods: Some(&pods), ..Children::default() };
        let mut picture = picture::of(&rollout, children, now);
        edit(&mut picture);
        Scene { now, rollout, picture, events: Vec::new() }
    }
}

fn merge(into: &mut Value, more: Value) {
    if let (Value::Object(into), Value::Object(more)) = (into, more) {
        into.extend(more);
    }
}

fn suffix(at: usize) -> String {
    let letters = b"bcdfghjklmnpqrstvwxz2456789";
    (0..5).map(|place| char::from(letters[(at * 7 + place * 11 + at / 27 * place) % letters.len()])).collect()
}

fn running(ready: bool) -> Value {
    json!({"phase": "Running", "containerStatuses": [{"name": "main", "ready": ready, "restartCount": 0,
        "state": {"running": {}}}]})
}

pub fn waiting(reason: &str, message: &str, restarts: i32) -> Value {
    json!({"phase": "Pending", "containerStatuses": [{"name": "main", "ready": false, "restartCount": restarts,
        "state": {"waiting": {"reason": reason, "message": message}}}]})
}

fn steps() -> Value {
    json!({"canary": {"steps": [{"setWeight": 40}, {"pause": {"duration": "5m"}},
        {"analysis": {"templates": [{"templateName": "success-rate"}]}}, {"pause": {}}, {"setWeight": 60},
        {"pause": {"duration": "10m"}}, {"analysis": {"templates": [{"templateName": "success-rate"}]}},
        {"setWeight": 100}]}})
}

fn event(time: &str, kind: &str, name: &str, reason: &str, message: &str, count: i64) -> Arc<KubeEvent> {
    let warning = reason.contains("Failed") || reason.contains("BackOff") || reason == "RolloutAborted";
    let value = json!({"involvedObject": {"kind": kind, "name": name, "uid": if kind == "Rollout" { "uid" } else { "x" }},
        "reason": reason, "message": message, "type": if warning { "Warning" } else { "Normal" }, "count": count,
        "lastTimestamp": format!("2026-11-22T{time}Z")});
    Arc::new(serde_json::from_value(value).unwrap())
}

fn story() -> Vec<Arc<KubeEvent>> {
    let done = |time: &str, number: u8, what: &str| {
        event(
            time,
            "Rollout",
            "checkout",
            "RolloutStepCompleted",
            &format!("Rollout step {number}/8 completed ({what})"),
            1,
        )
    };
    vec![
        event("14:11:48", "Rollout", "checkout", "RolloutUpdated", "Rollout updated to revision 42", 1),
        event(
            "14:11:49",
            "Rollout",
            "checkout",
            "ScalingReplicaSet",
            "Scaled up ReplicaSet checkout-7f9c4d5b6 (revision 42) from 0 to 4",
            1,
        ),
        done("14:12:50", 1, "setWeight: 40"),
        event("14:12:50", "Rollout", "checkout", "RolloutPaused", "Rollout is paused (CanaryPauseStep)", 1),
        event(
            "14:13:20",
            "Pod",
            "checkout-7f9c4d5b6-bmz69",
            "Unhealthy",
            "Readiness probe failed: HTTP probe failed with statuscode: 503",
            7,
        ),
        done("14:17:50", 2, "pause: 5m"),
    ]
}

/// `7 × 0.99x`: measurements with the last one at 14:31:57.
pub fn measurements(values: &[(&str, &str)]) -> Vec<MeasurementPicture> {
    let count = values.len() as i64;
    let of = |(index, (phase, value)): (usize, &(&str, &str))| {
        let when = at("14:31:57") - SignedDuration::from_secs((count - 1 - index as i64) * 10);
        MeasurementPicture {
            phase: (*phase).into(),
            value: (*value).into(),
            number: value.trim_matches(['[', ']']).parse().ok(),
            message: "".into(),
            started_at: Some(when),
            finished_at: Some(when),
            job: None,
        }
    };
    values.iter().enumerate().map(of).collect()
}

pub fn threshold(good: Comparison, text: &str) -> Threshold {
    Threshold { limit: text.parse().unwrap(), good, text: text.into() }
}

pub fn metric(name: &str, phase: &str, limit: Option<Threshold>, values: &[(&str, &str)]) -> MetricPicture {
    let of = |phase: &str| values.iter().filter(|(of, _)| *of == phase).count() as i64;
    MetricPicture {
        name: name.into(),
        provider: "prometheus".into(),
        query: Some("sum(rate(http_requests_total[1m]))".into()),
        success_condition: None,
        failure_condition: None,
        threshold: limit,
        phase: phase.into(),
        message: "".into(),
        dry_run: false,
        interval_s: Some(10.0),
        interval: Some("10s".into()),
        wanted: Some(12),
        count: values.len() as i64 - of("Error"),
        successful: of("Successful"),
        failed: of("Failed"),
        inconclusive: of("Inconclusive"),
        error: of("Error"),
        consecutive_error: of("Error"),
        consecutive_success: 0,
        failure_limit: Some(2),
        inconclusive_limit: Some(0),
        consecutive_error_limit: Some(4),
        consecutive_success_limit: None,
        unread: Vec::new(),
        next_at: (phase == "Running").then(|| at("14:32:15")),
        measurements: measurements(values),
    }
}

pub fn run(name: &str, kind: RunKind, status: &str, metrics: Vec<MetricPicture>) -> RunPicture {
    let sum = |count: fn(&MetricPicture) -> i64| metrics.iter().map(count).sum();
    RunPicture {
        name: name.into(),
        uid: format!("uid-{name}").into(),
        kind,
        current: status == "Running",
        status: status.into(),
        message: "".into(),
        successful: sum(|metric| metric.successful),
        failed: sum(|metric| metric.failed),
        inconclusive: sum(|metric| metric.inconclusive),
        error: sum(|metric| metric.error),
        jobs: Vec::new(),
        metrics,
        args: vec![("service".into(), "checkout".into())],
        created: Some(at("14:30:57")),
        started_at: Some(at("14:30:57")),
        completed_at: (status != "Running").then(|| at("14:31:57")),
        terminating: false,
        unreadable: None,
    }
}

const GOOD: [(&str, &str); 7] = [
    ("Successful", "[0.996]"),
    ("Successful", "[0.998]"),
    ("Successful", "[0.999]"),
    ("Successful", "[1]"),
    ("Successful", "[0.994]"),
    ("Successful", "[0.997]"),
    ("Successful", "[0.998]"),
];
const LATENCY: [(&str, &str); 7] = [
    ("Successful", "[212]"),
    ("Successful", "[208.5]"),
    ("Successful", "[231]"),
    ("Successful", "[190]"),
    ("Successful", "[244]"),
    ("Successful", "[221]"),
    ("Successful", "[212]"),
];

fn two_sets(parts: Parts) -> Parts {
    parts.set(42, "7f9c4d5b6", "2.42.0", 4).set(41, "5d8f7c9b4", "2.41.0", 8).set(40, "66c7b8f5d", "2.40.3", 0)
}

fn analysis_status() -> Value {
    json!({"phase": "Progressing", "message": "waiting for analysis to complete", "currentStepIndex": 2,
        "canary": {"currentStepAnalysisRunStatus": {"name": "checkout-7f9c4d5b6-42-2", "status": "Running"},
            "currentBackgroundAnalysisRunStatus": {"name": "checkout-7f9c4d5b6-42", "status": "Running"}}})
}

/// The analysis of step 3 is at its seventh measurement of twelve; a background run goes beside it.
pub fn analysis() -> Scene {
    let mut scene = two_sets(Parts::new("checkout", steps(), analysis_status())).scene(|picture| {
        let latency = MetricPicture {
            dry_run: true,
            ..metric("p99-latency", "Running", Some(threshold(Comparison::Below, "250")), &LATENCY)
        };
        let step = run(
            "checkout-7f9c4d5b6-42-2",
            RunKind::Inline(Some(2)),
            "Running",
            vec![metric("success-rate", "Running", Some(threshold(Comparison::AtLeast, "0.99")), &GOOD), latency],
        );
        let queue = MetricPicture {
            wanted: None,
            success_condition: Some("all(result, # < 100)".into()),
            ..metric("queue", "Running", None, &[("Successful", "[12 9 40]"), ("Successful", "[11 9 41]")])
        };
        let background = run("checkout-7f9c4d5b6-42", RunKind::Background, "Running", vec![queue]);
        picture.revisions[0].analysis_runs = vec![background, step];
    });
    scene.events = story();
    scene
}

/// The analysis of step 3 failed three times, and the update was aborted.
pub fn failed() -> Scene {
    let message = "RolloutAborted: Rollout aborted update to revision 42: Step-based analysis phase error/failed: \
        Metric \"success-rate\" assessed Failed due to failed (3) > failureLimit (2)";
    let status = json!({"phase": "Degraded", "message": message, "abort": true, "abortedAt": "2026-11-22T14:05:52Z",
        "currentStepIndex": 0, "updatedReplicas": 0, "replicas": 8, "readyReplicas": 8, "availableReplicas": 8});
    let parts =
        Parts::new("checkout", steps(), status).set(42, "7f9c4d5b6", "2.42.0", 0).set(41, "5d8f7c9b4", "2.41.0", 8);
    let mut scene = parts.scene(|picture| {
        let values = [
            ("Successful", "[0.998]"),
            ("Successful", "[0.996]"),
            ("Failed", "[0.988]"),
            ("Error", ""),
            ("Successful", "[0.991]"),
            ("Failed", "[0.985]"),
            ("Inconclusive", "[0.99]"),
            ("Failed", "[0.961]"),
        ];
        let broken = MetricPicture {
            message: "failed (3) > failureLimit (2)".into(),
            ..metric("success-rate", "Failed", Some(threshold(Comparison::AtLeast, "0.99")), &values)
        };
        let fine = metric("p99-latency", "Successful", Some(threshold(Comparison::Below, "250")), &LATENCY);
        let mut failed = run("checkout-7f9c4d5b6-42-2", RunKind::Inline(Some(2)), "Failed", vec![broken, fine]);
        failed.message = "Metric \"success-rate\" assessed Failed due to failed (3) > failureLimit (2)".into();
        picture.revisions[0].analysis_runs = vec![failed];
    });
    scene.events = story();
    scene.events.push(event("14:05:52", "Rollout", "checkout", "RolloutAborted", message, 2));
    scene
}

fn stages(done: usize, current: Option<usize>) -> BlueGreenPicture {
    let kinds = [
        StageKind::PreviewUp,
        StageKind::PrePromotionAnalysis,
        StageKind::Wait,
        StageKind::Switch,
        StageKind::PostPromotionAnalysis,
        StageKind::ScaleDown,
    ];
    let stage = |(at, kind)| Stage { kind, done: at < done, failed: false };
    BlueGreenPicture {
        stages: kinds.into_iter().enumerate().map(stage).collect(),
        current,
        active_service: Some("web-active".into()),
        preview_service: Some("web-preview".into()),
        auto_promotion: false,
        promotes_at: None,
    }
}

fn blue_green_parts(status: Value) -> Parts {
    let strategy = json!({"blueGreen": {"activeService": "web-active", "previewService": "web-preview",
        "autoPromotionEnabled": false, "prePromotionAnalysis": {}, "postPromotionAnalysis": {}}});
    let mut parts =
        Parts::new("web", strategy, status).set(42, "7f9c4d5b6", "8.1.0", 6).set(41, "5d8f7c9b4", "8.0.4", 6);
    parts.spec =
        json!({"replicas": 6, "template": {"spec": {"containers": [{"name": "main", "image": "shop/web:8.1.0"}]}}});
    parts
}

/// A blue-green whose preview waits for a person.
pub fn preview() -> Scene {
    let status = json!({"phase": "Paused", "message": "BlueGreenPause", "controllerPause": true,
        "pauseConditions": [{"reason": "BlueGreenPause", "startTime": "2026-11-22T14:31:26Z"}],
        "blueGreen": {"activeSelector": "5d8f7c9b4", "previewSelector": "7f9c4d5b6"}});
    blue_green_parts(status).scene(|picture| {
        let smoke = MetricPicture { wanted: Some(1), ..metric("smoke", "Successful", None, &[("Successful", "")]) };
        let mut run = run("web-7f9c4d5b6-42-pre", RunKind::PrePromotion, "Successful", vec![smoke]);
        run.jobs = vec![JobPicture {
            name: "uid-1.smoke.1".into(),
            namespace: None,
            status: "Successful".into(),
            started_at: Some(at("14:31:00")),
        }];
        picture.revisions[0].analysis_runs = vec![run];
        picture.blue_green = Some(stages(2, Some(2)));
    })
}

/// A blue-green after its switch: the analysis runs, the old pods leave soon.
pub fn after_switch() -> Scene {
    let status = json!({"phase": "Progressing", "message": "waiting for analysis to complete",
        "blueGreen": {"activeSelector": "7f9c4d5b6", "previewSelector": "7f9c4d5b6",
            "postPromotionAnalysisRunStatus": {"name": "web-7f9c4d5b6-42-post", "status": "Running"}}});
    blue_green_parts(status).scene(|picture| {
        let metrics = vec![metric("success-rate", "Running", Some(threshold(Comparison::AtLeast, "0.99")), &GOOD)];
        picture.revisions[0].analysis_runs =
            vec![run("web-7f9c4d5b6-42-post", RunKind::PostPromotion, "Running", metrics)];
        picture.revisions[1].replica_sets[0].scale_down_at = Some(at("14:32:31"));
        picture.blue_green = Some(stages(4, Some(4)));
    })
}

/// An experiment with two templates and a run.
pub fn experiment() -> Scene {
    let strategy =
        json!({"canary": {"steps": [{"setWeight": 10}, {"experiment": {"duration": "5m"}}, {"setWeight": 100}]}});
    let status = json!({"phase": "Progressing", "message": "more replicas need to be updated", "currentStepIndex": 1,
        "canary": {"currentExperiment": "checkout-7f9c4d5b6-42-1"}});
    two_sets(Parts::new("checkout", strategy, status)).scene(|picture| {
        let template = |name: &str, hash: &str| {
            let mut set = picture.revisions[0].replica_sets[0].clone();
            set.name = format!("checkout-7f9c4d5b6-42-1-{name}").into();
            set.uid = format!("uid-{name}").into();
            set.pod_hash = hash.into();
            set.template = Some(name.into());
            set.tags = Vec::new();
            (set.desired, set.replicas, set.ready, set.available) = (1, 1, 1, 1);
            set.pods.truncate(1);
            set.pods[0].name = format!("checkout-7f9c4d5b6-42-1-{name}-x2b7q").into();
            set.pods[0].uid = format!("uid-pod-{name}").into();
            set
        };
        let sets = vec![template("baseline", "aaa"), template("canary", "bbb")];
        let metrics = vec![metric("success-rate", "Running", Some(threshold(Comparison::AtLeast, "0.99")), &GOOD)];
        let wanted = |name: &str| TemplatePicture {
            name: name.into(),
            status: "Running".into(),
            message: "".into(),
            available: 1,
            wanted: 1,
        };
        picture.revisions[0].experiments = vec![ExperimentPicture {
            name: "checkout-7f9c4d5b6-42-1".into(),
            uid: "uid-experiment".into(),
            current: true,
            status: "Running".into(),
            message: "".into(),
            templates: vec![wanted("baseline"), wanted("canary")],
            replica_sets: sets,
            analysis_runs: vec![run("checkout-7f9c4d5b6-42-1-rate", RunKind::Experiment, "Running", metrics)],
            created: Some(at("14:29:00")),
            available_at: Some(at("14:30:00")),
            ends_at: Some(at("14:35:00")),
            duration: Some("5m".into()),
            terminating: false,
            unreadable: None,
        }];
    })
}

/// A router sets the weights, and has not confirmed the last one.
pub fn routed() -> Scene {
    let mut strategy = steps();
    strategy["canary"]["trafficRouting"] = json!({"istio": {}, "maxTrafficWeight": 1000});
    strategy["canary"]["steps"][0] = json!({"setWeight": 400});
    let status = json!({"phase": "Progressing", "message": "more replicas need to be updated", "currentStepIndex": 0,
        "canary": {"weights": {"canary": {"weight": 250}, "stable": {"weight": 700}, "verified": false}}});
    two_sets(Parts::new("checkout", strategy, status)).scene(|picture| {
        picture.traffic = Some(Traffic {
            routers: vec!["istio".into()],
            set: Some(TrafficSplit {
                canary: 250,
                stable: 700,
                additional: vec![("checkout-baseline".into(), 50)],
                verified: Some(false),
            }),
            desired: 400,
            max: 1000,
            dynamic_stable_scale: false,
        });
    })
}

/// Two hundred steps, of which the 61st is a pause.
pub fn many_steps() -> Scene {
    let steps: Vec<Value> = (0..200)
        .map(|at| if at % 2 == 0 { json!({"setWeight": at / 2}) } else { json!({"pause": {"duration": "30s"}}) })
        .collect();
    let status = json!({"phase": "Paused", "message": "CanaryPauseStep", "controllerPause": true, "currentStepIndex": 61,
        "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-11-22T14:31:50Z"}]});
    two_sets(Parts::new("checkout", json!({"canary": {"steps": steps}}), status)).scene(|_| {})
}

/// Five hundred pods, some of them in trouble.
pub fn many_pods() -> Scene {
    let mut parts = Parts::new(
        "checkout",
        steps(),
        json!({"phase": "Progressing",
        "message": "more replicas need to be updated", "currentStepIndex": 4, "replicas": 500, "updatedReplicas": 300,
        "readyReplicas": 496, "availableReplicas": 496}),
    );
    parts.sets =
        vec![parts.set_json(42, "7f9c4d5b6", "2.42.0", 300, 296), parts.set_json(41, "5d8f7c9b4", "2.41.0", 200, 200)];
    for at in 0..300 {
        let status = match at {
            17 | 40 => waiting("CrashLoopBackOff", "back-off 5m0s restarting failed container", 12),
            99 => json!({"phase": "Running", "containerStatuses": [{"name": "main", "ready": false, "restartCount": 3,
                "state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}]}),
            250 => running(false),
            _ => running(true),
        };
        parts.pods.push(parts.pod("7f9c4d5b6", at, &status));
    }
    for at in 0..200 {
        parts.pods.push(parts.pod("5d8f7c9b4", at, &running(true)));
    }
    parts.scene(|_| {})
}

/// The controller refuses the third step.
pub fn invalid() -> Scene {
    let mut strategy = steps();
    strategy["canary"]["steps"][4] = json!({"setWeight": 160});
    let message = "The Rollout \"checkout\" is invalid: spec.strategy.canary.steps[4].setWeight: Invalid value: 160: \
        SetWeight needs to be between 0 and 100";
    let status = json!({"phase": "Degraded", "message": format!("InvalidSpec: {message}"), "currentStepIndex": 3,
        "conditions": [{"type": "InvalidSpec", "status": "True", "reason": "InvalidSpec", "message": message,
            "lastTransitionTime": "2026-11-22T14:30:00Z"}]});
    two_sets(Parts::new("checkout", strategy, status)).scene(|_| {})
}

/// New pods that do not start, each for another reason.
pub fn broken_pods() -> Scene {
    let mut parts = Parts::new(
        "checkout",
        steps(),
        json!({"phase": "Progressing",
        "message": "more replicas need to be updated", "currentStepIndex": 0, "availableReplicas": 8, "readyReplicas": 8}),
    );
    parts.sets = vec![parts.set_json(42, "7f9c4d5b6", "2.42.0", 4, 0), parts.set_json(41, "5d8f7c9b4", "2.41.0", 8, 8)];
    let pull = "Back-off pulling image \"registry.example.com/team/shop/checkout:2.42.0\": ErrImagePull: not found";
    let broken = [
        waiting("ImagePullBackOff", pull, 0),
        waiting("CrashLoopBackOff", "back-off 40s restarting failed container=main", 4),
        json!({"phase": "Running", "containerStatuses": [{"name": "main", "ready": false, "restartCount": 3,
            "state": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}]}),
        json!({"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False", "reason": "Unschedulable",
            "message": "0/6 nodes are available: 6 Insufficient cpu."}]}),
    ];
    for (at, status) in broken.iter().enumerate() {
        parts.pods.push(parts.pod("7f9c4d5b6", at, status));
    }
    for at in 0..8 {
        let mut pod = parts.pod("5d8f7c9b4", at, &running(true));
        if at == 7 {
            pod["metadata"]["deletionTimestamp"] = json!("2026-11-22T14:32:30Z");
        }
        parts.pods.push(pod);
    }
    let mut scene = parts.scene(|_| {});
    scene.events = story();
    scene.events.push(event("14:31:40", "Pod", "checkout-7f9c4d5b6-bmz69", "BackOff", "Back-off pulling image", 41));
    scene
}

/// A restart has replaced some of the pods.
pub fn restart() -> Scene {
    let mut parts = Parts::new(
        "checkout",
        steps(),
        json!({"phase": "Progressing", "message": "rollout is restarting",
        "currentStepIndex": 8, "stableRS": "7f9c4d5b6", "replicas": 8, "updatedReplicas": 8, "readyReplicas": 7,
        "availableReplicas": 7}),
    );
    parts.spec = json!({"restartAt": "2026-11-22T14:31:00Z"});
    parts.sets = vec![parts.set_json(42, "7f9c4d5b6", "2.42.0", 8, 7)];
    for at in 0..8 {
        let mut pod = parts.pod("7f9c4d5b6", at, &running(at != 2));
        if at < 3 {
            pod["metadata"]["creationTimestamp"] = json!("2026-11-22T14:31:30Z");
        }
        parts.pods.push(pod);
    }
    parts.scene(|_| {})
}

/// The template comes from a Deployment.
pub fn workload() -> Scene {
    let mut parts = two_sets(Parts::new(
        "checkout",
        steps(),
        json!({"phase": "Paused", "message": "CanaryPauseStep",
        "controllerPause": true, "currentStepIndex": 3, "workloadObservedGeneration": "4",
        "pauseConditions": [{"reason": "CanaryPauseStep", "startTime": "2026-11-22T14:20:04Z"}]}),
    ));
    parts.spec = json!({"template": null, "workloadRef":
        {"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout", "scaleDown": "progressively"}});
    parts.scene(|_| {})
}

/// All, by name.
pub fn all() -> Vec<(&'static str, Scene)> {
    vec![
        ("analysis", analysis()),
        ("failed", failed()),
        ("preview", preview()),
        ("after_switch", after_switch()),
        ("experiment", experiment()),
        ("routed", routed()),
        ("many_steps", many_steps()),
        ("many_pods", many_pods()),
        ("invalid", invalid()),
        ("broken_pods", broken_pods()),
        ("restart", restart()),
        ("workload", workload()),
    ]
}
