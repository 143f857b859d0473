//! The commands about services that need no cluster, declared once.

use crate::commands::{render, validate};
use clap::{Args as ClapArgs, ValueHint};
use std::path::PathBuf;

/// `validate`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Validate {
    /// Service configs (*.pvn.yaml) and folders; without: the services of the configuration
    #[arg(value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub paths: Vec<PathBuf>,
    /// Also tell what Prodvana would not take
    #[arg(long)]
    pub portable: bool,
    /// Form
    #[arg(short, long, value_parser = ["text", "json"], default_value = "text")]
    pub output: String,
}

impl Validate {
    /// As plain options; `notes`: -v was given.
    #[must_use]
    pub fn options(self, notes: bool) -> validate::Options {
        validate::Options { paths: self.paths, portable: self.portable, notes, json: self.output == "json" }
    }
}

/// `render`.
#[derive(Clone, Debug, ClapArgs)]
pub struct Render {
    /// Name of the service
    pub service: String,
    /// A parameter's value (repeatable); @FILE takes it from a file, @@ begins a value with @
    #[arg(short, long = "param", value_name = "NAME=VALUE")]
    pub parameters: Vec<String>,
    /// Print the values of Secrets too
    #[arg(long)]
    pub show_secrets: bool,
    /// With --show-secrets: also where the output is no terminal
    #[arg(short, long, requires = "show_secrets")]
    pub yes: bool,
    /// Form
    #[arg(short, long, value_parser = ["yaml", "json"], default_value = "yaml")]
    pub output: String,
}

impl Render {
    /// As plain options.
    #[must_use]
    pub fn options(self) -> render::Options {
        render::Options {
            service: self.service,
            parameters: self.parameters,
            json: self.output == "json",
            secrets: self.show_secrets,
            yes: self.yes,
        }
    }
}
