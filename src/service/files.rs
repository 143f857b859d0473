//! Files: from the paths in a service config to the manifests that are read. Nothing outside of the repository is read,
//! whatever paths and symbolic links say; what is too large or no file is named instead of read.

use super::config::{At, Local};
use super::finding::{Finding, place};
use super::template::Manifest;
use super::walk::{self, Stop};
use crate::config::problem::{Place, near};
use globset::GlobBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::collections::BTreeMap;
use std::io::{ErrorKind, Read as _};
use std::path::{Component, Path, PathBuf};

/// Largest file, in bytes.
pub const LARGEST: u64 = 1024 * 1024;

/// Where a service file lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// The service file as the user knows it.
    pub file: String,
    /// Its folder.
    pub folder: PathBuf,
    /// The folder that no path leads out of, without symbolic links.
    pub boundary: PathBuf,
}

/// The folder that paths of a service file may not leave: the repository around it (the nearest `.git`), else the folder
/// that the services are searched in, else its own.
#[must_use]
pub fn boundary(folder: &Path, searched: Option<&Path>) -> PathBuf {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let folder = real(folder);
    if let Some(repository) = folder.ancestors().find(|around| around.join(".git").exists()) {
        return repository.to_path_buf();
    }
    match searched.map(real) {
        Some(searched) if folder.starts_with(&searched) => searched,
        _ => folder,
    }
}

/// Reads a file that is small enough.
///
/// # Errors
/// Code, what is wrong, and what to try.
pub fn bytes(path: &Path) -> Result<Vec<u8>, (&'static str, String, Option<String>)> {
    let said = |error: &std::io::Error| ("files/unreadable", format!("cannot be read: {}", walk::words(error)), None);
    let about = std::fs::metadata(path).map_err(|error| said(&error))?;
    if !about.is_file() {
        return Err(("files/not-a-file", "is not a file".to_owned(), None));
    }
    if about.len() > LARGEST {
        let hint = "is it a manifest? Larger data belongs into an object store or an image".to_owned();
        return Err(("files/too-large", format!("has {} bytes; {LARGEST} are the most", about.len()), Some(hint)));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len()).unwrap_or(0));
    // A file may grow while it is read.
    let file = std::fs::File::open(path).map_err(|error| said(&error))?;
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| said(&error))?;
    Ok(bytes)
}

/// Reads the manifests of a source. `sub_path` is the one of `local`, filled.
#[must_use]
pub fn manifests(home: &Home, local: &Local, sub_path: Option<&str>) -> (Vec<Manifest>, Vec<Finding>) {
    let mut gather = Gather { home, found: BTreeMap::new(), real: BTreeMap::new(), findings: Vec::new() };
    for path in &local.paths {
        let full = match (sub_path, &local.sub_path) {
            (Some(sub), Some(written)) if gather.allowed(sub, written) => {
                At { value: format!("{}/{sub}", path.value.trim_end_matches('/')), mark: written.mark }
            }
            (Some(_), Some(_)) => continue,
            _ => path.clone(),
        };
        gather.path(&full, local);
    }
    let mut manifests = Vec::new();
    for (shown, path) in std::mem::take(&mut gather.found) {
        match bytes(&path) {
            Ok(bytes) => manifests.push(Manifest { path: shown, bytes }),
            Err((code, what, hint)) => {
                gather.findings.push(Finding::error(code, Place::Whole(shown), what).maybe(hint));
            }
        }
    }
    (manifests, gather.findings)
}

struct Gather<'a> {
    home: &'a Home,
    /// Files to read by the name that is shown: sorted by the bytes of their paths.
    found: BTreeMap<String, PathBuf>,
    /// The name that is shown, by the file without symbolic links.
    real: BTreeMap<PathBuf, String>,
    findings: Vec<Finding>,
}

impl Gather<'_> {
    fn error(&mut self, code: &'static str, at: &At<String>, what: String, hint: Option<String>) {
        self.findings.push(Finding::error(code, place(&self.home.file, at.mark), what).maybe(hint));
    }

    fn allowed(&mut self, text: &str, at: &At<String>) -> bool {
        if text.trim().is_empty() {
            self.error(
                "files/missing",
                at,
                "the path is empty".to_owned(),
                Some("write . for the folder of this file".to_owned()),
            );
            return false;
        }
        if text.starts_with(['/', '~', '\\']) || Path::new(text).is_absolute() {
            let hint = "write it relative to the folder of this file";
            self.error("files/absolute", at, format!("\"{text}\" is an absolute path"), Some(hint.to_owned()));
            return false;
        }
        if text.contains('\0') {
            self.error("files/missing", at, "the path holds a zero byte".to_owned(), None);
            return false;
        }
        true
    }

    fn path(&mut self, at: &At<String>, local: &Local) {
        let text = at.value.as_str();
        if !self.allowed(text, at) {
            return;
        }
        let (plain, deep) = match text.strip_suffix("...") {
            Some(before) if before.is_empty() || before.ends_with('/') => (before.trim_end_matches('/'), true),
            _ => (text, false),
        };
        let plain = if plain.is_empty() { "." } else { plain };
        if walk::is_glob(plain) {
            return self.glob(at, plain, local);
        }
        let target = self.home.folder.join(plain);
        match std::fs::metadata(&target) {
            Err(error) => {
                let (code, what, hint) = self.absent(plain, &target, &error);
                self.error(code, at, what, hint);
            }
            Ok(about) if about.is_dir() => self.folder(at, plain, deep, local),
            Ok(_) if deep => self.error("files/missing", at, format!("\"{plain}\" is a file, not a folder"), None),
            Ok(_) if local.sub_path.is_some() && at.mark != local.sub_path.as_ref().map_or(at.mark, |sub| sub.mark) => {
                let what = format!("\"{plain}\" is a file: subPath needs a folder");
                self.error("files/missing", at, what, None);
            }
            Ok(_) => self.take(at, plain, &target),
        }
    }

    /// Words for a path that is not there.
    fn absent(&self, text: &str, target: &Path, error: &std::io::Error) -> (&'static str, String, Option<String>) {
        if error.kind() != ErrorKind::NotFound {
            return ("files/unreadable", format!("\"{text}\" cannot be read: {}", walk::words(error)), None);
        }
        if target.symlink_metadata().is_ok() {
            return ("files/missing", format!("\"{text}\" is a symbolic link to something that is not there"), None);
        }
        let wanted = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let siblings: Vec<String> = target.parent().into_iter().flat_map(walk::names).collect();
        let hint = near(&wanted, siblings.iter().map(String::as_str)).map(|near| format!("did you mean \"{near}\"?"));
        let folder = self.shown(Path::new(""));
        let folder = if folder.is_empty() { ".".to_owned() } else { folder };
        ("files/missing", format!("there is no file or folder \"{text}\" (looked in {folder})"), hint)
    }

    /// A path below the folder of the service file, as the user knows it.
    fn shown(&self, below: &Path) -> String {
        let folder = Path::new(&self.home.file).parent().unwrap_or_else(|| Path::new(""));
        tidy(&folder.join(below)).to_string_lossy().into_owned()
    }

    /// Takes a file, if it lies inside and was not taken before.
    fn take(&mut self, at: &At<String>, below: &str, target: &Path) {
        let shown = self.shown(Path::new(below));
        let real = match std::fs::canonicalize(target) {
            Ok(real) => real,
            Err(error) => {
                let what = format!("\"{below}\" cannot be read: {}", walk::words(&error));
                return self.error("files/unreadable", at, what, None);
            }
        };
        if !self.inside(at, below, &real) {
            return;
        }
        if let Some(first) = self.real.get(&real) {
            if *first != shown || self.found.contains_key(&shown) {
                let what = format!("{shown} is the same file as {first}, and read once");
                self.findings.push(Finding::note("files/twice", place(&self.home.file, at.mark), what));
            }
            return;
        }
        self.real.insert(real, shown.clone());
        self.found.insert(shown, target.to_path_buf());
    }

    fn inside(&mut self, at: &At<String>, below: &str, real: &Path) -> bool {
        if real.starts_with(&self.home.boundary) {
            return true;
        }
        let what = format!("\"{below}\" leads out of {}", self.home.boundary.display());
        let hint =
            "manifests lie in the repository of their service file; symbolic links are followed before this is asked";
        self.error("files/outside", at, what, Some(hint.to_owned()));
        false
    }

    fn folder(&mut self, at: &At<String>, below: &str, deep: bool, local: &Local) {
        let target = self.home.folder.join(below);
        match std::fs::canonicalize(&target) {
            Ok(real) if !self.inside(at, below, &real) => return,
            _ => {}
        }
        let (Some(include), Some(exclude)) =
            (self.patterns(&target, &local.include), self.patterns(&target, &local.exclude))
        else {
            return;
        };
        let mut any = false;
        for file in self.walk(at, &target, deep) {
            let name = file.to_string_lossy().into_owned();
            let wanted = (include.is_empty() || matches(&include, &file)) && !matches(&exclude, &file);
            if !wanted {
                continue;
            }
            if is_manifest(&name) {
                any = true;
                let below = Path::new(below).join(&file);
                self.take(at, &below.to_string_lossy(), &target.join(&file));
            } else if has_ending(&name, "json") {
                let what = format!(
                    "{} is not read: manifests end in .yaml or .yml",
                    self.shown(&Path::new(below).join(&file))
                );
                self.findings.push(Finding::note("files/ignored", place(&self.home.file, at.mark), what));
            }
        }
        if !any && !self.findings.iter().any(Finding::is_error) {
            let what = format!("folder \"{below}\" has no manifests");
            let hint = if deep {
                "looked for *.yaml and *.yml in it and below, .pvn.yaml left out"
            } else {
                "looked for *.yaml and *.yml directly in it, .pvn.yaml left out; path: DIR/... also looks below"
            };
            self.error("files/none", at, what, Some(hint.to_owned()));
        }
    }

    /// The files of a folder; `None` where reading failed, which was told.
    fn walk(&mut self, at: &At<String>, target: &Path, deep: bool) -> Vec<PathBuf> {
        let (files, stops) = walk::files(target, deep);
        for stop in stops {
            let (code, what) = match stop {
                Stop::Unreadable { path, why } => ("files/unreadable", format!("{path} cannot be read: {why}")),
                Stop::Loop { path } => ("files/loop", format!("{path} leads back to a folder around it")),
                Stop::TooMany => ("files/too-many", format!("more than {} files lie below", walk::MOST)),
            };
            self.error(code, at, what, None);
        }
        files
    }

    fn glob(&mut self, at: &At<String>, text: &str, local: &Local) {
        let glob = match GlobBuilder::new(&tidy(Path::new(text)).to_string_lossy()).literal_separator(true).build() {
            Ok(glob) => glob.compile_matcher(),
            Err(error) => {
                let what = format!("\"{text}\" is not a pattern: {}", error.kind());
                return self.error("files/pattern", at, what, None);
            }
        };
        self.findings.push(Finding::note(
            "portable/glob",
            place(&self.home.file, at.mark),
            "Prodvana has no patterns in local.path",
        ));
        let (base, _) = walk::base(text);
        let target = self.home.folder.join(&base);
        if let Err(error) = std::fs::metadata(&target) {
            let (code, what, hint) = self.absent(&base.to_string_lossy(), &target, &error);
            return self.error(code, at, what, hint);
        }
        match std::fs::canonicalize(&target) {
            Ok(real) if !self.inside(at, &base.to_string_lossy(), &real) => return,
            _ => {}
        }
        let folder = self.home.folder.clone();
        let (Some(include), Some(exclude)) =
            (self.patterns(&folder, &local.include), self.patterns(&folder, &local.exclude))
        else {
            return;
        };
        let mut any = false;
        for file in self.walk(at, &target, true) {
            let below = tidy(&base.join(&file));
            let wanted = glob.is_match(&below)
                && is_manifest(&below.to_string_lossy())
                && (include.is_empty() || matches(&include, &below))
                && !matches(&exclude, &below);
            if wanted {
                any = true;
                self.take(at, &below.to_string_lossy(), &target.join(&file));
            }
        }
        if !any {
            let hint = "* does not cross a /, ** does; files have to end in .yaml or .yml".to_owned();
            self.error("files/none", at, format!("no manifest fits \"{text}\""), Some(hint));
        }
    }

    /// The patterns as one matcher. `None`: one is wrong, which was told.
    fn patterns(&mut self, root: &Path, patterns: &[At<String>]) -> Option<Gitignore> {
        if patterns.is_empty() {
            return Some(Gitignore::empty());
        }
        let mut builder = GitignoreBuilder::new(root);
        let mut right = true;
        for pattern in patterns {
            if let Err(error) = builder.add_line(None, &pattern.value) {
                let said = error.to_string();
                let why = said.split_once("': ").map_or(said.as_str(), |(_, why)| why);
                let what = format!("\"{}\" is not a pattern: {why}", pattern.value);
                self.error("files/pattern", pattern, what, Some("patterns are written as in .gitignore".to_owned()));
                right = false;
            }
        }
        match builder.build() {
            Ok(built) if right => Some(built),
            _ => None,
        }
    }
}

fn matches(patterns: &Gitignore, file: &Path) -> bool {
    patterns.matched_path_or_any_parents(file, false).is_ignore()
}

/// Whether a file of this name is read as a manifest.
#[must_use]
pub fn is_manifest(name: &str) -> bool {
    (has_ending(name, "yaml") || has_ending(name, "yml")) && !is_service(name)
}

/// Endings are written small, here as in Prodvana.
fn has_ending(name: &str, ending: &str) -> bool {
    Path::new(name).extension().is_some_and(|own| own == ending)
}

/// Whether a file of this name is a service config.
#[must_use]
pub fn is_service(name: &str) -> bool {
    name.ends_with(".pvn.yaml") || name.ends_with(".pvn.yml")
}

/// The path without `.` in it.
#[must_use]
pub fn tidy(path: &Path) -> PathBuf {
    path.components().filter(|part| !matches!(part, Component::CurDir)).collect()
}
