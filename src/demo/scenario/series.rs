//! The `metrics:` section of a scenario file, and the deeds `series` and `alert`, which change it later. Each entry is
//! a [`Series`] or an [`Alert`], `in` one cluster, several, or all:
//!
//! ```yaml
//! metrics:
//!   - {match: job=checkout, value: 0.992, noise: 0.004, high: 1}
//!   - {in: production, match: job=ledger, value: 0.87}
//!   - {in: production, alert: HighErrorRate, labels: {severity: page}}
//! later:
//!   - {after: 5m, in: production, do: series, match: job=checkout, value: 0.4}
//! ```

use super::CLUSTERS;
use super::deed::Touched;
use crate::demo::controller::text;
use crate::demo::metrics::Prometheus;
use crate::demo::metrics::series::{Alert, Series};
use crate::demo::world::Cluster;
use serde::Deserialize;
use serde_json::{Map, Value};

/// An entry of the section.
#[derive(Clone, Debug, Deserialize)]
pub struct Entry {
    #[serde(rename = "in")]
    place: Option<Value>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Entry {
    /// Puts it in place in the clusters that it names.
    pub fn put(&self, clusters: &[Cluster]) -> Result<(), String> {
        let named: Vec<&str> = match &self.place {
            None => CLUSTERS.to_vec(),
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
            Some(other) => return Err(format!("`in` names clusters, not {other}")),
        };
        for name in named {
            let cluster = clusters.iter().find(|cluster| cluster.name == name);
            let cluster = cluster.ok_or_else(|| format!("no cluster is called \"{name}\""))?;
            put(&Value::Object(self.rest.clone()), &cluster.metrics)?;
        }
        Ok(())
    }
}

/// Puts a series or an alert in place.
pub(in crate::demo) fn put(entry: &Value, metrics: &Prometheus) -> Result<(), String> {
    if entry.get("alert").is_some() {
        let alert: Alert = serde_json::from_value(entry.clone()).map_err(|error| error.to_string())?;
        metrics.set_alert(alert);
    } else {
        let series: Series = serde_json::from_value(entry.clone()).map_err(|error| error.to_string())?;
        metrics.set(series);
    }
    Ok(())
}

/// Does a deed about metrics; `None`: it is about something else.
pub fn perform(deed: &Value, metrics: &Prometheus) -> Option<Result<Touched, String>> {
    let what = text(deed, "/do");
    if !matches!(what, "series" | "alert") {
        return None;
    }
    let mut entry = deed.clone();
    if let Some(map) = entry.as_object_mut() {
        for known in ["do", "every", "rollout"] {
            map.remove(known);
        }
        if (what == "alert") != map.contains_key("alert") {
            return Some(Err(format!("{what} needs `{}`", if what == "alert" { "alert" } else { "match" })));
        }
    }
    Some(put(&entry, metrics).map(|()| Touched::Objects))
}

/// What a control request says: JSON in the form of an entry (or a list of them), or lines such as `job=steps: 0.5`.
pub(in crate::demo) fn entries(body: &str) -> Result<Vec<Value>, String> {
    let body = body.trim();
    if body.starts_with('{') {
        return serde_json::from_str(body).map(|one| vec![one]).map_err(|error| error.to_string());
    }
    if body.starts_with('[') {
        return serde_json::from_str(body).map_err(|error| error.to_string());
    }
    let line = |line: &str| {
        let (query, value) =
            line.rsplit_once(':').ok_or_else(|| format!("\"{line}\" is no line such as job=steps: 0.5"))?;
        let value = value.trim();
        let value = value.parse::<f64>().ok().filter(|number| number.is_finite());
        let value = value.map_or_else(|| Value::from(line[query.len() + 1..].trim()), Value::from);
        Ok(serde_json::json!({"match": query.trim(), "value": value}))
    };
    body.lines().map(str::trim).filter(|text| !text.is_empty()).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_control_request_is_json_or_lines_as_in_the_marks_of_recordings() {
        assert_eq!(entries("job=steps: 0.5").unwrap(), [json!({"match": "job=steps", "value": 0.5})]);
        let two = entries("job=a: NaN\n\njob=b:error 500\n").unwrap();
        assert_eq!(two, [json!({"match": "job=a", "value": "NaN"}), json!({"match": "job=b", "value": "error 500"})]);
        let whole = json!({"match": "x", "value": [1, 2], "delay": "45s"});
        assert_eq!(entries(&whole.to_string()).unwrap(), std::slice::from_ref(&whole));
        assert_eq!(entries(&json!([whole]).to_string()).unwrap(), [whole]);
        assert!(entries("what is this").unwrap_err().contains("what is this"));
        assert!(entries("{").is_err());
    }
}
