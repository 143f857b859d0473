//! Trouble: what is wrong with a source, in a line or two, with what helps and when it is tried again.

use super::health::SourceView;
use crate::app::model::{TextPage, TroubleLine};

/// The line of a source that is in trouble; `None` when it is live, connecting (for less than 5 s) or listing.
#[must_use]
pub fn line(source: &SourceView<'_>) -> Option<TroubleLine> {
    let _ = source;
    todo!()
}

/// The lines of all sources; when two or more are watched and none answers, a common cause comes first:
/// `no cluster answers since 14:30:12Z: network or VPN?`.
#[must_use]
pub fn lines(sources: &[SourceView<'_>]) -> Vec<TroubleLine> {
    let _ = sources;
    todo!()
}

/// The error of a source in full: sentence, what helps, the raw text, when it is tried again.
#[must_use]
pub fn in_full(source: &SourceView<'_>) -> TextPage {
    let _ = source;
    todo!()
}
