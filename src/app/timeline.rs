//! Events as a story: of a rollout and what belongs to it, or of one object; oldest first, the end followed. Events are
//! history for people: they expire, and can be missing.

mod page;
mod story;

pub use crate::argo::story::last_told as told_at;
pub use page::{length, page};

use super::action::Action;
use super::detail::Detail;
use super::effect::Effect;
use super::model::Mark;
use super::node::Node;
use super::reading::Reading;
use super::screen::Screen;
use super::search::Pattern;
use super::state::State;
use crate::argo::describe::{Line, Tone};
use crate::argo::event::KubeEvent;
use crate::names::RolloutKey;
use std::sync::Arc;
use story::Told;

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// Of which object with its children.
    pub node: Node,
}

impl TimelineView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, node: Node) -> Self {
        Self { key, node }
    }
}

/// The story that is open.
#[derive(Clone, Debug)]
pub struct Timeline {
    view: TimelineView,
    /// All of it.
    story: Vec<Told>,
    /// The rows that are shown.
    shown: Vec<usize>,
    /// What was told when it was last put together.
    told: Option<(usize, Option<Arc<KubeEvent>>)>,
    /// What is searched: only events that have it are shown.
    pub(super) pattern: Pattern,
    /// Warnings alone are shown.
    warnings: bool,
    wrap: bool,
    reading: Reading,
    /// The cursor stays on the last row, whatever comes.
    follow: bool,
}

impl Timeline {
    fn new(view: TimelineView) -> Self {
        Self {
            view,
            story: Vec::new(),
            shown: Vec::new(),
            told: None,
            pattern: Pattern::default(),
            warnings: false,
            wrap: true,
            reading: Reading::default(),
            follow: true,
        }
    }

    /// The end is followed.
    #[must_use]
    pub(super) fn follows(&self) -> bool {
        self.follow
    }

    fn sift(&mut self, page: usize) {
        let at = self.shown.get(self.reading.cursor).copied().filter(|_| !self.follow);
        let sifted = self.warnings || !self.pattern.is_empty();
        let passes = |told: &Told| {
            // Headings belong to the whole story: between a few lines of it they would mislead.
            !(sifted && told.is_heading())
                && (!self.warnings || told.is_warning())
                && (self.pattern.is_empty() || told.has(&self.pattern))
        };
        self.shown = self.story.iter().enumerate().filter(|(_, told)| passes(told)).map(|(at, _)| at).collect();
        let row = at.map_or(usize::MAX, |at| self.shown.partition_point(|row| *row < at));
        self.reading.to(row, self.shown.len(), page);
    }
}

/// The events of a rollout and what belongs to it, oldest first, as far as they are known.
#[must_use]
pub fn events<'a>(state: &'a State, key: &RolloutKey) -> &'a [Arc<KubeEvent>] {
    state.detail.as_ref().filter(|detail| detail.key == *key).map_or(&[], Detail::events)
}

/// Why events are missing; empty when they are all known.
fn note(state: &State, key: &RolloutKey) -> String {
    let detail = state.detail.as_ref().filter(|detail| detail.key == *key);
    detail.map_or_else(|| "the rollout is not there".to_owned(), |detail| detail.note_of("events"))
}

/// Opens and closes the story so that it fits the stack of screens, and goes on telling it.
pub fn sync(state: &mut State) {
    let view = state.screens.iter().rev().find_map(|screen| match screen {
        Screen::Timeline(view) => Some(view),
        _ => None,
    });
    match (&state.timeline, view) {
        (None, None) => return,
        (Some(timeline), Some(view)) if timeline.view == *view => {}
        (_, view) => {
            state.timeline = view.cloned().map(Timeline::new);
            state.search_input = None;
            state.touch();
        }
    }
    let Some(timeline) = &state.timeline else { return };
    let events = events(state, &timeline.view.key);
    let told = (events.len(), events.last().cloned());
    if timeline.told.as_ref() == Some(&told) {
        return;
    }
    let rollout = state.fleet.get(&timeline.view.key).map(|row| row.rollout.clone());
    let (names, page) = (names(state, &timeline.view.key, &timeline.view.node), state.page_rows);
    let story = story::of(events, rollout.as_deref(), names.as_deref());
    if let Some(timeline) = &mut state.timeline {
        timeline.told = Some(told);
        timeline.story = story;
        timeline.sift(page);
    }
    state.touch();
}

/// The names of the objects that a node's events are about; `None`: all that belong to the rollout.
fn names(state: &State, key: &RolloutKey, node: &Node) -> Option<Vec<Arc<str>>> {
    let detail = state.detail.as_ref().filter(|detail| detail.key == *key);
    let sets = || detail.into_iter().flat_map(|detail| &detail.picture.revisions);
    let with_pods = |set: &crate::argo::picture::ReplicaSetPicture| {
        std::iter::once(set.name.clone()).chain(set.pods.iter().map(|pod| pod.name.clone())).collect::<Vec<_>>()
    };
    match node {
        Node::Rollout => None,
        Node::Revision(revision) => {
            let of = sets().filter(|other| other.revision == *revision);
            Some(of.flat_map(|revision| revision.replica_sets.iter().flat_map(with_pods)).collect())
        }
        Node::ReplicaSet(name, uid) => {
            let found = sets().flat_map(|revision| &revision.replica_sets).find(|set| set.uid == *uid);
            Some(found.map_or_else(|| vec![name.clone()], with_pods))
        }
        Node::Pod(name, _) | Node::AnalysisRun(name, _) | Node::Experiment(name, _) | Node::Job(name) => {
            Some(vec![name.clone()])
        }
    }
}

/// The events of an object as the last section of its description.
#[must_use]
pub fn described(state: &State, key: &RolloutKey, node: &Node) -> Vec<Line> {
    let events = events(state, key);
    let rollout = state.fleet.get(key).map(|row| row.rollout.clone());
    // Below a description stands what is told of the object itself; its children have their own.
    let own = match node {
        Node::Rollout => rollout.as_ref().map(|rollout| vec![rollout.meta.name.clone()]),
        node => names(state, key, node).map(|names| names.into_iter().take(1).collect()),
    };
    let story = story::of(events, rollout.as_deref(), own.as_deref());
    let told: Vec<&Told> = story.iter().filter(|told| !told.is_heading()).collect();
    if told.is_empty() {
        return Vec::new();
    }
    let title = Line { depth: 0, label: "events".to_owned(), value: String::new(), tone: Tone::Plain };
    let lines = told.into_iter().map(|told| told.described(state.now));
    std::iter::once(title).chain(lines).collect()
}

/// Moves the cursor; from the last row on it follows.
pub fn scroll(state: &mut State, rows: isize) {
    let page = state.page_rows;
    let Some(timeline) = &mut state.timeline else { return };
    timeline.reading.by(rows, timeline.shown.len(), page);
    timeline.follow = rows > 0 && timeline.reading.cursor + 1 >= timeline.shown.len();
}

/// Something else is searched.
pub fn look_for(state: &mut State, pattern: Pattern) {
    let page = state.page_rows;
    let Some(timeline) = &mut state.timeline else { return };
    timeline.pattern = pattern;
    timeline.sift(page);
}

/// Carries out an action that only this screen has.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let page = state.page_rows;
    let Some(timeline) = &mut state.timeline else { return Vec::new() };
    match action {
        Action::Search => super::search::open(state),
        Action::NextHit | Action::PreviousHit if timeline.pattern.is_empty() => {
            state.answer(Mark::Attention, "nothing is searched: / first");
        }
        // All that is shown are hits.
        Action::NextHit => scroll(state, 1),
        Action::PreviousHit => scroll(state, -1),
        Action::Wrap => timeline.wrap = !timeline.wrap,
        Action::Follow => {
            timeline.follow = !timeline.follow;
            timeline.sift(page);
        }
        Action::Only => {
            timeline.warnings = !timeline.warnings;
            timeline.sift(page);
        }
        Action::CopyText => {
            let told = timeline.shown.get(timeline.reading.cursor).and_then(|at| timeline.story.get(*at));
            let text = told.map(Told::whole).unwrap_or_default();
            return super::act::copy_text(state, "the line", text);
        }
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}
