//! The form of a plan: requests to objects, with what they are bound to.

use super::Facts;
use crate::argo::deed::Deed;
use crate::argo::feed::Right;
use crate::argo::promote::{Seen, seen};
use crate::names::{Namespace, encoded};
use serde_json::Value;
use std::sync::Arc;

/// What to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The deed.
    pub deed: Deed,
    /// The rollout as it was decided on.
    pub seen: Seen,
    /// The requests, in order; a later one is sent only when the one before it was taken.
    pub requests: Vec<Request>,
    /// The one request that a server without the status subresource takes instead of all (Argo Rollouts 0.9 and
    /// older).
    pub unified: Option<Value>,
    /// What may be sent when the object moved on meanwhile.
    pub guard: Guard,
    /// What a person should know before: in words.
    pub notes: Vec<String>,
}

/// What a write is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// To the very object that was decided on, by its resourceVersion.
    Exact,
    /// To the newest object, on which it is decided anew just before it is sent: for a brake, which must not fail
    /// because the controller counts pods meanwhile.
    Fresh,
}

/// One request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Which object.
    pub object: Object,
    /// Its subresource: `status`, `scale`.
    pub subresource: Option<&'static str>,
    /// What is sent.
    pub body: Body,
}

impl Request {
    /// The path of the object on the API server, without a query; `rollout` is the name of the plan's rollout. `None`: a
    /// workload of a kind that rolltop does not write to.
    #[must_use]
    pub fn path(&self, namespace: &Namespace, rollout: &str) -> Option<String> {
        const ARGO: &str = "/apis/argoproj.io/v1alpha1";
        const APPS: &str = "/apis/apps/v1";
        let (group, plural, name) = match &self.object {
            Object::Rollout => (ARGO, "rollouts", rollout),
            Object::Run(named) => (ARGO, "analysisruns", &*named.name),
            Object::Experiment(named) => (ARGO, "experiments", &*named.name),
            Object::Workload(kind, name) => match &**kind {
                "Deployment" => (APPS, "deployments", &**name),
                "ReplicaSet" => (APPS, "replicasets", &**name),
                "PodTemplate" => ("/api/v1", "podtemplates", &**name),
                _ => return None,
            },
        };
        let below = self.subresource.map(|sub| format!("/{sub}")).unwrap_or_default();
        Some(format!("{group}/namespaces/{}/{plural}/{}{below}", encoded(namespace.as_str()), encoded(name)))
    }
}

/// The object that a request goes to, in the rollout's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Object {
    /// The rollout itself.
    Rollout,
    /// Its AnalysisRun.
    Run(Named),
    /// Its Experiment.
    Experiment(Named),
    /// The workload that it refers to: kind and name.
    Workload(Box<str>, Box<str>),
}

impl Object {
    /// Whether both are the same object, in whatever version.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Run(one), Self::Run(two)) | (Self::Experiment(one), Self::Experiment(two)) => {
                one.name == two.name && one.uid == two.uid
            }
            _ => self == other,
        }
    }
}

/// An object by name, with what it is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Name.
    pub name: Arc<str>,
    /// Uid.
    pub uid: Arc<str>,
    /// resourceVersion.
    pub resource_version: Box<str>,
}

/// What is sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A JSON merge patch.
    Merge(Value),
    /// A JSON patch.
    Json(Value),
    /// A JSON patch that replaces the pod template by that of this ReplicaSet, which is read in full first.
    TemplateOf {
        /// Its name.
        name: Arc<str>,
        /// Its uid.
        uid: Arc<str>,
        /// Where the template stands: `/spec/template`.
        path: &'static str,
    },
    /// The object is deleted.
    Delete,
}

impl Plan {
    /// Whether both send the same to the same objects, whatever version each was decided on: a run that measures has
    /// another version every few seconds.
    #[must_use]
    pub fn sends_the_same(&self, other: &Self) -> bool {
        let requests = self.requests.len() == other.requests.len()
            && self.requests.iter().zip(&other.requests).all(|(one, two)| {
                one.object.is_same(&two.object) && one.subresource == two.subresource && one.body == two.body
            });
        self.deed == other.deed && requests && self.unified == other.unified
    }

    /// Whether all of it goes to AnalysisRuns and Experiments, each by a version of its own: what the rollout does
    /// meanwhile does not matter then.
    #[must_use]
    pub fn leaves_the_rollout(&self) -> bool {
        self.requests.iter().all(|request| matches!(request.object, Object::Run(_) | Object::Experiment(_)))
    }

    /// Whether a request of it goes to this subresource of the rollout.
    #[must_use]
    pub fn patches(&self, subresource: Option<&str>) -> bool {
        self.requests.iter().any(|request| request.object == Object::Rollout && request.subresource == subresource)
    }

    /// The merge patch that it sends to this subresource of the rollout.
    #[must_use]
    pub fn merge(&self, subresource: Option<&str>) -> Option<&Value> {
        self.requests.iter().find_map(|request| match &request.body {
            Body::Merge(body) if request.object == Object::Rollout && request.subresource == subresource => Some(body),
            _ => None,
        })
    }

    /// The rights that it needs.
    #[must_use]
    pub fn rights(&self) -> Vec<Right> {
        self.requests
            .iter()
            .filter_map(|request| match (&request.object, request.subresource, &request.body) {
                (Object::Rollout, Some("status"), _) => Some(Right::PatchStatus),
                (Object::Rollout, Some("scale"), _) => Some(Right::PatchScale),
                (Object::Rollout, _, _) => Some(Right::PatchRollouts),
                (Object::Run(_), _, Body::Delete) => Some(Right::DeleteRuns),
                (Object::Run(_), _, _) => Some(Right::PatchRuns),
                (Object::Experiment(_), _, _) => Some(Right::PatchExperiments),
                (Object::Workload(kind, _), _, _) if &**kind == "Deployment" => Some(Right::PatchDeployments),
                // Rarer ones are not asked about: the write itself will tell.
                (Object::Workload(..), _, _) => None,
            })
            .collect()
    }

    pub(super) fn new(deed: Deed, facts: Facts<'_>, requests: Vec<Request>) -> Self {
        let guard = if deed.is_brake() { Guard::Fresh } else { Guard::Exact };
        Self { deed, seen: seen(facts.rollout), requests, unified: None, guard, notes: Vec::new() }
    }

    pub(super) fn noting(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(super) fn or_at_once(mut self, unified: Value) -> Self {
        self.unified = Some(unified);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_knows_its_path_and_escapes_what_people_wrote() {
        let named = || Named { name: "web-7d-2".into(), uid: "u".into(), resource_version: "1".into() };
        let workload = |kind: &str| Object::Workload(kind.into(), "we/b".into());
        for (object, subresource, path) in [
            (Object::Rollout, None, Some("/apis/argoproj.io/v1alpha1/namespaces/sh%2Fop/rollouts/web")),
            (
                Object::Rollout,
                Some("status"),
                Some("/apis/argoproj.io/v1alpha1/namespaces/sh%2Fop/rollouts/web/status"),
            ),
            (Object::Run(named()), None, Some("/apis/argoproj.io/v1alpha1/namespaces/sh%2Fop/analysisruns/web-7d-2")),
            (
                Object::Experiment(named()),
                None,
                Some("/apis/argoproj.io/v1alpha1/namespaces/sh%2Fop/experiments/web-7d-2"),
            ),
            (workload("Deployment"), None, Some("/apis/apps/v1/namespaces/sh%2Fop/deployments/we%2Fb")),
            (workload("ReplicaSet"), None, Some("/apis/apps/v1/namespaces/sh%2Fop/replicasets/we%2Fb")),
            (workload("PodTemplate"), None, Some("/api/v1/namespaces/sh%2Fop/podtemplates/we%2Fb")),
            (workload("StatefulSet"), None, None),
        ] {
            let request = Request { object, subresource, body: Body::Delete };
            assert_eq!(request.path(&Namespace::new("sh/op"), "web").as_deref(), path, "{request:?}");
        }
    }
}
