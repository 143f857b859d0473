//! Recordings: JSON lines of watch events, optionally gzip or zstd compressed.

use serde_json::Value;
use std::path::Path;

/// A recording: its lines in order, and what was wrong with the rest.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// Lines in order of time.
    pub lines: Vec<Line>,
    /// Lines that could not be used: number from 1, and why.
    pub bad: Vec<(usize, String)>,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// Milliseconds since the recording began.
    pub t_ms: u64,
    /// What it says.
    pub entry: Entry,
}

/// What a line says.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A watch event: plural resource, event type, object.
    Event {
        /// `rollouts`, `replicasets`, …
        resource: String,
        /// `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`, `ERROR`.
        kind: String,
        /// The object.
        object: Value,
    },
    /// A mark.
    Mark(String),
}

/// Reads a recording; what cannot be used is told by number and skipped.
///
/// # Errors
/// When the file cannot be read or decompressed at all.
pub fn read(path: &Path) -> std::io::Result<Recording> {
    let _ = path;
    todo!()
}
