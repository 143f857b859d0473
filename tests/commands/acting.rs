//! The commands that change something: what they ask for, what they send, how they end.

use crate::fixture::{Clusters, Ran};
use serde_json::Value;

/// `gradual-rollout` in production stands at its first pause, step 1 of 6.
fn on(action: &[&'static str], more: &[&'static str]) -> Vec<&'static str> {
    [action, &["gradual-rollout", "--channel", "production"], more].concat()
}

/// Every action that the pause allows, with the name of the rollout and without.
const ALLOWED: &[&[&str]] =
    &[&["abort"], &["pause"], &["undo"], &["restart"], &["restart", "--in", "1h"], &["promote", "--full"]];

#[test]
fn what_is_written_needs_a_yes_and_says_what_it_did() {
    let clusters = Clusters::new("fleet", 0.0);
    for action in ALLOWED {
        let [verb, more @ ..] = action else { panic!("{action:?}") };
        let asked = clusters.expect(2, &on(&[verb], more));
        asked.says("need --yes").says("nothing was sent");
    }
    assert_eq!(clusters.writes(), []);
    clusters.expect(0, &on(&["pause"], &["--yes", "--reason", "look at it"])).prints("pause: the server took it");
    let told = clusters.expect(0, &on(&["resume"], &["--yes", "--reason", "seen", "-o", "json"])).json();
    assert_eq!(told["kind"], "ActionOutcome");
    assert_eq!(
        (&told["action"], &told["object"], &told["outcome"]),
        (&"resume".into(), &"rollout".into(), &"accepted".into())
    );
    assert_eq!((&told["name"], &told["reason"]), (&"gradual-rollout".into(), &"seen".into()));
    assert!(told["resourceVersion"].is_string());
    clusters.expect(0, &on(&["abort"], &["--yes"])).prints("abort: the server took it").says("stays Degraded");
    assert_eq!(clusters.writes().len(), 3);
}

#[test]
fn with_nothing_to_do_the_exit_code_is_1_and_the_reason_stands_there() {
    let clusters = Clusters::new("fleet", 0.0);
    for (action, why) in [
        (on(&["retry"], &[]), "not aborted: there is nothing to retry"),
        (on(&["resume"], &[]), "not paused by hand: promote ends the pause of the step"),
        (on(&["promote"], &["--skip-current-step"]), "paused by the controller"),
        (on(&["undo"], &["--to-revision", "999"]), "there is no revision 999; there are"),
        (on(&["set-image"], &["ap=x:1"]), "no container is called ap; there are"),
        (on(&["scale"], &["3"]), "3 pods are wanted already"),
    ] {
        let refused = clusters.expect(1, &[&action[..], &["--yes", "-o", "json"]].concat());
        refused.says(why);
        let told = refused.json();
        assert_eq!(told["outcome"], "refused", "{action:?}");
        assert!(told["message"].as_str().unwrap().contains(why), "{told}");
    }
    assert_eq!(clusters.writes(), []);
}

#[test]
fn conditions_hold_back_what_was_meant_for_another_moment() {
    let clusters = Clusters::new("fleet", 0.0);
    let unmet = |more: &[&'static str], why: &str| {
        for verb in ["promote", "abort"] {
            let refused = clusters.expect(1, &[&on(&[verb], more)[..], &["--yes", "-o", "json"]].concat());
            refused.says(why).says("nothing was sent");
            assert_eq!(refused.json()["outcome"], "unmet");
        }
    };
    unmet(&["--if-step", "3"], "it is at step 1/6, not at 3");
    unmet(&["--if-revision", "999"], "not at 999 (--if-revision)");
    unmet(&["--if-step", "1", "--if-revision", "999"], "not at 999");
    assert_eq!(clusters.writes(), []);
    let report = clusters.expect(0, &on(&["get"], &["-o", "json"])).json();
    let revision = report["revisions"][0]["revision"].to_string();
    let promote = ["promote", "gradual-rollout", "--channel", "production", "--yes", "--if-step", "1"];
    clusters.expect(0, &[&promote[..], &["--if-revision", &revision]].concat());
    // The same line again finds the pause ended, seen by the controller or not: it ends no other.
    clusters.expect(1, &[&promote[..], &["--if-revision", &revision]].concat());
    assert_eq!(clusters.writes().len(), 1);
}

#[test]
fn what_cannot_be_meant_is_bad_input() {
    let clusters = Clusters::new("fleet", 0.0);
    for (args, why) in [
        (&["terminate", "analysisrun"][..], "is not KIND/NAME"),
        (&["terminate", "analysisrum/x"], "hint: did you mean \"analysisrun\"?"),
        (&["terminate", "pod/x"], "a pod cannot be terminated"),
        (&["retry", "pod", "x"], "a pod cannot be retried"),
        (&["retry", "experiment", "x", "--if-step", "1"], "neither steps nor revisions"),
        (&["set-image", "x", "app"], "is not CONTAINER=IMAGE"),
        (&["set-image", "x", "app=a:1", "app=a:2"], "container app is given two images"),
        (&["set-image", "x"], "CONTAINER=IMAGE"),
        (&["set-image", "gradual-rollout", "--channel", "production", "--yes", "*=a b"], "that is no image"),
        (&["scale", "x", "-1"], "0 or more"),
        (&["scale", "x", "many"], "0 or more"),
        (&["restart", "x", "--in", "5"], "seconds or minutes?"),
        (&["promote", "x", "--full", "--skip-all-steps"], "cannot be used with"),
        (&["promote", "x", "--timeout", "5s"], "--wait"),
        (&["promote", "x", "--dry-run", "client"], "server"),
        (&["abort"], "NAME"),
    ] {
        clusters.expect(2, args).says(why);
    }
    assert_eq!(clusters.writes(), []);
}

#[test]
fn read_only_refuses_every_action_before_anything_is_asked() {
    let clusters = Clusters::new("fleet", 0.0);
    let channel = clusters.running.config.replace("confirm = \"type-name\"", "readonly = true");
    let channel = clusters.file("readonly.toml", &channel);
    let actions: Vec<Vec<&str>> = vec![
        on(&["promote"], &[]),
        on(&["promote"], &["--full"]),
        on(&["abort"], &[]),
        on(&["pause"], &[]),
        on(&["restart"], &[]),
        on(&["undo"], &[]),
        on(&["set-image"], &["*=a:1"]),
        on(&["scale"], &["9"]),
    ];
    for action in &actions {
        clusters.expect(5, &[&action[..], &["--yes", "--readonly"]].concat()).says("--readonly: nothing is written");
    }
    assert!(clusters.requests().is_empty());
    for action in &actions {
        clusters.expect(5, &[&action[..], &["--yes", "-c", &channel]].concat()).says("is read-only");
    }
    assert_eq!(clusters.writes(), []);
}

#[test]
fn where_a_reason_is_required_a_write_without_one_is_bad_input_but_a_brake_is_not() {
    let clusters = Clusters::new("fleet", 0.0);
    let wanted = clusters.running.config.replace("confirm = \"type-name\"", "require_reason = true");
    let config = clusters.file("reason.toml", &wanted);
    for action in [&["promote"][..], &["undo"], &["restart"], &["set-image"], &["promote", "--full"]] {
        let more: &[&str] = if action == ["set-image"] { &["*=a:1"] } else { &[] };
        let named = [action, &["gradual-rollout", "--channel", "production", "--yes", "-c", &config], more].concat();
        clusters.expect(2, &named).says("wants a reason").says("--reason").says("nothing was sent");
        clusters.expect(2, &[&named[..], &["--reason", "  "]].concat()).says("wants a reason");
    }
    assert_eq!(clusters.writes(), []);
    let told = |action: &[&str], more: &[&str]| {
        clusters.expect(
            0,
            &[action, &["gradual-rollout", "--channel", "production", "--yes", "-c", &config], more].concat(),
        )
    };
    told(&["promote"], &["--reason", "INC-7"]);
    told(&["pause"], &[]);
    assert_eq!(clusters.writes().len(), 2);
}

#[test]
fn a_freeze_of_the_channel_is_a_warning_and_never_of_a_brake() {
    let clusters = Clusters::new("fleet", 0.0);
    let freeze = "\n[protections.quiet]\nallowed_times = { windows = [{}], freezes = [{ from = \"2020-01-01\", to = \"2099-12-31\", reason = \"INC-1\" }] }\n";
    let config = clusters.running.config.replace("confirm = \"type-name\"", "protections = [\"quiet\"]");
    let config = clusters.file("frozen.toml", &format!("{config}{freeze}"));
    let dry = |verb: &str| {
        clusters.expect(0, &[verb, "gradual-rollout", "--channel", "production", "-c", &config, "--dry-run", "server"])
    };
    dry("promote").says("warning: protection quiet is closed now: freeze until 2100-01-01 00:00 UTC: INC-1");
    assert!(!dry("abort").stderr.contains("closed now"));
}

fn wait_for(ran: &Ran) -> Value {
    serde_json::from_str(ran.stdout.lines().last().unwrap()).unwrap()
}

#[test]
fn wait_follows_an_abort_a_retry_and_an_undo_to_their_ends() {
    let clusters = Clusters::new("fleet", 20.0);
    let wait = ["--yes", "--wait=40s", "-o", "json"];
    for (verb, part) in [("abort", "traffic goes back"), ("retry", "began again"), ("undo", "version")] {
        if verb == "undo" {
            // Time goes on: what is decided while the controller moves would rightly be refused.
            let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
            while clusters.expect(0, &on(&["get"], &["-o", "json"])).json()["phase"] != "Paused" {
                assert!(std::time::Instant::now() < deadline, "no pause came");
            }
        }
        let told = wait_for(&clusters.expect(0, &[&on(&[verb], &[])[..], &wait].concat()));
        assert_eq!(told["outcome"], "reacted", "{told}");
        assert!(told["message"].as_str().unwrap().contains(part), "{told}");
    }
    assert_eq!(clusters.writes().len(), 3);
}

#[test]
fn a_lost_answer_is_looked_after_and_a_controller_that_does_nothing_is_told_in_time() {
    let clusters = Clusters::new("fleet", 1.0);
    clusters.running.set_faults("production:patch=!drop*1").unwrap();
    let promote = on(&["promote"], &["--yes", "--wait=40s"]);
    clusters.expect(0, &promote).says("looking whether it happened").prints("done: the controller moved on from 1/6");
    assert_eq!(clusters.writes().len(), 1);

    // Not carried out, and nobody answers: unknown, and too late.
    let clusters = Clusters::new("fleet", 0.0);
    clusters.running.set_faults("production:patch=504*1").unwrap();
    let late = clusters.expect(4, &on(&["promote"], &["--yes", "--wait", "--timeout", "1s", "-o", "json"]));
    assert_eq!(wait_for(&late)["outcome"], "unknown");
    clusters.running.set_faults("production:patch=!504*1").unwrap();
    clusters.expect(1, &on(&["promote"], &["--yes"])).says("may or may not have happened").says("is not repeated");
    assert_eq!(clusters.writes().len(), 2);
}

#[test]
fn several_images_are_one_request() {
    let clusters = Clusters::new("fleet", 0.0);
    let told = clusters.expect(0, &on(&["set-image"], &["*=argoproj/rollouts-demo:red", "--yes"]));
    told.prints("set-image: the server took it").says("superseded");
    assert_eq!(clusters.writes().len(), 1);
    assert!(clusters.writes()[0].body.starts_with("[{\"op\":\"replace\",\"path\":\"/metadata/resourceVersion\""));
}
