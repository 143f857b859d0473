//! Config: from files and flags to settled values.
//!
//! Must not know: clusters, the terminal, state. Only `load` reads files.

pub mod settings;
