//! The lane of news in the mailbox. Of one object the newest form is enough; a new list replaces what lies waiting of its
//! set; of lines of logs so many wait, and older ones are counted instead of kept.

use crate::argo::feed::{Delta, DetailId, LogNews, LogsId, News};
use crate::argo::set::Watched;
use crate::names::{Namespace, SourceId};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Lines of one stream of logs that wait at most: more than a screen keeps up with in the time of a frame.
pub const LINES: usize = 5_000;

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

/// News in the order in which they came, merged.
#[derive(Debug, Default)]
pub struct Lane {
    waiting: VecDeque<Option<News>>,
    /// Where the newest news of a subject lie, counted from the first ever.
    places: HashMap<Subject, u64>,
    /// Number of the first in `waiting`.
    first: u64,
    count: usize,
    logs: HashMap<LogsId, Lines>,
}

/// The lines of one stream of logs that wait.
#[derive(Debug, Default)]
struct Lines {
    /// Where they lie, and how many there are.
    batches: VecDeque<(u64, usize)>,
    count: usize,
    /// Where it is told that some were dropped, and how many.
    dropped: Option<(u64, u64)>,
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
            News::Logs(logs, LogNews::Lines(lines)) => Some((*logs, lines.len())),
            _ => None,
        };
        self.waiting.push_back(Some(news));
        self.count += 1;
        if let Some((logs, lines)) = lines {
            self.bound(logs, place, lines);
        }
        // Blank places at the beginning are nothing to wait for.
        while matches!(self.waiting.front(), Some(None)) {
            self.waiting.pop_front();
            self.first += 1;
        }
    }

    /// Takes the first, at most so many.
    pub fn take(&mut self, limit: usize) -> Vec<News> {
        let mut taken = Vec::new();
        while taken.len() < limit {
            let Some(slot) = self.waiting.pop_front() else { break };
            let place = self.first;
            self.first += 1;
            if let Some(news) = slot {
                self.left(&news, place);
                self.count -= 1;
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
        if let News::Logs(logs, told) = news
            && let Some(there) = self.logs.get_mut(logs)
        {
            match told {
                LogNews::Lines(lines) => {
                    there.batches.pop_front();
                    there.count -= lines.len();
                }
                LogNews::Dropped(_) if there.dropped.is_some_and(|(at, _)| at == place) => there.dropped = None,
                _ => {}
            }
            if there.batches.is_empty() && there.dropped.is_none() {
                self.logs.remove(logs);
            }
        }
    }

    /// Drops the oldest lines of a stream where too many wait; where they lay it is said how many they were. The newest
    /// batch stays, whatever its size: who makes batches bounds them.
    fn bound(&mut self, logs: LogsId, place: u64, lines: usize) {
        let there = self.logs.entry(logs).or_default();
        there.batches.push_back((place, lines));
        there.count += lines;
        let mut dropped = 0;
        let mut gone = Vec::new();
        while there.count > LINES && there.batches.len() > 1 {
            let Some((at, lines)) = there.batches.pop_front() else { break };
            there.count -= lines;
            dropped += lines as u64;
            gone.push(at);
        }
        // Told once, in the place of the last that went, before the first that stays.
        let Some(last) = gone.pop() else { return };
        if let Some((at, before)) = there.dropped.replace((last, dropped)) {
            gone.push(at);
            dropped += before;
            there.dropped = Some((last, dropped));
        }
        for at in gone {
            self.blank(at);
        }
        if let Some(slot) = last.checked_sub(self.first).and_then(|at| self.waiting.get_mut(at as usize)) {
            *slot = Some(News::Logs(logs, LogNews::Dropped(dropped)));
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
        let taken = lane.take(100);
        assert_eq!(taken.len(), 12);
        assert_eq!(taken[0], other);
        assert_eq!(taken[1], News::Logs(LOGS, LogNews::Dropped(20 * 500)));
        assert_eq!((&taken[2], &taken[11]), (&lines(10_000, 500), &lines(14_500, 500)));
        assert!(lane.is_empty() && lane.logs.is_empty());
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
                let waiting: usize = lane.logs.values().map(|there| there.count).sum();
                prop_assert!(waiting <= LINES + 8_000);
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
            prop_assert!(lane.logs.is_empty() && lane.places.is_empty());
        }
    }
}
