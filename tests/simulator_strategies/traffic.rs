//! Canaries under traffic routing: weights, sizes, delays, and what comes with the steps.

use super::scene::{Scene, app, mesh, number};
use serde_json::{Value, json};

const MORE: &str = "Progressing | more replicas need to be updated";
const PAUSED: &str = "Paused | CanaryPauseStep";

fn steps() -> Value {
    json!([{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}, {"pause": {}}])
}

fn scene(replicas: i64, steps: &Value, more: &Value) -> Scene {
    Scene::new(&app(replicas, &mesh(steps, more)))
}

#[track_caller]
fn paused_at(scene: &Scene, index: i64) {
    assert_eq!((scene.status("message"), scene.status("currentStepIndex")), (json!("CanaryPauseStep"), json!(index)));
}

#[test]
fn weights_follow_the_pods_and_the_old_version_waits_for_its_end() {
    let mut scene = scene(5, &steps(), &json!({"scaleDownDelaySeconds": 10}));
    assert_eq!(scene.status("canary.weights.verified"), Value::Null);
    scene.image("green");
    scene.pass(4_000);
    let expected = [
        "Progressing | waiting for rollout spec update to be observed | 4 | 5/5/5/5 | 0 blue, 100 blue".to_owned(),
        format!("{MORE} | 0 | 5/0/5/5 | 0 blue, 100 blue"),
        format!("{MORE} | 0 | 5/0/5/5 | 0 green, 100 blue"),
        format!("{MORE} | 0 | 6/1/5/5 | 0 green, 100 blue"),
        format!("{MORE} | 1 | 6/1/6/6 | 20 green, 80 blue"),
        format!("{PAUSED} | 1 | 6/1/6/6 | 20 green, 80 blue"),
    ];
    assert_eq!(scene.short(), expected);
    for _ in 0..2 {
        scene.act("promote");
        scene.pass(4_000);
    }
    let seen = scene.short();
    assert!(seen.contains(&format!("{MORE} | 2 | 8/3/6/6 | 20 green, 80 blue")), "the weight waits: {seen:#?}");
    assert!(seen.contains(&format!("{PAUSED} | 3 | 8/3/8/8 | 60 green, 40 blue")), "{seen:#?}");
    assert_eq!(seen.last().unwrap(), "Healthy |  | 4 | 10/5/10/10 | 0 green, 100 green");
    assert_eq!(scene.replicas("blue"), 5);
    assert!(scene.deadline("blue").is_some());
    assert_eq!((scene.selected("app"), scene.selected("app-preview")), ("green".into(), "green".into()));
    scene.pass(12_000);
    assert_eq!((scene.replicas("blue"), scene.deadline("blue")), (0, None));
    let told: Vec<String> = scene.events().into_iter().filter(|event| event.starts_with("TrafficWeight")).collect();
    let expected = ["to 0", "", "from 0 to 20", "from 20 to 60", "from 60 to 100", "from 100 to 0"];
    assert_eq!(told, expected.map(|change| format!("TrafficWeightUpdated Traffic weight updated {change}")));
}

#[test]
fn an_abort_takes_the_traffic_at_once_and_the_pods_after_the_delay() {
    for (more, delay) in [
        (json!({}), Some(30)),
        (json!({"abortScaleDownDelaySeconds": 7}), Some(7)),
        (json!({"abortScaleDownDelaySeconds": 0}), None),
    ] {
        let mut scene = scene(5, &steps(), &more);
        scene.image("green");
        scene.pass(4_000);
        scene.act("abort");
        scene.pass(300);
        assert_eq!(scene.status("canary.weights.canary.weight"), 0);
        assert_eq!((scene.status("phase"), scene.status("currentStepIndex")), (json!("Degraded"), json!(0)));
        assert_eq!(scene.selected("app-preview"), "blue");
        match delay {
            Some(seconds) => {
                assert_eq!((scene.replicas("green"), scene.deadline("green")), (1, Some(seconds - 1)), "{more}");
                scene.pass(seconds * 1_000 + 500);
                assert_eq!(scene.replicas("green"), 0, "{more}");
                assert!(scene.deadline("green").is_some(), "it marks an aborted version");
            }
            // No deadline, but a weight of 0 has no pods.
            None => assert_eq!((scene.replicas("green"), scene.deadline("green")), (0, None)),
        }
        scene.act("retry");
        scene.pass(5_000);
        paused_at(&scene, 1);
        assert_eq!(scene.status("canary.weights.canary.weight"), 20);
    }
}

#[test]
fn without_a_delay_an_aborted_canary_keeps_the_size_that_its_first_step_gives_it() {
    let steps = json!([{"setCanaryScale": {"replicas": 2}}, {"setWeight": 20}, {"pause": {}}]);
    let mut scene = scene(5, &steps, &json!({"abortScaleDownDelaySeconds": 0}));
    scene.image("green");
    scene.pass(4_000);
    paused_at(&scene, 2);
    scene.act("abort");
    scene.pass(60_000);
    assert_eq!((scene.replicas("green"), scene.deadline("green")), (2, None));
}

#[test]
fn a_version_that_is_overtaken_goes_at_once_and_the_traffic_with_it() {
    let mut scene = scene(4, &steps(), &json!({}));
    scene.image("green");
    scene.pass(4_000);
    paused_at(&scene, 1);
    scene.image("red");
    scene.pass(5_000);
    paused_at(&scene, 1);
    assert_eq!((scene.replicas("blue"), scene.replicas("green"), scene.replicas("red")), (4, 0, 1));
    assert_eq!(scene.short().last().unwrap(), &format!("{PAUSED} | 1 | 5/1/5/5 | 20 red, 80 blue"));
}

#[test]
fn an_undo_in_mid_update_gives_stable_everything_and_skips_the_steps() {
    let mut scene = scene(4, &steps(), &json!({}));
    scene.image("green");
    scene.pass(4_000);
    scene.act("undo");
    scene.pass(1_000);
    // [quirk] A version that waits for its end is brought to all replicas, as the recording of blue-green shows.
    assert_eq!(scene.short().last().unwrap(), "Healthy |  | 4 | 8/4/5/5 | 0 blue, 100 blue");
    assert!(scene.deadline("green").is_some());
    scene.pass(32_000);
    assert_eq!(scene.short().last().unwrap(), "Healthy |  | 4 | 4/4/4/4 | 0 blue, 100 blue");
}

#[test]
fn a_full_promotion_keeps_the_weight_until_all_pods_are_there() {
    let mut scene = scene(4, &steps(), &json!({}));
    scene.image("green");
    scene.pass(4_000);
    scene.act("promote-full");
    scene.pass(4_000);
    let seen = scene.short();
    assert!(seen.iter().any(|row| row.contains("8/4/5/5 | 20 green, 80 blue")), "{seen:#?}");
    assert_eq!(seen.last().unwrap(), "Healthy |  | 4 | 8/4/8/8 | 0 green, 100 green");
}

#[test]
fn a_dynamic_stable_side_shrinks_behind_the_traffic_and_grows_before_it() {
    let mut scene = scene(10, &steps(), &json!({"dynamicStableScale": true}));
    scene.image("green");
    scene.pass(4_000);
    paused_at(&scene, 1);
    assert_eq!((scene.replicas("green"), scene.replicas("blue")), (2, 8));
    scene.act("promote");
    scene.pass(5_000);
    paused_at(&scene, 3);
    assert_eq!((scene.replicas("green"), scene.replicas("blue")), (6, 4));
    scene.act("abort");
    scene.pass(200);
    // Stable has 4 of 10 pods: it can take 40, as before.
    assert_eq!((scene.status("canary.weights.canary.weight"), scene.replicas("blue")), (json!(60), 10));
    assert_eq!(scene.replicas("green"), 6, "it still serves");
    scene.pass(5_000);
    assert_eq!((scene.status("canary.weights.canary.weight"), scene.replicas("green")), (json!(0), 0));
    scene.act("retry");
    scene.pass(5_000);
    for _ in 0..2 {
        scene.act("promote");
        scene.pass(6_000);
    }
    assert_eq!((scene.status("phase"), scene.replicas("green"), scene.replicas("blue")), (json!("Healthy"), 10, 0));
}

#[test]
fn weights_may_be_parts_of_a_larger_whole() {
    let routing =
        json!({"trafficRouting": {"istio": null, "nginx": {"stableIngress": "app"}, "maxTrafficWeight": 1000}});
    let mut scene = scene(4, &json!([{"setWeight": 250}, {"pause": {}}]), &routing);
    scene.image("green");
    scene.pass(4_000);
    paused_at(&scene, 1);
    assert_eq!(scene.short().last().unwrap(), &format!("{PAUSED} | 1 | 5/1/5/5 | 250 green, 750 blue"));
}

#[test]
fn ping_and_pong_change_their_roles() {
    let turns = json!({
        "canaryService": null, "stableService": null, "pingPong": {"pingService": "app", "pongService": "app-preview"},
        "trafficRouting": {"istio": null, "alb": {"ingress": "app", "servicePort": 80}},
    });
    let mut scene = scene(2, &json!([{"setWeight": 50}, {"pause": {}}]), &turns);
    assert_eq!((scene.status("canary.stablePingPong"), scene.selected("app")), (json!("ping"), "blue".into()));
    scene.image("green");
    scene.pass(4_000);
    paused_at(&scene, 1);
    assert_eq!((scene.selected("app"), scene.selected("app-preview")), ("blue".into(), "green".into()));
    assert_eq!(scene.status("canary.weights.canary.serviceName"), "app-preview");
    assert_eq!(scene.status("canary.weights.verified"), true, "an ALB is asked");
    scene.act("promote");
    scene.pass(4_000);
    assert_eq!((scene.status("phase"), scene.status("canary.stablePingPong")), (json!("Healthy"), json!("pong")));
    assert_eq!(scene.status("canary.weights.stable.serviceName"), "app-preview");
}

#[test]
fn header_and_mirror_routes_are_done_at_once() {
    let steps = json!([
        {"setCanaryScale": {"replicas": 1}},
        {"setHeaderRoute": {"name": "testers", "match": [{"headerName": "x", "headerValue": {"exact": "y"}}]}},
        {"setMirrorRoute": {"name": "mirror", "percentage": 10, "match": [{"path": {"prefix": "/"}}]}},
        {"pause": {}},
    ]);
    let routes = json!({"trafficRouting": {"managedRoutes": [{"name": "testers"}, {"name": "mirror"}]}});
    let mut scene = scene(3, &steps, &routes);
    scene.image("green");
    scene.pass(4_000);
    paused_at(&scene, 3);
    let events = scene.events();
    for step in ["2/4 completed (setHeaderRoute: testers)", "3/4 completed (setMirrorRoute: mirror)"] {
        assert!(events.iter().any(|event| event.ends_with(step)), "{events:#?}");
    }
}

#[test]
fn some_of_the_pods_may_be_enough() {
    let mut scene = scene(
        4,
        &json!([{"setWeight": 100}, {"pause": {}}]),
        &json!({
            "replicaProgressThreshold": {"type": "Percent", "value": 25},
        }),
    );
    scene.image("green");
    let mut fewest = i64::MAX;
    let end = scene.now() + jiff::SignedDuration::from_secs(4);
    while scene.step_until(end) {
        if scene.status("currentStepIndex") == 1 {
            fewest = fewest.min(number(&scene.set("green"), "/status/availableReplicas"));
        }
    }
    assert_eq!(fewest, 1, "it went on with one of four");
}

#[test]
fn a_step_plugin_runs_for_its_seconds_and_is_undone_by_an_abort() {
    let steps = json!([{"setWeight": 20}, {"plugin": {"name": "shop/smoke", "config": {"seconds": 5}}}, {"pause": {}}]);
    let mut scene = scene(5, &steps, &json!({}));
    scene.image("green");
    scene.pass(4_000);
    let status = scene.status("canary.stepPluginStatuses.0");
    assert_eq!(
        (&status["operation"], &status["phase"], &status["index"]),
        (&json!("Run"), &json!("Running"), &json!(1))
    );
    assert_eq!(scene.status("message"), "more replicas need to be updated");
    scene.pass(5_000);
    paused_at(&scene, 2);
    let status = scene.status("canary.stepPluginStatuses.0");
    assert_eq!((&status["phase"], status["finishedAt"].is_string()), (&json!("Successful"), true));
    assert!(scene.events().iter().any(|event| event.starts_with("StepPluginTransition")));
    scene.act("abort");
    scene.pass(500);
    let statuses = scene.status("canary.stepPluginStatuses");
    let operations: Vec<&Value> = statuses.as_array().unwrap().iter().map(|status| &status["operation"]).collect();
    assert_eq!(operations, ["Run", "Abort"]);
    scene.act("retry");
    scene.pass(2_000);
    assert_eq!(scene.status("canary.stepPluginStatuses").as_array().map(Vec::len), Some(1));
}

#[test]
fn a_step_plugin_that_fails_aborts_the_update() {
    let config = json!({"seconds": 2, "result": "Failed", "message": "smoke tests: 3 of 40 failed"});
    let steps = json!([{"setWeight": 20}, {"plugin": {"name": "shop/smoke", "config": config}}]);
    let mut scene = scene(5, &steps, &json!({}));
    scene.image("green");
    scene.pass(6_000);
    let message = "RolloutAborted: Rollout aborted update to revision 2: smoke tests: 3 of 40 failed";
    assert_eq!(scene.status("message"), message);
}

#[test]
fn a_rollback_within_the_window_skips_the_steps_and_one_beyond_it_does_not() {
    let mut manifests = app(2, &mesh(&steps(), &json!({"scaleDownDelaySeconds": 3600})));
    manifests[2]["spec"]["rollbackWindow"] = json!({"revisions": 1});
    let mut scene = Scene::new(&manifests);
    for tag in ["green", "red"] {
        scene.image(tag);
        scene.pass(1_000);
        scene.act("promote-full");
        scene.pass(5_000);
        assert_eq!(scene.status("phase"), "Healthy");
    }
    scene.image("green");
    scene.pass(4_000);
    assert_eq!(scene.status("phase"), "Healthy", "{:#?}", scene.take());
    assert!(scene.events().iter().any(|event| event.contains("RollbackWindow")));
    scene.image("red");
    scene.pass(1_000);
    scene.act("promote-full");
    scene.pass(5_000);
    // Green lies between.
    scene.image("blue");
    scene.pass(4_000);
    paused_at(&scene, 1);
}

#[test]
fn the_deadline_of_progress_does_not_run_while_an_old_version_waits_for_its_own() {
    let mut manifests = app(3, &mesh(&steps(), &json!({"scaleDownDelaySeconds": 120})));
    manifests[2]["spec"]["progressDeadlineSeconds"] = json!(20);
    let mut scene = Scene::new(&manifests);
    scene.image("green");
    scene.pass(4_000);
    scene.act("promote-full");
    scene.pass(5_000);
    scene.image("does-not-exist");
    scene.pass(60_000);
    assert_eq!(scene.status("phase"), "Progressing");
    scene.pass(120_000);
    let message = scene.status("message").as_str().unwrap().to_owned();
    assert!(message.starts_with("ProgressDeadlineExceeded: ReplicaSet \"app-"), "{message}");
}
