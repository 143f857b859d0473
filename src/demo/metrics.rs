//! The simulated Prometheus of one cluster: scripted series, asked in process by the controllers and over HTTP by
//! clients (`api`), so that both are told the same.
//!
//! | path, beside the API of the clusters | answers |
//! | --- | --- |
//! | `/prometheus/NAME/api/v1/query` (GET, or POST with a form) | an instant query, `query=…` |
//! | `/prometheus/NAME/api/v1/alerts` | the scripted alerts that are not resolved |
//! | `/api/v1/query`, `/api/v1/alerts` | the same of all clusters, each with its label `cluster` |
//!
//! A query is not computed. It is answered by the series whose `match` it contains, the longest one first; a query that
//! no series matches has an empty result, as for a real Prometheus that never saw such a metric. See [`series`] for
//! what a series can be.
//!
//! Must not know: who asks and why, connections, and what else a scenario file says.

pub mod api;
pub mod series;

use super::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use series::{Alert, Series};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The Prometheus of a cluster; clones are the same one.
#[derive(Clone, Debug)]
pub struct Prometheus(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    seed: u64,
    told: Mutex<Told>,
}

#[derive(Debug, Default)]
struct Told {
    series: Vec<(Series, Timestamp)>,
    alerts: Vec<(Alert, Timestamp)>,
}

/// What a query is answered with.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// One number without labels.
    Scalar(f64),
    /// One number for each series found; none is an empty result.
    Vector(Vec<f64>),
    /// This HTTP status, 500 to 599.
    Failed(u16),
}

/// An answer, and how long it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What it says.
    pub outcome: Outcome,
    /// Virtual time until it comes.
    pub delay: SignedDuration,
}

/// A series that every real cluster has.
const OF_THE_API_SERVER: &str = "apiserver_request_total";

impl Prometheus {
    /// A Prometheus that only knows the API server. Noise is made from `seed`.
    #[must_use]
    pub fn new(clock: Clock, seed: u64) -> Self {
        Self(Arc::new(Inner { clock, seed, told: Mutex::default() }))
    }

    /// Puts a series in place, from now on; one with the same `match` goes.
    pub fn set(&self, series: Series) {
        let now = self.0.clock.now();
        let mut told = self.lock();
        told.series.retain(|(known, _)| known.query != series.query);
        told.series.push((series, now));
    }

    /// Puts an alert in place, from now on; one with the same name goes.
    pub fn set_alert(&self, alert: Alert) {
        let now = self.0.clock.now();
        let mut told = self.lock();
        // An alert that goes on has not begun again.
        let since = told.alerts.iter().find(|(known, _)| *known == alert).map_or(now, |(_, since)| *since);
        told.alerts.retain(|(known, _)| known.alert != alert.alert);
        told.alerts.push((alert, since));
    }

    /// Answers a query as of now.
    #[must_use]
    pub fn ask(&self, query: &str) -> Answer {
        let now = self.0.clock.now();
        let told = self.lock();
        let fitting = told.series.iter().filter(|(series, _)| series.fits(query));
        if let Some((series, since)) = fitting.max_by_key(|(series, _)| series.query.len()) {
            return Answer { outcome: series.at(*since, now, self.0.seed), delay: series.delay() };
        }
        let outcome = if query.contains(OF_THE_API_SERVER) {
            let healthy = Series::noisy(OF_THE_API_SERVER, 0.985, 0.014);
            healthy.at(Timestamp::UNIX_EPOCH, now, self.0.seed)
        } else {
            Outcome::Vector(Vec::new())
        };
        Answer { outcome, delay: SignedDuration::ZERO }
    }

    /// The series in place, oldest first, in the form of a scenario file.
    #[must_use]
    pub fn series(&self) -> Vec<Value> {
        self.lock().series.iter().filter_map(|(series, _)| serde_json::to_value(series).ok()).collect()
    }

    /// The alerts that are not resolved, and since when.
    #[must_use]
    pub fn alerts(&self) -> Vec<(Alert, Timestamp)> {
        self.lock().alerts.iter().filter(|(alert, _)| alert.is_active()).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn prometheus() -> (Prometheus, Clock) {
        let clock = Clock::new("2026-01-12T02:00:00Z".parse().unwrap(), 0.0);
        (Prometheus::new(clock.clone(), 7), clock)
    }

    fn set(prometheus: &Prometheus, series: Value) {
        prometheus.set(serde_json::from_value(series).unwrap());
    }

    #[test]
    fn the_longest_series_that_a_query_contains_answers_it_and_the_newest_of_the_same_match() {
        let (prometheus, _) = prometheus();
        set(&prometheus, json!({"match": "http_requests_total", "value": 0.9}));
        set(&prometheus, json!({"match": "job=steps", "value": 0.99}));
        set(&prometheus, json!({"match": "job=steps,service=steps-demo-canary", "value": 0.5}));
        let ask = |query: &str| prometheus.ask(query).outcome;
        assert_eq!(ask(r#"sum(http_requests_total{job="other"})"#), Outcome::Vector(vec![0.9]));
        assert_eq!(ask(r#"sum(rate(x{job="steps"}[1m]))"#), Outcome::Vector(vec![0.99]));
        assert_eq!(ask(r#"x{job="steps",code="5..",service="steps-demo-canary"}"#), Outcome::Vector(vec![0.5]));
        assert_eq!(ask("nobody_knows_this"), Outcome::Vector(vec![]));
        set(&prometheus, json!({"match": "job=steps", "value": "error"}));
        assert_eq!(ask(r#"x{job="steps"}"#), Outcome::Failed(503));
        assert_eq!(prometheus.series().len(), 3);
    }

    #[test]
    fn every_kind_of_value_answers_as_it_says() {
        let (prometheus, _) = prometheus();
        let ask = |value: Value| {
            set(&prometheus, json!({"match": "x", "value": value}));
            prometheus.ask("x").outcome
        };
        assert_eq!(ask(json!(0.25)), Outcome::Vector(vec![0.25]));
        assert_eq!(ask(json!([0.25, 3])), Outcome::Vector(vec![0.25, 3.0]));
        assert_eq!(ask(json!("empty")), Outcome::Vector(vec![]));
        assert_eq!(ask(json!("error")), Outcome::Failed(503));
        assert_eq!(ask(json!("error 500")), Outcome::Failed(500));
        assert!(matches!(ask(json!("NaN")), Outcome::Vector(all) if all[0].is_nan()));
        assert_eq!(ask(json!("+Inf")), Outcome::Vector(vec![f64::INFINITY]));
        set(&prometheus, json!({"match": "x", "value": 2, "scalar": true, "delay": "45s"}));
        let answer = prometheus.ask("x");
        assert_eq!((answer.outcome, answer.delay.as_secs()), (Outcome::Scalar(2.0), 45));
        let wrong = serde_json::from_value::<Series>(json!({"match": "x", "value": "sometimes"})).unwrap_err();
        assert!(wrong.to_string().contains("sometimes"), "{wrong}");
    }

    #[test]
    fn a_value_drifts_and_trembles_within_its_bounds_and_the_same_seed_says_the_same() {
        let (prometheus, clock) = prometheus();
        let series = json!({"match": "x", "value": 0.99, "drift": -0.001, "noise": 0.004, "low": 0.5, "high": 1.0});
        set(&prometheus, series);
        let mut seen = Vec::new();
        for _ in 0..900 {
            let Outcome::Vector(all) = prometheus.ask("x").outcome else { panic!("a vector") };
            assert!((0.5..=1.0).contains(&all[0]), "{all:?}");
            assert_eq!(prometheus.ask("x").outcome, Outcome::Vector(all.clone()), "the same at the same moment");
            seen.push(all[0]);
            clock.advance(SignedDuration::from_secs(1));
        }
        assert!(seen[0] > 0.98 && (seen[899] - 0.5).abs() < 0.01, "{} … {}", seen[0], seen[899]);
        assert!(seen.windows(2).any(|pair| pair[0] < pair[1]), "it trembles");
    }
}
