//! Dialogs as the model has them.

use super::lists;
use crate::app::deeds;
use crate::app::fleet::Row;
use crate::app::list::line_of;
use crate::app::model::{Button, Dialog, Mark, WriteDialog};
use crate::app::overlay::{Confirm, Overlay};
use crate::app::present::dialog::{self, Asking, BUTTON_PROMOTE, Elsewhere};
use crate::app::present::{Subject, standing, tick, version};
use crate::app::source::channel_name;
use crate::app::state::State;
use crate::app::watching::when;
use jiff::Timestamp;

/// What lies over the screen.
pub fn dialog(state: &State, overlay: &Overlay) -> Dialog {
    match overlay {
        Overlay::Leave(focus) => leave(state, *focus),
        Overlay::Finder(finder) => Dialog::Finder(Box::new(super::finder::dialog(state, finder))),
        Overlay::Confirm(dialog) => Dialog::Write(Box::new(write(state, dialog))),
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
    let mut dialog = asked(state, open, dialog::promote).unwrap_or_else(|| gone(open));
    if let Some(condition) = when::arming(state, &open.key) {
        dialog.title = format!("{} when {}", dialog.title, condition.words());
        if let Some(button) = dialog.buttons.last_mut() {
            "Arm".clone_into(&mut button.label);
        }
    }
    // The dialog may lie over the place of messages: what answers a key is said where the eye is.
    if let Some(answer) = state.notes.shown().filter(|toast| toast.mark == Mark::Attention) {
        dialog.footnote.clone_from(&answer.words);
    }
    dialog
}

/// When the open dialog reads otherwise by time alone.
pub fn tick(state: &State) -> Option<Timestamp> {
    match &state.overlay {
        Some(Overlay::Confirm(open)) => asked(state, open, tick::dialog).flatten(),
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
    let context = state.context(row, lists::drift(state, row));
    let subject = Subject::new(&row.rollout, state.picture(row), &context);
    let asking = Asking {
        plan: &open.plan,
        kube_context: runtime.map(|runtime| runtime.context.as_str()),
        typed: open.name.as_deref().map(|name| (name, open.typed.as_str())),
        focus: Some(open.focus),
        show_call: open.show_call,
        changed: blocked.as_deref(),
        elsewhere: &elsewhere,
    };
    Some(of(&subject, &asking))
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
    let buttons = ["Show call", "Cancel", "Promote"];
    WriteDialog {
        title: format!("Promote {}", open.key.name),
        protected: false,
        rows: Vec::new(),
        weights: None,
        evidence: Vec::new(),
        typed: None,
        call: None,
        back: String::new(),
        buttons: buttons
            .iter()
            .enumerate()
            .map(|(index, label)| Button {
                label: (*label).to_owned(),
                focused: index == open.focus,
                on: index != BUTTON_PROMOTE,
            })
            .collect(),
        footnote: open.changed.clone().unwrap_or_else(|| "the rollout is gone".to_owned()),
    }
}
