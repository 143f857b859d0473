//! Measurements over time: those of the rollouts that are or were open, beyond the few that the controller keeps.

use crate::argo::runs::{MeasurementPicture, MetricPicture, RunKind, RunPicture, Threshold};
use crate::names::RolloutKey;
use jiff::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// Measurements of one metric of one run.
const MOST_OF_A_METRIC: usize = 600;
/// Measurements in all; a few MB.
const MOST_IN_ALL: usize = 20_000;
/// Runs in all.
const MOST_RUNS: usize = 256;
/// Text of a measurement that is kept; the whole is in the object.
const MOST_TEXT: usize = 512;

/// A metric of a run over time.
#[derive(Clone, Debug)]
pub struct MetricTrack {
    /// Name.
    pub name: Box<str>,
    /// Limit, as far as it is a simple one.
    pub threshold: Option<Threshold>,
    /// Seconds between measurements.
    pub interval_s: Option<f64>,
    /// Does not decide.
    pub dry_run: bool,
    /// Finished measurements, oldest first.
    pub measurements: VecDeque<MeasurementPicture>,
    /// Older ones were dropped.
    pub dropped: bool,
}

/// A run over time.
#[derive(Clone, Debug)]
pub struct RunTrack {
    /// The rollout it belongs to.
    pub key: RolloutKey,
    /// Uid.
    pub uid: Arc<str>,
    /// What it is for.
    pub kind: RunKind,
    /// When it was made.
    pub created: Option<Timestamp>,
    /// Its metrics, in the order of the spec.
    pub metrics: Vec<MetricTrack>,
    seen: Timestamp,
}

/// All runs that were seen.
#[derive(Clone, Debug, Default)]
pub struct Runs {
    runs: HashMap<Arc<str>, RunTrack>,
    measurements: usize,
}

impl Runs {
    /// Notes what a run tells now.
    pub fn observe(&mut self, key: &RolloutKey, run: &RunPicture, now: Timestamp) {
        if run.unreadable.is_some() || run.metrics.is_empty() {
            return;
        }
        let track = self.runs.entry(run.uid.clone()).or_insert_with(|| RunTrack {
            key: key.clone(),
            uid: run.uid.clone(),
            kind: run.kind,
            created: run.created,
            metrics: Vec::new(),
            seen: now,
        });
        track.seen = now;
        for metric in &run.metrics {
            self.measurements += take(track, metric);
        }
        while self.measurements > MOST_IN_ALL || self.runs.len() > MOST_RUNS {
            let others = self.runs.values().filter(|track| track.uid != run.uid);
            let Some(oldest) = others.min_by_key(|track| track.seen).map(|track| track.uid.clone()) else { return };
            let gone = self.runs.remove(&oldest);
            self.measurements -=
                gone.map_or(0, |track| track.metrics.iter().map(|metric| metric.measurements.len()).sum());
        }
    }

    /// A metric of a run, as far as it was seen.
    #[must_use]
    pub fn metric(&self, run: &str, metric: &str) -> Option<&MetricTrack> {
        self.runs.get(run)?.metrics.iter().find(|track| *track.name == *metric)
    }

    /// The runs of a rollout, oldest first.
    #[must_use]
    pub fn of_rollout(&self, key: &RolloutKey) -> Vec<&RunTrack> {
        let mut runs: Vec<&RunTrack> = self.runs.values().filter(|track| track.key == *key).collect();
        runs.sort_by(|a, b| (a.created, &a.uid).cmp(&(b.created, &b.uid)));
        runs
    }
}

/// Notes a metric; how many measurements more there are now.
fn take(track: &mut RunTrack, metric: &MetricPicture) -> usize {
    let at = track.metrics.iter().position(|known| known.name == metric.name).unwrap_or_else(|| {
        track.metrics.push(MetricTrack {
            name: metric.name.clone(),
            threshold: None,
            interval_s: None,
            dry_run: false,
            measurements: VecDeque::new(),
            dropped: false,
        });
        track.metrics.len() - 1
    });
    let known = &mut track.metrics[at];
    known.threshold.clone_from(&metric.threshold);
    known.interval_s = metric.interval_s;
    known.dry_run = metric.dry_run;
    let before = known.measurements.len();
    for measurement in metric.measurements.iter().filter(|measurement| measurement.finished_at.is_some()) {
        put(&mut known.measurements, measurement);
    }
    while known.measurements.len() > MOST_OF_A_METRIC {
        known.measurements.pop_front();
        known.dropped = true;
    }
    known.measurements.len().saturating_sub(before)
}

/// Puts a measurement in its place, once: it is told by its begin and end.
fn put(kept: &mut VecDeque<MeasurementPicture>, measurement: &MeasurementPicture) {
    let end = measurement.finished_at;
    let after = kept.partition_point(|known| known.finished_at <= end);
    let mut same = kept.range(..after).rev().take_while(|known| known.finished_at == end);
    if same.any(|known| known.started_at == measurement.started_at && known.phase == measurement.phase) {
        return;
    }
    let cut = |text: &str| -> Box<str> { text.chars().take(MOST_TEXT).collect::<String>().into() };
    let slim = MeasurementPicture {
        value: cut(&measurement.value),
        message: cut(&measurement.message),
        ..measurement.clone()
    };
    kept.insert(after, slim);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::run::testing::{measured, metric, run};
    use crate::names::{Namespace, SourceId};

    fn key() -> RolloutKey {
        RolloutKey { source: SourceId(0), namespace: Namespace::from("shop"), name: "checkout".into() }
    }

    fn values(runs: &Runs, uid: &str) -> Vec<String> {
        let track = runs.metric(uid, "success-rate").unwrap();
        track.measurements.iter().map(|measurement| measurement.value.to_string()).collect()
    }

    #[test]
    fn what_the_controller_forgets_is_remembered_once_and_in_order() {
        let mut runs = Runs::default();
        let now = Timestamp::UNIX_EPOCH;
        let all: Vec<_> = (0..30).map(|n| measured("Successful", &n.to_string(), n * 10)).collect();
        for last in 1..=30 {
            let kept = all[usize::max(last, 10) - 10..last].to_vec();
            runs.observe(&key(), &run(vec![metric("success-rate", kept)]), now);
        }
        let expected: Vec<String> = (0..30).map(|n| n.to_string()).collect();
        assert_eq!(values(&runs, "uid-run"), expected);
        // An older one that comes late stands where it belongs; one that runs is not kept.
        let late = measured("Failed", "late", 5);
        let running = MeasurementPicture { finished_at: None, ..measured("Running", "", 999) };
        runs.observe(&key(), &run(vec![metric("success-rate", vec![late, running])]), now);
        assert_eq!(values(&runs, "uid-run")[..3], ["0", "late", "1"]);
        assert_eq!(runs.measurements, 31);
    }

    #[test]
    fn a_metric_is_bounded_and_says_that_older_ones_are_gone() {
        let mut runs = Runs::default();
        let all: Vec<_> = (0..700).map(|n| measured("Successful", &n.to_string(), n)).collect();
        runs.observe(&key(), &run(vec![metric("success-rate", all)]), Timestamp::UNIX_EPOCH);
        let track = runs.metric("uid-run", "success-rate").unwrap();
        assert_eq!((track.measurements.len(), track.dropped, runs.measurements), (600, true, 600));
    }

    #[test]
    fn the_run_that_was_seen_longest_ago_goes_first() {
        let mut runs = Runs::default();
        for n in 0..300_i64 {
            let picture = RunPicture {
                uid: format!("uid-{n}").into(),
                ..run(vec![metric("success-rate", vec![measured("Successful", "1", n)])])
            };
            runs.observe(&key(), &picture, Timestamp::from_second(n).unwrap());
        }
        assert_eq!((runs.runs.len(), runs.measurements), (MOST_RUNS, MOST_RUNS));
        assert!(runs.metric("uid-299", "success-rate").is_some() && runs.metric("uid-0", "success-rate").is_none());
        assert_eq!(runs.of_rollout(&key()).len(), MOST_RUNS);
    }
}
