//! The mailbox: where the terminal, the signals and the network leave what they have, and the one place where the loop
//! waits. Input comes before news. News are merged as they lie: of one object the newest form is enough, so a storm of
//! watch events costs the loop what it can draw, not what was sent.

use super::lane::Lane;
use crate::argo::feed::News;
use crate::tui::input::Input;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Keys typed ahead beyond this are dropped: they were typed blind.
const KEYS: usize = 64;

/// What is neither input nor news.
#[derive(Debug)]
pub enum Signal {
    /// The process was stopped and goes on.
    Resumed,
    /// The writer has taken the last frame.
    WriterFree,
    /// The terminal cannot be read or written any more.
    TerminalGone(std::io::Error),
    /// The log of writes was read: its lines, or why it cannot be.
    Audit(Result<Vec<String>, String>),
    /// About services and deploys.
    Deploy(Box<crate::deploy::feed::News>),
    /// A thread other than the loop's panicked; in words.
    Fault(String),
}

/// What one turn of the loop takes.
#[derive(Debug, Default)]
pub struct Batch {
    /// First.
    pub signals: Vec<Signal>,
    /// Then.
    pub input: Vec<Input>,
    /// Last.
    pub news: Vec<News>,
    /// More news lie waiting.
    pub more: bool,
}

/// The mailbox; clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Mailbox(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    lanes: Mutex<Lanes>,
    filled: Condvar,
}

#[derive(Debug, Default)]
struct Lanes {
    signals: Vec<Signal>,
    input: VecDeque<Input>,
    news: Lane,
}

impl Mailbox {
    /// Leaves a signal.
    pub fn signal(&self, signal: Signal) {
        self.lock().signals.push(signal);
        self.0.filled.notify_one();
    }

    /// Leaves input. Of several sizes in a row the last counts.
    pub fn input(&self, input: Input) {
        let mut lanes = self.lock();
        if let (Input::Resize(..), Some(last @ Input::Resize(..))) = (&input, lanes.input.back_mut()) {
            *last = input;
        } else if lanes.input.len() < KEYS || !matches!(input, Input::Key(_)) {
            lanes.input.push_back(input);
        }
        drop(lanes);
        self.0.filled.notify_one();
    }

    /// Leaves news.
    pub fn news(&self, news: News) {
        self.lock().news.push(news);
        self.0.filled.notify_one();
    }

    /// Waits until there is something or `deadline` is reached (`None`: for ever), and takes it: all signals, all
    /// input, at most `limit` news.
    #[must_use]
    pub fn take(&self, deadline: Option<Instant>, limit: usize) -> Batch {
        let mut lanes = self.lock();
        while lanes.signals.is_empty() && lanes.input.is_empty() && lanes.news.is_empty() {
            lanes = match deadline {
                None => self.0.filled.wait(lanes).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    self.0.filled.wait_timeout(lanes, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        let news = lanes.news.take(limit);
        Batch {
            signals: std::mem::take(&mut lanes.signals),
            input: lanes.input.drain(..).collect(),
            news,
            more: !lanes.news.is_empty(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Lanes> {
        self.0.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::feed::{Delta, Link};
    use crate::argo::rollout::Rollout;
    use crate::keys::{Key, KeyChord};
    use crate::names::SourceId;

    const SOURCE: SourceId = SourceId(0);

    fn rollout(name: &str, version: u32) -> Arc<Rollout> {
        let mut rollout = Rollout::default();
        rollout.meta.name = name.into();
        rollout.meta.namespace = "demo".into();
        rollout.meta.resource_version = version.to_string().into();
        Arc::new(rollout)
    }

    /// The object of this name in its so-manieth life.
    fn life(name: &str, version: u32, life: u8) -> Arc<Rollout> {
        let mut rollout = Arc::unwrap_or_clone(rollout(name, version));
        rollout.meta.uid = life.to_string().into();
        Arc::new(rollout)
    }

    fn upsert(name: &str, version: u32) -> News {
        News::Rollouts(SOURCE, Delta::Upsert(rollout(name, version)))
    }

    fn key(c: char) -> Input {
        Input::Key(KeyChord::plain(Key::Char(c)))
    }

    fn take(mailbox: &Mailbox, limit: usize) -> Batch {
        mailbox.take(Some(Instant::now()), limit)
    }

    #[test]
    fn of_many_versions_of_one_object_the_newest_is_kept() {
        let mailbox = Mailbox::default();
        (1..=1000).for_each(|version| mailbox.news(upsert("web", version)));
        mailbox.news(upsert("cart", 1));
        assert_eq!(take(&mailbox, 10).news, [upsert("web", 1000), upsert("cart", 1)]);
    }

    #[test]
    fn the_end_of_a_rollout_is_told_though_its_successor_came_and_went_as_well() {
        let mailbox = Mailbox::default();
        let gone = |uid: &str| {
            News::Rollouts(SOURCE, Delta::Remove { namespace: "demo".into(), name: "web".into(), uid: uid.into() })
        };
        mailbox.news(gone("1"));
        mailbox.news(News::Rollouts(SOURCE, Delta::Upsert(life("web", 5, 2))));
        mailbox.news(gone("2"));
        assert_eq!(mailbox.take(Some(Instant::now()), 10).news, [gone("1"), gone("2")]);
    }

    #[test]
    fn a_relist_replaces_what_lies_waiting_of_that_source_only() {
        let mailbox = Mailbox::default();
        let other = News::Rollouts(SourceId(1), Delta::Upsert(rollout("web", 5)));
        mailbox.news(upsert("web", 1));
        mailbox.news(other.clone());
        let reset = News::Rollouts(SOURCE, Delta::Reset(vec![rollout("web", 2)]));
        mailbox.news(reset.clone());
        mailbox.news(upsert("web", 3));
        assert_eq!(take(&mailbox, 10).news, [other, reset, upsert("web", 3)]);
    }

    #[test]
    fn notes_and_answers_are_never_merged() {
        let mailbox = Mailbox::default();
        let note = News::Note(SOURCE, "3 namespaces".into());
        mailbox.news(note.clone());
        mailbox.news(note.clone());
        assert_eq!(take(&mailbox, 10).news, [note.clone(), note]);
    }

    #[test]
    fn the_state_of_a_connection_is_told_once_as_it_is_last() {
        let mailbox = Mailbox::default();
        mailbox.news(News::Link(SOURCE, Link::Listing { count: 500 }));
        mailbox.news(News::Link(SOURCE, Link::Live));
        assert_eq!(take(&mailbox, 10).news, [News::Link(SOURCE, Link::Live)]);
    }

    #[test]
    fn of_a_storm_of_sizes_the_last_counts_and_keys_keep_their_order() {
        let mailbox = Mailbox::default();
        mailbox.input(key('j'));
        (1..=50).for_each(|n| mailbox.input(Input::Resize(n, n)));
        mailbox.input(key('p'));
        assert_eq!(take(&mailbox, 10).input, [key('j'), Input::Resize(50, 50), key('p')]);
    }

    #[test]
    fn keys_typed_far_ahead_are_dropped() {
        let mailbox = Mailbox::default();
        (0..1000).for_each(|_| mailbox.input(key('p')));
        assert_eq!(take(&mailbox, 10).input.len(), KEYS);
    }

    #[test]
    fn a_deadline_that_has_passed_gives_an_empty_batch_at_once() {
        let batch = take(&Mailbox::default(), 10);
        assert!(batch.signals.is_empty() && batch.input.is_empty() && batch.news.is_empty() && !batch.more);
    }

    #[test]
    fn what_exceeds_the_limit_waits_for_the_next_turn() {
        let mailbox = Mailbox::default();
        mailbox.news(upsert("a", 1));
        mailbox.news(upsert("b", 1));
        let first = take(&mailbox, 1);
        assert_eq!(first.news, [upsert("a", 1)]);
        assert!(first.more);
        assert_eq!(take(&mailbox, 1).news, [upsert("b", 1)]);
    }
}
