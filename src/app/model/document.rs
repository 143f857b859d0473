//! One object as YAML, or described, as it is drawn.

/// What the screen shows.
#[derive(Clone, Debug, PartialEq)]
pub struct DocumentPage {
    /// Title.
    pub title: String,
}
