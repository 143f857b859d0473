//! `p`, from the key over the dialog to the order.

use crate::app::effect::Effect;
use crate::app::event::{Event, Target};
use crate::app::model::{Dialog, WriteDialog};
use crate::app::testing::*;
use crate::argo::feed::{Delta, Link, News, Order, Permission};
use crate::names::SourceId;
use jiff::SignedDuration;
use std::sync::Arc;

fn dialog(script: &Script) -> WriteDialog {
    match script.model().dialog {
        Some(Dialog::Write(dialog)) => *dialog,
        other => panic!("no dialog but {other:?}"),
    }
}

fn focused(script: &Script) -> String {
    dialog(script).buttons.into_iter().find(|button| button.focused).map(|button| button.label).unwrap_or_default()
}

/// The dialog over checkout in production, readable for long enough.
fn asked() -> Script {
    let mut script = Script::fleet();
    script.on_checkout().keys("p").wait(1).take();
    script
}

#[test]
fn the_dialog_opens_on_cancel_and_enter_sends_nothing() {
    let mut script = asked();
    assert_eq!(focused(&script), "Cancel");
    script.keys("Enter");
    assert_eq!(script.model().dialog, None);
    assert_eq!(script.promotes(), []);
}

#[test]
fn a_typed_name_tab_and_enter_send_one_promote_with_what_was_seen() {
    let mut script = asked();
    script.keys("c h e c k o u t Tab Enter Enter Enter");
    let orders = script.promotes();
    let [Order::Write { key, plan, .. }] = orders.as_slice() else { panic!("not one promote: {orders:?}") };
    assert_eq!((key.source, &*key.name), (PRODUCTION, "checkout"));
    assert_eq!(&*plan.seen.resource_version, "1");
    assert!(plan.merge(Some("status")).is_some() && plan.merge(None).is_none());
    assert!(script.model().verdict.is_some_and(|verdict| verdict.words.contains("sent") && verdict.spinning));
}

#[test]
fn in_a_channel_that_asks_for_enter_tab_and_enter_are_enough() {
    let mut script = Script::fleet();
    script.upsert(TEST, paused("web", 7));
    script.wait(2).keys("g Left Left");
    while script.cursor().0 != "web" {
        script.keys("j");
    }
    script.keys("p").wait(1).keys("Tab Enter");
    assert_eq!(script.promotes().len(), 1);
}

#[test]
fn the_verb_stays_off_until_the_name_is_typed_letter_for_letter() {
    let mut script = asked();
    script.keys("C h e c k o u t Tab Enter");
    assert_eq!(script.promotes(), []);
    assert!(!dialog(&script).buttons[2].on);
    assert!(script.toast().contains("checkout"), "{}", script.toast());
    for _ in 0..8 {
        script.keys("Backspace");
    }
    script.keys("c h e c k o u t");
    assert!(dialog(&script).buttons[2].on);
    assert_eq!(dialog(&script).typed, Some(("checkout".to_owned(), "checkout".to_owned())));
}

#[test]
fn letters_go_to_the_name_even_those_that_are_keys_elsewhere() {
    let mut script = asked();
    script.keys("q p Q ?");
    assert_eq!(dialog(&script).typed.map(|(_, typed)| typed), Some("qpQ?".to_owned()));
    assert_eq!(script.take(), []);
}

#[test]
fn a_service_without_a_name_is_not_confirmed_by_typing_nothing() {
    let mut setup = setup();
    setup.settings.service_of.insert("checkout".to_owned(), String::new());
    let mut script = Script::new(setup);
    script.live(PRODUCTION, vec![paused("checkout", 1)]);
    script.keys("Right Right p").wait(1).keys("Tab Enter");
    assert_eq!(script.promotes(), []);
    assert_eq!(dialog(&script).typed.map(|(wanted, _)| wanted), Some("checkout".to_owned()));
}

#[test]
fn the_way_back_is_named_by_its_key() {
    let script = asked();
    let back = dialog(&script).back;
    assert!(back.starts_with("a aborts"), "{back}");
}

#[test]
fn a_pasted_name_counts_and_a_pasted_newline_presses_nothing() {
    let mut script = asked();
    script.event(Event::Paste("checkout\n".to_owned()));
    assert_eq!(dialog(&script).typed.map(|(_, typed)| typed), Some("checkout".to_owned()));
    script.event(Event::Paste("\u{1b}[31m\r\nx".to_owned()));
    assert_eq!(dialog(&script).typed.map(|(_, typed)| typed), Some("checkout  x".to_owned()));
    assert_eq!(script.promotes(), []);
}

#[test]
fn a_paste_outside_a_text_field_is_ignored_and_says_so() {
    let mut script = Script::fleet();
    script.on_checkout();
    script.event(Event::Paste("p\n".to_owned()));
    assert_eq!(script.model().dialog, None);
    assert!(script.toast().contains("paste ignored"));
}

#[test]
fn keys_typed_before_the_dialog_can_be_read_do_nothing() {
    let mut script = Script::fleet();
    script.on_checkout().keys("p Tab Enter c h");
    assert_eq!(focused(&script), "Cancel");
    assert_eq!(dialog(&script).typed.map(|(_, typed)| typed), Some(String::new()));
    script.event(Event::Click(Target::Button(2)));
    assert_eq!(script.promotes(), []);
    script.silence(299).keys("Tab");
    assert_eq!(focused(&script), "Cancel");
    script.silence(1).keys("Tab");
    assert_ne!(focused(&script), "Cancel");
}

#[test]
fn keys_typed_blind_on_a_frozen_terminal_do_nothing_however_late_they_are() {
    let mut script = Script::fleet();
    script.event(Event::Shown { made: script.now });
    script.now += SignedDuration::from_millis(1);
    script.event(Event::Clock(script.now));
    script.on_checkout().keys("p");
    // The frame before the dialog was taken late: it does not show the dialog.
    let before = script.now - SignedDuration::from_millis(1);
    script.now += SignedDuration::from_secs(5);
    script.event(Event::Clock(script.now));
    script.event(Event::Shown { made: before });
    script.now += SignedDuration::from_secs(1);
    script.event(Event::Clock(script.now));
    script.keys("Tab c h Enter");
    assert_eq!(focused(&script), "Cancel");
    assert_eq!(dialog(&script).typed.map(|(_, typed)| typed), Some(String::new()));
    script.event(Event::Shown { made: script.now });
    script.keys("Tab");
    assert_eq!(focused(&script), "Cancel");
    script.silence(300).keys("Tab");
    assert_ne!(focused(&script), "Cancel");
}

#[test]
fn a_click_presses_a_button_of_the_dialog_and_nothing_else_writes() {
    let mut script = asked();
    script.event(Event::Click(Target::Button(2)));
    assert_eq!(script.promotes(), [], "the name is not typed");
    script.event(Event::Paste("checkout".to_owned()));
    script.event(Event::Click(Target::Button(2)));
    assert_eq!(script.promotes().len(), 1);
}

#[test]
fn tab_walks_the_three_buttons_both_ways() {
    let mut script = asked();
    let mut forth = Vec::new();
    for _ in 0..3 {
        script.keys("Tab");
        forth.push(focused(&script));
    }
    let mut back = Vec::new();
    for _ in 0..3 {
        script.keys("S-Tab");
        back.push(focused(&script));
    }
    assert_eq!(forth.last().map(String::as_str), Some("Cancel"));
    back.rotate_left(2);
    forth.reverse();
    assert_eq!(back, forth);
}

#[test]
fn the_call_is_shown_and_hidden_and_sends_nothing() {
    let mut script = asked();
    script.keys("S-Tab Enter");
    assert!(dialog(&script).call.is_some());
    script.keys("Enter");
    assert_eq!(dialog(&script).call, None);
    assert_eq!(script.promotes(), []);
}

#[test]
fn esc_and_ctrl_c_close_the_dialog_without_sending() {
    for key in ["Esc", "Ctrl-c"] {
        let mut script = asked();
        script.keys(key);
        assert_eq!(script.model().dialog, None, "{key}");
        assert!(matches!(script.take().as_slice(), [Effect::Order(Order::CloseDetail(_))]), "{key}");
    }
}

#[test]
fn a_change_that_leaves_the_situation_moves_only_the_resource_version_along() {
    let mut script = asked();
    script.upsert(PRODUCTION, paused("checkout", 5));
    script.keys("c h e c k o u t Tab Enter");
    let orders = script.promotes();
    let [Order::Write { plan, .. }] = orders.as_slice() else { panic!("not one promote: {orders:?}") };
    assert_eq!(&*plan.seen.resource_version, "5");
}

#[test]
fn a_change_of_the_situation_turns_the_button_off_for_good() {
    let mut script = asked();
    script.keys("c h e c k o u t Tab");
    script.upsert(PRODUCTION, moving("checkout", 5));
    assert!(!dialog(&script).buttons[2].on);
    script.upsert(PRODUCTION, paused("checkout", 6));
    script.keys("Enter");
    assert_eq!(script.promotes(), []);
    let toast = script.toast();
    assert!(toast.contains("nothing was sent") && toast.contains("step 2/4"), "{toast}");
    // The dialog may lie over the place of messages.
    assert_eq!(dialog(&script).footnote, toast);
}

#[test]
fn what_a_promote_means_is_decided_anew_with_every_change_under_the_dialog() {
    let workload = |version: u64, wanted: &str| {
        let mut status = paused_at(1);
        status["workloadObservedGeneration"] = "3".into();
        let mut object = canary("checkout", version, &status);
        object["metadata"]["annotations"] = serde_json::json!({"rollout.argoproj.io/workload-generation": wanted});
        object["spec"]["workloadRef"] = serde_json::json!({"kind": "Deployment", "name": "checkout"});
        read(object)
    };
    let mut script = Script::fleet();
    script.upsert(PRODUCTION, workload(4, "3"));
    script.on_checkout().keys("p").wait(1).keys("c h e c k o u t Tab");
    assert!(dialog(&script).buttons[2].on);
    // The Deployment behind it has a new version, which the controller has not seen: same pause, same generation.
    script.upsert(PRODUCTION, workload(5, "4"));
    assert!(!dialog(&script).buttons[2].on);
    script.keys("Enter");
    assert_eq!(script.promotes(), []);
    assert!(script.toast().contains("nothing was sent"), "{}", script.toast());
}

#[test]
fn a_rollout_that_goes_away_under_the_dialog_is_not_written_to() {
    let mut script = asked();
    script.keys("c h e c k o u t Tab");
    script.remove(PRODUCTION, "checkout");
    assert!(!dialog(&script).buttons[2].on);
    script.keys("Enter");
    assert_eq!(script.promotes(), []);
}

#[test]
fn a_source_that_grows_stale_under_the_dialog_turns_the_button_off() {
    let mut script = asked();
    script.keys("c h e c k o u t Tab").silence(20_000);
    script.keys("Enter");
    assert_eq!(script.promotes(), []);
    assert!(script.toast().contains("nothing was sent"), "{}", script.toast());
}

#[test]
fn p_on_a_cell_with_two_rollouts_sends_the_person_to_choose() {
    let mut setup = setup();
    setup.sources.push(crate::app::state::SourceInfo {
        id: SourceId(3),
        channel: 2,
        cluster: "prod-us".into(),
        scope: String::new(),
        broken: None,
    });
    let mut script = Script::new(setup);
    script.live(PRODUCTION, vec![paused("checkout", 1)]);
    script.live(SourceId(3), vec![paused("checkout", 1)]);
    script.keys("Right Right p");
    assert_eq!(script.model().dialog, None);
    assert!(script.toast().contains("2 rollouts of checkout"), "{}", script.toast());
    script.keys("Enter");
    assert_eq!(script.path(), "rolltop › production");
    script.keys("p");
    assert!(script.model().dialog.is_some(), "{}", script.toast());
}

#[test]
fn rights_are_asked_once_and_p_waits_for_the_answer() {
    let mut script = Script::new(setup());
    script.news(News::Link(PRODUCTION, Link::Live));
    script.heard(PRODUCTION);
    script.news(News::Rollouts(PRODUCTION, Delta::Reset(vec![Arc::new(paused("checkout", 1))])));
    script.keys("Right Right j k");
    let asked = script.take().iter().filter(|e| matches!(e, Effect::Order(Order::CheckAccess(..)))).count();
    assert_eq!(asked, 1);
    script.keys("p");
    assert!(script.toast().contains("asking prod-eu"), "{}", script.toast());
    script.rights(PRODUCTION, &Permission::Denied("role viewer".to_owned()));
    script.keys("p");
    assert_eq!(script.model().dialog, None);
    script.rights(PRODUCTION, &Permission::Allowed);
    script.keys("p");
    assert!(script.model().dialog.is_some());
    script.keys("Esc").take();
    script.now += SignedDuration::from_mins(11);
    script.event(Event::Clock(script.now));
    script.heard(PRODUCTION);
    script.keys("j");
    assert!(script.take().iter().any(|e| matches!(e, Effect::Order(Order::CheckAccess(..)))), "old after ten minutes");
}

#[test]
fn rights_that_were_asked_for_before_a_new_beginning_count_no_more() {
    let mut script = Script::fleet();
    script.on_checkout().keys("R");
    let before = script.now;
    script.wait(1).keys("R").take();
    script.news(News::Access(
        PRODUCTION,
        "shop".into(),
        crate::argo::feed::Access::of_all(&Permission::Allowed, before),
    ));
    script.keys("p");
    assert_eq!(script.model().dialog, None, "{}", script.toast());
    script.rights(PRODUCTION, &Permission::Allowed);
    script.keys("p");
    assert!(script.model().dialog.is_some(), "{}", script.toast());
}

#[test]
fn in_a_terminal_too_small_to_read_no_key_answers_a_dialog() {
    let mut script = asked();
    script.keys("c h e c k o u t Tab");
    script.event(Event::Resize(18, 5));
    script.keys("Enter p");
    script.event(Event::Click(Target::Button(2)));
    assert_eq!(script.promotes(), []);
    script.event(Event::Resize(80, 24));
    script.keys("Enter");
    assert_eq!(script.promotes().len(), 1);
}

#[test]
fn rights_that_are_taken_away_under_the_dialog_turn_the_button_off() {
    let mut script = asked();
    script.keys("c h e c k o u t Tab");
    script.rights(PRODUCTION, &Permission::Denied(String::new()));
    assert!(!dialog(&script).buttons[2].on);
    script.keys("Enter");
    assert_eq!(script.promotes(), []);
}

#[test]
fn the_answer_to_a_key_goes_with_the_next_key() {
    let mut script = Script::fleet();
    script.keys("7");
    assert!(!script.toast().is_empty());
    script.keys("j");
    assert_eq!(script.toast(), "");
}

#[test]
fn the_dialog_has_the_pods_watched_while_it_is_open() {
    let mut script = Script::fleet();
    script.on_checkout().keys("p");
    let effects = script.take();
    let [Effect::Order(Order::OpenDetail { detail, key, .. })] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(key.source, PRODUCTION);
    let detail = *detail;
    script.keys("Esc");
    assert_eq!(script.take(), [Effect::Order(Order::CloseDetail(detail))]);
    script.keys("Enter").take();
    script.keys("p Esc");
    assert_eq!(script.take(), [], "they are watched for the page already");
}
