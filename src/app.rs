//! App: the state, and the only function that changes it: [`update::update`].
//!
//! Must not know: the terminal library, ratatui, kube, the clock, files. Time, size and answers come in as events;
//! what is to be done goes out as [`effect::Effect`] values. [`model::of`] turns the state into what a screen shows.
//!
//! | question | file |
//! | --- | --- |
//! | what can happen, what is to be done | [`event`], [`effect`] |
//! | what is known | [`state`], [`fleet`], [`source`], [`detail`], [`access`], [`request`], [`notes`] |
//! | what is on the screen and where the cursor is | [`screen`], [`list`], [`sorting`], [`finder`], [`sieve`], [`filter`], [`selection`], [`marks`], [`overlay`] |
//! | what a key does, and why not | [`keyboard`], [`action`], [`availability`], [`act`], [`navigate`], [`deeds`], [`mod@pointer`] |
//! | where versions differ between channels | [`drift`] |
//! | what the edge of the cluster tells | [`news`], [`connection`] |
//! | what passes by itself | [`clock`] |
//! | what would be deployed, and is | [`deploying`] |
//! | what is looked at closely | [`node`], [`logs`], [`document`], [`timeline`], [`audited`], [`search`], [`reading`], [`run`], [`experiment`], [`charts`] |
//! | what a frame shows | [`model`], [`frame`], [`present`] |

pub mod access;
pub mod act;
pub mod action;
pub mod audited;
pub mod availability;
pub mod charts;
pub mod clock;
pub mod connection;
pub mod deeds;
pub mod deploying;
pub mod detail;
pub mod document;
pub mod drift;
pub mod effect;
pub mod event;
pub mod experiment;
pub mod filter;
pub mod finder;
pub mod fleet;
pub mod frame;
pub mod history;
pub mod keyboard;
pub mod list;
pub mod logs;
pub mod marks;
pub mod model;
pub mod navigate;
pub mod news;
pub mod node;
pub mod notes;
pub mod overlay;
mod page;
pub mod pointer;
pub mod present;
pub mod reading;
pub mod request;
pub mod run;
pub mod screen;
pub mod search;
pub mod selection;
pub mod sieve;
pub mod sorting;
pub mod source;
pub mod state;
pub mod timeline;
pub mod update;
pub mod watching;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
