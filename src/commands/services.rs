//! Services: what the commands about services share: settled values without a kubeconfig, the catalog, parameters of the
//! command line.

use super::base::Base;
use super::outcome::Failure;
use crate::config::file::File;
use crate::config::problem::{Place, Problem, suggest};
use crate::config::resolve;
use crate::config::settings::{Channel, Settings};
use crate::service::finding::Finding;
use crate::service::parameter::LONGEST;
use crate::service::settle::Given;
use std::path::Path;

/// The settings, from the file alone: nothing here needs a cluster.
///
/// # Errors
/// Everything that is wrong with the flags.
pub fn settings(base: &Base, file: Option<&File>) -> Result<Settings, Vec<Problem>> {
    resolve::offline(file, &base.flags)
}

/// The one channel that was chosen.
///
/// # Errors
/// None, or several.
pub fn one_channel<'a>(base: &Base, settings: &'a Settings) -> Result<&'a Channel, Failure> {
    match (settings.channels.as_slice(), base.flags.channels.is_empty()) {
        ([one], _) => Ok(one),
        ([], _) => Err(Failure::bad_input("there are no release channels")
            .hint("the configuration names them; rolltop config example > rolltop.toml writes one to begin with")),
        (several, true) => {
            let names: Vec<&str> = several.iter().map(|channel| channel.name.as_str()).collect();
            let failure = Failure::bad_input("for which release channel? Name one with --channel");
            Err(failure.hint(suggest("", names.iter().copied()).unwrap_or_default()))
        }
        (_, false) => Err(Failure::bad_input("--channel: name one release channel")),
    }
}

/// Values from `--param NAME=VALUE`: `@FILE` is the content of a file, `@@` a value that begins with `@`.
///
/// # Errors
/// All that is wrong with them.
pub fn given(parameters: &[String]) -> Result<Given, Vec<Finding>> {
    let mut given = Given { explicit_origin: "--param".to_owned(), ..Given::default() };
    let mut wrong = Vec::new();
    for parameter in parameters {
        let Some((name, value)) = parameter.split_once('=') else {
            let shown: String = parameter.chars().take(60).collect();
            let told = Finding::error("parameter/flag", Place::Flag(format!("--param {shown}")), "has no value");
            wrong.push(told.hint(format!("write --param {shown}=VALUE")));
            continue;
        };
        match content(value) {
            Ok(value) => given.explicit.push((name.to_owned(), value)),
            Err(why) => {
                wrong.push(Finding::error("parameter/flag", Place::Flag(format!("--param {name}")), why));
            }
        }
    }
    if wrong.is_empty() { Ok(given) } else { Err(wrong) }
}

fn content(value: &str) -> Result<String, String> {
    let Some(file) = value.strip_prefix('@') else { return Ok(value.to_owned()) };
    if file.starts_with('@') {
        return Ok(file.to_owned());
    }
    let cannot = |why: String| format!("file {file} {why}; a value that begins with @ is written with @@");
    let about = std::fs::metadata(Path::new(file)).map_err(|error| cannot(format!("cannot be read: {error}")))?;
    if about.len() > LONGEST as u64 {
        return Err(cannot(format!("has {} bytes; {LONGEST} are the most", about.len())));
    }
    let bytes = std::fs::read(file).map_err(|error| cannot(format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| cannot("is not UTF-8".to_owned()))?;
    Ok(text.strip_suffix('\n').map_or_else(|| text.clone(), str::to_owned))
}
