//! Weight and metrics over time, as it is drawn.

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartsPage {
    /// Title.
    pub title: String,
}
