//! One-shot requests for the headless commands: connect, list, read one rollout with its children, follow it,
//! promote.

pub use super::follow::{Follow, Followed};

use super::access;
use super::actions;
use super::backoff::Tempo;
use super::client::Client;
use super::failure::{Failure, cleaned};
use super::hub::{Access, Scope};
use super::place::Place;
use super::trouble::{self, Attempt};
use super::watch;
use super::wire::{Kind, Reader};
use crate::argo::deed::plan::Plan;
use crate::argo::feed::{self, Answer, Trouble, TroubleKind};
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::{LabelSelector, Rollout};
use crate::names::Namespace;
use jiff::SignedDuration;
use serde::Deserialize;
use std::sync::Arc;

/// A connection to one cluster.
#[derive(Clone, Debug)]
pub struct Connection {
    client: Client,
    /// To sign in again while something is followed for long.
    access: Access,
}

/// The objects that belong to one rollout; `Err` says why a kind cannot be read.
#[derive(Clone, Debug)]
pub struct Family {
    /// ReplicaSets by the rollout's selector.
    pub replica_sets: Result<Vec<Arc<ReplicaSet>>, Trouble>,
    /// Pods by the rollout's selector.
    pub pods: Result<Vec<Arc<Pod>>, Trouble>,
}

/// Versions and findings for `check`.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// `gitVersion` of the API server.
    pub server_version: Result<String, Trouble>,
    /// Whether the Rollout CRD is served, and whether it has the status subresource.
    pub rollouts: Result<bool, Trouble>,
    /// How far the cluster's clock is ahead.
    pub skew: Option<SignedDuration>,
}

impl Connection {
    /// Connects to a context of the kubeconfig (reads it, runs the login command if there is one). Nothing is sent
    /// yet: a server that is down is met by the first request.
    ///
    /// # Errors
    /// A context that does not exist, a login that failed.
    pub async fn open(access: &Access, context: &str) -> Result<Self, Trouble> {
        match Client::connect(access, context, &Tempo::default()).await {
            Ok(client) => Ok(Self { client, access: access.clone() }),
            Err(failure) => Err(trouble::of(&failure, Attempt::new(context, "sign in"))),
        }
    }

    /// The context's own namespace.
    pub fn namespace(&self) -> Namespace {
        self.client.namespace().into()
    }

    /// How far the cluster's clock is ahead of ours, once it has answered.
    pub fn skew(&self) -> Option<SignedDuration> {
        self.client.skew().median()
    }

    /// The rollouts of a scope, in pages of 500. No namespaces means the context's own.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn list(&self, scope: &Scope, selector: Option<&str>) -> Result<Vec<Arc<Rollout>>, Trouble> {
        self.list_scope(scope, selector).await
    }

    /// One rollout; `None` when there is none of that name.
    ///
    /// # Errors
    /// Whatever the server says.
    pub async fn get(&self, namespace: &Namespace, name: &str) -> Result<Option<Arc<Rollout>>, Trouble> {
        actions::read(&self.client, namespace, name).await.map_err(|failure| {
            let doing = format!("read rollout {name} in namespace {namespace}");
            let right = Some(("get", Rollout::RESOURCE));
            let missing_kind = matches!(&failure, Failure::Status(status) if status.code == 404);
            let attempt = Attempt { cluster: self.client.context(), doing: &doing, right, whole_kind: missing_kind };
            trouble::of(&failure, attempt)
        })
    }

    /// Follows one rollout until the answer is dropped, over lost connections too.
    pub fn follow(&self, namespace: &Namespace, name: &str) -> Follow {
        Follow::start(self.access.clone(), self.client.clone(), namespace, name)
    }

    /// Its children, by the label selector that the controller wrote into its status, else by the one of its spec.
    pub async fn family(&self, rollout: &Rollout) -> Family {
        let written = rollout.status.selector.as_deref().map(str::to_owned);
        let selector =
            written.or_else(|| rollout.spec.selector.as_ref().map(selector_text)).filter(|text| !text.is_empty());
        let Some(selector) = selector else {
            let sentence = format!("rollout {} names no pods: it has no label selector", rollout.meta.name);
            let trouble = Trouble { kind: TroubleKind::Server, raw: sentence.clone(), sentence, hint: None };
            return Family { replica_sets: Err(trouble.clone()), pods: Err(trouble) };
        };
        let namespace = rollout.meta.namespace();
        let (replica_sets, pods) = tokio::join!(
            self.list_place::<ReplicaSet>(Place::new(Some(namespace.clone()), Some(selector.clone()))),
            self.list_place::<Pod>(Place::new(Some(namespace.clone()), Some(selector.clone()))),
        );
        Family { replica_sets, pods }
    }

    /// All ReplicaSets and pods of a scope, for complete lists.
    pub async fn all_children(&self, scope: &Scope) -> Family {
        let (replica_sets, pods) = tokio::join!(self.list_scope(scope, None), self.list_scope(scope, None));
        Family { replica_sets, pods }
    }

    /// What the user may do in a namespace.
    pub async fn access(&self, namespace: &Namespace) -> feed::Access {
        access::ask(&self.client, namespace).await
    }

    /// Carries out a plan. `dry_run`: the server validates and stores nothing.
    pub async fn write(&self, namespace: &Namespace, name: &str, plan: &Plan, dry_run: bool) -> Answer {
        actions::carry_out(&self.client, namespace, name, plan, dry_run).await
    }

    /// What `check` reports.
    pub async fn findings(&self) -> Findings {
        let (server_version, rollouts) = tokio::join!(self.server_version(), self.discover());
        Findings { server_version, rollouts, skew: self.client.skew().median() }
    }

    async fn server_version(&self) -> Result<String, Trouble> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            git_version: String,
        }
        let doing = Attempt::new(self.client.context(), "ask for its version");
        let bytes = self.client.get("/version").await.map_err(|failure| trouble::of(&failure, doing))?;
        let version: Version =
            serde_json::from_slice(&bytes).map_err(|why| trouble::of(&Failure::Unreadable(why.to_string()), doing))?;
        Ok(cleaned(&version.git_version))
    }

    /// Looks at discovery: whether `rollouts` is served at all, and whether `rollouts/status` is.
    async fn discover(&self) -> Result<bool, Trouble> {
        #[derive(Deserialize)]
        struct Resources {
            resources: Vec<Resource>,
        }
        #[derive(Deserialize)]
        struct Resource {
            name: String,
        }
        let attempt = Attempt::reading::<Rollout>(self.client.context(), "look for Argo Rollouts");
        let bytes = self.client.get(Rollout::GROUP).await.map_err(|failure| trouble::of(&failure, attempt))?;
        let found: Resources = serde_json::from_slice(&bytes)
            .map_err(|why| trouble::of(&Failure::Unreadable(why.to_string()), attempt))?;
        let serves = |name: &str| found.resources.iter().any(|resource| resource.name == name);
        if !serves("rollouts") {
            let status = super::failure::Status { code: 404, ..Default::default() };
            return Err(trouble::of(&Failure::Status(status), attempt));
        }
        Ok(serves("rollouts/status"))
    }

    async fn list_scope<T: Kind>(&self, scope: &Scope, selector: Option<&str>) -> Result<Vec<Arc<T>>, Trouble> {
        let namespaces = match scope {
            Scope::All => vec![None],
            Scope::Namespaces(names) if names.is_empty() => vec![Some(self.namespace())],
            Scope::Namespaces(names) => names.iter().cloned().map(Some).collect(),
        };
        let mut all = Vec::new();
        for namespace in namespaces {
            all.extend(self.list_place(Place::new(namespace, selector.map(str::to_owned))).await?);
        }
        Ok(all)
    }

    async fn list_place<T: Kind>(&self, place: Place<T>) -> Result<Vec<Arc<T>>, Trouble> {
        let doing = format!("list {}", place.words());
        self.pages(&place)
            .await
            .map_err(|failure| trouble::of(&failure, Attempt::reading::<T>(self.client.context(), &doing)))
    }

    async fn pages<T: Kind>(&self, place: &Place<T>) -> Result<Vec<Arc<T>>, Failure> {
        let mut whole = Vec::new();
        let mut after: Option<String> = None;
        let mut begun_again = false;
        let mut reader = Reader::default();
        loop {
            let bytes = match self.client.get(&place.page(after.as_deref())).await {
                // The list was too long under way: its version is forgotten. Once more from the beginning.
                Err(Failure::Status(status)) if status.code == 410 && after.is_some() && !begun_again => {
                    begun_again = true;
                    whole.clear();
                    after = None;
                    continue;
                }
                other => other?,
            };
            let page = watch::page::<T>(bytes, &mut reader).await?;
            whole.extend(page.items);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(whole),
            }
        }
    }
}

/// A label selector in text form, as the API takes it in `labelSelector`. An expression with an unknown operator
/// makes the whole empty: a selector that is too wide would show foreign pods.
pub fn selector_text(selector: &LabelSelector) -> String {
    let mut parts: Vec<String> = selector.match_labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    for expression in &selector.match_expressions {
        let (key, values) = (&expression.key, expression.values.join(","));
        parts.push(match &*expression.operator {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_string(),
            "DoesNotExist" => format!("!{key}"),
            _ => return String::new(),
        });
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_selector_is_written_as_the_api_takes_it() {
        let text = |value| selector_text(&serde_json::from_value(value).unwrap());
        assert_eq!(text(json!({"matchLabels": {"b": "2", "a": "1"}})), "a=1,b=2");
        assert_eq!(
            text(json!({"matchLabels": {"a": "1"}, "matchExpressions": [
                {"key": "x", "operator": "In", "values": ["p", "q"]}, {"key": "y", "operator": "NotIn", "values": ["r"]},
                {"key": "z", "operator": "Exists"}, {"key": "w", "operator": "DoesNotExist"}]})),
            "a=1,x in (p,q),y notin (r),z,!w"
        );
        assert_eq!(text(json!({"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "x", "operator": "Odd"}]})), "");
    }
}
