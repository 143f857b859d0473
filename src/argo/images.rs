//! Images that run, and the roles of the ReplicaSets that run them (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/info/rollout_info.go`, `Images`).

use super::picture::{Children, Revision, TaggedImage};
use super::rollout::{PodTemplate, Rollout};
use super::workload::Workload;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

/// Images of the main containers of ReplicaSets that have pods, sorted, each once, with all its roles; those of an
/// experiment carry `Σ:` and their template. Without ReplicaSets at hand: the images that the spec, or the workload that it
/// refers to, asks for, without a role, since nothing says that they run.
///
/// The roles stand in the order of the ReplicaSet's own (`stable, active`); where an image comes a second time, they are
/// put together and sorted, as the plugin does.
#[must_use]
pub fn of(rollout: &Rollout, revisions: &[Revision], children: Children<'_>) -> Vec<TaggedImage> {
    let mut found: BTreeMap<&Arc<str>, Vec<String>> = BTreeMap::new();
    if children.replica_sets.is_some() {
        let own = revisions.iter().flat_map(|revision| &revision.replica_sets);
        let experiments = revisions.iter().flat_map(|revision| &revision.experiments);
        let sets = own.chain(experiments.flat_map(|experiment| &experiment.replica_sets));
        for set in sets.filter(|set| set.replicas > 0) {
            let tags: Vec<String> = match &set.template {
                Some(template) => vec![format!("Σ:{template}")],
                None => set.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            };
            for image in &set.images {
                match found.entry(image) {
                    Entry::Vacant(vacant) => {
                        vacant.insert(tags.clone());
                    }
                    Entry::Occupied(mut there) => {
                        there.get_mut().extend(tags.iter().cloned());
                        there.get_mut().sort_unstable();
                        there.get_mut().dedup();
                    }
                }
            }
        }
    } else {
        for container in template(rollout, children.workload).iter().flat_map(|template| &template.spec.containers) {
            found.entry(&container.image).or_default();
        }
    }
    found.into_iter().map(|(image, tags)| TaggedImage { image: Arc::clone(image), tags }).collect()
}

/// The template that is rolled out: the spec's own, else that of the workload it refers to. `None` when that is not known.
#[must_use]
pub fn template<'a>(rollout: &'a Rollout, workload: Option<&'a Workload>) -> Option<&'a PodTemplate> {
    let own = rollout.spec.template.as_ref().filter(|template| !template.spec.containers.is_empty());
    own.or_else(|| {
        let referenced = workload.filter(|workload| workload.is_referenced_by(rollout))?;
        Some(&referenced.spec.template)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::argo::picture::{Children, of as picture};
    use serde_json::json;
    use std::sync::Arc;

    fn images(sets: &[(&str, &[&str], i32)]) -> Vec<String> {
        let rollout = Rollout::decode(&json!({"metadata": {"uid": "u"},
            "spec": {"strategy": {"blueGreen": {}}, "template": {"spec": {"containers": [{"image": "web:9"}, {"image": "log:1"}]}}},
            "status": {"stableRS": "a", "blueGreen": {"activeSelector": "a", "previewSelector": "b"}}}));
        let sets: Vec<_> = sets
            .iter()
            .map(|(hash, images, pods)| {
                let containers: Vec<_> = images.iter().map(|image| json!({"image": image})).collect();
                let set = json!({"metadata": {"name": hash, "ownerReferences": [{"uid": "u"}], "labels": {"rollouts-pod-template-hash": hash}},
                    "spec": {"template": {"spec": {"containers": containers}}}, "status": {"replicas": pods}});
                Arc::new(serde_json::from_value(set).unwrap())
            })
            .collect();
        let known = Children { replica_sets: Some(&sets), pods: None, ..Children::default() };
        let children = if sets.is_empty() { Children::default() } else { known };
        let found = picture(&rollout, children, "2026-01-01T00:00:00Z".parse().unwrap()).images;
        found.iter().map(|image| format!("{} {}", image.image, image.tags.join(","))).collect()
    }

    #[test]
    fn images_of_replica_sets_with_pods_carry_their_roles() {
        assert_eq!(
            images(&[("a", &["web:1"], 3), ("b", &["web:2"], 1), ("c", &["web:0"], 0)]),
            ["web:1 stable,active", "web:2 preview"]
        );
        assert_eq!(images(&[("c", &["web:0"], 1), ("a", &["web:1"], 3)]), ["web:0 ", "web:1 stable,active"]);
    }

    #[test]
    fn an_image_of_two_replica_sets_has_the_sorted_roles_of_both() {
        let both = images(&[("a", &["web:1", "log:1"], 3), ("b", &["web:2", "log:1"], 1)]);
        assert_eq!(both, ["log:1 active,preview,stable", "web:1 stable,active", "web:2 preview"]);
    }

    #[test]
    fn without_replica_sets_the_images_of_the_spec_have_no_role() {
        assert_eq!(images(&[]), ["log:1 ", "web:9 "]);
    }
}
