//! What stands around a deed and speaks against it now: times that the channel's protections do not allow, and budgets
//! of disruption. Warnings of a dialog; they hold nothing up.

use crate::app::detail::Detail;
use crate::app::fleet::Row;
use crate::app::model::Mark;
use crate::app::overlay::Item;
use crate::app::present::words;
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::argo::deed::Deed;
use crate::argo::pod::Pod;
use crate::config::settings::{Channel, Moment};
use crate::config::times::Standing;
use jiff::Timestamp;

/// What stands around a deed.
#[must_use]
pub fn of(state: &State, row: &Row, deed: &Deed) -> Vec<(Mark, String)> {
    let mut lines = times_of(state, row, deed);
    if matches!(deed, Deed::Restart { .. }) {
        lines.extend(budgets(state, row));
    }
    lines
}

fn times_of(state: &State, row: &Row, deed: &Deed) -> Vec<(Mark, String)> {
    let channel = state.setup.settings.channels.get(row.channel);
    let now = state.sources.get(row.key.source).map_or(state.now, |source| source.cluster_time(state.now));
    channel.map(|channel| times(channel, deed, now)).unwrap_or_default()
}

/// What stands around what is done to several rollouts: once for each channel of those that something is sent to, in the
/// order of the channels.
#[must_use]
pub fn several(state: &State, items: &[Item]) -> Vec<(Mark, String)> {
    let mut rows: Vec<(&Row, &Deed)> =
        items.iter().filter_map(|item| Some((state.fleet.get(&item.key)?, &item.plan.as_ref().ok()?.deed))).collect();
    rows.sort_by_key(|(row, _)| row.channel);
    let mut lines: Vec<(Mark, String)> = Vec::new();
    for of_channel in rows.chunk_by(|(one, _), (two, _)| one.channel == two.channel) {
        let Some((first, _)) = of_channel.first() else { continue };
        let name = channel_name(&state.setup, first.channel);
        for (row, deed) in of_channel {
            for (mark, words) in times_of(state, row, deed) {
                let line = (mark, format!("{name}: {words}"));
                // `s` resumes some and pauses others; clusters of a channel may differ by seconds.
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        let restarts = of_channel.iter().filter(|(_, deed)| matches!(deed, Deed::Restart { .. })).map(|(row, _)| *row);
        lines.extend(restarts_of(state, name, &restarts.collect::<Vec<_>>()));
    }
    lines
}

/// What is known of the budgets of disruption of several restarts in a channel. They are watched of the rollout alone
/// that was opened last.
fn restarts_of(state: &State, channel: &str, rows: &[&Row]) -> Vec<(Mark, String)> {
    let mut lines = Vec::new();
    let mut unknown = 0;
    for row in rows {
        let told = budgets(state, row);
        unknown += usize::from(told.iter().any(|(mark, _)| *mark == Mark::Unknown));
        // Only what speaks against it: the place is short.
        let against = told.into_iter().filter(|(mark, _)| *mark == Mark::Attention);
        lines.extend(against.map(|(mark, words)| (mark, format!("{channel}: {}: {words}", row.service))));
    }
    if unknown > 0 {
        let which = if unknown == rows.len() { String::new() } else { format!(" for {unknown} of {}", rows.len()) };
        let words = format!("{channel}: whether PodDisruptionBudgets hold it up is not known{which}");
        lines.push((Mark::Unknown, words));
    }
    lines
}

/// The PodDisruptionBudgets that hold up the evictions of a restart, or let them pass.
fn budgets(state: &State, row: &Row) -> Vec<(Mark, String)> {
    let detail = state.detail.as_ref().filter(|detail| detail.key == row.key);
    let known = detail.and_then(|detail| Some((detail.budgets()?, detail.children().pods?)));
    let Some((budgets, pods)) = known else {
        let note = |detail: &Detail| {
            ["poddisruptionbudgets", "pods"].iter().map(|kind| detail.note_of(kind)).find(|note| !note.is_empty())
        };
        let why = detail.and_then(note).map(|note| format!(": {note}")).unwrap_or_default();
        return vec![(Mark::Unknown, format!("whether a PodDisruptionBudget holds it up is not known{why}"))];
    };
    let own: Vec<_> = pods.iter().filter(|pod| is_of(detail, pod)).cloned().collect();
    let ours: Vec<_> = budgets.iter().filter(|budget| budget.covers(&own)).collect();
    if ours.is_empty() {
        return vec![(Mark::Absent, "no PodDisruptionBudget covers its pods".to_owned())];
    }
    ours.iter()
        .map(|budget| {
            let name = &budget.meta.name;
            match &budget.status {
                None => (Mark::Unknown, format!("PodDisruptionBudget {name}: what it allows is not known yet")),
                Some(status) if status.disruptions_allowed <= 0 => (
                    Mark::Attention,
                    format!(
                        "PodDisruptionBudget {name} allows no eviction now ({} healthy, {} needed): the restart waits",
                        status.current_healthy, status.desired_healthy
                    ),
                ),
                Some(status) => {
                    let pods = words::count(i64::from(status.disruptions_allowed), "eviction", "evictions");
                    (Mark::Ok, format!("PodDisruptionBudget {name} allows {pods} now"))
                }
            }
        })
        .collect()
}

/// Whether a pod is one of the rollout's: its ReplicaSet is.
fn is_of(detail: Option<&Detail>, pod: &Pod) -> bool {
    let sets = detail.map(Detail::replica_sets).unwrap_or_default();
    let ours = |uid: &str| {
        sets.iter().any(|set| {
            &*set.meta.uid == uid && detail.is_some_and(|it| set.meta.owners.iter().any(|owner| *owner.uid == *it.uid))
        })
    };
    pod.meta.owners.iter().any(|owner| ours(&owner.uid))
}

/// The protections of a channel that do not allow a deed now, or of which that is not known. Never for what leads out
/// of trouble.
#[must_use]
pub fn times(channel: &Channel, deed: &Deed, now: Timestamp) -> Vec<(Mark, String)> {
    let moment = match deed {
        Deed::Promote(_) | Deed::Resume | Deed::Retry => Moment::Promote,
        Deed::SetImage { .. } | Deed::Restart { .. } => Moment::Deploy,
        _ => return Vec::new(),
    };
    closed(channel, moment, now)
}

/// The protections of a channel that do not allow now what begins at this moment, or of which that is not known.
#[must_use]
pub fn closed(channel: &Channel, moment: Moment, now: Timestamp) -> Vec<(Mark, String)> {
    let asked = channel.allowed_times.iter().filter(|it| it.moments.is_empty() || it.moments.contains(&moment));
    let mut lines = Vec::new();
    for times in asked {
        let name = if times.name.is_empty() { String::new() } else { format!(" {}", times.name) };
        match times.at(now) {
            Standing::Open => {}
            Standing::Closed(why) => lines.push((Mark::Attention, format!("protection{name} is closed now: {why}"))),
            Standing::Unknown(why) => {
                lines.push((Mark::Unknown, format!("protection{name}: whether it allows this is not known: {why}")));
            }
        }
    }
    lines
}
