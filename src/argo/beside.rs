//! What stands beside a rollout and moves it: the workload that it refers to, the HorizontalPodAutoscaler that scales it, and
//! a restart of its pods.

use super::picture::{Children, Revision};
use super::rollout::Rollout;
use jiff::Timestamp;
use std::sync::Arc;

/// The workload that `workloadRef` names.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkloadPicture {
    /// Kind.
    pub kind: Box<str>,
    /// Name.
    pub name: Box<str>,
    /// When it is scaled down: `never`, `onsuccess`, `progressively`, or a newer word.
    pub scale_down: Box<str>,
    /// Pods of its own: wanted and available; `None` when it is not known.
    pub pods: Option<(i32, i32)>,
}

/// The HorizontalPodAutoscaler that scales a rollout.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalerPicture {
    /// Name.
    pub name: Arc<str>,
    /// Fewest pods.
    pub min: i32,
    /// Most pods.
    pub max: i32,
    /// Pods that it wants.
    pub desired: i32,
    /// Pods that it counts: all of a canary, both sides; those of the active ReplicaSet of a blue-green.
    pub counted: i32,
    /// When it scaled last.
    pub last_scaled: Option<Timestamp>,
}

/// A restart of all pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restart {
    /// Pods that were made before this time are replaced; may lie ahead.
    pub at: Timestamp,
    /// Pods that are still older, and all pods; `None` when pods are not known.
    pub older: Option<(usize, usize)>,
}

/// The workload; `None` without `workloadRef`.
#[must_use]
pub fn workload(rollout: &Rollout, children: Children<'_>) -> Option<WorkloadPicture> {
    let of = rollout.spec.workload_ref.as_ref()?;
    let known = children.workload.filter(|workload| workload.is_referenced_by(rollout));
    Some(WorkloadPicture {
        kind: of.kind.clone(),
        name: of.name.clone(),
        scale_down: of.scale_down.clone().filter(|word| !word.is_empty()).unwrap_or_else(|| "never".into()),
        pods: known.map(|known| (known.spec.replicas.unwrap_or(1), known.status.available_replicas)),
    })
}

/// The scaler; `None` when none is known to scale this rollout.
#[must_use]
pub fn scaler(rollout: &Rollout, children: Children<'_>) -> Option<ScalerPicture> {
    let found = children.scalers?.iter().find(|scaler| scaler.scales(rollout))?;
    Some(ScalerPicture {
        name: found.meta.name.clone(),
        min: found.spec.min_replicas.unwrap_or(1),
        max: found.spec.max_replicas,
        desired: found.status.desired_replicas,
        counted: rollout.status.hpa_replicas,
        last_scaled: found.status.last_scale_time,
    })
}

/// A restart that is not complete: `restartAt` and `restartedAt` differ.
#[must_use]
pub fn restart(rollout: &Rollout, revisions: &[Revision], pods_known: bool) -> Option<Restart> {
    let at = rollout.spec.restart_at.filter(|at| Some(*at) != rollout.status.restarted_at)?;
    let pods = || revisions.iter().flat_map(|revision| &revision.replica_sets).flat_map(|set| &set.pods);
    let older = pods().filter(|pod| pod.created.is_some_and(|created| created < at)).count();
    Some(Restart { at, older: pods_known.then(|| (older, pods().count())) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Picture, of as picture};
    use crate::argo::workload::{Scaler, Workload};
    use serde_json::{Value, json};

    fn rollout(spec: &Value) -> Rollout {
        let mut full = json!({"strategy": {"canary": {}}});
        full.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        Rollout::decode(&json!({"metadata": {"name": "web", "namespace": "demo", "uid": "r"}, "spec": full,
            "status": {"phase": "Healthy", "HPAReplicas": 6}}))
    }

    fn look(rollout: &Rollout, children: Children<'_>) -> Picture {
        picture(rollout, children, "2026-01-01T00:00:10Z".parse().unwrap())
    }

    #[test]
    fn images_of_a_referenced_workload_are_shown_where_nothing_tells_what_runs() {
        let refers =
            rollout(&json!({"workloadRef": {"kind": "Deployment", "name": "web", "scaleDown": "progressively"}}));
        let make = |kind: &str, value: Value| Workload::decode(kind, &value).unwrap();
        let meta = json!({"name": "web", "namespace": "demo"});
        let template = json!({"spec": {"containers": [{"name": "a", "image": "web:7"}]}});
        let deployment = make(
            "Deployment",
            json!({"metadata": meta, "spec": {"replicas": 2, "template": template}, "status": {"availableReplicas": 1}}),
        );
        let seen = look(&refers, Children { workload: Some(&deployment), ..Children::default() });
        assert_eq!(&*seen.images[0].image, "web:7");
        let beside = seen.workload.unwrap();
        assert_eq!((&*beside.scale_down, beside.pods), ("progressively", Some((2, 1))));
        let other = make("ReplicaSet", json!({"metadata": meta, "spec": {"template": template}}));
        let seen = look(&refers, Children { workload: Some(&other), ..Children::default() });
        assert!(seen.images.is_empty() && seen.workload.unwrap().pods.is_none());
        let plain = make("PodTemplate", json!({"metadata": meta, "template": template}));
        let refers = rollout(&json!({"workloadRef": {"kind": "PodTemplate", "name": "web"}}));
        assert_eq!(look(&refers, Children { workload: Some(&plain), ..Children::default() }).images.len(), 1);
    }

    #[test]
    fn only_the_scaler_of_this_rollout_counts() {
        let make = |kind: &str, name: &str| {
            Arc::new(serde_json::from_value::<Scaler>(json!({"metadata": {"name": "hpa", "namespace": "demo"},
                "spec": {"scaleTargetRef": {"kind": kind, "name": name}, "maxReplicas": 9}, "status": {"desiredReplicas": 4}})).unwrap())
        };
        let one = [make("Deployment", "web"), make("Rollout", "api"), make("Rollout", "web")];
        let seen = look(&rollout(&json!({})), Children { scalers: Some(&one), ..Children::default() }).scaler.unwrap();
        assert_eq!((seen.min, seen.max, seen.desired, seen.counted), (1, 9, 4, 6));
        assert_eq!(
            look(&rollout(&json!({})), Children { scalers: Some(&one[..2]), ..Children::default() }).scaler,
            None
        );
    }

    #[test]
    fn a_restart_counts_the_pods_that_are_still_older() {
        let restarts = rollout(&json!({"restartAt": "2026-01-01T00:00:05Z"}));
        let set = json!({"metadata": {"name": "s", "uid": "s", "ownerReferences": [{"uid": "r"}]}});
        let sets = [Arc::new(serde_json::from_value(set).unwrap())];
        let pod = |name: &str, second: u8| {
            let value = json!({"metadata": {"name": name, "ownerReferences": [{"uid": "s"}], "creationTimestamp": format!("2026-01-01T00:00:0{second}Z")}});
            Arc::new(serde_json::from_value(value).unwrap())
        };
        let pods = [pod("a", 1), pod("b", 2), pod("c", 7)];
        let children = Children { replica_sets: Some(&sets), pods: Some(&pods), ..Children::default() };
        assert_eq!(look(&restarts, children).restart.unwrap().older, Some((2, 3)));
        let alone = Children { replica_sets: Some(&sets), ..Children::default() };
        assert_eq!(look(&restarts, alone).restart.unwrap().older, None);
        let mut done = restarts.clone();
        done.status.restarted_at = done.spec.restart_at;
        assert_eq!(look(&done, children).restart, None);
    }
}
