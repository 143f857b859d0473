//! A list on screen: which rows in which order, and the cursor, which follows the object and never the row number.
//!
//! The order is kept, not computed for a frame. Rows come and go one by one at their place; who moved to another
//! rank moves at the next [`List::rebuild`], at most once a second and never while keys are pressed, so that
//! nothing slips away under a finger.

use super::fleet::{Fleet, Row};
use super::sieve::Sieve;
use super::sorting::{Rank, Sorting};
use crate::names::{Namespace, RolloutKey};
use std::sync::Arc;

/// A service as a row of the overview.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineKey {
    /// Service.
    pub service: Arc<str>,
    /// Its namespace, where the name alone would be two rows.
    pub namespace: Option<Namespace>,
}

/// What a row of a list stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A service in all channels.
    Line(LineKey),
    /// One rollout.
    Row(RolloutKey),
}

/// What a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Services by channels.
    Matrix,
    /// The rollouts of a channel.
    Board(usize),
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    rank: Rank,
    name: Arc<str>,
    item: Item,
}

/// Rows shown before the terminal has told how many fit.
const FIRST_PAGE: usize = 24;

/// A list.
#[derive(Clone, Debug)]
pub struct List {
    /// What it shows.
    pub scope: Scope,
    /// Who stands first.
    pub order: Sorting,
    /// The focused channel column of the overview.
    pub column: usize,
    /// Index of the first visible row.
    pub first: usize,
    /// Rows that fit on the screen.
    pub page: usize,
    /// Some row has another rank than its place says, or may pass the filter now, or no longer.
    pub unsorted: bool,
    entries: Vec<Entry>,
    at: usize,
    /// The person has moved it; before that the cursor stays at the top while the first list comes in.
    touched: bool,
}

impl List {
    /// An empty list.
    #[must_use]
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            order: Sorting::default(),
            column: 0,
            first: 0,
            page: FIRST_PAGE,
            unsorted: false,
            entries: Vec::new(),
            at: 0,
            touched: false,
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// No rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Where the cursor is.
    #[must_use]
    pub fn cursor(&self) -> Option<&Item> {
        self.entries.get(self.at).map(|entry| &entry.item)
    }

    /// Index of the cursor.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// The row at an index.
    #[must_use]
    pub fn item(&self, index: usize) -> Option<&Item> {
        self.entries.get(index).map(|entry| &entry.item)
    }

    /// All rows in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.entries.iter().map(|entry| &entry.item)
    }

    /// The visible rows in order.
    pub fn window(&self) -> impl Iterator<Item = &Item> {
        self.entries.iter().skip(self.first).take(self.page).map(|entry| &entry.item)
    }

    /// Whether a rollout is in a visible row.
    #[must_use]
    pub fn shows(&self, row: &Row) -> bool {
        self.window().any(|item| covers(item, row))
    }

    /// The person has moved the cursor.
    #[must_use]
    pub fn is_touched(&self) -> bool {
        self.touched
    }

    /// From now on the cursor stays on its object.
    pub fn touch(&mut self) {
        self.touched = true;
    }

    /// Puts the cursor on a row, if it is there.
    pub fn select(&mut self, item: &Item) -> bool {
        self.touched = true;
        let found = self.entries.iter().position(|entry| entry.item == *item);
        if let Some(at) = found {
            self.at = at;
            self.keep_in_sight();
        }
        found.is_some()
    }

    /// Puts the cursor on the row that holds a rollout, if there is one.
    pub fn select_row(&mut self, row: &Row) -> bool {
        let found = self.items().find(|item| covers(item, row)).cloned();
        found.is_some_and(|item| self.select(&item))
    }

    /// Moves the cursor, not beyond the ends.
    pub fn move_by(&mut self, rows: isize) {
        let last = self.entries.len().saturating_sub(1);
        self.move_to(self.at.saturating_add_signed(rows).min(last));
    }

    /// Moves the cursor to an index, at most the last.
    pub fn move_to(&mut self, at: usize) {
        self.touched = true;
        self.at = at.min(self.entries.len().saturating_sub(1));
        self.keep_in_sight();
    }

    /// The terminal shows so many rows; whether that changes what is visible.
    pub fn set_page(&mut self, rows: usize) -> bool {
        let before = (self.first, self.page);
        self.page = rows.max(1);
        self.keep_in_sight();
        before != (self.first, self.page)
    }

    /// Sorts anew from what is known now. The cursor stays on its object; where that is gone, its neighbour has it.
    pub fn rebuild(&mut self, fleet: &Fleet, sieve: &Sieve<'_>) {
        let (cursor, order) = (self.cursor().cloned(), self.order);
        self.entries = match self.scope {
            Scope::Matrix => lines(fleet, sieve, self.order),
            Scope::Board(channel) => fleet
                .services()
                .flat_map(|(_, _, rows)| rows)
                .filter(|row| row.channel == channel && sieve.passes(row))
                .map(|row| Entry { rank: order.rank(row), name: row.service.clone(), item: Item::Row(row.key.clone()) })
                .collect(),
        };
        // They come by name: what is left is to sort by rank, without comparing ten thousand names. Small pairs are
        // sorted, not the entries, which are six times as large.
        let mut places: Vec<(Rank, u32)> = Vec::with_capacity(self.entries.len());
        places.extend(self.entries.iter().zip(0..).map(|(entry, place)| (entry.rank.clone(), place)));
        places.sort_unstable();
        let mut entries: Vec<Option<Entry>> = std::mem::take(&mut self.entries).into_iter().map(Some).collect();
        self.entries = places.iter().filter_map(|(_, place)| entries.get_mut(*place as usize)?.take()).collect();
        debug_assert!(self.entries.is_sorted(), "a row stands at another place than one that is added would");
        self.unsorted = false;
        self.find_again(cursor);
    }

    /// A rollout is new: its row comes to its place, if it passes the filter.
    pub fn add(&mut self, row: &Row, fleet: &Fleet, sieve: &Sieve<'_>) {
        if !sieve.passes(row) {
            return;
        }
        let order = self.order;
        let entry = match self.scope {
            Scope::Board(channel) if channel != row.channel => return,
            Scope::Board(_) => {
                Entry { rank: order.rank(row), name: row.service.clone(), item: Item::Row(row.key.clone()) }
            }
            Scope::Matrix => {
                let split = fleet.is_split(&row.service);
                if split && self.items().any(|item| is_whole(item, &row.service)) {
                    // What was one row is two from now on.
                    return self.rebuild(fleet, sieve);
                }
                let item = Item::Line(line_of(row, split));
                if self.items().any(|there| *there == item) {
                    self.unsorted = true;
                    return;
                }
                Entry { rank: self.order.rank(row), name: row.service.clone(), item }
            }
        };
        let cursor = self.cursor().cloned();
        let place = self.entries.partition_point(|there| *there < entry);
        self.entries.insert(place, entry);
        self.find_again(cursor);
    }

    /// A rollout is gone: so is its row, unless others stand in it.
    pub fn remove(&mut self, row: &Row, fleet: &Fleet, sieve: &Sieve<'_>) {
        let Some(place) = self.items().position(|item| covers(item, row)) else { return };
        match self.item(place) {
            Some(Item::Line(line)) if line.namespace.is_some() && !fleet.is_split(&row.service) => {
                // What were two rows may be one from now on.
                return self.rebuild(fleet, sieve);
            }
            Some(Item::Line(line)) if fleet.of_service(&row.service).any(|other| in_line(line, other)) => {
                self.unsorted = true;
                return;
            }
            _ => {}
        }
        let cursor = self.cursor().cloned();
        self.entries.remove(place);
        self.find_again(cursor);
    }

    fn find_again(&mut self, cursor: Option<Item>) {
        let last = self.entries.len().saturating_sub(1);
        let found = cursor.filter(|_| self.touched).and_then(|wanted| {
            let here = self.item(self.at) == Some(&wanted);
            if here {
                Some(self.at)
            } else {
                self.items().position(|item| *item == wanted).or(same_service(self, &wanted))
            }
        });
        self.at = match found {
            // The window moves with the row, so that the row stays where it was on the screen.
            Some(at) => {
                self.first = (self.first + at).saturating_sub(self.at);
                at
            }
            None if self.touched => self.at.min(last),
            None => 0,
        };
        self.keep_in_sight();
    }

    fn keep_in_sight(&mut self) {
        let most = self.entries.len().saturating_sub(self.page);
        self.first = self.first.min(most).min(self.at);
        if self.at >= self.first + self.page {
            self.first = self.at + 1 - self.page;
        }
    }
}

/// A row that was split or joined is found again by its service.
fn same_service(list: &List, wanted: &Item) -> Option<usize> {
    let Item::Line(wanted) = wanted else { return None };
    list.items().position(|item| matches!(item, Item::Line(line) if line.service == wanted.service))
}

fn lines(fleet: &Fleet, sieve: &Sieve<'_>, order: Sorting) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::with_capacity(fleet.len());
    for (service, split, rows) in fleet.services() {
        let start = entries.len();
        for row in rows.filter(|row| sieve.passes(row)) {
            let item = Item::Line(line_of(row, split));
            match entries[start..].iter_mut().find(|entry| entry.item == item) {
                Some(entry) => entry.rank = entry.rank.clone().min(order.rank(row)),
                None => entries.push(Entry { rank: order.rank(row), name: service.clone(), item }),
            }
        }
        if split {
            entries[start..].sort_by(|a, b| a.item.cmp(&b.item));
        }
    }
    entries
}

/// The line of the overview that a rollout stands in.
#[must_use]
pub fn line_of(row: &Row, split: bool) -> LineKey {
    LineKey { service: row.service.clone(), namespace: split.then(|| row.key.namespace.clone()) }
}

/// Whether a rollout stands in a line of the overview.
#[must_use]
pub fn in_line(line: &LineKey, row: &Row) -> bool {
    line.service == row.service && line.namespace.as_ref().is_none_or(|namespace| *namespace == row.key.namespace)
}

fn covers(item: &Item, row: &Row) -> bool {
    match item {
        Item::Line(line) => in_line(line, row),
        Item::Row(key) => *key == row.key,
    }
}

fn is_whole(item: &Item, service: &Arc<str>) -> bool {
    matches!(item, Item::Line(line) if line.namespace.is_none() && line.service == *service)
}
