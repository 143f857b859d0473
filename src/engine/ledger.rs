//! Ledger: the record of a deploy, from the UI and from commands alike: a line in the log of writes before each request
//! and one after it.

use crate::audit::applying::{Applied, Applying};
use crate::audit::{Audit, Entry as Line, From};
use crate::deploy::progress::{Entry, Fate, Ledger, Progress};

/// The record of one deploy.
pub struct Book {
    log: Audit,
    from: From,
    deploy_id: String,
    reason: String,
    tell: Box<dyn FnMut(Told) + Send>,
    under_way: Option<Line>,
}

/// What is told meanwhile.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// How far it is.
    Progress(Progress),
    /// The log of writes cannot be written, in words.
    Trouble(String),
}

impl std::fmt::Debug for Book {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Book").field("deploy_id", &self.deploy_id).finish_non_exhaustive()
    }
}

impl Book {
    /// A record in this log, of the deploy with this number.
    pub fn new(log: Audit, from: From, deploy_id: &str, reason: &str, tell: impl FnMut(Told) + Send + 'static) -> Self {
        Self {
            log,
            from,
            deploy_id: deploy_id.to_owned(),
            reason: reason.to_owned(),
            tell: Box::new(tell),
            under_way: None,
        }
    }
}

impl Ledger for Book {
    fn before(&mut self, entry: &Entry<'_>) -> Result<(), String> {
        let target = &entry.plan.target;
        let applying = Applying {
            from: self.from,
            channel: &target.channel,
            cluster: &target.cluster,
            context: &target.context,
            namespace: entry.identity.namespace.as_deref().unwrap_or_default(),
            service: entry.plan.service.as_deref().unwrap_or_default(),
            object: &entry.identity.to_string(),
            removes: entry.method == "DELETE",
            method: entry.method,
            path: entry.path,
            body: entry.body,
            uid: entry.uid,
            resource_version: entry.resource_version,
            forced: entry.forced,
            deploy_id: &self.deploy_id,
            version_from: entry.plan.from.as_deref().unwrap_or_default(),
            version_to: entry.plan.to.as_deref().unwrap_or_default(),
            reason: &self.reason,
            dry_run: entry.dry_run,
        };
        let begun = self.log.before_applying(&applying)?;
        if let Some(trouble) = begun.trouble {
            (self.tell)(Told::Trouble(trouble));
        }
        self.under_way = Some(begun.entry);
        Ok(())
    }

    fn after(&mut self, fate: &Fate) {
        let Some(line) = self.under_way.take() else { return };
        let (message, version) = match fate {
            Fate::Applied { resource_version, found_later: true } => {
                ("the answer was lost; read again, it is applied", resource_version.as_str())
            }
            Fate::Applied { resource_version, .. } => ("", resource_version.as_str()),
            Fate::Moved { what } => (what.as_str(), ""),
            Fate::Failed(failed) | Fate::Unknown(failed) => (failed.trouble.sentence.as_str(), ""),
            Fate::Skipped | Fate::Removed | Fate::NotTried => ("", ""),
        };
        let applied = Applied { word: fate.word(), message, resource_version: version };
        if let Some(trouble) = self.log.after_applying(line, applied) {
            (self.tell)(Told::Trouble(trouble));
        }
    }

    fn progress(&mut self, progress: Progress) {
        (self.tell)(Told::Progress(progress));
    }
}

impl Drop for Book {
    /// The program ends while a request is under way: nobody waits for its answer.
    fn drop(&mut self) {
        if let Some(line) = self.under_way.take() {
            // Nobody is left to be told.
            let _ = self.log.unanswered(line);
        }
    }
}
