//! Services: what a configuration says about the services that are deployed: where their files lie, which registries
//! there are, and which parameters and constants a release channel gives, each with its place in the file.

use super::problem::{Place, Source};
use super::references::{get, items, keys, text};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The text; a whole number in decimal.
    pub text: String,
    /// Where it stands.
    pub at: Place,
}

/// What a configuration says about services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Services {
    /// There is a configuration file; without one neither channels nor registries are known.
    pub configured: bool,
    /// The application whose services are deployed; a service that names none belongs to it.
    pub application: Option<String>,
    /// More applications whose services may be deployed.
    pub applications: Vec<String>,
    /// Globs of service files, in order; those that begin with `!` exclude.
    pub globs: Vec<Written>,
    /// The folder that the globs are relative to: the one of the configuration file.
    pub folder: PathBuf,
    /// More first segments of `{{name.…}}` that belong to other programs.
    pub pass_through: Vec<String>,
    /// `env` of a service goes into its containers.
    pub inject_env: bool,
    /// Sources of type `KUSTOMIZE` are allowed.
    pub kustomize: bool,
    /// Delivery extensions that may be left out.
    pub ignore_extensions: Vec<String>,
    /// Kinds without a namespace that a service may hold.
    pub allow_cluster_scoped: Vec<String>,
    /// Parameters that travel with a version, beside images and commits.
    pub promote_params: Vec<String>,
    /// Image digests are taken from the pods of the channel before.
    pub digest_from_pods: bool,
    /// What to do with objects of another deployer.
    pub foreign: Foreign,
    /// Services that are deployed at the same time, from 1.
    pub max_parallel: usize,
    /// What stands before a repository, by the name of the registry.
    pub registries: BTreeMap<String, String>,
    /// Names of the protections of the file.
    pub protections: BTreeSet<String>,
    /// What each release channel says, by its name.
    pub channels: BTreeMap<String, ChannelServices>,
}

impl Default for Services {
    fn default() -> Self {
        Self {
            configured: false,
            application: None,
            applications: Vec::new(),
            globs: Vec::new(),
            folder: PathBuf::new(),
            pass_through: Vec::new(),
            inject_env: false,
            kustomize: false,
            ignore_extensions: Vec::new(),
            allow_cluster_scoped: Vec::new(),
            promote_params: Vec::new(),
            digest_from_pods: false,
            foreign: Foreign::Warn,
            max_parallel: 3,
            registries: BTreeMap::new(),
            protections: BTreeSet::new(),
            channels: BTreeMap::new(),
        }
    }
}

/// What to do with objects that something else deploys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Foreign {
    /// Say so.
    Warn,
    /// Refuse.
    Refuse,
    /// Nothing.
    Allow,
}

/// What a release channel says about services.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelServices {
    /// Group of display.
    pub group: Option<String>,
    /// Names of its runtimes.
    pub runtimes: Vec<String>,
    /// A deploy visits the runtimes at the same time; else one after the other.
    pub parallel: bool,
    /// Constants of all services.
    pub constants: BTreeMap<String, Written>,
    /// Parameters of all services.
    pub parameters: BTreeMap<String, Written>,
    /// What is different for one service, by its name.
    pub services: BTreeMap<String, Override>,
}

/// What is different for one service in a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// Where it begins.
    pub at: Place,
    /// Parameters.
    pub parameters: BTreeMap<String, Written>,
    /// Constants.
    pub constants: BTreeMap<String, Written>,
    /// Another namespace.
    pub namespace: Option<String>,
    /// One runtime of the channel, by name.
    pub runtime: Option<Written>,
    /// Whether it is deployed here.
    pub deploy: bool,
    /// It says only which Rollout it is, which a service without files may.
    pub matches: bool,
}

impl Services {
    /// Whether services of this application may be deployed; those without one always may.
    #[must_use]
    pub fn deploys(&self, application: Option<&str>) -> bool {
        match (application, &self.application) {
            (None, _) => true,
            (Some(_), None) if self.applications.is_empty() => true,
            (Some(name), own) => own.as_deref() == Some(name) || self.applications.iter().any(|more| more == name),
        }
    }
}

/// Reads a file that the checker has let pass.
#[must_use]
pub fn read(source: Source<'_>, path: &Path, file: &DeTable<'_>) -> Services {
    let flag = |key: &str| matches!(get(file, key).map(Spanned::get_ref), Some(DeValue::Boolean(true)));
    let word = |key: &str| text(file, key).map(|(text, _)| text);
    let list = |key: &str| texts(source, file, key).into_iter().map(|written| written.text).collect::<Vec<_>>();
    let max_parallel = get(file, "max_parallel").and_then(|value| written(source, value)).map(|written| written.text);
    Services {
        configured: true,
        application: word("application"),
        applications: list("applications"),
        globs: texts(source, file, "services"),
        folder: path.parent().map(Path::to_path_buf).unwrap_or_default(),
        pass_through: list("pass_through"),
        inject_env: flag("inject_env"),
        kustomize: flag("kustomize"),
        ignore_extensions: list("ignore_extensions"),
        allow_cluster_scoped: list("allow_cluster_scoped"),
        promote_params: list("promote_params"),
        digest_from_pods: word("digest_from").as_deref() == Some("pods"),
        foreign: match word("foreign").as_deref() {
            Some("refuse") => Foreign::Refuse,
            Some("allow") => Foreign::Allow,
            _ => Foreign::Warn,
        },
        max_parallel: max_parallel.and_then(|text| text.parse().ok()).unwrap_or(3),
        registries: table(file, "container_registries")
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| {
                let DeValue::Table(registry) = value.get_ref() else { return None };
                Some((name.get_ref().to_string(), text(registry, "prefix")?.0))
            })
            .collect(),
        protections: keys(file, "protections"),
        channels: items(file, "release_channels")
            .into_iter()
            .filter_map(|channel| Some((text(channel, "name")?.0, channel_of(source, channel))))
            .collect(),
    }
}

fn channel_of(source: Source<'_>, channel: &DeTable<'_>) -> ChannelServices {
    let services = table(channel, "services").into_iter().flatten().filter_map(|(name, value)| {
        let DeValue::Table(service) = value.get_ref() else { return None };
        let told = Override {
            at: source.place(&name.span()),
            parameters: map(source, service, "parameters"),
            constants: map(source, service, "constants"),
            namespace: text(service, "namespace").map(|(text, _)| text),
            runtime: get(service, "runtime").and_then(|value| written(source, value)),
            deploy: !matches!(get(service, "deploy").map(Spanned::get_ref), Some(DeValue::Boolean(false))),
            matches: get(service, "match").is_some(),
        };
        Some((name.get_ref().to_string(), told))
    });
    let mut runtimes = items(channel, "runtimes");
    runtimes.extend(table(channel, "runtime"));
    let name = |runtime: &DeTable<'_>| text(runtime, "name").or_else(|| text(runtime, "context"));
    ChannelServices {
        runtimes: runtimes.into_iter().filter_map(name).map(|(name, _)| name).collect(),
        group: text(channel, "group").map(|(text, _)| text),
        parallel: text(channel, "runtime_order").is_some_and(|(word, _)| word == "parallel"),
        constants: map(source, channel, "constants"),
        parameters: map(source, channel, "parameters"),
        services: services.collect(),
    }
}

fn table<'t, 'i>(around: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
    match get(around, key)?.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    }
}

fn map(source: Source<'_>, around: &DeTable<'_>, key: &str) -> BTreeMap<String, Written> {
    let entries = table(around, key).into_iter().flatten();
    entries
        .filter_map(|(name, value)| {
            let text = written(source, value)?.text;
            Some((name.get_ref().to_string(), Written { text, at: source.place(&name.span()) }))
        })
        .collect()
}

fn texts(source: Source<'_>, around: &DeTable<'_>, key: &str) -> Vec<Written> {
    match get(around, key).map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => items.iter().filter_map(|item| written(source, item)).collect(),
        _ => Vec::new(),
    }
}

/// A text or a whole number; a number in decimal, however it was written.
fn written(source: Source<'_>, value: &Spanned<DeValue<'_>>) -> Option<Written> {
    let text = match value.get_ref() {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => {
            let decimal = i64::from_str_radix(number.as_str(), number.radix());
            decimal.map_or_else(|_| number.as_str().to_owned(), |n| n.to_string())
        }
        _ => return None,
    };
    Some(Written { text, at: source.place(&value.span()) })
}
