//! Marked rollouts: one question about all of them, one order for each.

use super::deeds::dialog;
use crate::app::model::{Body, Dialog, Mark};
use crate::app::testing::*;
use crate::argo::feed::Order;
use crate::config::times;

fn written(script: &mut Script) -> Vec<(String, &'static str)> {
    let orders = script.promotes();
    orders
        .into_iter()
        .map(|order| match order {
            Order::Write { key, plan, .. } => (key.name.to_string(), plan.deed.verb()),
            other => panic!("{other:?}"),
        })
        .collect()
}

/// The list of a channel with these rollouts.
fn board(source: crate::names::SourceId, rollouts: Vec<crate::argo::rollout::Rollout>) -> Script {
    let mut script = Script::new(setup());
    script.live(source, rollouts);
    script.wait(2).keys(if source == TEST { "1" } else { "3" }).take();
    script
}

#[test]
fn space_marks_star_marks_what_is_listed_and_backslash_clears() {
    let mut script = board(TEST, vec![paused("a", 1), paused("b", 2), healthy("c", 3)]);
    let marked = |script: &Script| match script.model().body {
        Body::Board(board) => {
            board.rows.iter().filter(|row| row.marked).map(|row| row.service.clone()).collect::<Vec<_>>()
        }
        other => panic!("{other:?}"),
    };
    script.keys("g Space");
    assert_eq!(marked(&script), ["a"]);
    script.keys("Space");
    assert!(marked(&script).is_empty());
    script.keys("/ a Enter *");
    assert_eq!(marked(&script), ["a"]);
    script.keys("Esc *");
    assert_eq!(marked(&script).len(), 3);
    assert!(script.model().next.starts_with("3 marked"), "{}", script.model().next);
    script.keys("\\");
    assert!(marked(&script).is_empty());
}

#[test]
fn one_question_lists_every_object_and_sends_one_order_for_each_that_can_be_written_to() {
    let mut script = board(TEST, vec![paused("a", 1), paused("b", 2), healthy("c", 3)]);
    script.keys("* p").wait(1);
    let question = dialog(&script);
    assert_eq!(question.title, "Promote 2 rollouts");
    assert_eq!(question.evidence.len(), 3);
    assert!(question.evidence.iter().any(|(mark, words)| *mark == Mark::Attention && words.starts_with("c ·")));
    assert_eq!(question.buttons.last().unwrap().label, "Promote 2");
    script.keys("Enter");
    assert_eq!(written(&mut script), [], "the focus is on Cancel");
    script.keys("p").wait(1).keys("Tab Enter");
    assert_eq!(written(&mut script), [("a".to_owned(), "promote"), ("b".to_owned(), "promote")]);
    assert!(script.model().next.starts_with("1 marked"), "what was not written to stays marked");
}

#[test]
fn in_a_protected_channel_the_number_is_typed() {
    let mut script = board(PRODUCTION, vec![paused("a", 1), paused("b", 2)]);
    script.keys("* p").wait(1).keys("Tab Enter");
    assert_eq!(written(&mut script), []);
    assert_eq!(dialog(&script).typed.map(|(wanted, _)| wanted).as_deref(), Some("promote 2"));
    script.keys("p r o m o t e Space 2 Enter");
    assert_eq!(written(&mut script).len(), 2);
}

#[test]
fn all_marked_are_aborted_by_one_dialog_and_two_presses() {
    let mut script = board(PRODUCTION, vec![moving("a", 1), moving("b", 2), healthy("c", 3)]);
    script.keys("* a").wait(1);
    assert_eq!(dialog(&script).typed, None);
    script.keys("a");
    assert_eq!(written(&mut script), [("a".to_owned(), "abort"), ("b".to_owned(), "abort")]);
    assert_eq!(script.model().dialog, None);
}

#[test]
fn what_changed_under_the_question_is_left_out_and_said() {
    let mut script = board(TEST, vec![paused("a", 1), paused("b", 2)]);
    script.keys("* p").wait(1).upsert(TEST, moving("b", 3));
    let question = dialog(&script);
    assert!(question.evidence.iter().any(|(_, words)| words.starts_with("b ·") && words.contains("changed meanwhile")));
    script.keys("Tab Enter");
    assert_eq!(written(&mut script), [("a".to_owned(), "promote")]);
    // Where the number is typed it has to be right.
    let mut script = board(PRODUCTION, vec![paused("a", 1), paused("b", 2)]);
    script.keys("* p").wait(1).keys("p r o m o t e Space 2 Tab");
    script.upsert(PRODUCTION, moving("b", 3));
    script.keys("Enter");
    assert_eq!(written(&mut script), []);
}

#[test]
fn what_needs_a_value_works_on_one_at_a_time() {
    let mut script = board(TEST, vec![paused("a", 1), paused("b", 2)]);
    script.keys("* i");
    assert_eq!(script.model().dialog, None);
    assert!(script.toast().contains("one rollout at a time"), "{}", script.toast());
}

#[test]
fn a_rollout_that_goes_away_takes_its_mark_along_and_a_page_speaks_of_its_own() {
    let mut script = board(TEST, vec![paused("a", 1), paused("b", 2)]);
    script.keys("* Enter p").wait(1);
    assert!(dialog(&script).title.starts_with("Promote a") || dialog(&script).title.starts_with("Promote b"));
    script.keys("Esc Esc");
    script.remove(TEST, "a");
    assert!(script.model().next.starts_with("1 marked"), "{}", script.model().next);
}

#[test]
fn each_write_has_a_verdict_and_the_one_that_went_wrong_is_shown_first() {
    use crate::argo::feed::{Answer, News};
    let mut script = board(TEST, vec![moving("a", 1), moving("b", 2)]);
    script.keys("* a").wait(1).keys("a");
    let orders = script.promotes();
    let requests: Vec<_> = orders
        .iter()
        .map(|order| match order {
            Order::Write { request, .. } => *request,
            other => panic!("{other:?}"),
        })
        .collect();
    let refused = Answer::Refused(trouble(crate::argo::feed::TroubleKind::Server));
    script.news(News::Answer(requests[0], refused));
    script.news(News::Answer(requests[1], Answer::Accepted { resource_version: "9".into() }));
    script.upsert(TEST, aborted("b", 9));
    let verdict = script.model().verdict.unwrap();
    assert!(verdict.words.starts_with("abort a in test: refused"), "{}", verdict.words);
    assert!(verdict.hint.contains("1 more writes, 1 of them done: @"), "{}", verdict.hint);
}

/// All of these in two channels that share a protection, marked in the list of all; the lines of the question.
fn asked_of_two_channels(protection: &str, key: &str) -> Vec<(Mark, String)> {
    let file = format!("[[release_channels]]\nprotections = [\"quiet\"]\n[protections.quiet]\n{protection}");
    let mut with = setup();
    for channel in [1, 2] {
        with.settings.channels[channel].allowed_times = times::of_channel(&file.parse().unwrap(), 0);
    }
    let mut script = Script::new(with);
    script.live(TEST, vec![paused("a", 1), paused("b", 2)]);
    script.live(STAGING, vec![paused("a", 3), paused("b", 4)]);
    script.live(PRODUCTION, vec![paused("a", 5), paused("b", 6), paused("c", 7)]);
    script.wait(2);
    for channel in ["1", "2", "3"] {
        script.keys(channel).keys("*").keys("Esc");
    }
    script.keys(key).wait(1);
    match script.model().dialog {
        Some(Dialog::Write(dialog)) => dialog.evidence,
        other => panic!("no dialog but {other:?}: {}", script.toast()),
    }
}

// The tests begin on 2026-03-01, a Sunday, at 14:00.
const FROZEN: &str =
    r#"allowed_times = { windows = [{}], freezes = [{ from = "2026-02-28", to = "2026-03-02", reason = "audit" }] }"#;

#[test]
fn a_freeze_is_told_once_for_each_channel_that_has_it_above_the_objects() {
    let lines = asked_of_two_channels(FROZEN, "p");
    let frozen = "protection quiet is closed now: freeze until 2026-03-03 00:00 UTC: audit";
    assert_eq!(
        lines[..2],
        [(Mark::Attention, format!("staging: {frozen}")), (Mark::Attention, format!("production: {frozen}"))]
    );
    // Seven objects are more than fit below them.
    assert_eq!(lines.iter().filter(|(_, words)| words.contains("freeze until")).count(), 2, "{lines:?}");
    assert_eq!(lines.last(), Some(&(Mark::Absent, "3 more below (↓)".to_owned())));
    // Open, for another moment, or a brake.
    let open = r#"allowed_times = { windows = [{ days = "sun" }] }"#;
    for (protection, key) in [(open, "p"), (&*format!("lifecycle = [\"deploy\"]\n{FROZEN}"), "p"), (FROZEN, "a")] {
        let lines = asked_of_two_channels(protection, key);
        assert!(!lines.iter().any(|(_, words)| words.contains("protection")), "{key}: {lines:?}");
    }
}

#[test]
fn before_many_restarts_budgets_that_nobody_watches_are_said_to_be_not_known_once_for_each_channel() {
    let lines = asked_of_two_channels(FROZEN, "r");
    let unknown: Vec<&str> =
        lines.iter().filter(|(mark, _)| *mark == Mark::Unknown).map(|(_, words)| words.as_str()).collect();
    let words = "whether PodDisruptionBudgets hold it up is not known";
    assert_eq!(unknown, [format!("test: {words}"), format!("staging: {words}"), format!("production: {words}")]);
    assert_eq!(lines.iter().filter(|(_, words)| words.contains("freeze until")).count(), 2, "{lines:?}");
    let lines = asked_of_two_channels(FROZEN, "p");
    assert!(!lines.iter().any(|(_, words)| words.contains("PodDisruptionBudget")), "{lines:?}");
}
