//! App: the state, and the only function that changes it: [`update::update`].
//!
//! Must not know: the terminal library, ratatui, kube, the clock, files. Time, size and answers come in as events;
//! what is to be done goes out as [`effect::Effect`] values. [`model::of`] turns the state into what a screen shows.

pub mod action;
pub mod effect;
pub mod event;
pub mod model;
pub mod present;
pub mod state;
pub mod update;
