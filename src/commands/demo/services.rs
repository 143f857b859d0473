//! The services of the demo: two configs with their manifests, embedded in the program and written to a folder of its own
//! while the demo runs, so that they are read as any service is.

use std::fs::{DirBuilder, remove_dir_all, write};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

macro_rules! files {
    ($($name:literal),*) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/services/", $name)))),*]
    };
}

/// The files, by their paths.
const FILES: &[(&str, &str)] = files![
    "gradual/gradual-rollout.pvn.yaml",
    "gradual/rollout.yaml",
    "gradual/services.yaml",
    "canary/rollout.pvn.yaml",
    "canary/rollout.yaml",
    "canary/services.yaml",
    "canary/analysis-template.yaml"
];

/// The folder; it goes with this value.
#[derive(Debug)]
pub struct Services(PathBuf);

impl Services {
    /// Writes the files into a new folder below `around` that only this user can read.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn unpack(around: &Path) -> io::Result<Self> {
        // A folder that is there already is somebody else's: nothing is written into it.
        let mut number = std::process::id();
        let folder = loop {
            let folder = around.join(format!("rolltop-demo-{number}"));
            match DirBuilder::new().mode(0o700).create(&folder) {
                Ok(()) => break folder,
                Err(why) if why.kind() == io::ErrorKind::AlreadyExists && number < u32::MAX => number += 1,
                Err(why) => return Err(why),
            }
        };
        let this = Self(folder);
        for (name, text) in FILES {
            let path = this.0.join(name);
            if let Some(around) = path.parent() {
                DirBuilder::new().mode(0o700).recursive(true).create(around)?;
            }
            write(path, text)?;
        }
        Ok(this)
    }

    /// A configuration that names them, made of one that does not.
    #[must_use]
    pub fn named_in(&self, config: &str) -> String {
        let glob = self.0.join("*/*.pvn.yaml");
        format!("services = ['{}']\napplication = \"external-configs\"\n{config}", glob.display())
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        // What cannot be removed lies among temporary files.
        let _ = remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_lie_in_a_folder_of_their_own_and_go_with_it() {
        let around = tempfile::tempdir().unwrap();
        let one = Services::unpack(around.path()).unwrap();
        let other = Services::unpack(around.path()).unwrap();
        assert_ne!(one.0, other.0);
        assert!(one.0.join("gradual/gradual-rollout.pvn.yaml").is_file());
        let config = one.named_in("stale_after = \"15s\"\n");
        assert!(config.starts_with("services = ['") && config.ends_with("stale_after = \"15s\"\n"), "{config}");
        drop(one);
        assert_eq!(std::fs::read_dir(around.path()).unwrap().count(), 1);
    }
}
