//! Survey: what the objects need and is not there, and what an earlier deploy of the same service left behind.

use super::ask;
use super::kinds::{self, Kinds, Served};
use super::words;
use crate::cluster::client::Client;
use crate::cluster::failure::Failure;
use crate::cluster::trouble::{self, Attempt};
use crate::deploy::needs::{self, Need};
use crate::deploy::plan::{Identity, Item, LeftOver, Missing, Target};
use crate::deploy::{content, order, records};
use crate::service::rendered::Rendered;
use serde_json::Value;
use std::collections::BTreeSet;

/// Where autoscalers live.
pub const SCALERS: (&str, &str) = ("autoscaling/v2", "HorizontalPodAutoscaler");

/// Kinds among which left-overs are looked for, beside those that are deployed.
const LEFT: &[(&str, &str)] = &[
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("v1", "PersistentVolumeClaim"),
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    SCALERS,
    ("policy/v1", "PodDisruptionBudget"),
    ("networking.k8s.io/v1", "Ingress"),
    ("argoproj.io/v1alpha1", "AnalysisTemplate"),
    ("argoproj.io/v1alpha1", "Rollout"),
];

/// The API versions whose kinds are asked for, beside those of the objects.
pub fn versions(of_service: bool) -> Vec<&'static str> {
    let left = if of_service { LEFT } else { &[] };
    let always = ["v1", "argoproj.io/v1alpha1", SCALERS.0];
    left.iter().map(|(version, _)| *version).chain(always).collect()
}

/// What is asked about.
pub struct Ask<'a> {
    /// The cluster.
    pub client: &'a Client,
    /// Its kinds.
    pub kinds: &'a Kinds,
    /// Where.
    pub target: &'a Target,
    /// What is deployed.
    pub rendered: &'a Rendered,
}

impl Ask<'_> {
    fn kept(&self, kind: &str) -> Option<String> {
        let never = "the service keeps what it no longer has (noCleanupOnDelete)";
        kept(kind).or_else(|| self.rendered.no_cleanup.then(|| never.to_owned()))
    }

    /// What is needed and not there.
    pub async fn missing(&self) -> Vec<Missing> {
        let needs = needs::of(&self.rendered.objects, self.target.namespace.as_str());
        let looked = needs.into_iter().map(|need| async { self.look(need).await });
        futures::future::join_all(looked).await.into_iter().flatten().collect()
    }

    async fn look(&self, need: Need) -> Option<Missing> {
        let unknown = match self.kinds.of(&need.identity.api_version, &need.identity.kind) {
            Served::No => None,
            Served::Unknown(failure) => Some(self.why(&failure, &need.identity, "")),
            Served::Yes(resource) => match ask::get(self.client, &kinds::path(&need.identity, &resource)).await {
                Ok(Some(_)) => return None,
                Ok(None) => None,
                Err(failure) => Some(self.why(&failure, &need.identity, &kinds::qualified(&need.identity, &resource))),
            },
        };
        let Need { identity, needed_by, place, fatal } = need;
        Some(Missing { what: words::named(&identity), needed_by, place, fatal, unknown })
    }

    fn why(&self, failure: &Failure, identity: &Identity, resource: &str) -> String {
        words::trouble(failure, self.client.context(), identity, resource, "get").sentence
    }

    /// What carries the labels of this service and channel, was applied by rolltop, and is deployed no longer.
    pub async fn left_over(&self, items: &[Item], warnings: &mut Vec<String>) -> Result<Vec<LeftOver>, String> {
        let Some(service) = &self.rendered.service else {
            return Err("plain manifests have no service whose objects could be told".to_owned());
        };
        if !records::is_label(service) || !records::is_label(&self.target.channel) {
            return Err("the names of the service and of the channel do not fit into labels".to_owned());
        }
        let selector = format!("{}={service},{}={}", records::SERVICE, records::CHANNEL, self.target.channel);
        let mut places: BTreeSet<(String, String)> =
            LEFT.iter().map(|(version, kind)| ((*version).to_owned(), (*kind).to_owned())).collect();
        places.extend(items.iter().map(|item| (item.identity.api_version.clone(), item.identity.kind.clone())));
        let asked = places.iter().map(|(version, kind)| self.left_of(version, kind, &selector));
        let mut found = Vec::new();
        for answer in futures::future::join_all(asked).await {
            match answer {
                Ok(some) => found.extend(some),
                Err(why) => warnings.push(format!("left-overs: {why}")),
            }
        }
        found.retain(|left: &LeftOver| !items.iter().any(|item| same(&item.identity, &left.identity)));
        order::sort(&mut found, false, |left| &left.identity);
        found.reverse();
        Ok(found)
    }

    async fn left_of(&self, version: &str, kind: &str, selector: &str) -> Result<Vec<LeftOver>, String> {
        let Served::Yes(resource) = self.kinds.of(version, kind) else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        let own = std::iter::once(&self.target.namespace).chain(&self.target.extra_namespaces);
        let namespaces: Vec<Option<&str>> =
            if resource.namespaced { own.map(|name| Some(name.as_str())).collect() } else { vec![None] };
        for namespace in namespaces {
            let collection = kinds::collection(version, &resource, namespace);
            let doing = format!("list {}", resource.plural);
            let objects = ask::list(self.client, &collection, selector)
                .await
                .map_err(|failure| trouble::of(&failure, Attempt::new(self.client.context(), &doing)).sentence)?;
            for object in objects.iter().filter(|object| applied_by_us(object)) {
                let identity = Identity {
                    api_version: version.to_owned(),
                    kind: kind.to_owned(),
                    namespace: namespace.map(str::to_owned),
                    name: content::text(object, "/metadata/name").to_owned(),
                };
                let path = kinds::path(&identity, &resource);
                let uid = content::text(object, "/metadata/uid").to_owned();
                let resource = kinds::qualified(&identity, &resource);
                found.push(LeftOver { kept: self.kept(kind), identity, path, resource, uid });
            }
        }
        Ok(found)
    }
}

/// The same object, whatever version of its group it is read in.
fn same(one: &Identity, other: &Identity) -> bool {
    one.group() == other.group() && one.kind == other.kind && one.namespace == other.namespace && one.name == other.name
}

fn applied_by_us(object: &Value) -> bool {
    let entries = object.pointer("/metadata/managedFields").and_then(Value::as_array);
    entries.into_iter().flatten().any(|entry| {
        content::text(entry, "/manager") == crate::cluster::client::MANAGER
            && content::text(entry, "/operation") == "Apply"
    })
}

/// What a prune never removes.
fn kept(kind: &str) -> Option<String> {
    let why = match kind {
        "Namespace" => "all that is in it would go with it",
        "PersistentVolumeClaim" => "its data would go with it",
        "CustomResourceDefinition" => "all objects of its kind would go with it",
        "Secret" => "what is in it is written down nowhere else",
        "Rollout" => "its pods may take traffic",
        _ => return None,
    };
    Some(format!("never removed by a deploy: {why}; kubectl delete removes it"))
}
