//! The dialog before a promote: where, what moves, what comes after, what speaks for and against it.

use super::Subject;
use crate::app::model::{Mark, WriteDialog};
use crate::argo::promote::Promotion;
use jiff::SignedDuration;

/// Index of the button that shows or hides the call.
pub const BUTTON_CALL: usize = 0;
/// Index of the button that sends nothing; it has the focus at first.
pub const BUTTON_CANCEL: usize = 1;
/// Index of the button that sends.
pub const BUTTON_PROMOTE: usize = 2;

/// The same service in another channel, as evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    /// Channel.
    pub channel: String,
    /// Version there.
    pub version: String,
    /// How it stands there.
    pub mark: Mark,
    /// For how long, if known.
    pub since: Option<SignedDuration>,
}

/// What the dialog depends on besides the rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Asking<'a> {
    /// What would be sent.
    pub promotion: &'a Promotion,
    /// The kubeconfig context, for the kubectl equivalent.
    pub kube_context: Option<&'a str>,
    /// What has to be typed, and what has been typed so far; `None`: nothing has to be typed.
    pub typed: Option<(&'a str, &'a str)>,
    /// Index of the focused button; see [`BUTTON_CALL`] and its neighbours. `None`: the text field has the focus.
    pub focus: Option<usize>,
    /// Show the call.
    pub show_call: bool,
    /// Set when the situation changed while the dialog was open, in words: nothing can be sent.
    pub changed: Option<&'a str>,
    /// The same service in the channels before this one.
    pub elsewhere: &'a [Elsewhere],
}

/// The dialog.
#[must_use]
pub fn promote(subject: &Subject<'_>, asking: &Asking<'_>) -> WriteDialog {
    let _ = (subject, asking);
    todo!()
}
