//! The dialog about several rollouts: every object with what would be sent to it, or why nothing is.

use super::{answer, reason};
use crate::app::deeds::around;
use crate::app::deeds::bulk::{room, word};
use crate::app::model::{Button, Mark, WriteDialog};
use crate::app::overlay::{Bulk, Item};
use crate::app::present::dialog::{BUTTON_CANCEL, BUTTON_PROMOTE, bulk};
use crate::app::present::{Subject, words};
use crate::app::source::channel_name;
use crate::app::state::State;

/// The dialog.
pub fn dialog(state: &State, open: &Bulk) -> WriteDialog {
    let verb = word(&open.items, &open.deed);
    let (count, all) = (open.count(), open.items.len());
    let title = format!("{} {}", capital(verb), words::count(i64::try_from(count).unwrap_or(0), "rollout", "rollouts"));
    let room = room(state);
    // What speaks against all of it stands above what is done to each.
    let mut evidence: Vec<(Mark, String)> = around::several(state, &open.items);
    if open.first > 0 {
        evidence.push((Mark::Absent, format!("{} more above", open.first)));
    }
    let shown = open.items.iter().skip(open.first).take(room);
    evidence.extend(shown.map(|item| line(state, item)).map(|(mark, words)| (mark, cut(&words, wide(state)))));
    let below = all.saturating_sub(open.first + room);
    if below > 0 {
        evidence.push((Mark::Absent, format!("{below} more below (↓)")));
    }
    let on = open.ask.missing().is_none() && count > 0;
    let mut dialog = WriteDialog {
        title,
        protected: protected(state, open),
        rows: vec![("where".to_owned(), places(state, open))],
        weights: None,
        evidence,
        typed: open.ask.name.clone().map(|name| (name, open.ask.typed.clone())),
        reason: reason(&open.ask),
        call: None,
        back: String::new(),
        buttons: vec![
            Button { label: "Cancel".to_owned(), focused: open.ask.focus == BUTTON_CANCEL, on: true },
            Button { label: format!("{} {count}", capital(verb)), focused: open.ask.focus == BUTTON_PROMOTE, on },
        ],
        footnote: match all - count {
            0 => "one order and one verdict for each".to_owned(),
            off => format!("{off} of {all} cannot be written to"),
        },
    };
    answer(state, &mut dialog.footnote);
    dialog
}

/// Cells of a line of the dialog: each object has one, so that none is pushed out.
fn wide(state: &State) -> usize {
    usize::from(state.size.0).saturating_sub(8).clamp(12, 57)
}

fn cut(words: &str, wide: usize) -> String {
    if words.chars().count() <= wide {
        return words.to_owned();
    }
    words.chars().take(wide - 1).chain(['…']).collect()
}

fn capital(verb: &str) -> String {
    let mut letters = verb.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn line(state: &State, item: &Item) -> (Mark, String) {
    let Some(row) = state.fleet.get(&item.key) else {
        return (Mark::Attention, format!("{}: it is gone", item.key.name));
    };
    let context = state.context(row, false);
    let subject = Subject::new(&row.rollout, &row.picture, &context);
    bulk::line(&subject, item.plan.as_ref().map_err(String::as_str))
}

fn rows_of<'a>(state: &'a State, open: &'a Bulk) -> impl Iterator<Item = usize> {
    open.items.iter().filter(|item| item.plan.is_ok()).map(|item| state.sources.channel(item.key.source))
}

fn protected(state: &State, open: &Bulk) -> bool {
    rows_of(state, open).any(|channel| state.confirm(channel) == crate::config::settings::Confirm::TypeName)
}

/// How many in which channel, protected ones first.
fn places(state: &State, open: &Bulk) -> String {
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for channel in rows_of(state, open) {
        match counts.iter_mut().find(|(known, _)| *known == channel) {
            Some((_, count)) => *count += 1,
            None => counts.push((channel, 1)),
        }
    }
    counts
        .sort_by_key(|(channel, _)| (state.confirm(*channel) != crate::config::settings::Confirm::TypeName, *channel));
    let words: Vec<String> =
        counts.into_iter().map(|(channel, count)| format!("{} {count}", channel_name(&state.setup, channel))).collect();
    words.join(" · ")
}
