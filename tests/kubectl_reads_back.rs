//! What rolltop does is there for others: the real program acts on the simulated cluster, and the real kubectl, where it is
//! installed, reads every effect back. What kubectl read before is told too, so that nothing was so already.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

#[path = "commands/fixture.rs"]
#[allow(dead_code, reason = "other tests need more of it")]
mod fixture;

use fixture::Clusters;
use jiff::SignedDuration;
use serde_json::Value;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const OBJECTS: &str = r"
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: {name: till, labels: {app: till}}
spec:
  replicas: 4
  selector: {matchLabels: {app: till}}
  strategy: {canary: {steps: [{setWeight: 25}, {pause: {}}, {setWeight: 50}, {pause: {}}]}}
  template:
    metadata: {labels: {app: till}}
    spec: {containers: [{name: app, image: 'example/till:1'}]}
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisRun
metadata: {name: lone}
spec:
  metrics:
    - name: later
      initialDelay: 24h
      interval: 1h
      provider: {prometheus: {address: 'http://prometheus', query: up}}
---
apiVersion: argoproj.io/v1alpha1
kind: Experiment
metadata: {name: lone}
spec:
  duration: 24h
  templates:
    - name: one
      replicas: 1
      selector: {matchLabels: {app: lone}}
      template:
        metadata: {labels: {app: lone}}
        spec: {containers: [{name: main, image: 'example/lone:1'}]}
---
apiVersion: argoproj.io/v1alpha1
kind: Experiment
metadata: {name: over}
spec:
  duration: 24h
  templates:
    - name: one
      replicas: 1
      selector: {matchLabels: {app: over}}
      template:
        metadata: {labels: {app: over}}
        spec: {containers: [{name: main, image: 'example/lone:1'}]}
status: {phase: Failed, message: it was so}
";

const IMAGE: &str = ".spec.template.spec.containers[0].image";
const REVISION: &str = r".metadata.annotations.rollout\.argoproj\.io/revision";

/// The simulated cluster, the program and kubectl.
struct Scene {
    clusters: Clusters,
}

impl Scene {
    /// None where kubectl is not installed: the test says so and passes.
    fn new() -> Option<Self> {
        if Command::new("kubectl").arg("--help").output().is_err() {
            println!("skipped: no kubectl on PATH");
            return None;
        }
        let scene = Self { clusters: Clusters::new("quiet", 0.0) };
        let created = scene.kubectl(&["create", "-f", "-"], OBJECTS);
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        Some(scene)
    }

    fn kubectl(&self, arguments: &[&str], stdin: &str) -> Output {
        let mut child = Command::new("kubectl")
            .env("HOME", self.clusters.folder.path())
            .env("KUBECONFIG", self.clusters.path("kubeconfig"))
            .env_remove("HTTP_PROXY")
            .env_remove("http_proxy")
            .args(["--context", "test", "-n", "demo"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        // It may end without reading.
        let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
        child.wait_with_output().expect("kubectl ends")
    }

    /// A field of an object, as kubectl reads it; empty: it is not there.
    #[track_caller]
    fn read(&self, object: &str, path: &str) -> String {
        let read = self.kubectl(&["get", object, "-o", &format!("jsonpath={{{path}}}")], "");
        assert!(read.status.success(), "{object}: {}", String::from_utf8_lossy(&read.stderr));
        String::from_utf8(read.stdout).expect("text")
    }

    fn whole(&self, object: &str) -> Value {
        serde_json::from_slice(&self.kubectl(&["get", object, "-o", "json"], "").stdout).expect("JSON")
    }

    /// Moves the clock on until kubectl reads this.
    #[track_caller]
    fn until(&self, object: &str, path: &str, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + Duration::from_mins(1);
        loop {
            let read = self.read(object, path);
            if holds(&read) {
                return read;
            }
            let late = Instant::now() > deadline;
            assert!(!late, "{path} of {object} is {read:?}, not {what}:\n{:#}", self.whole(object)["status"]);
            self.clusters.running.clock.advance(SignedDuration::from_millis(500));
        }
    }

    #[track_caller]
    fn until_is(&self, object: &str, path: &str, value: &str) {
        self.until(object, path, value, |read| read == value);
    }

    /// The program does something, once the controllers are at rest.
    #[track_caller]
    fn acts(&self, object: &str, action: &[&str]) {
        let seen = std::cell::RefCell::new(String::new());
        self.until(object, ".metadata.resourceVersion", "the same twice", |now| seen.replace(now.to_owned()) == now);
        let more = ["--channel", "test", "--yes", "--reason", "read it back"];
        self.clusters.expect(0, &[action, &more].concat());
    }

    /// The program does something, and kubectl reads another value of a field than before.
    #[track_caller]
    fn effect(&self, object: &str, action: &[&str], path: &str, (before, after): (&str, &str)) {
        assert_eq!(self.read(object, path), before, "{path} of {object} before {action:?}");
        self.acts(object, action);
        self.until_is(object, path, after);
    }
}

#[test]
fn kubectl_reads_back_what_is_done_to_a_rollout() {
    let Some(scene) = Scene::new() else { return };
    let till = "rollout/till";
    let phase = |phase: &str| scene.until_is(till, ".status.phase", phase);
    let effect = |action: &[&str], path: &str, values: (&str, &str)| scene.effect(till, action, path, values);
    phase("Healthy");
    let first = scene.read(till, ".status.stableRS");

    // Finished, and paused all the same: the next version waits.
    effect(&["pause", "till"], ".spec.paused", ("", "true"));
    scene.until_is(till, ".status.message", "manually paused");
    effect(&["resume", "till"], ".status.phase", ("Paused", "Healthy"));
    assert_ne!(scene.read(till, ".spec.paused"), "true");

    effect(&["set-image", "till", "app=example/till:2"], IMAGE, ("example/till:1", "example/till:2"));
    phase("Paused");
    assert_eq!((scene.read(till, REVISION), scene.read(till, ".status.currentStepIndex")), ("2".into(), "1".into()));
    effect(&["promote", "till"], ".status.currentStepIndex", ("1", "3"));
    effect(&["abort", "till"], ".status.abort", ("", "true"));
    phase("Degraded");
    effect(&["retry", "till"], ".status.abort", ("true", "false"));
    scene.until_is(till, ".status.pauseConditions[0].reason", "CanaryPauseStep");
    let second = scene.read(till, ".status.currentPodHash");
    assert_ne!(first, second);
    effect(&["promote", "till", "--full"], ".status.stableRS", (&first, &second));
    phase("Healthy");

    assert_eq!(scene.read(till, ".spec.restartAt"), "");
    let pods = || {
        let pods = scene.kubectl(&["get", "pods", "-l", "app=till", "-o", "jsonpath={.items[*].metadata.uid}"], "");
        String::from_utf8(pods.stdout).expect("text")
    };
    let old = pods();
    scene.acts(till, &["restart", "till"]);
    let asked = scene.until(till, ".spec.restartAt", "a time", |read| read.ends_with('Z'));
    scene.until_is(till, ".status.restartedAt", &asked);
    phase("Healthy");
    let new = pods();
    assert!(!old.is_empty() && !old.split(' ').any(|uid| new.contains(uid)), "pods are others: {old} {new}");

    effect(&["undo", "till"], IMAGE, ("example/till:2", "example/till:1"));
    phase("Paused");
    assert_eq!(scene.read(till, REVISION), "3");
    effect(&["promote", "till", "--skip-all-steps"], ".status.currentStepIndex", ("1", "4"));
    scene.until_is(till, ".status.stableRS", &first);
    phase("Healthy");

    effect(&["scale", "till", "6"], ".spec.replicas", ("4", "6"));
    scene.until_is(till, ".status.availableReplicas", "6");
    // Its pods never become ready: it stays in its first step.
    effect(&["set-image", "till", "*=example/till:unready"], IMAGE, ("example/till:1", "example/till:unready"));
    scene.until_is(till, ".status.currentStepIndex", "0");
    scene.until(till, ".status.updatedReplicas", "a pod", |read| !matches!(read, "" | "0" | "6"));
    effect(&["promote", "till", "--skip-current-step"], ".status.currentStepIndex", ("0", "1"));

    // Who did it and why stands on the object, for everybody.
    let told = scene.kubectl(&["get", "events", "-o", "json"], "");
    let told: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    let mut reasons: Vec<&str> = told["items"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|event| {
            event["message"].as_str().is_some_and(|message| message.ends_with("with rolltop: read it back"))
        })
        .filter_map(|event| event["reason"].as_str())
        .collect();
    reasons.sort_unstable();
    reasons.dedup();
    let all = "Abort Pause Promote PromoteFull Restart Resume Retry Scale SetImage Undo";
    for reason in all.split(' ') {
        assert!(reasons.contains(&&*format!("Rolltop{reason}")), "{reason} in {reasons:?}");
    }
    let managers = scene.kubectl(&["get", till, "-o", "json", "--show-managed-fields"], "");
    let managers: Value = serde_json::from_slice(&managers.stdout).expect("JSON");
    let managers = managers["metadata"]["managedFields"].as_array().expect("a list");
    assert!(managers.iter().any(|entry| entry["manager"] == "rolltop"), "{managers:?}");
}

#[test]
fn kubectl_reads_back_what_is_done_to_runs_and_experiments() {
    let Some(scene) = Scene::new() else { return };
    let (run, experiment) = ("analysisrun/lone", "experiment/lone");
    scene.until_is(run, ".status.phase", "Running");
    scene.effect(run, &["terminate", run], ".spec.terminate", ("", "true"));
    scene.until_is(run, ".status.phase", "Successful");
    scene.acts(run, &["delete-run", "lone"]);
    let gone = scene.kubectl(&["get", run], "");
    assert!(String::from_utf8_lossy(&gone.stderr).contains("(NotFound)"), "{gone:?}");

    scene.until_is(experiment, ".status.phase", "Running");
    scene.effect(experiment, &["terminate", experiment], ".spec.terminate", ("", "true"));
    scene.until(experiment, ".status.phase", "an end", |phase| phase != "Running");

    let over = "experiment/over";
    assert_eq!(scene.read(over, ".status.message"), "it was so");
    scene.effect(over, &["retry", "experiment", "over"], ".status.phase", ("Failed", "Running"));
    assert_eq!(scene.read(over, ".status.message"), "");
}
