//! Feed: what the edge of the cluster is asked about deploys by a screen, and what it tells, as plain data. Commands, which
//! wait, call `cluster::deploy` by its functions.

use super::plan::{Plan, Target};
use super::progress::{Choices, Outcome, Progress};
use super::records::Deployer;
use crate::argo::feed::{RequestId, Trouble};
use crate::names::{Namespace, SourceId};
use crate::service::rendered::Rendered;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// The parameters of a service that were deployed last.
    Last {
        /// Number for the answer.
        request: RequestId,
        /// Which cluster.
        source: SourceId,
        /// `None`: the context's own.
        namespace: Option<Namespace>,
        /// The service.
        service: String,
        /// The release channel.
        channel: String,
    },
    /// Make a plan: reads and dry-runs, stores nothing.
    Plan {
        /// Number for the answer.
        request: RequestId,
        /// Which cluster.
        source: SourceId,
        /// Where; an empty namespace is the context's own.
        target: Box<Target>,
        /// What.
        rendered: Arc<Rendered>,
    },
    /// Carry a plan out.
    Apply {
        /// Number for the answers.
        request: RequestId,
        /// Which cluster.
        source: SourceId,
        /// The plan that was confirmed.
        plan: Arc<Plan>,
        /// What was chosen beside it.
        choices: Choices,
        /// Who deploys.
        deployer: Deployer,
        /// Why; for the record.
        reason: Option<String>,
    },
}

impl Order {
    /// Its number.
    #[must_use]
    pub const fn request(&self) -> RequestId {
        match self {
            Self::Last { request, .. } | Self::Plan { request, .. } | Self::Apply { request, .. } => *request,
        }
    }

    /// Which cluster it is for.
    #[must_use]
    pub const fn source(&self) -> SourceId {
        match self {
            Self::Last { source, .. } | Self::Plan { source, .. } | Self::Apply { source, .. } => *source,
        }
    }
}

/// What is told.
#[derive(Clone, Debug, PartialEq)]
pub enum News {
    /// The parameters that were deployed last; none: it never was, or by somebody else.
    Last(RequestId, Result<BTreeMap<String, String>, Trouble>),
    /// A plan, or why there is none.
    Planned(RequestId, Result<Arc<Plan>, Trouble>),
    /// One object is being written, or was.
    Progress(RequestId, Progress),
    /// All that could be done was done.
    Ended(RequestId, Result<Outcome, Trouble>),
}
