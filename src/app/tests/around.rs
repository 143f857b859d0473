//! What stands around a deed is told in its dialog: times that the channel's protections do not allow.

use crate::app::model::{Dialog, Mark};
use crate::app::testing::*;
use crate::config::times;

/// Production with this protection; the dialog that a key opens.
fn evidence(protection: &str, key: &str) -> Vec<(Mark, String)> {
    let file = format!("[[release_channels]]\nprotections = [\"quiet\"]\n[protections.quiet]\n{protection}");
    let mut with = setup();
    with.settings.channels[2].allowed_times = times::of_channel(&file.parse().unwrap(), 0);
    let mut script = Script::new(with);
    script.live(TEST, vec![healthy("checkout", 1)]);
    script.live(STAGING, vec![healthy("checkout", 1)]);
    script.live(PRODUCTION, vec![paused("checkout", 1)]);
    script.wait(2);
    script.on_checkout().keys(key).wait(1);
    match script.model().dialog {
        Some(Dialog::Write(dialog)) => dialog.evidence,
        other => panic!("no dialog but {other:?}"),
    }
}

fn told(evidence: &[(Mark, String)]) -> Vec<(Mark, &str)> {
    let lines = evidence.iter().filter(|(_, words)| words.starts_with("protection"));
    lines.map(|(mark, words)| (*mark, words.as_str())).collect()
}

// The tests begin on 2026-03-01, a Sunday, at 14:00.
const CLOSED: &str = r#"allowed_times = { windows = [{ days = "mon-fri" }] }"#;

#[test]
fn a_protection_that_is_closed_now_is_a_warning_before_a_promote() {
    let evidence = evidence(CLOSED, "p");
    let expected = "protection quiet is closed now: outside of its times (mon-fri UTC)";
    assert_eq!(told(&evidence), [(Mark::Attention, expected)]);
}

#[test]
fn a_freeze_says_until_when_and_why() {
    let frozen = r#"allowed_times = { windows = [{}], freezes = [{ from = "2026-02-28", to = "2026-03-02", reason = "audit" }] }"#;
    let evidence = evidence(frozen, "p");
    let expected = "protection quiet is closed now: freeze until 2026-03-03 00:00 UTC: audit";
    assert_eq!(told(&evidence), [(Mark::Attention, expected)]);
}

#[test]
fn what_cannot_be_read_is_said_to_be_unknown() {
    let evidence = evidence(r#"allowed_times = { windows = [{ days = "mo-fr" }] }"#, "p");
    assert!(
        matches!(told(&evidence).as_slice(), [(Mark::Unknown, words)] if words.contains("is not known: \"mo\" is no day"))
    );
}

#[test]
fn nothing_is_said_where_it_is_open_for_another_moment_or_about_a_brake() {
    for (protection, key) in [
        (r#"allowed_times = { windows = [{ days = "sun" }] }"#, "p"),
        (concat!(r#"lifecycle = ["deploy"]"#, "\n", r#"allowed_times = { windows = [{ days = "mon" }] }"#), "p"),
        (CLOSED, "a"),
        (CLOSED, "s"),
    ] {
        assert_eq!(told(&evidence(protection, key)), [], "{key}: {protection}");
    }
}
