//! Act: everything that changes something, from the command line. The same rules, the same guard and the same requests
//! as the keys of the UI: [`plan`](crate::argo::deed::plan) decides, the edge of the cluster reads again and compares,
//! and it is sent once.
//!
//! In this order: find the object and what the deed needs to know (`subject`), look at the conditions, decide, ask
//! the settings, a person and the cluster whether it may be (`consent`), send, tell (`told`), follow (`follow`).

mod consent;
mod follow;
mod subject;
mod told;

use super::audit::{self, Sent};
use super::base::{Base, Ready};
use super::fleet::block_on;
use super::outcome::{Failure, code, warn, warn_all};
use crate::argo::deed::plan::{Guard, Plan};
use crate::argo::feed::Answer;
use std::io::Write;
use std::time::Duration;
use subject::Subject;
use told::{Close, More, Teller};

/// What is to be done, and to which object.
#[derive(Clone, Debug)]
pub enum Wish {
    /// Something to the rollout of this name.
    Rollout(String, To),
    /// The end of an AnalysisRun.
    TerminateRun(String),
    /// The end of an Experiment.
    TerminateExperiment(String),
    /// An Experiment that stands by itself begins again.
    RetryExperiment(String),
    /// A finished AnalysisRun goes.
    DeleteRun(String),
}

/// What is done to a rollout.
#[derive(Clone, Debug)]
pub enum To {
    /// Its pause is ended.
    Promote,
    /// The step that runs is skipped.
    SkipStep,
    /// All steps that are left are skipped.
    SkipAllSteps,
    /// Steps, pauses and analysis are skipped.
    PromoteFull,
    /// Its update is given up.
    Abort,
    /// Its aborted update begins again.
    Retry,
    /// It is held.
    Pause,
    /// It is held no longer.
    Resume,
    /// It gets new pods, this long from now.
    Restart(Duration),
    /// It goes back: to this revision, or to the stable one.
    Undo(Option<i64>),
    /// Containers (`*`: all) get images.
    SetImage(Vec<(String, String)>),
    /// It has this many pods.
    Scale(i32),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to do.
    pub wish: Wish,
    /// Do not ask.
    pub yes: bool,
    /// Why, in the words of who does it.
    pub reason: Option<String>,
    /// Follow to the outcome, for at most this long.
    pub wait: Option<Duration>,
    /// The server checks and stores nothing.
    pub dry_run: bool,
    /// One JSON object on stdout instead of sentences.
    pub json: bool,
    /// Only while the rollout is at this step (its index, as `get` shows it).
    pub if_step: Option<i32>,
    /// Only while this is the revision of the rollout.
    pub if_revision: Option<i64>,
}

/// Does it.
///
/// # Errors
/// Nothing to do, not confirmed, not allowed, refused by the server, not known.
pub fn run(base: &Base, options: &Options, out: &mut dyn Write) -> Result<u8, Failure> {
    let ready = base.ready()?;
    warn_all(&ready.warnings);
    if ready.access.read_only && !options.dry_run {
        return Err(Failure::new(code::NOT_ALLOWED, "--readonly: nothing is written; nothing was sent"));
    }
    // One runtime from the first request to the last: a connection does not outlive the one it was made on.
    block_on(carry_out(base, &ready, options, out))?
}

async fn carry_out(base: &Base, ready: &Ready, options: &Options, out: &mut dyn Write) -> Result<u8, Failure> {
    let subject = Subject::find(ready, &options.wish).await?;
    let teller = Teller { ready, subject: &subject, options };
    if let Some(words) = unmet(&subject, options) {
        teller.tell(out, Close::Unmet, &words, More::default())?;
        return Err(Failure::failed(format!("{}: {words}", teller.object())).hint("look at it again, then decide anew"));
    }
    let plan = match subject.decide() {
        Ok(plan) => bound(plan, options),
        Err(refusal) => return Err(teller.nothing_to_do(&refusal, out)?),
    };
    consent::by_settings(ready, &subject, options)?;
    consent::warn_of_times(ready, &subject);
    consent::by_person(base, &teller, &plan)?;
    consent::by_cluster(&subject, &plan).await?;

    let (answer, telling) = send(base, &teller, &plan).await?.split();
    let ended = conclude(&teller, &plan, answer, out).await;
    Sent::told(telling).await;
    ended
}

/// Tells what was answered, and follows what comes of it where that is wished.
async fn conclude(teller: &Teller<'_>, plan: &Plan, answer: Answer, out: &mut dyn Write) -> Result<u8, Failure> {
    let options = teller.options;
    let version = match (answer, options.wait) {
        (Answer::Accepted { resource_version }, _) => resource_version,
        // Nobody knows whether it happened: what is watched will tell.
        (Answer::Unknown(trouble), Some(limit)) if !options.dry_run => {
            warn(&format!("{}; looking whether it happened", trouble.sentence));
            return follow::to_the_end(teller, plan, limit, out).await;
        }
        (other, _) => return Err(teller.refused(&other, out)?),
    };
    let more = More { resource_version: Some(version).filter(|version| !version.is_empty()), ..More::default() };
    if options.dry_run {
        teller.tell(out, Close::DryRun, "the server would take it (dry run, nothing was stored)", more)?;
        return Ok(code::DONE);
    }
    match options.wait {
        None => {
            let words = format!("{}: the server took it; --wait follows what comes of it", plan.deed.verb());
            teller.tell(out, Close::Accepted, &words, more)?;
            teller.remarks(plan);
            Ok(code::DONE)
        }
        Some(limit) => follow::to_the_end(teller, plan, limit, out).await,
    }
}

/// Sends, once, on the record.
async fn send(base: &Base, teller: &Teller<'_>, plan: &Plan) -> Result<Sent, Failure> {
    let (subject, options) = (teller.subject, teller.options);
    let found = &subject.found;
    tracing::info!(
        action = plan.deed.verb(),
        object = teller.object(),
        reason = options.reason,
        dry_run = options.dry_run,
        "sending"
    );
    let reason = options.reason.as_deref();
    let sent = audit::send(base, teller.ready, found, plan, reason, options.dry_run).await?;
    tracing::info!(action = plan.deed.verb(), object = teller.object(), answer = ?sent.answer, "answered");
    Ok(sent)
}

/// Which condition is not met, in words.
fn unmet(subject: &Subject, options: &Options) -> Option<String> {
    let rollout = &subject.found.rollout;
    let total = rollout.spec.steps().len();
    let at = rollout.status.current_step_index.unwrap_or(0);
    if let Some(wanted) = options.if_step {
        if total == 0 {
            return Some(format!("it has no steps, and --if-step {wanted} was asked for; nothing was sent"));
        }
        if at != wanted {
            return Some(format!("it is at step {at}/{total}, not at {wanted} (--if-step); nothing was sent"));
        }
    }
    let revision = rollout.meta.revision();
    let wanted = options.if_revision.filter(|wanted| *wanted != revision)?;
    Some(format!("it is at revision {revision}, not at {wanted} (--if-revision); nothing was sent"))
}

/// A brake is decided anew on the newest object. Where it was asked for at one step or revision only, it holds to the
/// object that was looked at, as everything else does.
fn bound(mut plan: Plan, options: &Options) -> Plan {
    if options.if_step.is_some() || options.if_revision.is_some() {
        plan.guard = Guard::Exact;
    }
    plan
}
