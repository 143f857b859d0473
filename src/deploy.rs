//! Deploy: what a deploy would change, and in which order it is sent.
//!
//! Rules on plain data: rendered objects, what the cluster has, and what the API server answered to a dry run give a plan
//! with a difference for each object, what the change will cause, and the requests that remain to be sent.
//!
//! Must not know: clusters, the network, the clock, state, views. `cluster::deploy` asks and sends.
//!
//! Start reading at [`plan`]: all that a screen or a command shows, made of [`change`] ([`diff`] of two [`content`]s),
//! [`consequence`], [`conflicts`] and [`needs`]. [`prepare`] is the object as it is sent, with its [`records`]; [`order`] is what
//! goes first. [`progress`] is what becomes of a plan when it is carried out, [`feed`] how a screen asks for all of it.

pub mod change;
pub mod conflicts;
pub mod consequence;
pub mod content;
pub mod diff;
pub mod feed;
pub mod needs;
pub mod order;
pub mod plan;
pub mod prepare;
pub mod progress;
pub mod records;
