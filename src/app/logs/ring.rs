//! The lines that are kept: the newest 5,000, in the order of their time, however many streams they come from. Bounded
//! by bytes too. Nothing is done per line but to put it at its place and to look whether it has what is searched.

use crate::app::search::Pattern;
use jiff::Timestamp;
use std::collections::VecDeque;
use std::sync::Arc;

/// Lines that are kept.
pub const LINES: usize = 5_000;
/// Bytes of text that are kept.
pub const BYTES: usize = 8 * 1024 * 1024;
/// What a line takes besides its text, about.
const OVERHEAD: usize = 96;

/// Where a line comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// Pod.
    pub pod: Arc<str>,
    /// Container.
    pub container: Arc<str>,
    /// As it stands in front of its lines: short, and different from that of the others.
    pub tag: String,
    /// Which of the colours for pods.
    pub color: usize,
}

/// A line, or a rule that tells what happened to the streams.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Number in the order in which they came; tells a line from all others.
    pub seq: u64,
    /// When the node received it; for a rule, when it happened.
    pub at: Option<Timestamp>,
    /// Its place in time.
    order: Timestamp,
    /// Where it comes from; `None` for a rule.
    pub who: Option<Arc<Who>>,
    /// The line.
    pub text: Box<str>,
    /// It has what is searched.
    pub hit: bool,
}

/// The lines that are kept, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    entries: VecDeque<Entry>,
    bytes: usize,
    last: u64,
    hits: usize,
}

impl Ring {
    /// Puts lines at their places in time.
    pub fn add(
        &mut self,
        who: &Arc<Who>,
        lines: impl IntoIterator<Item = (Option<Timestamp>, Box<str>)>,
        pattern: &Pattern,
    ) {
        // A line without a time of its own stands behind the one before it.
        let mut before = self.entries.back().map_or(Timestamp::MIN, |entry| entry.order);
        let mut batch: Vec<Entry> = Vec::new();
        for (at, text) in lines {
            before = at.unwrap_or(before);
            self.last += 1;
            let hit = pattern.hits(&text);
            batch.push(Entry { seq: self.last, at, order: before, who: Some(who.clone()), text, hit });
        }
        // What would go out at once is not merged first.
        batch.drain(..batch.len().saturating_sub(LINES));
        self.merge(batch);
        self.bound();
    }

    /// A rule at the end.
    pub fn rule(&mut self, at: Timestamp, words: String) {
        self.last += 1;
        let order = self.entries.back().map_or(at, |entry| entry.order);
        self.put(Entry { seq: self.last, at: Some(at), order, who: None, text: words.into(), hit: false });
        self.bound();
    }

    fn merge(&mut self, mut batch: Vec<Entry>) {
        batch.sort_by_key(|entry| entry.order);
        let Some(first) = batch.first().map(|entry| entry.order) else { return };
        // Streams run side by side, so nearly all of it belongs at the end, or close to it.
        let keep = self.entries.iter().rposition(|entry| entry.order <= first).map_or(0, |at| at + 1);
        let later = self.entries.split_off(keep);
        for entry in &later {
            self.bytes -= entry.text.len() + OVERHEAD;
            self.hits -= usize::from(entry.hit);
        }
        let mut later = later.into_iter().peekable();
        for entry in batch {
            while let Some(other) = later.next_if(|other| other.order <= entry.order) {
                self.put(other);
            }
            self.put(entry);
        }
        later.for_each(|entry| self.put(entry));
    }

    fn put(&mut self, entry: Entry) {
        self.bytes += entry.text.len() + OVERHEAD;
        self.hits += usize::from(entry.hit);
        self.entries.push_back(entry);
    }

    fn bound(&mut self) {
        while self.entries.len() > LINES || self.bytes > BYTES {
            let Some(gone) = self.entries.pop_front() else { return };
            self.bytes -= gone.text.len() + OVERHEAD;
            self.hits -= usize::from(gone.hit);
        }
    }

    /// Something else is searched. When it narrows what was searched before, only the hits are looked at again.
    pub fn search(&mut self, pattern: &Pattern, narrows: bool) {
        for entry in self.entries.iter_mut().filter(|entry| entry.hit || !narrows) {
            entry.hit = entry.who.is_some() && pattern.hits(&entry.text);
        }
        self.hits = self.entries.iter().filter(|entry| entry.hit).count();
    }

    /// Keeps the lines of some sources only.
    pub fn retain(&mut self, keep: impl Fn(&Who) -> bool) {
        self.entries.retain(|entry| entry.who.as_ref().is_none_or(|who| keep(who)));
        self.bytes = self.entries.iter().map(|entry| entry.text.len() + OVERHEAD).sum();
        self.hits = self.entries.iter().filter(|entry| entry.hit).count();
    }

    /// Nothing is kept any more.
    pub fn clear(&mut self) {
        *self = Self { last: self.last, ..Self::default() };
    }

    /// Lines and rules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// There is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Lines that have what is searched.
    #[must_use]
    pub fn hits(&self) -> usize {
        self.hits
    }

    /// One of them.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// All, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Entry> + ExactSizeIterator {
        self.entries.iter()
    }

    /// Where a line stands; `None`: it is not kept any more.
    #[must_use]
    pub fn place(&self, seq: u64) -> Option<usize> {
        self.entries.iter().position(|entry| entry.seq == seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn who(pod: &str) -> Arc<Who> {
        Arc::new(Who { pod: pod.into(), container: "app".into(), tag: pod.to_owned(), color: 0 })
    }

    fn line(second: i64, text: &str) -> (Option<Timestamp>, Box<str>) {
        (Timestamp::from_second(second).ok(), text.into())
    }

    fn texts(ring: &Ring) -> Vec<&str> {
        ring.iter().map(|entry| &*entry.text).collect()
    }

    #[test]
    fn lines_of_two_pods_stand_in_the_order_of_their_time() {
        let mut ring = Ring::default();
        let none = Pattern::default();
        ring.add(&who("a"), [line(1, "a1"), line(3, "a3"), line(5, "a5")], &none);
        ring.add(&who("b"), [line(2, "b2"), (None, "b2 goes on".into()), line(4, "b4"), line(6, "b6")], &none);
        assert_eq!(
            texts(&ring),
            ["a1", "b2", "a3", "b4", "a5", "b6"]
                .map(|word| word)
                .to_vec()
                .iter()
                .flat_map(|word| if *word == "b2" { vec!["b2", "b2 goes on"] } else { vec![*word] })
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn the_oldest_lines_go_and_with_them_their_hits_and_bytes() {
        let mut ring = Ring::default();
        let pattern = Pattern::new("odd");
        for second in 0..(LINES as i64 + 100) {
            ring.add(&who("a"), [line(second, if second % 2 == 1 { "odd" } else { "even" })], &pattern);
        }
        assert_eq!((ring.len(), ring.hits()), (LINES, LINES / 2));
        assert_eq!(ring.get(0).map(|entry| &*entry.text), Some("even"));
        let big = "x".repeat(4_096);
        ring.add(&who("b"), (0..6_000).map(|second| line(10_000 + second, &big)), &pattern);
        assert!(ring.len() * 4_096 <= BYTES && ring.len() > 1_900, "{}", ring.len());
        assert_eq!(ring.hits(), 0);
    }

    #[test]
    fn a_late_line_older_than_all_that_is_kept_is_not_kept() {
        let mut ring = Ring::default();
        let none = Pattern::default();
        ring.add(&who("a"), (100..100 + LINES as i64).map(|second| line(second, "new")), &none);
        ring.add(&who("b"), [line(1, "old")], &none);
        assert!(ring.iter().all(|entry| &*entry.text == "new"));
        assert_eq!(ring.len(), LINES);
    }

    #[test]
    fn a_search_that_narrows_looks_at_the_hits_alone_and_finds_the_same() {
        let mut ring = Ring::default();
        ring.add(&who("a"), [line(1, "timeout"), line(2, "time"), line(3, "x")], &Pattern::default());
        ring.search(&Pattern::new("time"), false);
        assert_eq!(ring.hits(), 2);
        ring.search(&Pattern::new("timeo"), true);
        assert_eq!(ring.hits(), 1);
        ring.search(&Pattern::new(""), false);
        assert_eq!(ring.hits(), 0);
    }

    proptest! {
        #[test]
        fn whatever_comes_the_order_is_that_of_time_and_the_counts_are_true(
            batches in prop::collection::vec(prop::collection::vec((0i64..50, any::<bool>()), 0..20), 0..12)
        ) {
            let mut ring = Ring::default();
            let pattern = Pattern::new("hit");
            for (index, batch) in batches.iter().enumerate() {
                let who = who(if index % 2 == 0 { "a" } else { "b" });
                ring.add(&who, batch.iter().map(|(second, hit)| line(*second, if *hit { "hit" } else { "no" })), &pattern);
            }
            let times: Vec<_> = ring.iter().map(|entry| entry.order).collect();
            prop_assert!(times.is_sorted());
            prop_assert_eq!(ring.hits(), ring.iter().filter(|entry| entry.hit).count());
            prop_assert_eq!(ring.len(), batches.iter().map(Vec::len).sum::<usize>());
            prop_assert_eq!(ring.bytes, ring.iter().map(|entry| entry.text.len() + OVERHEAD).sum::<usize>());
        }
    }
}
