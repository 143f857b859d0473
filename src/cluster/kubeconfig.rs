//! Kubeconfig files: found, read one by one and merged as kubectl does; one that is missing is a warning, one that is
//! broken is an error with file, line and column.

use kube::config::Kubeconfig;
use std::path::{Path, PathBuf};

/// What was loaded.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// All files merged, the first one winning.
    pub kubeconfig: Kubeconfig,
    /// The files that were read.
    pub files: Vec<PathBuf>,
    /// Files that are missing, and the like.
    pub warnings: Vec<String>,
}

/// Why there is no kubeconfig.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// None was found; looked in these places.
    #[error("no kubeconfig found (looked at {looked_at})")]
    None {
        /// Paths, for people.
        looked_at: String,
    },
    /// A file that cannot be read or parsed. `place` is `file:line:column` as far as known.
    #[error("{place}: {why}")]
    Broken {
        /// `file:line:column`.
        place: String,
        /// Why.
        why: String,
        /// What to try.
        hint: Option<String>,
    },
}

/// Loads: `explicit` (from `--kubeconfig`), else the list in `environment` (the value of `KUBECONFIG`), else
/// `home/.kube/config`.
///
/// # Errors
/// See [`Problem`].
pub fn load(explicit: Option<&Path>, environment: Option<&str>, home: Option<&Path>) -> Result<Loaded, Problem> {
    let _ = (explicit, environment, home);
    todo!()
}

/// From text, for the embedded cluster.
///
/// # Errors
/// [`Problem::Broken`].
pub fn from_text(text: &str) -> Result<Loaded, Problem> {
    let _ = text;
    todo!()
}
