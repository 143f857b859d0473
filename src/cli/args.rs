//! The command line, declared once.

use super::acting::{DeleteRun, OnRollout, Promote, Restart, Retry, Scale, SetImage, Terminate, Undo};
use super::deploying::{Deploy, Diff};
use super::serving::{Render, Validate};
use crate::config::duration;
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};
use clap_complete::Shell;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

const EXIT_CODES: &str = "\
Exit codes: 0 done, healthy · 1 failed · 2 usage or bad input, nothing was sent · 3 degraded or aborted · 4 timed out · \
5 not signed in or not allowed · 129/143 ended by SIGHUP/SIGTERM";

/// top for rollouts: watch Argo Rollouts across release channels, and promote a pause with `p`.
///
/// Without a command the terminal UI opens.
#[derive(Clone, Debug, Parser)]
#[command(name = "rolltop", version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Args {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Clone, Debug, ClapArgs)]
pub struct Global {
    /// Configuration; else $ROLLTOP_CONFIG, ./rolltop.toml, $XDG_CONFIG_HOME/rolltop/config.toml
    #[arg(short, long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Where")]
    pub config: Option<PathBuf>,
    /// Kubeconfig; else the files of $KUBECONFIG, ~/.kube/config
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Where")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig (repeatable)
    #[arg(long = "context", global = true, value_name = "NAME", action = ArgAction::Append, help_heading = "Where")]
    pub contexts: Vec<String>,
    /// Time-out of connecting to a cluster and of a request
    #[arg(long, global = true, value_name = "DUR", value_parser = duration::parse, default_value = "10s", help_heading = "Where")]
    pub cluster_timeout: Duration,
    /// Only this release channel (repeatable)
    #[arg(long = "channel", global = true, value_name = "NAME", action = ArgAction::Append, help_heading = "What")]
    pub channels: Vec<String>,
    /// Namespace (repeatable); else the one of the channel or context
    #[arg(short, long = "namespace", global = true, value_name = "NS", value_parser = namespace, action = ArgAction::Append, conflicts_with = "all_namespaces", help_heading = "What")]
    pub namespaces: Vec<String>,
    /// All namespaces
    #[arg(short = 'A', long, global = true, help_heading = "What")]
    pub all_namespaces: bool,
    /// Only rollouts with these labels, as kubectl takes them
    #[arg(short = 'l', long, global = true, value_name = "SEL", help_heading = "What")]
    pub selector: Option<String>,
    /// No request other than get, list, watch and access reviews can leave the process
    #[arg(long, global = true, help_heading = "What")]
    pub readonly: bool,
    /// Colours; NO_COLOR, TERM and COLORTERM decide auto
    #[arg(long, global = true, value_name = "WHEN", value_enum, help_heading = "Look")]
    pub color: Option<ColorWhen>,
    /// ASCII only
    #[arg(long, global = true, help_heading = "Look")]
    pub ascii: bool,
    /// Palette
    #[arg(long, global = true, value_name = "NAME", value_parser = ["auto", "dark", "light", "cb", "high"], help_heading = "Look")]
    pub theme: Option<String>,
    /// No spinner, no flash
    #[arg(long, global = true, help_heading = "Look")]
    pub reduced_motion: bool,
    /// No mouse, whatever the configuration says
    #[arg(long, global = true, help_heading = "Look")]
    pub no_mouse: bool,
    /// Write a log to this file
    #[arg(long, global = true, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Log")]
    pub log_file: Option<PathBuf>,
    /// More in the log (-vv: still more); without --log-file it is $XDG_STATE_HOME/rolltop/rolltop.log
    #[arg(short, global = true, action = ArgAction::Count, help_heading = "Log")]
    pub verbose: u8,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// The terminal and NO_COLOR decide.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Form of what is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Text,
    /// RolloutReport as JSON
    Json,
    /// The same as YAML
    Yaml,
    /// Names only
    Name,
    /// For people, with more columns
    Wide,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// The UI on a simulated cluster inside the program: no cluster and no files needed
    Demo(Demo),
    /// List rollouts of all release channels
    List {
        /// Form
        #[arg(short, long, value_enum, default_value = "text")]
        output: Output,
    },
    /// Show one rollout
    Get {
        /// Name of the rollout
        name: String,
        /// Form
        #[arg(short, long, value_enum, default_value = "text")]
        output: Output,
        /// Print it again whenever it changes (JSON: one object a line)
        #[arg(short, long)]
        watch: bool,
    },
    /// Say how a rollout stands, by words and exit code: 0 healthy, 3 degraded or aborted, 4 neither (yet)
    Status {
        /// Name of the rollout
        name: String,
        /// Form
        #[arg(short, long, value_enum, default_value = "text")]
        output: Output,
        /// Wait until it is healthy or degraded
        #[arg(short, long)]
        watch: bool,
        /// With --watch: give up after this time
        #[arg(long, value_name = "D", value_parser = duration::parse, requires = "watch")]
        timeout: Option<Duration>,
    },
    /// End the pause that a rollout stands at, or go further
    Promote(Promote),
    /// Give an update up: traffic goes back to the stable version
    Abort(OnRollout),
    /// Begin an aborted update again, or an Experiment that stands by itself
    Retry(Retry),
    /// Hold a rollout
    Pause(OnRollout),
    /// End the hold of a rollout, and nothing else
    Resume(OnRollout),
    /// Replace all pods, a few at a time
    Restart(Restart),
    /// Go back to the pod template of an earlier revision
    Undo(Undo),
    /// Set other images
    SetImage(SetImage),
    /// Set the number of pods
    Scale(Scale),
    /// End an AnalysisRun or an Experiment
    Terminate(Terminate),
    /// Delete a finished AnalysisRun
    DeleteRun(DeleteRun),
    /// Deploy a service, or plain manifests, to a release channel: shows what will change, then applies it
    Deploy(Deploy),
    /// Show what a deploy would change: 0 nothing, 3 something
    Diff(Diff),
    /// Check services and their manifests, without any cluster: every error with its line; exit code 2 where there is one
    Validate(Validate),
    /// Print the objects of a service as they would be sent to a release channel
    Render(Render),
    /// Show the log of writes, the newest first
    Audit {
        /// Form; json is one object a line
        #[arg(short, long, value_parser = ["text", "json"], default_value = "text")]
        output: String,
        /// At most so many writes
        #[arg(long, value_name = "N", default_value_t = 100)]
        limit: usize,
    },
    /// Open a recording
    Replay(Replay),
    /// Check configuration, contexts, versions, permissions, clocks and the terminal
    Check,
    /// Show what is in force, or documents about the configuration
    Config {
        /// Which
        #[command(subcommand)]
        what: Config,
    },
    /// Print completions for a shell
    Completions {
        /// Shell
        shell: Shell,
    },
    /// Print the man page
    Man,
}

/// `demo`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Demo {
    /// Scenario (see --list)
    #[arg(long, value_name = "NAME")]
    pub scenario: Option<String>,
    /// Simulated seconds per second; 0 stands still
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// List the scenarios
    #[arg(long)]
    pub list: bool,
    /// Only the simulated clusters, for kubectl and scripts; prints `ready URL`
    #[arg(long)]
    pub serve: bool,
    /// Where to listen (loopback only; port 0 takes a free one)
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0", requires = "serve")]
    pub listen: SocketAddr,
    /// Write the kubeconfig here
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "serve")]
    pub kubeconfig_out: Option<PathBuf>,
    /// Write the matching configuration here
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, requires = "serve")]
    pub config_out: Option<PathBuf>,
    /// Make this many more rollouts in production
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub load: usize,
    /// Make this many changes a second to them
    #[arg(long, value_name = "EVENTS_PER_S", default_value_t = 0.0, value_parser = speed)]
    pub churn: f64,
    /// Seed of uids, names and times
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Faults of the simulated clusters
    #[arg(long, value_name = "SPEC", default_value = "", hide_default_value = true)]
    pub faults: String,
}

/// `replay`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Replay {
    /// Recording: JSON lines, plain, gzip or zstd
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Recorded seconds per second
    #[arg(long, value_name = "N", default_value_t = 1.0, value_parser = speed)]
    pub speed: f64,
    /// Print the state at this moment (milliseconds since the recording began) and end
    #[arg(long, value_name = "MS")]
    pub at: Option<u64>,
    /// With --at: which rollout
    #[arg(long, value_name = "NAME", requires = "at")]
    pub rollout: Option<String>,
    /// Form
    #[arg(short, long, value_enum, default_value = "text", requires = "at")]
    pub output: Output,
}

/// `config`.
#[derive(Clone, Debug, Subcommand)]
pub enum Config {
    /// What is in force, and where it comes from
    Show {
        /// Form
        #[arg(short, long, value_parser = ["text", "json"], default_value = "text")]
        output: String,
    },
    /// A JSON schema, for editors
    Schema,
    /// An annotated example with every key
    Example,
}

fn namespace(text: &str) -> Result<String, String> {
    let ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=63).contains(&text.len()) && text.chars().all(ok) && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(text.to_owned());
    }
    Err("a namespace has 1 to 63 of a-z, 0-9 and -, and begins and ends with a letter or digit".to_owned())
}

/// A duration in the spelling of the configuration.
pub(super) fn duration_value(text: &str) -> Result<Duration, String> {
    duration::parse(text)
}

/// A number of pods.
pub(super) fn replicas(text: &str) -> Result<i32, String> {
    text.parse::<i32>().ok().filter(|count| *count >= 0).ok_or_else(|| "write a number of pods, 0 or more".to_owned())
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(n) if n.is_finite() && (0.0..=100_000.0).contains(&n) => Ok(n),
        _ => Err("write a number from 0 to 100000".to_owned()),
    }
}
