//! What a series can be, in the form of a scenario file and of the control path `/-/series`:
//!
//! | field | says |
//! | --- | --- |
//! | `match` | which queries it answers: texts that they contain, with commas between; `job=steps` means `job="steps"` |
//! | `value` | a number, a list of numbers, `NaN`, `+Inf`, `-Inf`, `empty` (no samples), `error` or `error 500` |
//! | `drift` | what is added to the value each virtual second |
//! | `noise` | how far it trembles to both sides, from the seed |
//! | `low`, `high` | where drift and noise end |
//! | `scalar` | the result is one number, not a vector |
//! | `delay` | virtual time until the answer comes |

use super::Outcome;
use crate::demo::controller::Random;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A scripted series.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// Which queries it answers.
    #[serde(rename = "match")]
    pub query: String,
    /// What it says.
    pub value: Says,
    /// Added each virtual second.
    #[serde(default, skip_serializing_if = "none")]
    pub drift: f64,
    /// Trembles this far.
    #[serde(default, skip_serializing_if = "none")]
    pub noise: f64,
    /// Never below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Never above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// One number instead of a vector.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub scalar: bool,
    /// Until the answer comes, as in `45s`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<SignedDuration>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn none(value: &f64) -> bool {
    *value == 0.0
}

/// What a series says.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(try_from = "Value", into = "Value")]
pub enum Says {
    /// These samples.
    Samples(Vec<f64>),
    /// The server fails with this status.
    Fails(u16),
}

impl TryFrom<Value> for Says {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let wrong = || {
            format!("{value} is no value: a number, a list of numbers, NaN, +Inf, -Inf, empty, error or error 500 are")
        };
        if let Some(number) = value.as_f64() {
            return Ok(Self::Samples(vec![number]));
        }
        if let Some(list) = value.as_array() {
            let all: Option<Vec<f64>> = list.iter().map(sample).collect();
            return all.map(Self::Samples).ok_or_else(wrong);
        }
        if value.as_str() == Some("empty") {
            return Ok(Self::Samples(Vec::new()));
        }
        if let Some(rest) = value.as_str().and_then(|text| text.strip_prefix("error")) {
            let rest = rest.trim();
            let status = if rest.is_empty() { Some(503) } else { rest.parse().ok() };
            return status.filter(|status| (500..600).contains(status)).map(Self::Fails).ok_or_else(wrong);
        }
        sample(&value).map(|number| Self::Samples(vec![number])).ok_or_else(wrong)
    }
}

/// A number, also in the words of Prometheus.
fn sample(value: &Value) -> Option<f64> {
    match value {
        Value::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "+Inf" | "Inf" => Some(f64::INFINITY),
            "-Inf" => Some(f64::NEG_INFINITY),
            number => number.parse().ok().filter(|number: &f64| number.is_finite()),
        },
        other => other.as_f64(),
    }
}

impl From<Says> for Value {
    fn from(says: Says) -> Self {
        match says {
            Says::Fails(status) => Self::String(format!("error {status}")),
            Says::Samples(all) if all.is_empty() => Self::String("empty".to_owned()),
            Says::Samples(all) => {
                let mut all: Vec<Self> = all.into_iter().map(shown).collect();
                if all.len() == 1 { all.remove(0) } else { Self::Array(all) }
            }
        }
    }
}

fn shown(number: f64) -> Value {
    if number.is_finite() { Value::from(number) } else { Value::String(text(number)) }
}

/// A sample as Prometheus writes it.
#[must_use]
pub fn text(number: f64) -> String {
    if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        if number > 0.0 { "+Inf".to_owned() } else { "-Inf".to_owned() }
    } else {
        number.to_string()
    }
}

impl Series {
    /// A series that trembles around a value.
    #[must_use]
    pub fn noisy(query: &str, value: f64, noise: f64) -> Self {
        Self {
            query: query.to_owned(),
            value: Says::Samples(vec![value]),
            drift: 0.0,
            noise,
            low: None,
            high: None,
            scalar: false,
            delay: None,
        }
    }

    /// Whether it answers a query.
    #[must_use]
    pub fn fits(&self, query: &str) -> bool {
        let part = |part: &str| {
            let part = part.trim();
            match part.split_once('=') {
                Some((label, value)) if !part.contains('"') && !part.contains(['{', '(']) => {
                    query.contains(&format!("{label}=\"{value}\""))
                }
                _ => query.contains(part),
            }
        };
        !self.query.trim().is_empty() && self.query.split(',').all(part)
    }

    /// How long an answer takes.
    #[must_use]
    pub fn delay(&self) -> SignedDuration {
        self.delay.filter(SignedDuration::is_positive).unwrap_or(SignedDuration::ZERO)
    }

    /// What it says now, when it was put in place at `since`: the same within one virtual second.
    #[must_use]
    pub fn at(&self, since: Timestamp, now: Timestamp, seed: u64) -> Outcome {
        let all = match &self.value {
            Says::Fails(status) => return Outcome::Failed(*status),
            Says::Samples(all) => all,
        };
        let seconds = now.duration_since(since).as_secs().max(0) as f64;
        let moment = u64::try_from(now.as_second()).unwrap_or(0);
        let name = self.query.bytes().fold(0_u64, |sum, byte| sum.rotate_left(9) ^ u64::from(byte));
        let mut random = Random::new(seed ^ name ^ moment.rotate_left(20));
        let mut shift = |value: f64| {
            if self.drift == 0.0 && self.noise == 0.0 {
                return value;
            }
            let side = random.between(-10_000, 10_001) as f64 / 10_000.0;
            let moved = value + self.drift * seconds;
            let moved = moved
                .clamp(self.low.unwrap_or(f64::MIN), self.high.unwrap_or(f64::MAX).max(self.low.unwrap_or(f64::MIN)));
            let moved = moved + self.noise * side;
            let moved = moved.max(self.low.unwrap_or(f64::MIN)).min(self.high.unwrap_or(f64::MAX));
            // Four digits, as people round such figures.
            (moved * 10_000.0).round() / 10_000.0
        };
        let samples: Vec<f64> = all.iter().map(|value| shift(*value)).collect();
        match samples.first() {
            Some(only) if self.scalar => Outcome::Scalar(*only),
            _ => Outcome::Vector(samples),
        }
    }
}

/// A scripted alert.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Alert {
    /// Its name.
    pub alert: String,
    /// `firing` (also when nothing is said), `pending`, or `resolved`: then it is not there.
    #[serde(default = "firing")]
    pub state: String,
    /// Labels beside `alertname`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Annotations.
    #[serde(default)]
    pub annotations: BTreeMap<String, String>,
}

fn firing() -> String {
    "firing".to_owned()
}

impl Alert {
    /// Whether Prometheus lists it.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.state != "resolved"
    }
}
