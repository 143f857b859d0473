//! Ui: draws a [`crate::app::model::Model`]. Reads, never changes.
//!
//! Must not know: clusters, the clock, the terminal device, `app::state`. Start reading at [`screen::draw`].

pub mod screen;
pub mod theme;
