//! Manifests: plain Kubernetes objects from a folder, a file or standard input.

use crate::commands::outcome::Failure;
use crate::service::object::Object;
use crate::service::rendered::Rendered;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Reads them, in the order in which they are named; a folder's direct files by name.
///
/// # Errors
/// What cannot be read, or is no object.
pub fn read(paths: &[String]) -> Result<Rendered, Failure> {
    let mut objects = Vec::new();
    for path in paths {
        if path == "-" {
            let mut text = String::new();
            std::io::stdin()
                .read_to_string(&mut text)
                .map_err(|why| Failure::bad_input(format!("standard input cannot be read: {why}; nothing was sent")))?;
            documents("-", &text, &mut objects)?;
            continue;
        }
        for file in files(path)? {
            let shown = file.display().to_string();
            let text = std::fs::read_to_string(&file).map_err(|why| cannot(&shown, &why))?;
            documents(&shown, &text, &mut objects)?;
        }
    }
    if objects.is_empty() {
        return Err(Failure::bad_input(format!("there is no object in {}; nothing was sent", paths.join(", "))));
    }
    Ok(Rendered { objects, ..Rendered::default() })
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

fn documents(file: &str, text: &str, objects: &mut Vec<Object>) -> Result<(), Failure> {
    let wrong = |why: String| Failure::bad_input(format!("{file}: {why}; nothing was sent"));
    let all: Vec<Value> = serde_saphyr::from_multiple(text).map_err(|why| wrong(why.to_string()))?;
    for (index, value) in all.into_iter().enumerate() {
        if value.is_null() {
            continue;
        }
        let object = Object { value, file: file.to_owned(), document: index + 1, places: BTreeMap::new() };
        if object.api_version().is_empty() || object.kind().is_empty() || object.name().is_empty() {
            let what = format!("document {} has no apiVersion, kind or metadata.name", index + 1);
            return Err(wrong(what));
        }
        objects.push(object);
    }
    Ok(())
}
