//! The record of writes, by the real binary: what its log holds, what the API server logged, what events there are; and
//! how a watched rollout calls. The requests that the simulated API server saw are the evidence, not our own word.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where it fails"
)]

mod support;

use serde_json::{Value, json};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use support::api::pauses_at;
use support::pty::{Begin, Session};
use support::simulated::Simulated;
use support::steps::{NAME, at_page, opens_dialog, presses_promote, waiting_in};

fn log(simulated: &Simulated) -> PathBuf {
    simulated.home.path().join("state/rolltop/audit.jsonl")
}

fn lines(simulated: &Simulated) -> Vec<Value> {
    let text = std::fs::read_to_string(log(simulated)).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON on each line")).collect()
}

/// The configuration with more at its end.
fn configured(simulated: &Simulated, more: &str) -> String {
    simulated.home.file("more.toml", &format!("{}\n{more}\n", simulated.running.config)).display().to_string()
}

const PROMOTE: [&str; 5] = ["promote", NAME, "--channel", "staging", "--yes"];

#[test]
fn a_headless_promote_leaves_two_lines_and_an_event() {
    let (simulated, api) = waiting_in("staging");
    let ended = simulated.run(&PROMOTE);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let lines = lines(&simulated);
    let [before, after] = lines.as_slice() else { panic!("two lines: {lines:?}") };
    assert_eq!(before["id"], after["id"]);
    assert_eq!(
        (&before["from"], &before["action"], &before["channel"]),
        (&json!("command"), &json!("promote"), &json!("staging"))
    );
    assert_eq!((&before["cluster"], &before["context"]), (&json!("staging"), &json!("staging")));
    assert_eq!(after["outcome"], "accepted");
    let mode = std::fs::metadata(log(&simulated)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    // What the log says was sent is what the server saw.
    let writes = simulated.writes("staging");
    let [write] = writes.as_slice() else { panic!("one write: {writes:?}") };
    let request = &before["requests"][0];
    assert_eq!(
        (&request["method"], &request["path"]),
        (&json!(write.method), &json!(write.path.split('?').next().unwrap()))
    );
    let mut sent: Value = serde_json::from_str(&write.body).unwrap();
    let metadata = sent.as_object_mut().unwrap().remove("metadata").unwrap();
    assert_eq!(sent, request["body"]);
    assert_eq!(metadata["resourceVersion"], before["resourceVersion"]);

    let events = simulated.events("staging");
    let [event] = events.as_slice() else { panic!("one event: {events:?}") };
    assert_eq!((event.path.split('?').next().unwrap(), event.status), ("/api/v1/namespaces/demo/events", 201));
    let event: Value = serde_json::from_str(&event.body).unwrap();
    let rollout = api.rollout(NAME);
    assert_eq!((&event["involvedObject"]["kind"], &event["involvedObject"]["name"]), (&json!("Rollout"), &json!(NAME)));
    assert_eq!(event["involvedObject"]["uid"], rollout["metadata"]["uid"]);
    assert_eq!(event["involvedObject"]["resourceVersion"], after["resourceVersion"]);
    assert_eq!((&event["reason"], &event["type"]), (&json!("RolltopPromote"), &json!("Normal")));
    assert_eq!(event["source"]["component"], "rolltop");
    let by =
        format!("promoted by {}@{} with rolltop", before["user"].as_str().unwrap(), before["host"].as_str().unwrap());
    assert_eq!(event["message"], by);

    let shown = simulated.run(&["audit"]);
    assert!(
        shown.out.contains(&format!("promote Rollout/{NAME} in staging (staging/demo): accepted")),
        "{}",
        shown.out
    );
    let shown = simulated.run(&["audit", "-o", "json"]);
    let whole: Value = serde_json::from_str(shown.out.trim()).expect("one object on one line");
    assert_eq!((&whole["before"], &whole["after"]), (before, after));
}

#[test]
fn a_promote_of_the_ui_leaves_the_same_and_its_log_is_shown() {
    let (simulated, _) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    opens_dialog(&mut session);
    presses_promote(&mut session);
    session.until("the answer", |text| text.contains("accepted") || text.contains('✓'));
    session.until("the event", |_| simulated.events("staging").len() == 1);
    session.until("both lines", |_| lines(&simulated).len() == 2);
    let lines = lines(&simulated);
    assert_eq!((&lines[0]["from"], &lines[1]["outcome"]), (&json!("ui"), &json!("accepted")));
    session.send(":");
    session.send("audit");
    session.shows("the log of what was written");
    session.send("\r");
    session.shows("what was written from here");
    session.shows("promote Rollout/gradual-rollout in staging");
    session.send("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn a_write_in_a_demo_is_told_as_one() {
    let home = support::pty::Home::new();
    let mut session = at_page(Begin::new(&["demo", "--scenario", "gradual"]).home(&home), "3");
    session.send("s");
    session.until("the question", |text| text.contains("[ Cancel ]"));
    session.reads();
    session.send("\t");
    session.until("the focus on the button", |text| text.contains("[ Pause ]"));
    session.send("\r");
    let log = home.path().join("state/rolltop/audit.jsonl");
    session.until("the line after it", |_| std::fs::read_to_string(&log).is_ok_and(|text| text.lines().count() == 2));
    let lines = std::fs::read_to_string(&log).unwrap();
    assert!(lines.lines().all(|line| line.contains(r#""from":"demo""#)), "{lines}");
    session.send(":");
    session.send("audit\r");
    session.shows("in a demo: on a simulated cluster");
}

#[test]
fn who_may_not_create_events_promotes_without_one() {
    // A 403 that always stands is also what access reviews answer by; one that does not is met by the event alone.
    for (fault, tried) in [("staging:create/events=403", 0), ("staging:create/events=500*1", 1)] {
        let (simulated, _) = waiting_in("staging");
        simulated.running.set_faults(fault).unwrap();
        let ended = simulated.run(&PROMOTE);
        assert_eq!(ended.code, Some(0), "{fault}: {}", ended.err);
        assert_eq!(simulated.writes("staging").len(), 1, "{fault}");
        assert_eq!(simulated.events("staging").len(), tried, "{fault}");
        assert_eq!(lines(&simulated)[1]["outcome"], "accepted", "{fault}");
        assert!(ended.err.contains("no Kubernetes Event tells of this write"), "{fault}: {}", ended.err);
        let rule = r#"- {apiGroups: [""], resources: [events], verbs: [create]}"#;
        assert_eq!(ended.err.contains(rule), tried == 0, "{fault}: {}", ended.err);
    }
}

#[test]
fn events_can_be_turned_off_and_a_dry_run_makes_none() {
    let (simulated, _) = waiting_in("staging");
    let dry = simulated.run(&["promote", NAME, "--channel", "staging", "--yes", "--dry-run", "server"]);
    assert_eq!(dry.code, Some(0), "{}", dry.err);
    assert_eq!(lines(&simulated)[0]["dryRun"], true);
    let config = configured(&simulated, "[audit]\nevents = false");
    let args: Vec<&str> = ["--config", &config].into_iter().chain(PROMOTE).collect();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rolltop"));
    command.args(&args).arg("--kubeconfig").arg(&simulated.kubeconfig);
    let output = command.env_clear().envs(simulated.home.environment()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(simulated.events("staging").is_empty());
    assert_eq!(lines(&simulated).len(), 4);
}

#[test]
fn read_only_leaves_no_line_no_write_and_no_event() {
    let (simulated, _) = waiting_in("staging");
    let ended = simulated.run(&["promote", NAME, "--channel", "staging", "--yes", "--readonly"]);
    assert_eq!(ended.code, Some(5), "{}", ended.err);
    let all = simulated.running.requests().writes("staging");
    assert!(all.iter().all(|logged| !logged.agent.starts_with("rolltop")), "{all:?}");
    assert!(!log(&simulated).exists());
}

#[test]
fn how_a_write_ended_stands_in_the_log_whatever_it_was() {
    for (fault, code, outcome) in [
        ("staging:patch=403*1", 5, "refused"),
        ("staging:patch=!504*1", 1, "unknown"),
        ("staging:patch=!drop*1", 1, "unknown"),
        ("staging:patch=409*1", 1, "moved"),
    ] {
        let (simulated, _) = waiting_in("staging");
        simulated.running.set_faults(fault).unwrap();
        let ended = simulated.run(&PROMOTE);
        assert_eq!(ended.code, Some(code), "{fault}: {}", ended.err);
        let lines = lines(&simulated);
        assert_eq!((lines.len(), &lines[1]["outcome"]), (2, &json!(outcome)), "{fault}: {lines:?}");
        assert!(simulated.events("staging").is_empty(), "{fault}: only what was taken is told");
    }
}

#[test]
fn a_log_that_is_a_link_is_told_once_and_stops_writes_only_where_it_is_required() {
    let (simulated, api) = waiting_in("staging");
    let elsewhere = simulated.home.path().join("elsewhere");
    std::fs::create_dir_all(log(&simulated).parent().unwrap()).unwrap();
    symlink(&elsewhere, log(&simulated)).unwrap();
    let config = configured(&simulated, "[audit]\nrequired = true");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rolltop"));
    command.args(["--config", &config]).args(PROMOTE).arg("--kubeconfig").arg(&simulated.kubeconfig);
    let output = command.env_clear().envs(simulated.home.environment()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(5), "{said}");
    assert!(said.contains("symbolic link") && said.contains("nothing was sent"), "{said}");
    assert!(simulated.writes("staging").is_empty() && pauses_at(&api.rollout(NAME), 1));

    let ended = simulated.run(&PROMOTE);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert_eq!(ended.err.matches("symbolic link").count(), 1, "{}", ended.err);
    assert!(!elsewhere.exists());
}

#[test]
fn the_ui_says_that_the_log_cannot_be_written_and_where_it_is_required_sends_nothing() {
    for required in [false, true] {
        let (simulated, _) = waiting_in("staging");
        std::fs::create_dir_all(log(&simulated)).unwrap();
        let config = configured(&simulated, &format!("[audit]\nrequired = {required}"));
        std::fs::copy(config, &simulated.config).unwrap();
        let mut session = at_page(simulated.ui(&[]), "2");
        opens_dialog(&mut session);
        presses_promote(&mut session);
        session.shows("the audit log cannot be written");
        if required {
            session.shows("refused");
        } else {
            session.until("the write", |_| simulated.writes("staging").len() == 1);
        }
        assert_eq!(simulated.writes("staging").len(), usize::from(!required));
    }
}

fn count(session: &Session, part: &str) -> usize {
    session.bytes().windows(part.len()).filter(|window| *window == part.as_bytes()).count()
}

/// Bells; the end of a title or a notification is the same byte.
fn bells(session: &Session) -> usize {
    let all = String::from_utf8_lossy(&session.bytes()).matches(char::from(7)).count();
    all - count(session, "\x1b]0;") - count(session, "\x1b]9;")
}

#[test]
fn a_watched_rollout_rings_once_names_itself_in_the_title_and_notifies_where_it_is_wished() {
    for osc9 in [false, true] {
        let simulated = Simulated::new("gradual");
        let api = simulated.api("staging");
        if osc9 {
            let config = configured(&simulated, "[ui]\nnotify = \"osc9\"");
            std::fs::copy(config, &simulated.config).unwrap();
        }
        let mut session = at_page(simulated.ui(&[]), "2");
        session.send("w");
        session.shows("watching gradual-rollout in staging");
        assert_eq!(bells(&session), 0);
        api.set_image(NAME, "argoproj/rollouts-demo:green");
        simulated.moves_until(&api, NAME, "the pause at step 1", |rollout| pauses_at(rollout, 1));
        session.until("the call", |text| text.contains("needs you"));
        // What comes after it on the screen was written after it.
        session.send("?");
        session.shows("close the topmost thing");
        assert_eq!(count(&session, "\x1b]0;rolltop · 1 watched needs you\x07"), 1);
        assert_eq!(bells(&session), 1);
        assert_eq!(count(&session, "\x1b]9;rolltop: a watched rollout needs you\x07"), usize::from(osc9));
        session.send("Q");
        assert_eq!(session.ends(), 0);
    }
}
