//! Wish: what is to be deployed, and to which clusters of which release channel.

use super::service::OfService;
use super::{Options, manifests};
use crate::cluster::oneshot::Connection;
use crate::commands::base::{Base, Ready};
use crate::commands::outcome::Failure;
use crate::config::problem::suggest;
use crate::config::resolve::{Scope, Source};
use crate::config::settings::Channel;
use crate::deploy::plan::Target;
use crate::names::Namespace;
use crate::service::rendered::Rendered;
use std::collections::BTreeSet;

/// What is to be deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// A service, or files.
    pub what: What,
    /// The channel was chosen (`--channel`), or a context was.
    pub chosen: bool,
    /// Parameters that are not given have their defaults, whatever was deployed last.
    pub reset: bool,
}

/// A service, or files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Plain manifests: a folder, a file, or `-`.
    Files(Vec<String>),
    /// A service of the configuration.
    Service {
        /// Its name.
        name: String,
        /// `NAME=VALUE`, in the order in which they were given.
        parameters: Vec<String>,
    },
}

/// One cluster and namespace of the channel.
#[derive(Clone, Debug)]
pub struct Site {
    /// Through which source.
    pub source: Source,
    /// The release channel.
    pub channel: String,
    /// `None`: the context's own.
    pub namespace: Option<Namespace>,
    /// More namespaces that may be named.
    pub extra: Vec<Namespace>,
    /// Kinds without a namespace that may be deployed.
    pub cluster_scoped: Vec<String>,
}

impl Wish {
    /// The clusters of the one channel that was chosen.
    ///
    /// # Errors
    /// No channel, or several.
    pub fn sites(&self, ready: &Ready) -> Result<Vec<Site>, Failure> {
        let sources = &ready.resolved.sources;
        let channels: BTreeSet<usize> = sources.iter().map(|source| source.channel).collect();
        let names: Vec<&str> =
            channels.iter().map(|index| ready.resolved.settings.channels[*index].name.as_str()).collect();
        match names.as_slice() {
            [_] => {}
            [] => return Err(Failure::bad_input("there is no cluster to deploy to; nothing was sent")),
            several if self.chosen => {
                let what = format!("one release channel at a time, not {}; nothing was sent", several.join(", "));
                return Err(Failure::bad_input(what).hint("name one with --channel"));
            }
            several => {
                let known = suggest("", several.iter().copied()).unwrap_or_default();
                let failure = Failure::bad_input("to which release channel? nothing was sent");
                return Err(failure.hint(format!("name one with --channel; {known}")));
            }
        }
        Ok(sources.iter().map(|source| site(ready, source)).collect())
    }

    /// What is deployed to those clusters, checked as far as it goes without asking them.
    ///
    /// # Errors
    /// Bad input: nothing was sent.
    pub fn settle<'a>(&'a self, base: &Base, ready: &'a Ready, sites: Vec<Site>) -> Result<Settled<'a>, Failure> {
        match &self.what {
            What::Files(paths) => Ok(Settled { sites, content: Content::Files(Box::new(manifests::read(paths)?)) }),
            What::Service { name, parameters } => {
                let (content, sites) = OfService::find(base, ready, name, parameters, self.reset, sites)?;
                Ok(Settled { sites, content: Content::Service(Box::new(content)) })
            }
        }
    }
}

/// What is deployed, and where.
pub struct Settled<'a> {
    /// The clusters.
    pub sites: Vec<Site>,
    content: Content<'a>,
}

enum Content<'a> {
    Files(Box<Rendered>),
    Service(Box<OfService<'a>>),
}

impl Settled<'_> {
    /// The objects for a site.
    ///
    /// # Errors
    /// Bad input.
    pub async fn rendered(&self, site: &Site, connection: &Connection) -> Result<Rendered, Failure> {
        match &self.content {
            Content::Files(rendered) => Ok((**rendered).clone()),
            Content::Service(service) => service.rendered(site, connection).await,
        }
    }
}

fn site(ready: &Ready, source: &Source) -> Site {
    let runtime = channel(ready, source).runtimes.iter().find(|runtime| runtime.name == source.cluster);
    // `--namespace` chose others.
    let scope = match &source.scope {
        Scope::Namespaces(names) => names.as_slice(),
        Scope::All => &[],
    };
    let own = runtime.and_then(|runtime| runtime.namespace.clone());
    let namespace = match &own {
        Some(own) if scope.is_empty() || scope.contains(own) => Some(own.clone()),
        _ => scope.first().cloned(),
    };
    let extra = runtime.map(|runtime| runtime.extra_namespaces.clone()).unwrap_or_default();
    let cluster_scoped = ready.resolved.settings.services.allow_cluster_scoped.clone();
    Site { source: source.clone(), channel: ready.channel(source).to_owned(), namespace, extra, cluster_scoped }
}

/// The channel of a source.
pub fn channel<'a>(ready: &'a Ready, source: &Source) -> &'a Channel {
    &ready.resolved.settings.channels[source.channel]
}

impl Site {
    /// As the plan has it.
    pub fn target(&self, connection: &Connection) -> Target {
        Target {
            channel: self.channel.clone(),
            cluster: self.source.cluster.to_string(),
            context: self.source.context.clone(),
            namespace: self.namespace.clone().unwrap_or_else(|| connection.namespace()),
            extra_namespaces: self.extra.clone(),
            cluster_scoped: self.cluster_scoped.clone(),
        }
    }

    /// Whether a cluster of the channel waits for the one before it.
    pub fn is_serial(&self, ready: &Ready) -> bool {
        let said = ready.resolved.settings.services.channels.get(&self.channel);
        !said.is_some_and(|said| said.parallel)
    }

    /// What a person types to go on.
    pub fn command(&self, options: &Options) -> String {
        let mut words = vec!["rolltop deploy".to_owned()];
        match &options.wish.what {
            What::Files(paths) => words.extend(paths.iter().map(|path| format!("-f {}", quoted(path)))),
            What::Service { name, parameters } => {
                words.push(quoted(name));
                words.extend(parameters.iter().map(|parameter| format!("--param {}", quoted(parameter))));
            }
        }
        words.push(format!("--channel {}", quoted(&self.channel)));
        let switches =
            [(options.yes, "--yes"), (options.force_conflicts, "--force-conflicts"), (options.prune, "--prune")];
        words.extend(switches.into_iter().filter(|(on, _)| *on).map(|(_, word)| word.to_owned()));
        words.join(" ")
    }
}

/// As a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '=' | ':' | ',' | '@' | '+');
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_for_a_shell_are_quoted_where_it_would_read_them_otherwise() {
        for (word, text) in
            [("a/b.yaml", "a/b.yaml"), ("a b", "'a b'"), ("it's", "'it'\\''s'"), ("", "''"), ("$x", "'$x'")]
        {
            assert_eq!(quoted(word), text);
        }
    }
}
