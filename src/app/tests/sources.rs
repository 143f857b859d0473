//! Connections: live, stale, away, back, after a stop.

use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::{Body, Mark};
use crate::app::testing::*;
use crate::argo::feed::{Delta, Link, News, Order, TroubleKind};
use crate::names::SourceId;
use jiff::SignedDuration;
use std::sync::Arc;

fn lose(script: &mut Script, source: SourceId, kind: TroubleKind) {
    let next_try = script.now + SignedDuration::from_secs(8);
    script.news(News::Link(source, Link::Retrying { trouble: trouble(kind), last_heard: None, next_try }));
}

fn head(script: &Script, column: usize) -> (Mark, String) {
    let head = script.matrix().columns[column].health[0].clone();
    (head.mark, head.words)
}

fn stale(script: &Script, column: usize) -> bool {
    script.matrix().rows.iter().any(|row| row.cells[column].stale)
}

#[test]
fn a_source_that_is_lost_keeps_its_rows_marked_and_the_others_are_not_touched() {
    let mut script = Script::fleet();
    lose(&mut script, PRODUCTION, TroubleKind::Unreachable);
    assert!(stale(&script, 2) && !stale(&script, 0));
    assert_eq!(script.matrix().total, 4);
    assert!(script.toast().contains("production stopped answering"), "{}", script.toast());
    assert_eq!(script.matrix().trouble.len(), 1);
}

#[test]
fn a_source_that_is_silent_for_too_long_is_stale_and_one_word_makes_it_live() {
    let mut script = Script::fleet();
    script.silence(14_000);
    assert_eq!(head(&script, 0).0, Mark::Ok);
    let due = script.state.next_tick().unwrap();
    assert!(due <= script.now + SignedDuration::from_secs(1), "the change to stale is waited for");
    script.state.take_dirty();
    script.silence(1_000);
    assert!(script.state.take_dirty());
    assert_eq!(head(&script, 0).0, Mark::Stale);
    assert!(stale(&script, 0));
    script.state.take_dirty();
    script.heard(TEST);
    assert!(script.state.take_dirty());
    assert_eq!(head(&script, 0).0, Mark::Ok);
    assert!(!stale(&script, 0));
}

#[test]
fn a_source_that_is_back_says_for_how_long_it_was_away_and_what_changed() {
    let mut script = Script::fleet();
    lose(&mut script, PRODUCTION, TroubleKind::Unreachable);
    script.silence(192_000);
    script.upsert(PRODUCTION, moving("checkout", 9));
    script.news(News::Link(PRODUCTION, Link::Live));
    script.heard(PRODUCTION);
    let toast = script.toast();
    assert!(toast.contains("production is back after 3m12s, 1 change"), "{toast}");
}

#[test]
fn when_no_source_answers_one_message_names_the_common_cause() {
    let mut script = Script::fleet();
    for source in [TEST, STAGING, PRODUCTION] {
        lose(&mut script, source, TroubleKind::Unreachable);
    }
    assert!(script.toast().contains("network or VPN?"), "{}", script.toast());
}

#[test]
fn a_source_that_refuses_does_answer_so_no_common_cause_is_named() {
    let mut script = Script::fleet();
    for (source, kind) in
        [(TEST, TroubleKind::NotSignedIn), (STAGING, TroubleKind::NoRollouts), (PRODUCTION, TroubleKind::Unreachable)]
    {
        lose(&mut script, source, kind);
    }
    assert!(script.toast().contains("production stopped answering"), "{}", script.toast());
}

#[test]
fn tries_that_fail_alike_are_one_line_in_the_log() {
    let mut script = Script::fleet();
    for _ in 0..20 {
        script.silence(1_000);
        lose(&mut script, PRODUCTION, TroubleKind::Unreachable);
    }
    script.keys("@");
    let Body::Log(log) = script.model().body else { panic!("no log") };
    assert_eq!(log.lines.iter().filter(|(_, _, words)| words.contains("no answer from")).count(), 1);
}

#[test]
fn after_a_stop_everything_is_old_until_it_is_heard_of_again() {
    let mut script = Script::fleet();
    script.take();
    script.event(Event::Resumed);
    let effects = script.take();
    assert!(effects.contains(&Effect::Repaint));
    for source in [TEST, STAGING, PRODUCTION] {
        assert!(effects.contains(&Effect::Order(Order::Reconnect(source))), "{effects:?}");
    }
    for column in 0..3 {
        assert!(stale(&script, column), "{column}");
        assert_eq!(head(&script, column).0, Mark::Stale);
    }
    script.silence(100).heard(TEST);
    script.upsert(TEST, moving("search", 4));
    assert!(stale(&script, 0), "that lay in the pipe");
    script.on_checkout().keys("p");
    assert_eq!(script.model().dialog, None, "{}", script.toast());
    script.news(News::Rollouts(TEST, Delta::Reset(vec![Arc::new(healthy("checkout", 1))])));
    assert!(!stale(&script, 0) && stale(&script, 1));
}

#[test]
fn a_clock_that_is_set_back_does_not_keep_a_silent_source_fresh() {
    let mut script = Script::fleet();
    script.silence(-3_600_000);
    assert!(!stale(&script, 0));
    script.silence(16_000);
    assert!(stale(&script, 0));
}

#[test]
fn the_clock_of_a_cluster_that_is_off_is_told_once_and_counted_in() {
    let mut script = Script::fleet();
    script.news(News::Skew(PRODUCTION, SignedDuration::from_secs(41)));
    assert!(script.toast().contains("prod-eu is 41s ahead"), "{}", script.toast());
    script.wait(20);
    script.news(News::Skew(PRODUCTION, SignedDuration::from_secs(43)));
    assert_eq!(script.toast(), "");
}

#[test]
fn a_timed_pause_is_looked_at_again_when_it_runs_out() {
    let mut script = Script::fleet();
    let mut timed = paused_at(3);
    timed["pauseConditions"][0]["startTime"] = serde_json::json!(script.now.to_string());
    script.upsert(PRODUCTION, read(canary("checkout", 9, &timed)));
    let cell = |script: &Script| {
        let matrix = script.matrix();
        matrix.rows.into_iter().find(|row| row.service == "checkout").unwrap().cells[2].clone()
    };
    assert!(cell(&script).time.starts_with("in "), "{:?}", cell(&script));
    let due = script.state.next_tick().unwrap();
    assert!(due <= script.now + SignedDuration::from_secs(1), "a countdown ticks once a second");
    for _ in 0..12 {
        script.wait(5);
    }
    assert!(!cell(&script).time.starts_with("in "), "{:?}", cell(&script));
}

#[test]
fn nothing_is_due_while_nothing_changes() {
    let mut setup = setup();
    setup.first_run = Some("none".to_owned());
    setup.sources.clear();
    assert_eq!(Script::new(setup).state.next_tick(), None);
}

#[test]
fn the_keys_for_a_connection_speak_of_the_channel_under_the_cursor() {
    let mut script = Script::fleet();
    lose(&mut script, STAGING, TroubleKind::NotSignedIn);
    script.keys("g Left Left Right").take();
    script.keys("L R Ctrl-r");
    let orders: Vec<_> = script
        .take()
        .into_iter()
        .filter(|e| matches!(e, Effect::Order(Order::Login(_) | Order::Reconnect(_))))
        .collect();
    let reconnect = Effect::Order(Order::Reconnect(STAGING));
    assert_eq!(orders, [Effect::Order(Order::Login(STAGING)), reconnect.clone(), reconnect]);
    script.keys("E");
    let Body::Text(text) = script.model().body else { panic!("no text") };
    assert!(text.lines.iter().any(|line| line.contains("dial tcp: timeout")), "{:?}", text.lines);
}

#[test]
fn what_happens_while_rolltop_looks_is_written_down_newest_first() {
    let mut script = Script::fleet();
    script.event(Event::Resize(160, 45));
    assert!(script.matrix().happened.is_empty(), "the first list is no news");
    script.upsert(PRODUCTION, moving("checkout", 9));
    script.upsert(TEST, paused("web", 10));
    let happened = script.matrix().happened;
    assert_eq!(happened.len(), 2);
    assert_eq!((happened[0].service.as_str(), happened[1].channel.as_str()), ("web", "production"));
    assert!(happened[0].words.starts_with("Paused"), "{}", happened[0].words);
    script.upsert(TEST, paused("web", 11));
    assert_eq!(script.matrix().happened.len(), 2, "the same state is no news");
}

#[test]
fn an_empty_cluster_says_that_it_was_looked_at() {
    let mut script = Script::new(setup());
    assert!(script.matrix().empty.is_some_and(|words| words.contains("nothing has arrived")));
    for source in [TEST, STAGING, PRODUCTION] {
        script.live(source, Vec::new());
    }
    assert!(script.matrix().empty.is_some_and(|words| words.contains("no Argo Rollouts in test-eu")));
}
