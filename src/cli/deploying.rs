//! The commands that deploy, declared once, and what they ask for in plain values.

use super::acting::Acting;
use crate::commands::deploy::{Options, What, Wish};
use crate::config::resolve::Flags;
use clap::{ArgAction, Args as ClapArgs, ValueHint};

/// What to deploy.
#[derive(Clone, Debug, ClapArgs)]
pub struct Subject {
    /// A service of the configuration
    #[arg(value_name = "SERVICE", required_unless_present = "files", conflicts_with = "files")]
    pub service: Option<String>,
    /// Plain manifests instead: a folder, a file, or - for standard input (repeatable)
    #[arg(short, long = "filename", id = "files", value_name = "PATH", value_hint = ValueHint::AnyPath, action = ArgAction::Append)]
    pub files: Vec<String>,
    /// A parameter of the service (repeatable); @FILE is the content of a file. What is not given keeps the value that was
    /// deployed last
    #[arg(long = "param", value_name = "NAME=VALUE", action = ArgAction::Append, conflicts_with = "files")]
    pub parameters: Vec<String>,
    /// Parameters that are not given have their defaults, whatever was deployed last
    #[arg(long, conflicts_with = "files")]
    pub reset_params: bool,
}

/// `deploy`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Deploy {
    /// What.
    #[command(flatten)]
    pub subject: Subject,
    /// How.
    #[command(flatten)]
    pub acting: Acting,
    /// Take over fields that other managers own, as the plan lists them
    #[arg(long)]
    pub force_conflicts: bool,
    /// Remove what an earlier deploy of this service left and is no longer deployed
    #[arg(long)]
    pub prune: bool,
}

/// `diff`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Diff {
    /// What.
    #[command(flatten)]
    pub subject: Subject,
    /// Form
    #[arg(short, long, value_parser = ["text", "json"], default_value = "text")]
    pub output: String,
}

impl Subject {
    fn wish(self, flags: &Flags) -> Wish {
        let chosen = !flags.channels.is_empty() || !flags.contexts.is_empty();
        let what = match self.service {
            Some(name) => What::Service { name, parameters: self.parameters },
            None => What::Files(self.files),
        };
        Wish { what, chosen, reset: self.reset_params }
    }
}

impl Deploy {
    /// As options.
    #[must_use]
    pub fn options(self, flags: &Flags) -> Options {
        let acting = self.acting;
        Options {
            wish: self.subject.wish(flags),
            yes: acting.yes,
            reason: acting.reason,
            wait: acting.wait.map(|wait| acting.timeout.unwrap_or(wait)),
            dry_run: acting.dry_run.is_some(),
            force_conflicts: self.force_conflicts,
            prune: self.prune,
            json: acting.output == "json",
        }
    }
}

impl Diff {
    /// As a wish.
    #[must_use]
    pub fn wish(&self, flags: &Flags) -> Wish {
        self.subject.clone().wish(flags)
    }
}
