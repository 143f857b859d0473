//! Logs of pods: which streams are open, what they told, and how far it is scrolled. The lines live in the state and not
//! in the screen, which is copied; they go when the screen does.
//!
//! One stream per container, so that a pod that comes or goes disturbs no other. [`sync`] compares what is open with
//! what the watched pods and the person's choice ask for.

mod feeds;
mod group;
mod page;
mod picker;
mod ring;

pub use page::{length, page, summary};
pub use picker::key as picker_key;

use super::action::Action;
use super::effect::Effect;
use super::model::Mark;
use super::node::Node;
use super::screen::Screen;
use super::search::Pattern;
use super::state::State;
use crate::argo::feed::{LogNews, LogsId};
use crate::names::RolloutKey;
use feeds::Feed;
use group::{Choice, Group};
use ring::Ring;
use std::sync::Arc;

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogsView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// Of which object.
    pub node: Node,
}

impl LogsView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, node: Node) -> Self {
        Self { key, node }
    }
}

/// Whose pods are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Whose {
    /// Those of the new version, else of the stable one.
    Newest,
    /// Those of a ReplicaSet, by its uid.
    Set(Arc<str>),
    /// Those of a revision.
    Revision(i64),
    /// One pod: name and uid.
    Pod(Arc<str>, Arc<str>),
}

/// The logs that are open.
#[derive(Clone, Debug)]
pub struct Logs {
    view: LogsView,
    whose: Whose,
    group: Option<Group>,
    choice: Choice,
    feeds: Vec<Feed>,
    /// Containers that are not read because there are too many at once.
    left_out: usize,
    ring: Ring,
    /// Lines that were lost between the network and here.
    dropped: u64,
    /// Lines from which something was taken that acts on a terminal.
    cleaned: u64,
    /// What is searched.
    pub(super) pattern: Pattern,
    /// Only lines that have it are shown.
    only: bool,
    wrap: bool,
    /// The line at the bottom while it is held; `None`: the end is followed.
    bottom: Option<u64>,
    /// The hit that was last gone to.
    hit: Option<u64>,
    /// The cursor in the list of pods and containers, while it is open.
    picker: Option<usize>,
}

impl Logs {
    fn new(view: LogsView) -> Self {
        let whose = match &view.node {
            Node::Pod(name, uid) => Whose::Pod(name.clone(), uid.clone()),
            Node::ReplicaSet(_, uid) => Whose::Set(uid.clone()),
            Node::Revision(revision) => Whose::Revision(*revision),
            Node::Rollout | Node::AnalysisRun(..) | Node::Experiment(..) | Node::Job(_) => Whose::Newest,
        };
        Self {
            view,
            whose,
            group: None,
            choice: Choice::default(),
            feeds: Vec::new(),
            left_out: 0,
            ring: Ring::default(),
            dropped: 0,
            cleaned: 0,
            pattern: Pattern::default(),
            only: false,
            wrap: false,
            bottom: None,
            hit: None,
            picker: None,
        }
    }

    /// The list of pods and containers is open, and takes the keys.
    #[must_use]
    pub(super) fn is_choosing(&self) -> bool {
        self.picker.is_some()
    }

    /// The end is followed.
    #[must_use]
    pub(super) fn follows(&self) -> bool {
        self.bottom.is_none()
    }

    /// What Tab leads to, as a word of the footer.
    #[must_use]
    pub(super) fn other_word(&self) -> &'static str {
        match self.group.as_ref().map(|group| group.role.as_str()) {
            Some("canary") => "stable",
            Some("preview") => "active",
            _ => "other version",
        }
    }

    /// Rows that can be shown: all, or the hits alone.
    fn shown(&self) -> usize {
        if self.filters() { self.ring.hits() } else { self.ring.len() }
    }

    fn filters(&self) -> bool {
        self.only && !self.pattern.is_empty()
    }

    /// The place among the rows that can be shown of the line at the bottom.
    fn bottom_row(&self) -> usize {
        let last = self.shown().saturating_sub(1);
        let Some(seq) = self.bottom else { return last };
        match self.ring.place(seq) {
            // It is not kept any more: the oldest that is.
            None => 0,
            Some(place) if self.filters() => {
                self.ring.iter().take(place + 1).filter(|entry| entry.hit).count().saturating_sub(1)
            }
            Some(place) => place,
        }
    }

    /// The line that stands in a row.
    fn row(&self, row: usize) -> Option<&ring::Entry> {
        if self.filters() { self.ring.iter().filter(|entry| entry.hit).nth(row) } else { self.ring.get(row) }
    }

    /// Puts a row at the bottom; the last one is followed from then on.
    fn hold(&mut self, row: usize) {
        self.bottom = self.row(row).map(|entry| entry.seq);
    }
}

/// Opens and closes streams so that they fit what is on the stack of screens and what is known of its pods.
pub fn sync(state: &mut State) -> Vec<Effect> {
    let view = state.screens.iter().rev().find_map(|screen| match screen {
        Screen::Logs(view) => Some(view),
        _ => None,
    });
    let same = match (&state.logs, view) {
        (None, None) => return Vec::new(),
        (Some(logs), Some(view)) => logs.view == *view,
        _ => false,
    };
    let mut effects = Vec::new();
    if !same {
        let opened = view.cloned().map(Logs::new);
        if let Some(mut logs) = std::mem::replace(&mut state.logs, opened) {
            effects.extend(logs.feeds.drain(..).map(Feed::close));
        }
        state.search_input = None;
        state.touch();
    }
    effects.extend(feeds::fit(state));
    effects
}

/// A stream tells something.
pub fn take(state: &mut State, id: LogsId, news: LogNews) -> Vec<Effect> {
    let now = state.now;
    let Some(logs) = &mut state.logs else { return Vec::new() };
    if feeds::take(logs, id, news, now) {
        let shown = matches!(state.screen(), Screen::Logs(_));
        state.dirty |= shown;
    }
    Vec::new()
}

/// Scrolls. At the end it follows; away from it, it holds.
pub fn scroll(state: &mut State, rows: isize) {
    let page = state.page_rows;
    let Some(logs) = &mut state.logs else { return };
    let last = logs.shown().saturating_sub(1);
    // Wrapped, one line may fill the screen; else the first page ends with its last row.
    let first = if logs.wrap { 0 } else { page.saturating_sub(1).min(last) };
    let to = logs.bottom_row().max(first).saturating_add_signed(rows).clamp(first, last);
    if to >= last && rows > 0 {
        logs.bottom = None;
    } else {
        logs.hold(to);
    }
}

/// Something else is searched.
pub fn look_for(state: &mut State, pattern: Pattern) {
    let Some(logs) = &mut state.logs else { return };
    let narrows = pattern.narrows(&logs.pattern);
    logs.ring.search(&pattern, narrows);
    logs.pattern = pattern;
    logs.hit = None;
}

/// Carries out an action that only this screen has.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let page = state.page_rows;
    let Some(logs) = &mut state.logs else { return Vec::new() };
    match action {
        Action::Search => super::search::open(state),
        Action::NextHit => to_hit(state, true),
        Action::PreviousHit => to_hit(state, false),
        Action::Wrap => logs.wrap = !logs.wrap,
        Action::Follow if logs.bottom.is_some() => logs.bottom = None,
        Action::Follow => logs.hold(logs.shown().saturating_sub(1)),
        Action::Only if logs.pattern.is_empty() => {
            state.answer(Mark::Attention, "nothing is searched: / first, then ! shows the hits alone");
        }
        Action::Only => {
            let at = logs.row(logs.bottom_row()).map(|entry| entry.seq);
            logs.only = !logs.only;
            logs.bottom = logs.bottom.and(at);
        }
        Action::PreviousLog => return feeds::before(state),
        Action::OtherRevision => return feeds::other_revision(state),
        Action::Choose => picker::open(state),
        Action::CopyText => return copy(state, 1),
        Action::CopyShown => return copy(state, page),
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}

/// To the next hit below or above; the first time to the nearest one.
fn to_hit(state: &mut State, down: bool) {
    let page = state.page_rows;
    let Some(logs) = &mut state.logs else { return };
    if logs.ring.hits() == 0 {
        let words = if logs.pattern.is_empty() {
            "nothing is searched: / first".to_owned()
        } else {
            format!("no line has {}", logs.pattern.text())
        };
        state.answer(Mark::Attention, words);
        return;
    }
    let hits =
        |logs: &Logs| logs.ring.iter().enumerate().filter(|(_, entry)| entry.hit).map(|(at, _)| at).collect::<Vec<_>>();
    let hits = hits(logs);
    let current = logs.hit.and_then(|seq| logs.ring.place(seq));
    let bottom = logs.bottom.and_then(|seq| logs.ring.place(seq)).unwrap_or(logs.ring.len().saturating_sub(1));
    let found = match current {
        Some(at) if down => hits.iter().find(|hit| **hit > at),
        Some(at) => hits.iter().rev().find(|hit| **hit < at),
        None => hits.iter().rev().find(|hit| **hit <= bottom).or(hits.first()),
    };
    let Some(found) = found.copied() else {
        state.answer(Mark::Attention, if down { "no later hit: N goes back" } else { "no earlier hit: n goes on" });
        return;
    };
    logs.hit = logs.ring.get(found).map(|entry| entry.seq);
    // In sight already: nothing moves. Else it comes to the middle.
    let shown = if logs.filters() { hits.iter().position(|hit| *hit == found).unwrap_or(0) } else { found };
    let bottom = logs.bottom_row();
    let in_sight = shown <= bottom && bottom - shown < page.max(1);
    let to = if in_sight { bottom } else { (shown + page / 2).min(logs.shown().saturating_sub(1)) };
    logs.hold(to);
}

/// Copies the hit that was gone to, else the line at the bottom; or all lines on screen.
fn copy(state: &mut State, rows: usize) -> Vec<Effect> {
    let Some(logs) = &state.logs else { return Vec::new() };
    let bottom = logs.bottom_row();
    let text = if rows == 1 {
        let hit = logs.hit.and_then(|seq| logs.ring.place(seq)).and_then(|place| logs.ring.get(place));
        hit.or_else(|| logs.row(bottom)).map(|entry| entry.text.to_string()).unwrap_or_default()
    } else {
        let first = (bottom + 1).saturating_sub(rows);
        let lines = (first..=bottom).filter_map(|row| logs.row(row)).map(page::whole);
        lines.collect::<Vec<_>>().join("\n")
    };
    let what = if rows == 1 { "the line" } else { "the lines on screen" };
    super::act::copy_text(state, what, text)
}
