//! Base: what every command begins with, and the order of business: configuration, kubeconfig, settled values. Only
//! then may something be sent.

use super::outcome::Failure;
use crate::clean;
use crate::cluster::hub::{Access, Scope as HubScope, Target};
use crate::cluster::kubeconfig::{self, Loaded, Problem as KubeProblem};
use crate::config::file::{self, File};
use crate::config::load::{self, Places};
use crate::config::problem::Problem;
use crate::config::resolve::{self, Context, Contexts, Flags, Resolved, Scope, Source};
use crate::config::settings::Color;
use crate::names::{ChannelName, ClusterName};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What the program was called with, and where.
#[derive(Clone, Debug)]
pub struct Base {
    /// Where the configuration may lie.
    pub places: Places,
    /// `--kubeconfig`.
    pub kubeconfig: Option<PathBuf>,
    /// `$KUBECONFIG`.
    pub kubeconfig_environment: Option<String>,
    /// The home folder.
    pub home: Option<PathBuf>,
    /// Where state is kept.
    pub state_home: Option<PathBuf>,
    /// What is chosen.
    pub flags: Flags,
    /// Label selector in text form.
    pub selector: Option<String>,
    /// Time-out of connecting and of a request.
    pub timeout: Duration,
    /// No writes.
    pub read_only: bool,
    /// How the UI should look.
    pub look: LookFlags,
    /// What is known of the terminal.
    pub terminal: Terminal,
    /// Who is signed in at this machine.
    pub user: String,
}

/// Flags about how the UI looks.
#[derive(Clone, Debug, Default)]
pub struct LookFlags {
    /// Colours.
    pub color: Option<Color>,
    /// ASCII only.
    pub ascii: bool,
    /// Palette.
    pub theme: Option<String>,
    /// No spinner, no flash.
    pub reduced_motion: bool,
    /// No mouse.
    pub no_mouse: bool,
}

/// What the environment says about the terminal.
#[derive(Clone, Debug, Default)]
pub struct Terminal {
    /// The variables that decide: `TERM`, `COLORTERM`, `NO_COLOR`, `LC_ALL`, `LC_CTYPE`, `LANG` and
    /// `ROLLTOP_REDUCED_MOTION`, as far as they are set and not empty.
    pub variables: BTreeMap<String, String>,
    /// stdin is a terminal.
    pub stdin: bool,
    /// stdout is a terminal.
    pub stdout: bool,
}

impl Terminal {
    /// A variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }
}

/// Everything settled; requests may be made.
#[derive(Clone, Debug)]
pub struct Ready {
    /// Settled values.
    pub resolved: Resolved,
    /// How to reach clusters.
    pub access: Access,
    /// Label selector.
    pub selector: Option<String>,
    /// Remarks, from the configuration and the kubeconfig.
    pub warnings: Vec<String>,
}

impl Base {
    /// Settles everything for a headless command: a context that does not exist ends it.
    ///
    /// # Errors
    /// Bad input.
    pub fn ready(&self) -> Result<Ready, Failure> {
        let config = load::load(&self.places)?;
        let loaded = self.kubeconfig().map_err(kube_failure)?;
        let ready = self.settle(config.as_ref(), loaded)?;
        let broken: Vec<Problem> = ready.resolved.sources.iter().filter_map(|source| source.broken.clone()).collect();
        if broken.is_empty() { Ok(ready) } else { Err(broken.into()) }
    }

    /// Loads the kubeconfig.
    ///
    /// # Errors
    /// None found, or broken.
    pub fn kubeconfig(&self) -> Result<Loaded, KubeProblem> {
        kubeconfig::load(self.kubeconfig.as_deref(), self.kubeconfig_environment.as_deref(), self.home.as_deref())
    }

    /// Settles from what was loaded.
    ///
    /// # Errors
    /// Bad input.
    pub fn settle(&self, config: Option<&File>, loaded: Loaded) -> Result<Ready, Failure> {
        let resolved = shown_clean(resolve::resolve(config, &self.flags, &contexts(&loaded))?);
        let mut warnings = loaded.warnings;
        warnings.extend(resolved.settings.warnings.iter().cloned());
        Ok(Ready {
            access: Access { kubeconfig: loaded.kubeconfig, timeout: self.timeout, read_only: self.read_only },
            selector: self.selector.clone(),
            resolved,
            warnings,
        })
    }

    /// Settles from texts, for the simulated cluster.
    ///
    /// # Errors
    /// Bad input.
    pub fn settle_texts(&self, config: &str, kubeconfig: &str) -> Result<Ready, Failure> {
        let config = file::parse(Path::new("demo configuration"), config)?;
        let loaded = kubeconfig::from_text(kubeconfig).map_err(kube_failure)?;
        self.settle(Some(&config), loaded)
    }
}

/// A context may be called anything, escape sequences included: the names that are shown are made safe here. The
/// context itself stays as it is written, to be found again.
fn shown_clean(mut resolved: Resolved) -> Resolved {
    for channel in &mut resolved.settings.channels {
        if let Some(tidy) = clean::change(channel.name.as_str()) {
            channel.name = ChannelName::new(tidy);
        }
        for runtime in &mut channel.runtimes {
            if let Some(tidy) = clean::change(runtime.name.as_str()) {
                runtime.name = ClusterName::new(tidy);
            }
        }
    }
    for source in &mut resolved.sources {
        if let Some(tidy) = clean::change(source.cluster.as_str()) {
            source.cluster = ClusterName::new(tidy);
        }
    }
    resolved
}

impl Ready {
    /// What the hub watches.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        let usable = self.resolved.sources.iter().filter(|source| source.broken.is_none());
        usable.map(|source| self.target(source)).collect()
    }

    /// What the hub watches of one source.
    #[must_use]
    pub fn target(&self, source: &Source) -> Target {
        Target {
            source: source.id,
            context: source.context.clone(),
            scope: hub_scope(&source.scope),
            selector: self.selector.clone(),
        }
    }

    /// The channel of a source, by name.
    #[must_use]
    pub fn channel(&self, source: &Source) -> &str {
        self.resolved.settings.channels[source.channel].name.as_str()
    }
}

/// The scope as the edge of the cluster takes it.
#[must_use]
pub fn hub_scope(scope: &Scope) -> HubScope {
    match scope {
        Scope::All => HubScope::All,
        Scope::Namespaces(names) => HubScope::Namespaces(names.clone()),
    }
}

/// The contexts of a kubeconfig, as far as they matter for settling.
#[must_use]
pub fn contexts(loaded: &Loaded) -> Contexts {
    let all = loaded.kubeconfig.contexts.iter().map(|named| {
        let context = named.context.as_ref();
        Context {
            name: named.name.clone(),
            cluster: context.map(|context| context.cluster.clone()).unwrap_or_default(),
            namespace: context.and_then(|context| context.namespace.clone()),
        }
    });
    let current = loaded.kubeconfig.current_context.clone().filter(|name| !name.is_empty());
    Contexts { all: all.collect(), current }
}

/// A kubeconfig that cannot be used.
#[must_use]
pub fn kube_failure(problem: KubeProblem) -> Failure {
    let words = problem.to_string();
    match problem {
        KubeProblem::None { .. } => Failure::bad_input(words)
            .hint("give one with --kubeconfig or KUBECONFIG; rolltop demo shows the program without a cluster"),
        KubeProblem::Broken { hint, .. } => {
            let failure = Failure::bad_input(words);
            match hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        }
    }
}
