//! What stands in the form: where it comes from, what is wrong with it, and that nothing of it is lost.

use super::*;
use crate::app::model::{Mark, PlanKind};
use crate::argo::feed::Permission;

#[test]
fn the_form_opens_on_the_cell_under_the_cursor_with_what_runs_there() {
    let script = staging();
    let shown = form(&script);
    let fields: Vec<_> =
        shown.fields.iter().map(|it| (it.label.as_str(), it.text.as_str(), it.origin.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("service", NAME, ""),
            ("channel", "staging", ""),
            ("image", "blue", "runs now"),
            ("replicas", "5", "runs now")
        ]
    );
    assert_eq!(script.path(), format!("rolltop › staging › deploy {NAME}"));
    assert!(page(&script).about.starts_with("from gradual-rollout.pvn.yaml, 2 parameters"), "{}", page(&script).about);
    assert_eq!(shown.focus, Some(2), "one begins with the first parameter");
}

#[test]
fn what_was_deployed_last_is_taken_from_the_record_and_the_configuration_wins_over_it() {
    let mut script = opened_with(|settings| {
        let at = Place::File { path: "config.toml".to_owned(), line: 31, column: 1 };
        let own = settings.services.channels.entry("staging".to_owned()).or_default();
        own.parameters.insert("replicas".to_owned(), Written { text: "4".to_owned(), at });
    });
    let record = json!({"rolltop/params": "{\"image\":\"red\",\"replicas\":\"9\",\"gone\":\"x\"}"});
    script.upsert(STAGING, running("blue", &record));
    script.keys("D");
    let shown = form(&script);
    let fields: Vec<_> = shown.fields[2..].iter().map(|it| (it.text.as_str(), it.origin.as_str())).collect();
    assert_eq!(fields, [("red", "last deployed"), ("4", "staging in config.toml:31")]);
}

#[test]
fn a_value_is_checked_while_it_is_typed_and_the_message_stands_under_its_field() {
    let mut script = staging();
    script.keys("Ctrl-u");
    type_in(&mut script, "yel/low");
    let shown = form(&script);
    let (mark, words) = shown.fields[2].remark.clone().unwrap();
    assert!(mark == Mark::Bad && words.contains("tag or a digest"), "{words}");
    assert!(shown.fields[2].changed);
    script.take();
    script.keys("Tab Tab Tab Enter");
    assert_eq!(asked(&mut script), [], "no plan is made of it");
    assert!(script.toast().starts_with("image: "), "{}", script.toast());
    assert_eq!(form(&script).focus, Some(2), "the field is gone to");
    script.keys("Ctrl-u");
    type_in(&mut script, "x");
    script.keys("Tab Ctrl-u 0");
    assert!(form(&script).fields[3].remark.as_ref().unwrap().1.contains("scales to nothing"));
    script.keys("Ctrl-u 5 1");
    assert!(form(&script).fields[3].remark.as_ref().unwrap().1.contains("ten times"));
}

#[test]
fn what_was_typed_can_be_taken_back_and_done_again() {
    let mut script = staging();
    script.keys("Ctrl-u");
    type_in(&mut script, "red");
    script.keys("Ctrl-y");
    assert_eq!(text_of(&script, "image"), "");
    script.keys("Ctrl-y");
    assert_eq!(text_of(&script, "image"), "blue");
    script.keys("Ctrl-y");
    assert!(script.toast().contains("nothing was typed"), "{}", script.toast());
    script.keys("Ctrl-r Ctrl-r");
    assert_eq!(text_of(&script, "image"), "red");
    script.event(Event::Paste("-2\n".to_owned()));
    assert_eq!(text_of(&script, "image"), "red-2");
}

#[test]
fn esc_loses_nothing_and_the_key_brings_it_back() {
    let mut script = staging();
    script.keys("Ctrl-u");
    type_in(&mut script, "red");
    script.keys("Esc");
    assert!(matches!(script.model().body, Body::Matrix(_)));
    assert!(script.toast().contains("is kept"), "{}", script.toast());
    script.keys("j k D");
    assert_eq!(text_of(&script, "image"), "red");
    script.keys("Ctrl-y");
    assert_eq!(text_of(&script, "image"), "", "with the way back through it");
}

#[test]
fn letters_are_text_and_no_command() {
    let mut script = staging();
    script.take();
    type_in(&mut script, "pPaqQ");
    assert_eq!(text_of(&script, "image"), "bluepPaqQ");
    assert_eq!(script.take(), []);
}

#[test]
fn tags_that_run_elsewhere_are_offered_with_how_they_fare_there() {
    let mut script = staging();
    script.keys("Down");
    let list = form(&script).list.unwrap();
    assert!(list.open);
    let lines: Vec<_> = list.lines.iter().map(|(mark, tag, seen, _)| (*mark, tag.as_str(), seen.as_str())).collect();
    assert_eq!(lines[0].1, "green");
    assert!(lines[0].0 == Some(Mark::Ok) && lines[0].2.starts_with("test healthy"), "{lines:?}");
    assert!(lines[1].2.contains("staging healthy") && lines[1].2.contains("production healthy"), "{lines:?}");
    type_in(&mut script, "gre");
    assert_eq!(form(&script).list.unwrap().lines.len(), 1);
    script.keys("Enter");
    assert_eq!(text_of(&script, "image"), "green");
    assert_eq!(form(&script).focus, Some(3), "and one goes on");
}

#[test]
fn space_marks_several_channels_and_a_value_that_differs_between_them_is_told() {
    let mut script = opened_with(|settings| {
        let at = Place::File { path: "config.toml".to_owned(), line: 31, column: 1 };
        let own = settings.services.channels.entry("production".to_owned()).or_default();
        own.parameters.insert("replicas".to_owned(), Written { text: "9".to_owned(), at });
    });
    script.keys("D S-Tab Enter");
    let list = form(&script).list.unwrap();
    let marked: Vec<_> = list.lines.iter().map(|(_, name, _, on)| (name.as_str(), *on)).collect();
    assert_eq!(marked, [("test", false), ("staging", true), ("production", false)]);
    script.keys("Down Space Enter");
    assert_eq!(text_of(&script, "channels"), "staging, production");
    assert_eq!(form(&script).fields[3].origin, "runs now · production 9");
    script.take();
    script.keys("Tab Tab Tab Enter");
    let wishes = asked(&mut script);
    let places: Vec<_> = wishes.iter().map(|(_, wish)| (wish.source, wish.given.explicit.clone())).collect();
    assert_eq!(places, [(STAGING, vec![]), (PRODUCTION, vec![])], "what was not typed is not given");
}

#[test]
fn enter_on_another_channel_takes_that_one_alone() {
    let mut script = staging();
    script.keys("S-Tab Enter Up Enter");
    assert_eq!(text_of(&script, "channel"), "test");
    assert_eq!(text_of(&script, "image"), "green", "what runs there");
}

#[test]
fn the_key_says_why_it_is_off() {
    let off = |script: &mut Script| {
        script.keys("D");
        assert!(matches!(script.model().body, Body::Matrix(_)), "it opened");
        script.toast()
    };
    let mut script = Script::fleet();
    assert!(off(&mut script).contains("no services are configured"), "{}", script.toast());
    let mut script = opened_with(|_| {});
    script.live(STAGING, vec![healthy("web", 1)]);
    script.keys("g");
    while script.cursor().0 != "web" {
        script.keys("j");
    }
    assert!(off(&mut script).contains("no service config makes Rollout web"), "{}", script.toast());
    let mut script = opened_with(|settings| settings.channels[1].read_only = true);
    assert!(off(&mut script).contains("read-only"), "{}", script.toast());
    let mut twice = opened_with(|_| {});
    let mut stock = stock(&twice.state.setup.settings);
    stock.makers.get_mut(&("staging".to_owned(), NAME.to_owned())).unwrap().insert("rollout".to_owned());
    twice.event(Event::Deploy(News::Stock(Arc::new(stock))));
    assert!(off(&mut twice).contains("ambiguous"), "{}", twice.toast());
}

#[test]
fn a_channel_without_the_right_is_told_before_anything_is_asked() {
    let mut script = opened_with(|_| {});
    script.rights(STAGING, &Permission::Denied("no".to_owned()));
    script.keys("D");
    script.take();
    let remark = form(&script).fields[1].remark.clone().unwrap();
    assert!(remark.1.contains("patch rollouts"), "{remark:?}");
    script.keys("Tab Tab Tab Enter");
    assert_eq!(asked(&mut script), []);
}

#[test]
fn a_rollout_belongs_to_the_service_that_makes_it_whatever_it_is_called() {
    let mut script = opened_with(|_| {});
    script.live(STAGING, vec![healthy("canary-demo", 1)]);
    script.keys("g");
    while script.cursor().0 != "rollout" {
        script.keys("j");
    }
    script.keys("D");
    assert_eq!(text_of(&script, "service"), "rollout");
    assert!(page(&script).about.contains("Rollout canary-demo"), "both names are shown: {}", page(&script).about);
}

#[test]
fn the_services_are_read_at_the_start_and_again_when_the_form_opens() {
    let mut setup = setup();
    configured(&mut setup.settings);
    let stock = stock(&setup.settings);
    let mut script = Script::new(setup);
    assert!(script.take().contains(&Effect::Deploy(Order::Load)));
    script.live(STAGING, vec![running("blue", &json!({}))]);
    script.wait(1);
    script.keys("D");
    assert_eq!(page(&script).about, "reading the services …");
    script.event(Event::Deploy(News::Stock(Arc::new(stock.clone()))));
    assert_eq!(text_of(&script, "service"), NAME, "then it is known what the cell is about");
    script.keys("Esc");
    script.take();
    script.keys("D");
    assert!(script.take().contains(&Effect::Deploy(Order::Load)), "files may have changed");
}

#[test]
fn the_plan_begins_with_what_it_causes_and_folds_and_is_searched() {
    let mut script = planned(Verdict::Changed);
    let lines = words(&script);
    assert!(lines[0].starts_with("staging · context stg-eu · namespace shop · v1.34.1"), "{lines:?}");
    assert_eq!(lines[1], "version blue (1a2b3c4d) → yellow (5e6f7a8b)");
    assert_eq!(lines[2], format!("Rollout/{NAME}: new revision 7; canary, 6 steps"));
    assert_eq!(lines[3], format!("Rollout/{NAME} 1 field"), "a Rollout comes first");
    script.keys("/ y e l l o w Enter");
    let at = sheet(&script).cursor.unwrap();
    assert!(words(&script)[at].contains("yellow"), "{at}");
    script.keys("n");
    let found = sheet(&script);
    assert!(found.lines[found.cursor.unwrap()].kind == PlanKind::Diff(Sign::Added), "{found:?}");
    assert_eq!(found.found, "hit 2 of 3");
    let before = sheet(&script).total;
    script.keys("z");
    assert_eq!(sheet(&script).total, before - 3, "a line of a difference folds its object");
    let at = sheet(&script).cursor.unwrap();
    assert_eq!(sheet(&script).lines[at].folded, 3);
    script.keys("Esc Esc");
    assert_eq!(form(&script).changes.len(), 5, "the form keeps the plan in short: {:?}", form(&script).changes);
}
