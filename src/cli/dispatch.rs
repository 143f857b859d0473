//! From arguments to the commands: reads the environment once, and hands over plain options.

use super::args::{Args, ColorWhen, Command, Config, Global, Output, Replay};
use super::generate;
use crate::commands::act::To;
use crate::commands::base::{Base, LookFlags, Terminal};
use crate::commands::demo::Demo;
use crate::commands::format::Form;
use crate::commands::outcome::Failure;
use crate::commands::replay::Options as ReplayOptions;
use crate::commands::{act, audit, check, config, demo, deploy, get, list, render, replay, status, ui, validate};
use crate::config::load::Places;
use crate::config::resolve::Flags;
use crate::config::settings::Color;
use etcetera::BaseStrategy;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;

/// The variables that say what the terminal can do.
const TERMINAL: [&str; 7] = ["TERM", "COLORTERM", "NO_COLOR", "LC_ALL", "LC_CTYPE", "LANG", "ROLLTOP_REDUCED_MOTION"];

/// Runs the chosen command; the exit code.
///
/// # Errors
/// What failed, with its exit code.
pub fn run(args: Args) -> Result<u8, Failure> {
    let base = base(&args.global);
    // Not locked: the terminal UI writes to it from a thread of its own.
    let out = &mut std::io::stdout();
    match args.command {
        None => ui::run(&base),
        Some(Command::Demo(given)) => {
            if args.global.config.is_some() || args.global.kubeconfig.is_some() {
                return Err(Failure::bad_input("demo brings its own configuration and kubeconfig")
                    .hint("leave out --config and --kubeconfig, or leave out demo"));
            }
            let options = Demo {
                scenario: given.scenario,
                speed: given.speed,
                listen: given.listen,
                kubeconfig_out: given.kubeconfig_out,
                config_out: given.config_out,
                load: given.load,
                churn: given.churn,
                seed: given.seed,
                faults: given.faults,
            };
            if given.list {
                demo::list(out)
            } else if given.serve {
                demo::serve(&options, out)
            } else {
                demo::ui(&base, &options)
            }
        }
        Some(Command::List { output }) => list::run(&base, form(output), out),
        Some(Command::Get { name, output, watch }) => get::run(&base, &name, form(output), watch, out),
        Some(Command::Status { name, output, watch, timeout }) => {
            status::run(&base, &name, form(output), watch.then_some(timeout), out)
        }
        Some(Command::Promote(given)) => act::run(&base, &given.options(), out),
        Some(Command::Abort(given)) => act::run(&base, &given.doing(To::Abort), out),
        Some(Command::Retry(given)) => act::run(&base, &given.options()?, out),
        Some(Command::Pause(given)) => act::run(&base, &given.doing(To::Pause), out),
        Some(Command::Resume(given)) => act::run(&base, &given.doing(To::Resume), out),
        Some(Command::Restart(given)) => act::run(&base, &given.options(), out),
        Some(Command::Undo(given)) => act::run(&base, &given.options(), out),
        Some(Command::SetImage(given)) => act::run(&base, &given.options()?, out),
        Some(Command::Scale(given)) => act::run(&base, &given.options(), out),
        Some(Command::Terminate(given)) => act::run(&base, &given.options()?, out),
        Some(Command::DeleteRun(given)) => act::run(&base, &given.options(), out),
        Some(Command::Deploy(given)) => deploy::run(&base, &given.options(&base.flags), out),
        Some(Command::Diff(given)) => {
            let json = given.output == "json";
            deploy::diff::run(&base, &given.wish(&base.flags), json, out)
        }
        Some(Command::Validate(given)) => validate::run(&base, &given.options(args.global.verbose > 0), out),
        Some(Command::Render(given)) => render::run(&base, &given.options(), out),
        Some(Command::Audit { output, limit }) => audit::run(&base, limit, output == "json", out),
        Some(Command::Replay(given)) => replay_run(&base, given, out),
        Some(Command::Check) => check::run(&base, out),
        Some(Command::Config { what }) => match what {
            Config::Show { output } => config::show(&base, output == "json", out),
            Config::Schema => config::schema(out),
            Config::Example => config::example(out),
        },
        Some(Command::Completions { shell }) => generate::completions(shell, out),
        Some(Command::Man) => generate::man(out),
    }
}

fn replay_run(base: &Base, given: Replay, out: &mut dyn Write) -> Result<u8, Failure> {
    match given.at {
        None => replay::open(base, &given.file, given.speed),
        Some(at) => {
            let Some(name) = given.rollout else {
                return Err(Failure::bad_input("--at needs --rollout NAME"));
            };
            let namespace = base.flags.namespaces.first().cloned();
            let options = ReplayOptions { file: given.file, at, name, namespace, form: form(given.output) };
            replay::print(&options, out)
        }
    }
}

fn form(output: Output) -> Form {
    match output {
        Output::Text => Form::Text,
        Output::Json => Form::Json,
        Output::Yaml => Form::Yaml,
        Output::Name => Form::Name,
        Output::Wide => Form::Wide,
    }
}

fn base(global: &Global) -> Base {
    let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let strategy = etcetera::choose_base_strategy().ok();
    let home = strategy.as_ref().map(|strategy| strategy.home_dir().to_path_buf());
    Base {
        places: Places {
            flag: global.config.clone(),
            environment: text("ROLLTOP_CONFIG").map(PathBuf::from),
            here: std::env::current_dir().ok(),
            config_home: strategy.map(|strategy| strategy.config_dir()),
        },
        kubeconfig: global.kubeconfig.clone(),
        kubeconfig_environment: text("KUBECONFIG"),
        home,
        state_home: state_home(),
        flags: Flags {
            contexts: global.contexts.clone(),
            channels: global.channels.clone(),
            namespaces: global.namespaces.clone(),
            all_namespaces: global.all_namespaces,
        },
        selector: global.selector.clone(),
        timeout: global.cluster_timeout,
        read_only: global.readonly,
        look: LookFlags {
            color: global.color.map(|when| match when {
                ColorWhen::Auto => Color::Auto,
                ColorWhen::Always => Color::Always,
                ColorWhen::Never => Color::Never,
            }),
            ascii: global.ascii,
            theme: global.theme.clone(),
            reduced_motion: global.reduced_motion,
            no_mouse: global.no_mouse,
        },
        terminal: Terminal {
            variables: TERMINAL.iter().filter_map(|name| Some(((*name).to_owned(), text(name)?))).collect(),
            stdin: std::io::stdin().is_terminal(),
            stdout: std::io::stdout().is_terminal(),
        },
        user: text("USER").or_else(|| text("LOGNAME")).unwrap_or_else(|| "unknown user".to_owned()),
    }
}

/// `$XDG_STATE_HOME`, or where it is by default.
#[must_use]
pub fn state_home() -> Option<PathBuf> {
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.state_dir().unwrap_or_else(|| strategy.home_dir().join(".local/state")))
}
