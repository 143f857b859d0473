//! Journeys through the closer looks: the real binary in a pseudo-terminal against the simulated cluster. What stands on
//! the screen is held against what the API says.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where it fails"
)]

mod support;

use serde_json::Value;
use support::api::Api;
use support::pty::Session;
use support::simulated::Simulated;

/// Opens the page of a rollout by a few letters of its name and channel.
#[track_caller]
fn finds(session: &mut Session, letters: &str, name: &str) {
    session.send(":");
    session.shows("find a command");
    session.send(letters);
    session.until("what was looked for", |text| text.contains(letters) && text.contains(name));
    session.send("\r");
    session.until("its page", |text| text.contains(&format!("› {name}")) && !text.contains("find a command"));
}

#[track_caller]
fn started(simulated: &Simulated, columns: u16, rows: u16) -> Session {
    let session = simulated.ui(&[]).size(columns, rows).start();
    session.until("all channels", |text| text.matches("✓ live").count() == 3);
    session
}

/// The AnalysisRun of a rollout that failed, as the API has it.
fn failed_run(api: &Api, name: &str) -> Value {
    let runs = api.get("/apis/argoproj.io/v1alpha1/namespaces/demo/analysisruns");
    let of = |run: &&Value| run["metadata"]["name"].as_str().is_some_and(|run| run.starts_with(&format!("{name}-")));
    let failed = |run: &&Value| run["status"]["phase"] == "Failed";
    runs["items"].as_array().unwrap().iter().filter(of).find(failed).cloned().expect("a failed run")
}

#[test]
fn a_failed_analysis_is_followed_from_the_list_to_its_measurements() {
    let simulated = Simulated::new("fleet");
    let api = simulated.api("production");
    let run = failed_run(&api, "pricing");
    let failed = run["status"]["metricResults"].as_array().unwrap().iter().find(|m| m["phase"] == "Failed").unwrap();
    let (metric, count) = (failed["name"].as_str().unwrap(), failed["failed"].as_i64().unwrap());

    let mut session = started(&simulated, 160, 45);
    finds(&mut session, "pricing prod", "pricing");
    session.until("why it was aborted", |text| {
        text.contains(&format!("Aborted: {metric}")) && text.contains(&format!("({count} failures"))
    });
    // Down the tree to the run.
    session.send("\t");
    for _ in 0..20 {
        let text = session.screen();
        if text.lines().any(|line| line.contains('›') && line.contains("analysis background")) {
            break;
        }
        session.send("j");
        session.reads();
    }
    session.send("\r");
    let name = run["metadata"]["name"].as_str().unwrap();
    let text = session.until("the run", |text| text.contains(&format!("› {name}")) && text.contains("measurements"));
    let last = failed["measurements"].as_array().unwrap().last().unwrap();
    assert_eq!(last["phase"], "Failed");
    assert!(text.contains(&format!("{count}")), "{text}");
    // The newest measurement stands at the top of the table, with its time.
    let time = last["finishedAt"].as_str().unwrap().rsplit('T').next().unwrap();
    assert!(text.contains(time), "{time} in:\n{text}");
    session.send("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn an_object_is_shown_as_the_server_has_it_and_copied_whole() {
    let simulated = Simulated::new("fleet");
    let api = simulated.api("production");
    let mut session = started(&simulated, 100, 40);
    finds(&mut session, "inventory prod", "inventory");
    session.send("y");
    let version = api.rollout("inventory")["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    session.until("the YAML of now", |text| {
        text.contains("kind: Rollout") && text.contains(&format!("resourceVersion: \"{version}\""))
    });
    assert!(!session.screen().contains("managedFields"));
    session.send("c");
    session.shows("copied");
    let sent = String::from_utf8_lossy(&session.bytes()).into_owned();
    assert!(sent.contains("\x1b]52;c;"), "nothing for the clipboard");
    session.send("/strategy\r");
    session.until("a hit", |text| text.contains("strategy:"));
    session.send("d");
    session.until("the description", |text| text.contains("stable version") || text.contains("describe"));
    session.send("e");
    session.until("the story", |text| text.contains("› events") && text.contains("step 4 of 6 began"));
    session.send("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn logs_of_all_pods_of_a_version_come_merged_and_are_searched() {
    let simulated = Simulated::at_speed("fleet", 1.0);
    let mut session = started(&simulated, 120, 30);
    finds(&mut session, "inventory prod", "inventory");
    session.send("l");
    session.until("lines of several pods", |text| {
        let pods: std::collections::BTreeSet<&str> =
            text.lines().filter(|line| line.contains('│')).filter_map(|line| line.split_whitespace().nth(1)).collect();
        pods.len() >= 2
    });
    session.send("/GET\r");
    session.until("hits", |text| text.contains("hits"));
    session.send("\x1b");
    session.send("b");
    session.until("what there was before", |text| text.contains("previous") || text.contains("before"));
    session.send("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn the_charts_of_a_rollout_grow_while_it_is_watched() {
    let simulated = Simulated::new("fleet");
    let api = simulated.api("production");
    let mut session = started(&simulated, 120, 40);
    finds(&mut session, "inventory prod", "inventory");
    session.send("m");
    session.until("the weight", |text| text.contains("charts") && text.contains("50 %"));
    simulated.moves_until(&api, "inventory", "80 %", |rollout| {
        rollout["status"]["currentStepIndex"] == 5 && !rollout["status"]["pauseConditions"].is_null()
    });
    session.until("the step up", |text| text.contains("set 80 %"));
    session.send("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn a_blue_green_waits_with_its_preview_and_is_switched_by_p() {
    let simulated = Simulated::new("fleet");
    let api = simulated.api("production");
    let mut session = started(&simulated, 120, 40);
    finds(&mut session, "storefront prod", "storefront");
    session.until("the stages", |text| text.contains("stages") && text.contains("preview 9.5.0"));
    support::steps::opens_dialog(&mut session);
    session.until("the switch", |text| text.contains("Switch to 9.5.0"));
    session.send("storefront\t");
    session.until("the focus on the button", |text| text.contains("[ Switch"));
    session.send("\r");
    session.shows("the controller moved on");
    let after = simulated.moves_until(&api, "storefront", "the switch", |rollout| {
        rollout["status"]["phase"] == "Healthy"
            && rollout["status"]["blueGreen"]["activeSelector"] == rollout["status"]["currentPodHash"]
    });
    assert_eq!(after["status"]["stableRS"], after["status"]["currentPodHash"]);
    session.until("the end", |text| text.contains("Healthy"));
    assert_eq!(simulated.writes("production").len(), 1);
    session.send("Q");
    assert_eq!(session.ends(), 0);
}
