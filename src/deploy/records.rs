//! Records: what a deploy writes down on the objects themselves. Labels say to which service and channel an object
//! belongs; annotations of the Rollout's own metadata say which version it is, with which parameters, by whom and when.
//! Never on the pod template: that would start a rollout.

use super::plan::Target;
use crate::service::rendered::Rendered;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Label: the service.
pub const SERVICE: &str = "rolltop/service";
/// Label: its application.
pub const APPLICATION: &str = "rolltop/application";
/// Label: the release channel.
pub const CHANNEL: &str = "rolltop/channel";
/// Annotation: label and id of the version.
pub const VERSION: &str = "rolltop/version";
/// Annotation: the parameters, as JSON; names and keys of secrets, never their values.
pub const PARAMS: &str = "rolltop/params";
/// Annotation: who.
pub const DEPLOYED_BY: &str = "rolltop/deployed-by";
/// Annotation: when.
pub const DEPLOYED_AT: &str = "rolltop/deployed-at";
/// Annotation: where the manifests come from, as JSON.
pub const SOURCE: &str = "rolltop/source";
/// Annotation: the deploy, by a number that no other has.
pub const DEPLOY_ID: &str = "rolltop/deploy-id";

/// The longest annotations of all, together, in bytes.
pub const LARGEST: usize = 8 << 10;

/// The longest value of a label (Kubernetes, `apimachinery/pkg/util/validation`).
const LONGEST_LABEL: usize = 63;

/// Whether an annotation is one of these.
#[must_use]
pub fn is_record(annotation: &str) -> bool {
    annotation.starts_with("rolltop/")
}

/// Who deploys, when, and the number of the deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployer {
    /// User and machine: `ana@bastion`.
    pub who: String,
    /// RFC 3339.
    pub at: String,
    /// A number that no other deploy has.
    pub id: String,
}

/// The id of a version: the first 8 hex digits of the digest of what travels and of the templates.
#[must_use]
pub fn version_id(rendered: &Rendered) -> String {
    let travelling: Map<String, Value> = rendered
        .parameters
        .iter()
        .filter(|parameter| parameter.travels)
        .map(|parameter| (parameter.name.clone(), json!(parameter.value)))
        .collect();
    // Maps of this JSON are sorted by their keys.
    let canonical =
        json!({"parameters": travelling, "service": rendered.service, "templates": rendered.template_digest});
    let digest = Sha256::digest(canonical.to_string().as_bytes());
    digest.iter().take(4).fold(String::new(), |mut id, byte| {
        let _ = write!(id, "{byte:02x}");
        id
    })
}

/// Label and id of a version: `blue (1a2b3c4d)`.
#[must_use]
pub fn version(label: &str, id: &str) -> String {
    if label.is_empty() { id.to_owned() } else { format!("{label} ({id})") }
}

/// The labels of every object of a deploy; a value that is no label's value is left out.
#[must_use]
pub fn labels(service: Option<&str>, application: Option<&str>, target: &Target) -> Vec<(&'static str, String)> {
    let pairs = [(SERVICE, service), (APPLICATION, application), (CHANNEL, Some(target.channel.as_str()))];
    let given = pairs.into_iter().filter_map(|(key, value)| Some((key, value?)));
    given.filter(|(_, value)| is_label(value)).map(|(key, value)| (key, value.to_owned())).collect()
}

/// Whether a text may be the value of a label.
#[must_use]
pub fn is_label(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let outer = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= LONGEST_LABEL && text.chars().all(inner) && outer(text.chars().next()) && outer(text.chars().last())
}

/// What of the records on the Rollout says which version it is: when it changes, they are written anew.
#[must_use]
pub fn identifying(rendered: &Rendered, version: Option<&str>) -> Vec<(String, String)> {
    let mut all = Vec::new();
    if let Some(version) = version {
        all.push((VERSION.to_owned(), version.to_owned()));
    }
    if !rendered.parameters.is_empty() {
        let values: Map<String, Value> =
            rendered.parameters.iter().map(|one| (one.name.clone(), json!(one.value))).collect();
        all.push((PARAMS.to_owned(), Value::Object(values).to_string()));
    }
    if !rendered.template_digest.is_empty() {
        all.push((SOURCE.to_owned(), json!({"templates": rendered.template_digest}).to_string()));
    }
    all
}

/// The records of a write of the Rollout: what identifies the version, then who wrote it and when.
#[must_use]
pub fn written(identifying: &[(String, String)], deployer: &Deployer) -> Vec<(String, String)> {
    let mut all = identifying.to_vec();
    all.push((DEPLOYED_BY.to_owned(), deployer.who.clone()));
    all.push((DEPLOYED_AT.to_owned(), deployer.at.clone()));
    all.push((DEPLOY_ID.to_owned(), deployer.id.clone()));
    all
}

/// How large they are together, in bytes.
#[must_use]
pub fn size(records: &[(String, String)]) -> usize {
    records.iter().map(|(key, value)| key.len() + value.len()).sum()
}

/// Puts labels or annotations into an object's own metadata.
pub fn put<K: AsRef<str>>(object: &mut Value, map: &str, pairs: impl IntoIterator<Item = (K, String)>) {
    let Some(fields) = object.as_object_mut() else { return };
    let metadata = fields.entry("metadata").or_insert_with(|| json!({}));
    let Some(metadata) = metadata.as_object_mut() else { return };
    let mut pairs = pairs.into_iter().peekable();
    if pairs.peek().is_none() {
        return;
    }
    let held = metadata.entry(map).or_insert_with(|| json!({}));
    if held.is_null() {
        *held = json!({});
    }
    if let Some(held) = held.as_object_mut() {
        for (key, value) in pairs {
            held.insert(key.as_ref().to_owned(), Value::String(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::rendered::Value as Parameter;

    fn rendered(image: &str, replicas: &str) -> Rendered {
        let parameter = |name: &str, value: &str, travels| Parameter {
            name: name.to_owned(),
            value: value.to_owned(),
            origin: String::new(),
            travels,
            replicas: false,
        };
        Rendered {
            service: Some("web".to_owned()),
            parameters: vec![parameter("image", image, true), parameter("replicas", replicas, false)],
            template_digest: "t".to_owned(),
            ..Rendered::default()
        }
    }

    #[test]
    fn a_version_is_what_travels_and_the_templates() {
        let id = |image, replicas| version_id(&rendered(image, replicas));
        assert_eq!(id("blue", "3").len(), 8);
        assert_eq!(id("blue", "3"), id("blue", "5"));
        assert_ne!(id("blue", "3"), id("red", "3"));
        let files = Rendered { template_digest: "u".to_owned(), ..rendered("blue", "3") };
        assert_ne!(version_id(&files), id("blue", "3"));
    }

    #[test]
    fn only_what_may_be_a_label_becomes_one() {
        for (text, good) in
            [("web", true), ("a.b_c-d", true), ("", false), ("-a", false), ("a b", false), (&"x".repeat(64), false)]
        {
            assert_eq!(is_label(text), good, "{text:?}");
        }
    }

    #[test]
    fn records_go_to_the_own_metadata_alone() {
        let mut object = json!({"metadata": {"annotations": null}, "spec": {"template": {"metadata": {}}}});
        put(&mut object, "annotations", [(VERSION, "blue".to_owned())]);
        put(&mut object, "labels", Vec::<(&str, String)>::new());
        assert_eq!(
            object,
            json!({"metadata": {"annotations": {"rolltop/version": "blue"}}, "spec": {"template": {"metadata": {}}}})
        );
    }
}
