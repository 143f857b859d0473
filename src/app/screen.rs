//! Screens: what stands on the stack, and how far each is scrolled.

use super::action::Place;
use super::charts::ChartsView;
use super::document::DocumentView;
use super::experiment::ExperimentView;
use super::logs::LogsView;
use super::model::Pane;
use super::node::{Cursor, Folds};
use super::run::RunView;
use super::timeline::TimelineView;
use crate::names::{RolloutKey, SourceId};

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Services by channels. Always at the bottom of the stack.
    Matrix,
    /// One channel as a list.
    Board(usize),
    /// One rollout.
    Rollout(RolloutView),
    /// Logs of a rollout's pods.
    Logs(LogsView),
    /// One object of a rollout as YAML, or described.
    Document(DocumentView),
    /// Events of a rollout and its children.
    Timeline(TimelineView),
    /// One AnalysisRun.
    Run(RunView),
    /// One Experiment.
    Experiment(ExperimentView),
    /// Weight and metrics over the life of a rollout.
    Charts(ChartsView),
    /// A deploy: the form and its plan.
    Deploy {
        /// The channel that it was opened on.
        channel: usize,
    },
    /// Keys, for the place they were asked from.
    Help {
        /// The place.
        place: Place,
        /// First visible row.
        scroll: usize,
    },
    /// The log of messages; `None` follows its end.
    Log(Option<usize>),
    /// The log of writes.
    Audit {
        /// First visible line.
        scroll: usize,
    },
    /// The error of a source in full.
    Trouble {
        /// Which source.
        source: SourceId,
        /// First visible line.
        scroll: usize,
    },
    /// No kubeconfig: what to do now.
    FirstRun {
        /// First visible line.
        scroll: usize,
    },
}

/// The rollout screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolloutView {
    /// Which.
    pub key: RolloutKey,
    /// The pane with the focus.
    pub focus: Pane,
    /// It fills the screen.
    pub zoom: bool,
    /// How far each pane is scrolled; `None`: the person has not scrolled it.
    pub scroll: [Option<usize>; Pane::ALL.len()],
    /// The cursor of the tree.
    pub tree: Cursor,
    /// The cursor of the analysis.
    pub analysis: Cursor,
    /// What is folded.
    pub folds: Folds,
}

impl RolloutView {
    /// As it opens.
    #[must_use]
    pub fn new(key: RolloutKey) -> Self {
        Self {
            key,
            focus: Pane::Steps,
            zoom: false,
            scroll: [None; Pane::ALL.len()],
            tree: Cursor::default(),
            analysis: Cursor::default(),
            folds: Folds::default(),
        }
    }
}

impl Screen {
    /// Which keys work.
    #[must_use]
    pub const fn place(&self) -> Place {
        match self {
            Self::Matrix => Place::Matrix,
            Self::Board(_) => Place::Board,
            Self::Rollout(_) => Place::Rollout,
            Self::Logs(_) => Place::Logs,
            Self::Document(_) => Place::Document,
            Self::Timeline(_) => Place::Timeline,
            Self::Run(_) | Self::Experiment(_) => Place::Analysis,
            Self::Charts(_) => Place::Charts,
            Self::Deploy { .. } => Place::Deploy,
            Self::Audit { .. } => Place::Audit,
            Self::Help { .. } | Self::Log(_) | Self::Trouble { .. } | Self::FirstRun { .. } => Place::Text,
        }
    }

    /// The rollout that it belongs to, for the screens of one rollout.
    #[must_use]
    pub const fn key(&self) -> Option<&RolloutKey> {
        match self {
            Self::Rollout(view) => Some(&view.key),
            Self::Logs(view) => Some(&view.key),
            Self::Document(view) => Some(&view.key),
            Self::Timeline(view) => Some(&view.key),
            Self::Run(view) => Some(&view.key),
            Self::Experiment(view) => Some(&view.key),
            Self::Charts(view) => Some(&view.key),
            Self::Matrix
            | Self::Board(_)
            | Self::Deploy { .. }
            | Self::Help { .. }
            | Self::Log(_)
            | Self::Audit { .. }
            | Self::Trouble { .. }
            | Self::FirstRun { .. } => None,
        }
    }
}
