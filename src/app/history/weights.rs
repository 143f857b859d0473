//! Weights over time: what each rollout that moved looked like, from one change to the next. Between two changes it
//! looked the same, as long as its source could be seen.

use crate::app::present::{Subject, weight};
use crate::argo::picture::{Phase, Waits, Weights};
use crate::names::RolloutKey;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// Points of one rollout.
const MOST_POINTS: usize = 600;
/// Points of all rollouts; about 6 MB.
const MOST_IN_ALL: usize = 40_000;
/// Rollouts with points.
const MOST_TRACKS: usize = 2_000;

/// What is noted of a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Weights; `None` for blue-green, or when they are not known.
    pub weights: Option<Weights>,
    /// Phase.
    pub phase: Phase,
    /// `status.currentStepIndex`.
    pub step: Option<i32>,
    /// Number of steps.
    pub steps: usize,
    /// Aborted.
    pub aborted: bool,
    /// Two versions are about.
    pub updating: bool,
    /// It waited for a person.
    pub for_person: bool,
    /// Until when its timer ran.
    pub until: Option<Timestamp>,
    /// Pod hash of the desired template.
    pub pod_hash: Box<str>,
}

impl Seen {
    /// What is noted of a rollout.
    #[must_use]
    pub fn of(subject: &Subject<'_>) -> Self {
        let (picture, status) = (subject.picture, &subject.rollout.status);
        let gauge = weight::gauge(subject);
        Self {
            weights: gauge.map(|gauge| Weights { set: gauge.set, actual: gauge.actual, max: gauge.max }),
            phase: picture.phase.clone(),
            step: picture.step.as_ref().map(|step| step.index),
            steps: picture.step.as_ref().map_or(0, |step| step.total),
            aborted: status.abort,
            updating: subject.is_updating(),
            for_person: matches!(picture.waits, Waits::Person { .. }),
            until: match picture.waits {
                Waits::Timer { until, .. } => Some(until),
                _ => None,
            },
            pod_hash: status.current_pod_hash.clone(),
        }
    }

    /// Only weights differ: nothing that a person would be told of.
    fn is_small_step_from(&self, before: &Self) -> bool {
        let same_weight = Self { weights: before.weights, ..self.clone() };
        same_weight == *before && self.weights.map(|weights| weights.set) == before.weights.map(|weights| weights.set)
    }
}

/// From when on a rollout looked so.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// When (by the cluster's clock).
    pub at: Timestamp,
    /// How.
    pub seen: Seen,
}

/// Which object it is: a rollout that is made again under its name is another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// Uid.
    pub uid: Arc<str>,
    /// When it was first seen (by the cluster's clock).
    pub first_seen: Timestamp,
}

/// One rollout over time.
#[derive(Clone, Debug)]
pub struct Track {
    uid: Arc<str>,
    points: Vec<Point>,
    thinned_before: Option<Timestamp>,
}

impl Track {
    /// The points, oldest first; never empty.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Before this time some changes of the actual weight were left out.
    #[must_use]
    pub fn thinned_before(&self) -> Option<Timestamp> {
        self.thinned_before
    }

    fn push(&mut self, at: Timestamp, seen: Seen) {
        let last = self.points.last();
        if last.is_some_and(|last| last.seen == seen) {
            return;
        }
        // A clock that was set back does not make a line run backwards.
        let at = last.map_or(at, |last| last.at.max(at));
        match self.points.last_mut() {
            // Events of one moment: the last word counts.
            Some(last) if last.at == at && seen.is_small_step_from(&last.seen) => last.seen = seen,
            _ => self.points.push(Point { at, seen }),
        }
        if self.points.len() > MOST_POINTS {
            self.thin();
        }
    }

    /// Leaves out every second small change of the older half; when those are few, the oldest points.
    fn thin(&mut self) {
        let half = self.points.len() / 2;
        let middle = self.points[half].at;
        let mut kept: Vec<Point> = Vec::with_capacity(self.points.len());
        let mut left_out = false;
        for (index, point) in std::mem::take(&mut self.points).into_iter().enumerate() {
            let small = kept.last().is_some_and(|before| point.seen.is_small_step_from(&before.seen));
            if index < half && small && !left_out {
                left_out = true;
            } else {
                left_out = false;
                kept.push(point);
            }
        }
        if kept.len() > MOST_POINTS * 9 / 10 {
            kept.drain(..kept.len() - MOST_POINTS * 9 / 10);
        } else {
            self.thinned_before = Some(middle);
        }
        self.points = kept;
    }
}

/// All rollouts that moved.
#[derive(Clone, Debug, Default)]
pub struct Tracks {
    tracks: HashMap<RolloutKey, Track>,
    points: usize,
}

impl Tracks {
    /// A rollout, if it moved.
    #[must_use]
    pub fn get(&self, key: &RolloutKey, uid: &str) -> Option<&Track> {
        self.tracks.get(key).filter(|track| *track.uid == *uid)
    }

    /// Notes how a rollout looks now; `beginning` is how it looked before, and since when.
    pub fn observe(
        &mut self,
        key: &RolloutKey,
        life: Life,
        beginning: Option<(Timestamp, Seen)>,
        now: Timestamp,
        seen: Seen,
    ) {
        let known = self.tracks.get(key).is_some_and(|track| track.uid == life.uid);
        if !known {
            let Some((since, before)) = beginning else { return };
            if before == seen {
                return;
            }
            let since = since.max(life.first_seen).min(now);
            let track = Track { uid: life.uid, points: vec![Point { at: since, seen: before }], thinned_before: None };
            let replaced = self.tracks.insert(key.clone(), track);
            self.points += 1;
            self.points -= replaced.map_or(0, |track| track.points.len());
        }
        if let Some(track) = self.tracks.get_mut(key) {
            let before = track.points.len();
            track.push(now, seen);
            self.points = self.points + track.points.len() - before;
        }
        while self.points > MOST_IN_ALL || self.tracks.len() > MOST_TRACKS {
            let last_change = |track: &Track| track.points.last().map(|point| point.at);
            let others = self.tracks.iter().filter(|(other, _)| *other != key);
            let Some(oldest) = others.min_by_key(|(_, track)| last_change(track)).map(|(key, _)| key.clone()) else {
                return;
            };
            self.points -= self.tracks.remove(&oldest).map_or(0, |track| track.points.len());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{Namespace, SourceId};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn seen(set: i64, actual: i64, step: i32) -> Seen {
        Seen {
            weights: Some(Weights { set, actual: Some(actual), max: 100 }),
            phase: Phase::Progressing,
            step: Some(step),
            steps: 4,
            aborted: false,
            updating: true,
            for_person: false,
            until: None,
            pod_hash: "new".into(),
        }
    }

    fn key(name: &str) -> RolloutKey {
        RolloutKey { source: SourceId(0), namespace: Namespace::from("shop"), name: name.into() }
    }

    fn life(uid: &str) -> Life {
        Life { uid: uid.into(), first_seen: at(0) }
    }

    #[test]
    fn a_rollout_that_does_not_move_costs_nothing() {
        let mut tracks = Tracks::default();
        tracks.observe(&key("a"), life("u"), Some((at(0), seen(20, 20, 1))), at(9), seen(20, 20, 1));
        tracks.observe(&key("a"), life("u"), None, at(9), seen(40, 20, 1));
        assert!(tracks.get(&key("a"), "u").is_none() && tracks.points == 0);
    }

    #[test]
    fn the_first_change_brings_what_was_before_and_since_when() {
        let mut tracks = Tracks::default();
        tracks.observe(&key("a"), life("u"), Some((at(0), seen(20, 20, 1))), at(9), seen(60, 20, 2));
        tracks.observe(&key("a"), life("u"), Some((at(3), seen(60, 20, 2))), at(12), seen(60, 60, 2));
        let points = tracks.get(&key("a"), "u").unwrap().points();
        let line: Vec<(i64, i64)> =
            points.iter().map(|point| (point.at.as_second(), point.seen.weights.unwrap().actual.unwrap())).collect();
        assert_eq!(line, [(0, 20), (9, 20), (12, 60)]);
        assert!(tracks.get(&key("a"), "another").is_none(), "made again: another rollout");
    }

    #[test]
    fn a_track_is_thinned_in_its_older_half_and_says_so_and_keeps_its_steps() {
        let mut tracks = Tracks::default();
        let key = key("a");
        tracks.observe(&key, life("u"), Some((at(0), seen(20, 0, 1))), at(1), seen(20, 1, 1));
        for second in 2..2_000 {
            let step = i32::try_from(second / 500).unwrap();
            tracks.observe(&key, life("u"), None, at(second), seen(20, second, step));
        }
        let track = tracks.get(&key, "u").unwrap();
        assert!(track.points.len() <= MOST_POINTS && track.thinned_before.is_some());
        assert_eq!(track.points.len(), tracks.points);
        let mut steps: Vec<i32> = track.points.iter().filter_map(|point| point.seen.step).collect();
        steps.dedup();
        assert_eq!(steps, [1, 0, 1, 2, 3], "no step is lost");
        let newest: Vec<i64> = track.points.iter().rev().take(250).map(|point| point.at.as_second()).collect();
        assert!(newest.windows(2).all(|pair| pair[0] == pair[1] + 1), "what is new is whole");
    }

    #[test]
    fn where_everything_matters_the_oldest_goes() {
        let mut tracks = Tracks::default();
        let key = key("a");
        tracks.observe(&key, life("u"), Some((at(0), seen(0, 0, 0))), at(1), seen(1, 1, 1));
        for second in 2..2_000 {
            tracks.observe(&key, life("u"), None, at(second), seen(second, 0, 0));
        }
        let track = tracks.get(&key, "u").unwrap();
        assert!(track.points.len() <= MOST_POINTS && track.thinned_before.is_none());
        assert!(track.points[0].at > at(1_000));
    }

    #[test]
    fn all_tracks_together_are_bounded_and_the_one_that_moved_last_stays() {
        let mut tracks = Tracks::default();
        for number in 0..3_000 {
            let key = key(&format!("r{number}"));
            tracks.observe(&key, life("u"), Some((at(number), seen(0, 0, 0))), at(number + 1), seen(1, 1, 1));
        }
        assert_eq!(tracks.tracks.len(), MOST_TRACKS);
        assert_eq!(tracks.points, 2 * MOST_TRACKS);
        assert!(tracks.get(&key("r2999"), "u").is_some() && tracks.get(&key("r0"), "u").is_none());
    }
}
