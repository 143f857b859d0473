//! Journeys: the real binary over real HTTP against the simulated cluster, whose clock the test moves. What the screen
//! and the commands show is held against what the API says at that moment.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test stops where it fails"
)]

mod support;

use serde_json::{Value, json};
use support::api::{is_healthy, pauses_at, phase};
use support::numbers::Numbers;
use support::pty::{Begin, Session};
use support::simulated::Simulated;
use support::steps::{GREEN, NAME, agrees, at_page, opens_dialog, presses_promote, waiting_in};

/// Presses `p` until it is refused; the screen with the reason.
#[track_caller]
fn is_refused(session: &mut Session, reason: &str) -> String {
    loop {
        session.send("p");
        let text = session.until(reason, |text| text.contains(reason) || text.contains("press p again"));
        if text.contains(reason) {
            assert!(!text.contains("[ Cancel ]"), "no dialog is open:\n{text}");
            return text;
        }
        session.reads();
    }
}

fn body(logged: &rolltop::demo::http::record::Logged) -> Value {
    serde_json::from_str(&logged.body).expect("a patch is JSON")
}

#[test]
fn a_pause_in_production_is_promoted_by_name_and_followed_to_the_end() {
    let (simulated, api) = waiting_in("production");
    let mut session = at_page(simulated.ui(&[]), "3");
    let waiting = agrees(&session, &api);
    assert_eq!((waiting.step, waiting.set, waiting.actual), (1, 10, 25));
    waiting.equal_report(&simulated.report("production", NAME));
    let before = api.rollout(NAME);

    let dialog = opens_dialog(&mut session);
    for part in ["PRODUCTION", "production", "namespace demo", "blue → green", "10 %", "25 %", "Promote to 25 %"] {
        assert!(dialog.contains(part), "{part} in:\n{dialog}");
    }
    // Without the name nothing is sent.
    session.send("\t");
    session.until("the focus on the button", |text| text.contains("[ Promote"));
    session.send("\r");
    session.shows("type gradual-rollout first");
    assert!(simulated.writes("production").is_empty());
    session.send(NAME);
    session.shows(NAME);
    session.send("\r");
    session.shows("the controller moved on from 1/6");

    let writes = simulated.writes("production");
    let [write] = &writes[..] else { panic!("one write: {writes:?}") };
    assert_eq!((write.method.as_str(), write.status), ("PATCH", 200));
    assert!(write.path.contains(&format!("/rollouts/{NAME}/status")), "{}", write.path);
    assert_eq!(body(write)["status"], json!({"pauseConditions": null}), "as the plugin sends it");
    assert_eq!(body(write)["metadata"]["resourceVersion"], before["metadata"]["resourceVersion"]);

    for (step, set) in [(3, 25), (5, 50)] {
        simulated.moves_until(&api, NAME, "the next pause", |rollout| pauses_at(rollout, step));
        let numbers = agrees(&session, &api);
        assert_eq!((numbers.step, numbers.set), (step, set));
        numbers.equal_report(&simulated.report("production", NAME));
    }
    simulated.moves_until(&api, NAME, "the end", |rollout| is_healthy(rollout, GREEN));
    let done = agrees(&session, &api);
    assert_eq!((done.step, done.set, done.actual), (6, 100, 100));
    done.equal_report(&simulated.report("production", NAME));
    session.shows("Healthy");
    assert_eq!(simulated.writes("production").len(), 1, "its timers did the rest");
    session.send("qqq");
    assert_eq!(session.ends(), 0);
    session.is_restored();
}

#[test]
fn every_moment_of_a_rollout_is_shown_as_the_api_has_it() {
    let simulated = Simulated::new("gradual");
    let api = simulated.api("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    agrees(&session, &api);
    api.set_image(NAME, GREEN);
    let mut moments = 0;
    for _ in 0..400 {
        let numbers = agrees(&session, &api);
        moments += 1;
        if numbers.phase == "Paused" && numbers.step == 1 {
            api.promote(NAME);
        }
        if numbers.phase == "Healthy" && numbers.step == 6 && moments > 1 && numbers.sets.len() == 1 {
            break;
        }
        simulated.running.clock.advance(jiff::SignedDuration::from_secs(1));
    }
    assert!(is_healthy(&api.rollout(NAME), GREEN), "{:#}", api.rollout(NAME)["status"]);
    session.shows("Healthy");
    session.send("Q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn tab_and_enter_promote_in_staging_and_a_timed_pause_ends_early() {
    let (simulated, api) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    opens_dialog(&mut session);
    presses_promote(&mut session);
    session.shows("the controller moved on from 1/6");
    simulated.moves_until(&api, NAME, "the timed pause", |rollout| pauses_at(rollout, 3));
    agrees(&session, &api);
    let dialog = opens_dialog(&mut session);
    assert!(dialog.contains("early by"), "{dialog}");
    presses_promote(&mut session);
    session.shows("the controller moved on from 3/6");
    simulated.moves_until(&api, NAME, "the last pause", |rollout| pauses_at(rollout, 5));
    agrees(&session, &api);
    assert_eq!(simulated.writes("staging").len(), 2);
}

#[test]
fn the_api_server_dies_under_the_screen_and_comes_back() {
    let (simulated, api) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    agrees(&session, &api);
    opens_dialog(&mut session);
    session.send("\x1b");
    session.until("the dialog to go", |text| !text.contains("Cancel"));

    simulated.running.stop_listening().expect("it stops");
    let text = session.until("a mark and a countdown", |text| text.contains('~') && text.contains("retry"));
    assert!(text.contains("actual 25 %"), "what was known stays:\n{text}");
    is_refused(&mut session, "refused: staging");
    let ended = simulated.run(&["promote", NAME, "--channel", "staging", "--yes"]);
    assert_eq!(ended.code, Some(1), "{}", ended.err);
    assert!(ended.err.contains("staging"), "{}", ended.err);

    // Someone promotes while nobody here can see it.
    simulated.running.listen_again().expect("it listens");
    api.promote(NAME);
    simulated.moves_until(&api, NAME, "the timed pause", |rollout| pauses_at(rollout, 3));
    session.send("R");
    session.until("the connection", |text| text.contains("✓ live"));
    agrees(&session, &api);
    session.send("@");
    session.shows("is back after");
    assert!(simulated.writes("staging").is_empty(), "nothing was sent");
}

#[test]
fn a_second_p_while_the_first_is_under_way_is_refused() {
    let (simulated, api) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    opens_dialog(&mut session);
    simulated.running.set_faults("staging:patch=4s").expect("a fault");
    presses_promote(&mut session);
    session.shows("sent");
    session.send("pp");
    session.shows("a write to gradual-rollout is under way");
    // Quitting now would leave it without an answer.
    session.send("qqq");
    session.shows("in flight");
    session.send("w");
    session.shows("the controller moved on from 1/6");
    simulated.moves_until(&api, NAME, "the timed pause", |rollout| pauses_at(rollout, 3));
    assert_eq!(simulated.writes("staging").len(), 1, "one write, one effect");
}

#[test]
fn who_leaves_while_a_write_is_on_its_way_is_told_that_it_was_sent() {
    let (simulated, _) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    opens_dialog(&mut session);
    simulated.running.set_faults("staging:patch=8s").expect("a fault");
    presses_promote(&mut session);
    session.shows("sent");
    session.send("\x03\x03");
    session.shows("in flight");
    session.send("Q");
    session.shows_after_end("promote gradual-rollout in staging: sent");
    assert_eq!(session.ends(), 0);
    session.is_restored();
}

#[test]
fn a_button_that_is_pressed_several_times_at_once_sends_one_write() {
    for burst in ["\r\r", "\r\r\r\r", "\rp\r\t\r", "\rp\t\r\r"] {
        let (simulated, api) = waiting_in("staging");
        let mut session = at_page(simulated.ui(&[]), "2");
        opens_dialog(&mut session);
        session.send("\t");
        session.until("the focus on the button", |text| text.contains("[ Promote"));
        // In one piece, as a key that bounces or a line that stalls delivers them.
        session.send(burst);
        session.shows("the controller moved on from 1/6");
        simulated.moves_until(&api, NAME, "the timed pause", |rollout| pauses_at(rollout, 3));
        session.reads();
        assert_eq!(simulated.writes("staging").len(), 1, "{burst:?}: {:?}", simulated.writes("staging"));
    }
}

#[test]
fn two_p_at_once_open_one_dialog_and_send_nothing() {
    let (simulated, api) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    opens_dialog(&mut session);
    session.send("\x1b");
    session.until("the dialog to go", |text| !text.contains("Cancel"));
    // Typed ahead: the dialog was not on the screen yet.
    session.send("p\t\r");
    session.shows("[ Cancel ]");
    session.send("pp");
    session.reads();
    assert!(session.screen().contains("[ Cancel ]"), "{}", session.screen());
    assert!(simulated.writes("staging").is_empty());
    assert!(pauses_at(&api.rollout(NAME), 1));
}

#[test]
fn someone_else_promotes_while_the_dialog_is_open() {
    let (simulated, api) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&[]), "2");
    opens_dialog(&mut session);
    api.promote(NAME);
    session.shows("changed");
    session.send("\t\r");
    session.shows("nothing was sent");
    simulated.moves_until(&api, NAME, "the timed pause", |rollout| pauses_at(rollout, 3));
    session.reads();
    assert!(simulated.writes("staging").is_empty(), "{:?}", simulated.writes("staging"));
    session.send("\x1b");
    session.until("the dialog to go", |text| !text.contains("Cancel"));
    agrees(&session, &api);
}

#[test]
fn a_conflict_is_told_and_nothing_is_sent_again() {
    for (fault, words) in [
        ("staging:patch/rollouts/status=409*1", "nothing was"),
        ("staging:patch/rollouts/status=403*1", "refused, nothing was done"),
        ("staging:patch/rollouts/status=401*1", "does not accept the login (401)"),
        ("staging:patch/rollouts/status=429*1", "is throttling requests and asks to wait 1 s"),
        ("staging:patch/rollouts/status=504*1", "may have happened"),
        ("staging:patch/rollouts/status=half*1", "the answer was lost, but the controller moved on from 1/6"),
        ("staging:patch/rollouts/status=drop*1", "may have happened"),
        ("staging:patch/rollouts/status=!drop*1", "the answer was lost, but the controller moved on from 1/6"),
        ("staging:patch/rollouts/status=!504*1", "the answer was lost, but the controller moved on from 1/6"),
    ] {
        let (simulated, api) = waiting_in("staging");
        let mut session = at_page(simulated.ui(&[]), "2");
        opens_dialog(&mut session);
        simulated.running.set_faults(fault).expect("a fault");
        presses_promote(&mut session);
        session.until(&format!("{words:?} after {fault}"), |text| {
            text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words)
        });
        let writes = simulated.writes("staging");
        assert_eq!(writes.len(), 1, "{fault}: sent once: {writes:?}");
        let done = fault.contains('!') || fault.contains("half");
        assert_eq!(pauses_at(&api.rollout(NAME), 1), !done, "{fault}");
    }
}

#[test]
fn who_may_only_look_is_told_before_anything_is_sent() {
    let (simulated, api) = waiting_in("production");
    let mut session = at_page(simulated.ui(&["--context", "production-viewer"]), "1");
    let text = is_refused(&mut session, "your role may not");
    assert!(text.contains("rollouts/status"), "{text}");
    session.until("the rule that the role needs", |text| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        words.contains("- {apiGroups: [argoproj.io], resources: [rollouts/status], verbs: [patch]}")
    });
    let ended = simulated.run(&["promote", NAME, "--context", "production-viewer", "--yes"]);
    assert_eq!(ended.code, Some(5), "{}", ended.err);
    assert!(ended.err.contains("patch rollouts/status") && ended.err.contains("nothing was sent"), "{}", ended.err);
    assert!(simulated.writes("production").is_empty());
    assert!(pauses_at(&api.rollout(NAME), 1));
}

#[test]
fn readonly_lets_no_write_out() {
    let (simulated, api) = waiting_in("staging");
    let mut session = at_page(simulated.ui(&["--readonly"]), "2");
    is_refused(&mut session, "--readonly");
    assert!(session.screen().contains("read-only"), "the header says so:\n{}", session.screen());
    let ended = simulated.run(&["promote", NAME, "--channel", "staging", "--yes", "--readonly"]);
    assert_eq!(ended.code, Some(5), "{}", ended.err);
    session.send("Q");
    assert_eq!(session.ends(), 0);
    for cluster in ["test", "staging", "production"] {
        assert!(simulated.writes(cluster).is_empty(), "{:?}", simulated.writes(cluster));
    }
    assert!(pauses_at(&api.rollout(NAME), 1));
}

#[test]
fn a_promote_without_a_screen_waits_for_the_controller() {
    let (simulated, api) = waiting_in("production");
    let refused = simulated.run(&["promote", NAME, "--channel", "production"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("--yes"), "{}", refused.err);
    assert!(simulated.writes("production").is_empty());

    let dry = simulated.run(&["promote", NAME, "--channel", "production", "--dry-run=server"]);
    assert_eq!(dry.code, Some(0), "{}", dry.err);
    assert!(pauses_at(&api.rollout(NAME), 1), "a dry run stores nothing");

    let done = simulated.run(&["promote", NAME, "--channel", "production", "--yes", "--wait"]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(done.out.contains("1/6"), "{}", done.out);
    simulated.moves_until(&api, NAME, "the timed pause", |rollout| pauses_at(rollout, 3));
    let again = simulated.run(&["status", NAME, "--channel", "production"]);
    assert_eq!(again.code, Some(4), "paused is neither healthy nor degraded: {} {}", again.out, again.err);

    let watching =
        simulated.command(&["status", NAME, "--channel", "production", "--watch"]).spawn().expect("it starts");
    simulated.moves_until(&api, NAME, "the end", |rollout| is_healthy(rollout, GREEN));
    let ended = support::simulated::ended(&watching.wait_with_output().expect("it ends"));
    assert_eq!(ended.code, Some(0), "{} {}", ended.out, ended.err);
    let nothing = simulated.run(&["promote", NAME, "--channel", "production", "--yes"]);
    assert_eq!(nothing.code, Some(1), "nothing is left to promote: {}", nothing.out);
}

#[test]
fn an_abort_by_someone_else_is_on_the_screen_at_once() {
    let (simulated, api) = waiting_in("production");
    let mut session = at_page(simulated.ui(&[]), "3");
    agrees(&session, &api);
    api.abort(NAME);
    session.shows("Aborted");
    simulated.moves_until(&api, NAME, "the stable version", |rollout| {
        phase(rollout) == "Degraded" && rollout["status"]["updatedReplicas"].as_i64().unwrap_or(0) == 0
    });
    let numbers = Numbers::now(&api, NAME);
    let report = simulated.report("production", NAME);
    assert_eq!(report["phase"], "Degraded", "{report:#}");
    assert_eq!(report["weights"]["set"], numbers.set, "{report:#}");
    let status = simulated.run(&["status", NAME, "--channel", "production"]);
    assert_eq!(status.code, Some(3), "{}", status.out);
    is_refused(&mut session, "abort");
    assert!(simulated.writes("production").is_empty());
}

#[test]
fn the_list_the_board_the_filter_help_and_messages() {
    let simulated = Simulated::new("fleet");
    let mut session = simulated.ui(&[]).size(80, 30).start();
    session.until("all of them", |text| text.contains("web") && text.matches("✓ live").count() == 3);
    session.send("/led");
    session.shows("1 of 13 services");
    session.send("\r");
    session.send("\x1b");
    session.until("no filter", |text| !text.contains(" of 13 services"));
    session.send("/is:paused\r");
    session.until("the paused ones", |text| text.contains("storefront") && !text.contains("notifier"));
    session.pauses_for(std::time::Duration::from_millis(50));
    session.send("\x1b");
    session.until("no filter", |text| !text.contains("/is:paused"));
    session.send("?");
    session.shows("end the pause");
    session.send("q");
    session.send("@");
    session.shows("messages");
    session.send("q");
    session.send("3");
    let board = session.until("the board of production", |text| text.contains("› production"));
    let names = simulated.run(&["list", "--channel", "production", "-o", "name"]);
    assert_eq!(names.code, Some(0), "{}", names.err);
    let names: Vec<&str> = names.out.lines().map(|line| line.rsplit('/').next().unwrap_or(line)).collect();
    assert_eq!(names.len(), 12, "{names:?}");
    for name in &names {
        assert!(board.contains(name), "{name} on the board:\n{board}");
    }
    session.send("0q");
    assert_eq!(session.ends(), 0);
}

#[test]
fn without_a_kubeconfig_the_first_screen_shows_the_way() {
    let mut session = Begin::new(&[]).start();
    let text = session.shows("no kubeconfig");
    assert!(text.contains("rolltop demo"), "{text}");
    session.send("q");
    assert_eq!(session.ends(), 0);
    session.is_restored();
}

#[test]
fn each_trouble_has_its_words_and_the_other_channels_work() {
    for (fault, words) in [
        ("staging:*=401", "login"),
        ("staging:read/rollouts=403", "forbidden"),
        ("staging:read/rollouts=404", "no Rollouts"),
        ("staging:down", "retry"),
    ] {
        let simulated = Simulated::new("gradual");
        simulated.running.set_faults(fault).expect("a fault");
        let mut session = simulated.ui(&[]).size(160, 45).start();
        session.until(&format!("{words:?} at {fault}"), |text| {
            text.contains(words) && text.matches("✓ live").count() == 2 && text.contains(NAME)
        });
        session.send("2");
        session.until("the board", |text| text.starts_with(" rolltop › staging"));
        session.send("E");
        session.until("the page of the trouble", |text| text.contains("› error") || text.contains("› trouble"));
        simulated.running.set_faults("").expect("no fault");
        session.send("q");
        session.until("the board", |text| text.starts_with(" rolltop › staging") && !text.contains("› error"));
        session.send("R0");
        session.until("the cluster again", |text| text.matches("✓ live").count() == 3);
        session.send("Q");
        assert_eq!(session.ends(), 0);
    }
}

#[test]
fn a_cluster_that_hangs_delays_no_other() {
    let simulated = Simulated::new("gradual");
    simulated.running.set_faults("test:*=3600s").expect("a fault");
    let mut session = simulated.ui(&[]).size(160, 45).start();
    session.until("the two others", |text| text.matches("✓ live").count() == 2 && text.contains(NAME));
    session.send("3\r");
    session.shows("steps ─");
    session.send("Q");
    assert_eq!(session.ends(), 0);
    let ended = simulated.run(&["get", NAME, "--channel", "production", "-o", "json"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
}

#[test]
fn a_recording_is_played_and_nothing_can_be_sent() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/recordings/gradual/watch.ndjson.gz");
    let mut session = Begin::new(&["replay", file, "--speed", "20"]).size(160, 45).start();
    session.shows(NAME);
    session.send("p");
    session.shows("recording");
    session.send("\r");
    session.until("the pause", |text| text.contains("Paused") && text.contains("step 2 of 6"));
    session.until("the end", |text| text.contains("Healthy"));
    session.send("Q");
    assert_eq!(session.ends(), 0);
}
