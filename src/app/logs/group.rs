//! Whose logs: the ReplicaSets with pods, by the roles they play, and which containers of which pods are read.

use super::Whose;
use crate::app::detail::Detail;
use crate::argo::feed::LogSource;
use crate::argo::picture::ReplicaSetPicture;
use crate::argo::pod::Pod;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Containers that are read at once.
pub const MOST: usize = 10;

/// The annotation with the container that `kubectl logs` takes.
const DEFAULT_CONTAINER: &str = "kubectl.kubernetes.io/default-container";

/// A ReplicaSet with pods.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its uid.
    pub uid: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// Revision.
    pub revision: i64,
    /// Its role, or its revision in words: `canary`, `revision 3`.
    pub role: String,
}

impl Group {
    /// `canary revision 42`.
    #[must_use]
    pub fn words(&self) -> String {
        let revision = format!("revision {}", self.revision);
        match (self.role.is_empty(), self.revision) {
            (true, 0) => self.name.to_string(),
            (true, _) => revision,
            (false, 0) => self.role.clone(),
            (false, _) => format!("{} {revision}", self.role),
        }
    }
}

/// The ReplicaSets with pods, newest revision first.
#[must_use]
pub fn groups(detail: &Detail) -> Vec<Group> {
    let sets = detail.picture.revisions.iter().flat_map(|revision| {
        let own = revision.replica_sets.iter();
        let of_experiments = revision.experiments.iter().flat_map(|experiment| experiment.replica_sets.iter());
        own.chain(of_experiments).map(|set| (revision.revision, set))
    });
    sets.filter(|(_, set)| !set.pods.is_empty())
        .map(|(revision, set)| Group { uid: set.uid.clone(), name: set.name.clone(), revision, role: role(set) })
        .collect()
}

fn role(set: &ReplicaSetPicture) -> String {
    let known = ["canary", "preview", "active", "stable"].into_iter().find(|role| set.tags.contains(role));
    match (&set.template, known) {
        (Some(template), _) => format!("experiment {template}"),
        (None, Some(role)) => role.to_owned(),
        (None, None) => String::new(),
    }
}

/// Which of them is meant: the one that was chosen, as long as it has pods; else the new version, else the stable one.
#[must_use]
pub fn chosen<'a>(groups: &'a [Group], whose: &Whose) -> Option<&'a Group> {
    let by = |role: &str| groups.iter().find(|group| group.role == role);
    let wanted = match whose {
        Whose::Newest | Whose::Pod(..) => None,
        Whose::Set(uid) => groups.iter().find(|group| group.uid == *uid),
        Whose::Revision(revision) => groups.iter().find(|group| group.revision == *revision),
    };
    let newest = || by("canary").or_else(|| by("preview")).or_else(|| by("stable")).or_else(|| by("active"));
    wanted.or_else(newest).or_else(|| groups.first())
}

/// The pods that are meant, oldest first. `None`: pods are not known.
#[must_use]
pub fn pods<'a>(detail: &'a Detail, group: Option<&Group>, whose: &Whose) -> Option<Vec<&'a Pod>> {
    let all = detail.children().pods?;
    let mut pods: Vec<&Pod> = match (whose, group) {
        (Whose::Pod(name, uid), _) => {
            all.iter().filter(|pod| pod.meta.name == *name && pod.meta.uid == *uid).map(AsRef::as_ref).collect()
        }
        (_, Some(group)) => all.iter().filter(|pod| pod.meta.owned_by(&group.uid)).map(AsRef::as_ref).collect(),
        (_, None) => Vec::new(),
    };
    pods.sort_by(|a, b| (a.meta.created, &a.meta.name).cmp(&(b.meta.created, &b.meta.name)));
    Some(pods)
}

/// What a person has chosen among containers and pods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Container names that are read; `None`: of each pod the one that it names as its default, else its first.
    pub containers: Option<BTreeSet<Arc<str>>>,
    /// Pods that are not read.
    pub without: BTreeSet<Arc<str>>,
    /// The container before its last restart.
    pub previous: bool,
}

/// What is to be read, and how much of it is left out because it is too much at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// At most [`MOST`], with the restarts of the container so far.
    pub sources: Vec<(LogSource, i32)>,
    /// More than that.
    pub left_out: usize,
}

/// What is to be read of some pods.
#[must_use]
pub fn wanted(pods: &[&Pod], choice: &Choice) -> Wanted {
    let mut all = Vec::new();
    for pod in pods.iter().filter(|pod| !choice.without.contains(&pod.meta.name)) {
        for container in containers(pod) {
            let on = match &choice.containers {
                Some(names) => names.contains(&container),
                None => Some(&container) == default_container(pod).as_ref(),
            };
            let restarts = restarts(pod, &container);
            if on && (!choice.previous || restarts > 0) {
                let source = LogSource { pod: pod.meta.name.clone(), container, previous: choice.previous };
                all.push((source, restarts));
            }
        }
    }
    let left_out = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    Wanted { sources: all, left_out }
}

/// Names of a pod's containers, the main ones first.
#[must_use]
pub fn containers(pod: &Pod) -> Vec<Arc<str>> {
    pod.spec.containers.iter().chain(&pod.spec.init_containers).map(|container| Arc::from(&*container.name)).collect()
}

/// The container that is read unless another one is chosen.
#[must_use]
pub fn default_container(pod: &Pod) -> Option<Arc<str>> {
    let named = pod.meta.annotations.get(DEFAULT_CONTAINER).map(|name| &**name);
    let named = named.filter(|name| pod.spec.containers.iter().any(|container| &*container.name == *name));
    named.or_else(|| pod.spec.containers.first().map(|container| &*container.name)).map(Arc::from)
}

fn restarts(pod: &Pod, container: &str) -> i32 {
    let statuses = pod.status.container_statuses.iter().chain(&pod.status.init_container_statuses);
    statuses.filter(|status| &*status.name == container).map(|status| status.restart_count).max().unwrap_or(0)
}

/// What tells a pod from others in few letters: the end of its name behind the last hyphen, or more of it where two
/// would look the same.
#[must_use]
pub fn short(name: &str, among: &[&str]) -> String {
    let mut ends: Vec<usize> = name.match_indices('-').map(|(at, _)| at + 1).collect();
    ends.push(0);
    ends.sort_unstable_by(|a, b| b.cmp(a));
    let alone = |end: &&str| among.iter().filter(|other| other.ends_with(*end)).count() < 2;
    let found = ends.into_iter().map(|at| &name[at..]).filter(|end| !end.is_empty()).find(alone);
    found.unwrap_or(name).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn pod(name: &str, more: &serde_json::Value) -> Pod {
        let mut pod = json!({"metadata": {"name": name, "uid": name},
            "spec": {"containers": [{"name": "app"}, {"name": "proxy"}], "initContainers": [{"name": "setup"}]},
            "status": {"containerStatuses": [{"name": "app", "restartCount": 2}]}});
        json_patch::merge(&mut pod, more);
        serde_json::from_value(pod).unwrap()
    }

    fn names(wanted: &Wanted) -> Vec<String> {
        wanted.sources.iter().map(|(source, _)| format!("{}/{}", source.pod, source.container)).collect()
    }

    #[test]
    fn of_each_pod_its_default_container_is_read_unless_others_are_chosen() {
        let (plain, named) =
            (pod("a", &json!({})), pod("b", &json!({"metadata": {"annotations": {DEFAULT_CONTAINER: "proxy"}}})));
        let pods = [&plain, &named];
        assert_eq!(names(&wanted(&pods, &Choice::default())), ["a/app", "b/proxy"]);
        let setup = Choice { containers: Some(["setup".into(), "app".into()].into()), ..Choice::default() };
        assert_eq!(names(&wanted(&pods, &setup)), ["a/app", "a/setup", "b/app", "b/setup"]);
        let without = Choice { without: ["a".into()].into(), ..Choice::default() };
        assert_eq!(names(&wanted(&pods, &without)), ["b/proxy"]);
        let before = Choice { previous: true, ..Choice::default() };
        assert_eq!(names(&wanted(&pods, &before)), ["a/app"], "the proxy has not restarted");
    }

    #[test]
    fn more_than_ten_containers_are_told_and_not_read() {
        let all: Vec<Pod> = (0..12).map(|n| pod(&format!("p{n}"), &json!({}))).collect();
        let pods: Vec<&Pod> = all.iter().collect();
        let wanted = wanted(&pods, &Choice::default());
        assert_eq!((wanted.sources.len(), wanted.left_out), (10, 2));
    }

    #[test]
    fn a_pod_is_told_by_the_end_of_its_name() {
        let pods = ["web-5f4d-b2k9x", "web-5f4d-hx2lm", "web-6c6c-hx2lm"];
        assert_eq!(short(pods[0], &pods), "b2k9x");
        assert_eq!(short(pods[1], &pods), "5f4d-hx2lm");
        assert_eq!(short("web", &["web"]), "web");
        assert_eq!(short("a-", &["a-"]), "a-");
    }
}
