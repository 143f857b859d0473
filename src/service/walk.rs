//! Walking through folders: which files there are, with symbolic links followed but never in a circle, and within bounds.

use globset::{Glob, GlobBuilder, GlobMatcher};
use std::path::{Path, PathBuf};

/// Most files that are looked at below one folder.
pub const MOST: usize = 20_000;

/// Deepest nesting of folders.
const DEEPEST: usize = 40;

/// Why a part of a folder was not walked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It cannot be read.
    Unreadable {
        /// Which file or folder.
        path: String,
        /// Why.
        why: String,
    },
    /// A symbolic link leads back to a folder around it.
    Loop {
        /// The link.
        path: String,
    },
    /// There are too many files.
    TooMany,
}

/// The files of a folder relative to it, sorted; with `deep` those below it too.
#[must_use]
pub fn files(folder: &Path, deep: bool) -> (Vec<PathBuf>, Vec<Stop>) {
    let mut walk = Walk { root: folder, around: Vec::new(), files: Vec::new(), stops: Vec::new() };
    walk.folder(Path::new(""), deep);
    walk.files.sort();
    (walk.files, walk.stops)
}

struct Walk<'a> {
    root: &'a Path,
    /// The folders around, without symbolic links.
    around: Vec<PathBuf>,
    files: Vec<PathBuf>,
    stops: Vec<Stop>,
}

impl Walk<'_> {
    fn unreadable(&mut self, below: &Path, error: &std::io::Error) {
        let path = self.root.join(below).display().to_string();
        self.stops.push(Stop::Unreadable { path, why: words(error) });
    }

    fn folder(&mut self, below: &Path, deep: bool) {
        let here = self.root.join(below);
        let real = match std::fs::canonicalize(&here) {
            Ok(real) => real,
            Err(error) => return self.unreadable(below, &error),
        };
        if self.around.contains(&real) || self.around.len() >= DEEPEST {
            self.stops.push(Stop::Loop { path: here.display().to_string() });
            return;
        }
        let listed = std::fs::read_dir(&here).and_then(Iterator::collect::<std::io::Result<Vec<_>>>);
        let mut entries = match listed {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(below, &error),
        };
        entries.sort_by_key(std::fs::DirEntry::file_name);
        self.around.push(real);
        for entry in entries {
            let path = below.join(entry.file_name());
            let mut is_folder = entry.file_type().is_ok_and(|what| what.is_dir());
            if entry.file_type().is_ok_and(|what| what.is_symlink()) {
                match std::fs::metadata(entry.path()) {
                    Ok(about) => is_folder = about.is_dir(),
                    // Only a file that would be read matters.
                    Err(error) if super::files::is_manifest(&path.to_string_lossy()) => {
                        self.unreadable(&path, &error);
                        continue;
                    }
                    Err(_) => continue,
                }
            }
            if is_folder {
                if deep && entry.file_name() != ".git" {
                    self.folder(&path, deep);
                }
                continue;
            }
            if self.files.len() >= MOST {
                if self.stops.last() != Some(&Stop::TooMany) {
                    self.stops.push(Stop::TooMany);
                }
                break;
            }
            self.files.push(path);
        }
        self.around.pop();
    }
}

/// The names in a folder; none where it cannot be read.
#[must_use]
pub fn names(folder: &Path) -> Vec<String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// An error of the file system without its number.
#[must_use]
pub fn words(error: &std::io::Error) -> String {
    let said = error.to_string();
    match said.find(" (os error") {
        Some(cut) => said[..cut].to_lowercase(),
        None => said,
    }
}

/// Whether a text is a pattern.
#[must_use]
pub fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

/// The folders at the beginning of a pattern that hold no pattern, and the rest.
#[must_use]
pub fn base(text: &str) -> (PathBuf, String) {
    let mut base = PathBuf::new();
    let parts: Vec<&str> = text.split('/').collect();
    let plain = parts.iter().take(parts.len() - 1).take_while(|part| !is_glob(part)).count();
    for part in &parts[..plain] {
        base.push(if part.is_empty() { "/" } else { part });
    }
    (base, parts[plain..].join("/"))
}

/// A pattern whose `*` does not cross a `/`.
///
/// # Errors
/// What is wrong with it.
pub fn glob(text: &str) -> Result<GlobMatcher, String> {
    let built: Result<Glob, _> = GlobBuilder::new(text).literal_separator(true).build();
    built.map(|glob| glob.compile_matcher()).map_err(|error| error.kind().to_string())
}
