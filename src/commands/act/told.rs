//! Told: how it came out: sentences for people, or one JSON object for scripts.

use super::Options;
use super::subject::Subject;
use crate::argo::deed::Deed;
use crate::argo::deed::plan::Plan;
use crate::argo::deed::refusal::Refusal;
use crate::argo::feed::{Answer, Trouble};
use crate::clean::clean;
use crate::commands::base::Ready;
use crate::commands::format::line;
use crate::commands::outcome::{Failure, code_of, warn};
use crate::report::rollout::API_VERSION;
use serde::Serialize;
use std::io::Write;

/// How it came out, in a word that scripts can rely on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Close {
    /// The server took it.
    Accepted,
    /// The controller is at it.
    UnderWay,
    /// The controller did it, as watched.
    Reacted,
    /// The server would take it.
    DryRun,
    /// There was nothing to do, or the server said no: nothing was done.
    Refused,
    /// A condition of the command line is not met: nothing was sent.
    Unmet,
    /// The object changed meanwhile: nothing was done, or it was overtaken.
    Moved,
    /// The first of two requests was taken, the second was not.
    Partly,
    /// It may or may not have happened.
    Unknown,
}

/// What only some outcomes have.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct More {
    /// resourceVersion after the write.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_version: Option<Box<str>>,
    /// The step before and now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<Moved>,
}

/// From which step to which, of how many.
#[derive(Serialize)]
pub struct Moved {
    /// Index before.
    pub from: i32,
    /// Index now.
    pub to: i32,
    /// How many there are.
    pub total: usize,
}

/// The JSON object.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    api_version: &'static str,
    kind: &'static str,
    action: &'static str,
    channel: &'a str,
    cluster: &'a str,
    namespace: &'a str,
    /// The object's kind and name; a rollout's uid.
    object: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
    outcome: Close,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(flatten)]
    more: More,
}

/// Tells.
pub struct Teller<'a> {
    /// What is settled.
    pub ready: &'a Ready,
    /// What it is about.
    pub subject: &'a Subject,
    /// What was asked for.
    pub options: &'a Options,
}

impl Teller<'_> {
    /// The object and its place: `rollout web in production (cluster east, namespace shop)`.
    pub fn object(&self) -> String {
        let found = &self.subject.found;
        let channel = self.ready.channel(&found.source);
        let (kind, name) = &self.subject.called;
        format!(
            "{kind} {name} in {channel} (cluster {}, namespace {})",
            found.source.cluster, found.rollout.meta.namespace
        )
    }

    /// What is to be done, as a question begins.
    pub fn phrase(&self) -> String {
        let words = match &self.subject.deed {
            Deed::TerminateRun { .. } | Deed::TerminateExperiment { .. } => "terminate",
            Deed::DeleteRun { .. } => "delete",
            Deed::RetryExperiment { .. } => "retry",
            other => other.words(),
        };
        format!("{words} {}", self.object())
    }

    /// Tells an outcome. A failure is told on stderr by who returns it; here only in JSON.
    ///
    /// # Errors
    /// stdout fails.
    pub fn tell(&self, out: &mut dyn Write, close: Close, words: &str, more: More) -> Result<(), Failure> {
        let found = &self.subject.found;
        let (object, name) = &self.subject.called;
        if self.options.json {
            if close == Close::UnderWay {
                return Ok(());
            }
            let told = Outcome {
                api_version: API_VERSION,
                kind: "ActionOutcome",
                action: self.subject.deed.verb(),
                channel: self.ready.channel(&found.source),
                cluster: found.source.cluster.as_str(),
                namespace: &found.rollout.meta.namespace,
                object,
                name,
                uid: self.subject.is_rollout().then_some(&*found.rollout.meta.uid),
                outcome: close,
                message: words,
                reason: self.options.reason.as_deref(),
                more,
            };
            out.write_all(line(&told)?.as_bytes())?;
        } else if matches!(close, Close::Accepted | Close::UnderWay | Close::Reacted | Close::DryRun) {
            writeln!(out, "{}: {}", clean(&self.object()), clean(words))?;
        }
        out.flush()?;
        Ok(())
    }

    /// What a person should know of it, on stderr.
    pub fn remarks(&self, plan: &Plan) {
        if !self.options.json {
            plan.notes.iter().for_each(|note| warn(note));
        }
    }

    /// There is nothing to do.
    ///
    /// # Errors
    /// stdout fails.
    pub fn nothing_to_do(&self, refusal: &Refusal, out: &mut dyn Write) -> Result<Failure, Failure> {
        let words = refusal.sentence();
        self.tell(out, Close::Refused, &words, More::default())?;
        let words = format!("{}: {words}", self.object());
        Ok(match refusal {
            Refusal::BadImage(_) | Refusal::BadReplicas(_) => Failure::bad_input(words),
            _ => Failure::failed(words),
        })
    }

    /// What an answer other than `Accepted` means.
    ///
    /// # Errors
    /// stdout fails.
    pub fn refused(&self, answer: &Answer, out: &mut dyn Write) -> Result<Failure, Failure> {
        let with_hint = |failure: Failure, trouble: &Trouble| match &trouble.hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        };
        let object = self.object();
        let (close, words, failure) = match answer {
            Answer::Accepted { .. } => return Ok(Failure::failed("accepted")),
            Answer::Moved { sentence } => {
                let failure = Failure::failed(format!("{object} changed in the meantime: {sentence}"))
                    .hint("look at it again, then decide anew");
                (Close::Moved, sentence.clone(), failure)
            }
            Answer::Refused(trouble) => {
                let failure = Failure::new(code_of(trouble), format!("{object}: {}", trouble.sentence));
                (Close::Refused, trouble.sentence.clone(), with_hint(failure, trouble))
            }
            Answer::Partly { done, trouble } => {
                let words = format!("done: {done}; not done: {}", trouble.sentence);
                let failure = Failure::new(code_of(trouble), format!("{object}: {words}"));
                (Close::Partly, words, with_hint(failure, trouble))
            }
            Answer::Unknown(trouble) => {
                let words = format!("it may or may not have happened: {}", trouble.sentence);
                let failure = Failure::failed(format!("{object}: {words}"))
                    .hint("look with rolltop get before trying again; it was sent once and is not repeated");
                (Close::Unknown, words, failure)
            }
        };
        self.tell(out, close, &words, More::default())?;
        Ok(failure)
    }
}
