//! The tree below a rollout: revisions, their ReplicaSets with status, roles and pods, their Experiments and AnalysisRuns
//! (Argo Rollouts, `pkg/kubectl-argo-rollouts/info/rollout_info.go`, `replicaset_info.go`). Ownership is decided by uid alone, roles by the pod hash
//! label alone: names are cut and may collide.

use super::meta::{Meta, POD_HASH_LABEL};
use super::picture::{Children, PodPicture, ReplicaSetPicture, Revision};
use super::pod::Pod;
use super::pod_status;
use super::replicaset::ReplicaSet;
use super::rollout::{Rollout, StrategyKind};
use super::runs;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Annotation of a ReplicaSet with the time when it may be scaled to 0; free text, without a prefix.
pub const SCALE_DOWN_ANNOTATION: &str = "scale-down-deadline";

/// Annotation of an experiment's ReplicaSet: the template it was made from.
const TEMPLATE_ANNOTATION: &str = "experiment.argoproj.io/template-name";

/// Revisions, newest first, each with its ReplicaSets by name, its Experiments and its AnalysisRuns; `None` when none of
/// the three is known. What has no readable revision is collected under 0.
#[must_use]
pub fn revisions(rollout: &Rollout, children: Children<'_>) -> Option<Vec<Revision>> {
    if children.replica_sets.is_none() && children.experiments.is_none() && children.analysis_runs.is_none() {
        return None;
    }
    let mut found = Found::default();
    for set in sorted(children.replica_sets, &rollout.meta.uid) {
        let tags = roles(rollout, set);
        found.at(&set.meta).replica_sets.push(replica_set(set, tags, children.pods));
    }
    for one in runs::experiment::owned(rollout, children) {
        found.at(&one.meta).experiments.push(runs::experiment::picture(rollout, one, children));
    }
    for run in runs::run::owned(children.analysis_runs, &rollout.meta.uid) {
        found.at(&run.meta).analysis_runs.push(runs::run::of_rollout(rollout, run));
    }
    Some(found.0.into_values().collect())
}

/// Revisions by number, the greatest first.
#[derive(Default)]
struct Found(BTreeMap<Reverse<i64>, Revision>);

impl Found {
    /// The revision that an object belongs to.
    fn at(&mut self, meta: &Meta) -> &mut Revision {
        let revision = meta.revision();
        self.0.entry(Reverse(revision)).or_insert_with(|| Revision {
            revision,
            replica_sets: Vec::new(),
            experiments: Vec::new(),
            analysis_runs: Vec::new(),
        })
    }
}

/// The ReplicaSets that an object with this uid owns, newest revision first, then by name.
fn sorted<'a>(sets: Option<&'a [Arc<ReplicaSet>]>, uid: &str) -> Vec<&'a Arc<ReplicaSet>> {
    let mut own: Vec<&Arc<ReplicaSet>> = sets.unwrap_or_default().iter().filter(|set| set.meta.owned_by(uid)).collect();
    own.sort_by(|a, b| (Reverse(a.meta.revision()), &a.meta.name).cmp(&(Reverse(b.meta.revision()), &b.meta.name)));
    own
}

/// The ReplicaSets of an experiment. They play no role of the rollout, even with a pod hash of it.
#[must_use]
pub fn of_experiment(uid: &str, children: Children<'_>) -> Vec<ReplicaSetPicture> {
    let own = sorted(children.replica_sets, uid).into_iter();
    own.map(|set| {
        let template = set.meta.annotations.get(TEMPLATE_ANNOTATION).map_or("", |name| name);
        ReplicaSetPicture { template: Some(template.into()), ..replica_set(set, Vec::new(), children.pods) }
    })
    .collect()
}

/// Whether the rollout owns this ReplicaSet.
pub(super) fn owned(rollout: &Rollout, set: &ReplicaSet) -> bool {
    set.meta.owned_by(&rollout.meta.uid)
}

fn hash(set: &ReplicaSet) -> &str {
    set.meta.labels.get(POD_HASH_LABEL).map_or("", |hash| hash)
}

/// Whether it plays the canary: it has the desired hash and is not the stable one.
pub(super) fn is_canary(rollout: &Rollout, set: &ReplicaSet) -> bool {
    roles(rollout, set).contains(&"canary")
}

/// Roles in the plugin's order.
fn roles(rollout: &Rollout, set: &ReplicaSet) -> Vec<&'static str> {
    let (hash, status) = (hash(set), &rollout.status);
    if hash.is_empty() {
        return Vec::new();
    }
    let mut roles = Vec::new();
    let stable = hash == &*status.stable_rs;
    if stable {
        roles.push("stable");
    }
    match rollout.spec.strategy_kind() {
        StrategyKind::Canary => {
            let canary = !stable && hash == &*status.current_pod_hash;
            if canary {
                roles.push("canary");
            }
            // The stable side is the one that is recorded, the canary has the other one.
            if stable || canary {
                match (status.canary.stable_ping_pong.as_deref(), stable) {
                    (Some("ping"), true) | (Some("pong"), false) => roles.push("ping"),
                    (Some("pong"), true) | (Some("ping"), false) => roles.push("pong"),
                    _ => {}
                }
            }
        }
        StrategyKind::BlueGreen => {
            if hash == &*status.blue_green.active_selector {
                roles.push("active");
            } else if hash == &*status.blue_green.preview_selector {
                roles.push("preview");
            }
        }
        StrategyKind::Unknown => {}
    }
    roles
}

/// Status text (`getReplicaSetHealth`).
fn status(set: &ReplicaSet) -> &'static str {
    let wanted = set.spec.replicas.unwrap_or(1);
    if set.meta.generation > set.status.observed_generation {
        "Progressing"
    } else if set.status.conditions.iter().any(|c| &*c.kind == "ReplicaFailure" && &*c.status == "True") {
        "ReplicaFailure"
    } else if set.status.available_replicas < wanted {
        "Progressing"
    } else if wanted == 0 {
        "ScaledDown"
    } else {
        "Healthy"
    }
}

fn replica_set(set: &ReplicaSet, tags: Vec<&'static str>, pods: Option<&[Arc<Pod>]>) -> ReplicaSetPicture {
    let mut own: Vec<&Arc<Pod>> =
        pods.unwrap_or_default().iter().filter(|pod| pod.meta.owned_by(&set.meta.uid)).collect();
    own.sort_by(|a, b| (a.meta.created, &a.meta.name).cmp(&(b.meta.created, &b.meta.name)));
    let deadline = set.meta.annotations.get(SCALE_DOWN_ANNOTATION);
    ReplicaSetPicture {
        name: set.meta.name.clone(),
        uid: set.meta.uid.clone(),
        pod_hash: hash(set).into(),
        status: status(set),
        tags,
        images: set.spec.template.spec.containers.iter().map(|container| container.image.clone()).collect(),
        desired: set.spec.replicas.unwrap_or(1),
        replicas: set.status.replicas,
        ready: set.status.ready_replicas,
        available: set.status.available_replicas,
        template: None,
        scale_down_unread: deadline.is_some_and(|text| !text.is_empty() && text.parse::<Timestamp>().is_err()),
        scale_down_at: deadline.and_then(|text| text.parse::<Timestamp>().ok()),
        created: set.meta.created,
        pods: own.into_iter().map(|pod| pod_picture(pod)).collect(),
    }
}

fn pod_picture(pod: &Pod) -> PodPicture {
    let seen = pod_status::of(pod);
    PodPicture {
        name: pod.meta.name.clone(),
        uid: pod.meta.uid.clone(),
        status: seen.text,
        ready: seen.ready,
        containers: pod.spec.containers.len(),
        restarts: seen.restarts,
        created: pod.meta.created,
        message: seen.message,
        node: pod.spec.node_name.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn set(name: &str, revision: &str, hash: &str, spec: i32, status: &Value) -> Arc<ReplicaSet> {
        let set = json!({
            "metadata": {"name": name, "uid": name, "generation": 2, "ownerReferences": [{"uid": "r"}],
                         "labels": {"rollouts-pod-template-hash": hash},
                         "annotations": {"rollout.argoproj.io/revision": revision, "scale-down-deadline": "rubbish"}},
            "spec": {"replicas": spec}, "status": status});
        Arc::new(serde_json::from_value(set).unwrap())
    }

    fn rollout(strategy: &str, status: &Value) -> Rollout {
        Rollout::decode(&json!({"metadata": {"uid": "r"}, "spec": {"strategy": {strategy: {}}}, "status": status}))
    }

    fn tags(rollout: &Rollout, hash: &str) -> Vec<&'static str> {
        roles(rollout, &set("x", "1", hash, 1, &json!({})))
    }

    #[test]
    fn revisions_come_newest_first_and_replica_sets_by_name() {
        let sets = [
            set("b", "9", "h1", 1, &json!({})),
            set("c", "10", "h2", 1, &json!({})),
            set("a", "9", "h3", 1, &json!({})),
            set("z", "rubbish", "h4", 1, &json!({})),
        ];
        let children = Children { replica_sets: Some(&sets), pods: None, ..Children::default() };
        let found = revisions(&rollout("canary", &json!({})), children).unwrap();
        let names: Vec<(i64, Vec<&str>)> = found
            .iter()
            .map(|revision| (revision.revision, revision.replica_sets.iter().map(|set| &*set.name).collect()))
            .collect();
        assert_eq!(names, [(10, vec!["c"]), (9, vec!["a", "b"]), (0, vec!["z"])]);
        assert_eq!(found[0].replica_sets[0].scale_down_at, None);
        assert!(found[0].replica_sets[0].scale_down_unread);
    }

    #[test]
    fn a_replica_set_of_somebody_else_is_left_out() {
        let sets = [set("a", "1", "h1", 1, &json!({}))];
        let mut other = rollout("canary", &json!({}));
        other.meta.uid = "somebody".into();
        let children = Children { replica_sets: Some(&sets), pods: None, ..Children::default() };
        assert_eq!(revisions(&other, children), Some(vec![]));
        assert_eq!(revisions(&other, Children::default()), None);
    }

    #[test]
    fn canary_roles_follow_the_hashes() {
        let mid = rollout("canary", &json!({"stableRS": "a", "currentPodHash": "b"}));
        assert_eq!(tags(&mid, "a"), ["stable"]);
        assert_eq!(tags(&mid, "b"), ["canary"]);
        assert_eq!(tags(&mid, "c"), [""; 0]);
        assert_eq!(tags(&mid, ""), [""; 0]);
        let done = rollout("canary", &json!({"stableRS": "b", "currentPodHash": "b"}));
        assert_eq!(tags(&done, "b"), ["stable"]);
        let first = rollout("canary", &json!({}));
        assert_eq!(tags(&first, ""), [""; 0]);
        let status = json!({"stableRS": "a", "currentPodHash": "b", "canary": {"stablePingPong": "pong"}});
        assert_eq!(tags(&rollout("canary", &status), "a"), ["stable", "pong"]);
        assert_eq!(tags(&rollout("canary", &status), "b"), ["canary", "ping"]);
    }

    #[test]
    fn blue_green_roles_are_independent_of_stable() {
        let at = |active: &str, preview: &str| {
            rollout(
                "blueGreen",
                &json!({"stableRS": "a", "blueGreen": {"activeSelector": active, "previewSelector": preview}}),
            )
        };
        assert_eq!(tags(&at("a", "b"), "a"), ["stable", "active"]);
        assert_eq!(tags(&at("a", "b"), "b"), ["preview"]);
        assert_eq!(tags(&at("b", "b"), "b"), ["active"]);
        assert_eq!(tags(&at("b", "b"), "a"), ["stable"]);
    }

    #[test]
    fn the_status_of_a_replica_set_follows_generation_failure_and_counts() {
        let at = |spec, value: Value| status(&set("a", "1", "h", spec, &value));
        assert_eq!(at(1, json!({"observedGeneration": 1, "availableReplicas": 1})), "Progressing");
        assert_eq!(at(1, json!({"observedGeneration": 2, "availableReplicas": 1})), "Healthy");
        assert_eq!(at(2, json!({"observedGeneration": 2, "availableReplicas": 1})), "Progressing");
        assert_eq!(at(0, json!({"observedGeneration": 2})), "ScaledDown");
        let failed = json!([{"type": "ReplicaFailure", "status": "True"}]);
        assert_eq!(at(0, json!({"observedGeneration": 2, "conditions": failed})), "ReplicaFailure");
        let over = json!([{"type": "ReplicaFailure", "status": "False"}]);
        assert_eq!(at(0, json!({"observedGeneration": 2, "conditions": over})), "ScaledDown");
    }
}
