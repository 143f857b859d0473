//! Config: from files and flags to settled values.
//!
//! Must not know: clusters, the terminal, state. Only [`load`] reads files.
//!
//! The one source of what may stand in a file is the key table ([`table`], [`keys`]): the checker ([`check`]), the
//! example and the JSON schema ([`document`]) follow from it. [`mod@file`] is the typed part that this program acts on,
//! [`resolve`] joins it with the flags and the contexts of the kubeconfig. Everything that is wrong is a
//! [`problem::Problem`] with its place and what to try, and all of them are told at once.

pub mod check;
pub mod document;
pub mod duration;
pub mod file;
pub mod keys;
pub mod load;
pub mod problem;
pub mod references;
pub mod resolve;
pub mod services;
pub mod settings;
pub mod table;
pub mod times;
