//! Rows: a rollout as a cell of the overview, as a row of a channel, as a line of `needs you`.

use super::Subject;
use super::standing::Urgency;
use crate::app::model::{BoardRow, Cell, NeedLine};

/// The cell of the overview.
#[must_use]
pub fn cell(subject: &Subject<'_>) -> Cell {
    let _ = subject;
    todo!()
}

/// The cell of a service that the channel does not have. `complete`: the channel's list is complete, so that it is
/// known not to be there; else the cell stays empty.
#[must_use]
pub fn absent(complete: bool) -> Cell {
    let _ = complete;
    todo!()
}

/// Several rollouts of a service in one channel as one cell: the most urgent one, with the count.
#[must_use]
pub fn stack(cells: Vec<(Urgency, Cell)>) -> Cell {
    let _ = cells;
    todo!()
}

/// The row of a channel's list.
#[must_use]
pub fn board_row(subject: &Subject<'_>) -> BoardRow {
    let _ = subject;
    todo!()
}

/// The line of `needs you`; `None` when no person is needed.
#[must_use]
pub fn need_line(subject: &Subject<'_>) -> Option<NeedLine> {
    let _ = subject;
    todo!()
}
