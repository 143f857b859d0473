//! The real binary against a simulated cluster in this process, whose log of requests tells what was sent.

use assert_cmd::Command;
use rolltop::demo::http::record::Logged;
use rolltop::demo::serve::{Options, Running, start};
use serde_json::Value;
use std::path::PathBuf;
use tempfile::TempDir;

/// A simulation and a folder of its own with the two files that lead to it.
pub struct Clusters {
    pub running: Running,
    pub folder: TempDir,
}

/// What a run of the binary gave.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Clusters {
    /// A scenario at a speed.
    pub fn new(scenario: &str, speed: f64) -> Self {
        let listen = "127.0.0.1:0".parse().unwrap();
        let options =
            Options { scenario: scenario.into(), speed, listen, seed: 7, load: 0, churn: 0.0, faults: String::new() };
        let running = start(options).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("kubeconfig"), &running.kubeconfig).unwrap();
        std::fs::write(folder.path().join("config.toml"), &running.config).unwrap();
        Self { running, folder }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and gives its path as text.
    pub fn file(&self, name: &str, text: &str) -> String {
        std::fs::write(self.path(name), text).unwrap();
        self.path(name).display().to_string()
    }

    /// The binary, in that folder, with nothing of this machine's environment.
    pub fn command(&self) -> Command {
        let mut command = bare(&self.folder);
        command.env("KUBECONFIG", self.path("kubeconfig")).env("ROLLTOP_CONFIG", self.path("config.toml"));
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        ran(self.command().args(args))
    }

    /// Runs, and expects this exit code.
    pub fn expect(&self, code: i32, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, code, "rolltop {args:?}\nstdout: {}\nstderr: {}", ran.stdout, ran.stderr);
        ran
    }

    /// Everything that was asked so far.
    pub fn requests(&self) -> Vec<Logged> {
        self.running.requests().all()
    }

    /// The writes that were sent so far, to all clusters.
    pub fn writes(&self) -> Vec<Logged> {
        self.requests().into_iter().filter(|logged| logged.writes() && !is_event(logged)).collect()
    }
}

fn is_event(logged: &Logged) -> bool {
    logged.method == "POST" && logged.path.split('?').next().is_some_and(|path| path.ends_with("/events"))
}

/// The binary in a folder that is also its home.
pub fn bare(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rolltop"));
    command.current_dir(folder.path()).env_clear().env("HOME", folder.path()).env("PATH", "/usr/bin:/bin");
    command.timeout(std::time::Duration::from_mins(1));
    command
}

pub fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ran {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }

    /// The words of stderr contain this.
    pub fn says(&self, part: &str) -> &Self {
        assert!(self.stderr.contains(part), "{part:?} is not in: {}", self.stderr);
        self
    }

    pub fn prints(&self, part: &str) -> &Self {
        assert!(self.stdout.contains(part), "{part:?} is not in: {}", self.stdout);
        self
    }
}
