//! A metric of an AnalysisRun: its limits read, its arguments put in, its spec checked, and the verdict over its
//! measurements (Argo Rollouts, `analysis/analysis.go` and `utils/analysis/factory.go`).

use super::status::{Measurement, MetricResult, is_completed};
use crate::demo::controller::json::{list, text};
use crate::demo::controller::spec::go_duration;
use crate::demo::store::{SECRETS, Store};
use base64::Engine;
use jiff::SignedDuration;
use serde_json::{Map, Value};

/// How many errors in a row a metric may have when it does not say.
const CONSECUTIVE_ERRORS: i64 = 4;
/// How many measurements are kept.
const KEPT: usize = 10;
/// When an error is tried again.
pub const ERROR_RETRY: SignedDuration = SignedDuration::from_secs(10);

/// A metric with its arguments put in.
#[derive(Clone, Debug)]
pub struct Metric {
    pub name: String,
    /// Between measurements; `None`: one is enough.
    pub interval: Option<SignedDuration>,
    pub initial_delay: Option<SignedDuration>,
    /// After how many measurements it is done; `None`: never.
    pub count: Option<i64>,
    pub failure_limit: i64,
    pub inconclusive_limit: i64,
    pub consecutive_error_limit: i64,
    /// 0: off.
    pub consecutive_success_limit: i64,
    pub success: String,
    pub failure: String,
    /// One key, the name of the provider.
    pub provider: Value,
    /// Its verdict does not count.
    pub dry_run: bool,
    /// The newest measurements that are kept.
    pub kept: usize,
}

/// The arguments of a run by name, those from Secrets too; and what must not be told in a message.
pub struct Arguments {
    known: Vec<(String, String)>,
    pub secret: Vec<String>,
}

impl Arguments {
    /// Reads `spec.args`.
    pub fn of(store: &Store, run: &Value) -> Result<Self, String> {
        let namespace = text(run, "/metadata/namespace");
        let mut all = Self { known: Vec::new(), secret: Vec::new() };
        for argument in list(run, "/spec/args") {
            let name = text(argument, "/name").to_owned();
            if let Some(value) = argument.get("value").and_then(Value::as_str) {
                all.known.push((name, value.to_owned()));
            } else if let Some(reference) = argument.pointer("/valueFrom/secretKeyRef") {
                let (secret, key) = (text(reference, "/name"), text(reference, "/key"));
                let object = store.get(&SECRETS, namespace, secret);
                let object = object.ok_or_else(|| format!("secrets \"{secret}\" not found"))?;
                let plain = object.pointer("/stringData").and_then(|data| data.get(key)).and_then(Value::as_str);
                let coded = object.pointer("/data").and_then(|data| data.get(key)).and_then(Value::as_str);
                let decoded = coded
                    .and_then(|coded| base64::engine::general_purpose::STANDARD.decode(coded).ok())
                    .and_then(|bytes| String::from_utf8(bytes).ok());
                let value = plain.map(str::to_owned).or(decoded);
                let value = value.ok_or_else(|| format!("key '{key}' does not exist in secret '{secret}'"))?;
                all.secret.push(value.clone());
                all.known.push((name, value));
            }
        }
        Ok(all)
    }

    /// Puts arguments where `{{args.NAME}}` stands, in every text of a value.
    pub fn put_in(&self, value: &mut Value) -> Result<(), String> {
        match value {
            Value::String(text) => {
                *text = self.filled(text)?;
                Ok(())
            }
            Value::Array(all) => all.iter_mut().try_for_each(|one| self.put_in(one)),
            Value::Object(map) => map.values_mut().try_for_each(|one| self.put_in(one)),
            _ => Ok(()),
        }
    }

    fn filled(&self, text: &str) -> Result<String, String> {
        let mut whole = String::new();
        let mut rest = text;
        while let Some(start) = rest.find("{{") {
            let Some(length) = rest[start..].find("}}") else { break };
            let mark = &rest[start + 2..start + length];
            whole.push_str(&rest[..start]);
            match mark.trim().strip_prefix("args.") {
                Some(name) => {
                    let value = self.known.iter().find(|(known, _)| known == name);
                    whole.push_str(&value.ok_or_else(|| format!("failed to resolve {{{{{}}}}}", mark.trim()))?.1);
                }
                // Templates of others, such as alerting rules, stay.
                None => whole.push_str(&rest[start..start + length + 2]),
            }
            rest = &rest[start + length + 2..];
        }
        whole.push_str(rest);
        Ok(whole)
    }

    /// A message without what is secret.
    pub fn redacted(&self, message: &str) -> String {
        let secrets = self.secret.iter().filter(|secret| !secret.is_empty());
        secrets.fold(message.to_owned(), |text, secret| text.replace(secret.as_str(), "*****"))
    }
}

/// A number, or a text that is one.
fn whole(metric: &Value, field: &str) -> Result<Option<i64>, String> {
    match metric.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Number(number)) => Ok(number.as_i64()),
        Some(Value::String(text)) => {
            text.trim().parse().map(Some).map_err(|_| format!("strconv.Atoi: parsing {text:?}: invalid syntax"))
        }
        Some(other) => Err(format!("{field}: invalid value {other}")),
    }
}

fn duration(metric: &Value, field: &str, name: &str) -> Result<Option<SignedDuration>, String> {
    let text = text(metric, &format!("/{field}"));
    if text.is_empty() {
        return Ok(None);
    }
    // A bare number is no duration in Go.
    let known = if text.bytes().all(|byte| byte.is_ascii_digit()) { None } else { go_duration(text) };
    known.map(Some).ok_or_else(|| format!("invalid {name} string: time: invalid duration {text:?}"))
}

/// Whether a metric's name is one that a list names: `.*` and the like are patterns.
fn names(listed: &[Value], name: &str) -> Option<Value> {
    let fits = |entry: &&Value| match text(entry, "/metricName") {
        ".*" | "*" => true,
        pattern => pattern.strip_suffix(".*").map_or(pattern == name, |start| name.starts_with(start)),
    };
    listed.iter().find(fits).cloned()
}

/// The metrics of a run. The first error is what the run ends with.
pub fn metrics(run: &Value, arguments: &Arguments) -> Result<Vec<Metric>, String> {
    let mut all = Vec::new();
    for metric in list(run, "/spec/metrics") {
        let mut metric = metric.clone();
        arguments.put_in(&mut metric).map_err(|why| format!("Unable to resolve metric arguments: {why}"))?;
        all.push(metric);
    }
    let invalid = |why: String| format!("Analysis spec invalid: {why}");
    if all.is_empty() {
        return Err(invalid("no metrics specified".to_owned()));
    }
    let mut read: Vec<Metric> = Vec::new();
    for (at, metric) in all.iter().enumerate() {
        let one = Metric::read(metric, run).and_then(|one| {
            let twice = read.iter().any(|known| known.name == one.name);
            if twice { Err(format!("duplicate name '{}'", one.name)) } else { Ok(one) }
        });
        read.push(one.map_err(|why| invalid(format!("metrics[{at}]: {why}")))?);
    }
    for (field, kind) in [("dryRun", "dryRun"), ("measurementRetention", "measurementRetention")] {
        for (at, entry) in list(run, &format!("/spec/{field}")).iter().enumerate() {
            let known = read.iter().any(|metric| names(std::slice::from_ref(entry), &metric.name).is_some());
            if !known {
                let name = text(entry, "/metricName");
                return Err(invalid(format!("{kind}[{at}]: Rule didn't match any metric name(s): {name}")));
            }
        }
    }
    Ok(read)
}

impl Metric {
    fn read(metric: &Value, run: &Value) -> Result<Self, String> {
        let name = text(metric, "/name").to_owned();
        let interval = duration(metric, "interval", "interval")?;
        let count = whole(metric, "count")?.filter(|count| *count != 0);
        let limit = |field: &str| whole(metric, field).map(|limit| limit.unwrap_or(0));
        let one = Self {
            interval,
            initial_delay: duration(metric, "initialDelay", "startDelay")?,
            // A metric without an interval is measured once.
            count: if count.is_none() && interval.is_none() { Some(1) } else { count },
            failure_limit: limit("failureLimit")?,
            inconclusive_limit: limit("inconclusiveLimit")?,
            consecutive_error_limit: whole(metric, "consecutiveErrorLimit")?.unwrap_or(CONSECUTIVE_ERRORS),
            consecutive_success_limit: limit("consecutiveSuccessLimit")?,
            success: text(metric, "/successCondition").to_owned(),
            failure: text(metric, "/failureCondition").to_owned(),
            provider: metric.get("provider").cloned().unwrap_or_default(),
            dry_run: names(list(run, "/spec/dryRun"), &name).is_some(),
            kept: names(list(run, "/spec/measurementRetention"), &name)
                .and_then(|entry| entry.get("limit").and_then(Value::as_u64))
                .and_then(|limit| usize::try_from(limit).ok())
                .filter(|limit| *limit > 0)
                .unwrap_or(KEPT),
            name,
        };
        one.check()
    }

    fn check(self) -> Result<Self, String> {
        let count = self.count.unwrap_or(0);
        let why = if count > 1 && self.interval.is_none() {
            "interval must be specified when count > 1"
        } else if count < 0 {
            "count must be >= 0"
        } else if self.failure_limit < -1 {
            "failureLimit must be >= -1"
        } else if self.inconclusive_limit < 0 {
            "inconclusiveLimit must be >= 0"
        } else if self.consecutive_error_limit < 0 {
            "consecutiveErrorLimit must be >= 0"
        } else if self.consecutive_success_limit < 0 {
            "consecutiveSuccessLimit must be >= 0"
        } else if count > 0 && count < self.failure_limit {
            "count must be >= failureLimit"
        } else if count > 0 && count < self.inconclusive_limit {
            "count must be >= inconclusiveLimit"
        } else {
            match self.provider.as_object().map_or(0, Map::len) {
                0 => "no provider specified",
                1 => return Ok(self),
                _ => "multiple providers specified",
            }
        };
        Err(why.to_owned())
    }

    /// Which limit a result exceeds: the phase, and the words for it. The last one that is exceeded counts.
    pub fn exceeded(&self, result: &MetricResult) -> Option<(&'static str, String)> {
        let mut found = None;
        let (failed, inconclusive, errors) = (result.failed, result.inconclusive, result.consecutive_error);
        if self.failure_limit >= 0 && failed > self.failure_limit {
            found = Some(("Failed", format!("failed ({failed}) > failureLimit ({})", self.failure_limit)));
        }
        if inconclusive > self.inconclusive_limit {
            let text = format!("inconclusive ({inconclusive}) > inconclusiveLimit ({})", self.inconclusive_limit);
            found = Some(("Inconclusive", text));
        }
        if errors > self.consecutive_error_limit {
            let text =
                format!("consecutiveErrors ({errors}) > consecutiveErrorLimit ({})", self.consecutive_error_limit);
            found = Some(("Error", text));
        }
        found
    }

    /// The phase of a metric with this result.
    pub fn assess(&self, result: &MetricResult, terminating: bool) -> &'static str {
        if let Some(known) = PHASES.iter().copied().find(|phase| is_completed(phase) && *phase == result.phase) {
            return known;
        }
        let Some(last) = result.measurements.last() else {
            return if terminating { "Successful" } else { "Pending" };
        };
        if !last.is_completed() {
            return "Running";
        }
        if let Some((phase, _)) = self.exceeded(result) {
            return phase;
        }
        let wanted = self.consecutive_success_limit;
        if wanted > 0 && result.consecutive_success >= wanted {
            return "Successful";
        }
        if self.count.is_some_and(|count| result.count >= count) {
            return match wanted {
                0 => "Successful",
                // Enough measurements, but never so many successes in a row.
                _ if self.failure_limit >= 0 => "Inconclusive",
                _ => "Failed",
            };
        }
        if terminating { "Successful" } else { "Running" }
    }

    /// How long after the end of a measurement the next one comes.
    pub fn pause_after(&self, last: &Measurement) -> SignedDuration {
        if last.phase == "Error" { ERROR_RETRY } else { self.interval.unwrap_or(ERROR_RETRY) }
    }
}

const PHASES: [&str; 4] = ["Successful", "Failed", "Error", "Inconclusive"];
