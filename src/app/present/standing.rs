//! Standing: how a rollout stands, in a mark, a word or two, and how urgently it needs a person.

use super::Subject;
use crate::app::model::Mark;

/// How urgent, most urgent first. The order of lists: degraded and aborted, waits for a person, stale, timed pause,
/// progressing, unknown, healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Degraded or aborted: a person has to repair it.
    Repair,
    /// Waits for a person.
    Person,
    /// The data is old.
    Stale,
    /// A timed pause.
    Timer,
    /// Moves by itself.
    Moving,
    /// Cannot be told.
    Unknown,
    /// All is well.
    Healthy,
}

/// The mark.
#[must_use]
pub fn mark(subject: &Subject<'_>) -> Mark {
    let _ = subject;
    todo!()
}

/// The state in words, for the list of a channel: `waits for you`, `scaling pods`, `waits: preview`, `healthy`,
/// `aborted`, `invalid spec`, `not observed`, `promoting…`.
#[must_use]
pub fn state_words(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}

/// How urgent.
#[must_use]
pub fn urgency(subject: &Subject<'_>) -> Urgency {
    let _ = subject;
    todo!()
}

/// Whether a person is needed: the `!` of column 2, the count in the header, the lines of `needs you`.
#[must_use]
pub fn needs_person(subject: &Subject<'_>) -> bool {
    matches!(urgency(subject), Urgency::Repair | Urgency::Person)
}

/// Why a person is needed (or what it does else), in one line: `paused at step 4/8, no timer: waits for a person`.
#[must_use]
pub fn reason(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}

/// For how long it stands so, or until when: `12m03s`, `in 1m48s`; in one unit when `tight`. Empty: not known.
#[must_use]
pub fn for_how_long(subject: &Subject<'_>, tight: bool) -> String {
    let _ = (subject, tight);
    todo!()
}
