//! Plain manifests, from the first deploy to a rollout that is promoted to its end.

use crate::fixture::{bare, ran};
use crate::scene::{GRADUAL, Scene, example, image, phase};
use serde_json::{Value, json};

#[test]
fn the_first_deploy_says_that_there_are_no_steps_and_is_healthy_at_its_end() {
    let scene = Scene::new(20.0);
    let told = scene.deploy(0, &["--wait=40s"]);
    told.prints("first deployment: no canary steps, no analysis, all 3 pods at once")
        .prints("3 created")
        .prints("Healthy, step 6/6");
    let sent: Vec<_> =
        GRADUAL.iter().map(|(plural, name)| ("PATCH".into(), (*plural).into(), (*name).into())).collect();
    assert_eq!(scene.writes(), sent, "in order, the rollout last, each once");
    let rollout = scene.object("rollouts", "fresh");
    assert_eq!((phase(&rollout), image(&rollout)), ("Healthy", "argoproj/rollouts-demo:blue"));
    assert_eq!(rollout["metadata"]["labels"], json!({"rolltop/channel": "test"}));
    let annotations = rollout["metadata"]["annotations"].as_object().unwrap();
    for key in ["rolltop/deploy-id", "rolltop/deployed-at", "rolltop/deployed-by"] {
        assert!(annotations.contains_key(key), "{annotations:?}");
    }
    let template = rollout["spec"]["template"]["metadata"].to_string();
    assert!(!template.contains("rolltop"), "records never stand in the pod template: {template}");
}

#[test]
fn the_same_again_is_nothing_to_do_and_sends_no_write() {
    let scene = Scene::new(20.0);
    scene.deploy(0, &["--wait=40s"]);
    let before = (scene.writes().len(), scene.object("rollouts", "fresh"));
    scene.deploy(0, &[]).prints("nothing to do").prints("3 unchanged");
    scene.diff(0, &[]).prints("3 unchanged");
    let told = scene.deploy(0, &["-o", "json"]).json();
    assert_eq!((&told["outcome"], &told["plan"]["unchanged"]), (&"nothing-to-do".into(), &true.into()));
    let after = scene.object("rollouts", "fresh");
    assert_eq!(scene.writes().len(), before.0);
    for field in ["generation", "annotations"] {
        assert_eq!(after["metadata"][field], before.1["metadata"][field], "{field}");
    }
}

#[test]
fn another_tag_rolls_out_stops_for_a_person_and_is_promoted_to_its_end() {
    let scene = Scene::new(20.0);
    scene.deploy(0, &["--wait=40s"]);
    scene.edit("rollout.yaml", ":blue", ":yellow");
    scene
        .diff(3, &[])
        .prints("new revision 2 · canary, 6 steps · first stop: waits for you at 10 % (1 of 4 pods)")
        .prints("    - image: argoproj/rollouts-demo:blue\n    + image: argoproj/rollouts-demo:yellow\n")
        .prints("1 changed, 2 unchanged");
    assert_eq!(scene.writes().len(), 3, "a diff writes nothing");
    let told = scene.deploy(0, &["--wait=40s", "--reason", "release 7", "-o", "json"]).json();
    assert_eq!(
        (&told["kind"], &told["outcome"], &told["reason"]),
        (&"DeployOutcome".into(), &"waiting".into(), &"release 7".into())
    );
    assert_eq!(told["plan"]["consequences"][0]["effect"], "new-revision");
    assert_eq!(scene.writes()[3..], [("PATCH".into(), "rollouts".into(), "fresh".into())]);
    let paused = scene.object("rollouts", "fresh");
    assert_eq!((phase(&paused), &paused["status"]["currentStepIndex"]), ("Paused", &json!(1)));
    let events = scene.get("/api/v1/namespaces/demo/events").to_string();
    assert!(events.contains("RolltopDeploy") && events.contains("release 7"), "{events}");

    scene.clusters.expect(0, &["promote", "fresh", "--channel", "test", "--yes"]);
    let done =
        scene.until("healthy", |rollout| phase(rollout) == "Healthy" && rollout["status"]["currentStepIndex"] == 6);
    assert_eq!(image(&done), "argoproj/rollouts-demo:yellow");
    assert_eq!(done["status"]["stableRS"], done["status"]["currentPodHash"]);
    scene.deploy(0, &[]).prints("nothing to do");
}

#[test]
fn the_example_with_analysis_is_deployed_in_its_order() {
    let scene = Scene::new(20.0);
    for file in ["services.yaml", "rollout.yaml", "analysis-template.yaml"] {
        scene.write(file, &example("canary", file).replace("canary-demo", "fresh").replace("success-rate", "rate"));
    }
    scene.deploy(0, &["--wait=40s"]).prints("4 created");
    let order: Vec<String> = scene.writes().into_iter().map(|(_, plural, _)| plural).collect();
    assert_eq!(order, ["services", "services", "analysistemplates", "rollouts"]);
    let template = scene.object("analysistemplates", "rate");
    let query = template["spec"]["metrics"][0]["provider"]["prometheus"]["query"].as_str().unwrap();
    assert!(query.ends_with('\n') && query.contains("{group=\"coordination.k8s.io\""), "{query:?}");
}

#[test]
fn only_the_number_of_pods_is_no_rollout() {
    let scene = Scene::new(20.0);
    scene.deploy(0, &["--wait=40s"]);
    scene.edit("rollout.yaml", "replicas: 3", "replicas: 5");
    let told = scene.diff(3, &["-o", "json"]).json();
    assert_eq!(told["consequences"][0]["effect"], "scaled");
    assert_eq!(told["consequences"][0]["words"], json!(["replicas 3 → 5: no rollout"]));
    scene.deploy(0, &["--wait=40s"]).prints("Healthy");
}

#[test]
fn manifests_come_from_standard_input_and_from_one_file_as_well() {
    let scene = Scene::new(20.0);
    let services = std::fs::read_to_string(scene.clusters.path("m").join("services.yaml")).unwrap();
    let mut command = scene.clusters.command();
    command.args(["deploy", "-f", "-", "--channel", "test", "--yes"]).write_stdin(services);
    let told = ran(&mut command);
    assert_eq!(told.code, 0, "{}", told.stderr);
    told.prints("-#2 Service/fresh-preview: created");
    let file = ["deploy", "-f", "m/rollout.yaml", "--channel", "test", "--yes"];
    scene.clusters.expect(0, &file).prints("1 created");
    scene.deploy(0, &[]).prints("nothing to do");
}

#[test]
fn a_dry_run_stores_nothing() {
    let scene = Scene::new(20.0);
    scene.deploy(0, &["--dry-run=server"]).prints("the server would take it (dry run, nothing was stored)");
    assert_eq!(scene.writes(), []);
    assert_eq!(scene.object("rollouts", "fresh"), Value::Null);
}

#[test]
fn what_may_not_be_written_is_not() {
    let scene = Scene::new(20.0);
    let deploy = ["deploy", "-f", "m", "--channel", "test"];
    scene.clusters.expect(2, &deploy).says("needs --yes").says("nothing was sent");
    scene.clusters.expect(5, &[&deploy[..], &["--yes", "--readonly"]].concat()).says("--readonly");
    scene.clusters.expect(5, &["diff", "-f", "m", "--channel", "test", "--readonly"]).says("--readonly");
    assert!(scene.clusters.requests().is_empty());
    let config = scene.clusters.running.config.replacen("order = 10", "order = 10\nreadonly = true", 1);
    let config = scene.clusters.file("readonly.toml", &config);
    scene.clusters.expect(5, &[&deploy[..], &["--yes", "-c", &config]].concat()).says("is read-only");
    let config = scene.clusters.running.config.replacen("order = 10", "order = 10\nrequire_reason = true", 1);
    let config = scene.clusters.file("reason.toml", &config);
    scene.clusters.expect(2, &[&deploy[..], &["--yes", "-c", &config]].concat()).says("needs a reason");
    assert!(scene.clusters.requests().is_empty());
    // Who may only read learns which right is missing, before anything is written.
    let viewer = ["deploy", "-f", "m", "--context", "test-viewer", "-n", "demo", "--yes"];
    scene.clusters.expect(5, &viewer).says("no right to apply Service fresh").says("the role needs: patch services");
    assert_eq!(scene.writes(), []);
}

#[test]
fn bad_input_ends_before_anything_is_sent() {
    let scene = Scene::new(20.0);
    let deploy = |more: &[&'static str]| [&["deploy", "--yes"], more].concat();
    scene.write("broken.yaml", "a: [");
    scene.clusters.file("empty.yaml", "# nothing\n");
    for (args, words) in [
        (deploy(&["--channel", "test"]), "SERVICE"),
        (deploy(&["-f", "m"]), "to which release channel?"),
        (deploy(&["-f", "m", "--channel", "test", "--channel", "staging"]), "one release channel at a time"),
        (deploy(&["-f", "m", "--channel", "tset"]), "did you mean \"test\"?"),
        (deploy(&["-f", "nowhere", "--channel", "test"]), "nowhere"),
        (deploy(&["-f", "m", "--channel", "test"]), "broken.yaml"),
        (deploy(&["-f", "empty.yaml", "--channel", "test"]), "no object"),
        (deploy(&["web", "-f", "m", "--channel", "test"]), "cannot be used with"),
        (deploy(&["web", "--channel", "test"]), "there is no service \"web\""),
    ] {
        scene.clusters.expect(2, &args).says(words);
    }
    assert!(scene.clusters.requests().is_empty());
}

#[test]
fn without_a_terminal_and_without_its_files_nothing_is_guessed() {
    let folder = tempfile::tempdir().unwrap();
    let told = ran(bare(&folder).args(["deploy", "-f", ".", "--channel", "test", "--yes"]));
    assert_eq!(told.code, 2, "{}", told.stderr);
}

#[test]
fn every_write_has_its_two_lines_in_the_log() {
    let scene = Scene::new(20.0);
    scene.deploy(0, &["--reason", "first"]);
    let log = scene.clusters.path(".local/state/rolltop/audit.jsonl");
    let lines: Vec<Value> =
        std::fs::read_to_string(log).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 6);
    for pair in lines.chunks(2) {
        assert_eq!((&pair[0]["phase"], &pair[1]["phase"]), (&"before".into(), &"after".into()));
        assert_eq!(pair[0]["id"], pair[1]["id"]);
        assert_eq!((&pair[0]["action"], &pair[0]["reason"]), (&"deploy".into(), &"first".into()));
        assert_eq!(pair[1]["outcome"], "applied");
    }
    scene.clusters.expect(0, &["audit"]).prints("deploy Rollout/fresh in test (test/demo): applied");
}
