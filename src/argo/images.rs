//! Images that run, and the roles of the ReplicaSets that run them (Argo Rollouts,
//! `pkg/kubectl-argo-rollouts/info/rollout_info.go`, `Images`).

use super::picture::{ReplicaSetPicture, Revision, TaggedImage};
use super::rollout::Rollout;
use std::collections::{BTreeMap, BTreeSet};

/// Images of the main containers of ReplicaSets that have pods, sorted, each once, with all its roles. Without
/// ReplicaSets at hand: the images that the spec asks for, without a role, since nothing says that they run.
#[must_use]
pub fn of(rollout: &Rollout, revisions: Option<&[Revision]>) -> Vec<TaggedImage> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    match revisions {
        Some(revisions) => {
            let sets = revisions.iter().flat_map(|revision| &revision.replica_sets);
            for ReplicaSetPicture { images, tags, .. } in sets.filter(|set| set.replicas > 0) {
                for image in images {
                    found.entry(image).or_default().extend(tags);
                }
            }
        }
        None => {
            let template = rollout.spec.template.iter();
            for container in template.flat_map(|template| &template.spec.containers) {
                found.entry(&container.image).or_default();
            }
        }
    }
    found
        .into_iter()
        .map(|(image, tags)| TaggedImage {
            image: image.to_owned(),
            tags: tags.into_iter().map(ToOwned::to_owned).collect(),
        })
        .collect()
}
