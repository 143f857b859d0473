//! Plan: what a deploy would change, object by object, decided on one reading of the cluster. A screen, a command and the
//! JSON of a pipeline show the same plan, and what is sent later is what stands in it.

use super::change::Change;
use super::consequence::Consequence;
use crate::argo::feed::Trouble;
use crate::config::problem::Place;
use crate::names::Namespace;
use crate::service::rendered::Value as Parameter;
use jiff::Timestamp;
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// Where something is deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The release channel.
    pub channel: String,
    /// The cluster's name for people.
    pub cluster: String,
    /// The kubeconfig context.
    pub context: String,
    /// The namespace of what names none.
    pub namespace: Namespace,
    /// More namespaces that objects may name.
    pub extra_namespaces: Vec<Namespace>,
    /// Kinds without a namespace that may be deployed here.
    pub cluster_scoped: Vec<String>,
}

/// What a deploy would change.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Where.
    pub target: Target,
    /// Version of the API server; `None`: it did not say.
    pub server: Option<String>,
    /// The service; `None`: plain manifests.
    pub service: Option<String>,
    /// Its application.
    pub application: Option<String>,
    /// The version that runs now, by its label and id, as the last deploy recorded it.
    pub from: Option<String>,
    /// The version that is deployed, by its label and id; `None`: plain manifests have none.
    pub to: Option<String>,
    /// Parameters with their values and where these come from.
    pub parameters: Vec<Parameter>,
    /// What is deployed, in the order in which it is sent.
    pub items: Vec<Item>,
    /// What it will cause, Rollout by Rollout.
    pub consequences: Vec<Consequence>,
    /// What an earlier deploy of this service left, and is deployed no longer; `Err`: it cannot be told, and why.
    pub left_over: Result<Vec<LeftOver>, String>,
    /// What the objects need and the cluster does not have.
    pub missing: Vec<Missing>,
    /// What else to know, once for the whole.
    pub warnings: Vec<String>,
    /// When the cluster was read.
    pub made_at: Timestamp,
}

/// One object of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Which object.
    pub identity: Identity,
    /// As in `services.yaml#2 Service/web`.
    pub title: String,
    /// Where it stands.
    pub place: Place,
    /// What would happen to it.
    pub verdict: Verdict,
    /// What differs, the most important first. A new object is one change that adds everything.
    pub changes: Vec<Change>,
    /// Other managers that own fields which would change.
    pub conflicts: Vec<Conflict>,
    /// Why the server, or rolltop, does not take it, or why that is not known.
    pub faults: Vec<Fault>,
    /// What else to know of it.
    pub notes: Vec<String>,
    /// The object that was found, when the plan was made.
    pub seen: Option<Seen>,
    /// How it is sent.
    pub sending: Sending,
}

/// What is sent for an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Sending {
    /// Its path on the API server.
    pub path: String,
    /// Its resource, as a role names it: `rollouts.argoproj.io`.
    pub resource: String,
    /// The object, without resourceVersion and without the records of the deploy.
    pub body: Arc<Value>,
    /// What the server would store, without what it keeps for itself; `None`: it could not be asked.
    pub intended: Option<Arc<Value>>,
    /// Which version it will say it is: annotations of the object's own metadata.
    pub records: Vec<(String, String)>,
    /// It carries the records of the deploy.
    pub carries_records: bool,
    /// Fields that rolltop's own patches own are taken over with it; nobody has to be asked.
    pub takes_over_own: bool,
}

/// Which object, as the API names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// `apps/v1`; `v1` for the core group.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Its namespace; `None`: it lives in none.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl Identity {
    /// The API group; empty for the core group.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// Whether it is a Rollout of Argo.
    #[must_use]
    pub fn is_rollout(&self) -> bool {
        self.kind == "Rollout" && self.group() == "argoproj.io"
    }

    /// Whether it is a Service of Kubernetes.
    #[must_use]
    pub fn is_service(&self) -> bool {
        self.kind == "Service" && self.api_version == "v1"
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

/// What would happen to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is made.
    Created,
    /// It is changed.
    Changed,
    /// It is as it should be: nothing is sent.
    Unchanged,
    /// Another manager owns what would change: it is sent only when it is to be taken over.
    Conflict,
    /// It would not be taken: the whole plan cannot be carried out.
    Refused,
    /// Whether it would be taken could not be asked.
    Unknown,
}

impl Verdict {
    /// In a word, as scripts and people read it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Conflict => "conflict",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// A field that another manager owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The field, as the server names it: `.spec.replicas`.
    pub field: String,
    /// Its manager, as the server names it.
    pub manager: String,
    /// The manager in words.
    pub who: String,
    /// Since when the manager owns it.
    pub since: Option<Timestamp>,
    /// What the field would be.
    pub ours: Option<String>,
    /// What it is.
    pub live: Option<String>,
}

/// Why something is not taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Where in the files it stands.
    pub place: Place,
    /// What failed and why, and what to try.
    pub trouble: Trouble,
}

/// An object as it was when the plan was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Uid.
    pub uid: String,
    /// resourceVersion.
    pub resource_version: String,
    /// The number of its spec; `None`: the kind has none.
    pub generation: Option<i64>,
    /// `rolltop/deploy-id`.
    pub deploy_id: Option<String>,
    /// All but its status and what is kept in it by servers, controllers and rolltop.
    pub content: Arc<Value>,
}

/// An object that is deployed no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOver {
    /// Which.
    pub identity: Identity,
    /// Its path on the API server.
    pub path: String,
    /// Its resource, as a role names it: `configmaps`.
    pub resource: String,
    /// Uid: another one under the same name stays.
    pub uid: String,
    /// Why it is never removed by a prune; `None`: it may be.
    pub kept: Option<String>,
}

/// Something that an object needs and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// What: `Service web-preview`.
    pub what: String,
    /// What names it: `Rollout/web: spec.strategy.canary.canaryService`.
    pub needed_by: String,
    /// Where.
    pub place: Place,
    /// The controller refuses an object without it; else it is a warning.
    pub fatal: bool,
    /// It could not be looked for, and why; `None`: it is not there.
    pub unknown: Option<String>,
}

impl Plan {
    /// The objects that are sent, conflicts among them, by their place in [`Plan::items`].
    pub fn sent(&self) -> impl Iterator<Item = (usize, &Item)> {
        self.items.iter().enumerate().filter(|(_, item)| item.is_sent())
    }

    /// Whether nothing has to be sent: everything is as it should be. Left-overs do not count.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.items.iter().all(|item| item.verdict == Verdict::Unchanged)
    }

    /// What stands in the way, whatever is chosen: objects that are refused or could not be asked for, and needs without
    /// which nothing would start.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.items.iter().any(Item::is_in_the_way)
            || self.missing.iter().any(|missing| missing.fatal && missing.unknown.is_none())
    }

    /// Whether an object has fields of others that would have to be taken over.
    #[must_use]
    pub fn has_conflicts(&self) -> bool {
        self.items.iter().any(|item| item.verdict == Verdict::Conflict)
    }

    /// How many objects have a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.items.iter().filter(|item| item.verdict == verdict).count()
    }

    /// The left-overs that a prune removes, in the order of removal.
    pub fn prunable(&self) -> impl Iterator<Item = &LeftOver> {
        self.left_over.iter().flatten().filter(|left| left.kept.is_none())
    }

    /// In one line: `1 created, 2 changed, 3 unchanged`.
    #[must_use]
    pub fn summary(&self) -> String {
        let all = [
            Verdict::Created,
            Verdict::Changed,
            Verdict::Conflict,
            Verdict::Refused,
            Verdict::Unknown,
            Verdict::Unchanged,
        ];
        let counted = all.into_iter().map(|verdict| (self.count(verdict), verdict.word()));
        let words: Vec<String> = counted.filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
        if words.is_empty() { "no objects".to_owned() } else { words.join(", ") }
    }
}

impl Item {
    /// Whether nothing may be sent because of it. An object whose namespace the same deploy makes could not be asked for
    /// and is not in the way.
    #[must_use]
    pub fn is_in_the_way(&self) -> bool {
        match self.verdict {
            Verdict::Refused => true,
            Verdict::Unknown => !self.faults.is_empty(),
            _ => false,
        }
    }

    /// Whether a request is sent for it.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        matches!(self.verdict, Verdict::Created | Verdict::Changed | Verdict::Conflict | Verdict::Unknown)
    }
}
