//! Commands: what each subcommand does, by the rooms below.
//!
//! Must not know: how arguments are spelled (`cli` knows).
