//! Why a key is off: one answer for footer, help and message.

use crate::app::action::Action;
use crate::app::availability::{Availability, availability};
use crate::app::model::Body;
use crate::app::testing::*;
use crate::argo::feed::{Link, News, Permission, TroubleKind};
use crate::config::settings::Confirm;

fn why(script: &Script, action: Action) -> String {
    match availability(&script.state, action) {
        Availability::Ready => String::new(),
        Availability::Off(why) => why,
    }
}

/// A fleet made by `change`, with the cursor on checkout in production.
fn with(change: impl Fn(&mut crate::app::state::Setup), then: impl Fn(&mut Script)) -> Script {
    let mut setup = setup();
    change(&mut setup);
    let mut script = Script::new(setup);
    script.live(PRODUCTION, vec![paused("checkout", 1)]);
    script.keys("Right Right");
    then(&mut script);
    script
}

#[test]
fn every_reason_against_a_promote_is_said_in_the_footer_the_help_and_the_message_alike() {
    let nothing = |_: &mut Script| {};
    let same = |_: &mut crate::app::state::Setup| {};
    let down = |script: &mut Script| {
        let next_try = script.now;
        script.news(News::Link(
            PRODUCTION,
            Link::Retrying { trouble: trouble(TroubleKind::Unreachable), last_heard: None, next_try },
        ));
    };
    let rows: Vec<(&str, Script, &str)> = vec![
        ("ready", with(same, nothing), ""),
        ("read-only", with(|setup| setup.read_only = true, nothing), "read"),
        ("replay", with(|setup| setup.replay = true, nothing), "recording"),
        ("channel", with(|setup| setup.settings.channels[2].read_only = true, nothing), "production"),
        ("deny", with(|setup| setup.settings.channels[2].confirm = Confirm::Deny, nothing), "production"),
        ("stale", with(same, |script| _ = script.silence(20_000)), "stale"),
        ("down", with(same, down), "stale"),
        ("denied", with(same, |script| script.rights(PRODUCTION, &Permission::Denied("no".to_owned()))), "patch"),
        ("unsure", with(same, |script| script.rights(PRODUCTION, &Permission::Unknown("500".to_owned()))), ""),
        ("moving", with(same, |script| script.upsert(PRODUCTION, moving("checkout", 2))), "skip"),
        ("aborted", with(same, |script| script.upsert(PRODUCTION, aborted("checkout", 2))), "aborted"),
        ("healthy", with(same, |script| script.upsert(PRODUCTION, healthy("checkout", 2))), "nothing to promote"),
        ("elsewhere", with(same, |script| _ = script.keys("Left")), "rollout"),
    ];
    for (name, mut script, words) in rows {
        let reason = why(&script, Action::Promote);
        assert_eq!(reason.is_empty(), words.is_empty(), "{name}: {reason}");
        assert!(reason.contains(words), "{name}: {reason}");
        let hint = script.model().keys.into_iter().find(|hint| hint.word == "promote").unwrap();
        assert_eq!(hint.on, words.is_empty(), "{name}");
        script.keys("?");
        let Body::Help(help) = script.model().body else { panic!("no help") };
        let line = help.groups.iter().flat_map(|(_, lines)| lines).find(|line| line.keys == "p").unwrap();
        assert_eq!(line.off, reason, "{name}");
        script.keys("Esc p");
        if words.is_empty() {
            assert!(script.model().dialog.is_some(), "{name}");
        } else {
            // Where a right is missing, the message has the rule that a role needs besides.
            let rule = "; the rule: - {apiGroups: [argoproj.io], resources: [rollouts/status], verbs: [patch]}";
            let more = if name == "denied" { rule } else { "" };
            assert_eq!(script.toast(), format!("{reason}{more}"), "{name}");
            assert_eq!(script.model().dialog, None, "{name}");
            assert_eq!(script.promotes(), [], "{name}");
        }
    }
}

#[test]
fn the_next_line_says_why_a_pause_cannot_be_promoted_from_here() {
    let script = with(|setup| setup.read_only = true, |_| {});
    let next = script.model().next;
    assert!(next.starts_with("p is off here"), "{next}");
}

#[test]
fn what_helps_against_trouble_is_offered_only_where_there_is_some() {
    let mut script = Script::fleet();
    let offered = |script: &Script| script.model().keys.iter().any(|hint| hint.word == "log in");
    assert!(!offered(&script) && !why(&script, Action::Login).is_empty());
    let trouble = trouble(TroubleKind::NotSignedIn);
    let next_try = script.now;
    script.news(News::Link(TEST, Link::Retrying { trouble, last_heard: None, next_try }));
    script.keys("Left Left");
    assert!(offered(&script));
    assert_eq!(why(&script, Action::Login), "");
    assert_eq!(script.model().keys[0].word, "log in");
}

#[test]
fn a_channel_that_does_not_exist_is_refused_with_the_number_there_are() {
    let mut script = Script::fleet();
    script.keys("7");
    assert_eq!(script.toast(), "there are 3 channels");
    script.keys("3");
    assert_eq!(script.path(), "rolltop › production");
}

#[test]
fn a_key_of_another_screen_says_where_it_works() {
    let mut script = Script::fleet();
    script.keys("z");
    assert!(script.toast().contains("rollout"), "{}", script.toast());
}
