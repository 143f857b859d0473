//! What befalls containers and pods, so that every state that people meet can be called up.
//!
//! The last word of an image's tag decides (`ghcr.io/shop/web:2.1.0-crash`, or `:crash`), or a deed of the scenario about
//! that image:
//!
//! | word in the tag | deed | what happens |
//! | --- | --- | --- |
//! | `missing`, and `:does-not-exist` | `break-image` | ErrImagePull and ImagePullBackOff: not found |
//! | `private` | `lock-image` | the same: pull access denied |
//! | `crash` | `crash-image` | ends 3 s after its start with exit code 1, again and again: Error, CrashLoopBackOff |
//! | `oom` | `oom-image` | ends 6 s after its start by the kernel, exit code 137: OOMKilled, CrashLoopBackOff |
//! | `unready` | `unready-image` | runs, and its readiness probe fails |
//! | `noconfig` | | CreateContainerConfigError: its ConfigMap is not there |
//! | `hang` | | as an init container never ends: Init:0/1; as another one runs as usual |
//! | `slowstop` | | takes its whole grace period to stop: Terminating |
//! | `unschedulable` | | no node fits: Pending |
//!
//! `fix-image` and `calm-image` take a deed back. The words hold for init containers by their own images: one that
//! crashes is Init:Error, then Init:CrashLoopBackOff. Not by tag: an image that is no reference is InvalidImageName; a
//! container whose environment names a ConfigMap or a Secret that is not there is CreateContainerConfigError until it
//! comes; a pod that asks for more than a node has, or for a node that is not there, stays Pending; `fill-nodes` and
//! `free-nodes` make that so for all new pods; `evict-pod` evicts one.

use std::collections::BTreeMap;

/// What befalls the containers of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Nothing: it runs.
    Runs,
    /// The registry does not have it.
    Missing,
    /// The registry does not show it.
    Private,
    /// It ends by itself with exit code 1.
    Crashes,
    /// It is killed for its memory.
    OutOfMemory,
    /// Its readiness probe fails.
    Unready,
    /// Its configuration is not there.
    NoConfig,
    /// As an init container it does not end.
    Hangs,
    /// It does not stop when asked to.
    SlowStop,
    /// Its pod fits on no node.
    Unschedulable,
    /// The text is no image reference.
    NoReference,
}

impl Fate {
    /// What an image's own text says.
    fn of(image: &str) -> Self {
        let (repository, tag) = split(image);
        if image.is_empty() || repository.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b' ') {
            return Self::NoReference;
        }
        if tag == "does-not-exist" {
            return Self::Missing;
        }
        match tag.rsplit(['-', '_', '.']).next().unwrap_or_default() {
            "missing" => Self::Missing,
            "private" => Self::Private,
            "crash" => Self::Crashes,
            "oom" => Self::OutOfMemory,
            "unready" => Self::Unready,
            "noconfig" => Self::NoConfig,
            "hang" => Self::Hangs,
            "slowstop" => Self::SlowStop,
            "unschedulable" => Self::Unschedulable,
            _ => Self::Runs,
        }
    }
}

/// Repository and tag; the tag is empty where there is none.
fn split(image: &str) -> (&str, &str) {
    let image = image.split('@').next().unwrap_or_default();
    let name_from = image.rfind('/').map_or(0, |slash| slash + 1);
    match image[name_from..].find(':') {
        Some(colon) => (&image[..name_from + colon], &image[name_from + colon + 1..]),
        None => (image, ""),
    }
}

/// What is wrong around the pods of a cluster, by people's doing.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    fates: BTreeMap<String, Fate>,
    /// No node has room.
    pub full: bool,
}

impl Surroundings {
    /// What befalls the containers of an image.
    pub fn fate(&self, image: &str) -> Fate {
        self.fates.get(image).copied().unwrap_or_else(|| Fate::of(image))
    }

    /// From now on this befalls an image; `Fate::Runs` takes it back.
    pub fn befall(&mut self, image: &str, fate: Fate) {
        if fate == Fate::Runs {
            self.fates.remove(image);
        } else {
            self.fates.insert(image.to_owned(), fate);
        }
    }
}

/// Why an image cannot be pulled, in the words of containerd.
pub fn pull_error(image: &str, fate: Fate) -> String {
    let first = image.split('/').next().unwrap_or_default();
    let whole = if image.contains('/') && (first.contains('.') || first.contains(':')) {
        image.to_owned()
    } else if image.contains('/') {
        format!("docker.io/{image}")
    } else {
        format!("docker.io/library/{image}")
    };
    if fate == Fate::Private {
        return format!(
            "failed to pull and unpack image \"{whole}\": failed to resolve reference \"{whole}\": pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
        );
    }
    format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{whole}\": failed to resolve reference \"{whole}\": {whole}: not found"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_of_a_tag_decides() {
        for (image, fate) in [
            ("web", Fate::Runs),
            ("localhost:5000/web", Fate::Runs),
            ("ghcr.io/shop/web:2.1.0", Fate::Runs),
            ("ghcr.io/shop/web:2.1.0-crash", Fate::Crashes),
            ("web:crash", Fate::Crashes),
            ("ghcr.io/crash/oom:1", Fate::Runs),
            ("web:2-oom@sha256:00", Fate::OutOfMemory),
            ("web:does-not-exist", Fate::Missing),
            ("ghcr.io/Shop/web:1", Fate::NoReference),
            ("", Fate::NoReference),
        ] {
            assert_eq!(Fate::of(image), fate, "{image}");
        }
    }

    #[test]
    fn a_deed_stands_above_the_tag_until_it_is_taken_back() {
        let mut surroundings = Surroundings::default();
        surroundings.befall("web:1", Fate::Crashes);
        assert_eq!(surroundings.fate("web:1"), Fate::Crashes);
        surroundings.befall("web:1", Fate::Runs);
        assert_eq!(surroundings.fate("web:1"), Fate::Runs);
    }
}
