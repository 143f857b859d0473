//! A plan of a deploy and its outcome as text: where to, which version, what it will cause, then object by object what
//! differs.

use crate::deploy::plan::{Item, Plan, Verdict};
use crate::deploy::progress::{Fate, Outcome};
use std::fmt::Write as _;

/// A plan in lines. Texts of a cluster in it are clean already; who prints it cleans what comes from files.
#[must_use]
pub fn plan(plan: &Plan) -> Vec<String> {
    let mut lines = head(plan);
    for item in &plan.items {
        lines.extend(object(item));
    }
    for missing in &plan.missing {
        let how = match (&missing.unknown, missing.fatal) {
            (Some(why), _) => format!("not known whether it is there: {why}"),
            (None, true) => "missing; without it the controller refuses the rollout".to_owned(),
            (None, false) => "missing; without it no pod starts".to_owned(),
        };
        lines.push(format!("needs {}: {how} ({}: {})", missing.what, missing.place, missing.needed_by));
    }
    match &plan.left_over {
        Ok(left_over) => {
            for left in left_over {
                let how = left.kept.clone().unwrap_or_else(|| "--prune removes it".to_owned());
                lines.push(format!("left over: {}: no longer deployed; {how}", left.identity));
            }
        }
        Err(_) if plan.service.is_none() => {}
        Err(why) => lines.push(format!("left-overs cannot be told: {why}")),
    }
    lines.extend(plan.warnings.iter().map(|warning| format!("warning: {warning}")));
    lines.push(plan.summary());
    lines
}

fn head(plan: &Plan) -> Vec<String> {
    let target = &plan.target;
    let server = plan.server.as_deref().map(|version| format!(" · {version}")).unwrap_or_default();
    let mut lines = vec![format!(
        "channel {} · cluster {} (context {}) · namespace {}{server}",
        target.channel, target.cluster, target.context, target.namespace
    )];
    if let Some(service) = &plan.service {
        let now = plan.from.as_deref().unwrap_or("none by rolltop");
        lines.push(format!("service {service}: version {now} → {}", plan.to.as_deref().unwrap_or("not known")));
    }
    for parameter in &plan.parameters {
        lines.push(format!("  {} = {} ({})", parameter.name, parameter.value, parameter.origin));
    }
    for consequence in &plan.consequences {
        lines.push(format!("{}: {}", consequence.object, consequence.words.join(" · ")));
        lines.extend(consequence.warnings.iter().map(|warning| format!("  warning: {warning}")));
    }
    lines
}

fn object(item: &Item) -> Vec<String> {
    let sign = match item.verdict {
        Verdict::Created => '+',
        Verdict::Changed => '~',
        Verdict::Unchanged => '=',
        Verdict::Conflict | Verdict::Refused => '!',
        Verdict::Unknown => '?',
    };
    let mut lines = vec![format!("{sign} {}: {}", item.title, item.verdict.word())];
    for change in &item.changes {
        if !change.path.is_empty() {
            lines.push(format!("    {}", change.path));
        }
        lines.extend(change.lines.iter().map(|line| format!("    {} {}", line.sign.mark(), line.text)));
    }
    for conflict in &item.conflicts {
        let mut line = format!("    {} is owned by {}", conflict.field, conflict.who);
        if let Some(since) = conflict.since {
            let _ = write!(line, " since {since}");
        }
        if let (Some(live), Some(ours)) = (&conflict.live, &conflict.ours) {
            let _ = write!(line, ": {live}, would be {ours}");
        }
        lines.push(line);
    }
    for fault in &item.faults {
        lines.push(format!("    error: {}: {}", fault.place, fault.trouble.sentence));
        lines.extend(fault.trouble.hint.iter().map(|hint| format!("     hint: {hint}")));
    }
    lines.extend(item.notes.iter().map(|note| format!("    note: {note}")));
    lines
}

/// What became of it, in three lists: applied, failed, not tried.
#[must_use]
pub fn outcome(outcome: &Outcome) -> Vec<String> {
    let mut lines = Vec::new();
    let list = |words: &[&str]| -> Vec<String> {
        let of = outcome.fates.iter().filter(|(_, fate)| words.contains(&fate.word()));
        of.map(|(identity, fate)| match fate {
            Fate::Applied { resource_version, .. } => format!("{identity} (resourceVersion {resource_version})"),
            _ => identity.to_string(),
        })
        .collect()
    };
    for (title, words) in [
        ("applied", &["applied"][..]),
        ("removed", &["removed"]),
        ("failed", &["failed", "moved"]),
        ("not known", &["unknown"]),
        ("not tried", &["not-tried"]),
        ("unchanged", &["unchanged"]),
    ] {
        let found = list(words);
        if !found.is_empty() {
            lines.push(format!("{title}: {}", found.join(", ")));
        }
    }
    lines
}
