//! Told: the plan and how it came out, in lines for people or in one JSON object for scripts.

use super::Options;
use crate::clean::clean;
use crate::commands::format::{Form, data};
use crate::commands::outcome::{Failure, code, code_of, warn};
use crate::deploy::plan::{Identity, Plan};
use crate::deploy::progress::{Fate, Outcome, Progress};
use crate::engine::ledger::Told as Meanwhile;
use crate::report::deploy::{self, FateReport, PlanReport, text};
use crate::report::rollout::API_VERSION;
use serde::Serialize;
use std::io::Write;

/// How it came out, in a word that scripts can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Close {
    /// Everything was as it should be: nothing was sent.
    NothingToDo,
    /// The plan cannot be carried out: nothing was sent.
    Refused,
    /// All of it was applied.
    Applied,
    /// The server would take all of it.
    DryRun,
    /// It stopped at an object.
    Stopped,
    /// It stopped at an object, and whether that one was applied is not known.
    Unknown,
    /// It was applied, and the rollouts are healthy.
    Healthy,
    /// It was applied, and a rollout waits for a person.
    Waiting,
    /// It was applied, and a rollout is degraded or aborted.
    Degraded,
    /// It was applied, and a rollout is not done in time.
    TimedOut,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    api_version: &'static str,
    kind: &'static str,
    outcome: Close,
    message: &'a str,
    reason: Option<&'a str>,
    plan: PlanReport,
    objects: Vec<FateReport>,
}

/// Who tells.
pub struct Teller<'a> {
    /// What was asked for.
    pub options: &'a Options,
}

impl Teller<'_> {
    /// How it ended for one cluster.
    pub fn end(
        &self,
        close: Close,
        plan: &Plan,
        outcome: Option<&Outcome>,
        words: &str,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        if self.options.json {
            let report = Report {
                api_version: API_VERSION,
                kind: "DeployOutcome",
                outcome: close,
                message: words,
                reason: self.options.reason.as_deref(),
                plan: deploy::plan(plan),
                objects: outcome.map(deploy::outcome).unwrap_or_default(),
            };
            out.write_all(data(Form::Json, &report)?.as_bytes())?;
            return Ok(out.flush()?);
        }
        if let Some(outcome) = outcome {
            lines(&text::outcome(outcome), out)?;
        }
        // What failed is told on stderr, once.
        if !matches!(close, Close::Refused | Close::Stopped | Close::Unknown | Close::Degraded | Close::TimedOut) {
            lines(&[format!("{}: {words}", plan.target.cluster)], out)?;
        }
        Ok(())
    }
}

/// The plan in lines.
///
/// # Errors
/// stdout fails.
pub fn plan(plan: &Plan, out: &mut dyn Write) -> Result<(), Failure> {
    lines(&text::plan(plan), out)
}

/// The plan as JSON.
///
/// # Errors
/// stdout fails.
pub fn json(plan: &Plan, out: &mut dyn Write) -> Result<(), Failure> {
    out.write_all(data(Form::Json, &deploy::plan(plan))?.as_bytes())?;
    Ok(out.flush()?)
}

/// Why it stopped, and how to go on.
pub fn stopped(identity: &Identity, fate: &Fate, outcome: &Outcome, command: &str) -> Failure {
    let applied = outcome.with("applied").len() + outcome.with("removed").len();
    let left = outcome.with("not-tried").len();
    let so_far = match (applied, left) {
        (0, _) => "nothing was applied before it".to_owned(),
        (n, 0) => format!("{n} applied before it"),
        (n, left) => format!("{n} applied before it, {left} not tried"),
    };
    let go_on = format!("go on with the same deploy: {command}; what is applied stays and costs no write");
    match fate {
        Fate::Failed(failed) | Fate::Unknown(failed) => {
            let place = failed.place.as_ref().map(|place| format!("{place}: ")).unwrap_or_default();
            let what = format!("{place}{identity}: {}; {so_far}", failed.trouble.sentence);
            let hint = match &failed.trouble.hint {
                Some(hint) => format!("{hint}; then {go_on}"),
                None => go_on,
            };
            Failure::new(code_of(&failed.trouble).max(code::FAILED), what).hint(hint)
        }
        Fate::Moved { what } => {
            let hint = format!("look at the difference again (rolltop diff), then {go_on}");
            Failure::failed(format!("{what}: it was not written; {so_far}")).hint(hint)
        }
        _ => Failure::failed(format!("{identity}: {}; {so_far}", fate.word())).hint(go_on),
    }
}

fn lines(lines: &[String], out: &mut dyn Write) -> Result<(), Failure> {
    for line in lines {
        writeln!(out, "{}", clean(line))?;
    }
    Ok(out.flush()?)
}

/// What goes on, on stderr.
#[expect(clippy::print_stderr, reason = "stderr is where a headless command tells how far it is; no UI is up then")]
pub fn meanwhile(told: Meanwhile, json: bool) {
    match told {
        Meanwhile::Trouble(words) => warn(&words),
        Meanwhile::Progress(Progress::Ended { identity, fate }) if !json => {
            eprintln!("{}: {}", clean(&identity.to_string()), fate.word());
        }
        Meanwhile::Progress(_) => {}
    }
}
