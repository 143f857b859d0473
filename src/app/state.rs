//! The state: everything that a frame needs, and nothing that can be derived cheaply.

use crate::config::settings::Settings;
use crate::names::{ClusterName, SourceId};
use jiff::Timestamp;

/// One source as settled at start: which channel, which cluster, what of it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceInfo {
    /// Its number: the index in [`Setup::sources`].
    pub id: SourceId,
    /// Index of its channel in [`Settings::channels`].
    pub channel: usize,
    /// The cluster's name for people.
    pub cluster: ClusterName,
    /// The namespaces watched, for people: `demo`, `3 namespaces`, `all namespaces`.
    pub scope: String,
    /// Set when the source cannot be used at all (a context that does not exist): the reason.
    pub broken: Option<String>,
}

/// What the state begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The settled configuration; its channels are in order of display.
    pub settings: Settings,
    /// The sources.
    pub sources: Vec<SourceInfo>,
    /// No request that writes may leave the process.
    pub read_only: bool,
    /// Running on the embedded simulated cluster: the ribbon says so.
    pub demo: bool,
    /// Showing a recording: writes are refused, the ribbon says so.
    pub replay: bool,
    /// Who is signed in at this machine, for dialogs and the log.
    pub user: String,
    /// Findings about the terminal, for the help screen.
    pub terminal: Vec<String>,
    /// No kubeconfig at all: the first-run screen is shown, with this as the reason.
    pub first_run: Option<String>,
    /// Warnings of start-up, for the log of messages.
    pub warnings: Vec<String>,
    /// Time at start.
    pub now: Timestamp,
}

/// The state of the program.
#[derive(Clone, Debug)]
pub struct State {
    setup: Setup,
}

impl State {
    /// The state at start, and what is to be done first.
    #[must_use]
    pub fn new(setup: Setup) -> (Self, Vec<super::effect::Effect>) {
        (Self { setup }, Vec::new())
    }

    /// Whether something visible changed since this was last asked.
    pub fn take_dirty(&mut self) -> bool {
        todo!()
    }

    /// When the next visible change by time alone is due (a countdown, an age); `None`: never.
    #[must_use]
    pub fn next_tick(&self) -> Option<Timestamp> {
        todo!()
    }
}
