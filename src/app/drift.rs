//! Drift: whether a service runs another version here than in the nearest channel to the left that has it.

use super::fleet::{Fleet, Row};
use super::list::{in_line, line_of};
use super::present::{Context, Subject, version};

/// The version that a rollout's template asks for.
#[must_use]
pub fn wanted(row: &Row) -> String {
    version::wanted(&Subject::new(&row.rollout, &row.picture, &Context::nowhere(row.first_seen)))
}

/// Whether one version differs from another; an unknown one differs from nothing.
#[must_use]
pub fn differs(before: &str, here: &str) -> bool {
    !before.is_empty() && !here.is_empty() && before != here
}

/// Whether a rollout's version differs from that of its service in the nearest channel to the left that has it.
#[must_use]
pub fn of(fleet: &Fleet, row: &Row) -> bool {
    let line = line_of(row, fleet.is_split(&row.service));
    let before = |channel: usize| {
        let there = fleet.of_service(&row.service).filter(move |other| other.channel == channel);
        there.filter(|other| in_line(&line, other)).min_by_key(|other| (other.urgency, other.key.clone())).map(wanted)
    };
    let before = (0..row.channel).rev().filter_map(before).find(|version| !version.is_empty());
    before.is_some_and(|before| differs(&before, &wanted(row)))
}
