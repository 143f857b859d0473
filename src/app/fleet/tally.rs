//! How many rollouts are in which phase, counted as they come and go, never for a frame.

use super::Row;
use crate::app::model::Mark;
use crate::argo::picture::Phase;

/// Rollouts by phase.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// `Degraded`, aborted ones too.
    pub degraded: usize,
    /// `Paused`.
    pub paused: usize,
    /// `Progressing`.
    pub progressing: usize,
    /// `Healthy`.
    pub healthy: usize,
    /// A phase that is not known, or an object that cannot be read.
    pub other: usize,
}

impl Tally {
    fn of(&mut self, row: &Row) -> &mut usize {
        match &row.picture.phase {
            Phase::Degraded => &mut self.degraded,
            Phase::Paused => &mut self.paused,
            Phase::Progressing => &mut self.progressing,
            Phase::Healthy => &mut self.healthy,
            Phase::Other(_) => &mut self.other,
        }
    }

    /// One more.
    pub fn count(&mut self, row: &Row) {
        *self.of(row) += 1;
    }

    /// One less.
    pub fn discount(&mut self, row: &Row) {
        let count = self.of(row);
        *count = count.saturating_sub(1);
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            degraded: self.degraded + other.degraded,
            paused: self.paused + other.paused,
            progressing: self.progressing + other.progressing,
            healthy: self.healthy + other.healthy,
            other: self.other + other.other,
        }
    }

    /// The phases that occur, worst first: mark, word, how many.
    pub fn parts(self) -> impl Iterator<Item = (Mark, &'static str, usize)> {
        [
            (Mark::Bad, "degraded", self.degraded),
            (Mark::Wait, "paused", self.paused),
            (Mark::Busy, "progressing", self.progressing),
            (Mark::Unknown, "unknown", self.other),
            (Mark::Ok, "healthy", self.healthy),
        ]
        .into_iter()
        .filter(|(_, _, count)| *count > 0)
    }
}
