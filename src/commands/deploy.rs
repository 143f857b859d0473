//! Deploy: a service, or plain manifests, to a release channel. Plan, consent, apply, tell, follow; nothing is sent
//! before the consent, and what is sent is what the plan showed.
//!
//! `wish` is what is to be deployed and where, `manifests` and `service` read it, `consent` asks settings and person, `told` prints, `follow` waits for the outcome. [`diff`] is the first half alone.

mod consent;
pub mod diff;
mod follow;
mod manifests;
mod service;
mod told;
mod wish;

pub use wish::{What, Wish};

use super::audit;
use super::base::{Base, Ready};
use super::fleet::{self, block_on};
use super::outcome::{Failure, code, warn, warn_all};
use crate::argo::picture::{self, Children, Phase};
use crate::audit::From;
use crate::cluster::deploy::Told;
use crate::cluster::oneshot::Connection;
use crate::deploy::plan::{Plan, Verdict};
use crate::deploy::progress::{Choices, Fate, Outcome};
use crate::deploy::records::Deployer;
use crate::engine::ledger::Book;
use std::io::Write;
use std::time::Duration;
use told::{Close, Teller};
use wish::{Settled, Site};

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to deploy.
    pub wish: Wish,
    /// Do not ask.
    pub yes: bool,
    /// Why, in the words of who does it.
    pub reason: Option<String>,
    /// Follow to the outcome, for at most this long.
    pub wait: Option<Duration>,
    /// The server checks and stores nothing.
    pub dry_run: bool,
    /// Take over fields that others own.
    pub force_conflicts: bool,
    /// Remove what is no longer deployed.
    pub prune: bool,
    /// One JSON object on stdout instead of sentences.
    pub json: bool,
}

/// Deploys.
///
/// # Errors
/// Bad input, not confirmed, not allowed, refused, stopped half-way, not known.
pub fn run(base: &Base, options: &Options, out: &mut dyn Write) -> Result<u8, Failure> {
    let ready = base.ready()?;
    warn_all(&ready.warnings);
    if ready.access.read_only {
        return Err(Failure::new(code::NOT_ALLOWED, "--readonly: nothing is deployed; nothing was sent"));
    }
    let sites = options.wish.sites(&ready)?;
    consent::by_settings(&ready, &sites, options)?;
    consent::warn_of_times(&ready, &sites);
    consent::somebody_to_ask(base, &ready, &sites, options)?;
    let settled = options.wish.settle(base, &ready, sites)?;
    // One runtime from the first request to the last: a connection does not outlive the one it was made on.
    block_on(all(base, &ready, options, &settled, out))?
}

/// A site with its plan.
struct Planned<'a> {
    site: &'a Site,
    connection: Connection,
    plan: Plan,
}

/// Plans all clusters of the channel, asks once, and applies cluster by cluster: the next only behind one that is done.
async fn all(
    base: &Base,
    ready: &Ready,
    options: &Options,
    settled: &Settled<'_>,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let mut planned = Vec::new();
    for site in &settled.sites {
        planned.push(plan(ready, settled, site).await?);
    }
    let teller = Teller { options };
    for one in &planned {
        if !options.json {
            told::plan(&one.plan, out)?;
        }
    }
    for one in &planned {
        if let Some(failure) = in_the_way(&one.plan, options) {
            teller.end(Close::Refused, &one.plan, None, &failure.words(), out)?;
            return Err(failure);
        }
    }
    let open: Vec<&Plan> = planned.iter().map(|one| &one.plan).filter(|plan| !is_done(plan, options)).collect();
    if !open.is_empty() {
        consent::by_person(base, ready, &open, options)?;
    }
    let serial = !options.dry_run && planned.first().is_some_and(|one| one.site.is_serial(ready));
    for (at, one) in planned.iter().enumerate() {
        let later = planned[at + 1..].iter().filter(|other| !is_done(&other.plan, options));
        let later: Vec<&str> = later.map(|other| other.plan.target.cluster.as_str()).collect();
        if is_done(&one.plan, options) {
            teller.end(Close::NothingToDo, &one.plan, None, "nothing to do: everything is as it should be", out)?;
        } else {
            match one.carry_out(base, ready, options, out).await {
                Ok(code::DONE) => {}
                other => {
                    if !later.is_empty() {
                        warn(&format!("not touched: {}", later.join(", ")));
                    }
                    return other;
                }
            }
        }
        if serial
            && !later.is_empty()
            && let Some(why) = one.not_converged().await
        {
            let what = format!("{why}; not touched: {}", later.join(", "));
            let hint = format!(
                "the clusters of a channel are served one after the other (runtime_order = \"serial\"): once it is healthy go \
                 on with {}",
                one.site.command(options)
            );
            return Err(Failure::new(code::TIMED_OUT, what).hint(hint));
        }
    }
    Ok(code::DONE)
}

async fn plan<'a>(ready: &Ready, settled: &Settled<'_>, site: &'a Site) -> Result<Planned<'a>, Failure> {
    let connection = fleet::open(ready, &site.source).await.map_err(|trouble| Failure::of_troubles([&trouble]))?;
    let rendered = settled.rendered(site, &connection).await?;
    for warning in &rendered.warnings {
        warn(&warning.to_string());
    }
    let target = site.target(&connection);
    let plan = connection.plan(&target, &rendered).await;
    let plan = plan.map_err(|trouble| Failure::of_troubles([&trouble]))?;
    Ok(Planned { site, connection, plan })
}

/// Whether nothing is to be sent.
fn is_done(plan: &Plan, options: &Options) -> bool {
    plan.is_done() && !(options.prune && plan.prunable().next().is_some())
}

/// What stands in the way of a plan.
fn in_the_way(plan: &Plan, options: &Options) -> Option<Failure> {
    let nothing = "nothing was applied";
    if plan.is_refused() {
        let troubles = plan.items.iter().filter(|item| item.is_in_the_way()).flat_map(|item| &item.faults);
        let mut failure = Failure { code: code::FAILED, faults: Vec::new() };
        for fault in troubles {
            let mut one = Failure::of_troubles([&fault.trouble]);
            failure.code = failure.code.max(one.code);
            if let Some(first) = one.faults.first_mut() {
                first.what = format!("{}: {}; {nothing}", fault.place, first.what);
            }
            failure.faults.append(&mut one.faults);
        }
        for missing in plan.missing.iter().filter(|missing| missing.fatal && missing.unknown.is_none()) {
            let what = format!("{}: {} is missing ({}); {nothing}", missing.place, missing.what, missing.needed_by);
            let one = Failure::failed(what).hint("deploy it with the rollout, or create it first");
            failure.faults.extend(one.faults);
        }
        return Some(failure);
    }
    if plan.has_conflicts() && !options.force_conflicts {
        let conflicts = plan.items.iter().filter(|item| item.verdict == Verdict::Conflict);
        let fields: Vec<String> = conflicts
            .flat_map(|item| {
                item.conflicts.iter().map(move |one| format!("{} {} ({})", item.identity, one.field, one.who))
            })
            .collect();
        let what = format!("fields that others own would change: {}; {nothing}", fields.join(", "));
        return Some(Failure::failed(what).hint("--force-conflicts takes them over, once you know why they differ"));
    }
    None
}

impl Planned<'_> {
    /// Why the next cluster has to wait; `None`: this one is healthy.
    async fn not_converged(&self) -> Option<String> {
        let cluster = &self.plan.target.cluster;
        for item in self.plan.items.iter().filter(|item| item.identity.is_rollout()) {
            let namespace = item.identity.namespace.as_deref().unwrap_or_default().into();
            let rollout = match self.connection.get(&namespace, &item.identity.name).await {
                Ok(Some(rollout)) => rollout,
                Ok(None) => return Some(format!("{cluster}: {} is not there", item.identity)),
                Err(trouble) => return Some(trouble.sentence),
            };
            let picture = picture::of(&rollout, Children::default(), fleet::now_there(&self.connection));
            if picture.phase != Phase::Healthy {
                return Some(format!("{cluster}: {} is {}", item.identity, follow::words(&rollout, &picture)));
            }
        }
        None
    }

    async fn carry_out(
        &self,
        base: &Base,
        ready: &Ready,
        options: &Options,
        out: &mut dyn Write,
    ) -> Result<u8, Failure> {
        let log = audit::open_log(base, &ready.resolved.settings);
        let who = log.who().clone();
        let now = fleet::now_there(&self.connection);
        let seconds = now.round(jiff::Unit::Second).unwrap_or(now);
        let deployer = Deployer {
            who: format!("{}@{}", who.user, who.host),
            at: seconds.to_string(),
            // Two that begin in the same microsecond are two processes.
            id: format!("{:x}-{:x}", now.as_microsecond(), std::process::id()),
        };
        let choices = Choices {
            take_over_all: options.force_conflicts,
            prune_all: options.prune,
            dry_run: options.dry_run,
            ..Choices::default()
        };
        tracing::info!(
            channel = self.plan.target.channel,
            context = self.plan.target.context,
            service = self.plan.service,
            deploy = deployer.id,
            "deploying"
        );
        let json = options.json;
        let reason = options.reason.as_deref().unwrap_or_default();
        let mut book = Book::new(log, From::Command, &deployer.id, reason, move |told| told::meanwhile(told, json));
        let outcome = self.connection.apply(&self.plan, &choices, &deployer, &mut book).await;
        tracing::info!(?outcome, "deployed");
        let telling = self.tell(ready, options, &who, &outcome).await;
        let ended = self.conclude(options, &outcome, out).await;
        for one in telling {
            // The deploy was done all the same.
            if let Ok(Err(why)) = one.await {
                warn(&why);
            }
        }
        ended
    }

    async fn conclude(&self, options: &Options, outcome: &Outcome, out: &mut dyn Write) -> Result<u8, Failure> {
        let teller = Teller { options };
        if let Some((identity, fate)) = outcome.stopped_by() {
            let failure = told::stopped(identity, fate, outcome, &self.site.command(options));
            let close = if matches!(fate, Fate::Unknown(_)) { Close::Unknown } else { Close::Stopped };
            teller.end(close, &self.plan, Some(outcome), &failure.words(), out)?;
            return Err(failure);
        }
        if options.dry_run {
            let words = "the server would take it (dry run, nothing was stored)";
            teller.end(Close::DryRun, &self.plan, Some(outcome), words, out)?;
            return Ok(code::DONE);
        }
        let Some(limit) = options.wait else {
            let words = "deployed; --wait follows what comes of it";
            teller.end(Close::Applied, &self.plan, Some(outcome), words, out)?;
            return Ok(code::DONE);
        };
        follow::to_the_end(self, options, outcome, limit, out).await
    }

    /// Events on the Rollouts that were written, while what follows goes on.
    async fn tell(
        &self,
        ready: &Ready,
        options: &Options,
        who: &crate::audit::Who,
        outcome: &Outcome,
    ) -> Vec<tokio::task::JoinHandle<Result<(), String>>> {
        let mut telling = Vec::new();
        if options.dry_run || !ready.resolved.settings.record.events {
            return telling;
        }
        for item in self.plan.items.iter().filter(|item| item.identity.is_rollout()) {
            let Some(version) = outcome.version_of(&item.identity) else { continue };
            let namespace = item.identity.namespace.as_deref().unwrap_or_default().into();
            let rollout = self.connection.get(&namespace, &item.identity.name).await;
            let Ok(Some(rollout)) = rollout else { continue };
            let what = self.plan.to.as_ref().map(|to| format!("version {to} ")).unwrap_or_default();
            let why = options.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            let told = Told {
                namespace,
                name: item.identity.name.clone(),
                uid: rollout.meta.uid.to_string(),
                resource_version: version.to_owned(),
                message: format!("{what}deployed by {}@{} with rolltop{why}", who.user, who.host),
                host: who.host.clone(),
            };
            let connection = self.connection.clone();
            telling.push(tokio::spawn(async move { connection.tell_deploy(&told).await }));
        }
        telling
    }
}
