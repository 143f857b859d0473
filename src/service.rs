//! Service: one deployable, described by a service config (`*.pvn.yaml`) and the Kubernetes manifests that it names.
//!
//! From files to objects: the config is read and checked, parameters get their values from layers of which the stronger
//! wins, the templates are rendered as text, and the text is read as `kubectl` reads it. What comes out is
//! [`rendered::Rendered`]: objects that still know the line of the file from which each of their fields came.
//! Rendering is a function of the files and the values, of nothing else: no time, no environment, no chance.
//!
//! Must not know: clusters, the network, the clock, state, views. What a deploy does with the objects is `deploy`.
//!
//! A service file is found ([`discover`]), read and checked ([`config`], [`catalog`]), its values are settled ([`settle`],
//! [`parameter`]), its manifests are read ([`files`]) and filled ([`template`]), and what comes out is patched
//! ([`after`]); [`render`] does it for one runtime of a channel, [`validate`] for all of them. [`files`], [`walk`] and
//! [`discover`] are the only parts that touch the disk.
//!
//! Start reading at [`rendered`], then at [`catalog`].

pub mod after;
pub mod catalog;
pub mod check;
pub mod code;
pub mod config;
pub mod discover;
pub mod files;
pub mod finding;
pub mod object;
pub mod parameter;
pub mod plain;
pub mod render;
pub mod rendered;
pub mod settle;
pub mod template;
pub mod texts;
pub mod validate;
pub mod walk;
pub mod yaml;
