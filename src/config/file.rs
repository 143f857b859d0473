//! The file: the typed part that this program acts on. The rest was checked by the key table and is kept as it was
//! written ([`File::kept`]) for the parts of the program that act on it.

use super::check;
use super::duration;
use super::keys;
use super::problem::{Place, Problem, Source, near};
use super::references;
use super::services::{self, Services};
use super::settings::{Color, Confirm, Look, Record};
use super::times::{self, AllowedTimes};
use crate::names::{ChannelName, Namespace};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// A configuration file that was read and is right.
#[derive(Clone, Debug, PartialEq)]
pub struct File {
    /// Where it was found.
    pub path: PathBuf,
    /// The channels, in the order of the file.
    pub channels: Vec<FileChannel>,
    /// A source without contact for this long is stale.
    pub stale_after: Duration,
    /// Mouse on.
    pub mouse: bool,
    /// What is kept of writes.
    pub record: Record,
    /// A watched rollout also calls with a notification of the terminal.
    pub osc9: bool,
    /// How the terminal UI looks.
    pub look: Look,
    /// What it says about services.
    pub services: Services,
    /// All keys as written.
    pub kept: toml::Table,
}

/// A channel of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileChannel {
    /// Name.
    pub name: ChannelName,
    /// Order; position times 10 when not given.
    pub order: i64,
    /// How a write is confirmed.
    pub confirm: Confirm,
    /// No writes.
    pub read_only: bool,
    /// A write needs a reason.
    pub require_reason: bool,
    /// When its protections allow something to happen.
    pub allowed_times: Vec<AllowedTimes>,
    /// Border colour.
    pub color: Option<String>,
    /// Where it runs.
    pub runtimes: Vec<FileRuntime>,
    /// Service by the name of its Rollout.
    pub service_of: BTreeMap<String, String>,
}

/// A runtime of a channel.
#[derive(Clone, Debug, PartialEq)]
pub struct FileRuntime {
    /// Name for people.
    pub name: Option<String>,
    /// Context.
    pub context: String,
    /// Where the context's name stands in the file.
    pub context_at: Place,
    /// Namespace.
    pub namespace: Option<Namespace>,
    /// More namespaces.
    pub extra_namespaces: Vec<Namespace>,
    /// Labels.
    pub labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Wire {
    stale_after: Option<String>,
    #[serde(default)]
    ui: WireUi,
    #[serde(default)]
    audit: WireAudit,
    #[serde(default)]
    release_channels: Vec<WireChannel>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireUi {
    mouse: bool,
    theme: Option<String>,
    color: Option<String>,
    ascii: bool,
    reduced_motion: bool,
    notify: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct WireAudit {
    max_size: Option<String>,
    keep: Option<usize>,
    events: Option<bool>,
    required: bool,
}

#[derive(Deserialize)]
struct WireChannel {
    name: Spanned<String>,
    order: Option<i64>,
    runtime: Option<Spanned<WireRuntime>>,
    runtimes: Option<Spanned<Vec<WireRuntime>>>,
    confirm: Option<String>,
    color: Option<String>,
    #[serde(default)]
    protected: bool,
    #[serde(default)]
    readonly: bool,
    #[serde(default)]
    require_reason: bool,
    #[serde(default)]
    services: BTreeMap<String, WireService>,
}

#[derive(Deserialize)]
struct WireRuntime {
    name: Option<String>,
    context: Spanned<String>,
    namespace: Option<String>,
    #[serde(default)]
    extra_namespaces: Vec<String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct WireService {
    #[serde(rename = "match")]
    matches: Option<WireMatch>,
}

#[derive(Deserialize)]
struct WireMatch {
    name: Option<String>,
}

/// Reads the text of a file. `path` is the file as the user knows it.
///
/// # Errors
/// Everything that is wrong, in order of place.
pub fn parse(path: &Path, text: &str) -> Result<File, Vec<Problem>> {
    let shown = path.display().to_string();
    let source = Source { path: &shown, text };
    let (table, errors) = toml::de::DeTable::parse_recoverable(text);
    let mut problems = check::syntax(source, &errors);
    if problems.is_empty() {
        problems.extend(check::check(source, &table, keys::FILE));
        problems.extend(references::check(source, &table));
        problems.extend(times::check::check(source, &table));
    }
    if problems.is_empty() {
        match (toml::from_str::<Wire>(text), text.parse::<toml::Table>()) {
            (Ok(wire), Ok(kept)) => {
                let services = services::read(source, path, table.get_ref());
                return settle(source, path, wire, services, kept);
            }
            (Err(error), _) | (_, Err(error)) => problems.extend(check::syntax(source, &[error])),
        }
    }
    problems.sort();
    problems.dedup();
    Err(problems)
}

fn settle(
    source: Source<'_>,
    path: &Path,
    wire: Wire,
    services: Services,
    kept: toml::Table,
) -> Result<File, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut channels: Vec<FileChannel> = Vec::new();
    let mut first_seen: BTreeMap<String, Place> = BTreeMap::new();
    for (at, channel) in wire.release_channels.into_iter().enumerate() {
        let place = source.place(&channel.name.span());
        let name = channel.name.into_inner();
        if let Some(first) = first_seen.get(&name) {
            problems.push(Problem {
                place: place.clone(),
                what: format!("release channel \"{name}\" is already there (first at {first})"),
                hint: Some("each channel needs a name of its own".to_owned()),
            });
        }
        first_seen.entry(name.clone()).or_insert_with(|| place.clone());
        let runtimes = match (channel.runtime, channel.runtimes) {
            (Some(_), Some(several)) => {
                problems.push(Problem {
                    place: source.place(&several.span()),
                    what: format!("release_channels \"{name}\" has both \"runtime\" and \"runtimes\""),
                    hint: Some("keep one of them".to_owned()),
                });
                Vec::new()
            }
            (None, None) => {
                problems.push(Problem {
                    place,
                    what: format!("release_channels \"{name}\" has neither \"runtime\" nor \"runtimes\""),
                    hint: Some("say where it runs: runtime = { context = \"…\", namespace = \"…\" }".to_owned()),
                });
                Vec::new()
            }
            (Some(one), None) => vec![one.into_inner()],
            (None, Some(several)) => {
                if several.get_ref().is_empty() {
                    problems.push(Problem {
                        place: source.place(&several.span()),
                        what: format!("the runtimes of release_channels \"{name}\" are an empty list"),
                        hint: None,
                    });
                }
                several.into_inner()
            }
        };
        let runtimes = runtimes_of(source, &name, runtimes, &mut problems);
        channels.push(FileChannel {
            order: channel.order.unwrap_or_else(|| 10 * (i64::try_from(at).unwrap_or(0) + 1)),
            confirm: match channel.confirm.as_deref() {
                Some("type-name") => Confirm::TypeName,
                Some("deny") => Confirm::Deny,
                _ if channel.protected => Confirm::TypeName,
                _ => Confirm::Enter,
            },
            read_only: channel.readonly,
            require_reason: channel.require_reason,
            allowed_times: times::of_channel(&kept, at),
            color: channel.color,
            runtimes,
            service_of: channel
                .services
                .into_iter()
                .filter_map(|(service, what)| Some((what.matches?.name?, service)))
                .collect(),
            name: ChannelName::new(name),
        });
    }
    if !problems.is_empty() {
        problems.sort();
        return Err(problems);
    }
    Ok(File {
        path: path.to_owned(),
        channels,
        stale_after: wire
            .stale_after
            .and_then(|text| duration::parse(&text).ok())
            .unwrap_or(super::settings::STALE_AFTER),
        mouse: wire.ui.mouse,
        record: record(&wire.audit),
        osc9: wire.ui.notify.as_deref() == Some("osc9"),
        look: Look {
            theme: wire.ui.theme.unwrap_or_else(|| "auto".to_owned()),
            color: wire.ui.color.as_deref().map_or(Color::Auto, Color::of_word),
            ascii: wire.ui.ascii,
            reduced_motion: wire.ui.reduced_motion,
        },
        services,
        kept,
    })
}

fn record(wire: &WireAudit) -> Record {
    let usual = Record::default();
    Record {
        max_size: wire.max_size.as_deref().and_then(bytes).unwrap_or(usual.max_size),
        keep: wire.keep.unwrap_or(usual.keep),
        events: wire.events.unwrap_or(usual.events),
        required: wire.required,
    }
}

/// A size as the checker lets it pass: `10MB`.
fn bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let unit = match &text[digits..] {
        "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(unit)
}

fn runtimes_of(
    source: Source<'_>,
    channel: &str,
    wire: Vec<WireRuntime>,
    problems: &mut Vec<Problem>,
) -> Vec<FileRuntime> {
    let mut runtimes: Vec<FileRuntime> = Vec::new();
    for runtime in wire {
        let context_at = source.place(&runtime.context.span());
        let runtime = FileRuntime {
            name: runtime.name,
            context: runtime.context.into_inner(),
            context_at,
            namespace: runtime.namespace.map(Namespace::new),
            extra_namespaces: runtime.extra_namespaces.into_iter().map(Namespace::new).collect(),
            labels: runtime.labels,
        };
        let shown = |runtime: &FileRuntime| runtime.name.clone().unwrap_or_else(|| runtime.context.clone());
        if let Some(twin) = runtimes.iter().find(|other| shown(other) == shown(&runtime)) {
            problems.push(Problem {
                place: runtime.context_at.clone(),
                what: format!(
                    "release_channels \"{channel}\" has two runtimes called \"{}\" (first at {})",
                    shown(&runtime),
                    twin.context_at
                ),
                hint: Some("give each a name of its own: name = \"…\"".to_owned()),
            });
        }
        runtimes.push(runtime);
    }
    runtimes
}

/// A hint for a context that is not in the kubeconfig.
#[must_use]
pub fn context_hint(context: &str, known: &[String]) -> String {
    if known.is_empty() {
        return "the kubeconfig has no contexts".to_owned();
    }
    let all = known.join(", ");
    near(context, known.iter().map(String::as_str))
        .map_or_else(|| format!("there are: {all}"), |near| format!("did you mean \"{near}\"? There are: {all}"))
}
