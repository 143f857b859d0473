//! The finder: what is found by a few letters, and what running it does.

use crate::app::event::{Event, Target};
use crate::app::model::{Body, Dialog, FinderDialog};
use crate::app::testing::*;
use crate::argo::feed::Permission;

fn finder(script: &Script) -> FinderDialog {
    match script.model().dialog {
        Some(Dialog::Finder(finder)) => *finder,
        other => panic!("no finder but {other:?}"),
    }
}

fn type_in(script: &mut Script, text: &str) {
    script.event(Event::Paste(text.to_owned()));
}

fn first(script: &Script) -> String {
    finder(script).lines.first().map(|line| line.words.clone()).unwrap_or_default()
}

#[test]
fn without_letters_it_lists_the_commands_of_the_screen_the_channels_and_who_needs_a_person() {
    let mut script = Script::fleet();
    script.on_checkout().keys(":");
    let shown = finder(&script);
    assert_eq!(shown.lines[0].words, "promote");
    assert_eq!(shown.lines[0].key, "p");
    assert!(shown.lines[0].on, "{:?}", shown.lines[0]);
    script.event(Event::Resize(160, 45));
    for _ in 0..60 {
        script.keys("Down");
    }
    let shown = finder(&script);
    assert_eq!(shown.first + shown.selected + 1, shown.total);
    let words: Vec<&str> = shown.lines.iter().map(|line| line.words.as_str()).collect();
    assert!(words.contains(&"go to production"), "{words:?}");
    assert_eq!(words.last(), Some(&"checkout production shop"));
}

#[test]
fn a_few_letters_find_a_command_by_its_name_or_another_word_for_it() {
    let mut script = Script::fleet();
    script.on_checkout();
    for (letters, expected) in [
        ("pro", "promote"),
        ("resume", "promote"),
        ("approve", "promote"),
        ("yaml", "yaml"),
        ("sort long", "sort by longest"),
        ("production", "go to production"),
        ("only abor", "show only aborted"),
        ("web prod", "web production shop"),
        ("exit", "quit"),
    ] {
        script.keys(":");
        type_in(&mut script, letters);
        assert_eq!(first(&script), expected, "{letters}");
        script.keys("Esc");
    }
}

#[test]
fn a_command_that_is_off_says_why_and_does_nothing() {
    let mut script = Script::fleet();
    script.on_checkout();
    script.rights(PRODUCTION, &Permission::Denied(String::new()));
    script.keys(":");
    type_in(&mut script, "promote");
    let line = finder(&script).lines.remove(0);
    assert!(!line.on && line.detail.starts_with("off: "), "{line:?}");
    script.keys("Enter");
    assert_eq!(script.model().dialog, None);
    assert!(!script.toast().is_empty());
    assert_eq!(script.promotes(), []);
}

#[test]
fn promote_from_the_finder_asks_like_the_key_does() {
    let mut script = Script::fleet();
    script.on_checkout().keys(":");
    type_in(&mut script, "promote");
    script.keys("Enter");
    assert!(matches!(script.model().dialog, Some(Dialog::Write(_))));
    // Typed ahead: nothing is confirmed by the keys that follow at once.
    script.keys("Enter Tab Enter");
    assert_eq!(script.promotes(), []);
}

#[test]
fn a_command_and_a_rollout_in_one_line_open_its_screen_and_ask_there() {
    let mut script = Script::fleet();
    script.keys(":");
    type_in(&mut script, "promote checkout production");
    assert_eq!(first(&script), "promote checkout production shop");
    script.keys("Enter");
    assert_eq!(script.path(), "rolltop › production › checkout");
    assert!(matches!(script.model().dialog, Some(Dialog::Write(_))));
    script.keys("Esc :");
    type_in(&mut script, "logs web staging");
    script.keys("Enter");
    assert_eq!(script.path(), "rolltop › staging › web › logs");
}

#[test]
fn a_rollout_a_channel_and_a_filter_are_gone_to() {
    let mut script = Script::fleet();
    script.keys(":");
    type_in(&mut script, "payments staging");
    script.keys("Enter");
    assert_eq!(script.path(), "rolltop › staging › payments");
    script.keys(":");
    type_in(&mut script, "only aborted");
    script.keys("Enter");
    assert_eq!(script.path(), "rolltop");
    assert_eq!(script.model().header.filter.as_deref(), Some("is:aborted"));
    assert_eq!(script.matrix().total, 1);
    script.keys(":");
    type_in(&mut script, "go production");
    script.keys("Enter");
    assert!(matches!(script.model().body, Body::Board(_)));
}

#[test]
fn a_rollout_that_went_meanwhile_is_told() {
    let mut script = Script::fleet();
    script.keys(":");
    type_in(&mut script, "web staging");
    script.remove(STAGING, "web");
    assert_eq!(finder(&script).lines[0].detail, "gone");
    script.keys("Enter");
    assert_eq!(script.toast(), "web is gone");
}

#[test]
fn esc_and_backspace_on_nothing_close_it_and_up_brings_back_what_was_typed() {
    let mut script = Script::fleet();
    script.keys(": y Backspace Backspace");
    assert_eq!(script.model().dialog, None);
    script.keys(":");
    type_in(&mut script, "sort name");
    script.keys("Enter : Up");
    assert_eq!(finder(&script).input, "sort name");
    script.keys("Esc");
    assert_eq!(script.model().dialog, None);
}

#[test]
fn a_click_chooses_a_line_and_a_second_one_runs_it() {
    let mut script = Script::fleet();
    script.keys(":");
    type_in(&mut script, "sort");
    let at = finder(&script).lines.iter().position(|line| line.words == "sort by name").unwrap();
    let target = Target::Row { row: u16::try_from(at).unwrap(), column: 0 };
    script.event(Event::Click(target));
    if at > 0 {
        assert_eq!(finder(&script).selected, at);
        script.event(Event::Click(target));
    }
    assert_eq!(script.model().dialog, None);
    assert!(script.toast().starts_with("sorted by name"), "{}", script.toast());
}

#[test]
fn nothing_found_is_said() {
    let mut script = Script::fleet();
    script.keys(":");
    type_in(&mut script, "qqqqqq");
    assert_eq!(finder(&script).lines, []);
    script.keys("Enter");
    assert_eq!(script.toast(), "nothing is found by these letters");
}
