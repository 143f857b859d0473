//! Interrupted deploys: whatever goes wrong at whichever object, what is said is what the cluster holds, and the same
//! deploy again completes it.

use crate::scene::{GRADUAL, Scene};
use serde_json::Value;

/// A fault at the real write of one object, the exit code, the outcome of that object, and words of stderr.
const FAULTS: &[(&str, i32, &str, &str)] = &[
    ("403*1", 5, "failed", "no right to apply"),
    ("422*1", 1, "failed", "refused to apply"),
    ("500*1", 1, "failed", "error (500)"),
    ("429*1", 1, "failed", "throttling"),
    ("deny*1:no deploys on Fridays", 1, "failed", "no deploys on Fridays"),
    ("401*1", 5, "failed", "does not accept the login"),
    ("504*1", 1, "failed", "read again, it was not applied"),
    ("drop*1", 1, "failed", "read again, it was not applied"),
    ("!504*1", 0, "applied", ""),
    ("!drop*1", 0, "applied", ""),
    ("12s*1", 1, "failed", "read again, it was not applied"),
];

#[track_caller]
fn outcomes(told: &Value) -> Vec<(String, String)> {
    let objects = told["objects"].as_array().unwrap().iter();
    objects.map(|one| (one["name"].as_str().unwrap().to_owned(), one["outcome"].as_str().unwrap().to_owned())).collect()
}

#[test]
fn what_is_said_is_what_the_cluster_holds_and_the_same_again_completes_it() {
    for (at, (plural, name)) in GRADUAL.iter().enumerate() {
        for (fault, code, outcome, words) in FAULTS {
            let case = format!("{fault} at {plural}/{name}");
            let scene = Scene::new(0.0);
            scene.faults(&format!("test:patch/{plural}#{name}?real={fault}"));
            let ran = scene.clusters.run(&[
                "deploy",
                "-f",
                "m",
                "--channel",
                "test",
                "--yes",
                "-o",
                "json",
                "--cluster-timeout",
                "2s",
            ]);
            assert_eq!(ran.code, *code, "{case}: {}", ran.stderr);
            assert!(ran.stderr.contains(words), "{case}: {}", ran.stderr);
            if *code != 0 {
                assert!(ran.stderr.contains("rolltop deploy -f m --channel test --yes"), "{case}: {}", ran.stderr);
            }
            for (index, (told, (plural, name))) in outcomes(&ran.json()).into_iter().zip(GRADUAL).enumerate() {
                let expected = match (index.cmp(&at), *code) {
                    (std::cmp::Ordering::Greater, 1..) => "not-tried",
                    (std::cmp::Ordering::Equal, _) => outcome,
                    _ => "applied",
                };
                assert_eq!(told, ((*name).to_owned(), expected.to_owned()), "{case}");
                let there = scene.object(plural, name) != Value::Null;
                assert_eq!(there, expected == "applied", "{case}: {plural}/{name}");
            }
            // The fault is used up: the rest follows, what is there is not written again.
            scene.faults("");
            let before = scene.writes().len();
            scene.deploy(0, &[]);
            let missing = if *code == 0 { 0 } else { GRADUAL.len() - at };
            assert_eq!(scene.writes().len() - before, missing, "{case}");
            scene.diff(0, &[]);
        }
    }
}

#[test]
fn an_answer_that_is_lost_while_the_cluster_is_away_is_unknown_and_says_so() {
    let scene = Scene::new(0.0);
    // The first reads are of the plan, and of the object right before its write.
    scene.faults("test:patch/services#fresh?real=!drop*1;test:get/services#fresh=503");
    let ran = scene.clusters.run(&["deploy", "-f", "m", "--channel", "test", "--yes", "-o", "json"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    // It could not even be read for the plan: nothing was sent.
    assert_eq!(scene.writes(), []);
}

#[test]
fn a_refusal_of_the_dry_run_stops_everything_and_all_of_them_are_told() {
    let scene = Scene::new(0.0);
    scene.faults("test:patch/services#fresh=deny:no services here;test:patch/rollouts=deny:no rollouts here");
    let ran = scene.deploy(1, &[]);
    ran.says("no services here").says("no rollouts here").says("nothing was applied");
    assert_eq!(scene.writes(), []);
}

#[test]
fn a_conflict_of_versions_alone_is_tried_again_with_the_new_version() {
    let scene = Scene::new(0.0);
    scene.deploy(0, &[]);
    scene.edit("rollout.yaml", ":blue", ":yellow");
    scene.faults("test:patch/rollouts#fresh?real=409*2");
    scene.deploy(0, &[]).prints("applied: Rollout/fresh");
    assert_eq!(scene.writes().len(), 3 + 3);
    // One that never ends is given up, and nothing is stored.
    scene.edit("rollout.yaml", ":yellow", ":red");
    scene.faults("test:patch/rollouts#fresh?real=409");
    scene.deploy(1, &[]).says("changes faster than it can be written");
    assert!(scene.object("rollouts", "fresh").to_string().contains(":yellow"));
}
