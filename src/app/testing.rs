//! What the tests of this room build states from.
