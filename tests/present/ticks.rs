//! The next change by time alone.

use crate::moment::{Moment, moment};
use jiff::{SignedDuration, Timestamp};
use rolltop::app::present::{Context, Subject, next, page, rows, tick};
use rolltop::argo::picture;
use rolltop::argo::picture::Children;

/// Every text that is shown, at a time.
fn everything(moment: &Moment, now: Timestamp) -> (String, [Option<Timestamp>; 3]) {
    let children =
        Children { replica_sets: Some(&moment.replica_sets), pods: Some(&moment.pods), ..Children::default() };
    let picture = picture::of(&moment.rollout, children, now);
    let context = Context { now, cluster_now: now, ..moment.context() };
    let subject = Subject::new(&moment.rollout, &picture, &context);
    let texts = format!(
        "{:?}{:?}{:?}{:?}{}",
        rows::cell(&subject),
        rows::need_line(&subject),
        rows::board_row(&subject),
        page::page(&subject, ""),
        next::line(&subject)
    );
    (texts, [tick::cell(&subject), tick::board(&subject), tick::page(&subject)])
}

#[test]
fn nothing_reads_otherwise_before_the_next_change_that_was_told() {
    for name in
        ["healthy", "scaling", "waits-for-you", "timed-pause", "half", "paused-by-hand", "aborted", "steps-paused"]
    {
        let moment = moment(name);
        for ahead in [0_i64, 700, 61_500, 599_999, 3_600_123, 90_000_000] {
            let now = moment.now + SignedDuration::from_millis(ahead);
            let (texts, ticks) = everything(&moment, now);
            let next = ticks.into_iter().flatten().min().unwrap_or_else(|| panic!("{name}: ages are shown"));
            assert!(next > now, "{name}: {next} {now}");
            let before = next - SignedDuration::from_nanos(1);
            assert_eq!(everything(&moment, before).0, texts, "{name} +{ahead} ms: changed before {next}");
            assert_ne!(everything(&moment, next).0, texts, "{name} +{ahead} ms: nothing changed at {next}");
        }
    }
}
