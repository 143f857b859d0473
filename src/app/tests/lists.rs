//! The lists: order, cursor, filter, attention.

use crate::app::event::{Event, Target};
use crate::app::model::{Board, Body};
use crate::app::testing::*;
use crate::argo::feed::{Delta, News};
use serde_json::json;
use std::sync::Arc;

fn services(script: &Script) -> Vec<String> {
    script.matrix().rows.into_iter().map(|row| row.service).collect()
}

fn board(script: &Script) -> Board {
    match script.model().body {
        Body::Board(board) => board,
        other => panic!("no board but {other:?}"),
    }
}

fn named(count: usize) -> Vec<crate::argo::rollout::Rollout> {
    (0..count).map(|n| healthy(&format!("service-{n:05}"), n as u64)).collect()
}

#[test]
fn who_needs_a_person_comes_first_then_the_name_decides() {
    let script = Script::fleet();
    assert_eq!(services(&script), ["payments", "checkout", "search", "web"]);
    let matrix = script.matrix();
    assert_eq!(matrix.rows.iter().map(|row| row.attention).collect::<Vec<_>>(), [true, true, false, false]);
    assert_eq!(matrix.needs_you.iter().map(|line| line.service.as_str()).collect::<Vec<_>>(), ["payments", "checkout"]);
    let summary = script.model().header.summary;
    assert!(summary.contains("4 services") && summary.contains("2 need you"), "{summary}");
}

#[test]
fn the_cursor_stays_at_the_top_while_the_first_lists_come_in() {
    let mut script = Script::new(setup());
    script.live(TEST, vec![healthy("zebra", 1)]);
    script.live(STAGING, vec![healthy("ant", 1)]);
    assert_eq!(script.cursor().0, "ant");
}

#[test]
fn the_cursor_follows_the_service_when_the_rows_move() {
    let mut script = Script::fleet();
    script.keys("G");
    assert_eq!(script.cursor().0, "web");
    script.upsert(TEST, aborted("web", 9));
    script.wait(3);
    assert_eq!(services(&script), ["payments", "web", "checkout", "search"]);
    assert_eq!(script.cursor().0, "web");
}

#[test]
fn a_row_does_not_move_within_a_second_of_a_key() {
    let mut script = Script::fleet();
    script.keys("j");
    script.upsert(TEST, aborted("web", 9));
    script.silence(900).keys("k");
    script.silence(900);
    assert_eq!(services(&script)[3], "web", "a key was pressed 0.9 s ago");
    script.silence(200);
    assert_eq!(services(&script)[1], "web");
}

#[test]
fn a_new_row_comes_to_its_place_and_the_cursor_stays() {
    let mut script = Script::fleet();
    script.keys("G");
    script.upsert(TEST, healthy("tax", 9));
    assert_eq!(services(&script), ["payments", "checkout", "search", "tax", "web"]);
    assert_eq!(script.cursor().0, "web");
}

#[test]
fn a_row_that_vanishes_leaves_the_cursor_to_its_neighbour() {
    let mut script = Script::fleet();
    script.keys("j j");
    assert_eq!(script.cursor().0, "search");
    script.remove(TEST, "search");
    assert_eq!(services(&script), ["payments", "checkout", "web"]);
    assert_eq!(script.cursor().0, "web");
    script.keys("G");
    for source in [TEST, STAGING, PRODUCTION] {
        script.remove(source, "web");
    }
    assert_eq!(script.cursor().0, "checkout");
}

#[test]
fn a_removal_of_an_older_object_of_the_same_name_is_not_believed() {
    let mut script = Script::fleet();
    let delta = Delta::Remove { namespace: "shop".into(), name: "search".into(), uid: "another".into() };
    script.news(News::Rollouts(TEST, delta));
    assert_eq!(services(&script).len(), 4);
}

#[test]
fn a_new_list_of_the_same_objects_changes_nothing() {
    let mut script = Script::fleet();
    script.keys("j j");
    let before = script.model();
    script.state.take_dirty();
    script.news(News::Rollouts(
        TEST,
        Delta::Reset(vec![
            Arc::new(healthy("checkout", 1)),
            Arc::new(healthy("web", 2)),
            Arc::new(moving("search", 3)),
        ]),
    ));
    assert!(!script.state.take_dirty(), "nothing visible changed");
    assert_eq!(script.model(), before);
}

#[test]
fn a_new_list_without_a_row_takes_it_away() {
    let mut script = Script::fleet();
    script.news(News::Rollouts(TEST, Delta::Reset(vec![Arc::new(healthy("checkout", 1))])));
    assert_eq!(services(&script), ["payments", "checkout", "web"]);
}

#[test]
fn the_same_service_in_two_namespaces_of_a_cluster_is_two_rows() {
    let mut script = Script::fleet();
    script.keys("G");
    let mut other = canary("web", 9, &json!({"phase": "Healthy", "currentStepIndex": 4, "stableRS": "new"}));
    other["metadata"]["namespace"] = json!("billing");
    other["metadata"]["uid"] = json!("uid-billing");
    script.upsert(TEST, read(other));
    assert_eq!(services(&script)[3..], ["billing/web", "shop/web"]);
    assert!(script.cursor().0.ends_with("/web"), "{:?}", script.cursor());
    let delta = Delta::Remove { namespace: "billing".into(), name: "web".into(), uid: "uid-billing".into() };
    script.news(News::Rollouts(TEST, delta));
    assert_eq!(services(&script)[3..], ["web"]);
    assert_eq!(script.cursor().0, "web");
}

#[test]
fn the_service_is_told_by_label_then_by_configuration_then_by_name() {
    let mut setup = setup();
    setup.settings.service_of.insert("canary-demo".to_owned(), "rollout".to_owned());
    let mut script = Script::new(setup);
    let mut labelled = canary("a-name", 1, &json!({"phase": "Healthy"}));
    labelled["metadata"]["labels"]["rolltop/service"] = json!("by-label");
    script.live(TEST, vec![read(labelled), healthy("canary-demo", 2), healthy("plain", 3)]);
    let mut found = services(&script);
    found.sort();
    assert_eq!(found, ["by-label", "plain", "rollout"]);
}

#[test]
fn the_filter_narrows_while_it_is_typed_and_enter_keeps_it() {
    let mut script = Script::fleet();
    script.keys("/ w e b");
    assert_eq!(services(&script), ["web"]);
    assert_eq!(script.model().filter_input, Some(("web".to_owned(), 3)));
    script.keys("Enter");
    let model = script.model();
    assert_eq!((model.filter_input, model.header.filter), (None, Some("web".to_owned())));
    assert!(model.header.summary.contains("1 of 4"), "{}", model.header.summary);
    script.keys("Esc");
    assert_eq!(services(&script).len(), 4);
    assert_eq!(script.model().header.filter, None);
}

#[test]
fn esc_in_the_filter_line_clears_it() {
    let mut script = Script::fleet();
    script.keys("/ z z z");
    let matrix = script.matrix();
    assert_eq!((matrix.total, matrix.selected), (0, None));
    assert!(matrix.empty.is_some_and(|words| words.contains("filter")));
    script.keys("Esc");
    assert_eq!(services(&script).len(), 4);
}

#[test]
fn a_filter_that_cannot_be_read_stays_open_and_says_why() {
    let mut script = Script::fleet();
    script.keys("/ i s : p a u s d Enter");
    assert!(script.toast().contains("is:pausd"), "{}", script.toast());
    assert!(script.model().filter_input.is_some());
}

#[test]
fn keys_in_the_filter_line_are_text() {
    let mut script = Script::fleet();
    script.take();
    script.keys("/ p q Q");
    assert_eq!(script.model().filter_input, Some(("pqQ".to_owned(), 3)));
    assert_eq!(script.take(), []);
    script.event(Event::Paste("x\ny".to_owned()));
    assert_eq!(script.model().filter_input, Some(("pqQx y".to_owned(), 6)));
    script.keys("Ctrl-u Backspace");
    assert_eq!(script.model().filter_input, None);
}

#[test]
fn attention_only_hides_the_rest_until_it_is_pressed_again() {
    let mut script = Script::fleet();
    script.keys("!");
    assert_eq!(services(&script), ["payments", "checkout"]);
    assert!(script.model().header.filter.is_some());
    script.keys("!");
    assert_eq!(services(&script).len(), 4);
}

#[test]
fn a_row_that_passes_the_filter_later_appears_at_the_next_sorting() {
    let mut script = Script::fleet();
    script.keys("/ i s : p a u s e d Enter");
    assert_eq!(services(&script), ["checkout"]);
    script.upsert(TEST, paused("web", 9));
    script.wait(2);
    assert_eq!(services(&script), ["checkout", "web"]);
}

#[test]
fn the_next_that_needs_a_person_is_found_with_its_channel_and_round_again() {
    let mut script = Script::fleet();
    script.keys("G .");
    assert_eq!(script.cursor(), ("payments".to_owned(), 1));
    script.keys(".");
    assert_eq!(script.cursor(), ("checkout".to_owned(), 2));
    script.keys(".");
    assert_eq!(script.cursor(), ("payments".to_owned(), 1));
}

#[test]
fn only_the_visible_window_is_in_the_model_and_it_follows_the_cursor() {
    let mut script = Script::new(setup());
    script.live(TEST, named(1_000));
    script.event(Event::Placed { page_rows: 10 });
    let matrix = script.matrix();
    assert_eq!((matrix.rows.len(), matrix.first, matrix.total), (10, 0, 1_000));
    script.keys("PgDn");
    let matrix = script.matrix();
    assert_eq!((matrix.first, matrix.selected), (1, Some(9)));
    script.keys("G");
    let matrix = script.matrix();
    assert_eq!((matrix.first, matrix.selected), (990, Some(9)));
    script.keys("g Ctrl-d");
    assert_eq!(script.matrix().selected, Some(5));
}

#[test]
fn the_wheel_moves_and_a_click_selects_then_opens() {
    let mut script = Script::fleet();
    script.event(Event::Scroll(2));
    assert_eq!(script.cursor().0, "search");
    script.event(Event::Click(Target::Row { row: 1, column: 2 }));
    assert_eq!(script.cursor(), ("checkout".to_owned(), 2));
    script.event(Event::Click(Target::Row { row: 1, column: 2 }));
    assert_eq!(script.path(), "rolltop › production › checkout");
    assert_eq!(script.promotes(), []);
}

#[test]
fn a_channels_list_keeps_the_service_under_the_cursor() {
    let mut script = Script::fleet();
    script.on_checkout().keys("v");
    let board = board(&script);
    assert_eq!(board.channel, "production");
    assert_eq!(board.rows[board.selected.unwrap()].service, "checkout");
    script.keys("[");
    let board = self::board(&script);
    assert_eq!((board.channel.as_str(), board.rows[board.selected.unwrap()].service.as_str()), ("staging", "checkout"));
    script.keys("v");
    assert_eq!(script.cursor(), ("checkout".to_owned(), 1));
}

#[test]
fn a_change_outside_the_window_draws_nothing() {
    let mut script = Script::new(setup());
    script.live(TEST, named(1_000));
    script.event(Event::Placed { page_rows: 10 });
    script.keys("g");
    script.state.take_dirty();
    script.upsert(TEST, moving("service-00900", 9_999));
    assert!(!script.state.take_dirty());
    script.upsert(TEST, moving("service-00003", 9_999));
    assert!(script.state.take_dirty());
}

#[test]
fn a_new_resource_version_alone_draws_nothing() {
    let mut script = Script::fleet();
    script.keys("G");
    script.state.take_dirty();
    script.upsert(STAGING, aborted("payments", 77));
    assert!(!script.state.take_dirty());
}

#[test]
fn a_thousand_changes_among_ten_thousand_rows_are_cheap() {
    let mut script = Script::new(setup());
    script.live(TEST, named(10_000));
    script.keys("j");
    let began = std::time::Instant::now();
    for n in 0..1_000_u64 {
        script.upsert(TEST, moving(&format!("service-{:05}", n * 7), 100_000 + n));
        if n % 50 == 0 {
            script.silence(50);
            assert!(script.state.next_tick().is_some());
        }
    }
    // Unoptimised and on a busy machine; the loop is expected to need far less.
    assert!(began.elapsed() < std::time::Duration::from_secs(3), "{:?}", began.elapsed());
}

#[test]
fn before_the_first_key_the_overview_points_at_the_cell_that_needs_a_person_most() {
    let mut script = Script::new(setup());
    script.live(TEST, vec![healthy("checkout", 1)]);
    assert_eq!(script.cursor(), ("checkout".to_owned(), 0));
    script.live(PRODUCTION, vec![paused("checkout", 1)]);
    assert_eq!(script.cursor(), ("checkout".to_owned(), 2));
    script.keys("Left");
    script.upsert(TEST, aborted("web", 2));
    script.wait(2);
    assert_eq!(script.cursor(), ("checkout".to_owned(), 1), "after a key nothing moves by itself");
}

#[test]
fn the_row_under_the_cursor_stays_where_it_is_on_the_screen_when_rows_come_in_above() {
    let mut script = Script::new(setup());
    script.live(TEST, named(100));
    script.event(Event::Placed { page_rows: 10 });
    script.keys("G k k k");
    let before = script.matrix();
    script.upsert(TEST, healthy("a-new-one", 1));
    let after = script.matrix();
    assert_eq!(after.selected, before.selected);
    assert_eq!(after.rows, before.rows);
    assert_eq!(after.first, before.first + 1);
}

#[test]
fn o_goes_through_the_orders_and_the_header_says_which() {
    let mut script = Script::fleet();
    assert_eq!(services(&script), ["payments", "checkout", "search", "web"]);
    script.keys("j o");
    assert_eq!(services(&script), ["checkout", "payments", "search", "web"]);
    assert_eq!(script.model().header.ribbons, ["by name"]);
    assert!(script.toast().starts_with("sorted by name"), "{}", script.toast());
    // A new row comes to its place by name, however urgent it is.
    script.upsert(TEST, aborted("zoo", 9));
    script.wait(3);
    assert_eq!(services(&script), ["checkout", "payments", "search", "web", "zoo"]);
    script.keys("3");
    assert_eq!(board(&script).order, crate::app::model::Sorting::Name);
    script.keys("0 o o o o o");
    assert_eq!(script.model().header.ribbons, [""; 0]);
    assert_eq!(services(&script)[0], "payments");
}

#[test]
fn the_header_counts_phases_as_rollouts_come_go_and_change() {
    let mut script = Script::fleet();
    let summary = |script: &Script| script.model().header.summary;
    assert_eq!(summary(&script), "4 services · ✗ 1  ‖ 1  ▸ 1  ✓ 6 · 2 need you");
    script.upsert(PRODUCTION, healthy("checkout", 9));
    assert_eq!(summary(&script), "4 services · ✗ 1  ▸ 1  ✓ 7 · 1 needs you");
    script.remove(STAGING, "payments");
    assert_eq!(summary(&script), "4 services · ▸ 1  ✓ 7");
    script.event(Event::Resize(160, 45));
    assert_eq!(summary(&script), "4 services · 3 channels · 3 clusters · 1 progressing · 7 healthy");
    script.news(News::Rollouts(TEST, Delta::Reset(Vec::new())));
    assert_eq!(script.state.fleet.tally(Some(0)), crate::app::fleet::Tally::default());
}

#[test]
fn the_filter_finds_what_differs_from_the_channel_before() {
    let mut script = Script::fleet();
    let mut newer = canary("web", 9, &json!({"phase": "Healthy", "currentStepIndex": 4, "stableRS": "new"}));
    newer["spec"]["template"]["spec"]["containers"][0]["image"] = json!("argoproj/rollouts-demo:green");
    script.upsert(STAGING, read(newer));
    script.event(Event::Key("/".parse().unwrap()));
    script.event(Event::Paste("is:drift".to_owned()));
    assert_eq!(services(&script), ["web"]);
}
