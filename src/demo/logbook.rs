//! What the containers of the simulated cluster have written: made up, but the same at every reading, since each entry
//! follows from the pod's uid, the container, its restart and the entry's number. The way from a number to a time and
//! back is arithmetic, so a log of weeks costs nothing until it is read.
//!
//! A log begins with the words of a start, goes on at the pace of its service, and ends with what a container says that
//! is asked to stop, crashes, or is done. One that is killed for its memory says nothing at the end.
//!
//! Must not know: HTTP, the controllers. It reads a pod's JSON, nothing else.

mod phrases;

use super::controller::{Random, text};
use jiff::{SignedDuration, Timestamp};
use phrases::{Voice, Words};
use serde_json::Value;

/// How many entries are kept, as if older ones had been rotated away; in a burst more, since its entries are short.
const KEPT: usize = 5_000;
const KEPT_IN_BURST: usize = 60_000;

/// How many entries a start has, and how far they are apart.
const START: i64 = 5;
const START_GAP: SignedDuration = SignedDuration::from_millis(180);

/// Statuses keep whole seconds: what they name happened within the second after it, and words about it come at its end,
/// so that they are never older than what was said before.
const SECOND: SignedDuration = SignedDuration::from_millis(999);

/// What the template of a pod may say about the pace of its log: entries per second.
pub const PACE: &str = "simulated-cluster/log-lines-per-second";

/// Something that was written: one line, or several that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When its first line was written.
    pub time: Timestamp,
    /// The lines, without their ends.
    pub lines: Vec<String>,
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// When, to the second, as a status says it.
    pub at: Timestamp,
    /// Its exit code.
    pub code: i64,
}

/// The log of one run of a container.
#[derive(Clone, Debug)]
pub struct Book {
    voice: Voice,
    seed: u64,
    begun: Timestamp,
    /// When it was asked to stop.
    stopping: Option<Timestamp>,
    ended: Option<Ending>,
    /// From when on it writes so many entries a second.
    burst: Option<(Timestamp, f64)>,
    /// An init container does one thing.
    init: bool,
}

/// A stretch of entries at one pace.
struct Stretch {
    from: Timestamp,
    until: Timestamp,
    gap: i128,
    /// What tells its entries from those of other stretches.
    salt: u64,
}

impl Book {
    /// The log of a container's run that began then, with the container's status that tells of it (`running`, or what
    /// `terminated` says).
    #[must_use]
    pub fn of(pod: &Value, container: &str, restarts: i64, begun: Timestamp, ended: Option<Ending>) -> Self {
        let find = |list: &str| {
            let all = pod.pointer(list).and_then(Value::as_array);
            all.and_then(|all| all.iter().find(|one| text(one, "/name") == container))
        };
        let main = find("/spec/containers");
        let image = main.or_else(|| find("/spec/initContainers")).map_or("", |one| text(one, "/image"));
        let mix = |text: &str| {
            text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            })
        };
        let pace = pod.pointer("/metadata/annotations").and_then(|map| map.get(PACE)).and_then(Value::as_str);
        let grace = pod.pointer("/metadata/deletionGracePeriodSeconds").and_then(Value::as_i64).unwrap_or(0);
        let stopping = text(pod, "/metadata/deletionTimestamp").parse::<Timestamp>().ok();
        Self {
            voice: Voice::of(container, image, text(pod, "/metadata/name")),
            seed: mix(text(pod, "/metadata/uid")) ^ mix(container) ^ restarts.unsigned_abs().rotate_left(40),
            begun,
            stopping: stopping
                .and_then(|end| end.checked_sub(SignedDuration::from_secs(grace)).ok())
                .and_then(|since| since.checked_add(SECOND).ok()),
            ended,
            burst: pace.and_then(|pace| pace.parse().ok()).filter(|pace| *pace > 0.0).map(|pace| (begun, pace)),
            init: main.is_none(),
        }
    }

    /// From this time on it writes so many entries a second.
    #[must_use]
    pub fn bursting(mut self, from: Timestamp, per_second: f64) -> Self {
        if per_second > 0.0 {
            self.burst = Some((from.max(self.begun), per_second));
        }
        self
    }

    /// The newest entries after `after` up to and including `upto`, oldest first: at most `most`, and no more than are
    /// kept.
    #[must_use]
    pub fn between(&self, after: Option<Timestamp>, upto: Timestamp, most: usize) -> Vec<Entry> {
        let most = most.min(if self.burst.is_some() { KEPT_IN_BURST } else { KEPT });
        let within = |time: Timestamp| time <= upto && after.is_none_or(|after| time > after);
        let mut entries: Vec<Entry> = self.last_words().into_iter().filter(|entry| within(entry.time)).collect();
        entries.reverse();
        for stretch in self.stretches().iter().rev() {
            let last = upto.min(stretch.until);
            if last < stretch.from {
                continue;
            }
            let number = |time: Timestamp| time.duration_since(stretch.from).as_nanos() / stretch.gap;
            let first = after.filter(|after| *after > stretch.from).map_or(0, number);
            let mut at = number(last);
            while at >= first && entries.len() < most {
                let entry = self.entry(stretch, at);
                if within(entry.time) && entry.time < stretch.until {
                    entries.push(entry);
                }
                at -= 1;
            }
        }
        entries.truncate(most);
        entries.reverse();
        entries
    }

    /// When the first entry after a time is written; none when there is none to come.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Timestamp> {
        let words = self.last_words().into_iter().map(|entry| entry.time).filter(|time| *time > after);
        let regular = self.stretches().into_iter().filter_map(|stretch| {
            let start = after.max(stretch.from).duration_since(stretch.from).as_nanos() / stretch.gap;
            let times = (start..start + 3).map(|at| self.time(&stretch, at));
            times.into_iter().find(|time| *time > after && *time < stretch.until)
        });
        words.chain(regular).min()
    }

    /// Whether the container has ended: then all that it will have said can be read at any time.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    fn stretches(&self) -> Vec<Stretch> {
        let end = self.ended.as_ref().map_or(Timestamp::MAX, |ended| ended.at);
        // Between the request to stop and the end only last words come.
        let end = self.stopping.map_or(end, |stopping| end.min(stopping));
        let started = self.begun.saturating_add(START_GAP * i32::try_from(START).unwrap_or(0)).unwrap_or(self.begun);
        let mut stretches =
            vec![Stretch { from: self.begun, until: started.min(end), gap: START_GAP.as_nanos(), salt: 0 }];
        if self.init {
            return stretches;
        }
        let slow = self.voice.gap().as_nanos();
        match self.burst {
            None => stretches.push(Stretch { from: started, until: end, gap: slow, salt: 1 }),
            Some((from, per_second)) => {
                let from = from.max(started);
                stretches.push(Stretch { from: started, until: from.min(end), gap: slow, salt: 1 });
                let gap = (1e9 / per_second).max(1.0) as i128;
                stretches.push(Stretch { from, until: end, gap, salt: 2 });
            }
        }
        stretches
    }

    fn random(&self, stretch: &Stretch, at: i128) -> Random {
        let number = u64::try_from(at).unwrap_or(0).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Random::new(self.seed ^ number ^ stretch.salt.rotate_left(60))
    }

    /// Within the first three quarters of its gap, so that entries keep their order.
    fn time(&self, stretch: &Stretch, at: i128) -> Timestamp {
        let share = i128::from(self.random(stretch, at).next() % 750);
        let nanoseconds = at * stretch.gap + stretch.gap * share / 1_000;
        let offset = SignedDuration::from_nanos(i64::try_from(nanoseconds).unwrap_or(i64::MAX));
        stretch.from.saturating_add(offset).unwrap_or(stretch.from)
    }

    fn entry(&self, stretch: &Stretch, at: i128) -> Entry {
        let time = self.time(stretch, at);
        let mut random = self.random(stretch, at);
        random.next();
        let words = match stretch.salt {
            0 => Words::Start(usize::try_from(at).unwrap_or(0)),
            1 => Words::Work,
            _ => Words::Burst(u64::try_from(at).unwrap_or(0)),
        };
        Entry { time, lines: self.voice.say(words, time, &mut random) }
    }

    fn last_words(&self) -> Vec<Entry> {
        let mut entries = Vec::new();
        let mut say = |time: Timestamp, words: Words| {
            let mut random = Random::new(self.seed ^ 0x00e0_d0e0);
            entries.push(Entry { time, lines: self.voice.say(words, time, &mut random) });
        };
        if let Some(stopping) = self.stopping.filter(|stopping| *stopping >= self.begun) {
            say(stopping, Words::Stopping(0));
            say(stopping.saturating_add(SignedDuration::from_millis(150)).unwrap_or(stopping), Words::Stopping(1));
        }
        let end = |at: &Timestamp| at.saturating_add(SECOND).unwrap_or(*at);
        match &self.ended {
            Some(Ending { at, code: 0 }) => say(end(at), Words::Done),
            // Who is killed has no last words.
            Some(Ending { code: 137, .. }) | None => {}
            Some(Ending { at, .. }) => say(end(at), Words::Crash),
        }
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const BEGUN: &str = "2026-01-12T02:00:00Z";

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn pod(name: &str) -> Value {
        json!({"metadata": {"name": name, "uid": name}, "spec": {"containers": [{"name": "web", "image": "shop/web:1"}]}})
    }

    fn book(name: &str) -> Book {
        Book::of(&pod(name), "web", 0, time(BEGUN), None)
    }

    #[test]
    fn a_log_reads_the_same_in_pieces_and_is_in_order() {
        let book = book("web-1");
        let end = time("2026-01-12T02:20:00Z");
        let whole = book.between(None, end, usize::MAX);
        assert!(whole.len() > 200 && whole.windows(2).all(|pair| pair[0].time < pair[1].time), "{}", whole.len());
        let mut pieces = Vec::new();
        let mut after = None;
        for minute in 0..=20 {
            let upto = time(BEGUN).saturating_add(SignedDuration::from_mins(minute)).unwrap();
            pieces.extend(book.between(after, upto, usize::MAX));
            after = Some(upto);
        }
        assert_eq!(pieces, whole);
        let mut followed = vec![whole[0].clone()];
        while let Some(next) = book.next_after(followed[followed.len() - 1].time).filter(|next| *next <= end) {
            followed.extend(book.between(Some(followed[followed.len() - 1].time), next, usize::MAX));
        }
        assert_eq!(followed, whole);
        assert_eq!(book.between(None, end, 7), whole[whole.len() - 7..]);
    }

    #[test]
    fn two_pods_say_different_things_and_a_burst_keeps_its_pace() {
        let end = time("2026-01-12T02:01:00Z");
        assert_ne!(book("web-1").between(None, end, 100), book("web-2").between(None, end, 100));
        let burst = book("web-1").bursting(time("2026-01-12T02:00:50Z"), 2_000.0);
        let entries = burst.between(Some(time("2026-01-12T02:00:55Z")), end, usize::MAX);
        assert!((9_990..=10_010).contains(&entries.len()), "{}", entries.len());
    }

    #[test]
    fn a_crash_has_last_words_and_a_kill_has_none() {
        let at = time("2026-01-12T02:00:03Z");
        let last = |code: i64| {
            let book = Book::of(&pod("web-1"), "web", 0, time(BEGUN), Some(Ending { at, code }));
            book.between(None, time("2026-01-13T00:00:00Z"), 100).pop().unwrap()
        };
        assert!(last(1).time > at && last(1).lines.len() > 3, "{:?}", last(1));
        assert!(last(137).time < at);
        assert!(last(0).time > at);
    }
}
