//! `demo`: the simulated clusters, with the UI on them or alone.

mod services;

use super::base::Base;
use super::format;
use super::look;
use super::outcome::{Failure, code};
use super::ui;
use crate::app::state::Setup;
use crate::config::problem;
use crate::demo::scenario;
use crate::demo::serve::{Options, Running, StartError, start, start_ahead};
use crate::engine::start::{Clock, Feed};
use crate::report::table::aligned;
use jiff::Timestamp;
use services::Services;
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Demo {
    /// Scenario; the first one when not given.
    pub scenario: Option<String>,
    /// Simulated seconds per second.
    pub speed: f64,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the kubeconfig is written.
    pub kubeconfig_out: Option<PathBuf>,
    /// Where the configuration is written.
    pub config_out: Option<PathBuf>,
    /// Made rollouts.
    pub load: usize,
    /// Changes a second.
    pub churn: f64,
    /// Seed.
    pub seed: u64,
    /// Faults.
    pub faults: String,
}

/// Lists the scenarios.
///
/// # Errors
/// When stdout fails.
pub fn list(out: &mut dyn Write) -> Result<u8, Failure> {
    let rows: Vec<Vec<String>> = scenario::names().into_iter().map(|(name, about)| vec![name, about]).collect();
    out.write_all(aligned(&rows, format::GAP).as_bytes())?;
    out.flush()?;
    Ok(code::DONE)
}

/// The UI on the simulated clusters.
///
/// # Errors
/// No terminal, an unknown scenario.
pub fn ui(base: &Base, demo: &Demo) -> Result<u8, Failure> {
    look::drawable(&base.terminal)?;
    // The screen comes first; what it shows follows as soon as the past of the fleet is played.
    let running = begin(demo, start_ahead)?;
    let services = Services::unpack(&std::env::temp_dir())
        .map_err(|error| Failure::failed(format!("the services of the demo cannot be written: {error}")))?;
    let ready = base.settle_texts(&services.named_in(&running.config), &running.kubeconfig)?;
    let setup = Setup { demo: true, ..ui::setup(base, &ready) };
    let cluster_clock: Clock = Arc::new(running.time());
    let feed = Feed::Clusters {
        access: Box::new(ready.access.clone()),
        targets: ready.targets(),
        cluster_clock: Some(cluster_clock),
    };
    // How old data is counts by the clock of this machine, as on any cluster; what the objects say, by the clusters' own,
    // however fast it runs.
    let ended = ui::open(base, setup, &ready.resolved, feed, Arc::new(Timestamp::now), 1.0);
    drop(services);
    if let Some(why) = running.failure() {
        return Err(Failure::failed(why));
    }
    drop(running);
    ended
}

/// Serves until it is told to end.
///
/// # Errors
/// An address or a file that cannot be used, an unknown scenario.
pub fn serve(demo: &Demo, out: &mut dyn Write) -> Result<u8, Failure> {
    let running = begin(demo, start)?;
    for (path, text) in [(&demo.kubeconfig_out, &running.kubeconfig), (&demo.config_out, &running.config)] {
        if let Some(path) = path {
            write_private(path, text)
                .map_err(|error| Failure::bad_input(format!("{} cannot be written: {error}", path.display())))?;
        }
    }
    writeln!(out, "ready {}", running.url)?;
    out.flush()?;
    let ended = super::fleet::block_on(told_to_end())?;
    drop(running);
    ended
}

fn begin(demo: &Demo, start: impl FnOnce(Options) -> Result<Running, StartError>) -> Result<Running, Failure> {
    let known = scenario::names();
    let chosen = match &demo.scenario {
        Some(name) => name.clone(),
        None => known.first().map(|(name, _)| name.clone()).unwrap_or_default(),
    };
    if !known.iter().any(|(name, _)| *name == chosen) {
        let failure = Failure::bad_input(format!("--scenario: there is no scenario \"{chosen}\""));
        return Err(match problem::suggest(&chosen, known.iter().map(|(name, _)| name.as_str())) {
            Some(hint) => failure.hint(hint),
            None => failure,
        });
    }
    start(Options {
        scenario: chosen,
        speed: demo.speed,
        listen: demo.listen,
        seed: demo.seed,
        load: demo.load,
        churn: demo.churn,
        faults: demo.faults.clone(),
    })
    .map_err(|error| match error {
        StartError::Listen { .. } => Failure::failed(error.to_string()).hint("port 0 takes a free one"),
        StartError::NotLoopback(_) => Failure::bad_input(format!("--listen: {error}")),
        StartError::Faults(_) => Failure::bad_input(format!("--faults: {error}")),
        StartError::Scenario(_) => Failure::bad_input(format!("--scenario: {error}")),
    })
}

/// Writes a file that only its owner can read: it holds tokens.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    #[cfg(unix)]
    {
        // The mode above is only for a file that is new.
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Waits for Ctrl-C (the usual way to end it: 0), SIGTERM or SIGHUP.
#[cfg(unix)]
async fn told_to_end() -> Result<u8, Failure> {
    use tokio::signal::unix::{SignalKind, signal};
    let cannot = |error: std::io::Error| Failure::failed(format!("cannot wait for signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(cannot)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
    let mut hang_up = signal(SignalKind::hangup()).map_err(cannot)?;
    tokio::select! {
        _ = interrupt.recv() => Ok(code::DONE),
        _ = terminate.recv() => Ok(143),
        _ = hang_up.recv() => Ok(129),
    }
}

#[cfg(not(unix))]
async fn told_to_end() -> Result<u8, Failure> {
    let waited = tokio::signal::ctrl_c().await;
    waited.map(|()| code::DONE).map_err(|error| Failure::failed(format!("cannot wait for Ctrl-C: {error}")))
}
