//! The dialog before a promote.

use crate::moment::{Moment, decided, moment, moment_of, raw};
use jiff::SignedDuration;
use rolltop::app::model::{Mark, WriteDialog};
use rolltop::app::present::dialog::{Asking, BUTTON_CANCEL, BUTTON_PROMOTE, Elsewhere, Events};
use rolltop::app::present::standing::Urgency;
use rolltop::app::present::{Subject, about, dialog, page, standing};
use serde_json::{Value, json};

fn dialog_of(moment: &Moment, typed: Option<(&str, &str)>, changed: Option<&str>, show_call: bool) -> WriteDialog {
    let (picture, context) = (moment.with_children(), moment.context());
    let subject = Subject::new(&moment.rollout, &picture, &context);
    let promotion = decided(&moment.rollout).unwrap();
    let elsewhere = [
        Elsewhere {
            channel: "staging".to_owned(),
            version: "green".to_owned(),
            mark: Mark::Ok,
            since: Some(SignedDuration::from_hours(21)),
        },
        Elsewhere { channel: "test".to_owned(), version: "red".to_owned(), mark: Mark::Ok, since: None },
    ];
    let asking = Asking {
        plan: &promotion,
        kube_context: Some("prod-eu"),
        typed,
        focus: Some(BUTTON_CANCEL),
        show_call,
        changed,
        elsewhere: &elsewhere,
        template: None,
        reason: None,
        around: &[],
        events: Events::Unwatched,
    };
    dialog::write(&subject, &asking)
}

#[test]
fn the_dialog_names_where_what_and_what_comes_after() {
    let dialog = dialog_of(&moment("waits-for-you"), Some(("gradual-rollout", "gradual")), None, false);
    let row = |name: &str| dialog.rows.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    assert_eq!(dialog.title, "Promote gradual-rollout");
    assert_eq!(row("where"), Some("PRODUCTION · prod-eu · namespace demo"));
    assert_eq!(row("version"), Some("blue → green   revision 2"));
    assert_eq!(row("step"), Some("2 pause, until promoted → 3 weight 25 %"));
    assert_eq!(row("traffic"), Some("set 10 % → 25 %, actual 25 % → 25 %"));
    assert_eq!(row("pods"), Some("canary 1 → 1, stable 3 → 3"));
    assert_eq!(row("then"), Some("pause 30s"));
    assert_eq!(row("early by"), None);
    assert_eq!(dialog.evidence[0], (Mark::Ok, "canary pods 1 of 1 ready".to_owned()));
    assert_eq!(dialog.evidence[1], (Mark::Ok, "staging runs green, healthy for 21h".to_owned()));
    assert_eq!(dialog.evidence[2], (Mark::Attention, "test runs red, not this version".to_owned()));
    assert_eq!(dialog.footnote, "data 1 s old");
    assert_eq!(dialog.back, "a aborts: all traffic to blue. Promote has no inverse.");
    assert!(dialog.call.is_none());
    let buttons: Vec<_> = dialog.buttons.iter().map(|b| (b.label.as_str(), b.focused, b.on)).collect();
    assert_eq!(buttons, [("Show call", false, true), ("Cancel", true, true), ("Promote to 25 %", false, false)]);
}

#[test]
fn the_button_that_sends_is_on_only_when_the_name_is_complete_and_nothing_changed() {
    let moment = moment("waits-for-you");
    let on = |typed, changed| dialog_of(&moment, typed, changed, false).buttons[BUTTON_PROMOTE].on;
    assert!(on(None, None));
    assert!(on(Some(("gradual-rollout", "gradual-rollout")), None));
    assert!(!on(Some(("gradual-rollout", "gradual-rollou")), None));
    assert!(!on(Some(("gradual-rollout", "Gradual-rollout")), None));
    assert!(!on(Some(("gradual-rollout", "gradual-rollout")), Some("step is now 2/6")));
}

#[test]
fn a_timed_pause_says_how_much_earlier_it_ends() {
    let dialog = dialog_of(&moment("timed-pause"), None, None, false);
    let early = dialog.rows.iter().find(|(name, _)| name == "early by").map(|(_, value)| value.as_str());
    assert_eq!(early, Some("28s of a timed pause that would end by itself"), "{:?}", dialog.rows);
}

#[test]
fn the_call_is_the_request_with_its_guard_and_a_command_that_a_shell_takes() {
    let call = dialog_of(&moment("waits-for-you"), None, None, true).call.unwrap();
    let moment = moment("waits-for-you");
    let version = &moment.rollout.meta.resource_version;
    assert_eq!(call[0], "PATCH /apis/argoproj.io/v1alpha1/namespaces/demo/rollouts/gradual-rollout/status");
    let body: Value = serde_json::from_str(call[1].split_once("  ").unwrap().1).unwrap();
    assert_eq!(body, json!({"metadata": {"resourceVersion": &**version}, "status": {"pauseConditions": null}}));
    assert!(
        call[2].starts_with("kubectl --context prod-eu -n demo patch rollout gradual-rollout --subresource=status")
    );
    assert_eq!(call.len(), 3);
}

#[test]
fn the_last_writer_is_not_the_controller() {
    let mut value = raw("waits-for-you");
    value["rollout"]["metadata"]["managedFields"] = json!([
        {"manager": "rollouts-controller", "operation": "Update", "subresource": "status", "time": "2026-11-24T00:04:44Z"},
        {"manager": "kubectl-argo-rollouts", "operation": "Update", "time": "2026-11-24T00:04:41Z"},
    ]);
    let moment = moment_of(&value);
    let (picture, context) = (moment.with_children(), moment.context());
    let subject = Subject::new(&moment.rollout, &picture, &context);
    assert_eq!(about::last_writer(&subject).map(|writer| &*writer.manager), Some("kubectl-argo-rollouts"));
    let dialog = dialog_of(&moment, None, None, false);
    let warned = dialog.evidence.iter().find(|(_, words)| words.contains("wrote")).unwrap();
    assert_eq!(*warned, (Mark::Attention, "kubectl-argo-rollouts wrote to it 4s ago".to_owned()));
}

#[test]
fn a_preview_with_a_timer_needs_nobody() {
    let mut value = raw("preview-waits");
    let blue_green = &mut value["rollout"]["spec"]["strategy"]["blueGreen"];
    blue_green["autoPromotionEnabled"] = json!(true);
    blue_green["autoPromotionSeconds"] = json!(20);
    let moment = moment_of(&value);
    let (picture, context) = (moment.with_children(), moment.context());
    let subject = Subject::new(&moment.rollout, &picture, &context);
    assert!(!standing::needs_person(&subject));
    let left = standing::for_how_long(&subject, true);
    assert!(left.starts_with("in "), "{left}");
    assert_eq!(page::headline(&subject), format!("Preview is up, cut-over by itself {left}"));
    let dialog = dialog_of(&moment, None, None, false);
    assert_eq!(dialog.buttons[BUTTON_PROMOTE].label, "Switch to green");
    assert_eq!(dialog.evidence[0], (Mark::Ok, "the analysis before the switch passed".to_owned()));
    assert!(dialog.evidence[1].1.starts_with("preview pods"), "{:?}", dialog.evidence);
}

#[test]
fn a_promote_out_of_an_inconclusive_analysis_says_that_it_skips_the_step() {
    let mut value = raw("waits-for-you");
    value["rollout"]["spec"]["strategy"]["canary"]["steps"][1] =
        json!({"analysis": {"templates": [{"templateName": "success-rate"}]}});
    let status = &mut value["rollout"]["status"];
    status["message"] = json!("InconclusiveAnalysisRun");
    status["pauseConditions"][0]["reason"] = json!("InconclusiveAnalysisRun");
    status["canary"] = json!({"currentStepAnalysisRunStatus": {"name": "web-2-1", "status": "Inconclusive"}});
    let moment = moment_of(&value);
    let (picture, context) = (moment.with_children(), moment.context());
    let subject = Subject::new(&moment.rollout, &picture, &context);
    assert_eq!(standing::state_words(&subject), "inconclusive");
    assert_eq!(standing::urgency(&subject), Urgency::Person);
    let dialog = dialog_of(&moment, None, None, false);
    let warned = (Mark::Attention, "step 2 (analysis success-rate) has no verdict: this skips it".to_owned());
    assert!(dialog.evidence.contains(&warned), "{:?}", dialog.evidence);
}
