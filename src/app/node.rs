//! The node: the object below a rollout that the keys of a rollout's screens speak of: the one under the cursor of the
//! revisions tree, else the rollout itself.

use super::page;
use super::screen::{RolloutView, Screen};
use super::state::State;
use crate::argo::feed::ObjectRef;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands under the cursor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// A line that a cursor can stand on: a node, or a part of one. It is the same line wherever it moves to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// The node.
    pub node: Node,
    /// Which part of it: the name of a metric; `pods` for those of a ReplicaSet that are counted.
    pub part: Option<Box<str>>,
}

impl Spot {
    /// The node itself.
    #[must_use]
    pub const fn of(node: Node) -> Self {
        Self { node, part: None }
    }

    /// A part of it.
    #[must_use]
    pub fn part(node: Node, part: &str) -> Self {
        Self { node, part: Some(part.into()) }
    }
}

/// What a person has folded or unfolded; everything else is folded as it is by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds(BTreeMap<Spot, bool>);

impl Folds {
    /// Whether what is below a line is folded.
    #[must_use]
    pub fn is_folded(&self, spot: &Spot, by_itself: bool) -> bool {
        self.0.get(spot).copied().unwrap_or(by_itself)
    }

    /// Folds or unfolds.
    pub fn set(&mut self, spot: Spot, folded: bool) {
        self.0.insert(spot, folded);
    }
}

/// A cursor on lines that come and go: it stays on its line wherever that moves, and where the line is gone, on its
/// place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    spot: Option<Spot>,
    at: usize,
}

impl Cursor {
    /// Its index among these lines.
    #[must_use]
    pub fn index<'a>(&self, lines: impl Iterator<Item = &'a Spot>) -> Option<usize> {
        let mut count = 0;
        for (at, spot) in lines.enumerate() {
            if self.spot.as_ref() == Some(spot) {
                return Some(at);
            }
            count = at + 1;
        }
        (count > 0).then(|| self.at.min(count - 1))
    }

    /// Its place, as long as it is on no line.
    #[must_use]
    pub const fn place(&self) -> usize {
        self.at
    }

    /// Puts it on a line.
    pub fn put(&mut self, at: usize, spot: Spot) {
        *self = Self { spot: Some(spot), at };
    }
}

impl State {
    /// The node that the keys speak of: the one under the cursor of the tree or of the analysis when that pane has the
    /// focus, what the screen of a run or an experiment shows, else the rollout itself.
    #[must_use]
    pub fn node(&self) -> Node {
        match self.screen() {
            Screen::Rollout(view) => self.spot(view).map_or(Node::Rollout, |spot| spot.node),
            Screen::Document(view) => view.node.clone(),
            Screen::Timeline(view) => view.node.clone(),
            Screen::Run(view) => Node::AnalysisRun(view.name.clone(), view.uid.clone()),
            Screen::Experiment(view) => Node::Experiment(view.name.clone(), view.uid.clone()),
            _ => Node::Rollout,
        }
    }

    /// The line under the cursor of a page.
    #[must_use]
    pub fn spot(&self, view: &RolloutView) -> Option<Spot> {
        let (spots, at) = page::spots(self, view)?;
        spots.into_iter().nth(at)
    }
}
