//! The node: the object below a rollout that the keys of a rollout's screens speak of: the one under the cursor of the
//! revisions tree, else the rollout itself.

use super::state::State;
use crate::argo::feed::ObjectRef;
use std::sync::Arc;

/// What stands under the cursor.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// The rollout itself.
    Rollout,
    /// A revision, by its number.
    Revision(i64),
    /// A ReplicaSet: name and uid.
    ReplicaSet(Arc<str>, Arc<str>),
    /// A pod: name and uid.
    Pod(Arc<str>, Arc<str>),
    /// An AnalysisRun: name and uid.
    AnalysisRun(Arc<str>, Arc<str>),
    /// An Experiment: name and uid.
    Experiment(Arc<str>, Arc<str>),
    /// A job of an AnalysisRun, by its name.
    Job(Arc<str>),
}

impl Node {
    /// The object, to read it in full; `None` for a revision, which is none.
    #[must_use]
    pub fn object(&self, rollout: &crate::argo::rollout::Rollout) -> Option<ObjectRef> {
        let of = |kind: &str, name: &Arc<str>, uid: Option<&Arc<str>>| {
            Some(ObjectRef { kind: kind.into(), name: name.clone(), uid: uid.cloned() })
        };
        match self {
            Self::Rollout => of("Rollout", &rollout.meta.name, Some(&rollout.meta.uid)),
            Self::Revision(_) => None,
            Self::ReplicaSet(name, uid) => of("ReplicaSet", name, Some(uid)),
            Self::Pod(name, uid) => of("Pod", name, Some(uid)),
            Self::AnalysisRun(name, uid) => of("AnalysisRun", name, Some(uid)),
            Self::Experiment(name, uid) => of("Experiment", name, Some(uid)),
            Self::Job(name) => of("Job", name, None),
        }
    }
}

impl State {
    /// The node that the keys speak of.
    #[must_use]
    pub fn node(&self) -> Node {
        Node::Rollout
    }
}
