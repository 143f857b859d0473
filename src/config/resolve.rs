//! Resolving: the file (if there is one), the flags and the contexts of the kubeconfig become settled values: which
//! channels, and what is watched of which cluster. Pure, so that bad input is found before any request.

use super::file::{File, FileChannel, FileRuntime, context_hint};
use super::problem::{Place, Problem, suggest};
use super::settings::{Channel, Confirm, Look, Runtime, STALE_AFTER, Settings};
use crate::names::{ChannelName, ClusterName, Namespace, SourceId};
use std::collections::{BTreeMap, BTreeSet};

/// A context of the kubeconfig, as far as it matters here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// The cluster that it points at.
    pub cluster: String,
    /// Its own namespace.
    pub namespace: Option<String>,
}

/// The contexts of the kubeconfig.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contexts {
    /// All of them, in the order of the files.
    pub all: Vec<Context>,
    /// `current-context`.
    pub current: Option<String>,
}

/// What the flags choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--context`.
    pub contexts: Vec<String>,
    /// `--channel`.
    pub channels: Vec<String>,
    /// `--namespace`.
    pub namespaces: Vec<String>,
    /// `--all-namespaces`.
    pub all_namespaces: bool,
}

/// What of a cluster is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All namespaces.
    All,
    /// These namespaces; never empty.
    Namespaces(Vec<Namespace>),
}

impl Scope {
    /// For people: `demo`, `3 namespaces`, `all namespaces`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::All => "all namespaces".to_owned(),
            Self::Namespaces(names) => match names.as_slice() {
                [one] => one.to_string(),
                several => format!("{} namespaces", several.len()),
            },
        }
    }
}

/// One thing to watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its number: the index in [`Resolved::sources`].
    pub id: SourceId,
    /// Index of its channel in [`Settings::channels`].
    pub channel: usize,
    /// The cluster's name for people.
    pub cluster: ClusterName,
    /// The context.
    pub context: String,
    /// What of it.
    pub scope: Scope,
    /// The context does not exist: what is wrong. A command ends with it, the UI shows a broken column.
    pub broken: Option<Problem>,
}

/// Settled values.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// The settings; channels in order of display.
    pub settings: Settings,
    /// What is watched, in the order of the channels.
    pub sources: Vec<Source>,
    /// How the UI looks, before flags and terminal have their say.
    pub look: Look,
}

/// Settles everything.
///
/// # Errors
/// Everything that is wrong: unknown channels or contexts in flags, no context at all.
pub fn resolve(file: Option<&File>, flags: &Flags, contexts: &Contexts) -> Result<Resolved, Vec<Problem>> {
    let mut problems = unknown_contexts(flags, contexts);
    let known: Vec<String> = contexts.all.iter().map(|context| context.name.clone()).collect();
    let mut channels = match file {
        Some(file) if !file.channels.is_empty() => from_file(file, flags),
        _ => from_contexts(flags, contexts),
    };
    let names: Vec<String> = channels.iter().map(|channel| channel.name.to_string()).collect();
    for wanted in flags.channels.iter().filter(|wanted| !names.contains(wanted)) {
        if let Some(hidden) = file.and_then(|file| file.channels.iter().find(|c| c.name.as_str() == wanted.as_str())) {
            problems.push(not_there(hidden, flags));
            continue;
        }
        problems.push(flag("--channel", format!("there is no release channel \"{wanted}\""), || {
            suggest(wanted, names.iter().map(String::as_str))
        }));
    }
    if !flags.channels.is_empty() {
        channels.retain(|channel| flags.channels.iter().any(|wanted| *wanted == channel.name.as_str()));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if channels.is_empty() {
        return Err(vec![nothing_chosen(flags, &known)]);
    }
    channels.sort_by_key(|channel| channel.order);

    let mut sources = Vec::new();
    for (index, channel) in channels.iter().enumerate() {
        for runtime in &channel.runtimes {
            let context = contexts.all.iter().find(|context| context.name == runtime.context);
            let broken = context.is_none().then(|| Problem {
                place: runtime.context_at.clone(),
                what: format!("context \"{}\" is not in the kubeconfig", runtime.context),
                hint: Some(context_hint(&runtime.context, &known)),
            });
            sources.push(Source {
                id: SourceId(u16::try_from(sources.len()).unwrap_or(u16::MAX)),
                channel: index,
                cluster: ClusterName::new(runtime.name.clone().unwrap_or_else(|| runtime.context.clone())),
                context: runtime.context.clone(),
                scope: scope(flags, runtime, context),
                broken,
            });
        }
    }
    let warnings = twins(&channels, &sources, contexts);
    Ok(Resolved { settings: settings(file, channels, warnings), sources, look: look(file) })
}

/// Settles from the file alone, for what needs no cluster: its contexts are taken to be there. Without channels in a file
/// there are none.
///
/// # Errors
/// Channels or contexts in flags that the file does not have.
pub fn offline(file: Option<&File>, flags: &Flags) -> Result<Settings, Vec<Problem>> {
    if file.is_none_or(|file| file.channels.is_empty()) {
        let unknown = flags.channels.iter().map(|wanted| {
            flag("--channel", format!("there is no release channel \"{wanted}\""), || {
                Some("release channels stand in the configuration, and there is none".to_owned())
            })
        });
        let unknown: Vec<Problem> = unknown.collect();
        return if unknown.is_empty() { Ok(settings(file, Vec::new(), Vec::new())) } else { Err(unknown) };
    }
    let runtimes = file.iter().flat_map(|file| file.channels.iter().flat_map(|channel| &channel.runtimes));
    let all = runtimes.map(|runtime| Context { name: runtime.context.clone(), ..Context::default() }).collect();
    resolve(file, flags, &Contexts { all, current: None }).map(|resolved| resolved.settings)
}

fn flag(name: &str, what: String, hint: impl FnOnce() -> Option<String>) -> Problem {
    Problem { place: Place::Flag(name.to_owned()), what, hint: hint() }
}

fn look(file: Option<&File>) -> Look {
    file.map(|file| file.look.clone()).unwrap_or_default()
}

fn unknown_contexts(flags: &Flags, contexts: &Contexts) -> Vec<Problem> {
    let known: Vec<String> = contexts.all.iter().map(|context| context.name.clone()).collect();
    let unknown = flags.contexts.iter().filter(|wanted| !known.contains(wanted));
    unknown
        .map(|wanted| {
            flag("--context", format!("there is no context \"{wanted}\" in the kubeconfig"), || {
                Some(context_hint(wanted, &known))
            })
        })
        .collect()
}

/// The channels of the file; `--context` keeps those runtimes alone, and a context that no channel uses is a channel
/// of its own.
fn from_file(file: &File, flags: &Flags) -> Vec<FileChannel> {
    let mut channels = file.channels.clone();
    if flags.contexts.is_empty() {
        return channels;
    }
    for channel in &mut channels {
        channel.runtimes.retain(|runtime| flags.contexts.contains(&runtime.context));
    }
    channels.retain(|channel| !channel.runtimes.is_empty());
    let used: BTreeSet<String> = channels.iter().flat_map(|c| c.runtimes.iter().map(|r| r.context.clone())).collect();
    let last = channels.iter().map(|channel| channel.order).max().unwrap_or(0);
    let mut fresh: Vec<&String> = Vec::new();
    for context in flags.contexts.iter().filter(|context| !used.contains(*context)) {
        if !fresh.contains(&context) {
            fresh.push(context);
        }
    }
    for (at, context) in fresh.into_iter().enumerate() {
        channels.push(own_channel(context, last + 10 * (i64::try_from(at).unwrap_or(0) + 1)));
    }
    channels
}

/// Each chosen context (or the current one) is a channel.
fn from_contexts(flags: &Flags, contexts: &Contexts) -> Vec<FileChannel> {
    let mut chosen: Vec<&str> = Vec::new();
    for context in &flags.contexts {
        if !chosen.contains(&context.as_str()) {
            chosen.push(context);
        }
    }
    if chosen.is_empty()
        && let Some(current) = &contexts.current
    {
        chosen.push(current);
    }
    if chosen.is_empty()
        && let [only] = contexts.all.as_slice()
    {
        chosen.push(&only.name);
    }
    let numbered = chosen.into_iter().enumerate();
    numbered.map(|(at, context)| own_channel(context, 10 * (i64::try_from(at).unwrap_or(0) + 1))).collect()
}

fn own_channel(context: &str, order: i64) -> FileChannel {
    FileChannel {
        name: ChannelName::new(context),
        order,
        confirm: Confirm::Enter,
        read_only: false,
        require_reason: false,
        allowed_times: Vec::new(),
        color: None,
        runtimes: vec![FileRuntime {
            name: None,
            context: context.to_owned(),
            context_at: Place::Whole("kubeconfig".to_owned()),
            namespace: None,
            extra_namespaces: Vec::new(),
            labels: BTreeMap::new(),
        }],
        service_of: BTreeMap::new(),
    }
}

/// A channel of the file that `--context` leaves nothing of.
fn not_there(channel: &FileChannel, flags: &Flags) -> Problem {
    let has: Vec<&str> = channel.runtimes.iter().map(|runtime| runtime.context.as_str()).collect();
    let what =
        format!("release channel \"{}\" does not run in context \"{}\"", channel.name, flags.contexts.join("\", \""));
    flag("--context", what, || Some(format!("its contexts: {}", has.join(", "))))
}

fn nothing_chosen(flags: &Flags, known: &[String]) -> Problem {
    if flags.contexts.is_empty() {
        let hint = if known.is_empty() {
            "the kubeconfig has no contexts; rolltop demo shows the program without a cluster".to_owned()
        } else {
            format!("choose one with --context: {}", known.join(", "))
        };
        flag("--context", "the kubeconfig has no current context".to_owned(), || Some(hint))
    } else {
        flag("--context", "no release channel is left after --channel and --context".to_owned(), || None)
    }
}

fn scope(flags: &Flags, runtime: &FileRuntime, context: Option<&Context>) -> Scope {
    if flags.all_namespaces {
        return Scope::All;
    }
    let mut names: Vec<Namespace> = if flags.namespaces.is_empty() {
        let own = runtime.namespace.clone().unwrap_or_else(|| {
            let namespace = context.and_then(|context| context.namespace.as_deref()).filter(|name| !name.is_empty());
            Namespace::new(namespace.unwrap_or("default"))
        });
        std::iter::once(own).chain(runtime.extra_namespaces.iter().cloned()).collect()
    } else {
        flags.namespaces.iter().map(|name| Namespace::new(name.as_str())).collect()
    };
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
    Scope::Namespaces(names)
}

/// Channels that watch the same namespace of the same cluster: each rollout there would show in both.
fn twins(channels: &[FileChannel], sources: &[Source], contexts: &Contexts) -> Vec<String> {
    let cluster = |context: &str| {
        let known = contexts.all.iter().find(|known| known.name == context);
        known.map_or_else(|| context.to_owned(), |known| known.cluster.clone())
    };
    let mut warnings = Vec::new();
    for (at, source) in sources.iter().enumerate() {
        for other in &sources[..at] {
            if source.channel == other.channel || cluster(&source.context) != cluster(&other.context) {
                continue;
            }
            let shared = match (&source.scope, &other.scope) {
                (Scope::All, _) | (_, Scope::All) => Some("all namespaces".to_owned()),
                (Scope::Namespaces(a), Scope::Namespaces(b)) => {
                    a.iter().find(|name| b.contains(name)).map(|name| format!("namespace \"{name}\""))
                }
            };
            if let Some(shared) = shared {
                warnings.push(format!(
                    "release channels \"{}\" and \"{}\" both watch {shared} of cluster \"{}\": its rollouts show in both",
                    channels[other.channel].name,
                    channels[source.channel].name,
                    cluster(&source.context),
                ));
            }
        }
    }
    warnings
}

fn settings(file: Option<&File>, channels: Vec<FileChannel>, warnings: Vec<String>) -> Settings {
    let service_of = channels.iter().flat_map(|channel| channel.service_of.clone()).collect();
    let channels = channels.into_iter().map(|channel| Channel {
        name: channel.name,
        order: channel.order,
        confirm: channel.confirm,
        read_only: channel.read_only,
        require_reason: channel.require_reason,
        allowed_times: channel.allowed_times,
        color: channel.color,
        runtimes: channel
            .runtimes
            .into_iter()
            .map(|runtime| Runtime {
                name: ClusterName::new(runtime.name.unwrap_or_else(|| runtime.context.clone())),
                context: runtime.context,
                namespace: runtime.namespace,
                extra_namespaces: runtime.extra_namespaces,
                labels: runtime.labels,
            })
            .collect(),
    });
    Settings {
        path: file.map(|file| file.path.clone()),
        channels: channels.collect(),
        stale_after: file.map_or(STALE_AFTER, |file| file.stale_after),
        mouse: file.is_some_and(|file| file.mouse),
        record: file.map(|file| file.record).unwrap_or_default(),
        osc9: file.is_some_and(|file| file.osc9),
        service_of,
        services: file.map(|file| file.services.clone()).unwrap_or_default(),
        warnings,
    }
}
