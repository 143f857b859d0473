//! `validate`: everything that is wrong with the services, without any cluster.

use super::base::Base;
use super::findings::{data, of_problems, tell};
use super::outcome::{Failure, code};
use super::services;
use crate::config::load;
use crate::service::catalog;
use crate::service::finding::{Finding, Severity};
use crate::service::validate::{Validation, validate};
use std::io::Write;
use std::path::PathBuf;

/// What to validate, and how to tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Files and folders; none: what the configuration names.
    pub paths: Vec<PathBuf>,
    /// Also tell what Prodvana would not take.
    pub portable: bool,
    /// Tell notes too.
    pub notes: bool,
    /// As JSON.
    pub json: bool,
}

/// Validates.
///
/// # Errors
/// When stdout fails, or there is nothing to validate.
pub fn run(base: &Base, options: &Options, out: &mut dyn Write) -> Result<u8, Failure> {
    let settled = load::load(&base.places).and_then(|file| services::settings(base, file.as_ref()));
    let settings = match settled {
        Ok(settings) => settings,
        Err(problems) => {
            let validation = Validation { findings: of_problems(problems), ..Validation::default() };
            return print(&validation, options, None, out);
        }
    };
    let said = &settings.services;
    let all = options.paths.is_empty();
    if all && said.globs.is_empty() {
        let told = Failure::bad_input("there is nothing to validate: no paths, and no services in the configuration");
        return Err(
            told.hint("name files or folders, or add services = [\"services/**/*.pvn.yaml\"] to the configuration")
        );
    }
    let catalog = if all { catalog::load(said, base.home.as_deref()) } else { catalog::of_paths(&options.paths, said) };
    // With --channel, names of other channels are not unknown, they are not looked at.
    let validation = validate(&catalog, &settings, all && base.flags.channels.is_empty(), options.portable);
    print(&validation, options, Some(said.configured), out)
}

/// `configured`: there is a configuration; `None`: there is one, and it cannot be used.
fn print(
    validation: &Validation,
    options: &Options,
    configured: Option<bool>,
    out: &mut dyn Write,
) -> Result<u8, Failure> {
    let tells = |finding: &&Finding| {
        finding.severity != Severity::Note || options.notes || finding.code.starts_with("portable/")
    };
    let told: Vec<Finding> = validation.findings.iter().filter(tells).cloned().collect();
    let errors = validation.count(Severity::Error);
    if options.json {
        let text = serde_json::to_string_pretty(&data(&told)).map_err(|error| Failure::failed(error.to_string()))?;
        writeln!(out, "{text}")?;
    } else {
        tell(&told, out)?;
        let warnings = validation.count(Severity::Warning);
        let found = format!("{}, {}", count(errors, "error"), count(warnings, "warning"));
        let channels = match configured {
            None => {
                writeln!(out, "the services were not looked at: {found}")?;
                return Ok(code::BAD_INPUT);
            }
            Some(true) => format!(" in {}", count(validation.channels, "release channel")),
            Some(false) => " without a configuration".to_owned(),
        };
        let services = count(validation.services, "service");
        writeln!(out, "{services}{channels}, {}: {found}", count(validation.objects, "object"))?;
    }
    out.flush()?;
    Ok(if errors == 0 { code::DONE } else { code::BAD_INPUT })
}

fn count(number: usize, what: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {what}{ending}")
}
