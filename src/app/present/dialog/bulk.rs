//! One line for each of several rollouts: where, and what would be sent; or why nothing is.

use crate::app::model::Mark;
use crate::app::present::{Subject, version, words};
use crate::argo::deed::plan::Plan;
use crate::argo::deed::{Deed, Extent};

/// The line.
#[must_use]
pub fn line(subject: &Subject<'_>, plan: Result<&Plan, &str>) -> (Mark, String) {
    let context = subject.context;
    let channel = if context.protected { context.channel.to_uppercase() } else { context.channel.to_owned() };
    let mut place = format!("{} · {channel}", words::spelled(context.service));
    if !context.cluster.eq_ignore_ascii_case(context.channel) {
        place = format!("{place} · {}", words::spelled(context.cluster));
    }
    match plan {
        Ok(plan) => (Mark::Ok, format!("{place}: {}", what(subject, &plan.deed))),
        // A line for each: what helps instead is said where one is asked about alone.
        Err(why) => (Mark::Attention, format!("{place}: not, {}", first_clause(why))),
    }
}

fn first_clause(why: &str) -> &str {
    let why = why.strip_prefix("refused: ").unwrap_or(why);
    match why.strip_prefix("changed meanwhile: ") {
        Some(_) => why,
        None => why.split_once(": ").map_or(why, |(first, _)| first),
    }
}

fn what(subject: &Subject<'_>, deed: &Deed) -> String {
    let at = subject.position();
    let at = if at.is_empty() || !subject.is_updating() { String::new() } else { format!(" at {at}") };
    match deed {
        Deed::Promote(Extent::Pause) => format!("promote {}{at}", version::wanted(subject)),
        Deed::Promote(Extent::Full) => format!("promote {} in full{at}", version::wanted(subject)),
        Deed::Abort => format!("abort {}{at}", version::wanted(subject)),
        Deed::Retry => format!("retry {}", version::wanted(subject)),
        Deed::Restart { .. } => words::count(i64::from(subject.picture.replicas.current), "pod", "pods"),
        _ => format!("{}{at}", deed.verb()),
    }
}
