//! The log: a file, never the terminal. Only with `--log-file` or `-v`.

use super::args::Global;
use crate::commands::outcome::Failure;
use std::fs::OpenOptions;
use std::path::PathBuf;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// Starts logging as the flags say; what is returned writes the rest when it is dropped.
///
/// # Errors
/// When the file cannot be opened.
pub fn start(global: &Global) -> Result<Option<WorkerGuard>, Failure> {
    let Some(path) = path(global) else { return Ok(None) };
    let cannot = |why: String| {
        Failure::bad_input(format!("--log-file: {} cannot be written: {why}", path.display()))
            .hint("give another file, or make its folder first")
    };
    if global.log_file.is_none()
        && let Some(folder) = path.parent()
    {
        std::fs::create_dir_all(folder).map_err(|error| cannot(error.to_string()))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let file = options.open(&path).map_err(|error| cannot(error.to_string()))?;
    let (writer, guard) = tracing_appender::non_blocking(file);
    // The libraries below speak of headers at finer levels, where a token could stand; only rolltop's own lines.
    let level = match global.verbose {
        0 => "info",
        1 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::new(format!("off,rolltop={level}"));
    let _ = tracing_subscriber::fmt().with_writer(writer).with_ansi(false).with_env_filter(filter).try_init();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "start");
    Ok(Some(guard))
}

fn path(global: &Global) -> Option<PathBuf> {
    if let Some(path) = &global.log_file {
        return Some(path.clone());
    }
    (global.verbose > 0).then(|| super::dispatch::state_home().map(|home| home.join("rolltop/rolltop.log"))).flatten()
}
