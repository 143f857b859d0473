//! Generated texts that lie in the repository: compared with what is generated now.

use std::path::Path;

/// Compares a generated text with its file; `BLESS=1` writes the file instead.
#[track_caller]
pub fn same_as_file(path: &Path, now: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, now).unwrap();
        return;
    }
    let then = std::fs::read_to_string(path).unwrap_or_default();
    assert!(then == now, "{} differs; BLESS=1 cargo test writes it. Now:\n{now}", path.display());
}
