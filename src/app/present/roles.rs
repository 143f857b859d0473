//! The versions by their roles: who serves, who is to serve, with their pods.

use super::{Subject, version};
use crate::app::model::RoleLine;
use crate::argo::picture::ReplicaSetPicture;
use crate::argo::rollout::StrategyKind;

/// Canary: the new one first. Blue-green: the active one first, as the traffic goes over from it. Experiments last.
#[must_use]
pub fn lines(subject: &Subject<'_>) -> Vec<RoleLine> {
    let sets = subject.picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    let mut tagged: Vec<&ReplicaSetPicture> = sets.filter(|set| !set.tags.is_empty()).collect();
    let first = if subject.picture.strategy == StrategyKind::BlueGreen { "active" } else { "canary" };
    tagged.sort_by_key(|set| !set.tags.contains(&first));
    let mut lines: Vec<RoleLine> = tagged.into_iter().map(|set| line(set, set.tags.join(", "))).collect();
    let experiments = subject.picture.revisions.iter().flat_map(|revision| &revision.experiments);
    for set in experiments.flat_map(|experiment| &experiment.replica_sets) {
        if set.desired > 0 || set.replicas > 0 {
            lines.push(line(
                set,
                format!("experiment {}", set.template.as_deref().unwrap_or_default()).trim().to_owned(),
            ));
        }
    }
    lines
}

fn line(set: &ReplicaSetPicture, role: String) -> RoleLine {
    RoleLine {
        role,
        version: version::of_replica_set(set),
        desired: set.desired,
        ready: set.ready,
        available: set.available,
    }
}
