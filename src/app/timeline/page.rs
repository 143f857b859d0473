//! The story as the model has it: the rows in sight.

use super::{TimelineView, Told, events};
use crate::app::model::{Mark, TimelinePage, TimelineRow};
use crate::app::present::time;
use crate::app::present::words::{count, number_of};
use crate::app::state::State;
use jiff::{SignedDuration, Timestamp};

/// A cluster keeps an event about so long (kube-apiserver, `--event-ttl`); a little less, so that the first to go is
/// told of.
const KEPT: SignedDuration = SignedDuration::from_mins(55);

/// What it shows.
#[must_use]
pub fn page(state: &State, view: &TimelineView) -> TimelinePage {
    let Some(timeline) = state.timeline.as_ref().filter(|timeline| timeline.view == *view) else {
        return TimelinePage::default();
    };
    let height = usize::from(state.size.1);
    let mut reading = timeline.reading;
    // The window may have another size than when the cursor was moved.
    let row = if timeline.follow { usize::MAX } else { reading.cursor };
    reading.to(row, timeline.shown.len(), state.page_rows);
    let first = reading.first;
    let rows = timeline.shown.iter().skip(first).take(height).filter_map(|at| timeline.story.get(*at));
    let all = timeline.story.iter().filter(|told| !told.is_heading()).count();
    let sifted = timeline.warnings || !timeline.pattern.is_empty();
    let mut modes = vec![if timeline.follow { "following" } else { "held" }];
    modes.extend(timeline.warnings.then_some("warnings alone"));
    TimelinePage {
        title: title(state, view),
        mode: modes.join(" · "),
        rows: rows.map(|told| line(told, state.now)).collect(),
        cursor: reading.cursor - first,
        first,
        total: timeline.shown.len(),
        wrap: timeline.wrap,
        pattern: timeline.pattern.clone(),
        found: if sifted {
            format!("{} of {}", number_of(timeline.shown.len()), count(all as i64, "event", "events"))
        } else {
            String::new()
        },
        notes: notes(state, view),
        empty: if all == 0 && !super::note(state, &view.key).is_empty() { String::new() } else { empty(all, sifted) },
    }
}

/// Rows that it can be scrolled through.
#[must_use]
pub fn length(state: &State, _view: &TimelineView) -> usize {
    state.timeline.as_ref().map_or(0, |timeline| timeline.shown.len())
}

fn title(state: &State, view: &TimelineView) -> String {
    use crate::app::node::Node;
    match &view.node {
        Node::Rollout => {
            let name = state.fleet.get(&view.key).map_or(view.key.name.to_string(), |row| row.service.to_string());
            format!("{name} and what belongs to it")
        }
        Node::Revision(revision) => format!("revision {revision} and its pods"),
        Node::ReplicaSet(name, _) => format!("ReplicaSet {name} and its pods"),
        Node::Pod(name, _) => format!("pod {name}"),
        Node::AnalysisRun(name, _) => format!("AnalysisRun {name}"),
        Node::Experiment(name, _) => format!("Experiment {name}"),
        Node::Job(name) => format!("job {name}"),
    }
}

fn line(told: &Told, now: Timestamp) -> TimelineRow {
    let time = told.at.map_or_else(|| time::UNKNOWN.to_owned(), |at| time::clock(at, now));
    if told.is_heading() {
        return TimelineRow::Heading { time, words: told.message.clone() };
    }
    TimelineRow::Event {
        time,
        mark: told.mark,
        about: told.about.clone(),
        reason: told.reason.clone(),
        message: told.message.clone(),
        times: told.times(now),
    }
}

/// What is missing: events that cannot be read, and those that have expired.
fn notes(state: &State, view: &TimelineView) -> Vec<(Mark, String)> {
    let mut notes = Vec::new();
    let incomplete = super::note(state, &view.key);
    if !incomplete.is_empty() {
        notes.push((Mark::Attention, incomplete));
        return notes;
    }
    let Some(row) = state.fleet.get(&view.key) else { return notes };
    let cluster_now = state.sources.get(view.key.source).map_or(state.now, |source| source.cluster_time(state.now));
    let expired = cluster_now.checked_sub(KEPT).ok();
    let older = row.rollout.meta.created.is_some_and(|created| expired.is_some_and(|expired| created < expired));
    if older {
        let since = events(state, &view.key).first().and_then(|event| super::told_at(event));
        let before = since.map(|since| format!(" before {}", time::clock(since, state.now))).unwrap_or_default();
        notes.push((Mark::Absent, format!("a cluster keeps events for about 1 h: what was told{before} may be gone")));
    }
    notes
}

fn empty(all: usize, sifted: bool) -> String {
    match (all, sifted) {
        (0, _) => "nothing was told".to_owned(),
        (_, true) => "no event passes: Esc shows all, ! with and without warnings alone".to_owned(),
        (_, false) => String::new(),
    }
}
