//! Logs of pods, as it is drawn.

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct LogsPage {
    /// Title.
    pub title: String,
}
