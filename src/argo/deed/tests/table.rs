//! Every deed about steps and pauses in every state.

use super::{STATES, outcome, state};
use crate::argo::deed::{Deed, Extent};

#[test]
fn every_deed_in_every_state_sends_what_the_plugin_sends_or_says_why_not() {
    const STATUS: &str = "rollout/status ";
    let skip = |index: i64| format!(r#"{STATUS}{{"status":{{"currentStepIndex":{index},"pauseConditions":null}}}}"#);
    let full = format!(r#"{STATUS}{{"status":{{"promoteFull":true}}}}"#);
    let abort = format!(r#"{STATUS}{{"status":{{"abort":true}}}}"#);
    let pause = r#"rollout {"spec":{"paused":true}}"#.to_owned();
    let resume = r#"rollout {"spec":{"paused":false}}"#.to_owned();
    let retry = format!(r#"{STATUS}{{"status":{{"abort":false}}}}"#);
    let clear = format!(r#"{STATUS}{{"status":{{"pauseConditions":null}}}}"#);
    let refused = |words: &str| format!("! {words}");
    let nothing = refused("nothing is being rolled out");
    let not_seen = refused("the controller has not seen");
    let first = refused("there is no stable version yet");
    let promote = Deed::Promote(Extent::Pause);
    let step = Deed::Promote(Extent::Step);
    let all = Deed::Promote(Extent::AllSteps);
    let whole = Deed::Promote(Extent::Full);
    // State by state: promote, skip step, skip all, full, abort, retry, pause, resume.
    let table: Vec<(&str, [String; 8])> = vec![
        (
            "running",
            [
                refused("not paused: step 3"),
                skip(3),
                format!(r#"{STATUS}{{"status":{{"currentStepIndex":4}}}}"#),
                full.clone(),
                abort.clone(),
                refused("not aborted: there is nothing"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "at pause",
            [
                clear.clone(),
                refused("paused by the controller"),
                skip(4),
                full.clone(),
                abort.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused by hand: promote"),
            ],
        ),
        (
            "by hand",
            [
                resume.clone(),
                refused("paused by hand"),
                refused("paused by hand"),
                format!("{full}; {resume}"),
                abort.clone(),
                refused("not aborted"),
                refused("it is paused by hand already"),
                resume.clone(),
            ],
        ),
        (
            "at pause by hand",
            [
                format!("{clear}; {resume}"),
                refused("paused by hand"),
                refused("paused by hand"),
                format!("{full}; {resume}"),
                abort.clone(),
                refused("not aborted"),
                refused("it is paused by hand"),
                resume.clone(),
            ],
        ),
        (
            "unpausing",
            [
                refused("a promote is already"),
                refused("a promote is already"),
                refused("a promote is already"),
                full.clone(),
                abort.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "not observed",
            [
                not_seen.clone(),
                not_seen.clone(),
                not_seen.clone(),
                not_seen.clone(),
                not_seen.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "aborted",
            [
                refused("aborted"),
                refused("aborted"),
                refused("aborted"),
                full.clone(),
                refused("it is aborted already"),
                retry.clone(),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "healthy",
            [
                refused("nothing to promote"),
                nothing.clone(),
                nothing.clone(),
                nothing.clone(),
                nothing.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "first",
            [
                refused("not paused"),
                first.clone(),
                first.clone(),
                first.clone(),
                first.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "all done",
            [
                refused("nothing to promote"),
                refused("all steps are done"),
                refused("all steps are done"),
                full.clone(),
                abort.clone(),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "full",
            [
                refused("not paused"),
                skip(3),
                format!(r#"{STATUS}{{"status":{{"currentStepIndex":4}}}}"#),
                refused("a full promotion is already"),
                format!(r#"{STATUS}{{"status":{{"abort":true,"promoteFull":false}}}}"#),
                refused("not aborted"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "invalid",
            [
                refused("not paused"),
                skip(3),
                format!(r#"{STATUS}{{"status":{{"currentStepIndex":4}}}}"#),
                full.clone(),
                abort.clone(),
                refused("not aborted: the controller refuses"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "late",
            [
                refused("not paused"),
                skip(3),
                format!(r#"{STATUS}{{"status":{{"currentStepIndex":4}}}}"#),
                full.clone(),
                abort.clone(),
                refused("not aborted: its progress deadline"),
                pause.clone(),
                refused("not paused"),
            ],
        ),
        (
            "blue-green",
            [
                refused("not waiting for promotion"),
                refused("there are no steps"),
                refused("there are no steps"),
                full,
                abort,
                refused("not aborted"),
                pause,
                refused("not paused"),
            ],
        ),
    ];
    assert_eq!(table.iter().map(|(name, _)| *name).collect::<Vec<_>>(), STATES);
    for (name, expected) in table {
        let deeds = [&promote, &step, &all, &whole, &Deed::Abort, &Deed::Retry, &Deed::Pause, &Deed::Resume];
        for (deed, expected) in deeds.into_iter().zip(expected) {
            let found = outcome(&state(name), deed);
            let fits = if expected.starts_with('!') { found.starts_with(&expected) } else { found == expected };
            assert!(fits, "{} when {name}: {found}\nexpected {expected}", deed.verb());
        }
    }
}
