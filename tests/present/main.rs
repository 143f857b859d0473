//! Objects as a real controller left them, and the words that a person reads about them. The objects are moments of
//! recordings of a real cluster (`tests/data/objects`).

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may end at once, with the place where it did")]

mod closer;
mod dialogs;
mod lists;
mod moment;
mod odd;
mod pages;
mod ticks;

#[path = "../support/scenes.rs"]
mod scenes;
