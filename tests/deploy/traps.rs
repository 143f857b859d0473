//! Traps: the pod hash in selectors, autoscalers, immutable fields, what is missing, rollouts that are under way.

use crate::scene::{Scene, phase};
use serde_json::{Value, json};

const HASH: &str = "rollouts-pod-template-hash";

#[test]
fn the_hash_that_the_controller_keeps_in_a_selector_stays_at_every_moment() {
    let scene = Scene::new(20.0);
    scene.deploy(0, &["--wait=40s"]);
    let rollout = scene.until("the preview points at the pods", |_| {
        scene.object("services", "fresh-preview")["spec"]["selector"][HASH].is_string()
    });
    assert_eq!(phase(&rollout), "Healthy");
    scene.deploy(0, &[]).prints("nothing to do");
    // A change beside the selector: the hash goes with it.
    scene.edit("services.yaml", "port: 80", "port: 8081");
    scene.deploy(0, &[]).prints("2 changed, 1 unchanged");
    let service = scene.object("services", "fresh-preview");
    assert_eq!(service["spec"]["ports"][0]["port"], 8081);
    assert_eq!(service["spec"]["selector"][HASH], rollout["status"]["currentPodHash"]);
    let sent = scene.sent();
    let body = &sent.iter().rev().find(|logged| logged.path.contains("fresh-preview")).unwrap().body;
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["spec"]["selector"][HASH], rollout["status"]["currentPodHash"]);
    assert!(body["metadata"]["resourceVersion"].is_string(), "bound to the version that showed it");
    scene.deploy(0, &[]).prints("nothing to do");
}

#[test]
fn an_autoscaler_keeps_its_number_through_deploys() {
    let scene = Scene::new(20.0);
    scene.deploy(0, &["--wait=40s"]);
    let scaler = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "fresh", "namespace": "demo"},
        "spec": {"minReplicas": 2, "maxReplicas": 9,
            "scaleTargetRef": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "fresh"}}});
    let path = "/apis/autoscaling/v2/namespaces/demo/horizontalpodautoscalers";
    assert_eq!(scene.send("POST", path, "application/json", &scaler)["kind"], "HorizontalPodAutoscaler");
    scene.edit("rollout.yaml", ":blue", ":yellow");
    scene.edit("rollout.yaml", "replicas: 3", "replicas: 5");
    // rolltop is the only one that ever wrote the number: it goes with the one that is there.
    scene.deploy(0, &[]).prints("replicas: by HorizontalPodAutoscaler fresh (now 3); 5 in the manifest has no effect");
    assert_eq!(scene.object("rollouts", "fresh")["spec"]["replicas"], 3);
    let load = json!({"metadata": {"annotations": {"simulated-cluster/load": "560"}}});
    scene.send("PATCH", &format!("{path}/fresh"), "application/merge-patch+json", &load);
    scene.until("the autoscaler wants seven", |rollout| rollout["spec"]["replicas"] == 7);
    scene.edit("rollout.yaml", ":yellow", ":red");
    scene.deploy(0, &[]).prints("now 7");
    assert_eq!(scene.object("rollouts", "fresh")["spec"]["replicas"], 7);
    let sent = scene.sent();
    let body: Value = serde_json::from_str(&sent.last().unwrap().body).unwrap();
    assert_eq!(body["spec"].get("replicas"), None, "the field is the autoscaler's now");
    scene.deploy(0, &[]).prints("nothing to do");
}

#[test]
fn another_selector_is_refused_with_what_to_do() {
    let scene = Scene::new(0.0);
    scene.deploy(0, &[]);
    scene.edit("rollout.yaml", "app: fresh", "app: other");
    scene.edit("services.yaml", "app: fresh", "app: other");
    let before = scene.writes().len();
    scene.deploy(1, &[]).says("spec.selector of a Rollout cannot be changed").says("nothing was applied");
    assert_eq!(scene.writes().len(), before);
}

#[test]
fn a_service_or_template_that_is_not_there_is_told_before_anything_is_written() {
    let scene = Scene::new(0.0);
    scene.edit("rollout.yaml", "canaryService: fresh-preview", "canaryService: fresh-canary");
    let refused = scene.deploy(1, &[]);
    refused.says("Service fresh-canary in namespace demo is missing").says("spec.strategy.canary.canaryService");
    assert_eq!(scene.writes(), []);
    scene.edit("rollout.yaml", "fresh-canary", "fresh-preview");
    scene.edit(
        "rollout.yaml",
        "    spec:\n      containers:",
        "    spec:\n      imagePullSecrets:\n      - name: registry\n      containers:",
    );
    scene.deploy(0, &[]).prints("needs Secret registry in namespace demo: missing; without it no pod starts");
}

#[test]
fn what_belongs_elsewhere_is_refused() {
    let scene = Scene::new(0.0);
    scene.write("more.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: other\n");
    scene.deploy(1, &[]).says("is in namespace other").says("extra_namespaces");
    scene.write(
        "more.yaml",
        "apiVersion: argoproj.io/v1alpha1\nkind: ClusterAnalysisTemplate\nmetadata:\n  name: a\nspec:\n  metrics:\n  \
         - {name: a, successCondition: \"true\", provider: {job: {spec: {template: {spec: {containers: []}}}}}}\n",
    );
    scene.deploy(1, &[]).says("belongs to the whole cluster");
    scene.write("more.yaml", "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: a\n");
    scene.deploy(1, &[]).says("does not serve example.com/v1 Thing");
    assert_eq!(scene.writes(), []);
}

#[test]
fn what_the_controller_would_refuse_is_refused_before_any_request() {
    let scene = Scene::new(0.0);
    scene.edit("rollout.yaml", "app: fresh", "app: other");
    scene.deploy(2, &[]).says("services.yaml").says("which the pods of this Rollout do not have");
    assert!(scene.clusters.requests().is_empty());
}

#[test]
fn a_freeze_of_the_channel_is_told_before_a_deploy() {
    let scene = Scene::new(0.0);
    let freeze = "\n[protections.quiet]\nallowed_times = { windows = [{}], freezes = [{ from = \"2020-01-01\", to = \"2099-12-31\", reason = \"INC-1\" }] }\n";
    let config = scene.clusters.running.config.replace("confirm = \"type-name\"", "protections = [\"quiet\"]");
    let config = scene.clusters.file("frozen.toml", &format!("{config}{freeze}"));
    let to = |channel: &str| {
        let all = ["deploy", "-f", "m", "--channel", channel, "-c", &config, "--dry-run=server"];
        scene.clusters.expect(0, &all)
    };
    to("production").says("warning: protection quiet is closed now: freeze until 2100-01-01 00:00 UTC: INC-1");
    assert!(!to("test").stderr.contains("closed now"));
}

#[test]
fn a_rollout_that_is_under_way_is_told_to_start_over() {
    let scene = Scene::new(20.0);
    scene.deploy(0, &["--wait=40s"]);
    scene.edit("rollout.yaml", ":blue", ":yellow");
    scene.deploy(0, &["--wait=40s"]);
    scene.edit("rollout.yaml", ":yellow", ":red");
    scene.diff(3, &[]).prints("a rollout is under way (revision 2)").prints("steps begin again from 0");
    scene.clusters.expect(0, &["abort", "fresh", "--channel", "test", "--yes"]);
    scene.edit("rollout.yaml", ":red", ":yellow");
    scene.diff(0, &[]).prints("retry it instead");
}

#[test]
fn a_secret_shows_nowhere() {
    let scene = Scene::new(0.0);
    let secret = |value: &str| {
        format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\nstringData:\n  password: {value}\n")
    };
    scene.write("secret.yaml", &secret("hunter2hunter2"));
    let first = scene.deploy(0, &[]);
    scene.write("secret.yaml", &secret("correcthorse"));
    let second = scene.deploy(0, &["-o", "json"]);
    let log = std::fs::read_to_string(scene.clusters.path(".local/state/rolltop/audit.jsonl")).unwrap();
    for text in [&first.stdout, &first.stderr, &second.stdout, &second.stderr, &log] {
        for hidden in ["hunter2", "correcthorse", "aHVudGVyMm", "Y29ycmVjdGhvcnNl"] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
    }
    assert!(second.stdout.contains("\"verdict\": \"changed\""));
}
