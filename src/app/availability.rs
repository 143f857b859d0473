//! Availability: whether an action works now, and if not, why. One answer for the dim key in the footer, the line in
//! help and the message after the key was pressed.

use super::access::Rights;
use super::action::Action;
use super::deeds::{self, bulk, wish};
use super::fleet::Row;
use super::present::verdict::{Off as Why, off};
use super::screen::Screen;
use super::selection::Selected;
use super::source::channel_name;
use super::state::State;
use crate::argo::deed::plan::Plan;
use crate::argo::deed::{Deed, Extent};
use crate::argo::feed::Right;
use crate::config::settings::Confirm;
use crate::names::{Namespace, SourceId};

/// Whether an action works now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    /// It does.
    Ready,
    /// It does not: why, in words.
    Off(String),
}

impl Availability {
    /// It works.
    #[must_use]
    pub const fn is_ready(&self) -> bool {
        matches!(self, Self::Ready)
    }
}

/// What `p` does.
pub const PROMOTE: Deed = Deed::Promote(Extent::Pause);

/// Whether an action works now.
#[must_use]
pub fn availability(state: &State, action: Action) -> Availability {
    let why = match action {
        Action::PromoteWhen if armed(state) => None,
        Action::PromoteWhen => doable(state, &PROMOTE).err().filter(|why| !why.starts_with("asking ")),
        Action::Deploy => super::deploying::open::off(state),
        Action::Watch => nothing_selected(state).or_else(|| match state.selected() {
            Selected::Several(_) => Some("several rollouts stand here: press v and choose one".to_owned()),
            _ => None,
        }),
        action if action.writes() && wish::on_list(state) && !state.marks.is_empty() => bulk::off(state, action),
        action if action.writes() => wish::off(state, action),
        Action::ClearMarks if state.marks.is_empty() => Some("nothing is marked".to_owned()),
        Action::Mark | Action::MarkAll => nothing_selected(state).filter(|_| state.list().is_empty()),
        Action::Open if matches!(state.screen(), Screen::Run(_)) => Some("there is nothing below a run".to_owned()),
        Action::Open if matches!(state.screen(), Screen::Experiment(_)) => no_run(state),
        Action::NextMetric | Action::PreviousMetric if matches!(state.screen(), Screen::Experiment(_)) => {
            Some("an experiment has no metrics of its own: open one of its runs".to_owned())
        }
        Action::Open | Action::Copy => nothing_selected(state),
        Action::Channel(number) => no_such_channel(state, number),
        Action::ToggleBoard if state.setup.settings.channels.is_empty() => Some("there are no channels".to_owned()),
        Action::Login | Action::Reconnect if state.setup.replay => Some("a recording has no connection".to_owned()),
        Action::Login => live(state, "nothing to log in to"),
        Action::Trouble => live(state, "there is no error"),
        Action::NextAttention if state.fleet.needing_count() == 0 => Some("nothing needs you".to_owned()),
        Action::LastScreen if state.screens_before.is_none() => Some("there was no other screen yet".to_owned()),
        _ => None,
    };
    why.map_or(Availability::Ready, Availability::Off)
}

/// The selected rollout.
///
/// # Errors
/// There is none, or not exactly one, in words.
pub fn selected(state: &State) -> Result<&Row, String> {
    match state.selected() {
        Selected::One(row) => Ok(row),
        Selected::Nothing => Err(off(&Why::NothingSelected)),
        Selected::Several(rows) => {
            let (count, channel) = (rows.len(), channel_name(&state.setup, state.selected_channel()));
            let service = rows.first().map_or("", |row| &row.service);
            Err(format!("{count} rollouts of {service} run in {channel}: press v and choose one"))
        }
    }
}

/// The selected rollout and what doing something to it would send.
///
/// # Errors
/// Why it cannot be done, in words.
pub fn doable<'a>(state: &'a State, deed: &Deed) -> Result<(&'a Row, Plan), String> {
    let row = selected(state)?;
    deeds::decide(state, row, deed).map(|plan| (row, plan))
}

/// Whether no write of ours on a rollout is waiting for its answer or for the controller.
///
/// # Errors
/// One is, in words.
pub fn nothing_under_way(state: &State, row: &Row) -> Result<(), String> {
    if let Some(flight) = super::deploying::flight::blocking(state, &row.key) {
        return Err(format!("a deploy of {} to {} is on its way", flight.service, flight.place));
    }
    match state.writes.blocking(&row.key, state.now) {
        Some(write) => Err(off(&Why::InFlight { service: &write.service })),
        None => Ok(()),
    }
}

/// Whether the user may send a plan, by what the cluster said. Where it could not be asked, the write itself
/// will tell.
///
/// # Errors
/// Why not, in words.
pub fn rights(state: &State, row: &Row, plan: &Plan) -> Result<(), String> {
    writable(state, row, &plan.rights())
}

/// The same for rights by name.
///
/// # Errors
/// Why not, in words.
pub fn writable(state: &State, row: &Row, rights: &[Right]) -> Result<(), String> {
    writable_at(state, row.key.source, &row.key.namespace, rights)
}

/// The same for a namespace, whatever is in it.
///
/// # Errors
/// Why not, in words.
pub fn writable_at(state: &State, source: SourceId, namespace: &Namespace, rights: &[Right]) -> Result<(), String> {
    let cluster = state.sources.get(source).map_or("", |source| source.info.cluster.as_str());
    match state.access.rights(source, namespace, rights) {
        Rights::Yes | Rights::Unsure(_) => Ok(()),
        Rights::No { right, reason } => {
            let what = right.words();
            Err(off(&Why::Denied { what, namespace: namespace.as_str(), cluster, reason: &reason }))
        }
        Rights::Asking => Err(format!("asking {cluster} whether you may; press the key again")),
    }
}

/// Whether a write may go where a rollout is, whatever its state.
///
/// # Errors
/// Why not, in words.
pub fn place_allows(state: &State, row: &Row) -> Result<(), String> {
    place_allows_source(state, row.channel, row.key.source)
}

/// Whether writes may go to a channel at all.
///
/// # Errors
/// Why not, in words.
pub fn place_allows_channel(state: &State, at: usize) -> Result<(), String> {
    let channel = channel_name(&state.setup, at);
    if state.setup.replay {
        return Err(off(&Why::Replay));
    }
    if state.setup.read_only {
        return Err(off(&Why::ReadOnly));
    }
    let read_only = state.setup.settings.channels.get(at).is_none_or(|channel| channel.read_only);
    if read_only || state.confirm(at) == Confirm::Deny {
        return Err(off(&Why::ChannelReadOnly { channel }));
    }
    Ok(())
}

/// Whether a write may go to a channel through a source.
///
/// # Errors
/// Why not, in words.
pub fn place_allows_source(state: &State, at: usize, source: SourceId) -> Result<(), String> {
    place_allows_channel(state, at)?;
    let channel = channel_name(&state.setup, at);
    let Some(source) = state.sources.get(source) else {
        return Err(off(&Why::NotConnected { channel }));
    };
    if let Some(age) = source.stale(&state.setup, state.now) {
        return Err(off(&Why::Stale { channel, age }));
    }
    if source.is_live() { Ok(()) } else { Err(off(&Why::NotConnected { channel })) }
}

fn armed(state: &State) -> bool {
    state.selected_row().is_some_and(|row| state.watching.armed.contains_key(&row.key))
}

fn nothing_selected(state: &State) -> Option<String> {
    match state.selected() {
        Selected::Nothing => Some("nothing is selected".to_owned()),
        Selected::One(_) | Selected::Several(_) => None,
    }
}

fn no_run(state: &State) -> Option<String> {
    let Screen::Experiment(view) = state.screen() else { return None };
    let none = super::experiment::run_under_cursor(state, view).is_none();
    none.then(|| "the cursor is not on an analysis run".to_owned())
}

fn no_such_channel(state: &State, number: u8) -> Option<String> {
    let count = state.setup.settings.channels.len();
    // 0 stands for the row of all nine keys.
    (number > 0 && usize::from(number) > count).then(|| match count {
        0 => "there are no channels".to_owned(),
        1 => "there is 1 channel".to_owned(),
        _ => format!("there are {count} channels"),
    })
}

/// Why something that helps against trouble is off: there is none.
fn live(state: &State, what: &str) -> Option<String> {
    let Some(source) = state.selected_source() else { return Some("no channel is selected".to_owned()) };
    let troubled = source.trouble().is_some() || source.info.broken.is_some();
    (!troubled).then(|| format!("{} has no trouble: {what}", source.info.cluster))
}
