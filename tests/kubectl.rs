//! The real kubectl against the simulated cluster, where it is installed; and the recorded requests of kubectl and the
//! Argo Rollouts plugin, one by one.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test ends where its ground is missing")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

#[path = "simulated/client.rs"]
mod client;

use client::{send, serve, token};
use rolltop::demo::serve::{Options, Running, start};
use rolltop::demo::store::{EVENTS, PODS, ROLLOUTS};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const START: &str = "2026-11-24T00:05:35Z";

const ROLLOUT: &str = "
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: web
  labels: {app: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  strategy: {canary: {steps: [{setWeight: 25}, {pause: {}}]}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: 'example/app:1'}]}
";

const SERVICE: &str = "
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80}]
";

/// kubectl with a kubeconfig and a home of its own.
struct Kubectl {
    running: Running,
    home: tempfile::TempDir,
}

impl Kubectl {
    /// None where kubectl is not installed: the test says so and passes.
    fn new() -> Option<Self> {
        Self::on(|| serve(START))
    }

    /// On a cluster whose controllers live, with a clock in the test's hand.
    fn alive() -> Option<Self> {
        Self::on(|| {
            let scenario = Options {
                scenario: "quiet".into(),
                speed: 0.0,
                listen: "127.0.0.1:0".parse().expect("an address"),
                seed: 1,
                load: 0,
                churn: 0.0,
                faults: String::new(),
            };
            start(scenario).expect("the scenario is served")
        })
    }

    fn on(served: impl FnOnce() -> Running) -> Option<Self> {
        if Command::new("kubectl").arg("--help").output().is_err() {
            println!("skipped: no kubectl on PATH");
            return None;
        }
        let running = served();
        let home = tempfile::tempdir().expect("a folder");
        std::fs::write(home.path().join("config"), &running.kubeconfig).expect("the kubeconfig is written");
        Some(Self { running, home })
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("kubectl");
        command
            .env("HOME", self.home.path())
            .env("KUBECONFIG", self.home.path().join("config"))
            .env_remove("HTTP_PROXY")
            .env_remove("http_proxy")
            .args(arguments);
        command
    }

    fn run(&self, arguments: &[&str], stdin: &str) -> Output {
        let mut command = self.command(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        // It may end without reading.
        let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
        child.wait_with_output().expect("kubectl ends")
    }

    /// What it prints; it must succeed.
    fn ok(&self, arguments: &[&str], stdin: &str) -> String {
        let output = self.run(arguments, stdin);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl {arguments:?}: {stderr}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// What it complains; it must fail.
    fn fails(&self, arguments: &[&str], stdin: &str) -> String {
        let output = self.run(arguments, stdin);
        assert!(!output.status.success(), "kubectl {arguments:?} should fail");
        String::from_utf8(output.stderr).expect("text")
    }

    /// Moves the clock on until a Rollout has a phase.
    fn until_phase(&self, name: &str, phase: &str) {
        let store = &self.running.world().clusters[0].store;
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let rollout = store.get(&ROLLOUTS, "fresh", name).expect("the rollout is there");
            let generation = rollout["metadata"]["generation"].to_string();
            if rollout["status"]["phase"] == phase && rollout["status"]["observedGeneration"] == generation.as_str() {
                return;
            }
            assert!(Instant::now() < end, "{name} is not {phase}: {:#}", rollout["status"]);
            self.running.clock.advance(jiff::SignedDuration::from_millis(500));
            std::thread::yield_now();
        }
    }

    /// The pod hash that a Service selects, as a line of its selector.
    fn selected(&self, service: &str) -> String {
        let path = "jsonpath={.spec.selector.rollouts-pod-template-hash}";
        format!("rollouts-pod-template-hash: {}", self.ok(&["get", "-n", "fresh", "service", service, "-o", path], ""))
    }

    fn pod(&self, name: &str) {
        let store = &self.running.world().clusters[0].store;
        let pod = json!({"metadata": {"name": name, "namespace": "demo", "labels": {"app": "web"}},
            "spec": {"nodeName": "node-a", "containers": [{"name": "app", "image": "example/app:1"}]},
            "status": {"phase": "Running", "containerStatuses": [{"name": "app", "ready": true, "restartCount": 2,
                "state": {"running": {"startedAt": START}}}]}});
        store.create(&PODS, pod).expect("a new pod");
    }
}

#[test]
fn kubectl_discovers_what_is_served() {
    let Some(kubectl) = Kubectl::new() else { return };
    assert!(kubectl.ok(&["version"], "").contains("Server Version: v1.34.1"));
    let resources = kubectl.ok(&["api-resources", "--no-headers"], "");
    for resource in ["rollouts", "analysisruns", "pods", "replicasets", "selfsubjectaccessreviews"] {
        assert!(resources.lines().any(|line| line.starts_with(resource)), "{resource} in\n{resources}");
    }
    let argo = kubectl.ok(&["api-resources", "--api-group=argoproj.io", "--no-headers"], "");
    let words: Vec<&str> = argo.lines().last().unwrap_or_default().split_whitespace().collect();
    assert_eq!(words, ["rollouts", "ro", "argoproj.io/v1alpha1", "true", "Rollout"]);
    let explained = kubectl.ok(&["explain", "rollout.spec.strategy.canary.steps"], "");
    assert!(explained.contains("setWeight\t<integer>"), "{explained}");
}

#[test]
fn kubectl_creates_gets_patches_and_deletes() {
    let Some(kubectl) = Kubectl::new() else { return };
    assert_eq!(kubectl.ok(&["create", "-f", "-"], ROLLOUT), "rollout.argoproj.io/web created\n");
    assert!(kubectl.fails(&["create", "-f", "-"], ROLLOUT).contains("already exists"));
    let wrong = ROLLOUT.replace("replicas: 2", "replicaz: 2");
    let error = kubectl.fails(&["create", "-f", "-"], &wrong);
    assert!(error.contains("strict decoding error: unknown field \"spec.replicaz\""), "{error}");

    let table = kubectl.ok(&["get", "rollouts"], "");
    let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let mut lines = table.lines();
    assert_eq!(words(lines.next().unwrap()), ["NAME", "DESIRED", "CURRENT", "UP-TO-DATE", "AVAILABLE", "AGE"]);
    assert_eq!(&words(lines.next().unwrap())[..2], ["web", "2"]);
    let yaml: Value = serde_saphyr::from_str(&kubectl.ok(&["get", "ro", "web", "-o", "yaml"], "")).expect("YAML");
    assert_eq!(yaml["spec"]["replicas"], 2);
    for (arguments, found) in [
        (vec!["-l", "app=web"], true),
        (vec!["-l", "app!=web"], false),
        (vec!["--field-selector", "metadata.name=web"], true),
        (vec!["--field-selector", "metadata.name=other"], false),
        (vec!["-A"], true),
        (vec!["-n", "transcript"], false),
    ] {
        let all: Vec<&str> = ["get", "rollouts", "-o", "name"].into_iter().chain(arguments.iter().copied()).collect();
        assert_eq!(kubectl.ok(&all, "").contains("rollout.argoproj.io/web"), found, "{arguments:?}");
    }

    let patch = |more: &[&str]| kubectl.ok(&[&["patch", "rollout", "web"], more].concat(), "");
    patch(&["--type", "merge", "-p", r#"{"spec":{"paused":true}}"#]);
    patch(&["--type", "json", "-p", r#"[{"op":"replace","path":"/spec/replicas","value":3}]"#]);
    patch(&["--subresource", "status", "--type", "merge", "-p", r#"{"status":{"phase":"Healthy"}}"#]);
    let jsonpath = "jsonpath={.spec.paused} {.spec.replicas} {.status.phase} {.metadata.generation}";
    assert_eq!(kubectl.ok(&["get", "rollout", "web", "-o", jsonpath], ""), "true 3 Healthy 3");
    let error = kubectl.fails(&["patch", "rollout", "web", "-p", "{}"], "");
    assert!(error.contains("the body of the request was in an unknown format"), "{error}");
    kubectl.ok(&["wait", "--for=jsonpath={.status.phase}=Healthy", "rollout/web", "--timeout=5s"], "");
    kubectl.ok(&["label", "rollout", "web", "a=b"], "");
    kubectl.ok(&["scale", "rollout", "web", "--replicas=5"], "");
    assert_eq!(kubectl.ok(&["get", "rollout", "web", "-o", "jsonpath={.spec.replicas}{.metadata.labels.a}"], ""), "5b");

    assert_eq!(kubectl.ok(&["delete", "rollout", "web"], ""), "rollout.argoproj.io \"web\" deleted\n");
    assert!(kubectl.fails(&["delete", "rollout", "web"], "").contains("(NotFound)"));
    assert_eq!(kubectl.ok(&["create", "namespace", "other"], ""), "namespace/other created\n");
    kubectl.ok(&["create", "configmap", "settings", "-n", "other", "--from-literal=a=b"], "");
    assert_eq!(kubectl.ok(&["get", "cm", "settings", "-n", "other", "-o", "jsonpath={.data.a}"], ""), "b");
    assert_eq!(kubectl.ok(&["delete", "namespace", "other"], ""), "namespace \"other\" deleted\n");
    assert!(kubectl.fails(&["get", "nonsense"], "").contains("doesn't have a resource type"));
}

#[test]
fn kubectl_applies_on_the_server_and_on_the_client() {
    let Some(kubectl) = Kubectl::new() else { return };
    let server = ["apply", "--server-side", "-f", "-"];
    assert_eq!(
        kubectl.ok(&["apply", "--server-side", "--dry-run=server", "-f", "-"], SERVICE),
        "service/web serverside-applied (server dry run)\n"
    );
    assert!(kubectl.fails(&["get", "service", "web"], "").contains("(NotFound)"));
    assert_eq!(kubectl.ok(&server, SERVICE), "service/web serverside-applied\n");
    assert_eq!(kubectl.ok(&["get", "service", "web", "-o", "jsonpath={.spec.ports[0].protocol}"], ""), "TCP");
    assert_eq!(kubectl.ok(&server, ROLLOUT), "rollout.argoproj.io/web serverside-applied\n");
    kubectl.ok(&["patch", "rollout", "web", "--type", "merge", "-p", r#"{"spec":{"replicas":7}}"#], "");
    let error = kubectl.fails(&server, ROLLOUT);
    assert!(
        error.contains("Apply failed with 1 conflict: conflict with \"kubectl-patch\" using argoproj.io/v1alpha1"),
        "{error}"
    );
    assert!(error.contains(".spec.replicas"), "{error}");
    kubectl.ok(&["apply", "--server-side", "--force-conflicts", "-f", "-"], ROLLOUT);
    assert_eq!(kubectl.ok(&["get", "rollout", "web", "-o", "jsonpath={.spec.replicas}"], ""), "2");

    kubectl.ok(&["delete", "rollout", "web"], "");
    assert_eq!(kubectl.ok(&["apply", "-f", "-"], ROLLOUT), "rollout.argoproj.io/web created\n");
    assert_eq!(kubectl.ok(&["apply", "-f", "-"], ROLLOUT), "rollout.argoproj.io/web unchanged\n");
    let next = ROLLOUT.replace("app:1", "app:2");
    assert_eq!(kubectl.ok(&["apply", "-f", "-"], &next), "rollout.argoproj.io/web configured\n");
    let image = "jsonpath={.spec.template.spec.containers[0].image}";
    assert_eq!(kubectl.ok(&["get", "rollout", "web", "-o", image], ""), "example/app:2");
    // From the client to the server: kubectl hands its fields over.
    assert_eq!(kubectl.ok(&server, &next), "rollout.argoproj.io/web serverside-applied\n");
    let managers = "jsonpath={.metadata.managedFields[*].manager} {.metadata.managedFields[*].operation}";
    assert_eq!(
        kubectl.ok(&["get", "rollout", "web", "-o", managers, "--show-managed-fields"], ""),
        "kubectl kubectl-last-applied Apply Apply"
    );
    let less = next.replace("  replicas: 2\n", "");
    kubectl.ok(&server, &less);
    assert_eq!(kubectl.ok(&["get", "rollout", "web", "-o", "jsonpath={.spec.replicas}"], ""), "");
    let diff = kubectl.run(&["diff", "--server-side", "-f", "-"], SERVICE);
    assert!(diff.status.success(), "{}", String::from_utf8_lossy(&diff.stdout));
}

/// A seed example as a whole: its manifests with their parameters filled in.
fn example(manifests: &[&str], image: &str) -> String {
    let filled = |text: &&str| text.replace("{{.Params.replicas}}", "3").replace("{{.Params.image}}", image);
    manifests.iter().map(filled).collect::<Vec<_>>().join("\n---\n")
}

const EXAMPLES: [(&str, &str, &[&str]); 2] = [
    (
        "gradual-rollout",
        "gradual-rollout-preview",
        &[include_str!("data/services/gradual/services.yaml"), include_str!("data/services/gradual/rollout.yaml")],
    ),
    (
        "canary-demo",
        "canary-demo-preview",
        &[
            include_str!("data/services/canary/analysis-template.yaml"),
            include_str!("data/services/canary/services.yaml"),
            include_str!("data/services/canary/rollout.yaml"),
        ],
    ),
];

#[test]
fn both_examples_apply_with_an_empty_diff_and_roll_out() {
    let Some(kubectl) = Kubectl::alive() else { return };
    let server = ["apply", "-n", "fresh", "--server-side", "--field-manager=rolltop", "-f", "-"];
    let diff = ["diff", "-n", "fresh", "--server-side", "--field-manager=rolltop", "-f", "-"];
    kubectl.ok(&["create", "namespace", "fresh"], "");
    for (name, preview, manifests) in EXAMPLES {
        let text = example(manifests, "argoproj/rollouts-demo:blue");
        let dry = [&server[..], &["--dry-run=server"]].concat();
        assert!(kubectl.ok(&dry, &text).contains(&format!("{name} serverside-applied (server dry run)")));
        assert!(kubectl.fails(&["get", "-n", "fresh", "service", name], "").contains("(NotFound)"));
        let shown = kubectl.run(&diff, &text);
        assert_eq!(shown.status.code(), Some(1), "all is new: {}", String::from_utf8_lossy(&shown.stderr));
        assert!(String::from_utf8_lossy(&shown.stdout).contains("+kind: Rollout"));
        kubectl.ok(&server, &text);
        let nothing = |text: &str, when: &str| {
            let shown = kubectl.run(&diff, text);
            let out = String::from_utf8_lossy(&shown.stdout).into_owned();
            assert_eq!((shown.status.code(), out.as_str()), (Some(0), ""), "{when}");
        };
        nothing(&text, "just applied");
        kubectl.until_phase(name, "Healthy");
        // By now the controller has taken the selector of the preview Service.
        let hash = kubectl.ok(&["get", "-n", "fresh", "rollout", name, "-o", "jsonpath={.status.stableRS}"], "");
        let narrowed = format!("rollouts-pod-template-hash: {hash}");
        let yaml = kubectl.ok(&["get", "-n", "fresh", "service", preview, "-o", "yaml", "--show-managed-fields"], "");
        for part in [
            narrowed.as_str(),
            &format!("argo-rollouts.argoproj.io/managed-by-rollouts: {name}"),
            "manager: rolltop",
            "operation: Apply",
            "manager: rollouts-controller",
            "sessionAffinity: None",
            "type: ClusterIP",
            "ipFamilyPolicy: SingleStack",
            "clusterIP: 10.96.",
        ] {
            assert!(yaml.contains(part), "{part} in\n{yaml}");
        }
        let refused = kubectl.fails(&server, &text);
        assert!(
            refused.contains("Apply failed with 1 conflict: conflict with \"rollouts-controller\" using v1 at")
                && refused.contains(".spec.selector"),
            "{refused}"
        );
        // What fits: the selector with the hash.
        let fitting = text.replace(
            &format!("name: {preview}\nspec:\n  ports:\n  - port: 80\n    targetPort: http\n    protocol: TCP\n    name: http\n  selector:\n"),
            &format!("name: {preview}\nspec:\n  ports:\n  - port: 80\n    targetPort: http\n    protocol: TCP\n    name: http\n  selector:\n    {narrowed}\n"),
        );
        assert_ne!(fitting, text);
        nothing(&fitting, "healthy");
        let next = fitting.replace("rollouts-demo:blue", "rollouts-demo:green");
        kubectl.ok(&server, &next);
        kubectl.until_phase(name, "Paused");
        nothing(&next.replace(&narrowed, &kubectl.selected(preview)), "under way");
        let revision = "jsonpath={.metadata.annotations.rollout\\.argoproj\\.io/revision}";
        assert_eq!(kubectl.ok(&["get", "-n", "fresh", "rollout", name, "-o", revision], ""), "2");
    }
}

#[test]
fn kubectl_reads_pods_logs_and_events() {
    let Some(kubectl) = Kubectl::new() else { return };
    for name in ["web-1", "web-2", "web-3"] {
        kubectl.pod(name);
    }
    let event = json!({"metadata": {"name": "web-1.1", "namespace": "demo"}, "reason": "Scheduled", "type": "Normal",
        "message": "Successfully assigned", "count": 1, "firstTimestamp": START, "lastTimestamp": START,
        "involvedObject": {"kind": "Pod", "name": "web-1", "namespace": "demo", "apiVersion": "v1"}});
    kubectl.running.world().clusters[0].store.create(&EVENTS, event).expect("a new event");
    kubectl.running.clock.advance(jiff::SignedDuration::from_secs(45));

    assert_eq!(kubectl.ok(&["get", "pods", "--chunk-size=1", "-o", "name"], ""), "pod/web-1\npod/web-2\npod/web-3\n");
    let pods = kubectl.ok(&["get", "pods", "--no-headers", "-o", "wide"], "");
    let first: Vec<&str> = pods.lines().next().unwrap_or_default().split_whitespace().collect();
    assert_eq!(&first[..4], ["web-1", "1/1", "Running", "2"], "{pods}");
    let described = kubectl.ok(&["describe", "pod", "web-1"], "");
    assert!(described.contains("Image:") && described.contains("example/app:1"), "{described}");
    let events = kubectl.ok(&["get", "events", "--no-headers"], "");
    assert!(events.contains("Scheduled") && events.contains("pod/web-1"), "{events}");
    let logs = kubectl.ok(&["logs", "web-1"], "");
    assert!(logs.lines().count() > 5 && logs.contains("starting app from example/app:1"), "{logs}");
    assert_eq!(kubectl.ok(&["logs", "web-1", "--tail=1"], "").lines().count(), 1);
    assert!(kubectl.fails(&["logs", "web-9"], "").contains("(NotFound)"));
    // A pod knows strategic merge patches.
    kubectl.ok(
        &["patch", "pod", "web-1", "-p", r#"{"spec":{"containers":[{"name":"app","image":"example/app:2"}]}}"#],
        "",
    );
    let image = "jsonpath={.spec.containers[*].image}";
    assert_eq!(kubectl.ok(&["get", "pod", "web-1", "-o", image], ""), "example/app:2");
}

#[test]
fn a_viewer_reads_and_is_refused_what_changes() {
    let Some(kubectl) = Kubectl::new() else { return };
    kubectl.ok(&["create", "-f", "-"], ROLLOUT);
    let viewer = "--context=test-viewer";
    assert!(kubectl.ok(&["get", "rollouts", viewer], "").contains("web"));
    let patch = ["patch", "rollout", "web", "--type", "merge", "-p", r#"{"spec":{"paused":true}}"#, viewer];
    let error = kubectl.fails(&patch, "");
    assert!(error.contains("User \"viewer\" cannot patch resource \"rollouts\""), "{error}");
    assert!(kubectl.fails(&["delete", "rollout", "web", viewer], "").contains("(Forbidden)"));
    assert_eq!(kubectl.ok(&["auth", "can-i", "list", "rollouts", viewer], ""), "yes\n");
    assert_eq!(
        kubectl.run(&["auth", "can-i", "patch", "rollouts", "--subresource=status", viewer], "").stdout,
        b"no\n"
    );
    assert!(kubectl.ok(&["auth", "whoami", viewer], "").contains("viewer"));
    assert!(kubectl.ok(&["get", "rollouts", "--context=production"], "").is_empty());
    let writes = kubectl.running.requests().writes("test");
    let seen: Vec<(&str, u16)> = writes.iter().map(|one| (one.user.as_str(), one.status)).collect();
    assert_eq!(seen, [("admin", 201), ("viewer", 403), ("viewer", 403)]);
}

#[test]
fn kubectl_watches() {
    let Some(kubectl) = Kubectl::new() else { return };
    kubectl.ok(&["create", "-f", "-"], ROLLOUT);
    for output in ["wide", "name"] {
        let mut child = kubectl
            .command(&["get", "rollouts", "-w", "-o", output])
            .stdout(Stdio::piped())
            .spawn()
            .expect("kubectl starts");
        let (lines, arrived) = mpsc::channel();
        let out = child.stdout.take().expect("a pipe");
        let reader = std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if line.contains("web") && lines.send(line).is_err() {
                    return;
                }
            }
        });
        let next = || arrived.recv_timeout(Duration::from_secs(20)).expect("a line within 20 s");
        next();
        kubectl.ok(&["scale", "rollout", "web", "--replicas=4"], "");
        let line = next();
        assert!(output == "name" || line.split_whitespace().nth(1) == Some("4"), "{line}");
        kubectl.ok(&["scale", "rollout", "web", "--replicas=2"], "");
        next();
        child.kill().expect("kubectl ends");
        child.wait().expect("kubectl ended");
        drop(arrived);
        reader.join().expect("the reader ended");
    }
}

/// Requests of the recorded clients that are answered otherwise, and why.
const ANSWERED_OTHERWISE: &[(&str, &str)] =
    &[("openapi.spec.v2", "the old document is not served as protobuf: 406, and kubectl does without")];

#[test]
fn every_recorded_request_of_kubectl_and_the_plugin_is_answered_alike() {
    let running = serve(START);
    let admin = format!("Bearer {}", token(&running, "test-admin"));
    let store = running.world().clusters[0].store.clone();
    let mut differences = Vec::new();
    let mut compared = 0;
    let mut watched = BTreeSet::new();
    for line in include_str!("data/api/client-requests.jsonl").lines() {
        let command: Value = serde_json::from_str(line).expect("a line of the record");
        for request in command["requests"].as_array().expect("requests") {
            let text = |name: &str| request[name].as_str().unwrap_or_default();
            let (method, mut path) = (text("method"), text("path").to_owned());
            // Long watches and other people's tokens and versions mean nothing here.
            if path.contains("continue=") || text("path").contains("/pods/") {
                continue;
            }
            if path.contains("watch=true") {
                // Each lasts a second: one of each resource and form is enough.
                let what = format!("{} {}", path.split('?').next().unwrap_or_default(), text("accept"));
                if !watched.insert(what) {
                    continue;
                }
                path.push_str("&timeoutSeconds=1");
                path = path.replace("resourceVersion=59", "resourceVersion=0&was=59");
                let start = path.find("&timeoutSeconds=").expect("just added");
                let seconds = path[start..].split('&').nth(1).expect("it has a value").to_owned();
                path = path.replacen(&seconds, "timeoutSeconds=1", 1);
            }
            let mut body = request["body"].clone();
            if let Some(version) = body.pointer_mut("/metadata/resourceVersion") {
                let web = store.get(&ROLLOUTS, "reqs", "web").expect("the rollout is there");
                *version = web["metadata"]["resourceVersion"].clone();
            }
            // Of a long body only the beginning was recorded (of protobuf 80 letters); kubectl itself sends those above.
            let cut = body.to_string().contains('…') || body.as_str().is_some_and(|text| text.len() == 80);
            let body = match &body {
                _ if cut => continue,
                Value::Null => Vec::new(),
                // Protobuf was recorded in base64.
                Value::String(text) => base64(text),
                body => serde_json::to_vec(body).expect("JSON"),
            };
            let mut headers = vec![("Accept", text("accept")), ("Authorization", admin.as_str())];
            if !text("contentType").is_empty() {
                headers.push(("Content-Type", text("contentType")));
            }
            let answer =
                send(&running.url, method, &format!("/clusters/test{path}"), &headers, &body).expect("an answer");
            compared += 1;
            // Where the client takes JSON too, JSON it gets.
            let recorded_type = text("responseType").replace("vnd.kubernetes.protobuf;stream=watch", "json");
            let recorded_type = recorded_type.replace("vnd.kubernetes.protobuf", "json");
            let alike = u64::from(answer.status) == request["status"].as_u64().unwrap_or(0)
                && answer.header("content-type") == recorded_type;
            let accept = text("accept");
            let why = ANSWERED_OTHERWISE.iter().any(|(part, _)| {
                text("contentType").contains(part)
                    || path.contains(part)
                    || accept.starts_with("application/com") && accept.contains(part)
            });
            if alike == why {
                differences.push(format!(
                    "{}: {method} {path}: recorded {} {}, ours {} {} {}",
                    command["command"],
                    request["status"],
                    text("responseType"),
                    answer.status,
                    answer.header("content-type"),
                    answer.body.chars().take(200).collect::<String>()
                ));
            }
        }
    }
    assert!(compared > 100, "{compared}");
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

/// Decodes base64; what is not in its alphabet is passed over.
fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<u32> = text.chars().filter_map(|c| ALPHABET.find(c)).map(|at| at as u32).collect();
    let mut out = Vec::new();
    for group in digits.chunks(4) {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        out.extend(&bits.to_be_bytes()[1..group.len()]);
    }
    out
}
