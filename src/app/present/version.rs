//! Versions: what a person calls the image. The tag, or the beginning of the digest; several images one after the
//! other.

use super::Subject;
use crate::argo::picture::ReplicaSetPicture;
use crate::argo::rollout::StrategyKind;

/// How much of a digest is shown.
const DIGEST: usize = 8;

/// The version of one image: `2.42.0` of `eu.gcr.io/shop/checkout:2.42.0`, `sha256:1a2b3c4d` of a digest, the last
/// part of the path when there is neither.
#[must_use]
pub fn of_image(image: &str) -> String {
    let (name, digest) = image.split_once('@').map_or((image, None), |(name, digest)| (name, Some(digest)));
    let last = name.rsplit('/').next().unwrap_or(name);
    if let Some((_, tag)) = last.split_once(':').filter(|(_, tag)| !tag.is_empty()) {
        return tag.to_owned();
    }
    match digest.and_then(|digest| digest.split_once(':')) {
        Some((kind, hash)) => format!("{kind}:{}", hash.chars().take(DIGEST).collect::<String>()),
        None => last.trim_end_matches(':').to_owned(),
    }
}

/// The versions of several images, without repeats: `2.42.0`, `2.42.0 + 1.1`.
#[must_use]
pub fn of_images<'a>(images: impl IntoIterator<Item = &'a str>) -> String {
    let mut versions: Vec<String> = Vec::new();
    for version in images.into_iter().filter(|image| !image.is_empty()).map(of_image) {
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    versions.join(" + ")
}

/// The version of a ReplicaSet.
#[must_use]
pub fn of_replica_set(set: &ReplicaSetPicture) -> String {
    of_images(set.images.iter().map(|image| &**image))
}

/// The version that the rollout's own template asks for (what is being rolled out); with a referenced workload, that
/// of the newest ReplicaSet; empty when not known.
#[must_use]
pub fn wanted(subject: &Subject<'_>) -> String {
    if let Some(template) = &subject.rollout.spec.template {
        return of_images(template.spec.containers.iter().map(|container| &*container.image));
    }
    let hash = &subject.rollout.status.current_pod_hash;
    let mut sets = subject.picture.revisions.iter().flat_map(|revision| &revision.replica_sets);
    match sets.find(|set| !hash.is_empty() && set.pod_hash == *hash) {
        Some(set) => of_replica_set(set),
        None => of_images(subject.picture.images.iter().map(|tagged| &*tagged.image)),
    }
}

/// The version of the stable ReplicaSet (blue-green: the active one); `None` when ReplicaSets are not known.
#[must_use]
pub fn stable(subject: &Subject<'_>) -> Option<String> {
    let role = if subject.picture.strategy == StrategyKind::BlueGreen { "active" } else { "stable" };
    subject.with_role(role).or_else(|| subject.with_role("stable")).map(of_replica_set)
}

/// `2.41.0 → 2.42.0` during an update when both are known, `2.41.0, not 2.42.0` after an abort, else one version.
#[must_use]
pub fn change(subject: &Subject<'_>) -> String {
    let wanted = wanted(subject);
    match stable(subject) {
        Some(stable) if (subject.is_updating() || subject.is_lagging()) && stable != wanted && !stable.is_empty() => {
            if subject.is_aborted() {
                format!("{stable}, not {wanted}")
            } else {
                format!("{stable} → {wanted}")
            }
        }
        _ => wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_an_image_is_its_tag_or_the_beginning_of_its_digest() {
        let table = [
            ("eu.gcr.io/shop/checkout:2.42.0", "2.42.0"),
            ("localhost:5000/checkout", "checkout"),
            ("localhost:5000/checkout:v1", "v1"),
            ("shop/checkout@sha256:1a2b3c4d5e6f7a8b", "sha256:1a2b3c4d"),
            ("shop/checkout:2.0@sha256:1a2b3c4d5e6f7a8b", "2.0"),
            ("nginx", "nginx"),
            ("nginx:", "nginx"),
            ("x@y", "x"),
            ("", ""),
        ];
        for (image, version) in table {
            assert_eq!(of_image(image), version, "{image}");
        }
    }

    #[test]
    fn several_images_are_named_once_each() {
        assert_eq!(of_images(["a:1", "b:2", "c:1", ""]), "1 + 2");
    }
}
