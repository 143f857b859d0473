//! Replay: a recording in place of clusters. Its events become the news that a cluster would have sent.

use crate::cluster::hub::Sink;
use crate::report::recording::Recording;

/// Starts a thread that tells the recorded events at their times.
///
/// # Errors
/// When no thread can be started.
pub fn play(recording: Recording, speed: f64, sink: Sink) -> std::io::Result<()> {
    let _ = (recording, speed, sink);
    todo!()
}
