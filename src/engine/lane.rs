//! The lane of news in the mailbox. Of one object the newest form is enough; a new list replaces what lies waiting of its
//! set; of lines of logs so many wait, of all streams together, and older ones are counted instead of kept.

use crate::argo::feed::{Delta, DetailId, LogNews, LogsId, News};
use crate::argo::set::Watched;
use crate::names::{Namespace, SourceId};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Lines of logs that wait at most, of all streams: as many as the screen keeps, so that what goes would not be seen.
pub const LINES: usize = 5_000;
/// Bytes of their texts.
pub const BYTES: usize = 8 << 20;
/// What belongs to a rollout is derived as a whole with each change, which takes as long as this many other changes: with
/// less in a turn, a key waits no longer.
const CHILD: usize = 8;

/// What makes one piece of news replace another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Subject {
    Link(SourceId),
    Heard(SourceId),
    Skew(SourceId),
    Access(SourceId, Namespace),
    Trouble(DetailId, &'static str),
    Log(LogsId, usize),
    // With the uid: the end of one object is not told by what happens to its successor of the same name.
    Object(Group, Namespace, Arc<str>, Arc<str>),
}

/// The set that an object is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Group {
    Rollouts(SourceId),
    ReplicaSets(DetailId),
    Pods(DetailId),
    AnalysisRuns(DetailId),
    Experiments(DetailId),
    Events(DetailId),
    Workload(DetailId),
    Scalers(DetailId),
    Budgets(DetailId),
}

/// What a piece of news does to those that wait.
enum Effect {
    /// It stands beside them.
    None,
    /// It replaces what was told of the same.
    Replaces(Subject),
    /// It replaces all that was told of the set.
    Resets(Group),
}

fn effect(news: &News) -> Effect {
    Effect::Replaces(match news {
        News::Rollouts(source, delta) => return of(Group::Rollouts(*source), delta),
        News::ReplicaSets(detail, delta) => return of(Group::ReplicaSets(*detail), delta),
        News::Pods(detail, delta) => return of(Group::Pods(*detail), delta),
        News::AnalysisRuns(detail, delta) => return of(Group::AnalysisRuns(*detail), delta),
        News::Experiments(detail, delta) => return of(Group::Experiments(*detail), delta),
        News::Events(detail, delta) => return of(Group::Events(*detail), delta),
        News::Workload(detail, delta) => return of(Group::Workload(*detail), delta),
        News::Scalers(detail, delta) => return of(Group::Scalers(*detail), delta),
        News::Budgets(detail, delta) => return of(Group::Budgets(*detail), delta),
        News::Link(source, _) => Subject::Link(*source),
        News::Heard(source, _) => Subject::Heard(*source),
        News::Skew(source, _) => Subject::Skew(*source),
        News::Access(source, namespace, _) => Subject::Access(*source, namespace.clone()),
        News::DetailTrouble(detail, kind, _) => Subject::Trouble(*detail, kind),
        News::Logs(logs, LogNews::Open(at) | LogNews::Ended(at) | LogNews::Down(at, ..)) => Subject::Log(*logs, *at),
        News::Logs(_, LogNews::Lines(_) | LogNews::Dropped(_))
        | News::Object(..)
        | News::Note(..)
        | News::Answer(..) => return Effect::None,
    })
}

fn of<T: Watched>(group: Group, delta: &Delta<T>) -> Effect {
    Effect::Replaces(match delta {
        Delta::Upsert(new) => {
            let meta = new.meta();
            Subject::Object(group, meta.namespace(), meta.name.clone(), meta.uid.clone())
        }
        Delta::Remove { namespace, name, uid } => Subject::Object(group, namespace.clone(), name.clone(), uid.clone()),
        Delta::Reset(_) => return Effect::Resets(group),
        Delta::Partial(_) => return Effect::None,
    })
}

/// What it takes to take a piece of news in, about, in changes of a rollout in a list.
fn cost(news: &News) -> usize {
    match news {
        News::ReplicaSets(..) | News::Pods(..) | News::AnalysisRuns(..) | News::Experiments(..) | News::Events(..) => {
            CHILD
        }
        News::Logs(_, LogNews::Lines(lines)) => 1 + lines.len() / 50,
        _ => 1,
    }
}

/// News in the order in which they came, merged.
#[derive(Debug, Default)]
pub struct Lane {
    waiting: VecDeque<Option<News>>,
    /// Where the newest news of a subject lie, counted from the first ever.
    places: HashMap<Subject, u64>,
    /// Number of the first in `waiting`.
    first: u64,
    count: usize,
    logs: Logs,
}

/// The lines of logs that wait.
#[derive(Debug, Default)]
struct Logs {
    /// In the order in which they came.
    batches: VecDeque<Lines>,
    count: usize,
    bytes: usize,
    /// Where it is told of a stream that some were dropped, and how many.
    dropped: HashMap<LogsId, (u64, u64)>,
}

/// Lines that came together.
#[derive(Clone, Copy, Debug)]
struct Lines {
    of: LogsId,
    place: u64,
    count: usize,
    bytes: usize,
}

impl Lane {
    /// Nothing waits.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Leaves news at the end.
    pub fn push(&mut self, news: News) {
        let place = self.first + self.waiting.len() as u64;
        match effect(&news) {
            Effect::None => {}
            Effect::Replaces(subject) => {
                if let Some(before) = self.places.insert(subject, place) {
                    self.blank(before);
                }
            }
            Effect::Resets(group) => self.forget(group),
        }
        let lines = match &news {
            News::Logs(of, LogNews::Lines(lines)) => {
                let bytes = lines.iter().map(|line| line.text.len()).sum();
                Some(Lines { of: *of, place, count: lines.len(), bytes })
            }
            _ => None,
        };
        self.waiting.push_back(Some(news));
        self.count += 1;
        if let Some(lines) = lines {
            self.bound(lines);
        }
        // Blank places at the beginning are nothing to wait for.
        while matches!(self.waiting.front(), Some(None)) {
            self.waiting.pop_front();
            self.first += 1;
        }
    }

    /// Takes the first, at most so many; fewer of those that cost more.
    pub fn take(&mut self, limit: usize) -> Vec<News> {
        let mut taken = Vec::new();
        let mut spent = 0;
        while spent < limit {
            let Some(slot) = self.waiting.pop_front() else { break };
            let place = self.first;
            self.first += 1;
            if let Some(news) = slot {
                self.left(&news, place);
                self.count -= 1;
                spent += cost(&news);
                taken.push(news);
            }
        }
        taken
    }

    /// A piece of news left its place.
    fn left(&mut self, news: &News, place: u64) {
        if let Effect::Replaces(subject) = effect(news)
            && self.places.get(&subject) == Some(&place)
        {
            self.places.remove(&subject);
        }
        match news {
            News::Logs(_, LogNews::Lines(_)) => {
                let lines = self.logs.batches.pop_front();
                self.logs.count -= lines.map_or(0, |lines| lines.count);
                self.logs.bytes -= lines.map_or(0, |lines| lines.bytes);
            }
            News::Logs(of, LogNews::Dropped(_)) if self.logs.dropped.get(of).is_some_and(|(at, _)| *at == place) => {
                self.logs.dropped.remove(of);
            }
            _ => {}
        }
    }

    /// Drops the oldest lines where too many wait; where they lay it is said how many of the stream they were. The newest
    /// batch stays, whatever its size: who makes batches bounds them.
    fn bound(&mut self, lines: Lines) {
        self.logs.batches.push_back(lines);
        self.logs.count += lines.count;
        self.logs.bytes += lines.bytes;
        while (self.logs.count > LINES || self.logs.bytes > BYTES) && self.logs.batches.len() > 1 {
            let Some(gone) = self.logs.batches.pop_front() else { return };
            self.logs.count -= gone.count;
            self.logs.bytes -= gone.bytes;
            // Told once of a stream, in the place of the last that went, before the first that stays.
            let before = self.logs.dropped.get(&gone.of).copied();
            let dropped = gone.count as u64 + before.map_or(0, |(_, count)| count);
            self.logs.dropped.insert(gone.of, (gone.place, dropped));
            if let Some((at, _)) = before {
                self.blank(at);
            }
            if let Some(slot) = gone.place.checked_sub(self.first).and_then(|at| self.waiting.get_mut(at as usize)) {
                *slot = Some(News::Logs(gone.of, LogNews::Dropped(dropped)));
            }
        }
    }

    fn blank(&mut self, place: u64) {
        let slot = place.checked_sub(self.first).and_then(|at| self.waiting.get_mut(at as usize));
        if slot.and_then(Option::take).is_some() {
            self.count -= 1;
        }
    }

    fn forget(&mut self, group: Group) {
        let older = |subject: &Subject| matches!(subject, Subject::Object(of, ..) if *of == group);
        let gone: Vec<_> = self.places.extract_if(|subject, _| older(subject)).map(|(_, place)| place).collect();
        for place in gone {
            self.blank(place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::feed::{LogLine, Trouble, TroubleKind};
    use crate::argo::pod::Pod;
    use crate::argo::rollout::Rollout;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const SOURCE: SourceId = SourceId(0);
    const DETAIL: DetailId = DetailId(1);
    const LOGS: LogsId = LogsId(3);

    fn rollout(name: &str, version: u32) -> Arc<Rollout> {
        let mut rollout = Rollout::default();
        rollout.meta.name = name.into();
        rollout.meta.resource_version = version.to_string().into();
        Arc::new(rollout)
    }

    fn pod(name: &str, version: u32) -> Arc<Pod> {
        let mut pod = Pod::default();
        pod.meta.name = name.into();
        pod.meta.resource_version = version.to_string().into();
        Arc::new(pod)
    }

    fn gone<T>(name: &str) -> Delta<T> {
        Delta::Remove { namespace: "".into(), name: name.into(), uid: "".into() }
    }

    fn lines(from: u64, count: u64) -> News {
        let line = |n: u64| LogLine { source: 0, at: None, text: n.to_string().into(), removed: false };
        News::Logs(LOGS, LogNews::Lines((from..from + count).map(line).collect()))
    }

    /// What is on the screen at the end.
    #[derive(Debug, Default, PartialEq)]
    struct End {
        rollouts: BTreeMap<Arc<str>, Box<str>>,
        pods: BTreeMap<Arc<str>, Box<str>>,
        trouble: Option<Trouble>,
        log_state: Option<LogNews>,
    }

    fn follow<T: Watched>(set: &mut BTreeMap<Arc<str>, Box<str>>, delta: &Delta<T>) {
        let entry = |object: &Arc<T>| (object.meta().name.clone(), object.meta().resource_version.clone());
        match delta {
            Delta::Reset(all) => *set = all.iter().map(entry).collect(),
            Delta::Partial(some) => set.extend(some.iter().map(entry)),
            Delta::Upsert(object) => set.extend([entry(object)]),
            Delta::Remove { name, .. } => drop(set.remove(name)),
        }
    }

    impl End {
        fn apply(&mut self, news: &News) {
            match news {
                News::Rollouts(_, delta) => follow(&mut self.rollouts, delta),
                News::Pods(_, delta) => follow(&mut self.pods, delta),
                News::DetailTrouble(_, _, trouble) => self.trouble.clone_from(trouble),
                News::Logs(_, told @ (LogNews::Open(_) | LogNews::Ended(_))) => self.log_state = Some(told.clone()),
                _ => {}
            }
        }
    }

    fn trouble(version: u32) -> Option<Trouble> {
        let words = version.to_string();
        let trouble = Trouble { kind: TroubleKind::Server, sentence: words.clone(), hint: None, raw: words };
        version.is_multiple_of(2).then_some(trouble)
    }

    #[test]
    fn of_lines_so_many_wait_and_the_older_ones_are_counted_where_they_lay() {
        let mut lane = Lane::default();
        let other = News::Note(SOURCE, "first".into());
        lane.push(other.clone());
        for batch in 0..30 {
            lane.push(lines(batch * 500, 500));
        }
        let taken = lane.take(1_000);
        assert_eq!(taken.len(), 12);
        assert_eq!(taken[0], other);
        assert_eq!(taken[1], News::Logs(LOGS, LogNews::Dropped(20 * 500)));
        assert_eq!((&taken[2], &taken[11]), (&lines(10_000, 500), &lines(14_500, 500)));
        assert!(lane.is_empty() && lane.logs.batches.is_empty() && lane.logs.dropped.is_empty());
    }

    #[test]
    fn the_bound_is_for_all_streams_together_and_each_is_told_what_it_lost() {
        let mut lane = Lane::default();
        let of = |stream: u64, from: u64| match lines(from, 500) {
            News::Logs(_, told) => News::Logs(LogsId(stream), told),
            other => other,
        };
        for batch in 0..10 {
            for stream in 0..10 {
                lane.push(of(stream, batch * 500));
            }
        }
        let (mut kept, mut dropped) = (0, BTreeMap::new());
        while !lane.is_empty() {
            for news in lane.take(256) {
                match news {
                    News::Logs(_, LogNews::Lines(lines)) => kept += lines.len(),
                    News::Logs(of, LogNews::Dropped(count)) => drop(dropped.insert(of, count)),
                    other => panic!("{other:?}"),
                }
            }
        }
        assert_eq!(kept, LINES);
        assert_eq!(dropped, (0..10).map(|stream| (LogsId(stream), 4_500)).collect());
    }

    #[test]
    fn long_lines_are_bounded_by_their_bytes() {
        let mut lane = Lane::default();
        let text = "x".repeat(4_096);
        for _ in 0..100 {
            let line = LogLine { source: 0, at: None, text: text.clone().into(), removed: false };
            lane.push(News::Logs(LOGS, LogNews::Lines(vec![line; 50])));
        }
        assert!(lane.logs.bytes <= BYTES && lane.logs.count > 1_900, "{} {}", lane.logs.bytes, lane.logs.count);
    }

    #[test]
    fn of_what_costs_more_less_is_taken_in_a_turn() {
        let mut lane = Lane::default();
        (0..100).for_each(|number| lane.push(News::Pods(DETAIL, Delta::Upsert(pod(&number.to_string(), 1)))));
        assert_eq!(lane.take(256).len(), 256 / CHILD);
        (0..300).for_each(|number| lane.push(News::Rollouts(SOURCE, Delta::Upsert(rollout(&number.to_string(), 1)))));
        assert_eq!(lane.take(1_000_000).len(), 100 - 256 / CHILD + 300);
    }

    #[test]
    fn an_object_that_was_asked_for_is_never_merged() {
        let mut lane = Lane::default();
        let told = News::Object(crate::argo::feed::RequestId(1), Ok(Arc::new(serde_json::Value::Null)));
        lane.push(told.clone());
        lane.push(told.clone());
        assert_eq!(lane.take(9), [told.clone(), told]);
    }

    proptest! {
        /// Merged or not, who applies what comes out ends where who applies all ends; no line of a log comes twice, out of
        /// order, or goes without being counted; and what waits is bounded by what there is.
        #[test]
        fn merging_never_changes_where_things_end(
            events in proptest::collection::vec((0..10u8, 0..5u8, 0..100u32), 0..80),
            limit in 1..7usize,
        ) {
            let mut line = 0_u64;
            let events: Vec<News> = events.into_iter().map(|(what, name, version)| {
                let number = usize::from(name);
                let name = format!("r{name}");
                match what {
                    0 => News::Rollouts(SOURCE, gone(&name)),
                    1 => News::Pods(DETAIL, gone(&name)),
                    2 if version < 30 => News::Rollouts(SOURCE, Delta::Reset(vec![rollout(&name, version)])),
                    3 if version < 30 => News::Pods(DETAIL, Delta::Reset(vec![pod(&name, version)])),
                    4 => News::Pods(DETAIL, Delta::Partial(vec![pod(&name, version)])),
                    5 => News::DetailTrouble(DETAIL, "pods", trouble(version)),
                    6 => News::Logs(LOGS, if version < 50 { LogNews::Open(0) } else { LogNews::Ended(0) }),
                    7 => {
                        let count = u64::from(version) * 20 * number as u64;
                        line += count;
                        lines(line - count, count)
                    }
                    8 => News::Pods(DETAIL, Delta::Upsert(pod(&name, version))),
                    _ => News::Rollouts(SOURCE, Delta::Upsert(rollout(&name, version))),
                }
            }).collect();
            let (mut plain, mut merged) = (End::default(), End::default());
            let mut next = 0_u64;
            let mut read = |news: &News| match news {
                News::Logs(_, LogNews::Dropped(count)) => { next += count; true }
                News::Logs(_, LogNews::Lines(lines)) => lines.iter().all(|line| {
                    next += 1;
                    *line.text == *(next - 1).to_string()
                }),
                _ => true,
            };
            for news in &events { plain.apply(news) }
            let mut lane = Lane::default();
            for chunk in events.chunks(9) {
                chunk.iter().cloned().for_each(|news| lane.push(news));
                prop_assert!(lane.logs.count <= LINES + 8_000);
                for news in &lane.take(limit) {
                    prop_assert!(read(news), "{:?}", news);
                    merged.apply(news);
                }
            }
            while !lane.is_empty() {
                for news in &lane.take(limit) {
                    prop_assert!(read(news), "{:?}", news);
                    merged.apply(news);
                }
            }
            prop_assert_eq!(plain, merged);
            prop_assert_eq!(next, line);
            prop_assert!(lane.logs.batches.is_empty() && lane.logs.dropped.is_empty() && lane.places.is_empty());
            prop_assert_eq!((lane.logs.count, lane.logs.bytes), (0, 0));
        }
    }
}
