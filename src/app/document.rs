//! One object as YAML, or described: read when the screen opens, and again when the watched object is another one than
//! was read. What is secret in it is masked before anything else sees it.

mod page;
mod read;
mod text;

pub use page::{length, page};
pub use read::{next_change, sync, take};

use super::action::Action;
use super::effect::Effect;
use super::model::Mark;
use super::node::Node;
use super::reading::Reading;
use super::search::Pattern;
use super::state::State;
use crate::names::RolloutKey;
use std::collections::BTreeSet;
use text::Line;

/// The screen, as far as it stands on the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentView {
    /// Which rollout it belongs to.
    pub key: RolloutKey,
    /// Which object.
    pub node: Node,
    /// Described instead of YAML.
    pub described: bool,
}

impl DocumentView {
    /// As it opens.
    #[must_use]
    pub const fn new(key: RolloutKey, node: Node, described: bool) -> Self {
        Self { key, node, described }
    }
}

/// The document that is open.
#[derive(Clone, Debug)]
pub struct Document {
    view: DocumentView,
    source: read::Source,
    /// The whole text, as it is copied.
    whole: String,
    lines: Vec<Line>,
    /// Paths of the lines into which is folded what lies below them.
    folded: BTreeSet<u64>,
    /// The lines that are shown.
    shown: Vec<usize>,
    reading: Reading,
    /// What is searched.
    pub(super) pattern: Pattern,
    /// The lines that have it, folded or not.
    hits: Vec<usize>,
    wrap: bool,
}

impl Document {
    fn new(view: DocumentView) -> Self {
        Self {
            view,
            source: read::Source::default(),
            whole: String::new(),
            lines: Vec::new(),
            folded: BTreeSet::new(),
            shown: Vec::new(),
            reading: Reading::default(),
            pattern: Pattern::default(),
            hits: Vec::new(),
            wrap: false,
        }
    }

    /// Another text: the cursor stays on its line, and what was folded stays folded.
    fn put(&mut self, whole: String, lines: Vec<Line>, page: usize) {
        let fresh = self.lines.is_empty();
        let at = self.shown.get(self.reading.cursor).and_then(|line| self.lines.get(*line)).map(|line| line.path);
        self.whole = whole;
        self.lines = lines;
        if fresh {
            // What the controller writes is mostly seen better on the page, and long.
            let folded = if self.view.described { "annotations" } else { "status:" };
            let long = self.lines.iter().filter(|line| line.text == folded && line.end > 0);
            self.folded = long.map(|line| line.path).collect();
        }
        self.find_hits();
        self.reflow(page);
        let again = at.and_then(|path| self.shown.iter().position(|line| self.lines[*line].path == path));
        if let Some(row) = again {
            self.reading.to(row, self.shown.len(), page);
        }
    }

    fn reflow(&mut self, page: usize) {
        self.shown = text::visible(&self.lines, &self.folded);
        self.reading.by(0, self.shown.len(), page);
    }

    fn find_hits(&mut self) {
        let pattern = &self.pattern;
        self.hits =
            self.lines.iter().enumerate().filter(|(_, line)| pattern.hits(&line.text)).map(|(at, _)| at).collect();
    }

    /// Goes to a line, and unfolds what it is folded into.
    fn go_to(&mut self, line: usize, page: usize) {
        let mut above = text::parent(&self.lines, line);
        while let Some(at) = above {
            self.folded.remove(&self.lines[at].path);
            above = text::parent(&self.lines, at);
        }
        self.reflow(page);
        if let Ok(row) = self.shown.binary_search(&line) {
            self.reading.jump(row, self.shown.len(), page);
        }
    }
}

/// Moves the cursor.
pub fn scroll(state: &mut State, rows: isize) {
    let page = state.page_rows;
    if let Some(document) = &mut state.document {
        document.reading.by(rows, document.shown.len(), page);
    }
}

/// Something else is searched: the cursor goes to the first hit from where it is.
pub fn look_for(state: &mut State, pattern: Pattern) {
    let page = state.page_rows;
    let Some(document) = &mut state.document else { return };
    document.pattern = pattern;
    document.find_hits();
    let at = document.shown.get(document.reading.cursor).copied().unwrap_or(0);
    let next = document.hits.iter().find(|hit| **hit >= at).or(document.hits.first()).copied();
    if let Some(hit) = next {
        document.go_to(hit, page);
    }
}

/// Carries out an action that only this screen has.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let page = state.page_rows;
    let Some(document) = &mut state.document else { return Vec::new() };
    match action {
        Action::Search => super::search::open(state),
        Action::NextHit => to_hit(state, true),
        Action::PreviousHit => to_hit(state, false),
        Action::Wrap => document.wrap = !document.wrap,
        Action::Fold => fold(document, page),
        Action::ReadAgain => return read::again(state),
        Action::CopyText => {
            let whole = document.whole.clone();
            let what = if document.view.described { "the description" } else { "the whole object, masked" };
            return super::act::copy_text(state, what, whole);
        }
        _ => return Vec::new(),
    }
    state.touch();
    Vec::new()
}

/// Folds what lies below the line under the cursor; where nothing does, what it lies in.
fn fold(document: &mut Document, page: usize) {
    let Some(at) = document.shown.get(document.reading.cursor).copied() else { return };
    let line = &document.lines[at];
    if line.end > at + 1 {
        if !document.folded.remove(&line.path) {
            document.folded.insert(line.path);
        }
    } else if let Some(above) = text::parent(&document.lines, at) {
        document.folded.insert(document.lines[above].path);
        let row = document.shown.binary_search(&above).unwrap_or(0);
        document.reading.cursor = row;
    }
    document.reflow(page);
}

/// To the next or previous hit, and round again.
fn to_hit(state: &mut State, down: bool) {
    let page = state.page_rows;
    let Some(document) = &mut state.document else { return };
    let at = document.shown.get(document.reading.cursor).copied().unwrap_or(0);
    let hits = &document.hits;
    let found = if down {
        hits.iter().find(|hit| **hit > at).or(hits.first())
    } else {
        hits.iter().rev().find(|hit| **hit < at).or(hits.last())
    };
    match found.copied() {
        Some(hit) => document.go_to(hit, page),
        None if document.pattern.is_empty() => state.answer(Mark::Attention, "nothing is searched: / first"),
        None => {
            let words = format!("no line has {}", document.pattern.text());
            state.answer(Mark::Attention, words);
        }
    }
}
