//! Consent: who has to agree before something is applied: the settings of the channel, and a person who saw the plan.

use super::Options;
use super::wish::{Site, channel};
use crate::app::deeds::around;
use crate::commands::ask::agreed;
use crate::commands::base::{Base, Ready};
use crate::commands::outcome::{Failure, code, warn};
use crate::config::settings::{Confirm, Moment};
use crate::deploy::plan::{Plan, Verdict};
use jiff::Timestamp;
use std::io::Write;

/// Whether the release channel takes writes at all, and has the reason that it wants.
///
/// # Errors
/// It does not.
pub fn by_settings(ready: &Ready, sites: &[Site], options: &Options) -> Result<(), Failure> {
    let Some(site) = sites.first() else { return Ok(()) };
    let channel = channel(ready, &site.source);
    if options.dry_run {
        return Ok(());
    }
    let why = if channel.read_only {
        "is read-only"
    } else if channel.confirm == Confirm::Deny {
        "takes no writes (confirm = \"deny\")"
    } else if channel.require_reason && options.reason.as_deref().unwrap_or_default().trim().is_empty() {
        let what = format!("release channel {} needs a reason for every write; nothing was sent", channel.name);
        return Err(Failure::bad_input(what).hint("add --reason TEXT"));
    } else {
        return Ok(());
    };
    let what = format!("release channel {} {why}; nothing was sent", channel.name);
    Err(Failure::new(code::NOT_ALLOWED, what).hint("the configuration says so (rolltop config show)"))
}

/// Says which protections of the channel do not allow a deploy now; it goes on all the same.
pub fn warn_of_times(ready: &Ready, sites: &[Site]) {
    let Some(site) = sites.first() else { return };
    for (_, words) in around::closed(channel(ready, &site.source), Moment::Deploy, Timestamp::now()) {
        warn(&words);
    }
}

/// Without `--yes` somebody has to be there; else it is found out only behind a plan.
///
/// # Errors
/// Nobody is.
pub fn somebody_to_ask(base: &Base, ready: &Ready, sites: &[Site], options: &Options) -> Result<(), Failure> {
    if options.yes || options.dry_run || base.terminal.stdin {
        return Ok(());
    }
    let name = sites.first().map(|site| ready.channel(&site.source)).unwrap_or_default();
    let what = format!(
        "a deploy to release channel {name} needs --yes where nobody can be asked (stdin is no terminal); nothing was sent"
    );
    Err(Failure::bad_input(what).hint("look at it with rolltop diff, then add --yes"))
}

/// `--yes`, or an answer on the terminal: `y`, or the channel's name where it is protected.
///
/// # Errors
/// Not confirmed.
pub fn by_person(base: &Base, ready: &Ready, plans: &[&Plan], options: &Options) -> Result<(), Failure> {
    let Some(plan) = plans.first().filter(|_| !options.yes && !options.dry_run) else { return Ok(()) };
    let name = &plan.target.channel;
    if !base.terminal.stdin {
        return Err(Failure::bad_input(format!("a deploy to release channel {name} needs --yes; nothing was sent")));
    }
    let typed = ready
        .resolved
        .settings
        .channels
        .iter()
        .any(|channel| channel.name.as_str() == name && channel.confirm == Confirm::TypeName);
    let what =
        plan.service.as_ref().map_or_else(|| "these manifests".to_owned(), |service| format!("service {service}"));
    let mut sends = plans.iter().map(|plan| plan.sent().count()).sum::<usize>();
    if options.prune {
        sends += plans.iter().map(|plan| plan.prunable().count()).sum::<usize>();
    }
    let clusters: Vec<&str> = plans.iter().map(|plan| plan.target.cluster.as_str()).collect();
    let forced = plans.iter().map(|plan| plan.count(Verdict::Conflict)).sum::<usize>();
    if forced > 0 {
        writeln!(std::io::stderr(), "note: fields of others are taken over in {forced} objects")?;
    }
    let how = if typed { format!("type {name} to go on: ") } else { "[y/N] ".to_owned() };
    let question = format!("deploy {what} to {name} ({}), {sends} writes", clusters.join(", "));
    agreed(&question, typed.then_some(name.as_str()), &how)
}
