//! Each key that writes: what it sends, what it asks first, and why it is off.

use crate::app::action::{self, Action, Place, TABLE};
use crate::app::availability::{Availability, availability};
use crate::app::effect::Effect;
use crate::app::event::Event;
use crate::app::model::{Dialog, WriteDialog};
use crate::app::testing::*;
use crate::argo::analysis::AnalysisRun;
use crate::argo::deed::plan::{Body, Plan};
use crate::argo::feed::{Delta, News, Order, Permission};
use serde_json::{Value, json};
use std::sync::Arc;

pub fn dialog(script: &Script) -> WriteDialog {
    match script.model().dialog {
        Some(Dialog::Write(dialog)) => *dialog,
        other => panic!("no dialog but {other:?}; {}", script.toast()),
    }
}

/// The one plan that was sent, and its reason.
pub fn sent(script: &mut Script) -> (Plan, Option<String>) {
    let orders = script.promotes();
    let [Order::Write { plan, reason, .. }] = orders.as_slice() else { panic!("not one write: {orders:?}") };
    ((**plan).clone(), reason.clone())
}

fn merge(plan: &Plan) -> Vec<(Option<&'static str>, Value)> {
    plan.requests
        .iter()
        .map(|request| match &request.body {
            Body::Merge(value) | Body::Json(value) => (request.subresource, value.clone()),
            other => panic!("{other:?}"),
        })
        .collect()
}

/// One rollout in test (where Enter is enough), under the cursor.
pub fn in_test(rollout: crate::argo::rollout::Rollout) -> Script {
    let mut script = Script::new(setup());
    script.live(TEST, vec![rollout]);
    script.wait(2).take();
    script
}

fn by_hand(name: &str, version: u64) -> crate::argo::rollout::Rollout {
    let mut object =
        canary(name, version, &json!({"phase": "Paused", "message": "manually paused", "currentStepIndex": 2}));
    object["spec"]["paused"] = json!(true);
    read(object)
}

#[test]
fn each_key_sends_its_own_request_after_its_question() {
    let status = Some("status");
    let table = vec![
        ("p", paused("web", 7), "promote", vec![(status, json!({"status": {"pauseConditions": null}}))]),
        ("P", moving("web", 7), "promote-full", vec![(status, json!({"status": {"promoteFull": true}}))]),
        ("a", moving("web", 7), "abort", vec![(status, json!({"status": {"abort": true}}))]),
        ("t", aborted("web", 7), "retry", vec![(status, json!({"status": {"abort": false}}))]),
        ("s", moving("web", 7), "pause", vec![(None, json!({"spec": {"paused": true}}))]),
        ("s", by_hand("web", 7), "resume", vec![(None, json!({"spec": {"paused": false}}))]),
    ];
    for (key, rollout, verb, requests) in table {
        let mut script = in_test(rollout);
        script.keys(key).wait(1);
        let question = dialog(&script);
        assert_eq!(question.buttons[1].label, "Cancel", "{verb}");
        assert!(question.buttons[1].focused && question.typed.is_none(), "{verb}");
        assert!(!question.back.is_empty(), "{verb}");
        script.keys("Enter");
        assert_eq!(script.promotes(), [], "{verb}: the focus is on Cancel");
        script.keys(key).wait(1).keys("Tab Enter");
        let (plan, reason) = sent(&mut script);
        assert_eq!((plan.deed.verb(), merge(&plan), reason), (verb, requests, None));
        assert_eq!(&*plan.seen.resource_version, "7", "{verb}");
    }
}

#[test]
fn what_cannot_be_done_is_refused_alike_by_key_help_and_footer() {
    let table = [
        ("P", Action::PromoteFull, healthy("web", 7), "nothing is being rolled out"),
        ("a", Action::Abort, healthy("web", 7), "nothing is being rolled out"),
        ("a", Action::Abort, aborted("web", 7), "aborted already"),
        ("t", Action::Retry, moving("web", 7), "not aborted"),
        ("x", Action::Terminate, moving("web", 7), "not on an analysis run"),
    ];
    for (key, action, rollout, words) in table {
        let mut script = in_test(rollout);
        script.keys("Enter").wait(1);
        let Availability::Off(why) = availability(&script.state, action) else { panic!("{key} is on") };
        assert!(why.contains(words), "{key}: {why}");
        script.keys(key);
        assert_eq!((script.toast(), script.model().dialog), (why, None), "{key}");
    }
}

#[test]
fn no_key_writes_in_a_read_only_place_or_without_the_right() {
    let keys = "p P a t u s r i # x";
    for change in [
        (|setup: &mut crate::app::state::Setup| setup.read_only = true) as fn(&mut crate::app::state::Setup),
        |setup| setup.replay = true,
        |setup| setup.settings.channels[0].read_only = true,
    ] {
        let mut with = setup();
        change(&mut with);
        let mut script = Script::new(with);
        script.live(TEST, vec![paused("web", 7)]);
        script.keys("Enter").wait(1);
        for key in keys.split(' ') {
            script.keys(key);
            assert!(script.model().dialog.is_none() && !script.toast().is_empty(), "{key}");
        }
    }
    let mut script = in_test(paused("web", 7));
    script.rights(TEST, &Permission::Denied("viewer".to_owned()));
    for key in "p P a s r i #".split(' ') {
        script.keys(key);
        assert_eq!(script.model().dialog, None, "{key}");
        assert!(script.toast().contains("your role may not patch"), "{key}: {}", script.toast());
    }
}

#[test]
fn a_second_a_confirms_an_abort_even_in_a_protected_channel() {
    let mut script = Script::fleet();
    script.on_checkout().keys("a").wait(1);
    assert_eq!(dialog(&script).typed, None, "a brake never asks for the name");
    script.keys("a");
    assert_eq!(sent(&mut script).0.deed.verb(), "abort");
}

#[test]
fn an_a_that_was_typed_ahead_aborts_nothing_and_in_another_dialog_it_is_no_key() {
    let mut script = Script::fleet();
    script.on_checkout().keys("a a a");
    assert_eq!(script.promotes(), []);
    let mut script = in_test(paused("web", 7));
    script.keys("p").wait(1).keys("a");
    assert_eq!(script.promotes(), []);
    assert!(script.model().dialog.is_some());
}

#[test]
fn what_is_protected_asks_for_the_name_and_skipping_asks_everywhere() {
    let mut script = Script::fleet();
    script.on_checkout().keys("P").wait(1).keys("Tab Enter");
    assert_eq!(script.promotes(), []);
    script.keys("c h e c k o u t Enter");
    assert_eq!(sent(&mut script).0.deed.verb(), "promote-full");

    let analysed = |phase: &str| {
        let mut object = canary("web", 7, &json!({"phase": "Progressing", "currentStepIndex": 2}));
        object["status"]["canary"] = json!({"currentBackgroundAnalysisRunStatus": {"name": "web-2", "status": phase}});
        read(object)
    };
    for (phase, asks) in [("Running", true), ("Failed", true), ("Successful", false)] {
        let mut script = in_test(analysed(phase));
        script.keys("P").wait(1);
        assert_eq!(dialog(&script).typed.is_some(), asks, "{phase}");
    }
    let mut script = in_test(moving("web", 7));
    script.event(Event::Key(":".parse().unwrap()));
    script.keys("s k i p - s t e p Enter").wait(1);
    assert_eq!(dialog(&script).typed, Some(("web".to_owned(), String::new())), "asked for in every channel");
    script.keys("w e b Tab Enter");
    let (plan, _) = sent(&mut script);
    assert_eq!(merge(&plan), [(Some("status"), json!({"status": {"pauseConditions": null, "currentStepIndex": 3}}))]);
}

#[test]
fn a_reason_is_typed_after_ctrl_r_and_goes_with_the_order() {
    let mut script = in_test(paused("web", 7));
    script.keys("p").wait(1).keys("Ctrl-r q o k Ctrl-r");
    assert_eq!(dialog(&script).reason.map(|reason| (reason.text, reason.active)), Some(("qok".to_owned(), false)));
    script.keys("Tab Enter");
    assert_eq!(sent(&mut script).1.as_deref(), Some("qok"));
}

#[test]
fn where_a_reason_is_needed_nothing_but_a_brake_goes_without() {
    let mut with = setup();
    with.settings.channels[0].require_reason = true;
    let mut script = Script::new(with);
    script.live(TEST, vec![paused("web", 7)]);
    script.keys("p").wait(1).keys("Tab Enter");
    assert_eq!(script.promotes(), []);
    assert!(script.toast().contains("reason"), "{}", script.toast());
    assert!(!dialog(&script).buttons[2].on);
    script.keys("o k Enter");
    assert_eq!(sent(&mut script).1.as_deref(), Some("ok"));

    let mut with = setup();
    with.settings.channels[0].require_reason = true;
    let mut script = Script::new(with);
    script.live(TEST, vec![moving("web", 7)]);
    script.keys("a").wait(1).keys("a");
    assert_eq!(sent(&mut script), (sent_plan(&mut script, "abort"), None));
}

/// Sends nothing: the plan as it would be decided for the rollout of the script.
fn sent_plan(script: &mut Script, verb: &str) -> Plan {
    let row = script.state.selected_row().unwrap();
    let facts = crate::app::deeds::facts(&script.state, &row.key, &row.rollout);
    let plan = crate::argo::deed::plan::plan(&crate::argo::deed::Deed::Abort, facts).unwrap();
    assert_eq!(plan.deed.verb(), verb);
    plan
}

#[test]
fn a_brake_holds_while_the_steps_move_and_everything_else_does_not() {
    let mut script = in_test(moving("web", 7));
    script.keys("a").wait(1);
    script.upsert(TEST, read(canary("web", 8, &paused_at(3))));
    assert!(dialog(&script).buttons[2].on, "an abort is for whatever step");
    let mut script = in_test(aborted("web", 7));
    script.keys("t").wait(1);
    script.upsert(TEST, moving("web", 8));
    assert!(!dialog(&script).buttons[2].on);
    script.keys("Tab Enter");
    assert_eq!(script.promotes(), []);
}

#[test]
fn after_an_abort_the_line_says_what_is_still_true_and_which_keys_go_on() {
    let mut script = in_test(moving("web", 7));
    script.keys("a").wait(1).keys("a");
    let orders = script.promotes();
    let [Order::Write { request, .. }] = orders.as_slice() else { panic!("{orders:?}") };
    script.news(News::Answer(*request, crate::argo::feed::Answer::Accepted { resource_version: "8".into() }));
    script.upsert(TEST, aborted("web", 9));
    let verdict = script.model().verdict.unwrap();
    assert!(verdict.words.contains("the spec keeps the new one"), "{}", verdict.words);
    assert!(verdict.hint.contains("t retries") && verdict.hint.contains("u goes back"), "{}", verdict.hint);
    assert!(script.model().keys.iter().any(|hint| hint.word == "retry" && hint.on));
    // One write per rollout at a time, whatever it is.
    script.keys("t").wait(1).keys("Tab Enter");
    assert_eq!(sent(&mut script).0.deed.verb(), "retry");
    script.keys("s");
    assert!(script.toast().contains("under way"), "{}", script.toast());
}

#[test]
fn every_action_that_writes_works_on_the_page_and_the_table_says_where_else() {
    for row in TABLE.iter().filter(|row| row.writes) {
        assert!(row.places.contains(&Place::Rollout), "{}", row.name);
        assert!(row.action.writes(), "{}", row.name);
    }
    for key in ["p", "a", "t", "x"] {
        let action = action::lookup(Place::Analysis, key.parse().unwrap());
        assert!(action.is_some_and(Action::writes), "{key}");
    }
}

#[test]
fn only_a_promote_under_way_is_told_as_one() {
    let mut script = in_test(moving("web", 7));
    script.keys("s").wait(1).keys("Tab Enter");
    assert_eq!(sent(&mut script).0.deed.verb(), "pause");
    assert!(!script.model().next.contains("promote"), "{}", script.model().next);
}

/// A run of checkout that has measured so often.
fn measuring(uid: &str, version: u64) -> Arc<AnalysisRun> {
    let run = json!({
        "metadata": {"name": "checkout-run", "namespace": "shop", "uid": uid, "resourceVersion": version.to_string(),
            "labels": {"rollouts-pod-template-hash": "new"}, "annotations": {"rollout.argoproj.io/revision": "2"},
            "ownerReferences": [{"kind": "Rollout", "name": "checkout", "uid": "uid-checkout", "controller": true}]},
        "spec": {"metrics": [{"name": "success-rate", "provider": {"prometheus": {"query": "up"}}}]},
        "status": {"phase": "Running", "metricResults": [{"name": "success-rate", "phase": "Running", "count": version}]}
    });
    Arc::new(serde_json::from_value(run).unwrap())
}

#[test]
fn a_run_can_be_ended_while_it_measures_and_not_another_one_in_its_place() {
    for (next, open) in [("uid-run", true), ("uid-other", false)] {
        let mut script = Script::fleet();
        script.on_checkout().keys("Enter").wait(1);
        let opened = script.take().into_iter().rev().find_map(|effect| match effect {
            Effect::Order(Order::OpenDetail { detail, .. }) => Some(detail),
            _ => None,
        });
        let detail = opened.unwrap();
        let runs = |script: &mut Script, uid: &str, version: u64| {
            script.news(News::AnalysisRuns(detail, Delta::Reset(vec![measuring(uid, version)])));
        };
        runs(&mut script, "uid-run", 5);
        script.keys("Tab Tab x").wait(1);
        let Some(Dialog::Write(dialog)) = script.model().dialog else { panic!("no dialog: {}", script.toast()) };
        assert!(dialog.title.starts_with("Terminate "), "{}", dialog.title);
        script.keys("c h e c k o u t Tab");
        // The next measurement is another version of the run.
        runs(&mut script, next, 6);
        script.keys("Enter");
        let sent = script.promotes();
        assert_eq!(sent.len(), usize::from(open), "{next}: {}", script.toast());
        if let [Order::Write { plan, .. }] = sent.as_slice() {
            assert!(
                format!("{:?}", plan.requests).contains("resource_version: \"6\""),
                "by the version that was seen last"
            );
        }
    }
}
