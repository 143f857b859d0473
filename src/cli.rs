//! Cli: arguments, exit codes, errors for people.
//!
//! Must not know: clusters, state.
//!
//! [`args`] declares the command line once ([`acting`] the commands that change something, [`deploying`] those that deploy); completions and the man page are made from it ([`generate`]). [`dispatch`]
//! turns arguments into the plain options of `commands`. Here are the two ends: how the program is called, and how it
//! says that something failed.

pub mod acting;
pub mod args;
pub mod deploying;
pub mod dispatch;
pub mod generate;
pub mod log;
pub mod serving;

use crate::clean::clean;
use crate::commands::outcome::{Failure, code};
use clap::{CommandFactory, FromArgMatches};
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// Runs the program with the arguments of the process.
#[must_use]
pub fn run() -> ExitCode {
    // Only for what nobody foresaw; every foreseen error is a `Failure` with words of its own.
    let _ = color_eyre::config::HookBuilder::default().display_env_section(false).install();
    let given: Vec<OsString> = std::env::args_os().collect();
    let matches = match command(given.first()).try_get_matches_from(&given) {
        Ok(matches) => matches,
        Err(error) => return usage(&error),
    };
    let args = match args::Args::from_arg_matches(&matches) {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let ended = log::start(&args.global).and_then(|log| {
        let ended = dispatch::run(args);
        drop(log);
        ended
    });
    ExitCode::from(match ended {
        Ok(code) => code,
        Err(failure) => {
            tell(&failure, &mut std::io::stderr().lock());
            failure.code
        }
    })
}

/// The command line, with usage lines that fit how the program was called: as itself or as a plugin of kubectl.
#[must_use]
pub fn command(program: Option<&OsString>) -> clap::Command {
    let command = args::Args::command();
    let name = program.and_then(|program| Path::new(program).file_stem()).and_then(|name| name.to_str());
    if name == Some("kubectl-rolltop") { command.bin_name("kubectl rolltop") } else { command }
}

fn usage(error: &clap::Error) -> ExitCode {
    // `--help` and `--version` come this way too, with exit code 0 and on stdout.
    match error.print() {
        Err(trouble) if trouble.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(code::PIPE_CLOSED),
        _ => ExitCode::from(if error.use_stderr() { code::BAD_INPUT } else { code::DONE }),
    }
}

/// One block: what, where and why, then what to try.
fn tell(failure: &Failure, to: &mut dyn Write) {
    for fault in &failure.faults {
        // Nothing is left to do when stderr itself fails.
        let what: Vec<_> = fault.what.lines().map(clean).collect();
        let _ = writeln!(to, "error: {}", what.join("\n"));
        if let Some(hint) = &fault.hint {
            let _ = writeln!(to, " hint: {}", clean(hint));
        }
    }
}
