//! The form of a scenario file. What a file may say is said here, once; unknown keys are mistakes.

use super::files::TEMPLATES;
use super::{CLUSTERS, NAMESPACE};
use crate::demo::store::KINDS;
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A scenario file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// One line for people.
    pub description: String,
    /// What runs where.
    #[serde(default)]
    pub services: Vec<Service>,
    /// What the Prometheus of each cluster says.
    #[serde(default)]
    pub metrics: Vec<super::series::Entry>,
    /// What people did.
    #[serde(default)]
    pub past: Vec<Entry>,
    /// What people will do.
    #[serde(default)]
    pub later: Vec<Entry>,
}

/// One value for all clusters, or one per cluster; what is left out is not there.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum Per<T> {
    /// In each cluster that is named.
    Cluster(BTreeMap<String, T>),
    /// Everywhere.
    All(T),
}

impl<T> Default for Per<T> {
    fn default() -> Self {
        Self::Cluster(BTreeMap::new())
    }
}

impl<T: Clone> Per<T> {
    /// The value in a cluster.
    pub fn of(&self, cluster: &str) -> Option<T> {
        match self {
            Self::All(value) => Some(value.clone()),
            Self::Cluster(map) => map.get(cluster).cloned(),
        }
    }
}

/// A service: manifests with a name, an image and a number of replicas.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Name of the Rollout and of what belongs to it.
    pub name: String,
    /// File in `assets/scenarios/templates`.
    pub template: String,
    /// Image, per cluster or for all; where there is none, the service is not deployed.
    pub image: Per<String>,
    /// Replicas, per cluster or for all; 1 where nothing is said.
    #[serde(default)]
    pub replicas: Per<i64>,
    /// Number of the first revision, for a service that has a history.
    #[serde(default)]
    pub revision: Per<i64>,
    /// How long ago it was deployed.
    pub age: String,
}

/// Something that somebody does.
#[derive(Debug, Deserialize)]
pub struct Entry {
    ago: Option<String>,
    after: Option<String>,
    #[serde(rename = "in")]
    place: Option<Places>,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Places {
    One(String),
    Many(Vec<String>),
}

impl File {
    /// Reads a file.
    pub fn read(text: &str) -> Result<Self, String> {
        // By way of a value: what a file says more than once (anchors, flattened entries) is settled first.
        let value: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        serde_json::from_value(value).map_err(|error| error.to_string())
    }
}

impl Entry {
    /// How long before the present.
    pub fn ago(&self) -> Result<SignedDuration, String> {
        duration(self.ago.as_deref().ok_or_else(|| format!("what was done has no `ago`: {self:?}"))?)
    }

    /// How long after the start.
    pub fn after(&self) -> Result<SignedDuration, String> {
        duration(self.after.as_deref().ok_or_else(|| format!("what will be done has no `after`: {self:?}"))?)
    }

    /// In which clusters; all where nothing is said.
    pub fn clusters(&self) -> Result<Vec<usize>, String> {
        let names: Vec<&str> = match &self.place {
            None => CLUSTERS.to_vec(),
            Some(Places::One(name)) => vec![name],
            Some(Places::Many(names)) => names.iter().map(String::as_str).collect(),
        };
        let find = |name: &str| CLUSTERS.iter().position(|known| *known == name);
        names.into_iter().map(|name| find(name).ok_or_else(|| format!("no cluster is called \"{name}\""))).collect()
    }

    /// What is done.
    pub fn deed(&self) -> Value {
        Value::Object(self.rest.clone())
    }
}

impl Service {
    /// How long ago it was deployed.
    pub fn age(&self) -> Result<SignedDuration, String> {
        duration(&self.age)
    }

    /// Its manifests in one cluster.
    pub fn manifests(&self, image: &str, replicas: i64) -> Result<Vec<Value>, String> {
        let known = TEMPLATES.iter().find(|(name, _)| *name == self.template);
        let (_, text) = known.ok_or_else(|| format!("no template is called \"{}\"", self.template))?;
        let mut manifests: Vec<Value> =
            serde_saphyr::from_str(text).map_err(|error| format!("template {}: {error}", self.template))?;
        let values = [("${name}", json!(self.name)), ("${image}", json!(image)), ("${replicas}", json!(replicas))];
        for manifest in &mut manifests {
            fill(manifest, &values);
            let kind = manifest.get("kind").and_then(Value::as_str).unwrap_or_default();
            if KINDS.iter().any(|known| known.kind == kind && known.namespaced) {
                crate::demo::controller::set(manifest, &["metadata", "namespace"], json!(NAMESPACE));
            }
        }
        Ok(manifests)
    }
}

/// Puts the values where their marks stand; a text that is nothing but a mark becomes the value itself.
fn fill(place: &mut Value, values: &[(&str, Value)]) {
    match place {
        Value::String(text) => {
            if let Some((_, value)) = values.iter().find(|(mark, _)| mark == text) {
                *place = value.clone();
                return;
            }
            for (mark, value) in values {
                if let (true, Some(value)) = (text.contains(mark), value.as_str()) {
                    *text = text.replace(mark, value);
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|place| fill(place, values)),
        Value::Object(map) => map.values_mut().for_each(|place| fill(place, values)),
        _ => {}
    }
}

/// `90s`, `12m`, `3h`, `62d`, or several of them.
pub fn duration(text: &str) -> Result<SignedDuration, String> {
    let mistake = || format!("\"{text}\" is no duration such as 90s, 12m, 3h or 62d");
    let (days, rest) = match text.split_once('d') {
        Some((days, rest)) => (days.parse::<i64>().map_err(|_| mistake())?, rest),
        None => (0, text),
    };
    let rest = if rest.is_empty() { SignedDuration::ZERO } else { rest.parse().map_err(|_| mistake())? };
    Ok(SignedDuration::from_hours(24 * days).saturating_add(rest))
}
