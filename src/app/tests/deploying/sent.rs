//! What is asked before a deploy, what is sent, and what is said of it.

use super::*;
use crate::app::model::Mark;
use crate::argo::feed::{Trouble, TroubleKind};
use crate::deploy::progress::{Failed, Progress};

/// The question is open and can be answered.
fn asking(script: &mut Script) {
    script.keys("D").wait(1);
}

/// Confirms, and gives what was sent.
fn send(script: &mut Script) -> (DeployId, Applying) {
    asking(script);
    script.take();
    script.keys("Tab Enter");
    let mut sent = applied(script);
    assert_eq!(sent.len(), 1, "{}", script.toast());
    sent.remove(0)
}

#[test]
fn only_what_was_typed_is_given_with_what_was_deployed_last() {
    let mut script = staging();
    script.keys("Ctrl-u");
    type_in(&mut script, "yellow");
    script.take();
    script.keys("Tab Tab Tab Enter");
    let (_, wish) = asked(&mut script).remove(0);
    assert_eq!((wish.source, wish.channel, wish.service.as_str()), (STAGING, 1, NAME));
    assert_eq!(wish.given.explicit, [("image".to_owned(), "yellow".to_owned())]);
    assert_eq!(wish.given.last.get("replicas").map(String::as_str), Some("5"));
    assert!(words(&script).iter().any(|line| line.contains("asking the cluster")));
}

#[test]
fn the_question_begins_on_cancel_and_hears_no_key_that_was_typed_before_it() {
    let mut script = planned(Verdict::Changed);
    script.take();
    script.keys("D Tab Enter");
    assert_eq!(applied(&mut script), []);
    script.wait(1);
    let asked = question(&script);
    assert_eq!(asked.title, format!("Deploy {NAME}"));
    assert!(asked.buttons[1].focused && asked.buttons[2].on);
    assert!(
        asked.rows.iter().any(|(label, words)| label == "where" && words == "staging · staging-eu · namespace shop")
    );
    assert!(asked.rows.iter().any(|(label, words)| label == "then" && words.contains("new revision 7")));
    script.keys("Enter");
    assert_eq!((applied(&mut script).len(), script.model().dialog), (0, None), "Enter on Cancel sends nothing");
}

#[test]
fn exactly_the_plan_that_was_shown_is_sent_and_once() {
    let mut script = planned(Verdict::Changed);
    let (_, applying) = send(&mut script);
    assert_eq!((applying.source, &*applying.plan), (STAGING, &plan("staging", Verdict::Changed)));
    assert_eq!((applying.choices, applying.reason), (crate::deploy::progress::Choices::default(), None));
    script.keys("Enter D Tab Enter").wait(1);
    script.keys("Tab Enter");
    assert_eq!(applied(&mut script), [], "one at a time");
    assert!(script.toast().contains("on its way"), "{}", script.toast());
    script.keys("Esc Esc p");
    assert!(script.toast().contains("on its way") || script.toast().contains("nothing"), "{}", script.toast());
}

#[test]
fn a_deploy_is_followed_object_by_object_onto_the_page_of_its_rollout() {
    let mut script = planned(Verdict::Changed);
    let (id, _) = send(&mut script);
    let sending = Progress::Sending { identity: identity("Service", NAME), removes: false };
    script.event(Event::Deploy(News::Progress(id, sending)));
    assert!(
        words(&script).contains(&format!("Service/{NAME} … 3 lines sending …"))
            || words(&script).iter().any(|line| line.ends_with("sending …"))
    );
    let fate = Fate::Applied { resource_version: "8".to_owned(), found_later: false };
    script.event(Event::Deploy(News::Progress(id, Progress::Ended { identity: identity("Service", NAME), fate })));
    assert!(words(&script).contains(&"sent: 1 of 2 objects".to_owned()), "{:?}", words(&script));
    script.keys("Esc");
    let verdict = script.model().verdict.unwrap();
    assert_eq!(verdict.words, format!("deploy {NAME} to staging: sent, 1 of 2 objects accepted"));
    assert!(verdict.spinning);
    script.keys("Enter");
    ended(&mut script, id, done());
    assert!(matches!(script.model().body, Body::Rollout(_)), "{:?}", script.path());
    let verdict = script.model().verdict.unwrap();
    assert!(verdict.words.contains("accepted") && verdict.words.ends_with("waiting for the controller"), "{verdict:?}");
    script.upsert(STAGING, deployed("yellow"));
    let verdict = script.model().verdict.unwrap();
    assert!(verdict.mark == Mark::Ok && verdict.words.contains("the controller has it: Progressing"), "{verdict:?}");
    script.wait(11);
    assert_eq!(script.model().verdict, None);
    script.keys("Esc D");
    assert_eq!(text_of(&script, "image"), "yellow", "what was deployed is no draft any more");
    assert_eq!(form(&script).fields[2].origin, "runs now");
}

#[test]
fn a_protected_channel_wants_the_name_and_one_with_reasons_the_reason() {
    let mut script = opened_with(|settings| settings.channels[2].require_reason = true);
    script.keys("Right D");
    script.take();
    script.keys("Tab Tab Tab Enter");
    let (id, _) = asked(&mut script).remove(0);
    answer(&mut script, id, Ok(plan("production", Verdict::Changed)));
    asking(&mut script);
    let asked = question(&script);
    assert!(asked.protected && !asked.buttons[2].on);
    assert_eq!(asked.typed, Some((NAME.to_owned(), String::new())));
    script.keys("Tab Enter");
    assert_eq!(applied(&mut script), []);
    assert!(script.toast().contains(&format!("type {NAME} first")), "{}", script.toast());
    type_in(&mut script, NAME);
    script.keys("Enter");
    assert!(script.toast().contains("a reason is needed"), "{}", script.toast());
    script.keys("Ctrl-r w h y Enter");
    let (_, applying) = applied(&mut script).remove(0);
    assert_eq!(applying.reason.as_deref(), Some("why"));
}

#[test]
fn fields_of_others_are_taken_over_only_when_they_were_chosen() {
    let mut script = planned(Verdict::Conflict);
    assert!(words(&script).iter().any(|line| line.contains(".spec.replicas belongs to kubectl edit")));
    script.take();
    script.keys("D");
    assert_eq!(script.model().dialog, None);
    assert!(script.toast().contains("has fields of others"), "{}", script.toast());
    script.keys("Space");
    assert!(script.toast().contains("will be taken over"), "{}", script.toast());
    let (_, applying) = send(&mut script);
    assert!(applying.choices.takes_over(&identity("Rollout", NAME)));
    assert!(!applying.choices.takes_over(&identity("Service", NAME)));
}

#[test]
fn a_left_over_is_removed_only_when_it_was_chosen() {
    let mut script = planned(Verdict::Changed);
    let at = words(&script).iter().position(|line| line.starts_with("ConfigMap/old-settings")).unwrap();
    for _ in 0..at {
        script.keys("j");
    }
    script.keys("Space");
    assert!(words(&script)[at].ends_with("will be removed"), "{}", words(&script)[at]);
    asking(&mut script);
    assert!(question(&script).evidence.iter().any(|(_, words)| words == "removes ConfigMap/old-settings"));
    script.take();
    script.keys("Tab Enter");
    assert!(applied(&mut script)[0].1.choices.prunes(&identity("ConfigMap", "old-settings")));
}

#[test]
fn values_that_were_changed_since_need_another_plan() {
    let mut script = planned(Verdict::Changed);
    script.keys("Esc S-Tab S-Tab S-Tab Ctrl-u r e d Tab Tab Tab Tab Enter");
    assert_eq!(script.model().dialog, None);
    assert!(script.toast().contains("values are others"), "{}", script.toast());
}

#[test]
fn an_old_plan_is_made_again_before_it_is_asked_about() {
    let mut script = planned(Verdict::Changed);
    script.wait(minutes(1) + 1);
    script.take();
    script.keys("D");
    assert_eq!(script.model().dialog, None);
    let (id, _) = asked(&mut script).remove(0);
    answer(&mut script, id, Ok(plan("staging", Verdict::Changed)));
    asking(&mut script);
    assert_eq!(question(&script).title, format!("Deploy {NAME}"));
}

#[test]
fn somebody_else_who_changes_the_rollout_meanwhile_is_shown_and_nothing_is_sent() {
    let mut script = planned(Verdict::Changed);
    asking(&mut script);
    script.take();
    let mut other = canary(
        NAME,
        8,
        &json!({"phase": "Healthy", "currentStepIndex": 4, "stableRS": "new", "observedGeneration": "2"}),
    );
    other["metadata"]["generation"] = json!(3);
    other["metadata"]["managedFields"] = json!([{"manager": "kubectl-edit", "operation": "Update"}]);
    script.upsert(STAGING, read(other));
    let wishes = asked(&mut script);
    assert_eq!(wishes.len(), 1, "the plan is made again");
    assert!(!question(&script).buttons[2].on);
    script.keys("Tab Enter");
    assert_eq!(applied(&mut script), []);
    script.keys("Esc");
    let mut again = plan("staging", Verdict::Changed);
    again.items[1].changes[0].lines[0].text = "image: red".to_owned();
    answer(&mut script, wishes[0].0, Ok(again));
    let lines = words(&script);
    assert!(lines[1].contains("was changed by kubectl-edit"), "{lines:?}");
    assert!(lines[2].starts_with(&format!("Rollout/{NAME}: spec.template")), "{lines:?}");
    asking(&mut script);
    assert!(question(&script).buttons[2].on, "what was looked at again may be sent");
}

#[test]
fn a_race_that_is_lost_on_the_way_makes_the_plan_again() {
    let mut script = planned(Verdict::Changed);
    let (id, _) = send(&mut script);
    script.take();
    let moved = Fate::Moved { what: "Service/gradual-rollout was changed since the plan was made".to_owned() };
    let fates = vec![(identity("Service", NAME), moved), (identity("Rollout", NAME), Fate::NotTried)];
    ended(&mut script, id, Outcome { fates });
    assert_eq!(asked(&mut script).len(), 1);
    assert!(words(&script).iter().any(|line| line.contains("asking the cluster")), "{:?}", words(&script));
    assert!(matches!(script.model().body, Body::Deploy(_)), "one stays where one can look again");
}

#[test]
fn what_is_applied_and_what_is_not_is_told_when_it_stops_half_way() {
    let mut script = planned(Verdict::Changed);
    let (id, _) = send(&mut script);
    let sentence = "admission webhook \"no\" denied the request".to_owned();
    let trouble = Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: None };
    let failed = Fate::Failed(Box::new(Failed { trouble, place: None }));
    let applied = Fate::Applied { resource_version: "8".to_owned(), found_later: false };
    let fates = vec![(identity("Service", NAME), applied), (identity("Rollout", NAME), failed)];
    ended(&mut script, id, Outcome { fates });
    let lines = words(&script);
    assert!(
        lines.iter().any(|line| line.contains("stopped at Rollout/gradual-rollout: admission webhook")),
        "{lines:?}"
    );
    assert!(lines.contains(&format!("applied: Service/{NAME}")), "{lines:?}");
    script.keys("D");
    assert!(script.model().dialog.is_none() && script.toast().contains("was sent already"), "{}", script.toast());
    script.keys("Esc");
    let verdict = script.model().verdict.unwrap();
    assert!(verdict.mark == Mark::Bad && verdict.hint.contains("deploying again goes on"), "{verdict:?}");
    assert_eq!(text_of(&script, "image"), "yellow", "the form keeps what was typed");
}

#[test]
fn of_several_channels_the_next_goes_behind_one_that_is_done_and_none_behind_one_that_is_not() {
    let mut script = opened_with(|_| {});
    script.keys("Left D S-Tab Enter Down Space Enter");
    assert_eq!(text_of(&script, "channels"), "test, staging");
    script.take();
    script.keys("Tab Tab Tab Enter");
    for (id, wish) in asked(&mut script) {
        let name = if wish.source == TEST { "test" } else { "staging" };
        answer(&mut script, id, Ok(plan(name, Verdict::Changed)));
    }
    let (first, applying) = send(&mut script);
    assert_eq!(applying.source, TEST);
    let moved = Fate::Moved { what: "it was changed".to_owned() };
    let fates = vec![(identity("Service", NAME), moved), (identity("Rollout", NAME), Fate::NotTried)];
    ended(&mut script, first, Outcome { fates });
    assert_eq!(applied(&mut script), []);
    assert!(
        words(&script).iter().any(|line| line.contains("not sent: the deploy before it stopped")),
        "{:?}",
        words(&script)
    );
    script.keys("R");
    for (id, wish) in asked(&mut script) {
        let name = if wish.source == TEST { "test" } else { "staging" };
        answer(&mut script, id, Ok(plan(name, Verdict::Changed)));
    }
    script.wait(1);
    let (first, _) = send(&mut script);
    ended(&mut script, first, done());
    let next = applied(&mut script);
    assert_eq!(next.iter().map(|(_, it)| it.source).collect::<Vec<_>>(), [STAGING]);
    ended(&mut script, next[0].0, done());
    assert!(
        words(&script).iter().filter(|line| line.starts_with("deployed: 2 applied")).count() == 2,
        "{:?}",
        words(&script)
    );
}

#[test]
fn nothing_is_sent_where_there_is_nothing_to_do_or_something_would_be_refused() {
    let mut script = planned(Verdict::Refused);
    script.keys("D");
    assert!(script.model().dialog.is_none() && script.toast().contains("would be refused"), "{}", script.toast());
    let mut script = planned(Verdict::Changed);
    script.keys("R");
    let (id, _) = asked(&mut script).remove(0);
    let mut done = plan("staging", Verdict::Unchanged);
    done.items[0].verdict = Verdict::Unchanged;
    answer(&mut script, id, Ok(done));
    script.keys("D");
    assert!(script.model().dialog.is_none() && script.toast().contains("nothing to do"), "{}", script.toast());
}

#[test]
fn findings_in_the_files_take_the_place_of_a_plan() {
    let mut script = staging();
    script.take();
    script.keys("Tab Tab Tab Enter");
    let (id, _) = asked(&mut script).remove(0);
    let at = Place::File { path: "rollout.yaml".to_owned(), line: 14, column: 11 };
    let found =
        crate::service::finding::Finding::error("template/x", at, "template function \"quote\" is not supported");
    answer(&mut script, id, Err(NoPlan::Findings(vec![found.hint("write the quotes around the action")])));
    let lines = words(&script);
    assert!(lines.iter().any(|line| line.starts_with("rollout.yaml:14:11: template function")), "{lines:?}");
    assert!(lines.contains(&"no request was sent".to_owned()));
    script.keys("D");
    assert!(script.toast().contains("there is no plan"), "{}", script.toast());
}

#[test]
fn leaving_while_a_deploy_is_on_its_way_is_asked_about() {
    let mut script = planned(Verdict::Changed);
    let (id, _) = send(&mut script);
    script.keys("Esc Esc Q");
    assert!(matches!(script.model().dialog, Some(Dialog::Ask { .. })));
    ended(&mut script, id, done());
    assert_eq!(script.model().dialog, None);
}
