//! Manifests: plain Kubernetes objects from a folder, a file or standard input.

use crate::commands::findings::{failure, of_problems};
use crate::commands::outcome::Failure;
use crate::service::check::check;
use crate::service::plain;
use crate::service::rendered::Rendered;
use crate::service::template::Manifest;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest file that is read, in bytes; what the reader takes is less.
const LARGEST: u64 = 64 << 20;

/// Reads them, in the order in which they are named; a folder's direct files by name.
///
/// # Errors
/// What cannot be read, or is no object: all of it.
pub fn read(paths: &[String]) -> Result<Rendered, Failure> {
    let mut manifests = Vec::new();
    for path in paths {
        if path == "-" {
            let mut bytes = Vec::new();
            let read = std::io::stdin().take(LARGEST).read_to_end(&mut bytes);
            read.map_err(|why| Failure::bad_input(format!("standard input cannot be read: {why}; nothing was sent")))?;
            manifests.push(Manifest { path: path.clone(), bytes });
            continue;
        }
        for file in files(path)? {
            let shown = file.display().to_string();
            let large = file.metadata().map_err(|why| cannot(&shown, &why))?.len();
            if large > LARGEST {
                let what = format!("{shown} has {large} bytes: that is no manifest; nothing was sent");
                return Err(Failure::bad_input(what));
            }
            let bytes = std::fs::read(&file).map_err(|why| cannot(&shown, &why))?;
            manifests.push(Manifest { path: shown, bytes });
        }
    }
    let found = plain::objects(&manifests);
    if !found.problems.is_empty() {
        return Err(failure(&of_problems(found.problems)));
    }
    if found.objects.is_empty() {
        return Err(Failure::bad_input(format!("there is no object in {}; nothing was sent", paths.join(", "))));
    }
    let checked = check(&found.objects);
    if !checked.problems.is_empty() {
        return Err(failure(&of_problems(checked.problems)));
    }
    let warnings = [found.warnings, checked.warnings].concat();
    Ok(Rendered { objects: found.objects, warnings, ..Rendered::default() })
}

fn cannot(path: &str, why: &std::io::Error) -> Failure {
    Failure::bad_input(format!("{path} cannot be read: {why}; nothing was sent"))
}

fn files(path: &str) -> Result<Vec<PathBuf>, Failure> {
    let folder = Path::new(path);
    if !folder.is_dir() {
        return Ok(vec![folder.to_path_buf()]);
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|why| cannot(path, &why))? {
        let file = entry.map_err(|why| cannot(path, &why))?.path();
        let ending = file.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let config = name.ends_with(".pvn.yaml") || name.ends_with(".pvn.yml");
        if file.is_file() && matches!(ending, "yaml" | "yml" | "json") && !config {
            found.push(file);
        }
    }
    found.sort();
    Ok(found)
}
