//! One Experiment, as it is drawn.

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ExperimentPage {
    /// Title.
    pub title: String,
}
