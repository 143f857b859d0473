//! The one table of actions: id, name, one-line doc, group, where it works, default keys. It feeds key lookup, footer,
//! help, README and refusals.

/// What a key can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Leave the top layer; on the overview, quit.
    Back,
}
