//! Audit: the log of what rolltop wrote, or tried to. One line before a write is sent and one after it ended, joined by an
//! id, in `$XDG_STATE_HOME/rolltop/audit.jsonl`: who, from where, on which object of which cluster, what, why, how it ended.
//!
//! The UI and the headless commands use the same three calls: [`Audit::open`], [`Audit::before`], [`Audit::after`].
//!
//! Must not know: clusters, the terminal, how a write is sent. It is told what is going to be sent and what came of it.
//!
//! Start reading at [`Audit`]; [`mod@file`] is where the lines lie (mode, traps, rotation), [`line`](mod@line) what stands in
//! one, [`calls`] the requests of a plan as an API server sees them, [`mod@applying`] the lines of a deploy, [`read`] what the log tells again.

pub mod applying;
pub mod calls;
pub mod file;
pub mod line;
pub mod read;

use crate::argo::deed::plan::Plan;
use crate::argo::feed::Answer;
use crate::names::Namespace;
pub use file::Limits;
use file::Log;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What happens to a write when the log cannot take its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Need {
    /// It is said, and the write is sent.
    #[default]
    Wished,
    /// The write is not sent.
    Required,
}

/// Who writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The user at this machine, as the environment calls them.
    pub user: String,
    /// The user's number, which the environment cannot change.
    pub user_id: u32,
    /// The machine.
    pub host: String,
}

impl Who {
    /// This user on this machine.
    #[must_use]
    pub fn here(user: &str) -> Self {
        let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let user_id = rustix::process::getuid().as_raw();
        Self { user_id, user: crate::clean::clean(user).into_owned(), host: crate::clean::clean(&host).into_owned() }
    }
}

/// From where a write came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// A person, in a dialog of the UI.
    Ui,
    /// The same on the simulated clusters of the program: no real cluster was written to, whatever its name.
    Demo,
    /// A headless command.
    Command,
}

impl From {
    /// As the log has it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ui => "ui",
            Self::Demo => "demo",
            Self::Command => "command",
        }
    }
}

/// A write that is about to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// From where.
    pub from: From,
    /// The release channel.
    pub channel: &'a str,
    /// The cluster's name for people.
    pub cluster: &'a str,
    /// The kubeconfig context.
    pub context: &'a str,
    /// The rollout's namespace.
    pub namespace: &'a Namespace,
    /// The rollout's name.
    pub name: &'a str,
    /// What is sent.
    pub plan: &'a Plan,
    /// Why, as the person said; empty: not said.
    pub reason: &'a str,
    /// The server checks and stores nothing.
    pub dry_run: bool,
}

/// A write under way: what joins its two lines.
#[derive(Debug)]
pub struct Entry {
    id: String,
    since: Instant,
    about: line::About,
}

impl Entry {
    /// What joins its lines.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }
}

/// What [`Audit::before`] gives where the write may be sent.
#[derive(Debug)]
pub struct Begun {
    /// Goes to [`Audit::after`], or to [`Audit::unanswered`].
    pub entry: Entry,
    /// The log cannot be written, in words. Told once by each [`Audit`].
    pub trouble: Option<String>,
}

/// The log, open for writing.
#[derive(Debug)]
pub struct Audit {
    log: Result<Log, String>,
    who: Who,
    need: Need,
    /// It was said that it cannot be written.
    told: bool,
    count: u64,
}

impl Audit {
    /// A log below the folder of rolltop's state (`$XDG_STATE_HOME/rolltop`). Nothing is touched before the first write;
    /// without a folder no line can be written, which then is said.
    #[must_use]
    pub fn open(state: Option<&Path>, who: Who, need: Need, limits: Limits) -> Self {
        let none = || "there is no folder for it: neither XDG_STATE_HOME nor HOME is set".to_owned();
        Self {
            log: state.map(|folder| Log::new(path(folder), limits)).ok_or_else(none),
            who,
            need,
            told: false,
            count: 0,
        }
    }

    /// The same log for another writer of this process, which tells for itself that it cannot be written.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self { log: self.log.clone(), who: self.who.clone(), need: self.need, told: false, count: self.count }
    }

    /// Who writes.
    #[must_use]
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// Writes down that something is about to be sent.
    ///
    /// # Errors
    /// The log cannot be written and is required: nothing may be sent. In words.
    pub fn before(&mut self, attempt: &Attempt<'_>) -> Result<Begun, String> {
        let now = Timestamp::now();
        let id = self.next_id(now);
        let about = line::About::of(&self.who, attempt);
        let trouble = self.write(&line::before(&id, now, &about, attempt));
        if let (Need::Required, Some(why)) = (self.need, &trouble) {
            return Err(format!("{why}; the configuration requires it (audit.required), nothing was sent"));
        }
        let trouble = trouble.filter(|_| !std::mem::replace(&mut self.told, true));
        Ok(Begun { entry: Entry { id, since: Instant::now(), about }, trouble })
    }

    /// Writes down how it ended. Gives what is wrong with the log, once.
    pub fn after(&mut self, entry: Entry, answer: &Answer) -> Option<String> {
        self.end(entry, &line::Outcome::of(answer))
    }

    /// Writes down that nobody waits for the answer any more. Gives what is wrong with the log, once.
    pub fn unanswered(&mut self, entry: Entry) -> Option<String> {
        self.end(entry, &line::Outcome::unanswered())
    }

    /// An entry ends once, so it is taken.
    fn end(&mut self, entry: Entry, outcome: &line::Outcome) -> Option<String> {
        let Entry { id, since, about } = entry;
        let line = line::after(&id, Timestamp::now(), &about, outcome, since.elapsed());
        self.write(&line).filter(|_| !std::mem::replace(&mut self.told, true))
    }

    fn next_id(&mut self, now: Timestamp) -> String {
        self.count += 1;
        format!("{:x}-{:x}-{}", now.as_microsecond(), std::process::id(), self.count)
    }

    /// What is wrong, if something is.
    fn write(&self, line: &str) -> Option<String> {
        let written = match &self.log {
            Ok(log) => log.append(line).map_err(|why| format!("{}: {why}", log.path().display())),
            Err(why) => Err(why.clone()),
        };
        written.err().map(|why| format!("the audit log cannot be written: {why}"))
    }
}

/// Where the log lies below the folder of rolltop's state.
#[must_use]
pub fn path(state: &Path) -> PathBuf {
    state.join("audit.jsonl")
}

#[cfg(test)]
mod tests;
