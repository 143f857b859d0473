//! `audit`: the log of writes, shown; and the way of a headless write: a line before it, the write, a line after it, and an
//! event on the rollout where that is wished and allowed.

use super::base::{Base, Ready};
use super::fleet::Found;
use super::format::line;
use super::outcome::{Failure, code, warn, warn_all};
use crate::argo::deed::plan::{Object, Plan};
use crate::argo::deed::told::Told;
use crate::argo::feed::Answer;
use crate::audit::{self, Attempt, Audit, From, Limits, Need, Who, read};
use crate::config::settings::Settings;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};
use tokio::task::JoinHandle;

/// The folder of rolltop's state.
fn folder(base: &Base) -> Option<PathBuf> {
    base.state_home.as_deref().map(|home| home.join("rolltop"))
}

/// Where the log lies; `None`: there is no folder for it.
#[must_use]
pub fn path(base: &Base) -> Option<PathBuf> {
    folder(base).as_deref().map(audit::path)
}

/// The log, open for writing as the configuration wishes.
#[must_use]
pub fn open_log(base: &Base, settings: &Settings) -> Audit {
    let record = &settings.record;
    let need = if record.required { Need::Required } else { Need::Wished };
    let limits = Limits { large: record.max_size, keep: record.keep };
    Audit::open(folder(base).as_deref(), Who::here(&base.user), need, limits)
}

/// A write that was answered.
pub struct Sent {
    /// How.
    pub answer: Answer,
    telling: Option<JoinHandle<Result<(), String>>>,
}

impl Sent {
    /// Waits until the event is made, or cannot be: the process must not end before. No longer than a request takes.
    pub async fn told(telling: Telling) {
        if let Some(telling) = telling.0 {
            // The write was done all the same.
            if let Ok(Err(why)) = telling.await {
                warn(&why);
            }
        }
    }

    /// The answer, and the event that is on its way.
    #[must_use]
    pub fn split(self) -> (Answer, Telling) {
        (self.answer, Telling(self.telling))
    }
}

/// An event that is on its way.
pub struct Telling(Option<JoinHandle<Result<(), String>>>);

/// Sends a plan, once, on the record. The event about it is made meanwhile: what follows does not wait for it.
///
/// # Errors
/// The log cannot be written and the configuration requires it: nothing was sent.
pub async fn send(
    base: &Base,
    ready: &Ready,
    found: &Found,
    plan: &Plan,
    reason: Option<&str>,
    dry_run: bool,
) -> Result<Sent, Failure> {
    let settings = &ready.resolved.settings;
    let mut log = open_log(base, settings);
    let meta = &found.rollout.meta;
    let namespace = meta.namespace();
    let attempt = Attempt {
        from: From::Command,
        channel: ready.channel(&found.source),
        cluster: found.source.cluster.as_str(),
        context: &found.source.context,
        namespace: &namespace,
        name: &meta.name,
        plan,
        reason: reason.unwrap_or_default(),
        dry_run,
    };
    let begun = log.before(&attempt).map_err(|why| Failure::new(code::NOT_ALLOWED, why))?;
    warn_all(begun.trouble.as_slice());
    let answer = found.connection.write(&namespace, &meta.name, plan, dry_run).await;
    warn_all(log.after(begun.entry, &answer).as_slice());
    let resource_version = match &answer {
        Answer::Accepted { resource_version } => resource_version.clone(),
        // Half of it was done, and that is told.
        Answer::Partly { .. } => "".into(),
        Answer::Moved { .. } | Answer::Refused(_) | Answer::Unknown(_) => return Ok(Sent { answer, telling: None }),
    };
    // What belongs to no rollout has none to tell on.
    if settings.record.events && !dry_run && !stands_alone(plan) {
        let told = Told {
            deed: plan.deed.clone(),
            uid: plan.seen.uid.clone(),
            resource_version,
            user: log.who().user.clone(),
            host: log.who().host.clone(),
            why: reason.unwrap_or_default().to_owned(),
        };
        let (connection, name) = (found.connection.clone(), meta.name.clone());
        let telling = tokio::spawn(async move { connection.tell(&namespace, &name, &told).await });
        return Ok(Sent { answer, telling: Some(telling) });
    }
    Ok(Sent { answer, telling: None })
}

/// An AnalysisRun or Experiment of no rollout stands in the place of one.
fn stands_alone(plan: &Plan) -> bool {
    plan.requests.iter().any(|request| match &request.object {
        Object::Run(named) | Object::Experiment(named) => named.uid == plan.seen.uid,
        Object::Rollout | Object::Workload(..) => false,
    })
}

/// Shows the newest writes of the log, at most so many.
///
/// # Errors
/// A log that cannot be read.
pub fn run(base: &Base, most: usize, json: bool, out: &mut dyn Write) -> Result<u8, Failure> {
    let none = || Failure::failed("there is no log of writes: neither XDG_STATE_HOME nor HOME is set");
    let log = path(base).ok_or_else(none)?;
    let found = read::newest(&log, most).map_err(|why| unreadable(&log, &why))?;
    if !json {
        for line in found.words(&log) {
            writeln!(out, "{line}")?;
        }
        out.flush()?;
        return Ok(code::DONE);
    }
    for record in &found.records {
        let whole = Whole { id: &record.id, before: record.before.as_ref(), after: record.after.as_ref() };
        out.write_all(line(&whole)?.as_bytes())?;
    }
    out.flush()?;
    Ok(code::DONE)
}

fn unreadable(log: &Path, why: &std::io::Error) -> Failure {
    Failure::failed(format!("the log of writes {} cannot be read: {why}", log.display()))
}

/// Both lines of a write; the newest write first.
#[derive(Serialize)]
struct Whole<'a> {
    id: &'a str,
    before: Option<&'a serde_json::Value>,
    after: Option<&'a serde_json::Value>,
}
