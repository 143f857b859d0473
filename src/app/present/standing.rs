//! Standing: how a rollout stands, in a mark, a word or two, and how urgently it needs a person.

use super::Subject;
use super::cause;
use super::ladder;
use super::version;
use crate::app::model::Mark;
use crate::argo::phase::{self, Degradation};
use crate::argo::picture::{Phase, Waits};
use crate::argo::rollout::StrategyKind;
use crate::argo::waits;
use jiff::Timestamp;

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

/// What a rollout is doing, more exactly than its phase. Every word about it is chosen from this one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The object could not be read.
    Unreadable,
    /// On its way out.
    Deleting,
    /// The stored spec has not been observed by the controller yet.
    NotObserved,
    /// A retry was asked for, the controller has not acted on it yet.
    Retrying,
    /// An abort was asked for, the controller has not acted on it yet.
    Aborting,
    /// Aborted.
    Aborted,
    /// The controller refuses the spec.
    InvalidSpec,
    /// Past its progress deadline.
    NoProgress,
    /// Degraded for another reason.
    Degraded,
    /// The pause is cleared, the controller has not moved on yet.
    Promoting,
    /// Waits for a person at an untimed pause.
    WaitsForYou,
    /// Paused by hand (`spec.paused`).
    ByHand,
    /// An inconclusive analysis or experiment: a person decides.
    Inconclusive,
    /// Blue-green: the preview waits for promotion.
    Preview,
    /// A pause that ends by itself.
    Timed,
    /// Paused, but not by anything this program knows.
    Paused,
    /// A full promotion.
    PromotingFull,
    /// Pods are restarted.
    Restarting,
    /// An analysis or an experiment runs.
    Analysis,
    /// Pods come and go.
    Scaling,
    /// Moves, but it is not known by what.
    Progressing,
    /// All is well.
    Healthy,
    /// A phase that this program does not know.
    Unknown,
}

/// How it stands.
#[must_use]
pub fn of(subject: &Subject<'_>) -> Standing {
    let (rollout, picture) = (subject.rollout, subject.picture);
    if rollout.unreadable.is_some() {
        return Standing::Unreadable;
    }
    if rollout.meta.deleting.is_some() {
        return Standing::Deleting;
    }
    if subject.is_lagging() {
        return Standing::NotObserved;
    }
    if waits::abort_pending(rollout) && picture.phase != Phase::Degraded {
        return Standing::Aborting;
    }
    if waits::retry_pending(rollout, &picture.message) {
        return Standing::Retrying;
    }
    if subject.is_unpausing() && picture.phase != Phase::Degraded {
        return Standing::Promoting;
    }
    match &picture.phase {
        Phase::Healthy => Standing::Healthy,
        Phase::Degraded => degraded(subject),
        Phase::Paused => paused(subject),
        Phase::Progressing => progressing(subject),
        Phase::Other(_) => Standing::Unknown,
    }
}

fn degraded(subject: &Subject<'_>) -> Standing {
    match phase::degradation(subject.rollout, &subject.picture.message) {
        Degradation::InvalidSpec => Standing::InvalidSpec,
        Degradation::Aborted => Standing::Aborted,
        Degradation::DeadlineExceeded => Standing::NoProgress,
        Degradation::Other => Standing::Degraded,
    }
}

fn paused(subject: &Subject<'_>) -> Standing {
    let pauses = &subject.picture.pauses;
    if subject.rollout.spec.paused {
        return Standing::ByHand;
    }
    if pauses.iter().any(|pause| pause.reason.starts_with("Inconclusive")) {
        return Standing::Inconclusive;
    }
    match subject.picture.waits {
        Waits::Timer { .. } => Standing::Timed,
        Waits::Person { .. } if subject.picture.strategy == StrategyKind::BlueGreen => Standing::Preview,
        Waits::Person { .. } => Standing::WaitsForYou,
        _ => Standing::Paused,
    }
}

fn progressing(subject: &Subject<'_>) -> Standing {
    let message = subject.picture.message.as_str();
    if subject.rollout.status.promote_full {
        Standing::PromotingFull
    } else if message.contains("restarting") {
        Standing::Restarting
    } else {
        match subject.picture.waits {
            Waits::Analysis => Standing::Analysis,
            Waits::Pods => Standing::Scaling,
            // A pause whose phase was lost between two writes of the controller.
            Waits::Person { .. } | Waits::Timer { .. } => paused(subject),
            _ => Standing::Progressing,
        }
    }
}

/// The mark.
#[must_use]
pub fn mark(subject: &Subject<'_>) -> Mark {
    match of(subject) {
        Standing::Unreadable | Standing::Unknown => Mark::Unknown,
        Standing::Aborted => Mark::Aborted,
        Standing::InvalidSpec | Standing::NoProgress | Standing::Degraded => Mark::Bad,
        Standing::WaitsForYou
        | Standing::ByHand
        | Standing::Inconclusive
        | Standing::Preview
        | Standing::Timed
        | Standing::Paused => Mark::Wait,
        Standing::Healthy => Mark::Ok,
        Standing::Deleting
        | Standing::NotObserved
        | Standing::Retrying
        | Standing::Aborting
        | Standing::Promoting
        | Standing::PromotingFull
        | Standing::Restarting
        | Standing::Analysis
        | Standing::Scaling
        | Standing::Progressing => Mark::Busy,
    }
}

/// The state in words, for the list of a channel: `waits for you`, `scaling pods`, `waits: preview`, `healthy`,
/// `aborted`, `invalid spec`, `not observed`, `promoting…`.
#[must_use]
pub fn state_words(subject: &Subject<'_>) -> String {
    let words = match of(subject) {
        Standing::Unreadable => "unreadable",
        Standing::Deleting => "deleting",
        Standing::NotObserved => "not observed",
        Standing::Retrying => "retrying…",
        Standing::Aborting => "aborting…",
        Standing::Aborted => "aborted",
        Standing::InvalidSpec => "invalid spec",
        Standing::NoProgress => "no progress",
        Standing::Degraded => "degraded",
        Standing::Promoting => "promoting…",
        Standing::WaitsForYou => "waits for you",
        Standing::ByHand => "paused by hand",
        Standing::Inconclusive => "inconclusive",
        Standing::Preview => "waits: preview",
        Standing::Timed => "timed pause",
        Standing::Paused => "paused",
        Standing::PromotingFull => "full promotion",
        Standing::Restarting => "restarting",
        Standing::Analysis => "analysis",
        Standing::Scaling => "scaling pods",
        Standing::Progressing => "progressing",
        Standing::Healthy => "healthy",
        Standing::Unknown => match subject.picture.phase.as_str() {
            "" => "unknown",
            word => word,
        },
    };
    words.to_owned()
}

/// How urgent.
#[must_use]
pub fn urgency(subject: &Subject<'_>) -> Urgency {
    let stale = subject.context.stale.is_some();
    match of(subject) {
        Standing::Aborted | Standing::InvalidSpec | Standing::NoProgress | Standing::Degraded => Urgency::Repair,
        Standing::WaitsForYou | Standing::ByHand | Standing::Inconclusive | Standing::Preview => Urgency::Person,
        _ if stale => Urgency::Stale,
        Standing::Timed | Standing::Paused => Urgency::Timer,
        Standing::Unreadable | Standing::Unknown => Urgency::Unknown,
        Standing::Healthy => Urgency::Healthy,
        _ => Urgency::Moving,
    }
}

/// Whether a person is needed: the `!` of column 2, the count in the header, the lines of `needs you`. A pause that
/// ends by itself needs nobody.
#[must_use]
pub fn needs_person(subject: &Subject<'_>) -> bool {
    matches!(urgency(subject), Urgency::Repair | Urgency::Person)
}

/// Why a person is needed (or what it does else), in one line: `paused at 1/6, no timer: waits for a person`.
#[must_use]
pub fn reason(subject: &Subject<'_>) -> String {
    let at = ladder::at_step(subject);
    match of(subject) {
        Standing::Aborted => format!("aborted: {}", cause::of(subject)),
        Standing::InvalidSpec => format!("the controller refuses the spec: {}", cause::of(subject)),
        Standing::NoProgress => format!("no progress{at}: {}", cause::of_no_progress(subject)),
        Standing::Degraded => format!("degraded: {}", cause::of(subject)),
        Standing::WaitsForYou => format!("paused{at}, waits for a person"),
        Standing::ByHand => format!("paused by hand{at} (spec.paused): waits for a person"),
        Standing::Inconclusive => format!("paused{at}, the analysis was inconclusive: a person decides"),
        Standing::Preview => format!("preview {} waits before the cut-over", version::wanted(subject)),
        Standing::Timed if subject.picture.strategy == StrategyKind::BlueGreen => {
            let left = ends_at(subject).map(|until| subject.countdown(until)).unwrap_or_default();
            format!("preview {} waits, cut-over by itself {left}", version::wanted(subject))
        }
        Standing::Timed => match ends_at(subject) {
            Some(until) => match subject.countdown(until).as_str() {
                "due" => format!("paused{at}, the timer is over: the controller goes on"),
                left => format!("paused{at}, goes on by itself {left}"),
            },
            None => format!("paused{at}, goes on by itself"),
        },
        Standing::Unreadable => {
            format!("cannot be read: {}", subject.rollout.unreadable.as_deref().unwrap_or_default())
        }
        Standing::NotObserved => "changed, the controller has not seen it yet".to_owned(),
        Standing::Healthy => "healthy".to_owned(),
        _ => format!("{}{at}", state_words(subject)),
    }
}

/// When the present pause ends by itself.
#[must_use]
pub fn ends_at(subject: &Subject<'_>) -> Option<Timestamp> {
    match subject.picture.waits {
        Waits::Timer { until, .. } => Some(until),
        _ => None,
    }
}

/// Since when it stands so, in the cluster's time, as far as the object tells.
#[must_use]
pub fn since(subject: &Subject<'_>) -> Option<Timestamp> {
    let status = &subject.rollout.status;
    let changed = |kind: &str, value: &str| {
        subject.rollout.condition(kind).filter(|c| &*c.status == value).and_then(|c| c.last_transition_time)
    };
    match of(subject) {
        Standing::Deleting => subject.rollout.meta.deleting,
        Standing::Aborted => status.aborted_at.or_else(|| changed("Progressing", "False")),
        Standing::InvalidSpec => changed("InvalidSpec", "True"),
        Standing::NoProgress | Standing::Degraded => changed("Progressing", "False"),
        Standing::Healthy => changed("Healthy", "True").or_else(|| changed("Available", "True")),
        Standing::WaitsForYou
        | Standing::ByHand
        | Standing::Inconclusive
        | Standing::Preview
        | Standing::Timed
        | Standing::Paused => match subject.picture.waits {
            Waits::Person { since } | Waits::Timer { since, .. } => since,
            _ => subject.picture.pauses.first().and_then(|pause| pause.started_at),
        },
        // What was asked for a moment ago carries no time in the object.
        Standing::NotObserved
        | Standing::Retrying
        | Standing::Aborting
        | Standing::Promoting
        | Standing::Unreadable
        | Standing::Unknown => None,
        _ if subject.is_updating() => changed("Completed", "False").or_else(|| changed("Healthy", "False")),
        _ => changed("Healthy", "False"),
    }
}

/// For how long it stands so, or until when: `12m03s`, `in 1m48s`; in one unit when `tight`. Empty: not known.
#[must_use]
pub fn for_how_long(subject: &Subject<'_>, tight: bool) -> String {
    if of(subject) == Standing::Timed
        && let Some(until) = ends_at(subject)
    {
        return subject.countdown(until);
    }
    match since(subject) {
        Some(then) if tight => subject.age_tight(then),
        Some(then) => subject.age(then),
        None => String::new(),
    }
}
