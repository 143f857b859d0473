//! Kinds: what is read from the API, and where each kind lives there.

use super::wire::Kind;
use crate::argo::analysis::AnalysisRun;
use crate::argo::budget::Budget;
use crate::argo::event::KubeEvent;
use crate::argo::experiment::Experiment;
use crate::argo::meta::Meta;
use crate::argo::pod::Pod;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use crate::argo::share::Sharing;
use crate::argo::workload::{Scaler, Workload};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// The path of the group of Argo Rollouts.
pub const ARGO: &str = "/apis/argoproj.io/v1alpha1";
/// The path of the group of workloads.
pub const APPS: &str = "/apis/apps/v1";
/// The path of the core group.
pub const CORE: &str = "/api/v1";

impl Kind for Rollout {
    const GROUP: &'static str = "/apis/argoproj.io/v1alpha1";
    const PLURAL: &'static str = "rollouts";
    const RESOURCE: &'static str = "rollouts.argoproj.io";

    fn read(json: &str) -> Result<Self, String> {
        let rollout = Self::decode_text(json).map_err(|why| why.to_string())?;
        if rollout.meta.name.is_empty() {
            return Err(rollout.unreadable.unwrap_or_else(|| "it has no name".into()).into());
        }
        Ok(rollout)
    }

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn share(&mut self, sharing: &mut Sharing) {
        sharing.rollout(self);
    }
}

/// Kinds that are decoded as they are.
macro_rules! kinds {
    ($($kind:ty: $group:expr, $plural:literal, $resource:literal;)*) => {$(
        impl Kind for $kind {
            const GROUP: &'static str = $group;
            const PLURAL: &'static str = $plural;
            const RESOURCE: &'static str = $resource;

            fn meta(&self) -> &Meta {
                &self.meta
            }

            fn share(&mut self, sharing: &mut Sharing) {
                sharing.meta(&mut self.meta);
            }
        }
    )*};
}

kinds! {
    ReplicaSet: APPS, "replicasets", "replicasets.apps";
    Pod: CORE, "pods", "pods";
    AnalysisRun: ARGO, "analysisruns", "analysisruns.argoproj.io";
    Experiment: ARGO, "experiments", "experiments.argoproj.io";
    Budget: "/apis/policy/v1", "poddisruptionbudgets", "poddisruptionbudgets.policy";
    Scaler: "/apis/autoscaling/v2", "horizontalpodautoscalers", "horizontalpodautoscalers.autoscaling";
}

impl Kind for KubeEvent {
    const GROUP: &'static str = CORE;
    const PLURAL: &'static str = "events";
    const RESOURCE: &'static str = "events";

    fn meta(&self) -> &Meta {
        &self.meta
    }

    fn share(&mut self, sharing: &mut Sharing) {
        sharing.event(self);
    }
}

/// A kind that `workloadRef` can name (Argo Rollouts, `utils/unstructured` and `rollout/templateref.go`).
pub trait Referred: Kind {
    /// The kind, as the rollout names it.
    const KIND: &'static str;

    /// As a workload.
    fn workload(&self) -> Workload;
}

macro_rules! referred {
    ($($name:ident: $kind:literal, $group:expr, $plural:literal, $resource:literal;)*) => {$(
        #[doc = concat!("A referred ", $kind, ".")]
        #[derive(Clone, Debug)]
        pub struct $name(Workload);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let value = Value::deserialize(deserializer)?;
                Workload::decode($kind, &value).map(Self).map_err(D::Error::custom)
            }
        }

        impl Kind for $name {
            const GROUP: &'static str = $group;
            const PLURAL: &'static str = $plural;
            const RESOURCE: &'static str = $resource;

            fn meta(&self) -> &Meta {
                &self.0.meta
            }

            fn share(&mut self, sharing: &mut Sharing) {
                sharing.meta(&mut self.0.meta);
            }
        }

        impl Referred for $name {
            const KIND: &'static str = $kind;

            fn workload(&self) -> Workload {
                self.0.clone()
            }
        }
    )*};
}

referred! {
    Deployment: "Deployment", APPS, "deployments", "deployments.apps";
    PlainReplicaSet: "ReplicaSet", APPS, "replicasets", "replicasets.apps";
    PlainTemplate: "PodTemplate", CORE, "podtemplates", "podtemplates";
}

/// The path of the collection that objects of a kind lie in, for looking at one closely; `None` for a kind that rolltop
/// does not look at.
pub fn collection(kind: &str) -> Option<(&'static str, &'static str)> {
    fn of<T: Kind>() -> (&'static str, &'static str) {
        (T::GROUP, T::PLURAL)
    }
    Some(match kind {
        "Rollout" => of::<Rollout>(),
        "ReplicaSet" => of::<ReplicaSet>(),
        "Pod" => of::<Pod>(),
        "AnalysisRun" => of::<AnalysisRun>(),
        "Experiment" => of::<Experiment>(),
        "Deployment" => of::<Deployment>(),
        "PodTemplate" => of::<PlainTemplate>(),
        "HorizontalPodAutoscaler" => of::<Scaler>(),
        "Job" => ("/apis/batch/v1", "jobs"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::wire::Reader;

    #[test]
    fn each_kind_of_workload_gives_its_template() {
        let template = r#"{"spec":{"containers":[{"name":"c","image":"web:1"}]}}"#;
        let spec = format!(r#"{{"metadata":{{"name":"web"}},"spec":{{"replicas":0,"template":{template}}}}}"#);
        let deployment = Reader::default().object::<Deployment>(&spec).unwrap().workload();
        let set = Reader::default().object::<PlainReplicaSet>(&spec).unwrap().workload();
        let plain = format!(r#"{{"metadata":{{"name":"web"}},"template":{template}}}"#);
        let plain = Reader::default().object::<PlainTemplate>(&plain).unwrap().workload();
        for (workload, kind) in [(deployment, "Deployment"), (set, "ReplicaSet"), (plain, "PodTemplate")] {
            assert_eq!((&*workload.kind, &*workload.meta.name), (kind, "web"));
            assert_eq!(&*workload.spec.template.spec.containers[0].image, "web:1");
        }
    }
}
