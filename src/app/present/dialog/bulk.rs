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
    let place = format!("{} · {channel} · {}", words::spelled(context.service), words::spelled(context.cluster));
    match plan {
        Ok(plan) => (Mark::Ok, format!("{place}: {}", what(subject, &plan.deed))),
        Err(why) => (Mark::Attention, format!("{place}: not, {why}")),
    }
}

fn what(subject: &Subject<'_>, deed: &Deed) -> String {
    let at = subject.position();
    let at = if at.is_empty() { String::new() } else { format!(" at {at}") };
    match deed {
        Deed::Promote(Extent::Pause) => format!("promote {}{at}", version::wanted(subject)),
        Deed::Promote(Extent::Full) => format!("promote {} in full{at}", version::wanted(subject)),
        Deed::Promote(Extent::Step | Extent::AllSteps) => format!("{}{at}", deed.verb()),
        Deed::Abort => format!("abort {}{at}", version::wanted(subject)),
        Deed::Retry => format!("retry {}", version::wanted(subject)),
        Deed::Restart { .. } => words::count(i64::from(subject.picture.replicas.current), "pod", "pods"),
        _ => format!("{}{at}", deed.verb()),
    }
}
