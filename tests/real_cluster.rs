//! Two journeys for every cluster with the Argo Rollouts controller: apply the gradual example, set an image, promote
//! its pause with `p` and without a screen, follow it to Healthy, abort an update, clean up; and a second one through the
//! other actions: pause, resume, set-image, abort, retry, undo, promote in full, scale, restart, terminate, delete. They run against the
//! simulated cluster always, and against the cluster of `ROLLTOP_E2E_KUBECONFIG` where that is set: in a namespace of
//! its own, which it makes and removes, and nowhere else.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where it fails"
)]

mod support;

use jiff::SignedDuration;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use support::api::{Api, is_healthy, pauses_at, phase};
use support::numbers::Numbers;
use support::pty::{Begin, Home, Session};
use support::simulated::{Ended, Simulated, ended};
use support::steps::{NAME, opens_dialog, presses_promote};

const BLUE: &str = "argoproj/rollouts-demo:blue";
const GREEN: &str = "argoproj/rollouts-demo:green";
const YELLOW: &str = "argoproj/rollouts-demo:yellow";

/// A cluster to journey in.
struct Place<'a> {
    api: Api,
    kubeconfig: PathBuf,
    /// Where the program lives, and whether it needs the environment of whoever started this: to sign in.
    home: Home,
    inherit: bool,
    /// How long a step may take.
    patience: Duration,
    /// Moves the clock; does nothing where time passes by itself.
    pass: &'a dyn Fn(),
}

impl Place<'_> {
    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let mut args = vec!["--kubeconfig".to_owned(), self.kubeconfig.display().to_string()];
        args.extend(["-n".to_owned(), self.api.namespace.clone()]);
        args.extend(more.iter().map(ToString::to_string));
        args
    }

    fn ui(&self) -> Session {
        let args = self.arguments(&[]);
        let mut begin = Begin::new(&args.iter().map(String::as_str).collect::<Vec<_>>()).home(&self.home).size(160, 45);
        begin.inherit = self.inherit;
        begin.start()
    }

    fn run(&self, more: &[&str]) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolltop"));
        command.args(self.arguments(more)).current_dir(self.home.path()).stdin(Stdio::null());
        if self.inherit {
            command.env_remove("ROLLTOP_CONFIG").env("XDG_CONFIG_HOME", self.home.path());
        } else {
            command.env_clear().envs(self.home.environment());
        }
        ended(&command.output().expect("the program starts"))
    }

    /// Waits for the Rollout, at the pace of this cluster.
    #[track_caller]
    fn until(&self, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = std::time::Instant::now() + self.patience;
        loop {
            let rollout = self.api.rollout(NAME);
            if holds(&rollout) {
                return rollout;
            }
            assert!(std::time::Instant::now() < deadline, "waited for {what}; the rollout:\n{:#}", rollout["status"]);
            (self.pass)();
            // A change of the object ends the wait; where the clock is moved by hand there may be none.
            let version = rollout["metadata"]["resourceVersion"].clone();
            self.api.changes_within(Duration::from_millis(if self.inherit { 5_000 } else { 20 }), NAME, &version);
        }
    }

    /// Waits until the page and the API agree, and holds the report against both. On a cluster that lives the three
    /// are asked one after another, so they are asked again until nothing changed in between.
    #[track_caller]
    fn agrees(&self, session: &Session) {
        let deadline = std::time::Instant::now() + self.patience;
        loop {
            let before = Numbers::now(&self.api, NAME);
            let shown = session.until_ok(|screen| {
                let numbers = Numbers::now(&self.api, NAME);
                numbers.shown_on(screen).map(|()| numbers)
            });
            let got = self.run(&["get", NAME, "-o", "json"]);
            assert_eq!(got.code, Some(0), "{}", got.err);
            if before == shown && Numbers::now(&self.api, NAME) == shown {
                return shown.equal_report(&serde_json::from_str(&got.out).expect("JSON"));
            }
            assert!(std::time::Instant::now() < deadline, "it never comes to rest: {before:?} {shown:?}");
        }
    }
}

/// The gradual example, as one would write it.
fn manifests() -> [(&'static str, Value); 3] {
    let service = |name: &str| {
        json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"ports": [{"port": 80, "targetPort": "http", "protocol": "TCP", "name": "http"}],
                "selector": {"app": NAME}}})
    };
    let rollout = json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": NAME},
        "spec": {
            "replicas": 3, "revisionHistoryLimit": 1, "selector": {"matchLabels": {"app": NAME}},
            "strategy": {"canary": {"canaryService": format!("{NAME}-preview"), "steps": [
                {"setWeight": 10}, {"pause": {}}, {"setWeight": 25}, {"pause": {"duration": 30}},
                {"setWeight": 50}, {"pause": {"duration": 30}}]}},
            "template": {"metadata": {"labels": {"app": NAME}}, "spec": {"containers": [{
                "name": NAME, "image": BLUE, "imagePullPolicy": "Always",
                "ports": [{"containerPort": 8080, "name": "http", "protocol": "TCP"}],
                "resources": {"requests": {"cpu": "5m", "memory": "32Mi"}}}]}}}});
    [("services", service(NAME)), ("services", service(&format!("{NAME}-preview"))), ("rollouts", rollout)]
}

/// The gradual example, healthy.
fn create(place: &Place<'_>) {
    for (resource, manifest) in manifests() {
        let group = if resource == "rollouts" { "/apis/argoproj.io/v1alpha1" } else { "/api/v1" };
        let path = format!("{group}/namespaces/{}/{resource}", place.api.namespace);
        place.api.send("POST", &path, "application/json", &manifest).expect("it is created");
    }
    place.until("the first version", |rollout| is_healthy(rollout, BLUE));
}

fn journey(place: &Place<'_>) {
    create(place);
    let mut session = place.ui();
    session.shows(NAME);
    session.until("a connection", |text| text.contains("✓ live"));
    session.send("\r");
    session.until("the page", |text| text.contains(&format!("› {NAME}")) && text.contains("steps ─"));
    place.agrees(&session);

    // Promoted on the screen, followed by its timers to the end.
    place.api.set_image(NAME, GREEN);
    place.until("the pause at step 1", |rollout| pauses_at(rollout, 1));
    place.agrees(&session);
    let dialog = opens_dialog(&mut session);
    assert!(dialog.contains(&place.api.namespace) && dialog.contains("25 %"), "{dialog}");
    presses_promote(&mut session);
    session.shows("the controller moved on from 1/6");
    place.until("the pause at step 3", |rollout| pauses_at(rollout, 3));
    place.agrees(&session);
    place.until("the end", |rollout| is_healthy(rollout, GREEN));
    session.shows("Healthy");
    place.agrees(&session);

    // Promoted without a screen, then aborted by someone else.
    place.api.set_image(NAME, YELLOW);
    place.until("the pause at step 1", |rollout| pauses_at(rollout, 1));
    let promoted = place.run(&["promote", NAME, "--yes", "--wait"]);
    assert_eq!(promoted.code, Some(0), "{}", promoted.err);
    place.until("the pause at step 3", |rollout| pauses_at(rollout, 3));
    place.agrees(&session);
    place.api.abort(NAME);
    place.until("the abort", |rollout| phase(rollout) == "Degraded");
    session.shows("Aborted");
    let status = place.run(&["status", NAME]);
    assert_eq!(status.code, Some(3), "{} {}", status.out, status.err);
    session.send("Q");
    assert_eq!(session.ends(), 0);
    session.is_restored();
}

/// An AnalysisRun that measures nothing for an hour, of no rollout.
fn later() -> Value {
    json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "AnalysisRun", "metadata": {"name": "later"},
        "spec": {"metrics": [{"name": "later", "initialDelay": "1h", "interval": "1h",
            "provider": {"prometheus": {"address": "http://prometheus.example.com", "query": "up"}}}]}})
}

/// All other actions, headless; what the API says afterwards is the evidence.
fn other_actions(place: &Place<'_>) {
    create(place);
    let runs = format!("/apis/argoproj.io/v1alpha1/namespaces/{}/analysisruns", place.api.namespace);
    place.api.send("POST", &runs, "application/json", &later()).expect("it is created");
    // The controller may write between our look and our write, and then nothing is done: decided again, as a person would.
    let act = |args: &[&str]| {
        let deadline = std::time::Instant::now() + place.patience;
        loop {
            let ended = place.run(&[args, &["--yes", "--reason", "a journey"]].concat());
            if ended.code == Some(0) {
                return;
            }
            assert!(ended.err.contains("in the meantime"), "{args:?}: {} {}", ended.out, ended.err);
            assert!(std::time::Instant::now() < deadline, "{args:?}: it never comes to rest: {}", ended.err);
            (place.pass)();
        }
    };
    let image = |to: &str| format!("{NAME}={to}");

    act(&["set-image", NAME, &image(GREEN)]);
    place.until("the pause at step 1", |rollout| pauses_at(rollout, 1));
    act(&["pause", NAME]);
    place.until("the pause by hand", |rollout| rollout["spec"]["paused"] == true && pauses_at(rollout, 1));
    let again = place.run(&["pause", NAME, "--yes"]);
    assert_eq!(again.code, Some(1), "{}", again.err);
    act(&["resume", NAME]);
    place.until("the end of it", |rollout| rollout["spec"]["paused"] != true && pauses_at(rollout, 1));
    act(&["abort", NAME]);
    place.until("the abort", |rollout| phase(rollout) == "Degraded" && rollout["status"]["abort"] == true);
    act(&["retry", NAME]);
    place.until("the pause at step 1 again", |rollout| pauses_at(rollout, 1));
    act(&["undo", NAME]);
    place.until("the stable version", |rollout| is_healthy(rollout, BLUE));

    act(&["set-image", NAME, &image(YELLOW)]);
    place.until("the pause at step 1", |rollout| pauses_at(rollout, 1));
    act(&["promote", NAME, "--full"]);
    place.until("the full promotion", |rollout| is_healthy(rollout, YELLOW));

    act(&["scale", NAME, "4"]);
    place.until("four pods", |rollout| rollout["spec"]["replicas"] == 4 && rollout["status"]["availableReplicas"] == 4);
    act(&["restart", NAME]);
    place.until("new pods", |rollout| {
        let asked = &rollout["spec"]["restartAt"];
        asked.is_string() && rollout["status"]["restartedAt"] == *asked && is_healthy(rollout, YELLOW)
    });

    act(&["terminate", "analysisrun/later"]);
    let run = || place.api.get(&format!("{runs}/later"));
    assert_eq!(run()["spec"]["terminate"], true);
    place.until("the end of the run", |_| {
        matches!(run()["status"]["phase"].as_str(), Some("Successful" | "Failed" | "Error" | "Inconclusive"))
    });
    act(&["delete-run", "later"]);
    let gone = place.api.send("GET", &format!("{runs}/later"), "application/json", &Value::Null);
    assert_eq!(gone.map_err(|refused| refused.code), Err(404));

    let log = place.run(&["audit"]);
    for verb in ["pause", "resume", "set-image", "abort", "retry", "undo", "scale", "restart", "terminate", "delete"] {
        assert!(log.out.contains(verb) && log.out.contains("because: a journey"), "{verb}: {}", log.out);
    }
}

#[test]
fn the_other_actions_on_the_simulated_cluster() {
    on_the_simulated_cluster(other_actions);
}

#[test]
fn the_other_actions_on_a_real_cluster() {
    on_a_real_cluster("actions", other_actions);
}

#[test]
fn the_journey_on_the_simulated_cluster() {
    on_the_simulated_cluster(journey);
}

fn on_the_simulated_cluster(journey: impl Fn(&Place<'_>)) {
    let simulated = Simulated::new("quiet");
    let api = Api::new(&simulated.running.kubeconfig, Some("staging"), "rolltop-e2e");
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "rolltop-e2e"}});
    api.send("POST", "/api/v1/namespaces", "application/json", &namespace).expect("a namespace");
    let file = simulated.running.kubeconfig.replace("current-context: test", "current-context: staging");
    let place = Place {
        kubeconfig: simulated.home.file("staging", &file),
        home: simulated.home.clone(),
        inherit: false,
        patience: support::pty::PATIENCE,
        pass: &|| simulated.running.clock.advance(SignedDuration::from_millis(500)),
        api,
    };
    journey(&place);
}

/// Removes the namespace, also when the journey failed.
struct Namespace<'a>(&'a Api);

impl Drop for Namespace<'_> {
    fn drop(&mut self) {
        let path = format!("/api/v1/namespaces/{}", self.0.namespace);
        if let Err(refused) = self.0.send("DELETE", &path, "application/json", &Value::Null) {
            eprintln!("namespace {} is left behind: {refused:?}", self.0.namespace);
        }
    }
}

#[test]
fn the_journey_on_a_real_cluster() {
    on_a_real_cluster("journey", journey);
}

fn on_a_real_cluster(what: &str, journey: impl Fn(&Place<'_>)) {
    let Some(file) = std::env::var_os("ROLLTOP_E2E_KUBECONFIG") else {
        eprintln!("skipped: ROLLTOP_E2E_KUBECONFIG names no kubeconfig of a cluster with the Argo Rollouts controller");
        return;
    };
    let kubeconfig = Path::new(&file).canonicalize().expect("ROLLTOP_E2E_KUBECONFIG names a file");
    let name = format!("rolltop-e2e-{what}-{}-{}", std::process::id(), jiff::Timestamp::now().as_second());
    let api = Api::from_file(&kubeconfig, &name);
    let made = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    api.send("POST", "/api/v1/namespaces", "application/json", &made).expect("a namespace of its own");
    let remover = Api::from_file(&kubeconfig, &name);
    let _namespace = Namespace(&remover);
    let place =
        Place { api, kubeconfig, home: Home::new(), inherit: true, patience: Duration::from_mins(10), pass: &|| {} };
    journey(&place);
}
