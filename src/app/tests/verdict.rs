//! After the order: the verdict line, the second `p`, leaving while a write is in flight.

use crate::app::effect::Effect;
use crate::app::model::{Dialog, Mark};
use crate::app::testing::*;
use crate::argo::feed::{Answer, News, Order, RequestId, TroubleKind};

/// A promote of checkout in production that was sent.
fn sent() -> (Script, RequestId) {
    let mut script = Script::fleet();
    script.on_checkout().keys("p").wait(1).take();
    script.keys("c h e c k o u t Tab Enter");
    let orders = script.promotes();
    let [Order::Write { request, .. }] = orders.as_slice() else { panic!("not one promote: {orders:?}") };
    (script, *request)
}

fn accept(script: &mut Script, request: RequestId) {
    script.news(News::Answer(request, Answer::Accepted { resource_version: "9".into() }));
}

#[test]
fn a_second_p_is_refused_until_the_controller_has_reacted() {
    let (mut script, request) = sent();
    script.keys("p");
    assert_eq!(script.model().dialog, None);
    assert!(!script.toast().is_empty());
    accept(&mut script, request);
    script.keys("p");
    assert_eq!(script.model().dialog, None, "accepted is not reacted");
    script.upsert(PRODUCTION, moving("checkout", 9));
    script.upsert(PRODUCTION, read(canary("checkout", 10, &paused_at(3))));
    script.keys("p");
    assert!(script.model().dialog.is_some(), "{}", script.toast());
}

#[test]
fn the_verdict_goes_from_sent_over_accepted_to_what_the_controller_did() {
    let (mut script, request) = sent();
    assert!(script.model().verdict.unwrap().words.contains("sent"));
    script.wait(1);
    accept(&mut script, request);
    let words = script.model().verdict.unwrap().words;
    assert!(words.contains("accepted") && words.contains("waiting for the controller"), "{words}");
    script.wait(1).upsert(PRODUCTION, moving("checkout", 9));
    let verdict = script.model().verdict.unwrap();
    assert_eq!((verdict.mark, verdict.spinning), (Mark::Ok, false), "{}", verdict.words);
    script.wait(30);
    assert_eq!(script.model().verdict, None);
}

#[test]
fn a_reaction_that_is_seen_before_the_answer_counts() {
    let (mut script, request) = sent();
    script.upsert(PRODUCTION, moving("checkout", 9));
    accept(&mut script, request);
    assert_eq!(script.model().verdict.unwrap().mark, Mark::Ok);
}

#[test]
fn without_a_reaction_for_ten_seconds_the_line_asks_for_the_controller() {
    let (mut script, request) = sent();
    accept(&mut script, request);
    script.wait(10);
    let verdict = script.model().verdict.unwrap();
    assert!(verdict.words.contains("no reaction") && verdict.mark == Mark::Attention, "{}", verdict.words);
    script.keys("p");
    assert_eq!(script.model().dialog, None, "the first one may still come");
}

#[test]
fn a_409_says_that_nothing_was_done_and_p_is_free_again() {
    let (mut script, request) = sent();
    script.news(News::Answer(request, Answer::Moved { sentence: "step is now 3/4".to_owned() }));
    assert!(script.model().verdict.unwrap().words.contains("step is now 3/4"));
    script.keys("p");
    assert!(script.model().dialog.is_some());
}

#[test]
fn a_403_is_told_and_the_rights_are_asked_anew() {
    let (mut script, request) = sent();
    script.take();
    script.news(News::Answer(request, Answer::Refused(trouble(TroubleKind::Forbidden))));
    assert_eq!(script.model().verdict.unwrap().mark, Mark::Bad);
    assert!(script.take().iter().any(|effect| matches!(effect, Effect::Order(Order::CheckAccess(PRODUCTION, _)))));
}

#[test]
fn a_lost_answer_is_not_sent_again_and_blocks_until_the_object_tells() {
    let (mut script, request) = sent();
    script.news(News::Answer(request, Answer::Unknown(trouble(TroubleKind::Unreachable))));
    assert_eq!(script.promotes(), []);
    script.keys("p");
    assert_eq!(script.model().dialog, None);
    script.wait(10).keys("p");
    assert!(script.model().dialog.is_some(), "unchanged for ten seconds: it did not arrive");
}

#[test]
fn after_a_lost_answer_the_screen_looks_again_and_after_a_clear_one_it_need_not() {
    let looks = |answer: Answer| {
        let (mut script, request) = sent();
        script.take();
        script.news(News::Answer(request, answer));
        let orders = script.take().into_iter();
        orders.filter(|effect| *effect == Effect::Order(Order::Reconnect(PRODUCTION))).count()
    };
    for kind in [TroubleKind::Unreachable, TroubleKind::Server] {
        assert_eq!(looks(Answer::Unknown(trouble(kind))), 1, "{kind:?}");
    }
    assert_eq!(looks(Answer::Refused(trouble(TroubleKind::Server))), 0);
    assert_eq!(looks(Answer::Accepted { resource_version: "9".into() }), 0);
}

#[test]
fn quitting_with_a_write_in_flight_asks_and_the_answer_ends_the_question() {
    let (mut script, request) = sent();
    script.keys("Q");
    assert!(matches!(script.model().dialog, Some(Dialog::Ask { .. })));
    assert_eq!(script.take(), []);
    script.keys("w q");
    assert!(matches!(script.model().dialog, Some(Dialog::Ask { .. })));
    accept(&mut script, request);
    assert_eq!(script.model().dialog, None);
    script.take();
    script.keys("q");
    assert_eq!(script.take(), [Effect::Quit(0)]);
}

#[test]
fn quit_anyway_leaves() {
    for keys in ["Q Q", "Q Tab Enter"] {
        let (mut script, _) = sent();
        script.keys(keys);
        assert_eq!(script.take(), [Effect::Quit(0)], "{keys}");
    }
}

#[test]
fn after_half_a_write_the_rest_can_be_sent_once_the_first_half_is_seen() {
    let mut both = paused_at(1);
    both["observedGeneration"] = serde_json::json!("2");
    let mut object = canary("checkout", 5, &both);
    object["spec"]["paused"] = serde_json::json!(true);
    let mut script = Script::fleet();
    script.upsert(PRODUCTION, read(object.clone()));
    script.on_checkout().keys("p").wait(1).keys("c h e c k o u t Tab Enter");
    let orders = script.promotes();
    let [Order::Write { request, plan, .. }] = orders.as_slice() else { panic!("not one promote: {orders:?}") };
    assert!(plan.merge(Some("status")).is_some() && plan.merge(None).is_some());
    let half = Answer::Partly { done: "the pause was cleared".to_owned(), trouble: trouble(TroubleKind::Server) };
    script.news(News::Answer(*request, half));
    script.keys("p");
    assert_eq!(script.model().dialog, None, "the first half is not seen yet");
    object["metadata"]["resourceVersion"] = serde_json::json!("6");
    object["status"]["pauseConditions"] = serde_json::Value::Null;
    object["status"]["controllerPause"] = serde_json::json!(false);
    script.upsert(PRODUCTION, read(object));
    script.keys("p");
    assert!(script.model().dialog.is_some(), "{}", script.toast());
}

#[test]
fn what_the_controller_did_is_written_to_the_log() {
    let (mut script, request) = sent();
    accept(&mut script, request);
    script.take();
    script.upsert(PRODUCTION, moving("checkout", 9));
    let logged = script.take();
    assert!(
        matches!(logged.as_slice(), [Effect::Log(words)] if words.contains("checkout in production")),
        "{logged:?}"
    );
}
