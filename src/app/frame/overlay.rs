//! Dialogs as the model has them.

mod bulk;
mod form;

use super::{hint, lists};
use crate::app::deeds::{self, around};
use crate::app::deploying;
use crate::app::detail::Detail;
use crate::app::fleet::Row;
use crate::app::list::line_of;
use crate::app::model::{Button, Dialog, KeyHint, Mark, ReasonField, WriteDialog};
use crate::app::overlay::{Ask, Confirm, Overlay};
use crate::app::present::dialog::{self, Asking, BUTTON_PROMOTE, Elsewhere, Events};
use crate::app::present::{Subject, standing, tick, version};
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::app::watching::when;
use crate::argo::deed::Deed;
use jiff::Timestamp;

/// What lies over the screen.
pub fn dialog(state: &State, overlay: &Overlay) -> Dialog {
    match overlay {
        Overlay::Leave(focus) => leave(state, *focus),
        Overlay::Finder(finder) => Dialog::Finder(Box::new(super::finder::dialog(state, finder))),
        Overlay::Confirm(dialog) => Dialog::Write(Box::new(write(state, dialog))),
        Overlay::Deploy(open) => Dialog::Write(Box::new(deploying::confirm::dialog(state, open))),
        Overlay::Bulk(bulk) => Dialog::Write(Box::new(bulk::dialog(state, bulk))),
        Overlay::Form(form) => Dialog::Form(Box::new(form::dialog(state, form))),
    }
}

fn leave(state: &State, focus: usize) -> Dialog {
    let count = state.writes.in_flight();
    let writes = if count == 1 { "1 write is".to_owned() } else { format!("{count} writes are") };
    let button = |index: usize, label: &str| Button { label: label.to_owned(), focused: focus == index, on: true };
    Dialog::Ask {
        title: "Quit now?".to_owned(),
        lines: vec![format!("{writes} in flight: sent, not answered."), "Leaving does not take it back.".to_owned()],
        buttons: vec![button(0, "Wait"), button(1, "Quit anyway")],
    }
}

fn write(state: &State, open: &Confirm) -> WriteDialog {
    let mut dialog = asked(state, open, dialog::write).unwrap_or_else(|| gone(open));
    if let Some(condition) = when::arming(state, &open.key) {
        dialog.title = format!("{} when {}", dialog.title, condition.words());
        if let Some(button) = dialog.buttons.last_mut() {
            "Arm".clone_into(&mut button.label);
        }
    }
    answer(state, &mut dialog.footnote);
    dialog
}

/// The dialog may lie over the place of messages: what answers a key is said where the eye is.
fn answer(state: &State, footnote: &mut String) {
    if let Some(answer) = state.notes.shown().filter(|toast| toast.mark == Mark::Attention) {
        footnote.clone_from(&answer.words);
    }
}

/// The reason, where one is typed or needed.
fn reason(ask: &Ask) -> Option<ReasonField> {
    let shown = ask.reasoning || ask.needs_reason || !ask.reason.is_empty();
    shown.then(|| ReasonField { text: ask.reason.clone(), active: ask.reasoning, needed: ask.needs_reason })
}

/// When the open dialog reads otherwise by time alone.
pub fn tick(state: &State) -> Option<Timestamp> {
    match &state.overlay {
        Some(Overlay::Confirm(open)) => asked(state, open, tick::dialog).flatten(),
        Some(Overlay::Deploy(open)) => deploying::confirm::tick(state, open),
        Some(Overlay::Form(open)) => form::tick(state, open),
        _ => None,
    }
}

/// Brings together what the words of the dialog depend on; `None`: the rollout is gone.
fn asked<T>(state: &State, open: &Confirm, of: impl Fn(&Subject<'_>, &Asking<'_>) -> T) -> Option<T> {
    let row = state.fleet.get(&open.key)?;
    let blocked = deeds::blocked(state, open);
    let channel = state.setup.settings.channels.get(row.channel);
    let cluster = state.sources.get(row.key.source).map(|source| &source.info.cluster);
    let runtime = channel.and_then(|channel| channel.runtimes.iter().find(|runtime| Some(&runtime.name) == cluster));
    let elsewhere = elsewhere(state, row);
    let around = around::of(state, row, &open.plan.deed);
    let context = state.context(row, lists::drift(state, row));
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let asking = Asking {
        plan: &open.plan,
        kube_context: runtime.map(|runtime| runtime.context.as_str()),
        typed: open.ask.name.as_deref().map(|name| (name, open.ask.typed.as_str())),
        focus: Some(open.ask.focus),
        show_call: open.show_call,
        changed: blocked.as_deref(),
        elsewhere: &elsewhere,
        template: deeds::wish::template_of(state, row),
        reason: reason(&open.ask),
        around: &around,
        events: events(state, row),
    };
    Some(of(&subject, &asking))
}

/// The events about the rollout, where its page watches them.
fn events<'a>(state: &'a State, row: &Row) -> Events<'a> {
    let here = |detail: &&Detail| detail.key == row.key && detail.uid == row.rollout.meta.uid;
    let Some(detail) = state.detail.as_ref().filter(here) else { return Events::Unwatched };
    match detail.note_of("events") {
        note if note.is_empty() => Events::Known { told: detail.events(), user: &state.setup.user },
        note => Events::Unknown(note),
    }
}

/// The same service in the channels before this one.
fn elsewhere(state: &State, row: &Row) -> Vec<Elsewhere> {
    let line = line_of(row, state.fleet.is_split(&row.service));
    let before = (0..row.channel).flat_map(|channel| state.cell(&line, channel));
    before
        .map(|other| {
            let context = state.context(other, false);
            let subject = Subject::new(&other.rollout, &other.picture, &context);
            Elsewhere {
                channel: channel_name(&state.setup, other.channel).to_owned(),
                version: version::wanted(&subject),
                mark: standing::mark(&subject),
                since: None,
            }
        })
        .collect()
}

/// The rollout went away while the dialog was open: nothing of it is left to show, and nothing can be sent.
fn gone(open: &Confirm) -> WriteDialog {
    let buttons = ["Show call", "Cancel", "Send"];
    WriteDialog {
        title: format!("{} {}: gone", open.plan.deed.words(), open.key.name),
        protected: false,
        rows: Vec::new(),
        weights: None,
        evidence: Vec::new(),
        typed: None,
        reason: None,
        call: None,
        back: String::new(),
        buttons: buttons
            .iter()
            .enumerate()
            .map(|(index, label)| Button {
                label: (*label).to_owned(),
                focused: index == open.ask.focus,
                on: index != BUTTON_PROMOTE,
            })
            .collect(),
        footnote: open.changed.clone().unwrap_or_else(|| "the rollout is gone".to_owned()),
    }
}

/// The keys of the open form or dialog.
pub fn keys(state: &State) -> Vec<KeyHint> {
    let (ask, several) = match &state.overlay {
        Some(Overlay::Confirm(dialog)) => (&dialog.ask, false),
        Some(Overlay::Bulk(bulk)) => (&bulk.ask, true),
        Some(Overlay::Deploy(open)) => (&open.ask, false),
        Some(Overlay::Form(form)) => return form::keys(&form.field),
        _ => return Vec::new(),
    };
    let abort = match &state.overlay {
        Some(Overlay::Bulk(bulk)) => deeds::bulk::is_abort(bulk),
        Some(Overlay::Confirm(dialog)) => dialog.plan.deed == Deed::Abort,
        _ => false,
    };
    let mut keys = Vec::new();
    if ask.reasoning {
        keys.push(hint("letters:", "the reason", true));
    } else if ask.name.is_some() {
        keys.push(hint("letters:", "the name", true));
    } else if abort {
        keys.push(hint("a", "abort", true));
    }
    if several {
        keys.push(hint("↑↓", "list", true));
    }
    keys.extend([hint("Tab", "next button", true), hint("⏎", "press", true), hint("Esc", "cancel", true)]);
    let other = if ask.reasoning { "reason done" } else { "reason" };
    keys.push(hint("Ctrl-r", other, true));
    keys
}
