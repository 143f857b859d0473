//! A rollout in the lists: state, mark, urgency, step, weight, time, reason.

use crate::moment::{moment, moment_of, raw};
use jiff::SignedDuration;
use rolltop::app::model::Mark;
use rolltop::app::present::standing::Urgency;
use rolltop::app::present::{Context, Subject, ladder, next, page, rows, standing, weight};
use rolltop::argo::picture;
use rolltop::argo::picture::Children;
use rolltop::argo::rollout::Rollout;
use serde_json::{Value, json};

#[test]
fn each_moment_of_a_real_rollout_has_its_words_in_the_lists() {
    // name, state, mark, urgency, step, set/actual, word of the cell, time
    type Row = (&'static str, &'static str, Mark, Urgency, &'static str, Option<i64>, &'static str, &'static str);
    let table: &[Row] = &[
        ("healthy", "healthy", Mark::Ok, Urgency::Healthy, "", None, "", "2s"),
        ("not-observed", "not observed", Mark::Busy, Urgency::Moving, "", None, "not observed", ""),
        ("scaling", "scaling pods", Mark::Busy, Urgency::Moving, "0/6", Some(10), "scaling pods", "1s"),
        ("waits-for-you", "waits for you", Mark::Wait, Urgency::Person, "1/6", Some(10), "waits for you", "2s"),
        ("unpausing", "promoting…", Mark::Busy, Urgency::Moving, "1/6", Some(10), "promoting…", ""),
        ("timed-pause", "timed pause", Mark::Wait, Urgency::Timer, "3/6", Some(25), "", "in 28s"),
        ("half", "scaling pods", Mark::Busy, Urgency::Moving, "4/6", Some(50), "scaling pods", "35s"),
        ("paused-by-hand", "paused by hand", Mark::Wait, Urgency::Person, "1/6", Some(40), "paused by hand", "8s"),
        ("invalid-spec", "invalid spec", Mark::Bad, Urgency::Repair, "", None, "invalid spec", "now"),
        ("preview-waits", "waits: preview", Mark::Wait, Urgency::Person, "", None, "preview", "now"),
        ("aborted", "aborted", Mark::Aborted, Urgency::Repair, "", None, "aborted", "1s"),
        ("retrying", "retrying…", Mark::Busy, Urgency::Moving, "0/12", Some(0), "retrying…", ""),
    ];
    for (name, state, mark, urgency, step, set, word, time) in table {
        let moment = moment(name);
        let (picture, context) = (moment.alone(), moment.context());
        let subject = Subject::new(&moment.rollout, &picture, &context);
        let cell = rows::cell(&subject);
        let row = rows::board_row(&subject);
        assert_eq!(row.state, *state, "{name}");
        assert_eq!((row.mark, cell.mark), (*mark, Some(*mark)), "{name}");
        assert_eq!(standing::urgency(&subject), *urgency, "{name}");
        assert_eq!((row.step.as_str(), cell.step.as_str()), (*step, *step), "{name}");
        assert_eq!(cell.set, *set, "{name}");
        assert_eq!(cell.word, *word, "{name}");
        assert_eq!(cell.time, *time, "{name}");
        assert_eq!(row.attention, rows::need_line(&subject).is_some(), "{name}");
    }
}

#[test]
fn the_reason_numbers_the_step_as_the_ladder_does() {
    let table = [
        ("waits-for-you", "paused at step 2 of 6, waits for a person"),
        ("timed-pause", "paused at step 4 of 6, goes on by itself in 28s"),
        ("paused-by-hand", "paused by hand at step 2 of 6 (spec.paused): waits for a person"),
        ("preview-waits", "preview green waits before the cut-over"),
        (
            "invalid-spec",
            "the controller refuses the spec: spec.strategy.blueGreen.activeService: Invalid value: \"bluegreen-demo\": \
             service \"bluegreen-demo\" not found",
        ),
        ("aborted", "aborted: success-rate: 2 failures, 1 allowed"),
        ("not-observed", "changed, the controller has not seen it yet"),
        ("scaling", "scaling pods at step 1 of 6"),
    ];
    for (name, words) in table {
        let moment = moment(name);
        let (picture, context) = (moment.alone(), moment.context());
        assert_eq!(standing::reason(&Subject::new(&moment.rollout, &picture, &context)), words, "{name}");
    }
}

#[test]
fn stale_data_is_said_in_the_next_line_and_counts_as_more_urgent_than_a_timer() {
    let moment = moment("timed-pause");
    let picture = moment.alone();
    let context = Context { stale: Some(SignedDuration::from_secs(14)), ..moment.context() };
    let subject = Subject::new(&moment.rollout, &picture, &context);
    assert_eq!(next::line(&subject), "p is off here: prod-eu in production was last heard of 14s ago");
    assert_eq!(next::line_in_list(&subject), next::line(&subject));
    assert_eq!(standing::urgency(&subject), Urgency::Stale);
    assert!(rows::cell(&subject).stale && rows::board_row(&subject).stale);
}

#[test]
fn what_was_asked_for_and_not_acted_on_is_told_apart_from_what_happened() {
    let words = |change: &dyn Fn(&mut Value)| {
        let mut value = raw("waits-for-you");
        change(&mut value["rollout"]);
        let moment = moment_of(&value);
        let (picture, context) = (moment.alone(), moment.context());
        standing::state_words(&Subject::new(&moment.rollout, &picture, &context))
    };
    assert_eq!(words(&|rollout| rollout["status"]["abort"] = json!(true)), "aborting…");
    assert_eq!(words(&|rollout| rollout["metadata"]["deletionTimestamp"] = json!("2026-11-24T00:04:44Z")), "deleting");
    assert_eq!(words(&|rollout| rollout["status"]["phase"] = json!("Strange")), "Strange");
    let restart = |rollout: &mut Value| {
        rollout["status"]["phase"] = json!("Progressing");
        rollout["status"]["message"] = json!("rollout is restarting");
        rollout["status"]["pauseConditions"] = Value::Null;
        rollout["status"]["controllerPause"] = json!(false);
    };
    assert_eq!(words(&restart), "restarting");
    let deadline = |rollout: &mut Value| {
        rollout["status"]["phase"] = json!("Degraded");
        rollout["status"]["message"] =
            json!("ProgressDeadlineExceeded: ReplicaSet \"web-1\" has timed out progressing.");
    };
    assert_eq!(words(&deadline), "no progress");
}

#[test]
fn an_object_that_cannot_be_read_claims_nothing() {
    let moment = moment("healthy");
    let mut rollout = Rollout { meta: moment.rollout.meta.clone(), ..Rollout::default() };
    rollout.unreadable = Some("spec.replicas: expected a number".into());
    let picture = picture::of(&rollout, Children::default(), moment.now);
    let context = moment.context();
    let subject = Subject::new(&rollout, &picture, &context);
    let row = rows::board_row(&subject);
    assert_eq!((row.state.as_str(), row.mark, row.pods.as_str()), ("unreadable", Mark::Unknown, ""));
    assert_eq!((row.gauge, row.version.as_str()), (None, ""));
    assert_eq!(page::headline(&subject), "Cannot be read: spec.replicas: expected a number");
    assert_eq!(weight::note(&subject), "");
    assert!(ladder::steps(&subject, &[]).is_empty());
}
