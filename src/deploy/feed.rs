//! Feed: what a screen asks for a deploy, and what it is told, as plain data. `app` asks and takes, `engine` reads files
//! and keeps the record, `cluster` asks the API server; none of them knows the others.

use super::plan::{Plan, Target};
use super::progress::{Choices, Outcome, Progress};
use crate::argo::feed::Trouble;
use crate::argo::replicaset::ReplicaSet;
use crate::names::{RolloutKey, SourceId};
use crate::service::catalog::Catalog;
use crate::service::finding::Finding;
use crate::service::settle::Given;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Number of a plan that was asked for, or of a deploy that was sent, unique in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeployId(pub u64);

/// The services that there are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stock {
    /// Services and what was found in their files.
    pub catalog: Catalog,
    /// Which services make a Rollout, by its release channel and name: what their manifests hold when they are rendered
    /// with default parameters.
    pub makers: BTreeMap<(String, String), BTreeSet<String>>,
    /// The other way round: the Rollouts of a service, by service and release channel.
    pub makes: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Stock {
    /// The services that make a Rollout of this name in a channel.
    pub fn makers_of(&self, channel: &str, rollout: &str) -> impl Iterator<Item = &str> {
        self.makers.get(&(channel.to_owned(), rollout.to_owned())).into_iter().flatten().map(String::as_str)
    }

    /// The Rollouts that a service makes in a channel.
    pub fn rollouts_of(&self, service: &str, channel: &str) -> impl Iterator<Item = &str> {
        self.makes.get(&(service.to_owned(), channel.to_owned())).into_iter().flatten().map(String::as_str)
    }
}

/// What is to be deployed, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Through which source.
    pub source: SourceId,
    /// Index of its channel.
    pub channel: usize,
    /// The service's name.
    pub service: String,
    /// Values from outside of the files.
    pub given: Given,
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// Read the services anew.
    Load,
    /// Render a service and make a plan: read and dry-run, nothing is stored.
    Plan(DeployId, Box<Wish>),
    /// Read the ReplicaSets of a Rollout once, by the selector of its pods.
    Sets(RolloutKey, String),
    /// Carry a plan out.
    Apply(DeployId, Box<Applying>),
}

/// A plan that is to be carried out, as it was shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Applying {
    /// Through which source.
    pub source: SourceId,
    /// What was shown.
    pub plan: Arc<Plan>,
    /// What was chosen beside it.
    pub choices: Choices,
    /// Why, as the person typed it.
    pub reason: Option<String>,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq)]
pub enum NoPlan {
    /// What is wrong with values, files and templates. No request was sent.
    Findings(Vec<Finding>),
    /// The cluster could not be asked.
    Trouble(Trouble),
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The services were read.
    Stock(Arc<Stock>),
    /// The ReplicaSets of a Rollout were read, or cannot be.
    Sets(RolloutKey, Result<Vec<Arc<ReplicaSet>>, Trouble>),
    /// A plan was made, or cannot be.
    Planned(DeployId, Result<Arc<Plan>, NoPlan>),
    /// How far a deploy is.
    Progress(DeployId, Progress),
    /// A deploy ended: what became of each object, or why nothing was sent.
    Ended(DeployId, Result<Outcome, Trouble>),
    /// Something worth saying, such as a log that cannot be written.
    Note(SourceId, String),
}

/// The place of a plan; the namespace is the context's own where the configuration names none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// As in the plan, but for the namespace.
    pub target: Target,
    /// The namespace is the one of the context, which only the kubeconfig knows.
    pub own_namespace: bool,
}
