//! Report: the outward JSON (`rolltop/v1`), the text forms of the headless commands, and recordings.
//!
//! Must not know: clusters, state, views, the clock. No other room is serialisable outward.
//!
//! [`rollout`] (with `runs`) is the report that scripts read, [`text`] (with `tree` and `beside`) the same for people, in columns of
//! [`table`]. [`recording`] reads a recording, and [`playback`] turns its lines into the objects of a moment or into changes
//! for the screen. [`deploy`] is a plan and what became of it, both for scripts and for people.

mod beside;
pub mod deploy;
pub mod playback;
pub mod recording;
pub mod rollout;
mod runs;
pub mod table;
pub mod text;
mod tree;
