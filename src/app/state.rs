//! The state: everything that a frame needs, and nothing that can be derived cheaply.

use super::access::AccessCache;
use super::audited::Audited;
use super::deploying::{self, Deploying};
use super::detail::Detail;
use super::document::Document;
use super::effect::Effect;
use super::filter::Filter;
use super::fleet::{Fleet, Row};
use super::history::History;
use super::list::{Item, List, Scope, in_line};
use super::logs::Logs;
use super::marks::Marks;
use super::model::Mark;
use super::notes::Notes;
use super::overlay::Overlay;
use super::request::Writes;
use super::screen::{RolloutView, Screen};
use super::sieve::Sieve;
use super::source::Sources;
use super::timeline::Timeline;
use super::watching::Watching;
use crate::config::settings::Settings;
use crate::names::{ClusterName, SourceId};
use jiff::Timestamp;
use std::collections::VecDeque;

/// One source as settled at start: which channel, which cluster, what of it.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceInfo {
    /// Its number: the index in [`Setup::sources`].
    pub id: SourceId,
    /// Index of its channel in [`Settings::channels`].
    pub channel: usize,
    /// The cluster's name for people.
    pub cluster: ClusterName,
    /// The namespaces watched, for people: `demo`, `3 namespaces`, `all namespaces`.
    pub scope: String,
    /// Set when the source cannot be used at all (a context that does not exist): the reason.
    pub broken: Option<String>,
}

/// What the state begins with.
#[derive(Clone, Debug, PartialEq)]
pub struct Setup {
    /// The settled configuration; its channels are in order of display.
    pub settings: Settings,
    /// The sources.
    pub sources: Vec<SourceInfo>,
    /// No request that writes may leave the process.
    pub read_only: bool,
    /// Running on the embedded simulated cluster: the ribbon says so.
    pub demo: bool,
    /// Showing a recording: writes are refused, the ribbon says so.
    pub replay: bool,
    /// Who is signed in at this machine, for dialogs and the log.
    pub user: String,
    /// Findings about the terminal, for the help screen.
    pub terminal: Vec<String>,
    /// No kubeconfig at all: the first-run screen is shown, with this as the reason.
    pub first_run: Option<String>,
    /// Warnings of start-up, for the log of messages.
    pub warnings: Vec<String>,
    /// Time at start.
    pub now: Timestamp,
}

/// The least size that is drawn: columns, rows.
const LEAST: (u16, u16) = (20, 6);

/// The state of the program.
#[derive(Clone, Debug)]
pub struct State {
    pub(super) setup: Setup,
    pub(super) now: Timestamp,
    /// Columns and rows of the terminal.
    pub(super) size: (u16, u16),
    pub(super) sources: Sources,
    pub(super) fleet: Fleet,
    pub(super) matrix: List,
    pub(super) board: List,
    /// Never empty; the last one is shown.
    pub(super) screens: Vec<Screen>,
    /// The screens before the last change of screen, for `-`.
    pub(super) screens_before: Option<Vec<Screen>>,
    /// Pages that were left, the last one at the end: whoever comes back finds focus, cursor and folds again.
    pub(super) pages: VecDeque<RolloutView>,
    pub(super) filter: Filter,
    /// The filter line while it is being typed.
    pub(super) filter_input: Option<String>,
    pub(super) attention_only: bool,
    pub(super) overlay: Option<Overlay>,
    /// What was typed in the finder before, oldest first.
    pub(super) finder_history: Vec<String>,
    /// The rollouts of the lists that the next deed is meant for.
    pub(super) marks: Marks,
    pub(super) writes: Writes,
    pub(super) access: AccessCache,
    pub(super) detail: Option<Detail>,
    /// The logs that are open, while their screen is.
    pub(super) logs: Option<Logs>,
    /// The object that is read, while its screen is open.
    pub(super) document: Option<Document>,
    /// The story that is told, while its screen is open.
    pub(super) timeline: Option<Timeline>,
    /// What is searched in a text, while it is being typed.
    pub(super) search_input: Option<String>,
    pub(super) notes: Notes,
    /// What is watched and armed.
    pub(super) watching: Watching,
    /// The log of writes as it was read last.
    pub(super) audited: Audited,
    /// Services, and deploys.
    pub(super) deploying: Deploying,
    /// What was seen so far, for the charts.
    pub(super) history: History,
    /// Rows of the scrolling part of text screens.
    pub(super) page_rows: usize,
    /// When Ctrl-C was pressed for the first time.
    pub(super) interrupted_at: Option<Timestamp>,
    pub(super) last_key: Option<Timestamp>,
    pub(super) sorted_at: Timestamp,
    /// No source is live: said once, until one is.
    pub(super) all_away: bool,
    pub(super) dirty: bool,
    pub(super) last_number: u64,
}

impl State {
    /// The state at start, and what is to be done first.
    #[must_use]
    pub fn new(setup: Setup) -> (Self, Vec<Effect>) {
        let mut notes = Notes::default();
        let warnings = setup.settings.warnings.iter().chain(&setup.warnings);
        for warning in warnings {
            notes.log(setup.now, Mark::Attention, warning.clone());
        }
        if let Some(first) = setup.settings.warnings.first().or(setup.warnings.first()) {
            let more = setup.settings.warnings.len() + setup.warnings.len() - 1;
            let words = if more == 0 { first.clone() } else { format!("{first} · {more} more: @ messages") };
            notes.toast(setup.now, Mark::Attention, words);
        }
        let first = if setup.first_run.is_some() { Screen::FirstRun { scroll: 0 } } else { Screen::Matrix };
        let mut state = Self {
            now: setup.now,
            size: (80, 24),
            sources: Sources::new(&setup),
            fleet: Fleet::default(),
            matrix: List::new(Scope::Matrix),
            board: List::new(Scope::Board(0)),
            screens: vec![first],
            screens_before: None,
            pages: VecDeque::new(),
            filter: Filter::default(),
            filter_input: None,
            attention_only: false,
            overlay: None,
            finder_history: Vec::new(),
            marks: Marks::default(),
            writes: Writes::default(),
            access: AccessCache::default(),
            detail: None,
            logs: None,
            document: None,
            timeline: None,
            search_input: None,
            notes,
            watching: Watching::default(),
            audited: Audited::default(),
            deploying: Deploying::default(),
            history: History::default(),
            page_rows: 20,
            interrupted_at: None,
            last_key: None,
            sorted_at: setup.now,
            all_away: false,
            dirty: true,
            last_number: 0,
            setup,
        };
        let effects = deploying::open::load(&mut state);
        (state, effects)
    }

    /// Whether something visible changed since this was last asked.
    pub fn take_dirty(&mut self) -> bool {
        std::mem::take(&mut self.dirty)
    }

    /// When the next visible change by time alone is due (a countdown, an age); `None`: never.
    #[must_use]
    pub fn next_tick(&self) -> Option<Timestamp> {
        super::clock::next_tick(self)
    }

    /// For the title of the terminal: rollouts that need a person, and those that are watched and call.
    #[must_use]
    pub fn calling(&self) -> (usize, usize) {
        (self.fleet.needing_count(), self.watching.calling())
    }

    /// The screen that is shown.
    #[must_use]
    pub fn screen(&self) -> &Screen {
        self.screens.last().unwrap_or(&Screen::Matrix)
    }

    /// A number that was not used before in this process.
    pub(super) fn number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// Something visible changed.
    pub(super) fn touch(&mut self) {
        self.dirty = true;
    }

    /// The two lists with what their order depends on.
    pub(super) fn lists(&mut self) -> ([&mut List; 2], &Fleet, Sieve<'_>) {
        let sieve = Sieve {
            filter: &self.filter,
            fleet: &self.fleet,
            attention_only: self.attention_only,
            setup: &self.setup,
            sources: &self.sources,
        };
        ([&mut self.matrix, &mut self.board], &self.fleet, sieve)
    }

    /// Whether a row is in the lists, by filter and need.
    #[must_use]
    pub(super) fn passes(&self, row: &Row) -> bool {
        let Self { filter, fleet, attention_only, setup, sources, .. } = self;
        Sieve { filter, fleet, attention_only: *attention_only, setup, sources }.passes(row)
    }

    /// Sorts the lists anew.
    pub(super) fn rebuild_lists(&mut self) {
        let (lists, fleet, sieve) = self.lists();
        for list in lists {
            list.rebuild(fleet, &sieve);
        }
        self.sorted_at = self.now;
        self.dirty = true;
        self.aim();
    }

    /// The same for a key, whose frame waits for it: the list of a channel that is not shown is sorted when it is.
    pub(super) fn rebuild_for_key(&mut self) {
        // What the filter lets through is counted by the overview, which may not lag behind.
        if self.on_board() { self.rebuild_lists() } else { self.rebuild_shown_list() }
    }

    /// Sorts the list on screen anew; the other one later, when it is calm or shown.
    pub(super) fn rebuild_shown_list(&mut self) {
        let shown = usize::from(self.on_board());
        let ([matrix, board], fleet, sieve) = self.lists();
        let lists = [matrix, board];
        for (at, list) in lists.into_iter().enumerate() {
            if at == shown || list.is_empty() {
                list.rebuild(fleet, &sieve);
            }
        }
        self.sorted_at = self.now;
        self.dirty = true;
        self.aim();
    }

    /// Before the first key the overview points at the cell that needs a person most.
    pub(super) fn aim(&mut self) {
        if self.matrix.is_touched() {
            return;
        }
        if let Some(Item::Line(line)) = self.matrix.cursor() {
            let there = self.fleet.of_service(&line.service).filter(|row| in_line(line, row));
            let urgent = there.min_by_key(|row| (row.urgency, std::cmp::Reverse(row.channel)));
            self.matrix.column = urgent.map_or(0, |row| row.channel);
        }
    }

    /// A channel's list is on screen, or the nearest list below what is.
    #[must_use]
    pub(super) fn on_board(&self) -> bool {
        let lists = self.screens.iter().rev().find(|screen| matches!(screen, Screen::Board(_) | Screen::Matrix));
        matches!(lists, Some(Screen::Board(_)))
    }

    /// Whether a changed rollout stands at another place of a list.
    #[must_use]
    pub(super) fn moves(&self, before: &Row, row: &Row) -> bool {
        let order = self.matrix.order;
        order.rank(before) != order.rank(row)
    }

    /// The list on screen, or the nearest below what is.
    #[must_use]
    pub(super) fn list(&self) -> &List {
        if self.on_board() { &self.board } else { &self.matrix }
    }

    /// The same, to change.
    pub(super) fn list_mut(&mut self) -> &mut List {
        if self.on_board() { &mut self.board } else { &mut self.matrix }
    }

    /// A passing message.
    pub(super) fn toast(&mut self, mark: Mark, words: impl Into<String>) {
        self.notes.toast(self.now, mark, words);
        self.dirty = true;
    }

    /// A passing message in answer to a key.
    pub(super) fn answer(&mut self, mark: Mark, words: impl Into<String>) {
        self.notes.answer(self.now, mark, words);
        self.dirty = true;
    }

    /// Whether the terminal is too small to show anything.
    #[must_use]
    pub(super) fn is_too_small(&self) -> bool {
        self.size.0 < LEAST.0 || self.size.1 < LEAST.1
    }

    /// A message that the log keeps.
    pub(super) fn say(&mut self, mark: Mark, words: impl Into<String>) {
        self.notes.say(self.now, mark, words);
        self.dirty = true;
    }
}
