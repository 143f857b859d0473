//! The controller of AnalysisRuns: measures each metric when it is due, counts, judges, and ends the run (Argo Rollouts,
//! `analysis/analysis.go`). One look takes all measurements that are due and writes the status once; what is still
//! underway (a slow query) holds the whole look up, as in the real controller.
//!
//! [`metric`] reads a metric and judges it, [`measure`] asks its provider, [`condition`] judges a value, [`template`]
//! makes a run from templates, and [`batch`] is the controller of Jobs.

pub mod batch;
pub mod condition;
pub mod measure;
pub mod metric;
pub mod status;
pub mod template;

use super::events::Recorder;
use super::json::{flag, number, set, text, time};
use super::replicasets::is_going;
use crate::demo::metrics::Prometheus;
use crate::demo::store::{ANALYSIS_RUNS, Part, Refused, Store, stamp};
use jiff::{SignedDuration, Timestamp};
use measure::{Place, Taken};
use metric::{Arguments, Metric};
use serde_json::{Value, json};
use status::{Measurement, RunStatus, Summary, is_completed, is_worse};
use std::collections::HashMap;

/// Who speaks in events.
pub const SOURCE: &str = "rollouts-controller";

/// Measurements that are underway, by the uid of their run.
pub type Underway = HashMap<String, (Timestamp, Vec<(String, Measurement)>)>;

/// What one look needs.
pub struct Hands<'a> {
    /// The cluster.
    pub store: &'a Store,
    /// The event recorder.
    pub recorder: &'a mut Recorder,
    /// Its Prometheus.
    pub metrics: &'a Prometheus,
    /// What an earlier look has begun.
    pub underway: &'a mut Underway,
}

/// Looks at an AnalysisRun; says when to look again.
pub fn reconcile(hands: Hands<'_>, namespace: &str, name: &str) -> Option<Timestamp> {
    let run = hands.store.get(&ANALYSIS_RUNS, namespace, name)?;
    if is_going(&run) {
        return None;
    }
    let before = RunStatus::of(&run);
    if is_completed(&before.phase) {
        return expire(hands.store, &run, &before);
    }
    let now = hands.store.clock().now();
    let Hands { store, recorder, metrics, underway } = hands;
    let mut look = Look { store, recorder, run: &run, now, after: before.clone(), taken: 0 };
    let wake = look.act(metrics, underway);
    if look.after != before {
        let status = serde_json::to_value(&look.after).unwrap_or_default();
        // A run that was deleted meanwhile needs no status.
        let _ = store.modify::<Refused>(&ANALYSIS_RUNS, namespace, name, Part::Main, |run| {
            set(run, &["status"], status);
            Ok(())
        });
    }
    wake
}

/// Deletes a run whose time to live is over.
fn expire(store: &Store, run: &Value, status: &RunStatus) -> Option<Timestamp> {
    let limit = run.pointer("/spec/ttlStrategy")?;
    let own = if status.phase == "Successful" { "/secondsAfterSuccess" } else { "/secondsAfterFailure" };
    let own = number(limit, own).filter(|_| matches!(status.phase.as_str(), "Successful" | "Failed"));
    let seconds = own.or_else(|| number(limit, "/secondsAfterCompletion"))?;
    let end = time(status.completed_at.as_deref()?)?.saturating_add(SignedDuration::from_secs(seconds)).ok()?;
    if store.clock().now() < end {
        return Some(end);
    }
    // Somebody else was faster.
    let _ = store.delete(&ANALYSIS_RUNS, text(run, "/metadata/namespace"), text(run, "/metadata/name"));
    None
}

/// One look at a run.
struct Look<'a> {
    store: &'a Store,
    recorder: &'a mut Recorder,
    run: &'a Value,
    now: Timestamp,
    after: RunStatus,
    taken: usize,
}

/// What a metric needs now.
enum Task {
    New,
    Resume(Measurement),
}

impl Look<'_> {
    fn act(&mut self, prometheus: &Prometheus, underway: &mut Underway) -> Option<Timestamp> {
        let read = Arguments::of(self.store, self.run)
            .map_err(|why| format!("Unable to resolve metric arguments: {why}"))
            .and_then(|arguments| Ok((metric::metrics(self.run, &arguments)?, arguments)));
        let (metrics, arguments) = match read {
            Ok(read) => read,
            Err(why) => {
                "Error".clone_into(&mut self.after.phase);
                self.after.message = why;
                self.after.completed_at = Some(stamp(self.now));
                self.tell_end();
                return None;
            }
        };
        let uid = text(self.run, "/metadata/uid");
        if let Some((end, taken)) = underway.remove(uid) {
            if self.now < end {
                underway.insert(uid.to_owned(), (end, taken));
                return Some(end);
            }
            for (name, measurement) in taken {
                if let Some(metric) = metrics.iter().find(|metric| metric.name == name) {
                    self.book(metric, measurement);
                }
            }
        } else {
            let (taken, took) = self.measure(&metrics, &arguments, prometheus);
            if took.is_positive() {
                let end = self.now.saturating_add(took).unwrap_or(self.now);
                underway.insert(uid.to_owned(), (end, taken));
                return Some(end);
            }
            for (name, measurement) in taken {
                if let Some(metric) = metrics.iter().find(|metric| metric.name == name) {
                    self.book(metric, measurement);
                }
            }
        }
        let (phase, message) = self.assess(&metrics);
        if phase != self.after.phase {
            phase.clone_into(&mut self.after.phase);
            self.after.message = message;
            if is_completed(phase) {
                self.after.completed_at = Some(stamp(self.now));
                self.tell_end();
            }
        }
        for metric in &metrics {
            if let Some(result) = self.after.metric_results.iter_mut().find(|result| result.name == metric.name) {
                let surplus = result.measurements.len().saturating_sub(metric.kept);
                result.measurements.drain(..surplus);
            }
        }
        if is_completed(&self.after.phase) { None } else { self.next(&metrics) }
    }

    /// Takes every measurement that is due; says how long the slowest took.
    fn measure(
        &mut self,
        metrics: &[Metric],
        arguments: &Arguments,
        prometheus: &Prometheus,
    ) -> (Vec<(String, Measurement)>, SignedDuration) {
        let place = Place { store: self.store, metrics: prometheus, run: self.run, now: self.now };
        let (mut all, mut slowest) = (Vec::new(), SignedDuration::ZERO);
        for metric in metrics {
            let Some(task) = self.task(metric) else { continue };
            let taken = match task {
                Task::New => {
                    let result = self.after.result(&metric.name);
                    let number = result.map_or(0, |result| result.count + result.error) + 1;
                    measure::take(&place, metric, number)
                }
                Task::Resume(before) => {
                    let ends = self.terminating();
                    let measurement =
                        if ends { measure::terminate(&place, &before) } else { measure::resume(&place, &before) };
                    Taken { measurement, took: SignedDuration::ZERO }
                }
            };
            slowest = slowest.max(taken.took);
            let mut measurement = taken.measurement;
            measurement.message = arguments.redacted(&measurement.message);
            all.push((metric.name.clone(), measurement));
        }
        (all, slowest)
    }

    /// What a metric needs now, if anything.
    fn task(&self, metric: &Metric) -> Option<Task> {
        let result = self.after.result(&metric.name);
        if result.is_some_and(|result| is_completed(&result.phase)) {
            return None;
        }
        let last = result.and_then(|result| result.measurements.last());
        if let Some(last) = last.filter(|last| last.finished_at.is_none()) {
            return Some(Task::Resume(last.clone()));
        }
        if self.terminating() {
            return None;
        }
        let Some(last) = last else {
            return match metric.initial_delay {
                None => Some(Task::New),
                Some(_) => self.first(metric).filter(|at| *at <= self.now).map(|_| Task::New),
            };
        };
        let enough = metric.count.zip(result).is_some_and(|(count, result)| result.count >= count);
        if enough {
            return None;
        }
        (after(last, metric)? <= self.now).then_some(Task::New)
    }

    /// When a metric with an initial delay is measured first.
    fn first(&self, metric: &Metric) -> Option<Timestamp> {
        let begun = self.after.started_at.as_deref().and_then(time)?;
        begun.saturating_add(metric.initial_delay?).ok()
    }

    fn terminating(&self) -> bool {
        let ends = |result: &status::MetricResult| {
            !result.dry_run && matches!(result.phase.as_str(), "Failed" | "Error" | "Inconclusive")
        };
        flag(self.run, "/spec/terminate") || self.after.metric_results.iter().any(ends)
    }

    /// Puts a measurement into the status.
    fn book(&mut self, metric: &Metric, measurement: Measurement) {
        let known = self.after.result(&metric.name).is_some();
        let result = self.after.result_mut(&metric.name, metric.dry_run);
        if !known {
            result.metadata = measure::metadata(metric);
        }
        let goes_on = result.measurements.last().is_some_and(|last| last.finished_at.is_none());
        if measurement.is_completed() {
            result.count(&measurement.phase);
        }
        if goes_on {
            result.measurements.pop();
        }
        result.measurements.push(measurement);
        self.taken += 1;
    }

    /// The phase of every metric, and of the run.
    fn assess(&mut self, metrics: &[Metric]) -> (&'static str, String) {
        let terminating = self.terminating();
        let (mut worst, mut message) = ("", String::new());
        if self.after.started_at.is_none() {
            self.after.started_at = Some(stamp(self.now));
        }
        if flag(self.run, "/spec/terminate") {
            "Run Terminated".clone_into(&mut message);
        }
        let (mut whole, mut dry) = (Summary::default(), Summary::default());
        let mut everything = true;
        for metric in metrics {
            let summary = if metric.dry_run { &mut dry } else { &mut whole };
            summary.count += 1;
            let Some(result) = self.after.metric_results.iter_mut().find(|result| result.name == metric.name) else {
                everything = false;
                continue;
            };
            let phase = metric.assess(result, terminating);
            if result.phase != phase {
                if let Some(last) = result.measurements.last() {
                    result.message.clone_from(&last.message);
                }
                phase.clone_into(&mut result.phase);
                if is_completed(phase) {
                    let kind = if matches!(phase, "Failed" | "Error") { "Warning" } else { "Normal" };
                    let text = format!("Metric '{}' Completed. Result: {phase}", metric.name);
                    self.recorder.tell(self.store, self.run, SOURCE, kind, &format!("Metric{phase}"), &text);
                }
            }
            if !is_completed(phase) {
                everything = false;
                continue;
            }
            summary.add(phase);
            let why = metric.exceeded(result).map(|(_, why)| why);
            if metric.dry_run {
                if let Some(why) = why {
                    result.message = format!("Metric assessed {phase} due to {why}");
                }
            } else if worst.is_empty() || is_worse(worst, phase) {
                worst = phase;
                if let Some(why) = why {
                    message = format!("Metric \"{}\" assessed {phase} due to {why}", metric.name);
                    if !result.message.is_empty() {
                        message = format!("{message}: \"Error Message: {}\"", result.message);
                    }
                }
            }
        }
        self.after.run_summary = whole;
        self.after.dry_run_summary = Some(dry);
        match (terminating, worst) {
            (true, "") => ("Successful", message),
            (false, "") => ("Running", String::new()),
            (false, _) if !everything => ("Running", String::new()),
            (_, worst) => (worst, message),
        }
    }

    /// When the next measurement is due.
    fn next(&self, metrics: &[Metric]) -> Option<Timestamp> {
        if self.terminating() {
            // The rest is ended by the next look, which the write of the status brings.
            return (self.taken > 0).then_some(self.now);
        }
        let due = |metric: &Metric| {
            let result = self.after.result(&metric.name);
            if result.is_some_and(|result| is_completed(&result.phase)) {
                return None;
            }
            match result.and_then(|result| result.measurements.last()) {
                None => self.first(metric),
                Some(last) if last.finished_at.is_none() => None,
                Some(last) => after(last, metric),
            }
        };
        metrics.iter().filter_map(due).min()
    }

    fn tell_end(&mut self) {
        let phase = self.after.phase.clone();
        let kind = if matches!(phase.as_str(), "Failed" | "Error") { "Warning" } else { "Normal" };
        let text = format!("Analysis Completed. Result: {phase}");
        self.recorder.tell(self.store, self.run, SOURCE, kind, &format!("AnalysisRun{phase}"), &text);
    }
}

/// When the measurement after this one is due: the controller moves when its end and the pause have passed.
fn after(last: &Measurement, metric: &Metric) -> Option<Timestamp> {
    let end = time(last.finished_at.as_deref()?)?;
    let pause = metric.pause_after(last).saturating_add(SignedDuration::from_millis(1));
    end.saturating_add(pause).ok()
}

/// What a run is created with.
pub fn fresh_status() -> Value {
    json!({"phase": "", "runSummary": {}})
}
