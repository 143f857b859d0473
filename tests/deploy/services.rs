//! Services from their configs: the two examples as they are, to three channels, with parameters that stay.

use crate::fixture::{Clusters, Ran};
use crate::scene::{Scene, image, phase};
use serde_json::{Value, json};
use std::path::Path;

/// A quiet cluster with the two examples in the folder of the configuration.
fn scene(speed: f64) -> Scene {
    let clusters = Clusters::new("quiet", speed);
    // What runs there under these names was not deployed by rolltop.
    let scene = Scene { clusters };
    for channel in ["test", "staging", "production"] {
        scene.on(channel).forget(&["gradual-rollout", "gradual-rollout-preview", "canary-demo", "canary-demo-preview"]);
    }
    for example in ["gradual", "canary"] {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/services").join(example);
        let to = scene.clusters.path("services").join(example);
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(from).unwrap() {
            let file = entry.unwrap().path();
            if file.is_file() {
                std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
            }
        }
    }
    let config = "application = \"external-configs\"\nservices = [\"services/**/*.pvn.yaml\"]\n".to_owned();
    scene.clusters.file("config.toml", &(config + &scene.clusters.running.config));
    scene.clusters.running.requests().clear();
    scene
}

#[track_caller]
fn deploy(scene: &Scene, code: i32, service: &str, channel: &str, more: &[&str]) -> Ran {
    scene.clusters.expect(code, &[&["deploy", service, "--channel", channel, "--yes"], more].concat())
}

#[test]
fn both_examples_go_to_three_channels_roll_out_with_another_tag_and_are_promoted() {
    let scene = scene(20.0);
    for channel in ["test", "staging", "production"] {
        deploy(&scene, 0, "gradual-rollout", channel, &["--wait=60s"]).prints("no canary steps").prints("Healthy");
        deploy(&scene, 0, "rollout", channel, &["--wait=60s"]).prints("Rollout/canary-demo").prints("Healthy");
        for (service, objects) in [("gradual-rollout", 3), ("rollout", 4)] {
            deploy(&scene, 0, service, channel, &[]).prints(&format!("{objects} unchanged")).prints("nothing to do");
        }
        let told =
            deploy(&scene, 0, "gradual-rollout", channel, &["--param", "image=yellow", "--wait=60s", "-o", "json"]);
        let told = told.json();
        assert_eq!(told["outcome"], "waiting", "{told}");
        let plan = &told["plan"];
        assert!(plan["version"]["from"].as_str().unwrap().starts_with("blue ("), "{}", plan["version"]);
        assert!(plan["version"]["to"].as_str().unwrap().starts_with("yellow ("), "{}", plan["version"]);
        scene.clusters.expect(0, &["promote", "gradual-rollout", "--channel", channel, "--yes"]);
        let follow = ["status", "gradual-rollout", "--channel", channel, "--watch", "--timeout", "60s"];
        scene.clusters.expect(0, &follow);
        let rollout = scene.on(channel).object("rollouts", "gradual-rollout");
        assert!(image(&rollout).ends_with("argoproj/rollouts-demo:yellow"));
        deploy(&scene, 0, "rollout", channel, &["--param", "image=red", "--wait=60s"]).prints("Healthy");
    }
}

#[test]
fn what_is_recorded_stands_on_the_own_metadata_of_the_objects() {
    let scene = scene(20.0);
    deploy(&scene, 0, "gradual-rollout", "test", &["--wait=40s", "--reason", "first"]);
    let rollout = scene.object("rollouts", "gradual-rollout");
    let labels = json!({"rolltop/service": "gradual-rollout", "rolltop/application": "external-configs", "rolltop/channel": "test"});
    for object in [&rollout, &scene.object("services", "gradual-rollout")] {
        assert_eq!(object["metadata"]["labels"], labels);
    }
    let annotation = |key: &str| rollout["metadata"]["annotations"][key].as_str().unwrap().to_owned();
    let params: Value = serde_json::from_str(&annotation("rolltop/params")).unwrap();
    assert_eq!(params, json!({"image": "blue", "replicas": "3"}));
    assert!(annotation("rolltop/version").starts_with("blue ("));
    let source: Value = serde_json::from_str(&annotation("rolltop/source")).unwrap();
    assert_eq!(source["templates"].as_str().unwrap().len(), 64);
    assert!(rollout["spec"]["template"]["metadata"]["annotations"].is_null());
}

#[test]
fn a_parameter_that_is_not_given_keeps_what_was_deployed_last() {
    let scene = scene(20.0);
    deploy(&scene, 0, "gradual-rollout", "test", &["--wait=40s"]);
    deploy(&scene, 0, "gradual-rollout", "test", &["--param", "image=yellow", "--wait=40s"]);
    let told = deploy(&scene, 0, "gradual-rollout", "test", &["--param", "replicas=5", "-o", "json"]).json();
    let parameters = &told["plan"]["parameters"];
    assert_eq!(parameters[0], json!({"name": "image", "value": "yellow", "origin": "last deployed"}));
    assert_eq!(parameters[1], json!({"name": "replicas", "value": "5", "origin": "--param"}));
    let rollout = scene.object("rollouts", "gradual-rollout");
    assert!(image(&rollout).ends_with(":yellow"));
    assert_eq!(rollout["spec"]["replicas"], 5);
    let reset = ["diff", "gradual-rollout", "--channel", "test", "--reset-params"];
    scene.clusters.expect(3, &reset).prints("rollouts-demo:blue");
}

#[test]
fn what_is_wrong_with_a_service_is_told_before_anything_is_sent() {
    let scene = scene(0.0);
    for (args, words) in [
        (&["gradual-rolout"][..], "did you mean \"gradual-rollout\"?"),
        (&["gradual-rollout", "--param", "imgae=x"], "unknown parameter"),
        (&["gradual-rollout", "--param", "image"], "image"),
        (&["gradual-rollout", "--param", "replicas=three"], "replicas"),
        (&["gradual-rollout", "--param", "image=other/repo:x"], "takes a tag"),
    ] {
        let all = [&["deploy"], args, &["--channel", "test", "--yes"]].concat();
        scene.clusters.expect(2, &all).says(words);
    }
    let file = scene.clusters.path("services/gradual/rollout.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("{{.Params.image}}", "{{.Params.imgae}}")).unwrap();
    deploy(&scene, 2, "gradual-rollout", "test", &[]).says("rollout.yaml:").says("imgae");
    assert!(scene.clusters.requests().is_empty());
}

#[test]
fn an_error_of_the_server_has_the_line_of_the_template() {
    let scene = scene(0.0);
    let file = scene.clusters.path("services/gradual/rollout.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("imagePullPolicy: Always", "imagePullPolcy: Always")).unwrap();
    let line = text.lines().position(|line| line.contains("imagePullPolicy")).unwrap() + 1;
    let refused = deploy(&scene, 1, "gradual-rollout", "test", &[]);
    refused.says(&format!("rollout.yaml:{line}:")).says("field not declared").says("nothing was applied");
    assert_eq!(scene.writes(), []);
}

#[test]
fn what_is_no_longer_deployed_is_listed_and_removed_only_when_asked() {
    let scene = scene(20.0);
    let map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  a: b\n";
    let claim = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: keys\nstringData:\n  a: b\n";
    let file = scene.clusters.path("services/gradual/more.yaml");
    std::fs::write(&file, format!("{map}---\n{claim}")).unwrap();
    deploy(&scene, 0, "gradual-rollout", "test", &["--wait=40s"]).prints("5 created");
    std::fs::remove_file(&file).unwrap();
    let told = deploy(&scene, 0, "gradual-rollout", "test", &[]);
    told.prints("left over: ConfigMap/settings: no longer deployed; --prune removes it");
    told.prints("left over: Secret/keys: no longer deployed; never removed by a deploy");
    assert_ne!(scene.object("configmaps", "settings"), Value::Null);
    // A service can say that nothing of it is ever removed.
    let config = scene.clusters.path("services/gradual/gradual-rollout.pvn.yaml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(
        &config,
        text.replacen("  name: gradual-rollout", "  name: gradual-rollout\n  noCleanupOnDelete: true", 1),
    )
    .unwrap();
    let kept = "left over: ConfigMap/settings: no longer deployed; the service keeps what it no longer has";
    deploy(&scene, 0, "gradual-rollout", "test", &["--prune"]).prints(kept);
    assert_ne!(scene.object("configmaps", "settings"), Value::Null);
    std::fs::write(&config, text).unwrap();
    deploy(&scene, 0, "gradual-rollout", "test", &["--prune"]).prints("removed: ConfigMap/settings");
    assert_eq!(scene.object("configmaps", "settings"), Value::Null);
    assert_ne!(scene.object("secrets", "keys"), Value::Null);
    let deletes: Vec<String> =
        scene.sent().into_iter().filter(|logged| logged.method == "DELETE").map(|logged| logged.body).collect();
    assert_eq!(deletes.len(), 1);
    assert!(deletes[0].contains("\"uid\""), "bound to the very object: {}", deletes[0]);
}

#[test]
fn an_aborted_version_again_starts_nothing_and_offers_a_retry() {
    let scene = scene(20.0);
    deploy(&scene, 0, "gradual-rollout", "test", &["--wait=40s"]);
    deploy(&scene, 0, "gradual-rollout", "test", &["--param", "image=yellow", "--wait=40s"]);
    scene.clusters.expect(0, &["abort", "gradual-rollout", "--channel", "test", "--yes", "--wait=40s"]);
    deploy(&scene, 0, "gradual-rollout", "test", &[]).prints("retry it instead").prints("nothing to do");
    assert_eq!(phase(&scene.object("rollouts", "gradual-rollout")), "Degraded");
}

#[test]
fn of_two_that_deploy_at_once_one_wins_and_the_other_says_who() {
    let scene = scene(0.0);
    deploy(&scene, 0, "gradual-rollout", "test", &[]);
    // The plan of the slow one is held up behind its dry run of the rollout.
    scene.faults("test:patch/services#gradual-rollout?dry=3s*1");
    let dry_run = |logged: &rolltop::demo::http::record::Logged| {
        logged.path.contains("rollouts/gradual-rollout") && logged.path.contains("dryRun")
    };
    let seen = scene.clusters.requests().len();
    std::thread::scope(|threads| {
        let slow = threads.spawn(|| deploy(&scene, 1, "gradual-rollout", "test", &["--param", "image=yellow"]));
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while !scene.clusters.requests()[seen..].iter().any(dry_run) {
            assert!(std::time::Instant::now() < deadline, "the slow one makes its plan");
            std::thread::yield_now();
        }
        deploy(&scene, 0, "gradual-rollout", "test", &["--param", "image=red"]);
        let told = slow.join().unwrap();
        told.says("was deployed by somebody else since the plan was made").says("version red (").says("not written");
    });
    assert!(image(&scene.object("rollouts", "gradual-rollout")).ends_with(":red"));
}

#[test]
fn the_next_cluster_of_a_channel_waits_until_the_one_before_is_healthy() {
    let scene = scene(20.0);
    let runtimes = "[[release_channels]]\nname = \"both\"\nruntimes = [\
        { name = \"east\", context = \"test\", namespace = \"demo\" }, \
        { name = \"west\", context = \"staging\", namespace = \"demo\" }]\n";
    let head = "application = \"external-configs\"\nservices = [\"services/**/*.pvn.yaml\"]\n\
        [container_registries]\ndockerhub-prodvana = { prefix = \"\" }\n";
    scene.clusters.file("config.toml", &format!("{head}{runtimes}"));
    deploy(&scene, 0, "gradual-rollout", "both", &["--wait=60s"]);
    let yellow = ["--param", "image=yellow", "--wait=60s"];
    deploy(&scene, 4, "gradual-rollout", "both", &yellow)
        .says("east: Rollout/gradual-rollout is")
        .says("not touched: west");
    let of = |context: &str| image(&scene.on(context).object("rollouts", "gradual-rollout")).to_owned();
    assert!(of("test").ends_with(":yellow") && of("staging").ends_with(":blue"));
    // The same again goes no further while it waits.
    deploy(&scene, 4, "gradual-rollout", "both", &yellow).says("not touched: west");
    scene.clusters.expect(0, &["promote", "gradual-rollout", "--context", "test", "-n", "demo", "--yes", "--full"]);
    scene
        .clusters
        .expect(0, &["status", "gradual-rollout", "--context", "test", "-n", "demo", "--watch", "--timeout", "60s"]);
    deploy(&scene, 0, "gradual-rollout", "both", &yellow);
    assert!(of("staging").ends_with(":yellow"));
}
