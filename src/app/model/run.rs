//! One AnalysisRun, as it is drawn.

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPage {
    /// Title.
    pub title: String,
}
