//! Frames: when two are the same to the eye, and which colours their bytes may hold.

use crate::app::model::Model;
use crate::tui::screen::Colours;
use crate::ui::theme::{Depth, Theme};

/// Whether two frames differ in nothing but the time at which they were made: the clock alone is no reason to write.
#[must_use]
pub fn looks_alike(shown: &Model, model: &Model) -> bool {
    let mut same_time = model.clone();
    same_time.header.clock = shown.header.clock;
    *shown == same_time
}

/// What a theme's bytes may speak of.
#[must_use]
pub fn colours(theme: &Theme) -> Colours {
    match theme.depth {
        Depth::Mono => Colours::None,
        Depth::Sixteen => Colours::Sixteen,
        Depth::TwoFiftySix | Depth::True => Colours::Many,
    }
}
