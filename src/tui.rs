//! Tui: the terminal as a device: raw mode and alternate screen, input, signals, one writer.
//!
//! Must not know: state, views, clusters. Start reading at `screen`.
