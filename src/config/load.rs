//! Loading: which file, and reading it. The only part of this room that touches the disk.

use super::file::{self, File};
use super::problem::{Place, Problem};
use std::path::{Path, PathBuf};

/// Where a configuration may lie, in order; the first that exists is taken, files are never merged.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `--config`. Has to exist.
    pub flag: Option<PathBuf>,
    /// `$ROLLTOP_CONFIG`. Has to exist.
    pub environment: Option<PathBuf>,
    /// The working directory, for `rolltop.toml`.
    pub here: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`, for `rolltop/config.toml`.
    pub config_home: Option<PathBuf>,
}

/// Finds and reads the configuration; `None` when there is none, which is fine.
///
/// # Errors
/// Everything that is wrong with the file.
pub fn load(places: &Places) -> Result<Option<File>, Vec<Problem>> {
    find(places).map_err(|problem| vec![problem])?.map(|path| read(&path)).transpose()
}

/// Which file it would be.
///
/// # Errors
/// A file that was asked for by name and does not exist.
pub fn find(places: &Places) -> Result<Option<PathBuf>, Problem> {
    for (name, path) in [("--config", &places.flag), ("ROLLTOP_CONFIG", &places.environment)] {
        if let Some(path) = path {
            if path.is_file() {
                return Ok(Some(path.clone()));
            }
            let why = if path.exists() { "is not a file" } else { "does not exist" };
            return Err(Problem {
                place: Place::Flag(name.to_owned()),
                what: format!("{} {why}", path.display()),
                hint: Some("rolltop config example > FILE writes one to begin with".to_owned()),
            });
        }
    }
    if let Some(here) = &places.here
        && here.join("rolltop.toml").is_file()
    {
        return Ok(Some(PathBuf::from("rolltop.toml")));
    }
    let home = places.config_home.as_ref().map(|home| home.join("rolltop/config.toml"));
    Ok(home.filter(|path| path.is_file()))
}

/// Reads a file.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(path: &Path) -> Result<File, Vec<Problem>> {
    let whole = |what: String| vec![Problem { place: Place::Whole(path.display().to_string()), what, hint: None }];
    let bytes = std::fs::read(path).map_err(|error| whole(format!("cannot be read: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| whole("is not text (UTF-8)".to_owned()))?;
    file::parse(path, &text)
}
