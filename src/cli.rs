//! Cli: arguments, exit codes, errors for people.
//!
//! Must not know: clusters, state.
