//! What must hold whatever people do, and when.

use super::scene::{Scene, app, blue_green, mesh, number, text};
use proptest::prelude::*;
use rolltop::demo::store::REPLICA_SETS;
use serde_json::{Value, json};

#[derive(Clone, Debug)]
enum Command {
    Image(&'static str),
    Act(&'static str),
    Scale(i64),
    Wait(i64),
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        3 => prop::sample::select(vec!["blue", "green", "red"]).prop_map(Command::Image),
        6 => prop::sample::select(vec![
            "promote", "promote", "promote", "promote-full", "abort", "retry", "pause", "resume", "undo",
        ])
        .prop_map(Command::Act),
        1 => (1_i64..6).prop_map(Command::Scale),
        5 => prop::sample::select(vec![5_i64, 30, 90, 400, 1_500, 4_000, 32_000]).prop_map(Command::Wait),
    ]
}

/// The strategies, by number.
fn strategies() -> Vec<Value> {
    let steps = json!([
        {"setCanaryScale": {"replicas": 1}}, {"setWeight": 20}, {"pause": {}}, {"setCanaryScale": {"weight": 50}},
        {"setWeight": 60}, {"pause": {"duration": 5}}, {"setCanaryScale": {"matchTrafficWeight": true}},
        {"plugin": {"name": "shop/smoke", "config": {"seconds": 2}}},
    ]);
    vec![
        blue_green(&json!({"autoPromotionEnabled": false})),
        blue_green(&json!({"autoPromotionSeconds": 10, "previewReplicaCount": 1, "scaleDownDelayRevisionLimit": 1})),
        mesh(&steps, &json!({})),
        mesh(&steps, &json!({"dynamicStableScale": true, "minPodsPerReplicaSet": 2})),
        mesh(&steps, &json!({"abortScaleDownDelaySeconds": 0, "scaleDownDelaySeconds": 5})),
    ]
}

/// What a moment must not show.
fn holds(scene: &Scene, whole: bool) -> Result<(), TestCaseError> {
    let rollout = scene.rollout();
    let status = &rollout["status"];
    for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "HPAReplicas"] {
        prop_assert!(number(status, &format!("/{field}")) >= 0, "{field} in {status:#}");
    }
    for set in scene.store.list(&REPLICA_SETS, Some("demo")).0 {
        prop_assert!(number(&set, "/spec/replicas") >= 0, "{set:#}");
    }
    let weights = status.pointer("/canary/weights");
    let mut sum = 0;
    for side in ["canary", "stable"] {
        let Some(side) = weights.and_then(|weights| weights.get(side)) else { continue };
        let weight = number(side, "/weight");
        prop_assert!((0..=100).contains(&weight), "{status:#}");
        sum += weight;
    }
    prop_assert!(weights.is_none() || sum == 100, "{status:#}");
    if !whole {
        return Ok(());
    }
    // What serves has its pods.
    let replicas = number(&rollout, "/spec/replicas");
    if rollout.pointer("/spec/strategy/blueGreen").is_some() {
        let active = text(status, "/blueGreen/activeSelector");
        prop_assert!(scene.serving(active) >= replicas, "{} of {replicas} serve, {status:#}", scene.serving(active));
        return Ok(());
    }
    for side in ["canary", "stable"] {
        let side = status.pointer(&format!("/canary/weights/{side}")).cloned().unwrap_or_default();
        let (weight, hash) = (number(&side, "/weight"), text(&side, "/podTemplateHash"));
        // A canary's size may be set apart from its weight: it has pods at all. Stable has them for all of its share.
        let needed = if weight == 0 {
            0
        } else if hash == text(status, "/stableRS") {
            (weight * replicas + 99) / 100
        } else {
            1
        };
        prop_assert!(scene.serving(hash) >= needed, "{} of {needed} serve {side}, {status:#}", scene.serving(hash));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, max_shrink_iters: 150, ..ProptestConfig::default() })]

    #[test]
    fn enough_pods_serve_no_number_is_impossible_and_it_ends_settled(
        which in 0_usize..5,
        commands in prop::collection::vec(command(), 1..16),
    ) {
        let mut scene = Scene::new(&app(3, &strategies()[which]));
        // Growing takes time, and its pods are not there before: sizes are compared while nobody scales.
        let whole = !commands.iter().any(|command| matches!(command, Command::Scale(_)));
        for command in &commands {
            match command {
                Command::Image(tag) => scene.image(tag),
                // Undo needs an earlier revision.
                Command::Act("undo") if scene.store.list(&REPLICA_SETS, Some("demo")).0.len() < 2 => {}
                Command::Act(what) => scene.act(what),
                Command::Scale(replicas) => scene.deed(json!({"do": "scale", "replicas": replicas})),
                Command::Wait(milliseconds) => {
                    let end = scene.now() + jiff::SignedDuration::from_millis(*milliseconds);
                    while scene.step_until(end) {
                        holds(&scene, whole)?;
                    }
                }
            }
        }
        scene.act("resume");
        scene.pass(2_000);
        if scene.status("stableRS") != scene.status("currentPodHash") {
            scene.act("promote-full");
        }
        scene.pass(90_000);
        let replicas = number(&scene.rollout(), "/spec/replicas");
        let status = scene.status("");
        prop_assert_eq!(scene.status("phase"), "Healthy", "{:#}", status);
        for field in ["replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "HPAReplicas"] {
            prop_assert_eq!(scene.status(field), replicas, "{}: {:#}", field, scene.rollout()["status"]);
        }
        let before = scene.rollout();
        scene.pass(120_000);
        prop_assert_eq!(before, scene.rollout(), "it changes although nothing happens");
    }
}
