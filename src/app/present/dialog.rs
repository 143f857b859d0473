//! The dialog before a write: where, what changes, what comes after, what speaks for and against it, and the way back.
//!
//! `promote` has the words of what moves along the steps, `change` those of all other deeds, `evidence` what
//! speaks for and against, `acted` who else did something, `back` the way back, [`bulk`] one line for each of several rollouts.

mod acted;
mod back;
pub mod bulk;
mod change;
mod evidence;
mod promote;

pub use acted::Events;

use super::{Subject, call, words};
use crate::app::model::{Button, Mark, ReasonField, WriteDialog};
use crate::argo::deed::plan::Plan;
use crate::argo::deed::{Deed, Extent};
use crate::argo::forecast;
use crate::argo::rollout::{PodTemplate, StrategyKind};
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
    pub plan: &'a Plan,
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
    /// The pod template that is rolled out, as far as it is known.
    pub template: Option<&'a PodTemplate>,
    /// The reason, where one is typed or needed.
    pub reason: Option<ReasonField>,
    /// What stands around it and speaks for or against: times that are allowed, budgets of disruption.
    pub around: &'a [(Mark, String)],
    /// The events about it: who else acted.
    pub events: Events<'a>,
}

/// Whether the button that sends can be pressed: nothing changed, what has to be typed is typed, byte for byte, and a
/// reason is there where one is needed.
#[must_use]
pub fn can_send(asking: &Asking<'_>) -> bool {
    let reasoned = asking.reason.as_ref().is_none_or(|reason| !reason.needed || !reason.text.trim().is_empty());
    asking.changed.is_none() && reasoned && asking.typed.is_none_or(|(wanted, so_far)| wanted == so_far)
}

/// The dialog.
#[must_use]
pub fn write(subject: &Subject<'_>, asking: &Asking<'_>) -> WriteDialog {
    let context = subject.context;
    let deed = &asking.plan.deed;
    let ahead = forecast::ahead(subject.rollout, subject.picture, context.cluster_now);
    let button = |label: String, index: usize, on: bool| Button { label, focused: asking.focus == Some(index), on };
    let show = if asking.show_call { "Hide call" } else { "Show call" };
    let mut rows = place(subject);
    let (weights, label) = if matches!(deed, Deed::Promote(Extent::Pause)) {
        rows.extend(promote::rows(subject, &ahead));
        (ahead.weight.map(|(from, to)| (from, to, subject.rollout.max_weight())), promote::verb(subject, &ahead))
    } else {
        rows.extend(change::rows(subject, asking));
        (change::weights(subject, deed), change::verb(subject, deed))
    };
    WriteDialog {
        title: change::title(subject, deed),
        protected: context.protected,
        rows,
        weights,
        evidence: evidence::of(subject, asking),
        typed: asking.typed.map(|(wanted, so_far)| (wanted.to_owned(), so_far.to_owned())),
        reason: asking.reason.clone(),
        call: asking.show_call.then(|| call::lines(subject, asking.plan, asking.kube_context)),
        back: back::of(subject, deed),
        buttons: vec![
            button(show.to_owned(), BUTTON_CALL, true),
            button("Cancel".to_owned(), BUTTON_CANCEL, true),
            button(label, BUTTON_PROMOTE, can_send(asking)),
        ],
        footnote: match subject.data_age() {
            Some(age) => format!("data {age} old"),
            None => "age of the data not known".to_owned(),
        },
    }
}

/// Where it would happen.
#[must_use]
pub fn place(subject: &Subject<'_>) -> Vec<(String, String)> {
    let (rollout, context) = (subject.rollout, subject.context);
    let channel = if context.protected { context.channel.to_uppercase() } else { context.channel.to_owned() };
    let (channel, cluster) = (words::spelled(&channel), words::spelled(context.cluster));
    let mut rows = vec![("where".to_owned(), format!("{channel} · {cluster} · namespace {}", rollout.meta.namespace))];
    if *context.service != *rollout.meta.name {
        rows.push(("rollout".to_owned(), rollout.meta.name.to_string()));
    }
    rows
}

fn is_blue_green(subject: &Subject<'_>) -> bool {
    subject.picture.strategy == StrategyKind::BlueGreen
}
