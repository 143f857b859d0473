//! When a text changes by time alone: the next moment (local time) at which an age or a countdown on screen reads
//! otherwise. The loop sleeps until then, so that nothing is drawn while nothing changes.
//!
//! Each answer comes from writing the very texts and noting what they depend on, so it cannot disagree with them.

use super::Subject;
use super::dialog::Asking;
use super::health::{self, SourceView};
use super::page::Sight;
use super::time::{self, Style};
use super::verdict::NO_REACTION_AFTER;
use super::{page, rows, trouble};
use crate::argo::picture::Waits;
use jiff::{SignedDuration, Timestamp};
use std::cell::Cell;

/// Collects the nearest change of the texts that are written with it.
#[derive(Debug, Default)]
pub struct Ticker {
    after: Cell<Option<SignedDuration>>,
}

impl Ticker {
    /// Notes the age of `then`.
    pub(in crate::app) fn age(&self, then: Timestamp, now: Timestamp, style: Style) {
        let age = now.duration_since(then);
        if age.is_negative() {
            // Reads as it does at `then`.
            let first = time::age_changes_after(SignedDuration::ZERO, style);
            self.note(first.saturating_sub(age));
        } else {
            self.span(age, style);
        }
    }

    /// Notes a growing span.
    pub(in crate::app) fn span(&self, age: SignedDuration, style: Style) {
        self.note(time::age_changes_after(age, style));
    }

    /// Notes a countdown to `then`.
    pub(in crate::app) fn countdown(&self, then: Timestamp, now: Timestamp) {
        if let Some(after) = time::countdown_changes_after(then.duration_since(now)) {
            self.note(after);
        }
    }

    /// Notes a change after this time.
    pub(in crate::app) fn note(&self, after: SignedDuration) {
        if self.after.get().is_none_or(|known| after < known) {
            self.after.set(Some(after));
        }
    }

    /// The nearest change as a moment; `None`: nothing that was written depends on the time.
    #[must_use]
    pub fn next(&self, now: Timestamp) -> Option<Timestamp> {
        now.checked_add(self.after.get()?).ok()
    }
}

/// Next change of the words of a cell of the overview, and of its `needs you` line.
#[must_use]
pub fn cell(subject: &Subject<'_>) -> Option<Timestamp> {
    written(subject, |subject| {
        let _ = (rows::cell(subject), rows::need_line(subject));
    })
}

/// Next change of a row of the channel's list.
#[must_use]
pub fn board(subject: &Subject<'_>) -> Option<Timestamp> {
    written(subject, |subject| {
        let _ = rows::board_row(subject);
    })
}

/// Next change of the page of a rollout, its `next` line included. The page also shows the warnings of the picture,
/// one of which counts how long the controller has not reacted: the picture has to be derived anew then.
#[must_use]
pub fn page(subject: &Subject<'_>) -> Option<Timestamp> {
    whole(subject, &Sight::default())
}

/// The same with what a person has folded, and with events.
#[must_use]
pub fn whole(subject: &Subject<'_>, sight: &Sight<'_>) -> Option<Timestamp> {
    let ticker = Ticker::default();
    let watched = subject.watched(&ticker);
    let _ = (page::whole(&watched, sight), super::next::line(&watched));
    let last_write = subject.rollout.meta.writers.iter().filter_map(|writer| writer.time).max();
    if let Some(at) = last_write.filter(|_| subject.picture.waits == Waits::Controller) {
        ticker.age(at, subject.context.cluster_now, Style::Long);
    }
    ticker.next(subject.context.now)
}

/// Next change of the dialog before a promote.
#[must_use]
pub fn dialog(subject: &Subject<'_>, asking: &Asking<'_>) -> Option<Timestamp> {
    written(subject, |subject| {
        let _ = super::dialog::write(subject, asking);
    })
}

/// Next change of a text that `write` makes of it.
#[must_use]
pub fn of(subject: &Subject<'_>, write: impl FnOnce(&Subject<'_>)) -> Option<Timestamp> {
    written(subject, write)
}

/// Next change of the `next` line.
#[must_use]
pub fn next_line(subject: &Subject<'_>) -> Option<Timestamp> {
    written(subject, |subject| {
        let _ = super::next::line(subject);
    })
}

fn written(subject: &Subject<'_>, write: impl FnOnce(&Subject<'_>)) -> Option<Timestamp> {
    let ticker = Ticker::default();
    write(&subject.watched(&ticker));
    ticker.next(subject.context.now)
}

/// Next change of the head of a source and of its trouble line, including the moment it becomes stale.
#[must_use]
pub fn health(source: &SourceView<'_>) -> Option<Timestamp> {
    let ticker = Ticker::default();
    let _ = (health::head_noting(source, &ticker), trouble::line_noting(source, &ticker));
    ticker.next(source.now)
}

/// Next change of a verdict line that is not settled: sent or accepted at `at`.
#[must_use]
pub fn verdict(at: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let ticker = Ticker::default();
    let waited = time::between(at, now);
    let quiet = SignedDuration::from_secs(NO_REACTION_AFTER);
    if waited < quiet {
        // Until then the line holds no time; its spinner is turned by the loop.
        ticker.note(quiet.saturating_sub(waited));
    } else {
        ticker.age(at, now, Style::Long);
    }
    ticker.next(now)
}
