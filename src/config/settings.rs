//! Settled values: no `Option` that a reader must interpret a second time.

use crate::names::{ChannelName, ClusterName, Namespace};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

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
    /// Service names by rollout name, where the configuration tells (`services.NAME.match.name`).
    pub service_of: BTreeMap<String, String>,
    /// Things that were accepted with a remark.
    pub warnings: Vec<String>,
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
    /// A reason has to be given for writes.
    pub color: Option<String>,
    /// Where it runs.
    pub runtimes: Vec<Runtime>,
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
