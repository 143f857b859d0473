//! Blue-green rollouts: the trace of the reference, its pauses, delays and ways back.

use super::scene::{Scene, app, blue_green};
use serde_json::{Value, json};

const MORE: &str = "Progressing | more replicas need to be updated";
const CUTOVER: &str = "Progressing | active service cutover pending";
const UNOBSERVED: &str = "Progressing | waiting for rollout spec update to be observed";
const UNPAUSE: &str = "Progressing | waiting for rollout to unpause";
const PAUSED: &str = "Paused | BlueGreenPause";
const ABORTED: &str = "Degraded | RolloutAborted: Rollout aborted update to revision 2";

fn scene(more: &Value) -> Scene {
    Scene::new(&app(3, &blue_green(more)))
}

fn rows(parts: &[(&str, &str)]) -> Vec<String> {
    parts.iter().map(|(phase, rest)| format!("{phase} | {rest}")).collect()
}

#[track_caller]
fn waits(scene: &mut Scene) {
    scene.image("green");
    scene.pass(4_000);
    assert_eq!(scene.status("message"), "BlueGreenPause");
    scene.take();
}

#[test]
fn golden_trace_d_from_the_image_to_the_old_version_s_end() {
    let mut scene = scene(&json!({"autoPromotionEnabled": false}));
    scene.image("green");
    scene.pass(4_000);
    let expected = [
        (UNOBSERVED, "3/3/3/3 hpa 3 | blue/blue/blue"),
        (MORE, "3/0/3/3 hpa 3 | blue/green/blue"),
        (CUTOVER, "6/3/3/3 hpa 3 | blue/green/blue"),
        (PAUSED, "6/3/3/3 hpa 3 | blue/green/blue"),
    ];
    assert_eq!(scene.short(), rows(&expected));
    assert_eq!((scene.selected("app").as_str(), scene.selected("app-preview").as_str()), ("blue", "green"));
    // However long.
    scene.pass(3_600_000);
    assert_eq!(scene.short(), [] as [String; 0]);
    scene.act("promote");
    scene.pass(1_000);
    let expected = [(UNPAUSE, "6/3/3/3 hpa 3 | blue/green/blue"), ("Healthy | ", "6/3/3/3 hpa 3 | green/green/green")];
    assert_eq!(scene.short(), rows(&expected));
    let events = scene.events();
    assert!(events.contains(&"SwitchService Switched selector for service 'app' from 'blue' to 'green'".to_owned()));
    let done = "RolloutCompleted Rollout completed update to revision 2 (green): Completed blue-green update";
    assert!(events.contains(&done.to_owned()), "{events:#?}");
    assert!(!events.iter().any(|event| event.starts_with("RolloutResumed")), "only a pause that ends by its time");
    assert_eq!((scene.replicas("blue"), scene.deadline("blue")), (3, Some(29)));
    scene.pass(31_000);
    assert_eq!(scene.short(), rows(&[("Healthy | ", "3/3/3/3 hpa 3 | green/green/green")]));
    assert_eq!((scene.replicas("blue"), scene.deadline("blue")), (0, None), "a normal end takes the annotation away");
}

#[test]
fn without_a_pause_the_switch_comes_as_soon_as_the_new_version_is_complete() {
    let mut scene = scene(&json!({}));
    scene.image("green");
    scene.pass(4_000);
    let seen = scene.short();
    assert!(seen.iter().all(|row| !row.starts_with("Paused")), "{seen:#?}");
    assert_eq!(seen.last().unwrap(), "Healthy |  | 6/3/3/3 hpa 3 | green/green/green");
}

#[test]
fn a_pause_with_a_time_ends_by_itself_or_by_a_person() {
    let mut scene = scene(&json!({"autoPromotionSeconds": 20}));
    waits(&mut scene);
    scene.pass(14_000);
    assert_eq!(scene.short(), [] as [String; 0]);
    scene.pass(8_000);
    assert_eq!(scene.status("phase"), "Healthy");
    assert!(scene.events().contains(&"RolloutResumed Rollout is resumed".to_owned()));
    scene.image("red");
    scene.pass(4_000);
    assert_eq!(scene.status("message"), "BlueGreenPause");
    scene.act("promote");
    scene.pass(1_000);
    assert_eq!((scene.status("phase"), scene.selected("app")), (json!("Healthy"), "red".to_owned()));
}

#[test]
fn auto_promotion_off_waits_for_a_person_whatever_the_seconds_say() {
    let mut scene = scene(&json!({"autoPromotionEnabled": false, "autoPromotionSeconds": 5}));
    waits(&mut scene);
    scene.pass(600_000);
    assert_eq!(scene.status("message"), "BlueGreenPause");
}

#[test]
fn a_few_preview_pods_come_first_and_the_rest_before_the_switch() {
    let mut scene = scene(&json!({"autoPromotionEnabled": false, "previewReplicaCount": 1}));
    waits(&mut scene);
    assert_eq!(scene.replicas("green"), 1);
    scene.act("promote");
    scene.pass(4_000);
    let expected = [
        (UNPAUSE, "4/1/3/3 hpa 3 | blue/green/blue"),
        (MORE, "4/1/3/3 hpa 3 | blue/green/blue"),
        (MORE, "4/1/3/3 hpa 3 | blue/green/blue passed"),
        (CUTOVER, "6/3/3/3 hpa 3 | blue/green/blue passed"),
        ("Healthy | ", "6/3/3/3 hpa 3 | green/green/green"),
    ];
    let mut seen = scene.short();
    // Between the two the client says that it unpauses; the controller has said so too.
    seen.dedup();
    assert_eq!(seen, rows(&[expected[0], expected[2], expected[3], expected[4]]));
}

#[test]
fn an_aborted_preview_leaves_after_its_delay_and_its_mark_stays() {
    for (more, delay) in [
        (json!({}), Some(30)),
        (json!({"abortScaleDownDelaySeconds": 5}), Some(5)),
        (json!({"abortScaleDownDelaySeconds": 0}), None),
    ] {
        let mut strategy = json!({"autoPromotionEnabled": false});
        json_patch::merge(&mut strategy, &more);
        let mut scene = scene(&strategy);
        waits(&mut scene);
        scene.act("abort");
        scene.pass(200);
        assert_eq!(scene.short().last().unwrap(), &format!("{ABORTED} | 6/3/3/3 hpa 3 | blue/green/blue"));
        assert_eq!(scene.deadline("green"), delay.map(|seconds| seconds - 1), "{more}");
        assert_eq!(scene.replicas("green"), 3);
        scene.pass(delay.unwrap_or(600) * 1_000 + 1_000);
        match delay {
            Some(_) => {
                assert_eq!(scene.replicas("green"), 0, "{more}");
                assert!(scene.deadline("green").is_some(), "it marks an aborted version");
                assert_eq!(scene.short().last().unwrap(), &format!("{ABORTED} | 3/0/3/3 hpa 3 | blue/green/blue"));
            }
            None => assert_eq!(scene.replicas("green"), 3, "0 keeps it for good"),
        }
        assert_eq!((scene.selected("app"), scene.selected("app-preview")), ("blue".into(), "green".into()));
    }
}

#[test]
fn a_retry_after_the_delay_brings_the_preview_back_and_pauses_again() {
    let mut scene = scene(&json!({"autoPromotionEnabled": false, "abortScaleDownDelaySeconds": 5}));
    waits(&mut scene);
    scene.act("abort");
    scene.pass(10_000);
    scene.take();
    scene.act("retry");
    scene.pass(5_000);
    assert_eq!(scene.condition("Progressing").1, "RolloutPaused");
    assert_eq!(scene.short().last().unwrap(), &format!("{PAUSED} | 6/3/3/3 hpa 3 | blue/green/blue"));
    assert_eq!((scene.replicas("green"), scene.deadline("green")), (3, None));
}

#[test]
fn back_within_the_delay_needs_no_pause_and_later_it_does() {
    let mut scene = scene(&json!({"autoPromotionEnabled": false}));
    waits(&mut scene);
    scene.act("promote");
    scene.pass(5_000);
    scene.take();
    scene.act("undo");
    scene.pass(1_000);
    let seen = scene.short();
    assert!(seen.iter().all(|row| !row.starts_with("Paused")), "{seen:#?}");
    assert_eq!(seen.last().unwrap(), "Healthy |  | 6/3/3/3 hpa 3 | blue/blue/blue");
    assert!(scene.deadline("green").is_some() && scene.deadline("blue").is_none());
    scene.pass(60_000);
    assert_eq!(scene.replicas("green"), 0);
    scene.act("undo");
    scene.pass(5_000);
    assert_eq!(scene.status("message"), "BlueGreenPause");
}

#[test]
fn a_full_promotion_skips_the_pause_and_an_abort_of_nothing_is_dropped() {
    let mut scene = scene(&json!({"autoPromotionEnabled": false, "previewReplicaCount": 1}));
    waits(&mut scene);
    scene.act("promote-full");
    scene.pass(4_000);
    assert_eq!(scene.short().last().unwrap(), "Healthy |  | 6/3/3/3 hpa 3 | green/green/green");
    let done = "RolloutCompleted Rollout completed update to revision 2 (green): Full promotion requested";
    assert!(scene.events().contains(&done.to_owned()));
    scene.act("abort");
    scene.pass(1_000);
    assert_eq!((scene.status("abort"), scene.status("phase")), (Value::Null, json!("Healthy")));
}

#[test]
fn only_so_many_old_versions_wait_for_their_end() {
    let mut scene = scene(&json!({"scaleDownDelaySeconds": 600, "scaleDownDelayRevisionLimit": 1}));
    for tag in ["green", "red"] {
        scene.image(tag);
        scene.pass(5_000);
        assert_eq!(scene.status("phase"), "Healthy");
    }
    assert_eq!((scene.replicas("red"), scene.replicas("green"), scene.replicas("blue")), (3, 3, 0));
}

#[test]
fn scaling_reaches_both_versions_and_a_pause_by_hand_holds_the_switch() {
    let mut scene = scene(&json!({"autoPromotionEnabled": false}));
    waits(&mut scene);
    scene.deed(json!({"do": "scale", "replicas": 5}));
    scene.pass(4_000);
    assert_eq!((scene.replicas("green"), scene.replicas("blue")), (5, 5));
    assert_eq!(scene.short().last().unwrap(), &format!("{PAUSED} | 10/5/5/5 hpa 5 | blue/green/blue"));
    scene.act("pause");
    scene.deed(json!({"do": "patch-status", "patch": {"pauseConditions": null}}));
    scene.pass(4_000);
    assert_eq!((scene.status("message"), scene.selected("app")), (json!("manually paused"), "blue".into()));
    assert_eq!(scene.condition("Available").0, "True");
}

#[test]
fn pods_carry_the_metadata_of_their_role() {
    let mut scene = scene(&json!({
        "autoPromotionEnabled": false,
        "activeMetadata": {"labels": {"role": "active"}}, "previewMetadata": {"labels": {"role": "preview"}},
    }));
    let roles = |scene: &Scene| {
        let (pods, _) = scene.store.list(&rolltop::demo::store::PODS, Some("demo"));
        let mut roles: Vec<String> = pods
            .iter()
            .filter(|pod| pod.pointer("/metadata/deletionTimestamp").is_none())
            .map(|pod| {
                let image = pod["spec"]["containers"][0]["image"].as_str().unwrap().rsplit(':').next().unwrap();
                format!("{image} {}", pod["metadata"]["labels"]["role"].as_str().unwrap_or("-"))
            })
            .collect();
        roles.sort();
        roles.dedup();
        roles
    };
    assert_eq!(roles(&scene), ["blue active"]);
    waits(&mut scene);
    assert_eq!(roles(&scene), ["blue active", "green preview"]);
    assert_eq!(scene.set("green")["spec"]["template"]["metadata"]["labels"]["role"], "preview");
    scene.act("promote");
    scene.pass(2_000);
    assert_eq!(roles(&scene), ["blue -", "green active"]);
    // What was injected is no new template.
    let (sets, _) = scene.store.list(&rolltop::demo::store::REPLICA_SETS, Some("demo"));
    assert_eq!(sets.len(), 2);
}
