//! Settled values: no `Option` that a reader must interpret a second time.

use super::services::Services;
use super::times::AllowedTimes;
use crate::names::{ChannelName, ClusterName, Namespace};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Default of `stale_after`.
pub const STALE_AFTER: Duration = Duration::from_secs(15);

/// The settled configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The file it came from; `None`: no file, the channels come from contexts.
    pub path: Option<PathBuf>,
    /// Release channels in order of display.
    pub channels: Vec<Channel>,
    /// A source without contact for this long is stale.
    pub stale_after: Duration,
    /// Mouse on.
    pub mouse: bool,
    /// What is kept of writes.
    pub record: Record,
    /// A watched rollout also calls with a notification of the terminal (OSC 9).
    pub osc9: bool,
    /// Service names by rollout name, where the configuration tells (`services.NAME.match.name`).
    pub service_of: BTreeMap<String, String>,
    /// What the configuration says about services that are deployed.
    pub services: Services,
    /// Things that were accepted with a remark.
    pub warnings: Vec<String>,
}

/// What is kept of writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record {
    /// From this size on, in bytes, a new log file is begun.
    pub max_size: u64,
    /// Older log files that are kept.
    pub keep: usize,
    /// Also a Kubernetes Event for each write, where creating events is allowed.
    pub events: bool,
    /// Nothing is written when the log cannot be.
    pub required: bool,
}

impl Default for Record {
    fn default() -> Self {
        Self { max_size: 10_000_000, keep: 10, events: true, required: false }
    }
}

/// A release channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Name.
    pub name: ChannelName,
    /// Order of display and promotion.
    pub order: i64,
    /// How a write is confirmed.
    pub confirm: Confirm,
    /// No writes here.
    pub read_only: bool,
    /// A write needs a reason; a brake (abort, pause) does not wait for one.
    pub require_reason: bool,
    /// When its protections allow something to happen.
    pub allowed_times: Vec<AllowedTimes>,
    /// A border colour for this channel's screens.
    pub color: Option<String>,
    /// Where it runs.
    pub runtimes: Vec<Runtime>,
}

/// What a protection looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before a deploy.
    Deploy,
    /// Before a promote, a skip, a resume or a retry.
    Promote,
    /// During a rollout.
    Rollout,
}

impl Moment {
    /// From its word in `lifecycle`.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "deploy" => Self::Deploy,
            "promote" => Self::Promote,
            "rollout" => Self::Rollout,
            _ => return None,
        })
    }
}

/// How a write is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Tab to the button and Enter.
    Enter,
    /// The service's name has to be typed.
    TypeName,
    /// Never.
    Deny,
}

/// One cluster and namespace of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Runtime {
    /// Name for people; the context when not given.
    pub name: ClusterName,
    /// The kubeconfig context.
    pub context: String,
    /// The namespace; `None`: the context's own.
    pub namespace: Option<Namespace>,
    /// More namespaces to watch.
    pub extra_namespaces: Vec<Namespace>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

/// How the terminal UI looks, settled from file, flags and environment as far as they are known here; what the
/// terminal can do decides the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Palette: `auto`, `dark`, `light`, `cb`, `high`.
    pub theme: String,
    /// Colours.
    pub color: Color,
    /// One-cell ASCII twins instead of the glyphs.
    pub ascii: bool,
    /// No spinner, no bold flash.
    pub reduced_motion: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { theme: "auto".to_owned(), color: Color::Auto, ascii: false, reduced_motion: false }
    }
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    /// `NO_COLOR`, `TERM` and `COLORTERM` decide.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Color {
    /// From its word; what is unknown counts as `auto`, the checkers have refused it before.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        match word {
            "always" => Self::Always,
            "never" => Self::Never,
            _ => Self::Auto,
        }
    }
}
