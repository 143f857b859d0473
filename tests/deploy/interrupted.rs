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
fn a_change_that_is_interrupted_is_told_as_the_cluster_holds_it_and_completed_by_the_same_again() {
    for (at, (plural, name)) in GRADUAL.iter().enumerate() {
        for (fault, code, outcome) in [("403*1", 5, "failed"), ("drop*1", 1, "failed"), ("!drop*1", 0, "applied")] {
            let case = format!("{fault} at {plural}/{name}");
            let scene = Scene::new(0.0);
            scene.deploy(0, &[]);
            scene.edit("services.yaml", "port: 80", "port: 8081");
            scene.edit("rollout.yaml", ":blue", ":yellow");
            scene.faults(&format!("test:patch/{plural}#{name}?real={fault}"));
            let told = outcomes(&scene.deploy(code, &["-o", "json"]).json());
            let expected = |index: usize| match (index.cmp(&at), code) {
                (std::cmp::Ordering::Greater, 1..) => "not-tried",
                (std::cmp::Ordering::Equal, _) => outcome,
                _ => "applied",
            };
            for (index, (plural, name)) in GRADUAL.iter().enumerate() {
                assert_eq!(told[index], ((*name).to_owned(), expected(index).to_owned()), "{case}");
                let spec = scene.object(plural, name)["spec"].to_string();
                let changed = spec.contains("8081") || spec.contains(":yellow");
                assert_eq!(changed, expected(index) == "applied", "{case}: {plural}/{name}");
            }
            scene.faults("");
            scene.deploy(0, &[]);
            scene.diff(0, &[]);
        }
    }
}

#[test]
fn an_object_that_cannot_be_read_for_the_plan_stops_everything() {
    let scene = Scene::new(0.0);
    scene.faults("test:get/services#fresh=503");
    scene.deploy(1, &[]).says("error (503)").says("nothing was applied");
    assert_eq!(scene.writes(), []);
}

#[test]
fn an_answer_that_is_lost_while_the_cluster_is_away_is_unknown_and_says_so() {
    let scene = Scene::new(0.0);
    scene.faults("test:patch/services#fresh?real=12s*1");
    let log = scene.clusters.path(".local/state/rolltop/audit.jsonl");
    std::thread::scope(|threads| {
        let other = threads.spawn(|| {
            // The line before the write stands: it is under way.
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
            while !std::fs::read_to_string(&log).is_ok_and(|text| text.contains("\"before\"")) {
                assert!(std::time::Instant::now() < deadline, "a write was begun");
                std::thread::yield_now();
            }
            // It may not have arrived yet.
            scene.faults("test:patch/services#fresh?real=12s*1;test:get/services#fresh=503");
        });
        let told = scene.deploy(1, &["-o", "json", "--cluster-timeout", "2s"]);
        other.join().unwrap();
        told.says("no answer came, and it cannot be read now").says("it may have been applied");
        let outcomes: Vec<String> = outcomes(&told.json()).into_iter().map(|(_, outcome)| outcome).collect();
        assert_eq!(outcomes, ["unknown", "not-tried", "not-tried"]);
    });
    assert!(std::fs::read_to_string(&log).unwrap().contains("\"outcome\":\"unknown\""));
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
