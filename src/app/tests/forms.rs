//! Forms: a value is asked for before the question, and nothing is sent from them.

use super::deeds::{dialog, in_test, sent};
use crate::app::event::Event;
use crate::app::model::{Dialog, FormDialog};
use crate::app::testing::*;
use crate::argo::deed::plan::Body;
use crate::argo::feed::{Delta, DetailId, News, Order};
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use serde_json::json;
use std::sync::Arc;

fn form(script: &Script) -> FormDialog {
    match script.model().dialog {
        Some(Dialog::Form(form)) => *form,
        other => panic!("no form but {other:?}; {}", script.toast()),
    }
}

fn set(revision: i64, hash: &str, image: &str) -> Arc<ReplicaSet> {
    let value = json!({"metadata": {"name": format!("web-{hash}"), "namespace": "shop", "uid": format!("set-{hash}"),
        "resourceVersion": "1", "creationTimestamp": "2026-03-01T13:00:00Z",
        "ownerReferences": [{"uid": "uid-web"}], "labels": {"rollouts-pod-template-hash": hash},
        "annotations": {"rollout.argoproj.io/revision": revision.to_string()}},
        "spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}});
    Arc::new(serde_json::from_value(value).unwrap())
}

/// The number of the detail that was opened last.
fn opened(script: &mut Script) -> DetailId {
    let effects = script.take();
    let found = effects.into_iter().rev().find_map(|effect| match effect {
        crate::app::effect::Effect::Order(Order::OpenDetail { detail, .. }) => Some(detail),
        _ => None,
    });
    found.expect("no detail was opened")
}

/// `u` on a rollout whose revisions 1 (stable), 2 (bad) and 3 (present) are known.
fn undoing(rollout: Rollout) -> Script {
    let mut script = in_test(rollout);
    script.keys("u");
    let detail = opened(&mut script);
    let sets = vec![set(1, "old", "shop:1"), set(2, "bad", "shop:2"), set(3, "new", "argoproj/rollouts-demo:blue")];
    script.news(News::ReplicaSets(detail, Delta::Reset(sets)));
    script.wait(1);
    script
}

#[test]
fn undo_proposes_the_stable_revision_and_says_what_the_plugin_would_take() {
    let mut script = in_test(aborted("web", 7));
    script.keys("u");
    assert!(form(&script).notes.iter().any(|(_, words)| words.contains("loading")), "{:?}", form(&script).notes);
    let mut script = undoing(aborted("web", 7));
    let shown = form(&script);
    let options: Vec<_> = shown.options.iter().map(|it| (it.words.trim(), it.chosen)).collect();
    assert_eq!(options, [("2  2", false), ("1  1", true)]);
    assert!(shown.options[1].detail.starts_with("stable"));
    assert!(shown.notes.iter().any(|(_, words)| words.contains("undo would go to revision 2")), "{:?}", shown.notes);
    assert!(shown.notes.iter().any(|(_, words)| words == "main: argoproj/rollouts-demo:blue → shop:1"));
    script.keys("Enter").wait(1);
    assert_eq!(dialog(&script).title, "Undo web to revision 1");
    script.keys("Tab Enter");
    let (plan, _) = sent(&mut script);
    let Body::TemplateOf { name, path, .. } = &plan.requests[0].body else { panic!("{plan:?}") };
    assert_eq!((&**name, *path), ("web-old", "/spec/template"));
}

#[test]
fn another_revision_is_chosen_with_the_arrows() {
    let mut script = undoing(aborted("web", 7));
    script.keys("Up Enter").wait(1);
    assert_eq!(dialog(&script).title, "Undo web to revision 2");
}

#[test]
fn an_image_is_typed_over_the_present_one_and_checked_at_once() {
    let mut script = in_test(healthy("web", 7));
    script.keys("i").wait(1);
    assert_eq!(form(&script).field, Some(("image".to_owned(), "argoproj/rollouts-demo:blue".to_owned())));
    script.keys("Enter");
    assert!(script.toast().contains("this one already"), "{}", script.toast());
    script.keys("Backspace Backspace Backspace Backspace r = d");
    assert!(form(&script).notes.iter().any(|(_, words)| words.contains("no image")), "{:?}", form(&script).notes);
    script.keys("Backspace Backspace e d Enter").wait(1);
    let question = dialog(&script);
    let row = |name: &str| question.rows.iter().find(|(label, _)| label == name).map(|(_, words)| words.as_str());
    assert_eq!(row("from"), Some("argoproj/rollouts-demo:blue"));
    assert_eq!(row("to"), Some("argoproj/rollouts-demo:red"));
    script.keys("Tab Enter");
    let (plan, _) = sent(&mut script);
    let Body::Json(patch) = &plan.requests[0].body else { panic!("{plan:?}") };
    assert_eq!(patch[0]["path"], "/spec/template/spec/containers/0/name");
    assert_eq!(patch[1]["value"], "argoproj/rollouts-demo:red");
}

#[test]
fn images_of_other_channels_are_offered() {
    let mut other = canary("web", 3, &json!({"phase": "Healthy", "stableRS": "new", "currentStepIndex": 4}));
    other["spec"]["template"]["spec"]["containers"][0]["image"] = json!("argoproj/rollouts-demo:green");
    let mut script = in_test(healthy("web", 7));
    script.live(STAGING, vec![read(other)]);
    script.keys("g Left i").wait(1);
    let options = form(&script).options;
    assert_eq!(options.len(), 2);
    assert_eq!((options[1].words.as_str(), options[1].detail.as_str()), ("argoproj/rollouts-demo:green", "staging"));
    script.keys("Down");
    assert!(form(&script).options[1].chosen);
    assert_eq!(form(&script).field.map(|(_, text)| text).as_deref(), Some("argoproj/rollouts-demo:green"));
    script.keys("Enter").wait(1).keys("Tab Enter");
    assert_eq!(sent(&mut script).0.deed.verb(), "set-image");
}

#[test]
fn a_restart_is_now_or_after_a_time_and_a_bad_time_is_told() {
    for (keys, at) in [("", "2026-03-01T14:00:03Z"), ("1 0 m", "2026-03-01T14:10:03Z")] {
        let mut script = in_test(healthy("web", 7));
        script.keys("r").wait(1).keys(keys).keys("Enter").wait(1).keys("Tab Enter");
        let (plan, _) = sent(&mut script);
        assert_eq!(plan.merge(None), Some(&json!({"spec": {"restartAt": at}})), "{keys}");
    }
    let mut script = in_test(healthy("web", 7));
    script.keys("r").wait(1).keys("x Enter");
    assert_eq!(script.promotes(), []);
    assert!(!script.toast().is_empty());
    form(&script);
}

#[test]
fn pods_are_a_number_and_what_a_number_is_not_is_told() {
    let mut script = in_test(healthy("web", 7));
    script.keys("#").wait(1).keys("Up Up");
    assert_eq!(form(&script).field.map(|(_, text)| text).as_deref(), Some("7"));
    script.keys("Enter").wait(1);
    assert!(dialog(&script).rows.iter().any(|(_, words)| words.contains("5 → 7   2 more")));
    script.keys("Tab Enter");
    assert_eq!(sent(&mut script).0.merge(Some("scale")), Some(&json!({"spec": {"replicas": 7}})));
    let mut script = in_test(healthy("web", 7));
    script.keys("#").wait(1).keys("x Enter");
    assert!(script.toast().contains("no number of pods"), "{}", script.toast());
}

#[test]
fn esc_loses_what_was_typed_only_at_the_second_press_and_cancel_comes_back_to_it() {
    let mut script = in_test(healthy("web", 7));
    script.keys("i").wait(1).keys("2 Esc");
    assert_eq!(form(&script).field.map(|(_, text)| text).as_deref(), Some("argoproj/rollouts-demo:blue2"));
    script.keys("Enter").wait(1);
    dialog(&script);
    script.keys("Esc").wait(1);
    assert_eq!(form(&script).field.map(|(_, text)| text).as_deref(), Some("argoproj/rollouts-demo:blue2"));
    script.keys("Esc Esc");
    assert_eq!(script.model().dialog, None);
    script.keys("i Esc");
    assert_eq!(script.model().dialog, None, "nothing was typed: one is enough");
    assert_eq!(script.promotes(), []);
}

#[test]
fn keys_typed_before_a_form_can_be_read_do_nothing_in_it() {
    let mut script = in_test(healthy("web", 7));
    script.keys("# 9 Enter Enter");
    assert_eq!(form(&script).field.map(|(_, text)| text).as_deref(), Some("5"));
    script.event(Event::Paste("8".to_owned()));
    assert_eq!(form(&script).field.map(|(_, text)| text).as_deref(), Some("5"));
    assert_eq!(script.promotes(), []);
}

#[test]
fn a_form_over_a_rollout_that_goes_away_sends_nothing() {
    let mut script = in_test(healthy("web", 7));
    script.keys("#").wait(1).keys("Up");
    script.remove(TEST, "web");
    assert!(form(&script).title.contains("gone"));
    script.keys("Enter");
    assert_eq!(script.promotes(), []);
}
