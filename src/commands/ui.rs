//! The terminal UI on the clusters of the user: settles everything, then hands it to the loop.

use super::base::{Base, Ready, kube_failure};
use super::look;
use super::outcome::Failure;
use crate::app::state::{Setup, SourceInfo};
use crate::cluster::hub::Access;
use crate::cluster::kubeconfig::Problem as KubeProblem;
use crate::config::load;
use crate::config::resolve::Resolved;
use crate::config::services::Services;
use crate::config::settings::{Record, STALE_AFTER, Settings};
use crate::engine::audit::Keeper;
use crate::engine::start::{Feed, RunError, Start};
use jiff::Timestamp;
use kube::config::Kubeconfig;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Opens the UI; the exit code.
///
/// # Errors
/// Bad input, no terminal, or a terminal that fails.
pub fn run(base: &Base) -> Result<u8, Failure> {
    look::drawable(&base.terminal)?;
    let config = load::load(&base.places)?;
    let loaded = match base.kubeconfig() {
        Ok(loaded) => loaded,
        Err(problem @ KubeProblem::None { .. }) => return first_run(base, problem.to_string()),
        Err(problem) => return Err(kube_failure(problem)),
    };
    let nothing_chosen = config.as_ref().is_none_or(|config| config.channels.is_empty())
        && base.flags.contexts.is_empty()
        && loaded.kubeconfig.contexts.is_empty();
    if nothing_chosen {
        let files: Vec<String> = loaded.files.iter().map(|path| path.display().to_string()).collect();
        return first_run(base, format!("the kubeconfig ({}) has no contexts", files.join(", ")));
    }
    let ready = base.settle(config.as_ref(), loaded)?;
    let feed = Feed::Clusters { access: Box::new(ready.access.clone()), targets: ready.targets(), cluster_clock: None };
    open(base, setup(base, &ready), &ready.resolved, feed, Arc::new(Timestamp::now), 1.0)
}

/// The state begins with this.
#[must_use]
pub fn setup(base: &Base, ready: &Ready) -> Setup {
    let theme = look::theme(&ready.resolved.look, &base.look, &base.terminal);
    let sources = ready.resolved.sources.iter().map(|source| SourceInfo {
        id: source.id,
        channel: source.channel,
        cluster: source.cluster.clone(),
        scope: source.scope.words(),
        broken: source.broken.as_ref().map(ToString::to_string),
    });
    Setup {
        settings: ready.resolved.settings.clone(),
        sources: sources.collect(),
        read_only: base.read_only,
        demo: false,
        replay: false,
        user: base.user.clone(),
        terminal: look::findings(&theme, &base.terminal),
        first_run: None,
        warnings: ready.warnings.clone(),
        now: Timestamp::now(),
    }
}

/// Settings without a file and without channels.
#[must_use]
pub fn bare_settings() -> Settings {
    Settings {
        path: None,
        channels: Vec::new(),
        stale_after: STALE_AFTER,
        mouse: false,
        record: Record::default(),
        osc9: false,
        service_of: BTreeMap::new(),
        services: Services::default(),
        warnings: Vec::new(),
    }
}

/// Opens the loop.
///
/// # Errors
/// No terminal, or a terminal that fails.
pub fn open(
    base: &Base,
    setup: Setup,
    resolved: &Resolved,
    feed: Feed,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    speed: f64,
) -> Result<u8, Failure> {
    let mouse = setup.settings.mouse && !base.look.no_mouse;
    let audit = super::audit::open_log(base, &setup.settings);
    let start = Start {
        keeper: Keeper::new(audit, &setup),
        audit_log: super::audit::path(base),
        theme: look::theme(&resolved.look, &base.look, &base.terminal),
        setup,
        feed,
        clock,
        speed,
        mouse,
        title: !matches!(base.terminal.get("TERM").as_deref(), None | Some("linux" | "dumb")),
        report_dir: base.state_home.clone().map_or_else(std::env::temp_dir, |home| home.join("rolltop")),
    };
    crate::engine::run::run(start).map_err(|error| match error {
        RunError::NotATerminal(words) => Failure::bad_input(words).hint("use rolltop list, get and status here"),
        RunError::Terminal(error) => Failure::failed(format!("the terminal failed: {error}")),
    })
}

/// The screen for who has no kubeconfig yet.
fn first_run(base: &Base, why: String) -> Result<u8, Failure> {
    let resolved =
        Resolved { settings: bare_settings(), sources: Vec::new(), look: crate::config::settings::Look::default() };
    let access = Access { kubeconfig: Kubeconfig::default(), timeout: base.timeout, read_only: base.read_only };
    let ready = Ready { resolved, access: access.clone(), selector: None, warnings: Vec::new() };
    let setup = Setup { first_run: Some(why), ..setup(base, &ready) };
    let feed = Feed::Clusters { access: Box::new(access), targets: Vec::new(), cluster_clock: None };
    open(base, setup, &ready.resolved, feed, Arc::new(Timestamp::now), 1.0)
}
