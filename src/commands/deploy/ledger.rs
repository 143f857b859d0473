//! Ledger: the record of a headless deploy: a line in the log of writes before each request and one after it, and a line on
//! stderr for each object.

use super::Options;
use crate::audit::applying::{Applied, Applying};
use crate::audit::{Audit, Entry as Line, From};
use crate::commands::outcome::warn;
use crate::deploy::progress::{Entry, Fate, Ledger, Progress};
use crate::deploy::records::Deployer;

/// The record.
pub struct Book {
    log: Audit,
    deploy_id: String,
    reason: String,
    json: bool,
    under_way: Option<Line>,
}

impl Book {
    /// A record in this log.
    pub fn new(log: Audit, deployer: &Deployer, options: &Options) -> Self {
        Self {
            log,
            deploy_id: deployer.id.clone(),
            reason: options.reason.clone().unwrap_or_default(),
            json: options.json,
            under_way: None,
        }
    }
}

impl Ledger for Book {
    fn before(&mut self, entry: &Entry<'_>) -> Result<(), String> {
        let target = &entry.plan.target;
        let applying = Applying {
            from: From::Command,
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
        if let Some(trouble) = &begun.trouble {
            warn(trouble);
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
            warn(&trouble);
        }
    }

    #[expect(clippy::print_stderr, reason = "stderr is where a headless command tells how far it is; no UI is up then")]
    fn progress(&mut self, progress: Progress) {
        if let Progress::Ended { identity, fate } = progress
            && !self.json
        {
            eprintln!("{}: {}", crate::clean::clean(&identity.to_string()), fate.word());
        }
    }
}
