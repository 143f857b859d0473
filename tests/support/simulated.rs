//! The simulated cluster inside the test, with its clock in the test's hand, and the program outside of it: everything
//! between the two goes over real HTTP.

use super::api::Api;
use super::pty::{Begin, Home, PATIENCE};
use rolltop::demo::scenario::NAMESPACE;
use rolltop::demo::serve::{Options, Running, start};
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A running simulation, and the files that lead into it.
pub struct Simulated {
    pub running: Running,
    pub home: Home,
    pub kubeconfig: PathBuf,
    pub config: PathBuf,
}

/// What a headless command did.
pub struct Ended {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Simulated {
    /// A scenario whose clock stands still: it moves when the test says so.
    pub fn new(scenario: &str) -> Self {
        Self::at_speed(scenario, 0.0)
    }

    pub fn at_speed(scenario: &str, speed: f64) -> Self {
        let options = Options {
            scenario: scenario.to_owned(),
            speed,
            listen: "127.0.0.1:0".parse().expect("an address"),
            seed: 1,
            load: 0,
            churn: 0.0,
            faults: String::new(),
        };
        let running = start(options).expect("the scenario is served");
        let home = Home::new();
        let kubeconfig = home.file("kubeconfig", &running.kubeconfig);
        let config = home.file("channels.toml", &running.config);
        Self { running, home, kubeconfig, config }
    }

    /// The API of a cluster, as its administrator.
    pub fn api(&self, cluster: &str) -> Api {
        Api::new(&self.running.kubeconfig, Some(cluster), NAMESPACE)
    }

    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let path = |path: &PathBuf| path.display().to_string();
        let mut args = vec!["--kubeconfig".to_owned(), path(&self.kubeconfig)];
        // Contexts that are chosen by flags are channels of their own.
        if !more.contains(&"--context") {
            args.extend(["--config".to_owned(), path(&self.config)]);
        }
        args.extend(more.iter().map(ToString::to_string));
        args
    }

    /// The UI on it.
    pub fn ui(&self, more: &[&str]) -> Begin {
        let args = self.arguments(more);
        Begin::new(&args.iter().map(String::as_str).collect::<Vec<_>>()).home(&self.home)
    }

    /// A headless command on it, not waited for.
    pub fn command(&self, more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rolltop"));
        command.args(self.arguments(more)).env_clear().envs(self.home.environment()).current_dir(self.home.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A headless command on it.
    pub fn run(&self, more: &[&str]) -> Ended {
        ended(&self.command(more).output().expect("the program starts"))
    }

    /// The report of `get -o json`.
    #[track_caller]
    pub fn report(&self, channel: &str, name: &str) -> Value {
        let ended = self.run(&["get", name, "--channel", channel, "-o", "json"]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        serde_json::from_str(&ended.out).expect("JSON on stdout, and nothing else")
    }

    /// Moves the clock on, half a second at a time, until a Rollout fulfils a condition; the Rollout.
    #[track_caller]
    pub fn moves_until(&self, api: &Api, name: &str, what: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let deadline = Instant::now() + PATIENCE;
        let mut last = Value::Null;
        loop {
            let rollout = api.rollout(name);
            if holds(&rollout) {
                return rollout;
            }
            assert!(Instant::now() < deadline, "waited for {what}; the rollout:\n{:#}", rollout["status"]);
            // The controllers work on the thread that answers: once the same answer came twice they are at rest.
            let version = rollout["metadata"]["resourceVersion"].clone();
            if version == last {
                self.running.clock.advance(Duration::from_millis(500).try_into().expect("a short time"));
            }
            last = version;
        }
    }

    /// The writes to a cluster that came from rolltop.
    pub fn writes(&self, cluster: &str) -> Vec<rolltop::demo::http::record::Logged> {
        let all = self.running.requests().writes(cluster);
        all.into_iter().filter(|logged| logged.agent.starts_with("rolltop") && !is_event(logged)).collect()
    }

    /// The events that rolltop made on a cluster, to tell of its writes.
    pub fn events(&self, cluster: &str) -> Vec<rolltop::demo::http::record::Logged> {
        let all = self.running.requests().writes(cluster);
        all.into_iter().filter(|logged| logged.agent.starts_with("rolltop") && is_event(logged)).collect()
    }
}

fn is_event(logged: &rolltop::demo::http::record::Logged) -> bool {
    logged.method == "POST" && logged.path.split('?').next().is_some_and(|path| path.ends_with("/events"))
}

/// An ended command in words.
pub fn ended(output: &Output) -> Ended {
    Ended {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
