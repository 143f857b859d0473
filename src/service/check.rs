//! Check: what can be said about objects before any request, without a schema and without a cluster.
//!
//! What the Argo Rollouts controller would reject as InvalidSpec, or an API server in any case, is a problem; what merely
//! looks wrong is a warning. Whether something that is named exists in the cluster is asked by `deploy`.
//!
//! Source of the rules: Argo Rollouts, `pkg/apis/rollouts/validation`.

mod analysis;
mod partners;
mod rollout;
mod steps;

use super::object::Object;
use crate::config::problem::Problem;
use serde_json::Value;
use std::fmt::Write as _;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// What would be rejected: nothing is sent.
    pub problems: Vec<Problem>,
    /// What is legal and probably not meant.
    pub warnings: Vec<Problem>,
}

/// Checks the objects of a service together, after patches and values.
#[must_use]
pub fn check(objects: &[Object]) -> Findings {
    let mut findings = Findings::default();
    for object in objects {
        let mut about = About { object, findings: &mut findings };
        about.texts();
        match object.kind() {
            "Rollout" => {
                rollout::check(&mut about);
                partners::check(&mut about, objects);
                analysis::arguments(&mut about, objects);
            }
            "AnalysisTemplate" | "ClusterAnalysisTemplate" => analysis::template(&mut about),
            "HorizontalPodAutoscaler" => partners::autoscaler(&mut about, objects),
            _ => {}
        }
    }
    findings.problems.sort();
    findings.problems.dedup();
    findings.warnings.sort();
    findings.warnings.dedup();
    findings
}

/// One object, and where to put what is found about it.
struct About<'a, 'f> {
    object: &'a Object,
    findings: &'f mut Findings,
}

impl<'a> About<'a, '_> {
    fn get(&self, pointer: &str) -> Option<&'a Value> {
        self.object.value.pointer(pointer).filter(|value| !value.is_null())
    }

    fn text(&self, pointer: &str) -> Option<&'a str> {
        self.get(pointer).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn found(&self, pointer: &str, what: &str, hint: &str) -> Problem {
        let field = field(pointer);
        let between = if field.is_empty() { "" } else { ": " };
        Problem {
            place: self.object.place(pointer),
            what: format!("{}/{}{between}{field}{what}", self.object.kind(), self.object.name()),
            hint: (!hint.is_empty()).then(|| hint.to_owned()),
        }
    }

    /// `what` follows the name of the field: ` is …`.
    fn wrong(&mut self, pointer: &str, what: &str, hint: &str) {
        let found = self.found(pointer, what, hint);
        self.findings.problems.push(found);
    }

    fn doubt(&mut self, pointer: &str, what: &str, hint: &str) {
        let found = self.found(pointer, what, hint);
        self.findings.warnings.push(found);
    }

    /// Labels and annotations are text: a bare number is the mistake that an API server words worst.
    fn texts(&mut self) {
        const MAPS: [&str; 7] = [
            "/metadata/labels",
            "/metadata/annotations",
            "/spec/template/metadata/labels",
            "/spec/template/metadata/annotations",
            "/spec/selector/matchLabels",
            "/spec/selector",
            "/data",
        ];
        for map in MAPS {
            let applies = match map {
                "/spec/selector" => self.object.kind() == "Service",
                "/data" => matches!(self.object.kind(), "ConfigMap" | "Secret"),
                _ => true,
            };
            let Some(entries) = self.get(map).and_then(Value::as_object).filter(|_| applies) else { continue };
            for (key, value) in entries.iter().filter(|(_, value)| !value.is_string() && !value.is_null()) {
                let pointer = format!("{map}/{}", key.replace('~', "~0").replace('/', "~1"));
                self.wrong(&pointer, &format!(" is {}, not text", short(value)), "write it in quotes");
            }
        }
    }
}

/// A pointer as people write it: `/spec/steps/0` is `spec.steps[0]`.
fn field(pointer: &str) -> String {
    let mut out = String::new();
    for part in pointer.split('/').skip(1) {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            let _ = write!(out, "[{part}]");
        } else {
            if !out.is_empty() {
                out.push('.');
            }
            out.push_str(&part.replace("~1", "/").replace("~0", "~"));
        }
    }
    out
}

fn short(value: &Value) -> String {
    match value {
        Value::Object(_) => "a mapping".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        other => super::yaml::scalar::spoken(other),
    }
}

/// Whether the labels of a selector are all among the labels of pods; else the first that is not.
fn unmatched<'a>(selector: &'a Value, labels: Option<&Value>) -> Option<(&'a str, &'a str)> {
    let wanted = selector.as_object()?;
    let differs = |(key, value): &(&String, &Value)| labels.and_then(|labels| labels.get(key.as_str())) != Some(*value);
    wanted.iter().find(differs).map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()))
}

/// A duration of Go, as in `1h30m`, `1.5h`, `500ms`; none where it is not one.
fn go_duration(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 8] =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("μs", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        total += number * UNITS.iter().find(|(name, _)| *name == &rest[..unit])?.1;
        rest = &rest[unit..];
        if rest.is_empty() {
            return Some(sign * total);
        }
    }
    None
}
