//! Consent: who has to agree before something is sent: the settings, a person, the cluster.

use super::Options;
use super::subject::Subject;
use super::told::Teller;
use crate::app::deeds::around;
use crate::argo::deed::plan::Plan;
use crate::argo::feed::Permission;
use crate::clean::clean;
use crate::commands::ask::agreed;
use crate::commands::base::{Base, Ready};
use crate::commands::outcome::{Failure, code, warn};
use crate::config::settings::{Channel, Confirm};
use jiff::Timestamp;
use std::io::Write;

fn channel<'a>(ready: &'a Ready, subject: &Subject) -> &'a Channel {
    &ready.resolved.settings.channels[subject.found.source.channel]
}

/// Whether the release channel takes writes at all, and takes them without a reason.
///
/// # Errors
/// It does not.
pub fn by_settings(ready: &Ready, subject: &Subject, options: &Options) -> Result<(), Failure> {
    let channel = channel(ready, subject);
    let reasoned = options.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty());
    // As in the UI a brake does not wait for one.
    if channel.require_reason && !reasoned && !options.dry_run && !subject.deed.is_brake() {
        let what = format!("release channel {} wants a reason for each write; nothing was sent", channel.name);
        return Err(Failure::bad_input(what).hint("add --reason TEXT: it goes into the record"));
    }
    let why = match channel.confirm {
        _ if options.dry_run => return Ok(()),
        _ if channel.read_only => "is read-only",
        Confirm::Deny => "takes no writes (confirm = \"deny\")",
        Confirm::Enter | Confirm::TypeName => return Ok(()),
    };
    let what = format!("release channel {} {why}; nothing was sent", channel.name);
    Err(Failure::new(code::NOT_ALLOWED, what).hint("the configuration says so (rolltop config show)"))
}

/// Says which protections of the channel do not allow this now; it is sent all the same.
pub fn warn_of_times(ready: &Ready, subject: &Subject) {
    for (_, words) in around::times(channel(ready, subject), &subject.deed, Timestamp::now()) {
        warn(&words);
    }
}

/// `--yes`, or an answer on the terminal: `y`, or the name where the channel is protected. A brake is never harder than
/// `y`.
///
/// # Errors
/// Not confirmed, or nobody to ask.
pub fn by_person(base: &Base, teller: &Teller<'_>, plan: &Plan) -> Result<(), Failure> {
    let options = teller.options;
    if options.yes || options.dry_run {
        return Ok(());
    }
    let channel = channel(teller.ready, teller.subject);
    let object = teller.object();
    let typed = channel.confirm == Confirm::TypeName && !plan.deed.is_brake();
    if !base.terminal.stdin {
        let what = if channel.confirm == Confirm::TypeName {
            format!("{object}: writes in release channel {} need --yes; nothing was sent", channel.name)
        } else {
            format!("{object}: nobody can be asked here (stdin is no terminal); nothing was sent")
        };
        return Err(Failure::bad_input(what).hint("look at it with rolltop get, then add --yes"));
    }
    let name = &*teller.subject.called.1;
    let mut stderr = std::io::stderr();
    for note in &plan.notes {
        writeln!(stderr, "note: {}", clean(note))?;
    }
    let how = if typed { "type its name to go on: ".to_owned() } else { "[y/N] ".to_owned() };
    agreed(&teller.phrase(), typed.then_some(name), &how)
}

/// Asks the cluster what is allowed, and refuses in words that name the missing right.
///
/// # Errors
/// A right is missing.
pub async fn by_cluster(subject: &Subject, plan: &Plan) -> Result<(), Failure> {
    let found = &subject.found;
    let namespace = found.rollout.meta.namespace();
    let access = found.connection.access(&namespace).await;
    for right in plan.rights() {
        if let Permission::Denied(why) = access.of(right) {
            let why = if why.is_empty() { String::new() } else { format!(" ({why})") };
            let what = format!(
                "you may not {} in namespace {namespace} of cluster {}{why}; nothing was sent",
                right.words(),
                found.source.cluster
            );
            return Err(Failure::new(code::NOT_ALLOWED, what).hint(format!(
                "{}; all of them are in the role rolltop-operator (assets/rbac/operator.yaml)",
                right.needs()
            )));
        }
    }
    Ok(())
}
