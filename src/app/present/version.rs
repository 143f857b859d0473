//! Versions: what a person calls the image. The tag, or the beginning of the digest; several images one after the
//! other.

use super::Subject;

/// The version of one image: `2.42.0` of `eu.gcr.io/shop/checkout:2.42.0`, `sha256:1a2b3c4d` of a digest, the last
/// part of the path when there is neither.
#[must_use]
pub fn of_image(image: &str) -> String {
    let _ = image;
    todo!()
}

/// The versions of several images, without repeats: `2.42.0`, `2.42.0 + 1.1`.
#[must_use]
pub fn of_images<'a>(images: impl IntoIterator<Item = &'a str>) -> String {
    let _ = images.into_iter().count();
    todo!()
}

/// The version that the rollout's own template asks for (what is being rolled out); empty when not known.
#[must_use]
pub fn wanted(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}

/// The version of the stable ReplicaSet; `None` when ReplicaSets are not known.
#[must_use]
pub fn stable(subject: &Subject<'_>) -> Option<String> {
    let _ = subject;
    todo!()
}

/// `2.41.0 → 2.42.0` during an update when both are known, else the wanted version.
#[must_use]
pub fn change(subject: &Subject<'_>) -> String {
    let _ = subject;
    todo!()
}
