//! Discovering: which service files there are, by the patterns of the configuration or by paths that were given.

use super::files::is_service;
use super::finding::Finding;
use super::walk::{self, Stop};
use crate::config::problem::{Place, near};
use crate::config::services::{Services, Written};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A service file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// The folder that was searched.
    pub searched: PathBuf,
}

/// The service files of the configuration. `home` stands for `~`.
#[must_use]
pub fn by_patterns(services: &Services, home: Option<&Path>) -> (Vec<Found>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut found: BTreeMap<PathBuf, Found> = BTreeMap::new();
    let (without, with): (Vec<&Written>, Vec<&Written>) =
        services.globs.iter().partition(|written| written.text.starts_with('!'));
    let mut excluded = Vec::new();
    for written in without {
        match pattern(services, home, &written.text[1..]) {
            Ok((base, matcher, _)) => excluded.push((base, matcher)),
            Err(why) => findings.push(wrong(written, &why)),
        }
    }
    for written in with {
        let (base, matcher, plain) = match pattern(services, home, &written.text) {
            Ok(parts) => parts,
            Err(why) => {
                findings.push(wrong(written, &why));
                continue;
            }
        };
        let searched = if base.as_os_str().is_empty() { PathBuf::from(".") } else { base.clone() };
        if let Err(error) = std::fs::metadata(&searched) {
            let what =
                format!("\"{}\": folder {} cannot be read: {}", written.text, base.display(), walk::words(&error));
            findings.push(Finding::error("files/missing", written.at.clone(), what));
            continue;
        }
        let (files, stops) = walk::files(&searched, plain.is_none());
        findings.extend(stops.iter().map(|stop| stopped(&written.at, stop)));
        let mut any = false;
        for file in files.iter().filter(|file| matcher.is_match(file)) {
            any = true;
            let path = base.join(file);
            let out = |(base, matcher): &(PathBuf, globset::GlobMatcher)| {
                path.strip_prefix(base).is_ok_and(|below| matcher.is_match(below))
            };
            if excluded.iter().any(out) {
                continue;
            }
            if !is_service(&path.to_string_lossy()) {
                let what = format!(
                    "{} fits \"{}\" and is left out: service configs end in .pvn.yaml",
                    path.display(),
                    written.text
                );
                findings.push(Finding::warning("files/ignored", written.at.clone(), what));
                continue;
            }
            found.entry(path.clone()).or_insert_with(|| Found { path, searched: searched.clone() });
        }
        if !any {
            let what = format!("no file fits \"{}\" (looked in {})", written.text, searched.display());
            let hint = "patterns are relative to the folder of the configuration; ** crosses folders".to_owned();
            findings.push(Finding::warning("files/none", written.at.clone(), what).hint(hint));
        }
    }
    (found.into_values().collect(), findings)
}

fn wrong(written: &Written, why: &str) -> Finding {
    Finding::error("files/pattern", written.at.clone(), format!("\"{}\" is not a pattern: {why}", written.text))
}

fn stopped(at: &Place, stop: &Stop) -> Finding {
    match stop {
        Stop::Unreadable { path, why } => {
            Finding::error("files/unreadable", at.clone(), format!("{path} cannot be read: {why}"))
        }
        Stop::Loop { path } => Finding::warning(
            "files/loop",
            at.clone(),
            format!("{path} leads back to a folder around it, and is left out"),
        ),
        Stop::TooMany => {
            Finding::error("files/too-many", at.clone(), format!("more than {} files lie below", walk::MOST))
                .hint("begin the pattern with the folder that holds the services")
        }
    }
}

/// The folder to search, and what its files have to fit; the third is the file itself where it is no pattern.
fn pattern(
    services: &Services,
    home: Option<&Path>,
    text: &str,
) -> Result<(PathBuf, globset::GlobMatcher, Option<String>), String> {
    let text = text.strip_prefix("./").unwrap_or(text);
    let (base, rest) = walk::base(text);
    let base = match (base.strip_prefix("~"), home) {
        (Ok(below), Some(home)) => home.join(below),
        (Ok(_), None) => return Err("the home folder is not known".to_owned()),
        (Err(_), _) => services.folder.join(base),
    };
    let plain = (!walk::is_glob(&rest)).then(|| rest.clone());
    Ok((base, walk::glob(&rest)?, plain))
}

/// The service files that paths name: files, or all in and below folders.
#[must_use]
pub fn by_paths(paths: &[PathBuf]) -> (Vec<Found>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut found: BTreeMap<PathBuf, Found> = BTreeMap::new();
    for path in paths {
        let whole = || Place::Whole(path.display().to_string());
        match std::fs::metadata(path) {
            Err(error) => {
                let wanted = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let siblings: Vec<String> = path.parent().into_iter().flat_map(walk::names).collect();
                let hint =
                    near(&wanted, siblings.iter().map(String::as_str)).map(|near| format!("did you mean \"{near}\"?"));
                findings.push(
                    Finding::error("files/missing", whole(), format!("cannot be read: {}", walk::words(&error)))
                        .maybe(hint),
                );
            }
            Ok(about) if about.is_dir() => {
                let (files, stops) = walk::files(path, true);
                findings.extend(stops.iter().map(|stop| stopped(&whole(), stop)));
                let mut any = false;
                for file in files.iter().filter(|file| is_service(&file.to_string_lossy())) {
                    any = true;
                    let file = super::files::tidy(&path.join(file));
                    found.entry(file.clone()).or_insert_with(|| Found { path: file, searched: path.clone() });
                }
                if !any {
                    let told =
                        Finding::error("files/none", whole(), "there is no service config in this folder or below");
                    findings.push(told.hint("service configs end in .pvn.yaml"));
                }
            }
            Ok(_) if !is_service(&path.to_string_lossy()) => {
                let told = Finding::error(
                    "files/not-a-service",
                    whole(),
                    "is not a service config: its name does not end in .pvn.yaml",
                );
                findings.push(told.hint("name the service config; the manifests that it uses are checked with it"));
            }
            Ok(_) => {
                let searched = path.parent().map(Path::to_path_buf).unwrap_or_default();
                found.entry(path.clone()).or_insert_with(|| Found { path: path.clone(), searched });
            }
        }
    }
    (found.into_values().collect(), findings)
}
