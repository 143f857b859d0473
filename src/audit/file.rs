//! The file: lines are appended whole, only the user reads it, and it does not grow without end.
//!
//! Several rolltops may write at the same time, so it is opened for each line and locked while it is looked at. What
//! somebody else could have put in its place is refused: a symbolic link (the lines would land in another file), a
//! file that others may write (they could change what it says), one of another user.

use rustix::fs::OFlags;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// From this size on, in bytes, a new file is begun.
    pub large: u64,
    /// So many older files are kept: `audit.jsonl.1` is the newest of them.
    pub keep: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { large: 10_000_000, keep: 10 }
    }
}

/// How often a file that another process holds is tried, [`PATIENCE`] apart. A process that was stopped while it held
/// it must not freeze this one.
const TRIES: u32 = 40;
const PATIENCE: Duration = Duration::from_millis(5);
/// So often another process may put a new file in the place of the one that was opened.
const CHANGES: usize = 8;

/// Why no line can be written.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The system says no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It leads elsewhere.
    #[error("it is a symbolic link; remove it, rolltop makes a file of its own")]
    Link,
    /// It is a folder, a pipe, a device.
    #[error("it is not a file")]
    NoFile,
    /// Others may change it.
    #[error("others may write it (mode {0:03o}); chmod 600 it after you have looked at what it says")]
    Open(u32),
    /// It is another user's.
    #[error("it belongs to another user (uid {0})")]
    Foreign(u32),
}

/// The file.
#[derive(Clone, Debug)]
pub struct Log {
    path: PathBuf,
    limits: Limits,
}

impl Log {
    /// Lines go here.
    #[must_use]
    pub const fn new(path: PathBuf, limits: Limits) -> Self {
        Self { path, limits }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a line.
    ///
    /// # Errors
    /// See [`Fault`].
    pub fn append(&self, line: &str) -> Result<(), Fault> {
        let mut file = self.held()?;
        // One call: a line of another process cannot stand in the middle of this one.
        file.write_all(format!("{line}\n").as_bytes())?;
        Ok(())
    }

    /// The file that is to be written now, locked where that was possible, and not too large.
    fn held(&self) -> Result<File, Fault> {
        let mut file = self.open()?;
        // Another process may put a new one in its place between opening and locking.
        for _ in 0..CHANGES {
            let locked = lock(&file);
            let there = std::fs::symlink_metadata(&self.path).ok();
            let opened = file.metadata()?;
            let same = there.is_some_and(|there| there.ino() == opened.ino() && there.dev() == opened.dev());
            if !same {
                file = self.open()?;
                continue;
            }
            // Without the lock it only grows: two processes that both make room would lose a file.
            if opened.len() < self.limits.large || !locked {
                break;
            }
            self.rotate()?;
            file = self.open()?;
        }
        Ok(file)
    }

    fn open(&self) -> Result<File, Fault> {
        if let Some(folder) = self.path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let no_link = i32::try_from(OFlags::NOFOLLOW.bits() | OFlags::NONBLOCK.bits()).unwrap_or(0);
        let file = OpenOptions::new().append(true).create(true).mode(0o600).custom_flags(no_link).open(&self.path);
        let file = file.map_err(|why| if is_link(&self.path) { Fault::Link } else { Fault::Io(why) })?;
        let meta = file.metadata()?;
        if !meta.is_file() {
            return Err(Fault::NoFile);
        }
        let ours = rustix::process::geteuid().as_raw();
        if meta.uid() != ours {
            return Err(Fault::Foreign(meta.uid()));
        }
        let mode = meta.permissions().mode() & 0o777;
        if mode & 0o022 != 0 {
            return Err(Fault::Open(mode));
        }
        Ok(file)
    }

    /// Every file one number further; the oldest goes.
    fn rotate(&self) -> Result<(), Fault> {
        if self.limits.keep == 0 {
            return Ok(std::fs::remove_file(&self.path)?);
        }
        for number in (0..self.limits.keep).rev() {
            let from = numbered(&self.path, number);
            if std::fs::symlink_metadata(&from).is_ok() {
                std::fs::rename(&from, numbered(&self.path, number + 1))?;
            }
        }
        Ok(())
    }
}

/// The file itself (0), and the older ones.
#[must_use]
pub fn numbered(path: &Path, number: usize) -> PathBuf {
    if number == 0 {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

fn is_link(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink())
}

/// Whether it is ours until it is closed. A file system without locks is no reason to write nothing.
fn lock(file: &File) -> bool {
    for _ in 0..TRIES {
        match file.try_lock() {
            Ok(()) => return true,
            Err(TryLockError::WouldBlock) => std::thread::sleep(PATIENCE),
            Err(TryLockError::Error(_)) => return false,
        }
    }
    false
}
