//! History: what rolltop itself saw while it ran, for the charts. Clusters keep the newest measurements and the weight
//! of this moment; what was there before is known only to somebody who looked.
//!
//! Three parts, all bounded: [`weights`] (every rollout that moved), [`measured`] (measurements of the rollouts that
//! were open) and [`gaps`] (when a source could not be seen). Times are the cluster's. Nothing is filled in: before
//! the first look and in a gap there is nothing.

pub mod gaps;
pub mod measured;
pub mod weights;

use super::fleet::Row;
use super::present::Subject;
use super::state::State;
use crate::names::RolloutKey;

/// Everything that was seen.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Weights, phases and steps.
    pub weights: weights::Tracks,
    /// Measurements.
    pub measured: measured::Runs,
    /// When sources could not be seen.
    pub gaps: gaps::Gaps,
}

/// A rollout, or a child of the one that is open, is another one than before. `before`: the row as it was.
pub fn observe(state: &mut State, key: &RolloutKey, before: Option<&Row>) {
    let Some(row) = state.fleet.get(key) else { return };
    let context = state.context(row, false);
    let cluster_now = context.cluster_now;
    let seen = weights::Seen::of(&Subject::new(&row.rollout, state.picture(row), &context));
    let skew = cluster_now.duration_since(state.now);
    let first_seen = row.first_seen.checked_add(skew).unwrap_or(row.first_seen);
    // Where no track is, it has looked the same since it was changed last, or since it was first seen.
    let beginning = before.map(|before| {
        let since = before.changed_at.unwrap_or(before.first_seen);
        let since = since.checked_add(skew).unwrap_or(since);
        (since, weights::Seen::of(&Subject::new(&before.rollout, &before.picture, &context)))
    });
    let life = weights::Life { uid: row.rollout.meta.uid.clone(), first_seen };
    state.history.weights.observe(key, life, beginning, cluster_now, seen);
    if let Some(detail) = state.detail.as_ref().filter(|detail| detail.key == *key) {
        let revisions = detail.picture.revisions.iter();
        let runs = revisions.flat_map(|revision| {
            revision.analysis_runs.iter().chain(revision.experiments.iter().flat_map(|it| &it.analysis_runs))
        });
        for run in runs {
            state.history.measured.observe(key, run, cluster_now);
        }
    }
}

/// Time went on: which sources can be seen now.
pub fn look_at_sources(state: &mut State) {
    let (setup, now) = (&state.setup, state.now);
    for source in state.sources.iter().filter(|source| source.listed) {
        let seen = source.is_live() && !source.doubtful && source.stale(setup, now).is_none();
        let last = source.heard.unwrap_or(now);
        state.history.gaps.note(source.info.id, seen, source.cluster_time(last), source.cluster_time(now));
    }
}
