//! Kin: which objects belong to one rollout. Ownership is decided by uid; events, which outlive what they are about, by
//! uid too, and by the names that controllers give where the object is gone.

use super::event::Involved;
use super::feed::WorkloadName;
use super::meta::{Meta, POD_HASH_LABEL};
use super::rollout::{LabelSelector, Rollout};
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

/// Pods and AnalysisRuns that are remembered at most: they come and go for as long as a rollout is looked at.
const PASSING: usize = 5_000;

/// The objects that belong to one rollout, as they become known.
#[derive(Clone, Debug, Default)]
pub struct Kin {
    rollout: Arc<str>,
    uids: HashSet<Arc<str>>,
    /// By kind and name: the uid, where there is one.
    names: HashMap<&'static str, HashMap<Arc<str>, Arc<str>>>,
    /// Those that come and go, in the order in which they came: kind, name, uid.
    passing: VecDeque<(&'static str, Arc<str>, Arc<str>)>,
}

impl Kin {
    /// The rollout alone.
    #[must_use]
    pub fn new(uid: &Arc<str>, name: &Arc<str>) -> Self {
        let mut kin = Self { rollout: Arc::clone(name), ..Self::default() };
        kin.put("Rollout", name, uid);
        kin
    }

    /// Takes an object in; whether it was not known.
    pub fn add(&mut self, kind: &'static str, meta: &Meta) -> bool {
        self.put(kind, &meta.name, &meta.uid)
    }

    fn put(&mut self, kind: &'static str, name: &Arc<str>, uid: &Arc<str>) -> bool {
        if !uid.is_empty() {
            self.uids.insert(Arc::clone(uid));
        }
        let before = self.names.entry(kind).or_default().insert(Arc::clone(name), Arc::clone(uid));
        let new = before.is_none_or(|before| before != *uid);
        if new && matches!(kind, "Pod" | "AnalysisRun") {
            self.passing.push_back((kind, Arc::clone(name), Arc::clone(uid)));
            self.bound();
        }
        new
    }

    /// The oldest are forgotten. One that is still there is known again with its next change, and the events of a pod
    /// are known by its name.
    fn bound(&mut self) {
        while self.passing.len() > PASSING {
            let Some((kind, name, uid)) = self.passing.pop_front() else { return };
            self.uids.remove(&uid);
            let names = self.names.entry(kind).or_default();
            if names.get(&name) == Some(&uid) {
                names.remove(&name);
            }
        }
    }

    /// Whether one of them owns an object.
    #[must_use]
    pub fn owns(&self, meta: &Meta) -> bool {
        meta.owners.iter().any(|owner| !owner.uid.is_empty() && self.uids.contains(&*owner.uid))
    }

    /// Whether an event is about one of them. An object whose uid is known to be another one is another object of the
    /// same name.
    #[must_use]
    pub fn involves(&self, about: &Involved) -> bool {
        if !about.uid.is_empty() && self.uids.contains(&about.uid) {
            return true;
        }
        if let Some(uid) = self.named(&about.kind, &about.name) {
            return about.uid.is_empty() || uid.is_empty();
        }
        match &*about.kind {
            "ReplicaSet" => self.named_set(&about.name),
            // A pod is called after its ReplicaSet, with five characters more (Kubernetes, `names.SimpleNameGenerator`).
            "Pod" => about.name.rsplit_once('-').is_some_and(|(set, end)| {
                let generated = end.len() == 5 && is_hash(end);
                generated && (self.named_set(set) || self.named("ReplicaSet", set).is_some())
            }),
            _ => false,
        }
    }

    fn named(&self, kind: &str, name: &str) -> Option<&Arc<str>> {
        self.names.get(kind)?.get(name)
    }

    /// The name of a ReplicaSet of the rollout: its own and the pod hash (Argo Rollouts, `rollout/sync.go`).
    fn named_set(&self, name: &str) -> bool {
        let hash = name.strip_prefix(&*self.rollout).and_then(|rest| rest.strip_prefix('-'));
        hash.is_some_and(|hash| (5..=10).contains(&hash.len()) && is_hash(hash))
    }
}

/// The alphabet of hashes and generated names: no vowels, none of 0, 1, 3 (Kubernetes, `rand.SafeEncodeString`).
fn is_hash(text: &str) -> bool {
    text.bytes().all(|byte| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte))
}

/// The label selector of a rollout's pods in text form: what the spec says, else (`workloadRef`) what the controller
/// wrote. `None` before the controller's first pass in that case: then nothing can be watched yet.
///
/// What the controller wrote comes second, and without the pod hash: for blue-green it holds the hash of the active
/// ReplicaSet alone (Argo Rollouts, `rollout/bluegreen.go`).
#[must_use]
pub fn selector(rollout: &Rollout) -> Option<String> {
    let own = rollout.spec.selector.as_ref().and_then(in_words);
    own.or_else(|| rollout.status.selector.as_deref().and_then(without_hash))
}

/// The workload that a rollout refers to.
#[must_use]
pub fn workload(rollout: &Rollout) -> Option<WorkloadName> {
    let of = rollout.spec.workload_ref.as_ref()?;
    Some(WorkloadName { api_version: of.api_version.clone(), kind: of.kind.clone(), name: of.name.clone() })
}

/// A label selector as the API takes it in `labelSelector`; `None` when it is empty. An expression with an unknown
/// operator makes the whole empty: a selector that is too wide would show foreign pods.
#[must_use]
pub fn in_words(selector: &LabelSelector) -> Option<String> {
    let mut parts: Vec<String> = selector.match_labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    for expression in &selector.match_expressions {
        let (key, values) = (&expression.key, expression.values.join(","));
        parts.push(match &*expression.operator {
            "In" => format!("{key} in ({values})"),
            "NotIn" => format!("{key} notin ({values})"),
            "Exists" => key.to_string(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    Some(parts.join(",")).filter(|text| !text.is_empty())
}

/// A selector in text form without what it says of the pod hash.
fn without_hash(selector: &str) -> Option<String> {
    let mut depth = 0_usize;
    let parts = selector.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    });
    let key = |part: &str| part.trim().split([' ', '=', '!']).next().map(str::to_owned);
    let kept: Vec<&str> = parts.filter(|part| key(part).as_deref() != Some(POD_HASH_LABEL)).map(str::trim).collect();
    Some(kept.join(",")).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn meta(name: &str, uid: &str, owner: &str) -> Meta {
        serde_json::from_value(json!({"name": name, "uid": uid, "ownerReferences": [{"uid": owner}]})).unwrap()
    }

    fn about(kind: &str, name: &str, uid: &str) -> Involved {
        Involved { kind: kind.into(), name: name.into(), uid: uid.into(), ..Involved::default() }
    }

    #[test]
    fn ownership_goes_from_the_rollout_over_its_experiments_by_uid() {
        let mut kin = Kin::new(&"u".into(), &"web".into());
        let (experiment, run) = (meta("e", "ue", "u"), meta("r", "ur", "ue"));
        assert!(kin.owns(&experiment) && !kin.owns(&run));
        assert!(kin.add("Experiment", &experiment) && !kin.add("Experiment", &experiment));
        assert!(kin.owns(&run));
        assert!(!kin.owns(&meta("x", "ux", "")), "no uid is nobody's");
    }

    #[test]
    fn pods_that_come_and_go_for_days_are_not_all_remembered_and_the_family_is() {
        let mut kin = Kin::new(&"u".into(), &"web".into());
        kin.add("ReplicaSet", &meta("web-6d5f9c7b8", "rs", "u"));
        for number in 0..3 * PASSING {
            kin.add("Pod", &meta(&format!("pod-{number}"), &format!("uid-{number}"), "rs"));
        }
        assert_eq!((kin.uids.len(), kin.names["Pod"].len()), (PASSING + 2, PASSING));
        assert!(kin.involves(&about("Pod", &format!("pod-{}", 3 * PASSING - 1), "")));
        assert!(!kin.involves(&about("Pod", "pod-0", "uid-0")));
        assert!(kin.owns(&meta("new", "n", "rs")) && kin.owns(&meta("run", "r", "u")));
    }

    #[test]
    fn events_are_told_by_uid_else_by_the_names_that_controllers_give() {
        let mut kin = Kin::new(&"u".into(), &"web".into());
        kin.add("ReplicaSet", &meta("web-6d5f9c7b8", "rs", "u"));
        kin.add("ReplicaSet", &meta("web-2-main", "rs2", "e"));
        for (kind, name, uid, belongs) in [
            ("Rollout", "web", "u", true),
            ("Rollout", "web", "", true),
            ("Rollout", "web", "before", false),
            ("Rollout", "web-admin", "", false),
            ("Service", "web", "", false),
            ("Pod", "anything", "rs", true),
            ("ReplicaSet", "web-6d5f9c7b8", "", true),
            ("ReplicaSet", "web-6d5f9c7b8", "other", false),
            ("ReplicaSet", "web-7f8d4b5c9d", "gone", true),
            ("ReplicaSet", "web-admin-7f8d4b5c9d", "", false),
            ("ReplicaSet", "web-admin", "", false),
            ("Pod", "web-6d5f9c7b8-x2x4z", "gone", true),
            ("Pod", "web-7f8d4b5c9d-x2x4z", "gone", true),
            ("Pod", "web-2-main-x2x4z", "gone", true),
            ("Pod", "web-admin-7f8d4b5c9d-x2x4z", "", false),
            ("Pod", "web-0", "", false),
        ] {
            assert_eq!(kin.involves(&about(kind, name, uid)), belongs, "{kind} {name} {uid}");
        }
    }

    #[test]
    fn a_selector_is_written_as_the_api_takes_it() {
        let text = |value| in_words(&serde_json::from_value(value).unwrap());
        assert_eq!(text(json!({"matchLabels": {"b": "2", "a": "1"}})).as_deref(), Some("a=1,b=2"));
        assert_eq!(
            text(json!({"matchLabels": {"a": "1"}, "matchExpressions": [
                {"key": "x", "operator": "In", "values": ["p", "q"]}, {"key": "y", "operator": "NotIn", "values": ["r"]},
                {"key": "z", "operator": "Exists"}, {"key": "w", "operator": "DoesNotExist"}]}))
            .as_deref(),
            Some("a=1,x in (p,q),y notin (r),z,!w")
        );
        let odd = json!({"matchLabels": {"a": "1"}, "matchExpressions": [{"key": "x", "operator": "Odd"}]});
        assert_eq!(text(odd), None);
        assert_eq!(text(json!({})), None);
    }

    #[test]
    fn the_selector_of_the_spec_comes_first_and_a_written_one_loses_its_hash() {
        let mut rollout = Rollout::default();
        assert_eq!(selector(&rollout), None);
        for (written, expected) in [
            ("app=web,rollouts-pod-template-hash=5f4d", Some("app=web")),
            ("rollouts-pod-template-hash in (a,b),app in (x,y),tier!=z", Some("app in (x,y),tier!=z")),
            ("rollouts-pod-template-hash=5f4d", None),
            ("", None),
            ("app=web", Some("app=web")),
        ] {
            rollout.status.selector = Some(written.into());
            assert_eq!(selector(&rollout).as_deref(), expected, "{written}");
        }
        rollout.spec.selector =
            Some(LabelSelector { match_labels: [("app".into(), "own".into())].into(), ..LabelSelector::default() });
        assert_eq!(selector(&rollout).as_deref(), Some("app=own"));
    }
}
