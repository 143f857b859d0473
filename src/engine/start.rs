//! Start: everything that the loop needs before its first turn, and why there may be none.

use super::audit::Keeper;
use crate::app::state::Setup;
use crate::cluster::hub::{Access, Target};
use crate::report::recording::Recording;
use crate::ui::theme::Theme;
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

/// Where news come from.
pub enum Feed {
    /// Live clusters.
    Clusters {
        /// How to reach them.
        access: Box<Access>,
        /// What to watch.
        targets: Vec<Target>,
        /// The clusters' own clock, where it can be read directly: the simulated one, which may run fast. Elsewhere it
        /// is known from the answers.
        cluster_clock: Option<Clock>,
    },
    /// A recording, played at a speed.
    Replay {
        /// The events.
        recording: Recording,
        /// Recorded seconds per second.
        speed: f64,
    },
}

/// A clock that can be read from any thread.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Everything that the loop needs.
pub struct Start {
    /// The state begins with this.
    pub setup: Setup,
    /// What frames are drawn with.
    pub theme: Theme,
    /// Where news come from.
    pub feed: Feed,
    /// The time now: the system's, or the simulated cluster's.
    pub clock: Clock,
    /// Seconds of `clock` per real second: `--speed` in a replay, else 1.
    pub speed: f64,
    /// Mouse on.
    pub mouse: bool,
    /// Whether the terminal's title may be set.
    pub title: bool,
    /// The record of writes.
    pub keeper: Keeper,
    /// Where the log of writes lies, to be shown; `None`: nowhere.
    pub audit_log: Option<PathBuf>,
    /// The home folder, which `~` in the configuration stands for.
    pub home: Option<PathBuf>,
    /// Where panic reports are written.
    pub report_dir: PathBuf,
}

/// Why the loop could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// stdin or stdout is no terminal.
    #[error("{0}")]
    NotATerminal(String),
    /// The terminal failed.
    #[error("the terminal failed: {0}")]
    Terminal(#[from] std::io::Error),
}
