//! Acted: who else did something to the rollout in the last minutes. Managed fields tell which program wrote to it; the
//! events on it, where they are watched, which person did what and why. The controller is nobody.

use crate::app::model::Mark;
use crate::app::present::{Subject, about, time};
use crate::argo::event::KubeEvent;
use crate::argo::story::last_told;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// What somebody did in this time is told.
const LATELY: SignedDuration = SignedDuration::from_mins(5);
/// So many events are told one by one, the newest.
const MOST: usize = 3;
/// Letters of an event's message.
const LONGEST: usize = 140;
/// How rolltop calls itself in managed fields and events.
const OURSELVES: &str = "rolltop";
/// An event comes after its write; both times are rounded to seconds.
const ROUNDED: SignedDuration = SignedDuration::from_secs(2);

/// The events about the rollout and what belongs to it.
#[derive(Clone, Debug, PartialEq)]
pub enum Events<'a> {
    /// They are not watched here: nothing is said about them.
    Unwatched,
    /// They are not known, for this reason.
    Unknown(String),
    /// These.
    Known {
        /// Oldest first.
        told: &'a [Arc<KubeEvent>],
        /// Who is at this machine: what this user did is no warning.
        user: &'a str,
    },
}

/// Who acted, newest first.
pub(super) fn lines(subject: &Subject<'_>, events: &Events<'_>) -> Vec<(Mark, String)> {
    let told = told(subject, events);
    let by_us: Vec<Timestamp> =
        told.iter().filter(|(event, _)| teller(event) == OURSELVES).map(|(_, at)| *at).collect();
    let mut writers = about::writers_within(subject, LATELY);
    // Each once, by its newest write: a program has an entry for every part of the object.
    writers.sort_by(|a, b| (&a.manager, b.time).cmp(&(&b.manager, a.time)));
    writers.dedup_by(|b, a| a.manager == b.manager);
    let mut lines: Vec<(Timestamp, Mark, String)> = Vec::new();
    for writer in writers {
        let Some(at) = writer.time else { continue };
        // The event of that write says more.
        let is_told = |told: &Timestamp| told.saturating_add(ROUNDED).is_ok_and(|told| told >= at);
        if &*writer.manager == OURSELVES && by_us.iter().any(is_told) {
            continue;
        }
        lines.push((at, Mark::Attention, format!("{} wrote to it {}", writer.manager, ago(subject, at))));
    }
    let user = match events {
        Events::Known { user, .. } => format!(" by {user}@"),
        _ => String::new(),
    };
    for (event, at) in told.iter().take(MOST) {
        let (who, when) = (teller(event), ago(subject, *at));
        lines.push(if who == OURSELVES {
            let own = event.message.contains(&user);
            (*at, if own { Mark::Absent } else { Mark::Attention }, format!("{when}: {}", cut(&event.message)))
        } else {
            (*at, Mark::Attention, format!("{when}: {who} told {}: {}", event.reason, cut(&event.message)))
        });
    }
    lines.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    let mut lines: Vec<(Mark, String)> = lines.into_iter().map(|(_, mark, words)| (mark, words)).collect();
    if told.len() > MOST {
        lines.push((Mark::Attention, format!("{} more events of the last 5 minutes", told.len() - MOST)));
    }
    if let Events::Unknown(why) = events {
        lines.push((Mark::Unknown, format!("whether events tell of somebody else is not known: {why}")));
    }
    lines
}

/// The events on the rollout itself that somebody else than the controller made lately, newest first, with their times.
fn told<'a>(subject: &Subject<'_>, events: &Events<'a>) -> Vec<(&'a KubeEvent, Timestamp)> {
    let Events::Known { told, .. } = events else { return Vec::new() };
    let now = subject.context.cluster_now;
    let mut lately: Vec<(&KubeEvent, Timestamp)> = told
        .iter()
        .filter(|event| &*event.about.kind == "Rollout" && event.about.uid == subject.rollout.meta.uid)
        .filter(|event| !about::is_controller_name(teller(event)))
        .filter_map(|event| Some((&**event, last_told(event)?)))
        .filter(|(_, at)| time::between(*at, now) < LATELY)
        .collect();
    lately.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
    lately
}

/// Who made an event.
fn teller(event: &KubeEvent) -> &str {
    if event.source.component.is_empty() { &event.reporting_component } else { &event.source.component }
}

fn ago(subject: &Subject<'_>, at: Timestamp) -> String {
    match subject.age_tight(at) {
        age if age == "now" => "just now".to_owned(),
        age => format!("{age} ago"),
    }
}

fn cut(words: &str) -> String {
    if words.chars().count() <= LONGEST {
        return words.to_owned();
    }
    words.chars().take(LONGEST).chain(['…']).collect()
}
