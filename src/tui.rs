//! Tui: the terminal as a device: modes and their restoring, input, signals, one writer.
//!
//! Must not know: state, views, clusters. It gives [`input::Input`] values and takes frames.
//!
//! Start reading at [`guard`]: everything that is switched on there is switched off on every way out, be it the end,
//! an error, a panic, a signal or a stop. [`screen`] draws into a buffer, [`writer`] alone writes to the terminal.

pub mod escape;
pub mod guard;
pub mod input;
pub mod screen;
pub mod signals;
pub mod writer;
