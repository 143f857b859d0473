//! Screens: what stands on the stack, and how far each is scrolled.

use super::action::Place;
use crate::names::{RolloutKey, SourceId};

/// Panes of the rollout screen: steps, revisions, conditions.
pub const PANES: usize = 3;

/// A screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Screen {
    /// Services by channels. Always at the bottom of the stack.
    Matrix,
    /// One channel as a list.
    Board(usize),
    /// One rollout.
    Rollout(RolloutView),
    /// Keys, for the place they were asked from.
    Help {
        /// The place.
        place: Place,
        /// First visible row.
        scroll: usize,
    },
    /// The log of messages; `None` follows its end.
    Log(Option<usize>),
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
    pub focus: usize,
    /// It fills the screen.
    pub zoom: bool,
    /// How far each pane is scrolled; `None`: the person has not scrolled it.
    pub scroll: [Option<usize>; PANES],
}

impl RolloutView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey) -> Self {
        Self { key, focus: 0, zoom: false, scroll: [None; PANES] }
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
            Self::Help { .. } | Self::Log(_) | Self::Trouble { .. } | Self::FirstRun { .. } => Place::Text,
        }
    }
}
