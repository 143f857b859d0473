//! Service: one deployable, described by a service config (`*.pvn.yaml`) and the Kubernetes manifests that it names.
//!
//! From files to objects: the config is read and checked, parameters get their values from layers of which the stronger
//! wins, the templates are rendered as text, and the text is read as `kubectl` reads it. What comes out is
//! [`rendered::Rendered`]: objects that still know the line of the file from which each of their fields came.
//! Rendering is a function of the files and the values, of nothing else: no time, no environment, no chance.
//!
//! Must not know: clusters, the network, the clock, state, views. What a deploy does with the objects is `deploy`.
//!
//! Start reading at [`rendered`].

pub mod check;
pub mod object;
pub mod plain;
pub mod rendered;
pub mod template;
pub mod yaml;
