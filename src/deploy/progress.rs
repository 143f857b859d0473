//! Progress: how a plan is carried out, object by object, and how it ended: what is applied, what failed, what was not
//! tried.

use super::plan::{Identity, Plan};
use crate::argo::feed::Trouble;
use crate::config::problem::Place;
use std::collections::BTreeSet;

/// What was chosen beside the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// Take the fields over that others own, of these objects; of all of them with `take_over_all`.
    pub take_over: BTreeSet<Identity>,
    /// Take over whatever the plan lists as a conflict.
    pub take_over_all: bool,
    /// Remove these left-overs; of all that the plan lists with `prune_all`.
    pub prune: BTreeSet<Identity>,
    /// Remove all left-overs that may be removed.
    pub prune_all: bool,
    /// The server checks and stores nothing.
    pub dry_run: bool,
}

impl Choices {
    /// Whether the conflicts of an object are taken over.
    #[must_use]
    pub fn takes_over(&self, identity: &Identity) -> bool {
        self.take_over_all || self.take_over.contains(identity)
    }

    /// Whether a left-over is removed.
    #[must_use]
    pub fn prunes(&self, identity: &Identity) -> bool {
        self.prune_all || self.prune.contains(identity)
    }
}

/// A step on the way.
#[derive(Clone, Debug, PartialEq)]
pub enum Progress {
    /// The request for an object is being sent.
    Sending {
        /// Which object.
        identity: Identity,
        /// It is removed, not applied.
        removes: bool,
    },
    /// It ended.
    Ended {
        /// Which object.
        identity: Identity,
        /// How.
        fate: Fate,
    },
}

/// How it ended for one object.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// It was as it should be: nothing was sent.
    Skipped,
    /// Applied.
    Applied {
        /// resourceVersion after the write.
        resource_version: String,
        /// The answer was lost; reading it again showed that it was applied.
        found_later: bool,
    },
    /// Removed.
    Removed,
    /// It is not the object any more that the plan was made on: nothing was sent, the plan has to be made again.
    Moved {
        /// What is different, in words.
        what: String,
    },
    /// Not taken: nothing was stored.
    Failed(Box<Failed>),
    /// No answer came, and reading it again did not tell whether it was stored.
    Unknown(Box<Failed>),
    /// It was not its turn yet.
    NotTried,
}

/// Why an object failed.
#[derive(Clone, Debug, PartialEq)]
pub struct Failed {
    /// What failed and why, and what to try.
    pub trouble: Trouble,
    /// Where in the files it stands.
    pub place: Option<Place>,
}

impl Fate {
    /// As scripts read it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Skipped => "unchanged",
            Self::Applied { .. } => "applied",
            Self::Removed => "removed",
            Self::Moved { .. } => "moved",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
            Self::NotTried => "not-tried",
        }
    }

    /// Whether the deploy goes on behind it.
    #[must_use]
    pub const fn is_good(&self) -> bool {
        matches!(self, Self::Skipped | Self::Applied { .. } | Self::Removed)
    }
}

/// How a deploy ended: every object of the plan, and every left-over that was to be removed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Object by object, in order.
    pub fates: Vec<(Identity, Fate)>,
}

impl Outcome {
    /// Whether all of it was done.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.fates.iter().all(|(_, fate)| fate.is_good())
    }

    /// What stopped it.
    #[must_use]
    pub fn stopped_by(&self) -> Option<(&Identity, &Fate)> {
        let stops = |fate: &Fate| !fate.is_good() && !matches!(fate, Fate::NotTried);
        self.fates.iter().find(|(_, fate)| stops(fate)).map(|(identity, fate)| (identity, fate))
    }

    /// The objects with a fate, by its word.
    #[must_use]
    pub fn with(&self, word: &str) -> Vec<&Identity> {
        self.fates.iter().filter(|(_, fate)| fate.word() == word).map(|(identity, _)| identity).collect()
    }

    /// How a fate of an object is known.
    #[must_use]
    pub fn of(&self, identity: &Identity) -> Option<&Fate> {
        self.fates.iter().find(|(other, _)| other == identity).map(|(_, fate)| fate)
    }

    /// resourceVersion of an object that was applied.
    #[must_use]
    pub fn version_of(&self, identity: &Identity) -> Option<&str> {
        match self.of(identity) {
            Some(Fate::Applied { resource_version, .. }) => Some(resource_version),
            _ => None,
        }
    }
}

/// A write that is about to be sent, for the record.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<'a> {
    /// The plan that it belongs to.
    pub plan: &'a Plan,
    /// Which object.
    pub identity: &'a Identity,
    /// `PATCH` or `DELETE`.
    pub method: &'static str,
    /// Path on the API server, without the query.
    pub path: &'a str,
    /// The body.
    pub body: &'a serde_json::Value,
    /// Uid of the object that was found; empty: it is new.
    pub uid: &'a str,
    /// The resourceVersion that the write is bound to; empty: it is new.
    pub resource_version: &'a str,
    /// Fields of other managers are taken over.
    pub forced: bool,
    /// The server checks and stores nothing.
    pub dry_run: bool,
}

/// Who is told before a write is sent and after it ended. `audit` stands behind it; the edge of the cluster does not know.
pub trait Ledger: Send {
    /// A write is about to be sent.
    ///
    /// # Errors
    /// It must not be sent, in words.
    fn before(&mut self, entry: &Entry<'_>) -> Result<(), String>;

    /// It ended.
    fn after(&mut self, fate: &Fate);

    /// Something worth telling while it goes on.
    fn progress(&mut self, progress: Progress);
}
