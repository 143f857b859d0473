//! The commands that change something, declared once, and what they ask for in plain values.

use super::args::{duration_value, replicas};
use crate::commands::act::{Options, To, Wish};
use crate::commands::outcome::Failure;
use crate::config::problem;
use clap::Args as ClapArgs;
use std::time::Duration;

/// Kinds that can be ended, with their other names.
const KINDS: [(&str, &[&str]); 2] =
    [("analysisrun", &["analysisruns", "ar", "run"]), ("experiment", &["experiments", "exp"])];

/// How it is done: options of all of them.
#[derive(Clone, Debug, ClapArgs)]
pub struct Acting {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Follow to the outcome, for at most this time [default: 1m]
    #[arg(short, long, value_name = "D", value_parser = duration_value, num_args = 0..=1, require_equals = true, default_missing_value = "1m")]
    pub wait: Option<Duration>,
    /// With --wait: give up after this time
    #[arg(long, value_name = "D", value_parser = duration_value, requires = "wait")]
    pub timeout: Option<Duration>,
    /// Let the server check the request and store nothing
    #[arg(long, value_name = "HOW", value_parser = ["server"])]
    pub dry_run: Option<String>,
    /// Form
    #[arg(short, long, value_parser = ["text", "json"], default_value = "text")]
    pub output: String,
}

/// Conditions on the rollout.
#[derive(Clone, Debug, ClapArgs)]
pub struct Conditions {
    /// Only while it is at this step (the index that `get` shows); else nothing is sent and the exit code is 1
    #[arg(long, value_name = "N")]
    pub if_step: Option<i32>,
    /// Only while this is its revision; else nothing is sent and the exit code is 1
    #[arg(long, value_name = "N")]
    pub if_revision: Option<i64>,
}

/// A command on a rollout.
#[derive(Clone, Debug, ClapArgs)]
pub struct OnRollout {
    /// Name of the rollout
    pub name: String,
    /// Conditions.
    #[command(flatten)]
    pub conditions: Conditions,
    /// How.
    #[command(flatten)]
    pub acting: Acting,
}

/// `promote`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Promote {
    /// On what, and how.
    #[command(flatten)]
    pub on: OnRollout,
    /// Skip every step, pause and analysis that is left
    #[arg(long, group = "extent")]
    pub full: bool,
    /// Skip the step that is running
    #[arg(long, group = "extent")]
    pub skip_current_step: bool,
    /// Skip all steps that are left
    #[arg(long, group = "extent")]
    pub skip_all_steps: bool,
}

/// `retry`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Retry {
    /// A rollout; or `experiment` and the name of an Experiment that stands by itself
    #[arg(value_name = "NAME", num_args = 1..=2, required = true)]
    pub what: Vec<String>,
    /// Conditions.
    #[command(flatten)]
    pub conditions: Conditions,
    /// How.
    #[command(flatten)]
    pub acting: Acting,
}

/// `restart`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Restart {
    /// On what, and how.
    #[command(flatten)]
    pub on: OnRollout,
    /// Not now, but after this time
    #[arg(long = "in", value_name = "D", value_parser = duration_value)]
    pub after: Option<Duration>,
}

/// `undo`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Undo {
    /// On what, and how.
    #[command(flatten)]
    pub on: OnRollout,
    /// To this revision [default: the stable one; where that is the present one, the one before]
    #[arg(long, value_name = "N")]
    pub to_revision: Option<i64>,
}

/// `set-image`.
#[derive(Clone, Debug, ClapArgs)]
pub struct SetImage {
    /// On what, and how.
    #[command(flatten)]
    pub on: OnRollout,
    /// Container (`*`: all) and image; all in one request
    #[arg(value_name = "CONTAINER=IMAGE", required = true, num_args = 1..)]
    pub images: Vec<String>,
}

/// `scale`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Scale {
    /// On what, and how.
    #[command(flatten)]
    pub on: OnRollout,
    /// Number of pods
    #[arg(value_name = "N", value_parser = replicas, allow_negative_numbers = true)]
    pub replicas: i32,
}

/// `terminate`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Terminate {
    /// analysisrun/NAME or experiment/NAME
    #[arg(value_name = "KIND/NAME")]
    pub what: String,
    /// How.
    #[command(flatten)]
    pub acting: Acting,
}

/// `delete-run`.
#[derive(Clone, Debug, ClapArgs)]
pub struct DeleteRun {
    /// Name of the AnalysisRun
    pub name: String,
    /// How.
    #[command(flatten)]
    pub acting: Acting,
}

fn options(wish: Wish, acting: Acting, conditions: Option<Conditions>) -> Options {
    Options {
        wish,
        yes: acting.yes,
        reason: acting.reason,
        wait: acting.wait.map(|wait| acting.timeout.unwrap_or(wait)),
        dry_run: acting.dry_run.is_some(),
        json: acting.output == "json",
        if_step: conditions.as_ref().and_then(|conditions| conditions.if_step),
        if_revision: conditions.as_ref().and_then(|conditions| conditions.if_revision),
    }
}

impl OnRollout {
    /// This, to it.
    #[must_use]
    pub fn doing(self, to: To) -> Options {
        options(Wish::Rollout(self.name, to), self.acting, Some(self.conditions))
    }
}

impl Promote {
    /// As options.
    #[must_use]
    pub fn options(self) -> Options {
        self.on.doing(match (self.full, self.skip_current_step, self.skip_all_steps) {
            (true, ..) => To::PromoteFull,
            (_, true, _) => To::SkipStep,
            (_, _, true) => To::SkipAllSteps,
            _ => To::Promote,
        })
    }
}

impl Retry {
    /// As options.
    ///
    /// # Errors
    /// Another kind than `rollout` and `experiment`, or a condition on an experiment.
    pub fn options(self) -> Result<Options, Failure> {
        let Self { mut what, conditions, acting } = self;
        let name = what.pop().unwrap_or_default();
        match what.pop().as_deref() {
            None | Some("rollout" | "rollouts" | "ro") => {
                Ok(options(Wish::Rollout(name, To::Retry), acting, Some(conditions)))
            }
            Some("experiment" | "experiments" | "exp") => {
                if conditions.if_step.is_some() || conditions.if_revision.is_some() {
                    return Err(Failure::bad_input("an experiment has neither steps nor revisions")
                        .hint("leave out --if-step and --if-revision"));
                }
                Ok(options(Wish::RetryExperiment(name), acting, None))
            }
            Some(kind) => Err(Failure::bad_input(format!("{kind} {name}: a {kind} cannot be retried"))
                .hint("rolltop retry NAME, or rolltop retry experiment NAME")),
        }
    }
}

impl Restart {
    /// As options.
    #[must_use]
    pub fn options(self) -> Options {
        self.on.doing(To::Restart(self.after.unwrap_or_default()))
    }
}

impl Undo {
    /// As options.
    #[must_use]
    pub fn options(self) -> Options {
        self.on.doing(To::Undo(self.to_revision))
    }
}

impl SetImage {
    /// As options.
    ///
    /// # Errors
    /// What is not of the form `CONTAINER=IMAGE`, or a container that is named twice.
    pub fn options(self) -> Result<Options, Failure> {
        let mut images: Vec<(String, String)> = Vec::new();
        for text in &self.images {
            let pair = text.split_once('=').filter(|(container, image)| !container.is_empty() && !image.is_empty());
            let Some((container, image)) = pair else {
                return Err(Failure::bad_input(format!("\"{text}\" is not CONTAINER=IMAGE; nothing was sent"))
                    .hint("as in app=registry.example/app:1.2"));
            };
            let twice = images.iter().any(|(known, _)| known == container || known == "*" || container == "*");
            if twice {
                return Err(Failure::bad_input(format!("container {container} is given two images; nothing was sent"))
                    .hint("name each container once, or * alone"));
            }
            images.push((container.to_owned(), image.to_owned()));
        }
        Ok(self.on.doing(To::SetImage(images)))
    }
}

impl Scale {
    /// As options.
    #[must_use]
    pub fn options(self) -> Options {
        self.on.doing(To::Scale(self.replicas))
    }
}

impl Terminate {
    /// As options.
    ///
    /// # Errors
    /// What is not of the form `KIND/NAME`, or of another kind.
    pub fn options(self) -> Result<Options, Failure> {
        let bad = |hint: String| {
            Err(Failure::bad_input(format!("\"{}\" is not KIND/NAME; nothing was sent", self.what)).hint(hint))
        };
        let Some((kind, name)) = self.what.split_once('/').filter(|(_, name)| !name.is_empty()) else {
            return bad("as in analysisrun/NAME or experiment/NAME".to_owned());
        };
        let word = kind.to_lowercase();
        let word = word.strip_suffix(".argoproj.io").unwrap_or(&word);
        let known = KINDS.iter().find(|(kind, others)| *kind == word || others.contains(&word)).map(|(kind, _)| *kind);
        let wish = match known {
            Some("analysisrun") => Wish::TerminateRun(name.to_owned()),
            Some(_) => Wish::TerminateExperiment(name.to_owned()),
            None => {
                let hint = problem::suggest(word, KINDS.iter().map(|(kind, _)| *kind));
                return bad(hint.unwrap_or_else(|| "KIND is analysisrun or experiment".to_owned()));
            }
        };
        Ok(options(wish, self.acting, None))
    }
}

impl DeleteRun {
    /// As options.
    #[must_use]
    pub fn options(self) -> Options {
        options(Wish::DeleteRun(self.name), self.acting, None)
    }
}
