//! `replay`: a recording instead of a cluster, in the UI or as the state at one moment.

use super::base::{Base, Ready};
use super::format::{self, Form};
use super::outcome::{Failure, code, warn};
use super::{look, ui};
use crate::app::state::Setup;
use crate::cluster::hub::Access;
use crate::config::resolve::{Resolved, Scope, Source};
use crate::config::settings::{Channel, Confirm, Look, Runtime};
use crate::engine::start::Feed;
use crate::names::{ChannelName, ClusterName, SourceId};
use crate::report::playback::{self, Moment};
use crate::report::recording::{self, Recording};
use crate::report::rollout::Seen;
use crate::report::text::Row;
use jiff::{SignedDuration, Timestamp};
use kube::config::Kubeconfig;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

/// What to print.
#[derive(Clone, Debug)]
pub struct Options {
    /// The recording.
    pub file: PathBuf,
    /// The moment, in milliseconds since it began.
    pub at: u64,
    /// Which rollout.
    pub name: String,
    /// In which namespace, when there are several of that name.
    pub namespace: Option<String>,
    /// Form.
    pub form: Form,
}

/// Prints a rollout as it was at a moment.
///
/// # Errors
/// A recording that cannot be read, no such rollout at that moment.
pub fn print(options: &Options, out: &mut dyn Write) -> Result<u8, Failure> {
    let recording = read(&options.file)?;
    let moment = Moment::at(&recording, options.at);
    let named = moment.named(&options.name, options.namespace.as_deref());
    let rollout = match named.as_slice() {
        [one] => one.as_ref(),
        [] => {
            let names: BTreeSet<&str> = moment.rollouts().map(|rollout| &*rollout.meta.name).collect();
            let what = format!("no rollout \"{}\" in {} at {} ms", options.name, options.file.display(), options.at);
            let hint = crate::config::problem::suggest(&options.name, names).unwrap_or_else(|| end_of(&recording));
            return Err(Failure::failed(what).hint(hint));
        }
        several => {
            let places: Vec<&str> = several.iter().map(|rollout| &*rollout.meta.namespace).collect();
            let what = format!("rollout \"{}\" is in several namespaces: {}", options.name, places.join(", "));
            return Err(Failure::bad_input(what).hint("choose one with -n"));
        }
    };
    let now = after(began(&recording), options.at);
    let picture = moment.picture(rollout, now);
    let seen = Seen { channel: "", cluster: "", observed_at: now, stale: false };
    let row = Row { seen: &seen, rollout, picture: &picture };
    out.write_all(format::one(options.form, row, "a promote")?.as_bytes())?;
    out.flush()?;
    Ok(code::DONE)
}

fn end_of(recording: &Recording) -> String {
    let last = recording.lines.last().map_or(0, |line| line.t_ms);
    format!("the recording goes to {last} ms")
}

/// Reads a recording; lines that cannot be used are told by number, the rest is used.
///
/// # Errors
/// When it cannot be read at all, or holds nothing that can be used.
pub fn read(path: &Path) -> Result<Recording, Failure> {
    let recording = recording::read(path)
        .map_err(|error| Failure::bad_input(format!("{}: cannot be read: {error}", path.display())))?;
    for (line, why) in &recording.bad {
        warn(&format!("{}:{line}: {why}; this line is left out", path.display()));
    }
    if recording.lines.is_empty() {
        return Err(Failure::bad_input(format!("{}: holds no line of a recording", path.display()))
            .hint("a recording is JSON lines: {\"t_ms\": 0, \"resource\": \"rollouts\", \"event\": {…}}"));
    }
    Ok(recording)
}

/// When a recording began, in the cluster's time; one without any time begins in 1970.
fn began(recording: &Recording) -> Timestamp {
    playback::started_at(recording).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Opens the UI on a recording.
///
/// # Errors
/// A recording that cannot be read, no terminal.
pub fn open(base: &Base, path: &Path, speed: f64) -> Result<u8, Failure> {
    let recording = read(path)?;
    look::drawable(&base.terminal)?;
    let name = path.file_name().map_or_else(|| "recording".to_owned(), |name| name.to_string_lossy().into_owned());
    let channel = ChannelName::new(name.as_str());
    let cluster = ClusterName::new("recording");
    let mut settings = ui::bare_settings();
    settings.channels.push(Channel {
        name: channel,
        order: 10,
        confirm: Confirm::Deny,
        read_only: true,
        require_reason: false,
        allowed_times: Vec::new(),
        color: None,
        runtimes: vec![Runtime {
            name: cluster.clone(),
            context: name.clone(),
            namespace: None,
            extra_namespaces: Vec::new(),
            labels: BTreeMap::new(),
        }],
    });
    let source = Source { id: SourceId(0), channel: 0, cluster, context: name, scope: Scope::All, broken: None };
    let warnings = recording.bad.iter().map(|(line, why)| format!("{}:{line}: {why}", path.display())).collect();
    let access = Access { kubeconfig: Kubeconfig::default(), timeout: base.timeout, read_only: true };
    let resolved = Resolved { settings, sources: vec![source], look: Look::default() };
    let ready = Ready { resolved, access, selector: None, warnings };
    let start = began(&recording);
    let setup = Setup { replay: true, read_only: true, now: start, ..ui::setup(base, &ready) };
    let began_here = Instant::now();
    let clock = move || {
        let passed = SignedDuration::try_from_secs_f64(began_here.elapsed().as_secs_f64() * speed).unwrap_or_default();
        start.saturating_add(passed).unwrap_or(start)
    };
    ui::open(base, setup, &ready.resolved, Feed::Replay { recording, speed }, Arc::new(clock), speed)
}

fn after(start: Timestamp, millis: u64) -> Timestamp {
    let passed = SignedDuration::from_millis(i64::try_from(millis).unwrap_or(i64::MAX));
    start.saturating_add(passed).unwrap_or(start)
}
