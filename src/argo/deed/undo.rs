//! Undo: which revision "back" means, and the template that goes back.
//!
//! The kubectl plugin takes the second highest revision number, which after an abort may be another bad version; here
//! it is the stable one, while there is one to go back to (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/cmd/undo`).

use super::refusal::Refusal;
use crate::argo::meta::POD_HASH_LABEL;
use crate::argo::replicaset::ReplicaSet;
use crate::argo::rollout::Rollout;
use serde_json::Value;
use std::sync::Arc;

/// The annotation with what the controller put into the pods of a ReplicaSet beside its template.
const EPHEMERAL: &str = "rollout.argoproj.io/ephemeral-metadata";

/// Where to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The stable version; where that is the present one, the revision before it.
    Back,
    /// This revision.
    Revision(i64),
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Its ReplicaSet.
    pub replica_set: Arc<ReplicaSet>,
    /// Its revision.
    pub revision: i64,
    /// It is the stable one.
    pub stable: bool,
    /// The revision that the kubectl plugin would take without a number, where that is another one.
    pub plugin: Option<i64>,
}

/// The revisions that can be gone back to, newest first, each with its ReplicaSet: those of another template than the
/// present one.
#[must_use]
pub fn revisions(rollout: &Rollout, sets: &[Arc<ReplicaSet>]) -> Vec<Arc<ReplicaSet>> {
    let mut own: Vec<Arc<ReplicaSet>> =
        sets.iter().filter(|set| set.meta.owned_by(&rollout.meta.uid) && !is_present(rollout, set)).cloned().collect();
    own.sort_by_key(|set| std::cmp::Reverse((set.meta.revision(), set.meta.name.clone())));
    own
}

fn hash(set: &ReplicaSet) -> &str {
    set.meta.labels.get(POD_HASH_LABEL).map_or("", |hash| hash)
}

fn is_present(rollout: &Rollout, set: &ReplicaSet) -> bool {
    hash(set) == &*rollout.status.current_pod_hash
}

/// Chooses.
///
/// # Errors
/// There is nothing to go back to, or not that revision.
pub fn choose(rollout: &Rollout, sets: &[Arc<ReplicaSet>], target: Target) -> Result<Chosen, Refusal> {
    let others = revisions(rollout, sets);
    let is_stable = |set: &ReplicaSet| !rollout.status.stable_rs.is_empty() && hash(set) == &*rollout.status.stable_rs;
    let mut numbers: Vec<i64> =
        sets.iter().filter(|set| set.meta.owned_by(&rollout.meta.uid)).map(|set| set.meta.revision()).collect();
    numbers.sort_unstable_by_key(|number| std::cmp::Reverse(*number));
    let found = match target {
        Target::Revision(revision) => match others.iter().find(|set| set.meta.revision() == revision) {
            Some(set) => set,
            None if numbers.contains(&revision) => return Err(Refusal::SameTemplate { revision }),
            None => return Err(Refusal::NoRevision { revision, known: numbers }),
        },
        Target::Back => match others.iter().find(|set| is_stable(set)).or(others.first()) {
            Some(set) => set,
            None => return Err(Refusal::NoHistory { kept: rollout.spec.revision_history_limit != Some(0) }),
        },
    };
    let revision = found.meta.revision();
    let plugin = numbers.get(1).copied().filter(|plugin| *plugin != revision && target == Target::Back);
    Ok(Chosen { replica_set: found.clone(), revision, stable: is_stable(found), plugin })
}

/// The pod template of a ReplicaSet as it goes back into a spec: without the hash label, and without what the
/// controller puts into the pods of a role. All other fields stay as they are, also those nobody here knows.
#[must_use]
pub fn template(replica_set: &Value) -> Value {
    let mut template = replica_set.pointer("/spec/template").cloned().unwrap_or(Value::Null);
    let injected = replica_set
        .pointer("/metadata/annotations")
        .and_then(|annotations| annotations.get(EPHEMERAL))
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str::<Value>(text).ok())
        .unwrap_or(Value::Null);
    for kind in ["labels", "annotations"] {
        let Some(fields) = template.pointer_mut(&format!("/metadata/{kind}")).and_then(Value::as_object_mut) else {
            continue;
        };
        if kind == "labels" {
            fields.remove(POD_HASH_LABEL);
        }
        let keys = injected.get(kind).and_then(Value::as_object);
        for (key, value) in keys.into_iter().flatten() {
            // What the spec says itself under the same key is not the controller's.
            if fields.get(key) == Some(value) {
                fields.remove(key);
            }
        }
        if fields.is_empty()
            && let Some(meta) = template.pointer_mut("/metadata").and_then(Value::as_object_mut)
        {
            meta.remove(kind);
        }
    }
    template
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn set(revision: i64, hash: &str) -> Arc<ReplicaSet> {
        Arc::new(
            serde_json::from_value(json!({"metadata": {"name": format!("web-{hash}"), "uid": hash,
                "ownerReferences": [{"uid": "u"}], "labels": {"rollouts-pod-template-hash": hash},
                "annotations": {"rollout.argoproj.io/revision": revision.to_string()}}}))
            .unwrap(),
        )
    }

    fn rollout(current: &str, stable: &str) -> Rollout {
        Rollout::decode(&json!({"metadata": {"uid": "u"}, "spec": {"strategy": {"canary": {}}},
            "status": {"currentPodHash": current, "stableRS": stable}}))
    }

    #[test]
    fn back_is_the_stable_version_and_what_the_plugin_would_take_is_told() {
        let sets = [set(1, "good"), set(2, "bad"), set(3, "worse")];
        // Revision 3 was aborted, and so was 2 before it.
        let chosen = choose(&rollout("worse", "good"), &sets, Target::Back).unwrap();
        assert_eq!((chosen.revision, chosen.stable, chosen.plugin), (1, true, Some(2)));
        // All is well with revision 3: the one before it.
        let chosen = choose(&rollout("worse", "worse"), &sets, Target::Back).unwrap();
        assert_eq!((chosen.revision, chosen.stable, chosen.plugin), (2, false, None));
        let chosen = choose(&rollout("worse", "good"), &sets, Target::Revision(2)).unwrap();
        assert_eq!((chosen.revision, chosen.stable, chosen.plugin), (2, false, None));
    }

    #[test]
    fn what_cannot_be_gone_back_to_says_why() {
        let sets = [set(1, "a"), set(2, "b")];
        let at = rollout("b", "a");
        assert_eq!(choose(&at, &sets, Target::Revision(2)), Err(Refusal::SameTemplate { revision: 2 }));
        assert_eq!(
            choose(&at, &sets, Target::Revision(9)),
            Err(Refusal::NoRevision { revision: 9, known: vec![2, 1] })
        );
        assert_eq!(choose(&at, &sets[1..], Target::Back), Err(Refusal::NoHistory { kept: true }));
        let mut none = at.clone();
        none.spec.revision_history_limit = Some(0);
        assert_eq!(choose(&none, &sets[1..], Target::Back), Err(Refusal::NoHistory { kept: false }));
        assert_eq!(choose(&at, &[], Target::Back), Err(Refusal::NoHistory { kept: true }));
    }

    #[test]
    fn what_the_controller_put_in_does_not_go_back() {
        let set = json!({
            "metadata": {"annotations": {EPHEMERAL: r#"{"labels":{"role":"canary","team":"a"},"annotations":{"x":"y"}}"#}},
            "spec": {"template": {
                "metadata": {"labels": {"app": "web", "role": "canary", "team": "b", POD_HASH_LABEL: "h"},
                    "annotations": {"x": "y"}},
                "spec": {"containers": [{"name": "a", "image": "i", "resizePolicy": []}], "futureField": {"a": [1]}}}}});
        let found = template(&set);
        assert_eq!(found["metadata"], json!({"labels": {"app": "web", "team": "b"}}));
        assert_eq!(found["spec"], set["spec"]["template"]["spec"]);
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z]{0,6}".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-zA-Z]{1,6}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn fields_of_a_template_that_nobody_here_knows_come_back_as_they_were(spec in any_value(), more in any_value()) {
            let set = json!({"spec": {"template": {"metadata": {"labels": {"app": "web", POD_HASH_LABEL: "h"}, "more": more},
                "spec": spec}}});
            let found = template(&set);
            prop_assert_eq!(&found["spec"], &spec);
            prop_assert_eq!(&found["metadata"]["more"], &more);
            prop_assert_eq!(&found["metadata"]["labels"], &json!({"app": "web"}));
        }
    }
}
