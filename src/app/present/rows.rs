//! Rows: a rollout as a cell of the overview, as a row of a channel, as a line of `needs you`.

use super::standing::{self, Standing, Urgency};
use super::{Subject, version, weight};
use crate::app::model::{BoardRow, Cell, Mark, NeedLine};
use crate::argo::rollout::StrategyKind;

/// The cell of the overview.
#[must_use]
pub fn cell(subject: &Subject<'_>) -> Cell {
    let weights = weight::in_lists(subject).filter(|_| !subject.is_aborted());
    Cell {
        mark: Some(standing::mark(subject)),
        version: version::wanted(subject),
        drift: subject.context.drift,
        step: step(subject),
        set: weights.map(|(set, _)| set),
        actual: weights.and_then(|(_, actual)| actual),
        word: match standing::of(subject) {
            // The mark alone says it, and the countdown stands beside it.
            Standing::Healthy | Standing::Timed => String::new(),
            Standing::Preview => "preview".to_owned(),
            _ => standing::state_words(subject),
        },
        time: standing::for_how_long(subject, true),
        stale: subject.context.stale.is_some(),
        changed: subject.context.changed,
        count: 1,
        marked: false,
    }
}

/// The position as Argo counts, while an update is under way; what the status says of another spec is left out.
fn step(subject: &Subject<'_>) -> String {
    let shown = subject.is_updating() && !subject.is_lagging() && !subject.is_aborted();
    if shown { subject.position() } else { String::new() }
}

/// The cell of a service that the channel does not have. `complete`: the channel's list is complete, so that it is
/// known not to be there; else the cell stays empty.
#[must_use]
pub fn absent(complete: bool) -> Cell {
    if !complete {
        return Cell::default();
    }
    Cell { mark: Some(Mark::Absent), word: "not deployed".to_owned(), ..Cell::default() }
}

/// Several rollouts of a service in one channel as one cell: the most urgent one, with the count. Of several equally
/// urgent ones the first. It differs or is old when any of them is.
#[must_use]
pub fn stack(cells: Vec<(Urgency, Cell)>) -> Cell {
    let count = cells.len();
    let (drift, stale, changed) = cells.iter().fold((false, false, false), |(drift, stale, changed), (_, cell)| {
        (drift || cell.drift, stale || cell.stale, changed || cell.changed)
    });
    match cells.into_iter().min_by_key(|(urgency, _)| *urgency) {
        Some((_, cell)) => Cell { drift, stale, changed, count, ..cell },
        None => Cell::default(),
    }
}

/// The row of a channel's list.
#[must_use]
pub fn board_row(subject: &Subject<'_>) -> BoardRow {
    let replicas = subject.picture.replicas;
    let readable = subject.rollout.unreadable.is_none();
    BoardRow {
        service: subject.context.service.to_owned(),
        marked: false,
        cluster: subject.context.cluster.to_owned(),
        namespace: subject.rollout.meta.namespace.to_string(),
        attention: standing::needs_person(subject),
        mark: standing::mark(subject),
        state: standing::state_words(subject),
        step: step(subject),
        gauge: weight::gauge(subject).filter(|_| subject.picture.strategy == StrategyKind::Canary),
        updating: subject.is_updating() && !subject.is_lagging(),
        pods: if readable { format!("{}/{}", replicas.available, replicas.desired) } else { String::new() },
        version: version::wanted(subject),
        drift: subject.context.drift,
        age: standing::for_how_long(subject, true),
        stale: subject.context.stale.is_some(),
        changed: subject.context.changed,
    }
}

/// The line of `needs you`; `None` when no person is needed.
#[must_use]
pub fn need_line(subject: &Subject<'_>) -> Option<NeedLine> {
    standing::needs_person(subject).then(|| NeedLine {
        mark: standing::mark(subject),
        channel: subject.context.channel.to_owned(),
        service: subject.context.service.to_owned(),
        words: standing::reason(subject),
        age: standing::for_how_long(subject, true),
        stale: subject.context.stale.is_some(),
    })
}
