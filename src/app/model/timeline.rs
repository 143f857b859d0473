//! Events as a story, as it is drawn.

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct TimelinePage {
    /// Title.
    pub title: String,
}
