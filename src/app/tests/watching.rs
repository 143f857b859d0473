//! `w`: what is watched calls once for each thing that happens, and never by words of a cluster.

use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::Body;
use crate::app::testing::*;
use crate::keys::KeyChord;
use serde_json::json;

/// Rings and notifications since they were last taken.
fn calls(script: &mut Script) -> (usize, usize) {
    let effects = script.take();
    let count = |wanted: &Effect| effects.iter().filter(|effect| *effect == wanted).count();
    (count(&Effect::Bell), count(&Effect::Notify))
}

/// Payments, healthy in production, is watched.
fn watching() -> Script {
    let mut script = Script::fleet();
    script.on_checkout();
    script.upsert(PRODUCTION, moving("checkout", 7));
    script.wait(2).keys("w").take();
    assert!(script.toast().contains("watching checkout in production"), "{}", script.toast());
    script
}

#[test]
fn a_pause_a_failure_and_the_end_ring_once_each() {
    let mut script = watching();
    script.upsert(PRODUCTION, paused("checkout", 8));
    assert_eq!(calls(&mut script), (1, 0));
    assert!(script.toast().contains("♪ checkout in production needs you"), "{}", script.toast());
    assert_eq!(script.state.calling().1, 1);
    script.upsert(PRODUCTION, paused("checkout", 9));
    script.wait(30);
    assert_eq!(calls(&mut script), (0, 0), "the same pause rings once");
    script.upsert(PRODUCTION, moving("checkout", 10));
    assert_eq!((calls(&mut script), script.state.calling().1), ((0, 0), 0));
    script.upsert(PRODUCTION, aborted("checkout", 11));
    assert_eq!(calls(&mut script), (1, 0));
    assert!(script.toast().contains("failed"), "{}", script.toast());
    script.upsert(PRODUCTION, healthy("checkout", 12));
    assert_eq!((calls(&mut script), script.state.calling().1), ((1, 0), 0));
    assert!(script.toast().contains("finished"), "{}", script.toast());
}

#[test]
fn the_next_pause_of_the_same_update_rings_again() {
    let mut script = watching();
    script.upsert(PRODUCTION, paused("checkout", 8));
    calls(&mut script);
    let mut next = canary("checkout", 9, &paused_at(1));
    next["spec"]["strategy"]["canary"]["steps"][3] = json!({"pause": {}});
    next["status"]["currentStepIndex"] = 3.into();
    script.upsert(PRODUCTION, read(next));
    assert_eq!(calls(&mut script), (1, 0));
}

#[test]
fn what_waits_already_when_it_is_watched_does_not_ring() {
    let mut script = Script::fleet();
    script.on_checkout().keys("w").wait(5);
    assert_eq!(calls(&mut script), (0, 0));
}

#[test]
fn a_notification_is_asked_for_only_where_it_is_wished() {
    let mut setup = setup();
    setup.settings.osc9 = true;
    let mut script = Script::new(setup);
    script.live(PRODUCTION, vec![moving("checkout", 1)]);
    script.wait(2).keys("w").take();
    script.upsert(PRODUCTION, paused("checkout", 2));
    assert_eq!(calls(&mut script), (1, 1));
}

#[test]
fn what_is_watched_is_marked_in_lists_page_and_header_and_w_again_ends_it() {
    let mut script = watching();
    let row = |script: &Script| {
        let matrix = script.matrix();
        let row = matrix.rows.iter().find(|row| row.service == "checkout").unwrap();
        row.cells[2].version.clone()
    };
    assert!(row(&script).starts_with('♪'));
    assert!(script.model().header.ribbons.contains(&"♪ 1".to_owned()));
    script.keys("Enter");
    assert!(script.path().contains("♪ checkout"), "{}", script.path());
    script.keys("q v");
    let Body::Board(board) = script.model().body else { panic!("no board") };
    assert!(board.rows.iter().any(|row| row.service == "♪ checkout"));
    script.keys("w");
    assert!(script.toast().contains("no longer watched"), "{}", script.toast());
    assert_eq!(script.model().header.ribbons, Vec::<String>::new());
    script.take();
    script.upsert(PRODUCTION, paused("checkout", 9));
    assert_eq!(calls(&mut script), (0, 0));
}

#[test]
fn a_watched_rollout_that_is_deleted_calls_and_is_forgotten() {
    let mut script = watching();
    script.remove(PRODUCTION, "checkout");
    assert_eq!(calls(&mut script), (1, 0));
    assert!(script.toast().contains("deleted"), "{}", script.toast());
    script.wait(5);
    assert_eq!(calls(&mut script), (0, 0));
}

#[test]
fn the_log_of_writes_is_read_when_its_page_opens() {
    let mut script = Script::fleet();
    script.keys(":");
    script.event(Event::Paste("audit".to_owned()));
    script.event(Event::Key(KeyChord::plain(crate::keys::Key::Enter)));
    assert!(script.take().contains(&Effect::ReadAudit));
    let page = |script: &Script| match script.model().body {
        Body::Text(page) => page.lines,
        other => panic!("no page but {other:?}"),
    };
    assert_eq!(page(&script), ["reading the log…"]);
    script.event(Event::Audit(Ok(vec!["promote".to_owned()])));
    assert_eq!(page(&script), ["promote"]);
    script.event(Event::Audit(Err("it cannot be read".to_owned())));
    assert_eq!(page(&script), ["it cannot be read"]);
}

#[test]
fn a_search_in_the_log_of_writes_leaves_the_writes_that_have_it() {
    let mut script = Script::fleet();
    script.keys(":");
    script.event(Event::Paste("audit".to_owned()));
    script.keys("Enter");
    let text = "2026  promote Rollout/web in test (test/shop): accepted\n    ana@bastion\n\
        2026  abort Rollout/web in production (prod-eu/shop): refused\n    ben@bastion\n    because: INC-7\n\
        the log is /tmp/audit.jsonl";
    script.event(Event::Audit(Ok(text.lines().map(str::to_owned).collect())));
    let page = |script: &Script| match script.model().body {
        Body::Text(page) => page,
        other => panic!("no page but {other:?}"),
    };
    assert_eq!(page(&script).lines.len(), 6);
    assert!(script.model().keys.iter().any(|key| key.key == "/"), "the footer offers it");
    script.keys("/");
    script.event(Event::Paste("inc-7".to_owned()));
    assert_eq!(script.model().filter_input.map(|(text, _)| text), Some("inc-7".to_owned()));
    let found = page(&script);
    assert_eq!(found.lines.len(), 4, "the whole write, and where the log lies: {:?}", found.lines);
    assert!(found.lines[0].contains("abort") && found.title.ends_with("1 of 2 writes with inc-7"), "{found:?}");
    script.keys("Enter");
    // The log is read again when something was written; what is searched stays.
    script.event(Event::Audit(Ok(text.lines().map(str::to_owned).collect())));
    assert_eq!(page(&script).lines.len(), 4);
    script.keys("/ Ctrl-u");
    script.event(Event::Paste("nobody".to_owned()));
    assert_eq!(page(&script).lines, ["the log is /tmp/audit.jsonl"]);
    script.keys("Enter Esc");
    assert_eq!(page(&script).lines.len(), 6, "Esc lets all pass again");
    script.keys("Esc");
    assert!(!matches!(script.model().body, Body::Text(_)), "and then leaves");
}
